/* calendar.ics: what breaks next for people's calendars (RFC 5545), one all-day
 * event for each day and action. The same work has the same UID in each run, so
 * that importing a newer file changes events instead of doubling them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "calendar.h"
#include "certmuster/text.h"
#include "format.h"

#define MAX_EVENTS 10000 /* calendar.csv has all */
#define MAX_TEXT ((size_t)64 * 1024)
#define MAX_SUBJECTS 20
#define MAX_OWNERS 10
#define MAX_FOREIGN 200 /* octets of one text; calendar.csv has it whole */
#define SINCE_2020 INT64_C(1577836800)
#define KEY_SIZE 17

/* What one event is made of: the entries of one day and action. */
struct event {
    struct cm_calendar_entry first; /* its rows are those of all entries */
    char key[KEY_SIZE];
    int64_t num_subjects;
    struct cm_buf subject;  /* the first one, */
    struct cm_buf subjects; /* ... and more, with fingerprints */
    struct cm_buf text;     /* for one property at a time */
};

struct writer {
    struct cm_report_writer base;
    struct cm_ics ics;
    struct event event;
    bool open; /* an event is being gathered */
    int64_t num_events;
    int64_t sequence;
    int64_t stamp;
};

/* Foreign text as one visible line. A name of 60 KiB is no title of an event:
 * long ones are cut, between characters. */
static void add_foreign(struct cm_buf *out, const char *text)
{
    size_t len = strlen(text);
    size_t cut = len;

    if (len > MAX_FOREIGN) {
        cut = MAX_FOREIGN;
        while (cut > 0 && ((uint8_t)text[cut] & 0xC0U) == 0x80U) {
            cut--;
        }
    }
    cm_text_terminal(out, text, cut);
    (void)cm_buf_puts(out, cut < len ? "..." : "");
}

static void begin_event(struct writer *w, const char *key, int64_t at,
                        const char *what)
{
    char day[CM_TIME_TEXT_SIZE];
    char uid[128];

    (void)cm_time_rfc3339(at, day);
    (void)snprintf(uid, sizeof(uid), "%s-%s-%.4s%.2s%.2s@certmuster", key, what,
                   day, day + 5, day + 8);
    cm_ics_line(&w->ics, "BEGIN", "VEVENT");
    cm_ics_text(&w->ics, "UID", uid);
    cm_ics_time(&w->ics, "DTSTAMP", w->stamp);
    cm_ics_number(&w->ics, "SEQUENCE", w->sequence);
    cm_ics_date(&w->ics, "DTSTART", at);
}

static void end_event(struct writer *w, const char *category)
{
    cm_ics_text(&w->ics, "CATEGORIES", category);
    cm_ics_line(&w->ics, "TRANSP", "TRANSPARENT");
    cm_ics_line(&w->ics, "END", "VEVENT");
    w->num_events++;
}

/* A line of what was composed in the event's text. */
static void put_text(struct writer *w, const char *name)
{
    cm_ics_text(&w->ics, name, cm_buf_cstr(&w->event.text));
    w->ics.out->failed = w->ics.out->failed || w->event.text.failed;
}

static const char *verb_of(const struct cm_calendar_entry *entry)
{
    bool one = entry->rows == 1;

    switch (entry->effect) {
    case CM_EFFECT_BREAKS:
        return one ? "endpoint breaks" : "endpoints break";
    case CM_EFFECT_SOME_CLIENTS:
        return one ? "endpoint breaks for some clients"
                   : "endpoints break for some clients";
    case CM_EFFECT_RENEWAL:
    case CM_EFFECT_COUNT:
        break;
    }
    return one ? "endpoint needs another certificate"
               : "endpoints need another certificate";
}

static void put_owners(struct cm_buf *out,
                       const struct cm_calendar_entry *entry)
{
    bool any = false;

    for (size_t i = 0; i < entry->num_owners && i < MAX_OWNERS; i++) {
        if (entry->owners[i].name[0] != '\0') {
            (void)cm_buf_puts(out, any ? ", " : "Owners: ");
            add_foreign(out, entry->owners[i].name);
            any = true;
        }
    }
    if (any) {
        (void)cm_buf_puts(
            out, entry->num_owners_all > MAX_OWNERS ? " and others\n" : "\n");
    }
}

