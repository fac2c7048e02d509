/* endpoints.jsonl: one JSON object for each row of the input. Every key is
 * always there; null is "not known".
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "columns.h"
#include "facts.h"
#include "format.h"
#include "reader_certs.h"

#define JSONL_SCHEMA_VERSION 1

struct writer {
    struct cm_report_run *run;
    struct cm_report_rows *rows;
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

static enum cm_status put_fingerprints(struct writer *w, const char *key,
                                       const struct cm_report_list *ids,
                                       struct cm_error *err)
{
    enum cm_status status = CM_OK;

    cm_json_key(&w->json, key);
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

static enum cm_status put_seen(struct writer *w,
                               const struct cm_report_row *row,
                               struct cm_error *err)
{
    struct cm_json *json = &w->json;
    size_t num;
    const struct cm_fact *facts = cm_facts_seen(&num);
    enum cm_status status;

    cm_json_key(json, "views");
    cm_json_open(json, '{');
    cm_json_put_text(json, cm_report_run_view(w->run), row->verdict);
    cm_json_close(json, '}');
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
    status = put_fingerprints(w, "chain", &row->chain, err);
    if (status == CM_OK) {
        status = put_fingerprints(w, "path", &row->path, err);
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
            status = put_seen(w, row, err);
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
        status = cm_report_rows_open(&w.rows, run, err);
    }
    if (status == CM_OK) {
        status = put_rows(&w, out, err);
    }
    cm_report_rows_close(w.rows);
    cm_columns_cleanup(&w.columns);
    return status;
}
