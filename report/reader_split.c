/* The temporary schema of a split.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_split.h"

#include <stdlib.h>
#include <string.h>

#include "reader_sql.h"

#define TEXT(x) #x
#define NUMBER(x) TEXT(x)
#define MAX_RUNS 31      /* that are compared */
#define MAX_ROWS 5000000 /* of all of them */

struct cm_report_split {
    struct cm_report_run *run;
    sqlite3_stmt *parts; /* stands on the part: `part` lends from it */
    sqlite3_stmt *turn;
    struct cm_split_part part;
    size_t num;
};

/* Which rows and endpoints belong to which part, and the part that is read. */
static const char tables_sql[] =
    "CREATE TEMP TABLE part_value (id INTEGER PRIMARY KEY, value TEXT,"
    " num INTEGER);"
    "CREATE UNIQUE INDEX temp.part_value_text ON part_value (value);"
    "CREATE TEMP TABLE part_row (part INTEGER, run INTEGER, id INTEGER,"
    " endpoint INTEGER, PRIMARY KEY (part, run, id)) WITHOUT ROWID;"
    "CREATE TEMP TABLE part_endpoint (part INTEGER, run INTEGER, id INTEGER,"
    " PRIMARY KEY (part, run, id)) WITHOUT ROWID;"
    "CREATE TEMP TABLE part_now (part INTEGER);"
    "INSERT INTO part_now VALUES (0);"
    "CREATE TEMP TABLE part_run (run INTEGER PRIMARY KEY, col INTEGER);"
    "CREATE TEMP TABLE action AS SELECT * FROM main.action LIMIT 0;"
    "CREATE UNIQUE INDEX temp.part_action ON action (run, key);";

/* The run, and earlier ones that it may be compared with, each with the place
 * of the column in its own input. */
static const char runs_sql[] =
    "INSERT INTO part_run SELECT id, col FROM (SELECT r.id AS id,"
    " CASE WHEN r.id = ?1 OR n.columns = '[]' THEN ?2 ELSE (SELECT min(j.key)"
    "  FROM json_each(r.columns) AS j WHERE j.value = n.columns ->> ?2) END"
    "  AS col,"
    " sum(coalesce(r.rows_recorded, 0)) OVER (ORDER BY r.id DESC) AS num"
    " FROM main.run AS n JOIN main.run AS r ON r.id = n.id OR r.id = ?3"
    "  OR (r.id < n.id AND r.state = 'complete'"
    "   AND r.input_name = n.input_name)"
    " WHERE n.id = ?1 ORDER BY r.id DESC LIMIT " NUMBER(
        MAX_RUNS) ")"
                  " WHERE col IS NOT NULL AND (id IN (?1, ?3) OR num "
                  "<= " NUMBER(MAX_ROWS) ")";

static const char values_sql[] =
    "INSERT INTO part_value (value, num) SELECT value, count(*) FROM"
    " (SELECT coalesce(fields ->> ?2, '') AS value FROM main.row"
    " WHERE run = ?1) GROUP BY value ORDER BY value LIMIT " NUMBER(
        CM_MAX_PARTS) " + 1";

static const char rows_sql[] =
    "INSERT INTO part_row SELECT v.id, r.run, r.id, r.endpoint"
    " FROM part_run AS p CROSS JOIN main.row AS r ON r.run = p.run"
    " CROSS JOIN part_value AS v ON v.value = coalesce(r.fields ->> p.col, '')"
    " ORDER BY v.id, r.run, r.id";

static const char endpoints_sql[] =
    "INSERT INTO part_endpoint SELECT DISTINCT part, run, endpoint"
    " FROM part_row ORDER BY part, run, endpoint";

static const char count_sql[] = "SELECT count(*) FROM part_value";
static const char parts_sql[] =
    "SELECT id, value, num FROM part_value ORDER BY id";
static const char turn_sql[] = "UPDATE part_now SET part = ?1";

#define NOW "(SELECT part FROM part_now)"

/* Statements that make the tables of the store into those of the part: their
 * endpoints come from part_endpoint, in the order of its key. What is joined to
 * the left of a line adds columns to lines that are there, and may come from
 * the store itself; SQLite would otherwise make all of it anew for each
 * query. */
