/* Rows, endpoints, results and findings to SQL.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/parts.h"

#include <string.h>

#include "certmuster/text.h"

static const char columns_sql[] =
    "UPDATE run SET columns = ?, owner_column = ?, has_header = ? WHERE id = ?";

static const char row_sql[] =
    "INSERT INTO row (run, id, line, fields, owner, endpoint, first_line)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)";

/* Here and below: all columns, in the order of the table, so that SQLite makes
 * a row of the values where they lie. */
static const char endpoint_sql[] =
    "INSERT INTO endpoint (run, id, host, port, protocol, sni, is_ip, flags,"
    " reason, trust, client, client_cert, http_path)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static const char result_sql[] =
    "INSERT INTO result (run, endpoint, verdict, primary_cause, severity,"
    " causes, path, seen, dns_result, dns_ms, dns, main_probe, remaining,"
    " path_valid, revocation, revocation_source, revocation_this_update,"
    " revocation_next_update, revoked_at, revocation_reason, redo)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static const char judge_again_sql[] =
    "UPDATE result SET verdict = ?, primary_cause = ?, severity = ?,"
    " causes = ?, path = ?, remaining = ?, path_valid = ?, revocation = ?,"
    " revocation_source = ?, revocation_this_update = ?,"
    " revocation_next_update = ?, revoked_at = ?, revocation_reason = ?,"
    " redo = redo | 2 WHERE run = ? AND endpoint = ?";

static const char result_of_sql[] =
    "INSERT INTO result (verdict, primary_cause, severity, causes, path,"
    " remaining, path_valid, revocation, revocation_source,"
    " revocation_this_update, revocation_next_update, revoked_at,"
    " revocation_reason, run, endpoint, main_probe, seen, dns_result, dns_ms,"
    " dns)"
    " SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, endpoint, main_probe,"
    " seen, dns_result, dns_ms, dns FROM result WHERE run = ? AND endpoint = ?";

static const char forget_findings_sql[] =
    "DELETE FROM finding WHERE run = ? AND endpoint = ?";

static const char forget_views_sql[] =
    "DELETE FROM view_verdict WHERE run = ? AND endpoint = ?";

static const char view_sql[] =
    "INSERT INTO view_verdict (run, endpoint, view, verdict, primary_cause)"
    " VALUES (?, ?, ?, ?, ?)";

static const char finding_sql[] =
    "INSERT INTO finding (run, endpoint, ord, cause, severity, confidence,"
    " blocks, proof, rule, certificate, position, resolution, action,"
    " subject_key, subject)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

enum cm_status cm_put_columns(struct cm_store *store,
                              const struct cm_column_names *columns)
{
    struct cm_query q = cm_query_begin(&store->db, columns_sql);

    store->owner_column = columns->owner;
    cm_query_text(&q, columns->json);
    cm_query_int(&q, columns->owner);
    cm_query_int(&q, columns->has_header ? 1 : 0);
    cm_query_int(&q, store->run_id);
    return cm_query_run(&q);
}

static void bind_span(struct cm_query *q, struct cm_span span)
{
    struct cm_buf *text = &q->db->text;

    cm_text_to_utf8(text, (const char *)span.data, span.len);
    cm_query_buf(q, text);
}

