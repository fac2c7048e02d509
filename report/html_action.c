/* One action: what to do and how to check it, the proof, the files, what
 * clients say. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "certmuster/report.h"
#include "html_actions.h"
#include "resolve.h"

/* Foreign texts are a few times 64 KiB long at the most. */
#define MAX_COMMAND ((size_t)64 << 20)

static void command(struct cm_buf *out, const char *text,
                    const struct cm_example *example)
{
    struct cm_buf filled;

    cm_buf_init(&filled, MAX_COMMAND);
    cm_fill(&filled, text, example);
    cm_html_text(out, cm_buf_cstr(&filled));
    out->failed = out->failed || filled.failed;
    cm_buf_cleanup(&filled);
}

static void what_to_do(struct cm_buf *out,
                       const struct cm_report_action *action,
                       const struct cm_remedy *remedy)
{
    struct cm_example example = cm_example_of(action);

    (void)cm_buf_puts(out, "<h3>Do</h3><p>");
    cm_html_text(out, remedy->why);
    (void)cm_buf_puts(out, "</p><ol>");
    for (const char *const *step = remedy->steps; *step != NULL; step++) {
        (void)cm_buf_puts(out, "<li>");
        command(out, *step, &example);
        (void)cm_buf_puts(out, "</li>");
    }
    (void)cm_buf_puts(out, "</ol>");
    (void)cm_buf_puts(out, "<div class=\"platforms\">");
    for (const struct cm_platform *p = remedy->platforms;
         p != NULL && p->name != NULL; p++) {
        (void)cm_buf_puts(out, "<details class=\"platform\" data-platform=\"");
        cm_html_text(out, p->name);
        (void)cm_buf_puts(out, "\"><summary>");
        cm_html_text(out, p->name);
        (void)cm_buf_puts(out, "</summary><pre>");
        command(out, p->commands, &example);
        (void)cm_buf_puts(out, "</pre></details>");
    }
    (void)cm_buf_puts(out, "</div>");
    if (*remedy->verify != '\0') {
        (void)cm_buf_puts(out, "<h3>Check</h3><pre>");
        command(out, remedy->verify, &example);
        (void)cm_buf_puts(out, "</pre>");
    }
    if (*remedy->never != '\0') {
        (void)cm_buf_puts(out, "<p class=\"never\"><b>Not a fix:</b> ");
        cm_html_text(out, remedy->never);
        (void)cm_buf_puts(out, "</p>");
    }
}

static void clients(struct cm_buf *out, const struct cm_report_action *action)
{
    enum cm_cause cause;
    const struct cm_cause_text *text;

    if (action->causes.num == 0 ||
        !cm_cause_from_id(action->causes.items[0], &cause)) {
        return;
    }
    text = cm_cause_text(cause);
    (void)cm_buf_puts(out, "<p class=\"mute\">");
    cm_html_text(out, text->meaning);
    (void)cm_buf_puts(out, "</p>");
    if (text->clients == NULL || text->clients->client == NULL) {
        return;
    }
    (void)cm_buf_puts(out, "<h3>Clients say</h3><table><tbody>");
    for (const struct cm_client_text *c = text->clients; c->client != NULL;
         c++) {
        (void)cm_buf_puts(out, "<tr><td>");
        cm_html_text(out, c->client);
        (void)cm_buf_puts(out, "</td><td>");
        cm_html_text(out, c->text);
        (void)cm_buf_puts(out, "</td></tr>");
    }
    (void)cm_buf_puts(out, "</tbody></table>");
}

/* A fix that leaves rows failing must say so, or nobody trusts the plan. */
static void still_failing(struct cm_buf *out,
                          const struct cm_report_action *action)
{
    const struct cm_report_after *after = action->after;

    if (after == NULL) {
        return;
    }
    (void)cm_buf_puts(out, "<p class=\"mute\">After this, ");
    cm_html_number(out, after->rows);
    (void)cm_buf_puts(out, " of the ");
    cm_html_count(out, action->fixes_rows, "endpoint", "endpoints");
    (void)cm_buf_puts(out,
                      after->rows == 1 ? " still fails: " : " still fail: ");
    for (size_t i = 0; i < after->num_causes; i++) {
        (void)cm_buf_printf(out, "%s%s (", i == 0 ? "" : ", ",
                            cm_cause_info(after->causes[i])->id);
        cm_html_number(out, after->cause_rows[i]);
        (void)cm_buf_puts(out, ")");
    }
    (void)cm_buf_puts(out, ".</p>");
}

/* The same resolution stands in full above: only what differs. */
static void as_above(struct cm_buf *out, const struct cm_report_action *action,
                     const struct cm_remedy *remedy,
                     const struct cm_html_same *same)
{
    struct cm_example example = cm_example_of(action);

    (void)cm_buf_puts(out, "<h3>Do</h3><p>The same as in <a href=\"#");
    cm_html_action_id(out, same->key);
    (void)cm_buf_printf(out, "\">action %" PRId64 "</a>.</p>", same->rank);
    if (*remedy->verify != '\0') {
        (void)cm_buf_puts(out, "<h3>Check</h3><pre>");
        command(out, remedy->verify, &example);
        (void)cm_buf_puts(out, "</pre>");
    }
}

static void causes(struct cm_buf *out, const struct cm_report_action *action)
{
    (void)cm_buf_puts(out, "<p class=\"mute\">Cause: ");
    for (size_t i = 0; i < action->causes.num; i++) {
        (void)cm_buf_puts(out, i == 0 ? "" : ", ");
        cm_html_text(out, action->causes.items[i]);
    }
    (void)cm_buf_puts(out, "</p>");
}

enum cm_status cm_html_action_body(struct cm_buf *out,
                                   struct cm_report_run *run,
                                   const struct cm_report_action *action,
                                   const struct cm_html_digest *digest,
                                   const struct cm_html_same *same,
                                   struct cm_error *err)
{
    enum cm_resolution resolution;
    bool known = cm_resolution_from_id(action->resolution, &resolution);
    enum cm_status status;

    (void)cm_buf_puts(out, "<div class=\"body\"><div>");
    if (!known) {
        (void)cm_buf_puts(out, "<p>A newer certmuster wrote this store; this "
                               "one does not know the resolution.</p>");
    } else if (same == NULL) {
        what_to_do(out, action, cm_remedy(resolution));
    } else {
        as_above(out, action, cm_remedy(resolution), same);
    }
    (void)cm_buf_puts(out, "</div><div><h3>Proof</h3>");
    status = cm_html_proof_write(out, run, action, digest, same == NULL, err);
    causes(out, action);
    if (status == CM_OK) {
        status = cm_html_files(out, run, action, digest, same == NULL, err);
    }
    (void)cm_buf_puts(out, "<div class=\"owners\"></div>");
    if (same == NULL) {
        clients(out, action);
    }
    still_failing(out, action);
    (void)cm_buf_puts(out, "<p class=\"buttons\"><button class=\"plain\" "
                           "type=\"button\" data-action=\"");
    cm_html_text(out, action->key);
    (void)cm_buf_puts(out, "\">Show its ");
    cm_html_count(out, action->touches_rows, "endpoint", "endpoints");
    (void)cm_buf_puts(out, "</button></p></div></div>");
    return status;
}
