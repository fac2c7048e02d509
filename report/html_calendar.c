/* What breaks next: how much by when, whose it is, what the CA/Browser Forum's
 * limits change, and the dates with what to do about each.
 * SPDX-License-Identifier: Apache-2.0 */
#include "html_calendar.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/text.h"
#include "html_parts.h"

#define MAX_DATES 100  /* written out; calendar.csv has all */
#define MAX_SUBJECTS 3 /* named in one line of the table */
#define MAX_NAMED_OWNERS 4
/* Names of certificates are a few times 64 KiB long at the most. */
#define MAX_SUBJECT_BYTES ((size_t)64 << 20)

static void summary(struct cm_buf *out, const struct cm_calendar_totals *totals,
                    const struct cm_run_facts *facts)
{
    char day[CM_TIME_TEXT_SIZE];

    (void)cm_buf_puts(out, "<p class=\"say\"><b>");
    cm_html_number(out, totals->within[0]);
    (void)cm_buf_puts(out, " of the ");
    cm_html_count(out, totals->rows + totals->undated,
                  "endpoint that is trusted ", "endpoints that are trusted ");
    if (facts->source_run == CM_UNKNOWN) {
        (void)cm_buf_puts(out, "today");
    } else {
        (void)cm_buf_printf(out, "on %s", cm_time_day(facts->judged_at, day));
    }
    (void)cm_buf_printf(out, " break%s within 30 days</b> if nothing is done; ",
                        totals->within[0] == 1 ? "s" : "");
    cm_html_number(out, totals->within[1]);
    (void)cm_buf_puts(out, " within 90 days, ");
    cm_html_number(out, totals->within[2]);
    (void)cm_buf_puts(out, " within a year.");
    if (totals->first_at != CM_UNKNOWN) {
        (void)cm_buf_printf(out, " The first date is %s.",
                            cm_time_day(totals->first_at, day));
    }
    (void)cm_buf_puts(out, "</p>");
}

/* --- owners --- */

static void owner_line(struct cm_buf *out,
                       const struct cm_calendar_weeks *weeks, int64_t others,
                       int64_t most)
{
    (void)cm_buf_puts(out, "<tr><th scope=\"row\">");
    if (weeks->owner == NULL) {
        cm_html_count(out, others, "other owner", "other owners");
    } else {
        cm_html_text(out, weeks->owner[0] == '\0' ? "no owner is named"
                                                  : weeks->owner);
    }
    (void)cm_buf_puts(out, "</th><td class=\"weeks\">");
    cm_html_calendar_strip(out, weeks, most);
    (void)cm_buf_puts(out, "</td>");
    for (size_t i = 0; i < 3; i++) {
        (void)cm_buf_puts(out, "<td class=\"num\">");
        cm_html_number(out, weeks->within[i]);
        (void)cm_buf_puts(out, "</td>");
    }
    (void)cm_buf_puts(out, "<td class=\"num\">");
    cm_html_number(out, weeks->rows);
    (void)cm_buf_puts(out, "</td></tr>\n");
}

static void owners(struct cm_buf *out, const struct cm_calendar_chart *chart)
{
    int64_t most = 1;

    for (size_t i = 0; i < chart->num; i++) {
        for (int week = 0; week < CM_CALENDAR_WEEKS; week++) {
            int64_t rows = chart->owners[i].weeks[week];

            most = rows > most ? rows : most;
        }
    }
    (void)cm_buf_puts(
        out,
        "<div class=\"card scroll\" tabindex=\"0\"><table><caption>Endpoints "
        "that break, by owner; the bars are the weeks of the chart above"
        "</caption><thead><tr><th scope=\"col\">owner</th><th scope=\"col\">"
        "by week</th><th scope=\"col\" class=\"num\">30 days</th>"
        "<th scope=\"col\" class=\"num\">90 days</th><th scope=\"col\" "
        "class=\"num\">a year</th><th scope=\"col\" class=\"num\">on any known "
        "date</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < chart->num; i++) {
        owner_line(out, &chart->owners[i],
                   chart->num_owners - (int64_t)(chart->num - 1), most);
    }
    (void)cm_buf_puts(out, "</tbody></table></div>\n");
}

