/* A tunnel through a forward proxy: HTTP CONNECT (RFC 9110 section 9.3.6).
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "endpoint/steps.h"

#define MAX_ANSWER 8192U /* bytes of the proxy's header */

static void fail(struct cm_scan *scan, const char *why, int sys_errno)
{
    cm_scan_end_probe(scan, CM_END_PROXY, sys_errno);
    (void)snprintf(scan->probe->error, sizeof(scan->probe->error), "%s", why);
    cm_scan_round_over(scan);
}

/* "HTTP/1.1 200 Connection established": the status, or 0 if it is no HTTP. */
unsigned cm_proxy_status(const char *head)
{
    unsigned status = 0;
    const char *digit;

    if (strncmp(head, "HTTP/1.", 7) != 0) {
        return 0;
    }
    digit = strchr(head, ' ');
    for (int i = 0; digit != NULL && i < 3; i++) {
        digit++;
        if (*digit < '0' || *digit > '9') {
            return 0;
        }
        status = status * 10 + (unsigned)(*digit - '0');
    }
    return status;
}

static void answered(struct cm_scan *scan)
{
    const char *head = cm_buf_cstr(&scan->proxy_answer);
    unsigned status = cm_proxy_status(head);
    size_t line_len = strcspn(head, "\r\n");

    if (status >= 200 && status < 300) {
        cm_loop_unwatch(scan->env->loop, scan->watch);
        scan->watch = 0;
        cm_buf_cleanup(&scan->proxy_answer);
        cm_scan_enter(scan, cm_scan_opening(scan));
        return;
    }
    scan->probe->proxy_status = (uint16_t)status;
    cm_scan_end_probe(scan, CM_END_PROXY, 0);
    (void)snprintf(scan->probe->error, sizeof(scan->probe->error),
                   "the proxy answered \"%.*s\"",
                   (int)(line_len < 80 ? line_len : 80), head);
    cm_scan_round_over(scan);
}

/* Reads byte by byte up to the end of the header, so that nothing of the
 * server's own first bytes is taken from the TLS layer. */
static void on_ready(void *arg, unsigned ready)
{
    struct cm_scan *scan = arg;

    (void)ready;
    for (;;) {
        char byte;
        ssize_t got = recv(scan->fd, &byte, 1, MSG_DONTWAIT);

        if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        if (got <= 0) {
            fail(scan, "the proxy closed the connection", got < 0 ? errno : 0);
            return;
        }
        if (byte == '\0' || !cm_buf_putc(&scan->proxy_answer, byte)) {
            fail(scan, "the proxy's answer is no HTTP header", 0);
            return;
        }
        if (scan->proxy_answer.len >= 4 &&
            memcmp(scan->proxy_answer.data + scan->proxy_answer.len - 4,
                   "\r\n\r\n", 4) == 0) {
            answered(scan);
            return;
        }
    }
}

static void write_request(const struct cm_scan *scan, struct cm_buf *out)
{
    const struct cm_endpoint *ep = &scan->endpoint;
    bool v6 = ep->is_ip && ep->literal.family == 6;

    for (int i = 0; i < 2; i++) {
        (void)cm_buf_printf(out, "%s%s%s%s:%u%s",
                            i == 0 ? "CONNECT " : "Host: ", v6 ? "[" : "",
                            ep->host, v6 ? "]" : "", ep->port,
                            i == 0 ? " HTTP/1.1\r\n" : "\r\n\r\n");
    }
}

void cm_step_proxy(struct cm_scan *scan)
{
    struct cm_buf request;
    ssize_t sent = -1;

    cm_buf_init(&request, 2048);
    write_request(scan, &request);
    cm_buf_init(&scan->proxy_answer, MAX_ANSWER);
    if (!request.failed) {
        /* A fresh connection takes a few hundred bytes at once, or never. */
        sent = send(scan->fd, request.data, request.len,
                    MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    if (sent < 0 || (size_t)sent != request.len) {
        fail(scan, "the CONNECT request could not be sent", errno);
    } else if (cm_scan_watch(scan, on_ready) != CM_OK) {
        scan->out_of_memory = true;
        fail(scan, "no memory", ENOMEM);
    }
    cm_buf_cleanup(&request);
}
