/* The sandbox of each command: what it still has to reach once its options and
 * files are read.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_CLI_LOCKDOWN_H
#define CERTMUSTER_CLI_LOCKDOWN_H

#include <sys/types.h>

#include "cli/options.h"
#include "run/run.h"
#include "sandbox/sandbox.h"

/* --file-mode and --private; 0: neither was given. */
mode_t cm_file_mode(const struct cm_options *options);
/* One that knows of --no-sandbox and --quiet, and of no file yet. Also sets
 * what nobody shall be allowed with the files that are made from here on: the
 * process is what both are about. */
enum cm_status cm_lockdown_new(struct cm_sandbox **out,
                               const struct cm_options *options,
                               struct cm_error *err);
/* Where SQLite puts what does not fit into memory. */
enum cm_status cm_lockdown_temporary(struct cm_sandbox *sandbox,
                                     struct cm_error *err);
/* The store, and that. */
enum cm_status cm_lockdown_store(struct cm_sandbox *sandbox,
                                 const char *db_path, struct cm_error *err);
/* The folder of the reports. */
enum cm_status cm_lockdown_reports(struct cm_sandbox *sandbox,
                                   const struct cm_options *options,
                                   struct cm_error *err);
/* A scan whose configuration is ready but for this; a part of one has its store
 * in another folder, and reports for those only who ask. */
enum cm_status cm_lockdown_scan(struct cm_sandbox **out,
                                const struct cm_options *options,
                                const struct cm_run_config *run,
                                struct cm_error *err);
/* For a command that reads --db, and with `reports` writes into --out, and
 * needs nothing else: all in one. */
enum cm_status cm_lockdown_enter(const struct cm_options *options, bool reports,
                                 struct cm_error *err);

#endif
