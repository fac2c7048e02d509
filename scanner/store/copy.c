/* A stored run judged anew, as another run of its own: its rows, endpoints and
 * evidence are copied inside the database, in transactions of bounded size.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/parts.h"

#define BATCH_ROWS 50000
#define BATCH_ENDPOINTS 500

static const char run_sql[] =
    "INSERT INTO run (state, started, judged_at, input_name, columns,"
    " owner_column, has_header, options, version, tls_library, trust,"
    " resolvers, kind, source_run)"
    " SELECT 'running', ?2, ?3, input_name, columns, owner_column, has_header,"
    " ?4, ?5, tls_library, ?6, resolvers, 'rejudge', id FROM run WHERE id = ?1";

static const char downloads_sql[] =
    "INSERT INTO download (run, ord, url, kind, result, http_status, detail,"
    " fetched, ms, content, certificate)"
    " SELECT ?1, ord, url, kind, result, http_status, detail, fetched, ms,"
    " content, certificate FROM download WHERE run = ?2";

static const char last_row_sql[] = "SELECT max(id) FROM row WHERE run = ?";

/* Each copies what is above ?3, up to ?4. */
static const char rows_sql[] =
    "INSERT INTO row (run, id, line, fields, owner, endpoint, first_line)"
    " SELECT ?1, id, line, fields, owner, endpoint, first_line FROM row"
    " WHERE run = ?2 AND id > ?3 AND id <= ?4";

#define ENDPOINT_COLUMNS                                                       \
    " id, host, port, protocol, sni, is_ip, flags, reason, trust, client,"     \
    " client_cert, http_path"
static const char endpoints_sql[] =
    "INSERT INTO endpoint (run," ENDPOINT_COLUMNS
    ") SELECT ?1," ENDPOINT_COLUMNS
    " FROM endpoint WHERE run = ?2 AND id > ?3 AND id <= ?4";

#define PROBE_COLUMNS                                                          \
    " endpoint, ord, address, reached, ended, sys_errno, tries, connect_ms,"   \
    " tls_ms, total_ms, proxy_status, first_bytes, alert_received,"            \
    " alert_sent, error, version, cipher, kex_group, signature, alpn, flags,"  \
    " num_tickets, sct_bytes, ocsp_staple, client_auth, ca_names,"             \
    " chain_bytes, num_chain_sent, chain, leaf, starttls, starttls_reply,"     \
    " http_status, http_substatus, http_reply"
static const char probes_sql[] =
    "INSERT INTO probe (run," PROBE_COLUMNS ") SELECT ?1," PROBE_COLUMNS
    " FROM probe WHERE run = ?2 AND endpoint > ?3 AND endpoint <= ?4";

static const char answers_sql[] =
    "INSERT INTO answer (run, endpoint, ord, ask, ended, sys_errno, ms,"
    " hello_bytes, alert, first_bytes, version, cipher, kex_group, signature,"
    " dh_bits, compression, flags, chain, leaf)"
    " SELECT ?1, endpoint, ord, ask, ended, sys_errno, ms, hello_bytes, alert,"
    " first_bytes, version, cipher, kex_group, signature, dh_bits,"
    " compression, flags, chain, leaf FROM answer"
    " WHERE run = ?2 AND endpoint > ?3 AND endpoint <= ?4";

static const char inventories_sql[] =
    "INSERT INTO inventory (run, endpoint, ssl2, ssl3, tls1_0, tls1_1, tls1_2,"
    " tls1_3, facts)"
    " SELECT ?1, endpoint, ssl2, ssl3, tls1_0, tls1_1, tls1_2, tls1_3, facts"
    " FROM inventory"
    " WHERE run = ?2 AND endpoint > ?3 AND endpoint <= ?4";

static const char clients_sql[] =
    "INSERT INTO client (run, endpoint, fault, detail, certificate, issuers)"
    " SELECT ?1, endpoint, fault, detail, certificate, issuers FROM client"
    " WHERE run = ?2 AND endpoint > ?3 AND endpoint <= ?4";

