/* Twenty thousand rows stream through every format.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "support/jsoncheck.h"

#define ROWS 20000
#define ACTIONS 400

/* Row n is host n; every tenth repeats the row before it; every other endpoint
 * lacks one of 400 intermediates. */
static const char fill_sql[] =
    "INSERT INTO run (id, state, started, finished, judged_at, input_name,"
    " rows_read, columns, options, version, tls_library, trust, resolvers)"
    " VALUES (1, 'complete', 0, 9, 9, 'big.csv', 20000,"
    " '[\"host\",\"port\"]', '{}', '', '', 'system:', '');"
    "CREATE TEMP TABLE n AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT"
    " n + 1 FROM c WHERE n < 20000) SELECT n,"
    " CASE WHEN n % 10 = 0 THEN n - 1 ELSE n END AS e FROM c;"
    "INSERT INTO row SELECT 1, n, n + 1, json_array('h' || e || '.example',"
    " '443'), 'team' || (n % 7), e, e + 1 FROM n;"
    "INSERT INTO endpoint (run, id, host, port, protocol, sni, is_ip, flags,"
    " reason) SELECT 1, n, 'h' || n || '.example', 443, 'tls',"
    " 'h' || n || '.example', 0, 0, NULL FROM n WHERE n = e;"
    "INSERT INTO result (run, endpoint, verdict, primary_cause, severity,"
    " causes, path) SELECT 1, n, CASE n % 2 WHEN 1 THEN 'untrusted' ELSE"
    " 'trusted' END, CASE n % 2 WHEN 1 THEN 'chain_incomplete' END, CASE n % 2"
    " WHEN 1 THEN 'breaks_some_clients' END, CASE n % 2 WHEN 1 THEN"
    " '[\"chain_incomplete\"]' ELSE '[]' END, '[]' FROM n WHERE n = e;"
    "INSERT INTO finding SELECT 1, n, 0, 'chain_incomplete',"
    " 'breaks_some_clients', 'certain', 1, 'proof', '', NULL, NULL,"
    " 'install_chain', printf('%016x', n % 400), 'k', 'CN=' || (n % 400)"
    " FROM n WHERE n = e AND n % 2 = 1;"
    "INSERT INTO action SELECT 1, f.action, 'install_chain', 'k', f.subject,"
    " 'breaks_some_clients', count(*), count(*), '[\"chain_incomplete\"]',"
    " '[]', 0, NULL, min(r.id), row_number() OVER (ORDER BY count(*) DESC,"
    " f.action) FROM finding f JOIN row r ON r.run = 1 AND r.endpoint ="
    " f.endpoint GROUP BY f.action;";

static void every_row_is_in_every_format(void **state)
{
    struct fixture f;
    struct cm_error err;
    struct table t;
    size_t len;
    size_t bad;
    char *text;
    char *number;

    (void)state;
    fixture_make(&f);
    fixture_sql(&f, fill_sql);
    if (cm_report_write(&f.options, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
    text = fixture_read(&f, "endpoints.csv", &len);
    table_parse(&t, text, len);
    assert_int_equal(t.rows, ROWS + 1);
    assert_string_equal(table_at(&t, ROWS, "host"), "h19999.example");
    assert_string_equal(table_at(&t, ROWS, "line"), "20001");
    assert_string_equal(table_at(&t, ROWS, "duplicate_of_line"), "20000");
    assert_string_equal(table_at(&t, 12345, "host"), "h12345.example");
    table_free(&t);
    free(text);

    text = fixture_read(&f, "endpoints.jsonl", &len);
    assert_int_equal(times_in(text, "\n"), ROWS);
    assert_int_equal(times_in(text, "\"id\":\"input_duplicate\""), ROWS / 10);
    free(text);

    /* 10,000 endpoints lack one, and every tenth row repeats one of these. */
    text = fixture_read(&f, "report.json", &len);
    assert_true(json_is_valid(text, len, &bad));
    assert_int_equal(times_in(text, "\"fixed\":true"), ROWS / 2 + ROWS / 10);
    number = json_at(text, "resolutions/0/endpoints_fixed");
    assert_string_equal(number, "12000");
    free(number);
    assert_int_equal(json_count(text, "resolutions/0/actions"), ACTIONS / 2);
    free(text);
    fixture_remove(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_in_every_format),
    };

    return cmocka_run_group_tests_name("report large", tests, NULL, NULL);
}
