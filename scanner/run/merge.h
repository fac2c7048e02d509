/* The stores of all parts of a scan made one run: checked for completeness,
 * judged again where only the whole fleet shows something. No network.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_MERGE_H
#define CERTMUSTER_RUN_MERGE_H

#include "certmuster/stored.h"
#include "run/clients.h"
#include "run/run.h"

struct cm_merge; /* opaque: the shards, and what they say of themselves */

struct cm_merge_inputs {
    const char *const *paths; /* stores, or folders of "shard-I-of-N.db" */
    size_t num_paths;
    const char *version; /* ours: shards of another one are refused */
    bool allow_missing;
};
/* CM_EINPUT: they do not make one whole; the message says which are missing
 * and how to run them, or which does not belong to the others. */
enum cm_status cm_merge_open(struct cm_merge **out,
                             const struct cm_merge_inputs *inputs,
                             struct cm_error *err);
void cm_merge_close(struct cm_merge *merge); /* accepts NULL */
/* The options that the shards were given. */
enum cm_status cm_merge_each_option(struct cm_merge *merge,
                                    cm_store_text_fn *fn, void *arg,
                                    struct cm_error *err);

struct cm_merge_config {      /* borrowed for the call */
    const char *out_path;     /* a store of ours keeps the runs it has */
    const char *options_json; /* of the merge */
    const char *version;
    const char *input_path; /* for the rows of missing shards; NULL: they are
                               left out */
    struct cm_input_options input;
    struct cm_client_choice client;
    struct cm_trust_config trust;
    struct cm_policy policy;
    struct cm_measure_config measure;
    enum cm_progress_kind progress;
    struct cm_sandbox
        *sandbox; /* entered before anything is merged; NULL: none */
};
struct cm_merge_outcome {
    int64_t run_id;
    uint64_t rows;
    uint64_t rows_left_out; /* of missing shards, without the input */
    unsigned shards;
    unsigned shards_missing; /* or interrupted */
    bool interrupted;        /* by a signal: nothing was written */
};
/* Once. The store appears, or changes, at the very end. */
enum cm_status cm_merge_run(struct cm_merge *merge,
                            const struct cm_merge_config *config,
                            struct cm_merge_outcome *outcome,
                            struct cm_error *err);

#endif
