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
    CM_HTTP_REFUSED_ADDRESS, /* leads to an address or a port that is not
                                allowed */
    CM_HTTP_NO_NAME,         /* the name has no address */
    CM_HTTP_NO_CONNECTION,
    CM_HTTP_TIMEOUT,
    CM_HTTP_TOO_BIG,
    CM_HTTP_REDIRECTS, /* too many, or a circle, or not to http */
    CM_HTTP_MALFORMED, /* the answer is not HTTP/1.x, or was cut off */
    CM_HTTP_NO_MEMORY, /* our own fault: says nothing about the server */
    CM_HTTP_RESULT_COUNT
};
const char *cm_http_result_id(enum cm_http_result result);

/* Which addresses may be asked. Public ones always; each other kind has a bit.
 * An address that stands for an IPv4 one (mapped, 6to4, NAT64) is of the kind
 * of that one. */
#define CM_HTTP_PRIVATE 0x01U    /* RFC 1918, RFC 4193, RFC 6598 */
#define CM_HTTP_LOOPBACK 0x02U   /* 127.0.0.0/8, ::1 */
#define CM_HTTP_LINK_LOCAL 0x04U /* 169.254.0.0/16, fe80::/10 */
#define CM_HTTP_SPECIAL 0x08U    /* 0.0.0.0/8, multicast, documentation ... */
#define CM_HTTP_ANY_ADDRESS 0x0fU
/* The bit of an address; 0: public. */
unsigned cm_http_reach(const struct cm_address *address);

struct cm_http_answer { /* borrowed for the call */
    enum cm_http_result result;
    int status;          /* of the last answer, 0: none */
    struct cm_span body; /* empty unless CM_HTTP_OK */
    const char *detail;  /* a phrase for people, UTF-8; "" when all is well */
    uint32_t ms;
};
/* The answer's own exchange is over: others may be started from here, but the
 * client must not be freed. */
typedef void cm_http_fn(void *arg, const struct cm_http_answer *answer);

struct cm_http_request { /* borrowed for the call that starts it */
    const char *url;
    struct cm_span post;   /* empty: GET */
    const char *post_type; /* "application/ocsp-request" */
    size_t max_body;
    unsigned timeout_ms; /* for everything together */
    unsigned allow;      /* CM_HTTP_* bits: addresses that are not public */
};

struct cm_http; /* one loop's client */
/* NULL: no memory. */
struct cm_http *cm_http_new(struct cm_loop *loop, struct cm_resolver *resolver);
void cm_http_free(struct cm_http *http); /* pending ones end without a call */
/* Answers later, from the loop. False: no memory. */
bool cm_http_start(struct cm_http *http, const struct cm_http_request *request,
                   cm_http_fn *fn, void *arg);
unsigned cm_http_pending(const struct cm_http *http);

/* "host:port" of an http URL, lower case, to tell servers apart. False: it is
 * no URL that cm_http_start would ask; `out` is then "". */
#define CM_HTTP_SERVER_SIZE (CM_HOST_SIZE + 8)
bool cm_http_server(const char *url, char out[CM_HTTP_SERVER_SIZE]);

#endif
