/* Every cause that was found, most rows first: how bad, who acts, how many.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "facts.h"
#include "html_cells.h"
#include "html_parts.h"

#define PICK_SIZE 96

static void row(struct cm_buf *out, const struct cm_report_totals *totals,
                enum cm_cause cause)
{
    const struct cm_cause_info *info = cm_cause_info(cause);
    const struct cm_resolution_info *todo =
        cm_resolution_info(info->resolution);
    char pick[PICK_SIZE];

    cm_html_row(out, info->id);
    cm_html_cell(out, info->title);
    (void)cm_buf_printf(out,
                        "<td><span class=\"pill %s\">%s</span></td>"
                        "<td>%s<br><small>%s</small></td>",
                        cm_severity_id(info->severity),
                        cm_severity_words(info->severity), todo->who,
                        todo->title);
    (void)snprintf(pick, sizeof(pick), "first:%s", info->id);
    cm_html_cell_pick(out, totals->primaries[cause], pick);
    (void)snprintf(pick, sizeof(pick), "cause:%s", info->id);
    cm_html_cell_pick(out, totals->causes[cause], pick);
    cm_html_cell_share(out, totals->causes[cause], totals->rows);
    cm_html_row_end(out);
}

/* The next one by rows; CM_CAUSE_COUNT: none is left. */
static size_t next_cause(const struct cm_report_totals *totals,
                         const bool done[CM_CAUSE_COUNT])
{
    size_t best = CM_CAUSE_COUNT;

    for (size_t i = 0; i < CM_CAUSE_COUNT; i++) {
        if (!done[i] && totals->causes[i] > 0 &&
            (best == CM_CAUSE_COUNT ||
             totals->causes[i] > totals->causes[best])) {
            best = i;
        }
    }
    return best;
}

static void table(struct cm_buf *out, const struct cm_report_totals *totals)
{
    bool done[CM_CAUSE_COUNT] = {false};
    size_t cause = next_cause(totals, done);

    if (cause == CM_CAUSE_COUNT) {
        return;
    }
    cm_html_table_begin(out,
                        "Every cause that was found; a row may have several. "
                        "The severity is the usual one of the cause, the bar "
                        "its share of all rows, and a number shows its "
                        "endpoints",
                        "cause|what it means|severity|who acts|#fix first|"
                        "#rows|");
    for (; cause != CM_CAUSE_COUNT; cause = next_cause(totals, done)) {
        done[cause] = true;
        row(out, totals, (enum cm_cause)cause);
    }
    cm_html_table_end(out);
}

enum cm_status cm_html_causes(struct cm_buf *out, struct cm_report_run *run,
                              struct cm_error *err)
{
    const struct cm_report_totals *totals;
    enum cm_status status = cm_report_run_totals(run, &totals, err);

    if (status == CM_OK) {
        table(out, totals);
    }
    return status;
}
