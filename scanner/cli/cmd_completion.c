/* "certmuster completion": a script for the shell, and the store's runs for it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/completion.h"
#include "cli/streams.h"

static enum cm_status print(const struct cm_command *command,
                            const struct cm_options *options,
                            struct cm_error *err)
{
    const char *shell = options->operands[0];
    bool runs = shell != NULL && strcmp(shell, "runs") == 0;
    enum cm_status status = cm_no_operands(command, options, runs ? 2 : 1, err);

    if (status != CM_OK) {
        return status;
    }
    if (runs) { /* what the scripts ask; it never changes an old store */
        const char *db = options->operands[1];

        return cm_report_runs(db == NULL ? CM_DEFAULT_DB : db, stdout, err);
    }
    if (shell != NULL && strcmp(shell, "bash") == 0) {
        return cm_completion_bash(stdout, err);
    }
    if (shell != NULL && strcmp(shell, "zsh") == 0) {
        return cm_completion_zsh(stdout, err);
    }
    if (shell != NULL && strcmp(shell, "fish") == 0) {
        return cm_completion_fish(stdout, err);
    }
    return cm_error_set(err, CM_EUSAGE,
                        "for which shell? Try \"certmuster "
                        "completion bash\", zsh or fish");
}

int cm_cmd_completion(const struct cm_command *command, int argc, char **argv)
{
    struct cm_options options;
    struct cm_error err;
    enum cm_status status =
        cm_options_parse(&options, command, argc, argv, &err);

    if (status == CM_OK && options.help) {
        cm_help_print(command);
    } else if (status == CM_OK) {
        status = print(command, &options, &err);
    }
    if (status == CM_OK) {
        status = cm_streams_flush("the script", &err);
    }
    cm_options_cleanup(&options);
    return status == CM_OK ? CM_EXIT_OK : cm_fail(&err);
}
