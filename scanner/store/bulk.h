/* Rows on their way to the tables, many in one statement: a statement that
 * inserts one row spends more on starting and ending than on the row, and has
 * to find its place in the table anew. Rows are kept here as values, and each
 * table takes its rows in the order of its key. Private to store/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_STORE_BULK_H
#define CERTMUSTER_STORE_BULK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/db.h"

#define CM_BULK_MAX_COLUMNS 48
#define CM_BULK_MAX_TABLES 16

/* For one connection, whose cm_db.bulk it becomes. False: no memory, or the
 * database has failed, which is noted. */
bool cm_bulk_open(struct cm_db *db);
/* What is in it is lost. */
void cm_bulk_close(struct cm_db *db);
/* Writes all complete rows. */
enum cm_status cm_bulk_flush(struct cm_db *db);
/* There is so much of it that it is better written now. */
bool cm_bulk_is_full(const struct cm_db *db);

/* The rows of one INSERT statement, "INSERT ... VALUES (?, ...)", whose text is
 * static. The first two values of a row are integers, and the rows of a flush
 * are of the same first one. */
struct cm_bulk_rows;
/* NULL: no memory. */
struct cm_bulk_rows *cm_bulk_rows(struct cm_bulk *bulk, const char *sql);
/* Each appends a value; false: no memory. */
bool cm_bulk_null(struct cm_bulk_rows *rows);
bool cm_bulk_int(struct cm_bulk_rows *rows, int64_t value);
/* `text` is static. */
bool cm_bulk_static(struct cm_bulk_rows *rows, const char *text);
/* The bytes are copied. */
bool cm_bulk_bytes(struct cm_bulk *bulk, struct cm_bulk_rows *rows,
                   const void *data, size_t len, bool is_text);
/* The row is complete: what has no value is NULL. */
bool cm_bulk_end_row(struct cm_bulk_rows *rows);
/* The row under way is not to be. */
void cm_bulk_drop_row(struct cm_bulk_rows *rows);

#endif
