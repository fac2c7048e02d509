/* Actions and their rows: two statements in the same order, walked in step.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_sql.h"

#include <stdlib.h>
#include <string.h>

/* Resolutions by their best action. `place` is what both statements sort by;
 * ordering by rank alone puts all actions in one place. */
#define PLACES                                                                 \
    "WITH o AS MATERIALIZED (SELECT resolution, CASE WHEN ?2 THEN min(rank)"   \
    " ELSE 0 END AS place FROM v_action WHERE run = ?1 GROUP BY resolution) "
#define EXAMPLE(column)                                                        \
    "(SELECT e." column " FROM v_endpoint e WHERE e.run = a.run AND"           \
    " e.row = a.example_row)"

static const char actions_sql[] = PLACES
    "SELECT o.place, a.rank, a.key, a.resolution, a.subject_key,"
    " a.subject, a.severity, a.fixes_rows, a.touches_rows, a.causes,"
    " a.owners, a.num_owners, a.fingerprint_sha256, " EXAMPLE(
        "host") ", " EXAMPLE("port") ", " EXAMPLE("sni") " FROM"
                                                         " v_action a JOIN o "
                                                         "ON o.resolution = "
                                                         "a.resolution WHERE "
                                                         "a.run = ?1"
                                                         " ORDER BY o.place, "
                                                         "a.rank, a.key";

/* A row may have several findings of one action: the smallest ord comes first,
 * and only the first is lent. */
static const char members_sql[] =
    PLACES "SELECT o.place, a.rank, a.key, r.row, r.line, r.host, r.port,"
           " r.protocol, r.owner, f.ord = 0 AND f.blocks FROM v_endpoint r"
           " CROSS JOIN v_finding f ON f.run = r.run AND f.endpoint ="
           " r.endpoint CROSS JOIN v_action a ON a.run = f.run AND a.key ="
           " f.action JOIN o ON o.resolution = a.resolution WHERE r.run = ?1"
           " ORDER BY o.place, a.rank, a.key, r.row, f.ord";

struct position {
    int64_t place;
    int64_t rank;
    const char *key; /* lent by the statement */
};

struct cm_report_actions {
    struct cm_report_run *run;
    enum cm_report_order order;
    sqlite3_stmt *actions;
    sqlite3_stmt *members; /* NULL until one is asked for */
    struct position at;
    struct position member_at;
    bool more_members; /* `members` stands on a line */
    int64_t lent_row;  /* of this action; 0: none */
    struct cm_report_action action;
    struct cm_report_member member;
};

static int compare(const struct position *a, const struct position *b)
{
    if (a->place != b->place) {
        return a->place < b->place ? -1 : 1;
    }
    if (a->rank != b->rank) {
        return a->rank < b->rank ? -1 : 1;
    }
    return strcmp(a->key, b->key);
}

static void read_position(struct cm_sql_line *line, struct position *out)
{
    out->place = cm_sql_number(line);
    out->rank = cm_sql_number(line);
    out->key = cm_sql_word(line);
}

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
    status = cm_report_after_read(run, err);
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
    (void)sqlite3_finalize(actions->members);
    cm_report_list_cleanup(&actions->action.causes);
    cm_report_list_cleanup(&actions->action.owners);
    free(actions);
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
    actions->lent_row = 0;
    read_position(&line, &actions->at);
    out->rank = actions->at.rank;
    out->key = actions->at.key;
    out->resolution = cm_sql_word(&line);
    out->subject_key = cm_sql_word(&line);
    out->subject = cm_sql_word(&line);
    out->severity = cm_sql_word(&line);
    out->fixes_rows = cm_sql_number(&line);
    out->touches_rows = cm_sql_number(&line);
    out->after = cm_map_get(actions->run->after, out->key, strlen(out->key));
    cm_sql_list(&line, &out->causes);
    cm_sql_list(&line, &out->owners);
    out->num_owners = cm_sql_number(&line);
    out->fingerprint_sha256 = cm_sql_text(&line);
    out->host = cm_sql_text(&line);
    out->port = cm_sql_number(&line);
    out->sni = cm_sql_text(&line);
    status = cm_sql_line_end(&line, err);
    if (status == CM_OK) {
        *action = out;
    }
    return status;
}

static enum cm_status step_members(struct cm_report_actions *actions,
                                   struct cm_error *err)
{
    struct cm_sql_line line = cm_sql_line(actions->members);
    struct cm_report_member *member = &actions->member;
    enum cm_status status =
        cm_sql_step(actions->members, &actions->more_members, err);

    if (status == CM_OK && actions->more_members) {
        read_position(&line, &actions->member_at);
        member->row = cm_sql_number(&line);
        member->line = cm_sql_number(&line);
        member->host = cm_sql_word(&line);
        member->port = cm_sql_number(&line);
        member->protocol = cm_sql_word(&line);
        member->owner = cm_sql_word(&line);
        member->fixes = cm_sql_number(&line) == 1;
    }
    return status;
}

enum cm_status cm_report_actions_member(struct cm_report_actions *actions,
                                        const struct cm_report_member **member,
                                        struct cm_error *err)
{
    enum cm_status status = CM_OK;
    int order = 1;

    *member = NULL;
    if (actions->members == NULL) {
        status = prepare(actions, &actions->members, members_sql, err);
        if (status == CM_OK) {
            status = step_members(actions, err);
        }
    }
    while (status == CM_OK && actions->more_members) {
        order = compare(&actions->member_at, &actions->at);
        if (order > 0 ||
            (order == 0 && actions->member.row != actions->lent_row)) {
            break;
        }
        status = step_members(actions, err);
    }
    if (status == CM_OK && actions->more_members && order == 0) {
        actions->lent_row = actions->member.row;
        *member = &actions->member;
    }
    return status;
}
