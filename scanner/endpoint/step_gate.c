/* Waiting for a place, and beginning anew when a network throttles us.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "endpoint/steps.h"

#define MAX_TIMES_ASIDE 2U
#define ASIDE_MS 5000U /* twice as long the second time */

static uint64_t now_of(const struct cm_scan *scan)
{
    return cm_loop_now_ms(scan->env->loop);
}

/* None of its times runs while a scan is parked. */
static bool park(struct cm_scan *scan, bool must)
{
    uint64_t now_ms = now_of(scan);
    uint64_t due_ms = scan->total_timer.due_ms;

    if (!scan->env->park(scan->env->done_arg, scan, must)) {
        return false;
    }
    scan->total_left_ms = due_ms > now_ms ? due_ms - now_ms : 1;
    scan->parked = true;
    cm_timer_cancel(scan->env->loop, &scan->phase_timer);
    cm_timer_cancel(scan->env->loop, &scan->total_timer);
    return true;
}

static void no_memory(struct cm_scan *scan)
{
    scan->out_of_memory = true;
    cm_scan_enter(scan, CM_PHASE_RECORDED);
}

bool cm_scan_may_connect(struct cm_scan *scan)
{
    enum cm_gate_answer answer;

    if (scan->env->gate == NULL) {
        return true;
    }
    answer = cm_gate_enter(scan->env->gate, &scan->pass, scan->targets,
                           scan->num_targets, now_of(scan));
    if (answer == CM_GATE_WAIT) {
        (void)park(scan, true);
    } else if (answer == CM_GATE_NO_MEMORY) {
        no_memory(scan);
    }
    return answer == CM_GATE_OPEN;
}

/* Refused is an answer, and says nothing of the network; nor do failures of our
 * own. */
static bool tells(const struct cm_probe *probe)
{
    return probe->sys_errno != ECONNREFUSED && probe->end != CM_END_NONE &&
           probe->end != CM_END_SYSTEM;
}

void cm_scan_report(struct cm_scan *scan)
{
    const struct cm_evidence *ev = scan->evidence;
    bool before = ev->throttle.times > 0;

    if (scan->env->gate == NULL || scan->injecting != NULL) {
        return;
    }
    for (size_t i = scan->round_probes; i < ev->num_probes; i++) {
        const struct cm_probe *probe = &ev->probes[i];
        bool silent = probe->end == CM_END_TIMEOUT;
        bool gone =
            probe->end == CM_END_RESET ||
            (probe->end == CM_END_CLOSED && probe->num_first_bytes == 0);

        if (tells(probe)) {
            cm_gate_report(scan->env->gate, &scan->pass, &probe->address,
                           (struct cm_backoff_outcome){
                               .worked = !silent && !gone,
                               .silent = silent,
                               .first = scan->tries == 1 && !before,
                               .again = scan->tries == 1 && before,
                           },
                           now_of(scan));
        }
    }
}

bool cm_scan_make_way(struct cm_scan *scan)
{
    const struct cm_scan_env *env = scan->env;

    if (env->crowded == NULL || scan->out_of_time ||
        !env->crowded(env->done_arg, scan->local_errno,
                      scan->targets[0].family) ||
        !park(scan, true)) {
        return false;
    }
    scan->tries--; /* it was none */
    env->ready(env->done_arg, scan);
    return true;
}

static void aside_over(void *arg)
{
    struct cm_scan *scan = arg;

    scan->env->ready(scan->env->done_arg, scan);
}

bool cm_scan_set_aside(struct cm_scan *scan)
{
    struct cm_evidence *ev = scan->evidence;
    struct cm_throttle_evidence *throttle = &ev->throttle;
    const struct cm_probe *probe = cm_evidence_main_probe(ev);
    struct cm_gate_network net;

    if (scan->env->gate == NULL || probe == NULL ||
        throttle->times == MAX_TIMES_ASIDE) {
        return false;
    }
    cm_gate_network(scan->env->gate, &probe->address, &net);
    if (!net.slow || !park(scan, false)) {
        return false;
    }
    scan->is_aside = true;
    if (throttle->times++ == 0) {
        throttle->prefix = net.prefix;
        throttle->failed = net.failed;
        throttle->of = net.of;
        throttle->was_silent = probe->end == CM_END_TIMEOUT;
        scan->aside_since_ms = now_of(scan);
    }
    cm_gate_leave(scan->env->gate, &scan->pass, now_of(scan));
    if (!cm_timer_set(scan->env->loop, &scan->phase_timer,
                      now_of(scan) +
                          ((uint64_t)ASIDE_MS << (throttle->times - 1)),
                      aside_over, scan)) {
        scan->out_of_memory = true;
        scan->env->ready(scan->env->done_arg, scan);
    }
    return true;
}

/* From the first address again, as if nothing had been seen. */
static void begin_anew(struct cm_scan *scan)
{
    struct cm_evidence *ev = scan->evidence;
    struct cm_gate_network net;

    cm_gate_network(scan->env->gate, &ev->throttle.prefix, &net);
    if (net.given_up) { /* it was no throttling */
        ev->throttle = (struct cm_throttle_evidence){.times = 0};
    }
    if (net.given_up || scan->out_of_memory) {
        cm_scan_enter(scan, CM_PHASE_RECORDED);
        return;
    }
    while (ev->num_probes > 0) {
        cm_probe_cleanup(&ev->probes[--ev->num_probes]);
    }
    ev->throttle.later_ms = (uint32_t)(now_of(scan) - scan->aside_since_ms);
    scan->next_address = 0;
    scan->out_of_time = false;
    scan->retry_waits = false;
    scan->offered_alpn = false;
    scan->local_errno = 0;
    scan->retried++;
    cm_scan_enter(scan, cm_scan_next_round(scan) ? CM_PHASE_CONNECTING
                                                 : CM_PHASE_RECORDED);
}

void cm_scan_resume(struct cm_scan *scan)
{
    bool aside = scan->is_aside;

    scan->parked = false;
    scan->is_aside = false;
    if (!cm_scan_give_time(scan, aside ? scan->env->config->total_timeout_ms
                                       : scan->total_left_ms)) {
        no_memory(scan);
    } else if (aside) {
        begin_anew(scan);
    } else {
        cm_scan_connect(scan);
    }
}

bool cm_scan_cut_short(struct cm_scan *scan)
{
    scan->parked = false;
    if (scan->evidence->num_probes == 0) {
        return false;
    }
    cm_scan_enter(scan, CM_PHASE_RECORDED);
    return true;
}
