/* What happens to a run's results after its last endpoint: judging again what
 * more certificates may settle, and naming what was never scanned.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/parts.h"

#include <string.h>

#define BATCH_ENDPOINTS 500U

/* In order of their ids, so that an endpoint is visited once although its
 * findings are replaced meanwhile. */
static const char unsettled_sql[] =
    "SELECT DISTINCT f.endpoint FROM finding AS f"
    " WHERE f.run = ?1 AND f.endpoint > ?3"
    " AND f.cause IN (SELECT value FROM json_each(?2))"
    " ORDER BY f.endpoint LIMIT ?4";

struct pass {
    struct cm_store *store;
    int64_t run_id;
    struct cm_evidence_reader reader;
    struct cm_buf causes; /* JSON */
    cm_store_visit *visit;
    void *arg;
};

static void name_causes(struct cm_buf *out, const enum cm_cause *causes,
                        size_t num_causes)
{
    cm_buf_init(out, CM_DB_MAX_TEXT);
    cm_buf_putc(out, '[');
    for (size_t i = 0; i < num_causes; i++) {
        cm_buf_printf(out, "%s\"%s\"", i == 0 ? "" : ",",
                      cm_cause_info(causes[i])->id);
    }
    cm_buf_putc(out, ']');
}

static size_t next_endpoints(struct pass *pass, int64_t after,
                             int64_t ids[BATCH_ENDPOINTS])
{
    struct cm_query q = cm_query_begin(&pass->store->db, unsettled_sql);
    size_t num = 0;

    cm_query_int(&q, pass->run_id);
    cm_query_text(&q, cm_buf_cstr(&pass->causes));
    cm_query_int(&q, after);
    cm_query_int(&q, BATCH_ENDPOINTS);
    while (num < BATCH_ENDPOINTS && cm_query_row(&q)) {
        ids[num++] = cm_column_int(&q, 0);
    }
    (void)cm_query_end(&q);
    return num;
}

static enum cm_status visit_endpoint(struct pass *pass, int64_t id)
{
    struct cm_db *db = &pass->store->db;
    struct cm_judgement judgement = {.primary = -1};
    struct cm_evidence *ev = NULL;
    struct cm_endpoint ep;
    bool replace = false;
    enum cm_status status = cm_evidence_get(&pass->reader, id, &ev);

    if (status != CM_OK || ev == NULL) {
        return status;
    }
    status = cm_endpoint_get(pass->store, pass->run_id, id, &ep);
    if (status == CM_OK) {
        status = pass->visit(pass->arg, &ep, ev, &judgement, &replace);
        if (status != CM_OK) {
            (void)cm_error_set(&db->error, status,
                               "an endpoint could not be judged again");
        } else if (replace) {
            status = cm_put_judgement_again(pass->store, pass->run_id, id,
                                            &judgement);
        }
    }
    cm_judgement_cleanup(&judgement);
    cm_evidence_free(ev);
    return status;
}

/* One transaction; *after moves on to its last endpoint. */
static size_t visit_batch(struct pass *pass, int64_t *after)
{
    struct cm_db *db = &pass->store->db;
    int64_t ids[BATCH_ENDPOINTS];
    size_t num;

    (void)cm_db_exec(db, "BEGIN IMMEDIATE");
    num = next_endpoints(pass, *after, ids);
    for (size_t i = 0; i < num && db->error.status == CM_OK; i++) {
        (void)visit_endpoint(pass, ids[i]);
        *after = ids[i];
    }
    if (cm_db_exec(db, "COMMIT") != CM_OK) {
        cm_db_rollback(db);
        cm_cert_ids_forget(pass->store);
        return 0;
    }
    return num;
}

/* NOLINTNEXTLINE(readability-function-size): the contract has seven */
enum cm_status cm_store_each_unsettled(struct cm_store *store, int64_t run_id,
                                       const enum cm_cause *causes,
                                       size_t num_causes, cm_store_visit *visit,
                                       void *arg, struct cm_error *err)
{
    struct pass pass = {
        .store = store, .run_id = run_id, .visit = visit, .arg = arg};
    int64_t after = 0;

    name_causes(&pass.causes, causes, num_causes);
    if (cm_evidence_reader_open(&pass.reader, store, run_id) == CM_OK) {
        while (visit_batch(&pass, &after) == BATCH_ENDPOINTS) {
        }
    }
    cm_evidence_reader_close(&pass.reader);
    cm_buf_cleanup(&pass.causes);
    return cm_db_take_error(&store->db, err);
}

/* --- what was never scanned --- */

static const char missing_findings_sql[] =
    "INSERT INTO finding (run, endpoint, ord, cause, severity, confidence,"
    " blocks, proof, rule, resolution, action, subject_key, subject)"
    " SELECT e.run, e.id, 0, ?2, ?3, ?4, 1, ?5, '', ?6, ?7, ?8, ?9"
    " FROM endpoint AS e WHERE e.run = ?1 AND NOT EXISTS"
    " (SELECT 1 FROM result AS s WHERE s.run = e.run AND s.endpoint = e.id)";

static const char missing_results_sql[] =
    "INSERT INTO result (run, endpoint, verdict, primary_cause, severity,"
    " causes, path)"
    " SELECT e.run, e.id, ?2, ?3, ?4, json_array(?3), '[]'"
    " FROM endpoint AS e WHERE e.run = ?1 AND NOT EXISTS"
    " (SELECT 1 FROM result AS s WHERE s.run = e.run AND s.endpoint = e.id)";

static void put_missing(struct cm_db *db, int64_t run_id)
{
    const struct cm_cause_info *cause = cm_cause_info(CM_CAUSE_NOT_SCANNED);
    const char *severity = cm_severity_id(cause->severity);
    static const char subject_key[] = "run";
    char key[CM_ACTION_KEY_SIZE];
    struct cm_query q = cm_query_begin(db, missing_findings_sql);

    cm_query_int(&q, run_id);
    cm_query_text(&q, cause->id);
    cm_query_text(&q, severity);
    cm_query_text(&q, cm_confidence_id(CM_CERTAIN));
    cm_query_text(&q, "The run ended before this endpoint was scanned.");
    cm_query_text(&q, cm_resolution_info(cause->resolution)->id);
    cm_query_text(&q, cm_action_key(cause->resolution, subject_key, key));
    cm_query_text(&q, subject_key);
    cm_query_text(&q, "the endpoints that the run did not reach");
    (void)cm_query_run(&q);
    q = cm_query_begin(db, missing_results_sql);
    cm_query_int(&q, run_id);
    cm_query_text(&q, cm_verdict_id(cause->verdict));
    cm_query_text(&q, cause->id);
    cm_query_text(&q, severity);
    (void)cm_query_run(&q);
}

enum cm_status cm_store_add_missing(struct cm_store *store, int64_t run_id,
                                    struct cm_error *err)
{
    struct cm_db *db = &store->db;

    (void)cm_db_exec(db, "BEGIN IMMEDIATE");
    put_missing(db, run_id);
    if (cm_db_exec(db, "COMMIT") != CM_OK) {
        cm_db_rollback(db);
    }
    return cm_db_take_error(db, err);
}