static enum cm_status put_endpoint(struct cm_store *store,
                                   const struct cm_row *row)
{
    const struct cm_endpoint *ep = &row->endpoint;
    struct cm_query q = cm_query_insert(&store->db, endpoint_sql);

    cm_query_int(&q, store->run_id);
    cm_query_int(&q, (int64_t)row->id);
    if (row->valid) {
        cm_query_text(&q, ep->host);
        cm_query_int(&q, ep->port);
        cm_query_text(&q, ep->protocol);
        cm_query_text(&q, ep->sni);
        cm_query_int(&q, ep->is_ip ? 1 : 0);
        cm_query_int(&q, (ep->had_trailing_dot ? CM_ENDPOINT_DOT : 0) |
                             (ep->scheme_not_tls ? CM_ENDPOINT_NOT_TLS : 0) |
                             (ep->path_counts ? CM_ENDPOINT_PATH_COUNTS : 0));
        cm_query_null(&q);
        cm_query_text(&q, ep->trust);
        cm_query_int(&q, ep->client);
        bind_span(&q, row->client_cert);
        cm_query_text(&q, ep->http_path);
    } else {
        cm_query_id(&q, "");
        cm_query_null(&q);
        cm_query_id(&q, "");
        cm_query_id(&q, "");
        cm_query_int(&q, 0);
        cm_query_int(&q, 0);
        cm_query_text(&q, row->reason);
        cm_query_id(&q, "");
        cm_query_int(&q, 0);
        cm_query_id(&q, "");
        cm_query_id(&q, "");
    }
    return cm_query_run(&q);
}

static const char *owner_of(const struct cm_store *store,
                            const struct cm_row *row)
{
    int owner = store->owner_column;

    return owner >= 0 && (size_t)owner < row->num_fields ? row->fields[owner]
                                                         : "";
}

enum cm_status cm_put_row(struct cm_store *store, const struct cm_row *row)
{
    struct cm_query q = cm_query_insert(&store->db, row_sql);
    struct cm_buf *fields = &store->db.text;

    cm_buf_putc(fields, '[');
    for (size_t i = 0; i < row->num_fields; i++) {
        cm_buf_puts(fields, i == 0 ? "" : ",");
        cm_text_json(fields, row->fields[i], strlen(row->fields[i]));
    }
    cm_buf_putc(fields, ']');
    cm_query_int(&q, store->run_id);
    cm_query_int(&q, (int64_t)row->id);
    cm_query_int(&q, (int64_t)row->line);
    cm_query_buf(&q, fields);
    cm_query_text(&q, owner_of(store, row));
    cm_query_int(&q, (int64_t)row->endpoint_id);
    cm_query_int(&q, (int64_t)row->first_line);
    if (cm_query_run(&q) == CM_OK && row->endpoint_id == row->id) {
        (void)put_endpoint(store, row);
    }
    return store->db.error.status;
}

/* The findings in the order of the store: the primary one, then the others. */
static size_t in_order(const struct cm_judgement *judgement, size_t ord)
{
    size_t primary;

    if (judgement->primary <= 0) {
        return ord;
    }
    primary = (size_t)judgement->primary;
    if (ord == 0) {
        return primary;
    }
    return ord <= primary ? ord - 1 : ord;
}

static void json_id(struct cm_buf *out, enum cm_cause cause, bool first)
{
    cm_buf_puts(out, first ? "\"" : ",\"");
    cm_buf_puts(out, cm_cause_info(cause)->id);
    cm_buf_putc(out, '"');
}

/* Each cause once, though two certificates may have it. */
static void bind_causes(struct cm_query *q,
                        const struct cm_judgement *judgement)
{
    bool seen[CM_CAUSE_COUNT] = {false};
    struct cm_buf *json = &q->db->text;

    if (judgement->num_findings == 0) {
        cm_query_id(q, "[]");
        return;
    }
    cm_buf_putc(json, '[');
    for (size_t i = 0; i < judgement->num_findings; i++) {
        enum cm_cause cause = judgement->findings[in_order(judgement, i)].cause;

        if (!seen[cause]) {
            seen[cause] = true;
            json_id(json, cause, i == 0);
        }
    }
    cm_buf_putc(json, ']');
    cm_query_buf(q, json);
}

static const char *worst_severity(const struct cm_judgement *judgement)
{
    enum cm_severity worst = CM_SEVERITY_COUNT;

    for (size_t i = 0; i < judgement->num_findings; i++) {
        if (judgement->findings[i].severity < worst) {
            worst = judgement->findings[i].severity;
        }
    }
    return worst == CM_SEVERITY_COUNT ? NULL : cm_severity_id(worst);
}

