/* Every cause that was found, most rows first.
 * SPDX-License-Identifier: Apache-2.0 */
#include "html_parts.h"

static void table(struct cm_buf *out, const struct cm_report_totals *totals)
{
    bool done[CM_CAUSE_COUNT] = {false};
    bool any = false;

    for (size_t i = 0; i < CM_CAUSE_COUNT; i++) {
        any = any || totals->causes[i] > 0;
    }
    if (!any) {
        return;
    }
    (void)cm_buf_puts(
        out, "<div class=\"card scroll\" tabindex=\"0\"><table><caption"
             ">Every cause that was found; a row may have several."
             "</caption><thead><tr><th scope=\"col\">cause</th><th "
             "scope=\"col\">what it means</th><th scope=\"col\">"
             "severity</th><th scope=\"col\" class=\"num\">fix first"
             "</th><th scope=\"col\" class=\"num\">rows</th></tr>"
             "</thead><tbody>\n");
    for (;;) {
        size_t best = CM_CAUSE_COUNT;
        const struct cm_cause_info *info;

        for (size_t i = 0; i < CM_CAUSE_COUNT; i++) {
            if (!done[i] && totals->causes[i] > 0 &&
                (best == CM_CAUSE_COUNT ||
                 totals->causes[i] > totals->causes[best])) {
                best = i;
            }
        }
        if (best == CM_CAUSE_COUNT) {
            break;
        }
        done[best] = true;
        info = cm_cause_info((enum cm_cause)best);
        (void)cm_buf_printf(out,
                            "<tr><th scope=\"row\">%s</th><td>%s</td><td "
                            "class=\"%s\">%s</td><td class=\"num\">",
                            info->id, info->title,
                            cm_severity_id(info->severity),
                            cm_severity_id(info->severity));
        cm_html_number(out, totals->primaries[best]);
        (void)cm_buf_puts(out, "</td><td class=\"num\">");
        cm_html_number(out, totals->causes[best]);
        (void)cm_buf_puts(out, "</td></tr>\n");
    }
    (void)cm_buf_puts(out, "</tbody></table></div>\n");
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
