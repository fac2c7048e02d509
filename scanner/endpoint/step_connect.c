/* Connecting: one round over its addresses; a probe for each attempt that
 * failed and for the one that won.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "endpoint/steps.h"
#include "starttls/starttls.h"

static struct cm_probe *add_probe(struct cm_scan *scan,
                                  const struct cm_dial_attempt *attempt)
{
    struct cm_probe *probe = scan->inquiry != NULL ? cm_scan_way(scan)
                             : scan->injecting != NULL
                                 ? cm_scan_injection_way(scan)
                                 : cm_evidence_add_probe(scan->evidence);

    if (probe == NULL) {
        scan->out_of_memory = true;
        return NULL;
    }
    probe->address = attempt->address;
    probe->reached = CM_PHASE_CONNECTING;
    probe->end = attempt->end;
    probe->sys_errno = attempt->sys_errno;
    probe->tries = scan->tries;
    probe->connect_ms = attempt->ms;
    probe->total_ms = attempt->ms;
    return probe;
}

/* Through a proxy a failed connection is the proxy's, and the address is not
 * the endpoint's. */
static void blame_proxy(const struct cm_scan *scan, struct cm_probe *probe)
{
    if (scan->env->config->proxy_host == NULL) {
        return;
    }
    (void)snprintf(probe->error, sizeof(probe->error),
                   "the proxy does not answer: %s",
                   probe->sys_errno == 0 ? "timed out"
                                         : strerrordesc_np(probe->sys_errno));
    probe->end = CM_END_PROXY;
}

static void keep_failures(struct cm_scan *scan,
                          const struct cm_dial_result *result)
{
    for (size_t i = 0; i < result->num_attempts; i++) {
        const struct cm_dial_attempt *attempt = &result->attempts[i];
        struct cm_probe *probe;

        if (attempt->end == CM_END_NONE || attempt->end == CM_END_COMPLETE) {
            continue;
        }
        probe = add_probe(scan, attempt);
        if (probe != NULL) {
            blame_proxy(scan, probe);
        }
    }
}

static void dialled(void *arg, const struct cm_dial_result *result)
{
    struct cm_scan *scan = arg;

    scan->dial = NULL;
    scan->local_errno = result->local_errno;
    /* A fault of our own says nothing about the endpoint. */
    if (result->local_errno == 0) {
        keep_failures(scan, result);
    }
    if (result->fd < 0) {
        if (result->local_errno == 0 || !cm_scan_make_way(scan)) {
            cm_scan_round_over(scan);
        }
        return;
    }
    scan->fd = result->fd;
    scan->watch = result->watch;
    scan->probe = add_probe(scan, &result->attempts[result->winner]);
    if (scan->probe == NULL) {
        scan->out_of_time = true; /* no memory: do not try again */
        cm_scan_round_over(scan);
        return;
    }
    scan->probe->end = CM_END_NONE;
    if (scan->env->gate != NULL) {
        cm_gate_keep(scan->env->gate, &scan->pass, &scan->probe->address,
                     cm_loop_now_ms(scan->env->loop));
    }
    cm_scan_enter(scan, scan->env->config->proxy_host != NULL
                            ? CM_PHASE_PROXYING
                            : cm_scan_opening(scan));
}

void cm_step_connect(struct cm_scan *scan)
{
    if (cm_scan_may_connect(scan)) {
        cm_scan_connect(scan);
    }
}

/* A CONNECT request, or a hello. Before STARTTLS many servers greet. */
static bool speaks_first(const struct cm_scan *scan)
{
    return scan->env->config->proxy_host != NULL ||
           !cm_starttls_known(scan->endpoint.protocol);
}

