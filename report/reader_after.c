/* What is left after each action: the rows that it fixes and that would still
 * fail, and for what.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_sql.h"

#include <stdlib.h>
#include <string.h>

static const char after_sql[] =
    "SELECT f.action, r.remaining, count(*) FROM v_endpoint r"
    " CROSS JOIN v_finding f ON f.run = r.run AND f.endpoint = r.endpoint"
    " AND f.ord = 0 WHERE r.run = ?1 AND r.remaining <> '[]' AND f.blocks = 1"
    " GROUP BY f.action, r.remaining";

void cm_report_after_free(void *after)
{
    free(after);
}

static struct cm_report_after *after_of(struct cm_map *map, const char *key)
{
    struct cm_report_after *after = cm_map_get(map, key, strlen(key));

    if (after == NULL) {
        after = calloc(1, sizeof(*after));
        if (after != NULL && !cm_map_put(map, key, strlen(key), after)) {
            free(after);
            after = NULL;
        }
    }
    return after;
}

static void count_cause(struct cm_report_after *after, const char *id,
                        int64_t rows)
{
    enum cm_cause cause;
    size_t i = 0;

    if (!cm_cause_from_id(id, &cause)) {
        return;
    }
    while (i < after->num_causes && after->causes[i] != cause) {
        i++;
    }
    if (i == CM_MAX_AFTER) {
        return;
    }
    if (i == after->num_causes) {
        after->causes[after->num_causes++] = cause;
    }
    after->cause_rows[i] += rows;
    /* Most rows first; one that is equal stays behind. */
    for (; i > 0 && after->cause_rows[i] > after->cause_rows[i - 1]; i--) {
        int64_t count = after->cause_rows[i];

        after->cause_rows[i] = after->cause_rows[i - 1];
        after->cause_rows[i - 1] = count;
        after->causes[i] = after->causes[i - 1];
        after->causes[i - 1] = cause;
    }
}

static enum cm_status read_line(struct cm_map *map, sqlite3_stmt *stmt,
                                struct cm_report_list *causes,
                                struct cm_error *err)
{
    struct cm_sql_line line = cm_sql_line(stmt);
    const char *key = cm_sql_word(&line);
    struct cm_report_after *after = after_of(map, key);
    int64_t rows;

    cm_sql_list(&line, causes);
    rows = cm_sql_number(&line);
    if (after == NULL) {
        return cm_error_nomem(err, "the action plan");
    }
    after->rows += rows;
    for (size_t i = 0; i < causes->num; i++) {
        count_cause(after, causes->items[i], rows);
    }
    return cm_sql_line_end(&line, err);
}

static enum cm_status read_all(struct cm_report_run *run, struct cm_error *err)
{
    struct cm_report_list causes = {0};
    sqlite3_stmt *stmt = NULL;
    bool got = true;
    enum cm_status status = cm_sql_for_run(run, &stmt, after_sql, err);

    while (status == CM_OK) {
        status = cm_sql_step(stmt, &got, err);
        if (status != CM_OK || !got) {
            break;
        }
        status = read_line(run->after, stmt, &causes, err);
    }
    cm_report_list_cleanup(&causes);
    (void)sqlite3_finalize(stmt);
    return status;
}

enum cm_status cm_report_after_read(struct cm_report_run *run,
                                    struct cm_error *err)
{
    enum cm_status status;

    if (run->after != NULL) {
        return CM_OK;
    }
    run->after = cm_map_new();
    status = run->after == NULL ? cm_error_nomem(err, "the action plan")
                                : read_all(run, err);
    if (status != CM_OK) {
        cm_map_free(run->after, cm_report_after_free);
        run->after = NULL;
    }
    return status;
}
