/* Cipher suites: a table made of suites.def, in which a suite is the parts of
 * its name, and what each part tells. What a server says is evidence, so the
 * table has also what no library offers any more.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/evidence.h"
#include "certmuster/inventory.h"

/* What a part of a name tells; `bits` is in the low ones. */
enum {
    BITS = 0x3ff,
    AEAD = 1 << 10,
    FS = 1 << 11,
    ANON = 1 << 12,
    EXPORT = 1 << 13,
    WEAK = 1 << 14,
    TLS1_0 = 1 << 15,  /* no SSLv3: it needs extensions (RFC 8422) */
    NEW_MAC = 1 << 16, /* with this hash from TLS 1.2 on ... */
    ANY_MAC = 1 << 17, /* ... but not with this key exchange (RFC 5487, 5489) */
};

/* The first part: key exchange and authentication. */
#define KX_AUTH_NULL "NULL", "anon"
#define KX_AUTH_RSA "RSA", "RSA"
#define KX_AUTH_RSA_EXPORT "RSA", "RSA"
#define KX_AUTH_RSA_EXPORT1024 "RSA", "RSA"
#define KX_AUTH_DH_DSS "DH", "DSS"
#define KX_AUTH_DH_DSS_EXPORT "DH", "DSS"
#define KX_AUTH_DH_RSA "DH", "RSA"
#define KX_AUTH_DH_RSA_EXPORT "DH", "RSA"
#define KX_AUTH_DHE_DSS "DHE", "DSS"
#define KX_AUTH_DHE_DSS_EXPORT "DHE", "DSS"
#define KX_AUTH_DHE_DSS_EXPORT1024 "DHE", "DSS"
#define KX_AUTH_DHE_RSA "DHE", "RSA"
#define KX_AUTH_DHE_RSA_EXPORT "DHE", "RSA"
#define KX_AUTH_DH_anon "DHE", "anon"
#define KX_AUTH_DH_anon_EXPORT "DHE", "anon"
#define KX_AUTH_KRB5 "KRB5", "KRB5"
#define KX_AUTH_KRB5_EXPORT "KRB5", "KRB5"
#define KX_AUTH_PSK "PSK", "PSK"
#define KX_AUTH_DHE_PSK "DHE_PSK", "PSK"
#define KX_AUTH_PSK_DHE "DHE_PSK", "PSK"
#define KX_AUTH_RSA_PSK "RSA_PSK", "RSA"
#define KX_AUTH_ECDHE_PSK "ECDHE_PSK", "PSK"
#define KX_AUTH_ECDH_ECDSA "ECDH", "ECDSA"
#define KX_AUTH_ECDH_RSA "ECDH", "RSA"
#define KX_AUTH_ECDH_anon "ECDHE", "anon"
#define KX_AUTH_ECDHE_ECDSA "ECDHE", "ECDSA"
#define KX_AUTH_ECDHE_RSA "ECDHE", "RSA"
#define KX_AUTH_SRP_SHA "SRP", "SRP"
#define KX_AUTH_SRP_SHA_RSA "SRP", "RSA"
#define KX_AUTH_SRP_SHA_DSS "SRP", "DSS"
#define KX_AUTH_ECCPWD "ECCPWD", "ECCPWD"
#define KX_AUTH_GOSTR341094 "GOST", "GOST"
#define KX_AUTH_GOSTR341001 "GOST", "GOST"
#define KX_AUTH_GOSTR341112_256 "GOST", "GOST"

