/* The store of one shard: read with suspicion, and made one file.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/shard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The database header, https://www.sqlite.org/fileformat.html section 1.3 */
#define HEADER_SIZE 100
#define HEADER_WRITE_VERSION 18 /* 1: no log, 2: a write-ahead log */
#define HEADER_READ_VERSION 19
#define HEADER_USER_VERSION 60
#define HEADER_APPLICATION_ID 68
#define MAX_VALUE (256 * 1024 * 1024) /* bytes of one text or blob */
#define MAX_SCHEMA (1024 * 1024)
#define BUSY_MS 60000

static const char schema_sql[] =
    "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '')"
    " FROM sqlite_schema ORDER BY type, name";

static const char facts_sql[] =
    "SELECT id, coalesce(shard, 0), coalesce(shards, 0), state,"
    " coalesce(rows_read, 0), coalesce(input_rows, 0), judged_at,"
    " coalesce(input_sha256, ''), coalesce(config_sha256, ''), version, kind,"
    " rows_read IS NOT rows_recorded FROM run ORDER BY id DESC LIMIT 2";

static const char options_sql[] =
    "SELECT o.key, o.value FROM run AS r, json_each(r.options) AS o"
    " WHERE o.type = 'text' UNION ALL"
    " SELECT o.key, 'true' FROM run AS r, json_each(r.options) AS o"
    " WHERE o.type = 'true' UNION ALL"
    " SELECT o.key, v.value FROM run AS r, json_each(r.options) AS o,"
    " json_each(o.value) AS v WHERE o.type = 'array'";

static enum cm_status no_shard(struct cm_db *db, const char *why)
{
    return db->error.status != CM_OK
               ? db->error.status
               : cm_error_set(&db->error, CM_EINPUT,
                              "%s is not the store of a shard: %s", db->path,
                              why);
}

static uint32_t header_u32(const uint8_t *header, size_t at)
{
    return (uint32_t)header[at] << 24 | (uint32_t)header[at + 1] << 16 |
           (uint32_t)header[at + 2] << 8 | header[at + 3];
}

/* Before SQLite sees the file: what it would do to a log beside it is not
 * wanted. Nobody in this process has it open. */
static enum cm_status check_header(struct cm_db *db)
{
    uint8_t header[HEADER_SIZE];
    int fd = open(db->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    ssize_t got = 0;
    uint32_t version;

    if (fd < 0 || fstat(fd, &st) != 0) {
        (void)cm_error_set(&db->error, CM_EINPUT, "%s: %s", db->path,
                           strerrordesc_np(errno));
    } else if (!S_ISREG(st.st_mode)) {
        (void)no_shard(db, "it is no regular file");
    } else {
        got = read(fd, header, sizeof(header));
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    if (db->error.status != CM_OK) {
        return db->error.status;
    }
    if (got != (ssize_t)sizeof(header) ||
        memcmp(header, "SQLite format 3", 16) != 0 ||
        header_u32(header, HEADER_APPLICATION_ID) != CM_STORE_APPLICATION_ID) {
        return no_shard(db, "certmuster has not written it");
    }
    version = header_u32(header, HEADER_USER_VERSION);
    if (version != CM_STORE_SCHEMA_VERSION) {
        return cm_error_set(&db->error, CM_EINPUT,
                            "%s was written by another version of certmuster "
                            "(schema %u, this one has %d); scan and merge with "
                            "the same one",
                            db->path, version, CM_STORE_SCHEMA_VERSION);
    }
    return header[HEADER_WRITE_VERSION] == 1 && header[HEADER_READ_VERSION] == 1
               ? CM_OK
               : no_shard(db, "it is a store under way, or of a scan without "
                              "--shard");
}

static bool add_schema(sqlite3 *handle, struct cm_buf *out)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(handle, schema_sql, -1, &stmt, NULL);

    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(stmt);
        if (code == SQLITE_ROW) {
            const char *text = (const char *)sqlite3_column_text(stmt, 0);

            (void)cm_buf_puts(out, text == NULL ? "" : text);
            (void)cm_buf_putc(out, '\n');
        }
    }
    (void)sqlite3_finalize(stmt);
    return code == SQLITE_DONE && !out->failed;
}

