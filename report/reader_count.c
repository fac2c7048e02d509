/* Counting while walking.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_count.h"

#include <stdlib.h>
#include <string.h>

#include "reader_book.h"
#include "reader_sql.h"

#define WINDOW_S (INT64_C(30) * 86400)
#define SEPARATOR '\n' /* in no id */
#define MAX_KIND (SIZE_MAX / 2)

static const char actions_sql[] =
    "SELECT coalesce(sum(fixes_rows > 0), 0), count(*) FROM v_action"
    " WHERE run = ?1";

/* Rows with the same verdict and causes. There are few such kinds, so ids are
 * looked up only once for each. */
struct kind {
    int64_t rows;
    size_t primary; /* where the primary cause begins in `text` */
    size_t causes;  /* and the JSON array of them all */
    bool has_primary;
    bool duplicate;
    char text[];
};

struct cm_report_counter {
    struct cm_report_run *run;
    const struct cm_report_measures *measures;
    bool again; /* only the book is missing */
    struct cm_report_totals totals;
    struct cm_map *kinds; /* struct kind, by its text */
    struct cm_buf key;
    struct cm_report_list causes;
    struct cm_report_book *book;
    struct cm_calendar *calendar;
    struct cm_breaks_at *breaks; /* NULL: see breaks_at.h */
};

enum cm_status cm_report_count_begin(struct cm_report_counter **out,
                                     struct cm_report_run *run, bool members,
                                     struct cm_error *err)
{
    struct cm_report_counter *counter = calloc(1, sizeof(*counter));
    enum cm_status status;

    *out = NULL;
    if (counter == NULL) {
        return cm_error_nomem(err, "the report");
    }
    counter->run = run;
    counter->kinds = cm_map_new();
    cm_buf_init(&counter->key, MAX_KIND);
    status = counter->kinds == NULL
                 ? cm_error_nomem(err, "the report")
                 : cm_report_run_measures(run, &counter->measures, err);
    if (status == CM_OK) {
        status = cm_report_book_open(&counter->book, run, members, err);
    }
    if (status == CM_OK) {
        status = cm_calendar_new(&counter->calendar, run, err);
    }
    if (status == CM_OK) {
        status = cm_breaks_new(&counter->breaks, run, err);
    }
    counter->again = run->counted;
    if (status == CM_OK && !counter->again) {
        cm_report_fleet_cleanup(&run->fleet);
        run->fleet_known = false;
        status = cm_report_protocols_init(&run->fleet.protocols, err);
    }
    if (status != CM_OK) {
        cm_report_count_free(counter);
        return status;
    }
    *out = counter;
    return CM_OK;
}

void cm_report_count_free(struct cm_report_counter *counter)
{
    if (counter != NULL) {
        cm_map_free(counter->kinds, free);
        cm_buf_cleanup(&counter->key);
        cm_report_list_cleanup(&counter->causes);
        cm_report_book_close(counter->book);
        cm_calendar_free(counter->calendar);
        cm_breaks_free(counter->breaks);
        free(counter);
    }
}

/* --- totals --- */

static struct kind *add_kind(struct cm_report_counter *counter,
                             const struct cm_report_row *row)
{
    const struct cm_buf *key = &counter->key;
    struct kind *kind = calloc(1, sizeof(*kind) + key->len + 1);

    if (kind == NULL) {
        return NULL;
    }
    memcpy(kind->text, key->data, key->len);
    kind->primary = strlen(row->verdict) + 1;
    kind->has_primary = row->primary_cause != NULL;
    kind->causes = kind->primary +
                   (kind->has_primary ? strlen(row->primary_cause) : 0) + 2;
    kind->duplicate = row->duplicate_of_line != CM_UNKNOWN;
    kind->text[kind->primary - 1] = '\0';
    kind->text[kind->causes - 2] = '\0';
    if (!cm_map_put(counter->kinds, key->data, key->len, kind)) {
        free(kind);
        return NULL;
    }
    return kind;
}

