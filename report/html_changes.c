/* What changed since the baseline: counts, and the first rows of what people
 * have to look at.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "certmuster/text.h"
#include "html_changes.h"

#define MAX_ROWS 100U
#define MAX_PICK 64U
#define MAX_OPEN 20 /* longer lists are folded */

/* What is listed row by row; the other kinds are counted. */
static const struct listed {
    enum cm_change change;
    const char *title;
    const char *hint;
    bool urgent; /* shown without a click */
} listed[] = {
    {CM_CHANGE_NEW_FAILURE, "Fails now", "was trusted in the run before", true},
    {CM_CHANGE_REGRESSED, "Fails again",
     "failed in an earlier run, was fixed, and is back", true},
    {CM_CHANGE_RENEWED_PARTLY, "Renewed, but not on all addresses",
     "some address still serves the old certificate: finish the roll-out",
     true},
    {CM_CHANGE_OTHER_CAUSE, "Fails for another cause",
     "failed before, and something else comes first now", false},
    {CM_CHANGE_FIXED, "Fixed", "failed in the run before, and is trusted now",
     false},
    {CM_CHANGE_RENEWED_SAME_KEY, "Renewed with the same key",
     "a key that is kept for years is a key that somebody may have", false},
    {CM_CHANGE_RENEWED_NEW_KEY, "Renewed with a new key", NULL, false},
    {CM_CHANGE_NEW_ENDPOINT, "New in the input", NULL, false},
    {CM_CHANGE_GONE, "No longer in the input",
     "lines are those of the run before", false},
};
#define NUM_LISTED (sizeof(listed) / sizeof(listed[0]))

static void put_day(struct cm_buf *out, int64_t unix_s)
{
    char day[CM_TIME_TEXT_SIZE];

    if (unix_s != CM_UNKNOWN) {
        cm_html_text(out, cm_time_day(unix_s, day));
    }
}

/* --- counts --- */

static void headline(struct cm_buf *out,
                     const struct cm_report_changes *changes)
{
    (void)cm_buf_printf(out, "<p>Since run %" PRId64 " of ",
                        changes->baseline->run);
    put_day(out, changes->baseline->started);
    (void)cm_buf_puts(out, ": <b>");
    cm_html_count(out, changes->new_failures, "new failure", "new failures");
    (void)cm_buf_puts(out, "</b>, <b>");
    cm_html_number(out, changes->fixed);
    (void)cm_buf_puts(out, " fixed</b>, <b>");
    cm_html_number(out, changes->still_failing);
    (void)cm_buf_puts(out, " still failing</b>.</p>\n");
    if (changes->trust_differs) {
        (void)cm_buf_puts(out, "<p class=\"caveat\"><b>The trust anchors are "
                               "not those of that run.</b> Verdicts may differ "
                               "for that alone.</p>\n");
    }
    if (strcmp(changes->baseline->state, "complete") != 0) {
        (void)cm_buf_puts(out, "<p class=\"caveat\"><b>That run is not whole."
                               "</b> What it lacks counts as new.</p>\n");
    }
    if (!changes->gone_known) {
        (void)cm_buf_puts(out, "<p class=\"caveat\"><b>This run is not whole."
                               "</b> What is no longer in the input is not "
                               "told.</p>\n");
    }
}

/* What is gone has no row in the table of endpoints. */
static void put_rows(struct cm_buf *out, enum cm_change change, int64_t rows,
                     bool picks)
{
    char pick[MAX_PICK];

    if (picks && change != CM_CHANGE_GONE) {
        (void)snprintf(pick, sizeof(pick), "change:%s", cm_change_id(change));
        cm_html_pick(out, rows, pick);
    } else {
        cm_html_number(out, rows);
    }
}

static void count_line(struct cm_buf *out, const char *words, int64_t number)
{
    (void)cm_buf_printf(out, "<tr><th scope=\"row\">%s</th><td class=\"num\">",
                        words);
    cm_html_number(out, number);
    (void)cm_buf_puts(out, "</td></tr>\n");
}

static void counts(struct cm_buf *out, const struct cm_report_changes *changes,
                   bool picks)
{
    (void)cm_buf_puts(out, "<div class=\"card scroll\" tabindex=\"0\"><table>"
                           "<caption>Each endpoint of the two runs, once."
                           "</caption><thead><tr><th scope=\"col\">what became "
                           "of it</th><th scope=\"col\" class=\"num\">"
                           "endpoints</th></tr></thead><tbody>\n");
    for (int i = 0; i < CM_CHANGE_COUNT; i++) {
        if (changes->rows[i] > 0) {
            (void)cm_buf_printf(
                out, "<tr><th scope=\"row\">%s</th><td class=\"num\">",
                cm_change_words((enum cm_change)i));
            put_rows(out, (enum cm_change)i, changes->rows[i], picks);
            (void)cm_buf_puts(out, "</td></tr>\n");
        }
    }
    if (changes->flapping > 0) {
        count_line(out, "of these fail and work by turns (flapping)",
                   changes->flapping);
    }
    count_line(out, "findings that are new", changes->findings.fresh);
    count_line(out, "findings that are gone", changes->findings.gone);
    (void)cm_buf_puts(out, "</tbody></table></div>\n");
}

