/* The trust views of a run: how many rows each of them trusts, and the kinds of
 * rows on which they disagree.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_sql.h"
#include "reader_views.h"

#include <stdlib.h>
#include <string.h>

static const char views_sql[] =
    "SELECT view, path, sha256, anchors, distrusted FROM v_view WHERE run = ?1"
    " ORDER BY ord";

/* Rows with the same verdicts in all views are one line. */
static const char kinds_sql[] =
    "SELECT views, count(*) AS num, min(row) AS example FROM v_endpoint"
    " WHERE run = ?1 GROUP BY views ORDER BY num DESC, example";

static const char example_sql[] =
    "SELECT host, port, endpoint FROM v_endpoint WHERE run = ?1 AND row = ?2";

static const char causes_sql[] =
    "SELECT json_group_object(view, primary_cause) FROM v_verdict"
    " WHERE run = ?1 AND endpoint = ?2";

struct reading {
    struct cm_report_run *run;
    struct cm_report_views *views;
    struct cm_report_list pairs; /* of the line just read */
};

const char *cm_report_pair(const struct cm_report_list *pairs, const char *name)
{
    for (size_t i = 0; i + 1 < pairs->num; i += 2) {
        if (pairs->items[i] != NULL && strcmp(pairs->items[i], name) == 0) {
            return pairs->items[i + 1];
        }
    }
    return NULL;
}

/* A statement of the run with a number as ?2, on its only line. */
static enum cm_status one_line(struct cm_report_run *run, const char *sql,
                               int64_t second, sqlite3_stmt **stmt, bool *got,
                               struct cm_error *err)
{
    enum cm_status status = cm_sql_for_run(run, stmt, sql, err);

    if (status == CM_OK && sqlite3_bind_parameter_count(*stmt) > 1 &&
        sqlite3_bind_int64(*stmt, 2, second) != SQLITE_OK) {
        status = cm_sql_failed(run->db, err);
    }
    return status == CM_OK ? cm_sql_step(*stmt, got, err) : status;
}

static enum cm_status add_view(struct cm_report_views *views,
                               sqlite3_stmt *stmt, struct cm_error *err)
{
    struct cm_sql_line line = cm_sql_line(stmt);
    struct cm_report_view *more =
        realloc(views->views, (views->num + 1) * sizeof(*more));
    struct cm_report_view *view;

    if (more == NULL) {
        return cm_error_nomem(err, "the trust views");
    }
    views->views = more;
    view = &more[views->num++];
    memset(view, 0, sizeof(*view));
    view->name = strdup(cm_sql_word(&line));
    view->path = strdup(cm_sql_word(&line));
    view->sha256 = strdup(cm_sql_word(&line));
    view->anchors = cm_sql_number(&line);
    view->distrusted = cm_sql_number(&line);
    return view->name == NULL || view->path == NULL || view->sha256 == NULL
               ? cm_error_nomem(err, "the trust views")
               : CM_OK;
}

