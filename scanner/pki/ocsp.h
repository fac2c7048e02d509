/* OCSP (RFC 6960): requests, and responses judged exactly. BoringSSL has no
 * OCSP code.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_OCSP_H
#define CERTMUSTER_OCSP_H

#include "pki/pki.h"

#define CM_OCSP_MAX_BYTES 65536
/* A response without nextUpdate says that newer information is always to be
 * had (RFC 6960 section 4.2.2.1): older than this it proves nothing. */
#define CM_OCSP_MAX_AGE_S 86400
#define CM_OCSP_SKEW_S 300 /* by which clocks may differ */

enum cm_ocsp_state {
    CM_OCSP_GOOD,
    CM_OCSP_REVOKED,
    CM_OCSP_UNKNOWN,       /* the responder does not know the certificate */
    CM_OCSP_MALFORMED,     /* not an OCSP response */
    CM_OCSP_ERROR,         /* responseStatus other than successful */
    CM_OCSP_OTHER_CERT,    /* no answer for this certificate and issuer */
    CM_OCSP_WRONG_SIGNER,  /* neither the issuer nor its delegate signed */
    CM_OCSP_BAD_SIGNATURE, /* the right signer, but it does not verify */
    CM_OCSP_NOT_YET,       /* thisUpdate or producedAt is in the future */
    CM_OCSP_EXPIRED,       /* nextUpdate is past; without one, too old */
    CM_OCSP_STATE_COUNT
};
const char *cm_ocsp_state_id(enum cm_ocsp_state state);

struct cm_ocsp_answer {
    enum cm_ocsp_state state;
    int response_status; /* RFC 6960 section 4.2.1; -1: unreadable */
    bool delegated;      /* signed by a certificate with id-kp-OCSPSigning */
    int64_t produced_at;
    int64_t this_update;
    int64_t next_update;  /* 0: none */
    int64_t revoked_unix; /* 0: not revoked */
    int reason;           /* -1: none given */
    const char *detail;   /* static text on what is wrong, or "" */
    bool no_memory;       /* all the rest is void */
};

/* cm_ocsp_read judges the response `der` about `cert`, which `issuer` issued,
 * at the time given. What is signed rightly but out of time (CM_OCSP_EXPIRED)
 * still tells revoked_unix and reason. `memo` may be NULL. */
struct cm_ocsp_answer cm_ocsp_read(struct cm_sigmemo *memo, struct cm_span der,
                                   const struct cm_cert *cert,
                                   const struct cm_cert *issuer,
                                   int64_t at_unix);
/* cm_ocsp_request appends a DER request without nonce (RFC 5019: SHA-1 CertID,
 * one certificate). Both are parsed. False: no memory. */
bool cm_ocsp_request(struct cm_buf *out, const struct cm_cert *cert,
                     const struct cm_cert *issuer);

#endif