/* Of endpoints that were never probed: there is nothing to judge. */
static const char results_sql[] =
    "INSERT INTO result (run, endpoint, verdict, primary_cause, severity,"
    " causes, path, remaining)"
    " SELECT ?1, endpoint, verdict, primary_cause, severity, causes, path,"
    " remaining FROM result"
    " WHERE run = ?2 AND endpoint > ?3 AND endpoint <= ?4 AND seen IS NULL";

static const char findings_sql[] =
    "INSERT INTO finding (run, endpoint, ord, cause, severity, confidence,"
    " blocks, proof, rule, certificate, position, resolution, action,"
    " subject_key, subject)"
    " SELECT ?1, f.endpoint, f.ord, f.cause, f.severity, f.confidence,"
    " f.blocks, f.proof, f.rule, f.certificate, f.position, f.resolution,"
    " f.action, f.subject_key, f.subject FROM finding AS f"
    " JOIN result AS s ON s.run = f.run AND s.endpoint = f.endpoint"
    " WHERE f.run = ?2 AND f.endpoint > ?3 AND f.endpoint <= ?4"
    " AND s.seen IS NULL";

static const char next_sql[] =
    "SELECT endpoint, seen IS NOT NULL FROM result"
    " WHERE run = ?1 AND endpoint > ?2 ORDER BY endpoint LIMIT ?3";

static const char source_sql[] = "SELECT source_run FROM run WHERE id = ?";

static void copy(struct cm_db *db, const char *sql, int64_t to, int64_t from)
{
    struct cm_query q = cm_query_begin(db, sql);

    cm_query_int(&q, to);
    cm_query_int(&q, from);
    (void)cm_query_run(&q);
}

static void copy_range(struct cm_db *db, const char *sql,
                       const int64_t range[4])
{
    struct cm_query q = cm_query_begin(db, sql);

    for (int i = 0; i < 4; i++) {
        cm_query_int(&q, range[i]);
    }
    (void)cm_query_run(&q);
}

/* 0 when there is none. */
static int64_t ask(struct cm_db *db, const char *sql, int64_t run_id)
{
    struct cm_query q = cm_query_begin(db, sql);
    int64_t answer = 0;

    cm_query_int(&q, run_id);
    if (cm_query_row(&q)) {
        answer = cm_column_int(&q, 0);
    }
    (void)cm_query_end(&q);
    return answer;
}

static void end_batch(struct cm_store *store)
{
    if (cm_db_exec(&store->db, "COMMIT") != CM_OK) {
        cm_db_rollback(&store->db);
        cm_cert_ids_forget(store);
    }
}

static void copy_rows(struct cm_store *store, int64_t to, int64_t from)
{
    struct cm_db *db = &store->db;
    int64_t last = ask(db, last_row_sql, from);

    for (int64_t at = 0; at < last && db->error.status == CM_OK;
         at += BATCH_ROWS) {
        const int64_t range[4] = {to, from, at, at + BATCH_ROWS};

        (void)cm_db_exec(db, "BEGIN IMMEDIATE");
        copy_range(db, rows_sql, range);
        copy_range(db, endpoints_sql, range);
        end_batch(store);
    }
}

enum cm_status cm_store_begin_rejudge(struct cm_store *store,
                                      const struct cm_run_info *info,
                                      int64_t *run_id, struct cm_error *err)
{
    struct cm_db *db = &store->db;
    struct cm_query q;

    /* The store may be another's: it does what is said here, and no more. */
    (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0,
                            NULL);
    (void)cm_db_exec(db, "BEGIN IMMEDIATE");
    q = cm_query_begin(db, run_sql);
    cm_query_int(&q, info->source_run);
    cm_query_int(&q, info->started_unix);
    cm_query_int(&q, info->judged_at_unix);
    cm_query_text(&q, info->options);
    cm_query_text(&q, info->version);
    cm_query_text(&q, info->trust);
    if (cm_query_run(&q) == CM_OK) {
        *run_id = sqlite3_last_insert_rowid(db->handle);
    }
    cm_put_trust_views(db, *run_id, info->views);
    cm_put_measures(db, *run_id, info);
    copy(db, downloads_sql, *run_id, info->source_run);
    end_batch(store);
    copy_rows(store, *run_id, info->source_run);
    return cm_db_take_error(db, err);
}

