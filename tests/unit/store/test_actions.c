/* A run ends with its actions, and with the proof that no row was lost.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/store/fixture.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/parts.h"

/* An endpoint whose primary finding is `cause` on `key`. */
static void put_failing(struct fixture *f, uint64_t id, enum cm_cause cause,
                        const char *key)
{
    struct cm_result *result =
        fixture_result(id, cm_cause_info(cause)->verdict);

    (void)fixture_find(&result->judgement, cause, key);
    fixture_put_result(f, result);
}

/* Rows 1-4: one action each way; 5, 6 and 10 repeat row 4; 7 is trusted, 8 too
 * but for a hint; 9 is invalid. */
static void put_small_fleet(struct fixture *f)
{
    struct cm_result *result;

    fixture_begin(f);
    fixture_put_row(f, fixture_row(1, 1, "team b"));
    fixture_put_row(f, fixture_row(2, 2, "team a"));
    fixture_put_row(f, fixture_row(3, 3, "team b"));
    fixture_put_row(f, fixture_row(4, 4, "team c"));
    fixture_put_row(f, fixture_row(5, 4, "team d"));
    fixture_put_row(f, fixture_row(6, 4, ""));
    fixture_put_row(f, fixture_row(7, 7, "team a"));
    fixture_put_row(f, fixture_row(8, 8, "team a"));
    fixture_put_row(f, fixture_invalid_row(9));
    fixture_put_row(f, fixture_row(10, 4, "team d"));
    put_failing(f, 1, CM_CAUSE_LEAF_EXPIRED, "serial 1");
    put_failing(f, 2, CM_CAUSE_LEAF_EXPIRED, "serial 1");
    result = fixture_result(3, CM_VERDICT_UNTRUSTED);
    (void)fixture_find(&result->judgement, CM_CAUSE_LEAF_EXPIRED, "serial 1");
    /* Leads to the same action once more, and to one more action. */
    (void)fixture_find(&result->judgement, CM_CAUSE_LEAF_EXPIRED, "serial 1");
    (void)fixture_find(&result->judgement, CM_CAUSE_INPUT_IP_LITERAL, "ip");
    fixture_put_result(f, result);
    put_failing(f, 4, CM_CAUSE_CONNECT_REFUSED, "host4");
    fixture_put_result(f, fixture_result(7, CM_VERDICT_TRUSTED));
    result = fixture_result(8, CM_VERDICT_TRUSTED);
    (void)fixture_find(&result->judgement, CM_CAUSE_INPUT_IP_LITERAL, "ip");
    fixture_put_result(f, result);
    put_failing(f, 9, CM_CAUSE_INPUT_UNPARSABLE, "inventory");
}

static void ranks_actions_by_the_rows_they_fix(void **state)
{
    struct fixture *f = *state;

    put_small_fleet(f);
    assert_int_equal(fixture_finish(f, 10), CM_OK);
    assert_answer(f,
                  "SELECT rank, subject_key, subject, severity, fixes_rows,"
                  " touches_rows, causes, owners, num_owners, example_row"
                  " FROM v_action ORDER BY rank",
                  "1|host4|host4|breaks_now|4|4|[\"connect_refused\"]|"
                  "[\"team d\",\"team c\"]|2|4\n"
                  "2|serial 1|serial 1|breaks_now|3|3|[\"leaf_expired\"]|"
                  "[\"team b\",\"team a\"]|2|1\n"
                  "3|inventory|inventory|breaks_now|1|1|"
                  "[\"input_unparsable\"]|[]|0|9\n"
                  "4|ip|ip|hygiene|0|2|[\"input_ip_literal\"]|"
                  "[\"team a\",\"team b\"]|2|3");
    assert_int_equal(fixture_number(f, "SELECT sum(fixes_rows) FROM v_action"),
                     fixture_number(f, "SELECT count(*) FROM v_endpoint"
                                       " WHERE verdict <> 'trusted'"));
    assert_answer(f,
                  "SELECT count(*) FROM v_action AS a JOIN v_finding AS f"
                  " ON f.action = a.key AND f.resolution = a.resolution",
                  "8");
}

