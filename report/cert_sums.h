/* Sums over the certificates of a run: who issued them, with which keys, how
 * long they are valid, which are shared. Bounded however many there are.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_CERT_SUMS_H
#define CERTMUSTER_REPORT_CERT_SUMS_H

#include "reader_uses.h"

#define CM_TOP_CERTS 50
#define CM_TOP_GROUPS 12 /* lines of a table */
#define CM_TOP_KEYS 10
#define CM_TOP_OWNERS 3 /* that are named */
#define CM_VALIDITY_KINDS 6

/* Certificates that have something in common. The texts are owned. */
struct cm_cert_group {
    char *name;
    char *example; /* a common name */
    int64_t certs;
    int64_t endpoints;
};
struct cm_cert_groups {
    struct cm_cert_group *list; /* owned; most endpoints first, the top ones */
    size_t num;
    size_t num_all; /* kinds */
};

/* One of the certificates with the most endpoints. All texts are owned. */
struct cm_cert_top {
    char *name;
    char *issuer;
    char *key;
    char *fingerprint_sha256;
    char *owners; /* "a, b, c and 4 more" */
    char *place;  /* an endpoint that shows it */
    int64_t first_row;
    int64_t not_after;
    int64_t endpoints;
    int64_t num_owners;
};

struct cm_count_pair {
    int64_t certs;
    int64_t endpoints;
};
struct cm_cert_sums {
    struct cm_count_pair leafs; /* shown by endpoints as theirs */
    int64_t issuers_sent;       /* other certificates that are sent, */
    int64_t issuers_found;      /* ... or that only complete chains */
    struct cm_count_pair wildcards;
    struct cm_count_pair self_signed;
    struct cm_count_pair public_cas; /* say that they keep the CA/B rules */
    struct cm_count_pair expired;
    struct cm_count_pair unreadable;
    struct cm_count_pair shared; /* more than one endpoint */
    struct cm_count_pair validity[CM_VALIDITY_KINDS];
    struct cm_count_pair too_long; /* public ones, above their day's limit */
    struct cm_cert_groups issuers;
    struct cm_cert_groups keys;
    struct cm_cert_groups signatures;
    struct cm_cert_groups shared_keys; /* more than one certificate */
    struct cm_cert_top top[CM_TOP_CERTS];
    size_t num_top;
    int64_t most_owners; /* of one certificate */
    char *most_owned;    /* its name; NULL: none has several */
};

/* The longest validity of a kind, in days: what the CA/Browser Forum allows, or
 * has allowed; 0: longer than that. */
int cm_validity_kind_days(size_t kind);

enum cm_status cm_cert_sums_make(struct cm_cert_sums *out,
                                 struct cm_report_run *run,
                                 struct cm_error *err);
void cm_cert_sums_cleanup(struct cm_cert_sums *sums); /* zero is fine */

#endif
