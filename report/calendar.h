/* What breaks next: the dates on which endpoints that are trusted now stop
 * being so, and other dates that are known today. Gathered in the walk over the
 * rows; its unit is the certificate that ends, however many rows depend on it.
 * The rules of reader.h hold here too. SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_CALENDAR_H
#define CERTMUSTER_REPORT_CALENDAR_H

#include "certmuster/cause.h"
#include "certmuster/judge.h"
#include "certmuster/limits.h"
#include "reader.h"

/* What comes with the date. */
enum cm_calendar_effect {
    CM_EFFECT_BREAKS,       /* not trusted any more: each trusted row has one */
    CM_EFFECT_SOME_CLIENTS, /* some clients refuse it from then on */
    CM_EFFECT_RENEWAL,      /* the next certificate cannot be like this one */
    CM_EFFECT_COUNT
};
const char *cm_calendar_effect_id(enum cm_calendar_effect effect);
/* "the certificate expires": what happens then, as a clause. */
const char *cm_calendar_words(enum cm_cause cause);

#define CM_CALENDAR_OWNERS 50 /* of an entry that are named */

struct cm_calendar_owner {
    const char *name; /* "": the input names none */
    int64_t rows;
};

/* One certificate, one cause, one action. */
struct cm_calendar_entry {
    int64_t at; /* the last second on which it holds, or, for a decision of
                   others, the first on which it does not */
    enum cm_calendar_effect effect;
    enum cm_cause cause; /* that will be found then, or that tells of it now */
    enum cm_resolution resolution;
    char action[CM_ACTION_KEY_SIZE]; /* its key now or then; "": unknown */
    int64_t certificate;             /* its id */
    int64_t rows;
    struct cm_calendar_owner owners[CM_CALENDAR_OWNERS]; /* most rows first */
    size_t num_owners;                                   /* of those above, */
    int64_t num_owners_all;                              /* ... and of all */
};

/* A limit on lifetimes that is still to come. */
struct cm_calendar_limit {
    struct cm_validity_limit limit;
    int64_t certificates; /* of public CAs that live longer today */
    int64_t rows;         /* that serve them */
    int64_t renewals_now; /* a year, of these certificates */
    int64_t renewals_then;
};
#define CM_CALENDAR_LIMITS 4

/* Public certificates that do for TLS clients, too, and whose successors will
 * not: those issued from CM_CLIENT_AUTH_END on. */
struct cm_calendar_client_auth {
    int64_t certificates;
    int64_t rows; /* that serve them, or to which we sent them */
};

struct cm_calendar_totals {
    int64_t rows;      /* that are trusted now and have a date */
    int64_t undated;   /* ... and have none */
    int64_t within[3]; /* rows: 30, 90, 365 days from the time judged */
    int64_t first_at;  /* the first date; CM_UNKNOWN: there is none */
};
extern const int cm_calendar_days[3];

struct cm_calendar; /* opaque */

/* calendar_rows.c -- gathering. */
enum cm_status cm_calendar_new(struct cm_calendar **out,
                               struct cm_report_run *run, struct cm_error *err);
void cm_calendar_free(struct cm_calendar *calendar); /* accepts NULL */
enum cm_status cm_calendar_row(struct cm_calendar *calendar,
                               const struct cm_report_row *row,
                               const struct cm_report_findings *findings,
                               struct cm_error *err);
/* The first date of the row that was given last; CM_UNKNOWN: it has none. */
int64_t cm_calendar_row_at(const struct cm_calendar *calendar);
/* ... and what happens to it then; false: it has none. */
struct cm_calendar_row {
    int64_t at;
    enum cm_cause cause;
    enum cm_resolution resolution;
};
bool cm_calendar_row_breaks(const struct cm_calendar *calendar,
                            struct cm_calendar_row *out);
/* The day, what comes with it and what to do, as the page's table has it for a
 * row: the entry's rows are those with this text. */
#define CM_CALENDAR_PICK_SIZE 128
const char *cm_calendar_pick(const struct cm_calendar_row *row,
                             char out[CM_CALENDAR_PICK_SIZE]);

/* The day in UTC, counted from 1970. */
int64_t cm_calendar_day(int64_t unix_s);

/* calendar.c -- sorts by day, effect, cause, resolution and action; after that
 * there are no more rows. False: no memory. */
bool cm_calendar_end(struct cm_calendar *calendar);
const struct cm_calendar_totals *
cm_calendar_totals(const struct cm_calendar *calendar);
size_t cm_calendar_count(const struct cm_calendar *calendar);
/* The time that all is reckoned from. */
int64_t cm_calendar_judged_at(const struct cm_calendar *calendar);
void cm_calendar_entry(const struct cm_calendar *calendar, size_t i,
                       struct cm_calendar_entry *out);
/* The limits to come, the nearest first. */
const struct cm_calendar_limit *
cm_calendar_limits(const struct cm_calendar *calendar, size_t *num);

const struct cm_calendar_client_auth *
cm_calendar_client_auth(const struct cm_calendar *calendar);

/* Who or what an entry is about. The texts are lent until the next call of
 * cm_report_subject, and "" where nothing is known. */
struct cm_calendar_subject {
    const char *subject;
    const char *fingerprint_sha256;
};
enum cm_status cm_calendar_subject(struct cm_report_run *run,
                                   const struct cm_calendar_entry *entry,
                                   struct cm_calendar_subject *out,
                                   struct cm_error *err);
/* The most days that the next certificate may live, of a certificate that
 * public CAs renew; 0: no limit is known for it. */
int cm_calendar_next_days(const struct cm_calendar_entry *entry);
/* Do the entries stand for the same work on the same day? */
bool cm_calendar_same_work(const struct cm_calendar_entry *a,
                           const struct cm_calendar_entry *b);
/* ... and for the same action? */
bool cm_calendar_same_action(const struct cm_calendar_entry *a,
                             const struct cm_calendar_entry *b);

/* calendar_weeks.c -- the rows that break, by week and by owner. */
#define CM_CALENDAR_WEEKS 52
#define CM_CALENDAR_TOP 8 /* owners that are shown by themselves */
struct cm_calendar_weeks {
    const char *owner; /* borrowed from the calendar; NULL: all the others */
    int64_t weeks[CM_CALENDAR_WEEKS];
    int64_t within[3]; /* as in struct cm_calendar_totals */
    int64_t rows;      /* on any day */
};
struct cm_calendar_chart {
    struct cm_calendar_weeks all;
    struct cm_calendar_weeks owners[CM_CALENDAR_TOP + 1]; /* those with the most
                            rows in these weeks first, the others last */
    size_t num;
    int64_t num_owners;
};
/* False: no memory. */
bool cm_calendar_chart(const struct cm_calendar *calendar,
                       struct cm_calendar_chart *out);

/* When the row breaks that is at hand in a walk over the rows (reader_count.h);
 * false: never, as far as is known. */
bool cm_report_run_row_breaks(const struct cm_report_run *run,
                              struct cm_calendar_row *out);
/* The run's calendar; the rows are walked over if nobody has. */
enum cm_status cm_report_run_calendar(struct cm_report_run *run,
                                      const struct cm_calendar **out,
                                      struct cm_error *err);

#endif
