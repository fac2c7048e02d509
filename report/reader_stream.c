/* A table from front to back.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_stream.h"

#include <string.h>

enum cm_status cm_stream_open(struct cm_stream *stream,
                              struct cm_report_run *run,
                              const struct cm_stream_sql *sql,
                              struct cm_error *err)
{
    memset(stream, 0, sizeof(*stream));
    stream->run = run;
    stream->sql = sql;
    stream->at = INT64_MIN;
    stream->asked = INT64_MIN;
    stream->more = true;
    return cm_sql_for_run(run, &stream->all, sql->all, err);
}

void cm_stream_open_few(struct cm_stream *stream, struct cm_report_run *run,
                        const struct cm_stream_sql *sql)
{
    memset(stream, 0, sizeof(*stream));
    stream->run = run;
    stream->sql = sql;
    stream->asked = INT64_MAX;
}

void cm_stream_close(struct cm_stream *stream)
{
    (void)sqlite3_finalize(stream->all);
    (void)sqlite3_finalize(stream->one);
    memset(stream, 0, sizeof(*stream));
}

static enum cm_status step(struct cm_stream *stream, struct cm_error *err)
{
    int64_t before = stream->at;
    enum cm_status status = cm_sql_step(stream->all, &stream->more, err);

    if (status == CM_OK && stream->more) {
        stream->at = sqlite3_column_int64(stream->all, 0);
        stream->first = stream->at != before;
    }
    return status;
}

/* Behind the first column. */
static struct cm_sql_line line_of(sqlite3_stmt *stmt)
{
    struct cm_sql_line line = cm_sql_line(stmt);

    line.at = 1;
    return line;
}

static enum cm_status look_up(struct cm_stream *stream, int64_t endpoint,
                              struct cm_sql_line *line, struct cm_error *err)
{
    enum cm_status status = CM_OK;
    bool got = false;

    if (stream->one == NULL) {
        status =
            cm_sql_for_run(stream->run, &stream->one, stream->sql->one, err);
        if (status != CM_OK) {
            return status;
        }
    }
    (void)sqlite3_reset(stream->one);
    if (sqlite3_bind_int64(stream->one, 2, endpoint) != SQLITE_OK) {
        return cm_sql_failed(stream->run->db, err);
    }
    stream->looked_up = true;
    status = cm_sql_step(stream->one, &got, err);
    if (status == CM_OK && got) {
        *line = line_of(stream->one);
    }
    return status;
}

enum cm_status cm_stream_find(struct cm_stream *stream, int64_t endpoint,
                              struct cm_sql_line *line, struct cm_error *err)
{
    enum cm_status status = CM_OK;
    bool before = endpoint <= stream->asked;

    *line = cm_sql_line(NULL);
    if (stream->sql == NULL) {
        return CM_OK;
    }
    while (status == CM_OK && stream->more && stream->at < endpoint) {
        status = step(stream, err);
    }
    stream->looked_up = false;
    if (status != CM_OK) {
        return status;
    }
    if (!before) {
        stream->asked = endpoint;
    }
    if (stream->more && stream->at == endpoint && stream->first) {
        *line = line_of(stream->all);
    } else if (before) {
        status = look_up(stream, endpoint, line, err);
    }
    return status;
}

enum cm_status cm_stream_next(struct cm_stream *stream, int64_t endpoint,
                              struct cm_sql_line *line, struct cm_error *err)
{
    bool got = false;
    enum cm_status status;

    *line = cm_sql_line(NULL);
    if (stream->sql == NULL) {
        return CM_OK;
    }
    if (stream->looked_up) {
        status = cm_sql_step(stream->one, &got, err);
        if (status == CM_OK && got) {
            *line = line_of(stream->one);
        }
        return status;
    }
    status = step(stream, err);
    if (status == CM_OK && stream->more && stream->at == endpoint) {
        *line = line_of(stream->all);
    }
    return status;
}
