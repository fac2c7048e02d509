/* One walk over all rows: the table's columns, a proof for each action.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/text.h"
#include "changes.h"
#include "html_parts.h"
#include "reader_asked.h"

/* The store's own limits bound what is put together here. */
#define MAX_PARTS (SIZE_MAX / 2)

static const char separators[] = {CM_HTML_SEPARATOR, '\0'};

static void free_proof(void *value)
{
    struct cm_html_proof *proof = value;

    free(proof->proof);
    free(proof->where);
    free(proof->path);
    free(proof->chain);
    free(proof);
}

static struct cm_html_proof *proof_of(const struct cm_html_digest *digest,
                                      const struct cm_report_finding *finding)
{
    return finding->action == NULL ? NULL
                                   : cm_map_get(digest->proofs, finding->action,
                                                strlen(finding->action));
}

/* A list as it stands in the store; NULL: no memory. */
static char *text_of(struct cm_span list)
{
    return list.len == 0 ? strdup("[]")
                         : strndup((const char *)list.data, list.len);
}

/* The first row that the action fixes shows best what it is about; until one
 * comes, any row it touches. */
static bool keep_proof(struct cm_html_proof *proof,
                       const struct cm_report_row *row,
                       const struct cm_report_finding *finding, bool fixes)
{
    struct cm_buf where;

    if (proof == NULL || proof->fixes || (proof->where != NULL && !fixes)) {
        return true;
    }
    cm_buf_init(&where, MAX_PARTS);
    (void)cm_buf_puts(&where, cm_html_host_of(row));
    if (row->port != CM_UNKNOWN) {
        (void)cm_buf_printf(&where, ":%" PRId64, row->port);
    }
    (void)cm_buf_printf(&where, ", line %" PRId64, row->line);
    free(proof->where);
    free(proof->proof);
    free(proof->path);
    free(proof->chain);
    proof->where = cm_buf_take(&where);
    proof->proof = strdup(finding->proof);
    proof->path = text_of(row->path_text);
    proof->chain = text_of(row->chain_text);
    proof->path_valid = row->path_valid == 1;
    proof->fixes = fixes;
    cm_buf_cleanup(&where);
    return proof->where != NULL && proof->proof != NULL &&
           proof->path != NULL && proof->chain != NULL;
}

/* What the row needs first; its verdict hangs on that. */
static void count_fix(struct cm_html_digest *digest,
                      const struct cm_report_finding *finding)
{
    enum cm_resolution resolution;

    digest->fails = finding->blocks && finding->action != NULL;
    if (!digest->fails) {
        return;
    }
    digest->fixed_rows++;
    if (cm_resolution_from_id(finding->resolution, &resolution)) {
        digest->fixes[resolution]++;
    }
}

static void put_finding(struct cm_buf *parts, const struct cm_report_row *row,
                        const struct cm_report_finding *finding)
{
    size_t proof;

    cm_html_put_part(parts, finding->cause, CM_HTML_SEPARATOR, true);
    proof = parts->len;
    cm_html_put_part(parts, finding->proof, CM_HTML_SEPARATOR, false);
    cm_html_put_mark(parts, proof, row->host == NULL ? "" : row->host,
                     CM_HTML_HOST);
    cm_html_put_mark(parts, proof, row->ip, CM_HTML_ADDRESS);
    cm_html_put_part(parts, finding->resolution, CM_HTML_SEPARATOR, false);
}

static bool add_finding(struct cm_html_digest *digest,
                        const struct cm_report_row *row,
                        const struct cm_report_finding *finding, size_t nth)
{
    struct cm_html_proof *proof = proof_of(digest, finding);

    if (nth == 0) {
        cm_html_add_text(digest, CM_COL_RESOLUTION, finding->resolution);
        count_fix(digest, finding);
    }
    put_finding(&digest->parts, row, finding);
    if (proof != NULL) {
        cm_html_put_part(&digest->actions, finding->action, ' ',
                         digest->actions.len == 0);
    }
    return cm_html_add_parts(digest, CM_COL_FINDINGS, &digest->parts) &&
           keep_proof(proof, row, finding, nth == 0 && digest->fails);
}

static bool add_findings(struct cm_html_digest *digest,
                         const struct cm_report_row *row,
                         const struct cm_report_findings *findings)
{
    bool whole = true;

    for (size_t i = 0; i < findings->num; i++) {
        whole = add_finding(digest, row, &findings->list[i], i) && whole;
    }
    if (findings->num == 0) {
        cm_html_add_text(digest, CM_COL_RESOLUTION, "");
    }
    cm_html_add_number(digest, CM_COL_COUNTS, (int64_t)findings->num);
    return cm_html_add_parts(digest, CM_COL_ACTIONS, &digest->actions) && whole;
}

/* Room for a proof of each action that will be written out. */
static enum cm_status make_proofs(struct cm_html_digest *digest,
                                  struct cm_report_run *run,
                                  struct cm_error *err)
{
    struct cm_report_list keys = {0};
    enum cm_status status =
        cm_report_top_actions(run, CM_HTML_MAX_ACTIONS, &keys, err);

