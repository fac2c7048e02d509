/* A stored run judged again for a later date: what is trusted today and is not
 * on that date, by cause and by action.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "breaks_at.h"
#include "certmuster/text.h"
#include "html_calendar.h"
#include "html_parts.h"

#define MAX_GROUPS 50 /* written out; the action plan has all */
/* Names of certificates are a few times 64 KiB long at the most. */
#define MAX_SUBJECT_BYTES ((size_t)64 << 20)

static void head(struct cm_buf *out, const struct cm_breaks_totals *totals)
{
    char day[CM_TIME_TEXT_SIZE];

    (void)cm_buf_printf(out, "<div class=\"card\"><p class=\"say\"><b>On %s, ",
                        cm_time_day(totals->at, day));
    cm_html_number(out, totals->broken);
    (void)cm_buf_puts(out, " of ");
    cm_html_count(out, totals->trusted, "endpoint", "endpoints");
    (void)cm_buf_printf(out,
                        "</b> that run %" PRId64 " found trusted on %s <b>%s "
                        "not trusted.</b></p>",
                        totals->source_run, cm_time_day(totals->before, day),
                        totals->broken == 1 ? "is" : "are");
    if (totals->trust_differs) {
        (void)cm_buf_puts(out, "<p>Other trust anchors were used than in that "
                               "run: some of it may come from them.</p>");
    }
    (void)cm_buf_puts(out, "</div>\n");
}

static enum cm_status group_line(struct cm_buf *out, struct cm_report_run *run,
                                 const struct cm_breaks_group *group,
                                 struct cm_error *err)
{
    const struct cm_resolution_info *info =
        cm_resolution_info(group->resolution);
    struct cm_buf subject;
    enum cm_status status;

    cm_buf_init(&subject, MAX_SUBJECT_BYTES);
    status = cm_breaks_subject(run, group, &subject, err);
    (void)cm_buf_printf(out,
                        "<tr><td>%s</td><td>%s<br><small>%s</small></td>"
                        "<td>",
                        cm_cause_info(group->cause)->title, info->title,
                        info->who);
    cm_html_text(out, cm_buf_cstr(&subject));
    (void)cm_buf_puts(out, "</td><td class=\"num\">");
    cm_html_number(out, group->rows);
    (void)cm_buf_puts(out, "</td></tr>\n");
    out->failed = out->failed || subject.failed;
    cm_buf_cleanup(&subject);
    return status;
}

static enum cm_status groups(struct cm_buf *out, struct cm_report_run *run,
                             const struct cm_breaks_at *breaks,
                             struct cm_error *err)
{
    size_t num = cm_breaks_count(breaks);
    enum cm_status status = CM_OK;
    struct cm_breaks_group group;
    size_t i;

    if (num == 0) {
        return CM_OK;
    }
    (void)cm_buf_puts(
        out,
        "<div class=\"card scroll\" tabindex=\"0\"><table><caption>What breaks "
        "by then, and what keeps it trusted</caption><thead><tr><th "
        "scope=\"col\">cause</th><th scope=\"col\">what to do before</th><th "
        "scope=\"col\">about</th><th scope=\"col\" class=\"num\">endpoints"
        "</th></tr></thead><tbody>\n");
    for (i = 0; i < num && i < MAX_GROUPS && status == CM_OK; i++) {
        cm_breaks_group(breaks, i, &group);
        status = group_line(out, run, &group, err);
    }
    (void)cm_buf_puts(out, "</tbody></table></div>\n");
    if (i < num) {
        (void)cm_buf_puts(out, "<p class=\"mute\">");
        cm_html_count(out, (int64_t)(num - i), "more action is",
                      "more actions are");
        (void)cm_buf_puts(out, " in report.json.</p>\n");
    }
    return status;
}

enum cm_status cm_html_breaks(struct cm_buf *out, struct cm_report_run *run,
                              struct cm_error *err)
{
    const struct cm_breaks_at *breaks;
    enum cm_status status = cm_report_run_breaks(run, &breaks, err);

    if (status != CM_OK || breaks == NULL) {
        return status;
    }
    head(out, cm_breaks_totals(breaks));
    return groups(out, run, breaks, err);
}
