/* The stores that damage starts from, see stores.h. The older ones hold what
 * the present one does, as far as their tables have room for it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/stores.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certmuster/file.h"
#include "certmuster/store.h"
#include "fuzz/scratch.h"

#define MAX_STORE (4U << 20)
#define MAX_SQL (1U << 20)
#define SMALL_PIECE 256
#define SMALL_PIECES 3000
#define DIGEST                                                                 \
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* Small pages: an input is a few changes, and each is to hit something. */
static const char compact_sql[] =
    "PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM;";

static const char shard_sql[] =
    "DELETE FROM run WHERE id <> 1;"
    "UPDATE run SET state = 'complete', shard = 0, shards = 1, version = '1',"
    " input_rows = rows_read, input_sha256 = '" DIGEST "',"
    " config_sha256 = '" DIGEST "';";

/* "INSERT INTO t (c, d) SELECT c, d FROM now.t" for the columns that both
 * have. */
static const char copy_sql[] =
    "SELECT 'INSERT OR IGNORE INTO main.' || m.name || ' (' ||"
    " group_concat(c.name) || ') SELECT ' || group_concat(c.name) ||"
    " ' FROM now.' || m.name FROM main.sqlite_schema AS m,"
    " pragma_table_info(m.name, 'main') AS c JOIN"
    " pragma_table_info(m.name, 'now') AS n ON n.name = c.name"
    " WHERE m.type = 'table' GROUP BY m.name ORDER BY m.name = 'run' DESC";

static void must(int code, sqlite3 *db)
{
    if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE) {
        (void)fprintf(stderr, "fuzz stores: %s\n", sqlite3_errmsg(db));
        abort();
    }
}

void fuzz_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;

    must(sqlite3_open(path, &db), db);
    must(sqlite3_exec(db, sql, NULL, NULL, NULL), db);
    must(sqlite3_close(db), db);
}

static struct cm_span read_all(const char *path)
{
    struct cm_error err = {0};
    struct cm_buf bytes;
    size_t len;

    cm_buf_init(&bytes, MAX_STORE);
    if (cm_file_read(&bytes, path, &err) != CM_OK) {
        (void)fprintf(stderr, "fuzz stores: %s\n", err.text);
        abort();
    }
    len = bytes.len;
    return (struct cm_span){(const uint8_t *)cm_buf_take(&bytes), len};
}

static void copy_rows(sqlite3 *db)
{
    sqlite3_stmt *stmt = NULL;
    struct cm_buf all;

    cm_buf_init(&all, MAX_SQL);
    must(sqlite3_prepare_v2(db, copy_sql, -1, &stmt, NULL), db);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        (void)cm_buf_puts(&all, (const char *)sqlite3_column_text(stmt, 0));
        (void)cm_buf_putc(&all, ';');
    }
    must(sqlite3_finalize(stmt), db);
    must(sqlite3_exec(db, cm_buf_cstr(&all), NULL, NULL, NULL), db);
    cm_buf_cleanup(&all);
}

/* A store as version `version` of the schema had it. */
static void write_old(const char *path, const char *now, int version)
{
    char name[512];
    char sql[1024];
    struct cm_span schema;
    sqlite3 *db = NULL;

    (void)snprintf(name, sizeof(name), CERTMUSTER_SCHEMAS "%d.sql", version);
    schema = read_all(name);
    (void)snprintf(sql, sizeof(sql),
                   "PRAGMA application_id = 1129141076;"
                   "PRAGMA user_version = %d; ATTACH '%s' AS now",
                   version, now);
    must(sqlite3_open(path, &db), db);
    must(sqlite3_exec(db, (const char *)schema.data, NULL, NULL, NULL), db);
    must(sqlite3_exec(db, sql, NULL, NULL, NULL), db);
    copy_rows(db);
    must(sqlite3_close(db), db);
    cm_span_free(&schema);
}

