/* What the commands share. Private to cli/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_CLI_H
#define CERTMUSTER_CLI_H

#include "certmuster/cause.h"
#include "certmuster/report.h"
#include "cli/options.h"
#include "run/run.h"

int cm_terminal_width(int fd);
#define CM_DEFAULT_DB "certmuster.db"
const char *cm_db_path(const struct cm_options *options);
/* More than `most` operands are a mistake; the message says which. */
enum cm_status cm_no_operands(const struct cm_command *command,
                              const struct cm_options *options, size_t most,
                              struct cm_error *err);
/* --db, --out, --formats, --private and --run as the report takes them. */
void cm_report_from_options(const struct cm_options *options,
                            struct cm_report_options *out);
/* cmd_scan.c -- how the input is to be read, and as whom endpoints are asked.
 */
enum cm_status cm_input_from_options(const struct cm_options *options,
                                     struct cm_input_options *input,
                                     struct cm_error *err);
enum cm_status cm_client_from_options(const struct cm_options *options,
                                      struct cm_run_config *run,
                                      struct cm_error *err);
/* attended.c */
/* --progress and --quiet. */
enum cm_status cm_progress_option(const struct cm_options *options,
                                  enum cm_progress_kind *out,
                                  struct cm_error *err);
/* From now on the first SIGINT, SIGTERM or SIGHUP that reaches the process does
 * not end it: reports that are being written are finished. While a run is under
 * way signals are its own. */
void cm_finish_reports(void);
/* Writes the reports and the summary of a run, and applies --fail-on: the
 * exit code. */
int cm_present(const struct cm_options *options, int64_t run_id);

#endif
