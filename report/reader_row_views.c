/* The row in each trust view of the run, as v_verdict and v_endpoint.views have
 * it: the endpoint's own verdict, unless a view came to another one.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "reader_rows.h"

#define MAX_TEXT (SIZE_MAX / 2) /* SQLite's own limits bound them */

static const char names_sql[] =
    "SELECT json_group_array(view) FROM (SELECT view FROM v_view"
    " WHERE run = ?1 ORDER BY ord)";

enum cm_status cm_rows_open_views(struct cm_report_rows *rows,
                                  struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = false;
    enum cm_status status = cm_sql_for_run(rows->run, &stmt, names_sql, err);

    if (status == CM_OK) {
        status = cm_sql_step(stmt, &got, err);
    }
    if (status == CM_OK && got) {
        struct cm_sql_line line = cm_sql_line(stmt);

        cm_sql_list(&line, &rows->view_names);
        status = cm_sql_line_end(&line, err);
    }
    (void)sqlite3_finalize(stmt);
    if (status == CM_OK && rows->view_names.num > 1) {
        rows->views = calloc(rows->view_names.num, sizeof(*rows->views));
        if (rows->views == NULL) {
            return cm_error_nomem(err, "the trust views");
        }
        for (size_t i = 0; i < rows->view_names.num; i++) {
            cm_buf_init(&rows->views[i].verdict, MAX_TEXT);
            cm_buf_init(&rows->views[i].primary, MAX_TEXT);
        }
    }
    return status;
}

void cm_rows_close_views(struct cm_report_rows *rows)
{
    for (size_t i = 0; rows->views != NULL && i < rows->view_names.num; i++) {
        cm_buf_cleanup(&rows->views[i].verdict);
        cm_buf_cleanup(&rows->views[i].primary);
    }
    free(rows->views);
    cm_report_list_cleanup(&rows->view_names);
    cm_report_list_cleanup(&rows->row.views);
    cm_report_list_cleanup(&rows->row.primaries);
}

static enum cm_status keep(struct cm_row_view *view, const char *verdict,
                           const char *primary, struct cm_error *err)
{
    view->differs = true;
    view->has_primary = primary != NULL;
    cm_buf_clear(&view->verdict);
    cm_buf_clear(&view->primary);
    return cm_buf_puts(&view->verdict, verdict) &&
                   cm_buf_puts(&view->primary, primary == NULL ? "" : primary)
               ? CM_OK
               : cm_error_nomem(err, "the trust views");
}

/* What the views have of their own. */
static enum cm_status read_differences(struct cm_report_rows *rows,
                                       struct cm_error *err)
{
    struct cm_stream *stream = &rows->tables[CM_TABLE_VIEW_VERDICT];
    int64_t endpoint = rows->row.endpoint;
    struct cm_sql_line line;
    enum cm_status status = cm_stream_find(stream, endpoint, &line, err);

    for (size_t i = 0; i < rows->view_names.num; i++) {
        rows->views[i].differs = false;
    }
    while (status == CM_OK && line.stmt != NULL) {
        const char *name = cm_sql_word(&line);
        const char *verdict = cm_sql_word(&line);
        const char *primary = cm_sql_text(&line);

        for (size_t i = 0; status == CM_OK && i < rows->view_names.num; i++) {
            if (strcmp(rows->view_names.items[i], name) == 0) {
                status = keep(&rows->views[i], verdict, primary, err);
            }
        }
        if (status == CM_OK) {
            status = cm_stream_next(stream, endpoint, &line, err);
        }
    }
    return status;
}

static enum cm_status push_pair(struct cm_report_list *pairs, const char *name,
                                const char *value, struct cm_error *err)
{
    return cm_report_list_push(pairs, name) == CM_OK &&
                   cm_report_list_push(pairs, value) == CM_OK
               ? CM_OK
               : cm_error_nomem(err, "the trust views");
}

static enum cm_status push_all(struct cm_report_rows *rows,
                               struct cm_error *err)
{
    struct cm_report_row *row = &rows->row;
    enum cm_status status = CM_OK;

    for (size_t i = 0; status == CM_OK && i < rows->view_names.num; i++) {
        struct cm_row_view *view = &rows->views[i];
        const char *name = rows->view_names.items[i];
        const char *primary = row->primary_cause;

        if (view->differs) {
            primary = view->has_primary ? cm_buf_cstr(&view->primary) : NULL;
        }
        status = push_pair(
            &row->views, name,
            view->differs ? cm_buf_cstr(&view->verdict) : row->verdict, err);
        if (status == CM_OK) {
            status = push_pair(&row->primaries, name, primary, err);
        }
    }
    return status;
}

enum cm_status cm_rows_read_views(struct cm_report_rows *rows,
                                  struct cm_error *err)
{
    struct cm_report_row *row = &rows->row;
    enum cm_status status;

    row->views.num = 0;
    row->primaries.num = 0;
    if (row->view == NULL && rows->view_names.num > 0) {
        row->view = rows->view_names.items[0];
    }
    if (rows->views == NULL) { /* the only view has the row's verdict */
        return row->view == NULL
                   ? CM_OK
                   : push_pair(&row->views, row->view, row->verdict, err);
    }
    status = read_differences(rows, err);
    return status == CM_OK ? push_all(rows, err) : status;
}