/* A shard's store is never older than this program, so its tables are ours to
 * the letter. What is named like a table and is none could make us work for
 * ever. */
static enum cm_status check_schema(struct cm_db *db)
{
    sqlite3 *fresh = NULL;
    struct cm_buf ours;
    struct cm_buf theirs;
    bool read;

    cm_buf_init(&ours, MAX_SCHEMA);
    cm_buf_init(&theirs, MAX_SCHEMA);
    read = sqlite3_open(":memory:", &fresh) == SQLITE_OK &&
           sqlite3_exec(fresh, cm_store_schema_sql, NULL, NULL, NULL) ==
               SQLITE_OK &&
           add_schema(fresh, &ours);
    (void)sqlite3_close(fresh);
    if (!read) {
        (void)cm_error_nomem(&db->error, "the schema");
    } else if (!add_schema(db->handle, &theirs)) {
        (void)no_shard(db, sqlite3_errmsg(db->handle));
    } else if (ours.len != theirs.len ||
               memcmp(ours.data, theirs.data, ours.len) != 0) {
        (void)no_shard(db, "its tables are not those of certmuster");
    }
    cm_buf_cleanup(&ours);
    cm_buf_cleanup(&theirs);
    return db->error.status;
}

void cm_shard_settings(struct cm_db *db)
{
    (void)sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, MAX_VALUE);
    (void)cm_db_exec(db, "PRAGMA trusted_schema = OFF;"
                         "PRAGMA cell_size_check = ON;");
}

static char *plain_path(const char *path)
{
    char *plain = NULL;

    return asprintf(&plain, "%s%s", path[0] == '/' ? "" : "./", path) < 0
               ? NULL
               : plain;
}

enum cm_status cm_shard_open(struct cm_db *db, const char *path)
{
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;

    memset(db, 0, sizeof(*db));
    db->path = plain_path(path);
    if (db->path == NULL) {
        return cm_error_nomem(&db->error, "a file name");
    }
    if (check_header(db) != CM_OK) {
        return db->error.status;
    }
    if (sqlite3_open_v2(db->path, &db->handle, flags, NULL) != SQLITE_OK) {
        return no_shard(db, sqlite3_errmsg(db->handle));
    }
    (void)sqlite3_busy_timeout(db->handle, BUSY_MS);
    cm_shard_settings(db);
    return check_schema(db);
}

static bool take_hex(const struct cm_query *q, int column,
                     char out[CM_HEX_DIGEST_SIZE])
{
    uint8_t bytes[(CM_HEX_DIGEST_SIZE - 1) / 2];
    const char *text = cm_column_text(q, column);

    if (strlen(text) != CM_HEX_DIGEST_SIZE - 1 ||
        !cm_hex_read(text, bytes, sizeof(bytes))) {
        return false;
    }
    memcpy(out, text, CM_HEX_DIGEST_SIZE);
    return true;
}

/* NULL: all is well. */
static const char *take_facts(const struct cm_query *q,
                              struct cm_shard_facts *out)
{
    const char *state = cm_column_text(q, 3);
    const char *version = cm_column_text(q, 9);
    int64_t shard = cm_column_int(q, 1);
    int64_t shards = cm_column_int(q, 2);

    if (strcmp(cm_column_text(q, 10), "scan") != 0 || shards < 1 ||
        shards > UINT16_MAX * 2 || shard < 0 || shard >= shards) {
        return "its run is no part of a scan";
    }
    if (strcmp(state, "complete") != 0 && strcmp(state, "partial") != 0) {
        return "its run did not end";
    }
    if (cm_column_int(q, 4) < 0 || cm_column_int(q, 5) < cm_column_int(q, 4) ||
        cm_column_int(q, 11) != 0) {
        return "its rows do not add up";
    }
    if (!take_hex(q, 7, out->input_sha256) ||
        !take_hex(q, 8, out->config_sha256)) {
        return "it does not say what it was made of";
    }
    out->run_id = cm_column_int(q, 0);
    out->shard = (unsigned)shard;
    out->shards = (unsigned)shards;
    out->complete = strcmp(state, "complete") == 0;
    out->rows = (uint64_t)cm_column_int(q, 4);
    out->input_rows = (uint64_t)cm_column_int(q, 5);
    out->judged_at_unix = cm_column_int(q, 6);
    (void)snprintf(out->version, sizeof(out->version), "%s", version);
    return NULL;
}

