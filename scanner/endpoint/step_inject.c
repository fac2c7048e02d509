/* One more connection, if the user wants it: STARTTLS with a command behind it
 * in the same segment. What the server does with it is noted in the probe that
 * the endpoint is judged by; the connection itself leaves no other trace.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "endpoint/steps.h"
#include "starttls/starttls.h"

#define MAX_ANSWER 4096U

struct cm_injecting {
    struct cm_probe way;
    struct cm_buf text; /* what came inside TLS */
};

bool cm_scan_must_inject(const struct cm_scan *scan)
{
    const struct cm_probe *probe = cm_evidence_main_probe(scan->evidence);

    return scan->env->config->test_injection && !scan->injected &&
           probe != NULL && probe->end == CM_END_COMPLETE &&
           probe->starttls == CM_STARTTLS_READY &&
           cm_starttls_can_inject(scan->endpoint.protocol);
}

/* To the address that the endpoint is judged by. */
void cm_scan_inject(struct cm_scan *scan)
{
    scan->injected = true;
    scan->injecting = calloc(1, sizeof(*scan->injecting));
    if (scan->injecting == NULL) {
        scan->out_of_memory = true;
        cm_scan_round_over(scan);
        return;
    }
    cm_buf_init(&scan->injecting->text, MAX_ANSWER);
    scan->targets[0] = cm_evidence_main_probe(scan->evidence)->address;
    scan->num_targets = 1;
    scan->round_probes = scan->evidence->num_probes;
    scan->tries = 0;
    cm_scan_enter(scan, CM_PHASE_CONNECTING);
}

struct cm_probe *cm_scan_injection_way(struct cm_scan *scan)
{
    cm_probe_cleanup(&scan->injecting->way);
    return &scan->injecting->way;
}

void cm_scan_stop_injecting(struct cm_scan *scan)
{
    if (scan->injecting != NULL) {
        cm_probe_cleanup(&scan->injecting->way);
        cm_buf_cleanup(&scan->injecting->text);
        free(scan->injecting);
        scan->injecting = NULL;
        scan->probe = NULL;
    }
}

static void note(struct cm_scan *scan)
{
    struct cm_evidence *ev = scan->evidence;
    const struct cm_probe *judged = cm_evidence_main_probe(ev);
    struct cm_probe *probe = &ev->probes[judged - ev->probes];

    probe->starttls = cm_starttls_outcome(scan->starttls);
    (void)snprintf(probe->starttls_reply, sizeof(probe->starttls_reply), "%s",
                   cm_starttls_reply(scan->starttls));
}

/* Servers that do it right wait for us now, in silence. */
void cm_scan_await_answer(struct cm_scan *scan)
{
    struct cm_buf *text = &scan->injecting->text;
    enum cm_io io;

    do {
        uint8_t bytes[512];
        size_t got = 0;

        io = cm_tls_read(scan->tls, bytes, sizeof(bytes), &got);
        if (io == CM_IO_DONE) {
            (void)cm_buf_append(text, bytes, got);
        }
    } while (io == CM_IO_DONE && !text->failed);
    if (cm_starttls_injected(scan->starttls,
                             (struct cm_span){text->data, text->len})) {
        note(scan);
    } else if (io != CM_IO_FAILED && !text->failed) {
        (void)cm_loop_interest(scan->env->loop, scan->watch,
                               io == CM_IO_WANT_WRITE ? CM_WRITABLE
                                                      : CM_READABLE);
        return;
    }
    cm_tls_close_notify(scan->tls);
    cm_scan_round_over(scan);
}
