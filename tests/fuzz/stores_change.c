/* What an input changes in a store. Each change begins with an octet that says
 * its kind, and goes on with two for the column or the place, and a value.
 * Values are set through SQL, so that they get past SQLite and to us; bytes are
 * written over the file afterwards, wherever they hit.
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "fuzz/scratch.h"
#include "fuzz/stores.h"

#define MAX_CHANGES 24U
#define MAX_REPEATED (1U << 20)
#define MAX_STEPS 20000 /* of SQLite's machine for SQL of an input's */

enum change {
    CHANGE_NULL,
    CHANGE_NUMBER, /* one octet, with its sign */
    CHANGE_INTEGER,
    CHANGE_TEXT,
    CHANGE_BLOB,
    CHANGE_SPLICE, /* into what is there: where, how many go, what comes */
    CHANGE_LONG,   /* the text again and again */
    CHANGE_ROWS,   /* one table loses them */
    CHANGE_SQL,    /* whatever an owner of the file could do to its schema */
    CHANGE_BYTES,
    CHANGE_LENGTH, /* of the file */
    CHANGE_COUNT
};

struct places {
    size_t num;
    struct place {
        char *table;
        char *column;
    } at[1024];
};

static void find_places(struct places *out, sqlite3 *db)
{
    static const char sql[] =
        "SELECT m.name, c.name FROM sqlite_schema AS m,"
        " pragma_table_info(m.name) AS c WHERE m.type = 'table'"
        " ORDER BY m.name, c.name";
    sqlite3_stmt *stmt = NULL;

    out->num = 0;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK) {
        return;
    }
    while (sqlite3_step(stmt) == SQLITE_ROW && out->num < 1024) {
        struct place *place = &out->at[out->num++];

        place->table = strdup((const char *)sqlite3_column_text(stmt, 0));
        place->column = strdup((const char *)sqlite3_column_text(stmt, 1));
    }
    (void)sqlite3_finalize(stmt);
}

static void forget_places(struct places *places)
{
    for (size_t i = 0; i < places->num; i++) {
        free(places->at[i].table);
        free(places->at[i].column);
    }
}

static int64_t integer(struct cm_span bytes)
{
    uint64_t value = 0;

    for (size_t i = 0; i < bytes.len && i < 8; i++) {
        value = value << 8 | bytes.data[i];
    }
    return (int64_t)value;
}

static void bind_long(sqlite3_stmt *stmt, struct cm_span value)
{
    size_t unit = value.len < 2 ? 0 : value.len - 1;
    size_t times = unit == 0 ? 0 : (size_t)1 << (value.data[0] % 20);
    struct cm_buf text;

    cm_buf_init(&text, MAX_REPEATED);
    for (size_t i = 0; i < times && text.len + unit <= MAX_REPEATED; i++) {
        (void)cm_buf_append(&text, value.data + 1, unit);
    }
    (void)sqlite3_bind_text(stmt, 1, cm_buf_cstr(&text), (int)text.len,
                            SQLITE_TRANSIENT);
    cm_buf_cleanup(&text);
}

static void bind(sqlite3_stmt *stmt, enum change kind, struct cm_span value)
{
    const char *text = (const char *)value.data;
    int len = (int)value.len;

    if (kind == CHANGE_NUMBER) {
        (void)sqlite3_bind_int(stmt, 1,
                               len == 0 ? -1 : (signed char)value.data[0]);
    } else if (kind == CHANGE_INTEGER) {
        (void)sqlite3_bind_int64(stmt, 1, integer(value));
    } else if (kind == CHANGE_TEXT) {
        (void)sqlite3_bind_text(stmt, 1, len == 0 ? "" : text, len,
                                SQLITE_STATIC);
    } else if (kind == CHANGE_BLOB) {
        (void)sqlite3_bind_blob(stmt, 1, len == 0 ? "" : text, len,
                                SQLITE_STATIC);
    } else if (kind == CHANGE_LONG) {
        bind_long(stmt, value);
    } else if (kind == CHANGE_SPLICE && len >= 2) {
        (void)sqlite3_bind_text(stmt, 1, text + 2, len - 2, SQLITE_STATIC);
        (void)sqlite3_bind_int(stmt, 2, value.data[0]);
        (void)sqlite3_bind_int(stmt, 3, value.data[1]);
    }
}

