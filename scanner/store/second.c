/* What happens to a run's results after its last endpoint: judging again what
 * more certificates may settle, and naming what was never scanned.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/parts.h"

#include <stdatomic.h>

#define BATCH_ENDPOINTS 500U

/* In order of their ids, so that an endpoint is visited once although its
 * result is replaced meanwhile. */
static const char probed_sql[] =
    "SELECT s.endpoint, EXISTS (SELECT 1 FROM json_each(s.causes) AS c"
    " WHERE c.value IN (SELECT value FROM json_each(?2)))"
    " OR EXISTS (SELECT 1 FROM view_verdict AS v WHERE v.run = s.run"
    " AND v.endpoint = s.endpoint"
    " AND v.primary_cause IN (SELECT value FROM json_each(?2)))"
    " FROM result AS s"
    " WHERE s.run = ?1 AND s.endpoint > ?3 AND s.seen IS NOT NULL"
    " ORDER BY s.endpoint";

struct second {
    struct cm_store *store;
    int64_t run_id;
    struct cm_evidence_reader reader;
    struct cm_buf causes; /* JSON */
    const struct cm_store_pass *pass;
    int64_t after; /* all up to this endpoint were looked at */
};

static void name_causes(struct cm_buf *out, const struct cm_store_pass *pass)
{
    cm_buf_init(out, CM_DB_MAX_TEXT);
    cm_buf_putc(out, '[');
    for (size_t i = 0; i < pass->num_causes; i++) {
        cm_buf_printf(out, "%s\"%s\"", i == 0 ? "" : ",",
                      cm_cause_info(pass->causes[i])->id);
    }
    cm_buf_putc(out, ']');
}

bool cm_pass_stopped(const struct cm_store_pass *pass)
{
    return pass->stop != NULL && atomic_load(pass->stop);
}

static size_t next_endpoints(struct second *second,
                             int64_t ids[BATCH_ENDPOINTS])
{
    const struct cm_store_pass *pass = second->pass;
    struct cm_query q = cm_query_begin(&second->store->db, probed_sql);
    size_t num = 0;

    cm_query_int(&q, second->run_id);
    cm_query_text(&q, cm_buf_cstr(&second->causes));
    cm_query_int(&q, second->after);
    while (num < BATCH_ENDPOINTS && !cm_pass_stopped(pass) &&
           cm_query_row(&q)) {
        int64_t id = cm_column_int(&q, 0);

        if (cm_column_int(&q, 1) != 0 ||
            (pass->also != NULL && pass->also(pass->arg, (uint64_t)id))) {
            ids[num++] = id;
        }
        second->after = id;
    }
    (void)cm_query_end(&q);
    return num;
}

static enum cm_status visit_endpoint(struct second *second, int64_t id)
{
    const struct cm_store_pass *pass = second->pass;
    struct cm_db *db = &second->store->db;
    struct cm_revised revised = {.judgement = {.primary = -1}};
    struct cm_evidence *ev = NULL;
    struct cm_endpoint ep;
    enum cm_status status = cm_evidence_get(&second->reader, id, &ev);

    if (status != CM_OK || ev == NULL) {
        return status;
    }
    status = cm_endpoint_get(second->store, second->run_id, id, &ep);
    if (status == CM_OK) {
        status = pass->visit(pass->arg, (uint64_t)id, &ep, ev, &revised);
        if (status != CM_OK) {
            cm_db_refused(db, status, "an endpoint that is judged again");
        } else if (revised.replace) {
            (void)cm_put_judgement_again(second->store, second->run_id, id,
                                         &revised.judgement);
            status = cm_put_measured_again(second->store, second->run_id, id,
                                           &revised.measured);
        }
    }
    cm_measured_cleanup(&revised.measured);
    cm_judgement_cleanup(&revised.judgement);
    cm_evidence_free(ev);
    return status;
}

/* One transaction; false: there is nothing more to do. */
static bool visit_batch(struct second *second)
{
    struct cm_db *db = &second->store->db;
    int64_t ids[BATCH_ENDPOINTS];
    size_t num;

    (void)cm_db_exec(db, "BEGIN IMMEDIATE");
    num = next_endpoints(second, ids);
    for (size_t i = 0;
         i < num && db->error.status == CM_OK && !cm_pass_stopped(second->pass);
         i++) {
        (void)visit_endpoint(second, ids[i]);
    }
    if (cm_db_exec(db, "COMMIT") != CM_OK) {
        cm_db_rollback(db);
        cm_cert_ids_forget(second->store);
        return false;
    }
    return num == BATCH_ENDPOINTS && !cm_pass_stopped(second->pass);
}

enum cm_status cm_store_each_unsettled(struct cm_store *store, int64_t run_id,
                                       const struct cm_store_pass *pass,
                                       struct cm_error *err)
{
    struct second second = {.store = store, .run_id = run_id, .pass = pass};

    name_causes(&second.causes, pass);
    if (second.causes.failed) {
        cm_buf_cleanup(&second.causes);
        return cm_error_nomem(err, "the second pass");
    }
    if (cm_evidence_reader_open(&second.reader, store, run_id) == CM_OK) {
        while (visit_batch(&second)) {
        }
    }
    cm_evidence_reader_close(&second.reader);
    cm_buf_cleanup(&second.causes);
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

static const char faults_sql[] = "UPDATE run SET faults = ? WHERE id = ?";

enum cm_status cm_store_put_faults(struct cm_store *store, int64_t run_id,
                                   const char *json, struct cm_error *err)
{
    struct cm_query q = cm_query_begin(&store->db, faults_sql);

    cm_query_text(&q, json);
    cm_query_int(&q, run_id);
    (void)cm_query_run(&q);
    return cm_db_take_error(&store->db, err);
}
