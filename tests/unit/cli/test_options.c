/* The command line, mistake by mistake.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options.h"

#define MAX_ARGS 80

static const struct cm_command *command(const char *name)
{
    size_t num;
    const struct cm_command *commands = cm_commands(&num);

    for (size_t i = 0; i < num; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

/* Parses "scan a b c"; the words stay in `line`. */
static enum cm_status parse(char *line, struct cm_options *options,
                            struct cm_error *err)
{
    char *argv[MAX_ARGS + 1];
    int argc = 0;
    char *rest = line;
    char *word;

    while ((word = strsep(&rest, " ")) != NULL && argc < MAX_ARGS) {
        argv[argc++] = word;
    }
    argv[argc] = NULL;
    return cm_options_parse(options, command(argv[0]), argc, argv, err);
}

static struct refused {
    const char *line;
    const char *says;
} refused[] = {
    {"scan --concurency 5", "Did you mean --concurrency?"},
    {"scan --nothing-like-it", "no option --nothing-like-it. Try"},
    {"scan -c", "no option --c"},
    {"scan --out", "--out needs a value: --out DIR"},
    {"scan --out=", "--out needs a value"},
    {"scan --quiet=1", "--quiet takes no value"},
    {"scan --jobs two", "--jobs takes a whole number, not \"two\""},
    {"scan --jobs -1", "whole number"},
    {"scan --jobs 1.5", "whole number"},
    {"scan --jobs 99999999999999999999", "whole number"},
    {"scan --timeout-dns 0", "seconds from 0.001"},
    {"scan --timeout-dns 1e9", "seconds from 0.001"},
    {"scan --timeout-dns nan", "seconds from 0.001"},
    {"scan --timeout-dns 5s", "not \"5s\""},
    {"report --concurrency 5", "report has no option --concurrency"},
    {"runs --out x", "runs has no option --out"},
};

static void a_mistake_is_named(void **state)
{
    const struct refused *c = *state;
    char *line = strdup(c->line);
    struct cm_options options;
    struct cm_error err;

    assert_int_equal(parse(line, &options, &err), CM_EUSAGE);
    if (strstr(err.text, c->says) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", err.text, c->says);
    }
    cm_options_cleanup(&options);
    free(line);
}

static void options_and_operands_may_mix(void **state)
{
    char line[] = "scan --out a fleet.csv --jobs=3 --quiet --timeout-dns 1.5 "
                  "--intermediates x --intermediates=y -- --odd-name";
    struct cm_options options;
    struct cm_error err;

    (void)state;
    assert_int_equal(parse(line, &options, &err), CM_OK);
    assert_string_equal(options.text[CM_OPTION_OUT], "a");
    assert_int_equal(options.count[CM_OPTION_JOBS], 3);
    assert_true(options.given[CM_OPTION_QUIET]);
    assert_int_equal(options.ms[CM_OPTION_TIMEOUT_DNS], 1500);
    assert_int_equal(options.num_list[CM_OPTION_INTERMEDIATES], 2);
    assert_string_equal(options.list[CM_OPTION_INTERMEDIATES][1], "y");
    assert_null(options.list[CM_OPTION_INTERMEDIATES][2]);
    assert_int_equal(options.num_operands, 2);
    assert_string_equal(options.operands[0], "fleet.csv");
    assert_string_equal(options.operands[1], "--odd-name");
    assert_null(options.operands[2]);
    assert_false(options.help);
    cm_options_cleanup(&options);
}

static void a_dash_is_an_operand(void **state)
{
    char line[] = "scan - --help";
    struct cm_options options;
    struct cm_error err;

    (void)state;
    assert_int_equal(parse(line, &options, &err), CM_OK);
    assert_string_equal(options.operands[0], "-");
    assert_true(options.help);
    cm_options_cleanup(&options);
}

static void a_list_is_bounded(void **state)
{
    char line[4096] = "scan";
    struct cm_options options;
    struct cm_error err;
    size_t used = strlen(line);

    (void)state;
    for (unsigned i = 0; i <= CM_OPTIONS_MAX_LIST; i++) {
        used += (size_t)snprintf(line + used, sizeof(line) - used,
                                 " --intermediates=%u", i);
    }
    assert_int_equal(parse(line, &options, &err), CM_EUSAGE);
    assert_non_null(strstr(err.text, "32 times"));
    cm_options_cleanup(&options);
}

