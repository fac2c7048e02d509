/* Forged certificates, written field by field.
 * SPDX-License-Identifier: Apache-2.0 */
#include "support/forge_parts.h"

#include <openssl/mem.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/text.h"
#include "pki/pki.h"

#define YEAR_2050 INT64_C(2524608000)

void forge_add_bytes(CBB *out, unsigned tag, const void *data, size_t len)
{
    CBB child;

    FORGE_MUST(CBB_add_asn1(out, &child, tag) &&
               CBB_add_bytes(&child, data, len) && CBB_flush(out));
}

void forge_add_text(CBB *out, unsigned tag, const char *text)
{
    forge_add_bytes(out, tag, text, strlen(text));
}

void forge_add_oid(CBB *out, const char *oid)
{
    forge_add_text(out, CBS_ASN1_OBJECT, oid);
}

void forge_add_hex_octets(CBB *out, const char *hex)
{
    FORGE_MUST(strlen(hex) % 2 == 0);
    for (; *hex != '\0'; hex += 2) {
        char pair[3] = {hex[0], hex[1], '\0'};

        FORGE_MUST(CBB_add_u8(out, (uint8_t)strtoul(pair, NULL, 16)));
    }
}

void forge_add_hex(CBB *out, unsigned tag, const char *hex)
{
    CBB child;

    FORGE_MUST(CBB_add_asn1(out, &child, tag));
    forge_add_hex_octets(&child, hex);
    FORGE_MUST(CBB_flush(out));
}

void forge_add_dotted(CBB *out, const char *oid)
{
    CBB child;

    if (strcmp(oid, "any") == 0) {
        oid = "2.5.29.32.0";
    }
    FORGE_MUST(CBB_add_asn1(out, &child, CBS_ASN1_OBJECT) &&
               CBB_add_asn1_oid_from_text(&child, oid, strlen(oid)) &&
               CBB_flush(out));
}

void forge_for_each(CBB *out, const char *list,
                    void (*add)(CBB *out, const char *item))
{
    char *copy = strdup(list);
    char *rest = list[0] != '\0' ? copy : NULL;
    char *item;

    FORGE_MUST(copy != NULL);
    while ((item = strsep(&rest, ",")) != NULL) {
        add(out, item);
    }
    free(copy);
}

static void add_attribute(CBB *name, const char *oid, unsigned tag,
                          const char *value)
{
    CBB set;
    CBB seq;

    FORGE_MUST(CBB_add_asn1(name, &set, CBS_ASN1_SET) &&
               CBB_add_asn1(&set, &seq, CBS_ASN1_SEQUENCE));
    forge_add_oid(&seq, oid);
    forge_add_text(&seq, tag, value);
    FORGE_MUST(CBB_flush(name));
}

void forge_add_name(CBB *out, const char *o, const char *cn, const char *email)
{
    CBB name;

    FORGE_MUST(CBB_add_asn1(out, &name, CBS_ASN1_SEQUENCE));
    if (o != NULL) {
        add_attribute(&name, "\x55\x04\x0a", CBS_ASN1_UTF8STRING, o);
    }
    if (cn != NULL && cn[0] != '\0') {
        add_attribute(&name, "\x55\x04\x03", CBS_ASN1_UTF8STRING, cn);
    }
    if (email != NULL) {
        add_attribute(&name, "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01",
                      CBS_ASN1_IA5STRING, email);
    }
    FORGE_MUST(CBB_flush(out));
}

static void add_subject(CBB *out, const struct forge_spec *spec)
{
    if (spec->subject_hex != NULL) {
        forge_add_hex_octets(out, spec->subject_hex);
    } else {
        forge_add_name(out, spec->subject_o,
                       spec->subject != NULL ? spec->subject : "Test",
                       spec->subject_email);
    }
}

static void add_issuer(CBB *out, const struct forge_spec *spec)
{
    if (spec->issuer != NULL) {
        forge_add_name(out, NULL, spec->issuer, NULL);
    } else if (spec->issuer_cert != NULL) {
        FORGE_MUST(CBB_add_bytes(out, spec->issuer_cert->subject.data,
                                 spec->issuer_cert->subject.len));
    } else {
        add_subject(out, spec);
    }
}

void forge_add_time(CBB *out, int64_t when, bool generalized)
{
    char text[CM_TIME_TEXT_SIZE];
    char digits[CM_TIME_TEXT_SIZE];
    size_t count = 0;
    bool short_year = !generalized && when < YEAR_2050;

    for (const char *c = cm_time_rfc3339(when, text); *c != '\0'; c++) {
        if ((*c >= '0' && *c <= '9') || *c == 'Z') {
            digits[count++] = *c;
        }
    }
    digits[count] = '\0';
    forge_add_text(out,
                   short_year ? CBS_ASN1_UTCTIME : CBS_ASN1_GENERALIZEDTIME,
                   short_year ? digits + 2 : digits);
}

