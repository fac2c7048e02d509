/* Makes OCSP responses for tests: sound ones by default, broken as asked.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_FORGE_OCSP_H
#define CERTMUSTER_TESTS_FORGE_OCSP_H

#include "support/forge.h"

enum forge_ocsp_status {
    FORGE_OCSP_GOOD,
    FORGE_OCSP_REVOKED,
    FORGE_OCSP_UNKNOWN,
};

/* One SingleResponse; zero fields mean the default in brackets. */
struct forge_single {
    const struct cm_cert *cert;   /* whose serial; never NULL */
    const struct cm_cert *issuer; /* whose name and key; never NULL */
    enum forge_ocsp_status status;
    const char *hash;    /* of the CertID: "sha1" [default], "sha256", "sha384",
                            "sha512", or "odd": one that nobody knows */
    bool wrong_name;     /* another issuerNameHash */
    bool wrong_key;      /* another issuerKeyHash */
    int64_t when;        /* revoked [FORGE_NOW - 2 days] */
    int reason;          /* n + 1 [0: none given] */
    int64_t this_update; /* [FORGE_NOW - 1 day] */
    int64_t next_update; /* [FORGE_NOW + 3 days]; -1: none */
    bool unknown_critical;
};

struct forge_ocsp_spec {
    int status; /* responseStatus; other than 0: nothing else is in it */
    const struct forge_single *singles;
    size_t num_singles;
    struct forge_key *key;           /* that signs; never NULL */
    const struct cm_cert *responder; /* named as the signer; never NULL */
    bool by_key; /* names it by its key's hash [by its name] */
    const struct cm_cert *const *certs; /* sent along */
    size_t num_certs;
    int64_t produced_at; /* [FORGE_NOW - 1 day] */
    const char *hash;    /* of the signature, as forge_spec.hash */
    bool unknown_critical;
    bool nonce;
    bool other_type; /* no BasicOCSPResponse */
    bool break_signature;
    unsigned trailing_bytes;
};

/* DER; the caller frees it with cm_span_free. */
struct cm_span forge_ocsp(const struct forge_ocsp_spec *spec);

#endif
