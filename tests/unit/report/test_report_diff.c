/* Two runs as text, CSV, JSON and HTML: counts and lists, what is foreign, the
 * gate, and the trend.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "history.h"
#include "trend.h"

static const struct history_row before[] = {
    {1, "a.example", "trusted", NULL, "1", NULL, 0},
    {2, "b.example", "untrusted", "leaf_expired", "3", NULL, 0},
    {3, "left.example", "untrusted", "leaf_expired", "5", NULL, 0},
};
static const struct history_row now[] = {
    {1, "a.example", "untrusted", "name_mismatch", "2", "tls_weak_dh", 0},
    {2, "b.example", "trusted", NULL, "4", NULL, 0},
    {3, "", "invalid_row", "input_unparsable", NULL, NULL, 0},
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    history_make(f);
    HISTORY_RUN(f, 1, before);
    HISTORY_RUN(f, 2, now);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_remove(*state);
    free(*state);
    return 0;
}

static char *diff(const struct fixture *f, const char *format)
{
    FILE *out = tmpfile();

    assert_non_null(out);
    assert_true(cm_diff_format_known(format));
    assert_int_equal(cm_report_diff(&f->options, format, out, NULL), CM_OK);
    return fixture_drain(out);
}

static void lists_what_changed_as_csv(void **state)
{
    struct fixture *f = *state;
    char *text = diff(f, "csv");
    struct table t;

    table_parse(&t, text, strlen(text));
    assert_int_equal(t.rows, 5);
    assert_string_equal(table_at(&t, 1, "change"), "new_failure");
    assert_string_equal(table_at(&t, 1, "renewal"), "same_key");
    assert_string_equal(table_at(&t, 1, "cause"), "name_mismatch");
    assert_string_equal(table_at(&t, 1, "cause_before"), "");
    assert_string_equal(table_at(&t, 1, "new_findings"), "2");
    assert_string_equal(table_at(&t, 2, "change"), "fixed");
    assert_string_equal(table_at(&t, 2, "not_after_before"),
                        "2027-08-28T00:00:00Z");
    assert_string_equal(table_at(&t, 3, "change"), "new_endpoint");
    assert_string_equal(table_at(&t, 3, "host"), "");
    assert_string_equal(table_at(&t, 4, "change"), "gone");
    assert_string_equal(table_at(&t, 4, "verdict"), "");
    assert_string_equal(table_at(&t, 4, "cause_before"), "leaf_expired");
    table_free(&t);
    free(text);
}

static void says_it_in_words(void **state)
{
    struct fixture *f = *state;
    char *text = diff(f, "text");

    text_has(text, "run 2 of 3 Nov 2026, compared with run 1 of 2 Nov 2026");
    text_has(text, "(run 1): 2 new, 1 fixed, 0 still failing");
    text_has(text, "was trusted, fails now (1)");
    text_has(text, "a.example:443");
    text_has(text, "was leaf_expired");
    text_has(text, "(a row that cannot be read)");
    free(text);
}

static void has_all_counts_as_json(void **state)
{
    struct fixture *f = *state;
    char *text = diff(f, "json");

    json_expect(text, "changes/baseline/run", "1");
    json_expect(text, "changes/new_failures", "2");
    json_expect(text, "changes/fixed", "1");
    json_expect(text, "changes/endpoints_by_change/gone", "1");
    json_expect(text, "changes/endpoints_by_change/unchanged", "0");
    json_expect(text, "changes/certificates_renewed/same_key", "2");
    json_expect(text, "changes/findings/new", "3");
    json_expect(text, "changes/findings/gone", "2");
    json_expect(text, "changes/endpoints_with_new_causes/breaks_now", "2");
    json_expect(text, "endpoints/0/change", "new_failure");
    json_expect(text, "endpoints/3/line", "4");
    free(text);
}

static void is_a_page_without_script(void **state)
{
    struct fixture *f = *state;
    char *text = diff(f, "html");

    text_has(text, "default-src 'none'; style-src 'sha256-");
    text_lacks(text, "<script");
    text_has(text, "<b>2 new failures</b>, <b>1 fixed</b>");
    text_has(text, "a.example:443");
    text_lacks(text, "data-pick");
    free(text);
}

static void lets_nothing_foreign_act(void **state)
{
    static const char *const formats[] = {"text", "csv", "json", "html"};
    struct fixture *f = *state;

    fixture_sql(f, "UPDATE row SET owner = '=cmd()<script>' || char(27) ||"
                   " '[31m'");
    fixture_sql(f, "UPDATE endpoint SET protocol = '<b>', sni = '\"'");
    for (size_t i = 0; i < 4; i++) {
        char *text = diff(f, formats[i]);

        text_lacks(text, "\x1b");
        text_lacks(text, ",=cmd");
        if (strcmp(formats[i], "html") == 0) {
            text_lacks(text, "<script");
            text_lacks(text, "> <b>");
        }
        free(text);
    }
}

static void says_that_there_is_no_baseline(void **state)
{
    static const char *const formats[] = {"text", "html"};
    struct fixture *f = *state;
    char *text;

    fixture_sql(f, "UPDATE run SET state = 'partial' WHERE id = 1");
    for (size_t i = 0; i < 2; i++) {
        text = diff(f, formats[i]);
        text_has(text, "no complete earlier run");
        free(text);
    }
    text = diff(f, "json");
    json_expect(text, "changes", "null");
    free(text);
    text = diff(f, "csv");
    assert_int_equal(times_in(text, "\n"), 1);
    free(text);
}

static void counts_what_is_new_for_a_gate(void **state)
{
    struct fixture *f = *state;
    struct cm_report_options options = f->options;
    bool compared = false;
    int64_t rows = 0;

    fixture_sql(f, "UPDATE result SET severity = 'breaks_now'"
                   " WHERE verdict <> 'trusted'");
    assert_int_equal(
        cm_report_count_new(&options, CM_SEVERITY_NOW, &rows, &compared, NULL),
        CM_OK);
    assert_true(compared);
    assert_int_equal(rows, 2);
    options.baseline = CM_BASELINE_NONE;
    assert_int_equal(
        cm_report_count_new(&options, CM_SEVERITY_NOW, &rows, &compared, NULL),
        CM_OK);
    assert_false(compared); /* then every one counts, as in the whole run */
    assert_int_equal(rows, 2);
    options.baseline = 0;
    options.run_id = 1; /* the first */
    assert_int_equal(cm_report_count_new(&options, CM_SEVERITY_HYGIENE, &rows,
                                         &compared, NULL),
                     CM_OK);
    assert_false(compared);
    assert_int_equal(rows, 2);
}

