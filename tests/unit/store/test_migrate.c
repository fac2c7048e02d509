/* A store of an older version is brought up to date: what it held is still
 * there, and from then on it is like a new one. SPDX-License-Identifier:
 * Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/store/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "certmuster/file.h"

/* Two runs: one of the system's anchors, one whose view has no name. */
static const char filled_sql[] =
    "INSERT INTO run (id, state, started, judged_at, input_name, options,"
    " version, tls_library, trust, resolvers) VALUES"
    " (1, 'complete', 1, 2, 'a.csv', '{}', '0.1', '',"
    " 'corp: /etc/corp.pem: 3 anchors', ''),"
    " (2, 'complete', 3, 4, 'b.csv', '{}', '0.1', '', 'unknown', '');"
    "INSERT INTO row VALUES (1, 1, 2, '[\"a.example\"]', 'crm', 1, 2),"
    " (1, 2, 3, '[\"b.example\"]', 'crm', 2, 3);"
    "INSERT INTO endpoint (run, id, host, port, protocol, sni, is_ip, flags)"
    " VALUES (1, 1, 'a.example', 443, 'tls', 'a.example', 0, 0),"
    " (1, 2, 'b.example', 443, 'tls', 'b.example', 0, 0);"
    "INSERT INTO result (run, endpoint, verdict, primary_cause, severity,"
    " causes, path) VALUES (1, 1, 'untrusted', 'leaf_expired', 'breaks_now',"
    " '[\"leaf_expired\"]', '[1]');"
    "INSERT INTO certificate (id, sha256, der, is_ca)"
    " VALUES (1, 'aa', x'30', 1);";

static const char *const schemas[] = {CERTMUSTER_SCHEMA_1, CERTMUSTER_SCHEMA_2,
                                      CERTMUSTER_SCHEMA_3, CERTMUSTER_SCHEMA_4};
#define VERSIONS ((int)(sizeof(schemas) / sizeof(schemas[0])))

