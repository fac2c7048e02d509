/* The scan of one endpoint, from its name to the evidence: the only place that
 * combines resolver, dial and TLS. It judges nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_SCAN_H
#define CERTMUSTER_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "certmuster/endpoint.h"
#include "certmuster/evidence.h"
#include "net/dial.h"
#include "net/gate.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "tls/tls.h"

/* When an HTTP request follows the handshake. */
enum cm_http_check {
    CM_HTTP_CHECK_AUTO, /* where client certificates play a part */
    CM_HTTP_CHECK_ALWAYS,
    CM_HTTP_CHECK_NEVER,
};

/* A client certificate of the run: what is known of it, for the evidence, and
 * the certificate with its key when it can be sent. */
struct cm_scan_client {
    struct cm_client_evidence facts;
    struct cm_tls_identity *identity; /* NULL: it is not sent */
};

/* The same for all endpoints of a run; shared between threads, read-only. */
struct cm_scan_config {
    unsigned connect_timeout_ms; /* one attempt at one address */
    unsigned tls_timeout_ms;     /* hello to Finished; and to a STARTTLS */
    unsigned total_timeout_ms;   /* one endpoint, retries included */
    unsigned linger_ms;          /* for a verdict on our certificate */
    unsigned retries;            /* after time-outs and resets */
    int family;                  /* 4, 6, or 0 for both */
    bool all_addresses;          /* a handshake with each address */
    unsigned diagnose_probes;    /* hellos to find out why a handshake failed;
                                    0: none */
    unsigned inventory_probes;   /* hellos to find out all that an endpoint
                                    serves; 0: none */
    enum cm_http_check http_check;
    /* By the endpoint's number, less one; an entry is there before the first
     * endpoint that has its number. NULL: no endpoint has one. */
    const struct cm_scan_client *const *clients;
    bool test_injection;    /* of plain text behind STARTTLS */
    const char *proxy_host; /* NULL: connect directly */
    uint16_t proxy_port;
};

struct cm_certcache; /* parsed certificates; thread-safe */
struct cm_certcache *cm_certcache_new(void); /* NULL: no memory */
void cm_certcache_free(struct cm_certcache *cache);
/* A new reference, or NULL when there is no memory. */
struct cm_cert *cm_certcache_get(struct cm_certcache *cache,
                                 struct cm_span der);

struct cm_scan;
typedef void cm_scan_done_fn(void *arg, struct cm_scan *scan);

/* One worker's tools, borrowed by all of its scans. */
struct cm_scan_env {
    struct cm_loop *loop;
    struct cm_resolver *resolver;
    struct cm_tls_context *tls;
    struct cm_certcache *certs;
    const struct cm_scan_config *config;
    /* Called once for each scan, from the loop; it takes scan->evidence and
     * may start the same memory with another endpoint. */
    cm_scan_done_fn *done;
    void *done_arg;
    /* How many may be asked at once; NULL: no limit. A scan that has to wait
     * is parked: it holds no descriptor, and none of its times runs. It goes
     * on with cm_scan_resume, when its pass comes out of the lane or when the
     * scan says that it is `ready`. `park` may refuse unless it `must`. */
    struct cm_gate *gate;
    struct cm_gate_lane *lane;
    bool (*park)(void *arg, struct cm_scan *scan, bool must);
    void (*ready)(void *arg, struct cm_scan *scan);
    /* No descriptor, port or buffer is left for a connection to the family.
     * True: fewer will be under way from now on, and this one is parked until
     * there is room. NULL: it is tried again as it is. */
    bool (*crowded)(void *arg, int sys_errno, uint8_t family);
};

/* One endpoint under way. The owner may read endpoint, endpoint_id, evidence
 * and retried; the rest belongs to the steps. */
struct cm_scan {
    struct cm_endpoint endpoint;
    uint64_t endpoint_id;
    struct cm_evidence *evidence; /* owned */
    unsigned retried;
    bool out_of_memory; /* what evidence there is has gaps */

    const struct cm_scan_env *env;
    enum cm_phase phase;
    uint64_t phase_since_ms;
    struct cm_timer phase_timer;
    struct cm_timer total_timer;
    bool out_of_time; /* the total time is over: no retry, no next address */

    uint64_t dns_ticket;
    uint64_t dns_since_ms;
    struct cm_address targets[CM_MAX_ADDRESSES]; /* of the current round */
    unsigned num_targets;
    unsigned
        next_address;    /* into the DNS answer: where the next round begins */
    size_t round_probes; /* probes before the current round */
    uint64_t round_since_ms;
    unsigned tries; /* of the current round */
    bool retry_waits;
    int local_errno; /* why our own side could not connect, lately */
    struct cm_dial *dial;
    struct cm_gate_pass pass; /* the places at the addresses in use */
    bool parked;
    bool is_aside;           /* parked, to begin anew later */
    uint64_t aside_since_ms; /* the first time */
    uint64_t total_left_ms;

    struct cm_probe *probe; /* the one that connected, or cm_scan_way */
    int fd;
    cm_watch watch;
    struct cm_tls *tls;
    bool offered_alpn; /* in the handshake under way */
    bool alpn_refused; /* so the next one offers none */
    struct cm_buf proxy_answer;
    struct cm_starttls *starttls;
    struct cm_buf request; /* HTTP */
    struct cm_buf answer;
    bool request_sent;
    struct cm_inquiry *inquiry;     /* NULL: no further question is asked */
    struct cm_injecting *injecting; /* NULL: no injection is under way */
    bool injected;                  /* it was tried */
};

/* cm_scan_start begins; `scan` is zeroed or used memory of a finished scan. The
 * answer always comes later, from the loop. False: no memory, nothing began. */
bool cm_scan_start(struct cm_scan *scan, const struct cm_scan_env *env,
                   const struct cm_endpoint *endpoint, uint64_t endpoint_id);
/* cm_scan_resume lets a parked scan go on. */
void cm_scan_resume(struct cm_scan *scan);
/* cm_scan_cut_short ends a parked scan with what it saw, which goes to done.
 * False: it saw nothing, and is to be abandoned. */
bool cm_scan_cut_short(struct cm_scan *scan);
/* cm_scan_abandon releases everything without calling done. Fine on the zero
 * state and after done. */
void cm_scan_abandon(struct cm_scan *scan);

#endif
