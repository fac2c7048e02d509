/* The files: rows in are rows out, under the names that are documented.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "support/jsoncheck.h"

static int with_reports(void **state)
{
    struct fixture *f = malloc(sizeof(*f));
    struct cm_error err;

    assert_non_null(f);
    fixture_make_fleet(f);
    if (cm_report_write(&f->options, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
    *state = f;
    return 0;
}

static int without(void **state)
{
    fixture_remove(*state);
    free(*state);
    return 0;
}

static void read_table(const struct fixture *f, const char *name,
                       struct table *t)
{
    size_t len;
    char *text = fixture_read(f, name, &len);

    assert_non_null(text);
    table_parse(t, text, len);
    free(text);
}

static void endpoints_csv_has_each_row_with_its_columns(void **state)
{
    static const char *const header[] = {
        "host",
        "port",
        "team",
        "Verdict",
        "host",
        "column_6",
        "line",
        "certmuster_host",
        "certmuster_port",
        "protocol",
        "sni",
        "ip",
        "certmuster_verdict",
        "primary_cause",
        "causes",
        "severity",
        "remaining",
        "revocation",
        "fix_first",
        "action",
        "proof",
        "who",
        "tls_version",
        "cipher",
        "kex_group",
        "alpn",
        "client_auth",
        "tls_versions",
        "grade",
        "subject_cn",
        "issuer_cn",
        "subject_an",
        "not_before",
        "not_after",
        "days_left",
        "serial",
        "key_alg",
        "key_bits",
        "sig_alg",
        "fingerprint_sha256",
        "duplicate_of_line",
        "dns_ms",
        "connect_ms",
        "tls_ms",
        "total_ms",
    };
    struct table t;

    read_table(*state, "endpoints.csv", &t);
    assert_int_equal(t.rows, FLEET_ROWS + 1);
    assert_int_equal(t.width, sizeof(header) / sizeof(header[0]));
    for (size_t i = 0; i < t.width; i++) {
        assert_string_equal(t.fields[i], header[i]);
    }
    assert_string_equal(table_at(&t, 1, "host"), "ok.example");
    assert_string_equal(table_at(&t, 4, "host"), "EXP.example");
    assert_string_equal(table_at(&t, 7, "column_6"), "more");
    assert_string_equal(table_at(&t, 6, "Verdict"), ""); /* a short row */
    table_free(&t);
}

static void endpoints_csv_says_what_to_do_first(void **state)
{
    struct table t;

    read_table(*state, "endpoints.csv", &t);
    assert_string_equal(table_at(&t, 2, "primary_cause"), "leaf_expired");
    assert_string_equal(table_at(&t, 2, "causes"),
                        "leaf_expired chain_incomplete");
    assert_string_equal(table_at(&t, 2, "fix_first"), "renew_certificate");
    assert_string_equal(table_at(&t, 2, "action"), "aaaa");
    assert_string_equal(table_at(&t, 2, "proof"), "ended a second ago");
    assert_string_equal(table_at(&t, 2, "who"), "server owner");
    assert_string_equal(table_at(&t, 2, "remaining"), "chain_incomplete");
    assert_string_equal(table_at(&t, 2, "revocation"), "not_checked");
    assert_string_equal(table_at(&t, 1, "revocation"), "good");
    assert_string_equal(table_at(&t, 2, "days_left"), "-1");
    assert_string_equal(table_at(&t, 2, "ip"), "2001:db8::1");
    assert_string_equal(table_at(&t, 4, "causes"),
                        "leaf_expired chain_incomplete input_duplicate");
    assert_string_equal(table_at(&t, 4, "duplicate_of_line"), "3");
    assert_string_equal(table_at(&t, 4, "fix_first"), "renew_certificate");
    assert_string_equal(table_at(&t, 1, "primary_cause"), "");
    assert_string_equal(table_at(&t, 1, "fix_first"), "");
    assert_string_equal(table_at(&t, 1, "subject_an"),
                        "ok.example *.ok.example");
    assert_string_equal(table_at(&t, 1, "not_before"), "2026-09-21T14:13:20Z");
    assert_string_equal(table_at(&t, 5, "not_before"), "");
    assert_string_equal(table_at(&t, 5, "tls_ms"), "");
    assert_string_equal(table_at(&t, 6, "certmuster_verdict"), "invalid_row");
    assert_string_equal(table_at(&t, 6, "certmuster_port"), "");
    table_free(&t);
}