static void bind_remaining(struct cm_query *q,
                           const struct cm_judgement *judgement)
{
    struct cm_buf *json = &q->db->text;

    if (judgement->num_remaining == 0) {
        cm_query_id(q, "[]");
        return;
    }
    cm_buf_putc(json, '[');
    for (size_t i = 0; i < judgement->num_remaining; i++) {
        json_id(json, judgement->remaining[i], i == 0);
    }
    cm_buf_putc(json, ']');
    cm_query_buf(q, json);
}

/* NULL: nothing is known. */
static void bind_revocation(struct cm_query *q,
                            const struct cm_revocation_status *status)
{
    bool checked = status->result != CM_REVOCATION_NOT_CHECKED;
    bool has_source = status->source != NULL && status->source[0] != '\0';
    bool revoked = status->result == CM_REVOCATION_REVOKED;

    cm_query_id(q, checked ? cm_revocation_result_id(status->result) : NULL);
    cm_query_id(q, has_source ? status->source : NULL);
    cm_query_known(q, status->this_update, status->this_update != 0);
    cm_query_known(q, status->next_update, status->next_update != 0);
    cm_query_known(q, status->revoked_unix, revoked);
    cm_query_known(q, status->reason, revoked && status->reason >= 0);
}

static const char *primary_id(int cause)
{
    return cause < 0 ? NULL : cm_cause_info((enum cm_cause)cause)->id;
}

static int primary_cause(const struct cm_judgement *judgement)
{
    return judgement->primary < 0
               ? -1
               : (int)judgement->findings[judgement->primary].cause;
}

/* "verdict" ... "path". New certificates of the path are written first: their
 * statements run on their own. */
static void bind_verdict(struct cm_store *store, struct cm_query *q,
                         const struct cm_judgement *judgement)
{
    cm_query_id(q, cm_verdict_id(judgement->verdict));
    cm_query_id(q, primary_id(primary_cause(judgement)));
    cm_query_id(q, worst_severity(judgement));
    bind_causes(q, judgement);
    cm_query_certs(store, q, judgement->path, judgement->num_path);
}

/* "remaining" ... "revocation_reason". */
static void bind_rest(struct cm_query *q, const struct cm_judgement *judgement)
{
    bind_remaining(q, judgement);
    cm_query_known(q, judgement->path_valid ? 1 : 0, judgement->num_path > 0);
    bind_revocation(q, &judgement->revocation);
}

/* Most endpoints are the same to all views: only what differs is written. */
static void put_views(struct cm_store *store, int64_t run_id, int64_t endpoint,
                      const struct cm_judgement *judgement)
{
    for (size_t i = 0; i < judgement->num_views; i++) {
        const struct cm_view_verdict *v = &judgement->views[i];
        struct cm_query q;

        if (v->verdict == judgement->verdict &&
            v->primary == primary_cause(judgement)) {
            continue;
        }
        q = cm_query_insert(&store->db, view_sql);
        cm_query_int(&q, run_id);
        cm_query_int(&q, endpoint);
        cm_query_text(&q, v->view);
        cm_query_id(&q, cm_verdict_id(v->verdict));
        cm_query_id(&q, primary_id(v->primary));
        (void)cm_query_run(&q);
    }
}

static void put_finding(struct cm_store *store, struct cm_query *q,
                        const struct cm_finding *finding)
{
    char key[CM_ACTION_KEY_SIZE];

    cm_query_id(q, cm_cause_info(finding->cause)->id);
    cm_query_id(q, cm_severity_id(finding->severity));
    cm_query_id(q, cm_confidence_id(finding->confidence));
    cm_query_int(q, finding->blocks ? 1 : 0);
    cm_query_text(q, finding->proof);
    cm_query_id(q, finding->rule);
    if (finding->cert == NULL) {
        cm_query_null(q);
    } else {
        cm_query_int(q, cm_cert_id(store, finding->cert));
    }
    cm_query_known(q, finding->position, finding->position >= 0);
    cm_query_id(q, cm_resolution_info(finding->resolution)->id);
    cm_query_text(
        q, cm_action_key(finding->resolution, finding->subject_key, key));
    cm_query_text(q, finding->subject_key);
    cm_query_text(q, finding->subject);
    (void)cm_query_run(q);
}

