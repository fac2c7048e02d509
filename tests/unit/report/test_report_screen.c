/* What people see on a terminal.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "screen.h"

static int with_fleet(void **state)
{
    struct fixture *f = malloc(sizeof(*f));

    assert_non_null(f);
    fixture_make_fleet(f);
    *state = f;
    return 0;
}

static int without(void **state)
{
    fixture_remove(*state);
    free(*state);
    return 0;
}

static char *summary(const struct fixture *f, int max_actions, int width)
{
    FILE *out = tmpfile();
    struct cm_error err;

    assert_non_null(out);
    if (cm_report_summary(&f->options, max_actions, width, out, &err) !=
        CM_OK) {
        fail_msg("%s", err.text);
    }
    return fixture_drain(out);
}

static void has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("\"%s\" is not in:\n%s", part, text);
    }
}

static void summary_accounts_for_every_row(void **state)
{
    char *text = summary(*state, 10, 120);

    has(text, "done in 7 s: 8 rows = 2 trusted + 3 not trusted + 1 "
              "unreachable + 1 invalid + 1 not checked\n");
    has(text, " 6 endpoints are not as they should be. 5 actions fix all of "
              "them:\n");
    has(text, "endpoints  action");
    has(text, " 1          2  renew the certificate and reload the service  "
              "CN=exp");
    has(text, "server owner     (crm, erp)\n");
    has(text, "\n                 after that 2 of them still fail: "
              "chain_incomplete\n");
    has(text, " 1 more works today and will break on a known date, all within "
              "30 days.\n");
    has(text, " 2 further actions tidy what does not break clients now.\n");
    has(text, "/out/{report.json,actions.csv,endpoints.csv,endpoints.jsonl}, "
              "store /tmp/cm-report-");
    has(text, "store.db run 1\n");
    has(text, "            1  1 Dec 2026   the certificate expires: CN=soon\n");
    assert_null(strstr(text, "  CN=soon")); /* as an action: it fixes no row */
    assert_null(strstr(text, " more in "));
    free(text);
}

static void summary_names_the_file_with_the_rest(void **state)
{
    struct fixture *f = *state;
    char *text = summary(f, 2, 120);

    has(text, "   ... 3 more in ");
    has(text, "/out/actions.csv\n");
    assert_null(strstr(text, "gone.example"));
    free(text);
    f->options.formats = "jsonl";
    f->options.out_dir = NULL;
    text = summary(f, 0, 120);
    has(text, "   ... 5 more\n");
    has(text, "\n written: store ");
    assert_null(strstr(text, "who acts"));
    free(text);
    f->options.formats = NULL;
    f->options.out_dir = f->out;
    text = summary(f, 2, 120);
    has(text, "/out/report.html\n");
    free(text);
}

static void summary_fits_the_terminal(void **state)
{
    static const int widths[] = {1, 60, 80, 99, 100, 132};
    struct fixture *f = *state;

    fixture_sql(f, "UPDATE action SET subject = replace(hex(zeroblob(90)),"
                   " '0', 'w')");
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        size_t limit = cm_screen_width(widths[i]);
        char *text = summary(f, 10, widths[i]);
        char *rest = strstr(text, "    endpoints");

        assert_non_null(rest);
        for (char *line = strsep(&rest, "\n");
             line != NULL && strstr(line, "known date") == NULL;
             line = strsep(&rest, "\n")) {
            if (strlen(line) > limit) {
                fail_msg("wider than %zu: %s", limit, line);
            }
        }
        free(text);
    }
}

static void a_subject_is_never_hidden(void **state)
{
    char *text = summary(*state, 10, 60);

    has(text, "\n                 CN=exp\n");
    has(text, "\n                 gone.example\n");
    free(text);
}

static void summary_says_when_rows_are_missing(void **state)
{
    struct fixture *f = *state;
    char *text;

    fixture_sql(f, "UPDATE run SET rows_read = 1234567, state = 'partial'");
    text = summary(f, 10, 0);
    has(text, "this run is partial: 8 rows = ");
    has(text, "THE ROWS DO NOT ADD UP: 1,234,567 were read and 8 are "
              "reported.");
    free(text);
}

