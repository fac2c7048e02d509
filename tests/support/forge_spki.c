/* Public keys of kinds that BoringSSL cannot make, or under other names.
 * SPDX-License-Identifier: Apache-2.0 */
#include "support/forge_parts.h"

#include <openssl/ec_key.h>
#include <openssl/mem.h>
#include <openssl/rsa.h>

#define EC_PUBLIC_KEY "1.2.840.10045.2.1"
#define P256_PRIME                                                             \
    "00ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
#define P256_A                                                                 \
    "ffffffff00000001000000000000000000000000fffffffffffffffffffffffc"
#define P256_B                                                                 \
    "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"
#define P256_G                                                                 \
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"       \
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
#define P256_ORDER                                                             \
    "00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"

/* Kinds that nobody has a key of: an OID, what follows it, and a length. */
static const struct made_up {
    enum forge_spki spki;
    const char *oid;
    const char *curve; /* NULL: no parameters */
    size_t length;     /* of the key */
} made_up[] = {
    {FORGE_SPKI_ED448, "1.3.101.113", NULL, 57},
    {FORGE_SPKI_SECP256K1, EC_PUBLIC_KEY, "1.3.132.0.10", 65},
    {FORGE_SPKI_BRAINPOOL, EC_PUBLIC_KEY, "1.3.36.3.3.2.8.1.1.7", 65},
    {FORGE_SPKI_OFF_CURVE, EC_PUBLIC_KEY, "1.2.840.10045.3.1.7", 65},
    {FORGE_SPKI_SM2, EC_PUBLIC_KEY, "1.2.156.10197.1.301", 65},
    {FORGE_SPKI_ML_DSA, "2.16.840.1.101.3.4.3.18", NULL, 1952},
    {FORGE_SPKI_UNKNOWN, "1.3.6.1.4.1.99999.2", NULL, 32},
};

/* Opens SubjectPublicKeyInfo and its algorithm. */
static void begin(CBB *out, CBB *seq, CBB *alg, const char *oid)
{
    FORGE_MUST(CBB_add_asn1(out, seq, CBS_ASN1_SEQUENCE) &&
               CBB_add_asn1(seq, alg, CBS_ASN1_SEQUENCE));
    forge_add_dotted(alg, oid);
}

static void begin_bits(CBB *seq, CBB *bits)
{
    FORGE_MUST(CBB_add_asn1(seq, bits, CBS_ASN1_BITSTRING) &&
               CBB_add_u8(bits, 0));
}

static void add_filler(CBB *out, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        FORGE_MUST(CBB_add_u8(out, i == 0 ? 4 : 0x5a));
    }
}

static void add_made_up(CBB *out, const struct made_up *row)
{
    CBB seq;
    CBB alg;
    CBB bits;

    begin(out, &seq, &alg, row->oid);
    if (row->curve != NULL) {
        forge_add_dotted(&alg, row->curve);
    }
    begin_bits(&seq, &bits);
    add_filler(&bits, row->length);
    FORGE_MUST(CBB_flush(out));
}

static void add_number(CBB *out, size_t length)
{
    CBB number;

    FORGE_MUST(CBB_add_asn1(out, &number, CBS_ASN1_INTEGER) &&
               CBB_add_u16(&number, 0x00ff)); /* all bits count */
    add_filler(&number, length - 1);
    FORGE_MUST(CBB_flush(out));
}

static void add_dsa(CBB *out)
{
    CBB seq;
    CBB alg;
    CBB params;
    CBB bits;

    begin(out, &seq, &alg, "1.2.840.10040.4.1");
    FORGE_MUST(CBB_add_asn1(&alg, &params, CBS_ASN1_SEQUENCE));
    add_number(&params, 256); /* p, q, g */
    add_number(&params, 32);
    add_number(&params, 256);
    begin_bits(&seq, &bits);
    add_number(&bits, 256);
    FORGE_MUST(CBB_flush(out));
}

