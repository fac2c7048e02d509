/* SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/totals.h"

#include <stdio.h>
#include <string.h>

#include "store/parts.h"

static const char run_sql[] =
    "SELECT state, coalesce(rows_recorded, 0),"
    " (SELECT count(*) FROM action AS a WHERE a.run = run.id),"
    " coalesce((SELECT min(c.not_after) FROM result AS s"
    "  JOIN probe AS p ON p.run = s.run AND p.endpoint = s.endpoint"
    "  AND p.ord = s.main_probe JOIN certificate AS c ON c.id = p.leaf"
    "  WHERE s.run = run.id AND c.not_after > run.judged_at), 0)"
    " FROM run WHERE id = ?";

static const char counts_sql[] =
    "SELECT verdict, coalesce(primary_cause, ''), count(*) FROM result"
    " WHERE run = ? GROUP BY verdict, primary_cause";

static const char success_sql[] =
    "SELECT coalesce(max(finished), 0) FROM run"
    " WHERE state = 'complete' AND kind IN ('scan', 'merge')";

static void add_count(struct cm_store_totals *out, const struct cm_query *q)
{
    uint64_t num = (uint64_t)cm_column_int(q, 2);

    for (int i = 0; i < CM_VERDICT_COUNT; i++) {
        if (strcmp(cm_verdict_id((enum cm_verdict)i), cm_column_text(q, 0)) ==
            0) {
            out->verdicts[i] += num;
        }
    }
    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        if (strcmp(cm_cause_info((enum cm_cause)i)->id, cm_column_text(q, 1)) ==
            0) {
            out->causes[i] += num;
        }
    }
}

enum cm_status cm_store_totals(struct cm_store *store, int64_t run_id,
                               struct cm_store_totals *out,
                               struct cm_error *err)
{
    struct cm_query q = cm_query_begin(&store->db, run_sql);

    memset(out, 0, sizeof(*out));
    cm_query_int(&q, run_id);
    if (cm_query_row(&q)) {
        (void)snprintf(out->state, sizeof(out->state), "%.15s",
                       cm_column_text(&q, 0));
        out->rows = (uint64_t)cm_column_int(&q, 1);
        out->actions = (uint64_t)cm_column_int(&q, 2);
        out->earliest_expiry = cm_column_int(&q, 3);
    }
    (void)cm_query_end(&q);
    q = cm_query_begin(&store->db, counts_sql);
    cm_query_int(&q, run_id);
    while (cm_query_row(&q)) {
        add_count(out, &q);
    }
    (void)cm_query_end(&q);
    return cm_db_take_error(&store->db, err);
}

enum cm_status cm_store_last_success(struct cm_store *store, int64_t *out,
                                     struct cm_error *err)
{
    struct cm_query q = cm_query_begin(&store->db, success_sql);

    *out = cm_query_row(&q) ? cm_column_int(&q, 0) : 0;
    (void)cm_query_end(&q);
    return cm_db_take_error(&store->db, err);
}
