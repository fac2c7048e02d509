/* What the parts of the reader share: SQLite, and the run that is open. Private
 * to reader*.c, the only files here that know SQLite.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_SQL_H
#define CERTMUSTER_REPORT_READER_SQL_H

#include <sqlite3.h>

#include "breaks_at.h"
#include "calendar.h"
#include "certmuster/map.h"
#include "reader.h"
#include "reader_actions.h"
#include "reader_certs.h"
#include "reader_fleet.h"
#include "reader_measures.h"
#include "reader_uses.h"
#include "reader_views.h"

#define CM_REMEMBERED 4096U /* certificates; a power of two */
#define CM_FINGERPRINT_SIZE 65

struct cm_remembered {
    int64_t id;    /* 0: empty */
    char *sha256;  /* owned; NULL: not known, as is the other one */
    char *subject; /* owned */
};

struct cm_changes; /* changes_parts.h */

struct cm_report_run {
    sqlite3 *db;
    char *db_path;
    sqlite3_stmt *facts_stmt; /* stands on the run's line: `facts` lends */
    struct cm_run_facts facts;
    size_t width; /* 0: not counted yet */
    bool counted; /* totals and book, and of `fleet` what is counted row by
                     row: see reader_count.h */
    struct cm_report_totals totals;
    bool views_known;
    struct cm_report_views views;
    bool measures_known;
    struct cm_report_measures measures;
    bool fleet_known;
    struct cm_report_fleet fleet;
    struct cm_report_uses *uses;  /* NULL: nobody wants them */
    const struct cm_fixes *fixes; /* borrowed, or NULL */
    struct cm_report_book *book;  /* NULL: not written yet */
    bool db_lent;                 /* another run closes it */
    int64_t baseline;             /* as in cm_report_options */
    bool changes_known;
    struct cm_changes *changes;        /* NULL: there is no baseline */
    struct cm_calendar *calendar;      /* the same */
    const struct cm_calendar *growing; /* borrowed, while rows are walked over:
                                          it has the row's date */
    struct cm_breaks_at *breaks;       /* the same, or there is no such thing */
    sqlite3_stmt *cert_stmt;
    sqlite3_stmt *fingerprint_stmt;
    struct cm_report_certificate cert;
    struct cm_remembered *remembered;
};

/* Another run of the same store, in the same snapshot; it must be closed first.
 */
enum cm_status cm_report_run_sibling(struct cm_report_run **out,
                                     struct cm_report_run *run, int64_t run_id,
                                     struct cm_error *err);
/* changes.c */
void cm_changes_free(struct cm_changes *changes); /* accepts NULL */

/* Opens the file and checks that it is a store this program can read. */
enum cm_status cm_sql_open(sqlite3 **out, const char *path,
                           struct cm_error *err);
/* The failure of the last call on this database, in words. */
enum cm_status cm_sql_failed(sqlite3 *db, struct cm_error *err);
enum cm_status cm_sql_prepare(sqlite3 *db, sqlite3_stmt **out, const char *sql,
                              struct cm_error *err);
/* *got is false after the last line. */
enum cm_status cm_sql_step(sqlite3_stmt *stmt, bool *got, struct cm_error *err);
/* A statement with the run as ?1, not yet stepped. */
enum cm_status cm_sql_for_run(struct cm_report_run *run, sqlite3_stmt **out,
                              const char *sql, struct cm_error *err);

/* The columns of a line from left to right; without a statement all are NULL.
 * `status` is that of the first list that could not be read. */
struct cm_sql_line {
    sqlite3_stmt *stmt;
    int at;
    enum cm_status status;
};
struct cm_sql_line cm_sql_line(sqlite3_stmt *stmt);
const char *cm_sql_text(struct cm_sql_line *line); /* NULL for NULL */
const char *cm_sql_word(struct cm_sql_line *line); /* "" for NULL */
/* Steps once, and appends the first word of the line, if there is one. */
enum cm_status cm_sql_first_word(sqlite3_stmt *stmt, struct cm_buf *out,
                                 struct cm_error *err);
int64_t cm_sql_number(struct cm_sql_line *line); /* or CM_UNKNOWN */
void cm_sql_list(struct cm_sql_line *line, struct cm_report_list *list);
void cm_sql_pairs(struct cm_sql_line *line, struct cm_report_list *list);
/* The status of the line as an error in words. */
enum cm_status cm_sql_line_end(const struct cm_sql_line *line,
                               struct cm_error *err);

/* The faults as one flat array: fault, detail, from, until, endpoints, and the
 * next one. Whatever else a foreign store has there is left out; total() does
 * not overflow. */
#define CM_RUN_FAULTS                                                          \
    "(SELECT '[' || coalesce(group_concat(json_quote(fault) || ',' ||"         \
    " json_quote(detail) || ',' || coalesce(since, 'null') || ',' ||"          \
    " coalesce(until, 'null') || ',' || endpoints), '') || ']' FROM (SELECT"   \
    " coalesce(CAST(value ->> 'fault' AS TEXT), '') AS fault,"                 \
    " coalesce(CAST(value ->> 'detail' AS TEXT), '') AS detail,"               \
    " min(CAST(value ->> 'from' AS INTEGER)) AS since,"                        \
    " max(CAST(value ->> 'until' AS INTEGER)) AS until,"                       \
    " CAST(total(CAST(value ->> 'endpoints' AS INTEGER)) AS INTEGER)"          \
    " AS endpoints FROM json_each(CASE WHEN json_valid(faults) THEN faults"    \
    " ELSE '[]' END) WHERE type = 'object' GROUP BY 1, 2"                      \
    " ORDER BY endpoints DESC, fault, detail LIMIT 32))"

/* Reads v_run's line under the statement of cm_run_sql. */
#define CM_RUN_COLUMNS                                                         \
    "run, state, started, finished, judged_at, input_name, input_sha256,"      \
    " rows_read, rows_recorded, columns, owner_column, has_header,"            \
    " CASE WHEN json_valid(options) THEN json_remove(options, '$.sandbox')"    \
    " END, CASE WHEN json_valid(options) THEN CAST(options ->> '$.sandbox'"    \
    " AS TEXT) END, version,"                                                  \
    " tls_library, trust, resolvers, kind, source_run, shard, shards,"         \
    " nullif(seed, 0), resumed, " CM_RUN_FAULTS
enum cm_status cm_sql_run_facts(sqlite3_stmt *stmt, struct cm_run_facts *out,
                                struct cm_error *err);

/* reader.c: the run's line anew, when what lies behind its names is another
 * one; all else that was read is forgotten. */
enum cm_status cm_sql_run_again(struct cm_report_run *run,
                                struct cm_error *err);
/* reader_recount.c: fills the temporary table `action` for the rows of a run
 * that the names show now. */
enum cm_status cm_sql_recount_actions(struct cm_report_run *run, int64_t run_id,
                                      struct cm_error *err);

/* reader_certs.c: the fingerprint of a certificate; NULL: there is none. Valid
 * until the next call. */
enum cm_status cm_sql_fingerprint(struct cm_report_run *run, int64_t id,
                                  const char **out, struct cm_error *err);

/* reader_extras.c: lines of the tables client (its certificate's id is given
 * back), inventory and measured; those of nobody where line->stmt is NULL. */
int64_t cm_report_client_read(struct cm_sql_line *line,
                              struct cm_report_row *row);
void cm_report_inventory_read(struct cm_sql_line *line,
                              struct cm_report_row *row);
void cm_report_measured_read(struct cm_sql_line *line,
                             struct cm_report_row *row);
void cm_report_extras_cleanup(struct cm_report_extras *extras);

#endif
