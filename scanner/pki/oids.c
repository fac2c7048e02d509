/* Tables of algorithm identifiers: RFC 3279, RFC 4055, RFC 5480, RFC 8410,
 * RFC 9881, and the curves of RFC 5639 and SEC 2.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/oids.h"

#include <stddef.h>

#include "pki/der.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define RSADSI "\x2a\x86\x48\x86\xf7\x0d\x01" /* 1.2.840.113549.1 */
#define ANSI_X962 "\x2a\x86\x48\xce\x3d"      /* 1.2.840.10045 */
#define NIST_ALGS "\x60\x86\x48\x01\x65\x03\x04"
#define BRAINPOOL "\x2b\x24\x03\x03\x02\x08\x01\x01"

static const struct key_row {
    struct cm_span oid;
    enum cm_key_alg alg;
    unsigned bits; /* 0: the key itself says */
} key_rows[] = {
    {CM_OID(RSADSI "\x01\x01"), CM_KEY_RSA, 0},
    {CM_OID(RSADSI "\x01\x0a"), CM_KEY_RSA_PSS, 0},
    {CM_OID(ANSI_X962 "\x02\x01"), CM_KEY_EC, 0},
    {CM_OID("\x2b\x65\x70"), CM_KEY_ED25519, 256},
    {CM_OID("\x2b\x65\x71"), CM_KEY_ED448, 456},
    {CM_OID("\x2a\x86\x48\xce\x38\x04\x01"), CM_KEY_DSA, 0},
    {CM_OID("\x2a\x86\x48\xce\x3e\x02\x01"), CM_KEY_DH, 0},
    {CM_OID(RSADSI "\x03\x01"), CM_KEY_DH, 0},
    {CM_OID(NIST_ALGS "\x03\x11"), CM_KEY_ML_DSA, 0},
    {CM_OID(NIST_ALGS "\x03\x12"), CM_KEY_ML_DSA, 0},
    {CM_OID(NIST_ALGS "\x03\x13"), CM_KEY_ML_DSA, 0},
};

static const struct curve_row {
    struct cm_span oid;
    const char *name;
    unsigned bits;
} curve_rows[] = {
    {CM_OID(ANSI_X962 "\x03\x01\x07"), "P-256", 256},
    {CM_OID("\x2b\x81\x04\x00\x22"), "P-384", 384},
    {CM_OID("\x2b\x81\x04\x00\x23"), "P-521", 521},
    {CM_OID("\x2b\x81\x04\x00\x21"), "P-224", 224},
    {CM_OID(ANSI_X962 "\x03\x01\x01"), "P-192", 192},
    {CM_OID("\x2b\x81\x04\x00\x0a"), "secp256k1", 256},
    {CM_OID("\x2b\x81\x04\x00\x08"), "secp160r1", 160},
    {CM_OID(BRAINPOOL "\x05"), "brainpoolP224r1", 224},
    {CM_OID(BRAINPOOL "\x06"), "brainpoolP224t1", 224},
    {CM_OID(BRAINPOOL "\x07"), "brainpoolP256r1", 256},
    {CM_OID(BRAINPOOL "\x08"), "brainpoolP256t1", 256},
    {CM_OID(BRAINPOOL "\x09"), "brainpoolP320r1", 320},
    {CM_OID(BRAINPOOL "\x0a"), "brainpoolP320t1", 320},
    {CM_OID(BRAINPOOL "\x0b"), "brainpoolP384r1", 384},
    {CM_OID(BRAINPOOL "\x0c"), "brainpoolP384t1", 384},
    {CM_OID(BRAINPOOL "\x0d"), "brainpoolP512r1", 512},
    {CM_OID(BRAINPOOL "\x0e"), "brainpoolP512t1", 512},
    {CM_OID("\x2a\x81\x1c\xcf\x55\x01\x82\x2d"), "SM2", 256},
};

