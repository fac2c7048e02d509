/* SPDX-License-Identifier: Apache-2.0 */
#include "reader_evidence.h"

#include <stdio.h>
#include <string.h>

#include "reader_sql.h"

static const char evidence_sql[] =
    "SELECT config_sha256, input_bytes, input_rows,"
    " (SELECT count(*) FROM download AS d WHERE d.run = ?1),"
    " (SELECT count(*) FROM result AS s WHERE s.run = ?1"
    "  AND s.revocation_this_update IS NOT NULL AND s.seen IS NOT NULL),"
    " (SELECT max(s.revocation_this_update - s.seen) FROM result AS s"
    "  WHERE s.run = ?1 AND s.revocation_this_update IS NOT NULL"
    "  AND s.seen IS NOT NULL)"
    " FROM run WHERE id = ?1";

enum cm_status cm_report_run_evidence(struct cm_report_run *run,
                                      struct cm_report_evidence *out,
                                      struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = false;
    enum cm_status status = cm_sql_for_run(run, &stmt, evidence_sql, err);

    memset(out, 0, sizeof(*out));
    out->sqlite = sqlite3_libversion();
    if (status == CM_OK) {
        status = cm_sql_step(stmt, &got, err);
    }
    if (status == CM_OK && got) {
        struct cm_sql_line line = cm_sql_line(stmt);

        (void)snprintf(out->config_sha256, sizeof(out->config_sha256), "%s",
                       cm_sql_word(&line));
        out->input_bytes = cm_sql_number(&line);
        out->input_rows = cm_sql_number(&line);
        out->downloads = cm_sql_number(&line);
        out->signed_times = cm_sql_number(&line);
        out->signed_lead_s = cm_sql_number(&line);
    }
    (void)sqlite3_finalize(stmt);
    return status;
}
