/* Forged certificates, written field by field.
 * SPDX-License-Identifier: Apache-2.0 */
#include "support/forge_parts.h"

#include <openssl/mem.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/endpoint.h"
#include "certmuster/text.h"
#include "pki/pki.h"

#define ID_CE "\x55\x1d"
#define PKIX "\x2b\x06\x01\x05\x05\x07"
#define CONTEXT CBS_ASN1_CONTEXT_SPECIFIC
#define CONSTRUCTED (CBS_ASN1_CONSTRUCTED | CBS_ASN1_CONTEXT_SPECIFIC)
#define YEAR_2050 INT64_C(2524608000)

static void add_bytes(CBB *out, unsigned tag, const void *data, size_t len)
{
    CBB child;

    FORGE_MUST(CBB_add_asn1(out, &child, tag) &&
               CBB_add_bytes(&child, data, len) && CBB_flush(out));
}

static void add_text(CBB *out, unsigned tag, const char *text)
{
    add_bytes(out, tag, text, strlen(text));
}

/* `oid` is content octets, none of which is zero. */
static void add_oid(CBB *out, const char *oid)
{
    add_text(out, CBS_ASN1_OBJECT, oid);
}

static void add_hex(CBB *out, unsigned tag, const char *hex)
{
    CBB child;

    FORGE_MUST(strlen(hex) % 2 == 0 && CBB_add_asn1(out, &child, tag));
    for (; *hex != '\0'; hex += 2) {
        char pair[3] = {hex[0], hex[1], '\0'};

        FORGE_MUST(CBB_add_u8(&child, (uint8_t)strtoul(pair, NULL, 16)));
    }
    FORGE_MUST(CBB_flush(out));
}

static void add_attribute(CBB *name, const char *oid, const char *value)
{
    CBB set;
    CBB seq;

    FORGE_MUST(CBB_add_asn1(name, &set, CBS_ASN1_SET) &&
               CBB_add_asn1(&set, &seq, CBS_ASN1_SEQUENCE));
    add_oid(&seq, oid);
    add_text(&seq, CBS_ASN1_UTF8STRING, value);
    FORGE_MUST(CBB_flush(name));
}

static void add_name(CBB *out, const char *o, const char *cn)
{
    CBB name;

    FORGE_MUST(CBB_add_asn1(out, &name, CBS_ASN1_SEQUENCE));
    if (o != NULL) {
        add_attribute(&name, "\x55\x04\x0a", o);
    }
    if (cn[0] != '\0') {
        add_attribute(&name, "\x55\x04\x03", cn);
    }
    FORGE_MUST(CBB_flush(out));
}

static void add_subject(CBB *out, const struct forge_spec *spec)
{
    add_name(out, spec->subject_o,
             spec->subject != NULL ? spec->subject : "Test");
}

static void add_issuer(CBB *out, const struct forge_spec *spec)
{
    if (spec->issuer != NULL) {
        add_name(out, NULL, spec->issuer);
    } else if (spec->issuer_cert != NULL) {
        FORGE_MUST(CBB_add_bytes(out, spec->issuer_cert->subject.data,
                                 spec->issuer_cert->subject.len));
    } else {
        add_subject(out, spec);
    }
}

/* RFC 5280 section 4.1.2.5: UTCTime until 2049. */
static void add_time(CBB *out, int64_t when)
{
    char text[CM_TIME_TEXT_SIZE];
    char digits[CM_TIME_TEXT_SIZE];
    size_t count = 0;
    bool short_year = when < YEAR_2050;

    for (const char *c = cm_time_rfc3339(when, text); *c != '\0'; c++) {
        if ((*c >= '0' && *c <= '9') || *c == 'Z') {
            digits[count++] = *c;
        }
    }
    digits[count] = '\0';
    add_text(out, short_year ? CBS_ASN1_UTCTIME : CBS_ASN1_GENERALIZEDTIME,
             short_year ? digits + 2 : digits);
}

static void add_validity(CBB *out, const struct forge_spec *spec)
{
    CBB seq;

    FORGE_MUST(CBB_add_asn1(out, &seq, CBS_ASN1_SEQUENCE));
    add_time(&seq, spec->not_before != 0 ? spec->not_before
                                         : FORGE_NOW - 30 * FORGE_DAY);
    add_time(&seq, spec->not_after != 0 ? spec->not_after
                                        : FORGE_NOW + 300 * FORGE_DAY);
    FORGE_MUST(CBB_flush(out));
}

static void add_serial(CBB *out, const struct forge_spec *spec)
{
    static atomic_uint counter;

    if (spec->serial_hex != NULL) {
        add_hex(out, CBS_ASN1_INTEGER, spec->serial_hex);
    } else {
        FORGE_MUST(
            CBB_add_asn1_uint64(out, 0x1000U + atomic_fetch_add(&counter, 1U)));
    }
}

