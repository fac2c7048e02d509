/* What was fetched for a run: each outcome, and each body once.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/parts.h"

#include <string.h>

#include "pki/pki.h"

static const char find_sql[] = "SELECT id FROM content WHERE sha256 = ?";

static const char content_sql[] =
    "INSERT INTO content (sha256, bytes) VALUES (?, ?)";

static const char download_sql[] =
    "INSERT INTO download (run, url, kind, result, http_status, detail,"
    " fetched, ms, content, certificate, ord)"
    " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
    " coalesce(max(ord) + 1, 0) FROM download WHERE run = ?1";

static const char forget_sql[] =
    "DELETE FROM download WHERE run = ? AND kind = 'issuer' AND url = ?";

static const char each_sql[] =
    "SELECT d.url, d.kind, d.result, d.http_status, d.detail, d.fetched, d.ms,"
    " c.bytes, d.certificate"
    " FROM download AS d LEFT JOIN content AS c ON c.id = d.content"
    " WHERE d.run = ? ORDER BY d.ord";

static void bind_hash(struct cm_query *q, const uint8_t hash[CM_SHA256_LEN])
{
    struct cm_buf hex;

    cm_buf_init(&hex, 2 * CM_SHA256_LEN);
    cm_buf_hex(&hex, hash, CM_SHA256_LEN);
    cm_query_buf(q, &hex);
    cm_buf_cleanup(&hex);
}

/* 0: the database has failed. */
static int64_t content_id(struct cm_db *db, struct cm_span bytes)
{
    uint8_t hash[CM_SHA256_LEN];
    int64_t id = 0;
    struct cm_query q;

    cm_sha256(bytes.data, bytes.len, hash);
    q = cm_query_begin(db, find_sql);
    bind_hash(&q, hash);
    if (cm_query_row(&q)) {
        id = cm_column_int(&q, 0);
    }
    if (cm_query_end(&q) != CM_OK || id != 0) {
        return id;
    }
    q = cm_query_begin(db, content_sql);
    bind_hash(&q, hash);
    cm_query_blob(&q, bytes);
    return cm_query_run(&q) == CM_OK ? sqlite3_last_insert_rowid(db->handle)
                                     : 0;
}

/* A run that is continued may fetch an issuer once more. */
static void forget_earlier(struct cm_db *db, int64_t run_id, const char *url)
{
    struct cm_query q = cm_query_begin(db, forget_sql);

    cm_query_int(&q, run_id);
    cm_query_text(&q, url);
    (void)cm_query_run(&q);
}

static void put_download(struct cm_db *db, int64_t run_id,
                         const struct cm_download *download)
{
    static const uint8_t nobody[CM_SHA256_LEN];
    int64_t content =
        download->body.len > 0 ? content_id(db, download->body) : 0;
    struct cm_query q = cm_query_begin(db, download_sql);

    cm_query_int(&q, run_id);
    cm_query_text(&q, download->url);
    cm_query_text(&q, download->kind);
    cm_query_text(&q, download->result);
    cm_query_known(&q, download->http_status, download->http_status != 0);
    cm_query_text(&q, download->detail != NULL ? download->detail : "");
    cm_query_int(&q, download->fetched_unix);
    cm_query_int(&q, download->ms);
    cm_query_known(&q, content, content != 0);
    if (memcmp(download->cert_sha256, nobody, CM_SHA256_LEN) == 0) {
        cm_query_null(&q);
    } else {
        bind_hash(&q, download->cert_sha256);
    }
    (void)cm_query_run(&q);
}

enum cm_status cm_store_put_download(struct cm_store *store, int64_t run_id,
                                     const struct cm_download *download,
                                     struct cm_error *err)
{
    struct cm_db *db = &store->db;

    (void)cm_db_exec(db, "BEGIN IMMEDIATE");
    if (store->continued && strcmp(download->kind, "issuer") == 0) {
        forget_earlier(db, run_id, download->url);
    }
    put_download(db, run_id, download);
    if (cm_db_exec(db, "COMMIT") != CM_OK) {
        cm_db_rollback(db);
    }
    return cm_db_take_error(db, err);
}

static bool take_download(const struct cm_query *q, struct cm_download *out)
{
    *out = (struct cm_download){
        .url = cm_column_text(q, 0),
        .kind = cm_column_text(q, 1),
        .result = cm_column_text(q, 2),
        .http_status = (int)cm_column_int(q, 3),
        .detail = cm_column_text(q, 4),
        .fetched_unix = cm_column_int(q, 5),
        .ms = (uint32_t)cm_column_int(q, 6),
        .body = cm_column_blob(q, 7),
    };
    return cm_column_is_null(q, 8) ||
           cm_hex_read(cm_column_text(q, 8), out->cert_sha256, CM_SHA256_LEN);
}

enum cm_status cm_store_each_download(struct cm_store *store, int64_t run_id,
                                      cm_store_download_fn *fn, void *arg,
                                      struct cm_error *err)
{
    struct cm_db *db = &store->db;
    struct cm_query q = cm_query_begin(db, each_sql);
    enum cm_status status = CM_OK;

    cm_query_int(&q, run_id);
    while (status == CM_OK && cm_query_row(&q)) {
        struct cm_download download;

        if (!take_download(&q, &download)) {
            (void)cm_error_set(&db->error, CM_ESTORE,
                               "store %s: a download cannot be read", db->path);
            break;
        }
        status = fn(arg, &download);
        if (status != CM_OK) {
            cm_db_refused(db, status, "a download of the run");
        }
    }
    (void)cm_query_end(&q);
    return cm_db_take_error(db, err);
}
