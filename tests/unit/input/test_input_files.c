/* What stops the reading: files that are no text, options that make no sense,
 * and a sink that fails.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "unit/input/collect.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define BYTES(literal) literal, sizeof(literal) - 1

static const struct {
    const char *text;
    size_t len;
    const char *want; /* somewhere in the message */
} no_text[] = {
    {BYTES("\xff\xfeh\0o\0s\0t\0"), "iconv -f UTF-16 -t UTF-8 FILE"},
    {BYTES("\xfe\xff\0h\0o\0s\0t"), "iconv -f UTF-16 -t UTF-8 FILE"},
    {BYTES("\xff\xfe"), "the input is UTF-16"},
    {BYTES("h\0o\0s\0t\0"), "without a byte order mark"},
    {BYTES("\0\0\0\0\0"), "binary"},
    {BYTES("\x7f"
           "ELF\x02\x01"),
     "a program"},
    {BYTES("%PDF-1.7"), "a PDF"},
    {BYTES("\x28\xb5\x2f\xfd\x04"), "zstdcat FILE"},
    {BYTES("\xfd"
           "7zXZ"),
     "xzcat FILE"},
    {BYTES("\x1f\x8b\x08\0\0\0\0\0"), "zcat FILE | certmuster scan -"},
    {BYTES("PK\x03\x04\x14\0\x06\0"), "save it as CSV (UTF-8)"},
    {BYTES("\xd0\xcf\x11\xe0\xa1\xb1"), "save it as CSV (UTF-8)"},
};

static void files_that_are_no_text_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(no_text); i++) {
        for (size_t chunk = 0; chunk < 5; chunk++) {
            struct collected got = {0};

            collect(&got, NULL, no_text[i].text, no_text[i].len, chunk);
            assert_int_equal(got.status, CM_EINPUT);
            assert_non_null(strstr(got.error.text, no_text[i].want));
            assert_int_equal(got.text.len, 0);
            collect_cleanup(&got);
        }
    }
}

static void delimiters_that_cannot_be_are_refused(void **state)
{
    static const char bad[] = "\"#a0Z.:-_[]\n\r \x01\x7f\xe4";

    (void)state;
    for (size_t i = 0; bad[i] != '\0'; i++) {
        const struct cm_input_options options = {.delimiter = bad[i]};
        struct collected got = {0};

        collect(&got, &options, "a", 1, 0);
        assert_int_equal(got.status, CM_EUSAGE);
        assert_non_null(strstr(got.error.text, "cannot be the delimiter"));
        collect_cleanup(&got);
    }
}

/* Another delimiter in each record is text. */
static void a_given_delimiter_is_used(void **state)
{
    static const char given[] = ",;|\t^~!";

    (void)state;
    for (size_t i = 0; given[i] != '\0'; i++) {
        const struct cm_input_options options = {.delimiter = given[i],
                                                 .header = -1};
        char d = given[i];
        char other = d == ';' ? ',' : ';';
        char text[64];
        char want[128];
        struct collected got = {0};

        (void)snprintf(text, sizeof(text), "host%cx%cy\na%cb%c%c1\n", d, other,
                       d, other, other);
        (void)snprintf(want, sizeof(want),
                       "columns host|x%cy owner=-1 header=1\n"
                       "1 line 2: [a][b%c%c1] = a:443 tls a\n",
                       other, other, other);
        collect(&got, &options, text, strlen(text), 0);
        assert_int_equal(got.status, CM_OK);
        assert_string_equal(cm_buf_cstr(&got.text), want);
        collect_cleanup(&got);
    }
}

static void expect_usage(const struct cm_input_options *options,
                         const char *want)
{
    struct collected got = {0};

    collect(&got, options, "a", 1, 0);
    assert_int_equal(got.status, CM_EUSAGE);
    if (strncmp(got.error.text, want, strlen(want)) != 0) {
        fail_msg("%s", got.error.text);
    }
    collect_cleanup(&got);
}

static void options_are_checked_before_any_row(void **state)
{
    const struct cm_input_options unknown = {.protocol = "gopher"};
    const struct cm_input_options sni = {.sni = "a b"};

    (void)state;
    expect_usage(&unknown, "protocol \"gopher\" is not known; known are: tls");
    expect_usage(&sni, "sni \"a b\" holds a space");
}

