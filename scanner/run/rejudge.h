/* A stored run judged again, with another date, other trust views, revocation
 * lists or intermediates, as a run of its own. No network.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_REJUDGE_H
#define CERTMUSTER_RUN_REJUDGE_H

#include "certmuster/stored.h"
#include "run/run.h"

struct cm_rejudge; /* opaque: an open store, and the run in it */

/* `run_id` 0 is the newest run. CM_EINPUT: there is no such store or run. */
enum cm_status cm_rejudge_open(struct cm_rejudge **out, const char *db_path,
                               int64_t run_id, struct cm_error *err);
void cm_rejudge_close(struct cm_rejudge *rejudge); /* accepts NULL */
/* The options of that run, to begin with. */
enum cm_status cm_rejudge_each_option(struct cm_rejudge *rejudge,
                                      cm_store_text_fn *fn, void *arg,
                                      struct cm_error *err);

struct cm_rejudge_config {    /* borrowed for the call */
    const char *options_json; /* as in force, for the store */
    const char *version;
    int64_t at_unix; /* 0: now */
    struct cm_trust_config trust;
    struct cm_policy policy;
    struct cm_measure_config measure;
    enum cm_progress_kind progress;
    struct cm_sandbox
        *sandbox; /* entered before anything is judged; NULL: none */
};
/* Once. What the run has downloaded is used again. */
enum cm_status cm_rejudge_run(struct cm_rejudge *rejudge,
                              const struct cm_rejudge_config *config,
                              struct cm_run_outcome *outcome,
                              struct cm_error *err);

/* replay.c -- the downloads of a stored run, as if they came now. */
enum cm_status cm_replay(struct cm_store *store, int64_t run_id,
                         struct cm_certset *pool,
                         struct cm_revocation *revocation,
                         struct cm_error *err);

#endif
