/* What differs between the trust views, as plain HTML.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "facts.h"
#include "html_cells.h"
#include "html_parts.h"

#define MAX_PICK ((size_t)1 << 20)

/* The names of views are letters, digits, and some signs; a foreign store may
 * have others, which pick nothing. */
static void verdict_pick(struct cm_buf *out, const struct cm_report_view *view,
                         enum cm_verdict verdict)
{
    struct cm_buf pick;

    cm_buf_init(&pick, MAX_PICK);
    (void)cm_buf_printf(&pick, "view:%s=%s", view->name,
                        cm_verdict_id(verdict));
    cm_html_cell_pick(out, view->verdicts[verdict], cm_buf_cstr(&pick));
    out->failed = out->failed || pick.failed;
    cm_buf_cleanup(&pick);
}

static void totals(struct cm_buf *out, const struct cm_report_views *views)
{
    (void)cm_buf_puts(
        out,
        "<div class=\"card scroll\" tabindex=\"0\"><table><caption>What each "
        "view trusts; the first is the default"
        "</caption><thead><tr><th scope=\"col\">view</th>"
        "<th scope=\"col\">anchors</th>");
    for (int v = CM_VERDICT_TRUSTED; v < CM_VERDICT_COUNT; v++) {
        (void)cm_buf_printf(out, "<th scope=\"col\" class=\"num\">%s</th>",
                            cm_verdict_words((enum cm_verdict)v));
    }
    (void)cm_buf_puts(out, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < views->num; i++) {
        const struct cm_report_view *view = &views->views[i];

        (void)cm_buf_puts(out, "<tr><th scope=\"row\">");
        cm_html_text(out, view->name);
        (void)cm_buf_puts(out, "</th><td>");
        if (view->anchors != CM_UNKNOWN) {
            cm_html_number(out, view->anchors);
            (void)cm_buf_puts(out, " of ");
        }
        cm_html_text(out, view->path);
        (void)cm_buf_puts(out, "</td>");
        for (int v = CM_VERDICT_TRUSTED; v < CM_VERDICT_COUNT; v++) {
            verdict_pick(out, view, (enum cm_verdict)v);
        }
        (void)cm_buf_puts(out, "</tr>\n");
    }
    (void)cm_buf_puts(out, "</tbody></table></div>\n");
}

/* "not trusted (untrusted_private_root)" */
static void verdict(struct cm_buf *out, const struct cm_report_difference *one,
                    const char *view)
{
    const char *id = cm_report_pair(&one->verdicts, view);
    const char *cause = cm_report_pair(&one->causes, view);
    enum cm_verdict known;

    (void)cm_buf_puts(out, "<td>");
    if (id != NULL && cm_verdict_from_id(id, &known)) {
        cm_html_text(out, cm_verdict_words(known));
        if (known != CM_VERDICT_TRUSTED && cause != NULL) {
            (void)cm_buf_puts(out, "<br><small>");
            cm_html_text(out, cause);
            (void)cm_buf_puts(out, "</small>");
        }
    }
    (void)cm_buf_puts(out, "</td>");
}

static void difference(struct cm_buf *out, const struct cm_report_views *views,
                       const struct cm_report_difference *one)
{
    (void)cm_buf_puts(out, "<tr><td class=\"num\">");
    cm_html_number(out, one->rows);
    (void)cm_buf_puts(out, "</td>");
    for (size_t i = 0; i < views->num; i++) {
        verdict(out, one, views->views[i].name);
    }
    (void)cm_buf_puts(out, "<td>");
    cm_html_text(out, one->host);
    if (one->port != CM_UNKNOWN) {
        (void)cm_buf_printf(out, ":%" PRId64, one->port);
    }
    (void)cm_buf_puts(out, "</td></tr>\n");
}

static void differences(struct cm_buf *out, const struct cm_report_views *views)
{
    (void)cm_buf_puts(
        out, "<div class=\"card scroll\" tabindex=\"0\"><table><caption>");
    cm_html_count(out, views->differing_rows,
                  "endpoint that is not the same in all views",
                  "endpoints that are not the same in all views");
    (void)cm_buf_puts(out, "; the causes are those of the example</caption>"
                           "<thead><tr><th scope=\"col\" class=\"num\">"
                           "endpoints</th>");
    for (size_t i = 0; i < views->num; i++) {
        (void)cm_buf_puts(out, "<th scope=\"col\">");
        cm_html_text(out, views->views[i].name);
        (void)cm_buf_puts(out, "</th>");
    }
    (void)cm_buf_puts(out, "<th scope=\"col\">for example</th></tr></thead>"
                           "<tbody>\n");
    for (size_t i = 0; i < views->num_differences; i++) {
        difference(out, views, &views->differences[i]);
    }
    (void)cm_buf_puts(out, "</tbody></table></div>\n");
    if (views->num_kinds > views->num_differences) {
        (void)cm_buf_puts(out, "<p class=\"mute\">These are the first ");
        cm_html_number(out, (int64_t)views->num_differences);
        (void)cm_buf_puts(out, " kinds of difference; endpoints.csv has a "
                               "column for each view.</p>\n");
    }
}

enum cm_status cm_html_views(struct cm_buf *out, struct cm_report_run *run,
                             struct cm_error *err)
{
    const struct cm_report_views *views;
    enum cm_status status = cm_report_run_views(run, &views, err);

    if (status != CM_OK || views->num < 2) {
        return status;
    }
    totals(out, views);
    if (views->num_kinds == 0) {
        (void)cm_buf_puts(out, "<p>They agree on every endpoint.</p>\n");
    } else {
        differences(out, views);
    }
    return CM_OK;
}
