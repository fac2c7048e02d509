/* The action plan as plain HTML: it needs no script, and prints.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "certmuster/report.h"
#include "fixes.h"
#include "html_parts.h"
#include "resolve.h"

/* Foreign texts are a few times 64 KiB long at the most. */
#define MAX_ACTION ((size_t)64 << 20)
#define OPEN_ACTIONS 1 /* shown unfolded */
#define OWNERS 3       /* named */
#define FILES 8        /* likewise */

static void severity(struct cm_buf *out, const char *id)
{
    char words[32];

    (void)cm_buf_puts(out, " <span class=\"pill ");
    cm_html_text(out, id);
    (void)cm_buf_puts(out, "\">");
    for (size_t i = 0; i < sizeof(words); i++) {
        words[i] = id[i];
        if (id[i] == '_') {
            words[i] = ' ';
        }
        if (id[i] == '\0') {
            break;
        }
    }
    words[sizeof(words) - 1] = '\0';
    cm_html_text(out, words);
    (void)cm_buf_puts(out, "</span>");
}

static void owners(struct cm_buf *out, const struct cm_report_action *action)
{
    for (size_t i = 0; i < action->owners.num && i < OWNERS; i++) {
        (void)cm_buf_puts(out, i == 0 ? "" : ", ");
        cm_html_text(out, action->owners.items[i]);
    }
    if (action->num_owners > OWNERS) {
        (void)cm_buf_printf(out, " and %" PRId64 " more",
                            action->num_owners - OWNERS);
    }
}

static void summary(struct cm_buf *out, const struct cm_report_action *action,
                    const struct cm_resolution_info *info, int64_t most)
{
    bool fixes = action->fixes_rows > 0;

    (void)cm_buf_printf(out,
                        "<summary><span class=\"rank\">%" PRId64
                        "</span><span><span class=\"t\">",
                        action->rank);
    cm_html_text(out, info != NULL ? info->title : action->resolution);
    (void)cm_buf_puts(out, "</span>");
    severity(out, action->severity);
    (void)cm_buf_puts(out, "<br><span class=\"sub\">");
    cm_html_text(out, action->subject);
    (void)cm_buf_puts(out, "</span></span><span class=\"who\">");
    cm_html_text(out, info != NULL ? info->who : "?");
    (void)cm_buf_puts(out, "<br><small>");
    owners(out, action);
    (void)cm_buf_puts(out, "</small></span><span class=\"n\"><b>");
    cm_html_number(out, fixes ? action->fixes_rows : action->touches_rows);
    (void)cm_buf_puts(out, fixes ? "</b> fixed" : "</b> improved");
    cm_html_share_bar(out, action->fixes_rows, most);
    (void)cm_buf_puts(out, "</span></summary>");
}

