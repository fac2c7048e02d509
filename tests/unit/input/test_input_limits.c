/* The caps on field, record and columns: one invalid row each, and reading goes
 * on. Memory is bounded by the caps, so inputs far above them must do.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "unit/input/collect.h"

#define BARE "columns host|port owner=-1 header=0\n"
#define BARE3 "columns host|port|column_3 owner=-1 header=0\n"
#define FIRST "1 line 1: [a][1] = a:1 tls a\n"
#define TOO_LONG                                                               \
    " ! the line is longer than 262144 bytes; is a newline missing?\n"

/* `head`, `count` times `body`, `tail`: read whole and in pieces of 1 and
 * 1000 bytes, always with the same rows. */
struct made {
    const char *head, *body;
    size_t count;
    const char *tail;
};

static void expect_rows(const struct made *made, const char *want)
{
    static const size_t chunks[] = {0, 1000, 1};
    size_t body = strlen(made->body);
    struct cm_buf text;

    cm_buf_init(&text, (size_t)64 << 20);
    cm_buf_puts(&text, made->head);
    for (size_t i = 0; i < made->count; i++) {
        cm_buf_append(&text, made->body, body);
    }
    cm_buf_puts(&text, made->tail);
    assert_false(text.failed);
    for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
        struct collected got = {0};

        collect(&got, NULL, text.data, text.len, chunks[i]);
        assert_int_equal(got.status, CM_OK);
        assert_string_equal(cm_buf_cstr(&got.text), want);
        collect_cleanup(&got);
    }
    cm_buf_cleanup(&text);
}

static void a_field_of_the_cap_is_read(void **state)
{
    const struct made made = {"a,1,", "x", CM_INPUT_MAX_FIELD, "\nb,2\n"};

    (void)state;
    expect_rows(&made, BARE3 "1 line 1: [a][1][65536 bytes] = a:1 tls a\n"
                             "2 line 2: [b][2] = b:2 tls b\n");
}

static void a_field_over_the_cap_is_an_invalid_row(void **state)
{
    const struct made made = {"a,1\nb,\"", "x", 200000, "\",y\nc,3\n"};

    (void)state;
    expect_rows(&made, BARE FIRST
                "2 line 2.3: [b][1024 bytes][y] ! field 2 holds 200000 bytes, "
                "more than 65536; is a quote or a newline missing?\n"
                "3 line 3: [c][3] = c:3 tls c\n");
}

/* A record of 262144 bytes in 130 fields, and one byte more. */
static void a_record_of_the_cap_is_read(void **state)
{
    char body[2049] = ",";
    char tail[2064] = ",";
    const struct made made = {"a,1", body, CM_INPUT_MAX_RECORD / 2048 - 1,
                              tail};
    struct cm_buf want;

    (void)state;
    memset(body + 1, 'x', 2047);
    memset(tail + 1, 'x', 2043);
    memcpy(tail + 2044, "\nb,2\n", 6);
    cm_buf_init(&want, 16384);
    cm_buf_puts(&want, "columns host|port");
    for (int i = 3; i <= 130; i++) {
        cm_buf_printf(&want, "|column_%d", i);
    }
    cm_buf_puts(&want, " owner=-1 header=0\n1 line 1: [a][1]");
    for (int i = 3; i < 130; i++) {
        cm_buf_puts(&want, "[2047 bytes]");
    }
    cm_buf_puts(&want, "[2043 bytes] = a:1 tls a\n"
                       "2 line 2: [b][2] = b:2 tls b\n");
    expect_rows(&made, cm_buf_cstr(&want));
    cm_buf_cleanup(&want);
    memcpy(tail + 2044, "x\nb,2\n", 7);
    expect_rows(&made, BARE "1 line 1: [1024 bytes]" TOO_LONG
                            "2 line 2: [b][2] = b:2 tls b\n");
}

static void a_line_over_the_cap_is_an_invalid_row(void **state)
{
    const struct made made = {"a,1\nb,2,", "x", 1000000, "\r\nc,3\n"};

    (void)state;
    expect_rows(&made, BARE FIRST "2 line 2: [1024 bytes]" TOO_LONG
                                  "3 line 3: [c][3] = c:3 tls c\n");
}

static void a_line_over_the_cap_may_be_the_last(void **state)
{
    const struct made made = {"a,1\n", "x", 1000000, ""};
    const struct made with_cr = {"a,1\n", "x", 1000000, "\r"};

    (void)state;
    expect_rows(&made, BARE FIRST "2 line 2: [1024 bytes]" TOO_LONG);
    expect_rows(&with_cr, BARE FIRST "2 line 2: [1024 bytes]" TOO_LONG);
}

static void a_long_line_without_header_comes_first(void **state)
{
    const struct made made = {"", "x,", 300000, "\nhost,port\na,1\n"};

    (void)state;
    expect_rows(&made, "columns host|port owner=-1 header=1\n"
                       "1 line 1: [1024 bytes]" TOO_LONG
                       "2 line 3: [a][1] = a:1 tls a\n");
}

static void a_long_comment_is_a_comment(void **state)
{
    const struct made made = {"a,1\n#", "x", 1000000, "\nc,3\n"};

    (void)state;
    expect_rows(&made, BARE FIRST "2 line 3: [c][3] = c:3 tls c\n");
}

