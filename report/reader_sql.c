/* Opening the store read-only, and taking lines apart.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_sql.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certmuster/buf.h"
#include "certmuster/store.h"

#define BUSY_MS 10000
#define CACHE_PRAGMA "PRAGMA cache_size = -16384" /* KiB */

/* What the user can do about it. */
static const char *advice(int code)
{
    switch (code) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return "; the file is damaged, restore a copy";
    case SQLITE_IOERR:
        return "; its disk or file system fails, look there first";
    case SQLITE_FULL:
        return "; there is no room for temporary files: free some, or let "
               "TMPDIR name another folder";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "; another program is writing to it, try again when it has "
               "finished";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
        return "; copy it with the files beside it (-wal, -shm) to a folder "
               "that can be written, and name the copy";
    default:
        return "";
    }
}

enum cm_status cm_sql_failed(sqlite3 *db, struct cm_error *err)
{
    int code = sqlite3_extended_errcode(db);
    const char *path = sqlite3_db_filename(db, "main");

    if ((code & 0xFF) == SQLITE_NOMEM) {
        return cm_error_nomem(err, "reading the store");
    }
    return cm_error_set(
        err, CM_ESTORE, "the store%s%s cannot be read: %s (%d)%s",
        path == NULL || *path == '\0' ? "" : " ", path == NULL ? "" : path,
        sqlite3_errmsg(db), code, advice(code & 0xFF));
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

static enum cm_status number_of(sqlite3 *db, const char *sql, int *out,
                                struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got;
    enum cm_status status = cm_sql_prepare(db, &stmt, sql, err);

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
    int version = 0;
    int program = 0;
    enum cm_status status = number_of(db, "PRAGMA user_version", &version, err);

    if (status == CM_OK) {
        status = number_of(db, "PRAGMA application_id", &program, err);
    }
    if ((sqlite3_errcode(db) & 0xFF) == SQLITE_NOTADB) {
        return cm_error_set(err, CM_EINPUT,
                            "%s is not a store of certmuster: it is no "
                            "database; name another file",
                            path);
    }
    if (status != CM_OK) {
        return status;
    }
    if (program != 0 && program != CM_STORE_APPLICATION_ID) {
        return cm_error_set(err, CM_EINPUT,
                            "%s is not a store of certmuster, but a database "
                            "of another program; name another file",
                            path);
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

/* SQLite needs a file beside a store to read it while others write. In a folder
 * that cannot be written there is none, and where there is no log either nobody
 * has the store open: then it is read as a file that does not change. */
static bool is_at_rest(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL   ? strdup(".")
                   : slash == path ? strdup("/")
                                   : strndup(path, (size_t)(slash - path));
    char *log = NULL;
    bool rests = folder != NULL && access(folder, W_OK) != 0 &&
                 asprintf(&log, "%s-wal", path) >= 0;

    if (rests) {
        rests = access(log, F_OK) != 0 && errno == ENOENT;
        free(log);
    }
    free(folder);
    return rests;
}

/* NULL: no memory. */
static char *uri_of(const char *path)
{
    struct cm_buf uri;

    cm_buf_init(&uri, 4 * strlen(path) + 64);
    (void)cm_buf_puts(&uri, path[0] == '/' ? "file://" : "file:");
    for (const char *c = path; *c != '\0'; c++) {
        if (strchr("%?#", *c) != NULL) {
            (void)cm_buf_printf(&uri, "%%%02X", (unsigned)(unsigned char)*c);
        } else {
            (void)cm_buf_putc(&uri, *c);
        }
    }
    (void)cm_buf_puts(&uri, "?immutable=1");
    return cm_buf_take(&uri);
}

static enum cm_status open_file(sqlite3 **out, const char *path,
                                struct cm_error *err)
{
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
    bool rests = is_at_rest(path);
    char *uri = rests ? uri_of(path) : NULL;
    enum cm_status status = CM_OK;

    *out = NULL;
    if (rests && uri == NULL) {
        return cm_error_nomem(err, "the store");
    }
    if (sqlite3_open_v2(rests ? uri : path, out,
                        rests ? flags | SQLITE_OPEN_URI : flags,
                        NULL) != SQLITE_OK) {
        status = *out == NULL ? cm_error_nomem(err, "the store")
                              : cm_sql_failed(*out, err);
    }
    free(uri);
    return status;
}

enum cm_status cm_sql_open(sqlite3 **out, const char *path,
                           struct cm_error *err)
{
    enum cm_status status;
    sqlite3 *db = NULL;

    *out = NULL;
    if (access(path, R_OK) != 0) {
        return cm_error_set(err, CM_EINPUT,
                            "the store %s cannot be read: %s. `certmuster scan"
                            "` makes one; --db names another",
                            path, strerror(errno));
    }
    status = open_file(&db, path, err);
    if (status != CM_OK) {
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

/* No text may be NULL in the store, or SQLite had no memory to hand it out. */
const char *cm_sql_text(struct cm_sql_line *line)
{
    const unsigned char *text =
        line->stmt == NULL ? NULL : sqlite3_column_text(line->stmt, line->at++);

    if (text == NULL && line->stmt != NULL &&
        sqlite3_errcode(sqlite3_db_handle(line->stmt)) == SQLITE_NOMEM) {
        line->status = CM_ENOMEM;
    }
    return (const char *)text;
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
    out->sandbox = cm_sql_text(&line);
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