static void put_description(struct writer *w, const struct event *event)
{
    const struct cm_calendar_entry *entry = &event->first;
    const struct cm_resolution_info *info =
        cm_resolution_info(entry->resolution);
    struct cm_buf *out = &w->event.text;

    cm_buf_clear(out);
    (void)cm_buf_printf(out, "%" PRId64 " %s: %s.\n", entry->rows,
                        verb_of(entry), cm_calendar_words(entry->cause));
    (void)cm_buf_printf(out, "About: %s\n", cm_buf_cstr(&w->event.subjects));
    put_owners(out, entry);
    (void)cm_buf_printf(out, "What to do: %s (%s).\n", info->title, info->who);
    if (entry->action[0] != '\0') {
        (void)cm_buf_printf(out, "Action: %s\n", entry->action);
    }
    (void)cm_buf_printf(out, "Cause: %s", cm_cause_info(entry->cause)->id);
    put_text(w, "DESCRIPTION");
}

static void put_event(struct writer *w)
{
    const struct cm_calendar_entry *entry = &w->event.first;
    struct cm_buf *out = &w->event.text;

    if (!w->open) {
        return;
    }
    begin_event(w, w->event.key, entry->at, cm_cause_info(entry->cause)->id);
    cm_buf_clear(out);
    (void)cm_buf_printf(out, "%" PRId64 " %s: %s (%s%s)", entry->rows,
                        verb_of(entry), cm_calendar_words(entry->cause),
                        cm_buf_cstr(&w->event.subject),
                        w->event.num_subjects > 1 ? " and others" : "");
    put_text(w, "SUMMARY");
    put_description(w, &w->event);
    end_event(w, cm_resolution_info(entry->resolution)->id);
    w->ics.out->failed = w->ics.out->failed || w->event.subject.failed ||
                         w->event.subjects.failed;
    w->open = false;
}

/* An entry without an action is told by its certificate. */
static void start(struct writer *w, const struct cm_calendar_entry *entry,
                  const struct cm_calendar_subject *about)
{
    w->event.first = *entry;
    w->event.num_subjects = 0;
    cm_buf_clear(&w->event.subject);
    add_foreign(&w->event.subject, about->subject);
    cm_buf_clear(&w->event.subjects);
    (void)snprintf(w->event.key, sizeof(w->event.key), "%.16s",
                   entry->action[0] != '\0' ? entry->action
                                            : about->fingerprint_sha256);
    w->open = true;
}

static void add(struct writer *w, const struct cm_calendar_entry *entry,
                const struct cm_calendar_subject *about)
{
    struct event *event = &w->event;

    if (w->open && cm_calendar_same_action(&event->first, entry)) {
        event->first.rows += entry->rows;
    } else {
        put_event(w);
        start(w, entry, about);
    }
    if (event->num_subjects < MAX_SUBJECTS) {
        (void)cm_buf_puts(&event->subjects,
                          event->num_subjects == 0 ? "" : "; ");
        add_foreign(&event->subjects, about->subject);
        (void)cm_buf_printf(&event->subjects, " (SHA-256 %.16s)",
                            about->fingerprint_sha256);
    } else if (event->num_subjects == MAX_SUBJECTS) {
        (void)cm_buf_puts(&event->subjects, "; and others");
    }
    event->num_subjects++;
}

static void put_limit(struct writer *w, const struct cm_calendar_limit *limit)
{
    struct cm_buf *out = &w->event.text;

    begin_event(w, "limit", limit->limit.since_unix, "validity");
    cm_buf_clear(out);
    (void)cm_buf_printf(out, "Public CAs issue for at most %d days from now on",
                        limit->limit.days);
    put_text(w, "SUMMARY");
    cm_buf_clear(out);
    (void)cm_buf_printf(out,
                        "CA/Browser Forum Baseline Requirements 6.3.2.\n"
                        "Certificates that live longer today: %" PRId64
                        " (endpoints: %" PRId64
                        "). Their renewals a year: %" PRId64 " now, %" PRId64
                        " then. What to do: automate the renewal.",
                        limit->certificates, limit->rows, limit->renewals_now,
                        limit->renewals_then);
    put_text(w, "DESCRIPTION");
    end_event(w, cm_resolution_info(CM_RESOLUTION_AUTOMATE_RENEWAL)->id);
}

/* Certificates that do for TLS clients, too, are renewed on their own days;
 * what changes for all of them is one date. */
static void put_client_auth(struct writer *w,
                            const struct cm_calendar_client_auth *found)
{
    const struct cm_resolution_info *info =
        cm_resolution_info(CM_RESOLUTION_SEPARATE_CLIENT_CERTIFICATE);
    struct cm_buf *out = &w->event.text;

    begin_event(w, "limit", CM_CLIENT_AUTH_END, "client_auth");
    cm_ics_text(&w->ics, "SUMMARY",
                "Public CAs issue for TLS servers only from now on");
    cm_buf_clear(out);
    (void)cm_buf_printf(
        out,
        "Chrome Root Program Policy 1.8.\n"
        "Certificates that do for TLS clients today, and whose successors will "
        "not: %" PRId64 " (endpoints: %" PRId64
        "). What to do where they are used for mutual TLS: %s (%s).",
        found->certificates, found->rows, info->title, info->who);
    cm_ics_text(&w->ics, "DESCRIPTION", cm_buf_cstr(out));
    end_event(w, info->id);
}

