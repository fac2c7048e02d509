/* SQLite without repetition, see db.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/db.h"

#include <stdlib.h>
#include <string.h>

#include "certmuster/text.h"
#include "store/bulk.h"

#define KEEP_TEXT_BYTES 65536U /* longer ones are rare */

void cm_db_close(struct cm_db *db)
{
    cm_bulk_close(db);
    cm_buf_cleanup(&db->text);
    for (size_t i = 0; i < db->num_statements; i++) {
        (void)sqlite3_finalize(db->statements[i].stmt);
    }
    (void)sqlite3_close(db->handle);
    free(db->path);
    memset(db, 0, sizeof(*db));
}

/* What the user can do about it. */
static const char *advice(int code)
{
    switch (code) {
    case SQLITE_FULL:
        return "; free some space, what is recorded so far is kept";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "; another program is writing to it, try again when it has "
               "finished";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        return "; are the file and its folder writable?";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return "; the file is damaged, restore a copy or name another file";
    default:
        return "";
    }
}

void cm_db_fail(struct cm_db *db)
{
    int code = sqlite3_errcode(db->handle);

    if (db->error.status != CM_OK) {
        return;
    }
    if (code == SQLITE_NOMEM) {
        (void)cm_error_nomem(&db->error, "the store");
        return;
    }
    (void)cm_error_set(&db->error, CM_ESTORE, "store %s: %s%s", db->path,
                       sqlite3_errmsg(db->handle), advice(code & 0xff));
}

void cm_db_refused(struct cm_db *db, enum cm_status status, const char *what)
{
    if (status == CM_ENOMEM) {
        (void)cm_error_nomem(&db->error, what);
    } else {
        (void)cm_error_set(&db->error, status, "%s cannot be used", what);
    }
}

enum cm_status cm_db_take_error(struct cm_db *db, struct cm_error *err)
{
    enum cm_status status = db->error.status;

    if (status != CM_OK && err != NULL) {
        *err = db->error;
    }
    memset(&db->error, 0, sizeof(db->error));
    return status;
}

enum cm_status cm_db_exec(struct cm_db *db, const char *sql)
{
    if (db->error.status == CM_OK &&
        sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK) {
        cm_db_fail(db);
    }
    return db->error.status;
}

void cm_db_rollback(struct cm_db *db)
{
    /* A full disk has rolled back already. */
    if (sqlite3_get_autocommit(db->handle) == 0) {
        (void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
    }
}

static sqlite3_stmt *prepare(struct cm_db *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;

    for (size_t i = 0; i < db->num_statements; i++) {
        if (db->statements[i].sql == sql) {
            return db->statements[i].stmt;
        }
    }
    cm_assert(db->num_statements < CM_DB_MAX_STATEMENTS);
    if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
                           &stmt, NULL) != SQLITE_OK) {
        cm_db_fail(db);
        return NULL;
    }
    db->statements[db->num_statements++] =
        (struct cm_db_statement){.sql = sql, .stmt = stmt};
    return stmt;
}

struct cm_query cm_query_begin(struct cm_db *db, const char *sql)
{
    struct cm_query q = {.db = db};

    if (db->error.status == CM_OK) {
        q.stmt = prepare(db, sql);
    }
    return q;
}

struct cm_query cm_query_insert(struct cm_db *db, const char *sql)
{
    struct cm_query q = {.db = db};

    if (db->bulk == NULL) {
        return cm_query_begin(db, sql);
    }
    if (db->error.status == CM_OK) {
        q.rows = cm_bulk_rows(db->bulk, sql);
        if (q.rows == NULL) {
            (void)cm_error_nomem(&db->error, "rows for the store");
        }
    }
    return q;
}

/* Gives up on the query; only a lack of memory lets a binding fail. */
static void bound(struct cm_query *q, int code)
{
    if (code != SQLITE_OK) {
        cm_db_fail(q->db);
        (void)cm_query_end(q);
    }
}

static void added(struct cm_query *q, bool good)
{
    if (!good) {
        if (q->db->error.status == CM_OK) {
            (void)cm_error_nomem(&q->db->error, "a row for the store");
        }
        (void)cm_query_end(q);
    }
}

void cm_query_null(struct cm_query *q)
{
    if (q->rows != NULL) {
        added(q, cm_bulk_null(q->rows));
    } else if (q->stmt != NULL) {
        bound(q, sqlite3_bind_null(q->stmt, ++q->next));
    }
}

void cm_query_int(struct cm_query *q, int64_t value)
{
    if (q->rows != NULL) {
        added(q, cm_bulk_int(q->rows, value));
    } else if (q->stmt != NULL) {
        bound(q, sqlite3_bind_int64(q->stmt, ++q->next, value));
    }
}

