/* The reader: what it refuses, and cursors that stay in step.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"
#include "reader_actions.h"
#include "reader_certs.h"

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

static struct cm_report_run *open_run(const struct fixture *f)
{
    struct cm_report_run *run = NULL;
    struct cm_error err;

    if (cm_report_run_open(&run, f->db, 0, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
    return run;
}

static void refuses(const char *db, int64_t run_id, enum cm_status want,
                    const char *words)
{
    struct cm_report_run *run;
    struct cm_error err;

    assert_int_equal(cm_report_run_open(&run, db, run_id, &err), want);
    assert_null(run);
    if (strstr(err.text, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", err.text, words);
    }
}

static void says_why_a_store_cannot_be_read(void **state)
{
    struct fixture *f = *state;
    char path[128];
    FILE *file;

    refuses("/nonexistent/store.db", 0, CM_EINPUT, "certmuster scan");
    refuses(f->folder, 0, CM_ESTORE, "cannot be read");
    refuses(f->db, 99, CM_EINPUT, "no run 99");
    (void)snprintf(path, sizeof(path), "%s/text", f->folder);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs("This is no database, but it is long enough to be "
                      "looked at as one, or so one might think.",
                      file) >= 0);
    assert_int_equal(fclose(file), 0);
    refuses(path, 0, CM_EINPUT, "not a store of certmuster");
    fixture_sql(f, "DELETE FROM run");
    refuses(f->db, 0, CM_EINPUT, "holds no run yet");
    fixture_sql(f, "PRAGMA user_version = 6");
    refuses(f->db, 0, CM_EINPUT, "schema version 6");
    fixture_sql(f, "PRAGMA user_version = 0");
    refuses(f->db, 0, CM_EINPUT, "has not begun");
    fixture_sql(f, "PRAGMA user_version = 5; DROP VIEW v_run");
    refuses(f->db, 0, CM_ESTORE, "no such table: v_run");
}

static void knows_the_facts_of_the_run(void **state)
{
    struct cm_report_run *run = open_run(*state);
    const struct cm_run_facts *facts = cm_report_run_facts(run);
    struct cm_error err;
    size_t width;

    assert_int_equal(facts->run, 1);
    assert_string_equal(facts->state, "complete");
    assert_int_equal(facts->finished - facts->started, 7);
    assert_int_equal(facts->judged_at, FLEET_NOW);
    assert_int_equal(facts->rows_recorded, FLEET_ROWS);
    assert_int_equal(facts->columns.num, 5);
    assert_string_equal(facts->columns.items[3], "Verdict");
    assert_int_equal(facts->owner_column, 2);
    assert_true(facts->has_header);
    assert_int_equal(cm_report_run_width(run, &width, &err), CM_OK);
    assert_int_equal(width, 6); /* row 7 has one field more */
    cm_report_run_close(run);
}

static void options_that_are_no_json_are_not_known(void **state)
{
    struct fixture *f = *state;
    struct cm_report_run *run;

    fixture_sql(f, "UPDATE run SET options = 'nonsense', trust = ''");
    run = open_run(f);
    assert_null(cm_report_run_facts(run)->options);
    cm_report_run_close(run);
}

static void counts_the_whole_run(void **state)
{
    struct cm_report_run *run = open_run(*state);
    const struct cm_report_totals *totals;
    const struct cm_report_totals *again;
    struct cm_error err;

    assert_int_equal(cm_report_run_totals(run, &totals, &err), CM_OK);
    assert_int_equal(totals->rows, FLEET_ROWS);
    assert_int_equal(totals->verdicts[CM_VERDICT_TRUSTED], 2);
    assert_int_equal(totals->verdicts[CM_VERDICT_UNTRUSTED], 3);
    assert_int_equal(totals->verdicts[CM_VERDICT_UNREACHABLE], 1);
    assert_int_equal(totals->verdicts[CM_VERDICT_INVALID_ROW], 1);
    assert_int_equal(totals->verdicts[CM_VERDICT_NOT_CHECKED], 1);
    assert_int_equal(totals->causes[CM_CAUSE_CHAIN_INCOMPLETE], 3);
    assert_int_equal(totals->primaries[CM_CAUSE_CHAIN_INCOMPLETE], 1);
    assert_int_equal(totals->causes[CM_CAUSE_INPUT_DUPLICATE], 1);
    assert_int_equal(totals->primaries[CM_CAUSE_INPUT_DUPLICATE], 0);
    assert_int_equal(totals->will_break, 1);
    assert_int_equal(totals->will_break_30_days, 1);
    assert_int_equal(totals->actions, 5);
    assert_int_equal(totals->actions_all, 7);
    assert_int_equal(cm_report_run_totals(run, &again, &err), CM_OK);
    assert_ptr_equal(totals, again);
    assert_int_equal(again->rows, FLEET_ROWS);
    cm_report_run_close(run);
}

