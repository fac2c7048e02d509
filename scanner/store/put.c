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

static const char endpoint_sql[] =
    "INSERT INTO endpoint (run, id, host, port, protocol, sni, is_ip, flags,"
    " trust, reason, client, client_cert, http_path)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static const char result_sql[] =
    "INSERT INTO result (verdict, primary_cause, severity, causes, remaining,"
    " path, path_valid, revocation, revocation_source, revocation_this_update,"
    " revocation_next_update, revoked_at, revocation_reason, run, endpoint,"
    " redo, main_probe, seen, dns_result, dns_ms, dns)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static const char judge_again_sql[] =
    "UPDATE result SET verdict = ?, primary_cause = ?, severity = ?,"
    " causes = ?, remaining = ?, path = ?, path_valid = ?, revocation = ?,"
    " revocation_source = ?, revocation_this_update = ?,"
    " revocation_next_update = ?, revoked_at = ?, revocation_reason = ?,"
    " redo = redo | 2 WHERE run = ? AND endpoint = ?";

static const char result_of_sql[] =
    "INSERT INTO result (verdict, primary_cause, severity, causes, remaining,"
    " path, path_valid, revocation, revocation_source, revocation_this_update,"
    " revocation_next_update, revoked_at, revocation_reason, run, endpoint,"
    " main_probe, seen, dns_result, dns_ms, dns)"
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
    struct cm_buf text;

    cm_buf_init(&text, CM_DB_MAX_TEXT);
    cm_text_to_utf8(&text, (const char *)span.data, span.len);
    cm_query_buf(q, &text);
    cm_buf_cleanup(&text);
}