static void options_hold_for_rows_that_are_silent(void **state)
{
    char sni[] = " B\xc3\xbc"
                 "cher.example. ";
    char protocol[] = "TLS";
    const struct cm_input_options options = {
        .header = -1, .port = 8443, .protocol = protocol, .sni = sni};
    const char *text = "host,port,sni\na,,\nb,1,c\n";
    struct collected got = {0};

    (void)state;
    collect(&got, &options, text, strlen(text), 0);
    assert_int_equal(got.status, CM_OK);
    assert_string_equal(cm_buf_cstr(&got.text),
                        "columns host|port|sni owner=-1 header=1\n"
                        "1 line 2: [a][][] = a:8443 tls xn--bcher-kva.example\n"
                        "2 line 3: [b][1][c] = b:1 tls c\n");
    collect_cleanup(&got);
}

static void a_failing_sink_stops_the_reading(void **state)
{
    const char *text = "a,1\nb,2\nc,3\n";
    struct collected got = {.fail_at_row = 2};

    (void)state;
    collect(&got, NULL, text, strlen(text), 0);
    assert_int_equal(got.status, CM_ESTORE);
    assert_int_equal(got.error.status, CM_OK); /* the words are the sink's */
    assert_int_equal(got.rows, 2);
    collect_cleanup(&got);
}

static void a_sink_may_refuse_the_columns(void **state)
{
    static const char *const texts[] = {"host\na\n", "a\n", "x\"\na\n", "x\""};

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct collected got = {.fail_columns = true};

        collect(&got, NULL, texts[i], strlen(texts[i]), 0);
        assert_int_equal(got.status, CM_ESTORE);
        assert_int_equal(got.rows, 0);
        collect_cleanup(&got);
    }
}

static enum cm_status no_columns(void *arg, const char *const *names,
                                 size_t num_names, int owner, bool has_header)
{
    (void)names;
    (void)num_names;
    (void)owner;
    (void)has_header;
    return *(enum cm_status *)arg;
}

static enum cm_status no_row(void *arg, struct cm_row *row)
{
    cm_row_free(row);
    return *(enum cm_status *)arg;
}

static void a_failure_stays(void **state)
{
    enum cm_status answer[] = {CM_ESTORE};
    const struct cm_input_sink sink = {no_columns, no_row, answer};
    const struct cm_input_options options = {.header = -1};
    struct cm_input *input = NULL;

    (void)state;
    assert_int_equal(cm_input_new(&input, &options, &sink, NULL), CM_OK);
    assert_int_equal(cm_input_feed(input, "a\nb\nc\n", 6), CM_ESTORE);
    answer[0] = CM_OK;
    assert_int_equal(cm_input_feed(input, "d\n", 2), CM_ESTORE);
    assert_int_equal(cm_input_finish(input), CM_ESTORE);
    assert_int_equal(cm_input_rows(input), 0);
    cm_input_free(input);
}

static void the_end_comes_once(void **state)
{
    enum cm_status answer = CM_OK;
    const struct cm_input_sink sink = {no_columns, no_row, &answer};
    const struct cm_input_options options = {.header = -1};
    struct cm_input *input = NULL;

    (void)state;
    assert_int_equal(cm_input_new(&input, &options, &sink, NULL), CM_OK);
    assert_int_equal(cm_input_feed(input, "", 0), CM_OK);
    assert_int_equal(cm_input_feed(input, "a", 1), CM_OK);
    assert_int_equal(cm_input_finish(input), CM_OK);
    assert_int_equal(cm_input_finish(input), CM_OK);
    assert_int_equal(cm_input_rows(input), 1);
    cm_input_free(input);
}

static void a_reader_may_be_dropped_halfway(void **state)
{
    enum cm_status answer = CM_OK;
    const struct cm_input_sink sink = {no_columns, no_row, &answer};
    const struct cm_input_options options = {.header = -1};
    struct cm_input *input = NULL;

    (void)state; /* a held row, an open quote, a field in libcsv's hands */
    assert_int_equal(cm_input_new(&input, &options, &sink, NULL), CM_OK);
    assert_int_equal(cm_input_feed(input, "x\"\nhost,\"a\nb", 12), CM_OK);
    cm_input_free(input);
    cm_input_free(NULL);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_that_are_no_text_are_refused),
        cmocka_unit_test(delimiters_that_cannot_be_are_refused),
        cmocka_unit_test(a_given_delimiter_is_used),
        cmocka_unit_test(options_are_checked_before_any_row),
        cmocka_unit_test(options_hold_for_rows_that_are_silent),
        cmocka_unit_test(a_failing_sink_stops_the_reading),
        cmocka_unit_test(a_sink_may_refuse_the_columns),
        cmocka_unit_test(a_failure_stays),
        cmocka_unit_test(the_end_comes_once),
        cmocka_unit_test(a_reader_may_be_dropped_halfway),
    };

    return cmocka_run_group_tests_name("input files", tests, NULL, NULL);
}
