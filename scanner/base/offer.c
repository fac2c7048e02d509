/* What every handshake of a scan offers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/offer.h"

#define LIST(array)                                                            \
    ((struct cm_offer_list){array, sizeof(array) / sizeof(*(array))})

/* All that the TLS library has with a certificate. */
static const uint16_t suites[] = {
    0x1301, /* TLS_AES_128_GCM_SHA256 */
    0x1302, /* TLS_AES_256_GCM_SHA384 */
    0x1303, /* TLS_CHACHA20_POLY1305_SHA256 */
#define NUM_TLS13 3
    0xc02b, /* TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 */
    0xc02f, /* TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 */
    0xc02c, /* TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 */
    0xc030, /* TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 */
    0xcca9, /* TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 */
    0xcca8, /* TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 */
    0xc009, /* TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA */
    0xc013, /* TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA */
    0xc00a, /* TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA */
    0xc014, /* TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA */
    0x009c, /* TLS_RSA_WITH_AES_128_GCM_SHA256 */
    0x009d, /* TLS_RSA_WITH_AES_256_GCM_SHA384 */
    0x002f, /* TLS_RSA_WITH_AES_128_CBC_SHA */
    0x0035, /* TLS_RSA_WITH_AES_256_CBC_SHA */
    0x000a, /* TLS_RSA_WITH_3DES_EDE_CBC_SHA */
};

static const uint16_t groups[] = {
    0x001d, /* x25519 */
    0x0017, /* secp256r1 */
    0x0018, /* secp384r1 */
    0x0019, /* secp521r1 */
};

/* SignatureScheme values. Servers choose their certificate by this list, so it
 * names also what the TLS library cannot verify: better a certificate that is
 * seen and refused than none. */
static const uint16_t schemes[] = {
    0x0403, /* ecdsa_secp256r1_sha256 */
    0x0804, /* rsa_pss_rsae_sha256 */
    0x0401, /* rsa_pkcs1_sha256 */
    0x0503, /* ecdsa_secp384r1_sha384 */
    0x0805, /* rsa_pss_rsae_sha384 */
    0x0501, /* rsa_pkcs1_sha384 */
    0x0603, /* ecdsa_secp521r1_sha512 */
    0x0806, /* rsa_pss_rsae_sha512 */
    0x0601, /* rsa_pkcs1_sha512 */
    0x0807, /* ed25519 */
    0x0201, /* rsa_pkcs1_sha1 */
    0x0203, /* ecdsa_sha1 */
    /* Some of these no BoringSSL verifies; old ones offer them all the same. */
    0x0808, /* ed448 */
    0x0809, /* rsa_pss_pss_sha256 */
    0x080a, /* rsa_pss_pss_sha384 */
    0x080b, /* rsa_pss_pss_sha512 */
    0x081a, /* ecdsa_brainpoolP256r1tls13_sha256 */
    0x081b, /* ecdsa_brainpoolP384r1tls13_sha384 */
    0x081c, /* ecdsa_brainpoolP512r1tls13_sha512 */
    0x0904, /* mldsa44 */
    0x0905, /* mldsa65 */
    0x0906, /* mldsa87 */
    0x0402, /* dsa with SHA-256 (RFC 5246 section 7.4.1.4.1) */
    0x0202, /* dsa with SHA-1 */
    0x0301, /* rsa with SHA-224 */
    0x0303, /* ecdsa with SHA-224 */
    0x0101, /* rsa with MD5 */
};

struct cm_offer_list cm_offer_suites(void)
{
    return LIST(suites);
}

struct cm_offer_list cm_offer_suites_tls12(void)
{
    struct cm_offer_list list = LIST(suites);

    return (struct cm_offer_list){list.numbers + NUM_TLS13,
                                  list.num - NUM_TLS13};
}

struct cm_offer_list cm_offer_suites_tls13(void)
{
    return (struct cm_offer_list){suites, NUM_TLS13};
}

struct cm_offer_list cm_offer_groups(void)
{
    return LIST(groups);
}

struct cm_offer_list cm_offer_schemes(void)
{
    return LIST(schemes);
}

bool cm_offer_has(struct cm_offer_list list, uint16_t number)
{
    for (size_t i = 0; i < list.num; i++) {
        if (list.numbers[i] == number) {
            return true;
        }
    }
    return false;
}
