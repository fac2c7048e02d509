/* Command lines, and the options that a store says a run was given: one
 * argument to a line, the first octet picks the command.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "cli/options.h"
#include "support/jsoncheck.h"

#define MAX_ARGS 64
#define MAX_JSON (1U << 20)

static void check_json(const struct cm_options *options)
{
    struct cm_buf json;
    size_t bad_at;

    cm_buf_init(&json, MAX_JSON);
    cm_options_json(options, &json);
    cm_assert(json_is_valid(cm_buf_cstr(&json), json.len, &bad_at));
    cm_buf_clear(&json);
    cm_options_deciding_json(options, &json);
    cm_assert(json_is_valid(cm_buf_cstr(&json), json.len, &bad_at));
    cm_buf_cleanup(&json);
}

/* As resuming and merging do it: name, value, name, value. */
static void keep(const struct cm_command *command, int argc, char **argv)
{
    struct cm_options options;
    struct cm_error err = {.status = CM_OK};
    char *none[] = {argv[0], NULL};

    cm_assert(cm_options_parse(&options, command, 1, none, &err) == CM_OK);
    for (int i = 1; i + 1 < argc; i += 2) {
        enum cm_option option = cm_option_find(command, argv[i]);

        if (option != CM_OPTION_COUNT &&
            cm_options_keep(&options, option, argv[i + 1], &err) != CM_OK) {
            cm_assert(err.status == CM_EUSAGE && err.text[0] != '\0');
        }
    }
    check_json(&options);
    cm_options_cleanup(&options);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t num_commands;
    const struct cm_command *commands = cm_commands(&num_commands);
    const struct cm_command *command;
    struct cm_options options;
    struct cm_error err = {.status = CM_OK};
    char *argv[MAX_ARGS + 1] = {(char[]){"certmuster"}};
    char *text = calloc(1, size + 1);
    int argc = 1;

    cm_assert(text != NULL);
    command = &commands[(size > 0 ? data[0] : 0) % num_commands];
    if (size > 1) {
        memcpy(text, data + 1, size - 1);
    }
    for (char *at = text; at != NULL && argc < MAX_ARGS;) {
        argv[argc++] = strsep(&at, "\n");
    }
    if (cm_options_parse(&options, command, argc, argv, &err) == CM_OK) {
        check_json(&options);
    } else {
        cm_assert(err.status == CM_EUSAGE && err.text[0] != '\0');
    }
    cm_options_cleanup(&options);
    keep(command, argc, argv);
    free(text);
    return 0;
}
