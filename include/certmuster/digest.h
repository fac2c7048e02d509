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

#endif