static const struct sig_row {
    struct cm_span oid;
    enum cm_key_alg key_alg;
    enum cm_hash_alg hash;
    const char *name;
} sig_rows[] = {
    {CM_OID(RSADSI "\x01\x02"), CM_KEY_RSA, CM_HASH_MD2,
     "md2WithRSAEncryption"},
    {CM_OID(RSADSI "\x01\x04"), CM_KEY_RSA, CM_HASH_MD5,
     "md5WithRSAEncryption"},
    {CM_OID(RSADSI "\x01\x05"), CM_KEY_RSA, CM_HASH_SHA1,
     "sha1WithRSAEncryption"},
    {CM_OID("\x2b\x0e\x03\x02\x1d"), CM_KEY_RSA, CM_HASH_SHA1,
     "sha1WithRSASignature"}, /* OIW's, in old Microsoft certificates */
    {CM_OID(RSADSI "\x01\x0e"), CM_KEY_RSA, CM_HASH_SHA224,
     "sha224WithRSAEncryption"},
    {CM_OID(RSADSI "\x01\x0b"), CM_KEY_RSA, CM_HASH_SHA256,
     "sha256WithRSAEncryption"},
    {CM_OID(RSADSI "\x01\x0c"), CM_KEY_RSA, CM_HASH_SHA384,
     "sha384WithRSAEncryption"},
    {CM_OID(RSADSI "\x01\x0d"), CM_KEY_RSA, CM_HASH_SHA512,
     "sha512WithRSAEncryption"},
    {CM_OID(RSADSI "\x01\x0a"), CM_KEY_RSA, CM_HASH_UNKNOWN, "rsassaPss"},
    {CM_OID(ANSI_X962 "\x04\x01"), CM_KEY_EC, CM_HASH_SHA1, "ecdsa-with-SHA1"},
    {CM_OID(ANSI_X962 "\x04\x03\x01"), CM_KEY_EC, CM_HASH_SHA224,
     "ecdsa-with-SHA224"},
    {CM_OID(ANSI_X962 "\x04\x03\x02"), CM_KEY_EC, CM_HASH_SHA256,
     "ecdsa-with-SHA256"},
    {CM_OID(ANSI_X962 "\x04\x03\x03"), CM_KEY_EC, CM_HASH_SHA384,
     "ecdsa-with-SHA384"},
    {CM_OID(ANSI_X962 "\x04\x03\x04"), CM_KEY_EC, CM_HASH_SHA512,
     "ecdsa-with-SHA512"},
    {CM_OID("\x2a\x81\x1c\xcf\x55\x01\x83\x75"), CM_KEY_EC, CM_HASH_UNKNOWN,
     "SM2-with-SM3"},
    {CM_OID("\x2b\x65\x70"), CM_KEY_ED25519, CM_HASH_NONE, "Ed25519"},
    {CM_OID("\x2b\x65\x71"), CM_KEY_ED448, CM_HASH_NONE, "Ed448"},
    {CM_OID("\x2a\x86\x48\xce\x38\x04\x03"), CM_KEY_DSA, CM_HASH_SHA1,
     "dsa-with-SHA1"},
    {CM_OID(NIST_ALGS "\x03\x01"), CM_KEY_DSA, CM_HASH_SHA224,
     "dsa-with-SHA224"},
    {CM_OID(NIST_ALGS "\x03\x02"), CM_KEY_DSA, CM_HASH_SHA256,
     "dsa-with-SHA256"},
    {CM_OID(NIST_ALGS "\x03\x11"), CM_KEY_ML_DSA, CM_HASH_NONE, "ML-DSA-44"},
    {CM_OID(NIST_ALGS "\x03\x12"), CM_KEY_ML_DSA, CM_HASH_NONE, "ML-DSA-65"},
    {CM_OID(NIST_ALGS "\x03\x13"), CM_KEY_ML_DSA, CM_HASH_NONE, "ML-DSA-87"},
};

static const struct hash_row {
    struct cm_span oid;
    enum cm_hash_alg hash;
} hash_rows[] = {
    {CM_OID("\x2b\x0e\x03\x02\x1a"), CM_HASH_SHA1},
    {CM_OID(NIST_ALGS "\x02\x04"), CM_HASH_SHA224},
    {CM_OID(NIST_ALGS "\x02\x01"), CM_HASH_SHA256},
    {CM_OID(NIST_ALGS "\x02\x02"), CM_HASH_SHA384},
    {CM_OID(NIST_ALGS "\x02\x03"), CM_HASH_SHA512},
    {CM_OID("\x2a\x86\x48\x86\xf7\x0d\x02\x05"), CM_HASH_MD5},
};

