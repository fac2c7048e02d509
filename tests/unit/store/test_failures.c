/* A store that fails says so and lets everyone go on; what was committed before
 * stays. And many producers at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/store/fixture.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/parts.h"

#define PRODUCERS 4
#define ROWS_EACH 12500

static void sql_in(struct fixture *f, const char *sql)
{
    assert_int_equal(sqlite3_exec(f->store->db.handle, sql, NULL, NULL, NULL),
                     SQLITE_OK);
}

static void limit_size(struct fixture *f, int64_t more_pages)
{
    char sql[64];
    long long pages = fixture_number(f, "PRAGMA page_count") + more_pages;

    (void)snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %lld", pages);
    sql_in(f, sql);
}

/* --- disk full --- */

static void reports_a_full_disk(void **state)
{
    struct fixture *f = *state;
    struct cm_error err = {0};
    struct cm_error seen = {0};
    enum cm_status status = CM_OK;
    uint64_t taken = 0;
    int64_t kept;

    limit_size(f, 700); /* more than one batch */
    fixture_begin(f);
    while (status == CM_OK) { /* far more than the queue holds */
        taken++;
        status = cm_store_put_row(f->store, fixture_row(taken, taken, "a"));
    }
    assert_int_equal(status, CM_ESTORE);
    assert_true(cm_store_failed(f->store, &seen));
    assert_non_null(strstr(seen.text, "full"));
    assert_non_null(strstr(seen.text, "free some space"));
    assert_non_null(strstr(seen.text, f->path));
    assert_int_equal(
        cm_store_put_result(f->store, fixture_result(1, CM_VERDICT_TRUSTED)),
        CM_ESTORE);
    assert_int_equal(cm_store_drain(f->store, &err), CM_ESTORE);
    assert_string_equal(err.text, seen.text);
    kept = fixture_number(f, "SELECT count(*) FROM row");
    assert_true(kept >= CM_BATCH_RECORDS - 1 && kept < (int64_t)taken);
    assert_int_equal(kept, fixture_number(f, "SELECT max(id) FROM row"));
    assert_answer(f, "PRAGMA integrity_check", "ok");
    assert_answer(f, "SELECT state FROM v_run", "running");
}

/* There is space again: the same store takes another run. */
static void goes_on_after_a_full_disk(void **state)
{
    struct fixture *f = *state;
    enum cm_status status = CM_OK;

    limit_size(f, 10);
    fixture_begin(f);
    for (uint64_t id = 1; status == CM_OK; id++) {
        status = cm_store_put_row(f->store, fixture_row(id, id, "a"));
    }
    assert_int_equal(cm_store_drain(f->store, NULL), CM_ESTORE);
    sql_in(f, "PRAGMA max_page_count = 100000");
    fixture_begin(f);
    assert_false(cm_store_failed(f->store, NULL));
    fixture_put_row(f, fixture_row(1, 1, "a"));
    fixture_put_result(f, fixture_result(1, CM_VERDICT_TRUSTED));
    assert_int_equal(fixture_finish(f, 1), CM_OK);
    assert_answer(f, "SELECT run, state FROM v_run ORDER BY run",
                  "1|running\n2|complete");
}

static void reports_a_full_disk_at_the_end(void **state)
{
    struct fixture *f = *state;
    const struct cm_run_end end = {"complete", "00", 3000, 1, 0};
    struct cm_error err = {0};

    fixture_begin(f);
    for (uint64_t id = 1; id <= 3000; id++) {
        struct cm_result *result = fixture_result(id, CM_VERDICT_UNTRUSTED);
        char key[32];

        (void)snprintf(key, sizeof(key), "serial %u", (unsigned)id);
        (void)fixture_find(&result->judgement, CM_CAUSE_LEAF_EXPIRED, key);
        fixture_put_row(f, fixture_row(id, id, "a"));
        fixture_put_result(f, result);
    }
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    limit_size(f, 10);
    assert_int_equal(cm_store_finish_run(f->store, f->run_id, &end, &err),
                     CM_ESTORE);
    assert_non_null(strstr(err.text, "full"));
    sql_in(f, "PRAGMA max_page_count = 100000");
    assert_answer(f, "SELECT state FROM v_run", "running");
    assert_int_equal(cm_store_finish_run(f->store, f->run_id, &end, &err),
                     CM_OK);
    assert_answer(f, "SELECT count(*), sum(fixes_rows) FROM v_action",
                  "3000|3000");
}

