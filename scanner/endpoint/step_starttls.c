/* The dialogue that asks for TLS in another protocol.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include "endpoint/steps.h"
#include "starttls/starttls.h"

#define MAX_COMMAND 1024U
#define CHUNK 4096

static void keep_outcome(struct cm_scan *scan)
{
    struct cm_probe *probe = scan->probe;

    probe->starttls = cm_starttls_outcome(scan->starttls);
    (void)snprintf(probe->starttls_reply, sizeof(probe->starttls_reply), "%s",
                   cm_starttls_reply(scan->starttls));
}

static void stop_watching(struct cm_scan *scan)
{
    if (scan->watch != 0) {
        cm_loop_unwatch(scan->env->loop, scan->watch);
        scan->watch = 0;
    }
}

static void over(struct cm_scan *scan, enum cm_end end, int sys_errno)
{
    keep_outcome(scan);
    cm_scan_end_probe(scan, end, sys_errno);
    cm_scan_round_over(scan);
}

static void begin_tls(struct cm_scan *scan)
{
    keep_outcome(scan);
    stop_watching(scan);
    scan->probe->num_first_bytes = 0; /* what counts from here on is TLS */
    cm_scan_enter(scan, cm_scan_tls_phase(scan));
}

static void ended(struct cm_scan *scan, int sys_errno)
{
    bool timed_out = sys_errno == ETIMEDOUT;

    cm_starttls_ended(scan->starttls, timed_out);
    over(scan,
         timed_out        ? CM_END_TIMEOUT
         : sys_errno != 0 ? CM_END_RESET
                          : CM_END_CLOSED,
         sys_errno);
}

static void act(struct cm_scan *scan, enum cm_starttls_turn turn,
                const struct cm_buf *out)
{
    /* A command is a few hundred bytes: a connection takes it at once. */
    if (out->len > 0 &&
        send(scan->fd, out->data, out->len, MSG_NOSIGNAL | MSG_DONTWAIT) !=
            (ssize_t)out->len) {
        ended(scan, errno == ETIMEDOUT ? ECONNRESET : errno);
        return;
    }
    switch (turn) {
    case CM_STARTTLS_READ:
        break;
    case CM_STARTTLS_HELLO:
        begin_tls(scan);
        break;
    case CM_STARTTLS_OVER:
        over(scan, CM_END_STARTTLS, 0);
        break;
    }
}

static void keep_first_bytes(struct cm_probe *probe, struct cm_span bytes)
{
    while (bytes.len > 0 && probe->num_first_bytes < CM_FIRST_BYTES) {
        probe->first_bytes[probe->num_first_bytes++] = *bytes.data++;
        bytes.len--;
    }
}

static void on_ready(void *arg, unsigned ready)
{
    struct cm_scan *scan = arg;
    uint8_t bytes[CHUNK];
    enum cm_starttls_turn turn;
    struct cm_buf out;
    ssize_t got = recv(scan->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

    (void)ready;
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got <= 0) {
        ended(scan, got < 0 ? errno : 0);
        return;
    }
    cm_buf_init(&out, MAX_COMMAND);
    keep_first_bytes(scan->probe, (struct cm_span){bytes, (size_t)got});
    turn = cm_starttls_feed(scan->starttls,
                            (struct cm_span){bytes, (size_t)got}, &out);
    act(scan, turn, &out);
    cm_buf_cleanup(&out);
}

void cm_step_starttls(struct cm_scan *scan)
{
    const struct cm_endpoint *ep = &scan->endpoint;
    struct cm_buf out;

    scan->starttls = cm_starttls_new(ep->protocol, ep->is_ip ? "" : ep->host);
    if (scan->starttls == NULL || cm_scan_watch(scan, on_ready) != CM_OK) {
        scan->out_of_memory = true;
        scan->out_of_time = true;
        cm_scan_end_probe(scan, CM_END_SYSTEM, ENOMEM);
        cm_scan_round_over(scan);
        return;
    }
    if (scan->injecting != NULL) {
        cm_starttls_inject(scan->starttls);
    }
    cm_buf_init(&out, MAX_COMMAND);
    act(scan, cm_starttls_begin(scan->starttls, &out), &out);
    cm_buf_cleanup(&out);
}

/* A server that waits for us to speak first, in a protocol where it should, may
 * be one that speaks TLS from the first byte: nothing was sent yet, so the
 * handshake can be tried on the same connection. */
void cm_step_starttls_timed_out(struct cm_scan *scan)
{
    bool untouched = cm_starttls_untouched(scan->starttls);

    cm_starttls_ended(scan->starttls, true);
    if (untouched && !scan->out_of_time) {
        begin_tls(scan);
    } else {
        over(scan, CM_END_TIMEOUT, ETIMEDOUT);
    }
}
