/* What shards have in common is stored once: certificates by their hash, the
 * bodies of downloads too, and each URL that was asked.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "pki/pki.h"
#include "store/merge.h"

#define CERT_FACTS                                                             \
    " sha256, der, parse_error, subject, subject_cn, issuer, issuer_cn,"       \
    " serial, not_before, not_after, key_alg, key_bits, sig_alg, spki_sha256," \
    " is_ca, self_issued, names, names_total"
#define NUM_CERT_FACTS 18

static const char cert_extent_sql[] =
    "SELECT count(*), coalesce(max(id), 0), coalesce(min(id), 1)"
    " FROM certificate";
static const char certs_sql[] =
    "SELECT id," CERT_FACTS " FROM certificate ORDER BY id";
static const char find_cert_sql[] = "SELECT id FROM certificate"
                                    " WHERE sha256 = ?";
static const char insert_cert_sql[] =
    "INSERT INTO certificate (" CERT_FACTS ") VALUES"
    " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static const char downloads_sql[] =
    "SELECT d.url, d.kind, coalesce(d.certificate, ''), d.result,"
    " d.http_status, d.detail, d.fetched, d.ms, c.sha256, c.bytes"
    " FROM download AS d LEFT JOIN content AS c ON c.id = d.content"
    " WHERE d.run = ? ORDER BY d.ord";
static const char find_url_sql[] =
    "SELECT u.ord, d.content IS NULL FROM merged_url AS u"
    " JOIN download AS d ON d.run = ?1 AND d.ord = u.ord"
    " WHERE u.kind = ?2 AND u.url = ?3 AND u.certificate = ?4";
static const char note_url_sql[] =
    "INSERT INTO merged_url (kind, url, certificate, ord) VALUES (?, ?, ?, ?)";
static const char next_ord_sql[] =
    "SELECT coalesce(max(ord) + 1, 0) FROM download WHERE run = ?";
static const char put_download_sql[] =
    "INSERT OR REPLACE INTO download (run, ord, url, kind, certificate, result,"
    " http_status, detail, fetched, ms, content)"
    " VALUES (?, ?, ?, ?, nullif(?, ''), ?, ?, ?, ?, ?, ?)";
static const char find_content_sql[] = "SELECT id FROM content"
                                       " WHERE sha256 = ?";
static const char put_content_sql[] =
    "INSERT INTO content (sha256, bytes) VALUES (?, ?)";

void cm_merge_value(struct cm_query *q, sqlite3_value *value)
{
    if (q->stmt != NULL &&
        sqlite3_bind_value(q->stmt, ++q->next, value) != SQLITE_OK) {
        cm_db_fail(q->db);
        (void)cm_query_end(q);
    }
}

static sqlite3_value *value_of(const struct cm_query *q, int column)
{
    return sqlite3_column_value(q->stmt, column);
}

/* Whatever else it says, the bytes must be those of the hash. */
static bool is_hash_of(const struct cm_query *q, int hash_column,
                       int bytes_column)
{
    struct cm_span bytes = cm_column_blob(q, bytes_column);
    uint8_t said[CM_SHA256_LEN];
    uint8_t is[CM_SHA256_LEN];
    const char *text = cm_column_text(q, hash_column);

    if (strlen(text) != 2 * (size_t)CM_SHA256_LEN ||
        !cm_hex_read(text, said, sizeof(said))) {
        return false;
    }
    cm_sha256(bytes.len > 0 ? bytes.data : (const uint8_t *)"", bytes.len, is);
    return memcmp(said, is, sizeof(is)) == 0;
}

/* 0: there is none. */
static int64_t find(struct cm_db *db, const char *sql, sqlite3_value *hash)
{
    struct cm_query q = cm_query_begin(db, sql);
    int64_t id = 0;

    cm_merge_value(&q, hash);
    if (cm_query_row(&q)) {
        id = cm_column_int(&q, 0);
    }
    (void)cm_query_end(&q);
    return id;
}

/* --- certificates --- */

/* Ids are given without gaps, so that an array maps them. */
static bool make_map(struct cm_store *store, struct cm_merge_part *part)
{
    struct cm_query q = cm_query_begin(&part->db, cert_extent_sql);
    bool dense = false;

    if (cm_query_row(&q)) {
        part->num_cert_ids = cm_column_int(&q, 1) + 1;
        dense = cm_column_int(&q, 0) == cm_column_int(&q, 1) &&
                cm_column_int(&q, 2) == 1;
    }
    if (cm_query_end(&q) != CM_OK) {
        return false;
    }
    if (!dense) {
        (void)cm_merge_refuse(&store->db, &part->db,
                              "its certificates are not numbered in order");
        return false;
    }
    part->cert_ids = calloc((size_t)part->num_cert_ids, sizeof(int64_t));
    if (part->cert_ids == NULL) {
        (void)cm_error_nomem(&store->db.error, "certificates");
    }
    return part->cert_ids != NULL;
}

