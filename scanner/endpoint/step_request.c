/* One HTTP request over the connection whose handshake is complete. nginx and
 * IIS shake hands with everybody and refuse above TLS; others ask for the
 * client certificate only when they see the path.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "endpoint/http_answer.h"
#include "endpoint/steps.h"

#define MAX_REQUEST 1024U
#define CHUNK 2048U

static bool speaks_http(const struct cm_scan *scan)
{
    return strcmp(scan->endpoint.protocol, "tls") == 0;
}

bool cm_scan_wants_request(const struct cm_scan *scan)
{
    const struct cm_scan_config *config = scan->env->config;

    if (scan->tls == NULL || !cm_tls_is_open(scan->tls) || !speaks_http(scan)) {
        return false;
    }
    return config->http_check == CM_HTTP_CHECK_ALWAYS ||
           (config->http_check == CM_HTTP_CHECK_AUTO &&
            (scan->probe->client_auth != CM_CLIENT_AUTH_NONE ||
             scan->evidence->client.fault != CM_CLIENT_NONE));
}

static void write_request(struct cm_scan *scan)
{
    const struct cm_endpoint *ep = &scan->endpoint;
    bool v6 = ep->is_ip && ep->literal.family == 6;
    const char *host = ep->sni[0] != '\0' ? ep->sni : ep->host;

    cm_buf_init(&scan->request, MAX_REQUEST);
    (void)cm_buf_printf(&scan->request, "GET %s HTTP/1.1\r\nHost: %s%s%s",
                        ep->http_path[0] != '\0' ? ep->http_path : "/",
                        v6 && host == ep->host ? "[" : "", host,
                        v6 && host == ep->host ? "]" : "");
    if (ep->port != 443) {
        (void)cm_buf_printf(&scan->request, ":%u", (unsigned)ep->port);
    }
    (void)cm_buf_puts(&scan->request,
                      "\r\nUser-Agent: certmuster\r\nAccept: */*\r\n"
                      "Accept-Encoding: identity\r\n"
                      "Connection: close\r\n\r\n");
}

/* What counts of the answer; the rest of it is dropped. */
static bool keep(struct cm_scan *scan, bool ended)
{
    struct cm_probe *probe = scan->probe;
    struct cm_http_answer answer;
    bool enough = cm_http_answer_read(
        (struct cm_span){scan->answer.data, scan->answer.len}, ended, &answer);

    probe->http_status = answer.status;
    probe->http_substatus = answer.substatus;
    (void)snprintf(probe->http_reply, sizeof(probe->http_reply), "%s",
                   answer.reply);
    return enough;
}

static void over(struct cm_scan *scan)
{
    (void)keep(scan, true);
    if (scan->answer.len == 0 && cm_tls_was_reset(scan->tls)) {
        (void)snprintf(scan->probe->http_reply, sizeof(scan->probe->http_reply),
                       CM_HTTP_REPLY_RESET);
    }
    cm_tls_close_notify(scan->tls);
    scan->probe->total_ms =
        (uint32_t)(cm_loop_now_ms(scan->env->loop) - scan->round_since_ms);
    cm_scan_round_over(scan);
}

static void wait_for(struct cm_scan *scan, enum cm_io io)
{
    (void)cm_loop_interest(scan->env->loop, scan->watch,
                           io == CM_IO_WANT_WRITE ? CM_WRITABLE : CM_READABLE);
}

static void receive(struct cm_scan *scan)
{
    uint8_t bytes[CHUNK];
    enum cm_io io;
    size_t got;

    do {
        io = cm_tls_read(scan->tls, bytes, sizeof(bytes), &got);
        if (io == CM_IO_DONE && got > CM_HTTP_ANSWER_MAX - scan->answer.len) {
            got = CM_HTTP_ANSWER_MAX - scan->answer.len;
        }
        if (io == CM_IO_DONE && !cm_buf_append(&scan->answer, bytes, got)) {
            scan->out_of_memory = true;
            io = CM_IO_FAILED;
        }
    } while (io == CM_IO_DONE && !keep(scan, false));
    if (io == CM_IO_DONE || io == CM_IO_FAILED) {
        over(scan);
    } else {
        wait_for(scan, io);
    }
}

void cm_scan_request_ready(struct cm_scan *scan)
{
    enum cm_io io = CM_IO_DONE;

    if (!scan->request_sent) {
        io = cm_tls_write(
            scan->tls, (struct cm_span){scan->request.data, scan->request.len});
        scan->request_sent = io == CM_IO_DONE;
    }
    switch (io) {
    case CM_IO_DONE:
        receive(scan);
        break;
    case CM_IO_FAILED: /* whatever was said before is still to be read */
        scan->request_sent = true;
        receive(scan);
        break;
    case CM_IO_WANT_READ:
    case CM_IO_WANT_WRITE:
        wait_for(scan, io);
        break;
    }
}

void cm_step_request(struct cm_scan *scan)
{
    cm_buf_init(&scan->answer, CM_HTTP_ANSWER_MAX);
    scan->request_sent = false;
    cm_dial_no_delay(scan->fd); /* our Finished is hardly out */
    write_request(scan);
    if (scan->request.failed) {
        scan->out_of_memory = true;
        over(scan);
        return;
    }
    cm_scan_request_ready(scan);
}

void cm_step_request_timed_out(struct cm_scan *scan)
{
    over(scan);
}
