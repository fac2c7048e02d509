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

struct cm_certset; /* scanner/pki/certset.h */
struct cm_sigmemo; /* scanner/pki/sig.h */

/* A trust view: what a client of this kind trusts, and what may complete a
 * chain without being trusted. Borrowed; none may change while judging. */
struct cm_trust {
    const char *name; /* "system" */
    const struct cm_certset *anchors;
    const struct cm_certset *pool; /* intermediates; may be NULL */
    struct cm_sigmemo *memo;       /* thread-safe; may be NULL */
};

/* What counts as bad. cm_policy_default fills in the documented values. */
struct cm_policy {
    int expires_soon_days;     /* 0: max(7, a third of the lifetime) */
    unsigned min_rsa_bits;     /* 2048 */
    unsigned min_ec_bits;      /* 224 */
    bool special_addresses_ok; /* names may lead to loopback (labs) */
    bool cloud_clients;        /* private addresses are out of clients' reach */
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

struct cm_judgement {
    enum cm_verdict verdict;
    int primary;                 /* index into findings; -1: none */
    struct cm_finding *findings; /* owned; by rank, the primary one first */
    size_t num_findings;
    struct cm_cert **path; /* owned references: leaf first, anchor last when
                              one was reached; the path that was judged */
    size_t num_path;
};

/* cm_judge fills `out`, which the caller cleans up with cm_judgement_cleanup
 * whatever is returned. Only memory can fail. `at_unix` is the time judged
 * for. */
enum cm_status cm_judge(struct cm_judgement *out, const struct cm_endpoint *ep,
                        const struct cm_evidence *ev,
                        const struct cm_trust *trust,
                        const struct cm_policy *policy, int64_t at_unix);
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
