/* Data files: what is read of them, and what is said of bad ones.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "certmuster/buf.h"
#include "measure/ini.h"

static enum cm_status note(void *arg, const struct cm_ini_item *item,
                           struct cm_error *err)
{
    (void)err;
    (void)cm_buf_printf(arg, "%u[%s]%s=%s|", item->line, item->section,
                        item->name, item->value);
    return CM_OK;
}

/* What it holds, or the message. */
static const char *read_of(struct cm_buf *out, const char *text, size_t len)
{
    struct cm_error err;

    cm_buf_init(out, 65536);
    if (cm_ini_read("a.ini", text, len, note, out, &err) != CM_OK) {
        assert_int_equal(err.status, CM_EINPUT);
        cm_buf_clear(out);
        (void)cm_buf_puts(out, err.text);
    }
    return cm_buf_cstr(out);
}

static const struct {
    const char *text;
    const char *want;
} cases[] = {
    {"", ""},
    {"# only\n; comments\n\n", ""},
    {"[a]\nx = 1\n", "2[a]x=1|"},
    {"\xEF\xBB\xBF[a]\r\nx=1\r\n y \r\n", "2[a]x=1 y|"},
    {"[a]\nx = 1 2\n    3 4\n# between\n\t5\ny = 6",
     "2[a]x=1 2 3 4 5|6[a]y=6|"},
    {"[a]\nx = 1\n[b]\n  x = 2\n", "2[a]x=1|4[b]x=2|"},
    {"[a]\nx = 1\nx = 2\n", "2[a]x=1|3[a]x=2|"}, /* no line of the first */
    {"[a]\nx =\n  1\n", "2[a]x= 1|"},
    {"x = 1", "1[]x=1|"},
    {"[a]\nx = 1 ; why\n", "2[a]x=1|"},
    {"[a]\nx = a;b\n", "2[a]x=a;b|"},
    {"[a\nx = 1\n", "a.ini, line 1: this is neither [section] nor"},
    {"[a]\nx\n", "a.ini, line 2: this is neither"},
    {"[a]\nx = \x01\n", "a.ini, line 2: this is no text in UTF-8"},
    {"[a]\nx = \xFF\n", "a.ini, line 2: this is no text in UTF-8"},
    {"[aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeef]\nx=1\n",
     "a.ini, line 2: names of sections and values have at most 48"},
};

static void is_read_or_refused_in_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct cm_buf out;
        const char *got = read_of(&out, cases[i].text, strlen(cases[i].text));
        size_t len = strlen(cases[i].want);

        if (strncmp(got, "a.ini", 5) == 0) { /* the start of a message */
            char start[512];

            (void)snprintf(start, sizeof(start), "%.*s", (int)len, got);
            assert_string_equal(start, cases[i].want);
        } else {
            assert_string_equal(got, cases[i].want);
        }
        cm_buf_cleanup(&out);
    }
}

static void a_nul_is_no_text(void **state)
{
    struct cm_buf out;

    (void)state;
    assert_non_null(strstr(read_of(&out, "[a]\nx = \0 1\n", 13), "no text"));
    cm_buf_cleanup(&out);
}

/* inih would cut it, and silently read the rest as another line. */
static void a_line_of_any_length_is_read_whole_or_refused(void **state)
{
    (void)state;
    for (size_t len = 150; len < 420; len++) {
        char text[512] = "[a]\nx = ";
        struct cm_buf out;
        const char *got;

        memset(text + 8, 'y', len - 4);
        text[4 + len] = '\0';
        got = read_of(&out, text, strlen(text));
        if (len <= 198) {
            assert_int_equal(strlen(got), len - 4 + strlen("2[a]x=|"));
        } else {
            assert_non_null(strstr(got, "line 2: the line is longer than 198"));
        }
        cm_buf_cleanup(&out);
    }
}

static enum cm_status refuse(void *arg, const struct cm_ini_item *item,
                             struct cm_error *err)
{
    ++*(unsigned *)arg;
    return cm_ini_bad(item, err, "no %s here", item->name);
}

static void the_first_complaint_ends_it(void **state)
{
    static const char text[] = "[a]\nx = 1\ny = 2\n[broken";
    unsigned calls = 0;
    struct cm_error err;

    (void)state;
    assert_int_equal(
        cm_ini_read("a.ini", text, sizeof(text) - 1, refuse, &calls, &err),
        CM_EINPUT);
    assert_int_equal(calls, 1);
    assert_string_equal(err.text, "a.ini, line 2: no x here");
}

static void put(char *at, const char *text)
{
    while (*text != '\0') {
        *at++ = *text++;
    }
}

static void too_much_is_refused(void **state)
{
    static char text[CM_INI_MAX_FILE + 2];
    struct cm_buf out;

    (void)state;
    memset(text, '\n', sizeof(text));
    assert_string_equal(read_of(&out, text, CM_INI_MAX_FILE), "");
    cm_buf_cleanup(&out);
    assert_non_null(
        strstr(read_of(&out, text, CM_INI_MAX_FILE + 1), "is larger than"));
    cm_buf_cleanup(&out);
    put(text, "[a]\nx=y\n");
    for (size_t i = 8; i + 3 < CM_INI_MAX_FILE; i += 3) {
        put(text + i, " y\n");
    }
    assert_non_null(strstr(read_of(&out, text, CM_INI_MAX_FILE - 8),
                           "line 2: this value is too long"));
    cm_buf_cleanup(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_read_or_refused_in_words),
        cmocka_unit_test(a_nul_is_no_text),
        cmocka_unit_test(a_line_of_any_length_is_read_whole_or_refused),
        cmocka_unit_test(the_first_complaint_ends_it),
        cmocka_unit_test(too_much_is_refused),
    };

    return cmocka_run_group_tests_name("measure_ini", tests, NULL, NULL);
}