/* --- limits --- */

static void number_cell(struct cm_buf *out, int64_t number)
{
    (void)cm_buf_puts(out, "<td class=\"num\">");
    cm_html_number(out, number);
    (void)cm_buf_puts(out, "</td>");
}

static void limits_table(struct cm_buf *out,
                         const struct cm_calendar_limit *limits, size_t num)
{
    char day[CM_TIME_TEXT_SIZE];

    if (num == 0) {
        return;
    }
    if (limits[num - 1].certificates == 0) { /* the strictest one */
        (void)cm_buf_puts(out,
                          "<p class=\"mute\">The limits on the lifetime of "
                          "public certificates change nothing here: none "
                          "was found that is renewed more rarely.</p>\n");
        return;
    }
    (void)cm_buf_puts(
        out,
        "<div class=\"card scroll\" tabindex=\"0\"><table><caption>New "
        "certificates of public CAs live for less time (CA/Browser Forum, "
        "Baseline Requirements 6.3.2): what is renewed by hand has to be "
        "automated by then</caption><thead><tr><th scope=\"col\">issued from"
        "</th><th scope=\"col\" class=\"num\">at most</th><th scope=\"col\" "
        "class=\"num\">certificates that live longer today</th><th "
        "scope=\"col\" class=\"num\">on endpoints</th><th scope=\"col\" "
        "class=\"num\">their renewals a year now</th><th scope=\"col\" "
        "class=\"num\">then</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < num; i++) {
        (void)cm_buf_printf(out,
                            "<tr><th scope=\"row\">%s</th><td class=\"num\">"
                            "%d days</td>",
                            cm_time_day(limits[i].limit.since_unix, day),
                            limits[i].limit.days);
        number_cell(out, limits[i].certificates);
        number_cell(out, limits[i].rows);
        number_cell(out, limits[i].renewals_now);
        number_cell(out, limits[i].renewals_then);
        (void)cm_buf_puts(out, "</tr>\n");
    }
    (void)cm_buf_puts(out, "</tbody></table></div>\n");
}

/* --- mutual TLS --- */

static void client_auth(struct cm_buf *out,
                        const struct cm_calendar_client_auth *found)
{
    char day[CM_TIME_TEXT_SIZE];

    if (found->certificates == 0) {
        return;
    }
    (void)cm_buf_printf(
        out,
        "<div class=\"card\"><p><b>From %s on public CAs issue for TLS servers "
        "only</b> (Chrome Root Program Policy 1.8), many do so already. ",
        cm_time_day(CM_CLIENT_AUTH_END, day));
    cm_html_count(out, found->certificates,
                  "certificate here does for TLS clients, too, ",
                  "certificates here do for TLS clients, too, ");
    (void)cm_buf_puts(out, "on ");
    cm_html_count(out, found->rows, "endpoint", "endpoints");
    (void)cm_buf_puts(
        out, ". Where one of these servers calls others with its certificate "
             "(mutual TLS), they refuse the next one: ask the owners, and use "
             "a private CA for that role.</p></div>\n");
}

/* --- dates --- */

/* The entries of one line: same day, same work. */
struct line {
    struct cm_calendar_entry all; /* the first one, with the rows and owners of
                                     the others */
    int64_t num;                  /* how many entries; 0: there is no line */
    bool one_action;
    struct cm_buf subjects;
};

/* The calendar has each owner's name once, so the pointer is the name. */
static void add_owners(struct line *line, const struct cm_calendar_entry *entry)
{
    struct cm_calendar_entry *all = &line->all;

    for (size_t i = 0; i < entry->num_owners; i++) {
        size_t at = 0;

        while (at < all->num_owners &&
               all->owners[at].name != entry->owners[i].name) {
            at++;
        }
        if (at < all->num_owners) {
            all->owners[at].rows += entry->owners[i].rows;
        } else if (at < CM_CALENDAR_OWNERS) {
            all->owners[all->num_owners++] = entry->owners[i];
        }
    }
}

static int by_rows(const void *a, const void *b)
{
    const struct cm_calendar_owner *one = a;
    const struct cm_calendar_owner *other = b;

    if (one->rows != other->rows) {
        return one->rows > other->rows ? -1 : 1;
    }
    return strcmp(one->name, other->name);
}

