/* A scan that did not end: finding it, making it run again, and what it has
 * recorded.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/resume.h"

#include <stdlib.h>
#include <string.h>

#include "store/parts.h"

#define CHUNK_ROWS 1000

static const char run_sql[] =
    "SELECT id, state, judged_at, coalesce(input_bytes, 0), input_name,"
    " version, coalesce(config_sha256, ''), columns,"
    " iif(shards IS NULL, kind, 'shard'),"
    " (SELECT coalesce(max(id), 0) FROM row WHERE row.run = run.id)"
    " FROM run WHERE CASE ?1 WHEN 0 THEN kind = 'scan' ELSE id = ?1 END"
    " ORDER BY ?1 = 0 AND state IN ('running', 'partial') DESC, id DESC LIMIT "
    "1";

static const char continue_sql[] =
    "UPDATE run SET state = 'running', finished = NULL, rows_recorded = NULL,"
    " resumed = resumed + 1 WHERE id = ?";

/* One that differs is said beside the first, once. */
static const char sandbox_sql[] =
    "UPDATE run SET options = json_set(options, '$.sandbox',"
    " CASE WHEN coalesce(options ->> '$.sandbox', '') = '' THEN ?2"
    " WHEN instr(options ->> '$.sandbox', ?2) > 0 THEN options ->> '$.sandbox'"
    " ELSE (options ->> '$.sandbox') || '; resumed: ' || ?2 END)"
    " WHERE id = ?1 AND json_valid(options) AND ?2 <> ''";

/* Issuers that were fetched stay: what was judged with them knows them now, so
 * that nobody asks for them again. */
static const char *const undo_sql[] = {
    "DELETE FROM action WHERE run = ?",
    "DELETE FROM download WHERE run = ? AND kind <> 'issuer'",
};

static const char done_sql[] =
    "SELECT endpoint, verdict, redo FROM result WHERE run = ?1"
    " AND primary_cause IS NOT ?2 ORDER BY endpoint";

static const char rows_sql[] =
    "SELECT id, line, fields FROM row WHERE run = ? AND id > ?"
    " ORDER BY id LIMIT ?";

void cm_unfinished_cleanup(struct cm_unfinished *run)
{
    free(run->input_name);
    free(run->version);
    free(run->config_sha256);
    free(run->columns);
    memset(run, 0, sizeof(*run));
}

static enum cm_status check_kind(const struct cm_query *q, struct cm_error *err)
{
    const char *state = cm_column_text(q, 1);
    const char *kind = cm_column_text(q, 8);
    long long id = (long long)cm_column_int(q, 0);

    if (strcmp(kind, "scan") != 0) {
        return cm_error_set(err, CM_EINPUT,
                            "run %lld is a %s, which is not resumed; run that "
                            "command again instead",
                            id, kind);
    }
    if (strcmp(state, "inconsistent") == 0) {
        return cm_error_set(err, CM_EINPUT,
                            "run %lld does not add up; scan again instead", id);
    }
    return CM_OK;
}

static enum cm_status take_run(const struct cm_query *q,
                               struct cm_unfinished *out, struct cm_error *err)
{
    enum cm_status status = check_kind(q, err);

    if (status != CM_OK) {
        return status;
    }
    out->id = cm_column_int(q, 0);
    out->complete = strcmp(cm_column_text(q, 1), "complete") == 0;
    out->judged_at_unix = cm_column_int(q, 2);
    out->input_bytes = cm_column_int(q, 3);
    out->input_name = strdup(cm_column_text(q, 4));
    out->version = strdup(cm_column_text(q, 5));
    out->config_sha256 = strdup(cm_column_text(q, 6));
    out->columns = strdup(cm_column_text(q, 7));
    out->rows = (uint64_t)cm_column_int(q, 9);
    return out->input_name != NULL && out->version != NULL &&
                   out->config_sha256 != NULL && out->columns != NULL
               ? CM_OK
               : cm_error_nomem(err, "a run");
}

/* Nobody else may write it from here on. */
static enum cm_status claim(struct cm_store *store,
                            const struct cm_unfinished *run,
                            struct cm_error *err)
{
    bool got;