static void put_findings(struct cm_store *store, int64_t run_id,
                         int64_t endpoint, const struct cm_judgement *judgement)
{
    for (size_t i = 0; i < judgement->num_findings; i++) {
        struct cm_query q = cm_query_insert(&store->db, finding_sql);

        cm_query_int(&q, run_id);
        cm_query_int(&q, endpoint);
        cm_query_int(&q, (int64_t)i);
        put_finding(store, &q, &judgement->findings[in_order(judgement, i)]);
    }
}

static void bind_main_probe(struct cm_query *q, const struct cm_evidence *ev)
{
    const struct cm_probe *main_probe =
        ev == NULL ? NULL : cm_evidence_main_probe(ev);

    if (main_probe == NULL) {
        cm_query_null(q);
    } else {
        cm_query_int(q, main_probe - ev->probes);
    }
}

enum cm_status cm_put_result(struct cm_store *store,
                             const struct cm_result *result)
{
    const struct cm_judgement *judgement = &result->judgement;
    const struct cm_evidence *ev = result->evidence;
    const int64_t endpoint = (int64_t)result->endpoint_id;
    struct cm_query q;

    if (store->continued) {
        cm_forget_result(store, endpoint);
    }
    q = cm_query_insert(&store->db, result_sql);
    cm_query_int(&q, store->run_id);
    cm_query_int(&q, endpoint);
    bind_verdict(store, &q, judgement);
    cm_put_dns(&q, ev);
    bind_main_probe(&q, ev);
    bind_rest(&q, judgement);
    cm_query_int(&q, judgement->num_wants > 0 ? 1 : 0);
    if (cm_query_run(&q) == CM_OK && ev != NULL) {
        (void)cm_put_probes(store, result->endpoint_id, ev);
        (void)cm_put_asked(store, endpoint, ev);
    }
    put_findings(store, store->run_id, endpoint, judgement);
    put_views(store, store->run_id, endpoint, judgement);
    return cm_put_measured(store, store->run_id, endpoint, &result->measured);
}

static void forget(struct cm_store *store, const char *sql, int64_t run_id,
                   int64_t endpoint)
{
    struct cm_query q = cm_query_begin(&store->db, sql);

    cm_query_int(&q, run_id);
    cm_query_int(&q, endpoint);
    (void)cm_query_run(&q);
}

enum cm_status cm_put_judgement_again(struct cm_store *store, int64_t run_id,
                                      int64_t endpoint,
                                      const struct cm_judgement *judgement)
{
    struct cm_query q;

    forget(store, forget_findings_sql, run_id, endpoint);
    if (judgement->num_views > 1) {
        forget(store, forget_views_sql, run_id, endpoint);
    }
    if (store->db.error.status == CM_OK) {
        q = cm_query_begin(&store->db, judge_again_sql);
        bind_verdict(store, &q, judgement);
        bind_rest(&q, judgement);
        cm_query_int(&q, run_id);
        cm_query_int(&q, endpoint);
        (void)cm_query_run(&q);
    }
    put_findings(store, run_id, endpoint, judgement);
    put_views(store, run_id, endpoint, judgement);
    return store->db.error.status;
}

enum cm_status cm_put_judgement_of(struct cm_store *store, int64_t to,
                                   int64_t from, int64_t endpoint,
                                   const struct cm_judgement *judgement)
{
    struct cm_query q = cm_query_begin(&store->db, result_of_sql);

    bind_verdict(store, &q, judgement);
    bind_rest(&q, judgement);
    cm_query_int(&q, to);
    cm_query_int(&q, from);
    cm_query_int(&q, endpoint);
    (void)cm_query_run(&q);
    put_findings(store, to, endpoint, judgement);
    put_views(store, to, endpoint, judgement);
    return store->db.error.status;
}
