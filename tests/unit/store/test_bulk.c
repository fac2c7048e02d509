/* Rows that are written many at a time are the rows that were put, whatever
 * their order, and fail as one.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/store/fixture.h"

#include <stdlib.h>
#include <string.h>

#include "store/bulk.h"
#include "store/parts.h"

static const char insert_sql[] =
    "INSERT INTO t (run, id, text, bytes, word) VALUES (?, ?, ?, ?, ?)";

static const char other_sql[] = "INSERT INTO u (run, id) VALUES (?, ?)";

static struct cm_db *open_tables(struct fixture *f)
{
    struct cm_db *db = &f->store->db;

    assert_int_equal(
        cm_db_exec(db, "CREATE TABLE t (run INTEGER, id INTEGER, text TEXT,"
                       " bytes BLOB, word TEXT, PRIMARY KEY (run, id))"
                       " STRICT, WITHOUT ROWID;"
                       "CREATE TABLE u (run INTEGER, id INTEGER) STRICT"),
        CM_OK);
    assert_true(cm_bulk_open(db));
    assert_int_equal(cm_db_exec(db, "BEGIN IMMEDIATE"), CM_OK);
    return db;
}

static void put(struct cm_db *db, int64_t id, const char *text)
{
    struct cm_query q = cm_query_insert(db, insert_sql);

    cm_query_int(&q, 1);
    cm_query_int(&q, id);
    cm_query_text(&q, text);
    (void)cm_query_run(&q);
}

static void commit(struct cm_db *db)
{
    assert_int_equal(cm_bulk_flush(db), CM_OK);
    assert_int_equal(cm_db_exec(db, "COMMIT"), CM_OK);
}

static void writes_all_kinds_of_values(void **state)
{
    struct fixture *f = *state;
    struct cm_db *db = open_tables(f);
    const struct cm_span bytes = {(const uint8_t *)"\0\xff", 2};
    const struct cm_span empty = {(const uint8_t *)"", 0};
    const struct cm_span none = {NULL, 0};
    char text[] = "own";
    struct cm_query q = cm_query_insert(db, insert_sql);

    cm_query_int(&q, 1);
    cm_query_int(&q, INT64_MAX);
    cm_query_text(&q, text);
    cm_query_blob(&q, bytes);
    cm_query_id(&q, "static");
    assert_int_equal(cm_query_run(&q), CM_OK);
    memset(text, 'x', sizeof(text) - 1); /* it was copied */
    q = cm_query_insert(db, insert_sql);
    cm_query_int(&q, 1);
    cm_query_int(&q, INT64_MIN);
    cm_query_text(&q, "caf\xe9"); /* is made UTF-8 */
    cm_query_blob(&q, empty);
    cm_query_id(&q, NULL);
    assert_int_equal(cm_query_run(&q), CM_OK);
    q = cm_query_insert(db, insert_sql);
    cm_query_int(&q, 1);
    cm_query_int(&q, 0);
    cm_query_text(&q, "");
    cm_query_blob(&q, none);
    assert_int_equal(cm_query_run(&q), CM_OK); /* and one more is NULL */
    assert_answer(f, "SELECT count(*) FROM t", "0");
    commit(db);
    assert_answer(f,
                  "SELECT id, text, hex(bytes), typeof(bytes), word FROM t"
                  " ORDER BY id",
                  "-9223372036854775808|caf\xc3\xa9||blob|-\n"
                  "0|||null|-\n"
                  "9223372036854775807|own|00FF|blob|static");
}

/* More than one flush, in any order; rows of another table between them; and
 * texts longer than a block. */
