/* What the files of the OCSP reader share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_PKI_OCSP_PARTS_H
#define CERTMUSTER_PKI_OCSP_PARTS_H

#include "pki/der.h"
#include "pki/ocsp.h"

/* BasicOCSPResponse, taken apart (RFC 6960 section 4.2.1). */
struct cm_ocsp_basic {
    struct cm_span tbs; /* ResponseData with its header */
    struct cm_span sig_alg;
    struct cm_span signature;
    struct cm_reader certs;        /* sent along; may be empty */
    struct cm_span responder_name; /* Name with its header, or empty */
    struct cm_span responder_key;  /* SHA-1 of its key, or empty */
    struct cm_reader singles;      /* SingleResponses */
    uint8_t sha256[CM_SHA256_LEN]; /* of the whole response */
};

/* ocsp_signer.c -- who signed, and may they? Sets answer->state to
 * CM_OCSP_GOOD when all is well, else to what is wrong, with the detail. */
void cm_ocsp_check_signer(struct cm_ocsp_answer *answer,
                          struct cm_sigmemo *memo,
                          const struct cm_ocsp_basic *basic,
                          const struct cm_cert *issuer, int64_t at_unix);

/* The octets of a public key, which OCSP hashes; empty: not readable. */
struct cm_span cm_ocsp_key_octets(const struct cm_cert *cert);

#endif
