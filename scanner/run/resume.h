/* Taking up a scan that did not end: what it was given, that its input is still
 * the same, and what of it is done.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_RESUME_H
#define CERTMUSTER_RUN_RESUME_H

#include "certmuster/resume.h"
#include "run/run.h"

struct cm_row;
struct cm_counters;
struct cm_idset;

struct cm_resume; /* opaque: an open store, and the run in it */

/* See cm_store_find_unfinished. CM_EINPUT also when another version of
 * certmuster began it. */
enum cm_status cm_resume_open(struct cm_resume **out, const char *db_path,
                              int64_t run_id, const char *version,
                              struct cm_error *err);
void cm_resume_close(struct cm_resume *resume); /* accepts NULL */
const struct cm_unfinished *cm_resume_run(const struct cm_resume *resume);
/* The options that it was given: each value of each. */
enum cm_status cm_resume_each_option(struct cm_resume *resume,
                                     cm_store_text_fn *fn, void *arg,
                                     struct cm_error *err);

/* --- for the run that continues it --- */

/* The store, which is the caller's from then on. */
struct cm_store *cm_resume_take_store(struct cm_resume *resume);
/* cm_resume_check refuses what would not give the results that the run would
 * have had: other options or files, and another input, as far as the run has
 * read it; a regular file is read for that. Nothing is changed. `digest` is
 * that of the configuration, `views` the names of its trust views. */
enum cm_status cm_resume_check(struct cm_resume *resume,
                               const struct cm_run_config *config,
                               const char *digest,
                               const struct cm_input_options *input,
                               struct cm_error *err);
/* Makes the run go on: what it knows is read, `counters` continue. `sandbox` is
 * what this process is locked in by, or "". */
enum cm_status cm_resume_begin(struct cm_resume *resume, struct cm_store *store,
                               const char *sandbox,
                               struct cm_counters *counters,
                               struct cm_error *err);
/* From the reader, in order. *recorded: the row is in the store already. */
enum cm_status cm_resume_columns(struct cm_resume *resume,
                                 const char *const *names, size_t num,
                                 struct cm_error *err);
enum cm_status cm_resume_row(struct cm_resume *resume, const struct cm_row *row,
                             bool *recorded, struct cm_error *err);
/* At the end of the input: did all rows come that the run knows? */
enum cm_status cm_resume_end(struct cm_resume *resume, struct cm_error *err);
/* Has the endpoint a result? */
bool cm_resume_is_done(const struct cm_resume *resume, uint64_t endpoint);
/* What the first pass leaves in memory, of what earlier processes did: adds to
 * `seen` what servers sent above their own certificates (at most as many as it
 * holds), and moves to `redo`, which is empty, the endpoints whose judgement is
 * to be made anew. */
enum cm_status cm_resume_remember(struct cm_resume *resume,
                                  struct cm_store *store,
                                  struct cm_certset *seen,
                                  struct cm_idset *redo, struct cm_error *err);

/* compare.c -- the input beside the rows that a run has recorded. */
struct cm_compare;
enum cm_status cm_compare_open(struct cm_compare **out,
                               const struct cm_unfinished *run,
                               const char *db_path, const char *input_path,
                               struct cm_error *err);
void cm_compare_close(struct cm_compare *compare); /* accepts NULL */
enum cm_status cm_compare_columns(struct cm_compare *compare,
                                  const char *const *names, size_t num,
                                  struct cm_error *err);
/* The next row of the input. *recorded: it is one of the run's. */
enum cm_status cm_compare_row(struct cm_compare *compare,
                              const struct cm_row *row, bool *recorded,
                              struct cm_error *err);
/* No row comes any more. */
enum cm_status cm_compare_end(struct cm_compare *compare, struct cm_error *err);
/* Reads a file as far as the run has read it. What is no regular file is left
 * for later. */
enum cm_status cm_compare_file(struct cm_compare *compare,
                               const struct cm_input_options *options,
                               struct cm_error *err);

#endif
