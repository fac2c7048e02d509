/* What a client says when something is wrong, in its own words. Private to
 * measure/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_MEASURE_SAID_H
#define CERTMUSTER_MEASURE_SAID_H

#include "certmuster/cert.h"
#include "certmuster/endpoint.h"
#include "measure/profile.h"

/* The occasions: what clients tell apart, which is not what causes are. */
enum cm_occasion {
#define CM_OCCASION(sym) CM_SAID_##sym,
#include "measure/occasion.def"
#undef CM_OCCASION
    CM_SAID_COUNT
};

struct cm_saying {
    const struct cm_profile *profile;
    const struct cm_endpoint *ep;
    const struct cm_cert *leaf; /* may be NULL */
    int64_t at_unix;
};
/* The client's message with its placeholders filled in, the caller's. NULL
 * with *known false: what this client says is not known; with *known true:
 * there was no memory. */
char *cm_said(const struct cm_saying *saying, enum cm_occasion occasion,
              bool *known);

/* said_trust.c, said_tls.c -- the words themselves; NULL: not known. In them
 * {host}, {port}, {names} (of the certificate), {cn}, {now} and {not_before},
 * {not_after}. "; or: " stands between messages when it is one of them. */
const char *cm_words_trust(enum cm_occasion occasion, enum cm_family family);
const char *cm_words_tls(enum cm_occasion occasion, enum cm_family family);
/* Where older versions of the family said it otherwise; NULL: they did not. */
const char *cm_words_old(enum cm_occasion occasion, enum cm_family family);

#endif
