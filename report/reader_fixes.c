/* The rows of the actions that have a fix bundle.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_sql.h"

#include <stdlib.h>
#include <string.h>

#include "reader_fixes.h"

static const char fixables_sql[] =
    "SELECT a.key, a.resolution, a.fingerprint_sha256, r.host, r.path_valid,"
    " r.path, r.chain, f.confidence = 'certain', f.fingerprint_sha256,"
    " EXISTS (SELECT 1 FROM v_finding g WHERE g.run = f.run AND g.endpoint ="
    " f.endpoint AND g.blocks = 1 AND g.resolution IN ('renew_certificate',"
    " 'reissue_certificate', 'replace_revoked', 'replace_self_signed'))"
    " FROM v_endpoint r CROSS JOIN v_finding f ON f.run = r.run"
    " AND f.endpoint = r.endpoint CROSS JOIN v_action a ON a.run = f.run"
    " AND a.key = f.action WHERE r.run = ?1 AND f.resolution IN"
    " (SELECT value FROM json_each(?2))"
    " ORDER BY a.rank, a.key, r.row, f.ord";

struct cm_report_fixables {
    sqlite3_stmt *stmt;
    struct cm_report_fixable fixable;
};

enum cm_status cm_report_fixables_open(struct cm_report_fixables **out,
                                       struct cm_report_run *run,
                                       const char *resolutions,
                                       struct cm_error *err)
{
    struct cm_report_fixables *fixables = calloc(1, sizeof(*fixables));
    enum cm_status status;

    *out = NULL;
    if (fixables == NULL) {
        return cm_error_nomem(err, "the fixes");
    }
    status = cm_sql_for_run(run, &fixables->stmt, fixables_sql, err);
    if (status == CM_OK && sqlite3_bind_text(fixables->stmt, 2, resolutions, -1,
                                             SQLITE_TRANSIENT) != SQLITE_OK) {
        status = cm_sql_failed(run->db, err);
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
    bool got;
    enum cm_status status = cm_sql_step(fixables->stmt, &got, err);

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
