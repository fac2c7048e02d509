/* One worker: a loop, a resolver, a TLS context and slots for endpoints under
 * way. What it finds it judges and hands to the store.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/log.h"
#include "run/worker_parts.h"

#define QUEUE_JOBS 256U        /* endpoints on their way to the window */
#define AHEAD_MS 100           /* of a rate are looked ahead */
#define TURN_MS 200            /* the longest wait for anything */
#define MAX_PARKED 4096U       /* of all workers together */
#define ABANDON_AFTER_MS 4000U /* after a stop, what is in flight gets this */

static void wake(void *arg)
{
    struct cm_worker *worker = arg;

    cm_loop_wake(worker->env.loop);
}

/* --- those that wait --- */

static unsigned max_parked(const struct cm_worker *worker)
{
    return MAX_PARKED / worker->share->num_workers;
}

static bool park(void *arg, struct cm_scan *scan, bool must)
{
    struct cm_worker *worker = arg;

    if (!must && worker->slots.parked >= max_parked(worker)) {
        return false;
    }
    cm_slots_park(&worker->slots, cm_slot_of(scan), !must);
    return true;
}

static void ready(void *arg, struct cm_scan *scan)
{
    struct cm_worker *worker = arg;

    cm_slots_ready(&worker->slots, cm_slot_of(scan));
}

static void heard(void *arg, const char *host,
                  const struct cm_dns_evidence *answer)
{
    const struct cm_worker *worker = arg;
    uint64_t now_ms = cm_loop_now_ms(worker->env.loop);

    cm_faults_resolved(worker->share->faults, now_ms, answer);
    cm_dnsline_heard(worker->share->dns, host, answer, now_ms);
}

/* From any thread. */
static void called(void *arg)
{
    struct cm_worker *worker = arg;

    atomic_store(&worker->called, true);
    cm_loop_wake(worker->env.loop);
}

/* Who waited longest goes on first. */
static void resume_ready(struct cm_worker *worker)
{
    struct cm_gate *gate = worker->share->gate;
    struct cm_gate_pass *pass;
    struct cm_slot *slot;

    if (atomic_load(&worker->called) &&
        atomic_exchange(&worker->called, false)) {
        while ((pass = cm_gate_collect(gate, &worker->lane)) != NULL) {
            ready(worker, pass->owner);
        }
    }
    while (worker->slots.in_flight < worker->limit &&
           (slot = cm_slots_next_ready(&worker->slots)) != NULL) {
        cm_scan_resume(&slot->scan);
    }
}

/* A prefix that is held back opens by the clock. */
static void watch_gate(struct cm_worker *worker)
{
    struct cm_gate *gate = worker->share->gate;
    uint64_t now_ms = cm_loop_now_ms(worker->env.loop);
    uint64_t due_ms = gate == NULL ? UINT64_MAX : cm_gate_due_ms(gate);

    if (due_ms <= now_ms) {
        cm_gate_tick(gate, now_ms);
        due_ms = cm_gate_due_ms(gate);
    }
    if (due_ms != UINT64_MAX && due_ms < now_ms + (uint64_t)worker->turn_ms) {
        worker->turn_ms = due_ms > now_ms ? (int)(due_ms - now_ms) : 0;
    }
}

/* --- the thread --- */

/* The endpoint to start next, into worker->next. Names to come are asked for
 * unless all of it is in vain, or a proxy's to do. */
static bool draw_next(struct cm_worker *worker, bool in_vain)
{
    struct cm_resolver *resolver = worker->env.resolver;
    bool asks = !in_vain && worker->env.config->proxy_host == NULL;
    bool no_memory = false;
    enum cm_pop pop;

    if (worker->has_next ||
        cm_suspects_draw(&worker->suspects, &worker->next) ||
        cm_suspects_draw(&worker->nameless, &worker->next)) {
        worker->has_next = true;
        return true;
    }
    if (worker->input_over) {
        return false;
    }
    pop = cm_ahead_draw(worker->ahead, worker->window, asks ? resolver : NULL,
                        &worker->next, &no_memory);
    worker->has_next = pop == CM_POP_JOB;
    worker->input_over = pop == CM_POP_CLOSED;
    if (no_memory) {
        cm_worker_fail(worker, CM_ENOMEM, "no memory for an endpoint");
    }
    return worker->has_next;
}

/* Nothing new goes out while it is not sure that there is a network. */
static bool is_held(const struct cm_worker *worker)
{
    return worker->line != NULL &&
           !atomic_load(&worker->share->counters->stop) &&
           (cm_lifeline_holds(worker->line) ||
            worker->suspects.num >= cm_worker_max_suspects(worker));
}

/* Nor while DNS is gone; those that know their addresses go on. */
static bool waits_for_dns(struct cm_worker *worker)
{
    struct cm_dnsline *dns = worker->share->dns;

    if (cm_dnsline_is_lost(dns) && !worker->gave_up_dns) {
        cm_resolver_give_up(worker->env.resolver);
        worker->gave_up_dns = true;
    }
    return !atomic_load(&worker->share->counters->stop) &&
           (cm_dnsline_holds(dns) ||
            worker->nameless.num >= cm_worker_max_suspects(worker));
}

