/* What the run was: input, time, options, trust anchors, clients and policies
 * with their digests, how it went, and that no row is lost.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "certmuster/text.h"
#include "facts.h"
#include "html_cells.h"
#include "html_parts.h"
#include "run_faults.h"

#define MAX_NOTES ((size_t)64 << 20)

void cm_html_faults(struct cm_buf *out, const struct cm_run_facts *facts)
{
    struct cm_buf words;

    cm_buf_init(&words, MAX_NOTES);
    cm_run_faults_words(&words, facts);
    cm_html_text(out, cm_buf_cstr(&words));
    out->failed = out->failed || words.failed;
    cm_buf_cleanup(&words);
}

static void fact(struct cm_buf *out, const char *name, const char *value)
{
    if (value == NULL || value[0] == '\0') {
        return;
    }
    (void)cm_buf_printf(out, "<tr><th scope=\"row\">%s</th><td>", name);
    cm_html_text(out, value);
    (void)cm_buf_puts(out, "</td></tr>");
}

static void number_fact(struct cm_buf *out, const char *name, int64_t number)
{
    if (number != CM_UNKNOWN) {
        (void)cm_buf_printf(
            out, "<tr><th scope=\"row\">%s</th><td>%" PRId64 "</td></tr>", name,
            number);
    }
}

/* "12,480 rows read = 12,480 results = 11,402 trusted + ..." */
static void accounting(struct cm_buf *out, const struct cm_run_facts *facts,
                       const struct cm_report_totals *totals)
{
    bool balanced =
        (facts->rows_read == CM_UNKNOWN || facts->rows_read == totals->rows) &&
        (facts->rows_recorded == CM_UNKNOWN ||
         facts->rows_recorded == totals->rows);
    const char *sign = " = ";

    (void)cm_buf_puts(out, "<tr><th scope=\"row\">row accounting</th><td>");
    if (facts->rows_read != CM_UNKNOWN) {
        cm_html_count(out, facts->rows_read, "row read", "rows read");
        (void)cm_buf_puts(out, balanced ? " = " : "; ");
    }
    if (facts->rows_recorded != CM_UNKNOWN) {
        cm_html_count(out, facts->rows_recorded, "recorded", "recorded");
        (void)cm_buf_puts(out, balanced ? " = " : "; ");
    }
    cm_html_count(out, totals->rows, "reported", "reported");
    for (int v = CM_VERDICT_TRUSTED; v < CM_VERDICT_COUNT; v++) {
        if (totals->verdicts[v] > 0) {
            (void)cm_buf_puts(out, sign);
            cm_html_number(out, totals->verdicts[v]);
            (void)cm_buf_printf(out, " %s",
                                cm_verdict_words((enum cm_verdict)v));
            sign = " + ";
        }
    }
    (void)cm_buf_puts(out, balanced ? ""
                                    : " <b class=\"breaks_now\">The rows "
                                      "do not add up.</b>");
    (void)cm_buf_puts(out, "</td></tr>");
}

/* How it went, where there is something to say. */
static void how_facts(struct cm_buf *out, const struct cm_run_facts *facts)
{
    struct cm_buf notes;

    cm_buf_init(&notes, MAX_NOTES);
    cm_run_notes_words(&notes, facts, false);
    fact(out, "made", cm_buf_cstr(&notes));
    out->failed = out->failed || notes.failed;
    cm_buf_cleanup(&notes);
    number_fact(out, "order (seed)", facts->seed);
    if (cm_run_num_faults(facts) > 0) {
        (void)cm_buf_puts(out, "<tr><th scope=\"row\">scanner's faults</th>"
                               "<td>");
        cm_html_faults(out, facts);
        (void)cm_buf_puts(out, "</td></tr>");
    }
}

/* "1 h 2 min 3 s" */
static void duration(struct cm_buf *out, const struct cm_run_facts *facts)
{
    int64_t seconds;

    if (facts->finished == CM_UNKNOWN || facts->started == CM_UNKNOWN ||
        __builtin_sub_overflow(facts->finished, facts->started, &seconds) ||
        seconds < 0) {
        return;
    }
    (void)cm_buf_puts(out, "<tr><th scope=\"row\">took</th><td>");
    if (seconds >= 3600) {
        (void)cm_buf_printf(out, "%" PRId64 " h ", seconds / 3600);
    }
    if (seconds >= 60) {
        (void)cm_buf_printf(out, "%" PRId64 " min ", seconds / 60 % 60);
    }
    (void)cm_buf_printf(out, "%" PRId64 " s</td></tr>", seconds % 60);
}

