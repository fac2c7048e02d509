/* report, and what scan does at its end: files, summary, --fail-on.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "certmuster/store.h"
#include "cli/cli.h"
#include "cli/endpoint_option.h"
#include "cli/gate_options.h"
#include "cli/lockdown.h"
#include "cli/streams.h"

#define DEFAULT_OUT "certmuster-report"
#define DEFAULT_ACTIONS 10

const char *cm_db_path(const struct cm_options *options)
{
    return options->given[CM_OPTION_DB] ? options->text[CM_OPTION_DB]
                                        : CM_DEFAULT_DB;
}

void cm_report_from_options(const struct cm_options *options,
                            struct cm_report_options *out)
{
    memset(out, 0, sizeof(*out));
    out->db_path = cm_db_path(options);
    out->out_dir = options->given[CM_OPTION_OUT] ? options->text[CM_OPTION_OUT]
                                                 : DEFAULT_OUT;
    out->formats = options->text[CM_OPTION_FORMATS];
    out->run_id = options->count[CM_OPTION_RUN];
    out->baseline = cm_gate_baseline(options);
    out->mode = cm_file_mode(options);
    out->version = CERTMUSTER_VERSION;
}

int cm_present(const struct cm_options *options, int64_t run_id)
{
    struct cm_report_options report;
    struct cm_error err;
    bool failed = false;
    int max_actions = options->given[CM_OPTION_ACTIONS]
                          ? (int)options->count[CM_OPTION_ACTIONS]
                          : DEFAULT_ACTIONS;
    enum cm_status status;

    cm_finish_reports();
    cm_report_from_options(options, &report);
    if (run_id != 0) {
        report.run_id = run_id;
    }
    status = cm_report_open(&report, &err);
    if (status == CM_OK) {
        status = cm_report_write(&report, &err);
    }
    if (status == CM_OK && !options->given[CM_OPTION_QUIET]) {
        status =
            cm_report_summary(&report, max_actions,
                              cm_terminal_width(STDOUT_FILENO), stdout, &err);
    }
    if (status == CM_OK) {
        status = cm_gate_apply(options, &report, &failed, &err);
    }
    if (status == CM_OK) {
        status = cm_streams_flush("the summary", &err);
    }
    cm_report_close(&report);
    if (status != CM_OK) {
        return cm_fail(&err);
    }
    return failed ? CM_EXIT_FINDINGS : CM_EXIT_OK;
}

static int print_sql(const struct cm_options *options)
{
    struct cm_report_options report;
    struct cm_error err;
    enum cm_status status;

    cm_report_from_options(options, &report);
    status = cm_report_sql(&report, stdout, &err);
    if (status == CM_OK) {
        status = cm_streams_flush("the queries", &err);
    }
    return status == CM_OK ? CM_EXIT_OK : cm_fail(&err);
}

/* Without a summary: the index is one. --fail-on is of all rows. */
static int split(const struct cm_options *options)
{
    struct cm_report_options report;
    struct cm_error err;
    size_t parts = 0;
    bool failed = false;
    enum cm_status status;

    cm_finish_reports();
    cm_report_from_options(options, &report);
    status = cm_report_split_by(&report, options->text[CM_OPTION_SPLIT_BY],
                                &parts, &err);
    if (status == CM_OK) {
        status = cm_gate_apply(options, &report, &failed, &err);
    }
    if (status != CM_OK) {
        return cm_fail(&err);
    }
    if (!options->given[CM_OPTION_QUIET]) {
        (void)printf("%zu reports, listed in %s/index.html\n", parts,
                     report.out_dir);
    }
    return failed ? CM_EXIT_FINDINGS : CM_EXIT_OK;
}

static enum cm_status perform(const struct cm_command *command,
                              const struct cm_options *options, int *code,
                              struct cm_error *err)
{
    bool prints =
        options->given[CM_OPTION_ENDPOINT] || options->given[CM_OPTION_SQL];
    enum cm_status status = cm_no_operands(command, options, 0, err);

    if (status == CM_OK) {
        status = cm_gate_check(options, err);
    }
    if (status == CM_OK) {
        status = cm_lockdown_enter(options, !prints, err);
    }
    if (status == CM_OK) {
        status = cm_store_update(cm_db_path(options), err);
    }
    if (status != CM_OK) {
        return status;
    }
    if (options->given[CM_OPTION_ENDPOINT]) {
        return cm_endpoint_tell(options, code, err);
    }
    *code = options->given[CM_OPTION_SQL]        ? print_sql(options)
            : options->given[CM_OPTION_SPLIT_BY] ? split(options)
                                                 : cm_present(options, 0);
    return CM_OK;
}

int cm_cmd_report(const struct cm_command *command, int argc, char **argv)
{
    struct cm_options options;
    struct cm_error err;
    int code = CM_EXIT_OK;
    enum cm_status status =
        cm_options_parse(&options, command, argc, argv, &err);

    if (status == CM_OK && options.help) {
        cm_help_print(command);
    } else if (status == CM_OK) {
        status = perform(command, &options, &code, &err);
    }
    cm_options_cleanup(&options);
    return status == CM_OK ? code : cm_fail(&err);
}