static void summary_of_a_run_under_way_has_no_actions_yet(void **state)
{
    struct fixture *f = *state;
    char *text;

    fixture_sql(f, "DELETE FROM action; DELETE FROM result;"
                   "UPDATE run SET state = 'running', finished = NULL");
    text = summary(f, 10, 80);
    has(text, "this run is running: 8 rows = 0 trusted + 0 not trusted + 8 not "
              "checked\n");
    has(text, "The actions are made when a run ends.\n");
    free(text);
}

static void summary_of_a_good_fleet_is_short(void **state)
{
    struct fixture *f = *state;
    char *text;

    fixture_sql(f, "DELETE FROM action; DELETE FROM finding; DELETE FROM row"
                   " WHERE id > 1; UPDATE run SET rows_read = 1");
    text = summary(f, 10, 80);
    has(text, "done in 7 s: 1 row = 1 trusted + 0 not trusted\n");
    has(text, " Every endpoint is trusted.\n");
    free(text);
    fixture_sql(f, "DELETE FROM row; UPDATE run SET rows_read = 0");
    text = summary(f, 10, 80);
    has(text, " There is nothing to check.\n");
    free(text);
}

static void one_is_not_many(void **state)
{
    struct fixture *f = *state;
    char *text;

    fixture_sql(f, "DELETE FROM action WHERE key NOT IN ('aaaa', 'ffff');"
                   "DELETE FROM row WHERE id NOT IN (1, 2)");
    text = summary(f, 10, 80);
    has(text, " 1 endpoint is not as it should be. 1 action fixes all of "
              "them:\n");
    has(text, " 1 further action tidies ");
    free(text);
}

static void nothing_foreign_moves_the_cursor(void **state)
{
    struct fixture *f = *state;
    char *text;

    fixture_sql(f, "UPDATE action SET subject = 'a' || char(27) || '[2J',"
                   " owners = '[\"o\\u001b[31m\"]';"
                   "UPDATE run SET state = 'x' || char(27), input_name ="
                   " 'in' || char(27) || char(10)");
    f->options.out_dir = "o\x1b";
    text = summary(f, 10, 120);
    assert_null(strchr(text, '\x1b'));
    has(text, "a\\x1b[2J");
    free(text);
}

static void an_output_that_is_full_is_an_error(void **state)
{
    struct fixture *f = *state;
    FILE *full = fopen("/dev/full", "w");
    struct cm_error err;

    assert_non_null(full);
    setbuf(full, NULL);
    assert_int_equal(cm_report_summary(&f->options, 10, 80, full, &err),
                     CM_EIO);
    assert_int_equal(cm_report_runs(f->db, full, &err), CM_EIO);
    assert_int_equal(cm_explain(NULL, 80, full, &err), CM_EIO);
    (void)fclose(full);
}

static void faults_of_the_scanner_are_said(void **state)
{
    struct fixture *f = *state;
    char *text = summary(f, 10, 80);

    assert_null(strstr(text, "fault"));
    has(text, " run 1\n");
    free(text);
    fixture_sql(f, "UPDATE run SET resumed = 1, seed = 7, faults = '["
                   "{\"fault\":\"no_route\",\"detail\":\"no \\u001broute\","
                   "\"from\":0,\"until\":60,\"endpoints\":1},"
                   "{\"fault\":\"resolver_down\",\"detail\":\"silence\","
                   "\"from\":120,\"until\":180,\"endpoints\":1200},"
                   "{\"fault\":\"resolver_down\",\"detail\":\"silence\","
                   "\"from\":60,\"until\":90,\"endpoints\":34}]'");
    text = summary(f, 10, 80);
    has(text, "\nthe scanner's own faults: 1,234 endpoints were not checked: "
              "silence\n(resolver_down, from 1970-01-01T00:01:00Z until "
              "1970-01-01T00:03:00Z); 1\nendpoint was not checked: no "
              "\\x1broute (no_route, from 1970-01-01T00:00:00Z\nuntil "
              "1970-01-01T00:01:00Z). Scan these again when that is repaired."
              "\n\n");
    has(text, " run 1 (resumed 1 time)\n");
    assert_null(strstr(text, "seed"));
    free(text);
    /* What no scan has written. */
    fixture_sql(f, "UPDATE run SET faults = 'no JSON'");
    text = summary(f, 10, 80);
    assert_null(strstr(text, "fault"));
    free(text);
}

