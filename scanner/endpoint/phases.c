/* The life of one endpoint. Each phase either waits for an event of the loop or
 * moves on; every way ends in RECORDED, so each endpoint gives one result.
 *
 *   queued > resolving > connecting > (proxying) > (starttls) > handshaking >
 *   (lingering) > (requesting) > (asking)
 *                ^ next addresses, retry, next question: back to connecting
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "endpoint/steps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certmuster/status.h"
#include "starttls/starttls.h"

#define RETRY_DELAY_MS 400U /* doubled with each further try */
#define TO(phase) (1U << CM_PHASE_##phase)

static unsigned no_budget(const struct cm_scan_config *config)
{
    (void)config;
    return 0; /* something else keeps the time: resolver, dial, or nobody */
}

static unsigned tls_budget(const struct cm_scan_config *config)
{
    return config->tls_timeout_ms;
}

static unsigned proxy_budget(const struct cm_scan_config *config)
{
    return config->connect_timeout_ms;
}

static unsigned linger_budget(const struct cm_scan_config *config)
{
    return config->linger_ms;
}

/* A question is the smaller part of a handshake, and there may be several. */
static unsigned ask_budget(const struct cm_scan_config *config)
{
    return config->tls_timeout_ms / 2 + 1;
}

static const struct phase_rule {
    void (*step)(struct cm_scan *scan);
    unsigned (*budget_ms)(const struct cm_scan_config *config);
    unsigned successors; /* every phase that may follow */
} rules[CM_PHASE_COUNT] = {
    [CM_PHASE_QUEUED] = {NULL, no_budget, TO(RESOLVING)},
    [CM_PHASE_RESOLVING] = {cm_step_resolve, no_budget,
                            TO(CONNECTING) | TO(RECORDED)},
    [CM_PHASE_CONNECTING] = {cm_step_connect, no_budget,
                             TO(CONNECTING) | TO(PROXYING) | TO(STARTTLS) |
                                 TO(HANDSHAKING) | TO(ASKING) | TO(RECORDED)},
    [CM_PHASE_PROXYING] = {cm_step_proxy, proxy_budget,
                           TO(CONNECTING) | TO(STARTTLS) | TO(HANDSHAKING) |
                               TO(ASKING) | TO(RECORDED)},
    [CM_PHASE_STARTTLS] = {cm_step_starttls, tls_budget,
                           TO(CONNECTING) | TO(HANDSHAKING) | TO(ASKING) |
                               TO(RECORDED)},
    [CM_PHASE_HANDSHAKING] = {cm_step_handshake, tls_budget,
                              TO(CONNECTING) | TO(LINGERING) | TO(REQUESTING) |
                                  TO(ASKING) | TO(RECORDED)},
    [CM_PHASE_LINGERING] = {cm_step_linger, linger_budget,
                            TO(CONNECTING) | TO(REQUESTING) | TO(ASKING) |
                                TO(RECORDED)},
    [CM_PHASE_REQUESTING] = {cm_step_request, tls_budget,
                             TO(CONNECTING) | TO(ASKING) | TO(RECORDED)},
    [CM_PHASE_ASKING] = {cm_step_ask, ask_budget,
                         TO(CONNECTING) | TO(ASKING) | TO(RECORDED)},
    [CM_PHASE_RECORDED] = {cm_step_record, no_budget, 0},
};

static void phase_time_over(void *arg)
{
    cm_step_timed_out(arg);
}

void cm_scan_enter(struct cm_scan *scan, enum cm_phase to)
{
    struct cm_loop *loop = scan->env->loop;
    unsigned budget_ms = rules[to].budget_ms(scan->env->config);

    if (to == CM_PHASE_ASKING) {
        budget_ms = cm_scan_ask_budget(scan, budget_ms);
    }
    cm_assert((rules[scan->phase].successors & (1U << to)) != 0);
    cm_timer_cancel(loop, &scan->phase_timer);
    scan->phase = to;
    scan->phase_since_ms = cm_loop_now_ms(loop);
    if (scan->probe != NULL && to != CM_PHASE_RECORDED &&
        to > scan->probe->reached) {
        scan->probe->reached = to;
    }
    if (budget_ms != 0) {
        (void)cm_timer_set(loop, &scan->phase_timer,
                           scan->phase_since_ms + budget_ms, phase_time_over,
                           scan);
    }
    rules[to].step(scan);
}

