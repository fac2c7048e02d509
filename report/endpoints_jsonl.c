/* endpoints.jsonl: one JSON object for each row of the input. Every key is
 * always there; null is "not known".
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "asked_json.h"
#include "changes.h"
#include "columns.h"
#include "facts.h"
#include "format.h"
#include "made_cache.h"
#include "reader_certs.h"
#include "reader_views.h"

#define JSONL_SCHEMA_VERSION 2
#define MAX_PART ((size_t)64 << 20)

struct writer {
    struct cm_report_writer base;
    struct cm_report_asked *asked;
    const struct cm_report_measures *measures;
    struct cm_columns_of columns;
    struct cm_buf *keys;          /* owned: of the columns, as JSON */
    struct cm_made_cache *chains; /* chains and paths that rows share */
    struct cm_buf chain_key;
    struct cm_buf made;
    struct cm_json json;
};

static void put_input(struct writer *w, const struct cm_report_row *row)
{
    CM_JSON_KEY(&w->json, "input");
    cm_json_open(&w->json, '{');
    for (size_t i = 0; i < w->columns.num; i++) {
        cm_json_made_key(&w->json, (const char *)w->keys[i].data,
                         w->keys[i].len);
        cm_json_text(&w->json, cm_columns_field(row, i));
    }
    cm_json_close(&w->json, '}');
}

static void put_asked(struct writer *w, const struct cm_report_row *row)
{
    struct cm_json *json = &w->json;

    CM_JSON_NUMBER(json, "schema_version", JSONL_SCHEMA_VERSION);
    CM_JSON_NUMBER(json, "run", cm_report_run_facts(w->base.run)->run);
    CM_JSON_NUMBER(json, "line", row->line);
    put_input(w, row);
    CM_JSON_TEXT(json, "host", row->host);
    CM_JSON_NUMBER(json, "port", row->port);
    CM_JSON_TEXT(json, "protocol", row->protocol);
    CM_JSON_TEXT(json, "sni", row->sni);
    CM_JSON_TEXT(json, "owner", row->owner);
    CM_JSON_TEXT(json, "reason", row->reason);
    CM_JSON_TEXT(json, "verdict", row->verdict);
    CM_JSON_TEXT(json, "primary", row->primary_cause);
    CM_JSON_KEY(json, "causes");
    cm_json_list(json, &row->causes);
    CM_JSON_TEXT(json, "severity", row->severity);
    CM_JSON_KEY(json, "remaining");
    cm_json_list(json, &row->remaining);
}

static void put_finding(struct cm_json *json, const struct cm_report_row *row,
                        const struct cm_report_finding *finding,
                        const char *change)
{
    char id[CM_FINDING_ID_SIZE];
    const char *known = cm_report_finding_id(row, finding, id);

    json->out->failed = json->out->failed || known == NULL;
    cm_json_open(json, '{');
    CM_JSON_TEXT(json, "id", finding->cause);
    CM_JSON_TEXT(json, "finding_id", known);
    CM_JSON_TEXT(json, "change", change);
    CM_JSON_TEXT(json, "severity", finding->severity);
    CM_JSON_TEXT(json, "confidence", finding->confidence);
    CM_JSON_KEY(json, "blocks");
    cm_json_bool(json, finding->blocks);
    CM_JSON_TEXT(json, "proof", finding->proof);
    CM_JSON_TEXT(json, "rule", finding->rule);
    CM_JSON_NUMBER(json, "position", finding->position);
    CM_JSON_TEXT(json, "resolution", finding->resolution);
    CM_JSON_TEXT(json, "action", finding->action);
    CM_JSON_TEXT(json, "subject", finding->subject);
    CM_JSON_TEXT(json, "fingerprint_sha256", finding->fingerprint_sha256);
    cm_json_close(json, '}');
}

/* That a row repeats an earlier one is not compared. */
static void put_findings(struct writer *w, const struct cm_report_row *row,
                         const struct cm_report_findings *findings)
{
    struct cm_json *json = &w->json;
    const struct cm_change_of *change =
        cm_report_change_of(w->base.run, row->endpoint);

    CM_JSON_TEXT(json, "change",
                 change == NULL ? NULL
                                : cm_change_id((enum cm_change)change->change));
    CM_JSON_KEY(json, "findings");
    cm_json_open(json, '[');
    for (size_t i = 0; i < findings->num; i++) {
        const struct cm_report_finding *finding = &findings->list[i];

        put_finding(json, row, finding,
                    finding->ord == CM_UNKNOWN
                        ? NULL
                        : cm_report_finding_change(change, i));
    }
    cm_json_close(json, ']');
}

static enum cm_status put_chain(struct writer *w, struct cm_json *json,
                                const struct cm_report_list *ids,
                                struct cm_error *err)
{
    enum cm_status status = CM_OK;