/* An extension being written: `value` is open until ext_end. */
struct ext {
    CBB *list;
    CBB seq;
    CBB value;
};

static void ext_begin(struct ext *ext, CBB *list, const char *oid,
                      bool critical)
{
    ext->list = list;
    FORGE_MUST(CBB_add_asn1(list, &ext->seq, CBS_ASN1_SEQUENCE));
    add_oid(&ext->seq, oid);
    if (critical) {
        FORGE_MUST(CBB_add_asn1_bool(&ext->seq, 1));
    }
    FORGE_MUST(CBB_add_asn1(&ext->seq, &ext->value, CBS_ASN1_OCTETSTRING));
}

static void ext_end(struct ext *ext)
{
    FORGE_MUST(CBB_flush(ext->list));
}

static void add_basic_constraints(CBB *list, const struct forge_spec *spec)
{
    struct ext ext;
    CBB seq;

    ext_begin(&ext, list, ID_CE "\x13", true);
    FORGE_MUST(CBB_add_asn1(&ext.value, &seq, CBS_ASN1_SEQUENCE));
    if (spec->ca) {
        FORGE_MUST(CBB_add_asn1_bool(&seq, 1));
        FORGE_MUST(spec->pathlen == 0 ||
                   CBB_add_asn1_uint64(&seq, (uint64_t)spec->pathlen - 1));
    }
    ext_end(&ext);
}

static unsigned usage_of(const struct forge_spec *spec, bool is_rsa)
{
    if (spec->key_usage != 0) {
        return spec->key_usage;
    }
    if (spec->ca) {
        return CM_KU_KEY_CERT_SIGN | CM_KU_CRL_SIGN;
    }
    return CM_KU_DIGITAL_SIGNATURE | (is_rsa ? CM_KU_KEY_ENCIPHERMENT : 0U);
}

static void add_key_usage(CBB *list, unsigned usage)
{
    struct ext ext;
    uint8_t bits[3] = {0, 0, 0};
    uint8_t octets = usage > 0xffU ? 2 : 1;

    for (unsigned bit = 0; bit < 16; bit++) {
        if ((usage & (1U << bit)) != 0) {
            bits[1 + bit / 8] |= (uint8_t)(0x80U >> (bit % 8));
            bits[0] = (uint8_t)(7U - bit % 8); /* unused bits at the end */
        }
    }
    ext_begin(&ext, list, ID_CE "\x0f", true);
    add_bytes(&ext.value, CBS_ASN1_BITSTRING, bits, 1U + octets);
    ext_end(&ext);
}

/* Calls `add` for each item of a comma list. */
static void for_each(CBB *out, const char *list,
                     void (*add)(CBB *out, const char *item))
{
    char *copy = strdup(list);
    char *rest = copy;
    char *item;

    FORGE_MUST(copy != NULL);
    while ((item = strsep(&rest, ",")) != NULL) {
        add(out, item);
    }
    free(copy);
}

static void add_purpose(CBB *out, const char *purpose)
{
    if (strcmp(purpose, "server") == 0) {
        add_oid(out, PKIX "\x03\x01");
    } else if (strcmp(purpose, "client") == 0) {
        add_oid(out, PKIX "\x03\x02");
    } else if (strcmp(purpose, "code") == 0) {
        add_oid(out, PKIX "\x03\x03");
    } else if (strcmp(purpose, "sgc") == 0) {
        add_oid(out, "\x60\x86\x48\x01\x86\xf8\x42\x04\x01");
    } else {
        FORGE_MUST(strcmp(purpose, "any") == 0);
        add_bytes(out, CBS_ASN1_OBJECT, ID_CE "\x25\x00", 4);
    }
}

static void add_eku(CBB *list, const char *purposes)
{
    struct ext ext;
    CBB seq;

    ext_begin(&ext, list, ID_CE "\x25", false);
    FORGE_MUST(CBB_add_asn1(&ext.value, &seq, CBS_ASN1_SEQUENCE));
    for_each(&seq, purposes, add_purpose);
    ext_end(&ext);
}

static void add_alt_name(CBB *out, const char *name)
{
    struct cm_address address;

    if (strncmp(name, "ip:", 3) == 0) {
        FORGE_MUST(cm_address_parse(name + 3, &address));
        add_bytes(out, CONTEXT | 7U, address.bytes,
                  address.family == 4 ? 4 : 16);
    } else if (strncmp(name, "uri:", 4) == 0) {
        add_text(out, CONTEXT | 6U, name + 4);
    } else if (strncmp(name, "email:", 6) == 0) {
        add_text(out, CONTEXT | 1U, name + 6);
    } else {
        add_text(out, CONTEXT | 2U, name);
    }
}