static enum cm_status read_views(struct reading *r, struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = true;
    enum cm_status status = cm_sql_for_run(r->run, &stmt, views_sql, err);

    while (status == CM_OK) {
        status = cm_sql_step(stmt, &got, err);
        if (status != CM_OK || !got) {
            break;
        }
        status = add_view(r->views, stmt, err);
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

/* The first column of a line as pairs. */
static enum cm_status read_pairs(sqlite3_stmt *stmt, struct cm_report_list *out,
                                 struct cm_error *err)
{
    struct cm_sql_line line = cm_sql_line(stmt);

    cm_sql_pairs(&line, out);
    return cm_sql_line_end(&line, err);
}

static enum cm_status read_causes(struct reading *r, int64_t endpoint,
                                  struct cm_report_difference *to,
                                  struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = false;
    enum cm_status status =
        one_line(r->run, causes_sql, endpoint, &stmt, &got, err);

    if (status == CM_OK && got) {
        status = read_pairs(stmt, &to->causes, err);
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

static enum cm_status read_example(struct reading *r, int64_t row,
                                   struct cm_report_difference *to,
                                   struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = false;
    enum cm_status status =
        one_line(r->run, example_sql, row, &stmt, &got, err);

    if (status == CM_OK && got) {
        struct cm_sql_line line = cm_sql_line(stmt);

        to->host = strdup(cm_sql_word(&line));
        to->port = cm_sql_number(&line);
        status = to->host == NULL
                     ? cm_error_nomem(err, "the trust views")
                     : read_causes(r, cm_sql_number(&line), to, err);
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

static bool all_alike(const struct cm_report_list *pairs)
{
    for (size_t i = 3; i < pairs->num; i += 2) {
        if (pairs->items[i] == NULL || pairs->items[1] == NULL ||
            strcmp(pairs->items[i], pairs->items[1]) != 0) {
            return false;
        }
    }
    return true;
}

static void count_views(struct reading *r, int64_t rows)
{
    for (size_t i = 0; i < r->views->num; i++) {
        struct cm_report_view *view = &r->views->views[i];
        const char *id = cm_report_pair(&r->pairs, view->name);
        enum cm_verdict verdict;

        if (id != NULL && cm_verdict_from_id(id, &verdict)) {
            view->verdicts[verdict] += rows;
        }
    }
}

static enum cm_status add_difference(struct reading *r, int64_t rows,
                                     int64_t example, struct cm_error *err)
{
    struct cm_report_difference *to;

    r->views->differing_rows += rows;
    r->views->num_kinds++;
    if (r->views->num_differences == CM_MAX_DIFFERENCES) {
        return CM_OK;
    }
    to = &r->views->differences[r->views->num_differences++];
    to->rows = rows;
    to->verdicts = r->pairs;
    memset(&r->pairs, 0, sizeof(r->pairs));
    return read_example(r, example, to, err);
}

static enum cm_status read_kinds(struct reading *r, struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = true;
    enum cm_status status = cm_sql_for_run(r->run, &stmt, kinds_sql, err);

    while (status == CM_OK) {
        int64_t rows;

        status = cm_sql_step(stmt, &got, err);
        if (status != CM_OK || !got) {
            break;
        }
        rows = sqlite3_column_int64(stmt, 1);
        status = read_pairs(stmt, &r->pairs, err);
        if (status != CM_OK) {
            break;
        }
        count_views(r, rows);
        if (!all_alike(&r->pairs)) {
            status =
                add_difference(r, rows, sqlite3_column_int64(stmt, 2), err);
        }
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

void cm_report_views_cleanup(struct cm_report_views *views)
{
    for (size_t i = 0; i < views->num_differences; i++) {
        cm_report_list_cleanup(&views->differences[i].verdicts);
        cm_report_list_cleanup(&views->differences[i].causes);
        free(views->differences[i].host);
    }
    for (size_t i = 0; i < views->num; i++) {
        free(views->views[i].name);
        free(views->views[i].path);
        free(views->views[i].sha256);
    }
    free(views->differences);
    free(views->views);
    memset(views, 0, sizeof(*views));
}

enum cm_status cm_report_run_views(struct cm_report_run *run,
                                   const struct cm_report_views **out,
                                   struct cm_error *err)
{
    struct reading r = {.run = run, .views = &run->views};
    enum cm_status status = CM_OK;

    *out = &run->views;
    if (run->views_known) {
        return CM_OK;
    }
    status = read_views(&r, err);
    if (status == CM_OK && run->views.num > 1) {
        run->views.differences =
            calloc(CM_MAX_DIFFERENCES, sizeof(*run->views.differences));
        status = run->views.differences == NULL
                     ? cm_error_nomem(err, "the trust views")
                     : read_kinds(&r, err);
    }
    cm_report_list_cleanup(&r.pairs);
    run->views_known = status == CM_OK;
    if (status != CM_OK) {
        cm_report_views_cleanup(&run->views);
    }
    return status;
}
