/* What the store's certificates tell together: who may have issued, and which
 * serial numbers and keys were used twice.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/parts.h"

#include "certmuster/resume.h"

#include "pki/pki.h"

/* A server that is its own CA is no help to others, and there may be a million
 * of them: self-issued ones come last, and one in four is theirs. */
#define ROOTS_PART 4

static const char sent_sql[] =
    "SELECT der FROM certificate WHERE id IN (SELECT c.value"
    " FROM probe AS p, json_each(p.chain) AS c WHERE p.run = ?1 AND c.key > 0"
    " UNION SELECT c.value FROM answer AS a, json_each(a.chain) AS c"
    " WHERE a.run = ?1 AND c.key > 0)"
    " ORDER BY id LIMIT ?2";

static const char issuers_sql[] =
    "SELECT der FROM certificate WHERE is_ca = 1 AND self_issued = ?1"
    " ORDER BY id DESC LIMIT ?2";

static const char find_sql[] = "SELECT der FROM certificate WHERE sha256 = ?";

static const char twin_table_sql[] =
    "CREATE TEMP TABLE IF NOT EXISTS twin (certificate INTEGER PRIMARY KEY,"
    " sha256 TEXT, other TEXT);"
    "DELETE FROM twin;";

/* Each is compared with one other of its group, so that a group of thousands
 * costs no more than its size. */
static const char *const fill_twin_sql[CM_TWIN_COUNT] = {
    [CM_TWIN_SERIAL] =
        "WITH known AS MATERIALIZED (SELECT c.id, c.sha256, c.issuer, c.serial"
        " FROM (SELECT DISTINCT leaf FROM probe WHERE run = ?1) AS p"
        " JOIN certificate AS c ON c.id = p.leaf WHERE c.serial IS NOT NULL),"
        " twice AS (SELECT issuer, serial, min(sha256) AS low, max(sha256) AS"
        " high FROM known GROUP BY issuer, serial HAVING count(*) > 1)"
        " INSERT INTO twin (certificate, sha256, other) SELECT k.id, k.sha256,"
        " CASE k.sha256 WHEN t.low THEN t.high ELSE t.low END"
        " FROM twice AS t JOIN known AS k"
        " ON k.issuer = t.issuer AND k.serial = t.serial",
    /* A renewal with the same key, or one that is under way, has names in
     * common. */
    [CM_TWIN_KEY] =
        "WITH known AS MATERIALIZED (SELECT c.id, c.sha256, c.spki_sha256,"
        " c.subject_cn, coalesce(c.names, '[]') AS names"
        " FROM (SELECT DISTINCT leaf FROM probe WHERE run = ?1) AS p"
        " JOIN certificate AS c ON c.id = p.leaf"
        " WHERE c.spki_sha256 IS NOT NULL),"
        " twice AS (SELECT spki_sha256, min(sha256) AS low, max(sha256) AS high"
        " FROM known GROUP BY spki_sha256 HAVING count(*) > 1)"
        " INSERT INTO twin (certificate, sha256, other) SELECT k.id, k.sha256,"
        " o.sha256 FROM twice AS t"
        " JOIN known AS k ON k.spki_sha256 = t.spki_sha256"
        " JOIN known AS o ON o.sha256 ="
        " CASE k.sha256 WHEN t.low THEN t.high ELSE t.low END"
        " WHERE k.subject_cn IS NOT o.subject_cn AND NOT EXISTS"
        " (SELECT 1 FROM json_each(k.names) AS x JOIN json_each(o.names) AS y"
        " ON lower(x.value) = lower(y.value))",
};

static const char any_twin_sql[] = "SELECT EXISTS (SELECT 1 FROM twin)";

static const char twin_sql[] =
    "SELECT DISTINCT p.endpoint, r.sha256, r.other"
    " FROM probe AS p CROSS JOIN twin AS r ON r.certificate = p.leaf"
    " WHERE p.run = ?1 ORDER BY r.certificate, p.endpoint";

/* NULL: no memory, which is noted. */
static struct cm_cert *take_cert(const struct cm_query *q)
{
    struct cm_span der = cm_column_blob(q, 0);
    struct cm_cert *cert =
        cm_cert_parse(der.len > 0 ? der.data : (const uint8_t *)"", der.len);

    if (cert == NULL) {
        (void)cm_error_nomem(&q->db->error, "a stored certificate");
    }
    return cert;
}