static void actions_csv_has_one_line_for_each_action(void **state)
{
    struct table t;

    read_table(*state, "actions.csv", &t);
    assert_int_equal(t.rows, 8);
    assert_string_equal(table_at(&t, 1, "rank"), "1");
    assert_string_equal(table_at(&t, 1, "resolution"), "renew_certificate");
    assert_string_equal(table_at(&t, 1, "subject"), "CN=exp");
    assert_string_equal(table_at(&t, 1, "who_acts"), "server owner");
    assert_string_equal(table_at(&t, 1, "endpoints_fixed"), "2");
    assert_string_equal(table_at(&t, 2, "endpoints_touched"), "3");
    assert_string_equal(table_at(&t, 2, "owners"), "hr; crm; erp");
    assert_string_equal(table_at(&t, 1, "example_host"), "exp.example");
    assert_non_null(
        strstr(table_at(&t, 1, "verify"), "-connect exp.example:443 "));
    assert_int_equal(strncmp(table_at(&t, 1, "steps"), "1. ", 3), 0);
    assert_non_null(strstr(table_at(&t, 1, "steps"), " 2. "));
    table_free(&t);
}

static void jsonl_has_every_key_on_every_line(void **state)
{
    size_t len;
    char *text = fixture_read(*state, "endpoints.jsonl", &len);
    char *rest = text;
    int keys = -1;
    int rows = 0;

    assert_non_null(text);
    for (char *line = strsep(&rest, "\n"); line != NULL && line[0] != '\0';
         line = strsep(&rest, "\n")) {
        size_t bad;

        assert_true(json_is_valid(line, strlen(line), &bad));
        if (keys < 0) {
            keys = json_count(line, "");
        }
        assert_int_equal(json_count(line, ""), keys);
        assert_int_equal(json_count(line, "input"), 6);
        rows++;
    }
    assert_int_equal(rows, FLEET_ROWS);
    assert_true(keys > 40);
    free(text);
}

static void jsonl_holds_the_row_and_its_findings(void **state)
{
    size_t len;
    char *text = fixture_read(*state, "endpoints.jsonl", &len);
    char *line = line_at(text, 3);

    json_expect(line, "schema_version", "2");
    json_expect(line, "line", "5");
    json_expect(line, "input/host", "EXP.example");
    json_expect(line, "input/host_2", "d");
    json_expect(line, "input/column_6", "null");
    json_expect(line, "host", "exp.example");
    json_expect(line, "port", "443");
    json_expect(line, "verdict", "untrusted");
    json_expect(line, "views/system", "untrusted");
    json_expect(line, "primary", "leaf_expired");
    json_expect(line, "causes/2", "input_duplicate");
    assert_int_equal(json_count(line, "findings"), 3);
    json_expect(line, "findings/0/id", "leaf_expired");
    json_expect(line, "findings/0/action", "aaaa");
    json_expect(line, "findings/0/resolution", "renew_certificate");
    json_expect(line, "findings/2/id", "input_duplicate");
    json_expect(line, "findings/2/action", "null");
    json_expect(line, "findings/2/proof", "the same endpoint as line 3");
    json_expect(line, "tls_version", "TLSv1.2");
    json_expect(line, "timestamp", "2026-11-21T07:48:52Z");
    assert_int_equal(json_count(line, "chain"), 1);
    assert_int_equal(json_count(line, "path"), 3);
    json_expect(line, "path/0/position", "0");
    json_expect(line, "path/0/anchor", "false");
    json_expect(line, "path/1/position", "null"); /* not sent */
    json_expect(line, "path/2/fingerprint_sha256",
                "1111111111111111111111111111111111111111111111111111111111111"
                "111");
    json_expect(line, "path/2/anchor", "null"); /* the path is not valid */
    json_expect(line, "path_valid", "false");
    json_expect(line, "remaining/0", "chain_incomplete");
    json_expect(line, "view", "system");
    json_expect(line, "primary_by_view/system", "leaf_expired");
    json_expect(line, "duplicate_of_line", "3");
    json_expect(line, "not_after", "2026-11-21T07:48:55Z");
    free(text);
}

static void jsonl_says_what_is_known_of_revocation(void **state)
{
    size_t len;
    char *text = fixture_read(*state, "endpoints.jsonl", &len);
    char *line = line_at(text, 0);

    json_expect(line, "revocation/result", "good");
    json_expect(line, "revocation/source", "staple");
    json_expect(line, "revocation/this_update", "2026-11-20T18:40:00Z");
    json_expect(line, "revocation/next_update", "2026-11-27T17:20:00Z");
    json_expect(line, "revocation/revoked", "null");
    json_expect(line, "revocation/reason", "null");
    json_expect(line, "path/0/subject_dn", "CN=ok");
    json_expect(line, "path/2/anchor", "true");
    json_expect(line, "path_valid", "true");
    free(text);
}