/* The whole endpoint has run out of time: what was seen so far counts. */
static void total_time_over(void *arg)
{
    struct cm_scan *scan = arg;

    scan->out_of_time = true;
    if (scan->retry_waits && scan->evidence->num_probes > scan->round_probes) {
        cm_scan_enter(scan, CM_PHASE_RECORDED);
    } else {
        cm_step_timed_out(scan);
    }
}

static void begin(void *arg)
{
    cm_scan_enter(arg, CM_PHASE_RESOLVING);
}

/* Ours for this endpoint, into the evidence. False: no memory. */
static bool note_client(struct cm_scan *scan)
{
    struct cm_client_evidence *out = &scan->evidence->client;
    const struct cm_scan_client *client = cm_scan_client(scan);
    uint8_t *copy;

    if (client == NULL) {
        return true;
    }
    out->fault = client->facts.fault;
    memcpy(out->detail, client->facts.detail, sizeof(out->detail));
    if (client->facts.cert != NULL) {
        out->cert = cm_cert_ref(client->facts.cert);
    }
    if (client->facts.issuers.len > 0) {
        copy = malloc(client->facts.issuers.len);
        if (copy == NULL) {
            return false;
        }
        memcpy(copy, client->facts.issuers.data, client->facts.issuers.len);
        out->issuers = (struct cm_span){copy, client->facts.issuers.len};
    }
    return true;
}

const struct cm_scan_client *cm_scan_client(const struct cm_scan *scan)
{
    const struct cm_scan_config *config = scan->env->config;
    unsigned number = scan->endpoint.client;

    return number == 0 || config->clients == NULL ? NULL
                                                  : config->clients[number - 1];
}

bool cm_scan_start(struct cm_scan *scan, const struct cm_scan_env *env,
                   const struct cm_endpoint *endpoint, uint64_t endpoint_id)
{
    uint64_t now_ms = cm_loop_now_ms(env->loop);

    memset(scan, 0, sizeof(*scan));
    scan->fd = -1;
    scan->env = env;
    scan->endpoint = *endpoint;
    scan->endpoint_id = endpoint_id;
    scan->pass.owner = scan;
    scan->pass.lane = env->lane;
    scan->evidence = cm_evidence_new();
    if (scan->evidence == NULL || !note_client(scan) ||
        !cm_timer_set(env->loop, &scan->phase_timer, now_ms, begin, scan) ||
        !cm_timer_set(env->loop, &scan->total_timer,
                      now_ms + env->config->total_timeout_ms, total_time_over,
                      scan)) {
        cm_scan_abandon(scan);
        return false;
    }
    return true;
}

bool cm_scan_give_time(struct cm_scan *scan, uint64_t ms)
{
    return cm_timer_set(scan->env->loop, &scan->total_timer,
                        cm_loop_now_ms(scan->env->loop) + ms, total_time_over,
                        scan);
}

enum cm_phase cm_scan_opening(const struct cm_scan *scan)
{
    return cm_starttls_known(scan->endpoint.protocol) ? CM_PHASE_STARTTLS
                                                      : cm_scan_tls_phase(scan);
}

enum cm_phase cm_scan_tls_phase(const struct cm_scan *scan)
{
    return scan->inquiry != NULL ? CM_PHASE_ASKING : CM_PHASE_HANDSHAKING;
}

enum cm_status cm_scan_watch(struct cm_scan *scan, cm_io_fn *fn)
{
    struct cm_loop *loop = scan->env->loop;

    return scan->watch != 0
               ? cm_loop_hand_over(loop, scan->watch, CM_READABLE, fn, scan)
               : cm_loop_watch(loop, scan->fd, CM_READABLE, fn, scan,
                               &scan->watch);
}

void cm_scan_hang_up(struct cm_scan *scan)
{
    if (scan->tls != NULL && cm_tls_no_memory(scan->tls)) {
        scan->out_of_memory = true;
    }
    cm_tls_free(scan->tls);
    scan->tls = NULL;
    cm_starttls_free(scan->starttls);
    scan->starttls = NULL;
    if (scan->fd >= 0) {
        cm_loop_close(scan->env->loop, scan->watch, scan->fd);
        scan->watch = 0;
        scan->fd = -1;
    }
    cm_buf_cleanup(&scan->proxy_answer);
    cm_buf_cleanup(&scan->request);
    cm_buf_cleanup(&scan->answer);
}