    for (size_t i = 0; status == CM_OK && i < keys.num; i++) {
        struct cm_html_proof *proof = calloc(1, sizeof(*proof));

        if (proof == NULL || !cm_map_put(digest->proofs, keys.items[i],
                                         strlen(keys.items[i]), proof)) {
            free(proof);
            status = cm_error_nomem(err, "the action plan");
        }
    }
    cm_report_list_cleanup(&keys);
    return status;
}

/* The rules that it breaks or is warned of. */
static enum cm_status add_rules(struct cm_html_digest *digest,
                                const struct cm_report_row *row,
                                struct cm_error *err)
{
    const struct cm_report_breach *breach = NULL;
    enum cm_status status = CM_OK;
    bool asked = row->extras.policies != NULL;

    if (asked) {
        status = cm_report_asked_begin(digest->asked, CM_LIST_BREACHES,
                                       row->endpoint, err);
    }
    while (asked && status == CM_OK) {
        status = cm_report_asked_breach(digest->asked, &breach, err);
        if (status != CM_OK || breach == NULL) {
            break;
        }
        if (strcmp(breach->outcome, "unknown") != 0) {
            (void)cm_buf_printf(&digest->parts, "%s%" PRId64 "/",
                                digest->parts.len == 0 ? "" : separators,
                                breach->policy_ord);
            cm_html_put_part(&digest->parts, breach->rule, CM_HTML_SEPARATOR,
                             true);
        }
    }
    if (!cm_html_add_parts(digest, CM_COL_RULES, &digest->parts) &&
        status == CM_OK) {
        status = cm_error_nomem(err, "the HTML report");
    }
    return status;
}

static enum cm_status add_measured(struct cm_html_digest *digest,
                                   const struct cm_report_row *row,
                                   struct cm_error *err)
{
    cm_html_add_text(digest, CM_COL_CLIENTS, row->extras.clients);
    cm_html_add_text(digest, CM_COL_POLICIES, row->extras.policies);
    cm_html_add_text(digest, CM_COL_GRADE, row->extras.grade);
    return add_rules(digest, row, err);
}

enum cm_status cm_html_digest_begin(struct cm_html_digest *digest,
                                    struct cm_report_run *run,
                                    struct cm_error *err)
{
    const struct cm_report_changes *changes;
    size_t width = 0;
    enum cm_status status = cm_report_asked_open(&digest->asked, run, err);

    cm_buf_init(&digest->parts, MAX_PARTS);
    cm_buf_init(&digest->actions, MAX_PARTS);
    digest->bundles = cm_report_run_fixes(run);
    if (status != CM_OK) {
        return status;
    }
    digest->run = run;
    status = cm_report_run_changes(run, &changes, err);
    if (status == CM_OK) {
        status = cm_report_run_width(run, &width, err);
    }
    if (status != CM_OK) {
        return status;
    }
    digest->columns = cm_html_columns_new(width);
    digest->proofs = cm_map_new();
    if (digest->columns == NULL || digest->proofs == NULL) {
        return cm_error_nomem(err, "the HTML report");
    }
    return make_proofs(digest, run, err);
}

enum cm_status cm_html_digest_row(struct cm_html_digest *digest,
                                  const struct cm_report_row *row,
                                  const struct cm_report_findings *findings,
                                  struct cm_error *err)
{
    const struct cm_change_of *change =
        cm_report_change_of(digest->run, row->endpoint);

    cm_html_add_text(
        digest, CM_COL_CHANGE,
        change == NULL ? "" : cm_change_id((enum cm_change)change->change));
    if (!cm_html_add_row(digest, row) || !add_findings(digest, row, findings)) {
        return cm_error_nomem(err, "the HTML report");
    }
    return add_measured(digest, row, err);
}

/* How far the first actions go. */
enum cm_status cm_html_digest_end(struct cm_html_digest *digest,
                                  struct cm_report_run *run,
                                  struct cm_error *err)
{
    struct cm_report_actions *actions = NULL;
    const struct cm_report_action *action = NULL;
    const struct cm_report_totals *totals;
    int64_t failing = 0;
    int64_t fixed = 0;
    enum cm_status status = cm_report_run_totals(run, &totals, err);

    if (status == CM_OK) {
        failing = totals->rows - totals->verdicts[CM_VERDICT_TRUSTED];
        status = cm_report_actions_open(&actions, run, CM_ORDER_RANK, err);
    }
    for (int64_t i = 1; status == CM_OK && i <= CM_HTML_MAX_ACTIONS; i++) {
        status = cm_report_actions_next(actions, &action, err);
        if (status != CM_OK || action == NULL) {
            break;
        }
        fixed += action->fixes_rows;
        if (failing > 0 && fixed * 5 >= failing * 4) {
            digest->top_actions = i;
            digest->top_rows = fixed;
            break;
        }
    }
    cm_report_actions_close(actions);
    return status;
}

void cm_html_digest_cleanup(struct cm_html_digest *digest)
{
    cm_html_columns_free(digest->columns);
    cm_map_free(digest->proofs, free_proof);
    cm_report_asked_close(digest->asked);
    cm_buf_cleanup(&digest->parts);
    cm_buf_cleanup(&digest->actions);
    memset(digest, 0, sizeof(*digest));
}
