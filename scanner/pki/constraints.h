/* Name constraints (RFC 5280 section 4.2.1.10) and certificate policies
 * (sections 6.1.2 to 6.1.5, as amended by RFC 9618) of a path. Pure.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_CONSTRAINTS_H
#define CERTMUSTER_CONSTRAINTS_H

#include "certmuster/buf.h"
#include "certmuster/cert.h"
#include "certmuster/status.h"

enum cm_constraint {
    CM_CONSTRAINT_OK,
    CM_CONSTRAINT_EXCLUDED,      /* a name is inside an excluded subtree */
    CM_CONSTRAINT_NOT_PERMITTED, /* a name is in no permitted subtree */
    CM_CONSTRAINT_UNREADABLE,    /* the constraint, or a name, is malformed, of
                                    an unknown kind, or there are too many */
};

/* cm_constraint_check compares the names of `cert` (subject and
 * subjectAltName) with the constraints of `ca`, which stands above it. A `ca`
 * without constraints is CM_CONSTRAINT_OK. `is_leaf` is false for an
 * intermediate: a self-issued intermediate is exempt (section 6.1.3 (b), (c)).
 * `host_in_cn` also compares a leaf's CN that looks like a DNS name, as clients
 * that still match the CN do, when there is no dNSName.
 *
 * A constraint that cannot be understood is unreadable whatever the names are,
 * as for Go and Chrome; a name only when its kind is constrained. A wildcard
 * name is excluded when one name it stands for is, and permitted when all are.
 * On anything else than OK `why` (never NULL) gets the name and the subtree as
 * one phrase for people, at most CM_CONSTRAINT_WHY_MAX bytes of foreign UTF-8;
 * why->failed with CM_CONSTRAINT_UNREADABLE also tells of missing memory. The
 * work is bounded. */
#define CM_CONSTRAINT_WHY_MAX 2000U
enum cm_constraint cm_constraint_check(const struct cm_cert *ca,
                                       const struct cm_cert *cert, bool is_leaf,
                                       bool host_in_cn, struct cm_buf *why);

/* What clients accept in the constraints of `ca` although RFC 5280 does not
 * allow it, as static text; NULL: nothing, or none are readable. */
const char *cm_constraint_lax(const struct cm_cert *ca);

/* cm_policy_path_valid runs policy processing over a path, leaf first, anchor
 * last (the anchor's own policies do not count), with any-policy as the
 * initial set. False: a certificate demands an explicit policy and none is
 * left, or a policy extension is malformed; *at gets the index of the
 * certificate that demands it, `why` a phrase. Bounded work: what needs more
 * is refused. */
bool cm_policy_path_valid(struct cm_cert *const *path, size_t num, size_t *at,
                          struct cm_buf *why);

#endif
