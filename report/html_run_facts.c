/* What the run was: input, time, options, trust anchors, how it went.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "certmuster/text.h"
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
    (void)cm_buf_printf(out, "<tr><th scope=\"row\">%s</th><td>", name);
    cm_html_text(out, value);
    (void)cm_buf_puts(out, "</td></tr>");
}

static void number_fact(struct cm_buf *out, const char *name, int64_t number)
{
    (void)cm_buf_printf(
        out, "<tr><th scope=\"row\">%s</th><td>%" PRId64 "</td></tr>", name,
        number);
}

/* How it went, where there is something to say. */
static void how_facts(struct cm_buf *out, const struct cm_run_facts *facts)
{
    struct cm_buf notes;

    cm_buf_init(&notes, MAX_NOTES);
    cm_run_notes_words(&notes, facts, false);
    if (notes.len > 0) {
        fact(out, "made", cm_buf_cstr(&notes));
    }
    out->failed = out->failed || notes.failed;
    cm_buf_cleanup(&notes);
    if (facts->seed != CM_UNKNOWN) {
        number_fact(out, "order (seed)", facts->seed);
    }
    if (cm_run_num_faults(facts) > 0) {
        (void)cm_buf_puts(out, "<tr><th scope=\"row\">scanner's faults</th>"
                               "<td>");
        cm_html_faults(out, facts);
        (void)cm_buf_puts(out, "</td></tr>");
    }
}

static void table(struct cm_buf *out, const struct cm_run_facts *facts)
{
    char text[CM_TIME_TEXT_SIZE];

    (void)cm_buf_printf(
        out,
        "<div class=\"card scroll\" tabindex=\"0\"><table><tbody><tr>"
        "<th scope=\"row\">run</th><td>%" PRId64 " (",
        facts->run);
    cm_html_text(out, facts->state);
    (void)cm_buf_puts(out, ")</td></tr>");
    if (facts->source_run != CM_UNKNOWN) {
        (void)cm_buf_printf(out,
                            "<tr><th scope=\"row\">judged again</th><td>run "
                            "%" PRId64 "</td></tr>",
                            facts->source_run);
    }
    fact(out, "input", facts->input_name);
    fact(out, "input SHA-256", facts->input_sha256);
    fact(out, "started", cm_time_rfc3339(facts->started, text));
    if (facts->finished != CM_UNKNOWN) {
        fact(out, "finished", cm_time_rfc3339(facts->finished, text));
    }
    fact(out, "judged for", cm_time_rfc3339(facts->judged_at, text));
    fact(out, "trust anchors", facts->trust);
    fact(out, "resolvers", facts->resolvers);
    fact(out, "options", facts->options);
    how_facts(out, facts);
    fact(out, "certmuster", facts->version);
    fact(out, "TLS library", facts->tls_library);
    (void)cm_buf_puts(out, "</tbody></table></div>\n");
}

enum cm_status cm_html_run_facts(struct cm_buf *out, struct cm_report_run *run,
                                 struct cm_error *err)
{
    (void)err;
    table(out, cm_report_run_facts(run));
    return CM_OK;
}
