/* Opening the store read-only, and taking lines apart.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_sql.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "certmuster/store.h"

#define BUSY_MS 10000
#define CACHE_PRAGMA "PRAGMA cache_size = -16384" /* KiB */

enum cm_status cm_sql_failed(sqlite3 *db, struct cm_error *err)
{
    int code = sqlite3_extended_errcode(db);

    if ((code & 0xFF) == SQLITE_NOMEM) {
        return cm_error_nomem(err, "reading the store");
    }
    return cm_error_set(err, CM_ESTORE, "the store cannot be read: %s (%d)",
                        sqlite3_errmsg(db), code);
}

enum cm_status cm_sql_prepare(sqlite3 *db, sqlite3_stmt **out, const char *sql,
                              struct cm_error *err)
{
    if (sqlite3_prepare_v2(db, sql, -1, out, NULL) != SQLITE_OK) {
        return cm_sql_failed(db, err);
    }
    return CM_OK;
}

enum cm_status cm_sql_step(sqlite3_stmt *stmt, bool *got, struct cm_error *err)
{
    int code = sqlite3_step(stmt);

    *got = code == SQLITE_ROW;
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        return cm_sql_failed(sqlite3_db_handle(stmt), err);
    }
    return CM_OK;
}

enum cm_status cm_sql_for_run(struct cm_report_run *run, sqlite3_stmt **out,
                              const char *sql, struct cm_error *err)
{
    enum cm_status status = cm_sql_prepare(run->db, out, sql, err);

    if (status == CM_OK &&
        sqlite3_bind_int64(*out, 1, run->facts.run) != SQLITE_OK) {
        status = cm_sql_failed(run->db, err);
    }
    return status;
}

static enum cm_status user_version(sqlite3 *db, int *out, struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got;
    enum cm_status status =
        cm_sql_prepare(db, &stmt, "PRAGMA user_version", err);

    if (status == CM_OK) {
        status = cm_sql_step(stmt, &got, err);
    }
    if (status == CM_OK) {
        *out = sqlite3_column_int(stmt, 0);
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

static enum cm_status check_version(sqlite3 *db, const char *path,
                                    struct cm_error *err)
{
    struct cm_error why;
    int version = 0;

    if (user_version(db, &version, &why) != CM_OK) {
        return cm_error_set(err, CM_EINPUT,
                            "%s is not a store of certmuster: %s", path,
                            sqlite3_errmsg(db));
    }
    if (version == CM_STORE_SCHEMA_VERSION) {
        return CM_OK;
    }
    if (version == 0) {
        return cm_error_set(err, CM_EINPUT,
                            "%s is not a store of certmuster, or the scan that "
                            "makes it has not begun",
                            path);
    }
    return cm_error_set(err, CM_EINPUT,
                        "%s has schema version %d and this program reads %d: "
                        "use the version of certmuster that wrote it",
                        path, version, CM_STORE_SCHEMA_VERSION);
}

enum cm_status cm_sql_open(sqlite3 **out, const char *path,
                           struct cm_error *err)
{
    enum cm_status status;
    sqlite3 *db = NULL;
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;

    *out = NULL;
    if (access(path, R_OK) != 0) {
        return cm_error_set(err, CM_EINPUT,
                            "the store %s cannot be read: %s. `certmuster scan"
                            "` makes one; --db names another",
                            path, strerror(errno));
    }
    if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK) {
        status = db == NULL ? cm_error_nomem(err, "the store")
                            : cm_sql_failed(db, err);
        goto out;
    }
    (void)sqlite3_busy_timeout(db, BUSY_MS);
    /* The file may come from elsewhere: its schema gets no powers. */
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    status = check_version(db, path, err);
    if (status != CM_OK) {
        goto out;
    }
    if (sqlite3_exec(db, CACHE_PRAGMA "; BEGIN", NULL, NULL, NULL) !=
        SQLITE_OK) {
        status = cm_sql_failed(db, err);
        goto out;
    }
    *out = db;
    db = NULL;
out:
    (void)sqlite3_close(db);
    return status;
}

struct cm_sql_line cm_sql_line(sqlite3_stmt *stmt)
{
    struct cm_sql_line line = {stmt, 0, CM_OK};

    return line;
}

const char *cm_sql_text(struct cm_sql_line *line)
{
    return line->stmt == NULL
               ? NULL
               : (const char *)sqlite3_column_text(line->stmt, line->at++);
}

const char *cm_sql_word(struct cm_sql_line *line)
{
    const char *text = cm_sql_text(line);

    return text == NULL ? "" : text;
}

int64_t cm_sql_number(struct cm_sql_line *line)
{
    int at = line->at++;

    return line->stmt == NULL ||
                   sqlite3_column_type(line->stmt, at) == SQLITE_NULL
               ? CM_UNKNOWN
               : sqlite3_column_int64(line->stmt, at);
}

void cm_sql_list(struct cm_sql_line *line, struct cm_report_list *list)
{
    enum cm_status status = cm_report_list_parse(list, cm_sql_text(line));

    if (line->status == CM_OK) {
        line->status = status;
    }
}

void cm_sql_pairs(struct cm_sql_line *line, struct cm_report_list *list)
{
    enum cm_status status = cm_report_list_parse_pairs(list, cm_sql_text(line));

    if (line->status == CM_OK) {
        line->status = status;
    }
}

enum cm_status cm_sql_line_end(const struct cm_sql_line *line,
                               struct cm_error *err)
{
    if (line->status == CM_ENOMEM) {
        return cm_error_nomem(err, "reading the store");
    }
    if (line->status != CM_OK) {
        return cm_error_set(err, CM_ESTORE,
                            "the store holds a list that is not a JSON array "
                            "or object of texts");
    }
    return CM_OK;
}

enum cm_status cm_sql_run_facts(sqlite3_stmt *stmt, struct cm_run_facts *out,
                                struct cm_error *err)
{
    struct cm_sql_line line = cm_sql_line(stmt);

    out->run = cm_sql_number(&line);
    out->state = cm_sql_word(&line);
    out->started = cm_sql_number(&line);
    out->finished = cm_sql_number(&line);
    out->judged_at = cm_sql_number(&line);
    out->input_name = cm_sql_word(&line);
    out->input_sha256 = cm_sql_text(&line);
    out->rows_read = cm_sql_number(&line);
    out->rows_recorded = cm_sql_number(&line);
    cm_sql_list(&line, &out->columns);
    out->owner_column = cm_sql_number(&line);
    out->has_header = cm_sql_number(&line) == 1;
    out->options = cm_sql_text(&line);
    out->version = cm_sql_word(&line);
    out->tls_library = cm_sql_word(&line);
    out->trust = cm_sql_word(&line);
    out->resolvers = cm_sql_word(&line);
    out->kind = cm_sql_word(&line);
    out->source_run = cm_sql_number(&line);
    out->shard = cm_sql_number(&line);
    out->shards = cm_sql_number(&line);
    out->seed = cm_sql_number(&line);
    out->resumed = cm_sql_number(&line);
    cm_sql_list(&line, &out->faults);
    return cm_sql_line_end(&line, err);
}

enum cm_status cm_sql_first_word(sqlite3_stmt *stmt, struct cm_buf *out,
                                 struct cm_error *err)
{
    bool got = false;
    enum cm_status status = cm_sql_step(stmt, &got, err);

    if (status == CM_OK && got) {
        struct cm_sql_line line = cm_sql_line(stmt);

        if (!cm_buf_puts(out, cm_sql_word(&line))) {
            status = cm_error_nomem(err, "a text of the store");
        }
    }
    return status;
}
