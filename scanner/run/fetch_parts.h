/* The parts of fetching. Private to wants.c, fetch.c, fetch_queue.c and
 * fetch_take.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_FETCH_PARTS_H
#define CERTMUSTER_RUN_FETCH_PARTS_H

#include "certmuster/map.h"
#include "net/http.h"
#include "run/fetch.h"

/* wants.c -- URLs that are alternatives of each other: one that gives
 * something is enough. */
struct want_item {
    enum cm_want_kind kind;
    unsigned allow;               /* CM_HTTP_* of the endpoints that want it */
    struct cm_cert *cert;         /* owned references; OCSP only */
    struct cm_cert *issuer;       /* OCSP only */
    char *urls[CM_CERT_MAX_URLS]; /* owned; as in the certificate */
    size_t num_urls;
};

struct cm_wants {
    struct want_item **items; /* owned, in order of addition */
    size_t num_items;
    size_t cap;
    struct cm_map *by_key; /* borrows the items */
};

/* A server, as far as this run has met it. */
struct fetch_host {
    struct fetch_host *next; /* in the queue's list of hosts that may go on */
    bool listed;
    unsigned in_flight;
    unsigned silent; /* times in a row that it did not answer */
    enum cm_http_result last_silence;
    struct download *first; /* waiting */
    struct download *last;
};

/* What became of a URL. */
struct fetch_outcome {
    bool usable;
    bool refused; /* for its address, with `allow` */
    unsigned allow;
};

struct download {
    struct download *next; /* of its host */
    struct fetch_round *round;
    const struct want_item *item;
    const char *url; /* the item's */
    unsigned allow;
    struct fetch_host *host;
    struct cm_buf key;        /* kind, URL, and whom it is about */
    struct cm_certset *certs; /* owned: what an issuer URL gave; NULL: none */
};

struct cm_fetch {
    struct cm_loop *loop;
    struct cm_resolver *resolver;
    struct cm_fetch_config config;
    struct cm_map *tried; /* key to struct fetch_outcome; owns them */
    struct cm_map *hosts; /* "name:port" to struct fetch_host; owns them */
    size_t issuer_bytes;  /* of what was taken in this run */
    size_t list_bytes;
};

/* One call of cm_fetch_round. */
struct fetch_round {
    struct cm_fetch *fetch;
    const struct cm_fetch_target *target;
    const _Atomic bool *stop;
    struct cm_http *http;
    struct fetch_host *ready; /* hosts with downloads that may start */
    struct fetch_host *ready_last;
    unsigned in_flight;
    bool news;
    enum cm_status status; /* the first failure of our own */
    struct cm_error *err;
};

/* fetch_queue.c -- downloads everything, several at once, few from each
 * server. Ends early when the round fails or is stopped. */
void fetch_run(struct fetch_round *round, struct download *const *downloads,
               size_t num);

/* fetch_take.c -- what an answer is good for. It goes into the revocation set,
 * or into download->certs, and to the store. */
void fetch_take(struct download *download, const struct cm_http_answer *answer);
/* An OCSP request, or nothing for the other kinds. False: no memory. */
bool fetch_request(const struct download *download, struct cm_buf *post);
/* Notes a failure of our own. */
void fetch_fail(struct fetch_round *round, enum cm_status status,
                const char *what);

#endif
