/* Merging loses no table, no column and no certificate, whatever the schema
 * will have one day; and only what belongs together is merged.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "certmuster/shard.h"
#include "store/parts.h"
#include "unit/store/fixture.h"

#define DIGEST                                                                 \
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
/* SHA-256 of the bytes 0x41 and 0x42 */
#define HASH_A                                                                 \
    "559aead08264d5795d3909718cdd05abd49572e84fe55590eef31a88a08fdffd"
#define HASH_B                                                                 \
    "df7e70e5021544f4834bbee64a9e3789febc4be81470df629cad6ddb03320a5c"

static char *shard_path(const struct fixture *f, unsigned index)
{
    char *path = NULL;

    assert_true(asprintf(&path, "%s/shard-%u.db", f->folder, index) > 0);
    return path;
}

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    char *why = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) {
        fail_msg("%s: %s", sql, why);
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* "INSERT INTO t VALUES (...)" with something in each column, made from the
 * schema itself. %d is a row or endpoint number. */
static const char fill_sql[] =
    "SELECT 'INSERT INTO ' || m.name || ' VALUES (' || group_concat("
    " CASE WHEN c.name = 'run' THEN '1'"
    " WHEN c.name IN ('id', 'endpoint') THEN ?1"
    " WHEN c.name IN ('leaf', 'certificate') THEN '2'"
    " WHEN c.name IN ('path', 'chain') THEN '''[2,1]'''"
    " WHEN c.name = 'verdict' THEN '''trusted'''"
    " WHEN c.name IN ('cause', 'primary_cause') THEN '''leaf_expired'''"
    " WHEN c.name = 'severity' THEN '''hygiene'''"
    " WHEN c.name = 'resolution' THEN '''renew_certificate'''"
    " WHEN c.type = 'INTEGER' THEN c.cid + 10"
    " WHEN c.type = 'BLOB' THEN 'x''' || printf('%02x', c.cid) || ''''"
    " ELSE '''' || c.name || '_' || ?1 || '''' END, ',') || ')'"
    " FROM sqlite_schema AS m, pragma_table_info(m.name) AS c"
    " WHERE m.type = 'table' AND m.name NOT IN ('run', 'trust_view', 'measure',"
    " 'action', 'run_verdict', 'download', 'content', 'certificate')"
    " GROUP BY m.name ORDER BY m.name";

static void fill_tables(const char *path, int id)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    int num = 0;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, fill_sql, -1, &stmt, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_bind_int(stmt, 1, id), SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *sql = (const char *)sqlite3_column_text(stmt, 0);
        char *why = NULL;

        if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) {
            fail_msg("%s: %s", sql, why);
        }
        num++;
    }
    assert_true(num >= 12);
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* A shard of two with one row, and certificates in an order of its own. */
static char *make_shard(const struct fixture *f, unsigned index,
                        const char *first, const char *second)
{
    char *path = shard_path(f, index);
    struct cm_store *store = NULL;
    char *sql = NULL;

    assert_int_equal(cm_store_open(&store, path, NULL), CM_OK);
    cm_store_close(store);
    assert_true(
        asprintf(&sql,
                 "INSERT INTO run (id, state, started, judged_at, input_name,"
                 " input_sha256, rows_read, rows_recorded, options, version,"
                 " tls_library, trust, resolvers, shard, shards, input_rows,"
                 " config_sha256, resumed, faults) VALUES (1, 'complete', 5,"
                 " 6, 'fleet.csv', '" DIGEST "', 1, 1,"
                 " '{\"trust\":[\"a\"],\"shard\":\"0/2\"}', '1', 'tls',"
                 " 'trust', 'dns', %u, 2, 2, '" DIGEST "', %u,"
                 " '[{\"fault\":\"f%u\"}]');"
                 "INSERT INTO certificate (sha256, der) VALUES (%s), (%s);"
                 "INSERT INTO content (sha256, bytes) VALUES (%s);"
                 "INSERT INTO download (run, ord, url, kind, result, detail,"
                 " fetched, ms, content) VALUES (1, 0, 'http://a/', 'crl',"
                 " 'failed', '', 1, 1, NULL), (1, 1, 'http://%u/', 'issuer',"
                 " 'ok', '', 1, 1, 1);"
                 "PRAGMA journal_mode = DELETE;",
                 index, index + 1, index, first, second, first, index) > 0);
    run_sql(path, sql);
    free(sql);
    fill_tables(path, (int)index + 1);
    assert_int_equal(cm_store_seal(path, NULL), CM_OK);
    return path;
}

