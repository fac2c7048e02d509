/* How far the run is, for people: one line redrawn on a terminal, or a plain
 * line every ten seconds.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "run/parts.h"

#define LINES_EVERY_S 10.0
#define SPEED_WINDOW_S 2.0

struct cm_progress {
    enum cm_progress_kind kind;
    struct cm_counters *counters;
    int64_t input_size;
    double began_s;
    double shown_s;
    double window_s; /* the rate is over what was settled since */
    uint64_t window_settled;
    double rate;
};

static double now_s(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct cm_progress *cm_progress_new(enum cm_progress_kind kind,
                                    struct cm_counters *counters,
                                    int64_t input_size)
{
    struct cm_progress *progress = calloc(1, sizeof(*progress));

    if (progress != NULL) {
        progress->kind = kind;
        progress->counters = counters;
        progress->input_size = input_size;
        progress->began_s = now_s();
        progress->shown_s = progress->began_s;
        progress->window_s = progress->began_s;
    }
    return progress;
}

/* Until the input is read to its end, the number of rows is an estimate. */
static uint64_t total_rows(const struct cm_progress *progress, bool *exact)
{
    uint64_t rows = atomic_load(&progress->counters->rows);
    uint64_t bytes = atomic_load(&progress->counters->bytes_read);

    *exact = atomic_load(&progress->counters->input_done);
    if (*exact || progress->input_size <= 0 || bytes == 0) {
        return rows;
    }
    return (uint64_t)((double)rows * (double)progress->input_size /
                      (double)bytes);
}

static void update_rate(struct cm_progress *progress, uint64_t settled,
                        double now)
{
    double span = now - progress->window_s;

    if (span >= SPEED_WINDOW_S || progress->rate <= 0) {
        if (span > 0) {
            progress->rate =
                (double)(settled - progress->window_settled) / span;
        }
        if (span >= SPEED_WINDOW_S) {
            progress->window_s = now;
            progress->window_settled = settled;
        }
    }
}

void cm_counters_stage(struct cm_counters *counters, enum cm_run_stage stage)
{
    atomic_store(&counters->again, 0);
    atomic_store(&counters->fetch.done, 0);
    atomic_store(&counters->fetch.total, 0);
    atomic_store(&counters->stage, (int)stage);
}

/* What happens when nothing is scanned any more. */
static void print_stage(const struct cm_progress *progress)
{
    struct cm_counters *counters = progress->counters;
    unsigned long again = (unsigned long)atomic_load(&counters->again);

    switch ((enum cm_run_stage)atomic_load(&counters->stage)) {
    case CM_RUN_COMPLETING:
        (void)fprintf(stderr, "  completing chains: %lu endpoints judged again",
                      again);
        break;
    case CM_RUN_FETCHING:
        (void)fprintf(stderr, "  fetching %u of %u",
                      atomic_load(&counters->fetch.done),
                      atomic_load(&counters->fetch.total));
        break;
    case CM_RUN_JUDGING:
        (void)fprintf(stderr, "  judging: %lu endpoints", again);
        break;
    case CM_RUN_SCANNING:
        break;
    }
}

static void print_scan(struct cm_progress *progress, double now)
{
    struct cm_counters *counters = progress->counters;
    uint64_t settled = atomic_load(&counters->settled);
    bool exact;
    uint64_t total = total_rows(progress, &exact);
    uint64_t percent = total == 0 ? 0 : settled * 100 / total;
    char eta[32] = "";

    update_rate(progress, settled, now);
    if (progress->rate > 0.5 && total > settled) {
        unsigned long left_s =
            (unsigned long)((double)(total - settled) / progress->rate);

        (void)snprintf(eta, sizeof(eta), "  ETA %lu:%02lu", left_s / 60,
                       left_s % 60);
    }
    (void)fprintf(
        stderr,
        "  %lu/%s%lu  %lu%%  %.0f/s  in flight %lu  trusted %lu  not trusted "
        "%lu  unreachable %lu  not TLS %lu  invalid %lu%s",
        (unsigned long)settled, exact ? "" : "~", (unsigned long)total,
        (unsigned long)(percent > 100 ? 100 : percent), progress->rate,
        (unsigned long)atomic_load(&counters->in_flight),
        (unsigned long)atomic_load(&counters->verdicts[CM_VERDICT_TRUSTED]),
        (unsigned long)atomic_load(&counters->verdicts[CM_VERDICT_UNTRUSTED]),
        (unsigned long)atomic_load(&counters->verdicts[CM_VERDICT_UNREACHABLE]),
        (unsigned long)atomic_load(&counters->verdicts[CM_VERDICT_NOT_TLS]),
        (unsigned long)atomic_load(&counters->verdicts[CM_VERDICT_INVALID_ROW]),
        eta);
}

static void print_line(struct cm_progress *progress, double now)
{
    bool redraw = progress->kind == CM_PROGRESS_LINE;

    (void)fputs(redraw ? "\r\033[K" : "", stderr);
    if (atomic_load(&progress->counters->stage) == CM_RUN_SCANNING) {
        print_scan(progress, now);
    } else {
        print_stage(progress);
    }
    (void)fputs(redraw ? "" : "\n", stderr);
    (void)fflush(stderr);
    progress->shown_s = now;
}

void cm_progress_show(struct cm_progress *progress)
{
    double now = now_s();

    if (progress->kind == CM_PROGRESS_LINE ||
        (progress->kind == CM_PROGRESS_LINES &&
         now - progress->shown_s >= LINES_EVERY_S)) {
        print_line(progress, now);
    }
}

void cm_progress_end(struct cm_progress *progress)
{
    if (progress != NULL && progress->kind == CM_PROGRESS_LINE) {
        (void)fputs("\r\033[K", stderr);
        (void)fflush(stderr);
    }
    free(progress);
}
