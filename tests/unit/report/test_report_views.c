/* Several trust views: each output says what each of them trusts, and where
 * they differ.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "reader_views.h"
#include "support/jsoncheck.h"

static int with_fleet(void **state)
{
    struct fixture *f = malloc(sizeof(*f));

    assert_non_null(f);
    fixture_make_fleet(f);
    *state = f;
    return 0;
}

static int with_views(void **state)
{
    (void)with_fleet(state);
    fixture_add_view(*state);
    return 0;
}

static int without(void **state)
{
    fixture_remove(*state);
    free(*state);
    return 0;
}

static void has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("\"%s\" is not in:\n%s", part, text);
    }
}

static char *summary(const struct fixture *f, int width)
{
    FILE *out = tmpfile();
    struct cm_error err;

    assert_non_null(out);
    if (cm_report_summary(&f->options, 10, width, out, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
    return fixture_drain(out);
}

static char *written(const struct fixture *f, const char *name)
{
    struct cm_error err;
    size_t len;
    char *text;

    if (cm_report_write(&f->options, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
    text = fixture_read(f, name, &len);
    assert_non_null(text);
    return text;
}

static struct cm_report_run *open_run(const struct fixture *f)
{
    struct cm_report_run *run = NULL;
    struct cm_error err;

    if (cm_report_run_open(&run, f->db, 0, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
    return run;
}

/* The fleet's rows: 1 is trusted in "system" only, 3 in "corp" only. */
static void reader_groups_rows_by_their_verdicts(void **state)
{
    struct cm_report_run *run = open_run(*state);
    const struct cm_report_views *views;
    const struct cm_report_views *again;
    const struct cm_report_difference *one;
    struct cm_error err;

    assert_int_equal(cm_report_run_views(run, &views, &err), CM_OK);
    assert_int_equal(views->num, 2);
    assert_string_equal(views->views[0].name, "system");
    assert_string_equal(views->views[0].path, "/etc/ssl/cert.pem");
    assert_int_equal(views->views[0].anchors, 150);
    assert_int_equal(views->views[0].distrusted, CM_UNKNOWN);
    assert_string_equal(views->views[1].name, "corp");
    assert_int_equal(views->views[1].distrusted, 1);
    assert_int_equal(views->views[0].verdicts[CM_VERDICT_TRUSTED], 2);
    assert_int_equal(views->views[1].verdicts[CM_VERDICT_TRUSTED], 2);
    assert_int_equal(views->views[1].verdicts[CM_VERDICT_UNTRUSTED], 3);
    assert_int_equal(views->views[1].verdicts[CM_VERDICT_INVALID_ROW], 1);
    assert_int_equal(views->differing_rows, 2);
    assert_int_equal(views->num_kinds, 2);
    assert_int_equal(views->num_differences, 2);
    one = &views->differences[0];
    assert_int_equal(one->rows, 1);
    assert_string_equal(one->host, "ok.example");
    assert_int_equal(one->port, 443);
    assert_string_equal(cm_report_pair(&one->verdicts, "system"), "trusted");
    assert_string_equal(cm_report_pair(&one->verdicts, "corp"), "untrusted");
    assert_null(cm_report_pair(&one->verdicts, "nobody"));
    assert_string_equal(cm_report_pair(&one->causes, "corp"),
                        "root_not_in_client_store");
    assert_null(cm_report_pair(&one->causes, "system"));
    assert_int_equal(cm_report_run_views(run, &again, &err), CM_OK);
    assert_ptr_equal(again, views);
    cm_report_run_close(run);
}

static void one_view_has_no_differences(void **state)
{
    struct cm_report_run *run = open_run(*state);
    const struct cm_report_views *views;
    struct cm_error err;
    char *text;

    assert_int_equal(cm_report_run_views(run, &views, &err), CM_OK);
    assert_int_equal(views->num, 1);
    assert_int_equal(views->num_kinds, 0);
    cm_report_run_close(run);
    text = summary(*state, 80);
    assert_null(strstr(text, "trust views"));
    free(text);
    text = written(*state, "endpoints.csv");
    assert_null(strstr(text, "verdict_"));
    free(text);
}

