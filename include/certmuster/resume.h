/* A scan that did not end, as the store knows it, for the scan that takes it up
 * again. One thread, and no run under way (cm_store_drain), but for the rows.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RESUME_H
#define CERTMUSTER_RESUME_H

#include "certmuster/stored.h"

/* The facts of a scan; texts are owned. */
struct cm_unfinished {
    int64_t id;
    bool complete; /* there is nothing to take up */
    int64_t judged_at_unix;
    int64_t input_bytes; /* size of the input; 0: not known */
    char *input_name;
    char *version;
    char *config_sha256; /* "": not known */
    char *columns;       /* JSON array; "[]": not known yet */
    uint64_t rows;       /* recorded: 1 ... rows */
};
void cm_unfinished_cleanup(struct cm_unfinished *run); /* zero is fine */

/* cm_store_find_unfinished looks for scan `run_id`, or, with 0, for the newest
 * one that did not end (without such a one: the newest). It belongs to this
 * store from then on, as a run that is begun does: other processes can see that
 * it is being written. CM_EINPUT: there is none, another process writes it, or
 * it cannot be continued. */
enum cm_status cm_store_find_unfinished(struct cm_store *store, int64_t run_id,
                                        struct cm_unfinished *out,
                                        struct cm_error *err);
/* cm_store_continue_run is to such a run what cm_store_begin_run is to a new
 * one. What its end had added is undone: its actions, and what was downloaded
 * but issuers, which will be again. Endpoints that are recorded as not scanned
 * stay so until a result is put in their place. */
enum cm_status cm_store_continue_run(struct cm_store *store, int64_t run_id,
                                     struct cm_error *err);

/* What the process that takes it up is locked in by, for the run's facts;
 * before it is continued. */
enum cm_status cm_store_note_sandbox(struct cm_store *store, int64_t run_id,
                                     const char *words, struct cm_error *err);

/* Each endpoint that has a result which was really scanned, in order. `again`:
 * the judgement was made by a second pass, or asks for downloads; it is to be
 * made anew. */
typedef enum cm_status cm_store_done_fn(void *arg, uint64_t endpoint,
                                        enum cm_verdict verdict, bool again);
enum cm_status cm_store_each_done(struct cm_store *store, int64_t run_id,
                                  cm_store_done_fn *fn, void *arg,
                                  struct cm_error *err);
/* The certificates that servers of the run sent above their own. */
enum cm_status cm_store_each_sent(struct cm_store *store, int64_t run_id,
                                  size_t max, cm_store_cert_fn *fn, void *arg,
                                  struct cm_error *err);

/* The rows of a run in order, read beside the writer, on a connection of their
 * own. */
struct cm_stored_row { /* lent until the next call */
    uint64_t id;
    uint64_t line;
    const char *fields; /* JSON array of texts, as cm_text_json writes them */
};
struct cm_stored_rows;
enum cm_status cm_stored_rows_open(struct cm_stored_rows **out,
                                   const char *path, int64_t run_id,
                                   struct cm_error *err);
void cm_stored_rows_close(struct cm_stored_rows *rows); /* accepts NULL */
/* *out is NULL behind the last one. */
enum cm_status cm_stored_rows_next(struct cm_stored_rows *rows,
                                   const struct cm_stored_row **out,
                                   struct cm_error *err);

/* cm_store_run_busy: does another process write this run now? False also when
 * that cannot be found out. Not while this process has the store open. */
bool cm_store_run_busy(const char *path, int64_t run_id);

#endif