static void release(struct cm_scan *scan)
{
    if (scan->env == NULL) {
        return;
    }
    cm_timer_cancel(scan->env->loop, &scan->phase_timer);
    cm_timer_cancel(scan->env->loop, &scan->total_timer);
    if (scan->dns_ticket != 0) {
        cm_resolver_cancel(scan->env->resolver, scan->dns_ticket);
        scan->dns_ticket = 0;
    }
    if (scan->dial != NULL) {
        cm_dial_cancel(scan->dial);
        scan->dial = NULL;
    }
    cm_scan_hang_up(scan);
    cm_scan_stop_asking(scan);
    cm_scan_stop_injecting(scan);
    cm_gate_leave(scan->env->gate, &scan->pass,
                  cm_loop_now_ms(scan->env->loop));
}

void cm_scan_abandon(struct cm_scan *scan)
{
    release(scan);
    cm_evidence_free(scan->evidence);
    scan->evidence = NULL;
}

void cm_step_record(struct cm_scan *scan)
{
    release(scan);
    scan->probe = NULL;
    scan->env->done(scan->env->done_arg, scan);
}

/* A time-out or a reset may be chance; anything else is an answer. */
static bool failed_by_chance(const struct cm_scan *scan)
{
    const struct cm_evidence *ev = scan->evidence;
    bool chance = false;

    for (size_t i = scan->round_probes; i < ev->num_probes; i++) {
        const struct cm_probe *probe = &ev->probes[i];
        bool answered = probe->num_first_bytes != 0;

        if (probe->end == CM_END_COMPLETE) {
            return false;
        }
        if (probe->sys_errno == ECONNREFUSED) {
            continue; /* also a reset, but a clear answer */
        }
        if (probe->end == CM_END_TIMEOUT || probe->end == CM_END_RESET ||
            (probe->end == CM_END_CLOSED && !answered)) {
            chance = true;
        }
    }
    return chance;
}

/* A local fault (no descriptor, no port) is ours and is tried until time runs
 * out. */
static bool worth_another_try(const struct cm_scan *scan)
{
    if (scan->alpn_refused && scan->offered_alpn) {
        return true;
    }
    return scan->evidence->num_probes == scan->round_probes ||
           (scan->tries <= scan->env->config->retries &&
            failed_by_chance(scan));
}

/* What the last try saw is kept until the next one begins. */
static void next_try(void *arg)
{
    struct cm_scan *scan = arg;
    struct cm_evidence *ev = scan->evidence;

    while (ev->num_probes > scan->round_probes) {
        cm_probe_cleanup(&ev->probes[--ev->num_probes]);
    }
    scan->retry_waits = false;
    scan->offered_alpn = false;
    scan->retried++;
    cm_scan_enter(scan, CM_PHASE_CONNECTING);
}

static void try_again(struct cm_scan *scan)
{
    unsigned doublings = scan->tries < 5 ? scan->tries - 1 : 4;

    cm_timer_cancel(scan->env->loop, &scan->phase_timer);
    scan->retry_waits = true;
    if (!cm_timer_set(scan->env->loop, &scan->phase_timer,
                      cm_loop_now_ms(scan->env->loop) +
                          ((uint64_t)RETRY_DELAY_MS << doublings),
                      next_try, scan)) {
        scan->out_of_memory = true;
        cm_scan_enter(scan, CM_PHASE_RECORDED);
    }
}

void cm_scan_round_over(struct cm_scan *scan)
{
    cm_scan_hang_up(scan);
    if (scan->inquiry != NULL) {
        cm_step_ask_lost(scan);
        return;
    }
    scan->probe = NULL;
    cm_scan_report(scan);
    if (scan->injecting != NULL) { /* what it showed is noted */
        cm_scan_stop_injecting(scan);
    } else if (failed_by_chance(scan) && cm_scan_set_aside(scan)) {
        return;
    } else if (!scan->out_of_time && worth_another_try(scan)) {
        try_again(scan);
        return;
    } else if (!scan->out_of_time && cm_scan_next_round(scan)) {
        cm_scan_enter(scan, CM_PHASE_CONNECTING);
        return;
    }
    if (!scan->out_of_time && cm_scan_must_inject(scan)) {
        cm_scan_inject(scan);
    } else if (!scan->out_of_time && cm_scan_must_ask(scan)) {
        cm_scan_enter(scan, CM_PHASE_ASKING);
    } else {
        cm_scan_enter(scan, CM_PHASE_RECORDED);
    }
}