/* "verdict", "primary", how it came, "causes". */
static bool count_kind(struct cm_report_counter *counter,
                       const struct cm_report_row *row)
{
    struct cm_buf *key = &counter->key;
    bool duplicate = row->duplicate_of_line != CM_UNKNOWN;
    struct kind *kind;

    cm_buf_clear(key);
    (void)cm_buf_puts(key, row->verdict);
    (void)cm_buf_putc(key, SEPARATOR);
    if (row->primary_cause != NULL) {
        (void)cm_buf_puts(key, row->primary_cause);
    }
    (void)cm_buf_putc(key, SEPARATOR);
    (void)cm_buf_putc(key, (char)('0' + (duplicate ? 1 : 0) +
                                  (row->primary_cause == NULL ? 2 : 0)));
    (void)cm_buf_append(key, row->causes_text.data, row->causes_text.len);
    if (key->failed) {
        return false;
    }
    kind = cm_map_get(counter->kinds, key->data, key->len);
    kind = kind == NULL ? add_kind(counter, row) : kind;
    if (kind != NULL) {
        kind->rows++;
    }
    return kind != NULL;
}

static void count_cause(int64_t counts[CM_CAUSE_COUNT], const char *id,
                        int64_t rows)
{
    enum cm_cause cause;

    if (cm_cause_from_id(id, &cause)) {
        counts[cause] += rows;
    }
}

static enum cm_status sum_kind(struct cm_report_counter *counter,
                               const struct kind *kind, struct cm_error *err)
{
    struct cm_report_totals *totals = &counter->totals;
    struct cm_report_list *causes = &counter->causes;
    enum cm_verdict verdict;
    enum cm_status status;

    if (!cm_verdict_from_id(kind->text, &verdict)) {
        return cm_error_set(err, CM_ESTORE,
                            "the store holds a verdict \"%s\" "
                            "that this program does not know",
                            kind->text);
    }
    totals->rows += kind->rows;
    totals->verdicts[verdict] += kind->rows;
    if (kind->has_primary) {
        count_cause(totals->primaries, kind->text + kind->primary, kind->rows);
    }
    status = cm_report_list_parse(causes, kind->text + kind->causes);
    if (status == CM_OK && kind->duplicate) {
        status = cm_report_list_add(
            causes, cm_cause_info(CM_CAUSE_INPUT_DUPLICATE)->id);
    }
    for (size_t i = 0; i < causes->num; i++) {
        count_cause(totals->causes, causes->items[i], kind->rows);
    }
    return status == CM_OK ? CM_OK : cm_error_nomem(err, "the report");
}

/* A row that is trusted now, with a date on which it will not be: one that is
 * warned of, or one that is near. */
static void count_breaking(struct cm_report_counter *counter,
                           const struct cm_report_row *row,
                           const struct cm_report_findings *findings)
{
    const char *by_date = cm_severity_id(CM_SEVERITY_BY_DATE);
    int64_t at = cm_calendar_row_at(counter->calendar);
    bool soon =
        at != CM_UNKNOWN && at <= counter->run->facts.judged_at + WINDOW_S;
    size_t i = 0;

    if (strcmp(row->verdict, cm_verdict_id(CM_VERDICT_TRUSTED)) != 0) {
        return;
    }
    while (i < findings->num &&
           strcmp(findings->list[i].severity, by_date) != 0) {
        i++;
    }
    counter->totals.will_break += i < findings->num || soon ? 1 : 0;
    counter->totals.will_break_30_days += soon ? 1 : 0;
}