enum {
    KX_NULL = ANON,
    KX_RSA = 0,
    KX_RSA_EXPORT = EXPORT,
    KX_RSA_EXPORT1024 = EXPORT,
    KX_DH_DSS = 0,
    KX_DH_DSS_EXPORT = EXPORT,
    KX_DH_RSA = 0,
    KX_DH_RSA_EXPORT = EXPORT,
    KX_DHE_DSS = FS,
    KX_DHE_DSS_EXPORT = FS | EXPORT,
    KX_DHE_DSS_EXPORT1024 = FS | EXPORT,
    KX_DHE_RSA = FS,
    KX_DHE_RSA_EXPORT = FS | EXPORT,
    KX_DH_anon = FS | ANON,
    KX_DH_anon_EXPORT = FS | ANON | EXPORT,
    KX_KRB5 = 0,
    KX_KRB5_EXPORT = EXPORT,
    KX_PSK = ANY_MAC,
    KX_DHE_PSK = FS | ANY_MAC,
    KX_PSK_DHE = FS | ANY_MAC,
    KX_RSA_PSK = ANY_MAC,
    KX_ECDHE_PSK = FS | TLS1_0 | ANY_MAC,
    KX_ECDH_ECDSA = TLS1_0,
    KX_ECDH_RSA = TLS1_0,
    KX_ECDH_anon = FS | ANON | TLS1_0,
    KX_ECDHE_ECDSA = FS | TLS1_0,
    KX_ECDHE_RSA = FS | TLS1_0,
    KX_SRP_SHA = 0, /* as OpenSSL has it; RFC 5054 asks for an extension */
    KX_SRP_SHA_RSA = 0,
    KX_SRP_SHA_DSS = 0,
    KX_ECCPWD = FS | TLS1_0,
    KX_GOSTR341094 = 0,
    KX_GOSTR341001 = 0,
    KX_GOSTR341112_256 = NEW_MAC, /* RFC 9189: TLS 1.2; drafts before it not */
};

/* The second part: the encryption, with its strength in bits. */
enum {
    ENC_NULL = WEAK,
    ENC_RC4_40 = 40 | WEAK,
    ENC_RC4_56 = 56 | WEAK,
    ENC_RC4_64 = 64 | WEAK,
    ENC_RC4_128 = 128 | WEAK,
    ENC_RC2_CBC_40 = 40 | WEAK,
    ENC_RC2_CBC_56 = 56 | WEAK,
    ENC_RC2_CBC_128 = 128 | WEAK,
    ENC_IDEA_CBC = 128 | WEAK,
    ENC_DES40_CBC = 40 | WEAK,
    ENC_DES_CBC_40 = 40 | WEAK,
    ENC_DES_CBC = 56 | WEAK,
    ENC_3DES_EDE_CBC = 112 | WEAK, /* NIST SP 800-57 part 1 */
    ENC_SEED_CBC = 128,
    ENC_28147_CNT = 256,
    ENC_KUZNYECHIK_CTR = 256,
    ENC_MAGMA_CTR = 256,
    ENC_KUZNYECHIK_MGM_L = 256 | AEAD,
    ENC_KUZNYECHIK_MGM_S = 256 | AEAD,
    ENC_MAGMA_MGM_L = 256 | AEAD,
    ENC_MAGMA_MGM_S = 256 | AEAD,
    ENC_AES_128_CBC = 128,
    ENC_AES_256_CBC = 256,
    ENC_AES_128_GCM = 128 | AEAD,
    ENC_AES_256_GCM = 256 | AEAD,
    ENC_AES_128_CCM = 128 | AEAD,
    ENC_AES_256_CCM = 256 | AEAD,
    ENC_AES_128_CCM_8 = 128 | AEAD,
    ENC_AES_256_CCM_8 = 256 | AEAD,
    ENC_CAMELLIA_128_CBC = 128,
    ENC_CAMELLIA_256_CBC = 256,
    ENC_CAMELLIA_128_GCM = 128 | AEAD,
    ENC_CAMELLIA_256_GCM = 256 | AEAD,
    ENC_ARIA_128_CBC = 128,
    ENC_ARIA_256_CBC = 256,
    ENC_ARIA_128_GCM = 128 | AEAD,
    ENC_ARIA_256_GCM = 256 | AEAD,
    ENC_CHACHA20_POLY1305 = 256 | AEAD,
    ENC_SM4_GCM = 128 | AEAD,
    ENC_SM4_CCM = 128 | AEAD,
    ENC_AEGIS_256 = 256 | AEAD,
    ENC_AEGIS_128L = 128 | AEAD,
    ENC_ASCONAEAD128 = 128 | AEAD,
};

/* The last part: the MAC, or with AEAD the hash of the key derivation. */
enum {
    MAC_NULL = WEAK,
    MAC_MD5 = WEAK,
    MAC_SHA = 0,
    MAC_SHA_OLD = 0,
    MAC_SHA256 = NEW_MAC,
    MAC_SHA256_OLD = NEW_MAC,
    MAC_SHA384 = NEW_MAC,
    MAC_IMIT = 0,
    MAC_IMIT_OLD = ANY_MAC,
    MAC_OMAC = 0,
    MAC_GOSTR3411 = ANY_MAC,
};