static void times(struct cm_buf *out, const struct cm_run_facts *facts)
{
    char text[CM_TIME_TEXT_SIZE];

    fact(out, "started", cm_time_rfc3339(facts->started, text));
    if (facts->finished != CM_UNKNOWN) {
        fact(out, "finished", cm_time_rfc3339(facts->finished, text));
    }
    duration(out, facts);
    fact(out, "judged for", cm_time_rfc3339(facts->judged_at, text));
}

static void table(struct cm_buf *out, const struct cm_run_facts *facts,
                  const struct cm_report_totals *totals)
{
    (void)cm_buf_printf(
        out,
        "<div class=\"card scroll\" tabindex=\"0\"><table><caption>What was "
        "scanned, when and how</caption><tbody><tr><th scope=\"row\">run</th>"
        "<td>%" PRId64 " (",
        facts->run);
    cm_html_text(out, facts->state);
    (void)cm_buf_puts(out, ")</td></tr>");
    if (facts->source_run != CM_UNKNOWN) {
        (void)cm_buf_printf(out,
                            "<tr><th scope=\"row\">judged again</th><td>run "
                            "%" PRId64 "</td></tr>",
                            facts->source_run);
    }
    fact(out, "kind", facts->kind);
    fact(out, "input", facts->input_name);
    fact(out, "input SHA-256", facts->input_sha256);
    accounting(out, facts, totals);
    times(out, facts);
    fact(out, "trust anchors", facts->trust);
    fact(out, "resolvers", facts->resolvers);
    fact(out, "options", facts->options);
    fact(out, "sandbox", facts->sandbox);
    how_facts(out, facts);
    fact(out, "certmuster", facts->version);
    fact(out, "TLS library", facts->tls_library);
    cm_html_table_end(out);
}

static void view_digests(struct cm_buf *out,
                         const struct cm_report_views *views)
{
    if (views->num == 0) {
        return;
    }
    cm_html_table_begin(out,
                        "Trust stores: the SHA-256 is of all the anchors' own, "
                        "sorted",
                        "view|from|#anchors|#distrusted|SHA-256");
    for (size_t i = 0; i < views->num; i++) {
        const struct cm_report_view *view = &views->views[i];

        cm_html_row(out, view->name);
        cm_html_cell(out, view->path);
        (void)cm_buf_puts(out, "<td class=\"num\">");
        if (view->anchors != CM_UNKNOWN) {
            cm_html_number(out, view->anchors);
        }
        (void)cm_buf_puts(out, "</td><td class=\"num\">");
        if (view->distrusted != CM_UNKNOWN) {
            cm_html_number(out, view->distrusted);
        }
        (void)cm_buf_puts(out, "</td><td class=\"proof\">");
        cm_html_text(out, view->sha256);
        (void)cm_buf_puts(out, "</td>");
        cm_html_row_end(out);
    }
    cm_html_table_end(out);
}

static void measure_rows(struct cm_buf *out, const char *kind,
                         const struct cm_report_measure *all, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        cm_html_row(out, all[i].name);
        cm_html_cell(out, kind);
        cm_html_cell(out, all[i].title);
        (void)cm_buf_puts(out, "<td class=\"proof\">");
        cm_html_text(out, all[i].sha256);
        (void)cm_buf_puts(out, "</td>");
        cm_html_row_end(out);
    }
}

static void measure_digests(struct cm_buf *out,
                            const struct cm_report_measures *measures)
{
    if (measures->num_profiles + measures->num_policies == 0) {
        return;
    }
    (void)cm_buf_puts(out, "<details class=\"fold\"><summary><span class=\"t\""
                           ">Clients and policies</span> <span class=\"mute\">"
                           "the files they were read from</span></summary>"
                           "<div>");
    cm_html_table_begin(out, "By name, with the SHA-256 of each file",
                        "name|kind|title|SHA-256");
    measure_rows(out, "client", measures->profiles, measures->num_profiles);
    measure_rows(out, "policy", measures->policies, measures->num_policies);
    cm_html_table_end(out);
    (void)cm_buf_puts(out, "</div></details>\n");
}

enum cm_status cm_html_run_facts(struct cm_buf *out, struct cm_report_run *run,
                                 struct cm_error *err)
{
    const struct cm_report_totals *totals = NULL;
    const struct cm_report_views *views = NULL;
    const struct cm_report_measures *measures = NULL;
    enum cm_status status = cm_report_run_totals(run, &totals, err);

    if (status == CM_OK) {
        status = cm_report_run_views(run, &views, err);
    }
    if (status == CM_OK) {
        status = cm_report_run_measures(run, &measures, err);
    }
    if (status == CM_OK) {
        table(out, cm_report_run_facts(run), totals);
        view_digests(out, views);
        measure_digests(out, measures);
    }
    return status;
}