static enum cm_status merge(struct fixture *f, char *const *paths, size_t num,
                            struct cm_error *err)
{
    const struct cm_run_info info = {
        .options = "{\"crl\":[\"b\"]}",
        .version = "1",
        .trust = "trust",
        .shards = 2,
    };
    struct cm_shard_facts facts;
    enum cm_status status =
        cm_store_merge_run(f->store, paths[0], &info, &f->run_id, err);

    for (size_t i = 0; i < num && status == CM_OK; i++) {
        status = cm_shard_read(paths[i], &facts, err);
        if (status == CM_OK) {
            status = cm_store_merge_shard(f->store, f->run_id, paths[i], &facts,
                                          err);
        }
    }
    return status;
}

#define CERT_A "'" HASH_A "', x'41'"
#define CERT_B "'" HASH_B "', x'42'"

/* Each column of each table, but for the ids of certificates, is the shard's.
 */
static const char same_sql[] =
    "SELECT 'SELECT count(*) FROM (SELECT ' || group_concat(c.name, ',') ||"
    " ' FROM part.' || m.name || ' EXCEPT SELECT ' ||"
    " group_concat(c.name, ',') || ' FROM main.' || m.name || ')'"
    " FROM main.sqlite_schema AS m, pragma_table_info(m.name) AS c"
    " WHERE m.type = 'table' AND m.name NOT IN ('run', 'trust_view', 'measure',"
    " 'action', 'run_verdict', 'download', 'content', 'certificate')"
    " AND c.name NOT IN ('leaf', 'certificate', 'path', 'chain')"
    " GROUP BY m.name";