enum cm_status cm_shard_take(struct cm_db *db, struct cm_shard_facts *out)
{
    struct cm_query q = cm_query_begin(db, facts_sql);
    const char *wrong = "it holds no run";

    memset(out, 0, sizeof(*out));
    if (cm_query_row(&q)) {
        wrong = take_facts(&q, out);
        if (wrong == NULL && cm_query_row(&q)) {
            wrong = "it holds more than one run";
        }
    }
    (void)cm_query_end(&q);
    return wrong == NULL && db->error.status == CM_OK ? CM_OK
                                                      : no_shard(db, wrong);
}

enum cm_status cm_shard_read(const char *path, struct cm_shard_facts *out,
                             struct cm_error *err)
{
    struct cm_db db;
    enum cm_status status;

    if (cm_shard_open(&db, path) == CM_OK) {
        (void)cm_shard_take(&db, out);
    }
    status = cm_db_take_error(&db, err);
    cm_db_close(&db);
    /* What SQLite finds wrong in it is wrong with the file. */
    if (status == CM_ESTORE && err != NULL) {
        err->status = CM_EINPUT;
    }
    return status == CM_ESTORE ? CM_EINPUT : status;
}

enum cm_status cm_shard_each_option(const char *path, cm_store_text_fn *fn,
                                    void *arg, struct cm_error *err)
{
    struct cm_db db;
    enum cm_status status = cm_shard_open(&db, path);
    struct cm_query q = cm_query_begin(&db, options_sql);

    while (status == CM_OK && cm_query_row(&q)) {
        status = fn(arg, cm_column_text(&q, 0), cm_column_text(&q, 1), err);
    }
    if (cm_query_end(&q) != CM_OK) {
        status = cm_db_take_error(&db, err);
    }
    cm_db_close(&db);
    return status;
}

/* --- one file --- */

static enum cm_status sync_file(const char *path, struct cm_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    int why = errno;

    if (fd >= 0) {
        (void)close(fd);
    }
    return synced ? CM_OK
                  : cm_error_set(err, CM_EIO, "cannot write %s: %s", path,
                                 strerrordesc_np(why));
}

enum cm_status cm_store_seal(const char *path, struct cm_error *err)
{
    struct cm_store *store;
    enum cm_status status = cm_store_open(&store, path, err);

    if (status != CM_OK) {
        return status;
    }
    (void)cm_db_exec(&store->db, "PRAGMA wal_checkpoint(TRUNCATE);"
                                 "PRAGMA journal_mode = DELETE;");
    status = cm_db_take_error(&store->db, err);
    cm_store_close(store);
    return status == CM_OK ? sync_file(path, err) : status;
}

static enum cm_status back_up(sqlite3 *to, sqlite3 *from)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    int code;

    if (backup == NULL) {
        return CM_ESTORE;
    }
    code = sqlite3_backup_step(backup, -1);
    return sqlite3_backup_finish(backup) == SQLITE_OK && code == SQLITE_DONE
               ? CM_OK
               : CM_ESTORE;
}

enum cm_status cm_store_copy(const char *from, const char *to,
                             struct cm_error *err)
{
    struct cm_store *source = NULL;
    sqlite3 *copy = NULL;
    enum cm_status status = cm_store_open(&source, from, err);

    if (status == CM_OK &&
        (sqlite3_open_v2(to, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                         NULL) != SQLITE_OK ||
         back_up(copy, source->db.handle) != CM_OK)) {
        status = cm_error_set(err, CM_ESTORE, "%s cannot be copied to %s: %s",
                              from, to, sqlite3_errmsg(copy));
    }
    (void)sqlite3_close(copy);
    cm_store_close(source);
    return status;
}
