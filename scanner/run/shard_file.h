/* The file of one shard: made under a name of its own, and there under the
 * shard's name only when it is whole. Two copies of a shard that run at the
 * same time, as engines do start them, never write to the same file.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_SHARD_FILE_H
#define CERTMUSTER_RUN_SHARD_FILE_H

#include <stdbool.h>

#include "certmuster/status.h"
#include "run/shard.h"

struct cm_shard_file; /* opaque */

/* `folder` and `scratch` are made if they are missing. The store is made in
 * `scratch` (a disk of this machine; NULL: in `folder`). What earlier tries on
 * this machine left behind is removed. */
enum cm_status cm_shard_file_open(struct cm_shard_file **out,
                                  const char *folder, const char *scratch,
                                  const struct cm_shard *shard,
                                  struct cm_error *err);
/* "FOLDER/shard-3-of-16.db". */
const char *cm_shard_file_path(const struct cm_shard_file *file);
/* Where to write meanwhile. */
const char *cm_shard_file_temp(const struct cm_shard_file *file);
/* When the store is closed: one file, on the disk, under its name. */
enum cm_status cm_shard_file_publish(struct cm_shard_file *file,
                                     struct cm_error *err);
/* Removes what was not published. Accepts NULL. */
void cm_shard_file_close(struct cm_shard_file *file);

/* *done: `path` holds all of this shard, of the same input and configuration.
 * What is not so is no error: it is made anew. Standard input cannot be
 * compared. */
enum cm_status cm_shard_is_done(bool *done, const char *path,
                                const struct cm_shard *shard,
                                const char *input_path,
                                const char *config_sha256,
                                struct cm_error *err);
/* The digest of a file, as a run records it. */
enum cm_status cm_input_digest(const char *path, char hex[65],
                               struct cm_error *err);

#endif