static void reports_what_it_cannot_write(void **state)
{
    static const char *const sabotage[] = {
        "DROP VIEW v_endpoint; ALTER TABLE endpoint RENAME TO x",
        "DROP VIEW v_run; DROP VIEW v_endpoint; ALTER TABLE row RENAME TO x",
        /* v_verdict uses it, too */
        ("DROP VIEW v_endpoint; DROP VIEW v_verdict; "
         "ALTER TABLE result RENAME TO x"),
        "DROP VIEW v_finding; ALTER TABLE finding RENAME TO x",
        "DROP VIEW v_endpoint; ALTER TABLE probe RENAME TO x",
        "DROP TABLE certificate",
        "ALTER TABLE run RENAME COLUMN has_header TO x",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(sabotage) / sizeof(sabotage[0]); i++) {
        struct fixture *f = NULL;
        struct cm_result *result = fixture_result(1, CM_VERDICT_UNTRUSTED);
        struct cm_error err = {0};

        (void)fixture_find(&result->judgement, CM_CAUSE_LEAF_EXPIRED, "k");
        result->judgement.findings[0].cert = fixture_cert("leaf");
        result->evidence = cm_evidence_new();
        assert_non_null(result->evidence);
        assert_non_null(cm_evidence_add_probe(result->evidence));
        assert_int_equal(fixture_setup((void **)&f), 0);
        sql_in(f, "PRAGMA foreign_keys = OFF");
        sql_in(f, sabotage[i]);
        fixture_begin(f);
        (void)cm_store_put_row(f->store, fixture_row(1, 1, "a"));
        (void)cm_store_put_result(f->store, result);
        assert_int_equal(cm_store_drain(f->store, &err), CM_ESTORE);
        assert_non_null(strstr(err.text, f->path));
        assert_answer(f, "SELECT count(*) FROM run", "1");
        assert_int_equal(fixture_teardown((void **)&f), 0);
    }
}

static void reports_a_run_that_cannot_begin(void **state)
{
    struct fixture *f = *state;
    const struct cm_run_info info = {.input_name = "x"};
    struct cm_error err = {0};
    int64_t id = 0;

    sql_in(f, "PRAGMA query_only = ON");
    assert_int_equal(cm_store_begin_run(f->store, &info, &id, &err), CM_ESTORE);
    assert_non_null(strstr(err.text, "writable"));
    sql_in(f, "PRAGMA query_only = OFF");
    assert_int_equal(cm_store_begin_run(f->store, &info, &id, &err), CM_OK);
    assert_int_equal(id, 1);
}

static void refuses_a_second_result(void **state)
{
    struct fixture *f = *state;
    struct cm_error err = {0};

    fixture_begin(f);
    fixture_put_result(f, fixture_result(1, CM_VERDICT_TRUSTED));
    fixture_put_result(f, fixture_result(1, CM_VERDICT_TRUSTED));
    assert_int_equal(cm_store_drain(f->store, &err), CM_ESTORE);
    assert_non_null(strstr(err.text, "UNIQUE"));
}

static void reports_a_row_too_large_to_write(void **state)
{
    struct fixture *f = *state;
    struct cm_row *row = fixture_row(1, 1, "a");
    struct cm_error err = {0};

    free(row->fields[1]);
    row->fields[1] = malloc(CM_DB_MAX_TEXT + 1);
    assert_non_null(row->fields[1]);
    memset(row->fields[1], 'x', CM_DB_MAX_TEXT);
    row->fields[1][CM_DB_MAX_TEXT] = '\0';
    fixture_begin(f);
    fixture_put_row(f, row);
    assert_int_equal(cm_store_drain(f->store, &err), CM_ENOMEM);
    assert_non_null(strstr(err.text, "text"));
}

/* --- killed --- */

static void put_rows_for_ever(struct fixture *f)
{
    fixture_begin(f);
    for (uint64_t id = 1;; id++) {
        struct cm_result *result = fixture_result(id, CM_VERDICT_UNTRUSTED);

        (void)fixture_find(&result->judgement, CM_CAUSE_LEAF_EXPIRED, "k");
        if (cm_store_put_row(f->store, fixture_row(id, id, "a")) != CM_OK ||
            cm_store_put_result(f->store, result) != CM_OK) {
            _exit(1);
        }
    }
}

static void keeps_what_was_committed_before_a_kill(void **state)
{
    struct fixture *f = *state;
    int64_t seen = 0;
    int64_t kept;
    int how = 0;
    pid_t child;

    cm_store_close(f->store);
    f->store = NULL;
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        fixture_reopen(f);
        put_rows_for_ever(f);
    }
    while (seen < 3000) { /* committed, or another connection saw nothing */
        (void)sched_yield();
        seen = fixture_number(f, "SELECT count(*) FROM row");
    }
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSIGNALED(how));
    fixture_reopen(f);
    kept = fixture_number(f, "SELECT count(*) FROM row");
    assert_true(kept >= seen);
    assert_int_equal(kept, fixture_number(f, "SELECT max(id) FROM row"));
    assert_int_equal(kept, fixture_number(f, "SELECT count(*) FROM endpoint"));
    assert_answer(f, "PRAGMA integrity_check", "ok");
    assert_answer(f, "PRAGMA foreign_key_check", "");
    assert_answer(f, "SELECT state FROM run", "running");
    fixture_begin(f); /* and the store is as good as new */
    fixture_put_row(f, fixture_row(1, 1, "a"));
    fixture_put_result(f, fixture_result(1, CM_VERDICT_TRUSTED));
    assert_int_equal(fixture_finish(f, 1), CM_OK);
    assert_int_equal(f->run_id, 2);
}

