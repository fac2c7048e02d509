/* Charts as inline SVG: shapes with a title each, no style attributes (the
 * content security policy forbids them).
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "certmuster/text.h"
#include "facts.h"
#include "html_parts.h"

#define DAY_S INT64_C(86400)
#define BAR_WIDTH 1000.0
#define CHART_WIDTH 560
#define CHART_HEIGHT 190
#define BASE 168    /* where the bars stand */
#define TALLEST 150 /* leaves room for the number above */
#define GAP 4
#define LABEL_WEEKS 6
#define SOON_WEEKS 4
#define SHORT_SIZE 24

struct slice {
    enum cm_verdict verdict;
    const char *colour;
};

static const struct slice slices[] = {
    {CM_VERDICT_TRUSTED, "ok"},      {CM_VERDICT_UNTRUSTED, "bad"},
    {CM_VERDICT_NOT_TLS, "bad"},     {CM_VERDICT_UNREACHABLE, "gone"},
    {CM_VERDICT_INVALID_ROW, "inv"}, {CM_VERDICT_NOT_CHECKED, "inv"},
};
#define NUM_SLICES (sizeof(slices) / sizeof(*slices))

static void legend(struct cm_buf *out, const struct cm_report_totals *totals)
{
    (void)cm_buf_puts(out, "<ul class=\"key\">");
    for (size_t i = 0; i < NUM_SLICES; i++) {
        int64_t rows = totals->verdicts[slices[i].verdict];

        if (rows == 0 && i > 1) {
            continue;
        }
        (void)cm_buf_printf(out,
                            "<li><svg class=\"swatch\" viewBox=\"0 0 11 11\" "
                            "aria-hidden=\"true\"><rect class=\"%s outlined\" "
                            "width=\"11\" height=\"11\"/></svg><b>",
                            slices[i].colour);
        cm_html_number(out, rows);
        (void)cm_buf_printf(
            out, "</b> %s%s</li>", cm_verdict_words(slices[i].verdict),
            slices[i].verdict == CM_VERDICT_INVALID_ROW && rows != 1 ? "s"
                                                                     : "");
    }
    (void)cm_buf_puts(out, "</ul>");
}

void cm_html_verdict_bar(struct cm_buf *out,
                         const struct cm_report_totals *totals)
{
    double x = 0;

    (void)cm_buf_puts(out,
                      "<svg class=\"bar\" viewBox=\"0 0 1000 16\" "
                      "preserveAspectRatio=\"none\" aria-hidden=\"true\">");
    for (size_t i = 0; i < NUM_SLICES && totals->rows > 0; i++) {
        int64_t rows = totals->verdicts[slices[i].verdict];
        double width = BAR_WIDTH * (double)rows / (double)totals->rows;

        if (rows == 0) {
            continue;
        }
        (void)cm_buf_printf(out,
                            "<rect class=\"%s\" x=\"%.1f\" width=\"%.1f\" "
                            "height=\"16\"><title>%s: %" PRId64
                            "</title></rect>",
                            slices[i].colour, x, width > 2 ? width - 1 : width,
                            cm_verdict_words(slices[i].verdict), rows);
        x += width;
    }
    (void)cm_buf_puts(out, "</svg>");
    legend(out, totals);
}

/* At most as wide as two bars: "412", "1.2k", "38k". */
static const char *short_count(int64_t number, char out[SHORT_SIZE])
{
    if (number < 1000) {
        (void)snprintf(out, SHORT_SIZE, "%" PRId64, number);
    } else if (number < 10000) {
        (void)snprintf(out, SHORT_SIZE, "%" PRId64 ".%" PRId64 "k",
                       number / 1000, number % 1000 / 100);
    } else {
        (void)snprintf(out, SHORT_SIZE, "%" PRId64 "k", number / 1000);
    }
    return out;
}

static void week_bar(struct cm_buf *out, int week, int64_t rows, int64_t most,
                     int64_t judged_at)
{
    char day[CM_TIME_TEXT_SIZE];
    char count[SHORT_SIZE];
    int step = CHART_WIDTH / CM_HTML_WEEKS;
    int height = rows == 0 ? 0 : 2 + (int)(TALLEST * rows / most);
    int x = 2 + week * step;

    (void)cm_time_day(judged_at + week * 7 * DAY_S, day);
    (void)cm_buf_printf(out,
                        "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" "
                        "height=\"%d\"><title>week from %s: %" PRId64
                        "</title></rect>",
                        week < SOON_WEEKS ? "soon" : "later", x, BASE - height,
                        step - GAP, height, day, rows);
    if (rows != 0 && (most < 100 || week % 2 == 0)) {
        (void)cm_buf_printf(
            out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>",
            x + (step - GAP) / 2, BASE - 4 - height, short_count(rows, count));
    }
    if (week % LABEL_WEEKS == 0) {
        bool last = week + LABEL_WEEKS >= CM_HTML_WEEKS;

        /* The last one ends at the edge, so that it is not cut there. */
        (void)cm_buf_printf(out,
                            "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s"
                            "</text>",
                            last ? CHART_WIDTH - 2 : x, BASE + 16,
                            last ? "end" : "start", day);
    }
}

void cm_html_breaks_chart(struct cm_buf *out,
                          const int64_t weeks[CM_HTML_WEEKS], int64_t judged_at)
{
    int64_t most = 1;
    int64_t all = 0;

    for (int week = 0; week < CM_HTML_WEEKS; week++) {
        most = weeks[week] > most ? weeks[week] : most;
        all += weeks[week];
    }
    if (all == 0) {
        (void)cm_buf_printf(out,
                            "<p class=\"mute\">No endpoint is known to stop "
                            "being trusted in the next %d weeks.</p>",
                            CM_HTML_WEEKS);
        return;
    }
    (void)cm_buf_printf(out,
                        "<svg viewBox=\"0 0 %d %d\" role=\"img\" "
                        "aria-label=\"Endpoints that stop being trusted, by "
                        "week, over %d weeks: %" PRId64 " in all\">"
                        "<line x1=\"0\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>",
                        CHART_WIDTH, CHART_HEIGHT, CM_HTML_WEEKS, all,
                        CHART_WIDTH, BASE, BASE);
    for (int week = 0; week < CM_HTML_WEEKS; week++) {
        week_bar(out, week, weeks[week], most, judged_at);
    }
    (void)cm_buf_puts(out, "</svg><p class=\"mute\">Endpoints that are trusted "
                           "now, by the week in which they stop being so; "
                           "<a href=\"#calendar\">the dates</a>.</p>");
}

void cm_html_share_bar(struct cm_buf *out, int64_t part, int64_t most)
{
    double width = most > 0 ? 100.0 * (double)part / (double)most : 0;

    (void)cm_buf_printf(out,
                        "<svg class=\"share\" viewBox=\"0 0 100 6\" "
                        "preserveAspectRatio=\"none\" aria-hidden=\"true\">"
                        "<rect class=\"inv\" width=\"100\" height=\"6\"/>"
                        "<rect class=\"later\" width=\"%.1f\" height=\"6\"/>"
                        "</svg>",
                        width > 100 ? 100 : width);
}