static void a_run_without_views_is_read_all_the_same(void **state)
{
    char *text;

    fixture_sql(*state, "DELETE FROM trust_view");
    text = written(*state, "endpoints.jsonl");
    text[strcspn(text, "\n")] = '\0';
    json_expect(text, "verdict", "trusted");
    json_expect(text, "view", "null");
    assert_int_equal(json_count(text, "views"), 0);
    free(text);
}

static void jsonl_has_the_verdict_and_cause_in_each_view(void **state)
{
    char *text = written(*state, "endpoints.jsonl");
    char *line = line_at(text, 0);

    json_expect(line, "view", "system");
    json_expect(line, "verdict", "trusted");
    json_expect(line, "views/system", "trusted");
    json_expect(line, "views/corp", "untrusted");
    json_expect(line, "primary_by_view/system", "null");
    json_expect(line, "primary_by_view/corp", "root_not_in_client_store");
    free(text);
    text = written(*state, "endpoints.jsonl");
    line = line_at(text, 7);
    json_expect(line, "views/system", "null"); /* not checked */
    json_expect(line, "views/corp", "null");
    free(text);
}

/* A row may ask for another view than the default one. */
static void the_view_of_a_row_is_named(void **state)
{
    char *text;
    char *line;

    fixture_sql(*state, "UPDATE endpoint SET trust = 'corp' WHERE id = 3");
    text = written(*state, "endpoints.jsonl");
    line = line_at(text, 2);
    json_expect(line, "view", "corp");
    free(text);
}

static void csv_has_a_column_for_each_view(void **state)
{
    char *text;
    struct table t;

    fixture_sql(*state, "UPDATE run SET columns = '[\"verdict_corp\"]'");
    text = written(*state, "endpoints.csv");
    table_parse(&t, text, strlen(text));
    assert_string_equal(table_at(&t, 1, "verdict_system"), "trusted");
    /* The input has a column of that name: ours has a longer one. */
    assert_string_equal(table_at(&t, 1, "certmuster_verdict_corp"),
                        "untrusted");
    assert_string_equal(table_at(&t, 3, "certmuster_verdict_corp"), "trusted");
    assert_string_equal(table_at(&t, 8, "verdict_system"), "not_checked");
    table_free(&t);
    free(text);
}

static void report_json_has_the_views_and_their_differences(void **state)
{
    char *text = written(*state, "report.json");
    size_t bad;

    assert_true(json_is_valid(text, strlen(text), &bad));
    assert_int_equal(json_count(text, "trust_views"), 2);
    json_expect(text, "trust_views/1/name", "corp");
    json_expect(text, "trust_views/1/sha256", "null");
    json_expect(text, "trust_views/1/verdicts/trusted", "2");
    json_expect(text, "view_differences/endpoints", "2");
    json_expect(text, "view_differences/kinds_in_all", "2");
    json_expect(text, "view_differences/kinds/1/endpoints", "1");
    json_expect(text, "view_differences/kinds/1/verdicts/corp", "trusted");
    json_expect(text, "view_differences/kinds/1/example_host", "inc.example");
    json_expect(text, "view_differences/kinds/1/example_port", "443");
    json_expect(text, "view_differences/kinds/1/example_causes/system",
                "chain_incomplete");
    json_expect(text, "view_differences/kinds/1/example_causes/corp", "null");
    free(text);
}

static void the_summary_has_a_table_of_differences(void **state)
{
    char *text = summary(*state, 120);

    has(text, "\n trust views\n            2 of 8 trusted in  system  (the "
              "default view)\n            2 of 8 trusted in  corp\n");
    has(text, " They differ for 2 endpoints:\n"
              "    endpoints  system       corp         for example\n"
              "            1  trusted      not trusted  ok.example:443: "
              "root_not_in_client_store in corp\n"
              "            1  not trusted  trusted      inc.example:443: "
              "chain_incomplete in system\n");
    free(text);
}

static void the_table_fits_the_terminal(void **state)
{
    char *text;
    char *rest;

    fixture_sql(*state, "UPDATE trust_view SET name = 'a-view-with-a-long-name'"
                        " WHERE ord = 1;"
                        "UPDATE view_verdict SET view ="
                        " 'a-view-with-a-long-name'");
    text = summary(*state, 60);
    rest = strstr(text, " They differ");
    assert_non_null(rest);
    for (char *line = strsep(&rest, "\n");
         line != NULL && strstr(line, "written") == NULL;
         line = strsep(&rest, "\n")) {
        assert_true(strlen(line) <= 60);
    }
    free(text);
}

