/* Certificate revocation lists (RFC 5280 section 5): own reader, because big
 * lists must be looked up fast and verified once.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_CRL_H
#define CERTMUSTER_CRL_H

#include "pki/pki.h"

#define CM_CRL_MAX_BYTES (64U << 20)

struct cm_crl_slot; /* crl.c's: where one revoked serial is */

struct cm_crl { /* immutable once made; shared by reference */
    _Atomic unsigned refs;
    struct cm_span der; /* owned; the spans lie in it */
    uint8_t sha256[CM_SHA256_LEN];
    int version; /* 1 or 2; version 1 has no extensions */
    struct cm_span tbs;
    struct cm_span issuer;  /* Name with its header, as written */
    struct cm_span sig_alg; /* AlgorithmIdentifier with its header */
    struct cm_span signature;
    struct cm_span issuer_norm; /* owned */
    char *issuer_text;          /* owned, UTF-8, foreign */
    int64_t this_update;
    int64_t next_update;        /* 0: none is given */
    struct cm_span aki;         /* key identifier, empty if absent */
    struct cm_span crl_number;  /* INTEGER content, empty if absent */
    struct cm_span base_number; /* of a delta list: the list it adds to */
    bool is_delta;
    bool sig_alg_differs;
    const char
        *unknown_critical; /* owned dotted OID of an extension, of the list or
                        of an entry, that we do not process; NULL */
    /* issuingDistributionPoint (section 5.2.5) */
    bool only_user_certs;
    bool only_ca_certs;
    bool only_some_reasons;
    bool only_attribute_certs;
    bool indirect;
    struct cm_span point;      /* distributionPointName, DER, empty if absent */
    size_t num_revoked;        /* all entries, also those of other issuers */
    struct cm_crl_slot *slots; /* owned; by serial; of this issuer's only */
    size_t num_slots;
};

/* cm_crl_parse copies `bytes` (DER, or the first PEM "X509 CRL"). NULL: err
 * tells whether memory was missing (CM_ENOMEM) or it is no CRL (CM_EINPUT). */
struct cm_crl *cm_crl_parse(struct cm_span bytes, struct cm_error *err);
struct cm_crl *cm_crl_ref(struct cm_crl *crl);
void cm_crl_unref(struct cm_crl *crl); /* accepts NULL */

/* Does the list's signature verify under `issuer`'s key? `memo` may be NULL:
 * then it is computed each time. */
enum cm_sig cm_crl_verify(struct cm_sigmemo *memo, const struct cm_crl *crl,
                          const struct cm_cert *issuer);

struct cm_crl_entry {
    int64_t revoked_unix;
    int reason; /* section 5.3.1; -1: none given. 8 is removeFromCRL */
    int64_t invalid_unix; /* invalidityDate; 0: none given */
};
/* Looks up a serial (INTEGER content octets) of the list's own issuer; entries
 * of an indirect list that are about others' certificates do not count. Log
 * time. */
bool cm_crl_find(const struct cm_crl *crl, struct cm_span serial,
                 struct cm_crl_entry *out);

/* Is the list's distribution point (section 5.2.5) one of the certificate's?
 * True when the list names none. */
bool cm_crl_covers_point(const struct cm_crl *crl, const struct cm_cert *cert);

/* "keyCompromise" ...: a reason of section 5.3.1; "" for -1 and unknown. */
const char *cm_crl_reason_text(int reason);

#endif
