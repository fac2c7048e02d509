/* certmuster: which command was meant.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "certmuster/log.h"
#include "certmuster/text.h"
#include "cli/options.h"
#include "cli/streams.h"

#define MAX_COMMANDS 16

static int unknown_command(const char *word)
{
    size_t num;
    const struct cm_command *commands = cm_commands(&num);
    const char *names[MAX_COMMANDS];
    const char *meant;

    for (size_t i = 0; i < num; i++) {
        names[i] = commands[i].name;
    }
    meant = cm_did_you_mean(word, names, num);
    cm_log(CM_LOG_ERROR,
           "there is no command \"%s\".%s%s%s Try \"certmuster "
           "--help\".",
           word, meant != NULL ? " Did you mean " : "",
           meant != NULL ? meant : "", meant != NULL ? "?" : "");
    return CM_EXIT_USAGE;
}

static int perform(int argc, char **argv)
{
    size_t num;
    const struct cm_command *commands = cm_commands(&num);

    if (argc < 2 || strcmp(argv[1], "--help") == 0 ||
        strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        cm_help_print(NULL);
        return argc < 2 ? CM_EXIT_USAGE : CM_EXIT_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)puts("certmuster " CERTMUSTER_VERSION);
        return CM_EXIT_OK;
    }
    if (strcmp(argv[1], "--manual-page") == 0) { /* the build asks for it */
        cm_manpage_print(CERTMUSTER_VERSION);
        return CM_EXIT_OK;
    }
    for (size_t i = 0; i < num; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(&commands[i], argc - 1, argv + 1);
        }
    }
    return unknown_command(argv[1]);
}

int main(int argc, char **argv)
{
    if (!cm_streams_open()) {
        return CM_EXIT_PARTIAL; /* and there is nowhere to say why */
    }
    return cm_streams_close(perform(argc, argv));
}
