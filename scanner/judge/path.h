/* Building certification paths (RFC 5280 section 6) with backtracking over
 * what the server sent, what is known, and the anchors; and saying what is
 * wrong on the path with the fewest errors. Pure.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_PATH_H
#define CERTMUSTER_PATH_H

#include "certmuster/judge.h"

#define CM_MAX_PATH 12         /* certificates on a path, anchor included */
#define CM_MAX_PATH_STEPS 400U /* candidates tried in one search */
#define CM_MAX_HOPELESS_STEPS                                                  \
    5U /* ... beyond those sent above the leaf, if no name leads               \
          to an anchor */
#define CM_MAX_CONSTRAINT_CHECKS 64 /* pairs compared in one search */

/* What keeps an issuing certificate from being good where it stands. */
enum cm_fault {
    CM_FAULT_EXPIRED = 1U << 0,
    CM_FAULT_NOT_YET_VALID = 1U << 1,
    CM_FAULT_NOT_CA = 1U << 2,   /* no cA TRUE, or no keyCertSign */
    CM_FAULT_PATHLEN = 1U << 3,  /* more intermediates below than allowed */
    CM_FAULT_KEY_ID = 1U << 4,   /* the child's AKI names another key */
    CM_FAULT_EKU = 1U << 5,      /* not for TLS servers */
    CM_FAULT_CRITICAL = 1U << 6, /* a critical extension nobody processes */
    CM_FAULT_SIG_WEAK = 1U << 7,
    CM_FAULT_KEY_SMALL = 1U << 8,
    CM_FAULT_NAMES = 1U << 9,      /* its name constraints forbid one below */
    CM_FAULT_EXTENSION = 1U << 10, /* one that decides is malformed, or twice */
    CM_FAULT_POLICY = 1U << 11,    /* it demands a policy, and none is left */
    CM_FAULT_DEPTH = 1U << 12,     /* more intermediates than the user allows */
    CM_FAULT_KEY_ALG = 1U << 13,   /* its key is of a kind clients refuse */
    CM_FAULT_KEY_RARE = 1U << 14,  /* ... that some clients refuse */
    CM_FAULT_SIG_ALG = 1U << 15,   /* it names two signature algorithms */
    CM_FAULT_REMOVED = 1U << 16,   /* the view's distrust list has the root */
    CM_FAULT_TOO_NEW = 1U << 17,   /* ... for leaves as new as this one */
    CM_FAULT_FORM = 1U << 18,      /* written as TLS libraries do not read it */
};
#define CM_FAULTS 19
/* Some clients accept these: a path with them is weak but valid. */
#define CM_FAULTS_SOFT                                                         \
    ((unsigned)CM_FAULT_SIG_WEAK | CM_FAULT_KEY_SMALL | CM_FAULT_KEY_RARE)

/* Where a certificate stands. A root (an anchor, or self-signed) is a name and
 * a key: nobody checks its signature. */
enum cm_role { CM_ROLE_LEAF, CM_ROLE_ISSUER, CM_ROLE_ROOT };

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
    int64_t ends_unix;     /* the first of all to end, the leaf included */
    bool no_memory;        /* there was none: all of it is void */
};

struct cm_path_query {
    struct cm_cert *const *chain; /* as presented, the leaf first */
    size_t num_chain;             /* at least 1, chain[0]->parsed */
    const struct cm_trust *trust;
    const struct cm_policy *policy;
    int64_t at_unix;
};

/* cm_path_find leaves the best path in `out`: a valid one through what was
 * presented, else a valid one also through the pool, else the best of those
 * with faults: one that reaches an anchor, with the fewest faults, the fewest
 * missing certificates, the shortest; when none reaches an anchor, the best
 * that goes up as far as possible. There is always one, be it the leaf alone.
 */
void cm_path_find(struct cm_path *out, const struct cm_path_query *query);
/* Does it reach an anchor without anything that ordinary clients refuse in the
 * certificates above the leaf? */
bool cm_path_is_valid(const struct cm_path *path);

/* reach.c -- whether the names of issuers lead to an anchor: if they do not,
 * there is no valid path. True as well when there are too many to tell. */
bool cm_path_may_anchor(const struct cm_path_query *query, bool with_pool);

/* step.c -- the faults a certificate has wherever it stands in that role. */
unsigned cm_path_own_faults(const struct cm_cert *cert, enum cm_role role,
                            const struct cm_policy *policy, int64_t at_unix);
/* Those it has on top of this path, as its last step does not know of them. */
unsigned cm_path_place_faults(const struct cm_path *path,
                              const struct cm_cert *issuer,
                              const struct cm_policy *policy);
/* Do the name constraints of `ca` allow `cert` below it? If not, `why` gets a
 * phrase. */
bool cm_path_names_allowed(const struct cm_cert *ca, const struct cm_cert *cert,
                           bool is_leaf, struct cm_buf *why);
/* Those of an anchor in the view's distrust list. */
unsigned cm_path_distrust_faults(const struct cm_trust *trust,
                                 const struct cm_cert *root,
                                 const struct cm_cert *leaf);
/* A key too small by the policy? */
bool cm_path_key_small(const struct cm_cert *cert,
                       const struct cm_policy *policy);
bool cm_path_hash_weak(enum cm_hash_alg hash);
/* Both are there and differ. */
bool cm_path_key_ids_contradict(const struct cm_cert *child,
                                const struct cm_cert *issuer);
/* Its own issuer; also when nobody here can check a signature of that kind. */
bool cm_path_self_signed(const struct cm_trust *trust,
                         const struct cm_cert *cert);
/* Known extensions that clients take for unknown when they are critical. */
uint32_t cm_path_wrongly_critical(const struct cm_cert *cert);
/* Extensions that decide and cannot be read. */
uint32_t cm_path_bad_extensions(const struct cm_cert *cert);
/* What keeps libraries from reading a certificate, as bits. */
#define CM_ODD_VERSION 0x1U    /* not 1, 2 or 3 */
#define CM_ODD_EXTENSIONS 0x2U /* it has some, below version 3 */
#define CM_ODD_SERIAL 0x4U     /* not in its shortest form, as DER wants it */
#define CM_ODD_TIME 0x8U       /* see cm_cert.odd_time */
unsigned cm_path_odd_form(const struct cm_cert *cert);
/* Intermediates on the path that count against a limit: self-issued ones do
 * not (RFC 5280 section 4.2.1.9). */
int cm_path_intermediates(const struct cm_path *path);

/* keys.c -- a kind of key that not all clients support. */
struct cm_key_kind {
    const char *what;    /* "a key on the curve secp256k1" */
    const char *clients; /* who refuses it, as a clause */
    bool refused;        /* by all or most: makes the verdict */
    enum cm_severity severity;
};
/* NULL: all common clients support it. */
const struct cm_key_kind *cm_path_key_kind(const struct cm_cert *cert,
                                           bool is_leaf);

#endif