static void an_open_quote_is_not_followed_for_ever(void **state)
{
    const struct made made = {"a,1\n\"b,2\n", "#2345678\n", 40000, "c,3\n"};

    (void)state;
    expect_rows(&made, BARE FIRST
                "2 line 2.1: [\"b,2] ! the quote that opens here is never "
                "closed (looked through 262144 bytes); close field 1 with a "
                "quote\n"
                "3 line 40003: [c][3] = c:3 tls c\n");
}

static void an_open_quote_in_the_first_record_ends_too(void **state)
{
    const struct made made = {"\"b\n", "#2345678\n", 40000, "c;3\n"};

    (void)state;
    expect_rows(&made,
                BARE "1 line 1.1: [\"b] ! the quote that opens here is never "
                     "closed (looked through 262144 bytes); close field 1 with "
                     "a quote\n"
                     "2 line 40002: [c][3] = c:3 tls c\n");
}

static void all_columns_up_to_the_cap_are_kept(void **state)
{
    char want[16384] = "columns host|port";
    const struct made made = {"a,1", ",", CM_INPUT_MAX_COLUMNS - 2, "\n"};
    struct cm_buf text;

    (void)state;
    cm_buf_init(&text, sizeof(want));
    cm_buf_puts(&text, want);
    for (int i = 3; i <= CM_INPUT_MAX_COLUMNS; i++) {
        cm_buf_printf(&text, "|column_%d", i);
    }
    cm_buf_puts(&text, " owner=-1 header=0\n1 line 1: [a][1]");
    for (int i = 3; i <= CM_INPUT_MAX_COLUMNS; i++) {
        cm_buf_puts(&text, "[]");
    }
    cm_buf_puts(&text, " = a:1 tls a\n");
    expect_rows(&made, cm_buf_cstr(&text));
    cm_buf_cleanup(&text);
}

static void too_many_columns_are_an_invalid_row(void **state)
{
    const struct made made = {"a,1\nb,2", ",", 1000, "\nc,3\n"};
    struct cm_buf want;

    (void)state;
    cm_buf_init(&want, 16384);
    cm_buf_puts(&want, BARE FIRST "2 line 2.259: [b][2]");
    for (int i = 3; i <= CM_INPUT_MAX_COLUMNS; i++) {
        cm_buf_puts(&want, "[]");
    }
    cm_buf_puts(&want, " ! the row has 1002 fields, more than 256; is a "
                       "newline missing?\n3 line 3: [c][3] = c:3 tls c\n");
    expect_rows(&made, cm_buf_cstr(&want));
    cm_buf_cleanup(&want);
}

static void many_rows_are_no_matter(void **state)
{
    const struct made made = {"", "h.example,443,\"team \"\"x\"\"\"\n", 50000,
                              ""};
    struct collected got = {0};
    struct cm_buf text;

    (void)state;
    cm_buf_init(&text, (size_t)8 << 20);
    for (size_t i = 0; i < made.count; i++) {
        cm_buf_puts(&text, made.body);
    }
    collect(&got, NULL, text.data, text.len, 65536);
    assert_int_equal(got.status, CM_OK);
    assert_int_equal(got.rows, 50000);
    assert_null(strstr(cm_buf_cstr(&got.text), "!"));
    collect_cleanup(&got);
    cm_buf_cleanup(&text);
}

/* Bytes that matter to CSV, in any order: each chunking gives the same rows,
 * and each row has an id and a line. */
static void no_chunking_changes_the_rows(void **state)
{
    static const char any[] = "aab1,,;\t\"\"\"\n\n\r #\xfc\0:";
    static const size_t chunks[] = {1, 2, 7, 64};
    uint64_t seed = 42;

    (void)state;
    for (int round = 0; round < 400; round++) {
        char text[300];
        struct collected whole = {0};

        for (size_t i = 0; i < sizeof(text); i++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            text[i] = any[(seed >> 33) % (sizeof(any) - 1)];
            if (i < 4 && text[i] == '\0') {
                text[i] = 'a'; /* a file that begins so is refused */
            }
        }
        collect(&whole, NULL, text, sizeof(text), 0);
        assert_int_equal(whole.status, CM_OK);
        assert_int_equal(whole.rows, whole.last_id);
        for (size_t i = 0; i < 4; i++) {
            struct collected got = {0};

            collect(&got, NULL, text, sizeof(text), chunks[i]);
            assert_int_equal(got.status, CM_OK);
            assert_string_equal(cm_buf_cstr(&got.text),
                                cm_buf_cstr(&whole.text));
            collect_cleanup(&got);
        }
        collect_cleanup(&whole);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_field_of_the_cap_is_read),
        cmocka_unit_test(a_field_over_the_cap_is_an_invalid_row),
        cmocka_unit_test(a_record_of_the_cap_is_read),
        cmocka_unit_test(a_line_over_the_cap_is_an_invalid_row),
        cmocka_unit_test(a_line_over_the_cap_may_be_the_last),
        cmocka_unit_test(a_long_line_without_header_comes_first),
        cmocka_unit_test(a_long_comment_is_a_comment),
        cmocka_unit_test(an_open_quote_is_not_followed_for_ever),
        cmocka_unit_test(an_open_quote_in_the_first_record_ends_too),
        cmocka_unit_test(all_columns_up_to_the_cap_are_kept),
        cmocka_unit_test(too_many_columns_are_an_invalid_row),
        cmocka_unit_test(many_rows_are_no_matter),
        cmocka_unit_test(no_chunking_changes_the_rows),
    };

    return cmocka_run_group_tests_name("input limits", tests, NULL, NULL);
}
