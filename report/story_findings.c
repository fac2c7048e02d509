/* The trust views, every finding, and the conclusion.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "facts.h"
#include "resolve.h"
#include "screen.h"
#include "story.h"

#define INDENT 15
#define MAX_COMMAND ((size_t)1 << 20)

static enum cm_status put_view(struct cm_story *s, const char *view,
                               const char *verdict, const char *primary,
                               struct cm_error *err)
{
    struct cm_buf *out;
    enum cm_verdict known = CM_VERDICT_NOT_CHECKED;
    int64_t anchors = CM_UNKNOWN;
    enum cm_status status = cm_story_anchors(s->run, view, &anchors, err);

    out = cm_story_line(s, "in view");
    cm_story_foreign(out, view);
    (void)cm_verdict_from_id(verdict, &known);
    (void)cm_buf_printf(out, ": %s", cm_verdict_words(known));
    if (known != CM_VERDICT_TRUSTED && primary != NULL) {
        (void)cm_buf_puts(out, ", ");
        cm_story_foreign(out, primary);
    }
    if (anchors != CM_UNKNOWN) {
        (void)cm_buf_puts(out, " (");
        cm_story_count(out, anchors, "anchor", "anchors");
        (void)cm_buf_puts(out, ")");
    }
    cm_story_end(s);
    return status;
}

static enum cm_status put_views(struct cm_story *s, struct cm_error *err)
{
    const struct cm_report_row *row = s->row;
    bool several = row->primaries.num > 0;
    enum cm_status status = CM_OK;

    if (row->views.num > 0) {
        cm_story_heading(s, "Trust views");
    }
    for (size_t i = 0; i + 1 < row->views.num && status == CM_OK; i += 2) {
        const char *verdict = row->views.items[i + 1];

        status = put_view(
            s, row->views.items[i], verdict == NULL ? row->verdict : verdict,
            several ? row->primaries.items[i + 1] : row->primary_cause, err);
    }
    return status;
}

/* What is no severity of ours is foreign. */
static void put_severity(struct cm_buf *out, const char *id)
{
    enum cm_severity severity;

    if (!cm_severity_from_id(id, &severity)) {
        cm_story_foreign(out, id);
        return;
    }
    (void)cm_buf_puts(out, cm_severity_words(severity));
}

/* "renew the certificate: server owner, action 3 of the plan (4f1c...)" */
static enum cm_status put_action(struct cm_story *s, struct cm_buf *out,
                                 const struct cm_report_finding *finding,
                                 struct cm_error *err)
{
    struct cm_resolved resolved = cm_report_resolve(finding->resolution);
    int64_t rank;
    int64_t fixes;
    enum cm_status status;

    (void)cm_buf_printf(out, "%s (%s)", resolved.info->title,
                        resolved.info->who);
    if (finding->action == NULL) {
        return CM_OK;
    }
    status = cm_story_action(s->run, finding->action, &rank, &fixes, err);
    (void)cm_buf_puts(out, "; action ");
    if (rank != CM_UNKNOWN) {
        (void)cm_buf_printf(out, "%" PRId64 " of the plan, key ", rank);
    }
    cm_story_foreign(out, finding->action);
    if (fixes > 1) {
        (void)cm_buf_puts(out, ", which fixes ");
        cm_story_count(out, fixes, "row", "rows");
    }
    return status;
}

static enum cm_status put_finding(struct cm_story *s, size_t number,
                                  const struct cm_report_finding *finding,
                                  struct cm_error *err)
{
    char label[24];
    enum cm_cause cause;
    bool known = cm_cause_from_id(finding->cause, &cause);
    struct cm_buf *out;
    enum cm_status status;

    (void)snprintf(label, sizeof(label), "%zu", number);
    out = cm_story_line(s, label);
    cm_story_foreign(out, finding->cause);
    (void)cm_buf_printf(out, "%s%s; ", known ? ": " : "",
                        known ? cm_cause_info(cause)->title : "");
    put_severity(out, finding->severity);
    if (strcmp(finding->confidence, "certain") != 0) {
        (void)cm_buf_puts(out, ", ");
        cm_story_foreign(out, finding->confidence);
    }
    cm_story_end(s);
    if (known) {
        cm_story_fact(s, "  means", cm_cause_text(cause)->meaning);
    }
    cm_story_fact(s, "  proof", finding->proof);
    cm_story_fact(s, "  rule", finding->rule);
    if (finding->fingerprint_sha256 != NULL) {
        cm_story_fact(s, "  SHA-256", finding->fingerprint_sha256);
    }
    status = put_action(s, cm_story_line(s, "  to do"), finding, err);
    cm_story_end(s);
    return status;
}

