/* All runs of a store, for the list of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_sql.h"

#include "reader_runs.h"

static const char runs_sql[] =
    "SELECT " CM_RUN_COLUMNS " FROM v_run ORDER BY run DESC";

enum cm_status cm_report_each_run(const char *db_path, cm_run_visit *visit,
                                  void *arg, struct cm_error *err)
{
    struct cm_run_facts facts = {0};
    sqlite3_stmt *stmt = NULL;
    sqlite3 *db = NULL;
    bool got = true;
    enum cm_status status = cm_sql_open(&db, db_path, err);

    if (status == CM_OK) {
        status = cm_sql_prepare(db, &stmt, runs_sql, err);
    }
    while (status == CM_OK) {
        status = cm_sql_step(stmt, &got, err);
        if (status != CM_OK || !got) {
            break;
        }
        status = cm_sql_run_facts(stmt, &facts, err);
        if (status == CM_OK) {
            status = visit(arg, &facts, err);
        }
    }
    cm_report_list_cleanup(&facts.columns);
    cm_report_list_cleanup(&facts.faults);
    (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
    return status;
}
