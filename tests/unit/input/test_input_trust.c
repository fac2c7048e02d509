/* Rows that name a trust view, and lists that are read whole.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "input/input.h"

static const char *const views[] = {"system", "corp"};

/* What became of the rows: "1 corp; 2 !reason; ". */
struct rows {
    struct cm_buf text;
    struct cm_dedupe *dedupe;
};

static enum cm_status on_columns(void *arg, const char *const *names,
                                 size_t num_names, int owner, bool has_header)
{
    (void)arg;
    (void)names;
    (void)num_names;
    (void)owner;
    (void)has_header;
    return CM_OK;
}

static enum cm_status on_row(void *arg, struct cm_row *row)
{
    struct rows *rows = arg;

    assert_true(cm_dedupe_note(rows->dedupe, row));
    if (row->valid) {
        cm_buf_printf(&rows->text, "%d [%s]; ", (int)row->endpoint_id,
                      row->endpoint.trust);
    } else {
        assert_int_equal(row->cause, CM_CAUSE_INPUT_UNPARSABLE);
        cm_buf_printf(&rows->text, "%d:%u !%s; ", (int)row->line, row->column,
                      row->reason);
    }
    cm_row_free(row);
    return CM_OK;
}

static void assert_rows(const char *csv, size_t num_views, const char *want)
{
    struct rows rows = {.dedupe = cm_dedupe_new()};
    const struct cm_input_sink sink = {on_columns, on_row, &rows};
    const struct cm_input_options options = {
        .header = -1, .views = views, .num_views = num_views};
    struct cm_input *input;

    cm_buf_init(&rows.text, 4096);
    assert_non_null(rows.dedupe);
    assert_int_equal(cm_input_new(&input, &options, &sink, NULL), CM_OK);
    assert_int_equal(cm_input_feed(input, csv, strlen(csv)), CM_OK);
    assert_int_equal(cm_input_finish(input), CM_OK);
    assert_string_equal(cm_buf_cstr(&rows.text), want);
    cm_input_free(input);
    cm_dedupe_free(rows.dedupe);
    cm_buf_cleanup(&rows.text);
}

static void a_row_may_name_a_trust_view(void **state)
{
    (void)state;
    assert_rows("host,trust\na.example,corp\na.example, CORP \n"
                "a.example,\na.example,system\n",
                2, "1 [corp]; 1 [corp]; 3 []; 4 [system]; ");
    assert_rows("Trust View,host\ncorp,a.example\n", 2, "1 [corp]; ");
    assert_rows("host,port,protocol,sni\na.example,443,tls,corp\n", 2,
                "1 []; ");
}

/* Never the verdict of another view. */
static void a_view_that_is_none_makes_the_row_invalid(void **state)
{
    (void)state;
    assert_rows(
        "host,trust\na.example,java\nb.example,corp2\nc.example,cor\n", 2,
        "2:11 !no trust view is named \"java\"; --trust NAME=FILE makes "
        "one, and an empty field means \"system\"; "
        "3:11 !no trust view is named \"corp2\"; --trust NAME=FILE "
        "makes one, and an empty field means \"system\"; "
        "4:11 !no trust view is named \"cor\"; --trust NAME=FILE makes "
        "one, and an empty field means \"system\"; ");
}

static void without_views_no_row_names_one(void **state)
{
    (void)state;
    assert_rows("host,trust\na.example,java\n", 0, "1 []; ");
}

/* --- lists that are read whole --- */

struct records {
    struct cm_buf text;
    uint64_t stop_at; /* the line; 0: never */
};

static enum cm_status on_record(void *arg, uint64_t line, char *const *fields,
                                size_t num_fields, struct cm_error *err)
{
    struct records *records = arg;

    cm_buf_printf(&records->text, "%d", (int)line);
    for (size_t i = 0; i < num_fields; i++) {
        cm_buf_printf(&records->text, "[%s]", fields[i]);
    }
    return line == records->stop_at ? cm_error_set(err, CM_EINPUT, "stopped")
                                    : CM_OK;
}

static void read_table(const char *csv, size_t len, const char *want,
                       const char *mistake)
{
    struct records records = {.stop_at = 9};
    struct cm_error err = {0};

    cm_buf_init(&records.text, 4096);
    assert_int_equal(cm_table_read((struct cm_span){(const uint8_t *)csv, len},
                                   on_record, &records, &err),
                     mistake == NULL ? CM_OK : CM_EINPUT);
    if (mistake != NULL && strstr(err.text, mistake) == NULL) {
        fail_msg("no \"%s\" in: %s", mistake, err.text);
    }
    assert_string_equal(cm_buf_cstr(&records.text), want);
    cm_buf_cleanup(&records.text);
}

static void a_table_gives_records_with_their_lines(void **state)
{
    static const struct {
        const char *csv;
        const char *want;
        const char *mistake; /* NULL: none */
    } cases[] = {
        {"", "", NULL},
        {"\n\r\n# only this\n", "", NULL},
        {"a,b\n", "1[a][b]", NULL},
        {"a,b", "1[a][b]", NULL},
        {"\xef\xbb\xbf"
         "a,b\r\nc,d\r\n",
         "1[a][b]2[c][d]", NULL},
        {"# x\n\na , \"b\"\"c\"\n#d,e\nf,\n", "3[a][b\"c]5[f][]", NULL},
        {"a,\"b\nc\"\nd\n", "1[a][b\nc]3[d]", NULL},
        {"a;b;c\nd,e;f\n", "1[a][b][c]2[d,e][f]", NULL},
        {"a\tb\n1\t2\n", "1[a][b]2[1][2]", NULL},
        {"a,b\n\"#c\",d\n", "1[a][b]2[#c][d]", NULL},
        {"a\n\n\"b", "1[a]", "line 3: a quote is not closed"},
        {"a\nb\"c\n", "1[a]", "line 2: a quote"},
        {"a\n\n\n\n\n\n\n\nb\nc\n", "1[a]9[b]", "stopped"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        read_table(cases[i].csv, strlen(cases[i].csv), cases[i].want,
                   cases[i].mistake);
    }
    read_table("a\nb\0c\n", 6, "1[a]", "line 2: there is a zero byte");
}

static void a_table_has_limits(void **state)
{
    char wide[2 * CM_INPUT_MAX_COLUMNS + 2];

    (void)state;
    memset(wide, ',', sizeof(wide));
    read_table(wide, sizeof(wide), "", "line 1: there are too many fields");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_may_name_a_trust_view),
        cmocka_unit_test(a_view_that_is_none_makes_the_row_invalid),
        cmocka_unit_test(without_views_no_row_names_one),
        cmocka_unit_test(a_table_gives_records_with_their_lines),
        cmocka_unit_test(a_table_has_limits),
    };

    return cmocka_run_group_tests_name("trust and tables", tests, NULL, NULL);
}