/* No column is bound to a type. */
static void write_loose(const char *path, const char *now)
{
    static const char tables_sql[] =
        "SELECT group_concat(CASE type WHEN 'table' THEN replace(replace("
        "replace(sql, 'STRICT, WITHOUT ROWID', ''), 'STRICT', ''), 'NOT NULL',"
        " '') ELSE sql END, ';' || char(10)) FROM (SELECT type, sql FROM"
        " sqlite_schema WHERE sql IS NOT NULL ORDER BY type <> 'table', rowid)";
    char sql[1024];
    sqlite3_stmt *stmt = NULL;
    sqlite3 *db = NULL;
    char *schema;

    must(sqlite3_open(now, &db), db);
    must(sqlite3_prepare_v2(db, tables_sql, -1, &stmt, NULL), db);
    must(sqlite3_step(stmt), db);
    schema = strdup((const char *)sqlite3_column_text(stmt, 0));
    must(sqlite3_finalize(stmt), db);
    must(sqlite3_close(db), db);
    must(sqlite3_open(path, &db), db);
    must(sqlite3_exec(db, schema, NULL, NULL, NULL), db);
    free(schema);
    (void)snprintf(sql, sizeof(sql),
                   "PRAGMA application_id = 1129141076;"
                   "PRAGMA user_version = %d; ATTACH '%s' AS now",
                   CM_STORE_SCHEMA_VERSION, now);
    must(sqlite3_exec(db, sql, NULL, NULL, NULL), db);
    copy_rows(db);
    must(sqlite3_close(db), db);
}

static void write_base(const char *path, enum fuzz_base base)
{
    const char *now = fuzz_scratch_path("now.db");

    switch (base) {
    case FUZZ_BASE_FLEET:
        fuzz_write_fleet(path);
        break;
    case FUZZ_BASE_FIXES:
        fuzz_write_fixes(path);
        break;
    case FUZZ_BASE_EMPTY: {
        struct cm_store *store = NULL;

        cm_assert(cm_store_open(&store, path, NULL) == CM_OK);
        cm_store_close(store);
        break;
    }
    case FUZZ_BASE_SCAN:
    case FUZZ_BASE_SHARD:
        fuzz_write_scan(path);
        break;
    case FUZZ_BASE_LOOSE:
        fuzz_write_scan(now);
        write_loose(path, now);
        break;
    case FUZZ_BASE_SCHEMA_1:
    case FUZZ_BASE_SCHEMA_2:
    case FUZZ_BASE_SCHEMA_3:
    case FUZZ_BASE_SCHEMA_4:
        fuzz_write_scan(now);
        write_old(path, now, (int)base + 1);
        break;
    case FUZZ_BASE_COUNT:
    default:
        abort();
    }
    if (base == FUZZ_BASE_SHARD) {
        fuzz_sql(path, shard_sql);
    }
    fuzz_sql(path, compact_sql);
}

/* Before the first connection. Reading a schema takes thousands of small pieces
 * of memory, which are watched one by one: SQLite has its own for them. */
static void settle_sqlite(void)
{
    static bool settled;

    if (!settled) {
        settled = true;
        cm_assert(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK);
        cm_assert(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, SMALL_PIECE,
                                 SMALL_PIECES) == SQLITE_OK);
    }
}

struct cm_span fuzz_base_bytes(enum fuzz_base base)
{
    static struct cm_span made[FUZZ_BASE_COUNT]; /* never freed */

    cm_assert(base < FUZZ_BASE_COUNT);
    settle_sqlite();
    if (made[base].data == NULL) {
        const char *path = fuzz_scratch_path("base.db");

        write_base(path, base);
        made[base] = read_all(path);
        fuzz_scratch_clear(fuzz_scratch());
    }
    return made[base];
}

const char *fuzz_store_make(struct cm_reader *input, uint8_t *what)
{
    const char *path = fuzz_scratch_path("store.db");
    struct cm_span bytes;
    uint8_t base = FUZZ_BASE_SCAN;

    *what = 0;
    (void)cm_reader_u8(input, &base);
    (void)cm_reader_u8(input, what);
    bytes = fuzz_base_bytes((enum fuzz_base)(base % FUZZ_BASE_COUNT));
    fuzz_scratch_clear(fuzz_scratch());
    fuzz_scratch_write(path, bytes);
    fuzz_store_change(path, input);
    return path;
}