/* --- judging --- */

struct rejudge {
    struct cm_store *store;
    int64_t to;
    int64_t from;
    struct cm_evidence_reader reader; /* of `from` */
    const struct cm_store_pass *pass;
    int64_t after; /* all up to this endpoint are done */
};

static void judge(struct rejudge *rejudge, int64_t id)
{
    const struct cm_store_pass *pass = rejudge->pass;
    struct cm_db *db = &rejudge->store->db;
    struct cm_revised revised = {.judgement = {.primary = -1}};
    struct cm_evidence *ev = NULL;
    struct cm_endpoint ep;
    enum cm_status status;

    if (cm_evidence_get(&rejudge->reader, id, &ev) == CM_OK && ev != NULL &&
        cm_endpoint_get(rejudge->store, rejudge->from, id, &ep) == CM_OK) {
        status = pass->visit(pass->arg, (uint64_t)id, &ep, ev, &revised);
        if (status != CM_OK) {
            cm_db_refused(db, status, "an endpoint that is judged again");
        } else {
            (void)cm_put_judgement_of(rejudge->store, rejudge->to,
                                      rejudge->from, id, &revised.judgement);
            (void)cm_put_measured(rejudge->store, rejudge->to, id,
                                  &revised.measured);
        }
    }
    cm_measured_cleanup(&revised.measured);
    cm_judgement_cleanup(&revised.judgement);
    cm_evidence_free(ev);
}

/* The next endpoints, and which of them were probed. */
static size_t next_endpoints(struct rejudge *rejudge,
                             int64_t ids[BATCH_ENDPOINTS],
                             bool probed[BATCH_ENDPOINTS])
{
    struct cm_query q = cm_query_begin(&rejudge->store->db, next_sql);
    size_t num = 0;

    cm_query_int(&q, rejudge->from);
    cm_query_int(&q, rejudge->after);
    cm_query_int(&q, BATCH_ENDPOINTS);
    while (num < BATCH_ENDPOINTS && cm_query_row(&q)) {
        ids[num] = cm_column_int(&q, 0);
        probed[num] = cm_column_int(&q, 1) != 0;
        num++;
    }
    (void)cm_query_end(&q);
    return num;
}

/* One transaction: an endpoint's evidence comes with its judgement, so that no
 * old verdict ever stands in the new run. False: that was all. */
static bool judge_batch(struct rejudge *rejudge)
{
    struct cm_db *db = &rejudge->store->db;
    int64_t range[4] = {rejudge->to, rejudge->from, rejudge->after,
                        rejudge->after};
    int64_t ids[BATCH_ENDPOINTS];
    bool probed[BATCH_ENDPOINTS];
    size_t num;
    size_t done = 0;

    (void)cm_db_exec(db, "BEGIN IMMEDIATE");
    num = next_endpoints(rejudge, ids, probed);
    while (done < num && db->error.status == CM_OK &&
           !cm_pass_stopped(rejudge->pass)) {
        if (probed[done]) {
            judge(rejudge, ids[done]);
        }
        range[3] = ids[done++];
    }
    copy_range(db, probes_sql, range);
    copy_range(db, answers_sql, range);
    copy_range(db, inventories_sql, range);
    copy_range(db, clients_sql, range);
    copy_range(db, results_sql, range);
    copy_range(db, findings_sql, range);
    rejudge->after = range[3];
    end_batch(rejudge->store);
    return done == BATCH_ENDPOINTS && db->error.status == CM_OK;
}

enum cm_status cm_store_rejudge(struct cm_store *store, int64_t run_id,
                                const struct cm_store_pass *pass,
                                struct cm_error *err)
{
    struct cm_db *db = &store->db;
    struct rejudge rejudge = {
        .store = store,
        .to = run_id,
        .from = ask(db, source_sql, run_id),
        .pass = pass,
    };

    if (cm_evidence_reader_open(&rejudge.reader, store, rejudge.from) ==
        CM_OK) {
        while (judge_batch(&rejudge)) {
        }
    }
    cm_evidence_reader_close(&rejudge.reader);
    return cm_db_take_error(db, err);
}
