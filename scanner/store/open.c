/* Opening a store: ours, or a new file, and nothing else; a refused file is
 * left as it is, byte for byte.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/parts.h"
#include "store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS 60000 /* another run may be ending, in one transaction */
/* The database header, https://www.sqlite.org/fileformat.html section 1.3 */
#define HEADER_SIZE 100
#define HEADER_MAGIC_SIZE 16
#define HEADER_USER_VERSION 60
#define HEADER_APPLICATION_ID 68

/* The application id is written before WAL mode begins and so always stands
 * in the file itself. A new file need not outlive a power cut before it is
 * whole: the change to WAL mode syncs it and its folder. */
static const char create_sql[] = "PRAGMA synchronous = OFF;"
                                 "PRAGMA page_size = 8192;"
                                 "PRAGMA application_id = 0x434D5354;";

/* The cache, in KiB, is for the pages that a shuffled scan writes to at a time:
 * see CM_WINDOW_ENDPOINTS. */
static const char settings_sql[] =
    "PRAGMA synchronous = NORMAL;" /* finish.c syncs at the end of a run */
    "PRAGMA journal_mode = WAL;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cache_size = -8192;"
    "PRAGMA wal_autocheckpoint = 4000;"
    "PRAGMA journal_size_limit = 67108864;";

/* A path that SQLite cannot take for a URI or for ":memory:". */
static char *plain_path(const char *path)
{
    char *plain = NULL;

    if (asprintf(&plain, "%s%s", path[0] == '/' ? "" : "./", path) < 0) {
        return NULL;
    }
    return plain;
}

static enum cm_status no_store(const char *path, struct cm_error *err)
{
    return cm_error_set(err, CM_EINPUT,
                        "%s is not a store of certmuster and was left alone; "
                        "name another file",
                        path);
}

static enum cm_status check_path(const char *path, struct cm_error *err)
{
    struct stat st;

    if (path[0] == '\0') {
        return cm_error_set(err, CM_EUSAGE, "the store needs a file name");
    }
    if (stat(path, &st) != 0) {
        if (errno == ENOENT) {
            return CM_OK; /* it will be created */
        }
        return cm_error_set(err, CM_ESTORE, "store %s: %s", path,
                            strerror(errno));
    }
    if (S_ISDIR(st.st_mode)) {
        return cm_error_set(err, CM_EUSAGE,
                            "store %s is a folder; name a file in it", path);
    }
    if (!S_ISREG(st.st_mode)) {
        return cm_error_set(err, CM_EUSAGE,
                            "store %s is not a regular file; name another",
                            path);
    }
    if (st.st_size > 0 && st.st_size < HEADER_SIZE) {
        return no_store(path, err); /* SQLite takes a single byte for nothing */
    }
    return CM_OK;
}

static uint32_t header_u32(const uint8_t *header, size_t at)
{
    struct cm_reader r;
    uint32_t value = 0;

    cm_reader_init(&r, header + at, 4);
    (void)cm_reader_u32(&r, &value);
    return value;
}

/* Looks at the file through SQLite's own descriptor: closing one of ours would
 * drop the locks of this process. */
static enum cm_status check_header(struct cm_db *db, bool *is_new)
{
    static const char magic[HEADER_MAGIC_SIZE] = "SQLite format 3";
    uint8_t header[HEADER_SIZE] = {0};
    sqlite3_file *file = NULL;
    sqlite3_int64 size = 0;

    if (sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_FILE_POINTER,
                             (void *)&file) != SQLITE_OK ||
        file->pMethods->xFileSize(file, &size) != SQLITE_OK) {
        return cm_error_set(&db->error, CM_ESTORE,
                            "store %s: its size cannot be read", db->path);
    }
    *is_new = size == 0;
    if (*is_new) {
        return CM_OK;
    }
    if (file->pMethods->xRead(file, header, HEADER_SIZE, 0) != SQLITE_OK ||
        memcmp(header, magic, sizeof(magic)) != 0) {
        return no_store(db->path, &db->error);
    }
    if (header_u32(header, HEADER_APPLICATION_ID) != CM_STORE_APPLICATION_ID) {
        return cm_error_set(&db->error, CM_EINPUT,
                            "%s is a database of another program and was left "
                            "alone; name another file",
                            db->path);
    }
    return cm_store_check_version(db, header_u32(header, HEADER_USER_VERSION));
}

static enum cm_status check_writable(struct cm_db *db)
{
    if (sqlite3_db_readonly(db->handle, "main") != 0) {
        return cm_error_set(&db->error, CM_ESTORE,
                            "store %s cannot be written; change its "
                            "permissions or name another file",
                            db->path);
    }
    return CM_OK;
}

/* While the file is only looked at, closing it must not move the contents of
 * its write-ahead log. */
static void keep_wal(struct cm_db *db, int keep)
{
    (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep,
                            NULL);
}

/* SQLite tries twice and remembers the wrong errno when it may not create a
 * file, so the folder is asked first. */
static enum cm_status cannot_open(struct cm_db *db)
{
    const char *name = strrchr(db->path, '/');
    bool no_memory = sqlite3_errcode(db->handle) == SQLITE_NOMEM;
    size_t len = name == db->path ? 1 : (size_t)(name - db->path);
    char *folder = strndup(db->path, len);
    int why = sqlite3_system_errno(db->handle);

