/* The commands that only show something, and how errors end the program.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "certmuster/log.h"
#include "certmuster/report.h"
#include "certmuster/store.h"
#include "cli/cli.h"
#include "cli/explain_policy.h"

int cm_exit_code(enum cm_status status)
{
    switch (status) {
    case CM_OK:
        return CM_EXIT_OK;
    case CM_EUSAGE:
    case CM_EINPUT:
        return CM_EXIT_USAGE;
    case CM_EIO:
    case CM_ESTORE:
    case CM_ENOMEM:
        return CM_EXIT_PARTIAL;
    case CM_EINTERNAL:
        break;
    }
    return CM_EXIT_INTERNAL;
}

int cm_fail(const struct cm_error *err)
{
    cm_log(CM_LOG_ERROR, "%s", err->text);
    return cm_exit_code(err->status);
}

int cm_terminal_width(int fd)
{
    struct winsize size;

    if (isatty(fd) == 1 && ioctl(fd, TIOCGWINSZ, &size) == 0 &&
        size.ws_col >= 40) {
        return size.ws_col;
    }
    return 100;
}

enum cm_status cm_no_operands(const struct cm_command *command,
                              const struct cm_options *options, size_t most,
                              struct cm_error *err)
{
    if (options->num_operands > most) {
        return cm_error_set(err, CM_EUSAGE,
                            "\"%s\" is one argument too many. Usage: "
                            "certmuster %s [OPTIONS] %s",
                            options->operands[most], command->name,
                            command->operands);
    }
    return CM_OK;
}

int cm_cmd_runs(const struct cm_command *command, int argc, char **argv)
{
    struct cm_options options;
    struct cm_error err;
    enum cm_status status =
        cm_options_parse(&options, command, argc, argv, &err);

    if (status == CM_OK && options.help) {
        cm_help_print(command);
    } else if (status == CM_OK) {
        status = cm_no_operands(command, &options, 0, &err);
        if (status == CM_OK) {
            status = cm_store_update(cm_db_path(&options), &err);
        }
        if (status == CM_OK) {
            status = cm_report_runs(cm_db_path(&options), stdout, &err);
        }
    }
    cm_options_cleanup(&options);
    return status == CM_OK ? CM_EXIT_OK : cm_fail(&err);
}

int cm_cmd_explain(const struct cm_command *command, int argc, char **argv)
{
    struct cm_options options;
    struct cm_error err;
    enum cm_status status =
        cm_options_parse(&options, command, argc, argv, &err);

    if (status == CM_OK && options.help) {
        cm_help_print(command);
    } else if (status == CM_OK) {
        status = cm_no_operands(command, &options, 1, &err);
        if (status == CM_OK &&
            !cm_explain_policy(options.operands[0],
                               cm_terminal_width(STDOUT_FILENO), stdout,
                               &status, &err)) {
            status = cm_explain(options.operands[0],
                                cm_terminal_width(STDOUT_FILENO), stdout, &err);
        }
    }
    cm_options_cleanup(&options);
    return status == CM_OK ? CM_EXIT_OK : cm_fail(&err);
}
