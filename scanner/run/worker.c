/* One worker: a loop, a resolver, a TLS context and slots for endpoints under
 * way. What it finds it judges and hands to the store.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "certmuster/log.h"
#include "run/again.h"
#include "run/parts.h"
#include "run/window.h"

#define QUEUE_JOBS 256U        /* endpoints on their way to the window */
#define SLAB_SLOTS 64U         /* slots made at a time */
#define TURN_MS 200            /* the longest wait for anything */
#define ABANDON_AFTER_MS 4000U /* after a stop, what is in flight gets this */

#define THREAD_NAME_SIZE 16 /* as the system has it */

struct slot {
    struct cm_scan scan;
    struct slot *next_free;
    struct slot *prev_busy;
    struct slot *next_busy;
};

struct slab {
    struct slab *next;
    struct slot slots[SLAB_SLOTS];
};

struct cm_worker {
    const struct cm_worker_share *share;
    struct cm_scan_env env;
    struct cm_jobqueue *queue;
    struct cm_window *window;
    struct cm_job next; /* drawn, and waiting for the rate to allow it */
    bool has_next;
    int turn_ms; /* the longest wait of the next turn */
    struct slab *slabs;
    struct slot *free_slots;
    struct slot busy; /* head of the ring of slots in use */
    unsigned num_slots;
    unsigned in_flight;
    uint64_t stop_since_ms; /* 0: not stopping */
    bool input_over;
    char name[THREAD_NAME_SIZE];
    pthread_t thread;
    bool started;
    enum cm_status status;
    struct cm_error error;
};

static void wake(void *arg)
{
    struct cm_worker *worker = arg;

    cm_loop_wake(worker->env.loop);
}

/* --- slots --- */

static bool grow(struct cm_worker *worker)
{
    struct slab *slab = calloc(1, sizeof(*slab));

    if (slab == NULL) {
        return false;
    }
    slab->next = worker->slabs;
    worker->slabs = slab;
    for (size_t i = 0; i < SLAB_SLOTS; i++) {
        slab->slots[i].next_free = worker->free_slots;
        worker->free_slots = &slab->slots[i];
    }
    worker->num_slots += SLAB_SLOTS;
    return true;
}

static struct slot *take_slot(struct cm_worker *worker)
{
    struct slot *slot;

    if (worker->free_slots == NULL && !grow(worker)) {
        return NULL;
    }
    slot = worker->free_slots;
    worker->free_slots = slot->next_free;
    slot->next_busy = worker->busy.next_busy;
    slot->prev_busy = &worker->busy;
    slot->next_busy->prev_busy = slot;
    worker->busy.next_busy = slot;
    worker->in_flight++;
    atomic_fetch_add(&worker->share->counters->in_flight, 1);
    return slot;
}

static void give_back(struct cm_worker *worker, struct slot *slot)
{
    slot->prev_busy->next_busy = slot->next_busy;
    slot->next_busy->prev_busy = slot->prev_busy;
    slot->next_free = worker->free_slots;
    worker->free_slots = slot;
    worker->in_flight--;
    atomic_fetch_sub(&worker->share->counters->in_flight, 1);
}

/* --- results --- */

static void fail(struct cm_worker *worker, enum cm_status status,
                 const char *what)
{
    if (worker->status == CM_OK) {
        worker->status = status;
        (void)cm_error_set(&worker->error, status, "%s", what);
    }
    atomic_store(&worker->share->counters->stop, true);
}

static void remember_above_first(struct cm_worker *worker,
                                 struct cm_cert *const *chain, size_t num)
{
    for (size_t i = 1; i < num; i++) {
        if (chain[i]->parsed &&
            !cm_certset_add(worker->share->seen, chain[i])) {
            fail(worker, CM_ENOMEM, "no memory for the fleet's issuers");
        }
    }
}

/* What the servers sent above their own certificates may complete the chains
 * of others, in the second pass. */
static void remember_issuers(struct cm_worker *worker,
                             const struct cm_evidence *ev)
{
    for (size_t i = 0; i < ev->num_probes; i++) {
        remember_above_first(worker, ev->probes[i].chain,
                             ev->probes[i].num_chain);
    }
    for (size_t i = 0; i < ev->num_answers; i++) {
        remember_above_first(worker, ev->answers[i].chain,
                             ev->answers[i].num_chain);
    }
}