static void what_was_given_is_written_as_json(void **state)
{
    char line[] = "scan --quiet --out a\"b --jobs 2 --intermediates x "
                  "--intermediates y";
    struct cm_options options;
    struct cm_error err;
    struct cm_buf json;

    (void)state;
    cm_buf_init(&json, 4096);
    assert_int_equal(parse(line, &options, &err), CM_OK);
    cm_options_json(&options, &json);
    assert_string_equal(cm_buf_cstr(&json),
                        "{\"out\":\"a\\\"b\",\"quiet\":true,\"intermediates\":["
                        "\"x\",\"y\"],\"jobs\":\"2\"}");
    cm_buf_cleanup(&json);
    cm_options_cleanup(&options);
}

/* The letters of the commands that there are. */
static const char *letters(char out[32])
{
    size_t num;
    const struct cm_command *commands = cm_commands(&num);

    assert_true(num < 32);
    for (size_t i = 0; i < num; i++) {
        out[i] = commands[i].letter;
    }
    out[num] = '\0';
    return out;
}

static void what_decides_nothing_is_left_out(void **state)
{
    char line[] = "scan --retries 2 --out x --quiet --concurrency 5 --jobs 2 "
                  "--db y --no-aia --fail-on hygiene --per-address 3 "
                  "--per-prefix 9 --rate 5 --seed 7 --no-shuffle --progress "
                  "json --metrics m --no-back-off f.csv";
    struct cm_options options;
    struct cm_error err;
    struct cm_buf json;

    (void)state;
    cm_buf_init(&json, 1024);
    assert_int_equal(parse(line, &options, &err), CM_OK);
    cm_options_deciding_json(&options, &json);
    assert_string_equal(cm_buf_cstr(&json),
                        "{\"no-back-off\":true,\"retries\":\"2\","
                        "\"no-aia\":true}");
    cm_buf_cleanup(&json);
    cm_options_cleanup(&options);
}

static void every_option_serves_a_command_and_is_explained(void **state)
{
    char known[32];

    (void)state;
    (void)letters(known);
    for (enum cm_option i = 0; i < CM_OPTION_COUNT; i++) {
        const struct cm_option_row *row = cm_option_row(i);

        assert_true(strlen(row->commands) > 0 &&
                    strspn(row->commands, known) == strlen(row->commands));
        assert_true(strlen(row->help) > 10);
        assert_int_equal(row->argument == NULL, row->kind == CM_KIND_FLAG);
        for (enum cm_option j = 0; j < i; j++) {
            assert_string_not_equal(row->name, cm_option_row(j)->name);
        }
    }
}

static void statuses_become_the_documented_exit_codes(void **state)
{
    (void)state;
    assert_int_equal(cm_exit_code(CM_OK), 0);
    assert_int_equal(cm_exit_code(CM_EUSAGE), 2);
    assert_int_equal(cm_exit_code(CM_EINPUT), 2);
    assert_int_equal(cm_exit_code(CM_EIO), 3);
    assert_int_equal(cm_exit_code(CM_ESTORE), 3);
    assert_int_equal(cm_exit_code(CM_ENOMEM), 3);
    assert_int_equal(cm_exit_code(CM_EINTERNAL), 4);
}

#define NUM_REFUSED (sizeof(refused) / sizeof(*refused))

int main(void)
{
    const struct CMUnitTest fixed[] = {
        cmocka_unit_test(options_and_operands_may_mix),
        cmocka_unit_test(a_dash_is_an_operand),
        cmocka_unit_test(a_list_is_bounded),
        cmocka_unit_test(what_was_given_is_written_as_json),
        cmocka_unit_test(what_decides_nothing_is_left_out),
        cmocka_unit_test(every_option_serves_a_command_and_is_explained),
        cmocka_unit_test(statuses_become_the_documented_exit_codes),
    };
    struct CMUnitTest tests[sizeof(fixed) / sizeof(*fixed) + NUM_REFUSED];
    size_t num = sizeof(fixed) / sizeof(*fixed);

    memcpy(tests, fixed, sizeof(fixed));
    for (size_t i = 0; i < NUM_REFUSED; i++) {
        tests[num++] = (struct CMUnitTest){.name = refused[i].line,
                                           .test_func = a_mistake_is_named,
                                           .initial_state = &refused[i]};
    }
    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