#define SSL2_VERSION 0x0002
#define SSL3_VERSION 0x0300
#define TLS1_0_VERSION 0x0301
#define TLS1_2_VERSION 0x0303
#define TLS1_3_VERSION 0x0304

#define FIRST(all)                                                             \
    (((all)&AEAD) != 0 || ((all) & (NEW_MAC | ANY_MAC)) == NEW_MAC             \
         ? TLS1_2_VERSION                                                      \
     : ((all) & (TLS1_0 | NEW_MAC)) != 0 ? TLS1_0_VERSION                      \
                                         : SSL3_VERSION)
#define ATTRIBUTES(all, first, last)                                           \
    (all) & BITS, ((all)&AEAD) != 0, ((all)&FS) != 0, ((all)&ANON) != 0,       \
        ((all)&EXPORT) != 0, ((all) & (WEAK | EXPORT | ANON)) != 0, first,     \
        last

#define SUITE(number, kx, enc, mac)                                            \
    {number, "TLS_" #kx "_WITH_" #enc "_" #mac, KX_AUTH_##kx, #enc,            \
     ATTRIBUTES(KX_##kx | ENC_##enc | MAC_##mac,                               \
                FIRST(KX_##kx | ENC_##enc | MAC_##mac), TLS1_2_VERSION)},
#define SUITE_NO_MAC(number, kx, enc)                                          \
    {number, "TLS_" #kx "_WITH_" #enc, KX_AUTH_##kx, #enc,                     \
     ATTRIBUTES(KX_##kx | ENC_##enc, FIRST(KX_##kx | ENC_##enc),               \
                TLS1_2_VERSION)},
#define FIPS(number, enc, mac)                                                 \
    {number, "SSL_RSA_FIPS_WITH_" #enc "_" #mac, KX_AUTH_RSA, #enc,            \
     ATTRIBUTES(ENC_##enc, SSL3_VERSION, TLS1_2_VERSION)},
#define TLS13(number, enc, hash)                                               \
    {number,  "TLS_" #enc "_" #hash,                                           \
     "TLS13", "any",                                                           \
     #enc,    ATTRIBUTES(FS | ENC_##enc, TLS1_3_VERSION, TLS1_3_VERSION)},
#define TLS13_NULL(number, hash) /* RFC 9150 */                                \
    {number,  "TLS_" #hash "_" #hash,                                          \
     "TLS13", "any",                                                           \
     "NULL",  ATTRIBUTES(FS | ENC_NULL, TLS1_3_VERSION, TLS1_3_VERSION)},
#define GOST13(number, enc) /* RFC 9367 */                                     \
    {number,  "TLS_GOSTR341112_256_WITH_" #enc,                                \
     "TLS13", "any",                                                           \
     #enc,    ATTRIBUTES(FS | ENC_##enc, TLS1_3_VERSION, TLS1_3_VERSION)},
#define SSL2(number, name, kx, enc)                                            \
    {number, "SSL_CK_" #name "_WITH_MD5", KX_AUTH_##kx, #enc,                  \
     ATTRIBUTES(KX_##kx | ENC_##enc | MAC_MD5, SSL2_VERSION, SSL2_VERSION)},
#define SIGNAL(number, name) {number, #name, "", "", "", ATTRIBUTES(0, 0, 0)},

static const struct cm_suite suites[] = {
#include "base/suites.def"
};

size_t cm_suite_count(void)
{
    return sizeof(suites) / sizeof(suites[0]);
}

const struct cm_suite *cm_suite_at(size_t index)
{
    return index < cm_suite_count() ? &suites[index] : NULL;
}

const struct cm_suite *cm_suite_find(uint16_t number)
{
    size_t low = 0;
    size_t high = cm_suite_count();

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (suites[middle].number == number) {
            return &suites[middle];
        }
        if (suites[middle].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

const char *cm_tls_cipher_name(uint16_t cipher)
{
    const struct cm_suite *suite = cm_suite_find(cipher);

    return suite == NULL ? NULL : suite->name;
}
