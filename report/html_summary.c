/* The top of the report: what fails, what it needs, what breaks next.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "calendar.h"
#include "changes.h"
#include "html_parts.h"

#define NEEDS 4 /* resolutions named in the summary */

static void actions_fix(struct cm_buf *out,
                        const struct cm_report_totals *totals,
                        const struct cm_html_digest *digest, int64_t failing)
{
    cm_html_count(out, totals->actions, "action fixes ", "actions fix ");
    if (digest->fixed_rows >= failing) {
        (void)cm_buf_puts(out, failing == 1 ? "it" : "all of them");
    } else {
        cm_html_number(out, digest->fixed_rows);
        (void)cm_buf_puts(out, " of them");
    }
    if (digest->top_actions > 0 && digest->top_actions < totals->actions) {
        if (digest->top_actions == 1) {
            (void)cm_buf_puts(out, "; the first fixes ");
        } else {
            (void)cm_buf_puts(out, "; the first ");
            cm_html_number(out, digest->top_actions);
            (void)cm_buf_puts(out, " fix ");
        }
        (void)cm_buf_printf(out, "%" PRId64 "%%",
                            digest->top_rows * 100 / failing);
    }
    (void)cm_buf_puts(out, ".");
}

static void headline(struct cm_buf *out, const struct cm_report_totals *totals,
                     const struct cm_html_digest *digest)
{
    int64_t failing = totals->rows - totals->verdicts[CM_VERDICT_TRUSTED];

    (void)cm_buf_puts(out, "<p class=\"say\"><b>");
    if (totals->rows == 0) {
        (void)cm_buf_puts(out, "The input has no rows.</b>");
    } else if (failing == 0) {
        if (totals->rows == 1) {
            (void)cm_buf_puts(out, "The only endpoint is trusted.</b>");
        } else {
            (void)cm_buf_puts(out, "All ");
            cm_html_count(out, totals->rows, "endpoint", "endpoints");
            (void)cm_buf_puts(out, " are trusted.</b>");
        }
    } else {
        cm_html_number(out, failing);
        (void)cm_buf_puts(out, " of ");
        cm_html_count(out, totals->rows, "endpoint", "endpoints");
        (void)cm_buf_puts(out, failing == 1 ? " is not trusted.</b> "
                                            : " are not trusted.</b> ");
        if (totals->actions > 0) {
            actions_fix(out, totals, digest, failing);
        }
    }
    (void)cm_buf_puts(out, "</p>");
}

/* The resolution that most rows need and that was not named yet. */
static size_t best_of(const struct cm_html_digest *digest, const bool *named)
{
    size_t best = CM_RESOLUTION_COUNT;

    for (size_t i = 0; i < CM_RESOLUTION_COUNT; i++) {
        if (!named[i] && digest->fixes[i] > 0 &&
            (best == CM_RESOLUTION_COUNT ||
             digest->fixes[i] > digest->fixes[best])) {
            best = i;
        }
    }
    return best;
}

static void needs(struct cm_buf *out, const struct cm_html_digest *digest)
{
    bool named[CM_RESOLUTION_COUNT] = {false};
    int64_t rest = digest->fixed_rows;
    int64_t most = 0;

    if (digest->fixed_rows == 0) {
        return;
    }
    (void)cm_buf_puts(out, "<table class=\"needs\"><caption>What they need "
                           "first</caption><tbody>");
    for (int i = 0; i < NEEDS; i++) {
        size_t best = best_of(digest, named);
        const struct cm_resolution_info *info;

        if (best == CM_RESOLUTION_COUNT) {
            break;
        }
        named[best] = true;
        info = cm_resolution_info((enum cm_resolution)best);
        most = i == 0 ? digest->fixes[best] : most;
        rest -= digest->fixes[best];
        (void)cm_buf_printf(out, "<tr><td>%s</td><td>", info->title);
        cm_html_share_bar(out, digest->fixes[best], most);
        (void)cm_buf_puts(out, "</td><td class=\"num\">");
        cm_html_number(out, digest->fixes[best]);
        (void)cm_buf_puts(out, "</td></tr>");
    }
    if (rest > 0) {
        (void)cm_buf_puts(out, "<tr><td>Something else</td><td>");
        cm_html_share_bar(out, rest, most > rest ? most : rest);
        (void)cm_buf_puts(out, "</td><td class=\"num\">");
        cm_html_number(out, rest);
        (void)cm_buf_puts(out, "</td></tr>");
    }
    (void)cm_buf_puts(out, "</tbody></table>");
}