/* What a column's constraints refuse is no change. */
static void set(sqlite3 *db, const struct place *place, enum change kind,
                struct cm_span value)
{
    sqlite3_stmt *stmt = NULL;
    const char *column = place->column;
    char *sql =
        kind == CHANGE_ROWS
            ? sqlite3_mprintf("DELETE FROM \"%w\"", place->table)
        : kind == CHANGE_SPLICE
            ? sqlite3_mprintf("UPDATE \"%w\" SET \"%w\" = substr(\"%w\", 1, ?2)"
                              " || ?1 || substr(\"%w\", ?2 + ?3 + 1)",
                              place->table, column, column, column)
            : sqlite3_mprintf("UPDATE OR IGNORE \"%w\" SET \"%w\" = ?1",
                              place->table, column);

    cm_assert(sql != NULL);
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK) {
        bind(stmt, kind, value);
        (void)sqlite3_step(stmt);
    }
    (void)sqlite3_finalize(stmt);
    sqlite3_free(sql);
}

static int no_files(void *arg, int action, const char *one, const char *two,
                    const char *database, const char *trigger)
{
    (void)arg;
    (void)one;
    (void)two;
    (void)database;
    (void)trigger;
    return action == SQLITE_ATTACH || action == SQLITE_PRAGMA ? SQLITE_DENY
                                                              : SQLITE_OK;
}

static int enough(void *arg)
{
    (void)arg;
    return 1;
}

static void run_sql(sqlite3 *db, struct cm_span text)
{
    char *sql = strndup((const char *)text.data, text.len);

    cm_assert(sql != NULL);
    (void)sqlite3_set_authorizer(db, no_files, NULL);
    sqlite3_progress_handler(db, MAX_STEPS, enough, NULL);
    (void)sqlite3_exec(db, sql, NULL, NULL, NULL);
    sqlite3_progress_handler(db, 0, NULL, NULL);
    (void)sqlite3_set_authorizer(db, NULL, NULL);
    free(sql);
}

struct bytes {
    enum change kind;
    uint16_t place;
    struct cm_span value;
};

static void write_bytes(const char *path, const struct bytes *change)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    off_t at = (off_t)change->place * 4;
    size_t skip = change->value.len > 0 ? change->value.data[0] % 4 : 0;

    cm_assert(size >= 0);
    if (change->kind == CHANGE_LENGTH) {
        cm_assert(ftruncate(fd, at % (size + 1)) == 0);
    } else if (size > 0 && change->value.len > 1) {
        cm_assert(pwrite(fd, change->value.data + 1, change->value.len - 1,
                         at % size + (off_t)skip) > 0);
    }
    (void)close(fd);
}

void fuzz_store_change(const char *path, struct cm_reader *input)
{
    struct places places = {0};
    struct bytes late[MAX_CHANGES];
    size_t num_late = 0;
    sqlite3 *db = NULL;

    if (input->len == 0) {
        return;
    }
    cm_assert(sqlite3_open(path, &db) == SQLITE_OK);
    (void)sqlite3_exec(db,
                       "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                       "BEGIN",
                       NULL, NULL, NULL);
    find_places(&places, db);
    for (unsigned i = 0; i < MAX_CHANGES && input->len > 0; i++) {
        struct bytes change = {0};
        uint8_t kind = 0;

        (void)cm_reader_u8(input, &kind);
        (void)cm_reader_u16(input, &change.place);
        change.kind = (enum change)(kind % CHANGE_COUNT);
        change.value = fuzz_part(input);
        if (change.kind >= CHANGE_BYTES) {
            late[num_late++] = change;
        } else if (change.kind == CHANGE_SQL) {
            run_sql(db, change.value);
        } else if (places.num > 0) {
            set(db, &places.at[change.place % places.num], change.kind,
                change.value);
        }
    }
    (void)sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    (void)sqlite3_close(db);
    forget_places(&places);
    for (size_t i = 0; i < num_late; i++) {
        write_bytes(path, &late[i]);
    }
}