static bool has_room(const struct cm_worker *worker)
{
    return worker->slots.in_flight < worker->limit &&
           worker->slots.parked < max_parked(worker) &&
           !cm_store_congested(worker->share->store);
}

/* False: no memory. */
static bool start_next(struct cm_worker *worker)
{
    const struct cm_job *job = &worker->next;
    struct cm_slot *slot = cm_slots_take(&worker->slots);

    if (slot == NULL) {
        cm_worker_fail(worker, CM_ENOMEM, "no memory for a slot");
        return false;
    }
    slot->began = worker->line == NULL ? 0 : cm_lifeline_asked(worker->line);
    slot->dns_began =
        worker->dns_line == NULL ? 0 : cm_lifeline_asked(worker->dns_line);
    slot->repeated = job->repeated;
    if (!cm_scan_start(&slot->scan, &worker->env, &job->endpoint,
                       job->endpoint_id)) {
        cm_slots_give_back(&worker->slots, slot);
        cm_worker_fail(worker, CM_ENOMEM, "no memory for a scan");
        return false;
    }
    return true;
}

static void start_jobs(struct cm_worker *worker)
{
    const struct cm_worker_share *share = worker->share;
    bool stop = atomic_load(&share->counters->stop);
    bool lost = worker->line != NULL && cm_lifeline_is_lost(worker->line);

    worker->turn_ms = TURN_MS;
    if (is_held(worker)) {
        return;
    }
    resume_ready(worker);
    if (waits_for_dns(worker)) {
        return;
    }
    while ((stop || has_room(worker)) && draw_next(worker, stop || lost)) {
        if (stop || lost) {
            worker->has_next = false;
            if (!stop) {
                cm_worker_skip_offline(worker, &worker->next);
            }
            continue; /* recorded as not_scanned at the end of the run */
        }
        if (!cm_pace_take(share->pace, &worker->turn_ms)) {
            return;
        }
        worker->has_next = false;
        if (!start_next(worker)) {
            return;
        }
    }
}

/* After a stop nobody waits any longer. */
static void cut_short(struct cm_worker *worker)
{
    struct cm_slot *slot = worker->slots.busy.next_busy;

    cm_slots_forget_ready(&worker->slots);
    while (slot != &worker->slots.busy) {
        struct cm_slot *next = slot->next_busy;

        if (slot->parked && !cm_scan_cut_short(&slot->scan)) {
            cm_scan_abandon(&slot->scan);
            cm_slots_give_back(&worker->slots, slot);
        }
        slot = next;
    }
}

static void abandon_all(struct cm_worker *worker)
{
    cm_slots_forget_ready(&worker->slots);
    while (worker->slots.busy.next_busy != &worker->slots.busy) {
        struct cm_slot *slot = worker->slots.busy.next_busy;

        cm_scan_abandon(&slot->scan);
        cm_slots_give_back(&worker->slots, slot);
    }
}

static void note_stop(struct cm_worker *worker)
{
    uint64_t now_ms = cm_loop_now_ms(worker->env.loop);

    if (!atomic_load(&worker->share->counters->stop)) {
        return;
    }
    cut_short(worker);
    if (worker->stop_since_ms == 0) {
        worker->stop_since_ms = now_ms;
    }
    if (now_ms - worker->stop_since_ms > ABANDON_AFTER_MS ||
        atomic_load(&worker->share->counters->abandon)) {
        abandon_all(worker);
    }
}

/* Whoever waits for the canaries' word at the end asks for it. */
static bool is_over(struct cm_worker *worker)
{
    const struct cm_suspect *last = worker->suspects.last;
    const struct cm_suspect *nameless = worker->nameless.last;

    if (!worker->input_over || worker->has_next ||
        worker->slots.in_flight > 0 || worker->slots.parked > 0) {
        return false;
    }
    if (last != NULL && cm_lifeline_asked(worker->line) <= last->ended) {
        cm_worker_want_canaries(worker);
    }
    if (nameless != NULL &&
        cm_lifeline_asked(worker->dns_line) <= nameless->ended) {
        cm_dnsline_want(worker->share->dns);
    }
    return !cm_suspects_any(&worker->suspects) &&
           !cm_suspects_any(&worker->nameless);
}

static void *work(void *arg)
{
    struct cm_worker *worker = arg;
    struct cm_error err;

    (void)pthread_setname_np(pthread_self(), worker->name);
    for (;;) {
        cm_worker_settle_suspects(worker);
        start_jobs(worker);
        if (is_over(worker)) {
            atomic_fetch_sub(&worker->share->counters->working, 1);
            cm_signals_wake(worker->share->signals);
            return NULL;
        }
        watch_gate(worker);
        if (cm_loop_turn(worker->env.loop, worker->turn_ms, &err) != CM_OK) {
            cm_worker_fail(worker, err.status, err.text);
            abandon_all(worker);
        }
        note_stop(worker);
    }
}

/* --- making and ending one --- */

/* How many names are asked for before their turn. Where a rate holds the
 * endpoints back: those of the next moment, an answer should be fresh. */
