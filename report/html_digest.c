/* One walk over all rows: the table's columns, a proof for each action, the
 * weeks in which certificates end.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/text.h"
#include "html_parts.h"

#define WEEK_S (INT64_C(7) * 86400)
#define MAX_TEXT 65536U

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

static void add_list(struct cm_html_digest *digest, enum cm_html_column column,
                     const struct cm_report_list *list, size_t from)
{
    struct cm_buf text;

    cm_buf_init(&text, MAX_TEXT);
    for (size_t i = from; i < list->num; i++) {
        if (list->items[i] != NULL) {
            (void)cm_buf_puts(&text, text.len == 0 ? "" : " ");
            (void)cm_buf_puts(&text, list->items[i]);
        }
    }
    add_text(digest, column, cm_buf_cstr(&text));
    cm_buf_cleanup(&text);
}

static void add_row(struct cm_html_digest *digest,
                    const struct cm_report_row *row)
{
    char ends[CM_TIME_TEXT_SIZE] = "";

    if (row->not_after != CM_UNKNOWN) {
        int64_t week = (row->not_after - digest->judged_at) / WEEK_S;

        (void)cm_time_rfc3339(row->not_after, ends);
        ends[strcspn(ends, "T")] = '\0';
        if (row->not_after >= digest->judged_at && week < CM_HTML_WEEKS) {
            digest->weeks[week]++;
        }
    }
    add_number(digest, CM_COL_LINE, row->line);
    add_text(digest, CM_COL_HOST, host_of(row));
    add_number(digest, CM_COL_PORT, row->port);
    add_text(digest, CM_COL_OWNER, row->owner);
    add_text(digest, CM_COL_VERDICT, row->verdict);
    add_text(digest, CM_COL_CAUSE, row->primary_cause);
    add_list(digest, CM_COL_ALSO, &row->causes,
             row->primary_cause != NULL ? 1 : 0);
    add_text(digest, CM_COL_ENDS, ends);
    add_text(digest, CM_COL_TLS, row->tls_version);
    add_text(digest, CM_COL_SUBJECT, row->subject_cn);
    add_list(digest, CM_COL_LABELS, &row->fields, 0);
}

static void free_proof(void *value)
{
    struct cm_html_proof *proof = value;

    free(proof->proof);
    free(proof->where);
    free(proof);
}

/* The first row that the action fixes shows best what it is about; until one
 * comes, any row it touches. */
static bool keep_proof(struct cm_html_digest *digest,
                       const struct cm_report_row *row,
                       const struct cm_report_finding *finding)
{
    size_t len = strlen(finding->action);
    struct cm_html_proof *proof =
        cm_map_get(digest->proofs, finding->action, len);
    char *where = NULL;

    if (proof != NULL && (proof->fixes || !finding->blocks)) {
        return true;
    }
    if (proof == NULL) {
        if (cm_map_count(digest->proofs) >= 8 * CM_HTML_MAX_ACTIONS &&
            !finding->blocks) {
            return true;
        }
        proof = calloc(1, sizeof(*proof));
        if (proof == NULL ||
            !cm_map_put(digest->proofs, finding->action, len, proof)) {
            free(proof);
            return false;
        }
    }
    if (asprintf(&where, "%s%s%.0" PRId64 ", line %" PRId64, host_of(row),
                 row->port == CM_UNKNOWN ? "" : ":",
                 row->port == CM_UNKNOWN ? 0 : row->port, row->line) < 0) {
        return false;
    }
    free(proof->where);
    free(proof->proof);
    proof->where = where;
    proof->proof = strdup(finding->proof == NULL ? "" : finding->proof);
    proof->fixes = finding->blocks;
    return proof->proof != NULL;
}

static enum cm_status add_findings(struct cm_html_digest *digest,
                                   struct cm_report_rows *rows,
                                   const struct cm_report_row *row,
                                   struct cm_error *err)
{
    const struct cm_report_finding *finding;
    struct cm_buf actions;
    struct cm_buf proof;
    bool first = true;
    enum cm_status status;

    cm_buf_init(&actions, MAX_TEXT);
    cm_buf_init(&proof, MAX_TEXT);
    while ((status = cm_report_rows_finding(rows, &finding, err)) == CM_OK &&
           finding != NULL) {
        if (first) {
            add_text(digest, CM_COL_RESOLUTION, finding->resolution);
            (void)cm_buf_puts(&proof,
                              finding->proof == NULL ? "" : finding->proof);
            first = false;
        }
        if (finding->action != NULL) {
            (void)cm_buf_puts(&actions, actions.len == 0 ? "" : " ");
            (void)cm_buf_puts(&actions, finding->action);
            if (!keep_proof(digest, row, finding)) {
                status = cm_error_nomem(err, "the action plan");
                break;
            }
        }
    }
    if (first) {
        add_text(digest, CM_COL_RESOLUTION, "");
    }
    add_text(digest, CM_COL_ACTIONS, cm_buf_cstr(&actions));
    add_text(digest, CM_COL_PROOF, cm_buf_cstr(&proof));
    cm_buf_cleanup(&actions);
    cm_buf_cleanup(&proof);
    return status;
}

enum cm_status cm_html_digest_make(struct cm_html_digest *digest,
                                   struct cm_report_run *run,
                                   struct cm_error *err)
{
    struct cm_report_rows *rows = NULL;
    const struct cm_report_row *row = NULL;
    enum cm_status status;

    memset(digest, 0, sizeof(*digest));
    digest->judged_at = cm_report_run_facts(run)->judged_at;
    digest->columns = cm_html_columns_new();
    digest->proofs = cm_map_new();
    if (digest->columns == NULL || digest->proofs == NULL) {
        return cm_error_nomem(err, "the HTML report");
    }
    status = cm_report_rows_open(&rows, run, err);
    while (status == CM_OK) {
        status = cm_report_rows_next(rows, &row, err);
        if (status != CM_OK || row == NULL) {
            break;
        }
        add_row(digest, row);
        status = add_findings(digest, rows, row, err);
    }
    cm_report_rows_close(rows);
    return status;
}

void cm_html_digest_cleanup(struct cm_html_digest *digest)
{
    cm_html_columns_free(digest->columns);
    cm_map_free(digest->proofs, free_proof);
    memset(digest, 0, sizeof(*digest));
}
