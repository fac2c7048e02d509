/* Is a store's schema ours? A file may come from elsewhere, and what is named
 * like a view of ours could make its readers work for ever. What others put
 * beside is nobody's business, and that a trigger changes what is recorded
 * shows when the rows are counted. SPDX-License-Identifier: Apache-2.0 */
#include "store/schema.h"

#include <string.h>

#include "store/parts.h"

static const char ours_sql[] =
    "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
    " ORDER BY type, name";

/* A virtual table has no page of its own. */
static const char theirs_sql[] =
    "SELECT type, coalesce(sql, ''), coalesce(rootpage, 0) > 0"
    " FROM sqlite_schema WHERE name = ? COLLATE NOCASE";

/* Also those that are computed. */
static const char columns_sql[] =
    "SELECT coalesce(group_concat(name || ' ' || type || ' ' || hidden), '')"
    " FROM (SELECT name, type, hidden FROM pragma_table_xinfo(?)"
    " ORDER BY cid)";

static void refuse(struct cm_db *db, const struct cm_db *fresh,
                   const char *type, const char *name)
{
    if (db->error.status == CM_OK && fresh->error.status != CM_OK) {
        (void)cm_error_nomem(&db->error, "the schema");
    }
    if (db->error.status == CM_OK) {
        (void)cm_error_set(&db->error, CM_EINPUT,
                           "store %s: another program has changed the %s "
                           "\"%.60s\" in it; restore a copy or name another "
                           "file",
                           db->path, type, name);
    }
}

static bool same_columns(struct cm_db *db, struct cm_db *fresh,
                         const char *table)
{
    struct cm_query ours = cm_query_begin(fresh, columns_sql);
    struct cm_query theirs = cm_query_begin(db, columns_sql);
    bool same;

    cm_query_text(&ours, table);
    cm_query_text(&theirs, table);
    same = cm_query_row(&ours) && cm_query_row(&theirs) &&
           strcmp(cm_column_text(&ours, 0), cm_column_text(&theirs, 0)) == 0;
    (void)cm_query_end(&ours);
    (void)cm_query_end(&theirs);
    return same;
}

/* `item`: type, name and SQL of one of ours. An older store need not have it
 * yet, or has it with other columns. */
static void check_item(struct cm_db *db, struct cm_db *fresh,
                       const struct cm_query *item, bool older)
{
    const char *type = cm_column_text(item, 0);
    const char *name = cm_column_text(item, 1);
    bool is_table = strcmp(type, "table") == 0;
    struct cm_query q = cm_query_begin(db, theirs_sql);
    bool good = older;

    cm_query_text(&q, name);
    if (cm_query_row(&q)) {
        good = strcmp(cm_column_text(&q, 0), type) == 0 &&
               (is_table ? cm_column_int(&q, 2) != 0
                         : older || strcmp(cm_column_text(&q, 1),
                                           cm_column_text(item, 2)) == 0);
    }
    (void)cm_query_end(&q);
    if (good && is_table && !older) {
        good = same_columns(db, fresh, name);
    }
    if (!good) {
        refuse(db, fresh, type, name);
    }
}

static enum cm_status open_fresh(struct cm_db *fresh)
{
    cm_buf_init(&fresh->text, CM_DB_MAX_TEXT);
    return sqlite3_open(":memory:", &fresh->handle) == SQLITE_OK
               ? cm_db_exec(fresh, cm_store_schema_sql)
               : CM_ENOMEM;
}

enum cm_status cm_store_check_schema(struct cm_db *db, bool older)
{
    struct cm_db fresh = {0};
    struct cm_query q;

    if (open_fresh(&fresh) != CM_OK && db->error.status == CM_OK) {
        (void)cm_error_nomem(&db->error, "the schema");
    }
    q = cm_query_begin(&fresh, ours_sql);
    while (db->error.status == CM_OK && cm_query_row(&q)) {
        check_item(db, &fresh, &q, older);
    }
    if (cm_query_end(&q) != CM_OK && db->error.status == CM_OK) {
        (void)cm_error_nomem(&db->error, "the schema");
    }
    cm_db_close(&fresh);
    return db->error.status;
}
