/* Stores of parts of a scan: one file each, and one run in it; and the run that
 * they make together. Nothing here trusts such a file: it comes from another
 * machine.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_SHARD_H
#define CERTMUSTER_SHARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/stored.h"

#define CM_HEX_DIGEST_SIZE 65 /* of SHA-256 */

struct cm_shard_facts {
    int64_t run_id; /* in its store */
    unsigned shard;
    unsigned shards;
    bool complete;       /* false: it was interrupted, and recorded so */
    uint64_t rows;       /* of this part */
    uint64_t input_rows; /* of the whole input */
    int64_t judged_at_unix;
    char input_sha256[CM_HEX_DIGEST_SIZE];
    char config_sha256[CM_HEX_DIGEST_SIZE];
    char version[64]; /* of certmuster */
};

/* cm_shard_read reads the facts of a shard's store, which stays as it is.
 * CM_EINPUT: it is no whole store of one shard, or one of another schema; the
 * message names the file and the reason. */
enum cm_status cm_shard_read(const char *path, struct cm_shard_facts *out,
                             struct cm_error *err);

/* cm_store_seal makes a store that nobody has open one single file, without a
 * log beside it, on the disk: what may be copied and renamed. */
enum cm_status cm_store_seal(const char *path, struct cm_error *err);

/* The options of the run that a shard's store holds. */
enum cm_status cm_shard_each_option(const char *path, cm_store_text_fn *fn,
                                    void *arg, struct cm_error *err);

/* --- merging: calls in this order, into a store that can be thrown away --- */

/* cm_store_merge_run makes the run, like that of the shard in `path`. `info`
 * has options (those of the merge; they override the shard's), version, trust,
 * views, measures, times and the number of shards. From here on nothing of the
 * store is safe until cm_store_seal. CM_EINPUT: the shard was judged by other
 * trust views, profiles or policies. */
enum cm_status cm_store_merge_run(struct cm_store *store, const char *path,
                                  const struct cm_run_info *info,
                                  int64_t *run_id, struct cm_error *err);
/* cm_store_merge_shard adds all of a shard. `facts` are what cm_shard_read said
 * of it: a file that has changed since is refused. */
enum cm_status cm_store_merge_shard(struct cm_store *store, int64_t run_id,
                                    const char *path,
                                    const struct cm_shard_facts *facts,
                                    struct cm_error *err);
/* A row of a shard that is missing, and its result if it is known without a
 * scan (NULL: it is not); borrowed. */
enum cm_status cm_store_merge_row(struct cm_store *store, int64_t run_id,
                                  const struct cm_row *row,
                                  const struct cm_result *result,
                                  struct cm_error *err);
/* cm_store_merge_end closes the part that brings rows in. *rows: how many there
 * are, *last: the highest number among them. */
enum cm_status cm_store_merge_end(struct cm_store *store, int64_t run_id,
                                  uint64_t *rows, uint64_t *last,
                                  struct cm_error *err);
/* Endpoints whose judgement came from certificates or downloads that their
 * shard happened to have. */
typedef enum cm_status cm_store_endpoint_fn(void *arg, uint64_t endpoint);
enum cm_status cm_store_each_helped(struct cm_store *store, int64_t run_id,
                                    cm_store_endpoint_fn *fn, void *arg,
                                    struct cm_error *err);

/* cm_store_copy makes `to` a copy of the store `from`, also while another
 * program reads that. */
enum cm_status cm_store_copy(const char *from, const char *to,
                             struct cm_error *err);

#endif
