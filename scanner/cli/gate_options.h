/* --fail-on and --baseline: what makes a command exit with 1, and compared with
 * what. Private to cli/. SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_CLI_GATE_OPTIONS_H
#define CERTMUSTER_CLI_GATE_OPTIONS_H

#include "certmuster/cause.h"
#include "certmuster/report.h"
#include "cli/options.h"

/* Checks both options; CM_EUSAGE or CM_EINPUT says what is wrong. A command
 * that works for long calls it before it begins: the baseline is there. */
enum cm_status cm_gate_check(const struct cm_options *options,
                             struct cm_error *err);
/* --baseline as reports take it; it has been checked. */
int64_t cm_gate_baseline(const struct cm_options *options);
/* A number of `certmuster runs`. */
enum cm_status cm_run_number(const char *text, int64_t *out,
                             struct cm_error *err);
/* Applies --fail-on to a report that is open: *failed says whether it was met.
 * Where there is no baseline for "new-...", that is said. */
enum cm_status cm_gate_apply(const struct cm_options *options,
                             const struct cm_report_options *report,
                             bool *failed, struct cm_error *err);

#endif
