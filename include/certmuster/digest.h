/* Digests for fingerprints and manifests, by the TLS library (scanner/pki), for
 * those who may not include its headers.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_DIGEST_H
#define CERTMUSTER_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define CM_DIGEST_SHA1_LEN 20
#define CM_DIGEST_SHA256_LEN 32

/* FIPS 180-4, of the whole message at once. */
void cm_digest_sha1(const void *data, size_t len,
                    uint8_t out[CM_DIGEST_SHA1_LEN]);
void cm_digest_sha256(const void *data, size_t len,
                      uint8_t out[CM_DIGEST_SHA256_LEN]);

/* SHA-256 piece by piece, as lower-case hex digits. */
#define CM_DIGEST_HEX_SIZE (2 * CM_DIGEST_SHA256_LEN + 1)
struct cm_digest;                      /* opaque */
struct cm_digest *cm_digest_new(void); /* NULL: no memory */
void cm_digest_add(struct cm_digest *digest, const void *data, size_t len);
void cm_digest_hex_free(struct cm_digest *digest, char hex[CM_DIGEST_HEX_SIZE]);

#endif
