/* See bulk.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/bulk_parts.h"

#include <stdlib.h>
#include <string.h>

#define FULL_BYTES 1048576U /* of texts */
#define FULL_CELLS 131072U  /* of all rows, 16 bytes each */
#define BLOCK_BYTES 65536U
#define FIRST_CELLS 1024U

struct cm_block {
    struct cm_block *next;
    size_t used;
    size_t size;
    uint8_t bytes[];
};

/* --- values --- */

static struct cm_cell *add(struct cm_bulk_rows *rows)
{
    struct cm_cell *cell;

    if (rows->num_cells == rows->max_cells) {
        size_t max = rows->max_cells == 0 ? FIRST_CELLS : rows->max_cells * 2;
        struct cm_cell *cells = realloc(rows->cells, max * sizeof(*cells));

        if (cells == NULL) {
            return NULL;
        }
        rows->cells = cells;
        rows->max_cells = max;
    }
    cell = &rows->cells[rows->num_cells++];
    cell->kind = CM_CELL_NULL;
    return cell;
}

bool cm_bulk_null(struct cm_bulk_rows *rows)
{
    return add(rows) != NULL;
}

bool cm_bulk_int(struct cm_bulk_rows *rows, int64_t value)
{
    struct cm_cell *cell = add(rows);

    if (cell == NULL) {
        return false;
    }
    cell->kind = CM_CELL_INT;
    cell->is.number = value;
    return true;
}

bool cm_bulk_static(struct cm_bulk_rows *rows, const char *text)
{
    struct cm_cell *cell = add(rows);

    if (cell == NULL) {
        return false;
    }
    cell->kind = CM_CELL_TEXT;
    cell->len = (uint32_t)strlen(text);
    cell->is.bytes = text;
    return true;
}

static void *keep(struct cm_bulk *bulk, const void *data, size_t len)
{
    struct cm_block *block = bulk->blocks;
    void *kept;

    if (block == NULL || block->size - block->used < len) {
        size_t size = len > BLOCK_BYTES ? len : BLOCK_BYTES;

        block = malloc(sizeof(*block) + size);
        if (block == NULL) {
            return NULL;
        }
        *block = (struct cm_block){.next = bulk->blocks, .size = size};
        bulk->blocks = block;
    }
    kept = block->bytes + block->used;
    memcpy(kept, data, len);
    block->used += len;
    bulk->num_bytes += len;
    return kept;
}

bool cm_bulk_bytes(struct cm_bulk *bulk, struct cm_bulk_rows *rows,
                   const void *data, size_t len, bool is_text)
{
    const void *kept = len == 0 ? "" : keep(bulk, data, len);
    struct cm_cell *cell = kept == NULL || len > INT32_MAX ? NULL : add(rows);

    if (cell == NULL) {
        return false;
    }
    cell->kind = is_text ? CM_CELL_TEXT : CM_CELL_BLOB;
    cell->len = (uint32_t)len;
    cell->is.bytes = kept;
    return true;
}

bool cm_bulk_end_row(struct cm_bulk_rows *rows)
{
    while (rows->num_cells % rows->columns != 0) {
        if (add(rows) == NULL) {
            return false;
        }
    }
    return true;
}

void cm_bulk_drop_row(struct cm_bulk_rows *rows)
{
    rows->num_cells -= rows->num_cells % rows->columns;
}

/* --- writing --- */

static int by_key(const void *a, const void *b)
{
    const struct cm_place *x = a;
    const struct cm_place *y = b;

    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    return x->row < y->row ? -1 : x->row > y->row;
}

/* Where each row belongs: the table is then written from one end to the
 * other. */
static bool put_in_order(struct cm_bulk *bulk, const struct cm_bulk_rows *rows)
{
    size_t num = rows->num_cells / rows->columns;
    bool in_order = true;

    if (num > bulk->max_places) {
        struct cm_place *places = realloc(bulk->places, num * sizeof(*places));

        if (places == NULL) {
            return false;
        }
        bulk->places = places;
        bulk->max_places = num;
    }
    for (size_t i = 0; i < num; i++) {
        int64_t key = rows->cells[i * rows->columns + 1].is.number;

        bulk->places[i] = (struct cm_place){key, i};
        in_order = in_order && (i == 0 || bulk->places[i - 1].key <= key);
    }
    if (!in_order) {
        qsort(bulk->places, num, sizeof(*bulk->places), by_key);
    }
    return true;
}

static void write_rows(struct cm_db *db, struct cm_bulk_rows *rows)
{
    if (rows->insert == NULL &&
        sqlite3_prepare_v3(db->handle, rows->insert_sql, -1,
                           SQLITE_PREPARE_PERSISTENT, &rows->insert,
                           NULL) != SQLITE_OK) {
        cm_db_fail(db);
        return;
    }
    db->bulk->reading = rows;
    if (sqlite3_step(rows->insert) != SQLITE_DONE) {
        cm_db_fail(db);
    }
    (void)sqlite3_reset(rows->insert);
    db->bulk->reading = NULL;
}

