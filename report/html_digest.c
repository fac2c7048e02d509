/* One walk over all rows: the table's columns, a proof for each action, the
 * weeks in which certificates end.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/text.h"
#include "html_parts.h"
#include "reader_asked.h"

#define WEEK_S (INT64_C(7) * 86400)
/* The store's own limits bound what is put together here. */
#define MAX_PARTS (SIZE_MAX / 2)

static const char separators[] = {CM_HTML_SEPARATOR, '\0'};

static void add_text(struct cm_html_digest *digest, enum cm_html_column column,
                     const char *text)
{
    cm_html_columns_add(digest->columns, column, text == NULL ? "" : text,
                        text == NULL ? 0 : strlen(text));
}

static void add_number(struct cm_html_digest *digest,
                       enum cm_html_column column, int64_t number)
{
    struct cm_buf *text = &digest->parts; /* empty between values */

    if (number != CM_UNKNOWN) {
        (void)cm_buf_number(text, number);
    }
    cm_html_columns_add(digest->columns, column, (const char *)text->data,
                        text->len);
    text->len = 0;
}

/* An invalid row has no host; what stands in its first column will do. */
static const char *host_of(const struct cm_report_row *row)
{
    if (row->host != NULL && *row->host != '\0') {
        return row->host;
    }
    return row->fields.num > 0 && row->fields.items[0] != NULL
               ? row->fields.items[0]
               : "";
}

/* A value with several parts, and its column. */
static bool add_parts(struct cm_html_digest *digest, enum cm_html_column column,
                      struct cm_buf *parts)
{
    bool whole = !parts->failed;

    cm_html_columns_add(digest->columns, column, (const char *)parts->data,
                        whole ? parts->len : 0);
    cm_buf_clear(parts);
    return whole;
}

static void put_part(struct cm_buf *parts, const char *text, char separator,
                     bool first)
{
    if (!first) {
        (void)cm_buf_putc(parts, separator);
    }
    for (;;) {
        const char *end = strchrnul(text, CM_HTML_SEPARATOR);

        (void)cm_buf_append(parts, text, (size_t)(end - text));
        if (*end == '\0') {
            break;
        }
        (void)cm_buf_puts(parts, "\xef\xbf\xbd"); /* U+FFFD */
        text = end + 1;
    }
}

static bool add_list(struct cm_html_digest *digest, enum cm_html_column column,
                     const struct cm_report_list *list, size_t from,
                     char separator)
{
    for (size_t i = from; i < list->num; i++) {
        put_part(&digest->parts, list->items[i] == NULL ? "" : list->items[i],
                 separator, i == from);
    }
    return add_parts(digest, column, &digest->parts);
}

static void add_week(struct cm_html_digest *digest, int64_t not_after)
{
    int64_t week;

    if (not_after == CM_UNKNOWN || not_after < digest->judged_at) {
        return;
    }
    week = (not_after - digest->judged_at) / WEEK_S;
    if (week < CM_HTML_WEEKS) {
        digest->weeks[week]++;
    }
}

/* With one view its verdict is the row's. */
static bool add_views(struct cm_html_digest *digest,
                      const struct cm_report_row *row)
{
    for (size_t i = 0; row->views.num > 2 && i < row->views.num; i++) {
        const char *text = row->views.items[i];

        put_part(&digest->parts, text == NULL ? "" : text, CM_HTML_SEPARATOR,
                 i == 0);
    }
    return add_parts(digest, CM_COL_VIEWS, &digest->parts);
}

static bool add_revocation(struct cm_html_digest *digest,
                           const struct cm_report_row *row)
{
    char until[CM_TIME_TEXT_SIZE] = "";

    if (strcmp(row->revocation, "not_checked") != 0) {
        if (row->revocation_next_update != CM_UNKNOWN) {
            (void)cm_time_rfc3339(row->revocation_next_update, until);
        }
        put_part(&digest->parts, row->revocation, CM_HTML_SEPARATOR, true);
        put_part(&digest->parts,
                 row->revocation_source == NULL ? "" : row->revocation_source,
                 CM_HTML_SEPARATOR, false);
        put_part(&digest->parts, until, CM_HTML_SEPARATOR, false);
    }
    return add_parts(digest, CM_COL_REVOCATION, &digest->parts);
}

