/* The extensions of forged certificates.
 * SPDX-License-Identifier: Apache-2.0 */
#include "support/forge_parts.h"

#include <stdlib.h>
#include <string.h>

#include "certmuster/endpoint.h"

#define ID_CE "\x55\x1d"
#define PKIX "\x2b\x06\x01\x05\x05\x07"

void forge_ext_begin(struct forge_open_ext *ext, CBB *list, const char *oid,
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

void forge_ext_end(struct forge_open_ext *ext)
{
    FORGE_MUST(CBB_flush(ext->list));
}

bool forge_wants(const struct forge_spec *spec, enum cm_ext ext)
{
    return (spec->omit & CM_EXT_BIT(ext)) == 0;
}

bool forge_critical(const struct forge_spec *spec, enum cm_ext ext,
                    bool by_rights)
{
    return by_rights != ((spec->flip_critical & CM_EXT_BIT(ext)) != 0);
}

static void add_basic_constraints(CBB *list, const struct forge_spec *spec)
{
    struct forge_open_ext ext;
    CBB seq;

    forge_ext_begin(&ext, list, ID_CE "\x13",
                    forge_critical(spec, CM_EXT_BASIC_CONSTRAINTS, true));
    FORGE_MUST(CBB_add_asn1(&ext.value, &seq, CBS_ASN1_SEQUENCE));
    FORGE_MUST(!spec->ca || CBB_add_asn1_bool(&seq, 1));
    FORGE_MUST(spec->pathlen == 0 ||
               CBB_add_asn1_uint64(&seq, (uint64_t)spec->pathlen - 1));
    forge_ext_end(&ext);
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

static void add_key_usage(CBB *list, const struct forge_spec *spec, bool is_rsa)
{
    unsigned usage = usage_of(spec, is_rsa);
    struct forge_open_ext ext;
    uint8_t bits[3] = {0, 0, 0};
    uint8_t octets = usage > 0xffU ? 2 : 1;

    for (unsigned bit = 0; bit < 16; bit++) {
        if ((usage & (1U << bit)) != 0) {
            bits[1 + bit / 8] |= (uint8_t)(0x80U >> (bit % 8));
            bits[0] = (uint8_t)(7U - bit % 8); /* unused bits at the end */
        }
    }
    forge_ext_begin(&ext, list, ID_CE "\x0f",
                    forge_critical(spec, CM_EXT_KEY_USAGE, true));
    forge_add_bytes(&ext.value, CBS_ASN1_BITSTRING, bits, 1U + octets);
    forge_ext_end(&ext);
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

static void add_eku(CBB *list, const struct forge_spec *spec,
                    const char *purposes)
{
    struct forge_open_ext ext;
    CBB seq;

    forge_ext_begin(&ext, list, ID_CE "\x25",
                    forge_critical(spec, CM_EXT_EKU, false));
    FORGE_MUST(CBB_add_asn1(&ext.value, &seq, CBS_ASN1_SEQUENCE));
    forge_for_each(&seq, purposes, add_purpose);
    forge_ext_end(&ext);
}

/* "O" or "O/CN". */
static void add_directory_name(CBB *out, const char *text)
{
    char *o = strdup(text);
    char *cn;
    CBB tagged;

    FORGE_MUST(o != NULL && CBB_add_asn1(out, &tagged, FORGE_CONSTRUCTED(4U)));
    cn = strchr(o, '/');
    if (cn != NULL) {
        *cn++ = '\0';
    }
    forge_add_name(&tagged, o, cn, NULL);
    FORGE_MUST(CBB_flush(out));
    free(o);
}

/* An address, with "/n" its mask too. */
static void add_address(CBB *out, const char *text)
{
    struct cm_address address;
    uint8_t octets[32];
    char *copy = strdup(text);
    char *mask = strchr(copy, '/');
    size_t length;

    FORGE_MUST(copy != NULL);
    if (mask != NULL) {
        *mask++ = '\0';
    }
    FORGE_MUST(cm_address_parse(copy, &address));
    length = address.family == 4 ? 4 : 16;
    memcpy(octets, address.bytes, length);
    if (mask != NULL) {
        unsigned long bits = strtoul(mask, NULL, 10);

        for (size_t i = 0; i < 8 * length; i++) {
            if (i % 8 == 0) {
                octets[length + i / 8] = 0;
            }
            octets[length + i / 8] |= (uint8_t)(i < bits ? 0x80U >> i % 8 : 0U);
        }
        length *= 2;
    }
    forge_add_bytes(out, FORGE_CONTEXT(7U), octets, length);
    free(copy);
}

void forge_add_general_name(CBB *out, const char *name)
{
    if (strncmp(name, "ip:", 3) == 0) {
        add_address(out, name + 3);
    } else if (strncmp(name, "uri:", 4) == 0) {
        forge_add_text(out, FORGE_CONTEXT(6U), name + 4);
    } else if (strncmp(name, "email:", 6) == 0) {
        forge_add_text(out, FORGE_CONTEXT(1U), name + 6);
    } else if (strncmp(name, "dn:", 3) == 0) {
        add_directory_name(out, name + 3);
    } else if (strncmp(name, "raw:", 4) == 0) {
        forge_add_hex_octets(out, name + 4);
    } else {
        forge_add_text(out, FORGE_CONTEXT(2U), name);
    }
}

/* RFC 5280 section 4.2.1.6: critical when the subject is empty. */
static void add_alt_names(CBB *list, const struct forge_spec *spec)
{
    struct forge_open_ext ext;
    CBB seq;
    bool no_subject = spec->subject != NULL && spec->subject[0] == '\0' &&
                      spec->subject_o == NULL && spec->subject_hex == NULL;

    forge_ext_begin(&ext, list, ID_CE "\x11",
                    forge_critical(spec, CM_EXT_SAN, no_subject));
    FORGE_MUST(CBB_add_asn1(&ext.value, &seq, CBS_ASN1_SEQUENCE));
    forge_for_each(&seq, spec->names, forge_add_general_name);
    forge_ext_end(&ext);
}

static void add_ski(CBB *list, const struct forge_spec *spec,
                    const struct forge_key *key)
{
    struct forge_open_ext ext;

    forge_ext_begin(&ext, list, ID_CE "\x0e",
                    forge_critical(spec, CM_EXT_SKI, false));
    forge_add_bytes(&ext.value, CBS_ASN1_OCTETSTRING, key->key_id,
                    sizeof(key->key_id));
    forge_ext_end(&ext);
}

static void add_aki(CBB *list, const struct forge_spec *spec,
                    const struct forge_key *issuer_key)
{
    struct forge_open_ext ext;
    CBB seq;
    CBB names;

    forge_ext_begin(&ext, list, ID_CE "\x23",
                    forge_critical(spec, CM_EXT_AKI, false));
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
    if (spec->aki_issuer) {
        FORGE_MUST(CBB_add_asn1(&seq, &names, FORGE_CONSTRUCTED(1U)));
        forge_add_general_name(&names, "dn:Org/Issuer of the issuer");
        forge_add_hex(&seq, FORGE_CONTEXT(2U), "1234");
    }
    forge_ext_end(&ext);
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
    struct forge_open_ext ext;
    const char *crl = spec->crl;
    CBB seq;
    CBB point;
    CBB which;
    CBB full;

    if (crl == NULL && !spec->ca && spec->version != 1 &&
        spec->issuer_key != NULL) {
        crl = FORGE_CRL_URL;
    }
    if ((spec->ocsp != NULL || spec->ca_issuers != NULL) &&
        forge_wants(spec, CM_EXT_AIA)) {
        forge_ext_begin(&ext, list, PKIX "\x01\x01",
                        forge_critical(spec, CM_EXT_AIA, false));
        FORGE_MUST(CBB_add_asn1(&ext.value, &seq, CBS_ASN1_SEQUENCE));
        add_access(&seq, PKIX "\x30\x01", spec->ocsp);
        add_access(&seq, PKIX "\x30\x02", spec->ca_issuers);
        forge_ext_end(&ext);
    }
    if (crl != NULL && strcmp(crl, "-") != 0 &&
        forge_wants(spec, CM_EXT_CRL_POINTS)) {
        forge_ext_begin(&ext, list, ID_CE "\x1f",
                        forge_critical(spec, CM_EXT_CRL_POINTS, false));
        FORGE_MUST(CBB_add_asn1(&ext.value, &seq, CBS_ASN1_SEQUENCE) &&
                   CBB_add_asn1(&seq, &point, CBS_ASN1_SEQUENCE) &&
                   CBB_add_asn1(&point, &which, FORGE_CONSTRUCTED(0U)) &&
                   CBB_add_asn1(&which, &full, FORGE_CONSTRUCTED(0U)));
        forge_add_text(&full, FORGE_CONTEXT(6U), crl);
        forge_ext_end(&ext);
    }
}

/* An SCT list that looks right and proves nothing (RFC 6962 section 3.2). */
static void add_scts(CBB *list, const struct forge_spec *spec)
{
    static const uint8_t zeros[31];
    unsigned count = spec->num_scts != 0 ? spec->num_scts : 2;
    int64_t when =
        spec->sct_unix != 0 ? spec->sct_unix : forge_not_before(spec);
    struct forge_open_ext ext;
    CBB octets;
    CBB vector;
    CBB one;

    forge_ext_begin(&ext, list, "\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02",
                    forge_critical(spec, CM_EXT_SCT_LIST, false));
    FORGE_MUST(CBB_add_asn1(&ext.value, &octets, CBS_ASN1_OCTETSTRING) &&
               CBB_add_u16_length_prefixed(&octets, &vector));
    for (unsigned i = 0; i < count; i++) {
        FORGE_MUST(CBB_add_u16_length_prefixed(&vector, &one) &&
                   CBB_add_u8(&one, 0) && CBB_add_u8(&one, (uint8_t)i) &&
                   CBB_add_bytes(&one, zeros, sizeof(zeros)) &&
                   CBB_add_u64(&one, (uint64_t)when * 1000) &&
                   CBB_add_u16(&one, 0) && CBB_add_u16(&one, 0x0403) &&
                   CBB_add_u16(&one, 0) && CBB_flush(&vector));
    }
    forge_ext_end(&ext);
}

static void add_special(CBB *list, const struct forge_spec *spec)
{
    struct forge_open_ext ext;
    CBB seq;

    if (spec->must_staple && forge_wants(spec, CM_EXT_TLS_FEATURE)) {
        forge_ext_begin(&ext, list, PKIX "\x01\x18",
                        forge_critical(spec, CM_EXT_TLS_FEATURE, false));
        FORGE_MUST(CBB_add_asn1(&ext.value, &seq, CBS_ASN1_SEQUENCE) &&
                   CBB_add_asn1_uint64(&seq, 5));
        forge_ext_end(&ext);
    }
    if (spec->scts && forge_wants(spec, CM_EXT_SCT_LIST)) {
        add_scts(list, spec);
    }
    if (spec->unknown_critical) { /* 1.3.6.1.4.1.99999.1 */
        forge_ext_begin(&ext, list, "\x2b\x06\x01\x04\x01\x86\x8d\x1f\x01",
                        true);
        forge_add_bytes(&ext.value, CBS_ASN1_OCTETSTRING, "?", 1);
        forge_ext_end(&ext);
    }
}

static void add_raw(CBB *list, const struct forge_ext *raw)
{
    CBB seq;
    CBB value;

    FORGE_MUST(CBB_add_asn1(list, &seq, CBS_ASN1_SEQUENCE));
    forge_add_dotted(&seq, raw->oid);
    FORGE_MUST(!raw->critical || CBB_add_asn1_bool(&seq, 1));
    FORGE_MUST(CBB_add_asn1(&seq, &value, CBS_ASN1_OCTETSTRING));
    forge_add_hex_octets(&value, raw->hex);
    FORGE_MUST(CBB_flush(list));
}

static void add_role(CBB *list, const struct forge_spec *spec, bool is_rsa)
{
    bool defaults = spec->version != 1;
    const char *eku = spec->eku;

    if (!spec->no_basic_constraints && (defaults || spec->ca) &&
        forge_wants(spec, CM_EXT_BASIC_CONSTRAINTS)) {
        add_basic_constraints(list, spec);
    }
    if (spec->duplicate_extension) {
        add_basic_constraints(list, spec);
    }
    if (!spec->no_key_usage && (defaults || spec->key_usage != 0) &&
        forge_wants(spec, CM_EXT_KEY_USAGE)) {
        add_key_usage(list, spec, is_rsa);
    }
    if (eku == NULL && !spec->ca && defaults) {
        eku = "server,client";
    }
    if (eku != NULL && strcmp(eku, "-") != 0 && forge_wants(spec, CM_EXT_EKU)) {
        add_eku(list, spec, eku);
    }
}

void forge_add_extensions(CBB *list, const struct forge_spec *spec,
                          const struct forge_key *key,
                          const struct forge_key *issuer_key)
{
    bool defaults = spec->version != 1;

    add_role(list, spec, EVP_PKEY_id(key->pkey) == EVP_PKEY_RSA);
    if (!spec->no_ski && defaults && forge_wants(spec, CM_EXT_SKI)) {
        add_ski(list, spec, key);
    }
    if (!spec->no_aki && (defaults || spec->aki_hex != NULL) &&
        forge_wants(spec, CM_EXT_AKI)) {
        add_aki(list, spec, issuer_key);
    }
    if (spec->names != NULL && forge_wants(spec, CM_EXT_SAN)) {
        add_alt_names(list, spec);
    }
    forge_add_constraints(list, spec);
    forge_add_policies(list, spec);
    add_urls(list, spec);
    add_special(list, spec);
    for (size_t i = 0; i < spec->num_exts; i++) {
        add_raw(list, &spec->exts[i]);
    }
}
