/* Which run a run is compared with.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "changes_parts.h"

/* Whole scans, one run for all of the input; newest first. */
static const char past_sql[] =
    "SELECT r.id, r.input_name, coalesce((SELECT t.name FROM trust_view t"
    " WHERE t.run = r.id AND t.ord = 0), '')"
    " FROM run r WHERE r.id < ?1 AND r.state = 'complete'"
    " AND (r.kind = 'merge' OR (r.kind = 'scan' AND r.shard IS NULL))"
    " ORDER BY r.id DESC";

static const char view_sql[] =
    "SELECT name FROM trust_view WHERE run = ?1 AND ord = 0";

static const char there_sql[] = "SELECT 1 FROM run WHERE id = ?1";

/* The folder says where the input lies today, not what it is. */
static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

/* A copy of the default view's name; "" : none. */
static enum cm_status default_view(struct cm_report_run *run,
                                   struct cm_buf *out, struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    enum cm_status status = cm_sql_for_run(run, &stmt, view_sql, err);

    if (status == CM_OK) {
        status = cm_sql_first_word(stmt, out, err);
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

struct past_list {
    const char *input;
    const char *view;
    int64_t *out; /* of room for `max` */
    size_t max;
    size_t num;
};

static enum cm_status list_past(struct past_list *list, sqlite3_stmt *stmt,
                                struct cm_error *err)
{
    enum cm_status status = CM_OK;
    bool got = true;

    while (list->num < list->max) {
        struct cm_sql_line line = cm_sql_line(stmt);
        int64_t id;

        status = cm_sql_step(stmt, &got, err);
        if (status != CM_OK || !got) {
            break;
        }
        id = cm_sql_number(&line);
        if (strcmp(base_name(cm_sql_word(&line)), list->input) == 0 &&
            strcmp(cm_sql_word(&line), list->view) == 0) {
            list->out[list->num++] = id;
        }
    }
    return status;
}

enum cm_status cm_changes_past(struct cm_report_run *run, int64_t before,
                               int64_t *out, size_t max, size_t *num,
                               struct cm_error *err)
{
    struct past_list list = {.out = out, .max = max};
    sqlite3_stmt *stmt = NULL;
    struct cm_buf view;
    enum cm_status status;

    cm_buf_init(&view, 4096);
    status = default_view(run, &view, err);
    if (status == CM_OK) {
        status = cm_sql_prepare(run->db, &stmt, past_sql, err);
    }
    if (status == CM_OK && sqlite3_bind_int64(stmt, 1, before) != SQLITE_OK) {
        status = cm_sql_failed(run->db, err);
    }
    if (status == CM_OK) {
        list.input = base_name(run->facts.input_name);
        list.view = cm_buf_cstr(&view);
        status = list_past(&list, stmt, err);
    }
    *num = list.num;
    (void)sqlite3_finalize(stmt);
    cm_buf_cleanup(&view);
    return status;
}

static enum cm_status is_there(struct cm_report_run *run, int64_t id, bool *got,
                               struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    enum cm_status status = cm_sql_prepare(run->db, &stmt, there_sql, err);

    if (status == CM_OK && sqlite3_bind_int64(stmt, 1, id) != SQLITE_OK) {
        status = cm_sql_failed(run->db, err);
    }
    if (status == CM_OK) {
        status = cm_sql_step(stmt, got, err);
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

enum cm_status cm_changes_baseline(struct cm_report_run *run, int64_t *out,
                                   struct cm_error *err)
{
    const struct cm_run_facts *facts = &run->facts;
    enum cm_status status;
    bool got = false;
    size_t num;

    *out = 0;
    if (run->baseline == CM_BASELINE_NONE) {
        return CM_OK;
    }
    if (run->baseline != 0) {
        *out = run->baseline; /* opening it says whether it is there */
        return *out != facts->run
                   ? CM_OK
                   : cm_error_set(err, CM_EUSAGE,
                                  "run %lld cannot be compared with itself",
                                  (long long)*out);
    }
    if (facts->source_run != CM_UNKNOWN) { /* judged again */
        status = is_there(run, facts->source_run, &got, err);
        *out = got && facts->source_run != facts->run ? facts->source_run : 0;
        return status;
    }
    if (strcmp(facts->kind, "scan") == 0 && facts->shard != CM_UNKNOWN) {
        return CM_OK; /* a part: the whole is compared */
    }
    return cm_changes_past(run, facts->run, out, 1, &num, err);
}