    if (folder != NULL &&
        faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) != 0) {
        why = errno;
    }
    free(folder);
    if (no_memory) {
        return cm_error_nomem(&db->error, "the store");
    }
    return cm_error_set(&db->error, CM_ESTORE,
                        "store %s cannot be opened: %s; are the file and its "
                        "folder writable?",
                        db->path, strerror(why));
}

static enum cm_status open_db(struct cm_db *db)
{
    /* SQLite creates files with 0644 less the umask. One thread at a time
     * uses the connection, see store.h. */
    int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    bool is_new = false;

    if (sqlite3_open_v2(db->path, &db->handle, flags, NULL) != SQLITE_OK) {
        return cannot_open(db);
    }
    keep_wal(db, 1);
    (void)sqlite3_busy_timeout(db->handle, BUSY_MS);
    if (check_header(db, &is_new) != CM_OK || check_writable(db) != CM_OK) {
        return db->error.status;
    }
    if (is_new) {
        (void)cm_db_exec(db, create_sql);
    }
    if (cm_store_migrate(db) == CM_OK &&
        cm_store_check_schema(db, false) == CM_OK) {
        keep_wal(db, 0);
        (void)cm_db_exec(db, settings_sql);
    }
    return db->error.status;
}

enum cm_status cm_store_open(struct cm_store **out, const char *path,
                             struct cm_error *err)
{
    struct cm_store *store;
    enum cm_status status = check_path(path, err);

    *out = NULL;
    if (status != CM_OK) {
        return status;
    }
    store = calloc(1, sizeof(*store));
    if (store == NULL) {
        return cm_error_nomem(err, "the store");
    }
    pthread_mutex_init(&store->mutex, NULL);
    store->owner_column = -1;
    store->lock_fd = -1;
    store->db.path = plain_path(path);
    store->known = calloc(CM_KNOWN_CERTS, sizeof(*store->known));
    cm_buf_init(&store->db.text, CM_DB_MAX_TEXT);
    if (store->db.path == NULL || store->known == NULL) {
        status = cm_error_nomem(err, "the store");
    } else if (open_db(&store->db) != CM_OK) {
        status = cm_db_take_error(&store->db, err);
    }
    if (status == CM_OK) {
        *out = store;
        store = NULL; /* now the caller's */
    }
    cm_store_close(store);
    return status;
}

void cm_store_close(struct cm_store *store)
{
    if (store == NULL) {
        return;
    }
    (void)cm_store_drain(store, NULL);
    cm_queue_free(store->queue);
    free(store->known);
    cm_db_close(&store->db);
    if (store->lock_fd >= 0) {
        (void)close(store->lock_fd);
    }
    pthread_mutex_destroy(&store->mutex);
    free(store);
}

/* A change that was cut off left a journal beside it: readers cannot undo it.
 */
static bool is_half_changed(const char *path)
{
    char *journal = NULL;
    bool is_there;

    if (asprintf(&journal, "%s-journal", path) < 0) {
        return false;
    }
    is_there = access(journal, F_OK) == 0;
    free(journal);
    return is_there;
}

/* True only for a store of ours, of an older version or half changed. */
static bool is_to_be_written(const char *path)
{
    uint8_t header[HEADER_SIZE];
    FILE *file = fopen(path, "rbe");
    bool whole;

    if (file == NULL) {
        return false;
    }
    whole = fread(header, 1, sizeof(header), file) == sizeof(header);
    (void)fclose(file); /* nobody has it open yet, see check_header */
    return whole &&
           header_u32(header, HEADER_APPLICATION_ID) ==
               CM_STORE_APPLICATION_ID &&
           (header_u32(header, HEADER_USER_VERSION) < CM_STORE_SCHEMA_VERSION ||
            is_half_changed(path));
}

/* For those who only read, and say in their own words what else is wrong. */
static enum cm_status check_only(const char *path, struct cm_error *err)
{
    struct cm_db db = {.path = plain_path(path)};
    enum cm_status status;

    if (db.path == NULL) {
        return cm_error_nomem(err, "the store");
    }
    cm_buf_init(&db.text, CM_DB_MAX_TEXT);
    if (sqlite3_open_v2(db.path, &db.handle,
                        SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
                        NULL) == SQLITE_OK) {
        (void)sqlite3_busy_timeout(db.handle, BUSY_MS);
        if (cm_store_is_present(&db)) {
            (void)cm_store_check_schema(&db, false);
        }
    }
    status = db.error.status;
    if (status == CM_EINPUT || status == CM_ENOMEM) {
        (void)cm_db_take_error(&db, err);
    } else {
        status = CM_OK;
    }
    cm_db_close(&db);
    return status;
}

enum cm_status cm_store_update(const char *path, struct cm_error *err)
{
    struct cm_store *store = NULL;
    enum cm_status status;
    struct cm_error why;

    if (!is_to_be_written(path)) {
        return check_only(path, err);
    }
    status = cm_store_open(&store, path, &why);
    cm_store_close(store);
    if (status == CM_OK || status == CM_EINPUT) {
        return status == CM_OK ? CM_OK
                               : cm_error_set(err, status, "%s", why.text);
    }
    return cm_error_set(err, status,
                        "%s. It is of an older certmuster, or a change of it "
                        "was cut off: it has to be written before it can be "
                        "read; where it cannot be, copy it with the files "
                        "beside it and name the copy",
                        why.text);
}