static void command(struct cm_buf *out, const char *text,
                    const struct cm_example *example)
{
    struct cm_buf filled;

    cm_buf_init(&filled, MAX_ACTION);
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
    for (const struct cm_platform *p = remedy->platforms;
         p != NULL && p->name != NULL; p++) {
        (void)cm_buf_puts(out, "<details class=\"platform\"><summary>");
        cm_html_text(out, p->name);
        (void)cm_buf_puts(out, "</summary><pre>");
        command(out, p->commands, &example);
        (void)cm_buf_puts(out, "</pre></details>");
    }
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

/* What there is to download; their names are harmless. */
static void files(struct cm_buf *out, const struct cm_fix_list *list)
{
    if (list == NULL) {
        return;
    }
    (void)cm_buf_puts(out, "<h3>Files</h3><ul>");
    for (size_t i = 0; i < list->num && i < FILES; i++) {
        const struct cm_fix_file *file = &list->files[i];

        (void)cm_buf_printf(out,
                            "<li><a href=\"" CM_FIXES_FOLDER
                            "/%s\">%s</a><br><small class=\"proof\">SHA-256 %s"
                            "</small></li>",
                            file->name, file->name, file->sha256);
    }
    (void)cm_buf_puts(out, "</ul>");
    if (list->num > FILES) {
        (void)cm_buf_puts(out, "<p class=\"mute\">");
        cm_html_number(out, (int64_t)list->num - FILES);
        (void)cm_buf_puts(
            out, " more stand in actions.csv and in the folder " CM_FIXES_FOLDER
                 ".</p>");
    }
}

static void proof(struct cm_buf *out, const struct cm_report_action *action,
                  const struct cm_html_digest *digest)
{
    const struct cm_html_proof *found =
        cm_map_get(digest->proofs, action->key, strlen(action->key));

    (void)cm_buf_puts(out, "<h3>Proof</h3>");
    if (found != NULL && found->proof != NULL) {
        (void)cm_buf_puts(out, "<p class=\"proof\">");
        cm_html_text(out, found->proof);
        (void)cm_buf_puts(out, " <span class=\"mute\">(");
        cm_html_text(out, found->where);
        (void)cm_buf_puts(out, ")</span></p>");
    }
    if (action->fingerprint_sha256 != NULL) {
        (void)cm_buf_puts(out, "<p class=\"mute proof\">SHA-256 ");
        cm_html_text(out, action->fingerprint_sha256);
        (void)cm_buf_puts(out, "</p>");
    }
    (void)cm_buf_puts(out, "<p class=\"mute\">Cause: ");
    for (size_t i = 0; i < action->causes.num; i++) {
        (void)cm_buf_puts(out, i == 0 ? "" : ", ");
        cm_html_text(out, action->causes.items[i]);
    }
    (void)cm_buf_puts(out, "</p>");
    files(out, cm_fixes_of(digest->bundles, action->key));
    clients(out, action);
    still_failing(out, action);
    (void)cm_buf_puts(out, "<p><button class=\"plain\" data-action=\"");
    cm_html_text(out, action->key);
    (void)cm_buf_puts(out, "\">Show its ");
    cm_html_count(out, action->touches_rows, "endpoint", "endpoints");
    (void)cm_buf_puts(out, "</button></p>");
}

static void one_action(struct cm_buf *out,
                       const struct cm_report_action *action,
                       const struct cm_html_digest *digest, int64_t most)
{
    enum cm_resolution resolution;
    bool known = cm_resolution_from_id(action->resolution, &resolution);

    (void)cm_buf_printf(out, "<details class=\"act\"%s>",
                        action->rank <= OPEN_ACTIONS ? " open" : "");
    summary(out, action, known ? cm_resolution_info(resolution) : NULL, most);
    (void)cm_buf_puts(out, "<div class=\"body\"><div>");
    if (known) {
        what_to_do(out, action, cm_remedy(resolution));
    } else {
        (void)cm_buf_puts(out, "<p>A newer certmuster wrote this store; this "
                               "one does not know the resolution.</p>");
    }
    (void)cm_buf_puts(out, "</div><div>");
    proof(out, action, digest);
    (void)cm_buf_puts(out, "</div></div></details>\n");
}

enum cm_status cm_html_actions(struct cm_buf *out, struct cm_report_run *run,
                               const struct cm_html_digest *digest,
                               struct cm_error *err)
{
    struct cm_report_actions *actions = NULL;
    const struct cm_report_action *action = NULL;
    int64_t written = 0;
    int64_t most = 0;
    enum cm_status status =
        cm_report_actions_open(&actions, run, CM_ORDER_RANK, err);

    while (status == CM_OK) {
        status = cm_report_actions_next(actions, &action, err);
        if (status != CM_OK || action == NULL ||
            written == CM_HTML_MAX_ACTIONS) {
            break;
        }
        most = written == 0 ? action->fixes_rows : most;
        written++;
        one_action(out, action, digest, most);
    }
    if (status == CM_OK && written == 0) {
        (void)cm_buf_puts(out, "<p class=\"card\">Nothing to do.</p>\n");
    } else if (status == CM_OK && action != NULL) {
        (void)cm_buf_puts(out, "<p class=\"mute\">These are the first ");
        cm_html_number(out, written);
        (void)cm_buf_puts(out, " actions; actions.csv has all.</p>\n");
    }
    cm_report_actions_close(actions);
    return status;
}