static enum cm_status put_endpoint(struct cm_store *store,
                                   const struct cm_row *row)
{
    const struct cm_endpoint *ep = &row->endpoint;
    struct cm_query q = cm_query_begin(&store->db, endpoint_sql);

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
        cm_query_text(&q, ep->trust);
        cm_query_null(&q);
        cm_query_int(&q, ep->client);
        bind_span(&q, row->client_cert);
        cm_query_text(&q, ep->http_path);
    } else {
        cm_query_text(&q, "");
        cm_query_null(&q);
        cm_query_text(&q, "");
        cm_query_text(&q, "");
        cm_query_int(&q, 0);
        cm_query_int(&q, 0);
        cm_query_text(&q, "");
        cm_query_text(&q, row->reason);
        cm_query_int(&q, 0);
        cm_query_text(&q, "");
        cm_query_text(&q, "");
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
    struct cm_query q = cm_query_begin(&store->db, row_sql);
    struct cm_buf fields;

    cm_buf_init(&fields, CM_DB_MAX_TEXT);
    cm_buf_putc(&fields, '[');
    for (size_t i = 0; i < row->num_fields; i++) {
        cm_buf_puts(&fields, i == 0 ? "" : ",");
        cm_text_json(&fields, row->fields[i], strlen(row->fields[i]));
    }
    cm_buf_putc(&fields, ']');
    cm_query_int(&q, store->run_id);
    cm_query_int(&q, (int64_t)row->id);
    cm_query_int(&q, (int64_t)row->line);
    cm_query_buf(&q, &fields);
    cm_query_text(&q, owner_of(store, row));
    cm_query_int(&q, (int64_t)row->endpoint_id);
    cm_query_int(&q, (int64_t)row->first_line);
    cm_buf_cleanup(&fields);
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

/* Each cause once, though two certificates may have it. */
static void causes_json(const struct cm_judgement *judgement,
                        struct cm_buf *out)
{
    bool seen[CM_CAUSE_COUNT] = {false};
    const char *comma = "";

    cm_buf_putc(out, '[');
    for (size_t i = 0; i < judgement->num_findings; i++) {
        enum cm_cause cause = judgement->findings[in_order(judgement, i)].cause;

        if (!seen[cause]) {
            seen[cause] = true;
            cm_buf_printf(out, "%s\"%s\"", comma, cm_cause_info(cause)->id);
            comma = ",";
        }
    }
    cm_buf_putc(out, ']');
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

static void remaining_json(const struct cm_judgement *judgement,
                           struct cm_buf *out)
{
    cm_buf_putc(out, '[');
    for (size_t i = 0; i < judgement->num_remaining; i++) {
        cm_buf_printf(out, "%s\"%s\"", i == 0 ? "" : ",",
                      cm_cause_info(judgement->remaining[i])->id);
    }
    cm_buf_putc(out, ']');
}

/* NULL: nothing is known. */
static void bind_revocation(struct cm_query *q,
                            const struct cm_revocation_status *status)
{
    bool checked = status->result != CM_REVOCATION_NOT_CHECKED;
    bool has_source = status->source != NULL && status->source[0] != '\0';
    bool revoked = status->result == CM_REVOCATION_REVOKED;

    cm_query_text(q, checked ? cm_revocation_result_id(status->result) : NULL);
    cm_query_text(q, has_source ? status->source : NULL);
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

/* The first values of result_sql and judge_again_sql. The path's certificates
 * are written first: their statements run on their own. */
static void bind_judgement(struct cm_store *store, struct cm_query *q,
                           const struct cm_judgement *judgement)
{
    struct cm_buf json;

    cm_buf_init(&json, CM_DB_MAX_TEXT);
    cm_query_text(q, cm_verdict_id(judgement->verdict));
    cm_query_text(q, primary_id(primary_cause(judgement)));
    cm_query_text(q, worst_severity(judgement));
    causes_json(judgement, &json);
    cm_query_buf(q, &json);
    remaining_json(judgement, &json);
    cm_query_buf(q, &json);
    cm_cert_ids_json(store, judgement->path, judgement->num_path, &json);
    cm_query_buf(q, &json);
    cm_query_known(q, judgement->path_valid ? 1 : 0, judgement->num_path > 0);
    bind_revocation(q, &judgement->revocation);
    cm_buf_cleanup(&json);
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
        q = cm_query_begin(&store->db, view_sql);
        cm_query_int(&q, run_id);
        cm_query_int(&q, endpoint);
        cm_query_text(&q, v->view);
        cm_query_text(&q, cm_verdict_id(v->verdict));
        cm_query_text(&q, primary_id(v->primary));
        (void)cm_query_run(&q);
    }
}

static void put_finding(struct cm_store *store, struct cm_query *q,
                        const struct cm_finding *finding)
{
    char key[CM_ACTION_KEY_SIZE];

    cm_query_text(q, cm_cause_info(finding->cause)->id);
    cm_query_text(q, cm_severity_id(finding->severity));
    cm_query_text(q, cm_confidence_id(finding->confidence));
    cm_query_int(q, finding->blocks ? 1 : 0);
    cm_query_text(q, finding->proof);
    cm_query_text(q, finding->rule);
    if (finding->cert == NULL) {
        cm_query_null(q);
    } else {
        cm_query_int(q, cm_cert_id(store, finding->cert));
    }
    cm_query_known(q, finding->position, finding->position >= 0);
    cm_query_text(q, cm_resolution_info(finding->resolution)->id);
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
        struct cm_query q = cm_query_begin(&store->db, finding_sql);

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
    const struct cm_evidence *ev = result->evidence;
    struct cm_query q;

    if (store->continued) {
        cm_forget_result(store, (int64_t)result->endpoint_id);
    }
    q = cm_query_begin(&store->db, result_sql);
    bind_judgement(store, &q, &result->judgement);
    cm_query_int(&q, store->run_id);
    cm_query_int(&q, (int64_t)result->endpoint_id);
    cm_query_int(&q, result->judgement.num_wants > 0 ? 1 : 0);
    bind_main_probe(&q, ev);
    if (ev != NULL) {
        cm_put_dns(&q, ev);
    }
    if (cm_query_run(&q) == CM_OK && ev != NULL) {
        (void)cm_put_probes(store, result->endpoint_id, ev);
        (void)cm_put_asked(store, (int64_t)result->endpoint_id, ev);
    }
    put_findings(store, store->run_id, (int64_t)result->endpoint_id,
                 &result->judgement);
    put_views(store, store->run_id, (int64_t)result->endpoint_id,
              &result->judgement);
    return cm_put_measured(store, store->run_id, (int64_t)result->endpoint_id,
                           &result->measured);
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
        bind_judgement(store, &q, judgement);
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

    bind_judgement(store, &q, judgement);
    cm_query_int(&q, to);
    cm_query_int(&q, from);
    cm_query_int(&q, endpoint);
    (void)cm_query_run(&q);
    put_findings(store, to, endpoint, judgement);
    put_views(store, to, endpoint, judgement);
    return store->db.error.status;
}
