/* Charts as inline SVG: shapes with a title each, no style attributes (the
 * content security policy forbids them).
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "certmuster/text.h"
#include "html_parts.h"

#define DAY_S INT64_C(86400)
#define BAR_WIDTH 1000.0
#define CHART_WIDTH 560
#define CHART_HEIGHT 150

struct slice {
    enum cm_verdict verdict;
    const char *colour;
    const char *words;
};

static const struct slice slices[] = {
    {CM_VERDICT_TRUSTED, "ok", "trusted"},
    {CM_VERDICT_UNTRUSTED, "bad", "not trusted"},
    {CM_VERDICT_NOT_TLS, "bad", "not TLS"},
    {CM_VERDICT_UNREACHABLE, "gone", "unreachable"},
    {CM_VERDICT_INVALID_ROW, "inv", "invalid rows"},
    {CM_VERDICT_NOT_CHECKED, "inv", "not checked"},
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
        (void)cm_buf_printf(out, "</b> %s</li>", slices[i].words);
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
                            slices[i].words, rows);
        x += width;
    }
    (void)cm_buf_puts(out, "</svg>");
    legend(out, totals);
}

static void week_bar(struct cm_buf *out, const struct cm_html_digest *digest,
                     int week, int64_t most)
{
    char day[CM_TIME_TEXT_SIZE];
    int64_t rows = digest->weeks[week];
    int step = CHART_WIDTH / CM_HTML_WEEKS;
    int height = rows == 0 ? 0 : 2 + (int)(108 * rows / most);
    int x = 2 + week * step;

    (void)cm_time_day(digest->judged_at + week * 7 * DAY_S, day);
    (void)cm_buf_printf(out,
                        "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" "
                        "height=\"%d\"><title>week from %s: %" PRId64
                        "</title></rect>",
                        week < 4 ? "soon" : "later", x, 122 - height, step - 4,
                        height, day, rows);
    if (rows != 0) {
        (void)cm_buf_printf(
            out,
            "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%" PRId64 "</text>",
            x + (step - 4) / 2, 118 - height, rows);
    }
    if (week % 6 == 0) {
        (void)cm_buf_printf(out, "<text x=\"%d\" y=\"138\">%s</text>", x, day);
    }
}

void cm_html_expiry_chart(struct cm_buf *out,
                          const struct cm_html_digest *digest)
{
    int64_t most = 1;
    int64_t all = 0;

    for (int week = 0; week < CM_HTML_WEEKS; week++) {
        most = digest->weeks[week] > most ? digest->weeks[week] : most;
        all += digest->weeks[week];
    }
    (void)cm_buf_printf(out,
                        "<svg viewBox=\"0 0 %d %d\" role=\"img\" "
                        "aria-label=\"Endpoints whose certificate ends, by "
                        "week, over %d weeks: %" PRId64 " in all\">"
                        "<line x1=\"0\" x2=\"%d\" y1=\"122\" y2=\"122\"/>",
                        CHART_WIDTH, CHART_HEIGHT, CM_HTML_WEEKS, all,
                        CHART_WIDTH);
    for (int week = 0; week < CM_HTML_WEEKS; week++) {
        week_bar(out, digest, week, most);
    }
    (void)cm_buf_puts(out, "</svg>");
}
