/* The parts of merging. Private to run/'s merge*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_MERGE_PARTS_H
#define CERTMUSTER_RUN_MERGE_PARTS_H

#include "certmuster/shard.h"
#include "run/merge.h"

struct cm_merge_shard {
    char *path; /* owned */
    struct cm_shard_facts facts;
};

/* merge_list.c -- the shards in order, checked against each other. */
struct cm_merge_list {
    struct cm_merge_shard *shards; /* owned; by their number */
    size_t num;
    size_t cap;
    bool *is_there; /* owned, by number */
    unsigned count; /* that there should be */
    unsigned num_missing;
    unsigned num_partial;
};
enum cm_status cm_merge_list_open(struct cm_merge_list *list,
                                  const struct cm_merge_inputs *inputs,
                                  struct cm_error *err);
void cm_merge_list_cleanup(struct cm_merge_list *list); /* zero is fine */

/* merge_rows.c -- the rows of missing shards, from the input. */
struct cm_merge_rows {
    const char *path;
    const struct cm_merge_list *list;
    struct cm_input_options input; /* with the names of views */
    const struct cm_client_choice *client;
    struct cm_store *store;
    int64_t run_id;
    int64_t at_unix;
};
enum cm_status cm_merge_rows_add(const struct cm_merge_rows *rows,
                                 struct cm_error *err);

#endif
