/* SPDX-License-Identifier: Apache-2.0 */
#include "reader_manifest.h"

#include <stdlib.h>

#include "manifest.h"
#include "reader_sql.h"

static const char check_sql[] =
    "SELECT CASE WHEN NOT json_valid(?1) THEN 0"
    " WHEN json_type(?1, '$.outputs') IS NOT 'array' THEN 0"
    " WHEN json_type(?1, '$.manifest_version') IS NOT 'integer' THEN 0"
    " ELSE json_extract(?1, '$.manifest_version') END";

static const char entries_sql[] =
    "SELECT CASE json_type(value, '$.file') WHEN 'text' THEN"
    " value ->> 'file' END, CASE json_type(value, '$.sha256') WHEN 'text' THEN"
    " value ->> 'sha256' END, CASE json_type(value, '$.bytes') WHEN 'integer'"
    " THEN value ->> 'bytes' END"
    " FROM json_each(?1, '$.outputs') WHERE type = 'object'";

struct cm_manifest_reader {
    sqlite3 *db;
    sqlite3_stmt *entries;
    struct cm_manifest_entry entry;
};

/* SQLite finds some faults of a text only where it looks for a value, after
 * json_valid has passed it. */
static enum cm_status step(sqlite3_stmt *stmt, bool *got, struct cm_error *err)
{
    enum cm_status status = cm_sql_step(stmt, got, err);

    return status == CM_ESTORE
               ? cm_error_set(err, CM_EINPUT,
                              CM_MANIFEST_FILE " is not a manifest of "
                                               "certmuster")
               : status;
}

static enum cm_status prepare(struct cm_manifest_reader *reader,
                              const char *sql, const char *text,
                              sqlite3_stmt **out, struct cm_error *err)
{
    enum cm_status status = cm_sql_prepare(reader->db, out, sql, err);

    if (status == CM_OK &&
        sqlite3_bind_text(*out, 1, text, -1, SQLITE_STATIC) != SQLITE_OK) {
        status = cm_sql_failed(reader->db, err);
    }
    return status;
}

static enum cm_status check(struct cm_manifest_reader *reader, const char *text,
                            struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = false;
    int64_t version = 0;
    enum cm_status status = prepare(reader, check_sql, text, &stmt, err);

    if (status == CM_OK) {
        status = step(stmt, &got, err);
    }
    if (status == CM_OK && got) {
        version = sqlite3_column_int64(stmt, 0);
    }
    (void)sqlite3_finalize(stmt);
    if (status == CM_OK && version != CM_MANIFEST_VERSION) {
        status = cm_error_set(
            err, CM_EINPUT,
            version <= 0 ? CM_MANIFEST_FILE " is not a manifest of certmuster"
                         : CM_MANIFEST_FILE " is of a newer certmuster");
    }
    return status;
}

enum cm_status cm_manifest_reader_open(struct cm_manifest_reader **out,
                                       const char *text, struct cm_error *err)
{
    struct cm_manifest_reader *reader = calloc(1, sizeof(*reader));
    enum cm_status status;

    *out = NULL;
    if (reader == NULL) {
        return cm_error_nomem(err, CM_MANIFEST_FILE);
    }
    status = sqlite3_open(":memory:", &reader->db) == SQLITE_OK
                 ? check(reader, text, err)
                 : cm_error_nomem(err, CM_MANIFEST_FILE);
    if (status == CM_OK) {
        status = prepare(reader, entries_sql, text, &reader->entries, err);
    }
    if (status == CM_OK) {
        *out = reader;
        reader = NULL;
    }
    cm_manifest_reader_close(reader);
    return status;
}

void cm_manifest_reader_close(struct cm_manifest_reader *reader)
{
    if (reader != NULL) {
        (void)sqlite3_finalize(reader->entries);
        (void)sqlite3_close(reader->db);
        free(reader);
    }
}

enum cm_status cm_manifest_reader_next(struct cm_manifest_reader *reader,
                                       const struct cm_manifest_entry **entry,
                                       struct cm_error *err)
{
    struct cm_sql_line line = cm_sql_line(reader->entries);
    bool got = false;
    enum cm_status status = step(reader->entries, &got, err);

    *entry = NULL;
    if (status == CM_OK && got) {
        reader->entry.file = cm_sql_text(&line);
        reader->entry.sha256 = cm_sql_text(&line);
        reader->entry.bytes = cm_sql_number(&line);
        *entry = &reader->entry;
    }
    return status;
}
