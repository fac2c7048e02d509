/* Forged OCSP responses (RFC 6960 section 4.2.1), written field by field.
 * SPDX-License-Identifier: Apache-2.0 */
#include "support/forge_ocsp.h"

#include <openssl/digest.h>
#include <openssl/mem.h>

#include <stdlib.h>
#include <string.h>

#include "pki/oids.h"
#include "support/forge_parts.h"

#define PKIX_OCSP "\x2b\x06\x01\x05\x05\x07\x30\x01"
#define UNKNOWN "\x2b\x06\x01\x04\x01\x86\x8d\x1f\x01"

static int64_t or_default(int64_t value, int64_t otherwise)
{
    return value != 0 ? value : otherwise;
}

static const struct hash_row {
    const char *name;
    const char *oid;
    const EVP_MD *(*md)(void);
} hash_rows[] = {
    {"sha1", "1.3.14.3.2.26", EVP_sha1},
    {"sha256", "2.16.840.1.101.3.4.2.1", EVP_sha256},
    {"sha384", "2.16.840.1.101.3.4.2.2", EVP_sha384},
    {"sha512", "2.16.840.1.101.3.4.2.3", EVP_sha512},
    {"odd", "1.3.6.1.4.1.99999.2", EVP_sha1},
};

static const struct hash_row *find_hash(const char *name)
{
    for (size_t i = 0; i < sizeof(hash_rows) / sizeof(hash_rows[0]); i++) {
        if (strcmp(name != NULL ? name : "sha1", hash_rows[i].name) == 0) {
            return &hash_rows[i];
        }
    }
    forge_failed("a known hash", __FILE__, __LINE__);
}

static void add_hash(CBB *out, const EVP_MD *md, struct cm_span data,
                     bool wrong)
{
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned len;

    FORGE_MUST(EVP_Digest(data.data, data.len, hash, &len, md, NULL));
    hash[0] ^= wrong ? 1U : 0U;
    forge_add_bytes(out, CBS_ASN1_OCTETSTRING, hash, len);
}

static struct cm_span key_octets(const struct cm_cert *cert)
{
    struct cm_key_facts facts;

    FORGE_MUST(cm_oids_key(cert->spki, &facts));
    return facts.octets;
}

static void add_cert_id(CBB *out, const struct forge_single *single)
{
    const struct hash_row *row = find_hash(single->hash);
    CBB id;
    CBB alg;

    FORGE_MUST(CBB_add_asn1(out, &id, CBS_ASN1_SEQUENCE) &&
               CBB_add_asn1(&id, &alg, CBS_ASN1_SEQUENCE));
    forge_add_dotted(&alg, row->oid);
    forge_add_bytes(&alg, CBS_ASN1_NULL, "", 0);
    add_hash(&id, row->md(), single->cert->issuer, single->wrong_name);
    add_hash(&id, row->md(), key_octets(single->issuer), single->wrong_key);
    forge_add_bytes(&id, CBS_ASN1_INTEGER, single->cert->serial.data,
                    single->cert->serial.len);
    FORGE_MUST(CBB_flush(out));
}

static void add_status(CBB *out, const struct forge_single *single)
{
    uint8_t reason = (uint8_t)(single->reason - 1);
    CBB info;
    CBB tagged;

    if (single->status != FORGE_OCSP_REVOKED) {
        forge_add_bytes(out, FORGE_CONTEXT((unsigned)single->status), "", 0);
        return;
    }
    FORGE_MUST(CBB_add_asn1(out, &info, FORGE_CONSTRUCTED(1U)));
    forge_add_time(&info, or_default(single->when, FORGE_NOW - 2 * FORGE_DAY),
                   true);
    if (single->reason != 0) {
        FORGE_MUST(CBB_add_asn1(&info, &tagged, FORGE_CONSTRUCTED(0U)));
        forge_add_bytes(&tagged, CBS_ASN1_ENUMERATED, &reason, 1);
    }
    FORGE_MUST(CBB_flush(out));
}

/* [1] EXPLICIT Extensions of one. */
static void add_extension(CBB *out, const char *oid, bool critical)
{
    struct forge_open_ext ext;
    CBB tagged;
    CBB list;

    FORGE_MUST(CBB_add_asn1(out, &tagged, FORGE_CONSTRUCTED(1U)) &&
               CBB_add_asn1(&tagged, &list, CBS_ASN1_SEQUENCE));
    forge_ext_begin(&ext, &list, oid, critical);
    forge_add_bytes(&ext.value, CBS_ASN1_OCTETSTRING, "12345678", 8);
    forge_ext_end(&ext);
    FORGE_MUST(CBB_flush(out));
}