/* What `fn` was handed so far counts towards `max`. */
struct issuers {
    struct cm_db *db;
    cm_store_cert_fn *fn;
    void *arg;
    size_t left;
};

static void each_cert(struct issuers *issuers, const char *sql, int64_t first,
                      size_t max)
{
    struct cm_db *db = issuers->db;
    struct cm_query q = cm_query_begin(db, sql);

    cm_query_int(&q, first);
    cm_query_int(&q, (int64_t)(max < issuers->left ? max : issuers->left));
    while (db->error.status == CM_OK && cm_query_row(&q)) {
        struct cm_cert *cert = take_cert(&q);
        enum cm_status status;

        if (cert == NULL) {
            break;
        }
        status = issuers->fn(issuers->arg, cert);
        cm_cert_unref(cert);
        if (status != CM_OK) {
            cm_db_refused(db, status, "a stored certificate");
        }
        issuers->left--;
    }
    (void)cm_query_end(&q);
}

enum cm_status cm_store_each_issuer(struct cm_store *store, int64_t run_id,
                                    size_t max, cm_store_cert_fn *fn, void *arg,
                                    struct cm_error *err)
{
    struct issuers issuers = {
        .db = &store->db, .fn = fn, .arg = arg, .left = max};

    if (run_id != 0) {
        each_cert(&issuers, sent_sql, run_id, max);
    }
    each_cert(&issuers, issuers_sql, 0, max - max / ROOTS_PART);
    each_cert(&issuers, issuers_sql, 1, max);
    return cm_db_take_error(&store->db, err);
}

enum cm_status cm_store_each_sent(struct cm_store *store, int64_t run_id,
                                  size_t max, cm_store_cert_fn *fn, void *arg,
                                  struct cm_error *err)
{
    struct issuers sent = {.db = &store->db, .fn = fn, .arg = arg, .left = max};

    each_cert(&sent, sent_sql, run_id, max);
    return cm_db_take_error(&store->db, err);
}

enum cm_status cm_store_find_cert(struct cm_store *store,
                                  const uint8_t sha256[CM_SHA256_LEN],
                                  struct cm_cert **out, struct cm_error *err)
{
    struct cm_query q = cm_query_begin(&store->db, find_sql);
    struct cm_buf hex;

    *out = NULL;
    cm_buf_init(&hex, 2 * CM_SHA256_LEN);
    cm_buf_hex(&hex, sha256, CM_SHA256_LEN);
    cm_query_buf(&q, &hex);
    cm_buf_cleanup(&hex);
    if (cm_query_row(&q)) {
        *out = take_cert(&q);
    }
    (void)cm_query_end(&q);
    return cm_db_take_error(&store->db, err);
}

static bool find_twins(struct cm_db *db, int64_t run_id, enum cm_twin twin)
{
    bool any = false;
    struct cm_query q;

    (void)cm_db_exec(db, twin_table_sql);
    q = cm_query_begin(db, fill_twin_sql[twin]);
    cm_query_int(&q, run_id);
    (void)cm_query_run(&q);
    q = cm_query_begin(db, any_twin_sql);
    if (cm_query_row(&q)) {
        any = cm_column_int(&q, 0) != 0;
    }
    (void)cm_query_end(&q);
    return any;
}

enum cm_status cm_store_each_twin(struct cm_store *store, int64_t run_id,
                                  enum cm_twin twin, cm_store_twin_fn *fn,
                                  void *arg, struct cm_error *err)
{
    struct cm_db *db = &store->db;
    struct cm_query q;

    if (find_twins(db, run_id, twin)) {
        q = cm_query_begin(db, twin_sql);
        cm_query_int(&q, run_id);
        while (db->error.status == CM_OK && cm_query_row(&q)) {
            uint8_t cert[CM_SHA256_LEN];
            uint8_t other[CM_SHA256_LEN];
            enum cm_status status;

            if (!cm_hex_read(cm_column_text(&q, 1), cert, sizeof(cert)) ||
                !cm_hex_read(cm_column_text(&q, 2), other, sizeof(other))) {
                continue; /* not a hash of ours */
            }
            status = fn(arg, twin, (uint64_t)cm_column_int(&q, 0), cert, other);
            if (status != CM_OK) {
                (void)cm_error_set(&db->error, status,
                                   "certificates cannot be compared");
            }
        }
        (void)cm_query_end(&q);
    }
    return cm_db_take_error(db, err);
}