static void assert_holds(const struct fixture *f, const char *part)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    char *attach = sqlite3_mprintf("ATTACH %Q AS part", part);
    int tables = 0;

    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, attach, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_free(attach);
    assert_int_equal(sqlite3_prepare_v2(db, same_sql, -1, &stmt, NULL),
                     SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *sql = (const char *)sqlite3_column_text(stmt, 0);
        sqlite3_stmt *count = NULL;

        assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &count, NULL),
                         SQLITE_OK);
        assert_int_equal(sqlite3_step(count), SQLITE_ROW);
        if (sqlite3_column_int(count, 0) != 0) {
            fail_msg("lost: %s", sql);
        }
        assert_int_equal(sqlite3_finalize(count), SQLITE_OK);
        tables++;
    }
    assert_true(tables >= 12);
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void test_nothing_is_lost(void **state)
{
    struct fixture *f = *state;
    char *paths[] = {make_shard(f, 0, CERT_A, CERT_B),
                     make_shard(f, 1, CERT_B, CERT_A)};
    struct cm_error err;
    uint64_t rows;
    uint64_t last;

    if (merge(f, paths, 2, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(
        cm_store_merge_end(f->store, f->run_id, &rows, &last, &err), CM_OK);
    assert_int_equal(rows, 2);
    assert_int_equal(last, 2);
    cm_store_close(f->store);
    f->store = NULL;
    for (size_t i = 0; i < 2; i++) {
        assert_holds(f, paths[i]);
        free(paths[i]);
    }
    /* The second shard numbered its certificates the other way round. */
    assert_answer(f, "SELECT sha256 FROM certificate ORDER BY id",
                  HASH_A "\n" HASH_B);
    assert_answer(f, "SELECT chain, leaf FROM probe ORDER BY endpoint",
                  "[2,1]|2\n[1,2]|1");
    assert_answer(f, "SELECT path FROM result ORDER BY endpoint",
                  "[2,1]\n[1,2]");
    assert_answer(f, "SELECT certificate FROM finding ORDER BY endpoint",
                  "2\n1");
    assert_answer(f, "SELECT ord, url, content FROM download ORDER BY ord",
                  "0|http://a/|-\n1|http://0/|1\n2|http://1/|2");
    assert_answer(f,
                  "SELECT kind, shard, shards, resumed, faults,"
                  " json_extract(options, '$.trust[0]'),"
                  " json_extract(options, '$.crl[0]'),"
                  " json_extract(options, '$.shard') FROM run",
                  "merge|-|2|3|[{\"fault\":\"f0\"},{\"fault\":\"f1\"}]|a|b|-");
}

static void expect_refusal(struct fixture *f, char *path, const char *sql,
                           const char *words)
{
    char *good = make_shard(f, 0, CERT_A, CERT_B);
    char *paths[] = {good, path};
    struct cm_error err = {.text = ""};

    run_sql(path, sql);
    assert_int_equal(merge(f, paths, 2, &err), CM_EINPUT);
    if (strstr(err.text, words) == NULL || strstr(err.text, path) == NULL) {
        fail_msg("no word of %s: %s", words, err.text);
    }
    free(good);
    free(path);
}

static void test_double_rows_are_refused(void **state)
{
    struct fixture *f = *state;

    expect_refusal(f, make_shard(f, 1, CERT_A, CERT_B), "UPDATE row SET id = 1",
                   "UNIQUE");
}

static void test_an_unknown_certificate_is_refused(void **state)
{
    struct fixture *f = *state;

    expect_refusal(f, make_shard(f, 1, CERT_A, CERT_B),
                   "UPDATE finding SET certificate = 7", "does not hold");
}

static void test_no_list_of_certificates_is_refused(void **state)
{
    struct fixture *f = *state;

    expect_refusal(f, make_shard(f, 1, CERT_A, CERT_B),
                   "UPDATE result SET path = '[1,]'", "does not hold");
}

static void test_gaps_in_certificates_are_refused(void **state)
{
    struct fixture *f = *state;

    expect_refusal(f, make_shard(f, 1, CERT_A, CERT_B),
                   "UPDATE certificate SET id = 4611686018427387904"
                   " WHERE id = 2",
                   "not numbered");
}

static void test_another_body_is_refused(void **state)
{
    struct fixture *f = *state;

    expect_refusal(f, make_shard(f, 1, CERT_A, CERT_B),
                   "UPDATE content SET bytes = x'00'", "damaged");
}

static void test_other_trust_is_refused(void **state)
{
    struct fixture *f = *state;
    char *path = make_shard(f, 0, CERT_A, CERT_B);
    struct cm_error err;

    run_sql(path, "INSERT INTO trust_view (run, ord, name, sha256) VALUES"
                  " (1, 0, 'corp', '00')");
    assert_int_equal(merge(f, &path, 1, &err), CM_EINPUT);
    assert_non_null(strstr(err.text, "the trust views here"));
    free(path);
}

static void test_facts(void **state)
{
    struct fixture *f = *state;
    char *path = make_shard(f, 1, CERT_A, CERT_B);
    static const char *const wrong[] = {
        "UPDATE run SET shard = 2",          "UPDATE run SET shards = NULL",
        "UPDATE run SET input_sha256 = 'x'", "UPDATE run SET kind = 'rejudge'",
        "UPDATE run SET rows_recorded = 2",  "UPDATE run SET input_rows = 0",
        "UPDATE run SET state = 'running'",
    };
    struct cm_shard_facts facts;
    struct cm_error err;

    assert_int_equal(cm_shard_read(path, &facts, &err), CM_OK);
    assert_int_equal(facts.shard, 1);
    assert_int_equal(facts.shards, 2);
    assert_int_equal(facts.rows, 1);
    assert_int_equal(facts.input_rows, 2);
    assert_true(facts.complete);
    free(path);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        path = shard_path(f, 1);
        (void)unlink(path);
        free(path);
        path = make_shard(f, 1, CERT_A, CERT_B);
        run_sql(path, wrong[i]);
        assert_int_equal(cm_shard_read(path, &facts, &err), CM_EINPUT);
        assert_non_null(strstr(err.text, path));
        free(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing_is_lost, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_double_rows_are_refused,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_an_unknown_certificate_is_refused,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_no_list_of_certificates_is_refused,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_gaps_in_certificates_are_refused,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_another_body_is_refused,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_other_trust_is_refused,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_facts, fixture_setup,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
