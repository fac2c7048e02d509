/* Building certification paths (RFC 5280 section 6) with backtracking over
 * what the server sent, what is known, and the anchors; and saying what is
 * wrong on the path with the fewest errors. Pure.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_PATH_H
#define CERTMUSTER_PATH_H

#include "certmuster/judge.h"

#define CM_MAX_PATH 12        /* certificates on a path, anchor included */
#define CM_MAX_PATH_STEPS 400 /* candidates tried in one search */

/* What keeps an issuing certificate from being good where it stands. */
enum cm_fault {
    CM_FAULT_EXPIRED = 1U << 0,
    CM_FAULT_NOT_YET_VALID = 1U << 1,
    CM_FAULT_NOT_CA = 1U << 2,   /* no cA TRUE, or no keyCertSign */
    CM_FAULT_PATHLEN = 1U << 3,  /* more intermediates below than allowed */
    CM_FAULT_KEY_ID = 1U << 4,   /* the child's AKI names another key */
    CM_FAULT_EKU = 1U << 5,      /* not for TLS servers */
    CM_FAULT_CRITICAL = 1U << 6, /* an unknown critical extension */
    CM_FAULT_SIG_WEAK = 1U << 7,
    CM_FAULT_KEY_SMALL = 1U << 8,
};
/* Some clients accept these: a path with them is weak but valid. */
#define CM_FAULTS_SOFT ((unsigned)CM_FAULT_SIG_WEAK | CM_FAULT_KEY_SMALL)

struct cm_step {
    struct cm_cert *cert; /* borrowed */
    int position;         /* in the presented chain; -1: not presented */
    bool anchor;
    bool self_signed;
    unsigned faults; /* enum cm_fault; those of the leaf are not counted */
};

/* Plain data; the certificates belong to those who lent them. */
struct cm_path {
    struct cm_step steps[CM_MAX_PATH]; /* leaf first */
    size_t num;
    bool anchored; /* the last one is a trust anchor */
    unsigned num_hard;
    unsigned num_soft;
    unsigned num_missing;  /* neither presented nor an anchor */
    bool ends_before_leaf; /* an issuer's time is over before the leaf's */
};

struct cm_path_query {
    struct cm_cert *const *chain; /* as presented, the leaf first */
    size_t num_chain;             /* at least 1, chain[0]->parsed */
    const struct cm_trust *trust;
    const struct cm_policy *policy;
    int64_t at_unix;
    bool with_pool; /* also through certificates that were not presented */
};

/* cm_path_find leaves the best path in `out`: one that reaches an anchor, with
 * the fewest faults, the fewest missing certificates, the shortest; when none
 * reaches an anchor, the best that goes up as far as possible. There is always
 * one, be it the leaf alone. */
void cm_path_find(struct cm_path *out, const struct cm_path_query *query);
/* Is `a` better than `b` in that sense? */
bool cm_path_better(const struct cm_path *a, const struct cm_path *b);
/* The faults a certificate has wherever it stands as an issuer. A root (an
 * anchor, or self-signed) is a name and a key: less is asked of it. */
unsigned cm_path_own_faults(const struct cm_cert *cert, bool root,
                            const struct cm_policy *policy, int64_t at_unix);
/* A key too small by the policy? */
bool cm_path_key_small(const struct cm_cert *cert,
                       const struct cm_policy *policy);
bool cm_path_hash_weak(enum cm_hash_alg hash);
/* Both are there and differ. */
bool cm_path_key_ids_contradict(const struct cm_cert *child,
                                const struct cm_cert *issuer);

#endif