static void views_that_agree_say_so(void **state)
{
    struct fixture *f = *state;
    char *text;

    fixture_sql(f, "DELETE FROM view_verdict");
    text = summary(f, 80);
    has(text, " They agree on every endpoint.\n");
    free(text);
    f->options.formats = "html";
    text = written(f, "report.html");
    has(text, "They agree on every endpoint.");
    free(text);
}

/* Every row another kind: the first hundred are kept, all are counted. */
static void kinds_of_difference_are_bounded(void **state)
{
    const struct cm_report_views *views;
    struct cm_report_run *run;
    struct cm_error err;
    char *text;

    fixture_sql(
        *state,
        "WITH RECURSIVE c(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM c"
        " WHERE n < 9) INSERT INTO trust_view SELECT 1, n, 'v' || n, '', '',"
        " 0, 0 FROM c;"
        "WITH RECURSIVE c(n) AS (SELECT 9 UNION ALL SELECT n + 1 FROM c"
        " WHERE n < 200) INSERT INTO row SELECT 1, n, n + 1, '[\"x\"]', '', n,"
        " n + 1 FROM c;"
        "INSERT INTO endpoint (run, id, host, port, protocol, sni, is_ip,"
        " flags) SELECT 1, id, 'h', 443, 'tls', 'h', 0, 0 FROM row WHERE"
        " id > 8;"
        "INSERT INTO result (run, endpoint, verdict, causes, path) SELECT 1,"
        " id, 'trusted', '[]', '[]' FROM row WHERE id > 8;"
        "INSERT INTO view_verdict SELECT 1, r.id, 'v' || v.ord, 'untrusted',"
        " 'leaf_expired' FROM row r, trust_view v WHERE r.id > 8 AND"
        " v.ord BETWEEN 2 AND 9 AND (r.id >> (v.ord - 2)) & 1");
    run = open_run(*state);
    assert_int_equal(cm_report_run_views(run, &views, &err), CM_OK);
    assert_int_equal(views->num, 10);
    assert_int_equal(views->num_differences, CM_MAX_DIFFERENCES);
    assert_int_equal(views->num_kinds, 194);
    assert_int_equal(views->differing_rows, 194);
    cm_report_run_close(run);
    text = summary(*state, 80);
    has(text, "   ... 189 more kinds of difference\n");
    free(text);
}

static void a_broken_list_of_verdicts_is_an_error(void **state)
{
    struct fixture *f = *state;
    struct cm_error err;

    fixture_sql(f, "UPDATE trust_view SET name = 'a\"b' WHERE ord = 1");
    assert_int_equal(cm_report_write(&f->options, &err), CM_ESTORE);
    has(err.text, "not a JSON array or object");
}

int main(void)
{
#define FLEET_TEST(name, setup)                                                \
    cmocka_unit_test_setup_teardown(name, setup, without)
    const struct CMUnitTest tests[] = {
        FLEET_TEST(reader_groups_rows_by_their_verdicts, with_views),
        FLEET_TEST(one_view_has_no_differences, with_fleet),
        FLEET_TEST(a_run_without_views_is_read_all_the_same, with_fleet),
        FLEET_TEST(jsonl_has_the_verdict_and_cause_in_each_view, with_views),
        FLEET_TEST(the_view_of_a_row_is_named, with_views),
        FLEET_TEST(csv_has_a_column_for_each_view, with_views),
        FLEET_TEST(report_json_has_the_views_and_their_differences, with_views),
        FLEET_TEST(the_summary_has_a_table_of_differences, with_views),
        FLEET_TEST(the_table_fits_the_terminal, with_views),
        FLEET_TEST(views_that_agree_say_so, with_views),
        FLEET_TEST(kinds_of_difference_are_bounded, with_views),
        FLEET_TEST(a_broken_list_of_verdicts_is_an_error, with_views),
    };

    return cmocka_run_group_tests_name("report views", tests, NULL, NULL);
}