static void add_alt_names(CBB *list, const char *names)
{
    struct ext ext;
    CBB seq;

    ext_begin(&ext, list, ID_CE "\x11", false);
    FORGE_MUST(CBB_add_asn1(&ext.value, &seq, CBS_ASN1_SEQUENCE));
    for_each(&seq, names, add_alt_name);
    ext_end(&ext);
}

static void add_ski(CBB *list, const struct forge_key *key)
{
    struct ext ext;

    ext_begin(&ext, list, ID_CE "\x0e", false);
    add_bytes(&ext.value, CBS_ASN1_OCTETSTRING, key->key_id,
              sizeof(key->key_id));
    ext_end(&ext);
}

static void add_aki(CBB *list, const struct forge_spec *spec,
                    const struct forge_key *issuer_key)
{
    struct ext ext;
    CBB seq;

    ext_begin(&ext, list, ID_CE "\x23", false);
    FORGE_MUST(CBB_add_asn1(&ext.value, &seq, CBS_ASN1_SEQUENCE));
    if (spec->aki_hex != NULL) {
        add_hex(&seq, CONTEXT | 0U, spec->aki_hex);
    } else if (spec->issuer_cert != NULL && spec->issuer_cert->ski.len > 0) {
        add_bytes(&seq, CONTEXT | 0U, spec->issuer_cert->ski.data,
                  spec->issuer_cert->ski.len);
    } else {
        add_bytes(&seq, CONTEXT | 0U, issuer_key->key_id,
                  sizeof(issuer_key->key_id));
    }
    ext_end(&ext);
}

static void add_access(CBB *list, const char *oid, const char *url)
{
    CBB seq;

    if (url != NULL) {
        FORGE_MUST(CBB_add_asn1(list, &seq, CBS_ASN1_SEQUENCE));
        add_oid(&seq, oid);
        add_text(&seq, CONTEXT | 6U, url);
        FORGE_MUST(CBB_flush(list));
    }
}

static void add_urls(CBB *list, const struct forge_spec *spec)
{
    struct ext ext;
    CBB seq;
    CBB point;
    CBB which;
    CBB full;

    if (spec->ocsp != NULL || spec->ca_issuers != NULL) {
        ext_begin(&ext, list, PKIX "\x01\x01", false);
        FORGE_MUST(CBB_add_asn1(&ext.value, &seq, CBS_ASN1_SEQUENCE));
        add_access(&seq, PKIX "\x30\x01", spec->ocsp);
        add_access(&seq, PKIX "\x30\x02", spec->ca_issuers);
        ext_end(&ext);
    }
    if (spec->crl != NULL) {
        ext_begin(&ext, list, ID_CE "\x1f", false);
        FORGE_MUST(CBB_add_asn1(&ext.value, &seq, CBS_ASN1_SEQUENCE) &&
                   CBB_add_asn1(&seq, &point, CBS_ASN1_SEQUENCE) &&
                   CBB_add_asn1(&point, &which, CONSTRUCTED | 0U) &&
                   CBB_add_asn1(&which, &full, CONSTRUCTED | 0U));
        add_text(&full, CONTEXT | 6U, spec->crl);
        ext_end(&ext);
    }
}

/* An SCT list of two that look right and prove nothing. */
static void add_scts(CBB *list)
{
    static const uint8_t sct[47] = {0};
    struct ext ext;
    CBB octets;
    CBB vector;
    CBB one;

    ext_begin(&ext, list, "\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02", false);
    FORGE_MUST(CBB_add_asn1(&ext.value, &octets, CBS_ASN1_OCTETSTRING) &&
               CBB_add_u16_length_prefixed(&octets, &vector));
    for (int i = 0; i < 2; i++) {
        FORGE_MUST(CBB_add_u16_length_prefixed(&vector, &one) &&
                   CBB_add_bytes(&one, sct, sizeof(sct)) && CBB_flush(&vector));
    }
    ext_end(&ext);
}

static void add_special(CBB *list, const struct forge_spec *spec)
{
    struct ext ext;
    CBB seq;
    CBB policy;

    if (spec->must_staple) {
        ext_begin(&ext, list, PKIX "\x01\x18", false);
        FORGE_MUST(CBB_add_asn1(&ext.value, &seq, CBS_ASN1_SEQUENCE) &&
                   CBB_add_asn1_uint64(&seq, 5));
        ext_end(&ext);
    }
    if (spec->public_policy) {
        ext_begin(&ext, list, ID_CE "\x20", false);
        FORGE_MUST(CBB_add_asn1(&ext.value, &seq, CBS_ASN1_SEQUENCE) &&
                   CBB_add_asn1(&seq, &policy, CBS_ASN1_SEQUENCE));
        add_oid(&policy, "\x67\x81\x0c\x01\x02\x01");
        ext_end(&ext);
    }
    if (spec->scts) {
        add_scts(list);
    }
    if (spec->unknown_critical) { /* 1.3.6.1.4.1.99999.1 */
        ext_begin(&ext, list, "\x2b\x06\x01\x04\x01\x86\x8d\x1f\x01", true);
        add_bytes(&ext.value, CBS_ASN1_OCTETSTRING, "?", 1);
        ext_end(&ext);
    }
}

