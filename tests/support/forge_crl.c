/* Forged revocation lists, written field by field.
 * SPDX-License-Identifier: Apache-2.0 */
#include "support/forge_crl.h"

#include <openssl/mem.h>

#include <stdlib.h>

#include "support/forge_parts.h"

#define ID_CE "\x55\x1d"
#define UNKNOWN                                                                \
    "\x2b\x06\x01\x04\x01\x86\x8d\x1f\x01" /* 1.3.6.1.4.1.99999.1              \
                                            */

static int64_t or_default(int64_t value, int64_t otherwise)
{
    return value != 0 ? value : otherwise;
}

static void add_unknown_critical(CBB *list)
{
    struct forge_open_ext ext;

    forge_ext_begin(&ext, list, UNKNOWN, true);
    forge_add_bytes(&ext.value, CBS_ASN1_OCTETSTRING, "?", 1);
    forge_ext_end(&ext);
}

static void add_entry_extensions(CBB *list, const struct forge_revoked *entry)
{
    struct forge_open_ext ext;
    CBB names;
    CBB name;

    if (entry->reason != 0) {
        uint8_t reason = (uint8_t)(entry->reason - 1);

        forge_ext_begin(&ext, list, ID_CE "\x15", false);
        forge_add_bytes(&ext.value, CBS_ASN1_ENUMERATED, &reason, 1);
        forge_ext_end(&ext);
    }
    if (entry->invalid != 0) {
        forge_ext_begin(&ext, list, ID_CE "\x18", false);
        forge_add_time(&ext.value, entry->invalid, true);
        forge_ext_end(&ext);
    }
    if (entry->other_issuer != NULL) {
        struct cm_span subject = entry->other_issuer->subject;

        forge_ext_begin(&ext, list, ID_CE "\x1d", true);
        FORGE_MUST(CBB_add_asn1(&ext.value, &names, CBS_ASN1_SEQUENCE) &&
                   CBB_add_asn1(&names, &name, FORGE_CONSTRUCTED(4U)) &&
                   CBB_add_bytes(&name, subject.data, subject.len));
        forge_ext_end(&ext);
    }
    if (entry->unknown_critical) {
        add_unknown_critical(list);
    }
}

static void add_entry(CBB *out, const struct forge_revoked *entry)
{
    bool extended = entry->reason != 0 || entry->invalid != 0 ||
                    entry->other_issuer != NULL || entry->unknown_critical;
    CBB seq;
    CBB list;

    FORGE_MUST(CBB_add_asn1(out, &seq, CBS_ASN1_SEQUENCE));
    if (entry->cert != NULL) {
        forge_add_bytes(&seq, CBS_ASN1_INTEGER, entry->cert->serial.data,
                        entry->cert->serial.len);
    } else {
        forge_add_hex(&seq, CBS_ASN1_INTEGER, entry->serial_hex);
    }
    forge_add_time(&seq, or_default(entry->when, FORGE_NOW - 2 * FORGE_DAY),
                   false);
    if (extended) {
        FORGE_MUST(CBB_add_asn1(&seq, &list, CBS_ASN1_SEQUENCE));
        add_entry_extensions(&list, entry);
    }
    FORGE_MUST(CBB_flush(out));
}

/* Serials from 0x4000000000000000 on, in no order. */
static void add_more(CBB *out, size_t num)
{
    uint64_t x = 1;

    for (size_t i = 0; i < num; i++) {
        CBB seq;

        x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        FORGE_MUST(CBB_add_asn1(out, &seq, CBS_ASN1_SEQUENCE) &&
                   CBB_add_asn1_uint64(&seq, (x >> 2) | (UINT64_C(1) << 62)));
        forge_add_time(&seq, FORGE_NOW - 3 * FORGE_DAY, false);
        FORGE_MUST(CBB_flush(out));
    }
}

static void add_idp(CBB *list, const struct forge_crl_spec *spec)
{
    struct forge_open_ext ext;
    CBB seq;
    CBB point;
    CBB full;

    forge_ext_begin(&ext, list, ID_CE "\x1c", true);
    if (spec->idp_hex != NULL) {
        forge_add_hex_octets(&ext.value, spec->idp_hex);
        forge_ext_end(&ext);
        return;
    }
    FORGE_MUST(CBB_add_asn1(&ext.value, &seq, CBS_ASN1_SEQUENCE));
    if (spec->idp_names != NULL) {
        FORGE_MUST(CBB_add_asn1(&seq, &point, FORGE_CONSTRUCTED(0U)) &&
                   CBB_add_asn1(&point, &full, FORGE_CONSTRUCTED(0U)));
        forge_for_each(&full, spec->idp_names, forge_add_general_name);
        FORGE_MUST(CBB_flush(&seq));
    }
    for (unsigned field = 1; field <= 5; field++) {
        if ((spec->idp & 1U << field) != 0 && field == 3) {
            forge_add_hex(&seq, FORGE_CONTEXT(3U), "0640"); /* keyCompromise */
        } else if ((spec->idp & 1U << field) != 0) {
            forge_add_hex(&seq, FORGE_CONTEXT(field), "ff");
        }
    }
    forge_ext_end(&ext);
}