static void next_breaks(struct cm_buf *out, int64_t rows)
{
    if (rows == 0) {
        (void)cm_buf_puts(out, "No endpoint that works today has a certificate "
                               "that expires");
    } else {
        (void)cm_buf_puts(out, "<b>");
        cm_html_count(out, rows,
                      "endpoint</b> that works today has a certificate that "
                      "expires",
                      "endpoints</b> that work today have a certificate that "
                      "expires");
    }
    (void)cm_buf_puts(out, " within 30 days.");
}

/* A number with its sign; "up" and "down" are bad and good news. */
static void step(struct cm_buf *out, const char *name, int64_t rows,
                 const char *sign, const char *news)
{
    (void)cm_buf_printf(out, "<tr><td>%s</td><td class=\"num %s\">%s", name,
                        rows == 0 ? "" : news, rows == 0 ? "" : sign);
    cm_html_number(out, rows);
    (void)cm_buf_puts(out, "</td></tr>");
}

static void delta(struct cm_buf *out, const struct cm_report_changes *changes)
{
    (void)cm_buf_puts(out, "<table class=\"delta\"><caption>Changed ");
    cm_changes_since(out, changes);
    (void)cm_buf_puts(out, "</caption><tbody>");
    step(out, "New failures", changes->new_failures, "+", "up");
    step(out, "Fixed", changes->fixed, "−", "down");
    step(out, "Still failing", changes->still_failing, "", "");
    if (changes->rows[CM_CHANGE_NEW_ENDPOINT] > 0) {
        step(out, "New endpoints", changes->rows[CM_CHANGE_NEW_ENDPOINT], "",
             "");
    }
    if (changes->rows[CM_CHANGE_GONE] > 0) {
        step(out, "Endpoints no longer in the input",
             changes->rows[CM_CHANGE_GONE], "", "");
    }
    (void)cm_buf_puts(out, "</tbody></table>");
}

/* By the same dates as the calendar's own section. */
static bool chart(struct cm_buf *out, const struct cm_calendar *calendar)
{
    struct cm_calendar_chart chart;

    _Static_assert(CM_HTML_WEEKS <= CM_CALENDAR_WEEKS, "weeks");
    if (!cm_calendar_chart(calendar, &chart)) {
        return false;
    }
    cm_html_breaks_chart(out, chart.all.weeks, cm_calendar_judged_at(calendar));
    return true;
}

enum cm_status cm_html_headline(struct cm_buf *out, struct cm_report_run *run,
                                const struct cm_html_digest *digest,
                                struct cm_error *err)
{
    const struct cm_report_totals *totals;
    const struct cm_report_changes *changes = NULL;
    const struct cm_calendar *calendar = NULL;
    enum cm_status status = cm_report_run_totals(run, &totals, err);

    if (status == CM_OK) {
        status = cm_report_run_changes(run, &changes, err);
    }
    if (status == CM_OK) {
        status = cm_report_run_calendar(run, &calendar, err);
    }
    if (status != CM_OK) {
        return status;
    }
    (void)cm_buf_puts(out, "<div class=\"two\"><div class=\"card\">");
    headline(out, totals, digest);
    cm_html_verdict_bar(out, totals);
    needs(out, digest);
    (void)cm_buf_puts(out, "</div><div class=\"card\">");
    if (changes != NULL) {
        delta(out, changes);
    }
    (void)cm_buf_puts(out, "<h3>What breaks next</h3><p>");
    next_breaks(out, totals->will_break_30_days);
    (void)cm_buf_puts(out, "</p>");
    if (!chart(out, calendar)) {
        return cm_error_nomem(err, "the HTML report");
    }
    (void)cm_buf_puts(out, "</div></div>\n");
    return CM_OK;
}
