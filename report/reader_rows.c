/* All rows in input order.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_rows.h"

#include <stdlib.h>
#include <string.h>

static bool make_caches(struct cm_report_rows *rows)
{
    bool made;

    rows->facts = cm_facts_cache_new();
    made = rows->facts != NULL;
    for (size_t i = 0; i < CM_ROW_LISTS; i++) {
        rows->lists[i] = cm_list_cache_new();
        made = made && rows->lists[i] != NULL;
    }
    return made;
}

static enum cm_status open_rows(struct cm_report_rows **out,
                                struct cm_report_run *run, int64_t one_row,
                                struct cm_error *err)
{
    struct cm_report_rows *rows = calloc(1, sizeof(*rows));
    const struct cm_report_measures *measures = NULL;
    enum cm_status status;

    *out = NULL;
    if (rows == NULL) {
        return cm_error_nomem(err, "the report");
    }
    rows->run = run;
    cm_buf_init(&rows->fingerprint, SIZE_MAX / 2);
    rows->row.extras.grade_at_best = CM_UNKNOWN;
    rows->row.extras.grade_score = CM_UNKNOWN;
    status = make_caches(rows) ? cm_report_run_measures(run, &measures, err)
                               : cm_error_nomem(err, "the report");
    if (status == CM_OK && measures != NULL) {
        rows->extras = measures->extras;
        rows->has_answers = measures->answers;
        status = cm_rows_open_views(rows, err);
    }
    if (status == CM_OK) {
        status = cm_rows_open_tables(rows, one_row, err);
    }
    if (status == CM_OK) {
        *out = rows;
        rows = NULL;
    }
    cm_report_rows_close(rows);
    return status;
}

enum cm_status cm_report_rows_open(struct cm_report_rows **out,
                                   struct cm_report_run *run,
                                   struct cm_error *err)
{
    return open_rows(out, run, CM_UNKNOWN, err);
}

enum cm_status cm_report_rows_open_one(struct cm_report_rows **out,
                                       struct cm_report_run *run, int64_t row,
                                       struct cm_error *err)
{
    return open_rows(out, run, row, err);
}

void cm_report_rows_close(struct cm_report_rows *rows)
{
    if (rows == NULL) {
        return;
    }
    (void)sqlite3_finalize(rows->rows);
    (void)sqlite3_finalize(rows->answers);
    for (size_t i = 0; i < CM_TABLE_COUNT; i++) {
        cm_stream_close(&rows->tables[i]);
    }
    for (size_t i = 0; i < CM_ROW_LISTS; i++) {
        cm_list_cache_free(rows->lists[i]);
    }
    cm_facts_cache_free(rows->facts);
    cm_rows_close_views(rows);
    cm_report_list_cleanup(&rows->causes);
    cm_report_list_cleanup(&rows->row.fields);
    cm_report_list_cleanup(&rows->row.tls_versions);
    cm_report_extras_cleanup(&rows->row.extras);
    cm_buf_cleanup(&rows->fingerprint);
    for (size_t i = 0; i < rows->cap_findings; i++) {
        free(rows->texts[i].texts);
    }
    free(rows->texts);
    free(rows->findings);
    free(rows);
}

enum cm_status cm_report_rows_next(struct cm_report_rows *rows,
                                   const struct cm_report_row **row,
                                   struct cm_error *err)
{
    bool whole = false;
    enum cm_status status = CM_OK;

    *row = NULL;
    rows->findings_read = false;
    rows->next_finding = 0;
    while (status == CM_OK && !whole) {
        struct cm_sql_line line = cm_sql_line(rows->rows);
        bool got = false;

        status = cm_sql_step(rows->rows, &got, err);
        if (status != CM_OK || !got) {
            return status;
        }
        status = cm_rows_read(rows, &line, &whole, err);
    }
    if (status == CM_OK) {
        *row = &rows->row;
    }
    return status;
}

int64_t cm_report_row_position(const struct cm_report_row *row, const char *id)
{
    for (size_t i = 0; i < row->chain.num; i++) {
        if (strcmp(row->chain.items[i], id) == 0) {
            return (int64_t)i;
        }
    }
    return CM_UNKNOWN;
}
