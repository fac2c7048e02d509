/* The facts of a stored run, for judging it again.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/parts.h"

#include <string.h>

static const char run_sql[] =
    "SELECT id, state, coalesce(rows_read, rows_recorded, 0),"
    " coalesce(input_sha256, '') FROM run WHERE ?1 IN (0, id)"
    " ORDER BY id DESC LIMIT 1";

static const char unfinished_sql[] =
    "SELECT id, input_name FROM run WHERE kind = 'scan' AND shards IS NULL"
    " AND state IN ('running', 'partial') AND id > ?1 ORDER BY id DESC";

static const char options_sql[] =
    "SELECT o.key, o.value FROM run AS r, json_each(r.options) AS o"
    " WHERE r.id = ?1 AND o.type = 'text' UNION ALL"
    " SELECT o.key, 'true' FROM run AS r, json_each(r.options) AS o"
    " WHERE r.id = ?1 AND o.type = 'true' UNION ALL"
    " SELECT o.key, v.value FROM run AS r, json_each(r.options) AS o,"
    " json_each(o.value) AS v WHERE r.id = ?1 AND o.type = 'array'";

static const char fields_sql[] =
    "SELECT r.id, c.value, coalesce(f.value, '') FROM run AS n,"
    " json_each(n.columns) AS c JOIN row AS r ON r.run = n.id"
    " AND r.id = r.endpoint LEFT JOIN json_each(r.fields) AS f"
    " ON f.key = c.key WHERE n.id = ?1";

static const char views_sql[] =
    "SELECT DISTINCT trust, '' FROM endpoint WHERE run = ?1 AND trust <> ''"
    " ORDER BY trust";

static enum cm_status check_state(const char *state, int64_t run_id,
                                  struct cm_error *err)
{
    if (strcmp(state, "running") == 0) {
        return cm_error_set(err, CM_EINPUT,
                            "run %lld is under way, or was cut off; only a run "
                            "that has ended can be judged again",
                            (long long)run_id);
    }
    if (strcmp(state, "inconsistent") == 0) {
        return cm_error_set(err, CM_EINPUT,
                            "run %lld does not add up; scan again instead",
                            (long long)run_id);
    }
    return CM_OK;
}

static enum cm_status take_run(const struct cm_query *q,
                               struct cm_stored_run *out, struct cm_error *err)
{
    const char *state = cm_column_text(q, 1);
    const char *digest = cm_column_text(q, 3);

    out->id = cm_column_int(q, 0);
    out->complete = strcmp(state, "complete") == 0;
    out->rows_read = (uint64_t)cm_column_int(q, 2);
    if (strlen(digest) < sizeof(out->input_sha256)) {
        memcpy(out->input_sha256, digest, strlen(digest) + 1);
    }
    return check_state(state, out->id, err);
}

enum cm_status cm_store_no_run(const struct cm_store *store, int64_t run_id,
                               const char *kind, struct cm_error *err)
{
    if (run_id == 0) {
        return cm_error_set(err, CM_EINPUT, "the store %s holds no %s yet",
                            store->db.path, kind);
    }
    return cm_error_set(err, CM_EINPUT,
                        "the store %s holds no run %lld. \"certmuster runs\" "
                        "lists those it holds",
                        store->db.path, (long long)run_id);
}

enum cm_status cm_store_find_run(struct cm_store *store, int64_t run_id,
                                 struct cm_stored_run *out,
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
        return cm_db_take_error(&store->db, err);
    }
    if (!found) {
        return cm_store_no_run(store, run_id, "run", err);
    }
    return status;
}

static enum cm_status each_text(struct cm_store *store, const char *sql,
                                int64_t run_id, cm_store_text_fn *fn, void *arg,
                                struct cm_error *err)
{
    struct cm_query q = cm_query_begin(&store->db, sql);
    enum cm_status status = CM_OK;

    cm_query_int(&q, run_id);
    while (status == CM_OK && cm_query_row(&q)) {
        status = fn(arg, cm_column_text(&q, 0), cm_column_text(&q, 1), err);
    }
    if (cm_query_end(&q) != CM_OK) {
        return cm_db_take_error(&store->db, err);
    }
    return status;
}

enum cm_status cm_store_each_unfinished(struct cm_store *store,
                                        cm_store_text_fn *fn, void *arg,
                                        struct cm_error *err)
{
    return each_text(store, unfinished_sql, 0, fn, arg, err);
}

enum cm_status cm_store_each_option(struct cm_store *store, int64_t run_id,
                                    cm_store_text_fn *fn, void *arg,
                                    struct cm_error *err)
{
    return each_text(store, options_sql, run_id, fn, arg, err);
}

enum cm_status cm_store_each_view(struct cm_store *store, int64_t run_id,
                                  cm_store_text_fn *fn, void *arg,
                                  struct cm_error *err)
{
    return each_text(store, views_sql, run_id, fn, arg, err);
}

enum cm_status cm_store_each_field(struct cm_store *store, int64_t run_id,
                                   cm_store_field_fn *fn, void *arg,
                                   struct cm_error *err)
{
    struct cm_query q = cm_query_begin(&store->db, fields_sql);
    enum cm_status status = CM_OK;

    cm_query_int(&q, run_id);
    while (status == CM_OK && cm_query_row(&q)) {
        status = fn(arg, (uint64_t)cm_column_int(&q, 0), cm_column_text(&q, 1),
                    cm_column_text(&q, 2), err);
    }
    if (cm_query_end(&q) != CM_OK) {
        return cm_db_take_error(&store->db, err);
    }
    return status;
}
