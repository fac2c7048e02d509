/* Which rows of an input are one part of it, so that several machines scan it
 * together. All rows of a host fall into one shard: what is said about a host
 * is said once, and its limits hold.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_SHARD_H
#define CERTMUSTER_RUN_SHARD_H

#include <stdbool.h>

#include "certmuster/endpoint.h"
#include "certmuster/status.h"

#define CM_MAX_SHARDS 100000U

struct cm_shard {   /* zero: all rows */
    unsigned index; /* from 0 */
    unsigned count; /* 0: there are no shards */
};

/* The shard of a row: by its canonical host, or by its number where it names
 * none. The same on every machine and in every version; `count` is not 0. */
unsigned cm_shard_of(const struct cm_row *row, unsigned count);
bool cm_shard_keeps(const struct cm_shard *shard, const struct cm_row *row);
/* "3/16". CM_EUSAGE says what is wrong with another text. */
enum cm_status cm_shard_parse(struct cm_shard *out, const char *text,
                              struct cm_error *err);

/* What an engine that runs array jobs says in the environment; NULL or "":
 * nothing. */
struct cm_shard_hints {
    const char *slurm_id; /* SLURM_ARRAY_TASK_ID, _MIN, _STEP, _COUNT */
    const char *slurm_min;
    const char *slurm_step;
    const char *slurm_count;
    const char *kubernetes_index; /* JOB_COMPLETION_INDEX */
};
/* For --shard auto. `count` is what the user gave, 0: nothing; Kubernetes does
 * not tell it. */
enum cm_status cm_shard_find(struct cm_shard *out,
                             const struct cm_shard_hints *hints, unsigned count,
                             struct cm_error *err);

#endif
