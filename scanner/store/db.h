/* SQLite without repetition: statements kept by their text, values bound in
 * order, and one sticky error, so that a writer may check once at the end.
 * Private to store/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_STORE_DB_H
#define CERTMUSTER_STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "certmuster/buf.h"
#include "certmuster/status.h"

#define CM_DB_MAX_STATEMENTS 96
#define CM_DB_MAX_TEXT 16777216 /* bytes of one text that we compose */

struct cm_bulk;      /* bulk.h */
struct cm_bulk_rows; /* bulk.h */

struct cm_db {
    sqlite3 *handle;
    char *path; /* owned, for messages */
    /* The first failure. While it is there, queries do nothing. */
    struct cm_error error;
    struct cm_db_statement {
        const char *sql; /* static: its address is the key */
        sqlite3_stmt *stmt;
    } statements[CM_DB_MAX_STATEMENTS];
    size_t num_statements;
    struct cm_bulk *bulk; /* owned; NULL: rows are inserted one by one */
    struct cm_buf text;   /* for composing one text that is then bound */
};

/* cm_db_close finalises all statements; fine on the zero state. */
void cm_db_close(struct cm_db *db);
/* cm_db_exec runs statements without values or results. */
enum cm_status cm_db_exec(struct cm_db *db, const char *sql);
/* Undoes the open transaction, also after a failure. */
void cm_db_rollback(struct cm_db *db);
/* cm_db_fail notes SQLite's present error unless one is noted already. */
void cm_db_fail(struct cm_db *db);
/* cm_db_refused notes that who was given `what` could not do with it. */
void cm_db_refused(struct cm_db *db, enum cm_status status, const char *what);
/* The noted error goes to `err` and is forgotten; returns its status. */
enum cm_status cm_db_take_error(struct cm_db *db, struct cm_error *err);

/* One use of a statement. The fields are db.c's. */
struct cm_query {
    struct cm_db *db;
    sqlite3_stmt *stmt;        /* NULL: failed before, or `rows` is set */
    struct cm_bulk_rows *rows; /* that a row is added to, or NULL */
    int next;                  /* the value that is bound next */
};

/* cm_query_begin takes the statement with this text, which must be static.
 * A statement is in one use at a time. */
struct cm_query cm_query_begin(struct cm_db *db, const char *sql);
/* cm_query_insert is for one row of "INSERT INTO ... VALUES (?, ...)", whose
 * first two values are integers. Where rows are written many at a time, it is
 * in the table only after cm_bulk_flush. */
struct cm_query cm_query_insert(struct cm_db *db, const char *sql);
/* Each binds the next value. */
void cm_query_null(struct cm_query *q);
void cm_query_int(struct cm_query *q, int64_t value);
void cm_query_known(struct cm_query *q, int64_t value,
                    bool known); /* or NULL */
/* Stored as valid UTF-8, so that any SQL tool can read it: other bytes are
 * converted. NULL is stored as NULL. */
void cm_query_text(struct cm_query *q, const char *text);
/* A static text of our own, which is UTF-8. NULL is stored as NULL. */
void cm_query_id(struct cm_query *q, const char *id);
void cm_query_buf(struct cm_query *q, struct cm_buf *text); /* and clears it */
/* Bytes at NULL are stored as NULL. */
void cm_query_blob(struct cm_query *q, struct cm_span bytes);
/* Steps to the next row; false at the end and after a failure. */
bool cm_query_row(struct cm_query *q);
/* Gives the statement back; returns the database's status. */
enum cm_status cm_query_end(struct cm_query *q);
/* Runs a statement that has no rows. */
enum cm_status cm_query_run(struct cm_query *q);

/* Columns of the present row, from 0. Texts and blobs are valid until the next
 * step. NULL reads as 0, "" and the empty span. */
int64_t cm_column_int(const struct cm_query *q, int column);
bool cm_column_is_null(const struct cm_query *q, int column);
const char *cm_column_text(const struct cm_query *q, int column);
struct cm_span cm_column_blob(const struct cm_query *q, int column);

#endif
