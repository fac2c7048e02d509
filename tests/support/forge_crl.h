/* Makes certificate revocation lists for tests: sound ones by default, broken
 * as asked.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_FORGE_CRL_H
#define CERTMUSTER_TESTS_FORGE_CRL_H

#include "support/forge.h"

/* One entry; zero fields mean the default in brackets. */
struct forge_revoked {
    const struct cm_cert *cert;         /* its serial, or: */
    const char *serial_hex;             /* content octets */
    int64_t when;                       /* [FORGE_NOW - 2 days] */
    int reason;                         /* n + 1 [0: none given] */
    int64_t invalid;                    /* invalidityDate [none] */
    const struct cm_cert *other_issuer; /* certificateIssuer: its subject */
    bool unknown_critical;              /* an extension nobody knows */
};

#define FORGE_IDP_USER 0x02U /* onlyContainsUserCerts */
#define FORGE_IDP_CA 0x04U
#define FORGE_IDP_REASONS 0x08U
#define FORGE_IDP_INDIRECT 0x10U
#define FORGE_IDP_ATTRIBUTE 0x20U

struct forge_crl_spec {
    const struct cm_cert *issuer; /* whose name it bears; never NULL */
    struct forge_key *key;        /* that signs; never NULL */
    const struct forge_revoked *revoked;
    size_t num_revoked;
    size_t num_more;     /* so many more entries, of 8 octets, unsorted */
    int64_t this_update; /* [FORGE_NOW - 1 day] */
    int64_t next_update; /* [FORGE_NOW + 7 days]; -1: none */
    int version;         /* [2]; 1: no extensions at all */
    const char *hash;    /* as forge_spec.hash */
    const char *inner_hash;
    bool no_number;
    bool critical_number;
    bool no_aki;
    const char *aki_hex;   /* another key id [the key's] */
    unsigned idp;          /* FORGE_IDP_* [0: no such extension] */
    const char *idp_names; /* distributionPoint, a list as forge_spec.names */
    const char *idp_hex;   /* the extension's value as DER, instead */
    int base;              /* a delta list for this number [0: none] */
    bool unknown_critical;
    bool break_signature;
    unsigned trailing_bytes;
};

/* DER; the caller frees it with cm_span_free. */
struct cm_span forge_crl(const struct forge_crl_spec *spec);
/* PEM; free() it. */
char *forge_crl_pem(const struct forge_crl_spec *spec);

#endif