static void add_key_id(CBB *list, const struct forge_crl_spec *spec)
{
    struct forge_open_ext ext;
    CBB seq;

    forge_ext_begin(&ext, list, ID_CE "\x23", false);
    FORGE_MUST(CBB_add_asn1(&ext.value, &seq, CBS_ASN1_SEQUENCE));
    if (spec->aki_hex != NULL) {
        forge_add_hex(&seq, FORGE_CONTEXT(0U), spec->aki_hex);
    } else {
        forge_add_bytes(&seq, FORGE_CONTEXT(0U), spec->key->key_id,
                        sizeof(spec->key->key_id));
    }
    forge_ext_end(&ext);
}

static void add_number(CBB *list, const char *oid, bool critical, int number)
{
    struct forge_open_ext ext;

    forge_ext_begin(&ext, list, oid, critical);
    FORGE_MUST(CBB_add_asn1_uint64(&ext.value, (uint64_t)number));
    forge_ext_end(&ext);
}

static void add_extensions(CBB *tbs, const struct forge_crl_spec *spec)
{
    CBB tagged;
    CBB list;

    FORGE_MUST(CBB_add_asn1(tbs, &tagged, FORGE_CONSTRUCTED(0U)) &&
               CBB_add_asn1(&tagged, &list, CBS_ASN1_SEQUENCE));
    if (!spec->no_aki) {
        add_key_id(&list, spec);
    }
    if (!spec->no_number) {
        add_number(&list, ID_CE "\x14", spec->critical_number, 7);
    }
    if (spec->base != 0) {
        add_number(&list, ID_CE "\x1b", true, spec->base);
    }
    if (spec->idp != 0 || spec->idp_names != NULL || spec->idp_hex != NULL) {
        add_idp(&list, spec);
    }
    if (spec->unknown_critical) {
        add_unknown_critical(&list);
    }
    FORGE_MUST(CBB_flush(tbs));
}

static void add_tbs(CBB *out, const struct forge_crl_spec *spec)
{
    CBB tbs;
    CBB entries;

    FORGE_MUST(CBB_add_asn1(out, &tbs, CBS_ASN1_SEQUENCE));
    FORGE_MUST(spec->version == 1 || CBB_add_asn1_uint64(&tbs, 1));
    forge_add_algorithm(&tbs, spec->key,
                        spec->inner_hash != NULL ? spec->inner_hash
                                                 : spec->hash);
    FORGE_MUST(CBB_add_bytes(&tbs, spec->issuer->subject.data,
                             spec->issuer->subject.len));
    forge_add_time(&tbs, or_default(spec->this_update, FORGE_NOW - FORGE_DAY),
                   false);
    if (spec->next_update >= 0) {
        forge_add_time(&tbs,
                       or_default(spec->next_update, FORGE_NOW + 7 * FORGE_DAY),
                       false);
    }
    if (spec->num_revoked + spec->num_more > 0) {
        FORGE_MUST(CBB_add_asn1(&tbs, &entries, CBS_ASN1_SEQUENCE));
        for (size_t i = 0; i < spec->num_revoked; i++) {
            add_entry(&entries, &spec->revoked[i]);
        }
        add_more(&entries, spec->num_more);
    }
    if (spec->version != 1) {
        add_extensions(&tbs, spec);
    }
    FORGE_MUST(CBB_flush(out));
}

struct cm_span forge_crl(const struct forge_crl_spec *spec)
{
    CBB tbs;
    CBB cbb;
    CBB outer;

    FORGE_MUST(CBB_init(&tbs, 1024) && CBB_init(&cbb, 1024) &&
               CBB_add_asn1(&cbb, &outer, CBS_ASN1_SEQUENCE));
    add_tbs(&tbs, spec);
    forge_sign(&outer, &tbs, spec->key, spec->hash, spec->break_signature);
    FORGE_MUST(CBB_flush(&cbb));
    for (unsigned i = 0; i < spec->trailing_bytes; i++) {
        FORGE_MUST(CBB_add_u8(&cbb, 0x55));
    }
    return forge_take(&cbb);
}

char *forge_crl_pem(const struct forge_crl_spec *spec)
{
    struct cm_span der = forge_crl(spec);
    char *pem = forge_pem_block("X509 CRL", der.data, der.len);

    cm_span_free(&der);
    return pem;
}