/* AlgorithmIdentifier: the OID, and what follows it. */
static bool read_algorithm(struct cm_reader *r, struct cm_span *oid,
                           struct cm_reader *params)
{
    struct cm_der_element found;

    if (!cm_der_enter(r, CM_DER_SEQUENCE, params) ||
        !cm_der_get(params, CM_DER_OID, &found)) {
        return false;
    }
    *oid = found.content;
    return true;
}

/* The first INTEGER of a SEQUENCE: an RSA modulus, a DSA or DH prime. */
static unsigned first_integer_bits(struct cm_reader r)
{
    struct cm_reader seq;
    struct cm_der_element number;

    if (!cm_der_enter(&r, CM_DER_SEQUENCE, &seq) ||
        !cm_der_get(&seq, CM_DER_INTEGER, &number)) {
        return 0;
    }
    return cm_der_bits(number.content);
}

static bool is_even(struct cm_span number)
{
    return number.len > 0 && (number.data[number.len - 1] & 1U) == 0;
}

/* RSAPublicKey: the modulus, and an exponent that libraries may refuse. */
static void read_rsa(struct cm_reader r, struct cm_key_facts *out)
{
    struct cm_reader seq;
    struct cm_der_element number;
    unsigned bits;

    out->bits = first_integer_bits(r);
    if (!cm_der_enter(&r, CM_DER_SEQUENCE, &seq) ||
        !cm_der_get(&seq, CM_DER_INTEGER, &number)) {
        return;
    }
    out->rsa_modulus_even = is_even(number.content);
    if (!cm_der_get(&seq, CM_DER_INTEGER, &number)) {
        return;
    }
    bits = cm_der_bits(number.content);
    out->rsa_exponent_bad = bits < 2 || bits > 33 || is_even(number.content);
}

/* SpecifiedECDomain (X9.62): the version, then the field's kind and prime. */
static unsigned explicit_curve_bits(struct cm_reader r)
{
    struct cm_reader domain;
    struct cm_reader field;
    struct cm_der_element skipped;
    struct cm_der_element prime;

    if (!cm_der_enter(&r, CM_DER_SEQUENCE, &domain) ||
        !cm_der_get(&domain, CM_DER_INTEGER, &skipped) ||
        !cm_der_enter(&domain, CM_DER_SEQUENCE, &field) ||
        !cm_der_get(&field, CM_DER_OID, &skipped) ||
        !cm_der_get(&field, CM_DER_INTEGER, &prime)) {
        return 0;
    }
    return cm_der_bits(prime.content);
}

static void read_curve(struct cm_reader params, struct cm_key_facts *out)
{
    struct cm_der_element named;

    out->curve = "unknown";
    if (cm_der_next_is(&params, CM_DER_SEQUENCE)) {
        out->curve = "explicit";
        out->explicit_curve = true;
        out->bits = explicit_curve_bits(params);
        return;
    }
    if (!cm_der_get(&params, CM_DER_OID, &named)) {
        return;
    }
    for (size_t i = 0; i < COUNT(curve_rows); i++) {
        if (cm_span_equal(named.content, curve_rows[i].oid)) {
            out->curve = curve_rows[i].name;
            out->bits = curve_rows[i].bits;
        }
    }
}

static void read_key_size(struct cm_reader params, struct cm_key_facts *out)
{
    struct cm_reader key;

    cm_reader_init(&key, out->octets.data, out->octets.len);
    switch (out->alg) {
    case CM_KEY_RSA:
    case CM_KEY_RSA_PSS:
        read_rsa(key, out);
        break;
    case CM_KEY_DSA:
    case CM_KEY_DH:
        out->bits = first_integer_bits(params);
        break;
    case CM_KEY_EC:
        read_curve(params, out);
        break;
    case CM_KEY_UNKNOWN:
    case CM_KEY_ED25519:
    case CM_KEY_ED448:
    case CM_KEY_ML_DSA:
        break;
    }
}

