/* The trend over the last runs: a chart of what fails, and the numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "certmuster/text.h"
#include "html_parts.h"
#include "trend.h"

#define WIDTH 720
#define BASE 150    /* where the bars stand */
#define TALLEST 118 /* leaves room for the number above */
#define HEIGHT 172
#define GAP 4
#define MAX_BAR 48
#define MAX_LABELS 10U
#define SHORT_SIZE 24

/* From the bottom up. What was not checked is in the table alone. */
static const struct {
    enum cm_verdict verdict;
    const char *colour;
    const char *words;
} parts[] = {
    {CM_VERDICT_UNTRUSTED, "bad", "not trusted"},
    {CM_VERDICT_NOT_TLS, "bad", "not TLS"},
    {CM_VERDICT_UNREACHABLE, "gone", "unreachable"},
    {CM_VERDICT_INVALID_ROW, "inv", "invalid"},
};
#define NUM_PARTS (sizeof(parts) / sizeof(parts[0]))

static int64_t failing(const struct cm_trend_point *point)
{
    int64_t rows = 0;

    for (size_t i = 0; i < NUM_PARTS; i++) {
        rows += point->verdicts[parts[i].verdict];
    }
    return rows;
}

static int64_t most_of(const struct cm_trend *trend)
{
    int64_t most = 1;

    for (size_t i = 0; i < trend->num; i++) {
        int64_t rows = failing(&trend->points[i]);

        most = rows > most ? rows : most;
    }
    return most;
}

/* "13 Nov" */
static const char *short_day(int64_t unix_s, char out[SHORT_SIZE])
{
    char day[CM_TIME_TEXT_SIZE];

    (void)snprintf(out, SHORT_SIZE, "%.6s", cm_time_day(unix_s, day));
    return out;
}

static void put_bar(struct cm_buf *out, const struct cm_trend_point *point,
                    double x, double width, int64_t most)
{
    char day[CM_TIME_TEXT_SIZE];
    double y = BASE;

    (void)cm_buf_printf(out, "<g><title>run %" PRId64 ", %s: ", point->run,
                        cm_time_day(point->started, day));
    cm_html_number(out, failing(point));
    (void)cm_buf_puts(out, " of ");
    cm_html_number(out, point->rows);
    (void)cm_buf_puts(out, " fail</title>");
    for (size_t i = 0; i < NUM_PARTS; i++) {
        int64_t rows = point->verdicts[parts[i].verdict];
        double height = TALLEST * (double)rows / (double)most;

        if (rows > 0) {
            y -= height;
            (void)cm_buf_printf(out,
                                "<rect class=\"%s outlined\" x=\"%.1f\" "
                                "y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
                                parts[i].colour, x, y, width, height);
        }
    }
    (void)cm_buf_printf(out,
                        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
                        x + width / 2, y - 5);
    cm_html_number(out, failing(point));
    (void)cm_buf_puts(out, "</text></g>");
}

static void chart(struct cm_buf *out, const struct cm_trend *trend)
{
    double step = (double)WIDTH / (double)trend->num;
    double width = step - GAP > MAX_BAR ? MAX_BAR : step - GAP;
    size_t every = (trend->num + MAX_LABELS - 1) / MAX_LABELS;
    int64_t most = most_of(trend);

    (void)cm_buf_printf(out,
                        "<svg class=\"chart\" viewBox=\"0 0 %d %d\" "
                        "role=\"img\" aria-label=\"Endpoints that fail, run by "
                        "run; the table below has the numbers\">",
                        WIDTH, HEIGHT);
    for (size_t i = 0; i < trend->num; i++) {
        double x = step * (double)i + (step - width) / 2;
        char day[SHORT_SIZE];

        put_bar(out, &trend->points[i], x, width, most);
        if ((trend->num - 1 - i) % every == 0) {
            (void)cm_buf_printf(
                out,
                "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s"
                "</text>",
                x + width / 2, HEIGHT - 6,
                short_day(trend->points[i].started, day));
        }
    }
    (void)cm_buf_printf(out,
                        "<line class=\"axis\" x1=\"0\" y1=\"%d\" x2=\"%d\" "
                        "y2=\"%d\"/></svg>\n",
                        BASE, WIDTH, BASE);
}

static void put_cell(struct cm_buf *out, int64_t number)
{
    (void)cm_buf_puts(out, "<td class=\"num\">");
    cm_html_number(out, number);
    (void)cm_buf_puts(out, "</td>");
}

static void put_line(struct cm_buf *out, const struct cm_trend_point *point)
{
    char day[CM_TIME_TEXT_SIZE];

    (void)cm_buf_printf(out, "<tr><th scope=\"row\">%s</th>",
                        cm_time_day(point->started, day));
    (void)cm_buf_printf(out, "<td class=\"num\">%" PRId64 "</td>", point->run);
    put_cell(out, point->rows);
    put_cell(out, point->verdicts[CM_VERDICT_TRUSTED]);
    for (size_t i = 0; i < NUM_PARTS; i++) {
        put_cell(out, point->verdicts[parts[i].verdict]);
    }
    put_cell(out, point->verdicts[CM_VERDICT_NOT_CHECKED]);
    (void)cm_buf_puts(out, "</tr>\n");
}

static void table(struct cm_buf *out, const struct cm_trend *trend)
{
    (void)cm_buf_puts(
        out, "<details class=\"fold\"><summary><span class=\"t\">The numbers"
             "</span></summary><div class=\"scroll\" tabindex=\"0\"><table>"
             "<caption>Rows by verdict, the newest run first.</caption><thead>"
             "<tr><th scope=\"col\">started</th><th scope=\"col\" "
             "class=\"num\">run</th><th scope=\"col\" class=\"num\">rows</th>"
             "<th scope=\"col\" class=\"num\">trusted</th>");
    for (size_t i = 0; i < NUM_PARTS; i++) {
        (void)cm_buf_printf(out, "<th scope=\"col\" class=\"num\">%s</th>",
                            parts[i].words);
    }
    (void)cm_buf_puts(out, "<th scope=\"col\" class=\"num\">not checked</th>"
                           "</tr></thead><tbody>\n");
    for (size_t i = trend->num; i > 0; i--) {
        put_line(out, &trend->points[i - 1]);
    }
    (void)cm_buf_puts(out, "</tbody></table></div></details>\n");
}

enum cm_status cm_html_trend(struct cm_buf *out, struct cm_report_run *run,
                             struct cm_error *err)
{
    struct cm_trend trend;
    enum cm_status status = cm_report_trend(run, &trend, err);

    if (status == CM_OK && trend.num > 1) {
        (void)cm_buf_puts(out, "<div class=\"card\"><p>Endpoints that fail, "
                               "run by run. From below: not trusted, or no "
                               "TLS; unreachable; invalid rows.</p>\n");
        chart(out, &trend);
        (void)cm_buf_puts(out, "</div>\n");
        table(out, &trend);
    }
    return status;
}