int64_t forge_not_before(const struct forge_spec *spec)
{
    return spec->not_before != 0 ? spec->not_before
                                 : FORGE_NOW - 30 * FORGE_DAY;
}

static void add_validity(CBB *out, const struct forge_spec *spec)
{
    CBB seq;

    if (spec->validity_hex != NULL) {
        forge_add_hex(out, CBS_ASN1_SEQUENCE, spec->validity_hex);
        return;
    }
    FORGE_MUST(CBB_add_asn1(out, &seq, CBS_ASN1_SEQUENCE));
    forge_add_time(&seq, forge_not_before(spec), false);
    forge_add_time(&seq,
                   spec->not_after != 0 ? spec->not_after
                                        : FORGE_NOW + 300 * FORGE_DAY,
                   false);
    FORGE_MUST(CBB_flush(out));
}

static void add_serial(CBB *out, const struct forge_spec *spec)
{
    static atomic_uint counter;

    if (spec->serial_hex != NULL) {
        forge_add_hex(out, CBS_ASN1_INTEGER, spec->serial_hex);
    } else {
        FORGE_MUST(
            CBB_add_asn1_uint64(out, 0x1000U + atomic_fetch_add(&counter, 1U)));
    }
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

        FORGE_MUST(CBB_add_asn1(&tbs, &tagged, FORGE_CONSTRUCTED(0U)) &&
                   CBB_add_asn1_uint64(&tagged, (uint64_t)version - 1));
    }
    add_serial(&tbs, spec);
    forge_add_algorithm(&tbs, issuer_key,
                        spec->inner_hash != NULL ? spec->inner_hash
                                                 : spec->hash);
    add_issuer(&tbs, spec);
    add_validity(&tbs, spec);
    add_subject(&tbs, spec);
    forge_add_spki(&tbs, spec, key);
    if (spec->unique_ids) {
        forge_add_hex(&tbs, FORGE_CONTEXT(1U), "0001");
        forge_add_hex(&tbs, FORGE_CONTEXT(2U), "0002");
    }
    FORGE_MUST(CBB_init(&list, 256));
    forge_add_extensions(&list, spec, key, issuer_key);
    FORGE_MUST(CBB_finish(&list, &exts, &exts_len));
    if (exts_len > 0) {
        FORGE_MUST(CBB_add_asn1(&tbs, &tagged, FORGE_CONSTRUCTED(3U)));
        forge_add_bytes(&tagged, CBS_ASN1_SEQUENCE, exts, exts_len);
    }
    OPENSSL_free(exts);
    FORGE_MUST(CBB_flush(out));
}

void forge_sign(CBB *out, CBB *tbs, const struct forge_key *key,
                const char *hash, bool broken)
{
    uint8_t *data;
    size_t len;

    FORGE_MUST(CBB_finish(tbs, &data, &len) && CBB_add_bytes(out, data, len));
    forge_add_algorithm(out, key, hash);
    forge_add_signature(out, key, hash, data, len, broken);
    OPENSSL_free(data);
    FORGE_MUST(CBB_flush(out));
}

struct cm_span forge_take(CBB *out)
{
    uint8_t *data;
    uint8_t *copy;
    size_t len;

    FORGE_MUST(CBB_finish(out, &data, &len));
    copy = malloc(len + 1); /* for free(), which BoringSSL's memory is not */
    FORGE_MUST(copy != NULL);
    memcpy(copy, data, len);
    OPENSSL_free(data);
    return (struct cm_span){copy, len};
}

static struct cm_cert *parse(CBB *built)
{
    struct cm_span der = forge_take(built);
    struct cm_cert *cert = cm_cert_parse(der.data, der.len);

    FORGE_MUST(cert != NULL);
    cm_span_free(&der);
    return cert;
}

struct cm_cert *forge_cert(const struct forge_spec *spec)
{
    const struct forge_key *key =
        spec->key != NULL ? spec->key : forge_key(FORGE_P256, 0);
    const struct forge_key *issuer_key =
        spec->issuer_key != NULL ? spec->issuer_key : key;
    CBB tbs;
    CBB cbb;
    CBB outer;

    FORGE_MUST(CBB_init(&cbb, 1024));
    if (spec->raw_hex != NULL) {
        forge_add_hex_octets(&cbb, spec->raw_hex);
        return parse(&cbb);
    }
    FORGE_MUST(CBB_init(&tbs, 1024) &&
               CBB_add_asn1(&cbb, &outer, CBS_ASN1_SEQUENCE));
    add_tbs(&tbs, spec, key, issuer_key);
    forge_sign(&outer, &tbs, issuer_key, spec->hash, spec->break_signature);
    FORGE_MUST(CBB_flush(&cbb));
    for (unsigned i = 0; i < spec->trailing_bytes; i++) {
        FORGE_MUST(CBB_add_u8(&cbb, 0x55));
    }
    return parse(&cbb);
}