bool cm_oids_key(struct cm_span spki, struct cm_key_facts *out)
{
    struct cm_reader r;
    struct cm_reader params;
    struct cm_span oid;

    *out = (struct cm_key_facts){.alg = CM_KEY_UNKNOWN};
    if (!cm_der_only(spki, CM_DER_SEQUENCE, &r) ||
        !read_algorithm(&r, &oid, &params) ||
        !cm_der_octets(&r, &out->octets)) {
        return false;
    }
    for (size_t i = 0; i < COUNT(key_rows); i++) {
        if (cm_span_equal(oid, key_rows[i].oid)) {
            out->alg = key_rows[i].alg;
            out->bits = key_rows[i].bits;
        }
    }
    read_key_size(params, out);
    return true;
}

enum cm_hash_alg cm_oids_hash(struct cm_reader *r)
{
    struct cm_span oid;
    struct cm_reader params;

    if (read_algorithm(r, &oid, &params)) {
        for (size_t i = 0; i < COUNT(hash_rows); i++) {
            if (cm_span_equal(oid, hash_rows[i].oid)) {
                return hash_rows[i].hash;
            }
        }
    }
    return CM_HASH_UNKNOWN;
}

/* MaskGenAlgorithm; MGF1 is the only one there is. */
static enum cm_hash_alg mask_hash_of(struct cm_reader *r)
{
    static const struct cm_span mgf1 = CM_OID(RSADSI "\x01\x08");
    struct cm_reader params;
    struct cm_span oid;

    return read_algorithm(r, &oid, &params) && cm_span_equal(oid, mgf1)
               ? cm_oids_hash(&params)
               : CM_HASH_UNKNOWN;
}

/* RSASSA-PSS-params of RFC 4055 section 3.1; each field has a default. What
 * cannot be read leaves an unknown hash, so that nobody verifies by a guess. */
static void read_pss(struct cm_reader params, struct cm_sig_facts *out)
{
    struct cm_reader seq;
    struct cm_reader field;
    int trailer = 1;
    bool sound;

    out->pss = true;
    out->hash = CM_HASH_SHA1;
    out->mgf_hash = CM_HASH_SHA1;
    out->salt_len = 20;
    sound = cm_der_enter(&params, CM_DER_SEQUENCE, &seq) && params.len == 0;
    if (sound && cm_der_enter(&seq, CM_DER_CONSTRUCTED(0U), &field)) {
        out->hash = cm_oids_hash(&field);
    }
    if (sound && cm_der_enter(&seq, CM_DER_CONSTRUCTED(1U), &field)) {
        out->mgf_hash = mask_hash_of(&field);
    }
    if (sound && cm_der_enter(&seq, CM_DER_CONSTRUCTED(2U), &field)) {
        sound = cm_der_uint(&field, &out->salt_len);
    }
    if (sound && cm_der_enter(&seq, CM_DER_CONSTRUCTED(3U), &field)) {
        sound = cm_der_uint(&field, &trailer);
    }
    if (!sound || trailer != 1 || seq.len != 0) {
        out->hash = CM_HASH_UNKNOWN;
    }
}

bool cm_oids_signature(struct cm_span algorithm, struct cm_sig_facts *out)
{
    struct cm_reader r;
    struct cm_reader params;
    struct cm_span oid;

    *out = (struct cm_sig_facts){.name = "unknown"};
    cm_reader_init(&r, algorithm.data, algorithm.len);
    if (!read_algorithm(&r, &oid, &params) || r.len != 0) {
        return false;
    }
    for (size_t i = 0; i < COUNT(sig_rows); i++) {
        if (cm_span_equal(oid, sig_rows[i].oid)) {
            out->key_alg = sig_rows[i].key_alg;
            out->hash = sig_rows[i].hash;
            out->name = sig_rows[i].name;
        }
    }
    if (out->key_alg == CM_KEY_RSA && out->hash == CM_HASH_UNKNOWN) {
        read_pss(params, out);
    }
    return true;
}
