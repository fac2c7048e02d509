/* Deciding what is wrong from what was seen. Pure: no I/O, no clock, no
 * globals; the same evidence, trust, policy and time always give the same
 * judgement.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_JUDGE_H
#define CERTMUSTER_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/cause.h"
#include "certmuster/endpoint.h"
#include "certmuster/evidence.h"
#include "certmuster/status.h"

struct cm_certset;    /* scanner/pki/pki.h */
struct cm_sigmemo;    /* scanner/pki/pki.h */
struct cm_distrust;   /* scanner/pki/distrust.h */
struct cm_revocation; /* scanner/pki/revocation.h */
struct cm_fleet;      /* scanner/judge/fleet.h */
struct cm_chainmemo;

/* A trust view: what a client of this kind trusts, and what may complete a
 * chain without being trusted. Borrowed; none may change while judging. */
struct cm_trust {
    const char *name; /* "system" */
    const struct cm_certset *anchors;
    const struct cm_certset *pool;          /* intermediates; may be NULL */
    struct cm_sigmemo *memo;                /* thread-safe; may be NULL */
    const struct cm_distrust *distrust;     /* of this view; may be NULL */
    const struct cm_revocation *revocation; /* may be NULL */
    const struct cm_fleet *fleet;           /* may be NULL */
    /* All views of the run, this one included; num_views 0: only this one. */
    const struct cm_trust *views;
    size_t num_views;
    /* Thread-safe; may be NULL. A memo is for one array of views, whose names,
     * anchors and distrust lists stay as they are; the pool and the revocation
     * information may grow between judgements. */
    struct cm_chainmemo *chains;
};

/* chainmemo.c -- what judgements of the same certificates have in common, kept
 * within bounds. Judgements are the same with and without. */
struct cm_chainmemo *cm_chainmemo_new(void);       /* NULL: no memory */
void cm_chainmemo_free(struct cm_chainmemo *memo); /* accepts NULL */

/* Which sources of revocation information the user asked for. What is there
 * already (a staple, a --crl file) is judged in any case. */
#define CM_REVOCATION_CRL 0x01U
#define CM_REVOCATION_OCSP 0x02U

/* What counts as bad. cm_policy_default fills in the documented values. */
struct cm_policy {
    int expires_soon_days;     /* 0: max(7, a third of the lifetime) */
    unsigned min_rsa_bits;     /* 2048 */
    unsigned min_ec_bits;      /* 224 */
    bool special_addresses_ok; /* names may lead to loopback (labs) */
    bool cloud_clients;        /* private addresses are out of clients' reach */
    unsigned revocation;       /* CM_REVOCATION_* */
    bool crl_demanded; /* lists at hand that cannot be used make the verdict, as
                          for clients that were given them to check by */
    bool pool_at_hand; /* clients have the pool's certificates: a chain
                          that needs them is complete */
    int max_depth;     /* intermediates allowed on a path, self-issued ones not
                          counted; -1: no limit but ours */
    bool strict;       /* what breaks RFC 5280 or the CA/Browser Forum's profile
                          makes the verdict too */
};
void cm_policy_default(struct cm_policy *policy);

enum cm_confidence { CM_CERTAIN, CM_PROBABLE };
const char *cm_confidence_id(enum cm_confidence confidence);

/* One cause that holds, with its proof. Texts are UTF-8 but otherwise foreign:
 * escape before showing. */
struct cm_finding {
    enum cm_cause cause;
    enum cm_severity severity;
    enum cm_confidence confidence;
    enum cm_resolution resolution;
    bool blocks;      /* makes the verdict when it is the primary finding */
    char *proof;      /* owned: what was seen, one or two sentences */
    const char *rule; /* static: "RFC 5280 section 4.1.2.5", or "" */
    struct cm_cert
        *cert;         /* owned reference: the certificate at fault, or NULL */
    int position;      /* in the presented chain; -1: not presented */
    char *subject_key; /* owned: same resolution + same key = same action */
    char *subject;     /* owned: the action's subject for people */
};