static void jsonl_writes_null_for_what_is_not_known(void **state)
{
    size_t len;
    char *text = fixture_read(*state, "endpoints.jsonl", &len);
    char *line = line_at(text, 7);

    json_expect(line, "verdict", "not_checked");
    json_expect(line, "views/system", "null");
    json_expect(line, "primary_by_view/system", "not_scanned");
    json_expect(line, "revocation", "null");
    json_expect(line, "path_valid", "null");
    assert_int_equal(json_count(line, "path"), 0);
    assert_int_equal(json_count(line, "remaining"), 0);
    json_expect(line, "ip", "null");
    json_expect(line, "tls_version", "null");
    json_expect(line, "timestamp", "null");
    json_expect(line, "days_left", "null");
    json_expect(line, "reason", "null");
    free(text);
}

static void report_json_lists_all_rows_of_each_action(void **state)
{
    size_t len;
    size_t bad;
    char *text = fixture_read(*state, "report.json", &len);

    assert_non_null(text);
    assert_true(json_is_valid(text, len, &bad));
    json_expect(text, "schema_version", "2");
    json_expect(text, "run/id", "1");
    json_expect(text, "run/options/rate", "<5");
    json_expect(text, "run/finished", "2026-11-21T07:48:57Z");
    json_expect(text, "accounting/rows_read", "8");
    json_expect(text, "accounting/balanced", "true");
    json_expect(text, "verdicts/untrusted", "3");
    json_expect(text, "verdicts/not_tls", "0");
    json_expect(text, "breaks_next/endpoints", "1");
    assert_int_equal(json_count(text, "causes"), 8);
    assert_int_equal(json_count(text, "resolutions"), 6);
    json_expect(text, "resolutions/0/id", "renew_certificate");
    json_expect(text, "resolutions/0/num_actions", "2");
    json_expect(text, "resolutions/0/endpoints_fixed", "2");
    json_expect(text, "resolutions/0/actions/0/key", "aaaa");
    json_expect(text, "resolutions/0/actions/1/key", "ffff");
    json_expect(text, "resolutions/0/actions/1/endpoints/0/host",
                "soon.example");
    json_expect(text, "resolutions/0/actions/1/endpoints/0/fixed", "false");
    assert_int_equal(json_count(text, "resolutions/1/actions/0/endpoints"), 3);
    json_expect(text, "resolutions/1/actions/0/endpoints/1/line", "4");
    json_expect(text, "resolutions/1/actions/0/endpoints/1/owner", "hr");
    json_expect(text, "resolutions/1/actions/0/endpoints/1/fixed", "true");
    json_expect(text, "resolutions/3/actions/0/endpoints/0/port", "null");
    json_expect(text, "resolutions/0/actions/0/endpoints_still_failing", "2");
    json_expect(text, "resolutions/0/actions/0/still_failing_causes/0/id",
                "chain_incomplete");
    json_expect(
        text, "resolutions/0/actions/0/still_failing_causes/0/endpoints", "2");
    json_expect(text, "resolutions/1/actions/0/endpoints_still_failing", "0");
    json_expect(text, "trust_views/0/name", "system");
    json_expect(text, "trust_views/0/anchors", "150");
    json_expect(text, "trust_views/0/distrusted", "null");
    json_expect(text, "trust_views/0/verdicts/untrusted", "3");
    json_expect(text, "view_differences/endpoints", "0");
    json_expect(text, "run/kind", "scan");
    json_expect(text, "run/source_run", "null");
    json_expect(text, "run/shard", "null");
    json_expect(text, "run/shards", "null");
    json_expect(text, "run/seed", "null");
    json_expect(text, "run/resumed", "0");
    assert_int_equal(json_count(text, "run/faults"), 0);
    free(text);
}

static void how_a_run_went_is_in_json(void **state)
{
    struct fixture *f = *state;
    struct cm_error err;
    size_t len;
    char *text;

    fixture_sql(f, "UPDATE run SET shard = 0, shards = 3, seed = 77,"
                   " resumed = 2, faults = '[{\"fault\":\"no_route\","
                   "\"detail\":\"a<b\",\"from\":60,\"until\":120,"
                   "\"endpoints\":9},{\"fault\":\"x\"}]'");
    assert_int_equal(cm_report_write(&f->options, &err), CM_OK);
    text = fixture_read(f, "report.json", &len);
    json_expect(text, "run/shard", "0");
    json_expect(text, "run/shards", "3");
    json_expect(text, "run/seed", "77");
    json_expect(text, "run/resumed", "2");
    assert_int_equal(json_count(text, "run/faults"), 2);
    json_expect(text, "run/faults/0/fault", "no_route");
    json_expect(text, "run/faults/0/detail", "a<b");
    json_expect(text, "run/faults/0/from", "1970-01-01T00:01:00Z");
    json_expect(text, "run/faults/0/until", "1970-01-01T00:02:00Z");
    json_expect(text, "run/faults/0/endpoints", "9");
    json_expect(text, "run/faults/1/from", "null");
    json_expect(text, "run/faults/1/endpoints", "0");
    free(text);
}

