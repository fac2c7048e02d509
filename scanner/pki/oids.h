/* What algorithm identifiers say: key kinds and sizes, signature algorithms.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_PKI_OIDS_H
#define CERTMUSTER_PKI_OIDS_H

#include <stdbool.h>

#include "certmuster/cert.h"

/* An OID's content octets, for tables: {CM_OID("\x55\x1d\x0f")}. */
#define CM_OID(octets)                                                         \
    {                                                                          \
        (const uint8_t *)(octets), sizeof(octets) - 1                          \
    }

struct cm_key_facts {
    enum cm_key_alg alg;
    unsigned bits;
    const char *curve;
    bool explicit_curve;
    bool rsa_exponent_bad; /* one, even, or longer than 33 bits */
    bool rsa_modulus_even;
    struct cm_span octets; /* the BIT STRING: an RSAPublicKey, a point ... */
};

struct cm_sig_facts {
    enum cm_key_alg key_alg;
    enum cm_hash_alg hash;
    const char *name;
    bool pss; /* RSASSA-PSS (RFC 4055), with: */
    enum cm_hash_alg mgf_hash;
    int salt_len;
};

/* Both fill `*out` with what they know; an unknown algorithm is a fact too.
 * False: the structure itself is broken. */
bool cm_oids_key(struct cm_span spki, struct cm_key_facts *out);
bool cm_oids_signature(struct cm_span algorithm, struct cm_sig_facts *out);
/* Takes the AlgorithmIdentifier of a hash. */
enum cm_hash_alg cm_oids_hash(struct cm_reader *r);

#endif