static void shows_the_last_runs_as_they_ended(void **state)
{
    struct fixture *f = *state;
    struct cm_report_options options = f->options;
    struct cm_trend trend;

    fixture_sql(f, "INSERT INTO run_verdict VALUES (1, 'trusted', 1),"
                   " (1, 'untrusted', 2), (2, 'trusted', 1),"
                   " (2, 'untrusted', 1), (2, 'invalid_row', 1)");
    assert_int_equal(cm_report_open(&options, NULL), CM_OK);
    assert_int_equal(cm_report_trend(options.run, &trend, NULL), CM_OK);
    assert_int_equal(trend.num, 2);
    assert_int_equal(trend.points[0].run, 1);
    assert_int_equal(trend.points[0].verdicts[CM_VERDICT_UNTRUSTED], 2);
    assert_int_equal(trend.points[1].rows, 3);
    cm_report_close(&options);
    /* A run that is not shown as a whole has no trend. */
    fixture_sql(f, "UPDATE run SET rows_recorded = 2 WHERE id = 2");
    assert_int_equal(cm_report_open(&options, NULL), CM_OK);
    assert_int_equal(cm_report_trend(options.run, &trend, NULL), CM_OK);
    assert_int_equal(trend.num, 0);
    cm_report_close(&options);
}

#define DIFF_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DIFF_TEST(lists_what_changed_as_csv),
        DIFF_TEST(says_it_in_words),
        DIFF_TEST(has_all_counts_as_json),
        DIFF_TEST(is_a_page_without_script),
        DIFF_TEST(lets_nothing_foreign_act),
        DIFF_TEST(says_that_there_is_no_baseline),
        DIFF_TEST(counts_what_is_new_for_a_gate),
        DIFF_TEST(shows_the_last_runs_as_they_ended),
    };

    return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
