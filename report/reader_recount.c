/* The actions of a part, counted as the store counts those of a run
 * (store/tally.c): a row counts once for an action, though two findings lead to
 * it; the first of them decides.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_sql.h"

#define MAX_OWNERS "50"

/* For each row and action: the first finding, and whether it is what makes the
 * verdict. */
static const char rows_sql[] =
    "CREATE TEMP TABLE IF NOT EXISTS part_touch (action TEXT, row INTEGER,"
    " owner TEXT, endpoint INTEGER, ord INTEGER, fixes INTEGER,"
    " PRIMARY KEY (action, row)) WITHOUT ROWID;"
    "CREATE TEMP TABLE IF NOT EXISTS part_cause (action TEXT, cause TEXT,"
    " touches INTEGER, severity INTEGER, certificate INTEGER,"
    " PRIMARY KEY (action, cause)) WITHOUT ROWID;"
    "DELETE FROM part_touch; DELETE FROM part_cause;";

static const char touches_sql[] =
    "INSERT INTO part_touch SELECT f.action, r.id, r.owner, f.endpoint,"
    " min(f.ord), min(f.ord) = 0 AND max(f.ord = 0 AND f.blocks = 1)"
    " FROM row AS r CROSS JOIN finding AS f"
    " ON f.run = r.run AND f.endpoint = r.endpoint"
    " WHERE r.run = ?1 GROUP BY f.action, r.id";

static const char causes_sql[] =
    "INSERT INTO part_cause SELECT f.action, f.cause, count(DISTINCT r.id),"
    " min(coalesce(s.key, 9)), max(f.certificate)"
    " FROM row AS r CROSS JOIN finding AS f"
    " ON f.run = r.run AND f.endpoint = r.endpoint"
    " LEFT JOIN json_each(?2) AS s ON s.value = f.severity"
    " WHERE r.run = ?1 GROUP BY f.action, f.cause";

/* Texts of the same key are the same in the whole run. */
static const char actions_sql[] =
    "INSERT INTO temp.action (run, key, resolution, subject_key, subject,"
    " severity, fixes_rows, touches_rows, causes, owners, num_owners,"
    " certificate, example_row, rank)"
    " SELECT ?1, o.action, m.resolution, m.subject_key, m.subject,"
    " coalesce(json_extract(?2, '$[' || c.severity || ']'), m.severity),"
    " o.fixes, o.touches,"
    " (SELECT json_group_array(cause) FROM (SELECT cause FROM part_cause AS p"
    "  WHERE p.action = o.action ORDER BY touches DESC, cause)),"
    " (SELECT json_group_array(owner) FROM (SELECT owner FROM part_touch AS p"
    "  WHERE p.action = o.action AND owner <> '' GROUP BY owner"
    "  ORDER BY count(*) DESC, owner LIMIT " MAX_OWNERS ")),"
    " (SELECT count(DISTINCT owner) FROM part_touch AS p"
    "  WHERE p.action = o.action AND owner <> ''),"
    " coalesce((SELECT f.certificate FROM part_touch AS p"
    "  JOIN finding AS f ON f.run = ?1 AND f.endpoint = p.endpoint"
    "  AND f.ord = p.ord WHERE p.action = o.action AND p.row = o.example),"
    "  c.certificate), o.example,"
    " row_number() OVER (ORDER BY o.fixes DESC, o.touches DESC, c.severity,"
    "  o.action)"
    " FROM (SELECT action, count(*) AS touches, sum(fixes) AS fixes,"
    "  coalesce(min(CASE WHEN fixes THEN row END), min(row)) AS example"
    "  FROM part_touch GROUP BY action) AS o"
    " JOIN (SELECT action, min(severity) AS severity,"
    "  max(certificate) AS certificate FROM part_cause GROUP BY action) AS c"
    "  ON c.action = o.action"
    " JOIN main.action AS m ON m.run = ?1 AND m.key = o.action";

/* A statement with the run as ?1 and the severities as ?2. */
static enum cm_status insert(struct cm_report_run *run, int64_t run_id,
                             const char *sql, const char *severities,
                             struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got;
    enum cm_status status = cm_sql_for_run(run, &stmt, sql, err);

    if (status == CM_OK && (sqlite3_bind_int64(stmt, 1, run_id) != SQLITE_OK ||
                            (sqlite3_bind_parameter_count(stmt) > 1 &&
                             sqlite3_bind_text(stmt, 2, severities, -1,
                                               SQLITE_STATIC) != SQLITE_OK))) {
        status = cm_sql_failed(run->db, err);
    }
    if (status == CM_OK) {
        status = cm_sql_step(stmt, &got, err);
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

enum cm_status cm_sql_recount_actions(struct cm_report_run *run, int64_t run_id,
                                      struct cm_error *err)
{
    struct cm_buf severities;
    enum cm_status status = CM_OK;

    cm_buf_init(&severities, 1024);
    for (int i = 0; i < CM_SEVERITY_COUNT; i++) {
        cm_buf_printf(&severities, "%s\"%s\"", i == 0 ? "[" : ",",
                      cm_severity_id((enum cm_severity)i));
    }
    cm_buf_putc(&severities, ']');
    if (severities.failed) {
        status = cm_error_nomem(err, "the action plan");
    }
    if (status == CM_OK &&
        sqlite3_exec(run->db, rows_sql, NULL, NULL, NULL) != SQLITE_OK) {
        status = cm_sql_failed(run->db, err);
    }
    if (status == CM_OK) {
        status = insert(run, run_id, touches_sql, "", err);
    }
    if (status == CM_OK) {
        status = insert(run, run_id, causes_sql, cm_buf_cstr(&severities), err);
    }
    if (status == CM_OK) {
        status =
            insert(run, run_id, actions_sql, cm_buf_cstr(&severities), err);
    }
    cm_buf_cleanup(&severities);
    return status;
}
