/* What one worker does with endpoints that were asked.
 * SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "run/again.h"
#include "run/worker_parts.h"

void cm_worker_fail(struct cm_worker *worker, enum cm_status status,
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
            cm_worker_fail(worker, CM_ENOMEM,
                           "no memory for the fleet's issuers");
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

/* Judges an endpoint and hands it to the store, which takes the evidence. */
static void settle(struct cm_worker *worker, uint64_t id,
                   const struct cm_endpoint *endpoint,
                   struct cm_evidence **evidence)
{
    const struct cm_worker_share *share = worker->share;
    struct cm_result *result = cm_result_new();
    struct cm_error err;
    enum cm_status status = CM_ENOMEM;

    if (result != NULL && *evidence != NULL) {
        cm_faults_settle(share->faults, *evidence);
        remember_issuers(worker, *evidence);
        result->endpoint_id = id;
        status = cm_judging_judge(&share->judging, &result->judgement, endpoint,
                                  *evidence);
    }
    if (status == CM_OK) {
        status = cm_measure(&result->measured, &share->judging, id, endpoint,
                            *evidence, &result->judgement);
    }
    if (status == CM_OK && share->pending != NULL &&
        result->judgement.num_wants > 0 &&
        !cm_pending_note(share->pending, id, endpoint, *evidence,
                         &result->judgement)) {
        status = CM_ENOMEM;
    }
    if (status == CM_OK) {
        result->evidence = *evidence;
        *evidence = NULL;
        atomic_fetch_add(&share->counters->verdicts[result->judgement.verdict],
                         1);
        status = cm_store_put_result(share->store, result);
        if (status != CM_OK) {
            cm_worker_fail(worker, status,
                           cm_store_failed(share->store, &err)
                               ? err.text
                               : "the store takes no more results");
        }
    } else {
        cm_result_free(result);
        cm_worker_fail(worker, status, "no memory for a result");
    }
    atomic_fetch_add(&share->counters->settled, 1);
}

/* --- those that may have failed for our own network's sake --- */

void cm_worker_want_canaries(struct cm_worker *worker)
{
    cm_lifeline_want(worker->line);
    cm_canary_wake(worker->share->canary);
}

unsigned cm_worker_max_suspects(const struct cm_worker *worker)
{
    return CM_MAX_SUSPECTS / worker->share->num_workers;
}

/* Its name had no answer, and it may be nobody's fault but ours. */
static bool keep_nameless(struct cm_worker *worker, struct cm_scan *scan)
{
    const struct cm_slot *slot = cm_slot_of(scan);

    if (scan->out_of_memory ||
        !cm_dnsline_suspects(worker->share->dns, scan->evidence,
                             cm_loop_now_ms(worker->env.loop))) {
        return false;
    }
    if (cm_suspects_keep(&worker->nameless, scan, slot->dns_began,
                         cm_lifeline_asked(worker->dns_line))) {
        worker->nameless.last->job.repeated = slot->repeated;
    } else {
        cm_worker_fail(worker, CM_ENOMEM, "no memory for an endpoint");
    }
    cm_dnsline_want(worker->share->dns);
    return true;
}

/* True: what becomes of the endpoint is known later. */
static bool keep_suspect(struct cm_worker *worker, struct cm_scan *scan)
{
    bool suspect;

    if (keep_nameless(worker, scan)) {
        return true;
    }
    if (worker->line == NULL || scan->out_of_memory) {
        return false;
    }
    suspect = cm_lifeline_suspects(scan->evidence);
    if (cm_lifeline_note(worker->line, suspect) ||
        worker->suspects.num >= cm_worker_max_suspects(worker)) {
        cm_worker_want_canaries(worker);
    }
    if (!suspect) {
        return false;
    }
    if (!cm_suspects_keep(&worker->suspects, scan, cm_slot_of(scan)->began,
                          cm_lifeline_asked(worker->line))) {
        cm_worker_fail(worker, CM_ENOMEM, "no memory for an endpoint");
    }
    return true;
}

/* Its turn has come, and there is no network to ask it. */
void cm_worker_skip_offline(struct cm_worker *worker, const struct cm_job *job)
{
    struct cm_evidence *evidence = cm_evidence_new();

    if (evidence != NULL) {
        evidence->seen_unix = (int64_t)time(NULL);
        evidence->fault = CM_FAULT_OFFLINE;
    }
    settle(worker, job->endpoint_id, &job->endpoint, &evidence);
    cm_evidence_free(evidence);
}

static void settle_suspect(struct cm_worker *worker, struct cm_suspect *suspect)
{
    settle(worker, suspect->job.endpoint_id, &suspect->job.endpoint,
           &suspect->evidence);
    cm_suspects_free(suspect);
}

/* A name is asked for once more in any case: an outage may have been over
 * before anybody noticed. */
static void settle_nameless(struct cm_worker *worker)
{
    struct cm_suspect *suspect;
    enum cm_fate fate;

    while (worker->nameless.num > 0 &&
           (suspect = cm_suspects_next(&worker->nameless, worker->dns_line,
                                       &fate)) != NULL) {
        if (fate == CM_FATE_AGAIN ||
            (fate == CM_FATE_STANDS && !suspect->job.repeated)) {
            suspect->job.repeated = true;
            atomic_fetch_add(&worker->share->counters->retries, 1);
            cm_suspects_again(&worker->nameless, suspect);
            continue;
        }
        if (fate == CM_FATE_OFFLINE) {
            suspect->evidence->fault = CM_FAULT_RESOLVER_DOWN;
        } else {
            cm_faults_dns_is_there(worker->share->faults);
        }
        settle_suspect(worker, suspect);
    }
}

void cm_worker_settle_suspects(struct cm_worker *worker)
{
    struct cm_suspect *suspect;
    enum cm_fate fate;

    if (atomic_load(&worker->share->counters->stop)) {
        cm_suspects_drop(&worker->suspects); /* they become not_scanned */
        cm_suspects_drop(&worker->nameless);
    }
    settle_nameless(worker);
    while (worker->suspects.num > 0 &&
           (suspect = cm_suspects_next(&worker->suspects, worker->line,
                                       &fate)) != NULL) {
        if (fate == CM_FATE_AGAIN) {
            cm_suspects_again(&worker->suspects, suspect);
            continue;
        }
        if (fate == CM_FATE_OFFLINE) {
            suspect->evidence->fault = CM_FAULT_OFFLINE;
        }
        settle_suspect(worker, suspect);
    }
}

void cm_worker_scan_done(void *arg, struct cm_scan *scan)
{
    struct cm_worker *worker = arg;

    scan->evidence->seen_unix = (int64_t)time(NULL);
    atomic_fetch_add(&worker->share->counters->retries, scan->retried);
    if (scan->evidence->throttle.times > 0) {
        atomic_fetch_add(&worker->share->counters->throttled, 1);
    }
    if (scan->out_of_memory) {
        cm_worker_fail(worker, CM_ENOMEM, "no memory for a result");
    } else if (!keep_suspect(worker, scan)) {
        settle(worker, scan->endpoint_id, &scan->endpoint, &scan->evidence);
    }
    cm_scan_abandon(scan);
    cm_slots_give_back(&worker->slots, cm_slot_of(scan));
    cm_worker_calm(worker);
}
