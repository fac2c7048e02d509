/* The trend over the last runs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "trend.h"

#include <string.h>

#include "changes_parts.h"

static const char point_sql[] =
    "SELECT r.started, v.verdict, v.rows FROM v_run_verdict v"
    " JOIN run r ON r.id = v.run WHERE v.run = ?1";

static enum cm_status read_point(struct cm_report_run *run, int64_t id,
                                 struct cm_trend_point *out,
                                 struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = true;
    enum cm_status status = cm_sql_prepare(run->db, &stmt, point_sql, err);

    memset(out, 0, sizeof(*out));
    out->run = id;
    if (status == CM_OK && sqlite3_bind_int64(stmt, 1, id) != SQLITE_OK) {
        status = cm_sql_failed(run->db, err);
    }
    while (status == CM_OK) {
        struct cm_sql_line line = cm_sql_line(stmt);
        enum cm_verdict verdict;
        int64_t rows;

        status = cm_sql_step(stmt, &got, err);
        if (status != CM_OK || !got) {
            break;
        }
        out->started = cm_sql_number(&line);
        if (cm_verdict_from_id(cm_sql_word(&line), &verdict)) {
            rows = cm_sql_number(&line);
            rows = rows < 0 ? 0 : rows; /* a store of somebody else's */
            out->verdicts[verdict] = rows;
            out->rows += rows;
        }
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

/* A run that was judged again goes beside the one that it was made from. */
static enum cm_status list_runs(struct cm_report_run *run,
                                int64_t ids[CM_TREND_RUNS], size_t *num,
                                struct cm_error *err)
{
    bool again = run->facts.source_run != CM_UNKNOWN;
    int64_t before = again ? run->facts.source_run + 1 : run->facts.run;
    enum cm_status status = CM_OK;

    ids[0] = run->facts.run;
    *num = 1;
    if (strcmp(run->facts.kind, "scan") != 0 ||
        run->facts.shard == CM_UNKNOWN) {
        status =
            cm_changes_past(run, before, ids + 1, CM_TREND_RUNS - 1, num, err);
        (*num)++;
    }
    return status;
}

enum cm_status cm_report_trend(struct cm_report_run *run, struct cm_trend *out,
                               struct cm_error *err)
{
    int64_t ids[CM_TREND_RUNS];
    size_t num = 0;
    enum cm_status status = list_runs(run, ids, &num, err);

    out->num = 0;
    while (status == CM_OK && num > 0) {
        struct cm_trend_point *point = &out->points[out->num];

        status = read_point(run, ids[--num], point, err);
        out->num += point->rows > 0 ? 1 : 0;
    }
    if (out->num > 0 &&
        out->points[out->num - 1].rows != run->facts.rows_recorded) {
        out->num = 0; /* only a part of the rows is shown */
    }
    return status;
}

void cm_trend_json(struct cm_json *json, const struct cm_trend *trend)
{
    cm_json_key(json, "trend");
    cm_json_open(json, '[');
    for (size_t i = 0; i < trend->num; i++) {
        const struct cm_trend_point *point = &trend->points[i];

        cm_json_line(json);
        cm_json_open(json, '{');
        cm_json_put_number(json, "run", point->run);
        cm_json_put_time(json, "started", point->started);
        cm_json_put_number(json, "rows", point->rows);
        cm_json_key(json, "verdicts");
        cm_json_open(json, '{');
        for (int j = CM_VERDICT_TRUSTED; j < CM_VERDICT_COUNT; j++) {
            cm_json_put_number(json, cm_verdict_id((enum cm_verdict)j),
                               point->verdicts[j]);
        }
        cm_json_close(json, '}');
        cm_json_close(json, '}');
    }
    cm_json_close(json, ']');
}