static void add_single(CBB *out, const struct forge_single *single)
{
    CBB seq;
    CBB tagged;

    FORGE_MUST(CBB_add_asn1(out, &seq, CBS_ASN1_SEQUENCE));
    add_cert_id(&seq, single);
    add_status(&seq, single);
    forge_add_time(&seq, or_default(single->this_update, FORGE_NOW - FORGE_DAY),
                   true);
    if (single->next_update >= 0) {
        FORGE_MUST(CBB_add_asn1(&seq, &tagged, FORGE_CONSTRUCTED(0U)));
        forge_add_time(
            &tagged, or_default(single->next_update, FORGE_NOW + 3 * FORGE_DAY),
            true);
    }
    if (single->unknown_critical) {
        add_extension(&seq, UNKNOWN, true);
    }
    FORGE_MUST(CBB_flush(out));
}

static void add_responder(CBB *out, const struct forge_ocsp_spec *spec)
{
    CBB tagged;

    FORGE_MUST(
        CBB_add_asn1(out, &tagged, FORGE_CONSTRUCTED(spec->by_key ? 2U : 1U)));
    if (spec->by_key) {
        add_hash(&tagged, EVP_sha1(), key_octets(spec->responder), false);
    } else {
        FORGE_MUST(CBB_add_bytes(&tagged, spec->responder->subject.data,
                                 spec->responder->subject.len));
    }
    FORGE_MUST(CBB_flush(out));
}

static void add_tbs(CBB *out, const struct forge_ocsp_spec *spec)
{
    CBB tbs;
    CBB list;

    FORGE_MUST(CBB_add_asn1(out, &tbs, CBS_ASN1_SEQUENCE));
    add_responder(&tbs, spec);
    forge_add_time(&tbs, or_default(spec->produced_at, FORGE_NOW - FORGE_DAY),
                   true);
    FORGE_MUST(CBB_add_asn1(&tbs, &list, CBS_ASN1_SEQUENCE));
    for (size_t i = 0; i < spec->num_singles; i++) {
        add_single(&list, &spec->singles[i]);
    }
    FORGE_MUST(CBB_flush(&tbs));
    if (spec->unknown_critical) {
        add_extension(&tbs, UNKNOWN, true);
    } else if (spec->nonce) {
        add_extension(&tbs, PKIX_OCSP "\x02", false);
    }
    FORGE_MUST(CBB_flush(out));
}

static void add_basic(CBB *out, const struct forge_ocsp_spec *spec)
{
    CBB tbs;
    CBB basic;
    CBB tagged;
    CBB list;

    FORGE_MUST(CBB_init(&tbs, 512) &&
               CBB_add_asn1(out, &basic, CBS_ASN1_SEQUENCE));
    add_tbs(&tbs, spec);
    forge_sign(&basic, &tbs, spec->key, spec->hash, spec->break_signature);
    if (spec->num_certs > 0) {
        FORGE_MUST(CBB_add_asn1(&basic, &tagged, FORGE_CONSTRUCTED(0U)) &&
                   CBB_add_asn1(&tagged, &list, CBS_ASN1_SEQUENCE));
        for (size_t i = 0; i < spec->num_certs; i++) {
            FORGE_MUST(CBB_add_bytes(&list, spec->certs[i]->der.data,
                                     spec->certs[i]->der.len));
        }
    }
    FORGE_MUST(CBB_flush(out));
}

struct cm_span forge_ocsp(const struct forge_ocsp_spec *spec)
{
    uint8_t status = (uint8_t)spec->status;
    CBB cbb;
    CBB outer;
    CBB tagged;
    CBB bytes;
    CBB octets;

    FORGE_MUST(CBB_init(&cbb, 1024) &&
               CBB_add_asn1(&cbb, &outer, CBS_ASN1_SEQUENCE));
    forge_add_bytes(&outer, CBS_ASN1_ENUMERATED, &status, 1);
    if (status == 0) {
        FORGE_MUST(CBB_add_asn1(&outer, &tagged, FORGE_CONSTRUCTED(0U)) &&
                   CBB_add_asn1(&tagged, &bytes, CBS_ASN1_SEQUENCE));
        forge_add_oid(&bytes, spec->other_type ? UNKNOWN : PKIX_OCSP "\x01");
        FORGE_MUST(CBB_add_asn1(&bytes, &octets, CBS_ASN1_OCTETSTRING));
        add_basic(&octets, spec);
    }
    FORGE_MUST(CBB_flush(&cbb));
    for (unsigned i = 0; i < spec->trailing_bytes; i++) {
        FORGE_MUST(CBB_add_u8(&cbb, 0x55));
    }
    return forge_take(&cbb);
}