static void runs_are_listed_newest_first(void **state)
{
    struct fixture *f = *state;
    FILE *out = tmpfile();
    struct cm_error err;
    char *text;

    fixture_sql(f, "INSERT INTO run (id, state, started, judged_at, input_name,"
                   " options, version, tls_library, trust, resolvers) VALUES"
                   " (2, 'running', 0, 0, 'other' || char(27), '{}', '', '',"
                   " '', '')");
    assert_int_equal(cm_report_runs(f->db, out, &err), CM_OK);
    text = fixture_drain(out);
    has(text, " run  started               state                rows  input\n"
              "   2  1970-01-01T00:00:00Z  running                 0  "
              "other\\x1b\n"
              "   1  2026-11-21T07:48:50Z  complete                8  "
              "fleet.csv\n");
    free(text);
    fixture_sql(f, "UPDATE run SET shard = 1, shards = 4, resumed = 2 WHERE"
                   " id = 1; UPDATE run SET shards = 4, faults ="
                   " '[{\"fault\":\"a\"},{\"fault\":\"b\"},{\"fault\":\"a\"}]'"
                   " WHERE id = 2");
    out = tmpfile();
    assert_int_equal(cm_report_runs(f->db, out, &err), CM_OK);
    text = fixture_drain(out);
    has(text, "  other\\x1b  (merged from 4 shards, 2 faults)\n");
    has(text, "  fleet.csv  (shard 1/4, resumed 2 times)\n");
    free(text);
    fixture_sql(f, "DELETE FROM run");
    out = tmpfile();
    assert_int_equal(cm_report_runs(f->db, out, &err), CM_OK);
    text = fixture_drain(out);
    has(text, "holds no run yet.\n");
    free(text);
    out = tmpfile();
    assert_int_equal(cm_report_runs("/nonexistent.db", out, &err), CM_EINPUT);
    (void)fclose(out);
}