static void writes_many_rows_in_order(void **state)
{
    enum { ROWS = 5003, STRIDE = 1999 };
    struct fixture *f = *state;
    struct cm_db *db = open_tables(f);
    size_t len = 100000;
    char *large = malloc(len + 1);
    unsigned flushes = 0;

    assert_non_null(large);
    memset(large, 'a', len);
    large[len] = '\0';
    for (int64_t i = 0; i < ROWS; i++) {
        int64_t id = i * STRIDE % ROWS;
        struct cm_query q;

        put(db, id, id % 100 == 0 ? large : "small");
        q = cm_query_insert(db, other_sql);
        cm_query_int(&q, 1);
        cm_query_int(&q, id);
        assert_int_equal(cm_query_run(&q), CM_OK);
        if (cm_bulk_is_full(db)) {
            flushes++;
            assert_int_equal(cm_bulk_flush(db), CM_OK);
            assert_false(cm_bulk_is_full(db));
        }
    }
    commit(db);
    free(large);
    assert_true(flushes > 2);
    assert_answer(f,
                  "SELECT count(*), min(id), max(id), sum(length(text) = 100000"
                  " AND id % 100 = 0), sum(text = 'small') FROM t",
                  "5003|0|5002|51|4952");
    /* The other table is as its rows came, but for the order within a flush. */
    assert_answer(f, "SELECT count(DISTINCT id) FROM u", "5003");
    assert_true(fixture_number(f, "SELECT count(*) FROM u AS a JOIN u AS b"
                                  " ON b.rowid = a.rowid + 1"
                                  " WHERE b.id < a.id") <= flushes);
}

static void leaves_out_what_was_not_finished(void **state)
{
    struct fixture *f = *state;
    struct cm_db *db = open_tables(f);
    struct cm_query q;

    put(db, 1, "one");
    q = cm_query_insert(db, insert_sql);
    cm_query_int(&q, 1);
    cm_query_int(&q, 2);
    (void)cm_query_end(&q);
    put(db, 3, "three");
    commit(db);
    assert_answer(f, "SELECT id, text FROM t", "1|one\n3|three");
}

/* Nothing of a transaction that failed is there, and nothing more is taken
 * until the error is. */
static void fails_as_a_whole(void **state)
{
    struct fixture *f = *state;
    struct cm_db *db = open_tables(f);
    struct cm_error err = {0};

    put(db, 1, "one");
    assert_int_equal(cm_bulk_flush(db), CM_OK);
    put(db, 2, "two");
    put(db, 1, "again");
    put(db, 3, "three");
    assert_int_equal(cm_bulk_flush(db), CM_ESTORE);
    put(db, 4, "four");
    assert_int_equal(cm_bulk_flush(db), CM_ESTORE);
    cm_db_rollback(db);
    assert_int_equal(cm_db_take_error(db, &err), CM_ESTORE);
    assert_non_null(strstr(err.text, "UNIQUE"));
    assert_int_equal(cm_db_exec(db, "BEGIN"), CM_OK);
    put(db, 5, "five");
    commit(db);
    assert_answer(f, "SELECT id, text FROM t", "5|five");
}

/* A type that the table does not take is an error, too. */
static void refuses_what_the_table_refuses(void **state)
{
    static const char sql[] = "INSERT INTO u (run, id) VALUES (?, ?)";
    struct fixture *f = *state;
    struct cm_db *db = open_tables(f);
    struct cm_query q;

    put(db, 1, "one");
    q = cm_query_insert(db, sql);
    cm_query_int(&q, 1);
    cm_query_text(&q, "no number");
    assert_int_equal(cm_query_run(&q), CM_OK);
    assert_int_equal(cm_bulk_flush(db), CM_ESTORE);
    cm_db_rollback(db);
    assert_answer(f, "SELECT count(*) FROM t", "0");
    (void)cm_db_take_error(db, NULL);
}

/* Without it, the same calls write at once. */
static void is_not_needed(void **state)
{
    struct fixture *f = *state;
    struct cm_db *db = open_tables(f);

    cm_bulk_close(db);
    cm_bulk_close(db);
    put(db, 2, "two");
    put(db, 1, "one");
    assert_int_equal(cm_db_exec(db, "COMMIT"), CM_OK);
    assert_answer(f, "SELECT id, text FROM t", "1|one\n2|two");
    assert_int_not_equal(
        sqlite3_exec(db->handle, "SELECT * FROM cm_bulk", NULL, NULL, NULL),
        SQLITE_OK);
}

#define STORE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(writes_all_kinds_of_values),
        STORE_TEST(writes_many_rows_in_order),
        STORE_TEST(leaves_out_what_was_not_finished),
        STORE_TEST(fails_as_a_whole),
        STORE_TEST(refuses_what_the_table_refuses),
        STORE_TEST(is_not_needed),
    };

    return cmocka_run_group_tests_name("store bulk", tests, NULL, NULL);
}
