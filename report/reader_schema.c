/* SPDX-License-Identifier: Apache-2.0 */
#include "reader_schema.h"

#include "reader_sql.h"

/* Only names that need no quotes are printed: the store may be foreign. */
static const char views_sql[] =
    "SELECT m.name, group_concat(p.name, ', ') FROM sqlite_schema AS m,"
    " pragma_table_info(m.name) AS p WHERE m.type = 'view'"
    " AND m.name GLOB 'v_*' AND m.name NOT GLOB '*[^a-z0-9_]*'"
    " AND p.name NOT GLOB '*[^a-z0-9_]*' GROUP BY m.name ORDER BY m.name";

enum cm_status cm_report_each_view(const char *db_path, cm_schema_fn *each,
                                   void *arg, struct cm_error *err)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    bool got = true;
    enum cm_status status = cm_sql_open(&db, db_path, err);

    if (status == CM_OK) {
        status = cm_sql_prepare(db, &stmt, views_sql, err);
    }
    while (status == CM_OK && got) {
        struct cm_sql_line line = cm_sql_line(stmt);

        status = cm_sql_step(stmt, &got, err);
        if (status == CM_OK && got) {
            const char *view = cm_sql_word(&line);

            each(arg, view, cm_sql_word(&line));
        }
    }
    (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
    return status;
}