    if (cm_store_lock_run(store, run->id, &got) != CM_OK) {
        return cm_db_take_error(&store->db, err);
    }
    return got ? CM_OK
               : cm_error_set(err, CM_EINPUT,
                              "run %lld is being written by another process "
                              "now; wait for its end, or name another run with "
                              "--run",
                              (long long)run->id);
}

enum cm_status cm_store_find_unfinished(struct cm_store *store, int64_t run_id,
                                        struct cm_unfinished *out,
                                        struct cm_error *err)
{
    struct cm_query q = cm_query_begin(&store->db, run_sql);
    enum cm_status status = CM_OK;
    bool found;

    memset(out, 0, sizeof(*out));
    cm_query_int(&q, run_id);
    found = cm_query_row(&q);
    if (found) {
        status = take_run(&q, out, err);
    }
    if (cm_query_end(&q) != CM_OK) {
        status = cm_db_take_error(&store->db, err);
    } else if (!found) {
        status = cm_store_no_run(store, run_id, "scan", err);
    }
    if (status == CM_OK && !out->complete) {
        status = claim(store, out, err);
    }
    if (status != CM_OK) {
        cm_unfinished_cleanup(out);
    }
    return status;
}

enum cm_status cm_store_continue_run(struct cm_store *store, int64_t run_id,
                                     struct cm_error *err)
{
    struct cm_db *db = &store->db;
    struct cm_query q;

    (void)cm_db_exec(db, "BEGIN IMMEDIATE");
    for (size_t i = 0; i < sizeof(undo_sql) / sizeof(*undo_sql); i++) {
        q = cm_query_begin(db, undo_sql[i]);
        cm_query_int(&q, run_id);
        (void)cm_query_run(&q);
    }
    q = cm_query_begin(db, continue_sql);
    cm_query_int(&q, run_id);
    (void)cm_query_run(&q);
    if (cm_db_exec(db, "COMMIT") != CM_OK) {
        cm_db_rollback(db);
        return cm_db_take_error(db, err);
    }
    store->run_id = run_id;
    store->continued = true;
    return cm_store_start_writer(store, err);
}

enum cm_status cm_store_note_sandbox(struct cm_store *store, int64_t run_id,
                                     const char *words, struct cm_error *err)
{
    struct cm_query q = cm_query_begin(&store->db, sandbox_sql);

    cm_query_int(&q, run_id);
    cm_query_text(&q, words);
    return cm_query_run(&q) == CM_OK ? CM_OK
                                     : cm_db_take_error(&store->db, err);
}

enum cm_status cm_store_each_done(struct cm_store *store, int64_t run_id,
                                  cm_store_done_fn *fn, void *arg,
                                  struct cm_error *err)
{
    struct cm_query q = cm_query_begin(&store->db, done_sql);
    enum cm_status status = CM_OK;

    cm_query_int(&q, run_id);
    cm_query_text(&q, cm_cause_info(CM_CAUSE_NOT_SCANNED)->id);
    while (status == CM_OK && cm_query_row(&q)) {
        enum cm_verdict verdict = CM_VERDICT_COUNT;

        for (int i = 0; i < CM_VERDICT_COUNT; i++) {
            if (strcmp(cm_verdict_id((enum cm_verdict)i),
                       cm_column_text(&q, 1)) == 0) {
                verdict = (enum cm_verdict)i;
            }
        }
        if (verdict == CM_VERDICT_COUNT) {
            continue; /* not ours: it is scanned again */
        }
        status = fn(arg, (uint64_t)cm_column_int(&q, 0), verdict,
                    cm_column_int(&q, 2) != 0);
    }
    if (cm_query_end(&q) != CM_OK) {
        return cm_db_take_error(&store->db, err);
    }
    return status == CM_OK ? CM_OK : cm_error_nomem(err, "endpoints");
}

/* --- room for new results --- */

static const char forget_result_sql[] =
    "DELETE FROM result WHERE run = ? AND endpoint = ?";