/* --- rows --- */

static void put_endpoint(struct cm_buf *out, const struct cm_changed_row *row)
{
    if (row->host[0] == '\0') {
        (void)cm_buf_puts(out, "a row that cannot be read");
        return;
    }
    cm_html_text(out, row->host);
    (void)cm_buf_printf(out, ":%" PRId64, row->port);
    if (strcmp(row->protocol, "tls") != 0) {
        (void)cm_buf_putc(out, ' ');
        cm_html_text(out, row->protocol);
    }
    if (row->flapping) {
        (void)cm_buf_puts(out, " <small>flapping</small>");
    }
    if (row->failed_run != CM_UNKNOWN) {
        (void)cm_buf_printf(out, " <small>failed in run %" PRId64 "</small>",
                            row->failed_run);
    }
}

/* Verdict, cause, and when its certificate ends. */
static void put_side(struct cm_buf *out, const char *verdict, const char *cause,
                     int64_t not_after)
{
    enum cm_verdict known;

    (void)cm_buf_puts(out, "<td>");
    if (cause != NULL) {
        cm_html_text(out, cause);
    } else if (verdict != NULL && cm_verdict_from_id(verdict, &known)) {
        cm_html_text(out, verdict);
    }
    if (not_after != CM_UNKNOWN) {
        (void)cm_buf_puts(out, "<br><small>certificate until ");
        put_day(out, not_after);
        (void)cm_buf_puts(out, "</small>");
    }
    (void)cm_buf_puts(out, "</td>");
}

static void put_row(struct cm_buf *out, const struct cm_changed_row *row)
{
    (void)cm_buf_puts(out, "<tr><th scope=\"row\">");
    put_endpoint(out, row);
    (void)cm_buf_puts(out, "</th>");
    put_side(out, row->verdict_before, row->cause_before,
             row->not_after_before);
    put_side(out, row->verdict, row->cause, row->not_after);
    (void)cm_buf_puts(out, "<td>");
    cm_html_text(out, row->owner);
    (void)cm_buf_printf(out, "</td><td class=\"num\">%" PRId64 "</td></tr>\n",
                        row->line);
}

static void put_list(struct cm_buf *out, const struct listed *what,
                     const struct cm_change_list *list, int64_t rows,
                     bool picks)
{
    (void)cm_buf_printf(out,
                        "<details class=\"fold\"%s><summary><span class=\"t\""
                        ">",
                        what->urgent && rows <= MAX_OPEN ? " open" : "");
    (void)cm_buf_printf(out, "%s</span> <span class=\"mute\">", what->title);
    cm_html_count(out, rows, "endpoint", "endpoints");
    if (what->hint != NULL) {
        (void)cm_buf_printf(out, ": %s", what->hint);
    }
    (void)cm_buf_printf(
        out,
        "</span></summary><div class=\"scroll\" tabindex=\"0\"><table><caption>"
        "%s</caption><thead><tr><th scope=\"col\">endpoint</th><th "
        "scope=\"col\">before</th><th scope=\"col\">now</th><th scope=\"col\">"
        "owner</th><th scope=\"col\" class=\"num\">line</th></tr></thead>"
        "<tbody>\n",
        what->title);
    for (size_t i = 0; i < list->num; i++) {
        put_row(out, &list->rows[i]);
    }
    (void)cm_buf_puts(out, "</tbody></table>");
    if (rows > (int64_t)list->num) {
        (void)cm_buf_puts(out, "<p class=\"mute\">The first ");
        cm_html_number(out, (int64_t)list->num);
        (void)cm_buf_puts(out, " of ");
        put_rows(out, what->change, rows, picks);
        (void)cm_buf_puts(out, "; changes.csv has all.</p>");
    }
    (void)cm_buf_puts(out, "</div></details>\n");
}

void cm_html_changes_body(struct cm_buf *out,
                          const struct cm_report_changes *changes,
                          const struct cm_change_lists *lists, bool picks)
{
    headline(out, changes);
    counts(out, changes, picks);
    for (size_t i = 0; i < NUM_LISTED; i++) {
        enum cm_change change = listed[i].change;

        if (lists->of[change].num > 0) {
            put_list(out, &listed[i], &lists->of[change], changes->rows[change],
                     picks);
        }
    }
}

enum cm_status cm_html_changes(struct cm_buf *out, struct cm_report_run *run,
                               struct cm_error *err)
{
    const struct cm_report_changes *changes;
    struct cm_change_lists lists;
    enum cm_status status = cm_report_run_changes(run, &changes, err);

    if (status != CM_OK || changes == NULL) {
        return status;
    }
    memset(&lists, 0, sizeof(lists));
    status = cm_change_lists_make(&lists, run, MAX_ROWS, err);
    if (status == CM_OK) {
        cm_html_changes_body(out, changes, &lists, true);
    }
    cm_change_lists_cleanup(&lists);
    return status;
}