    CM_JSON_KEY(json, "chain");
    cm_json_open(json, '[');
    for (size_t i = 0; i < ids->num && status == CM_OK; i++) {
        const char *fingerprint;

        status = cm_report_fingerprint(w->base.run, ids->items[i], &fingerprint,
                                       err);
        cm_json_text(json, fingerprint);
    }
    cm_json_close(json, ']');
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
static enum cm_status put_path(struct writer *w, struct cm_json *json,
                               const struct cm_report_row *row,
                               struct cm_error *err)
{
    enum cm_status status = CM_OK;

    CM_JSON_KEY(json, "path");
    cm_json_open(json, '[');
    for (size_t i = 0; i < row->path.num && status == CM_OK; i++) {
        const char *id = row->path.items[i];
        const char *text;

        cm_json_open(json, '{');
        status = cm_report_fingerprint(w->base.run, id, &text, err);
        CM_JSON_TEXT(json, "fingerprint_sha256", text);
        if (status == CM_OK) {
            status = cm_report_subject(w->base.run, id, &text, err);
        }
        CM_JSON_TEXT(json, "subject_dn", status == CM_OK ? text : NULL);
        CM_JSON_NUMBER(json, "position", cm_report_row_position(row, id));
        CM_JSON_KEY(json, "anchor");
        /* Whether the end of a bad path is an anchor, nobody recorded. */
        put_truth(json, i + 1 < row->path.num  ? 0
                        : row->path_valid == 1 ? 1
                                               : CM_UNKNOWN);
        cm_json_close(json, '}');
    }
    cm_json_close(json, ']');
    CM_JSON_KEY(json, "path_valid");
    put_truth(json, row->path_valid);
    return status;
}

/* Both, as they were made for an earlier row with the same chain. */
static enum cm_status put_chains(struct writer *w,
                                 const struct cm_report_row *row,
                                 struct cm_error *err)
{
    struct cm_buf *key = &w->chain_key;
    struct cm_span known;

    cm_buf_clear(key);
    cm_buf_append(key, row->chain_text.data, row->chain_text.len);
    cm_buf_append(key, row->path_text.data, row->path_text.len);
    cm_buf_number(key, row->path_valid);
    if (key->failed) {
        return cm_error_nomem(err, "endpoints.jsonl");
    }
    known = cm_made_cache_get(w->chains, (struct cm_span){key->data, key->len});
    if (known.data == NULL) {
        struct cm_json json;
        enum cm_status status;

        cm_buf_clear(&w->made);
        cm_json_init(&json, &w->made);
        status = put_chain(w, &json, &row->chain, err);
        if (status == CM_OK) {
            status = put_path(w, &json, row, err);
        }
        if (status == CM_OK && w->made.failed) {
            status = cm_error_nomem(err, "endpoints.jsonl");
        }
        if (status != CM_OK) {
            return status;
        }
        known = (struct cm_span){w->made.data, w->made.len};
        cm_made_cache_put(w->chains, (struct cm_span){key->data, key->len},
                          known);
    }
    cm_json_made(&w->json, known.data, known.len);
    return CM_OK;
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

    CM_JSON_TEXT(json, "view", row->view);
    CM_JSON_KEY(json, "views");
    cm_json_open(json, '{');
    for (size_t i = 0; i + 1 < row->views.num; i += 2) {
        cm_json_put_text(json, row->views.items[i],
                         checked(row->views.items[i + 1]));
    }
    cm_json_close(json, '}');
    CM_JSON_KEY(json, "primary_by_view");
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
    CM_JSON_KEY(json, "revocation");
    if (checked(row->revocation) == NULL) {
        cm_json_text(json, NULL);
        return;
    }
    cm_json_open(json, '{');
    CM_JSON_TEXT(json, "result", row->revocation);
    CM_JSON_TEXT(json, "source", row->revocation_source);
    CM_JSON_TIME(json, "this_update", row->revocation_this_update);
    CM_JSON_TIME(json, "next_update", row->revocation_next_update);
    CM_JSON_TIME(json, "revoked", row->revoked_at);
    CM_JSON_NUMBER(json, "reason", row->revocation_reason);
    cm_json_close(json, '}');
}

typedef void put_fn(struct cm_json *json, const struct cm_report_row *row);

static void put_names(struct cm_json *json, const struct cm_report_row *row)
{
    CM_JSON_TEXT(json, "subject_dn", row->subject);
    CM_JSON_TEXT(json, "issuer_dn", row->issuer);
    CM_JSON_TEXT(json, "spki_sha256", row->spki_sha256);
}

static void put_facts(struct cm_json *json, const struct cm_fact *facts,
                      size_t num, const struct cm_report_row *row)
{
    for (size_t i = 0; i < num; i++) {
        cm_fact_json(json, &facts[i], row);
    }
}

static void put_certificate(struct cm_json *json,
                            const struct cm_report_row *row)
{
    size_t num;
    const struct cm_fact *facts = cm_facts_certificate(&num);

    put_facts(json, facts, num, row);
}

/* What is known of the certificate, made once for all rows that show it. */
static void put_made(struct writer *w, const struct cm_report_row *row,
                     enum cm_made_part part, put_fn *put)
{
    struct cm_span *made = &row->cert->made[part];
    struct cm_json json;