static int64_t put_cert(struct cm_db *db, const struct cm_query *from)
{
    struct cm_query q = cm_query_begin(db, insert_cert_sql);

    for (int i = 0; i < NUM_CERT_FACTS; i++) {
        cm_merge_value(&q, value_of(from, i + 1));
    }
    return cm_query_run(&q) == CM_OK ? sqlite3_last_insert_rowid(db->handle)
                                     : 0;
}

void cm_merge_certs(struct cm_store *store, struct cm_merge_part *part)
{
    struct cm_db *db = &store->db;
    struct cm_query from;

    if (!make_map(store, part)) {
        return;
    }
    from = cm_query_begin(&part->db, certs_sql);
    while (db->error.status == CM_OK && cm_query_row(&from)) {
        int64_t id;

        if (!is_hash_of(&from, 1, 2)) {
            (void)cm_merge_refuse(db, &part->db,
                                  "a certificate in it is damaged");
            break;
        }
        id = find(db, find_cert_sql, value_of(&from, 1));
        if (id == 0) {
            id = put_cert(db, &from);
        }
        part->cert_ids[cm_column_int(&from, 0)] = id;
    }
    (void)cm_query_end(&from);
}

/* --- downloads --- */

static int64_t content_id(struct cm_store *store, struct cm_merge_part *part,
                          const struct cm_query *from)
{
    struct cm_db *db = &store->db;
    struct cm_query q;
    int64_t id;

    if (cm_column_is_null(from, 8)) {
        return 0;
    }
    if (!is_hash_of(from, 8, 9)) {
        (void)cm_merge_refuse(db, &part->db, "a download in it is damaged");
        return 0;
    }
    id = find(db, find_content_sql, value_of(from, 8));
    if (id != 0) {
        return id;
    }
    q = cm_query_begin(db, put_content_sql);
    cm_merge_value(&q, value_of(from, 8));
    cm_merge_value(&q, value_of(from, 9));
    return cm_query_run(&q) == CM_OK ? sqlite3_last_insert_rowid(db->handle)
                                     : 0;
}

/* Where the download goes: a place of its own, or that of another shard's which
 * brought nothing. False: another shard's is as good. */
static bool find_place(struct cm_store *store, const struct cm_query *from,
                       int64_t *ord)
{
    struct cm_db *db = &store->db;
    struct cm_query q = cm_query_begin(db, find_url_sql);
    bool known;
    bool useless = false;

    cm_query_int(&q, store->run_id);
    cm_merge_value(&q, value_of(from, 1));
    cm_merge_value(&q, value_of(from, 0));
    cm_merge_value(&q, value_of(from, 2));
    known = cm_query_row(&q);
    if (known) {
        *ord = cm_column_int(&q, 0);
        useless = cm_column_int(&q, 1) != 0;
    }
    (void)cm_query_end(&q);
    if (known) {
        return useless && !cm_column_is_null(from, 8);
    }
    q = cm_query_begin(db, next_ord_sql);
    cm_query_int(&q, store->run_id);
    *ord = cm_query_row(&q) ? cm_column_int(&q, 0) : 0;
    (void)cm_query_end(&q);
    q = cm_query_begin(db, note_url_sql);
    cm_merge_value(&q, value_of(from, 1));
    cm_merge_value(&q, value_of(from, 0));
    cm_merge_value(&q, value_of(from, 2));
    cm_query_int(&q, *ord);
    return cm_query_run(&q) == CM_OK;
}

void cm_merge_downloads(struct cm_store *store, struct cm_merge_part *part)
{
    struct cm_db *db = &store->db;
    struct cm_query from = cm_query_begin(&part->db, downloads_sql);

    cm_query_int(&from, part->run_id);
    while (db->error.status == CM_OK && cm_query_row(&from)) {
        int64_t content = content_id(store, part, &from);
        int64_t ord = 0;
        struct cm_query q;

        if (db->error.status != CM_OK || !find_place(store, &from, &ord)) {
            continue;
        }
        q = cm_query_begin(db, put_download_sql);
        cm_query_int(&q, store->run_id);
        cm_query_int(&q, ord);
        for (int i = 0; i < 8; i++) {
            cm_merge_value(&q, value_of(&from, i));
        }
        cm_query_known(&q, content, content != 0);
        (void)cm_query_run(&q);
    }
    (void)cm_query_end(&from);
}
