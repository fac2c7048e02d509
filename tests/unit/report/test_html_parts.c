/* Numbers, charts, and the columns that the script unpacks.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "html_check.h"
#include "html_parts.h"

static void numbers_have_separators_and_their_noun(void **state)
{
    static const struct {
        int64_t number;
        const char *want;
    } cases[] = {
        {0, "0 rows"},
        {1, "1 row"},
        {2, "2 rows"},
        {999, "999 rows"},
        {1000, "1,000 rows"},
        {1001, "1,001 rows"},
        {12480, "12,480 rows"},
        {1000000, "1,000,000 rows"},
        {1234567890123, "1,234,567,890,123 rows"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct cm_buf out;

        cm_buf_init(&out, 64);
        cm_html_count(&out, cases[i].number, "row", "rows");
        assert_string_equal(cm_buf_cstr(&out), cases[i].want);
        cm_buf_cleanup(&out);
    }
}

static void text_is_escaped_and_may_be_absent(void **state)
{
    struct cm_buf out;

    (void)state;
    cm_buf_init(&out, 64);
    cm_html_text(&out, NULL);
    cm_html_text(&out, "<a&'\">");
    assert_string_equal(cm_buf_cstr(&out), "&lt;a&amp;&#39;&quot;&gt;");
    cm_buf_cleanup(&out);
}

static char *chart_of(const int64_t weeks[CM_HTML_WEEKS])
{
    struct cm_buf out;
    char *text;

    cm_buf_init(&out, 65536);
    cm_html_breaks_chart(&out, weeks, FLEET_NOW);
    text = cm_buf_take(&out);
    assert_non_null(text);
    cm_buf_cleanup(&out);
    return text;
}

static void the_chart_has_a_bar_for_each_week(void **state)
{
    int64_t weeks[CM_HTML_WEEKS] = {0};
    char *chart;

    (void)state;
    weeks[0] = 99;
    weeks[3] = 33;
    weeks[25] = 1;
    chart = chart_of(weeks);
    html_has(chart, "over 26 weeks: 133 in all\">");
    assert_int_equal(times_in(chart, "<rect "), 26);
    html_has(chart, "<rect class=\"soon\" x=\"2\" y=\"16\" width=\"17\" height="
                    "\"152\"><title>week from 21 Nov 2026: 99</title></rect>");
    html_has(chart, "<rect class=\"soon\" x=\"65\" y=\"116\" width=\"17\" "
                    "height=\"52\"><title>week from 12 Dec 2026: 33</title>");
    html_has(chart, "<rect class=\"later\" x=\"527\" y=\"165\" width=\"17\" "
                    "height=\"3\"><title>week from 15 May 2027: 1</title>");
    html_has(chart, "height=\"0\"><title>week from 28 Nov 2026: 0</title>");
    html_has(chart, "text-anchor=\"middle\">99</text>");
    html_has(chart, "text-anchor=\"middle\">1</text>");
    /* The last date ends inside the picture. */
    html_has(chart, "<text x=\"558\" y=\"184\" text-anchor=\"end\">8 May 2027"
                    "</text>");
    free(chart);
}

/* Numbers that would run into each other stand above every other bar. */
static void large_counts_on_the_chart_are_short(void **state)
{
    int64_t weeks[CM_HTML_WEEKS] = {0};
    char *chart;

    (void)state;
    weeks[0] = 999;
    weeks[1] = 777;
    weeks[2] = 1000;
    weeks[4] = 9960;
    weeks[6] = 38499;
    chart = chart_of(weeks);
    html_has(chart, ">999</text>");
    html_lacks(chart, ">777</text>");
    html_has(chart, ": 777</title>");
    html_has(chart, ">1.0k</text>");
    html_has(chart, ">9.9k</text>");
    html_has(chart, ">38k</text>");
    html_has(chart, ": 38499</title>");
    free(chart);
}

static void no_chart_of_nothing(void **state)
{
    int64_t weeks[CM_HTML_WEEKS] = {0};
    char *chart = chart_of(weeks);

    (void)state;
    assert_string_equal(chart, "<p class=\"mute\">No endpoint is known to "
                               "stop being trusted in the next 26 weeks."
                               "</p>");
    free(chart);
}