    if (made->data == NULL) {
        cm_buf_clear(&w->made);
        cm_json_init(&json, &w->made);
        put(&json, row);
        if (!cm_cert_facts_keep(row->cert, part, &w->made)) {
            w->json.out->failed = true;
            return;
        }
    }
    cm_json_made(&w->json, made->data, made->len);
}

static enum cm_status put_seen(struct writer *w,
                               const struct cm_report_row *row,
                               struct cm_error *err)
{
    struct cm_json *json = &w->json;
    size_t num;
    const struct cm_fact *facts;

    CM_JSON_TIME(json, "timestamp", row->seen);
    CM_JSON_TEXT(json, "dns_result", row->dns_result);
    CM_JSON_TEXT(json, "ip", row->ip[0] == '\0' ? NULL : row->ip);
    CM_JSON_TEXT(json, "reached", row->reached);
    CM_JSON_TEXT(json, "ended", row->ended);
    put_made(w, row, CM_MADE_JSON_NAMES, put_names);
    facts = cm_facts_connection(&num);
    put_facts(json, facts, num, row);
    put_made(w, row, CM_MADE_JSON_FACTS, put_certificate);
    facts = cm_facts_times(&num);
    put_facts(json, facts, num, row);
    return put_chains(w, row, err);
}

static enum cm_status write_row(struct cm_report_writer *writer,
                                const struct cm_report_row *row,
                                const struct cm_report_findings *findings,
                                struct cm_error *err)
{
    struct writer *w = (struct writer *)writer;
    struct cm_json *json = &w->json;
    enum cm_status status;

    cm_json_init(json, &writer->out->buf);
    cm_json_open(json, '{');
    put_asked(w, row);
    put_findings(w, row, findings);
    put_views(json, row);
    put_revocation(json, row);
    status = put_seen(w, row, err);
    if (status == CM_OK) {
        status = cm_asked_json(json, w->asked, w->measures, row, err);
    }
    cm_json_close(json, '}');
    cm_buf_putc(&writer->out->buf, '\n');
    return status;
}

static enum cm_status make_keys(struct writer *w, struct cm_error *err)
{
    bool whole;

    cm_buf_init(&w->chain_key, MAX_PART);
    cm_buf_init(&w->made, MAX_PART);
    w->chains = cm_made_cache_new();
    w->keys = calloc(w->columns.num + 1, sizeof(*w->keys));
    whole = w->chains != NULL && w->keys != NULL;
    for (size_t i = 0; whole && i < w->columns.num; i++) {
        struct cm_json json;

        cm_buf_init(&w->keys[i], MAX_PART);
        cm_json_init(&json, &w->keys[i]);
        cm_json_key(&json, w->columns.names[i]);
        whole = !w->keys[i].failed;
    }
    return whole ? CM_OK : cm_error_nomem(err, "endpoints.jsonl");
}

static enum cm_status begin(struct cm_report_writer *writer,
                            struct cm_error *err)
{
    struct writer *w = (struct writer *)writer;
    enum cm_status status =
        cm_columns_make(&w->columns, writer->run, true, err);

    const struct cm_report_changes *changes;

    if (status == CM_OK) {
        status = make_keys(w, err);
    }
    if (status == CM_OK) {
        status = cm_report_run_changes(writer->run, &changes, err);
    }
    if (status == CM_OK) {
        status = cm_report_run_measures(writer->run, &w->measures, err);
    }
    if (status == CM_OK) {
        status = cm_report_asked_open(&w->asked, writer->run, err);
    }
    return status;
}

static void cleanup(struct cm_report_writer *writer)
{
    struct writer *w = (struct writer *)writer;

    for (size_t i = 0; w->keys != NULL && i < w->columns.num; i++) {
        cm_buf_cleanup(&w->keys[i]);
    }
    free(w->keys);
    cm_buf_cleanup(&w->chain_key);
    cm_buf_cleanup(&w->made);
    cm_made_cache_free(w->chains);
    cm_report_asked_close(w->asked);
    cm_columns_cleanup(&w->columns);
}

const struct cm_report_format cm_endpoints_jsonl_format = {
    .name = "jsonl",
    .file = "endpoints.jsonl",
    .size = sizeof(struct writer),
    .begin = begin,
    .row = write_row,
    .cleanup = cleanup,
};