static void builds_actions_anew_each_time(void **state)
{
    struct fixture *f = *state;

    put_small_fleet(f);
    assert_int_equal(fixture_finish(f, 10), CM_OK);
    assert_int_equal(fixture_finish(f, 10), CM_OK);
    put_small_fleet(f);
    assert_int_equal(fixture_finish(f, 10), CM_OK);
    assert_answer(f,
                  "SELECT run, count(*), sum(fixes_rows), max(rank)"
                  " FROM v_action GROUP BY run",
                  "1|4|8|4\n2|4|8|4");
}

/* Two causes, one action: the causes by rows, the worst severity, a
 * certificate of any of them, an example that it fixes. */
static void joins_causes_that_need_the_same_action(void **state)
{
    struct fixture *f = *state;
    struct cm_cert *cert = fixture_cert("old");

    fixture_begin(f);
    for (uint64_t i = 1; i <= 4; i++) {
        struct cm_result *result = fixture_result(i, CM_VERDICT_UNTRUSTED);
        struct cm_finding *finding = fixture_find(
            &result->judgement,
            i == 4 ? CM_CAUSE_LEAF_EXPIRED : CM_CAUSE_LEAF_EXPIRES_SOON, "s");

        finding->resolution = CM_RESOLUTION_RENEW_CERTIFICATE;
        if (i == 2) {
            finding->cert = cm_cert_ref(cert);
        }
        if (i < 4) {
            result->judgement.verdict = CM_VERDICT_TRUSTED;
        }
        fixture_put_row(f, fixture_row(i, i, "a"));
        fixture_put_result(f, result);
    }
    assert_int_equal(fixture_finish(f, 4), CM_OK);
    assert_answer(f,
                  "SELECT severity, fixes_rows, touches_rows, causes,"
                  " fingerprint_sha256 IS NOT NULL, example_row FROM v_action",
                  "breaks_now|1|4|[\"leaf_expires_soon\",\"leaf_expired\"]|1|"
                  "4");
    cm_cert_unref(cert);
}

static void breaks_ties_by_touches_severity_and_key(void **state)
{
    struct fixture *f = *state;

    fixture_begin(f);
    for (uint64_t i = 1; i <= 4; i++) {
        struct cm_result *result = fixture_result(i, CM_VERDICT_TRUSTED);

        (void)fixture_find(&result->judgement, CM_CAUSE_INPUT_IP_LITERAL,
                           i <= 2   ? "twice"
                           : i == 3 ? "x"
                                    : "y");
        if (i == 4) {
            result->judgement.findings[0].severity = CM_SEVERITY_BY_DATE;
        }
        fixture_put_row(f, fixture_row(i, i, "a"));
        fixture_put_result(f, result);
    }
    assert_int_equal(fixture_finish(f, 4), CM_OK);
    assert_answer(f, "SELECT rank, subject_key FROM v_action ORDER BY rank",
                  "1|twice\n2|y\n3|x");
}

static void names_fifty_owners_and_counts_all(void **state)
{
    struct fixture *f = *state;
    char owner[32];

    fixture_begin(f);
    for (uint64_t i = 1; i <= 61; i++) {
        (void)snprintf(owner, sizeof(owner), "owner %02u",
                       (unsigned)(i == 61 ? 60 : i));
        fixture_put_row(f, fixture_row(i, i, owner));
        put_failing(f, i, CM_CAUSE_LEAF_EXPIRED, "s");
    }
    assert_int_equal(fixture_finish(f, 61), CM_OK);
    assert_answer(f,
                  "SELECT fixes_rows, num_owners, json_array_length(owners),"
                  " json_extract(owners, '$[0]'),"
                  " json_extract(owners, '$[1]'),"
                  " json_extract(owners, '$[49]') FROM v_action",
                  "61|60|50|owner 60|owner 01|owner 49");
}

static void escapes_owners(void **state)
{
    struct fixture *f = *state;

    fixture_begin(f);
    fixture_put_row(f, fixture_row(1, 1, "</script>\"\n"));
    put_failing(f, 1, CM_CAUSE_LEAF_EXPIRED, "s");
    assert_int_equal(fixture_finish(f, 1), CM_OK);
    assert_answer(f,
                  "SELECT instr(owners, '<'), json_extract(owners, '$[0]')"
                  " FROM v_action",
                  "0|</script>\"\n");
}

/* --- the account --- */

