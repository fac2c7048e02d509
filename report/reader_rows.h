/* What a cursor over the rows is made of. Private to reader_row*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_ROWS_H
#define CERTMUSTER_REPORT_READER_ROWS_H

#include "reader_facts.h"
#include "reader_lists.h"
#include "reader_stream.h"

/* The tables that v_endpoint joins, beside `row` itself. */
enum cm_row_table {
    CM_TABLE_ENDPOINT,
    CM_TABLE_RESULT,
    CM_TABLE_PROBE,
    CM_TABLE_FINDING,
    CM_TABLE_VIEW_VERDICT, /* with several trust views */
    CM_TABLE_CLIENT,       /* these three where a run has such extras */
    CM_TABLE_INVENTORY,
    CM_TABLE_MEASURED,
    CM_TABLE_COUNT
};

enum cm_row_list {
    CM_ROW_CAUSES,
    CM_ROW_REMAINING,
    CM_ROW_CHAIN,
    CM_ROW_PATH,
    CM_ROW_LISTS
};

/* A trust view's own verdict of the endpoint, where it has one. */
struct cm_row_view {
    struct cm_buf verdict;
    struct cm_buf primary;
    bool differs;
    bool has_primary;
};

/* A finding's texts, which have to outlive the line that they came from. */
struct cm_row_finding {
    char *texts; /* owned */
    size_t cap;
};

struct cm_report_rows {
    struct cm_report_run *run;
    sqlite3_stmt *rows;
    struct cm_stream tables[CM_TABLE_COUNT];
    sqlite3_stmt *answers; /* NULL until one is asked for */
    struct cm_list_cache *lists[CM_ROW_LISTS];
    struct cm_facts_cache *facts;
    struct cm_report_row row;
    bool extras;
    bool has_answers;
    char cipher[8]; /* "0x1399" */
    char group[8];
    struct cm_buf fingerprint; /* of our own certificate */

    struct cm_report_list causes; /* with input_duplicate behind them */
    struct cm_report_list view_names;
    struct cm_row_view *views; /* owned; one for each name */

    bool findings_read;                 /* those of the row */
    struct cm_report_finding *findings; /* owned */
    struct cm_row_finding *texts;       /* owned; one for each of them */
    size_t num_findings;
    size_t cap_findings;
    size_t next_finding; /* to be lent by cm_report_rows_finding */
    char proof[64];
};

/* reader_row_tables.c: opens the tables that the run has lines in, for all rows
 * (CM_UNKNOWN) or for this one. */
enum cm_status cm_rows_open_tables(struct cm_report_rows *rows, int64_t one_row,
                                   struct cm_error *err);

/* reader_row.c: fills rows->row from a line of `row`; *got is false where
 * v_endpoint would not have it. */
enum cm_status cm_rows_read(struct cm_report_rows *rows,
                            struct cm_sql_line *line, bool *got,
                            struct cm_error *err);

/* reader_row_views.c: which views there are, and the row's verdict in each. */
enum cm_status cm_rows_open_views(struct cm_report_rows *rows,
                                  struct cm_error *err);
enum cm_status cm_rows_read_views(struct cm_report_rows *rows,
                                  struct cm_error *err);
void cm_rows_close_views(struct cm_report_rows *rows);

#endif
