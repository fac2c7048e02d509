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
#include "cli/lockdown.h"
#include "cli/explain_policy.h"
#include "cli/explain_profile.h"
#include "cli/resume_options.h"

#define MAX_MESSAGE (1U << 20) /* of a client, bytes */

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
            status = cm_lockdown_enter(&options, false, &err);
        }
        if (status == CM_OK) {
            status = cm_store_update(cm_db_path(&options), &err);
        }
        if (status == CM_OK) {
            status = cm_report_runs(cm_db_path(&options), stdout, &err);
        }
        if (status == CM_OK) {
            status = cm_resume_list(cm_db_path(&options), &err);
        }
    }
    cm_options_cleanup(&options);
    return status == CM_OK ? CM_EXIT_OK : cm_fail(&err);
}

/* What is too long is cut: the message is somewhere at its beginning. */
static enum cm_status read_message(struct cm_buf *out, const char *text,
                                   struct cm_error *err)
{
    char bytes[4096];
    size_t got;

    if (strcmp(text, "-") != 0) {
        size_t len = strlen(text);

        (void)cm_buf_append(out, text, len < MAX_MESSAGE ? len : MAX_MESSAGE);
        return out->failed ? cm_error_nomem(err, "the message") : CM_OK;
    }
    while (out->len < MAX_MESSAGE &&
           (got = fread(bytes, 1, sizeof(bytes), stdin)) > 0) {
        size_t room = MAX_MESSAGE - out->len;

        (void)cm_buf_append(out, bytes, got < room ? got : room);
    }
    if (ferror(stdin) != 0) {
        return cm_error_set(err, CM_EIO, "standard input cannot be read");
    }
    if (out->len == MAX_MESSAGE) {
        cm_log(CM_LOG_WARN, "only the first %u bytes are looked at",
               MAX_MESSAGE);
    }
    return out->failed ? cm_error_nomem(err, "the message") : CM_OK;
}

static enum cm_status explain_message(const char *text, int *code,
                                      struct cm_error *err)
{
    struct cm_buf message;
    enum cm_status status;
    bool recognised = false;

    cm_buf_init(&message, MAX_MESSAGE);
    status = read_message(&message, text, err);
    if (status == CM_OK) {
        status = cm_explain_error((struct cm_span){message.data, message.len},
                                  cm_terminal_width(STDOUT_FILENO), stdout,
                                  &recognised, err);
    }
    cm_buf_cleanup(&message);
    *code = recognised ? CM_EXIT_OK : CM_EXIT_FINDINGS;
    return status;
}

static enum cm_status explain(const struct cm_command *command,
                              const struct cm_options *options, int *code,
                              struct cm_error *err)
{
    const char *message = options->text[CM_OPTION_ERROR];
    const char *id = options->operands[0];
    int width = cm_terminal_width(STDOUT_FILENO);
    enum cm_status status =
        cm_no_operands(command, options, message == NULL ? 1 : 0, err);

    if (status != CM_OK) {
        return status;
    }
    if (message != NULL) {
        return explain_message(message, code, err);
    }
    return cm_explain_policy(id, width, stdout, &status, err) ||
                   cm_explain_profile(id, stdout, &status, err)
               ? status
               : cm_explain(id, width, stdout, err);
}

int cm_cmd_explain(const struct cm_command *command, int argc, char **argv)
{
    struct cm_options options;
    struct cm_error err;
    int code = CM_EXIT_OK;
    enum cm_status status =
        cm_options_parse(&options, command, argc, argv, &err);

    if (status == CM_OK && options.help) {
        cm_help_print(command);
    } else if (status == CM_OK) {
        status = explain(command, &options, &code, &err);
    }
    cm_options_cleanup(&options);
    return status == CM_OK ? code : cm_fail(&err);
}