enum cm_status cm_story_findings(struct cm_story *s, struct cm_error *err)
{
    enum cm_status status = put_views(s, err);

    if (s->findings.num > 0) {
        cm_story_heading(s, "Findings");
    }
    for (size_t i = 0; i < s->findings.num && status == CM_OK; i++) {
        status = put_finding(s, i + 1, &s->findings.list[i], err);
    }
    return status;
}

/* --- the conclusion --- */

static struct cm_example example_of(const struct cm_report_row *row,
                                    const struct cm_report_finding *finding)
{
    struct cm_example example = {.host = row->host, .port = row->port};

    example.sni = row->sni[0] == '\0' ? row->host : row->sni;
    example.cert = finding->fingerprint_sha256;
    example.names = row->host;
    return example;
}

static void put_steps(struct cm_story *s,
                      const struct cm_report_finding *finding)
{
    const struct cm_remedy *remedy =
        cm_report_resolve(finding->resolution).remedy;
    struct cm_example example = example_of(s->row, finding);
    struct cm_buf filled;

    cm_buf_init(&filled, MAX_COMMAND);
    for (size_t i = 0; remedy->steps[i] != NULL; i++) {
        (void)cm_buf_printf(cm_story_line(s, i == 0 ? "  steps" : ""), "%zu. ",
                            i + 1);
        cm_buf_clear(&filled);
        cm_fill(&filled, remedy->steps[i], &example);
        cm_story_foreign(&s->value, cm_buf_cstr(&filled));
        s->text.failed = s->text.failed || filled.failed;
        cm_story_end(s);
    }
    cm_story_fact(s, "  never", remedy->never);
    if (remedy->verify[0] != '\0') {
        cm_buf_clear(&filled);
        cm_fill(&filled, remedy->verify, &example);
        (void)cm_buf_puts(&s->text, "  then verify with\n");
        cm_screen_lines(&s->text, cm_buf_cstr(&filled), INDENT);
    }
    s->text.failed = s->text.failed || filled.failed;
    cm_buf_cleanup(&filled);
}

static bool remains(const struct cm_report_row *row, const char *cause)
{
    for (size_t i = 0; i < row->remaining.num; i++) {
        if (strcmp(row->remaining.items[i], cause) == 0) {
            return true;
        }
    }
    return false;
}

/* What else has to be done until it is trusted, then what is only better. */
static enum cm_status put_then(struct cm_story *s, bool needed,
                               struct cm_error *err)
{
    enum cm_status status = CM_OK;

    for (size_t i = 1; i < s->findings.num && status == CM_OK; i++) {
        const struct cm_report_finding *finding = &s->findings.list[i];
        struct cm_buf *out;

        if (remains(s->row, finding->cause) != needed) {
            continue;
        }
        out = cm_story_line(s, needed ? "then" : "besides");
        cm_story_foreign(out, finding->cause);
        (void)cm_buf_puts(out, ": ");
        status = put_action(s, out, finding, err);
        cm_story_end(s);
    }
    return status;
}

static void put_verdict(struct cm_story *s)
{
    enum cm_verdict verdict = CM_VERDICT_NOT_CHECKED;
    struct cm_buf *out = cm_story_line(s, "verdict");

    (void)cm_verdict_from_id(s->row->verdict, &verdict);
    (void)cm_buf_puts(out, cm_verdict_words(verdict));
    if (s->row->view != NULL) {
        (void)cm_buf_puts(out, " in the trust view ");
        cm_story_foreign(out, s->row->view);
    }
    (void)cm_buf_puts(out, ", judged for ");
    cm_story_time(out, cm_report_run_facts(s->run)->judged_at);
    cm_story_end(s);
}

enum cm_status cm_story_conclusion(struct cm_story *s, struct cm_error *err)
{
    const struct cm_report_finding *first =
        s->findings.num > 0 ? &s->findings.list[0] : NULL;
    struct cm_buf *out;
    enum cm_status status;

    cm_story_heading(s, "Conclusion");
    put_verdict(s);
    if (first == NULL) {
        cm_story_fact(s, "to do", "nothing was found");
        return CM_OK;
    }
    out = cm_story_line(s, first->blocks ? "fix first" : "improve");
    cm_story_foreign(out, first->cause);
    (void)cm_buf_puts(out, ": ");
    status = put_action(s, out, first, err);
    cm_story_end(s);
    if (status == CM_OK) {
        put_steps(s, first);
        status = put_then(s, true, err);
    }
    if (status == CM_OK && first->blocks && s->row->remaining.num == 0 &&
        s->row->path.num > 0) {
        cm_story_fact(s, "after that",
                      "nothing else keeps it from being "
                      "trusted");
    }
    return status == CM_OK ? put_then(s, false, err) : status;
}