static void the_fleet_is_on_the_charts(void **state)
{
    struct fixture f;
    char *html;

    (void)state;
    fixture_make_fleet(&f);
    html = html_of(&f);
    html_has(html, "<rect class=\"ok\" x=\"0.0\" width=\"249.0\" height=\"16\">"
                   "<title>trusted: 2</title></rect>");
    html_has(html, "<rect class=\"bad\" x=\"250.0\" width=\"374.0\" "
                   "height=\"16\"><title>not trusted: 3</title></rect>");
    html_has(html, "<rect class=\"gone\" x=\"625.0\" width=\"124.0\" ");
    html_has(html, "week from 28 Nov 2026: 1</title>");
    html_has(html, "week from 9 Jan 2027: 1</title>");
    html_has(html, ": 2 in all\">");
    free(html);
    /* A certificate that ends in this very second has not expired; that of
     * a row that fails already does not count. */
    fixture_sql(&f, "UPDATE certificate SET not_after = 1795247336"
                    " WHERE id IN (4, 5)");
    html = html_of(&f);
    html_has(html, "week from 21 Nov 2026: 1</title>");
    free(html);
    /* The first second after the last week. */
    fixture_sql(&f, "UPDATE certificate SET not_after = 1795247336 + 26 * 7 *"
                    " 86400 - (id = 5)");
    html = html_of(&f);
    html_has(html, "week from 15 May 2027: 1</title>");
    html_has(html, ": 1 in all\">");
    free(html);
    fixture_remove(&f);
}

static void the_share_bar_stays_in_its_frame(void **state)
{
    static const struct {
        int64_t part;
        int64_t most;
        const char *want;
    } cases[] = {
        {0, 0, "class=\"later\" width=\"0.0\""},
        {1, 3, "class=\"later\" width=\"33.3\""},
        {3, 3, "class=\"later\" width=\"100.0\""},
        {9, 3, "class=\"later\" width=\"100.0\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct cm_buf out;

        cm_buf_init(&out, 1024);
        cm_html_share_bar(&out, cases[i].part, cases[i].most);
        html_has(cm_buf_cstr(&out), cases[i].want);
        cm_buf_cleanup(&out);
    }
}

static void expect_column(const char *html, const char *name,
                          const char *const *want, size_t num)
{
    struct html_column column;

    html_column_read(&column, html, name);
    assert_int_equal(column.num, num);
    for (size_t i = 0; i < num; i++) {
        if (strcmp(column.texts[i], want[i]) != 0) {
            fail_msg("%s of row %zu is \"%s\", not \"%s\"", name, i,
                     column.texts[i], want[i]);
        }
    }
    html_column_free(&column);
}

static void the_columns_hold_the_rows(void **state)
{
    static const struct {
        const char *name;
        const char *texts[FLEET_ROWS];
    } columns[] = {
        {"line", {"2", "3", "4", "5", "6", "7", "8", "9"}},
        {"host",
         {"ok.example", "exp.example", "inc.example", "exp.example",
          "gone.example", "no host", "soon.example", "late.example"}},
        {"port", {"443", "443", "443", "443", "443", "", "8443", "443"}},
        {"owner", {"crm", "crm", "hr", "erp", "hr", "hr", "hr", ""}},
        {"verdict",
         {"trusted", "untrusted", "untrusted", "untrusted", "unreachable",
          "invalid_row", "trusted", "not_checked"}},
        {"cause",
         {"", "leaf_expired", "chain_incomplete", "leaf_expired",
          "dns_nxdomain", "input_unparsable", "leaf_expires_soon",
          "not_scanned"}},
        {"also",
         {"chain_unneeded_root", "chain_incomplete", "",
          "chain_incomplete input_duplicate", "", "", "", ""}},
        {"ends",
         {"2027-01-15", "2026-11-21", "2027-01-15", "2026-11-21", "", "",
          "2026-12-01", ""}},
        {"tls",
         {"TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1.2", "", "", "TLSv1.3", ""}},
        {"resolution",
         {"tidy_chain", "renew_certificate", "install_chain",
          "renew_certificate", "fix_dns", "fix_inventory", "renew_certificate",
          "rescan"}},
        {"actions",
         {"gggg", "aaaa bbbb", "bbbb bbbb", "aaaa bbbb", "cccc", "dddd", "ffff",
          "eeee"}},
        {"subject", {"ok", "exp", "ok", "exp", "", "", "soon", ""}},
    };
    struct fixture f;
    char *html;

    (void)state;
    fixture_make_fleet(&f);
    html = html_of(&f);
    for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
        expect_column(html, columns[i].name, columns[i].texts, FLEET_ROWS);
    }
    assert_int_equal(times_in(html, " data-column-data "),
                     CM_COL_COUNT + FLEET_WIDTH);
    free(html);
    fixture_remove(&f);
}

