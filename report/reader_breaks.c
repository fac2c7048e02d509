/* What breaks by the date that a run was judged again for.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "breaks_at.h"
#include "calendar_parts.h"
#include "changes.h"
#include "reader_count.h"
#include "reader_sql.h"

static const char subject_sql[] =
    "SELECT subject FROM v_action WHERE run = ?1 AND key = ?2";

struct cm_breaks_at {
    struct cm_report_run *run;
    struct cm_breaks_totals totals;
    /* By the number of the action's key, in the place of a certificate. */
    struct cm_calendar_items groups;
};

enum cm_status cm_breaks_new(struct cm_breaks_at **out,
                             struct cm_report_run *run, struct cm_error *err)
{
    const struct cm_run_facts *facts = &run->facts;
    const struct cm_report_changes *changes = NULL;
    struct cm_breaks_at *breaks;
    enum cm_status status = CM_OK;

    *out = NULL;
    if (facts->source_run != CM_UNKNOWN) {
        status = cm_report_run_changes(run, &changes, err);
    }
    if (status != CM_OK || changes == NULL ||
        changes->baseline->run != facts->source_run ||
        changes->baseline->judged_at >= facts->judged_at) {
        return status;
    }
    breaks = calloc(1, sizeof(*breaks));
    if (breaks == NULL || !cm_calendar_items_init(&breaks->groups)) {
        cm_breaks_free(breaks);
        return cm_error_nomem(err, "the comparison");
    }
    breaks->run = run;
    breaks->totals.at = facts->judged_at;
    breaks->totals.before = changes->baseline->judged_at;
    breaks->totals.source_run = facts->source_run;
    breaks->totals.trust_differs = changes->trust_differs;
    *out = breaks;
    return CM_OK;
}

void cm_breaks_free(struct cm_breaks_at *breaks)
{
    if (breaks != NULL) {
        cm_calendar_items_free(&breaks->groups);
        free(breaks);
    }
}

static bool count_group(struct cm_breaks_at *breaks,
                        const struct cm_report_row *row,
                        const struct cm_report_findings *findings)
{
    const struct cm_report_finding *first =
        findings->num > 0 && findings->list[0].ord == 0 ? findings->list : NULL;
    enum cm_resolution resolution = CM_RESOLUTION_NOTHING;
    enum cm_cause cause;
    struct cm_calendar_item *item;
    uint64_t key;

    if (row->primary_cause == NULL ||
        !cm_cause_from_id(row->primary_cause, &cause)) {
        return true;
    }
    breaks->totals.causes[cause]++;
    key = first == NULL ? 0 : cm_calendar_key_number(first->action);
    item = cm_calendar_items_find(&breaks->groups, (int64_t)key, cause);
    if (item == NULL) {
        return false;
    }
    if (item->rows == 0) {
        if (first != NULL) {
            (void)cm_resolution_from_id(first->resolution, &resolution);
        }
        item->action = key;
        item->resolution = (uint8_t)resolution;
    }
    return cm_calendar_items_count(&breaks->groups, item, row->owner);
}

enum cm_status cm_breaks_row(struct cm_breaks_at *breaks,
                             const struct cm_report_row *row,
                             const struct cm_report_findings *findings,
                             struct cm_error *err)
{
    const struct cm_change_of *change =
        cm_report_change_of(breaks->run, row->endpoint);

    if (change == NULL || change->verdict_before != CM_VERDICT_TRUSTED) {
        return CM_OK;
    }
    breaks->totals.trusted++;
    if (strcmp(row->verdict, cm_verdict_id(CM_VERDICT_TRUSTED)) == 0) {
        return CM_OK;
    }
    breaks->totals.broken++;
    return count_group(breaks, row, findings)
               ? CM_OK
               : cm_error_nomem(err, "the comparison");
}

static int by_rows(const void *a, const void *b, void *arg)
{
    const struct cm_calendar_item *list = arg;
    uint32_t one = *(const uint32_t *)a;
    uint32_t other = *(const uint32_t *)b;

    if (list[one].rows != list[other].rows) {
        return list[one].rows > list[other].rows ? -1 : 1;
    }
    return (one > other) - (one < other);
}

bool cm_breaks_end(struct cm_breaks_at *breaks)
{
    struct cm_calendar_items *groups = &breaks->groups;

    if (!cm_calendar_items_sort(groups)) {
        return false;
    }
    if (groups->num > 0) {
        qsort_r(groups->order, groups->num, sizeof(*groups->order), by_rows,
                groups->list);
    }
    return true;
}

const struct cm_breaks_totals *
cm_breaks_totals(const struct cm_breaks_at *breaks)
{
    return &breaks->totals;
}

size_t cm_breaks_count(const struct cm_breaks_at *breaks)
{
    return breaks->groups.num;
}

void cm_breaks_group(const struct cm_breaks_at *breaks, size_t i,
                     struct cm_breaks_group *out)
{
    const struct cm_calendar_item *item =
        &breaks->groups.list[breaks->groups.order[i]];

    out->cause = (enum cm_cause)item->cause;
    out->resolution = (enum cm_resolution)item->resolution;
    out->rows = item->rows;
    cm_calendar_key_text(item->action, out->action);
}

enum cm_status cm_breaks_subject(struct cm_report_run *run,
                                 const struct cm_breaks_group *group,
                                 struct cm_buf *out, struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    enum cm_status status;

    cm_buf_clear(out);
    if (group->action[0] == '\0') {
        return CM_OK;
    }
    status = cm_sql_for_run(run, &stmt, subject_sql, err);
    if (status == CM_OK && sqlite3_bind_text(stmt, 2, group->action, -1,
                                             SQLITE_STATIC) != SQLITE_OK) {
        status = cm_sql_failed(run->db, err);
    }
    if (status == CM_OK) {
        status = cm_sql_first_word(stmt, out, err);
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

enum cm_status cm_report_run_breaks(struct cm_report_run *run,
                                    const struct cm_breaks_at **out,
                                    struct cm_error *err)
{
    enum cm_status status = cm_report_count_run(run, false, err);

    *out = run->breaks;
    return status;
}