static const char names_sql[] =
    "SELECT printf('CREATE TEMP VIEW \"%w\" AS SELECT %s FROM part_endpoint"
    " AS e CROSS JOIN main.\"%w\" AS t ON t.run = e.run AND t.\"%w\" = e.id"
    " WHERE e.part = " NOW "', name, group_concat(printf(CASE col"
    " WHEN 'run' THEN 'e.run AS \"%w\"' WHEN key THEN 'e.id AS \"%w\"'"
    " ELSE 't.\"%w\"' END, col), ', '), name, key)"
    " FROM (SELECT m.name AS name, p.name AS col,"
    "  iif(m.name = 'endpoint', 'id', 'endpoint') AS key"
    "  FROM main.sqlite_schema AS m, pragma_table_info(m.name, 'main') AS p"
    "  WHERE m.type = 'table' AND m.name <> 'row')"
    " GROUP BY name HAVING sum(col IN ('run', key)) = 2"
    " UNION ALL SELECT printf('CREATE TEMP VIEW row AS SELECT %s FROM part_row"
    "  AS e CROSS JOIN main.row AS t ON t.run = e.run AND t.id = e.id"
    "  WHERE e.part = " NOW "', group_concat(printf(CASE name WHEN 'run'"
    "  THEN 'e.run AS \"%w\"' WHEN 'id' THEN 'e.id AS \"%w\"'"
    "  ELSE 't.\"%w\"' END, name), ', '))"
    "  FROM pragma_table_info('row', 'main')"
    " UNION ALL SELECT printf('CREATE TEMP VIEW run AS SELECT %s"
    "  FROM main.run AS t', group_concat(printf("
    "  CASE WHEN name IN ('rows_read', 'rows_recorded') THEN"
    "  '(SELECT count(*) FROM part_row AS e WHERE e.part = " NOW
    "  AND e.run = t.id) AS \"%w\"' ELSE 't.\"%w\"' END, name), ', '))"
    "  FROM pragma_table_info('run', 'main')"
    " UNION ALL SELECT 'CREATE TEMP VIEW ' || replace(substr(sql, 13),"
    "  'LEFT JOIN ', 'LEFT JOIN main.') FROM main.sqlite_schema"
    "  WHERE type = 'view' AND sql GLOB 'CREATE VIEW v_*'";

static enum cm_status failed(struct cm_report_split *split,
                             struct cm_error *err)
{
    return cm_sql_failed(split->run->db, err);
}

static enum cm_status execute(struct cm_report_split *split, const char *sql,
                              struct cm_error *err)
{
    return sqlite3_exec(split->run->db, sql, NULL, NULL, NULL) == SQLITE_OK
               ? CM_OK
               : failed(split, err);
}

/* A statement that gives nothing, with the run as ?1, a number as ?2 and the
 * run to compare with as ?3. */