static void assert_inconsistent(struct fixture *f, uint64_t rows_read,
                                const char *numbers)
{
    const struct cm_run_end end = {"complete", "00", rows_read, 1, 0};
    struct cm_error err = {0};

    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(cm_store_finish_run(f->store, f->run_id, &end, &err),
                     CM_EINTERNAL);
    if (strstr(err.text, numbers) == NULL) {
        fail_msg("unclear: %s", err.text);
    }
    assert_answer(f, "SELECT state FROM v_run", "inconsistent");
}

static void notices_a_row_that_was_not_recorded(void **state)
{
    struct fixture *f = *state;

    put_small_fleet(f);
    assert_inconsistent(f, 11, "11 rows read, 10 recorded, 10 with");
    assert_answer(f, "SELECT rows_read, rows_recorded FROM v_run", "11|10");
    /* The actions are there all the same. */
    assert_answer(f, "SELECT sum(fixes_rows) FROM v_action", "8");
}

static void notices_a_row_without_a_verdict(void **state)
{
    struct fixture *f = *state;

    fixture_begin(f);
    fixture_put_row(f, fixture_row(1, 1, "a"));
    fixture_put_row(f, fixture_row(2, 2, "a"));
    fixture_put_result(f, fixture_result(2, CM_VERDICT_TRUSTED));
    assert_inconsistent(f, 2, "2 rows read, 2 recorded, 1 with");
}

/* A repetition of a row that never came. */
static void notices_a_row_without_an_endpoint(void **state)
{
    struct fixture *f = *state;

    fixture_begin(f);
    fixture_put_row(f, fixture_row(2, 1, "a"));
    fixture_put_result(f, fixture_result(1, CM_VERDICT_TRUSTED));
    assert_inconsistent(f, 1, "1 rows read, 1 recorded, 0 with");
}

