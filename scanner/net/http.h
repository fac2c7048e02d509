/* HTTP/1.1 GET and POST over TCP, in the loop, for what certificates point to
 * (AIA, CRL, OCSP). The URLs and the answers are hostile: http only, every
 * length and time is bounded, and addresses inside our own network are refused
 * unless allowed, also after a redirect and whatever the name resolved to.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_HTTP_H
#define CERTMUSTER_HTTP_H

#include "certmuster/buf.h"
#include "net/loop.h"
#include "net/resolver.h"

#define CM_HTTP_MAX_URL 2048
#define CM_HTTP_MAX_REDIRECTS 5
#define CM_HTTP_MAX_HEADERS 16384

enum cm_http_result {
    CM_HTTP_OK,              /* a body with status 200 */
    CM_HTTP_STATUS,          /* another status */
    CM_HTTP_BAD_URL,         /* no http URL, or too long */
    CM_HTTP_REFUSED_ADDRESS, /* leads to an address that is not allowed */
    CM_HTTP_NO_NAME,         /* the name has no address */
    CM_HTTP_NO_CONNECTION,
    CM_HTTP_TIMEOUT,
    CM_HTTP_TOO_BIG,
    CM_HTTP_REDIRECTS, /* too many, or a circle, or not to http */
    CM_HTTP_MALFORMED, /* the answer is not HTTP/1.x, or was cut off */
    CM_HTTP_RESULT_COUNT
};
const char *cm_http_result_id(enum cm_http_result result);

struct cm_http_answer { /* borrowed for the call */
    enum cm_http_result result;
    int status;          /* of the last answer, 0: none */
    struct cm_span body; /* empty unless CM_HTTP_OK */
    const char *detail;  /* a phrase for people */
    uint32_t ms;
};
typedef void cm_http_fn(void *arg, const struct cm_http_answer *answer);

struct cm_http_request { /* borrowed for the call that starts it */
    const char *url;
    struct cm_span post;   /* empty: GET */
    const char *post_type; /* "application/ocsp-request" */
    size_t max_body;
    unsigned timeout_ms; /* for everything together */
    bool allow_private;  /* RFC 1918 and the like */
    bool allow_special;  /* loopback and link-local */
};

struct cm_http; /* one loop's client */
struct cm_http *cm_http_new(struct cm_loop *loop, struct cm_resolver *resolver);
void cm_http_free(struct cm_http *http); /* pending ones end without a call */
/* Answers later, from the loop. False: no memory. */
bool cm_http_start(struct cm_http *http, const struct cm_http_request *request,
                   cm_http_fn *fn, void *arg);
unsigned cm_http_pending(const struct cm_http *http);

#endif
