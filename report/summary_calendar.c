/* Dates on a terminal.
 * SPDX-License-Identifier: Apache-2.0 */
#include "summary_calendar.h"

#include <inttypes.h>
#include <string.h>

#include "breaks_at.h"
#include "calendar.h"
#include "certmuster/text.h"
#include "screen.h"

#define MAX_TEXT ((size_t)1024 * 1024)
#define MAX_DATES 3   /* shown */
#define NEAR_DAYS 90  /* of the time judged: what is shown at all */
#define MAX_ACTIONS 5 /* shown */
#define COUNT_WIDTH 13U
#define DAY_WIDTH 13U

/* --- the nearest dates --- */

/* The entries of one day that need the same work. */
struct line {
    struct cm_calendar_entry first; /* its rows are those of all */
    int64_t num;
    struct cm_buf subject; /* of the first */
};

static void put_line(struct cm_buf *out, const struct line *line, size_t width)
{
    char count[CM_COUNT_TEXT_SIZE];
    char day[CM_TIME_TEXT_SIZE];
    struct cm_buf cell;

    cm_buf_init(&cell, MAX_TEXT);
    cm_buf_printf(&cell, "%s: ", cm_calendar_words(line->first.cause));
    (void)cm_buf_append(&cell, line->subject.data, line->subject.len);
    if (line->num > 1) {
        cm_buf_printf(&cell, " and %s more",
                      cm_screen_count(line->num - 1, count));
    }
    cm_buf_printf(out, "%*s  %-*s", (int)COUNT_WIDTH,
                  cm_screen_count(line->first.rows, count), (int)DAY_WIDTH,
                  cm_time_day(line->first.at, day));
    cm_screen_cell(out, cm_buf_cstr(&cell),
                   width - COUNT_WIDTH - DAY_WIDTH - 2);
    cm_screen_trim(out);
    cm_buf_putc(out, '\n');
    out->failed = out->failed || cell.failed || line->subject.failed;
    cm_buf_cleanup(&cell);
}

static enum cm_status add(struct line *line, struct cm_report_run *run,
                          const struct cm_calendar_entry *entry,
                          struct cm_error *err)
{
    struct cm_calendar_subject about;
    enum cm_status status;

    line->num++;
    if (line->num > 1) {
        line->first.rows += entry->rows;
        return CM_OK;
    }
    line->first = *entry;
    status = cm_calendar_subject(run, entry, &about, err);
    cm_buf_clear(&line->subject);
    (void)cm_buf_puts(&line->subject, about.subject);
    return status;
}

static enum cm_status put_dates(struct cm_buf *out, struct cm_report_run *run,
                                const struct cm_calendar *calendar,
                                size_t width, struct cm_error *err)
{
    int64_t end = cm_calendar_judged_at(calendar) + NEAR_DAYS * INT64_C(86400);
    enum cm_status status = CM_OK;
    struct cm_calendar_entry entry;
    struct line line = {.num = 0};
    int lines = 0;

    cm_buf_init(&line.subject, MAX_TEXT);
    for (size_t i = 0; status == CM_OK && i < cm_calendar_count(calendar);
         i++) {
        cm_calendar_entry(calendar, i, &entry);
        if (entry.effect != CM_EFFECT_BREAKS) {
            continue;
        }
        if (line.num > 0 && !cm_calendar_same_work(&line.first, &entry)) {
            put_line(out, &line, width);
            line.num = 0;
            lines++;
        }
        if (entry.at > end || lines == MAX_DATES) {
            break;
        }
        status = add(&line, run, &entry, err);
    }
    if (line.num > 0) {
        put_line(out, &line, width);
    }
    cm_buf_cleanup(&line.subject);
    return status;
}

enum cm_status cm_summary_calendar(struct cm_buf *out,
                                   struct cm_report_run *run, size_t width,
                                   struct cm_error *err)
{
    const struct cm_calendar *calendar;
    enum cm_status status = cm_report_run_calendar(run, &calendar, err);

    return status == CM_OK && cm_calendar_totals(calendar)->within[1] > 0
               ? put_dates(out, run, calendar, width, err)
               : status;
}