static unsigned look_ahead(const struct cm_worker_share *share)
{
    unsigned rate = share->config->polite.rate / share->num_workers;
    unsigned soon = rate * AHEAD_MS / 1000 + 1;

    return rate > 0 && soon < share->slots ? soon : share->slots;
}

static bool make_window(struct cm_worker *worker, unsigned index)
{
    const struct cm_worker_share *share = worker->share;
    const struct cm_polite_config *polite = &share->config->polite;

    worker->queue = cm_jobqueue_new(QUEUE_JOBS, wake, worker);
    if (worker->queue == NULL) {
        return false;
    }
    worker->window = cm_window_new(&(struct cm_window_config){
        .queue = worker->queue,
        .max = polite->in_order ? 1 : CM_WINDOW_ENDPOINTS / share->num_workers,
        .seed = (uint64_t)polite->seed + ((uint64_t)index << 48),
        .eager = share->is_stream,
    });
    worker->ahead = cm_ahead_new(look_ahead(share));
    return worker->window != NULL && worker->ahead != NULL;
}

static enum cm_status make_resolver(struct cm_worker *worker,
                                    struct cm_error *err)
{
    struct cm_resolver_options options = worker->share->config->resolver;
    enum cm_status status;

    options.sharers = worker->share->num_workers;
    status =
        cm_resolver_new(&worker->env.resolver, worker->env.loop, &options, err);
    if (status == CM_OK) {
        cm_resolver_listen(worker->env.resolver, heard, worker);
    }
    return status;
}

enum cm_status cm_worker_new(struct cm_worker **out,
                             const struct cm_worker_share *share,
                             unsigned index, struct cm_error *err)
{
    struct cm_worker *worker = calloc(1, sizeof(*worker));
    enum cm_status status;

    *out = NULL;
    if (worker == NULL) {
        return cm_error_nomem(err, "a worker");
    }
    worker->share = share;
    worker->limit = share->slots;
    worker->line =
        share->canary == NULL ? NULL : cm_canary_lifeline(share->canary);
    worker->dns_line = cm_dnsline_lifeline(share->dns);
    (void)snprintf(worker->name, sizeof(worker->name), "cm-worker-%u", index);
    cm_slots_init(&worker->slots, share->counters);
    worker->env.config = &share->config->scan;
    worker->env.done = cm_worker_scan_done;
    worker->env.done_arg = worker;
    worker->env.gate = share->gate;
    worker->env.lane = &worker->lane;
    worker->env.park = park;
    worker->env.ready = ready;
    worker->env.crowded = cm_worker_crowded;
    worker->lane.wake = called;
    worker->lane.wake_arg = worker;
    status = cm_loop_new(&worker->env.loop, err);
    if (status == CM_OK) {
        status = make_resolver(worker, err);
    }
    if (status == CM_OK) {
        status = cm_tls_context_new(&worker->env.tls,
                                    &(struct cm_tls_options){0}, err);
    }
    if (status == CM_OK) {
        worker->env.certs = share->certs;
        status = make_window(worker, index) ? CM_OK
                                            : cm_error_nomem(err, "a worker");
    }
    if (status != CM_OK) {
        cm_worker_free(worker);
        return status;
    }
    *out = worker;
    return CM_OK;
}

enum cm_status cm_worker_start(struct cm_worker *worker, struct cm_error *err)
{
    int failed = pthread_create(&worker->thread, NULL, work, worker);

    if (failed == 0) {
        atomic_fetch_add(&worker->share->counters->working, 1);
    } else {
        return cm_error_set(err, CM_EIO, "cannot start a thread: %s",
                            strerrordesc_np(failed));
    }
    worker->started = true;
    return CM_OK;
}

struct cm_jobqueue *cm_worker_queue(struct cm_worker *worker)
{
    return worker->queue;
}

void cm_worker_wake(struct cm_worker *worker)
{
    cm_loop_wake(worker->env.loop);
}

enum cm_status cm_worker_join(struct cm_worker *worker, struct cm_error *err)
{
    if (worker->started) {
        cm_jobqueue_close(worker->queue);
        (void)pthread_join(worker->thread, NULL);
        worker->started = false;
    }
    if (worker->status != CM_OK && err != NULL) {
        *err = worker->error;
    }
    return worker->status;
}

void cm_worker_servers(const struct cm_worker *worker, struct cm_buf *out)
{
    cm_resolver_servers(worker->env.resolver, out);
}

void cm_worker_free(struct cm_worker *worker)
{
    if (worker == NULL) {
        return;
    }
    (void)cm_worker_join(worker, NULL);
    abandon_all(worker);
    cm_slots_cleanup(&worker->slots);
    cm_suspects_drop(&worker->suspects);
    cm_suspects_drop(&worker->nameless);
    cm_ahead_free(worker->ahead);
    cm_window_free(worker->window);
    cm_jobqueue_free(worker->queue);
    cm_tls_context_free(worker->env.tls);
    cm_resolver_free(worker->env.resolver);
    cm_loop_free(worker->env.loop);
    free(worker);
}