static void add_rsa(CBB *out, const struct forge_spec *spec)
{
    CBB seq;
    CBB alg;
    CBB bits;
    CBB key;
    CBB modulus;

    FORGE_MUST(spec->rsa_bits >= 24 && spec->rsa_bits % 8 == 0);
    begin(out, &seq, &alg, "1.2.840.113549.1.1.1");
    forge_add_bytes(&alg, CBS_ASN1_NULL, NULL, 0);
    begin_bits(&seq, &bits);
    FORGE_MUST(CBB_add_asn1(&bits, &key, CBS_ASN1_SEQUENCE) &&
               CBB_add_asn1(&key, &modulus, CBS_ASN1_INTEGER) &&
               CBB_add_u16(&modulus, 0x00c1));
    add_filler(&modulus, spec->rsa_bits / 8 - 2);
    FORGE_MUST(CBB_add_u8(&modulus, spec->rsa_even ? 0x5a : 0x5b));
    forge_add_hex(&key, CBS_ASN1_INTEGER,
                  spec->rsa_e != NULL ? spec->rsa_e : "010001");
    FORGE_MUST(CBB_flush(out));
}

/* RFC 4055 section 1.2: a key for RSASSA-PSS alone. */
static void add_rsa_pss(CBB *out, const struct forge_key *key)
{
    const RSA *rsa = EVP_PKEY_get0_RSA(key->pkey);
    CBB seq;
    CBB alg;
    CBB bits;

    FORGE_MUST(rsa != NULL);
    begin(out, &seq, &alg, "1.2.840.113549.1.1.10");
    begin_bits(&seq, &bits);
    FORGE_MUST(RSA_marshal_public_key(&bits, rsa) && CBB_flush(out));
}

/* SpecifiedECDomain of P-256 (SEC 1, section C.2). */
static void add_p256_domain(CBB *alg)
{
    CBB domain;
    CBB part;

    FORGE_MUST(CBB_add_asn1(alg, &domain, CBS_ASN1_SEQUENCE) &&
               CBB_add_asn1_uint64(&domain, 1) &&
               CBB_add_asn1(&domain, &part, CBS_ASN1_SEQUENCE));
    forge_add_dotted(&part, "1.2.840.10045.1.1");
    forge_add_hex(&part, CBS_ASN1_INTEGER, P256_PRIME);
    FORGE_MUST(CBB_add_asn1(&domain, &part, CBS_ASN1_SEQUENCE));
    forge_add_hex(&part, CBS_ASN1_OCTETSTRING, P256_A);
    forge_add_hex(&part, CBS_ASN1_OCTETSTRING, P256_B);
    forge_add_hex(&domain, CBS_ASN1_OCTETSTRING, P256_G);
    forge_add_hex(&domain, CBS_ASN1_INTEGER, P256_ORDER);
    FORGE_MUST(CBB_add_asn1_uint64(&domain, 1) && CBB_flush(alg));
}

static void add_explicit(CBB *out, const struct forge_key *key)
{
    const EC_KEY *ec = EVP_PKEY_get0_EC_KEY(key->pkey);
    CBB seq;
    CBB alg;
    CBB bits;

    FORGE_MUST(ec != NULL && key->kind == FORGE_P256);
    begin(out, &seq, &alg, EC_PUBLIC_KEY);
    add_p256_domain(&alg);
    begin_bits(&seq, &bits);
    FORGE_MUST(EC_POINT_point2cbb(&bits, EC_KEY_get0_group(ec),
                                  EC_KEY_get0_public_key(ec),
                                  POINT_CONVERSION_UNCOMPRESSED, NULL) &&
               CBB_flush(out));
}

void forge_add_spki(CBB *out, const struct forge_spec *spec,
                    const struct forge_key *key)
{
    if (spec->spki_hex != NULL) {
        forge_add_hex_octets(out, spec->spki_hex);
        return;
    }
    for (size_t i = 0; i < sizeof(made_up) / sizeof(made_up[0]); i++) {
        if (made_up[i].spki == spec->spki) {
            add_made_up(out, &made_up[i]);
            return;
        }
    }
    if (spec->spki == FORGE_SPKI_DSA) {
        add_dsa(out);
    } else if (spec->spki == FORGE_SPKI_RSA) {
        add_rsa(out, spec);
    } else if (spec->spki == FORGE_SPKI_RSA_PSS) {
        add_rsa_pss(out, key);
    } else if (spec->spki == FORGE_SPKI_EXPLICIT) {
        add_explicit(out, key);
    } else {
        FORGE_MUST(EVP_marshal_public_key(out, key->pkey));
    }
}
