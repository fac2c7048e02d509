/* One walk over all rows: the table's columns, a proof for each action, the
 * weeks in which certificates end.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/text.h"
#include "html_parts.h"
#include "reader_asked.h"

#define WEEK_S (INT64_C(7) * 86400)
/* The store's own limits bound what is put together here. */
#define MAX_PARTS (SIZE_MAX / 2)

static const char separators[] = {CM_HTML_SEPARATOR, '\0'};

/* The walk over the rows; the buffers keep their memory from row to row. */
struct walk {
    struct cm_html_digest *digest;
    struct cm_buf parts;
    struct cm_buf actions;
    struct cm_report_asked *asked;
    bool fails; /* the row, by its first finding */
};

static void add_text(struct cm_html_digest *digest, enum cm_html_column column,
                     const char *text)
{
    cm_html_columns_add(digest->columns, column, text == NULL ? "" : text,
                        text == NULL ? 0 : strlen(text));
}

static void add_number(struct cm_html_digest *digest,
                       enum cm_html_column column, int64_t number)
{
    char text[24] = "";

    if (number != CM_UNKNOWN) {
        (void)snprintf(text, sizeof(text), "%" PRId64, number);
    }
    add_text(digest, column, text);
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
static bool add_parts(struct walk *walk, enum cm_html_column column,
                      struct cm_buf *parts)
{
    bool whole = !parts->failed;