/* What is known of whether a certificate is revoked. */
enum cm_revocation_result {
    CM_REVOCATION_NOT_CHECKED,
    CM_REVOCATION_GOOD,
    CM_REVOCATION_REVOKED,
    CM_REVOCATION_UNKNOWN,     /* a source answered, but not for it */
    CM_REVOCATION_UNREACHABLE, /* no source answered */
    CM_REVOCATION_RESULT_COUNT
};
const char *cm_revocation_result_id(enum cm_revocation_result result);
struct cm_revocation_status {
    enum cm_revocation_result result;
    const char *source;   /* static: "staple", "ocsp", "crl", "" */
    int64_t this_update;  /* of the source's answer; 0: none */
    int64_t next_update;  /* 0: none */
    int64_t revoked_unix; /* 0: not revoked */
    int reason;           /* RFC 5280 section 5.3.1; -1: none given */
};

/* The verdict in one trust view. */
struct cm_view_verdict {
    const char *view; /* borrowed from the trust view */
    enum cm_verdict verdict;
    int primary; /* enum cm_cause; -1: none */
};

/* Something outside of the evidence that could change the judgement. */
enum cm_want_kind {
    CM_WANT_ISSUER, /* the certificate that issued `cert` (its caIssuers) */
    CM_WANT_CRL,    /* a revocation list for `cert` (its CRL points) */
    CM_WANT_OCSP,   /* an OCSP response for `cert`, issued by `issuer` */
};
struct cm_want {
    enum cm_want_kind kind;
    struct cm_cert *cert;   /* owned reference */
    struct cm_cert *issuer; /* owned reference; NULL for CM_WANT_ISSUER */
};

struct cm_judgement {
    enum cm_verdict verdict;
    int primary;                 /* index into findings; -1: none */
    struct cm_finding *findings; /* owned; by rank, the primary one first */
    size_t num_findings;
    struct cm_cert **path; /* owned references: leaf first, anchor last when
                              one was reached; the path that was judged */
    size_t num_path;
    bool path_valid; /* that path reaches an anchor, complete or not as
                        presented, and ordinary clients in this trust view
                        refuse nothing above the leaf; the leaf's own time,
                        names and make do not count */
    /* What would still make the verdict when the primary finding is fixed. */
    enum cm_cause *remaining; /* owned; by rank */
    size_t num_remaining;
    struct cm_revocation_status revocation; /* of the leaf */
    struct cm_view_verdict *views; /* owned; one for each view, in their order;
                                      only cm_judge_views fills it */
    size_t num_views;
    struct cm_want *wants; /* owned */
    size_t num_wants;
};

/* cm_judge fills `out`, which the caller cleans up with cm_judgement_cleanup
 * whatever is returned. Only memory can fail. `at_unix` is the time judged
 * for. */
enum cm_status cm_judge(struct cm_judgement *out, const struct cm_endpoint *ep,
                        const struct cm_evidence *ev,
                        const struct cm_trust *trust,
                        const struct cm_policy *policy, int64_t at_unix);
/* cm_judge_views judges in each of `views` (cm_trust.views of each must be the
 * same array); `out` is the judgement in views[headline], with the verdicts of
 * all, and with a finding for what only other views lack. */
enum cm_status cm_judge_views(struct cm_judgement *out,
                              const struct cm_endpoint *ep,
                              const struct cm_evidence *ev,
                              const struct cm_trust *views, size_t num_views,
                              size_t headline, const struct cm_policy *policy,
                              int64_t at_unix);
/* cm_judge_row judges a row that never became an endpoint (invalid), or was
 * never reached (pass CM_CAUSE_NOT_SCANNED as `cause`). */
enum cm_status cm_judge_row(struct cm_judgement *out, const struct cm_row *row,
                            enum cm_cause cause);
void cm_judgement_cleanup(struct cm_judgement *judgement); /* zero is fine */

/* The stable key of an action: 16 hex digits of its resolution and subject. */
#define CM_ACTION_KEY_SIZE 17
const char *cm_action_key(enum cm_resolution resolution,
                          const char *subject_key,
                          char out[CM_ACTION_KEY_SIZE]);

#endif
