/* The extensions of forged certificates.
 * SPDX-License-Identifier: Apache-2.0 */
#include "support/forge_parts.h"

#include <stdlib.h>
#include <string.h>

#include "certmuster/endpoint.h"

#define ID_CE "\x55\x1d"
#define PKIX "\x2b\x06\x01\x05\x05\x07"

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
    forge_add_oid(&ext->seq, oid);
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
    forge_add_bytes(&ext.value, CBS_ASN1_BITSTRING, bits, 1U + octets);
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
        forge_add_oid(out, PKIX "\x03\x01");
    } else if (strcmp(purpose, "client") == 0) {
        forge_add_oid(out, PKIX "\x03\x02");
    } else if (strcmp(purpose, "code") == 0) {
        forge_add_oid(out, PKIX "\x03\x03");
    } else if (strcmp(purpose, "ocsp") == 0) {
        forge_add_oid(out, PKIX "\x03\x09");
    } else if (strcmp(purpose, "sgc") == 0) {
        forge_add_oid(out, "\x60\x86\x48\x01\x86\xf8\x42\x04\x01");
    } else {
        FORGE_MUST(strcmp(purpose, "any") == 0);
        forge_add_bytes(out, CBS_ASN1_OBJECT, ID_CE "\x25\x00", 4);
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
        forge_add_bytes(out, FORGE_CONTEXT(7U), address.bytes,
                        address.family == 4 ? 4 : 16);
    } else if (strncmp(name, "uri:", 4) == 0) {
        forge_add_text(out, FORGE_CONTEXT(6U), name + 4);
    } else if (strncmp(name, "email:", 6) == 0) {
        forge_add_text(out, FORGE_CONTEXT(1U), name + 6);
    } else {
        forge_add_text(out, FORGE_CONTEXT(2U), name);
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
    forge_add_bytes(&ext.value, CBS_ASN1_OCTETSTRING, key->key_id,
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
        forge_add_hex(&seq, FORGE_CONTEXT(0U), spec->aki_hex);
    } else if (spec->issuer_cert != NULL && spec->issuer_cert->ski.len > 0) {
        forge_add_bytes(&seq, FORGE_CONTEXT(0U), spec->issuer_cert->ski.data,
                        spec->issuer_cert->ski.len);
    } else {
        forge_add_bytes(&seq, FORGE_CONTEXT(0U), issuer_key->key_id,
                        sizeof(issuer_key->key_id));
    }
    ext_end(&ext);
}

static void add_access(CBB *list, const char *oid, const char *url)
{
    CBB seq;

    if (url != NULL) {
        FORGE_MUST(CBB_add_asn1(list, &seq, CBS_ASN1_SEQUENCE));
        forge_add_oid(&seq, oid);
        forge_add_text(&seq, FORGE_CONTEXT(6U), url);
        FORGE_MUST(CBB_flush(list));
    }
}

static void add_urls(CBB *list, const struct forge_spec *spec)
{
    const char *crl = spec->crl;
    struct ext ext;
    CBB seq;
    CBB point;
    CBB which;
    CBB full;

    if (crl == NULL && !spec->ca && spec->version != 1 &&
        spec->issuer_key != NULL) {
        crl = FORGE_CRL_URL;
    }

    if (spec->ocsp != NULL || spec->ca_issuers != NULL) {
        ext_begin(&ext, list, PKIX "\x01\x01", false);
        FORGE_MUST(CBB_add_asn1(&ext.value, &seq, CBS_ASN1_SEQUENCE));
        add_access(&seq, PKIX "\x30\x01", spec->ocsp);
        add_access(&seq, PKIX "\x30\x02", spec->ca_issuers);
        ext_end(&ext);
    }
    if (crl != NULL && strcmp(crl, "-") != 0) {
        ext_begin(&ext, list, ID_CE "\x1f", false);
        FORGE_MUST(CBB_add_asn1(&ext.value, &seq, CBS_ASN1_SEQUENCE) &&
                   CBB_add_asn1(&seq, &point, CBS_ASN1_SEQUENCE) &&
                   CBB_add_asn1(&point, &which, FORGE_CONSTRUCTED(0U)) &&
                   CBB_add_asn1(&which, &full, FORGE_CONSTRUCTED(0U)));
        forge_add_text(&full, FORGE_CONTEXT(6U), crl);
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
        forge_add_oid(&policy, "\x67\x81\x0c\x01\x02\x01");
        ext_end(&ext);
    }
    if (spec->scts) {
        add_scts(list);
    }
    if (spec->unknown_critical) { /* 1.3.6.1.4.1.99999.1 */
        ext_begin(&ext, list, "\x2b\x06\x01\x04\x01\x86\x8d\x1f\x01", true);
        forge_add_bytes(&ext.value, CBS_ASN1_OCTETSTRING, "?", 1);
        ext_end(&ext);
    }
}

static void add_role(CBB *list, const struct forge_spec *spec, bool is_rsa)
{
    bool defaults = spec->version != 1;
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
}

void forge_add_extensions(CBB *list, const struct forge_spec *spec,
                          const struct forge_key *key,
                          const struct forge_key *issuer_key)
{
    bool defaults = spec->version != 1;

    add_role(list, spec, EVP_PKEY_id(key->pkey) == EVP_PKEY_RSA);
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
