/* The options of scans in parts.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_CLI_SHARD_OPTIONS_H
#define CERTMUSTER_CLI_SHARD_OPTIONS_H

#include "cli/options.h"
#include "run/run.h"
#include "sandbox/sandbox.h"

/* --shard, --shard-count; a count of 0: no part is asked for. */
enum cm_status cm_shard_options(struct cm_shard *out,
                                const struct cm_options *options,
                                struct cm_error *err);
/* Where a part's store is made, and where it goes. */
enum cm_status cm_shard_lockdown(struct cm_sandbox *sandbox,
                                 const struct cm_options *options,
                                 struct cm_error *err);
/* Scans one part: the exit code. `run` is ready but for its store. */
int cm_scan_shard(struct cm_options *options, struct cm_run_config *run);

#endif