static void put_head(struct writer *w, const struct cm_run_facts *facts)
{
    struct cm_buf *out = &w->event.text;

    cm_ics_line(&w->ics, "BEGIN", "VCALENDAR");
    cm_ics_line(&w->ics, "VERSION", "2.0");
    cm_buf_clear(out);
    (void)cm_buf_puts(out, "-//certmuster//certmuster ");
    add_foreign(out, facts->version);
    (void)cm_buf_puts(out, "//EN");
    put_text(w, "PRODID");
    cm_ics_line(&w->ics, "CALSCALE", "GREGORIAN");
    cm_ics_line(&w->ics, "METHOD", "PUBLISH");
    cm_buf_clear(out);
    (void)cm_buf_puts(out, "What breaks next: ");
    add_foreign(out, facts->input_name);
    put_text(w, "X-WR-CALNAME");
}

/* What only says how the next certificate differs is no event of a day: the
 * limits are. What no calendar can write is in calendar.csv. */
static bool is_event(const struct cm_calendar_entry *entry)
{
    char day[CM_TIME_TEXT_SIZE];

    return entry->cause != CM_CAUSE_RENEWAL_NOT_AUTOMATED &&
           entry->cause != CM_CAUSE_PUBLIC_CLIENT_AUTH_EKU &&
           strlen(cm_time_rfc3339(entry->at, day)) ==
               sizeof("2026-11-21T07:48:56Z") - 1;
}

static enum cm_status put_entries(struct writer *w,
                                  const struct cm_calendar *calendar,
                                  struct cm_error *err)
{
    struct cm_calendar_entry entry;
    struct cm_calendar_subject about;
    enum cm_status status = CM_OK;

    for (size_t i = 0; status == CM_OK && i < cm_calendar_count(calendar) &&
                       w->num_events < MAX_EVENTS;
         i++) {
        cm_calendar_entry(calendar, i, &entry);
        if (!is_event(&entry)) {
            continue;
        }
        status = cm_calendar_subject(w->base.run, &entry, &about, err);
        if (status == CM_OK) {
            add(w, &entry, &about);
            status = cm_report_out_settle(w->base.out, err);
        }
    }
    put_event(w);
    return status;
}

static enum cm_status write_all(struct cm_report_writer *writer,
                                struct cm_error *err)
{
    struct writer *w = (struct writer *)writer;
    const struct cm_run_facts *facts = cm_report_run_facts(writer->run);
    const struct cm_calendar *calendar;
    const struct cm_calendar_limit *limits;
    size_t num;
    enum cm_status status = cm_report_run_calendar(writer->run, &calendar, err);

    if (status != CM_OK) {
        return status;
    }
    w->stamp = facts->started;
    w->sequence =
        facts->started > SINCE_2020 ? (facts->started - SINCE_2020) / 60 : 0;
    cm_ics_init(&w->ics, &writer->out->buf);
    put_head(w, facts);
    limits = cm_calendar_limits(calendar, &num);
    for (size_t i = 0; i < num; i++) {
        if (limits[i].certificates > 0) {
            put_limit(w, &limits[i]);
        }
    }
    if (cm_calendar_client_auth(calendar)->certificates > 0 &&
        cm_calendar_judged_at(calendar) < CM_CLIENT_AUTH_END) {
        put_client_auth(w, cm_calendar_client_auth(calendar));
    }
    status = put_entries(w, calendar, err);
    cm_ics_line(&w->ics, "END", "VCALENDAR");
    cm_ics_cleanup(&w->ics);
    return status;
}

static enum cm_status begin(struct cm_report_writer *writer,
                            struct cm_error *err)
{
    struct writer *w = (struct writer *)writer;

    (void)err;
    cm_buf_init(&w->event.subject, MAX_TEXT);
    cm_buf_init(&w->event.subjects, MAX_TEXT);
    cm_buf_init(&w->event.text, MAX_TEXT);
    return CM_OK;
}

static void cleanup(struct cm_report_writer *writer)
{
    struct writer *w = (struct writer *)writer;

    cm_buf_cleanup(&w->event.subject);
    cm_buf_cleanup(&w->event.subjects);
    cm_buf_cleanup(&w->event.text);
    cm_ics_cleanup(&w->ics);
}

const struct cm_report_format cm_calendar_ics_format = {
    .name = "ics",
    .file = "calendar.ics",
    .size = sizeof(struct writer),
    .begin = begin,
    .end = write_all,
    .cleanup = cleanup,
};