/* Values of several parts, with U+001F between them. */
static void the_columns_hold_fields_and_findings(void **state)
{
    struct fixture f;
    struct html_column column;
    char *html;

    (void)state;
    fixture_make_fleet(&f);
    html = html_of(&f);
    html_column_read(&column, html, "labels");
    assert_string_equal(column.texts[3], "EXP.example\x1f\x1f"
                                         "erp\x1fx\x1f"
                                         "d");
    assert_string_equal(column.texts[5], "no host\x1f"
                                         "0\x1fhr");
    html_column_free(&column);
    html_column_read(&column, html, "findings");
    assert_string_equal(column.texts[0], "chain_unneeded_root\x1f"
                                         "the root is sent\x1ftidy_chain");
    assert_string_equal(column.texts[3],
                        "leaf_expired\x1f"
                        "ended a second ago\x1f"
                        "renew_certificate\x1f"
                        "chain_incomplete\x1fno Middle\x1finstall_chain\x1f"
                        "input_duplicate\x1fthe same endpoint as line 3\x1f"
                        "fix_inventory");
    html_column_free(&column);
    free(html);
    fixture_remove(&f);
}

static void columns_keep_every_text_as_it_was(void **state)
{
    static const char *const texts[] = {
        "a\nb", "\\",   "\\n",          "\n\\\n",        "a\\\\b\\",
        "",     "\n",   "\r\n",         "\xef\xbb\xbfx", "\xc3\xa4\xe2\x82\xac",
        " ",    "\x1f", "]]></script>",
    };
    const size_t num = sizeof(texts) / sizeof(*texts);
    struct cm_html_columns *columns = cm_html_columns_new(0);
    struct cm_outfile file = {0};
    struct cm_error err;
    char *html;

    (void)state;
    assert_non_null(columns);
    file.stream = tmpfile();
    assert_non_null(file.stream);
    for (size_t i = 0; i < num; i++) {
        cm_html_columns_add(columns, CM_COL_OWNER, texts[i], strlen(texts[i]));
    }
    assert_int_equal(cm_html_columns_write(columns, &file, &err), CM_OK);
    cm_html_columns_free(columns);
    html = fixture_drain(file.stream);
    expect_column(html, "owner", texts, num);
    expect_column(html, "host", NULL, 0);
    free(html);
}

/* Many chunks of text that does not shrink, so that base64 is written in
 * pieces. */
static void long_columns_are_written_in_pieces(void **state)
{
    const size_t num = 20000;
    struct cm_html_columns *columns = cm_html_columns_new(0);
    struct cm_outfile file = {0};
    struct html_column column;
    struct cm_error err;
    uint32_t x = 1;
    char *html;

    (void)state;
    assert_non_null(columns);
    file.stream = tmpfile();
    assert_non_null(file.stream);
    for (size_t i = 0; i < num; i++) {
        char text[40];

        x = x * 1664525U + 1013904223U;
        (void)snprintf(text, sizeof(text), "%08x%08x%zu", x, x * x, i);
        cm_html_columns_add(columns, CM_COL_FINDINGS, text, strlen(text));
    }
    assert_int_equal(cm_html_columns_write(columns, &file, &err), CM_OK);
    cm_html_columns_free(columns);
    html = fixture_drain(file.stream);
    assert_true(strlen(html) > 3 * 65536); /* pieces */
    html_column_read_stored(&column, html, "findings");
    assert_int_equal(column.num, num);
    assert_string_equal(column.texts[num - 1] + 16, "19999");
    assert_string_equal(column.texts[0] + 16, "0");
    html_column_free(&column);
    free(html);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_separators_and_their_noun),
        cmocka_unit_test(text_is_escaped_and_may_be_absent),
        cmocka_unit_test(the_chart_has_a_bar_for_each_week),
        cmocka_unit_test(large_counts_on_the_chart_are_short),
        cmocka_unit_test(no_chart_of_nothing),
        cmocka_unit_test(the_fleet_is_on_the_charts),
        cmocka_unit_test(the_share_bar_stays_in_its_frame),
        cmocka_unit_test(the_columns_hold_the_rows),
        cmocka_unit_test(the_columns_hold_fields_and_findings),
        cmocka_unit_test(columns_keep_every_text_as_it_was),
        cmocka_unit_test(long_columns_are_written_in_pieces),
    };

    return cmocka_run_group_tests_name("html parts", tests, NULL, NULL);
}
