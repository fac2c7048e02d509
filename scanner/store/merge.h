/* Merging the stores of shards. Private to store/'s merge*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_STORE_MERGE_H
#define CERTMUSTER_STORE_MERGE_H

#include "store/shard.h"

/* A shard that is being added. */
struct cm_merge_part {
    struct cm_db db;
    int64_t run_id;    /* in it */
    int64_t *cert_ids; /* owned: [id there] = id here, 0: there is none */
    int64_t num_cert_ids;
    bool foreign; /* what failed is what the shard holds, not our disk */
};

/* Notes why `part` is no good. */
enum cm_status cm_merge_refuse(struct cm_db *db, const struct cm_db *part,
                               const char *why);
/* Binds a value of another connection next. */
void cm_merge_value(struct cm_query *q, sqlite3_value *value);

/* merge_tables.c -- failures are noted in the store's database or the part's.
 */
void cm_merge_tables(struct cm_store *store, struct cm_merge_part *part,
                     uint64_t rows);

/* merge_once.c -- what shards have in common, once. */
void cm_merge_certs(struct cm_store *store, struct cm_merge_part *part);
void cm_merge_downloads(struct cm_store *store, struct cm_merge_part *part);

#endif
