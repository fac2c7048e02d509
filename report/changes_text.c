/* Changes for a terminal.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "certmuster/text.h"
#include "changes_out.h"
#include "screen.h"

#define MAX_TEXT ((size_t)16 * 1024 * 1024)
#define HOST_WIDTH 36
#define WHY_WIDTH 44

/* "2 renewed, but not on all addresses": appended where there is something. */
static void add_part(struct cm_buf *out, int64_t number, const char *one,
                     const char *several)
{
    char count[CM_COUNT_TEXT_SIZE];

    if (number > 0) {
        (void)cm_buf_printf(out, "%s%s %s", out->len == 0 ? "" : "; ",
                            cm_screen_count(number, count),
                            number == 1 ? one : several);
    }
}

static void put_caveats(struct cm_buf *out,
                        const struct cm_report_changes *changes)
{
    if (changes->trust_differs) {
        (void)cm_buf_puts(out, " The trust anchors are not those of then: "
                               "verdicts may differ for that alone.\n");
    }
    if (strcmp(changes->baseline->state, "complete") != 0) {
        (void)cm_buf_puts(out, " That run is not whole: what it lacks counts "
                               "as new.\n");
    }
}

void cm_changes_summary(struct cm_buf *out,
                        const struct cm_report_changes *changes, size_t width)
{
    char fresh[CM_COUNT_TEXT_SIZE];
    char fixed[CM_COUNT_TEXT_SIZE];
    char still[CM_COUNT_TEXT_SIZE];
    struct cm_buf more;

    cm_buf_init(&more, MAX_TEXT);
    (void)cm_buf_puts(out, "\n ");
    cm_changes_since(out, changes);
    (void)cm_buf_printf(out, ": %s new, %s fixed, %s still failing\n",
                        cm_screen_count(changes->new_failures, fresh),
                        cm_screen_count(changes->fixed, fixed),
                        cm_screen_count(changes->still_failing, still));
    add_part(&more, changes->rows[CM_CHANGE_REGRESSED],
             "of the new ones failed before", "of the new ones failed before");
    add_part(&more, changes->renewals[CM_RENEWAL_PARTLY],
             "was renewed, but not on all addresses",
             "were renewed, but not on all addresses");
    add_part(&more, changes->rows[CM_CHANGE_NEW_ENDPOINT],
             "endpoint is new in the input", "endpoints are new in the input");
    add_part(&more, changes->rows[CM_CHANGE_GONE], "is no longer in it",
             "are no longer in it");
    add_part(&more, changes->rows[CM_CHANGE_NOT_COMPARED],
             "was not checked in both runs", "were not checked in both runs");
    if (more.len > 0) {
        cm_screen_wrap(out, cm_buf_cstr(&more), 3, width);
    }
    put_caveats(out, changes);
    out->failed = out->failed || more.failed;
    cm_buf_cleanup(&more);
}

static void put_run(struct cm_buf *out, const struct cm_run_facts *facts)
{
    char day[CM_TIME_TEXT_SIZE];

    (void)cm_buf_printf(out, "run %" PRId64 " of %s", facts->run,
                        cm_time_day(facts->started, day));
}

static void put_head(struct cm_buf *out, const struct cm_run_facts *now,
                     const struct cm_run_facts *before)
{
    put_run(out, now);
    (void)cm_buf_puts(out, ", compared with ");
    put_run(out, before);
    (void)cm_buf_puts(out, ": ");
    cm_text_terminal(out, now->input_name, strlen(now->input_name));
    (void)cm_buf_puts(out, "\n");
}

static void put_count(struct cm_buf *out, int64_t number, const char *words)
{
    char count[CM_COUNT_TEXT_SIZE];

    (void)cm_buf_printf(out, "%11s  %s\n", cm_screen_count(number, count),
                        words);
}