void cm_query_known(struct cm_query *q, int64_t value, bool known)
{
    if (known) {
        cm_query_int(q, value);
    } else {
        cm_query_null(q);
    }
}

static void bind_copy(struct cm_query *q, const char *text, size_t len)
{
    if (q->rows != NULL) {
        added(q, cm_bulk_bytes(q->db->bulk, q->rows, text, len, true));
    } else if (q->stmt != NULL) {
        bound(q, sqlite3_bind_text64(q->stmt, ++q->next, text, len,
                                     SQLITE_TRANSIENT, SQLITE_UTF8));
    }
}

void cm_query_text(struct cm_query *q, const char *text)
{
    struct cm_buf utf8;
    size_t len;

    if (text == NULL) {
        cm_query_null(q);
        return;
    }
    len = strlen(text);
    if (cm_text_is_utf8(text, len)) {
        bind_copy(q, text, len);
        return;
    }
    cm_buf_init(&utf8, CM_DB_MAX_TEXT);
    cm_text_to_utf8(&utf8, text, len);
    cm_query_buf(q, &utf8);
    cm_buf_cleanup(&utf8);
}

void cm_query_id(struct cm_query *q, const char *id)
{
    if (id == NULL) {
        cm_query_null(q);
    } else if (q->rows != NULL) {
        added(q, cm_bulk_static(q->rows, id));
    } else if (q->stmt != NULL) {
        bound(q, sqlite3_bind_text(q->stmt, ++q->next, id, -1, SQLITE_STATIC));
    }
}

void cm_query_buf(struct cm_query *q, struct cm_buf *text)
{
    if (text->failed) {
        if (q->db->error.status == CM_OK) {
            (void)cm_error_nomem(&q->db->error, "a text for the store");
        }
        (void)cm_query_end(q);
    }
    bind_copy(q, cm_buf_cstr(text), text->len);
    if (text->cap > KEEP_TEXT_BYTES) {
        cm_buf_cleanup(text);
    }
    cm_buf_clear(text);
}

void cm_query_blob(struct cm_query *q, struct cm_span bytes)
{
    if (bytes.data == NULL) {
        cm_query_null(q);
    } else if (q->rows != NULL) {
        added(q, cm_bulk_bytes(q->db->bulk, q->rows, bytes.data, bytes.len,
                               false));
    } else if (q->stmt != NULL) {
        bound(q, sqlite3_bind_blob64(q->stmt, ++q->next, bytes.data, bytes.len,
                                     SQLITE_TRANSIENT));
    }
}

bool cm_query_row(struct cm_query *q)
{
    int code;

    if (q->stmt == NULL) {
        return false;
    }
    code = sqlite3_step(q->stmt);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        cm_db_fail(q->db);
    }
    return code == SQLITE_ROW;
}

enum cm_status cm_query_end(struct cm_query *q)
{
    if (q->rows != NULL) {
        cm_bulk_drop_row(q->rows); /* unless it is complete */
        q->rows = NULL;
    }
    if (q->stmt != NULL) {
        (void)sqlite3_reset(q->stmt);
        (void)sqlite3_clear_bindings(q->stmt);
        q->stmt = NULL;
    }
    return q->db->error.status;
}

enum cm_status cm_query_run(struct cm_query *q)
{
    if (q->rows != NULL) {
        added(q, cm_bulk_end_row(q->rows));
    } else {
        (void)cm_query_row(q);
    }
    return cm_query_end(q);
}

int64_t cm_column_int(const struct cm_query *q, int column)
{
    return sqlite3_column_int64(q->stmt, column);
}

bool cm_column_is_null(const struct cm_query *q, int column)
{
    return sqlite3_column_type(q->stmt, column) == SQLITE_NULL;
}

/* A value may be NULL in the store, or SQLite had no memory to hand it out. */
static void note_if_no_memory(const struct cm_query *q)
{
    if (sqlite3_errcode(q->db->handle) == SQLITE_NOMEM) {
        cm_db_fail(q->db);
    }
}

const char *cm_column_text(const struct cm_query *q, int column)
{
    const unsigned char *text = sqlite3_column_text(q->stmt, column);

    if (text == NULL) {
        note_if_no_memory(q);
    }
    return text == NULL ? "" : (const char *)text;
}

struct cm_span cm_column_blob(const struct cm_query *q, int column)
{
    struct cm_span bytes;

    bytes.data = sqlite3_column_blob(q->stmt, column);
    bytes.len = (size_t)sqlite3_column_bytes(q->stmt, column);
    if (bytes.data == NULL) {
        note_if_no_memory(q);
    }
    return bytes;
}
