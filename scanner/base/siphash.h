/* SipHash-2-4 piece by piece, for keys that do not lie in one place.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_BASE_SIPHASH_H
#define CERTMUSTER_BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct cm_siphash {
    uint64_t v[4];
    uint64_t word; /* bytes that do not make a word yet */
    size_t len;    /* of everything so far */
};

/* A NULL key is the zero key. */
void cm_siphash_init(struct cm_siphash *sip, const uint8_t key[16]);
void cm_siphash_add(struct cm_siphash *sip, const void *data, size_t len);
uint64_t cm_siphash_end(struct cm_siphash *sip);

#endif
