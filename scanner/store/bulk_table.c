/* An eponymous virtual table that hands out the rows that are to be written,
 * for "INSERT ... SELECT". Only statements of the store's own use it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/bulk_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANY 1000 /* rows, as far as the planner is concerned */

struct table {
    sqlite3_vtab base;
    struct cm_bulk *bulk;
};

struct cursor {
    sqlite3_vtab_cursor base;
    const struct cm_bulk *bulk;
    size_t at;
    size_t end;
    const struct cm_cell *cells; /* of the present row */
};

static int vt_connect(sqlite3 *handle, void *aux, int argc,
                      const char *const *argv, sqlite3_vtab **out, char **error)
{
    char sql[16 + CM_BULK_MAX_COLUMNS * 5] = "CREATE TABLE x(c0";
    size_t len = strlen(sql);
    struct table *table;
    int code;

    (void)argc;
    (void)argv;
    (void)error;
    for (unsigned i = 1; i < CM_BULK_MAX_COLUMNS; i++) {
        len += (size_t)snprintf(sql + len, sizeof(sql) - len, ",c%u", i);
    }
    (void)snprintf(sql + len, sizeof(sql) - len, ")");
    (void)sqlite3_vtab_config(handle, SQLITE_VTAB_DIRECTONLY);
    code = sqlite3_declare_vtab(handle, sql);
    if (code != SQLITE_OK) {
        return code;
    }
    table = calloc(1, sizeof(*table)); /* from now on SQLite disconnects it */
    if (table == NULL) {
        return SQLITE_NOMEM;
    }
    table->bulk = aux;
    *out = &table->base;
    return SQLITE_OK;
}

static int vt_disconnect(sqlite3_vtab *base)
{
    free(base);
    return SQLITE_OK;
}

static int vt_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    (void)base;
    info->estimatedCost = MANY;
    info->estimatedRows = MANY;
    return SQLITE_OK;
}

static int vt_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
    struct cursor *cursor = calloc(1, sizeof(*cursor));

    if (cursor == NULL) {
        return SQLITE_NOMEM;
    }
    cursor->bulk = ((const struct table *)(const void *)base)->bulk;
    *out = &cursor->base;
    return SQLITE_OK;
}

static int vt_close(sqlite3_vtab_cursor *base)
{
    free(base);
    return SQLITE_OK;
}

static void look_at(struct cursor *cursor)
{
    const struct cm_bulk_rows *rows = cursor->bulk->reading;

    if (cursor->at < cursor->end) {
        cursor->cells =
            rows->cells + cursor->bulk->places[cursor->at].row * rows->columns;
    }
}

static int vt_filter(sqlite3_vtab_cursor *base, int number, const char *text,
                     int argc, sqlite3_value **argv)
{
    struct cursor *cursor = (struct cursor *)(void *)base;
    const struct cm_bulk_rows *rows = cursor->bulk->reading;

    (void)number;
    (void)text;
    (void)argc;
    (void)argv;
    cursor->at = 0;
    cursor->end = rows == NULL ? 0 : rows->num_cells / rows->columns;
    look_at(cursor);
    return SQLITE_OK;
}

static int vt_next(sqlite3_vtab_cursor *base)
{
    struct cursor *cursor = (struct cursor *)(void *)base;

    cursor->at++;
    look_at(cursor);
    return SQLITE_OK;
}

static int vt_eof(sqlite3_vtab_cursor *base)
{
    const struct cursor *cursor = (const struct cursor *)(void *)base;

    return cursor->at >= cursor->end;
}

static int vt_column(sqlite3_vtab_cursor *base, sqlite3_context *out, int i)
{
    const struct cursor *cursor = (const struct cursor *)(void *)base;
    const struct cm_cell *cell = &cursor->cells[i];

    if ((size_t)i >= cursor->bulk->reading->columns) {
        return SQLITE_OK; /* NULL */
    }
    switch ((enum cm_cell_kind)cell->kind) {
    case CM_CELL_NULL:
        break;
    case CM_CELL_INT:
        sqlite3_result_int64(out, cell->is.number);
        break;
    case CM_CELL_TEXT:
        sqlite3_result_text(out, cell->is.bytes, (int)cell->len, SQLITE_STATIC);
        break;
    case CM_CELL_BLOB:
        sqlite3_result_blob(out, cell->is.bytes, (int)cell->len, SQLITE_STATIC);
        break;
    }
    return SQLITE_OK;
}

static int vt_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)((const struct cursor *)(const void *)base)->at;
    return SQLITE_OK;
}

const sqlite3_module cm_bulk_module = {
    .xConnect = vt_connect,
    .xBestIndex = vt_best_index,
    .xDisconnect = vt_disconnect,
    .xOpen = vt_open,
    .xClose = vt_close,
    .xFilter = vt_filter,
    .xNext = vt_next,
    .xEof = vt_eof,
    .xColumn = vt_column,
    .xRowid = vt_rowid,
};