static enum cm_status run_with(struct cm_report_split *split, const char *sql,
                               int64_t second, struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got;
    enum cm_status status = cm_sql_for_run(split->run, &stmt, sql, err);

    if (status == CM_OK &&
        (sqlite3_bind_int64(stmt, 2, second) != SQLITE_OK ||
         (sqlite3_bind_parameter_count(stmt) > 2 &&
          sqlite3_bind_int64(stmt, 3, split->run->baseline) != SQLITE_OK))) {
        status = failed(split, err);
    }
    if (status == CM_OK) {
        status = cm_sql_step(stmt, &got, err);
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

static enum cm_status count_values(struct cm_report_split *split,
                                   struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = false;
    enum cm_status status =
        cm_sql_prepare(split->run->db, &stmt, count_sql, err);

    if (status == CM_OK) {
        status = cm_sql_step(stmt, &got, err);
    }
    if (status == CM_OK) {
        split->num = (size_t)sqlite3_column_int64(stmt, 0);
    }
    (void)sqlite3_finalize(stmt);
    if (status == CM_OK && split->num > CM_MAX_PARTS) {
        status = cm_error_set(err, CM_EUSAGE,
                              "the column has more than " NUMBER(
                                  CM_MAX_PARTS) " values; --split-by takes a "
                                                "column that groups rows, "
                                                "such as their owner");
    }
    return status;
}

static enum cm_status sort_rows(struct cm_report_split *split, size_t column,
                                struct cm_error *err)
{
    int64_t at = (int64_t)column;
    enum cm_status status = execute(split, tables_sql, err);

    if (status == CM_OK) {
        status = run_with(split, values_sql, at, err);
    }
    if (status == CM_OK) {
        status = count_values(split, err);
    }
    if (status == CM_OK) {
        status = run_with(split, runs_sql, at, err);
    }
    if (status == CM_OK) {
        status = execute(split, rows_sql, err);
    }
    return status == CM_OK ? execute(split, endpoints_sql, err) : status;
}

/* The statements are read to their end before the first of them runs. */
static enum cm_status make_names(struct cm_report_split *split,
                                 struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    struct cm_buf script;
    bool got = true;
    enum cm_status status =
        cm_sql_prepare(split->run->db, &stmt, names_sql, err);

    cm_buf_init(&script, (size_t)16 << 20);
    while (status == CM_OK && got) {
        struct cm_sql_line line = cm_sql_line(stmt);

        status = cm_sql_step(stmt, &got, err);
        if (status == CM_OK && got) {
            cm_buf_puts(&script, cm_sql_word(&line));
            cm_buf_puts(&script, ";\n");
        }
    }
    (void)sqlite3_finalize(stmt);
    if (status == CM_OK && script.failed) {
        status = cm_error_nomem(err, "the report");
    }
    if (status == CM_OK) {
        status = execute(split, cm_buf_cstr(&script), err);
    }
    cm_buf_cleanup(&script);
    return status;
}

enum cm_status cm_report_split_open(struct cm_report_split **out,
                                    struct cm_report_run *run, size_t column,
                                    struct cm_error *err)
{
    struct cm_report_split *split = calloc(1, sizeof(*split));
    enum cm_status status;

    *out = NULL;
    if (split == NULL) {
        return cm_error_nomem(err, "the report");
    }
    split->run = run;
    status = sort_rows(split, column, err);
    if (status == CM_OK) {
        status = make_names(split, err);
    }
    if (status == CM_OK) {
        status = cm_sql_prepare(run->db, &split->parts, parts_sql, err);
    }
    if (status == CM_OK) {
        status = cm_sql_prepare(run->db, &split->turn, turn_sql, err);
    }
    if (status == CM_OK) {
        *out = split;
        split = NULL;
    }
    cm_report_split_close(split);
    return status;
}

void cm_report_split_close(struct cm_report_split *split)
{
    if (split != NULL) {
        (void)sqlite3_finalize(split->parts);
        (void)sqlite3_finalize(split->turn);
        free(split);
    }
}

size_t cm_report_split_num(const struct cm_report_split *split)
{
    return split->num;
}

static enum cm_status turn_to(struct cm_report_split *split, int64_t part,
                              struct cm_error *err)
{
    bool got;
    enum cm_status status;

    (void)sqlite3_reset(split->turn);
    if (sqlite3_bind_int64(split->turn, 1, part) != SQLITE_OK) {
        return failed(split, err);
    }
    status = cm_sql_step(split->turn, &got, err);
    if (status == CM_OK) {
        status = cm_sql_run_again(split->run, err);
    }
    if (status == CM_OK) {
        status = execute(split, "DELETE FROM temp.action", err);
    }
    return status == CM_OK
               ? cm_sql_recount_actions(split->run, split->run->facts.run, err)
               : status;
}

static const char actions_sql[] =
    "SELECT key, resolution, subject, severity, touches_rows FROM temp.action"
    " WHERE run = ?2 ORDER BY rank";

enum cm_status cm_report_split_recount(struct cm_report_split *split,
                                       int64_t run, struct cm_error *err)
{
    return cm_sql_recount_actions(split->run, run, err);
}

enum cm_status cm_report_split_actions(struct cm_report_split *split,
                                       int64_t run, cm_split_action_fn *each,
                                       void *arg, struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = true;
    enum cm_status status = cm_sql_for_run(split->run, &stmt, actions_sql, err);

    if (status == CM_OK && sqlite3_bind_int64(stmt, 2, run) != SQLITE_OK) {
        status = failed(split, err);
    }
    while (status == CM_OK && got) {
        struct cm_sql_line line = cm_sql_line(stmt);
        struct cm_split_action action;

        status = cm_sql_step(stmt, &got, err);
        if (status == CM_OK && got) {
            action.key = cm_sql_word(&line);
            action.resolution = cm_sql_word(&line);
            action.subject = cm_sql_word(&line);
            action.severity = cm_sql_word(&line);
            action.rows = cm_sql_number(&line);
            status = each(arg, &action, err);
        }
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

enum cm_status cm_report_split_next(struct cm_report_split *split,
                                    const struct cm_split_part **part,
                                    struct cm_error *err)
{
    struct cm_sql_line line = cm_sql_line(split->parts);
    bool got = false;
    int64_t id;
    enum cm_status status = cm_sql_step(split->parts, &got, err);

    *part = NULL;
    if (status != CM_OK || !got) {
        return status;
    }
    id = cm_sql_number(&line);
    split->part.value = cm_sql_word(&line);
    split->part.rows = cm_sql_number(&line);
    status = turn_to(split, id, err);
    if (status == CM_OK) {
        *part = &split->part;
    }
    return status;
}