static void rows_that_do_not_add_up_are_not_balanced(void **state)
{
    struct fixture *f = *state;
    struct cm_error err;
    size_t len;
    char *text;

    fixture_sql(f, "UPDATE run SET rows_read = 9");
    assert_int_equal(cm_report_write(&f->options, &err), CM_OK);
    text = fixture_read(f, "report.json", &len);
    json_expect(text, "accounting/balanced", "false");
    free(text);
}

static void a_run_without_rows_makes_whole_files(void **state)
{
    struct fixture *f = *state;
    struct cm_error err;
    struct table t;
    size_t len;
    size_t bad;
    char *text;

    fixture_sql(f, "INSERT INTO run (id, state, started, judged_at, input_name,"
                   " options, version, tls_library, trust, resolvers) VALUES"
                   " (2, 'running', 0, 0, '-', '{}', '', '', 'corp', '')");
    assert_int_equal(cm_report_write(&f->options, &err), CM_OK);
    read_table(f, "endpoints.csv", &t);
    assert_int_equal(t.rows, 1);
    assert_string_equal(t.fields[0], "line");
    table_free(&t);
    text = fixture_read(f, "report.json", &len);
    assert_true(json_is_valid(text, len, &bad));
    json_expect(text, "run/finished", "null");
    assert_int_equal(json_count(text, "resolutions"), 0);
    free(text);
    text = fixture_read(f, "endpoints.jsonl", &len);
    assert_int_equal(len, 0);
    free(text);
}

static void writes_only_the_formats_that_are_named(void **state)
{
    struct fixture *f = *state;
    struct cm_error err;
    size_t len;
    char *text;

    fixture_remove(f);
    fixture_make_fleet(f);
    f->options.formats = "actions, jsonl";
    f->options.mode = 0600;
    assert_int_equal(cm_report_write(&f->options, &err), CM_OK);
    assert_null(fixture_read(f, "report.json", &len));
    assert_null(fixture_read(f, "endpoints.csv", &len));
    text = fixture_read(f, "endpoints.jsonl", &len);
    assert_non_null(text);
    free(text);
}

static void files_have_the_mode_that_was_asked_for(void **state)
{
    struct fixture *f = *state;
    char path[160];
    struct cm_error err;
    struct stat info;

    (void)snprintf(path, sizeof(path), "%s/actions.csv", f->out);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0644);
    f->options.mode = 0600;
    assert_int_equal(cm_report_write(&f->options, &err), CM_OK);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void refuses_a_format_it_does_not_know(void **state)
{
    struct fixture *f = *state;
    struct cm_error err;

    f->options.formats = "jsonl,pdf";
    assert_int_equal(cm_report_write(&f->options, &err), CM_EUSAGE);
    assert_non_null(strstr(err.text, "\"pdf\""));
    assert_non_null(strstr(err.text, "actions, endpoints"));
}

static void a_folder_that_cannot_be_made_is_an_error(void **state)
{
    struct fixture *f = *state;
    char path[160];
    struct cm_error err;

    (void)snprintf(path, sizeof(path), "%s/below-a-file", f->db);
    f->options.out_dir = path;
    assert_int_equal(cm_report_write(&f->options, &err), CM_EIO);
    f->options.out_dir = f->out;
    f->options.run_id = 9;
    assert_int_equal(cm_report_write(&f->options, &err), CM_EINPUT);
}

int main(void)
{
#define FLEET_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, with_reports, without)
    const struct CMUnitTest tests[] = {
        FLEET_TEST(endpoints_csv_has_each_row_with_its_columns),
        FLEET_TEST(endpoints_csv_says_what_to_do_first),
        FLEET_TEST(actions_csv_has_one_line_for_each_action),
        FLEET_TEST(jsonl_has_every_key_on_every_line),
        FLEET_TEST(jsonl_holds_the_row_and_its_findings),
        FLEET_TEST(jsonl_says_what_is_known_of_revocation),
        FLEET_TEST(jsonl_writes_null_for_what_is_not_known),
        FLEET_TEST(report_json_lists_all_rows_of_each_action),
        FLEET_TEST(how_a_run_went_is_in_json),
        FLEET_TEST(rows_that_do_not_add_up_are_not_balanced),
        FLEET_TEST(a_run_without_rows_makes_whole_files),
        FLEET_TEST(writes_only_the_formats_that_are_named),
        FLEET_TEST(files_have_the_mode_that_was_asked_for),
        FLEET_TEST(refuses_a_format_it_does_not_know),
        FLEET_TEST(a_folder_that_cannot_be_made_is_an_error),
    };

    return cmocka_run_group_tests_name("report files", tests, NULL, NULL);
}
