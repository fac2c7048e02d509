/* A shard's store, opened for reading. Private to store/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_STORE_SHARD_H
#define CERTMUSTER_STORE_SHARD_H

#include "certmuster/shard.h"
#include "store/parts.h"

/* Close it with cm_db_close, whatever is returned; what is wrong is noted. */
enum cm_status cm_shard_open(struct cm_db *db, const char *path);
enum cm_status cm_shard_take(struct cm_db *db, struct cm_shard_facts *out);
/* Limits for a connection that reads what others have written. */
void cm_shard_settings(struct cm_db *db);

#endif