/* The first block is kept for the next rows. */
static void forget(struct cm_bulk *bulk)
{
    while (bulk->blocks != NULL &&
           (bulk->blocks->next != NULL || bulk->blocks->size > BLOCK_BYTES)) {
        struct cm_block *block = bulk->blocks;

        bulk->blocks = block->next;
        free(block);
    }
    if (bulk->blocks != NULL) {
        bulk->blocks->used = 0;
    }
    bulk->num_bytes = 0;
    for (size_t i = 0; i < bulk->num_tables; i++) {
        bulk->tables[i].num_cells = 0;
    }
}

enum cm_status cm_bulk_flush(struct cm_db *db)
{
    struct cm_bulk *bulk = db->bulk;

    for (size_t i = 0; i < bulk->num_tables; i++) {
        struct cm_bulk_rows *rows = &bulk->tables[i];

        if (rows->num_cells == 0 || db->error.status != CM_OK) {
            continue;
        }
        if (put_in_order(bulk, rows)) {
            write_rows(db, rows);
        } else {
            (void)cm_error_nomem(&db->error, "rows for the store");
        }
    }
    forget(bulk);
    return db->error.status;
}

bool cm_bulk_is_full(const struct cm_db *db)
{
    size_t cells = 0;

    for (size_t i = 0; i < db->bulk->num_tables; i++) {
        cells += db->bulk->tables[i].num_cells;
    }
    return cells >= FULL_CELLS || db->bulk->num_bytes >= FULL_BYTES;
}

/* --- making and ending --- */

/* "INSERT INTO t (a, b) VALUES (?, ?)" becomes "INSERT OR ROLLBACK INTO t (a,
 * b) SELECT c0, c1 FROM cm_bulk": a row that cannot be written ends the whole
 * transaction, so that SQLite need not keep what a part of it has overwritten.
 */
static bool compose(struct cm_bulk_rows *rows)
{
    static const char start[] = "INSERT INTO ";
    const char *values = strstr(rows->sql, " VALUES (");
    struct cm_buf sql;

    cm_assert(strncmp(rows->sql, start, strlen(start)) == 0 && values != NULL);
    for (const char *c = values; *c != '\0'; c++) {
        rows->columns += *c == '?';
    }
    cm_assert(rows->columns > 1 && rows->columns <= CM_BULK_MAX_COLUMNS);
    cm_buf_init(&sql, CM_DB_MAX_TEXT);
    cm_buf_puts(&sql, "INSERT OR ROLLBACK INTO ");
    cm_buf_append(&sql, rows->sql + strlen(start),
                  (size_t)(values - rows->sql) - strlen(start));
    for (size_t i = 0; i < rows->columns; i++) {
        cm_buf_printf(&sql, "%sc%zu", i == 0 ? " SELECT " : ", ", i);
    }
    cm_buf_puts(&sql, " FROM " CM_BULK_MODULE);
    rows->insert_sql = cm_buf_take(&sql);
    return rows->insert_sql != NULL;
}

struct cm_bulk_rows *cm_bulk_rows(struct cm_bulk *bulk, const char *sql)
{
    struct cm_bulk_rows *rows = bulk->tables;

    for (size_t i = 0; i < bulk->num_tables; i++, rows++) {
        if (rows->sql == sql) {
            return rows;
        }
    }
    cm_assert(bulk->num_tables < CM_BULK_MAX_TABLES);
    *rows = (struct cm_bulk_rows){.sql = sql};
    if (!compose(rows)) {
        return NULL;
    }
    bulk->num_tables++;
    return rows;
}

bool cm_bulk_open(struct cm_db *db)
{
    struct cm_bulk *bulk = calloc(1, sizeof(*bulk));

    if (bulk == NULL) {
        (void)cm_error_nomem(&db->error, "rows for the store");
        return false;
    }
    db->bulk = bulk;
    if (sqlite3_create_module(db->handle, CM_BULK_MODULE, &cm_bulk_module,
                              bulk) != SQLITE_OK) {
        cm_db_fail(db);
        return false;
    }
    return true;
}

void cm_bulk_close(struct cm_db *db)
{
    struct cm_bulk *bulk = db->bulk;

    if (bulk == NULL) {
        return;
    }
    for (size_t i = 0; i < bulk->num_tables; i++) {
        (void)sqlite3_finalize(bulk->tables[i].insert);
        free(bulk->tables[i].insert_sql);
        free(bulk->tables[i].cells);
    }
    (void)sqlite3_create_module(db->handle, CM_BULK_MODULE, NULL, NULL);
    forget(bulk);
    free(bulk->blocks);
    free(bulk->places);
    free(bulk);
    db->bulk = NULL;
}