static const struct cm_report_row *next_row(struct cm_report_rows *rows)
{
    const struct cm_report_row *row;
    struct cm_error err;

    if (cm_report_rows_next(rows, &row, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
    return row;
}

static const char *next_cause(struct cm_report_rows *rows)
{
    const struct cm_report_finding *finding;
    struct cm_error err;

    assert_int_equal(cm_report_rows_finding(rows, &finding, &err), CM_OK);
    return finding == NULL ? NULL : finding->cause;
}

static void findings_stay_in_step_when_some_are_passed_over(void **state)
{
    struct cm_report_run *run = open_run(*state);
    struct cm_report_rows *rows;
    struct cm_error err;

    assert_int_equal(cm_report_rows_open(&rows, run, &err), CM_OK);
    assert_int_equal(next_row(rows)->line, 2); /* not asked for findings */
    assert_int_equal(next_row(rows)->line, 3);
    assert_string_equal(next_cause(rows), "leaf_expired");
    assert_int_equal(next_row(rows)->line, 4); /* one was left */
    assert_string_equal(next_cause(rows), "chain_incomplete");
    assert_string_equal(next_cause(rows), "chain_incomplete");
    assert_null(next_cause(rows));
    assert_null(next_cause(rows));
    assert_int_equal(next_row(rows)->line, 5); /* repeats line 3 */
    assert_string_equal(next_cause(rows), "leaf_expired");
    assert_string_equal(next_cause(rows), "chain_incomplete");
    assert_string_equal(next_cause(rows), "input_duplicate");
    assert_null(next_cause(rows));
    assert_int_equal(next_row(rows)->line, 6);
    assert_int_equal(next_row(rows)->line, 7);
    assert_int_equal(next_row(rows)->line, 8);
    assert_int_equal(next_row(rows)->line, 9);
    assert_string_equal(next_cause(rows), "not_scanned");
    assert_null(next_cause(rows));
    assert_null(next_row(rows));
    cm_report_rows_close(rows);
    cm_report_run_close(run);
}

static void a_row_has_its_facts_by_name(void **state)
{
    struct cm_report_run *run = open_run(*state);
    struct cm_report_rows *rows;
    const struct cm_report_row *row;
    struct cm_error err;

    assert_int_equal(cm_report_rows_open(&rows, run, &err), CM_OK);
    row = next_row(rows);
    assert_string_equal(row->ip, "192.0.2.1");
    assert_string_equal(row->tls_version, "TLSv1.3");
    assert_string_equal(row->cipher, "TLS_AES_128_GCM_SHA256");
    assert_string_equal(row->kex_group, "x25519");
    assert_int_equal(row->days_left, (1800000000 - FLEET_NOW) / 86400);
    assert_int_equal(row->chain.num, 3);
    assert_int_equal(row->duplicate_of_line, CM_UNKNOWN);
    row = next_row(rows);
    assert_string_equal(row->ip, "2001:db8::1");
    assert_string_equal(row->cipher, "0xFFFF");
    assert_null(row->kex_group);
    assert_int_equal(row->days_left, -1); /* over since a second */
    row = next_row(rows);
    assert_string_equal(row->ip, "192.0.2.4");
    assert_string_equal(row->kex_group, "0xFFFD");
    assert_int_equal(row->dns_ms, CM_UNKNOWN); /* not asked */
    row = next_row(rows);
    assert_int_equal(row->duplicate_of_line, 3);
    assert_string_equal(row->causes.items[row->causes.num - 1],
                        "input_duplicate");
    row = next_row(rows);
    assert_string_equal(row->ip, "");
    assert_int_equal(row->dns_ms, 12);
    assert_int_equal(row->connect_ms, CM_UNKNOWN);
    assert_null(row->tls_version);
    row = next_row(rows);
    assert_string_equal(row->host, "");
    assert_int_equal(row->port, CM_UNKNOWN);
    assert_string_equal(row->reason, "a name has no blanks");
    cm_report_rows_close(rows);
    cm_report_run_close(run);
}

/* "key:line line*," where * marks the rows that the action fixes. */
static void plan_text(struct cm_report_run *run, enum cm_report_order order,
                      int skip, char *out, size_t size)
{
    const struct cm_report_action *action;
    const struct cm_report_member *member;
    struct cm_report_actions *actions;
    struct cm_error err;

    out[0] = '\0';
    assert_int_equal(cm_report_actions_open(&actions, run, order, &err), CM_OK);
    while (cm_report_actions_next(actions, &action, &err) == CM_OK &&
           action != NULL) {
        size_t used = strlen(out);

        (void)snprintf(out + used, size - used, "%s:", action->key);
        while (skip-- <= 0 &&
               cm_report_actions_member(actions, &member, &err) == CM_OK &&
               member != NULL) {
            used = strlen(out);
            (void)snprintf(out + used, size - used, "%d%s ", (int)member->line,
                           member->fixes ? "*" : "");
        }
    }
    cm_report_actions_close(actions);
}

static void actions_come_with_each_of_their_rows_once(void **state)
{
    struct cm_report_run *run = open_run(*state);
    char plan[256];

    plan_text(run, CM_ORDER_RANK, 0, plan, sizeof(plan));
    assert_string_equal(plan, "aaaa:3* 5* bbbb:3 4* 5 cccc:6* dddd:7* eeee:9* "
                              "ffff:8 gggg:2 ");
    plan_text(run, CM_ORDER_RESOLUTION, 0, plan, sizeof(plan));
    assert_string_equal(plan, "aaaa:3* 5* ffff:8 bbbb:3 4* 5 cccc:6* dddd:7* "
                              "eeee:9* gggg:2 ");
    plan_text(run, CM_ORDER_RANK, 2, plan, sizeof(plan));
    assert_string_equal(plan, "aaaa:bbbb:cccc:6* dddd:7* eeee:9* ffff:8 "
                              "gggg:2 ");
    cm_report_run_close(run);
}

static void an_action_shows_an_example(void **state)
{
    struct cm_report_run *run = open_run(*state);
    const struct cm_report_action *action;
    struct cm_report_actions *actions;
    struct cm_error err;

    assert_int_equal(cm_report_actions_open(&actions, run, CM_ORDER_RANK, &err),
                     CM_OK);
    assert_int_equal(cm_report_actions_next(actions, &action, &err), CM_OK);
    assert_string_equal(action->host, "exp.example");
    assert_int_equal(action->port, 443);
    assert_int_equal(action->fixes_rows, 2);
    assert_int_equal(action->owners.num, 2);
    assert_int_equal(strlen(action->fingerprint_sha256), 64);
    cm_report_actions_close(actions);
    cm_report_run_close(run);
}

static void finds_certificates_by_id_and_fingerprint(void **state)
{
    struct cm_report_run *run = open_run(*state);
    const struct cm_report_certificate *cert;
    char fingerprint[65];
    const char *text;
    struct cm_error err;

    assert_int_equal(cm_report_certificate(run, "3", &cert, &err), CM_OK);
    assert_string_equal(cert->subject_cn, "ok");
    assert_int_equal(cert->names.num, 2);
    assert_int_equal(cert->der.len, 2);
    assert_false(cert->is_ca);
    memset(fingerprint, '1', 64);
    fingerprint[64] = '\0';
    assert_int_equal(cm_report_certificate(run, fingerprint, &cert, &err),
                     CM_OK);
    assert_int_equal(cert->id, 1);
    assert_true(cert->is_ca);
    assert_int_equal(cm_report_certificate(run, "77", &cert, &err), CM_OK);
    assert_null(cert);
    assert_int_equal(cm_report_fingerprint(run, "1", &text, &err), CM_OK);
    assert_string_equal(text, fingerprint);
    assert_int_equal(cm_report_fingerprint(run, "1", &text, &err), CM_OK);
    assert_string_equal(text, fingerprint);
    assert_int_equal(cm_report_fingerprint(run, "77", &text, &err), CM_OK);
    assert_string_equal(text, "");
    cm_report_run_close(run);
}

static void counts_by_severity(void **state)
{
    static const int want[CM_SEVERITY_COUNT] = {5, 6, 7, 8};
    struct fixture *f = *state;
    struct cm_error err;
    int64_t rows;

    for (int i = 0; i < CM_SEVERITY_COUNT; i++) {
        assert_int_equal(cm_report_count_severity(
                             &f->options, (enum cm_severity)i, &rows, &err),
                         CM_OK);
        assert_int_equal(rows, want[i]);
    }
    /* A result that is missing is as bad as it can be; a duplicate counts as
     * hygiene although its endpoint has no finding at all. */
    fixture_sql(f, "DELETE FROM result; DELETE FROM finding");
    assert_int_equal(
        cm_report_count_severity(&f->options, CM_SEVERITY_NOW, &rows, &err),
        CM_OK);
    assert_int_equal(rows, FLEET_ROWS);
    fixture_sql(f, "INSERT INTO result (run, endpoint, verdict, causes, path)"
                   " SELECT run, id, 'trusted', '[]', '[]' FROM endpoint");
    assert_int_equal(
        cm_report_count_severity(&f->options, CM_SEVERITY_BY_DATE, &rows, &err),
        CM_OK);
    assert_int_equal(rows, 0);
    assert_int_equal(
        cm_report_count_severity(&f->options, CM_SEVERITY_HYGIENE, &rows, &err),
        CM_OK);
    assert_int_equal(rows, 1);
    f->options.run_id = 5;
    assert_int_equal(
        cm_report_count_severity(&f->options, CM_SEVERITY_NOW, &rows, &err),
        CM_EINPUT);
}

static const struct {
    const char *sql;
    const char *words;
} broken[] = {
    {"UPDATE row SET fields = '[1'", "not a JSON array"},
    {"UPDATE result SET causes = '{}'", "not a JSON array"},
    {"UPDATE result SET verdict = 'maybe'", "verdict \"maybe\""},
    {"UPDATE action SET owners = 'x'", "not a JSON array"},
    {"DROP VIEW v_finding", "no such table: v_finding"},
    {"DROP VIEW v_action", "no such table: v_action"},
    {"DROP VIEW v_certificate", "no such table: v_certificate"},
    {"DROP VIEW v_endpoint", "no such table: v_endpoint"},
    {"UPDATE run SET columns = 'x'", "not a JSON array"},
};

static void a_broken_store_gives_no_report(void **state)
{
    struct fixture f;
    struct cm_error err;
    size_t len;

    (void)state;
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        fixture_make_fleet(&f);
        fixture_sql(&f, broken[i].sql);
        assert_int_equal(cm_report_write(&f.options, &err), CM_ESTORE);
        if (strstr(err.text, broken[i].words) == NULL) {
            fail_msg("\"%s\" does not say \"%s\"", err.text, broken[i].words);
        }
        assert_null(fixture_read(&f, "endpoints.jsonl", &len));
        fixture_remove(&f);
    }
}

int main(void)
{
#define FLEET_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, with_fleet, without)
    const struct CMUnitTest tests[] = {
        FLEET_TEST(says_why_a_store_cannot_be_read),
        FLEET_TEST(knows_the_facts_of_the_run),
        FLEET_TEST(options_that_are_no_json_are_not_known),
        FLEET_TEST(counts_the_whole_run),
        FLEET_TEST(findings_stay_in_step_when_some_are_passed_over),
        FLEET_TEST(a_row_has_its_facts_by_name),
        FLEET_TEST(actions_come_with_each_of_their_rows_once),
        FLEET_TEST(an_action_shows_an_example),
        FLEET_TEST(finds_certificates_by_id_and_fingerprint),
        FLEET_TEST(counts_by_severity),
        cmocka_unit_test(a_broken_store_gives_no_report),
    };

    return cmocka_run_group_tests_name("report reader", tests, NULL, NULL);
}