static void says_why_a_run_cannot_be_finished(void **state)
{
    struct fixture *f = *state;
    const struct cm_run_end end = {"complete", "00", 9, 1, 0};
    struct cm_error err = {0};

    put_small_fleet(f);
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(sqlite3_exec(f->store->db.handle, "DROP TABLE action;",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(cm_store_finish_run(f->store, f->run_id, &end, &err),
                     CM_ESTORE);
    assert_non_null(strstr(err.text, "action"));
    assert_answer(f, "SELECT state FROM run", "running");
}

/* More parts than are kept in memory, rows that repeat others, actions that
 * come back: the numbers are those that SQL counts. */
static void counts_as_sql_does(void **state)
{
    enum { ROWS = 17000, SHARED = 40 };
    static const enum cm_cause causes[] = {CM_CAUSE_LEAF_EXPIRED,
                                           CM_CAUSE_CONNECT_REFUSED,
                                           CM_CAUSE_INPUT_IP_LITERAL};
    struct fixture *f = *state;
    char key[32];

    fixture_begin(f);
    for (uint64_t i = 1; i <= ROWS; i++) {
        bool repeats = i % 50 == 49;
        struct cm_result *result;

        (void)snprintf(key, sizeof(key), "owner %u", (unsigned)(i % 7));
        fixture_put_row(f,
                        fixture_row(i, repeats ? i / 2 / 50 * 50 + 1 : i, key));
        if (repeats) {
            continue;
        }
        result = fixture_result(i, CM_VERDICT_UNTRUSTED);
        (void)snprintf(key, sizeof(key), "own %u", (unsigned)i);
        (void)fixture_find(&result->judgement, causes[i % 3], key);
        for (uint64_t j = 0; j < i % 5; j++) {
            (void)snprintf(key, sizeof(key), "shared %u",
                           (unsigned)((i * 7 + j * j) % SHARED));
            (void)fixture_find(&result->judgement, causes[j % 3], key);
        }
        fixture_put_result(f, result);
    }
    assert_int_equal(fixture_finish(f, ROWS), CM_OK);
    assert_answer(f, "SELECT rows_recorded, state FROM v_run",
                  "17000|complete");
    assert_true(fixture_number(f, "SELECT count(*) FROM v_action") > 16384);
    assert_answer(
        f,
        "WITH a AS (SELECT f.action, count(DISTINCT r.id) AS touches,"
        " count(DISTINCT CASE WHEN f.ord = 0 AND f.blocks = 1 THEN r.id END)"
        " AS fixes, coalesce(min(CASE WHEN f.ord = 0 AND f.blocks = 1"
        " THEN r.id END), min(r.id)) AS example,"
        " count(DISTINCT r.owner) AS owners, count(DISTINCT f.cause) AS causes"
        " FROM row AS r JOIN finding AS f ON f.run = r.run"
        " AND f.endpoint = r.endpoint GROUP BY f.action)"
        " SELECT (SELECT count(*) FROM a) = (SELECT count(*) FROM v_action),"
        " count(*) FROM (SELECT * FROM a EXCEPT SELECT key, touches_rows,"
        " fixes_rows, example_row, num_owners, json_array_length(causes)"
        " FROM v_action)",
        "1|0");
}

/* As the rows are, repeated ones too; a run that ends twice counts once. */
static void keeps_the_rows_of_each_verdict(void **state)
{
    static const char same_sql[] =
        "SELECT count(*), (SELECT sum(rows) FROM v_run_verdict) FROM (SELECT"
        " run, verdict, count(*) FROM v_endpoint GROUP BY 1, 2 EXCEPT SELECT"
        " run, verdict, rows FROM v_run_verdict)";
    struct fixture *f = *state;

    put_small_fleet(f);
    assert_answer(f, "SELECT count(*) FROM v_run_verdict", "0");
    assert_int_equal(fixture_finish(f, 10), CM_OK);
    assert_answer(f, same_sql, "0|10");
    assert_int_equal(fixture_finish(f, 10), CM_OK);
    assert_answer(f, same_sql, "0|10");
}

/* Each table is read once, from one end to the other. */
static void reads_in_the_order_of_the_keys(void **state)
{
    static const char *const reads[] = {
        "SELECT id, endpoint, owner FROM row", "SELECT id FROM endpoint",
        "SELECT endpoint, verdict FROM result", "SELECT endpoint, ord, action"};
    struct fixture *f = *state;
    sqlite3_stmt *stmt = NULL;
    unsigned found = 0;

    put_small_fleet(f);
    assert_int_equal(fixture_finish(f, 10), CM_OK);
    for (size_t i = 0; i < f->store->db.num_statements; i++) {
        const char *read = f->store->db.statements[i].sql;
        struct cm_buf sql;
        bool is_one = false;

        for (size_t j = 0; j < sizeof(reads) / sizeof(reads[0]); j++) {
            is_one = is_one || strncmp(read, reads[j], strlen(reads[j])) == 0;
        }
        if (!is_one) {
            continue;
        }
        found++;
        cm_buf_init(&sql, 4096);
        cm_buf_puts(&sql, "EXPLAIN QUERY PLAN ");
        cm_buf_puts(&sql, read);
        assert_int_equal(sqlite3_prepare_v2(f->store->db.handle,
                                            cm_buf_cstr(&sql), -1, &stmt, NULL),
                         SQLITE_OK);
        while (sqlite3_step(stmt) == SQLITE_ROW) {
            const char *detail = (const char *)sqlite3_column_text(stmt, 3);

            assert_non_null(strstr(detail, "USING PRIMARY KEY"));
        }
        (void)sqlite3_finalize(stmt);
        cm_buf_cleanup(&sql);
    }
    assert_int_equal(found, 5); /* findings also for a row that repeats */
}

#define STORE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(ranks_actions_by_the_rows_they_fix),
        STORE_TEST(builds_actions_anew_each_time),
        STORE_TEST(joins_causes_that_need_the_same_action),
        STORE_TEST(breaks_ties_by_touches_severity_and_key),
        STORE_TEST(names_fifty_owners_and_counts_all),
        STORE_TEST(escapes_owners),
        STORE_TEST(notices_a_row_that_was_not_recorded),
        STORE_TEST(notices_a_row_without_a_verdict),
        STORE_TEST(notices_a_row_without_an_endpoint),
        STORE_TEST(says_why_a_run_cannot_be_finished),
        STORE_TEST(counts_as_sql_does),
        STORE_TEST(keeps_the_rows_of_each_verdict),
        STORE_TEST(reads_in_the_order_of_the_keys),
    };

    return cmocka_run_group_tests_name("store actions", tests, NULL, NULL);
}
