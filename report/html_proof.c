/* The proof of an action: the chain of one of its rows, drawn as a tree from
 * the root down, with what is missing in it; and the finding's own words.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "certmuster/text.h"
#include "html_actions.h"
#include "reader_certs.h"

#define MAX_LEVELS 12 /* of the tree; such paths are rare */

struct tree {
    struct cm_report_list path; /* ids, the server's own certificate first */
    struct cm_report_list chain;
    const struct cm_html_proof *proof;
    int64_t judged_at;
};

static bool holds(const struct cm_report_list *list, const char *id)
{
    for (size_t i = 0; i < list->num; i++) {
        if (list->items[i] != NULL && strcmp(list->items[i], id) == 0) {
            return true;
        }
    }
    return false;
}

static void state(struct cm_buf *out, const struct tree *tree, size_t nth,
                  const struct cm_report_certificate *cert)
{
    char day[CM_TIME_TEXT_SIZE];
    bool top = nth + 1 == tree->path.num;
    bool sent = holds(&tree->chain, tree->path.items[nth]);
    bool over = cert->not_after < tree->judged_at;

    if (top && tree->proof->path_valid) {
        (void)cm_buf_puts(out, "<span class=\"good\">trusted root</span>");
    } else if (top && nth > 0 && cert->self_issued) {
        (void)cm_buf_puts(out, "<span class=\"miss\">root, not trusted</span>");
    } else {
        (void)cm_buf_puts(out, sent ? "<span class=\"mute\">sent</span>"
                                    : "<span class=\"miss\">not sent</span>");
    }
    (void)cm_buf_printf(out, "<span class=\"%s\">, %s %s</span>",
                        over ? "miss" : "mute", over ? "ended" : "to",
                        cm_time_day(cert->not_after, day));
}

static enum cm_status level(struct cm_buf *out, struct cm_report_run *run,
                            const struct tree *tree, size_t nth,
                            struct cm_error *err)
{
    const struct cm_report_certificate *cert = NULL;
    size_t depth = tree->path.num - 1 - nth;
    enum cm_status status =
        cm_report_certificate(run, tree->path.items[nth], &cert, err);

    if (status != CM_OK) {
        return status;
    }
    for (size_t i = 1; i < depth; i++) {
        (void)cm_buf_puts(out, "   ");
    }
    (void)cm_buf_puts(out, depth == 0 ? "" : "└─ ");
    if (cert == NULL) {
        (void)cm_buf_puts(out, "?\n");
        return CM_OK;
    }
    (void)cm_buf_puts(out, "<b>");
    cm_html_text(out, cert->subject_cn != NULL && *cert->subject_cn != '\0'
                          ? cert->subject_cn
                          : cert->subject);
    (void)cm_buf_puts(out, "</b>  ");
    state(out, tree, nth, cert);
    (void)cm_buf_puts(out, "\n");
    return CM_OK;
}

/* Nothing for a row without a chain. */
static enum cm_status draw(struct cm_buf *out, struct cm_report_run *run,
                           const struct tree *tree, struct cm_error *err)
{
    enum cm_status status = CM_OK;

    if (tree->path.num == 0 || tree->path.num > MAX_LEVELS) {
        return CM_OK;
    }
    (void)cm_buf_puts(out, "<pre class=\"tree\">");
    for (size_t i = tree->path.num; status == CM_OK && i > 0; i--) {
        if (tree->path.items[i - 1] != NULL) {
            status = level(out, run, tree, i - 1, err);
        }
    }
    (void)cm_buf_puts(out, "</pre>");
    return status;
}

static enum cm_status chain(struct cm_buf *out, struct cm_report_run *run,
                            const struct cm_html_proof *proof,
                            int64_t judged_at, struct cm_error *err)
{
    struct tree tree = {.proof = proof, .judged_at = judged_at};
    enum cm_status status = CM_OK;

    if (proof->path == NULL) {
        return CM_OK;
    }
    status = cm_report_list_parse(&tree.path, proof->path);
    if (status == CM_OK && proof->chain != NULL) {
        status = cm_report_list_parse(&tree.chain, proof->chain);
    }
    if (status == CM_OK) {
        status = draw(out, run, &tree, err);
    } else {
        status = cm_error_nomem(err, "the action plan");
    }
    cm_report_list_cleanup(&tree.path);
    cm_report_list_cleanup(&tree.chain);
    return status;
}

enum cm_status cm_html_proof_write(struct cm_buf *out,
                                   struct cm_report_run *run,
                                   const struct cm_report_action *action,
                                   const struct cm_html_digest *digest,
                                   bool full, struct cm_error *err)
{
    const struct cm_html_proof *found =
        cm_map_get(digest->proofs, action->key, strlen(action->key));
    enum cm_status status = CM_OK;

    if (found != NULL && found->proof != NULL) {
        if (full) {
            status = chain(out, run, found, cm_report_run_facts(run)->judged_at,
                           err);
        }
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
    return status;
}
