/* Facts of certificates, each read once or nearly so.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_facts.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS 16384U /* a power of two; ids are consecutive numbers */
#define MAX_KEPT ((size_t)64 << 20) /* bytes; with more, all are forgotten */

#define NUM_TEXTS 9

static const char facts_sql[] =
    "SELECT not_before, not_after, key_bits, fingerprint_sha256, subject,"
    " subject_cn, issuer, issuer_cn, serial, key_alg, sig_alg, spki_sha256,"
    " names FROM v_certificate WHERE certificate = ?1";

struct cm_facts_cache {
    struct cm_cert_facts *slots[SLOTS]; /* owned; NULL: empty */
    struct cm_cert_facts none;
    size_t kept;
    sqlite3_stmt *stmt; /* NULL until one is read */
};

struct cm_facts_cache *cm_facts_cache_new(void)
{
    struct cm_facts_cache *cache = calloc(1, sizeof(*cache));

    if (cache != NULL) {
        cache->none.not_before = CM_UNKNOWN;
        cache->none.not_after = CM_UNKNOWN;
        cache->none.key_bits = CM_UNKNOWN;
        cache->none.kept = &cache->kept;
    }
    return cache;
}

static void forget_parts(struct cm_cert_facts *facts)
{
    for (size_t i = 0; i < CM_MADE_COUNT; i++) {
        cm_span_free(&facts->made[i]);
    }
}

static void grow(struct cm_cert_facts *facts, size_t bytes)
{
    facts->bytes += bytes;
    *facts->kept += bytes;
}

static void forget(struct cm_cert_facts *facts)
{
    if (facts != NULL) {
        *facts->kept -= facts->bytes;
        forget_parts(facts);
        cm_report_list_cleanup(&facts->names);
        free(facts->texts);
        free(facts);
    }
}

static void forget_all(struct cm_facts_cache *cache)
{
    for (size_t i = 0; i < SLOTS; i++) {
        forget(cache->slots[i]);
        cache->slots[i] = NULL;
    }
}

void cm_facts_cache_free(struct cm_facts_cache *cache)
{
    if (cache != NULL) {
        forget_all(cache);
        forget_parts(&cache->none);
        (void)sqlite3_finalize(cache->stmt);
        free(cache);
    }
}

bool cm_cert_facts_keep(struct cm_cert_facts *facts, enum cm_made_part part,
                        const struct cm_buf *made)
{
    uint8_t *copy = made->failed ? NULL : malloc(made->len + 1);

    if (copy == NULL) {
        return false;
    }
    if (made->len > 0) {
        memcpy(copy, made->data, made->len);
    }
    copy[made->len] = '\0';
    cm_span_free(&facts->made[part]);
    facts->made[part] = (struct cm_span){copy, made->len};
    grow(facts, made->len + 1);
    return true;
}

/* Copies the texts of the line into one piece of memory. */
static bool copy_texts(struct cm_cert_facts *facts, struct cm_sql_line *line)
{
    const char **into[NUM_TEXTS] = {
        &facts->fingerprint_sha256,
        &facts->subject,
        &facts->subject_cn,
        &facts->issuer,
        &facts->issuer_cn,
        &facts->serial,
        &facts->key_alg,
        &facts->sig_alg,
        &facts->spki_sha256,
    };
    const char *texts[NUM_TEXTS];
    size_t bytes = 1;
    char *at;

    for (size_t i = 0; i < NUM_TEXTS; i++) {
        texts[i] = cm_sql_text(line);
        bytes += texts[i] == NULL ? 0 : strlen(texts[i]) + 1;
    }
    at = malloc(bytes);
    facts->texts = at;
    for (size_t i = 0; at != NULL && i < NUM_TEXTS; i++) {
        size_t len = texts[i] == NULL ? 0 : strlen(texts[i]) + 1;

        if (texts[i] != NULL) {
            memcpy(at, texts[i], len);
            *into[i] = at;
            at += len;
        }
    }
    grow(facts, sizeof(*facts) + bytes);
    return at != NULL;
}

static enum cm_status read_facts(struct cm_facts_cache *cache,
                                 struct cm_cert_facts **out,
                                 struct cm_error *err)
{
    struct cm_sql_line line = cm_sql_line(cache->stmt);
    struct cm_cert_facts *facts = calloc(1, sizeof(*facts));

    if (facts == NULL) {
        return cm_error_nomem(err, "a certificate");
    }
    facts->kept = &cache->kept;
    facts->not_before = cm_sql_number(&line);
    facts->not_after = cm_sql_number(&line);
    facts->key_bits = cm_sql_number(&line);
    if (!copy_texts(facts, &line)) {
        forget(facts);
        return cm_error_nomem(err, "a certificate");
    }
    cm_sql_list(&line, &facts->names);
    grow(facts, facts->names.text_cap +
                    facts->names.cap * sizeof(*facts->names.items));
    *out = facts;
    return cm_sql_line_end(&line, err);
}

static enum cm_status look_up(struct cm_facts_cache *cache,
                              struct cm_report_run *run, int64_t id,
                              struct cm_cert_facts **out, struct cm_error *err)
{
    enum cm_status status = CM_OK;
    bool got = false;

    if (cache->stmt == NULL) {
        status = cm_sql_prepare(run->db, &cache->stmt, facts_sql, err);
        if (status != CM_OK) {
            return status;
        }
    }
    (void)sqlite3_reset(cache->stmt);
    if (sqlite3_bind_int64(cache->stmt, 1, id) != SQLITE_OK) {
        return cm_sql_failed(run->db, err);
    }
    status = cm_sql_step(cache->stmt, &got, err);
    if (status == CM_OK && got) {
        status = read_facts(cache, out, err);
    }
    return status;
}

enum cm_status cm_facts_cache_find(struct cm_facts_cache *cache,
                                   struct cm_report_run *run, int64_t id,
                                   struct cm_cert_facts **out,
                                   struct cm_error *err)
{
    struct cm_cert_facts **slot = &cache->slots[(uint64_t)id & (SLOTS - 1)];
    struct cm_cert_facts *facts = NULL;
    enum cm_status status;

    *out = &cache->none;
    if (id == CM_UNKNOWN) {
        return CM_OK;
    }
    if (*slot != NULL && (*slot)->id == id) {
        *out = *slot;
        return CM_OK;
    }
    if (cache->kept > MAX_KEPT) {
        forget_all(cache);
    }
    status = look_up(cache, run, id, &facts, err);
    if (status != CM_OK) {
        forget(facts);
        return status;
    }
    if (facts != NULL) {
        facts->id = id;
        forget(*slot);
        *slot = facts;
        *out = facts;
    }
    return CM_OK;
}
