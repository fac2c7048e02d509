/* SPDX-License-Identifier: Apache-2.0 */
#include "run/lifeline.h"

#include <errno.h>
#include <string.h>

void cm_lifeline_open(struct cm_lifeline *line, unsigned patience_ms)
{
    memset(line, 0, sizeof(*line));
    (void)pthread_mutex_init(&line->lock, NULL);
    line->patience_ms =
        patience_ms != 0 ? patience_ms : CM_LIFELINE_PATIENCE_MS;
    atomic_store(&line->state, CM_LIFELINE_UNKNOWN);
}

void cm_lifeline_trust(struct cm_lifeline *line)
{
    atomic_store(&line->state, CM_LIFELINE_UP);
}

void cm_lifeline_close(struct cm_lifeline *line)
{
    (void)pthread_mutex_destroy(&line->lock);
}

static bool lacks_network(int error)
{
    return error == ENETUNREACH || error == EHOSTUNREACH || error == ENETDOWN ||
           error == EHOSTDOWN || error == EADDRNOTAVAIL;
}

static bool probe_suspects(const struct cm_probe *probe)
{
    if (probe->num_chain > 0 || probe->reached > CM_PHASE_HANDSHAKING) {
        return false; /* it was there */
    }
    return probe->end == CM_END_NONE || probe->end == CM_END_TIMEOUT ||
           probe->end == CM_END_RESET ||
           (probe->end == CM_END_SYSTEM && lacks_network(probe->sys_errno));
}

bool cm_lifeline_suspects(const struct cm_evidence *ev)
{
    if (ev->num_probes == 0) {
        return ev->dns.result == CM_DNS_TIMEOUT;
    }
    for (size_t i = 0; i < ev->num_probes; i++) {
        if (!probe_suspects(&ev->probes[i])) {
            return false;
        }
    }
    return true;
}

bool cm_lifeline_note(struct cm_lifeline *line, bool suspect)
{
    bool wanted = false;

    (void)pthread_mutex_lock(&line->lock);
    line->recent = line->recent << 1 | (suspect ? 1U : 0U);
    line->num_recent++;
    if (line->num_recent >= CM_LIFELINE_RECENT &&
        __builtin_popcountll(line->recent) >= (int)CM_LIFELINE_MANY) {
        line->wanted = true;
        wanted = true;
        line->recent = 0; /* the answer is about all of these */
        line->num_recent = 0;
    }
    (void)pthread_mutex_unlock(&line->lock);
    return wanted;
}

void cm_lifeline_want(struct cm_lifeline *line)
{
    (void)pthread_mutex_lock(&line->lock);
    line->wanted = true;
    (void)pthread_mutex_unlock(&line->lock);
}

static bool is_unanswered(int state)
{
    return state == CM_LIFELINE_UNKNOWN || state == CM_LIFELINE_DOWN;
}

bool cm_lifeline_holds(const struct cm_lifeline *line)
{
    return is_unanswered(atomic_load(&line->state));
}

bool cm_lifeline_is_lost(const struct cm_lifeline *line)
{
    return atomic_load(&line->state) == CM_LIFELINE_LOST;
}

unsigned cm_lifeline_asked(const struct cm_lifeline *line)
{
    return atomic_load(&line->asked);
}

/* An asking that was under way when the endpoint failed proves nothing: its
 * answer may have come before. */
enum cm_fate cm_lifeline_fate(const struct cm_lifeline *line, unsigned began,
                              unsigned ended)
{
    if (atomic_load(&line->up_at) > ended) {
        return atomic_load(&line->down_at) > began ? CM_FATE_AGAIN
                                                   : CM_FATE_STANDS;
    }
    return cm_lifeline_is_lost(line) ? CM_FATE_OFFLINE : CM_FATE_OPEN;
}

bool cm_lifeline_due(struct cm_lifeline *line, uint64_t now_ms, int *wait_ms)
{
    int state = atomic_load(&line->state);
    uint64_t due_ms;
    bool due = false;

    *wait_ms = -1;
    (void)pthread_mutex_lock(&line->lock);
    if (!line->asking && state != CM_LIFELINE_LOST &&
        (line->wanted || is_unanswered(state))) {
        due_ms = atomic_load(&line->asked) == 0
                     ? now_ms
                     : line->began_ms + CM_LIFELINE_GAP_MS;
        due = due_ms <= now_ms;
        *wait_ms = due ? 0 : (int)(due_ms - now_ms);
    }
    (void)pthread_mutex_unlock(&line->lock);
    return due;
}

void cm_lifeline_begin(struct cm_lifeline *line, uint64_t now_ms)
{
    (void)pthread_mutex_lock(&line->lock);
    line->wanted = false;
    line->asking = true;
    line->began_ms = now_ms;
    atomic_fetch_add(&line->asked, 1);
    (void)pthread_mutex_unlock(&line->lock);
}

static void went_down(struct cm_lifeline *line, uint64_t now_ms)
{
    if (atomic_load(&line->state) != CM_LIFELINE_DOWN) {
        line->down_since_ms = now_ms;
        line->outages++;
    }
    atomic_store(&line->down_at, atomic_load(&line->asked));
    atomic_store(&line->state,
                 now_ms - line->down_since_ms >= line->patience_ms ||
                         line->outages > CM_LIFELINE_OUTAGES
                     ? CM_LIFELINE_LOST
                     : CM_LIFELINE_DOWN);
}

void cm_lifeline_end(struct cm_lifeline *line, uint64_t now_ms, bool answered)
{
    (void)pthread_mutex_lock(&line->lock);
    line->asking = false;
    line->recent = 0;
    line->num_recent = 0;
    if (answered) {
        atomic_store(&line->up_at, atomic_load(&line->asked));
        atomic_store(&line->state, CM_LIFELINE_UP);
    } else {
        went_down(line, now_ms);
    }
    (void)pthread_mutex_unlock(&line->lock);
}

void cm_lifeline_give_up(struct cm_lifeline *line)
{
    atomic_store(&line->state, CM_LIFELINE_LOST);
}