/* --- a run judged for a later date --- */

static void put_head(struct cm_buf *out, const struct cm_breaks_totals *totals)
{
    char count[CM_COUNT_TEXT_SIZE];
    char day[CM_TIME_TEXT_SIZE];
    bool one = totals->broken == 1;

    cm_buf_printf(out, "\n On %s, %s of ", cm_time_day(totals->at, day),
                  cm_screen_count(totals->broken, count));
    cm_buf_printf(out, "%s endpoint%s that run %" PRId64,
                  cm_screen_count(totals->trusted, count),
                  totals->trusted == 1 ? "" : "s", totals->source_run);
    cm_buf_printf(out, " found trusted on %s %s not trusted",
                  cm_time_day(totals->before, day), one ? "is" : "are");
    cm_buf_puts(out,
                totals->trust_differs ? " (by other trust anchors, too)" : "");
    cm_buf_puts(out, totals->broken > 0 ? ":\n" : ".\n");
}

static void put_causes(struct cm_buf *out,
                       const struct cm_breaks_totals *totals, size_t width)
{
    bool done[CM_CAUSE_COUNT] = {false};
    char count[CM_COUNT_TEXT_SIZE];

    for (;;) {
        size_t best = CM_CAUSE_COUNT;

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
        cm_buf_printf(out, "%*s  ", (int)COUNT_WIDTH,
                      cm_screen_count(totals->causes[best], count));
        cm_screen_cell(out, cm_cause_info((enum cm_cause)best)->title,
                       width - COUNT_WIDTH - 2);
        cm_screen_trim(out);
        cm_buf_putc(out, '\n');
    }
}

static enum cm_status put_group(struct cm_buf *out, struct cm_report_run *run,
                                const struct cm_breaks_group *group,
                                size_t width, struct cm_error *err)
{
    const struct cm_resolution_info *info =
        cm_resolution_info(group->resolution);
    char count[CM_COUNT_TEXT_SIZE];
    struct cm_buf subject;
    struct cm_buf cell;
    enum cm_status status;

    cm_buf_init(&subject, MAX_TEXT);
    cm_buf_init(&cell, MAX_TEXT);
    status = cm_breaks_subject(run, group, &subject, err);
    cm_buf_printf(&cell, "%s: %s", info->title, cm_buf_cstr(&subject));
    cm_buf_printf(out, "%*s  ", (int)COUNT_WIDTH,
                  cm_screen_count(group->rows, count));
    cm_screen_cell(out, cm_buf_cstr(&cell), width - COUNT_WIDTH - 2);
    cm_screen_trim(out);
    cm_buf_putc(out, '\n');
    out->failed = out->failed || cell.failed || subject.failed;
    cm_buf_cleanup(&subject);
    cm_buf_cleanup(&cell);
    return status;
}

static enum cm_status put_groups(struct cm_buf *out, struct cm_report_run *run,
                                 const struct cm_breaks_at *breaks,
                                 size_t width, struct cm_error *err)
{
    size_t num = cm_breaks_count(breaks);
    char count[CM_COUNT_TEXT_SIZE];
    enum cm_status status = CM_OK;
    struct cm_breaks_group group;
    size_t i;

    if (num > 0) {
        cm_buf_puts(out, " What keeps them trusted:\n");
    }
    for (i = 0; i < num && i < MAX_ACTIONS && status == CM_OK; i++) {
        cm_breaks_group(breaks, i, &group);
        status = put_group(out, run, &group, width, err);
    }
    if (i < num) {
        cm_buf_printf(out, "   ... %s more\n",
                      cm_screen_count((int64_t)(num - i), count));
    }
    return status;
}

enum cm_status cm_summary_breaks(struct cm_buf *out, struct cm_report_run *run,
                                 size_t width, struct cm_error *err)
{
    const struct cm_breaks_at *breaks;
    enum cm_status status = cm_report_run_breaks(run, &breaks, err);

    if (status != CM_OK || breaks == NULL) {
        return status;
    }
    put_head(out, cm_breaks_totals(breaks));
    put_causes(out, cm_breaks_totals(breaks), width);
    return put_groups(out, run, breaks, width, err);
}