static const char *const forget_rest_sql[] = {
    "DELETE FROM finding WHERE run = ? AND endpoint = ?",
    "DELETE FROM view_verdict WHERE run = ? AND endpoint = ?",
    "DELETE FROM probe WHERE run = ? AND endpoint = ?",
    "DELETE FROM answer WHERE run = ? AND endpoint = ?",
    "DELETE FROM inventory WHERE run = ? AND endpoint = ?",
    "DELETE FROM client WHERE run = ? AND endpoint = ?",
    "DELETE FROM measured WHERE run = ? AND endpoint = ?",
    "DELETE FROM profile_result WHERE run = ? AND endpoint = ?",
    "DELETE FROM policy_result WHERE run = ? AND endpoint = ?",
};

static void forget(struct cm_store *store, const char *sql, int64_t endpoint)
{
    struct cm_query q = cm_query_begin(&store->db, sql);

    cm_query_int(&q, store->run_id);
    cm_query_int(&q, endpoint);
    (void)cm_query_run(&q);
}

/* Most endpoints of a run that is continued have no result yet. */
void cm_forget_result(struct cm_store *store, int64_t endpoint)
{
    forget(store, forget_result_sql, endpoint);
    if (sqlite3_changes(store->db.handle) > 0) {
        for (size_t i = 0;
             i < sizeof(forget_rest_sql) / sizeof(*forget_rest_sql); i++) {
            forget(store, forget_rest_sql[i], endpoint);
        }
    }
}

/* --- rows --- */

struct cm_stored_rows {
    struct cm_store *store; /* owned: a second connection */
    int64_t run_id;
    struct kept {
        struct cm_stored_row row;
        char *fields; /* owned */
    } chunk[CHUNK_ROWS];
    size_t num;
    size_t at;
    uint64_t last; /* all up to this one were read */
};

enum cm_status cm_stored_rows_open(struct cm_stored_rows **out,
                                   const char *path, int64_t run_id,
                                   struct cm_error *err)
{
    struct cm_stored_rows *rows = calloc(1, sizeof(*rows));
    enum cm_status status;

    *out = NULL;
    if (rows == NULL) {
        return cm_error_nomem(err, "stored rows");
    }
    rows->run_id = run_id;
    status = cm_store_open(&rows->store, path, err);
    if (status != CM_OK) {
        cm_stored_rows_close(rows);
        return status;
    }
    *out = rows;
    return CM_OK;
}

static void empty(struct cm_stored_rows *rows)
{
    for (size_t i = 0; i < rows->num; i++) {
        free(rows->chunk[i].fields);
    }
    rows->num = 0;
    rows->at = 0;
}

void cm_stored_rows_close(struct cm_stored_rows *rows)
{
    if (rows != NULL) {
        empty(rows);
        cm_store_close(rows->store);
        free(rows);
    }
}

/* In pieces: a statement left open between two rows would keep the
 * write-ahead log from being used again, for as long as the scan takes. */
static enum cm_status read_chunk(struct cm_stored_rows *rows,
                                 struct cm_error *err)
{
    struct cm_db *db = &rows->store->db;
    struct cm_query q = cm_query_begin(db, rows_sql);

    empty(rows);
    cm_query_int(&q, rows->run_id);
    cm_query_int(&q, (int64_t)rows->last);
    cm_query_int(&q, CHUNK_ROWS);
    while (rows->num < CHUNK_ROWS && cm_query_row(&q)) {
        struct kept *kept = &rows->chunk[rows->num];

        kept->fields = strdup(cm_column_text(&q, 2));
        if (kept->fields == NULL) {
            (void)cm_error_nomem(&db->error, "stored rows");
            break;
        }
        kept->row = (struct cm_stored_row){
            .id = (uint64_t)cm_column_int(&q, 0),
            .line = (uint64_t)cm_column_int(&q, 1),
            .fields = kept->fields,
        };
        rows->last = kept->row.id;
        rows->num++;
    }
    return cm_query_end(&q) == CM_OK ? CM_OK : cm_db_take_error(db, err);
}

enum cm_status cm_stored_rows_next(struct cm_stored_rows *rows,
                                   const struct cm_stored_row **out,
                                   struct cm_error *err)
{
    enum cm_status status = CM_OK;

    *out = NULL;
    if (rows->at == rows->num) {
        status = read_chunk(rows, err);
    }
    if (status == CM_OK && rows->at < rows->num) {
        *out = &rows->chunk[rows->at++].row;
    }
    return status;
}