/* Less than a batch is committed by its age, without drain or close. */
static void commits_a_lonely_row(void **state)
{
    struct fixture *f = *state;

    fixture_begin(f);
    fixture_put_row(f, fixture_row(1, 1, "a"));
    while (fixture_number(f, "SELECT count(*) FROM row") == 0) {
        (void)sched_yield(); /* would hang */
    }
    assert_answer(f, "SELECT host FROM endpoint", "host1.example");
}

static void commits_when_it_is_closed(void **state)
{
    struct fixture *f = *state;

    fixture_begin(f);
    for (uint64_t id = 1; id <= 5000; id++) {
        fixture_put_row(f, fixture_row(id, id, "a"));
    }
    cm_store_close(f->store);
    f->store = NULL;
    assert_answer(f, "SELECT count(*) FROM row", "5000");
}

/* --- many producers --- */

struct producer {
    struct cm_store *store;
    uint64_t first;
    enum cm_status status;
};

static void *produce(void *arg)
{
    struct producer *producer = arg;

    for (uint64_t i = 0; i < ROWS_EACH && producer->status == CM_OK; i++) {
        uint64_t id = producer->first + i;
        struct cm_result *result = fixture_result(
            id, i % 2 == 0 ? CM_VERDICT_TRUSTED : CM_VERDICT_UNTRUSTED);

        if (i % 2 != 0) {
            (void)fixture_find(&result->judgement, CM_CAUSE_LEAF_EXPIRED, "k");
        }
        producer->status =
            cm_store_put_row(producer->store, fixture_row(id, id, "a"));
        if (producer->status == CM_OK) {
            producer->status = cm_store_put_result(producer->store, result);
        } else {
            cm_result_free(result);
        }
        (void)cm_store_congested(producer->store);
        (void)cm_store_failed(producer->store, NULL);
    }
    return NULL;
}

static void run_producers(struct fixture *f, enum cm_status want)
{
    struct producer producers[PRODUCERS];
    pthread_t threads[PRODUCERS];

    for (uint64_t i = 0; i < PRODUCERS; i++) {
        producers[i] =
            (struct producer){.store = f->store, .first = 1 + i * ROWS_EACH};
        assert_int_equal(
            pthread_create(&threads[i], NULL, produce, &producers[i]), 0);
    }
    for (size_t i = 0; i < PRODUCERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(producers[i].status, want);
    }
}

static void takes_rows_from_many_threads(void **state)
{
    struct fixture *f = *state;

    fixture_begin(f);
    run_producers(f, CM_OK);
    assert_int_equal(fixture_finish(f, PRODUCERS * ROWS_EACH), CM_OK);
    assert_answer(f,
                  "SELECT verdict, count(*) FROM v_endpoint GROUP BY verdict",
                  "trusted|25000\nuntrusted|25000");
    assert_answer(f, "SELECT fixes_rows, example_row FROM v_action", "25000|2");
}

static void lets_many_threads_go_when_it_fails(void **state)
{
    struct fixture *f = *state;

    limit_size(f, 60);
    fixture_begin(f);
    run_producers(f, CM_ESTORE);
    assert_int_equal(cm_store_drain(f->store, NULL), CM_ESTORE);
    assert_answer(f, "PRAGMA integrity_check", "ok");
}

#define STORE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(keeps_what_was_committed_before_a_kill),
        STORE_TEST(reports_a_full_disk),
        STORE_TEST(goes_on_after_a_full_disk),
        STORE_TEST(reports_a_full_disk_at_the_end),
        cmocka_unit_test(reports_what_it_cannot_write),
        STORE_TEST(reports_a_run_that_cannot_begin),
        STORE_TEST(refuses_a_second_result),
        STORE_TEST(reports_a_row_too_large_to_write),
        STORE_TEST(commits_a_lonely_row),
        STORE_TEST(commits_when_it_is_closed),
        STORE_TEST(takes_rows_from_many_threads),
        STORE_TEST(lets_many_threads_go_when_it_fails),
    };

    return cmocka_run_group_tests_name("store failures", tests, NULL, NULL);
}