static bool add_row(struct cm_html_digest *digest,
                    const struct cm_report_row *row)
{
    char ends[CM_TIME_TEXT_SIZE] = "";

    if (row->not_after != CM_UNKNOWN) {
        (void)cm_time_rfc3339(row->not_after, ends);
        ends[strcspn(ends, "T")] = '\0';
    }
    add_week(digest, row->not_after);
    add_number(digest, CM_COL_LINE, row->line);
    add_text(digest, CM_COL_HOST, host_of(row));
    add_number(digest, CM_COL_PORT, row->port);
    add_text(digest, CM_COL_OWNER, row->owner);
    add_text(digest, CM_COL_VERDICT, row->verdict);
    add_text(digest, CM_COL_CAUSE, row->primary_cause);
    add_text(digest, CM_COL_ENDS, ends);
    add_text(digest, CM_COL_TLS, row->tls_version);
    add_text(digest, CM_COL_SUBJECT, row->subject_cn);
    return add_views(digest, row) && add_revocation(digest, row) &&
           add_list(digest, CM_COL_REMAINING, &row->remaining, 0, ' ') &&
           add_list(digest, CM_COL_ALSO, &row->causes,
                    row->primary_cause != NULL ? 1 : 0, ' ') &&
           add_list(digest, CM_COL_LABELS, &row->fields, 0, CM_HTML_SEPARATOR);
}

static void free_proof(void *value)
{
    struct cm_html_proof *proof = value;

    free(proof->proof);
    free(proof->where);
    free(proof);
}

static struct cm_html_proof *proof_of(const struct cm_html_digest *digest,
                                      const struct cm_report_finding *finding)
{
    return finding->action == NULL ? NULL
                                   : cm_map_get(digest->proofs, finding->action,
                                                strlen(finding->action));
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
    (void)cm_buf_puts(&where, host_of(row));
    if (row->port != CM_UNKNOWN) {
        (void)cm_buf_printf(&where, ":%" PRId64, row->port);
    }
    (void)cm_buf_printf(&where, ", line %" PRId64, row->line);
    free(proof->where);
    free(proof->proof);
    proof->where = cm_buf_take(&where);
    proof->proof = strdup(finding->proof);
    proof->fixes = fixes;
    cm_buf_cleanup(&where);
    return proof->where != NULL && proof->proof != NULL;
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

static bool add_finding(struct cm_html_digest *digest,
                        const struct cm_report_row *row,
                        const struct cm_report_finding *finding, size_t nth)
{
    struct cm_html_proof *proof = proof_of(digest, finding);

    if (nth == 0) {
        add_text(digest, CM_COL_RESOLUTION, finding->resolution);
        count_fix(digest, finding);
    }
    put_part(&digest->parts, finding->cause, CM_HTML_SEPARATOR, nth == 0);
    put_part(&digest->parts, finding->proof, CM_HTML_SEPARATOR, false);
    put_part(&digest->parts, finding->resolution, CM_HTML_SEPARATOR, false);
    if (finding->action != NULL) {
        put_part(&digest->actions, finding->action, ' ',
                 digest->actions.len == 0);
    }
    return keep_proof(proof, row, finding, nth == 0 && digest->fails);
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
        add_text(digest, CM_COL_RESOLUTION, "");
    }
    whole = add_parts(digest, CM_COL_ACTIONS, &digest->actions) && whole;
    return add_parts(digest, CM_COL_FINDINGS, &digest->parts) && whole;
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
            put_part(&digest->parts, breach->rule, CM_HTML_SEPARATOR, true);
        }
    }
    if (!add_parts(digest, CM_COL_RULES, &digest->parts) && status == CM_OK) {
        status = cm_error_nomem(err, "the HTML report");
    }
    return status;
}

static enum cm_status add_measured(struct cm_html_digest *digest,
                                   const struct cm_report_row *row,
                                   struct cm_error *err)
{
    add_text(digest, CM_COL_CLIENTS, row->extras.clients);
    add_text(digest, CM_COL_POLICIES, row->extras.policies);
    add_text(digest, CM_COL_GRADE, row->extras.grade);
    return add_rules(digest, row, err);
}

enum cm_status cm_html_digest_begin(struct cm_html_digest *digest,
                                    struct cm_report_run *run,
                                    struct cm_error *err)
{
    enum cm_status status = cm_report_asked_open(&digest->asked, run, err);

    cm_buf_init(&digest->parts, MAX_PARTS);
    cm_buf_init(&digest->actions, MAX_PARTS);
    digest->bundles = cm_report_run_fixes(run);
    digest->judged_at = cm_report_run_facts(run)->judged_at;
    if (status != CM_OK) {
        return status;
    }
    digest->columns = cm_html_columns_new();
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
    if (!add_row(digest, row) || !add_findings(digest, row, findings)) {
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