static void put_owners(struct cm_buf *out, struct cm_calendar_entry *entry)
{
    size_t named = 0;
    size_t i;

    qsort(entry->owners, entry->num_owners, sizeof(entry->owners[0]), by_rows);
    for (i = 0; i < entry->num_owners && named < MAX_NAMED_OWNERS; i++) {
        if (entry->owners[i].name[0] != '\0') {
            (void)cm_buf_puts(out, named > 0 ? ", " : "");
            cm_html_text(out, entry->owners[i].name);
            named++;
        }
    }
    if (i < entry->num_owners || entry->num_owners_all > CM_CALENDAR_OWNERS) {
        (void)cm_buf_puts(out, " and others");
    }
}

static void put_when(struct cm_buf *out, int64_t at, int64_t judged_at)
{
    int64_t days = cm_calendar_day(at) - cm_calendar_day(judged_at);
    char day[CM_TIME_TEXT_SIZE];

    (void)cm_buf_printf(out, "<tr><th scope=\"row\">%s<br><small>",
                        cm_time_day(at, day));
    if (days == 0) {
        (void)cm_buf_puts(out, "today");
    } else {
        (void)cm_buf_puts(out, "in ");
        cm_html_count(out, days, "day", "days");
    }
    (void)cm_buf_puts(out, "</small></th>");
}

static void put_what(struct cm_buf *out, const struct cm_calendar_entry *entry)
{
    int days = cm_calendar_next_days(entry);

    (void)cm_buf_printf(out, "<td>%s", cm_calendar_words(entry->cause));
    if (days != 0) {
        (void)cm_buf_printf(out, " (at most %d days)", days);
    }
    if (entry->effect == CM_EFFECT_SOME_CLIENTS) {
        (void)cm_buf_puts(out, "<br><small>some clients refuse it then"
                               "</small>");
    }
    (void)cm_buf_puts(out, "</td>");
}

/* Those that break can be shown in the table. */
static void put_rows(struct cm_buf *out, const struct cm_calendar_entry *entry)
{
    struct cm_calendar_row row = {entry->at, entry->cause, entry->resolution};
    char text[CM_CALENDAR_PICK_SIZE];
    char pick[sizeof("breaks:") + sizeof(text)];

    if (entry->effect != CM_EFFECT_BREAKS) {
        number_cell(out, entry->rows);
        return;
    }
    (void)snprintf(pick, sizeof(pick), "breaks:%s",
                   cm_calendar_pick(&row, text));
    (void)cm_buf_puts(out, "<td class=\"num\">");
    cm_html_pick(out, entry->rows, pick);
    (void)cm_buf_puts(out, "</td>");
}

static void put_line(struct cm_buf *out, struct line *line, int64_t judged_at)
{
    struct cm_calendar_entry *entry = &line->all;
    const struct cm_resolution_info *info =
        cm_resolution_info(entry->resolution);

    put_when(out, entry->at, judged_at);
    put_what(out, entry);
    (void)cm_buf_printf(out, "<td>%s<br><small>%s", info->title, info->who);
    if (line->one_action && entry->action[0] != '\0') {
        (void)cm_buf_printf(out, " · action %s", entry->action);
    }
    (void)cm_buf_puts(out, "</small></td><td>");
    (void)cm_buf_append(out, line->subjects.data, line->subjects.len);
    if (line->num > MAX_SUBJECTS) {
        (void)cm_buf_puts(out, "<br>and ");
        cm_html_number(out, line->num - MAX_SUBJECTS);
        (void)cm_buf_puts(out, " more");
    }
    (void)cm_buf_puts(out, "</td>");
    put_rows(out, entry);
    (void)cm_buf_puts(out, "<td>");
    put_owners(out, entry);
    (void)cm_buf_puts(out, "</td></tr>\n");
    out->failed = out->failed || line->subjects.failed;
}

static enum cm_status add_entry(struct line *line, struct cm_report_run *run,
                                const struct cm_calendar_entry *entry,
                                struct cm_error *err)
{
    struct cm_calendar_subject about;
    enum cm_status status = CM_OK;