static char *explain(const char *id, int width)
{
    FILE *out = tmpfile();
    struct cm_error err;

    assert_non_null(out);
    if (cm_explain(id, width, out, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
    return fixture_drain(out);
}

static void explain_knows_every_id(void **state)
{
    char *all = explain(NULL, 80);

    (void)state;
    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        const struct cm_cause_info *info = cm_cause_info((enum cm_cause)i);
        char *text = explain(info->id, 80);

        has(all, info->id);
        has(text, info->title);
        has(text, cm_resolution_info(info->resolution)->id);
        has(text, cm_resolution_info(info->resolution)->who);
        has(text, "\nRule\n  ");
        has(text, "\nHow it is detected\n  ");
        has(text, "\nWhat to do: ");
        has(text, "\n  1. ");
        free(text);
    }
    for (int i = 0; i < CM_RESOLUTION_COUNT; i++) {
        const struct cm_resolution_info *info =
            cm_resolution_info((enum cm_resolution)i);
        char *text = explain(info->id, 80);

        has(all, info->id);
        has(text, info->title);
        has(text, "\nSteps\n  1. ");
        has(text, "\nCheck\n    ");
        free(text);
    }
    free(all);
}

static void explain_says_what_clients_say(void **state)
{
    char *text = explain("chain_incomplete", 200);

    (void)state;
    has(text, "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    has(text, "Could not establish trust relationship for the SSL/TLS secure "
              "channel.");
    has(text, "RFC 8446 section 4.4.2");
    has(text, "Who acts: server owner\n");
    assert_null(strstr(text, "work all the same"));
    free(text);
    text = explain("leaf_expires_soon", 80);
    has(text, "trusted nevertheless");
    free(text);
    text = explain("name_cn_only", 80);
    has(text, "  Go\n      tls: failed to verify certificate: x509:");
    has(text, "\nThese work all the same\n  .NET Framework");
    assert_int_equal(times_in(text, "works"), 0);
    free(text);
    text = explain("chain_duplicate", 80);
    has(text, "\nAll of these work\n  .NET Framework");
    assert_null(strstr(text, "What clients say"));
    free(text);
    text = explain("input_duplicate", 80);
    assert_null(strstr(text, "of these work"));
    assert_null(strstr(text, "What clients say"));
    free(text);
    text = explain("enable_modern_tls", 80);
    has(text, "\nNever\n");
    has(text, "tls_version_too_old");
    free(text);
}

static void explain_helps_with_an_unknown_id(void **state)
{
    struct cm_error err;

    (void)state;
    assert_int_equal(cm_explain("expired", 80, stdout, &err), CM_EUSAGE);
    has(err.text, "Did you mean leaf_expired?");
    assert_int_equal(cm_explain("modern_tls", 80, stdout, &err), CM_EUSAGE);
    has(err.text, "Did you mean enable_modern_tls?");
    assert_int_equal(cm_explain("zzz", 80, stdout, &err), CM_EUSAGE);
    has(err.text, "`certmuster explain` lists them");
    assert_int_equal(cm_explain("leaf_expird", 80, stdout, &err), CM_EUSAGE);
    has(err.text, "Did you mean leaf_expired?");
    assert_int_equal(cm_explain("fix_staplng", 80, stdout, &err), CM_EUSAGE);
    has(err.text, "Did you mean fix_stapling?");
    assert_int_equal(cm_explain("", 80, stdout, &err), CM_EUSAGE);
}

static void cells_and_lines_have_their_width(void **state)
{
    char count[CM_COUNT_TEXT_SIZE];
    struct cm_buf out;

    (void)state;
    cm_buf_init(&out, 4096);
    cm_screen_cell(&out, "abc", 5);
    cm_screen_cell(&out, "abcdef", 5);
    cm_screen_cell(&out, "\xc3\xa4\xc3\xb6\xc3\xbc", 4);
    cm_screen_cell(&out, "abcdef", 2);
    assert_string_equal(cm_buf_cstr(&out),
                        "abc  ab...\xc3\xa4\xc3\xb6\xc3\xbc ab");
    cm_buf_clear(&out);
    cm_screen_wrap(&out, "one two  three\nfour extraordinarily", 2, 11);
    assert_string_equal(cm_buf_cstr(&out),
                        "  one two\n  three\n  four\n  extraordinarily\n");
    cm_buf_clear(&out);
    cm_buf_puts(&out, "1. ");
    cm_screen_wrap(&out, "one two", 3, 9);
    assert_string_equal(cm_buf_cstr(&out), "1. one\n   two\n");
    cm_buf_clear(&out);
    cm_screen_wrap(&out, "", 2, 11);
    cm_screen_lines(&out, "a\nb", 1);
    assert_string_equal(cm_buf_cstr(&out), " a\n b\n");
    cm_buf_cleanup(&out);
    assert_string_equal(cm_screen_count(0, count), "0");
    assert_string_equal(cm_screen_count(999, count), "999");
    assert_string_equal(cm_screen_count(1000, count), "1,000");
    assert_string_equal(cm_screen_count(-1234567, count), "-1,234,567");
    assert_string_equal(cm_screen_count(INT64_MIN, count),
                        "-9,223,372,036,854,775,808");
}

int main(void)
{
#define FLEET_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, with_fleet, without)
    const struct CMUnitTest tests[] = {
        FLEET_TEST(summary_accounts_for_every_row),
        FLEET_TEST(summary_names_the_file_with_the_rest),
        FLEET_TEST(summary_fits_the_terminal),
        FLEET_TEST(a_subject_is_never_hidden),
        FLEET_TEST(summary_says_when_rows_are_missing),
        FLEET_TEST(summary_of_a_run_under_way_has_no_actions_yet),
        FLEET_TEST(summary_of_a_good_fleet_is_short),
        FLEET_TEST(one_is_not_many),
        FLEET_TEST(nothing_foreign_moves_the_cursor),
        FLEET_TEST(an_output_that_is_full_is_an_error),
        FLEET_TEST(faults_of_the_scanner_are_said),
        FLEET_TEST(runs_are_listed_newest_first),
        cmocka_unit_test(explain_knows_every_id),
        cmocka_unit_test(explain_says_what_clients_say),
        cmocka_unit_test(explain_helps_with_an_unknown_id),
        cmocka_unit_test(cells_and_lines_have_their_width),
    };

    return cmocka_run_group_tests_name("report screen", tests, NULL, NULL);
}
