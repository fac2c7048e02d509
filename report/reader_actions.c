/* Actions, with their rows from the book.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_sql.h"

#include <stdlib.h>
#include <string.h>

#include "reader_book.h"
#include "reader_count.h"

/* Resolutions by their best action; ordering by rank alone puts all actions in
 * one place. The row that an action shows is read by its number: v_endpoint
 * would look up all that is known of it. */
static const char actions_sql[] =
    "WITH o AS MATERIALIZED (SELECT resolution, CASE WHEN ?2 THEN min(rank)"
    " ELSE 0 END AS place FROM v_action WHERE run = ?1 GROUP BY resolution)"
    " SELECT a.rank, a.key, a.resolution, a.subject_key, a.subject, a.severity,"
    " a.fixes_rows, a.touches_rows, a.causes, a.owners, a.num_owners,"
    " a.fingerprint_sha256, e.host, e.port, e.sni"
    " FROM v_action a JOIN o ON o.resolution = a.resolution"
    " LEFT JOIN row r ON r.run = a.run AND r.id = a.example_row"
    " LEFT JOIN endpoint e ON e.run = r.run AND e.id = r.endpoint"
    " WHERE a.run = ?1 ORDER BY o.place, a.rank, a.key";

static const char top_sql[] =
    "SELECT json_group_array(key) FROM (SELECT key FROM v_action"
    " WHERE run = ?1 ORDER BY rank, key LIMIT ?2)";

struct cm_report_actions {
    struct cm_report_run *run;
    enum cm_report_order order;
    sqlite3_stmt *actions;
    bool turned; /* the book is open at the action */
    struct cm_report_action action;
    struct cm_report_after after;
    struct cm_report_member member;
};

static enum cm_status prepare(struct cm_report_actions *actions,
                              sqlite3_stmt **out, const char *sql,
                              struct cm_error *err)
{
    enum cm_status status = cm_sql_for_run(actions->run, out, sql, err);

    if (status == CM_OK &&
        sqlite3_bind_int(*out, 2, actions->order == CM_ORDER_RESOLUTION) !=
            SQLITE_OK) {
        status = cm_sql_failed(actions->run->db, err);
    }
    return status;
}

enum cm_status cm_report_actions_open(struct cm_report_actions **out,
                                      struct cm_report_run *run,
                                      enum cm_report_order order,
                                      struct cm_error *err)
{
    struct cm_report_actions *actions = calloc(1, sizeof(*actions));
    enum cm_status status;

    *out = NULL;
    if (actions == NULL) {
        return cm_error_nomem(err, "the report");
    }
    actions->run = run;
    actions->order = order;
    status = cm_report_count_run(run, false, err);
    if (status == CM_OK) {
        status = prepare(actions, &actions->actions, actions_sql, err);
    }
    if (status == CM_OK) {
        *out = actions;
        actions = NULL;
    }
    cm_report_actions_close(actions);
    return status;
}

void cm_report_actions_close(struct cm_report_actions *actions)
{
    if (actions == NULL) {
        return;
    }
    (void)sqlite3_finalize(actions->actions);
    cm_report_list_cleanup(&actions->action.causes);
    cm_report_list_cleanup(&actions->action.owners);
    free(actions);
}

static enum cm_status read_after(struct cm_report_actions *actions,
                                 struct cm_error *err)
{
    bool nomem = false;

    actions->action.after =
        cm_report_book_after(actions->run->book, actions->action.key,
                             &actions->after, &nomem)
            ? &actions->after
            : NULL;
    return nomem ? cm_error_nomem(err, "the action plan") : CM_OK;
}

enum cm_status cm_report_actions_next(struct cm_report_actions *actions,
                                      const struct cm_report_action **action,
                                      struct cm_error *err)
{
    struct cm_report_action *out = &actions->action;
    struct cm_sql_line line = cm_sql_line(actions->actions);
    bool got;
    enum cm_status status = cm_sql_step(actions->actions, &got, err);

    *action = NULL;
    if (status != CM_OK || !got) {
        return status;
    }
    actions->turned = false;
    out->rank = cm_sql_number(&line);
    out->key = cm_sql_word(&line);
    out->resolution = cm_sql_word(&line);
    out->subject_key = cm_sql_word(&line);
    out->subject = cm_sql_word(&line);
    out->severity = cm_sql_word(&line);
    out->fixes_rows = cm_sql_number(&line);
    out->touches_rows = cm_sql_number(&line);
    cm_sql_list(&line, &out->causes);
    cm_sql_list(&line, &out->owners);
    out->num_owners = cm_sql_number(&line);
    out->fingerprint_sha256 = cm_sql_text(&line);
    out->host = cm_sql_text(&line);
    out->port = cm_sql_number(&line);
    out->sni = cm_sql_text(&line);
    status = cm_sql_line_end(&line, err);
    if (status == CM_OK) {
        status = read_after(actions, err);
    }
    if (status == CM_OK) {
        *action = out;
    }
    return status;
}

enum cm_status cm_report_actions_member(struct cm_report_actions *actions,
                                        const struct cm_report_member **member,
                                        struct cm_error *err)
{
    enum cm_status status = cm_report_count_run(actions->run, true, err);

    *member = NULL;
    if (status != CM_OK) {
        return status;
    }
    if (!actions->turned) {
        cm_report_book_turn(actions->run->book, actions->action.key);
        actions->turned = true;
    }
    if (cm_report_book_member(actions->run->book, &actions->member)) {
        *member = &actions->member;
    }
    return CM_OK;
}

enum cm_status cm_report_top_actions(struct cm_report_run *run, int64_t max,
                                     struct cm_report_list *keys,
                                     struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = false;
    enum cm_status status = cm_sql_for_run(run, &stmt, top_sql, err);

    if (status == CM_OK && sqlite3_bind_int64(stmt, 2, max) != SQLITE_OK) {
        status = cm_sql_failed(run->db, err);
    }
    if (status == CM_OK) {
        status = cm_sql_step(stmt, &got, err);
    }
    if (status == CM_OK && got) {
        struct cm_sql_line line = cm_sql_line(stmt);

        cm_sql_list(&line, keys);
        status = cm_sql_line_end(&line, err);
    }
    (void)sqlite3_finalize(stmt);
    return status;
}
