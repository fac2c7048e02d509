/* One line for people. A terminal that breaks a line cannot have it redrawn, so
 * parts are left out until it fits.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "run/progress.h"

#define MAX_PARTS 16U
#define PART_SIZE 64

struct line {
    struct part {
        char text[PART_SIZE];
        int rank; /* the highest one goes first */
    } parts[MAX_PARTS];
    size_t num;
};

static void add(struct line *line, int rank, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void add(struct line *line, int rank, const char *fmt, ...)
{
    if (line->num < MAX_PARTS) {
        struct part *part = &line->parts[line->num++];
        va_list args;

        part->rank = rank;
        va_start(args, fmt);
        (void)vsnprintf(part->text, sizeof(part->text), fmt, args);
        va_end(args);
    }
}

static void add_verdicts(struct line *line,
                         const struct cm_progress_facts *facts)
{
    static const struct {
        enum cm_verdict verdict;
        const char *words;
        int rank;
    } shown[] = {
        {CM_VERDICT_TRUSTED, "trusted", 3},
        {CM_VERDICT_UNTRUSTED, "not trusted", 3},
        {CM_VERDICT_UNREACHABLE, "unreachable", 4},
        {CM_VERDICT_NOT_TLS, "not TLS", 6},
        {CM_VERDICT_INVALID_ROW, "invalid", 6},
    };

    for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++) {
        add(line, shown[i].rank, "%s %llu", shown[i].words,
            (unsigned long long)facts->verdicts[shown[i].verdict]);
    }
}

static void add_scan(struct line *line, const struct cm_progress_facts *facts)
{
    uint64_t percent = facts->total == 0 ? 0 : facts->done * 100 / facts->total;

    add(line, 0, "%llu/%s%llu", (unsigned long long)facts->done,
        facts->exact ? "" : "~", (unsigned long long)facts->total);
    add(line, 1, "%llu%%", (unsigned long long)(percent > 100 ? 100 : percent));
    add(line, 2, "%.0f/s", facts->rate);
    if (facts->rate_limit > 0) {
        add(line, 8, "limit %u/s", facts->rate_limit);
    }
    add(line, 5, "in flight %llu", (unsigned long long)facts->in_flight);
    if (facts->waiting > 0) {
        add(line, 5, "waiting %llu", (unsigned long long)facts->waiting);
    }
    if (facts->set_aside > 0) {
        add(line, 5, "set aside %llu", (unsigned long long)facts->set_aside);
    }
    if (facts->retries > 0) {
        add(line, 7, "retries %llu", (unsigned long long)facts->retries);
    }
    add_verdicts(line, facts);
    if (facts->eta_s >= 0) {
        long left_s = (long)facts->eta_s;

        if (left_s >= 3600) {
            add(line, 2, "ETA %ld:%02ld:%02ld", left_s / 3600, left_s / 60 % 60,
                left_s % 60);
        } else {
            add(line, 2, "ETA %ld:%02ld", left_s / 60, left_s % 60);
        }
    }
}

static size_t len_of(const struct line *line)
{
    size_t len = 0;

    for (size_t i = 0; i < line->num; i++) {
        len += 2 + strlen(line->parts[i].text);
    }
    return len;
}

/* The last one of the highest rank; the first part always stays. */
static void drop_one(struct line *line)
{
    size_t worst = 0;

    for (size_t i = 0; i < line->num; i++) {
        if (line->parts[i].rank >= line->parts[worst].rank) {
            worst = i;
        }
    }
    line->num--;
    memmove(&line->parts[worst], &line->parts[worst + 1],
            (line->num - worst) * sizeof(line->parts[0]));
}

void cm_progress_line(const struct cm_progress_facts *facts, size_t width,
                      struct cm_buf *out)
{
    struct line line = {.num = 0};

    switch (facts->stage) {
    case CM_RUN_SCANNING:
        add_scan(&line, facts);
        break;
    case CM_RUN_COMPLETING:
        add(&line, 0, "completing chains: %llu endpoints judged again",
            (unsigned long long)facts->judged_again);
        break;
    case CM_RUN_FETCHING:
        add(&line, 0, "fetching %llu of %llu",
            (unsigned long long)facts->downloads_done,
            (unsigned long long)facts->downloads);
        break;
    case CM_RUN_JUDGING:
        add(&line, 0, "judging: %llu endpoints",
            (unsigned long long)facts->judged_again);
        break;
    }
    while (line.num > 1 && len_of(&line) > width) {
        drop_one(&line);
    }
    for (size_t i = 0; i < line.num; i++) {
        cm_buf_printf(out, "  %s", line.parts[i].text);
    }
    if (out->len > width && !out->failed) {
        out->len = width;
    }
}