static void scan_done(void *arg, struct cm_scan *scan)
{
    struct cm_worker *worker = arg;
    const struct cm_worker_share *share = worker->share;
    /* The scan is the slot's first member. */
    struct slot *slot = (struct slot *)(void *)scan;
    struct cm_result *result = cm_result_new();
    enum cm_status status = CM_ENOMEM;

    scan->evidence->seen_unix = (int64_t)time(NULL);
    atomic_fetch_add(&share->counters->retries, scan->retried);
    remember_issuers(worker, scan->evidence);
    if (result != NULL && !scan->out_of_memory) {
        result->endpoint_id = scan->endpoint_id;
        status = cm_judging_judge(&share->judging, &result->judgement,
                                  &scan->endpoint, scan->evidence);
    }
    if (status == CM_OK) {
        status =
            cm_measure(&result->measured, &share->judging, scan->endpoint_id,
                       &scan->endpoint, scan->evidence, &result->judgement);
    }
    if (status == CM_OK && share->pending != NULL &&
        result->judgement.num_wants > 0 &&
        !cm_pending_note(share->pending, scan->endpoint_id, &scan->endpoint,
                         scan->evidence, &result->judgement)) {
        status = CM_ENOMEM;
    }
    if (status == CM_OK) {
        result->evidence = scan->evidence;
        scan->evidence = NULL;
        atomic_fetch_add(&share->counters->verdicts[result->judgement.verdict],
                         1);
        status = cm_store_put_result(share->store, result);
        if (status != CM_OK) {
            fail(worker, status, "the store takes no more results");
        }
    } else {
        cm_result_free(result);
        fail(worker, status, "no memory for a result");
    }
    atomic_fetch_add(&share->counters->settled, 1);
    cm_scan_abandon(scan);
    give_back(worker, slot);
}

/* --- the thread --- */

/* The endpoint to start next, into worker->next. */
static bool draw_next(struct cm_worker *worker)
{
    bool no_memory = false;
    enum cm_pop pop;

    if (worker->has_next) {
        return true;
    }
    pop = cm_window_draw(worker->window, &worker->next, &no_memory);
    worker->has_next = pop == CM_POP_JOB;
    worker->input_over = pop == CM_POP_CLOSED;
    if (no_memory) {
        fail(worker, CM_ENOMEM, "no memory for an endpoint");
    }
    return worker->has_next;
}

static void start_jobs(struct cm_worker *worker)
{
    const struct cm_worker_share *share = worker->share;
    bool stop = atomic_load(&share->counters->stop);
    const struct cm_job *job = &worker->next;

    worker->turn_ms = TURN_MS;
    while (!worker->input_over &&
           (stop || (worker->in_flight < share->slots &&
                     !cm_store_congested(share->store)))) {
        struct slot *slot;

        if (!draw_next(worker)) {
            return;
        }
        if (stop) {
            worker->has_next = false;
            continue; /* recorded as not_scanned at the end of the run */
        }
        if (!cm_pace_take(share->pace, &worker->turn_ms)) {
            return;
        }
        worker->has_next = false;
        slot = take_slot(worker);
        if (slot == NULL) {
            fail(worker, CM_ENOMEM, "no memory for a slot");
            return;
        }
        if (!cm_scan_start(&slot->scan, &worker->env, &job->endpoint,
                           job->endpoint_id)) {
            give_back(worker, slot);
            fail(worker, CM_ENOMEM, "no memory for a scan");
            return;
        }
    }
}

static void abandon_all(struct cm_worker *worker)
{
    while (worker->busy.next_busy != &worker->busy) {
        struct slot *slot = worker->busy.next_busy;

        cm_scan_abandon(&slot->scan);
        give_back(worker, slot);
    }
}

static void note_stop(struct cm_worker *worker)
{
    uint64_t now_ms = cm_loop_now_ms(worker->env.loop);

    if (!atomic_load(&worker->share->counters->stop)) {
        return;
    }
    if (worker->stop_since_ms == 0) {
        worker->stop_since_ms = now_ms;
    }
    if (now_ms - worker->stop_since_ms > ABANDON_AFTER_MS ||
        atomic_load(&worker->share->counters->abandon)) {
        abandon_all(worker);
    }
}

static void *work(void *arg)
{
    struct cm_worker *worker = arg;
    struct cm_error err;

    (void)pthread_setname_np(pthread_self(), worker->name);
    for (;;) {
        start_jobs(worker);
        if (worker->input_over && worker->in_flight == 0) {
            atomic_fetch_sub(&worker->share->counters->working, 1);
            return NULL;
        }
        if (cm_loop_turn(worker->env.loop, worker->turn_ms, &err) != CM_OK) {
            fail(worker, err.status, err.text);
            abandon_all(worker);
        }
        note_stop(worker);
    }
}

/* --- making and ending one --- */

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
    return worker->window != NULL;
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
    (void)snprintf(worker->name, sizeof(worker->name), "cm-worker-%u", index);
    worker->busy.next_busy = &worker->busy;
    worker->busy.prev_busy = &worker->busy;
    worker->env.config = &share->config->scan;
    worker->env.done = scan_done;
    worker->env.done_arg = worker;
    status = cm_loop_new(&worker->env.loop, err);
    if (status == CM_OK) {
        status = cm_resolver_new(&worker->env.resolver, worker->env.loop,
                                 &share->config->resolver, err);
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
    while (worker->slabs != NULL) {
        struct slab *slab = worker->slabs;

        worker->slabs = slab->next;
        free(slab);
    }
    cm_window_free(worker->window);
    cm_jobqueue_free(worker->queue);
    cm_tls_context_free(worker->env.tls);
    cm_resolver_free(worker->env.resolver);
    cm_loop_free(worker->env.loop);
    free(worker);
}
