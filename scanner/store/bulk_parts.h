/* What bulk.c and the virtual table that SQLite reads its rows from share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_STORE_BULK_PARTS_H
#define CERTMUSTER_STORE_BULK_PARTS_H

#include "store/bulk.h"

enum cm_cell_kind { CM_CELL_NULL, CM_CELL_INT, CM_CELL_TEXT, CM_CELL_BLOB };

struct cm_cell {
    union {
        int64_t number;
        const void *bytes; /* static, or of a block */
    } is;
    uint32_t len;
    uint8_t kind; /* enum cm_cell_kind */
};

struct cm_bulk_rows {
    const char *sql;  /* static: its address is the key */
    char *insert_sql; /* owned */
    sqlite3_stmt *insert;
    size_t columns;
    struct cm_cell *cells; /* owned; row after row */
    size_t num_cells;
    size_t max_cells;
};

struct cm_place {
    int64_t key;
    size_t row;
};

struct cm_bulk {
    struct cm_bulk_rows tables[CM_BULK_MAX_TABLES];
    size_t num_tables;
    struct cm_block *blocks; /* the first is the one in use */
    size_t num_bytes;        /* in all of them */
    struct cm_place *places; /* owned; of the rows that are being written */
    size_t max_places;
    const struct cm_bulk_rows *reading; /* whose rows the virtual table has */
};

/* bulk_table.c -- the virtual table: the rows of `reading`, in the order of
 * `places`. Its auxiliary data is the struct cm_bulk. */
#define CM_BULK_MODULE "cm_bulk"
extern const sqlite3_module cm_bulk_module;

#endif
