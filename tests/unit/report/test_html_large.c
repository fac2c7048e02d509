/* Twenty thousand rows and more actions than are written out.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "html_check.h"

#define ROWS 20000

/* Every other row lacks one of 600 intermediates: 10,000 rows, of which 400
 * actions fix 17 each and 200 fix 16 each. */
static const char fill_sql[] =
    "INSERT INTO run (id, state, started, finished, judged_at, input_name,"
    " rows_read, columns, options, version, tls_library, trust, resolvers)"
    " VALUES (1, 'complete', 0, 9, 9, 'big.csv', 20000,"
    " '[\"host\",\"port\"]', '{}', '', '', 'system:', '');"
    "CREATE TEMP TABLE n AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT"
    " n + 1 FROM c WHERE n < 20000) SELECT n FROM c;"
    "INSERT INTO row SELECT 1, n, n + 1, json_array('h' || n || '.example',"
    " '443'), 'team' || (n % 7), n, n + 1 FROM n;"
    "INSERT INTO endpoint (run, id, host, port, protocol, sni, is_ip, flags,"
    " reason) SELECT 1, n, 'h' || n || '.example', 443, 'tls',"
    " 'h' || n || '.example', 0, 0, NULL FROM n;"
    "INSERT INTO result (run, endpoint, verdict, primary_cause, severity,"
    " causes, path) SELECT 1, n, CASE n % 2 WHEN 1 THEN 'untrusted' ELSE"
    " 'trusted' END, CASE n % 2 WHEN 1 THEN 'chain_incomplete' END, CASE n % 2"
    " WHEN 1 THEN 'breaks_some_clients' END, CASE n % 2 WHEN 1 THEN"
    " '[\"chain_incomplete\"]' ELSE '[]' END, '[]' FROM n;"
    "INSERT INTO finding SELECT 1, n, 0, 'chain_incomplete',"
    " 'breaks_some_clients', 'certain', 1, 'proof ' || n, '', NULL, NULL,"
    " 'install_chain', printf('%016x', n / 2 % 600), 'k',"
    " 'CN=' || (n / 2 % 600) FROM n WHERE n % 2 = 1;"
    "INSERT INTO action SELECT 1, f.action, 'install_chain', 'k', f.subject,"
    " 'breaks_some_clients', count(*), count(*), '[\"chain_incomplete\"]',"
    " '[]', 0, NULL, min(f.endpoint), row_number() OVER (ORDER BY count(*)"
    " DESC, f.action) FROM finding f GROUP BY f.action;";

static int with_many(void **state)
{
    struct fixture *f = malloc(sizeof(*f));

    assert_non_null(f);
    fixture_make(f);
    fixture_sql(f, fill_sql);
    *state = f;
    return 0;
}

static int without(void **state)
{
    fixture_remove(*state);
    free(*state);
    return 0;
}

static void every_row_is_in_the_table(void **state)
{
    static const char *const names[] = {
        "line",    "host",    "port",   "owner",   "verdict",
        "cause",   "also",    "ends",   "tls",     "resolution",
        "actions", "subject", "labels", "findings"};
    struct html_column column;
    char *html = html_of(*state);

    html_has(html, "20,000 rows = 20,000 results");
    html_has(html, "<b>10,000 of 20,000 endpoints are not trusted.</b> 600 "
                   "actions fix all of them; the first 475 fix 80%.");
    html_has(html, "<td class=\"num\">10,000</td>");
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        html_column_read(&column, html, names[i]);
        assert_int_equal(column.num, ROWS);
        html_column_free(&column);
    }
    html_column_read(&column, html, "host");
    for (size_t i = 0; i < ROWS; i++) {
        char want[32];

        (void)snprintf(want, sizeof(want), "h%zu.example", i + 1);
        assert_string_equal(column.texts[i], want);
    }
    html_column_free(&column);
    html_column_read(&column, html, "findings");
    assert_string_equal(column.texts[12344],
                        "chain_incomplete\x1fproof 12345\x1finstall_chain");
    assert_string_equal(column.texts[12345], "");
    html_column_free(&column);
    free(html);
}

static void a_cut_action_plan_says_so(void **state)
{
    struct fixture *f = *state;
    char *html = html_of(f);

    html_check(html);
    assert_int_equal(times_in(html, "<details class=\"act\""), 500);
    html_has(html, "<p class=\"mute\">These are the first 500 actions; "
                   "actions.csv has all.</p>");
    html_has(html, "<span class=\"rank\">500</span>");
    html_lacks(html, "<span class=\"rank\">501</span>");
    /* Each of them has its proof. */
    assert_int_equal(times_in(html, "<p class=\"proof\">proof "), 500);
    free(html);
}

static void a_plan_of_just_500_is_not_cut(void **state)
{
    struct fixture *f = *state;
    char *html;

    fixture_sql(f, "DELETE FROM action WHERE rank > 500");
    html = html_of(f);
    assert_int_equal(times_in(html, "<details class=\"act\""), 500);
    html_lacks(html, "These are the first");
    free(html);
    fixture_sql(f, "DELETE FROM action WHERE rank > 499");
    html = html_of(f);
    assert_int_equal(times_in(html, "<details class=\"act\""), 499);
    html_lacks(html, "These are the first");
    free(html);
}

/* A million rows must not make a gigabyte. */
static void the_columns_are_small(void **state)
{
    char *html = html_of(*state);
    const char *data = strstr(html, "<script type=");
    const char *end = strstr(html, "<script>");

    assert_non_null(data);
    assert_non_null(end);
    assert_true((size_t)(end - data) < (size_t)ROWS * 40);
    free(html);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_in_the_table),
        cmocka_unit_test(a_cut_action_plan_says_so),
        cmocka_unit_test(the_columns_are_small),
        cmocka_unit_test(a_plan_of_just_500_is_not_cut), /* changes the store */
    };

    return cmocka_run_group_tests_name("html large", tests, with_many, without);
}