    add_text(walk->digest, column, cm_buf_cstr(parts));
    cm_buf_clear(parts);
    return whole;
}

static void put_part(struct cm_buf *parts, const char *text, char separator,
                     bool first)
{
    if (!first) {
        (void)cm_buf_putc(parts, separator);
    }
    while (*text != '\0') {
        size_t len = strcspn(text, separators);

        (void)cm_buf_append(parts, text, len);
        text += len;
        if (*text != '\0') {
            (void)cm_buf_puts(parts, "\xef\xbf\xbd"); /* U+FFFD */
            text++;
        }
    }
}

static bool add_list(struct walk *walk, enum cm_html_column column,
                     const struct cm_report_list *list, size_t from,
                     char separator)
{
    for (size_t i = from; i < list->num; i++) {
        put_part(&walk->parts, list->items[i] == NULL ? "" : list->items[i],
                 separator, i == from);
    }
    return add_parts(walk, column, &walk->parts);
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
static bool add_views(struct walk *walk, const struct cm_report_row *row)
{
    for (size_t i = 0; row->views.num > 2 && i < row->views.num; i++) {
        const char *text = row->views.items[i];

        put_part(&walk->parts, text == NULL ? "" : text, CM_HTML_SEPARATOR,
                 i == 0);
    }
    return add_parts(walk, CM_COL_VIEWS, &walk->parts);
}

static bool add_revocation(struct walk *walk, const struct cm_report_row *row)
{
    char until[CM_TIME_TEXT_SIZE] = "";

    if (strcmp(row->revocation, "not_checked") != 0) {
        if (row->revocation_next_update != CM_UNKNOWN) {
            (void)cm_time_rfc3339(row->revocation_next_update, until);
        }
        put_part(&walk->parts, row->revocation, CM_HTML_SEPARATOR, true);
        put_part(&walk->parts,
                 row->revocation_source == NULL ? "" : row->revocation_source,
                 CM_HTML_SEPARATOR, false);
        put_part(&walk->parts, until, CM_HTML_SEPARATOR, false);
    }
    return add_parts(walk, CM_COL_REVOCATION, &walk->parts);
}

static bool add_row(struct walk *walk, const struct cm_report_row *row)
{
    struct cm_html_digest *digest = walk->digest;
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
    return add_views(walk, row) && add_revocation(walk, row) &&
           add_list(walk, CM_COL_REMAINING, &row->remaining, 0, ' ') &&
           add_list(walk, CM_COL_ALSO, &row->causes,
                    row->primary_cause != NULL ? 1 : 0, ' ') &&
           add_list(walk, CM_COL_LABELS, &row->fields, 0, CM_HTML_SEPARATOR);
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
static void count_fix(struct walk *walk,
                      const struct cm_report_finding *finding)
{
    enum cm_resolution resolution;

    walk->fails = finding->blocks && finding->action != NULL;
    if (!walk->fails) {
        return;
    }
    walk->digest->fixed_rows++;
    if (cm_resolution_from_id(finding->resolution, &resolution)) {
        walk->digest->fixes[resolution]++;
    }
}

static bool add_finding(struct walk *walk, const struct cm_report_row *row,
                        const struct cm_report_finding *finding, size_t nth)
{
    struct cm_html_proof *proof = proof_of(walk->digest, finding);

    if (nth == 0) {
        add_text(walk->digest, CM_COL_RESOLUTION, finding->resolution);
        count_fix(walk, finding);
    }
    put_part(&walk->parts, finding->cause, CM_HTML_SEPARATOR, nth == 0);
    put_part(&walk->parts, finding->proof, CM_HTML_SEPARATOR, false);
    put_part(&walk->parts, finding->resolution, CM_HTML_SEPARATOR, false);
    if (finding->action != NULL) {
        put_part(&walk->actions, finding->action, ' ', walk->actions.len == 0);
    }
    return keep_proof(proof, row, finding, nth == 0 && walk->fails);
}

static enum cm_status add_findings(struct walk *walk,
                                   struct cm_report_rows *rows,
                                   const struct cm_report_row *row,
                                   struct cm_error *err)
{
    const struct cm_report_finding *finding;
    bool whole = true;
    size_t num = 0;
    enum cm_status status;

    while ((status = cm_report_rows_finding(rows, &finding, err)) == CM_OK &&
           finding != NULL) {
        whole = add_finding(walk, row, finding, num++) && whole;
    }
    if (num == 0) {
        add_text(walk->digest, CM_COL_RESOLUTION, "");
    }
    whole = add_parts(walk, CM_COL_ACTIONS, &walk->actions) && whole;
    whole = add_parts(walk, CM_COL_FINDINGS, &walk->parts) && whole;
    return status != CM_OK || whole ? status
                                    : cm_error_nomem(err, "the HTML report");
}

/* Room for a proof of each action that will be written out, and how far the
 * first of them go. */
static enum cm_status read_actions(struct cm_html_digest *digest,
                                   struct cm_report_run *run, int64_t failing,
                                   struct cm_error *err)
{
    struct cm_report_actions *actions = NULL;
    const struct cm_report_action *action;
    int64_t fixed = 0;
    enum cm_status status =
        cm_report_actions_open(&actions, run, CM_ORDER_RANK, err);

    for (int64_t i = 1; status == CM_OK && i <= CM_HTML_MAX_ACTIONS; i++) {
        struct cm_html_proof *proof;

        status = cm_report_actions_next(actions, &action, err);
        if (status != CM_OK || action == NULL) {
            break;
        }
        fixed += action->fixes_rows;
        if (digest->top_actions == 0 && failing > 0 &&
            fixed * 5 >= failing * 4) {
            digest->top_actions = i;
            digest->top_rows = fixed;
        }
        proof = calloc(1, sizeof(*proof));
        if (proof == NULL || !cm_map_put(digest->proofs, action->key,
                                         strlen(action->key), proof)) {
            free(proof);
            status = cm_error_nomem(err, "the action plan");
        }
    }
    cm_report_actions_close(actions);
    return status;
}

/* The rules that it breaks or is warned of. */
static enum cm_status add_rules(struct walk *walk,
                                const struct cm_report_row *row,
                                struct cm_error *err)
{
    const struct cm_report_breach *breach = NULL;
    enum cm_status status = CM_OK;
    bool asked = row->extras.policies != NULL;

    if (asked) {
        status = cm_report_asked_begin(walk->asked, CM_LIST_BREACHES,
                                       row->endpoint, err);
    }
    while (asked && status == CM_OK) {
        status = cm_report_asked_breach(walk->asked, &breach, err);
        if (status != CM_OK || breach == NULL) {
            break;
        }
        if (strcmp(breach->outcome, "unknown") != 0) {
            (void)cm_buf_printf(&walk->parts, "%s%" PRId64 "/",
                                walk->parts.len == 0 ? "" : separators,
                                breach->policy_ord);
            put_part(&walk->parts, breach->rule, CM_HTML_SEPARATOR, true);
        }
    }
    if (!add_parts(walk, CM_COL_RULES, &walk->parts) && status == CM_OK) {
        status = cm_error_nomem(err, "the HTML report");
    }
    return status;
}

static enum cm_status add_measured(struct walk *walk,
                                   const struct cm_report_row *row,
                                   struct cm_error *err)
{
    add_text(walk->digest, CM_COL_CLIENTS, row->extras.clients);
    add_text(walk->digest, CM_COL_POLICIES, row->extras.policies);
    add_text(walk->digest, CM_COL_GRADE, row->extras.grade);
    return add_rules(walk, row, err);
}

static enum cm_status walk_rows(struct cm_html_digest *digest,
                                struct cm_report_run *run, struct cm_error *err)
{
    struct walk walk = {.digest = digest};
    struct cm_report_rows *rows = NULL;
    const struct cm_report_row *row = NULL;
    enum cm_status status = cm_report_asked_open(&walk.asked, run, err);

    cm_buf_init(&walk.parts, MAX_PARTS);
    cm_buf_init(&walk.actions, MAX_PARTS);
    if (status == CM_OK) {
        status = cm_report_rows_open(&rows, run, err);
    }
    while (status == CM_OK) {
        status = cm_report_rows_next(rows, &row, err);
        if (status != CM_OK || row == NULL) {
            break;
        }
        status = add_row(&walk, row) ? add_findings(&walk, rows, row, err)
                                     : cm_error_nomem(err, "the HTML report");
        if (status == CM_OK) {
            status = add_measured(&walk, row, err);
        }
    }
    cm_report_asked_close(walk.asked);
    cm_buf_cleanup(&walk.parts);
    cm_buf_cleanup(&walk.actions);
    cm_report_rows_close(rows);
    return status;
}

enum cm_status cm_html_digest_make(struct cm_html_digest *digest,
                                   struct cm_report_run *run,
                                   struct cm_error *err)
{
    const struct cm_report_totals *totals;
    enum cm_status status;

    memset(digest, 0, sizeof(*digest));
    digest->bundles = cm_report_run_fixes(run);
    digest->judged_at = cm_report_run_facts(run)->judged_at;
    digest->columns = cm_html_columns_new();
    digest->proofs = cm_map_new();
    if (digest->columns == NULL || digest->proofs == NULL) {
        return cm_error_nomem(err, "the HTML report");
    }
    status = cm_report_run_totals(run, &totals, err);
    if (status == CM_OK) {
        status = read_actions(
            digest, run, totals->rows - totals->verdicts[CM_VERDICT_TRUSTED],
            err);
    }
    if (status == CM_OK) {
        status = walk_rows(digest, run, err);
    }
    return status;
}

void cm_html_digest_cleanup(struct cm_html_digest *digest)
{
    cm_html_columns_free(digest->columns);
    cm_map_free(digest->proofs, free_proof);
    memset(digest, 0, sizeof(*digest));
}
