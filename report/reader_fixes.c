/* The rows of the actions that have a fix bundle.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_sql.h"

#include <stdlib.h>
#include <string.h>

#include "reader_fixes.h"

static const char any_sql[] =
    "SELECT EXISTS (SELECT 1 FROM v_action WHERE run = ?1 AND resolution IN"
    " (SELECT value FROM json_each(?2)))";

/* Findings first, by the numbers of the rows alone: only rows that have such a
 * finding are put together. CROSS JOIN keeps that order. */
static const char fixables_sql[] =
    "SELECT a.key, a.resolution, a.fingerprint_sha256, e.host, e.path_valid,"
    " e.path, e.chain, f.confidence = 'certain', f.fingerprint_sha256,"
    " EXISTS (SELECT 1 FROM v_finding g WHERE g.run = f.run AND g.endpoint ="
    " f.endpoint AND g.blocks = 1 AND g.resolution IN ('renew_certificate',"
    " 'reissue_certificate', 'replace_revoked', 'replace_self_signed'))"
    " FROM row r CROSS JOIN v_finding f ON f.run = r.run"
    " AND f.endpoint = r.endpoint AND f.resolution IN"
    " (SELECT value FROM json_each(?2))"
    " CROSS JOIN v_action a ON a.run = f.run AND a.key = f.action"
    " CROSS JOIN v_endpoint e ON e.run = r.run AND e.row = r.id"
    " WHERE r.run = ?1 ORDER BY a.rank, a.key, r.id, f.ord";

struct cm_report_fixables {
    sqlite3_stmt *stmt; /* NULL: there are none */
    struct cm_report_fixable fixable;
};

static enum cm_status prepare(struct cm_report_run *run, sqlite3_stmt **out,
                              const char *sql, const char *resolutions,
                              struct cm_error *err)
{
    enum cm_status status = cm_sql_for_run(run, out, sql, err);

    if (status == CM_OK && sqlite3_bind_text(*out, 2, resolutions, -1,
                                             SQLITE_TRANSIENT) != SQLITE_OK) {
        status = cm_sql_failed(run->db, err);
    }
    return status;
}

/* Most runs of a healthy fleet have nothing to fix. */
static enum cm_status find_any(struct cm_report_run *run,
                               const char *resolutions, bool *any,
                               struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = false;
    enum cm_status status = prepare(run, &stmt, any_sql, resolutions, err);

    if (status == CM_OK) {
        status = cm_sql_step(stmt, &got, err);
    }
    *any = status == CM_OK && got && sqlite3_column_int(stmt, 0) == 1;
    (void)sqlite3_finalize(stmt);
    return status;
}

enum cm_status cm_report_fixables_open(struct cm_report_fixables **out,
                                       struct cm_report_run *run,
                                       const char *resolutions,
                                       struct cm_error *err)
{
    struct cm_report_fixables *fixables = calloc(1, sizeof(*fixables));
    bool any = false;
    enum cm_status status;

    *out = NULL;
    if (fixables == NULL) {
        return cm_error_nomem(err, "the fixes");
    }
    status = find_any(run, resolutions, &any, err);
    if (status == CM_OK && any) {
        status = prepare(run, &fixables->stmt, fixables_sql, resolutions, err);
    }
    if (status == CM_OK) {
        *out = fixables;
        fixables = NULL;
    }
    cm_report_fixables_close(fixables);
    return status;
}

void cm_report_fixables_close(struct cm_report_fixables *fixables)
{
    if (fixables == NULL) {
        return;
    }
    (void)sqlite3_finalize(fixables->stmt);
    cm_report_list_cleanup(&fixables->fixable.path);
    cm_report_list_cleanup(&fixables->fixable.chain);
    free(fixables);
}

enum cm_status cm_report_fixables_next(struct cm_report_fixables *fixables,
                                       const struct cm_report_fixable **fixable,
                                       struct cm_error *err)
{
    struct cm_report_fixable *out = &fixables->fixable;
    struct cm_sql_line line = cm_sql_line(fixables->stmt);
    bool got = false;
    enum cm_status status =
        fixables->stmt == NULL ? CM_OK : cm_sql_step(fixables->stmt, &got, err);

    *fixable = NULL;
    if (status != CM_OK || !got) {
        return status;
    }
    out->key = cm_sql_word(&line);
    out->resolution = cm_sql_word(&line);
    out->fingerprint_sha256 = cm_sql_text(&line);
    out->host = cm_sql_word(&line);
    out->path_valid = cm_sql_number(&line) == 1;
    cm_sql_list(&line, &out->path);
    cm_sql_list(&line, &out->chain);
    out->certain = cm_sql_number(&line) == 1;
    out->found_sha256 = cm_sql_text(&line);
    out->leaf_goes = cm_sql_number(&line) == 1;
    status = cm_sql_line_end(&line, err);
    if (status == CM_OK) {
        *fixable = out;
    }
    return status;
}
