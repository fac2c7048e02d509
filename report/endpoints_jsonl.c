/* endpoints.jsonl: one JSON object for each row of the input. Every key is
 * always there; null is "not known".
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "asked_json.h"
#include "columns.h"
#include "facts.h"
#include "format.h"
#include "reader_certs.h"
#include "reader_views.h"

#define JSONL_SCHEMA_VERSION 2

struct writer {
    struct cm_report_run *run;
    struct cm_report_rows *rows;
    struct cm_report_asked *asked;
    const struct cm_report_measures *measures;
    struct cm_columns_of columns;
    struct cm_json json;
};

static void put_input(struct writer *w, const struct cm_report_row *row)
{
    cm_json_key(&w->json, "input");
    cm_json_open(&w->json, '{');
    for (size_t i = 0; i < w->columns.num; i++) {
        cm_json_put_text(&w->json, w->columns.names[i],
                         cm_columns_field(row, i));
    }
    cm_json_close(&w->json, '}');
}

static void put_asked(struct writer *w, const struct cm_report_row *row)
{
    struct cm_json *json = &w->json;

    cm_json_put_number(json, "schema_version", JSONL_SCHEMA_VERSION);
    cm_json_put_number(json, "run", cm_report_run_facts(w->run)->run);
    cm_json_put_number(json, "line", row->line);
    put_input(w, row);
    cm_json_put_text(json, "host", row->host);
    cm_json_put_number(json, "port", row->port);
    cm_json_put_text(json, "protocol", row->protocol);
    cm_json_put_text(json, "sni", row->sni);
    cm_json_put_text(json, "owner", row->owner);
    cm_json_put_text(json, "reason", row->reason);
    cm_json_put_text(json, "verdict", row->verdict);
    cm_json_put_text(json, "primary", row->primary_cause);
    cm_json_put_list(json, "causes", &row->causes);
    cm_json_put_text(json, "severity", row->severity);
    cm_json_put_list(json, "remaining", &row->remaining);
}

static void put_finding(struct cm_json *json,
                        const struct cm_report_finding *finding)
{
    cm_json_open(json, '{');
    cm_json_put_text(json, "id", finding->cause);
    cm_json_put_text(json, "severity", finding->severity);
    cm_json_put_text(json, "confidence", finding->confidence);
    cm_json_key(json, "blocks");
    cm_json_bool(json, finding->blocks);
    cm_json_put_text(json, "proof", finding->proof);
    cm_json_put_text(json, "rule", finding->rule);
    cm_json_put_number(json, "position", finding->position);
    cm_json_put_text(json, "resolution", finding->resolution);
    cm_json_put_text(json, "action", finding->action);
    cm_json_put_text(json, "subject", finding->subject);
    cm_json_put_text(json, "fingerprint_sha256", finding->fingerprint_sha256);
    cm_json_close(json, '}');
}

static enum cm_status put_findings(struct writer *w, struct cm_error *err)
{
    const struct cm_report_finding *finding;
    enum cm_status status;

    cm_json_key(&w->json, "findings");
    cm_json_open(&w->json, '[');
    status = cm_report_rows_finding(w->rows, &finding, err);
    while (status == CM_OK && finding != NULL) {
        put_finding(&w->json, finding);
        status = cm_report_rows_finding(w->rows, &finding, err);
    }
    cm_json_close(&w->json, ']');
    return status;
}

static enum cm_status put_chain(struct writer *w,
                                const struct cm_report_list *ids,
                                struct cm_error *err)
{
    enum cm_status status = CM_OK;

    cm_json_key(&w->json, "chain");
    cm_json_open(&w->json, '[');
    for (size_t i = 0; i < ids->num && status == CM_OK; i++) {
        const char *fingerprint;

        status =
            cm_report_fingerprint(w->run, ids->items[i], &fingerprint, err);
        cm_json_text(&w->json, fingerprint);
    }
    cm_json_close(&w->json, ']');
    return status;
}

static void put_truth(struct cm_json *json, int64_t truth)
{
    if (truth == CM_UNKNOWN) {
        cm_json_text(json, NULL);
    } else {
        cm_json_bool(json, truth == 1);
    }
}

/* The path that was judged: each certificate with its place in the chain as
 * sent, null where it was not sent. */
static enum cm_status put_path(struct writer *w,
                               const struct cm_report_row *row,
                               struct cm_error *err)
{
    struct cm_json *json = &w->json;
    enum cm_status status = CM_OK;

    cm_json_key(json, "path");
    cm_json_open(json, '[');
    for (size_t i = 0; i < row->path.num && status == CM_OK; i++) {
        const char *id = row->path.items[i];
        const char *text;

        cm_json_open(json, '{');
        status = cm_report_fingerprint(w->run, id, &text, err);
        cm_json_put_text(json, "fingerprint_sha256", text);
        if (status == CM_OK) {
            status = cm_report_subject(w->run, id, &text, err);
        }
        cm_json_put_text(json, "subject_dn", status == CM_OK ? text : NULL);
        cm_json_put_number(json, "position", cm_report_row_position(row, id));
        cm_json_key(json, "anchor");
        /* Whether the end of a bad path is an anchor, nobody recorded. */
        put_truth(json, i + 1 < row->path.num  ? 0
                        : row->path_valid == 1 ? 1
                                               : CM_UNKNOWN);
        cm_json_close(json, '}');
    }
    cm_json_close(json, ']');
    cm_json_key(json, "path_valid");
    put_truth(json, row->path_valid);
    return status;
}

