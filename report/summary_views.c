/* The trust views on a terminal: what each trusts, and for which endpoints they
 * disagree.
 * SPDX-License-Identifier: Apache-2.0 */
#include "summary_views.h"

#include <inttypes.h>
#include <string.h>

#include "certmuster/text.h"
#include "facts.h"
#include "screen.h"

#define MAX_TEXT ((size_t)1024 * 1024)
#define MAX_KINDS 5 /* of difference that are shown */
#define COUNT_WIDTH 13U
#define NAME_WIDTH 13U /* "not checked" and a gap */

static void put_totals(struct cm_buf *out, const struct cm_report_views *views)
{
    char count[CM_COUNT_TEXT_SIZE];

    cm_buf_puts(out, "\n trust views\n");
    for (size_t i = 0; i < views->num; i++) {
        const struct cm_report_view *view = &views->views[i];
        int64_t rows = 0;

        for (int v = 0; v < CM_VERDICT_COUNT; v++) {
            rows += view->verdicts[v];
        }
        cm_buf_printf(
            out, "%*s", (int)COUNT_WIDTH,
            cm_screen_count(view->verdicts[CM_VERDICT_TRUSTED], count));
        cm_buf_printf(out, " of %s trusted in  ", cm_screen_count(rows, count));
        cm_text_terminal(out, view->name, strlen(view->name));
        cm_buf_puts(out, i == 0 ? "  (the default view)\n" : "\n");
    }
}

/* "erp.example:443: untrusted_private_root in system" */
static void put_example(struct cm_buf *cell,
                        const struct cm_report_difference *one)
{
    const char *gap = ": ";

    if (one->host == NULL) {
        return;
    }
    cm_buf_puts(cell, one->host);
    if (one->port != CM_UNKNOWN) {
        cm_buf_printf(cell, ":%" PRId64, one->port);
    }
    for (size_t i = 0; i + 1 < one->causes.num; i += 2) {
        const char *verdict =
            cm_report_pair(&one->verdicts, one->causes.items[i]);

        if (one->causes.items[i + 1] == NULL || verdict == NULL ||
            strcmp(verdict, cm_verdict_id(CM_VERDICT_TRUSTED)) == 0) {
            continue;
        }
        cm_buf_printf(cell, "%s%s in %s", gap, one->causes.items[i + 1],
                      one->causes.items[i]);
        gap = ", ";
    }
}

static const char *words_of(const char *id)
{
    enum cm_verdict verdict;

    return id != NULL && cm_verdict_from_id(id, &verdict)
               ? cm_verdict_words(verdict)
               : "";
}

/* The cells of one line, as many views as fit beside an example. */
static size_t views_that_fit(const struct cm_report_views *views, size_t width)
{
    size_t fit = (width - COUNT_WIDTH) / 2 / NAME_WIDTH;

    return fit < views->num ? fit : views->num;
}

static void put_kind(struct cm_buf *out, const struct cm_report_views *views,
                     const struct cm_report_difference *one, size_t width)
{
    char count[CM_COUNT_TEXT_SIZE];
    size_t fit = views_that_fit(views, width);
    size_t used = COUNT_WIDTH + 2 + fit * NAME_WIDTH;
    struct cm_buf cell;

    cm_buf_init(&cell, MAX_TEXT);
    cm_buf_printf(out, "%*s  ", (int)COUNT_WIDTH,
                  cm_screen_count(one->rows, count));
    for (size_t i = 0; i < fit; i++) {
        cm_screen_cell(
            out, words_of(cm_report_pair(&one->verdicts, views->views[i].name)),
            NAME_WIDTH);
    }
    put_example(&cell, one);
    cm_screen_cell(out, cm_buf_cstr(&cell), width > used ? width - used : 1);
    cm_screen_trim(out);
    cm_buf_putc(out, '\n');
    out->failed = out->failed || cell.failed;
    cm_buf_cleanup(&cell);
}

static void put_differences(struct cm_buf *out,
                            const struct cm_report_views *views, size_t width)
{
    char count[CM_COUNT_TEXT_SIZE];
    size_t fit = views_that_fit(views, width);

    cm_buf_printf(out, " They differ for %s endpoint%s:\n    endpoints  ",
                  cm_screen_count(views->differing_rows, count),
                  views->differing_rows == 1 ? "" : "s");
    for (size_t i = 0; i < fit; i++) {
        cm_screen_cell(out, views->views[i].name, NAME_WIDTH - 1);
        cm_buf_putc(out, ' ');
    }
    cm_buf_puts(out, "for example\n");
    for (size_t i = 0; i < views->num_differences && i < MAX_KINDS; i++) {
        put_kind(out, views, &views->differences[i], width);
    }
    if (views->num_kinds > MAX_KINDS) {
        cm_buf_printf(
            out, "   ... %s more kinds of difference\n",
            cm_screen_count((int64_t)views->num_kinds - MAX_KINDS, count));
    }
}

void cm_summary_views(struct cm_buf *out, const struct cm_report_views *views,
                      size_t width)
{
    if (views->num < 2) {
        return;
    }
    put_totals(out, views);
    if (views->num_kinds == 0) {
        cm_buf_puts(out, " They agree on every endpoint.\n");
    } else {
        put_differences(out, views, width);
    }
}