void cm_scan_connect(struct cm_scan *scan)
{
    scan->tries++;
    scan->round_since_ms = cm_loop_now_ms(scan->env->loop);
    scan->dial =
        cm_dial_start(scan->env->loop, scan->targets, scan->num_targets,
                      scan->env->config->connect_timeout_ms, dialled, scan);
    if (scan->dial == NULL) {
        scan->out_of_memory = true;
        cm_scan_enter(scan, CM_PHASE_RECORDED);
        return;
    }
    if (speaks_first(scan)) {
        cm_dial_speak_first(scan->dial);
    }
    if (scan->env->gate != NULL) {
        cm_dial_limit(scan->dial, scan->pass.max_open);
    }
}

/* The whole time is over while attempts are still under way. */
static void give_up_dialling(struct cm_scan *scan)
{
    struct cm_dial_attempt attempt = {
        .address = scan->targets[0],
        .end = scan->local_errno != 0 ? CM_END_SYSTEM : CM_END_TIMEOUT,
        .sys_errno = scan->local_errno != 0 ? scan->local_errno : ETIMEDOUT,
        .ms =
            (uint32_t)(cm_loop_now_ms(scan->env->loop) - scan->round_since_ms),
    };
    struct cm_probe *probe;

    if (scan->dial != NULL) {
        cm_dial_cancel(scan->dial);
        scan->dial = NULL;
    }
    if (scan->evidence->num_probes == scan->round_probes) {
        probe = add_probe(scan, &attempt);
        if (probe != NULL) {
            blame_proxy(scan, probe);
        }
    }
    cm_scan_round_over(scan);
}

static void give_up_resolving(struct cm_scan *scan)
{
    cm_resolver_cancel(scan->env->resolver, scan->dns_ticket);
    scan->dns_ticket = 0;
    scan->evidence->dns.result = CM_DNS_TIMEOUT;
    scan->evidence->dns.ms =
        (uint32_t)(cm_loop_now_ms(scan->env->loop) - scan->dns_since_ms);
    cm_scan_enter(scan, CM_PHASE_RECORDED);
}

void cm_scan_end_probe(struct cm_scan *scan, enum cm_end end, int sys_errno)
{
    uint64_t now_ms = cm_loop_now_ms(scan->env->loop);

    scan->probe->end = end;
    scan->probe->sys_errno = sys_errno;
    scan->probe->total_ms = (uint32_t)(now_ms - scan->round_since_ms);
}

void cm_step_timed_out(struct cm_scan *scan)
{
    uint64_t now_ms = cm_loop_now_ms(scan->env->loop);

    switch (scan->phase) {
    case CM_PHASE_RESOLVING:
        give_up_resolving(scan);
        break;
    case CM_PHASE_CONNECTING:
        give_up_dialling(scan);
        break;
    case CM_PHASE_PROXYING:
        cm_scan_end_probe(scan, CM_END_PROXY, ETIMEDOUT);
        (void)snprintf(scan->probe->error, sizeof(scan->probe->error),
                       "the proxy did not answer the CONNECT request");
        cm_scan_round_over(scan);
        break;
    case CM_PHASE_HANDSHAKING:
        cm_scan_take_chain(scan);
        scan->probe->tls_ms = (uint32_t)(now_ms - scan->phase_since_ms);
        cm_scan_end_probe(scan, CM_END_TIMEOUT, ETIMEDOUT);
        cm_scan_round_over(scan);
        break;
    case CM_PHASE_LINGERING: /* the handshake is complete: not a failure */
        cm_step_linger_timed_out(scan);
        break;
    case CM_PHASE_REQUESTING: /* nor is an answer that never came */
        cm_step_request_timed_out(scan);
        break;
    case CM_PHASE_QUEUED:
        cm_scan_enter(scan, CM_PHASE_RESOLVING);
        break;
    case CM_PHASE_STARTTLS:
        cm_step_starttls_timed_out(scan);
        break;
    case CM_PHASE_ASKING:
        cm_step_ask_timed_out(scan);
        break;
    case CM_PHASE_RECORDED:
    case CM_PHASE_COUNT:
        cm_assert(false);
    }
}
