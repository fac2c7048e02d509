/* Hashes: SHA-256, at once and piece by piece; others by their kind.
 * SPDX-License-Identifier: Apache-2.0 */
#include <openssl/base.h>
#ifndef OPENSSL_IS_BORINGSSL
#error "these are OpenSSL's headers: point BORINGSSL_ROOT at BoringSSL"
#endif
#include <openssl/sha.h>

#include <stdlib.h>

#include "certmuster/digest.h"
#include "pki/pki.h"

struct cm_digest {
    SHA256_CTX ctx;
};

void cm_sha256(const void *data, size_t len, uint8_t out[CM_SHA256_LEN])
{
    static const uint8_t nothing;

    (void)SHA256(len > 0 ? data : &nothing, len, out);
}

void cm_digest_sha1(const void *data, size_t len,
                    uint8_t out[CM_DIGEST_SHA1_LEN])
{
    static const uint8_t nothing;

    (void)SHA1(len > 0 ? data : &nothing, len, out);
}

void cm_digest_sha256(const void *data, size_t len,
                      uint8_t out[CM_DIGEST_SHA256_LEN])
{
    cm_sha256(data, len, out);
}

size_t cm_hash(enum cm_hash_alg alg, struct cm_span data,
               uint8_t out[CM_HASH_MAX_LEN])
{
    static const uint8_t nothing;
    const uint8_t *bytes = data.len > 0 ? data.data : &nothing;

    switch (alg) {
    case CM_HASH_SHA1:
        (void)SHA1(bytes, data.len, out);
        return SHA_DIGEST_LENGTH;
    case CM_HASH_SHA224:
        (void)SHA224(bytes, data.len, out);
        return SHA224_DIGEST_LENGTH;
    case CM_HASH_SHA256:
        (void)SHA256(bytes, data.len, out);
        return SHA256_DIGEST_LENGTH;
    case CM_HASH_SHA384:
        (void)SHA384(bytes, data.len, out);
        return SHA384_DIGEST_LENGTH;
    case CM_HASH_SHA512:
        (void)SHA512(bytes, data.len, out);
        return SHA512_DIGEST_LENGTH;
    case CM_HASH_UNKNOWN:
    case CM_HASH_NONE:
    case CM_HASH_MD2:
    case CM_HASH_MD5:
        break;
    }
    return 0;
}

struct cm_digest *cm_digest_new(void)
{
    struct cm_digest *d = malloc(sizeof(*d));

    if (d != NULL) {
        (void)SHA256_Init(&d->ctx);
    }
    return d;
}

void cm_digest_add(struct cm_digest *d, const void *data, size_t len)
{
    if (len > 0) {
        (void)SHA256_Update(&d->ctx, data, len);
    }
}

void cm_digest_hex_free(struct cm_digest *d, char hex[CM_DIGEST_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t out[CM_SHA256_LEN];

    (void)SHA256_Final(out, &d->ctx);
    for (size_t i = 0; i < CM_SHA256_LEN; i++) {
        hex[2 * i] = digits[out[i] >> 4];
        hex[2 * i + 1] = digits[out[i] & 0xfU];
    }
    hex[2 * CM_SHA256_LEN] = '\0';
    free(d);
}