static enum cm_status count_actions(struct cm_report_counter *counter,
                                    struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = false;
    enum cm_status status =
        cm_sql_for_run(counter->run, &stmt, actions_sql, err);

    if (status == CM_OK) {
        status = cm_sql_step(stmt, &got, err);
    }
    if (status == CM_OK && got) {
        counter->totals.actions = sqlite3_column_int64(stmt, 0);
        counter->totals.actions_all = sqlite3_column_int64(stmt, 1);
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

/* --- a row, and the end --- */

static enum cm_status count_row(struct cm_report_counter *counter,
                                const struct cm_report_row *row,
                                const struct cm_report_findings *findings,
                                struct cm_error *err)
{
    enum cm_status status;

    if (!count_kind(counter, row) ||
        !cm_report_book_row(counter->book, row, findings) ||
        (counter->run->uses != NULL &&
         !cm_report_uses_row(counter->run->uses, row))) {
        return cm_error_nomem(err, "the report");
    }
    if (!counter->again) {
        cm_report_fleet_row(&counter->run->fleet, counter->measures, row);
    }
    status = cm_calendar_row(counter->calendar, row, findings, err);
    if (status == CM_OK) {
        count_breaking(counter, row, findings);
    }
    if (status == CM_OK && counter->breaks != NULL) {
        status = cm_breaks_row(counter->breaks, row, findings, err);
    }
    return status;
}

static enum cm_status count_end(struct cm_report_counter *counter,
                                struct cm_error *err)
{
    struct cm_report_run *run = counter->run;
    enum cm_status status = count_actions(counter, err);
    size_t cursor = 0;
    void *kind;

    while (status == CM_OK && cm_map_next(counter->kinds, &cursor, &kind)) {
        status = sum_kind(counter, kind, err);
    }
    if (status == CM_OK && !cm_report_book_end(counter->book)) {
        status = cm_error_nomem(err, "the action plan");
    }
    if (status == CM_OK &&
        (!cm_calendar_end(counter->calendar) ||
         (counter->breaks != NULL && !cm_breaks_end(counter->breaks)))) {
        status = cm_error_nomem(err, "the calendar");
    }
    if (status == CM_OK && run->uses != NULL) {
        cm_uses_sort(run->uses);
    }
    if (status == CM_OK) {
        cm_report_book_close(run->book);
        run->book = counter->book;
        counter->book = NULL;
        cm_calendar_free(run->calendar);
        run->calendar = counter->calendar;
        counter->calendar = NULL;
        cm_breaks_free(run->breaks);
        run->breaks = counter->breaks;
        counter->breaks = NULL;
        run->totals = counter->totals;
        run->counted = true;
    }
    return status;
}

enum cm_status cm_report_count_walk(struct cm_report_counter *counter,
                                    struct cm_report_rows *rows,
                                    cm_report_row_fn *each, void *arg,
                                    struct cm_error *err)
{
    const struct cm_report_row *row = NULL;
    struct cm_report_findings findings;
    enum cm_status status = CM_OK;

    counter->run->growing = counter->calendar;
    while (status == CM_OK) {
        status = cm_report_rows_next(rows, &row, err);
        if (status != CM_OK || row == NULL) {
            break;
        }
        status = cm_report_rows_findings(rows, &findings, err);
        if (status == CM_OK) {
            status = count_row(counter, row, &findings, err);
        }
        if (status == CM_OK && each != NULL) {
            status = each(arg, row, &findings, err);
        }
    }
    counter->run->growing = NULL;
    return status == CM_OK ? count_end(counter, err) : status;
}

enum cm_status cm_report_count_run(struct cm_report_run *run, bool members,
                                   struct cm_error *err)
{
    struct cm_report_counter *counter = NULL;
    struct cm_report_rows *rows = NULL;
    enum cm_status status;

    if (run->counted && (!members || cm_report_book_has_members(run->book))) {
        return CM_OK;
    }
    status = cm_report_count_begin(&counter, run, members, err);
    if (counter == NULL) {
        return status;
    }
    status = cm_report_rows_open(&rows, run, err);
    if (status == CM_OK) {
        status = cm_report_count_walk(counter, rows, NULL, NULL, err);
    }
    cm_report_rows_close(rows);
    cm_report_count_free(counter);
    return status;
}

enum cm_status cm_report_run_totals(struct cm_report_run *run,
                                    const struct cm_report_totals **out,
                                    struct cm_error *err)
{
    *out = &run->totals;
    return cm_report_count_run(run, false, err);
}

bool cm_report_run_row_breaks(const struct cm_report_run *run,
                              struct cm_calendar_row *out)
{
    return run->growing != NULL && cm_calendar_row_breaks(run->growing, out);
}

enum cm_status cm_report_run_calendar(struct cm_report_run *run,
                                      const struct cm_calendar **out,
                                      struct cm_error *err)
{
    enum cm_status status = cm_report_count_run(run, false, err);

    *out = run->calendar;
    return status;
}
