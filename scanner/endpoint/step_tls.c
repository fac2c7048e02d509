/* The handshake, and waiting for the verdict on our certificate.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "endpoint/steps.h"
#include "starttls/starttls.h"

#define ALERT_NO_PROTOCOL 120 /* RFC 7301 section 3.2 */

void cm_scan_take_chain(struct cm_scan *scan)
{
    struct cm_span spans[CM_MAX_CHAIN];
    struct cm_probe *probe = scan->probe;
    size_t num;

    if (scan->tls == NULL || probe->chain != NULL) {
        return;
    }
    num = cm_tls_chain(scan->tls, spans, CM_MAX_CHAIN, &probe->num_chain_sent);
    if (num == 0) {
        return;
    }
    probe->chain = calloc(num, sizeof(struct cm_cert *));
    if (probe->chain == NULL) {
        scan->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < num; i++) {
        struct cm_cert *cert = cm_certcache_get(scan->env->certs, spans[i]);

        if (cert == NULL) {
            scan->out_of_memory = true;
            return;
        }
        probe->chain[probe->num_chain++] = cert;
    }
}

/* no_application_protocol: a server that insists on another protocol than the
 * one it speaks. Whoever offers none may be let in, and few clients offer. */
static bool refuses_alpn(const struct cm_scan *scan)
{
    return scan->offered_alpn && scan->probe->end == CM_END_ALERT_RECEIVED &&
           scan->probe->alert_received.description == ALERT_NO_PROTOCOL;
}

static void over(struct cm_scan *scan)
{
    uint64_t now_ms = cm_loop_now_ms(scan->env->loop);

    scan->alpn_refused = scan->alpn_refused || refuses_alpn(scan);
    cm_scan_take_chain(scan);
    scan->probe->total_ms = (uint32_t)(now_ms - scan->round_since_ms);
    cm_scan_round_over(scan);
}

/* The handshake is complete, and what the server makes of it known. */
static void go_on(struct cm_scan *scan)
{
    if (cm_scan_wants_request(scan)) {
        cm_scan_take_chain(scan);
        cm_scan_enter(scan, CM_PHASE_REQUESTING);
        return;
    }
    cm_tls_close_notify(scan->tls);
    over(scan);
}

static void complete(struct cm_scan *scan)
{
    scan->probe->end = CM_END_COMPLETE;
    if (scan->injecting != NULL) {
        cm_scan_enter(scan, CM_PHASE_LINGERING);
        return;
    }
    if (cm_tls_must_linger(scan->tls)) {
        cm_scan_take_chain(scan);
        cm_scan_enter(scan, CM_PHASE_LINGERING);
        return;
    }
    go_on(scan);
}

static void drive(struct cm_scan *scan)
{
    enum cm_io io = cm_tls_handshake(scan->tls);
    unsigned interest = CM_READABLE;

    scan->probe->tls_ms =
        (uint32_t)(cm_loop_now_ms(scan->env->loop) - scan->phase_since_ms);
    switch (io) {
    case CM_IO_WANT_WRITE:
        interest = CM_WRITABLE;
        break;
    case CM_IO_WANT_READ:
        break;
    case CM_IO_DONE:
        complete(scan);
        return;
    case CM_IO_FAILED: /* a refused handshake is evidence, not an error */
        over(scan);
        return;
    }
    (void)cm_loop_interest(scan->env->loop, scan->watch, interest);
}

static void linger(struct cm_scan *scan)
{
    enum cm_io io;

    if (scan->injecting != NULL) {
        cm_scan_await_answer(scan);
        return;
    }
    io = cm_tls_linger(scan->tls);
    if (io == CM_IO_DONE || io == CM_IO_FAILED) {
        go_on(scan);
        return;
    }
    (void)cm_loop_interest(scan->env->loop, scan->watch,
                           io == CM_IO_WANT_WRITE ? CM_WRITABLE : CM_READABLE);
}

static void on_ready(void *arg, unsigned ready)
{
    struct cm_scan *scan = arg;

    (void)ready;
    if (scan->phase == CM_PHASE_REQUESTING) {
        cm_scan_request_ready(scan);
    } else if (scan->phase == CM_PHASE_LINGERING) {
        linger(scan);
    } else {
        drive(scan);
    }
}

/* After STARTTLS the protocol is known. False: no memory. */
static bool offer_alpn(struct cm_scan *scan)
{
    const char *name =
        scan->starttls != NULL ? cm_starttls_alpn(scan->starttls) : NULL;

    scan->offered_alpn = name != NULL && !scan->alpn_refused;
    return !scan->offered_alpn || cm_tls_offer_alpn(scan->tls, name);
}

void cm_step_handshake(struct cm_scan *scan)
{
    const char *sni = scan->endpoint.sni;
    const struct cm_scan_client *client = cm_scan_client(scan);

    scan->tls = cm_tls_new(scan->env->tls, scan->fd, sni, scan->probe);
    if (scan->tls == NULL || !offer_alpn(scan) ||
        (client != NULL && client->identity != NULL &&
         !cm_tls_present(scan->tls, client->identity)) ||
        cm_scan_watch(scan, on_ready) != CM_OK) {
        scan->out_of_memory = true;
        scan->out_of_time = true;
        cm_scan_end_probe(scan, CM_END_SYSTEM, ENOMEM);
        cm_scan_round_over(scan);
        return;
    }
    if (scan->starttls != NULL && cm_starttls_in_tds(scan->starttls)) {
        cm_tls_wrap_in_tds(scan->tls);
    }
    cm_tls_only_hello(scan->tls);
    if (scan->injecting == NULL) { /* else it is the server's turn */
        cm_tls_speak_on(scan->tls);
    }
    drive(scan);
}

void cm_step_linger(struct cm_scan *scan)
{
    linger(scan);
}

void cm_step_linger_timed_out(struct cm_scan *scan)
{
    scan->probe->client_auth = CM_CLIENT_AUTH_UNDETERMINED;
    if (scan->out_of_time || scan->injecting != NULL) {
        cm_tls_close_notify(scan->tls);
        cm_scan_round_over(scan);
        return;
    }
    go_on(scan); /* a request may bring the server to speak */
}
