/* A store in which someone has changed what is ours is refused before anything
 * of it is run; what others keep beside it is left alone.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/store/fixture.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "certmuster/file.h"
#include "certmuster/stored.h"

#define FOREVER                                                                \
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"          \
    " SELECT i AS run FROM n"

static void run_sql(const struct fixture *f, const char *sql)
{
    sqlite3 *db = NULL;
    char *why = NULL;

    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) {
        fail_msg("%s: %s", sql, why);
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void shut(struct fixture *f)
{
    cm_store_close(f->store);
    f->store = NULL;
}

static void is_refused(struct fixture *f, const char *word)
{
    struct cm_error err = {0};

    assert_int_equal(cm_store_open(&f->store, f->path, &err), CM_EINPUT);
    assert_null(f->store);
    if (strstr(err.text, word) == NULL || strstr(err.text, f->path) == NULL) {
        fail_msg("unclear: %s", err.text);
    }
    memset(&err, 0, sizeof(err));
    assert_int_equal(cm_store_update(f->path, &err), CM_EINPUT);
    assert_non_null(strstr(err.text, word));
}

static struct tampering {
    const char *name;
    const char *sql;
    const char *word;
} tamperings[] = {
    {"a view never ends",
     "DROP VIEW v_endpoint; CREATE VIEW v_endpoint AS " FOREVER,
     "view \"v_endpoint\""},
    {"a view says something else",
     "DROP VIEW v_run; CREATE VIEW V_RUN AS SELECT 1 AS run", "view \"v_run\""},
    {"a view is missing", "DROP VIEW v_action", "view \"v_action\""},
    {"a table is a view",
     "DROP VIEW v_download; DROP TABLE download; CREATE VIEW download"
     " AS " FOREVER,
     "download\""},
    {"a table is virtual",
     "DROP VIEW v_download; DROP TABLE download;"
     " CREATE VIRTUAL TABLE download USING fts5(run)",
     "download\""},
    {"a table has another column", "ALTER TABLE row ADD COLUMN more TEXT",
     "table \"row\""},
    {"a column is computed",
     "ALTER TABLE row ADD COLUMN more BLOB AS (zeroblob(100000000))",
     "table \"row\""},
};
#define TAMPERINGS (sizeof(tamperings) / sizeof(tamperings[0]))

static void refuses_what_was_changed(void **state)
{
    const struct tampering *tampering = *state;
    struct fixture *f = NULL;

    assert_int_equal(fixture_setup((void **)&f), 0);
    shut(f);
    run_sql(f, tampering->sql);
    is_refused(f, tampering->word);
    assert_int_equal(fixture_teardown((void **)&f), 0);
}

static void make_version_1(struct fixture *f, const char *sql)
{
    struct cm_buf schema;

    shut(f);
    assert_int_equal(unlink(f->path), 0);
    cm_buf_init(&schema, 1 << 20);
    assert_int_equal(cm_file_read(&schema, CERTMUSTER_SCHEMA_1, NULL), CM_OK);
    run_sql(f, cm_buf_cstr(&schema));
    cm_buf_cleanup(&schema);
    run_sql(f, "PRAGMA application_id = 1129141076; PRAGMA user_version = 1");
    run_sql(f, sql);
}

/* The name of a view is no SQL of ours, whatever is in it. */
static void runs_no_sql_of_a_views_name(void **state)
{
    struct fixture *f = *state;
    char other[200];
    char sql[400];

    (void)snprintf(other, sizeof(other), "%s/o", f->folder);
    (void)snprintf(sql, sizeof(sql),
                   "CREATE VIEW \"v\"\"; COMMIT; ATTACH '%s' AS o;"
                   " CREATE TABLE o.t(x); --\" AS SELECT 1",
                   other);
    make_version_1(f, sql);
    fixture_reopen(f);
    assert_int_not_equal(access(other, F_OK), 0);
    assert_answer(f, "PRAGMA user_version", "5");
    assert_answer(f,
                  "SELECT count(*) FROM sqlite_schema WHERE type = 'view'"
                  " AND name NOT GLOB 'v_*'",
                  "0");
}

/* Bringing a store up to date reads its runs. */
static void an_old_table_is_no_view(void **state)
{
    struct fixture *f = *state;

    make_version_1(f, "DROP TABLE run; CREATE VIEW run AS " FOREVER);
    is_refused(f, "table \"run\"");
    assert_answer(f, "PRAGMA user_version", "1");
}

static void others_may_keep_things_beside_ours(void **state)
{
    struct fixture *f = *state;

    shut(f);
    run_sql(f, "CREATE VIEW mine AS SELECT host FROM v_endpoint;"
               "CREATE TABLE notes (row INTEGER, text TEXT);"
               "CREATE INDEX by_owner ON row (owner); ANALYZE;");
    assert_int_equal(cm_store_update(f->path, NULL), CM_OK);
    fixture_reopen(f);
    assert_answer(f, "SELECT count(*) FROM mine", "0");
}

static enum cm_status visit(void *arg, uint64_t endpoint,
                            const struct cm_endpoint *ep,
                            const struct cm_evidence *evidence,
                            struct cm_revised *out)
{
    (void)arg;
    (void)endpoint;
    (void)ep;
    (void)evidence;
    out->replace = false;
    return CM_OK;
}

/* A rejudge writes into a store that may be another's. */
static void a_rejudge_runs_no_trigger(void **state)
{
    struct fixture *f = *state;
    const struct cm_run_info info = {
        .options = "{}", .version = "1", .trust = "t", .source_run = 1};
    const struct cm_store_pass pass = {.visit = visit};
    int64_t id = 0;

    fixture_begin(f);
    fixture_put_row(f, fixture_row(1, 1, "a"));
    fixture_put_result(f, fixture_result(1, CM_VERDICT_TRUSTED));
    assert_int_equal(fixture_finish(f, 1), CM_OK);
    shut(f);
    run_sql(f, "CREATE TABLE counted (x); CREATE TRIGGER t AFTER INSERT ON row"
               " BEGIN INSERT INTO counted VALUES (new.id); END");
    fixture_reopen(f);
    assert_int_equal(cm_store_begin_rejudge(f->store, &info, &id, NULL), CM_OK);
    assert_int_equal(cm_store_rejudge(f->store, id, &pass, NULL), CM_OK);
    assert_answer(f, "SELECT count(*) FROM row", "2");
    assert_answer(f, "SELECT count(*) FROM counted", "0");
}

#define STORE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    static const struct CMUnitTest others[] = {
        STORE_TEST(runs_no_sql_of_a_views_name),
        STORE_TEST(an_old_table_is_no_view),
        STORE_TEST(others_may_keep_things_beside_ours),
        STORE_TEST(a_rejudge_runs_no_trigger),
    };
    struct CMUnitTest tests[TAMPERINGS];

    for (size_t i = 0; i < TAMPERINGS; i++) {
        tests[i] = (struct CMUnitTest){.name = tamperings[i].name,
                                       .test_func = refuses_what_was_changed,
                                       .initial_state = &tamperings[i]};
    }
    return cmocka_run_group_tests_name("a changed schema", tests, NULL, NULL) +
           cmocka_run_group_tests_name("others' schema", others, NULL, NULL);
}
