/* One run: rows in, workers, store, second pass. Knows everything below it and
 * nothing of options or reports.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_H
#define CERTMUSTER_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "certmuster/judge.h"
#include "certmuster/status.h"
#include "endpoint/scan.h"
#include "input/input.h"
#include "net/resolver.h"
#include "run/faults.h"
#include "run/fetch.h"
#include "run/measure.h"
#include "run/polite.h"
#include "run/shard.h"
#include "run/trust.h"

struct cm_resume;
struct cm_sandbox;

#define CM_RUN_MAX_JOBS 64U
#define CM_RUN_MAX_CONCURRENCY 100000U

enum cm_progress_kind {
    CM_PROGRESS_NONE,
    CM_PROGRESS_LINE,  /* one line redrawn in place, for a terminal */
    CM_PROGRESS_LINES, /* a plain line now and then, for a log */
    CM_PROGRESS_JSON,  /* an object each second, for machines */
};

/* All texts are borrowed for the call. */
struct cm_run_config {
    const char *input_path; /* "-": standard input */
    const char *db_path;
    const char *options_json;  /* the options as given, for the store */
    const char *deciding_json; /* of them those that decide results */
    const char *version;
    struct cm_trust_config trust;
    unsigned jobs;        /* workers; 0: one for each processor */
    unsigned concurrency; /* endpoints in flight, all workers together */
    int64_t at_unix;      /* judge for this time; 0: now */
    struct cm_shard shard;
    const char *shard_store; /* where this shard may be already; NULL: do not
                                look */
    struct cm_input_options input;
    /* For rows that name none; NULL: none. Without a key's file it is in the
     * certificate's. */
    const char *client_cert;
    const char *client_key;
    struct cm_scan_config scan; /* without clients: they are the run's */
    struct cm_polite_config polite;
    struct cm_resolver_options resolver;
    struct cm_policy policy;
    struct cm_measure_config measure;
    struct cm_fetch_config fetch; /* its resolver is that of the scan */
    enum cm_progress_kind progress;
    const char *metrics_path;   /* NULL: none */
    struct cm_resume *resume;   /* the run to continue; NULL: a new one */
    struct cm_sandbox *sandbox; /* entered when all is open, before a byte comes
                                   from the network; NULL: none */
};

struct cm_run_outcome {
    int64_t run_id; /* 0: no run was begun */
    uint64_t rows;
    uint64_t faulty; /* endpoints not checked for a fault of ours */
    char faults[CM_FAULTS_NOTE_SIZE]; /* what it was, for the user */
    bool interrupted;                 /* partial: a signal stopped it */
    bool already;         /* nothing was done: the shard is there and whole */
    unsigned concurrency; /* as used */
    char note[256];       /* what the user should know, or "" */
};

enum cm_status cm_run_scan(const struct cm_run_config *config,
                           struct cm_run_outcome *outcome,
                           struct cm_error *err);

#endif
