/* Kinds of keys that TLS clients do not support, or not all of them. Facts of
 * the clients' code; what they offer can be read in their ClientHello.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/path.h"

#include <string.h>

#define NOW CM_SEVERITY_NOW
#define SOME CM_SEVERITY_SOME_CLIENTS

#define MAX_RSA_BITS 16384U /* of OpenSSL, BoringSSL and NSS */
#define GO_RSA_BITS 8192U

static const struct cm_key_kind of_alg[] = {
    [CM_KEY_UNKNOWN] = {"a key of an unknown algorithm", "no client can use it",
                        true, NOW},
    [CM_KEY_RSA_PSS] = {"an RSA key for PSS only (id-RSASSA-PSS)",
                        "Chrome, Go and Schannel refuse it", true, SOME},
    [CM_KEY_ED25519] = {"an Ed25519 key", "Chrome and Schannel refuse it",
                        false, SOME},
    [CM_KEY_ED448] = {"an Ed448 key", "browsers, Go and Schannel refuse it",
                      true, SOME},
    [CM_KEY_DSA] = {"a DSA key",
                    "browsers, Go and OpenSSL's defaults refuse it", true,
                    SOME},
    [CM_KEY_DH] = {"a Diffie-Hellman key", "no client accepts it", true, NOW},
    [CM_KEY_ML_DSA] = {"an ML-DSA key",
                       "all but OpenSSL 3.5 and later refuse it", true, SOME},
};

static const struct cm_key_kind off_curve = {
    "a key that is no point of its curve", "no client can use it", true, NOW};
static const struct cm_key_kind even_modulus = {
    "an RSA key whose modulus is even", "no client can use it", true, NOW};
static const struct cm_key_kind huge_rsa = {
    "an RSA key of more than 16384 bits", "TLS libraries refuse it", true, NOW};
static const struct cm_key_kind large_rsa = {
    "an RSA key of more than 8192 bits", "Go refuses it", false, SOME};
static const struct cm_key_kind bad_exponent = {
    "an RSA key whose public exponent is even, one, or over 33 bits",
    "BoringSSL, Go and others refuse it", true, NOW};
static const struct cm_key_kind explicit_curve = {
    "an EC key with its curve written out instead of named",
    "browsers, Go and strict clients refuse it", true, SOME};
static const struct cm_key_kind p521_leaf = {
    "a key on the curve P-521",
    "Chrome, and Schannel as it is set up, do not offer the curve", false,
    SOME};
static const struct cm_key_kind p224_leaf = {
    "a key on the curve P-224", "no common client offers the curve", true,
    SOME};
static const struct cm_key_kind p224_ca = {
    "a key on the curve P-224", "Chrome and Firefox refuse it", false, SOME};
static const struct cm_key_kind odd_curve_leaf = {
    "a key on a curve that TLS clients do not offer",
    "neither browsers nor the defaults of other clients have the curve", true,
    NOW};
static const struct cm_key_kind odd_curve_ca = {
    "a key on a curve of few", "browsers, Go and Java refuse it", true, SOME};

static const struct cm_key_kind *rsa_kind(const struct cm_cert *cert)
{
    if (cert->rsa_exponent_bad) {
        return &bad_exponent;
    }
    if (cert->key_bits > MAX_RSA_BITS) {
        return &huge_rsa;
    }
    return cert->key_bits > GO_RSA_BITS ? &large_rsa : NULL;
}

/* Curves below 224 bits are too small before they are anything else. */
static const struct cm_key_kind *ec_kind(const struct cm_cert *cert,
                                         bool is_leaf)
{
    const char *curve = cert->curve != NULL ? cert->curve : "";

    if (cert->explicit_curve) {
        return &explicit_curve;
    }
    if (strcmp(curve, "P-256") == 0 || strcmp(curve, "P-384") == 0 ||
        (cert->key_bits > 0 && cert->key_bits < 224)) {
        return NULL;
    }
    if (strcmp(curve, "P-521") == 0) {
        return is_leaf ? &p521_leaf : NULL;
    }
    if (strcmp(curve, "P-224") == 0) {
        return is_leaf ? &p224_leaf : &p224_ca;
    }
    return is_leaf ? &odd_curve_leaf : &odd_curve_ca;
}

const struct cm_key_kind *cm_path_key_kind(const struct cm_cert *cert,
                                           bool is_leaf)
{
    if (cert->key_unusable) {
        return cert->key_alg == CM_KEY_EC ? &off_curve : &even_modulus;
    }
    if (cert->key_alg == CM_KEY_RSA) {
        return rsa_kind(cert);
    }
    if (cert->key_alg == CM_KEY_EC) {
        return ec_kind(cert, is_leaf);
    }
    return &of_alg[cert->key_alg];
}
