/* Certificates are stored once: SHA-256 to id, from memory or the store.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/parts.h"

#include <string.h>

#include "certmuster/text.h"

static const char find_sql[] = "SELECT id FROM certificate WHERE sha256 = ?";

static const char insert_sql[] =
    "INSERT INTO certificate (sha256, der, parse_error, subject, subject_cn,"
    " issuer, issuer_cn, serial, not_before, not_after, key_alg, key_bits,"
    " sig_alg, spki_sha256, is_ca, self_issued, names, names_total)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/* The slot where the certificate's id is if it was used lately: two have the
 * same one now and then, and then the store is asked. */
static struct cm_known_cert *slot_of(struct cm_store *store,
                                     const struct cm_cert *cert)
{
    uint32_t at;

    memcpy(&at, cert->sha256, sizeof(at));
    return &store->known[at % CM_KNOWN_CERTS];
}

void cm_cert_ids_forget(struct cm_store *store)
{
    memset(store->known, 0, CM_KNOWN_CERTS * sizeof(*store->known));
}

static void bind_hex(struct cm_query *q, const void *data, size_t len)
{
    struct cm_buf hex;

    cm_buf_init(&hex, 2 * CM_CERT_MAX_DER);
    cm_buf_hex(&hex, data, len);
    cm_query_buf(q, &hex);
    cm_buf_cleanup(&hex);
}

/* An iPAddress of RFC 5280 section 4.2.1.6 as text; false: it is none. */
static bool ip_text(const struct cm_cert_name *name, struct cm_buf *out)
{
    struct cm_address address = {0};
    char text[CM_ADDRESS_TEXT_SIZE];

    if (name->value.len != 4 && name->value.len != 16) {
        return false;
    }
    address.family = name->value.len == 4 ? 4 : 6;
    memcpy(address.bytes, name->value.data, name->value.len);
    return cm_buf_puts(out, cm_address_text(&address, text));
}

static void bind_names(struct cm_query *q, const struct cm_cert *cert)
{
    struct cm_buf json;
    struct cm_buf ip;
    const char *comma = "";

    cm_buf_init(&json, CM_DB_MAX_TEXT);
    cm_buf_init(&ip, CM_ADDRESS_TEXT_SIZE);
    cm_buf_putc(&json, '[');
    for (size_t i = 0; i < cert->num_names; i++) {
        const struct cm_cert_name *name = &cert->names[i];
        struct cm_span text = name->value;

        if (name->kind == CM_NAME_IP) {
            cm_buf_clear(&ip);
            text.len = ip_text(name, &ip) ? ip.len : 0;
            json.failed = json.failed || ip.failed;
            text.data = ip.data;
        } else if (name->kind != CM_NAME_DNS) {
            continue;
        }
        if (text.len > 0) {
            cm_buf_puts(&json, comma);
            cm_text_json(&json, (const char *)text.data, text.len);
            comma = ",";
        }
    }
    cm_buf_putc(&json, ']');
    cm_query_buf(q, &json);
    cm_buf_cleanup(&ip);
    cm_buf_cleanup(&json);
}

/* The facts of a certificate that could not be read are NULL. */
static void bind_facts(struct cm_query *q, const struct cm_cert *cert)
{
    const char *const texts[] = {cert->subject_text, cert->subject_cn,
                                 cert->issuer_text, cert->issuer_cn};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        bool known = cert->parsed || (texts[i] != NULL && texts[i][0] != '\0');

        cm_query_text(q, known ? texts[i] : NULL);
    }
    if (!cert->parsed) {
        return; /* what is not bound is NULL */
    }
    bind_hex(q, cert->serial.data, cert->serial.len);
    cm_query_int(q, cert->not_before);
    cm_query_int(q, cert->not_after);
    cm_query_text(q, cm_key_alg_id(cert->key_alg));
    cm_query_int(q, cert->key_bits);
    cm_query_text(q, cert->sig_name);
    bind_hex(q, cert->spki_sha256, sizeof(cert->spki_sha256));
    cm_query_int(q, cert->is_ca ? 1 : 0);
    cm_query_int(q, cert->self_issued ? 1 : 0);
    bind_names(q, cert);
    cm_query_int(q, (int64_t)cert->num_names_total);
}

static int64_t find(struct cm_store *store, const struct cm_cert *cert)
{
    struct cm_query q = cm_query_begin(&store->db, find_sql);
    int64_t id = 0;

    bind_hex(&q, cert->sha256, sizeof(cert->sha256));
    if (cm_query_row(&q)) {
        id = cm_column_int(&q, 0);
    }
    (void)cm_query_end(&q);
    return id;
}

static int64_t insert(struct cm_store *store, const struct cm_cert *cert)
{
    /* A message may hold an empty certificate; the column is never NULL. */
    const struct cm_span nothing = {(const uint8_t *)"", 0};
    struct cm_query q = cm_query_begin(&store->db, insert_sql);

    bind_hex(&q, cert->sha256, sizeof(cert->sha256));
    cm_query_blob(&q, cert->der.len == 0 ? nothing : cert->der);
    cm_query_text(&q, cert->parsed ? NULL : cert->parse_error);
    bind_facts(&q, cert);
    if (cm_query_run(&q) != CM_OK) {
        return 0;
    }
    return sqlite3_last_insert_rowid(store->db.handle);
}

int64_t cm_cert_id(struct cm_store *store, const struct cm_cert *cert)
{
    struct cm_known_cert *known = slot_of(store, cert);
    int64_t id;

    if (known->id != 0 &&
        memcmp(known->sha256, cert->sha256, sizeof(known->sha256)) == 0) {
        return known->id;
    }
    id = find(store, cert);
    if (id == 0) {
        id = insert(store, cert);
    }
    if (id != 0) {
        known->id = id;
        memcpy(known->sha256, cert->sha256, sizeof(known->sha256));
    }
    return id;
}

void cm_query_certs(struct cm_store *store, struct cm_query *q,
                    struct cm_cert *const *certs, size_t num)
{
    struct cm_buf *json = &store->db.text;

    if (num == 0) {
        cm_query_id(q, "[]");
        return;
    }
    for (size_t i = 0; i < num; i++) {
        cm_buf_putc(json, i == 0 ? '[' : ',');
        cm_buf_number(json, cm_cert_id(store, certs[i]));
    }
    cm_buf_putc(json, ']');
    cm_query_buf(q, json);
}
