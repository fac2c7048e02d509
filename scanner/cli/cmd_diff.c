/* diff: what is new, fixed, still failing, renewed between two runs.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "certmuster/store.h"
#include "cli/cli.h"
#include "cli/gate_options.h"
#include "cli/lockdown.h"
#include "cli/streams.h"

#define MAX_OPERANDS 2

/* "diff": the newest run; "diff 7": that one; "diff 3 7": from 3 to 7. */
static enum cm_status read_runs(const struct cm_options *options,
                                struct cm_report_options *report,
                                struct cm_error *err)
{
    size_t num = options->num_operands;
    enum cm_status status = CM_OK;

    if (num == 2 && options->given[CM_OPTION_BASELINE]) {
        return cm_error_set(err, CM_EUSAGE,
                            "the first of two runs is the baseline: leave "
                            "--baseline out");
    }
    if (num == 2) {
        status = cm_run_number(options->operands[0], &report->baseline, err);
    }
    if (status == CM_OK && num > 0) {
        status =
            cm_run_number(options->operands[num - 1], &report->run_id, err);
    }
    return status;
}

static enum cm_status show(const struct cm_options *options,
                           struct cm_report_options *report, int *code,
                           struct cm_error *err)
{
    const char *format = options->given[CM_OPTION_FORMAT]
                             ? options->text[CM_OPTION_FORMAT]
                             : "text";
    bool failed = false;
    enum cm_status status;

    if (!cm_diff_format_known(format)) {
        return cm_error_set(err, CM_EUSAGE,
                            "--format takes text, csv, json or html, not "
                            "\"%s\"",
                            format);
    }
    status = cm_report_open(report, err);
    if (status == CM_OK) {
        status = cm_report_diff(report, format, stdout, err);
    }
    if (status == CM_OK) {
        status = cm_gate_apply(options, report, &failed, err);
    }
    if (status == CM_OK) {
        status = cm_streams_flush("the differences", err);
    }
    cm_report_close(report);
    *code = failed ? CM_EXIT_FINDINGS : CM_EXIT_OK;
    return status;
}

int cm_cmd_diff(const struct cm_command *command, int argc, char **argv)
{
    struct cm_options options;
    struct cm_report_options report;
    struct cm_error err;
    int code = CM_EXIT_OK;
    enum cm_status status =
        cm_options_parse(&options, command, argc, argv, &err);

    if (status == CM_OK && options.help) {
        cm_help_print(command);
    } else if (status == CM_OK) {
        status = cm_no_operands(command, &options, MAX_OPERANDS, &err);
        if (status == CM_OK) {
            status = cm_gate_check(&options, &err);
        }
        if (status == CM_OK) {
            status = cm_lockdown_enter(&options, false, &err);
        }
        if (status == CM_OK) {
            status = cm_store_update(cm_db_path(&options), &err);
        }
        if (status == CM_OK) {
            cm_report_from_options(&options, &report);
            status = read_runs(&options, &report, &err);
        }
        if (status == CM_OK) {
            status = show(&options, &report, &code, &err);
        }
    }
    cm_options_cleanup(&options);
    return status == CM_OK ? code : cm_fail(&err);
}
