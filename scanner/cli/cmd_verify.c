/* verify: is a report still what was written?
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/lockdown.h"
#include "cli/streams.h"

static enum cm_status lock_down(const struct cm_options *options,
                                struct cm_error *err)
{
    struct cm_sandbox *sandbox = NULL;
    enum cm_status status = cm_lockdown_new(&sandbox, options, err);

    if (status == CM_OK) {
        status = cm_sandbox_read(sandbox, options->operands[0], err);
    }
    if (status == CM_OK) {
        status = cm_sandbox_enter(sandbox, err);
    }
    cm_sandbox_free(sandbox);
    return status;
}

static enum cm_status verify(const char *folder, bool *intact,
                             struct cm_error *err)
{
    enum cm_status status = cm_report_verify(folder, stdout, intact, err);

    if (status == CM_OK) {
        status = cm_streams_flush("the result", err);
    }
    return status;
}

int cm_cmd_verify(const struct cm_command *command, int argc, char **argv)
{
    struct cm_options options;
    struct cm_error err;
    bool intact = true;
    enum cm_status status =
        cm_options_parse(&options, command, argc, argv, &err);

    if (status == CM_OK && options.help) {
        cm_help_print(command);
    } else if (status == CM_OK) {
        status = cm_no_operands(command, &options, 1, &err);
        if (status == CM_OK && options.num_operands == 0) {
            status = cm_error_set(&err, CM_EUSAGE,
                                  "which folder? Usage: certmuster verify DIR");
        }
        if (status == CM_OK) {
            status = lock_down(&options, &err);
        }
        if (status == CM_OK) {
            status = verify(options.operands[0], &intact, &err);
        }
    }
    cm_options_cleanup(&options);
    if (status != CM_OK) {
        return cm_fail(&err);
    }
    return intact ? CM_EXIT_OK : CM_EXIT_FINDINGS;
}
