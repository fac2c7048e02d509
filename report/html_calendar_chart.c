/* What breaks by week, as inline SVG: readable without colour, each bar with
 * its own title.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "certmuster/text.h"
#include "html_calendar.h"
#include "html_parts.h"

#define WEEK_S (INT64_C(7) * 86400)
#define WEEKS CM_CALENDAR_WEEKS
#define STEP 20
#define GAP 4
#define WIDTH (WEEKS * STEP + 12)
#define BASE 190    /* where the bars stand */
#define TALLEST 130 /* leaves room for numbers, and for the limits' words */
#define HEIGHT 214
#define LABEL_WEEKS 8
#define SOON_WEEKS 4
#define MARK_TOP 18
#define STRIP_STEP 4
#define STRIP_HEIGHT 18

static int64_t tallest(const struct cm_calendar_weeks *weeks)
{
    int64_t most = 1;

    for (int week = 0; week < WEEKS; week++) {
        most = weeks->weeks[week] > most ? weeks->weeks[week] : most;
    }
    return most;
}

/* "412", "1.2k", "38k": no wider than two bars. */
static void short_count(struct cm_buf *out, int64_t rows)
{
    if (rows < 1000) {
        (void)cm_buf_number(out, rows);
    } else if (rows < 10000) {
        (void)cm_buf_printf(out, "%" PRId64 ".%" PRId64 "k", rows / 1000,
                            rows % 1000 / 100);
    } else {
        (void)cm_buf_printf(out, "%" PRId64 "k", rows / 1000);
    }
}

static void bar(struct cm_buf *out, int week, int64_t rows, int64_t most,
                int64_t judged_at)
{
    int height = rows == 0 ? 0 : 2 + (int)(TALLEST * rows / most);
    int x = 2 + week * STEP;
    char day[CM_TIME_TEXT_SIZE];

    (void)cm_time_day(judged_at + week * WEEK_S, day);
    if (rows > 0) {
        (void)cm_buf_printf(
            out,
            "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\">"
            "<title>week from %s: %" PRId64 "</title></rect>",
            week < SOON_WEEKS ? "soon" : "later", x, BASE - height, STEP - GAP,
            height, day, rows);
    }
    if (rows > 0 && (most < 100 || week % 2 == 0 || rows == most)) {
        (void)cm_buf_printf(out,
                            "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">",
                            x + (STEP - GAP) / 2, BASE - 4 - height);
        short_count(out, rows);
        (void)cm_buf_puts(out, "</text>");
    }
    if (week % LABEL_WEEKS == 0) {
        (void)cm_buf_printf(out, "<text x=\"%d\" y=\"%d\">%s</text>", x,
                            BASE + 16, day);
    }
}

/* A limit beyond the last week is in the table only. */
static void mark(struct cm_buf *out, const struct cm_calendar_limit *limit,
                 int64_t judged_at)
{
    int64_t since = limit->limit.since_unix - judged_at;
    int64_t x = 2 + since * STEP / WEEK_S;
    bool left = x > WIDTH / 2; /* its words */
    char day[CM_TIME_TEXT_SIZE];

    if (since < 0 || since >= WEEKS * WEEK_S) {
        return;
    }
    (void)cm_buf_printf(
        out,
        "<line class=\"mark\" x1=\"%" PRId64 "\" x2=\"%" PRId64
        "\" y1=\"%d\" y2=\"%d\" stroke-dasharray=\"5 3\"/>"
        "<text x=\"%" PRId64 "\" y=\"%d\" text-anchor=\"%s\">from %s: new "
        "public certificates live for at most %d days</text>",
        x, x, MARK_TOP - 12, BASE, left ? x - 6 : x + 6, MARK_TOP - 4,
        left ? "end" : "start", cm_time_day(limit->limit.since_unix, day),
        limit->limit.days);
}

void cm_html_calendar_chart(struct cm_buf *out,
                            const struct cm_calendar_weeks *all,
                            const struct cm_calendar_limit *limits,
                            size_t num_limits, int64_t judged_at)
{
    int64_t most = tallest(all);
    int64_t sum = 0;

    for (int week = 0; week < WEEKS; week++) {
        sum += all->weeks[week];
    }
    (void)cm_buf_printf(
        out,
        "<div class=\"scroll\" tabindex=\"0\"><svg class=\"weeks\" "
        "viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Endpoints that stop "
        "being trusted, by week, over %d weeks: %" PRId64
        " in all; the table below has the dates\">"
        "<line x1=\"0\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>",
        WIDTH, HEIGHT, WEEKS, sum, WIDTH, BASE, BASE);
    for (size_t i = 0; i < num_limits; i++) {
        mark(out, &limits[i], judged_at);
    }
    for (int week = 0; week < WEEKS; week++) {
        bar(out, week, all->weeks[week], most, judged_at);
    }
    (void)cm_buf_puts(out, "</svg></div>");
}

void cm_html_calendar_strip(struct cm_buf *out,
                            const struct cm_calendar_weeks *weeks, int64_t most)
{
    (void)cm_buf_printf(out,
                        "<svg class=\"strip\" viewBox=\"0 0 %d %d\" "
                        "preserveAspectRatio=\"none\" aria-hidden=\"true\">"
                        "<line x1=\"0\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>",
                        WEEKS * STRIP_STEP, STRIP_HEIGHT, WEEKS * STRIP_STEP,
                        STRIP_HEIGHT, STRIP_HEIGHT);
    for (int week = 0; week < WEEKS; week++) {
        int64_t rows = weeks->weeks[week];
        int height =
            rows == 0 ? 0 : 2 + (int)((STRIP_HEIGHT - 2) * rows / most);

        if (rows > 0) {
            (void)cm_buf_printf(out,
                                "<rect class=\"%s\" x=\"%d\" y=\"%d\" "
                                "width=\"%d\" height=\"%d\"/>",
                                week < SOON_WEEKS ? "soon" : "later",
                                week * STRIP_STEP, STRIP_HEIGHT - height,
                                STRIP_STEP - 1, height);
        }
    }
    (void)cm_buf_puts(out, "</svg>");
}