static const char *checked(const char *verdict)
{
    return verdict == NULL ||
                   strcmp(verdict, cm_verdict_id(CM_VERDICT_NOT_CHECKED)) == 0
               ? NULL
               : verdict;
}

static void put_views(struct cm_json *json, const struct cm_report_row *row)
{
    bool several = row->primaries.num > 0;

    cm_json_put_text(json, "view", row->view);
    cm_json_key(json, "views");
    cm_json_open(json, '{');
    for (size_t i = 0; i + 1 < row->views.num; i += 2) {
        cm_json_put_text(json, row->views.items[i],
                         checked(row->views.items[i + 1]));
    }
    cm_json_close(json, '}');
    cm_json_key(json, "primary_by_view");
    cm_json_open(json, '{');
    for (size_t i = 0; i + 1 < row->views.num; i += 2) {
        const char *view = row->views.items[i];

        cm_json_put_text(json, view,
                         several ? row->primaries.items[i + 1]
                                 : row->primary_cause);
    }
    cm_json_close(json, '}');
}

static void put_revocation(struct cm_json *json,
                           const struct cm_report_row *row)
{
    cm_json_key(json, "revocation");
    if (checked(row->revocation) == NULL) {
        cm_json_text(json, NULL);
        return;
    }
    cm_json_open(json, '{');
    cm_json_put_text(json, "result", row->revocation);
    cm_json_put_text(json, "source", row->revocation_source);
    cm_json_put_time(json, "this_update", row->revocation_this_update);
    cm_json_put_time(json, "next_update", row->revocation_next_update);
    cm_json_put_time(json, "revoked", row->revoked_at);
    cm_json_put_number(json, "reason", row->revocation_reason);
    cm_json_close(json, '}');
}

static enum cm_status put_seen(struct writer *w,
                               const struct cm_report_row *row,
                               struct cm_error *err)
{
    struct cm_json *json = &w->json;
    size_t num;
    const struct cm_fact *facts = cm_facts_seen(&num);
    enum cm_status status;

    cm_json_put_time(json, "timestamp", row->seen);
    cm_json_put_text(json, "dns_result", row->dns_result);
    cm_json_put_text(json, "ip", row->ip[0] == '\0' ? NULL : row->ip);
    cm_json_put_text(json, "reached", row->reached);
    cm_json_put_text(json, "ended", row->ended);
    cm_json_put_text(json, "subject_dn", row->subject);
    cm_json_put_text(json, "issuer_dn", row->issuer);
    cm_json_put_text(json, "spki_sha256", row->spki_sha256);
    for (size_t i = 0; i < num; i++) {
        cm_fact_json(json, &facts[i], row);
    }
    status = put_chain(w, &row->chain, err);
    if (status == CM_OK) {
        status = put_path(w, row, err);
    }
    return status;
}

static enum cm_status put_rows(struct writer *w, struct cm_report_out *out,
                               struct cm_error *err)
{
    const struct cm_report_row *row;
    enum cm_status status = cm_report_rows_next(w->rows, &row, err);

    while (status == CM_OK && row != NULL) {
        cm_json_init(&w->json, &out->buf);
        cm_json_open(&w->json, '{');
        put_asked(w, row);
        status = put_findings(w, err);
        if (status == CM_OK) {
            put_views(&w->json, row);
            put_revocation(&w->json, row);
            status = put_seen(w, row, err);
        }
        if (status == CM_OK) {
            status = cm_asked_json(&w->json, w->asked, w->measures, row, err);
        }
        cm_json_close(&w->json, '}');
        cm_buf_putc(&out->buf, '\n');
        if (status == CM_OK) {
            status = cm_report_out_settle(out, err);
        }
        if (status == CM_OK) {
            status = cm_report_rows_next(w->rows, &row, err);
        }
    }
    return status;
}

enum cm_status cm_endpoints_jsonl_write(struct cm_report_run *run,
                                        struct cm_report_out *out,
                                        struct cm_error *err)
{
    struct writer w;
    enum cm_status status;

    memset(&w, 0, sizeof(w));
    w.run = run;
    status = cm_columns_make(&w.columns, run, true, err);
    if (status == CM_OK) {
        status = cm_report_run_measures(run, &w.measures, err);
    }
    if (status == CM_OK) {
        status = cm_report_asked_open(&w.asked, run, err);
    }
    if (status == CM_OK) {
        status = cm_report_rows_open(&w.rows, run, err);
    }
    if (status == CM_OK) {
        status = put_rows(&w, out, err);
    }
    cm_report_rows_close(w.rows);
    cm_report_asked_close(w.asked);
    cm_columns_cleanup(&w.columns);
    return status;
}
