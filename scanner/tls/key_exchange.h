/* The ServerKeyExchange of TLS up to 1.2: which group, how long a prime, which
 * signature. Pure: bytes in, facts out.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TLS_KEY_EXCHANGE_H
#define CERTMUSTER_TLS_KEY_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "certmuster/buf.h"
#include "certmuster/inventory.h"

struct cm_key_exchange {
    uint16_t group;     /* 0xff01, 0xff02: explicit parameters; 0: no curve */
    uint16_t signature; /* SignatureScheme, from TLS 1.2 on; 0: none */
    uint16_t dh_bits;   /* of the prime; 0: no finite field */
};

/* The parameters of ECDHE alone. */
bool cm_key_exchange_ecdh(struct cm_reader *r, struct cm_key_exchange *out);
/* What the message holds depends on the suite; of one that we do not know
 * nothing is read. False: malformed; what was read before is kept. */
bool cm_key_exchange_read(struct cm_reader body, uint16_t version,
                          const struct cm_suite *suite,
                          struct cm_key_exchange *out);

#endif