static void make_version(struct fixture *f, int version)
{
    char pragmas[128];
    struct cm_buf schema;
    sqlite3 *db = NULL;

    cm_store_close(f->store);
    f->store = NULL;
    assert_int_equal(unlink(f->path), 0);
    cm_buf_init(&schema, 1 << 20);
    assert_int_equal(cm_file_read(&schema, schemas[version - 1], NULL), CM_OK);
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    (void)snprintf(pragmas, sizeof(pragmas),
                   "PRAGMA application_id = 1129141076;"
                   "PRAGMA user_version = %d",
                   version);
    assert_int_equal(sqlite3_exec(db, pragmas, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, cm_buf_cstr(&schema), NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, filled_sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    cm_buf_cleanup(&schema);
}

static void keeps_what_an_old_store_held(void **state)
{
    struct fixture *f = *state;

    make_version(f, 1);
    fixture_reopen(f);
    assert_answer(f, "PRAGMA user_version", "5");
    assert_answer(f, "SELECT run, kind, source_run FROM v_run ORDER BY run",
                  "1|scan|-\n2|scan|-");
    assert_answer(f, "SELECT run, ord, view, path, anchors FROM v_view",
                  "1|0|corp|-|-\n2|0|system|-|-");
    assert_answer(f,
                  "SELECT row, host, verdict, primary_cause, view, views,"
                  " remaining, path_valid, revocation FROM v_endpoint"
                  " ORDER BY row",
                  "1|a.example|untrusted|leaf_expired|corp|"
                  "{\"corp\":\"untrusted\"}|[]|-|not_checked\n"
                  "2|b.example|not_checked|-|corp|"
                  "{\"corp\":\"not_checked\"}|[]|-|not_checked");
    assert_answer(f, "SELECT count(*) FROM v_download", "0");
    assert_answer(f, "PRAGMA integrity_check", "ok");
}

/* Version 2 had views already, and probes that speak STARTTLS. */
static void keeps_what_version_2_held(void **state)
{
    static const char more_sql[] =
        "INSERT INTO trust_view (run, ord, name) VALUES (1, 0, 'corp');"
        "UPDATE result SET seen = 7, main_probe = 0, dns_result = 'ok',"
        " dns_ms = 1, dns = '{\"addresses\":[]}';"
        "INSERT INTO probe (run, endpoint, ord, address, reached, ended,"
        " sys_errno, tries, connect_ms, tls_ms, total_ms, proxy_status, error,"
        " kex_group, signature, alpn, flags, num_tickets, sct_bytes,"
        " client_auth, chain_bytes, num_chain_sent, chain, leaf, starttls)"
        " VALUES (1, 1, 0, '192.0.2.1:25', 'starttls', 'starttls', 0, 1, 2, 0,"
        " 3, 0, '', 0, 0, '', 2, 0, 0, 'none', 0, 0, '[]', 1, 'refused');";
    struct fixture *f = *state;
    sqlite3 *db = NULL;

    make_version(f, 2);
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, more_sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    fixture_reopen(f);
    assert_answer(f, "PRAGMA user_version", "5");
    assert_answer(f,
                  "SELECT verdict, view, seen, address, reached, client_cert,"
                  " client_fault, client_cert_sent, cert_request_late,"
                  " http_status, http_reply, inventory, clients, policies,"
                  " grade FROM v_endpoint WHERE row = 1",
                  "untrusted|corp|7|192.0.2.1:25|starttls||-|0|0|-|-|-|-|-|-");
    assert_answer(f,
                  "SELECT (SELECT count(*) FROM v_answer),"
                  " (SELECT count(*) FROM v_inventory),"
                  " (SELECT count(*) FROM v_measure),"
                  " (SELECT count(*) FROM v_profile),"
                  " (SELECT count(*) FROM v_policy),"
                  " (SELECT count(*) FROM v_rule)",
                  "0|0|0|0|0|0");
    assert_answer(f, "PRAGMA integrity_check", "ok");
}

/* Version 4 counted its rows anew each time: runs that have ended get their
 * numbers, each row counted once. */
static void keeps_what_version_4_held(void **state)
{
    static const char more_sql[] =
        "INSERT INTO row VALUES (1, 3, 4, '[\"a.example\"]', 'hr', 1, 2),"
        " (2, 1, 2, '[\"c.example\"]', '', 1, 2);"
        "INSERT INTO endpoint (run, id, host, port, protocol, sni, is_ip,"
        " flags) VALUES (2, 1, 'c.example', 443, 'tls', '', 0, 0);"
        "UPDATE run SET state = 'running' WHERE id = 2;";
    struct fixture *f = *state;
    sqlite3 *db = NULL;

    make_version(f, 4);
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, more_sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    fixture_reopen(f);
    assert_answer(f, "PRAGMA user_version", "5");
    assert_answer(f, "SELECT run, verdict, rows FROM v_run_verdict",
                  "1|not_checked|1\n1|untrusted|2");
    assert_answer(f,
                  "SELECT host, change FROM v_change"
                  " WHERE run = 2 AND baseline = 1 ORDER BY host",
                  "a.example|gone\nb.example|gone\nc.example|new_endpoint");
    assert_answer(f, "PRAGMA integrity_check", "ok");
}

/* Names and types of all columns in order, and the text of views and indexes.
 */
static void becomes_what_a_new_store_is(void **state)
{
    static const char columns_sql[] =
        "SELECT t.name || '.' || c.name || ' ' || c.type || ' ' || c.[notnull]"
        " || ' ' || coalesce(c.dflt_value, '') || ' ' || c.pk"
        " FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c"
        " WHERE t.type = 'table' ORDER BY t.name, c.cid";
    static const char texts_sql[] =
        "SELECT name || ' ' || sql FROM sqlite_schema"
        " WHERE type IN ('view', 'index') AND sql IS NOT NULL ORDER BY name";
    struct fixture *f = *state;
    char *columns = fixture_answer(f, columns_sql);
    char *texts = fixture_answer(f, texts_sql);

    for (int version = 1; version <= VERSIONS; version++) {
        make_version(f, version);
        fixture_reopen(f);
        assert_answer(f, columns_sql, columns);
        assert_answer(f, texts_sql, texts);
    }
    free(columns);
    free(texts);
}

static void takes_new_runs(void **state)
{
    struct fixture *f = *state;

    for (int version = 1; version <= VERSIONS; version++) {
        make_version(f, version);
        fixture_reopen(f);
        fixture_begin(f);
        fixture_put_row(f, fixture_row(1, 1, "a"));
        fixture_put_result(f, fixture_result(1, CM_VERDICT_TRUSTED));
        assert_int_equal(fixture_finish(f, 1), CM_OK);
        assert_int_equal(f->run_id, 3);
        assert_answer(f, "SELECT verdict, views FROM v_endpoint WHERE run = 3",
                      "trusted|{\"system\":\"trusted\"}");
    }
}

/* For those who only read. */
static void updates_an_old_store_and_nothing_else(void **state)
{
    struct fixture *f = *state;
    char other[160];
    FILE *file;

    make_version(f, 1);
    assert_int_equal(cm_store_update(f->path, NULL), CM_OK);
    assert_answer(f, "PRAGMA user_version", "5");
    assert_answer(f, "SELECT count(*) FROM v_run", "2");
    assert_int_equal(cm_store_update(f->path, NULL), CM_OK);
    (void)snprintf(other, sizeof(other), "%s/other.csv", f->folder);
    assert_int_equal(cm_store_update(other, NULL), CM_OK);
    assert_int_not_equal(access(other, F_OK), 0); /* it was not made */
    file = fopen(other, "w");
    assert_non_null(file);
    assert_int_equal(fputs("host\n", file) >= 0 && fclose(file) == 0, 1);
    assert_int_equal(cm_store_update(other, NULL), CM_OK);
}

static void says_why_an_old_store_cannot_be_updated(void **state)
{
    struct fixture *f = *state;
    struct cm_error err = {0};
    sqlite3 *db = NULL;

    make_version(f, 1);
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "CREATE TABLE content (x)", NULL, NULL, NULL),
        SQLITE_OK);
    (void)sqlite3_close(db);
    assert_int_equal(cm_store_update(f->path, &err), CM_ESTORE);
    assert_non_null(strstr(err.text, "already exists"));
    assert_answer(f, "PRAGMA user_version", "1");
}

#define STORE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(keeps_what_an_old_store_held),
        STORE_TEST(keeps_what_version_2_held),
        STORE_TEST(keeps_what_version_4_held),
        STORE_TEST(becomes_what_a_new_store_is),
        STORE_TEST(takes_new_runs),
        STORE_TEST(updates_an_old_store_and_nothing_else),
        STORE_TEST(says_why_an_old_store_cannot_be_updated),
    };

    return cmocka_run_group_tests_name("migration", tests, NULL, NULL);
}