/* Version 1 has no extensions, but for those that the spec asks for. */
static void add_extensions(CBB *list, const struct forge_spec *spec,
                           const struct forge_key *key,
                           const struct forge_key *issuer_key)
{
    bool defaults = spec->version != 1;
    bool is_rsa = EVP_PKEY_id(key->pkey) == EVP_PKEY_RSA;
    const char *eku = spec->eku;

    if (!spec->no_basic_constraints && (defaults || spec->ca)) {
        add_basic_constraints(list, spec);
    }
    if (spec->duplicate_extension) {
        add_basic_constraints(list, spec);
    }
    if (!spec->no_key_usage && (defaults || spec->key_usage != 0)) {
        add_key_usage(list, usage_of(spec, is_rsa));
    }
    if (eku == NULL && !spec->ca && defaults) {
        eku = "server,client";
    }
    if (eku != NULL && strcmp(eku, "-") != 0) {
        add_eku(list, eku);
    }
    if (!spec->no_ski && defaults) {
        add_ski(list, key);
    }
    if (!spec->no_aki && (defaults || spec->aki_hex != NULL)) {
        add_aki(list, spec, issuer_key);
    }
    if (spec->names != NULL) {
        add_alt_names(list, spec->names);
    }
    add_urls(list, spec);
    add_special(list, spec);
}

static void add_tbs(CBB *out, const struct forge_spec *spec,
                    const struct forge_key *key,
                    const struct forge_key *issuer_key)
{
    CBB tbs;
    CBB tagged;
    CBB list;
    uint8_t *exts;
    size_t exts_len;

    FORGE_MUST(CBB_add_asn1(out, &tbs, CBS_ASN1_SEQUENCE));
    if (spec->version != 1) {
        int version = spec->version == 0 ? 3 : spec->version;

        FORGE_MUST(CBB_add_asn1(&tbs, &tagged, CONSTRUCTED | 0U) &&
                   CBB_add_asn1_uint64(&tagged, (uint64_t)version - 1));
    }
    add_serial(&tbs, spec);
    forge_add_algorithm(&tbs, issuer_key, spec->hash);
    add_issuer(&tbs, spec);
    add_validity(&tbs, spec);
    add_subject(&tbs, spec);
    FORGE_MUST(EVP_marshal_public_key(&tbs, key->pkey) && CBB_init(&list, 256));
    add_extensions(&list, spec, key, issuer_key);
    FORGE_MUST(CBB_finish(&list, &exts, &exts_len));
    if (exts_len > 0) {
        FORGE_MUST(CBB_add_asn1(&tbs, &tagged, CONSTRUCTED | 3U));
        add_bytes(&tagged, CBS_ASN1_SEQUENCE, exts, exts_len);
    }
    OPENSSL_free(exts);
    FORGE_MUST(CBB_flush(out));
}

struct cm_cert *forge_cert(const struct forge_spec *spec)
{
    const struct forge_key *key =
        spec->key != NULL ? spec->key : forge_key(FORGE_P256, 0);
    const struct forge_key *issuer_key =
        spec->issuer_key != NULL ? spec->issuer_key : key;
    struct cm_cert *cert;
    CBB cbb;
    CBB outer;
    uint8_t *tbs;
    size_t tbs_len;
    uint8_t *der;
    size_t len;

    FORGE_MUST(CBB_init(&cbb, 1024));
    add_tbs(&cbb, spec, key, issuer_key);
    FORGE_MUST(CBB_finish(&cbb, &tbs, &tbs_len));
    FORGE_MUST(CBB_init(&cbb, 1024) &&
               CBB_add_asn1(&cbb, &outer, CBS_ASN1_SEQUENCE) &&
               CBB_add_bytes(&outer, tbs, tbs_len));
    forge_add_algorithm(&outer, issuer_key, spec->hash);
    forge_add_signature(&outer, issuer_key, spec->hash, tbs, tbs_len,
                        spec->break_signature);
    FORGE_MUST(CBB_flush(&cbb));
    for (unsigned i = 0; i < spec->trailing_bytes; i++) {
        FORGE_MUST(CBB_add_u8(&cbb, 0x55));
    }
    FORGE_MUST(CBB_finish(&cbb, &der, &len));
    cert = cm_cert_parse(der, len);
    FORGE_MUST(cert != NULL);
    OPENSSL_free(tbs);
    OPENSSL_free(der);
    return cert;
}
