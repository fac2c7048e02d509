/* Would a client accept the certificates? Private to measure/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_MEASURE_ACCEPT_H
#define CERTMUSTER_MEASURE_ACCEPT_H

#include "certmuster/judge.h"
#include "measure/profile.h"
#include "measure/said.h"
#include "measure/server.h"

/* What the client would have to say against a chain, the first thing that it
 * says first. */
struct cm_objection {
    bool any;
    enum cm_cause cause;
    enum cm_occasion occasion;
    const struct cm_finding *finding; /* borrowed; NULL: see `why` */
    const char *why;                  /* static */
    bool name_too; /* the name is wrong, and something else as well */
};

/* `alone`: the judgement with what was sent; `pooled`: with every issuer that
 * is known. Both are in the client's trust view. */
struct cm_accept_case {
    const struct cm_profile *profile;
    const struct cm_endpoint *ep;
    struct cm_shown shown;
    const struct cm_judgement *alone;
    const struct cm_judgement *pooled;
};
void cm_accept(struct cm_objection *out, const struct cm_accept_case *c);

#endif