    if (line->num == 0) {
        line->all = *entry;
        line->one_action = true;
        cm_buf_clear(&line->subjects);
    } else {
        line->one_action =
            line->one_action && cm_calendar_same_action(&line->all, entry);
        line->all.rows += entry->rows;
        add_owners(line, entry);
    }
    if (line->num < MAX_SUBJECTS) {
        status = cm_calendar_subject(run, entry, &about, err);
        (void)cm_buf_puts(&line->subjects, line->num > 0 ? "<br>" : "");
        cm_html_text(&line->subjects, about.subject);
    }
    line->num++;
    return status;
}

static void dates_head(struct cm_buf *out)
{
    (void)cm_buf_puts(
        out,
        "<div class=\"card scroll\" tabindex=\"0\"><table><caption>The dates, "
        "with what to do before each; calendar.csv has all of them, "
        "calendar.ics is for people's calendars</caption><thead><tr><th "
        "scope=\"col\">until</th><th scope=\"col\">what happens then</th><th "
        "scope=\"col\">what to do</th><th scope=\"col\">certificate</th><th "
        "scope=\"col\" class=\"num\">endpoints</th><th scope=\"col\">owners"
        "</th></tr></thead><tbody>\n");
}

static enum cm_status dates(struct cm_buf *out, struct cm_report_run *run,
                            const struct cm_calendar *calendar,
                            struct cm_error *err)
{
    int64_t judged_at = cm_calendar_judged_at(calendar);
    size_t count = cm_calendar_count(calendar);
    enum cm_status status = CM_OK;
    struct cm_calendar_entry entry;
    struct line line = {.num = 0};
    size_t lines = 0;
    size_t i;

    cm_buf_init(&line.subjects, MAX_SUBJECT_BYTES);
    dates_head(out);
    for (i = 0; i < count && status == CM_OK; i++) {
        cm_calendar_entry(calendar, i, &entry);
        if (line.num > 0 && !cm_calendar_same_work(&line.all, &entry)) {
            put_line(out, &line, judged_at);
            line.num = 0;
            if (++lines == MAX_DATES) {
                break;
            }
        }
        status = add_entry(&line, run, &entry, err);
    }
    if (line.num > 0) {
        put_line(out, &line, judged_at);
    }
    (void)cm_buf_puts(out, "</tbody></table></div>\n");
    if (i < count) {
        (void)cm_buf_puts(out, "<p class=\"mute\">");
        cm_html_count(out, (int64_t)(count - i), "later date is",
                      "later dates of certificates are");
        (void)cm_buf_puts(out, " in calendar.csv only.</p>\n");
    }
    cm_buf_cleanup(&line.subjects);
    return status;
}

static enum cm_status write_calendar(struct cm_buf *out,
                                     struct cm_report_run *run,
                                     const struct cm_calendar *calendar,
                                     struct cm_error *err)
{
    const struct cm_calendar_limit *limits;
    struct cm_calendar_chart chart;
    size_t num_limits;

    if (!cm_calendar_chart(calendar, &chart)) {
        return cm_error_nomem(err, "the HTML report");
    }
    limits = cm_calendar_limits(calendar, &num_limits);
    (void)cm_buf_puts(out, "<div class=\"card\">");
    summary(out, cm_calendar_totals(calendar), cm_report_run_facts(run));
    cm_html_calendar_chart(out, &chart.all, limits, num_limits,
                           cm_calendar_judged_at(calendar));
    (void)cm_buf_puts(out, "</div>\n");
    if (chart.num > 0) {
        owners(out, &chart);
    }
    limits_table(out, limits, num_limits);
    client_auth(out, cm_calendar_client_auth(calendar));
    return dates(out, run, calendar, err);
}

enum cm_status cm_html_calendar(struct cm_buf *out, struct cm_report_run *run,
                                struct cm_error *err)
{
    const struct cm_calendar *calendar;
    enum cm_status status = cm_report_run_calendar(run, &calendar, err);

    if (status == CM_OK) {
        status = cm_html_breaks(out, run, err);
    }
    return status == CM_OK && cm_calendar_count(calendar) > 0
               ? write_calendar(out, run, calendar, err)
               : status;
}
