/* The tables behind v_endpoint and v_finding. Their columns are named here and
 * read in this order in reader_row.c, reader_row_views.c and
 * reader_findings.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_rows.h"

static const struct cm_stream_sql tables[CM_TABLE_COUNT] = {
    [CM_TABLE_ENDPOINT] = CM_STREAM_SQL(
        "endpoint", "id", "",
        "host, port, protocol, sni, reason, nullif(trust, ''), client_cert"),
    [CM_TABLE_RESULT] = CM_STREAM_SQL(
        "result", "endpoint", "",
        "verdict, primary_cause, severity, causes, path, seen, dns_result,"
        " dns_ms, main_probe, remaining, path_valid, revocation,"
        " revocation_source, revocation_this_update, revocation_next_update,"
        " revoked_at, revocation_reason"),
    [CM_TABLE_PROBE] = CM_STREAM_SQL(
        "probe", "endpoint", ", ord",
        "ord, address, reached, ended, connect_ms, tls_ms, total_ms, version,"
        " cipher, kex_group, alpn, flags, client_auth, http_status,"
        " http_substatus, http_reply, leaf, chain"),
    [CM_TABLE_FINDING] = CM_STREAM_SQL("finding", "endpoint", ", ord",
                                       "ord, blocks, position, certificate, "
                                       "cause, severity, confidence, proof,"
                                       " rule, resolution, action, subject,"
                                       " subject_key"),
    [CM_TABLE_VIEW_VERDICT] = CM_STREAM_SQL(
        "view_verdict", "endpoint", ", view", "view, verdict, primary_cause"),
    [CM_TABLE_CLIENT] =
        CM_STREAM_SQL("client", "endpoint", "", "fault, detail, certificate"),
    [CM_TABLE_INVENTORY] = CM_STREAM_SQL("inventory", "endpoint", "", "facts"),
    [CM_TABLE_MEASURED] = CM_STREAM_SQL(
        "measured", "endpoint", "",
        "clients, policies, grade, grade_without_trust, grade_at_best,"
        " grade_score, grade_rules"),
};

/* A store that lacks its views is not whole, even where they are not read. */
static const char whole_sql[] =
    "SELECT 1 FROM v_endpoint, v_finding, v_verdict LIMIT 0";

static const char rows_sql[] =
    "SELECT id, line, fields, owner, endpoint, first_line FROM row"
    " WHERE run = ?1 ORDER BY id";

static const char row_sql[] =
    "SELECT id, line, fields, owner, endpoint, first_line FROM row"
    " WHERE run = ?1 AND id = ?2";

static bool is_wanted(const struct cm_report_rows *rows,
                      enum cm_row_table table)
{
    switch (table) {
    case CM_TABLE_VIEW_VERDICT:
        return rows->views != NULL;
    case CM_TABLE_CLIENT:
    case CM_TABLE_INVENTORY:
    case CM_TABLE_MEASURED:
        return rows->extras;
    case CM_TABLE_ENDPOINT:
    case CM_TABLE_RESULT:
    case CM_TABLE_PROBE:
    case CM_TABLE_FINDING:
    case CM_TABLE_COUNT:
        break;
    }
    return true;
}

enum cm_status cm_rows_open_tables(struct cm_report_rows *rows, int64_t one_row,
                                   struct cm_error *err)
{
    sqlite3_stmt *whole = NULL;
    enum cm_status status =
        cm_sql_prepare(rows->run->db, &whole, whole_sql, err);

    (void)sqlite3_finalize(whole);
    if (status == CM_OK) {
        status =
            cm_sql_for_run(rows->run, &rows->rows,
                           one_row == CM_UNKNOWN ? rows_sql : row_sql, err);
    }
    if (status == CM_OK && one_row != CM_UNKNOWN &&
        sqlite3_bind_int64(rows->rows, 2, one_row) != SQLITE_OK) {
        status = cm_sql_failed(rows->run->db, err);
    }
    for (int i = 0; i < CM_TABLE_COUNT && status == CM_OK; i++) {
        if (!is_wanted(rows, (enum cm_row_table)i)) {
            continue;
        }
        if (one_row != CM_UNKNOWN) {
            cm_stream_open_few(&rows->tables[i], rows->run, &tables[i]);
        } else {
            status =
                cm_stream_open(&rows->tables[i], rows->run, &tables[i], err);
        }
    }
    return status;
}
