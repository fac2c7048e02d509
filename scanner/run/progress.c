/* How far the run is: one line redrawn on a terminal, a plain line every ten
 * seconds, or an object of JSON each second and at each new stage; and the file
 * of metrics. SPDX-License-Identifier: Apache-2.0 */
#include "run/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "run/metrics.h"

#define LINES_EVERY_S 10.0
#define JSON_EVERY_S 1.0
#define SPEED_WINDOW_S 2.0
#define MAX_TEXT 4096
#define DEFAULT_WIDTH 79U
#define LOG_WIDTH 1000U /* of a line that nobody redraws */

struct cm_progress {
    enum cm_progress_kind kind;
    struct cm_counters *counters;
    struct cm_metrics *metrics; /* borrowed; NULL: none are wanted */
    int64_t input_size;
    unsigned rate_limit;
    double began_s;
    double shown_s;
    int shown_stage;
    double window_s; /* the rate is over what was settled since */
    uint64_t window_settled;
    double rate;
    const char *state; /* of the run, for the last words */
};

static double now_s(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

const char *cm_run_stage_id(enum cm_run_stage stage)
{
    static const char *const ids[] = {
        [CM_RUN_SCANNING] = "scanning",
        [CM_RUN_COMPLETING] = "completing",
        [CM_RUN_FETCHING] = "fetching",
        [CM_RUN_JUDGING] = "judging",
    };

    return ids[stage];
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
        progress->state = "running";
    }
    return progress;
}

void cm_progress_scan(struct cm_progress *progress, struct cm_metrics *metrics,
                      unsigned rate_limit)
{
    if (progress != NULL) {
        progress->metrics = metrics;
        progress->rate_limit = rate_limit;
    }
}

void cm_progress_state(struct cm_progress *progress, const char *state)
{
    if (progress != NULL) {
        progress->state = state;
    }
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

/* What an earlier process did says nothing of this one's speed. */
static void update_rate(struct cm_progress *progress, double now)
{
    double span = now - progress->window_s;
    uint64_t settled = atomic_load(&progress->counters->settled) -
                       atomic_load(&progress->counters->resumed);

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

static void gather(struct cm_progress *progress, double now,
                   struct cm_progress_facts *out)
{
    struct cm_counters *counters = progress->counters;

    update_rate(progress, now);
    *out = (struct cm_progress_facts){
        .run_id = atomic_load(&counters->run_id),
        .stage = (enum cm_run_stage)atomic_load(&counters->stage),
        .state = progress->state,
        .seconds = now - progress->began_s,
        .done = atomic_load(&counters->settled),
        .resumed = atomic_load(&counters->resumed),
        .rate = progress->rate,
        .eta_s = -1,
        .endpoints = atomic_load(&counters->endpoints),
        .in_flight = atomic_load(&counters->in_flight),
        .waiting = atomic_load(&counters->waiting),
        .set_aside = atomic_load(&counters->set_aside),
        .throttled = atomic_load(&counters->throttled),
        .rate_limit = progress->rate_limit,
        .retries = atomic_load(&counters->retries),
        .judged_again = atomic_load(&counters->again),
        .downloads_done = atomic_load(&counters->fetch.done),
        .downloads = atomic_load(&counters->fetch.total),
    };
    out->total = total_rows(progress, &out->exact);
    if (progress->rate > 0.5 && out->total > out->done) {
        out->eta_s = (double)(out->total - out->done) / progress->rate;
    }
    for (int i = 0; i < CM_VERDICT_COUNT; i++) {
        out->verdicts[i] = atomic_load(&counters->verdicts[i]);
    }
}

static size_t terminal_width(void)
{
    struct winsize size;

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1
               ? size.ws_col - 1U
               : DEFAULT_WIDTH;
}

static void put(const struct cm_progress *progress,
                const struct cm_progress_facts *facts)
{
    struct cm_buf text;

    cm_buf_init(&text, MAX_TEXT);
    if (progress->kind == CM_PROGRESS_JSON) {
        cm_progress_json(facts, &text);
    } else if (progress->kind == CM_PROGRESS_LINE) {
        (void)fputs("\r\033[K", stderr);
        cm_progress_line(facts, terminal_width(), &text);
    } else {
        cm_progress_line(facts, LOG_WIDTH, &text);
        cm_buf_putc(&text, '\n');
    }
    (void)fwrite(text.data, 1, text.len, stderr);
    (void)fflush(stderr);
    cm_buf_cleanup(&text);
}

static bool is_time(const struct cm_progress *progress, double now)
{
    double passed = now - progress->shown_s;

    switch (progress->kind) {
    case CM_PROGRESS_LINE:
        return true;
    case CM_PROGRESS_LINES:
        return passed >= LINES_EVERY_S;
    case CM_PROGRESS_JSON:
        return passed >= JSON_EVERY_S ||
               atomic_load(&progress->counters->stage) != progress->shown_stage;
    case CM_PROGRESS_NONE:
        break;
    }
    return false;
}

void cm_progress_show(struct cm_progress *progress)
{
    double now = now_s();
    bool due = is_time(progress, now);
    struct cm_progress_facts facts;

    if (!due && progress->metrics == NULL) {
        return;
    }
    gather(progress, now, &facts);
    if (due) {
        put(progress, &facts);
        progress->shown_s = now;
        progress->shown_stage = (int)facts.stage;
    }
    if (progress->metrics != NULL) {
        cm_metrics_show(progress->metrics, &facts);
    }
}

void cm_progress_end(struct cm_progress *progress)
{
    struct cm_progress_facts facts;

    if (progress != NULL && progress->kind == CM_PROGRESS_LINE) {
        (void)fputs("\r\033[K", stderr);
        (void)fflush(stderr);
    }
    if (progress != NULL && progress->kind == CM_PROGRESS_JSON) {
        gather(progress, now_s(), &facts);
        put(progress, &facts);
    }
    free(progress);
}