static void put_counts(struct cm_buf *out,
                       const struct cm_report_changes *changes)
{
    for (int i = 0; i < CM_CHANGE_COUNT; i++) {
        if (changes->rows[i] > 0) {
            put_count(out, changes->rows[i],
                      cm_change_words((enum cm_change)i));
        }
    }
    if (changes->flapping > 0) {
        put_count(out, changes->flapping,
                  "of these fail and work by turns (flapping)");
    }
    if (!changes->gone_known) {
        (void)cm_buf_puts(out, "             what is no longer in the input is "
                               "not said: this run is not whole\n");
    }
}

/* "leaf_expired", "leaf_expired -> name_mismatch", "until 12 Dec 2027". */
static void put_why(struct cm_buf *out, const struct cm_changed_row *row)
{
    const char *before = row->cause_before;
    char day[CM_TIME_TEXT_SIZE];

    if (row->change == CM_CHANGE_FIXED || row->change == CM_CHANGE_GONE) {
        (void)cm_buf_printf(out, "%s%s", before == NULL ? "" : "was ",
                            before == NULL ? "" : before);
    } else if (row->change == CM_CHANGE_OTHER_CAUSE) {
        (void)cm_buf_printf(out, "%s -> %s", before == NULL ? "-" : before,
                            row->cause == NULL ? "-" : row->cause);
    } else if (row->cause != NULL) {
        (void)cm_buf_puts(out, row->cause);
    } else if (row->renewal != CM_RENEWAL_NONE &&
               row->not_after != CM_UNKNOWN) {
        (void)cm_buf_printf(out, "until %s", cm_time_day(row->not_after, day));
    } else if (row->verdict != NULL) {
        (void)cm_buf_puts(out, row->verdict);
    }
}

static void put_row(struct cm_buf *out, const struct cm_changed_row *row)
{
    struct cm_buf cell;

    cm_buf_init(&cell, MAX_TEXT);
    (void)cm_buf_puts(out, "   ");
    if (row->host[0] == '\0') {
        (void)cm_buf_puts(&cell, "(a row that cannot be read)");
    } else {
        (void)cm_buf_printf(&cell, "%s:%" PRId64, row->host, row->port);
        if (strcmp(row->protocol, "tls") != 0) {
            (void)cm_buf_printf(&cell, " %s", row->protocol);
        }
    }
    cm_screen_cell(out, cm_buf_cstr(&cell), HOST_WIDTH);
    (void)cm_buf_puts(out, "  ");
    out->failed = out->failed || cell.failed;
    cm_buf_clear(&cell);
    put_why(&cell, row);
    cm_screen_cell(out, cm_buf_cstr(&cell), WHY_WIDTH);
    (void)cm_buf_printf(out, "  line %" PRId64 "  ", row->line);
    cm_text_terminal(out, row->owner, strlen(row->owner));
    cm_screen_trim(out);
    (void)cm_buf_putc(out, '\n');
    out->failed = out->failed || cell.failed;
    cm_buf_cleanup(&cell);
}

static void put_list(struct cm_buf *out, enum cm_change change,
                     const struct cm_change_list *list, int64_t rows)
{
    char count[CM_COUNT_TEXT_SIZE];

    if (list->num == 0) {
        return;
    }
    (void)cm_buf_printf(out, "\n %s (%s)\n", cm_change_words(change),
                        cm_screen_count(rows, count));
    for (size_t i = 0; i < list->num; i++) {
        put_row(out, &list->rows[i]);
    }
    if (rows > (int64_t)list->num) {
        (void)cm_buf_printf(out, "   ... %s more: --format csv lists all\n",
                            cm_screen_count(rows - (int64_t)list->num, count));
    }
}

void cm_changes_text(struct cm_buf *out, struct cm_report_run *run,
                     const struct cm_report_changes *changes,
                     const struct cm_change_lists *lists)
{
    put_head(out, cm_report_run_facts(run), changes->baseline);
    cm_changes_summary(out, changes, 100);
    (void)cm_buf_putc(out, '\n');
    put_counts(out, changes);
    for (int i = 0; i < CM_CHANGE_COUNT; i++) {
        put_list(out, (enum cm_change)i, &lists->of[i], changes->rows[i]);
    }
}
