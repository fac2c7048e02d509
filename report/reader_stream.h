/* The lines that a table has for the endpoints of a run. Rows come in the order
 * in which the tables lie, so each table is read once from front to back; only
 * the endpoint of a row that repeats an earlier one is looked up. Private to
 * reader*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_STREAM_H
#define CERTMUSTER_REPORT_READER_STREAM_H

#include "reader_sql.h"

/* A table that is kept in the order of run, `key` and `rest`. The first column
 * of a line is the endpoint's number. */
struct cm_stream_sql {
    const char *all; /* ?1: the run */
    const char *one; /* ?2: the endpoint */
};
#define CM_STREAM_SQL(table, key, rest, columns)                               \
    {                                                                          \
        "SELECT " key ", " columns " FROM " table                              \
        " WHERE run = ?1 ORDER BY " key rest,                                  \
            "SELECT " key ", " columns " FROM " table                          \
            " WHERE run = ?1 AND " key " = ?2 ORDER BY " key rest              \
    }

struct cm_stream {
    struct cm_report_run *run;
    const struct cm_stream_sql *sql;
    sqlite3_stmt *all;
    sqlite3_stmt *one; /* NULL until it is needed */
    int64_t at;        /* the endpoint of the line that `all` stands on */
    bool more;         /* `all` stands on a line, */
    bool first;        /* ... the first of its endpoint */
    bool looked_up;    /* `one` stands on the line that was lent */
    int64_t asked;     /* no endpoint beyond this one was asked for */
};

/* A stream in its zero state needs no closing; finding nothing in one that was
 * never opened is fine. */
enum cm_status cm_stream_open(struct cm_stream *stream,
                              struct cm_report_run *run,
                              const struct cm_stream_sql *sql,
                              struct cm_error *err);
/* For a few endpoints: each of them is looked up. */
void cm_stream_open_few(struct cm_stream *stream, struct cm_report_run *run,
                        const struct cm_stream_sql *sql);
void cm_stream_close(struct cm_stream *stream);
/* The first line of the endpoint, or its next one; NULL: there is none. What
 * the line lends is valid until the stream is used again. */
enum cm_status cm_stream_find(struct cm_stream *stream, int64_t endpoint,
                              struct cm_sql_line *line, struct cm_error *err);
enum cm_status cm_stream_next(struct cm_stream *stream, int64_t endpoint,
                              struct cm_sql_line *line, struct cm_error *err);

#endif
