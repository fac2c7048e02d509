/* One lock guards everything: it is held for some hundred nanoseconds twice in
 * an endpoint's life. Whoever gives a place back hands it to the first in the
 * queue, so that no wake-up is lost and nobody overtakes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "net/gate_parts.h"

#include <stdlib.h>

#include "certmuster/status.h"
#include "net/dial.h"

/* --- who waits --- */

static unsigned limit_now(const struct cm_gate_place *place)
{
    return place->backoff == NULL
               ? place->limit
               : cm_backoff_limit(place->backoff, place->limit);
}

static unsigned need_of(const struct cm_gate_spot *spot)
{
    unsigned limit = limit_now(spot->place);

    return spot->wants < limit ? spot->wants : limit;
}

static bool is_shut(const struct cm_gate_spot *spot, uint64_t now_ms)
{
    const struct cm_gate_place *place = spot->place;

    return (place->is_slow && now_ms < place->next_ms) ||
           place->in_use >= limit_now(place) ||
           need_of(spot) > limit_now(place) - place->in_use;
}

static void wait_at(struct cm_gate_place *place, struct cm_gate_pass *pass)
{
    pass->state = CM_PASS_WAITS;
    pass->waits_at = place;
    pass->next = NULL;
    pass->prev = place->last;
    if (place->last != NULL) {
        place->last->next = pass;
    } else {
        place->first = pass;
    }
    place->last = pass;
    place->num_waiting++;
}

static void unlink_pass(struct cm_gate_pass *pass, struct cm_gate_pass **first,
                        struct cm_gate_pass **last)
{
    if (pass->prev != NULL) {
        pass->prev->next = pass->next;
    } else {
        *first = pass->next;
    }
    if (pass->next != NULL) {
        pass->next->prev = pass->prev;
    } else {
        *last = pass->prev;
    }
    pass->prev = NULL;
    pass->next = NULL;
}

static void put_first(struct cm_gate_place *place, struct cm_gate_pass *pass)
{
    unlink_pass(pass, &place->first, &place->last);
    pass->next = place->first;
    if (place->first != NULL) {
        place->first->prev = pass;
    } else {
        place->last = pass;
    }
    place->first = pass;
}

static void wait_no_longer(struct cm_gate_pass *pass)
{
    struct cm_gate_place *place = pass->waits_at;

    cm_assert(place != NULL);
    unlink_pass(pass, &place->first, &place->last);
    place->num_waiting--;
    pass->waits_at = NULL;
    pass->state = CM_PASS_NONE;
}

/* All places or none; else it waits at the first that is shut. Newcomers stand
 * behind those that wait. */
static bool grant(struct cm_gate_pass *pass, bool is_new, uint64_t now_ms)
{
    for (unsigned i = 0; i < pass->num_spots; i++) {
        struct cm_gate_spot *spot = &pass->spots[i];

        if (is_shut(spot, now_ms) || (is_new && spot->place->first != NULL)) {
            wait_at(spot->place, pass);
            return false;
        }
    }
    pass->max_open = CM_DIAL_MAX_FDS;
    for (unsigned i = 0; i < pass->num_spots; i++) {
        struct cm_gate_spot *spot = &pass->spots[i];
        struct cm_gate_place *place = spot->place;

        spot->has = (uint8_t)need_of(spot);
        place->in_use += spot->has;
        if (spot->has < spot->wants && spot->has < pass->max_open) {
            pass->max_open = spot->has;
        }
        if (place->backoff != NULL) {
            spot->number = cm_backoff_started(place->backoff);
        }
        if (place->is_slow) {
            place->next_ms = now_ms + cm_backoff_gap_ms(place->backoff);
        }
    }
    return true;
}

static void call(struct cm_gate_pass *pass)
{
    struct cm_gate_lane *lane = pass->lane;

    pass->state = CM_PASS_CALLED;
    pass->next = NULL;
    pass->prev = lane->last;
    if (lane->last != NULL) {
        lane->last->next = pass;
    } else {
        lane->first = pass;
        lane->wake(lane->wake_arg);
    }
    lane->last = pass;
}

/* Lets in whoever can now. One that is stopped by another place waits there. */
static void serve(struct cm_gate_place *place, uint64_t now_ms)
{
    for (unsigned left = place->num_waiting;
         left > 0 && place->in_use < limit_now(place) &&
         !(place->is_slow && now_ms < place->next_ms);
         left--) {
        struct cm_gate_pass *pass = place->first;

        wait_no_longer(pass);
        if (grant(pass, false, now_ms)) {
            call(pass);
        } else if (pass->waits_at == place) {
            put_first(place, pass); /* it wants more than there is */
            break;
        }
    }
}

/* The prefix that has waiters and opens first sets the time. */
static void set_due(struct cm_gate *gate, uint64_t now_ms)
{
    uint64_t due_ms = UINT64_MAX;

    for (struct cm_gate_place *p = gate->slow.first; p != NULL; p = p->next) {
        serve(p, now_ms);
        if (p->first != NULL && p->next_ms > now_ms && p->next_ms < due_ms) {
            due_ms = p->next_ms;
        }
    }
    atomic_store(&gate->due_ms, due_ms);
}

/* --- the calls --- */

struct cm_gate *cm_gate_new(const struct cm_gate_config *config)
{
    struct cm_gate *gate = calloc(1, sizeof(*gate));

    if (gate == NULL) {
        return NULL;
    }
    gate->config = *config;
    (void)pthread_mutex_init(&gate->lock, NULL);
    atomic_store(&gate->due_ms, UINT64_MAX);
    gate->addresses = cm_map_new();
    gate->prefixes = cm_map_new();
    if (gate->addresses == NULL || gate->prefixes == NULL) {
        cm_gate_free(gate);
        return NULL;
    }
    return gate;
}

void cm_gate_free(struct cm_gate *gate)
{
    if (gate != NULL) {
        cm_map_free(gate->addresses, cm_gate_place_free);
        cm_map_free(gate->prefixes, cm_gate_place_free);
        (void)pthread_mutex_destroy(&gate->lock);
        free(gate);
    }
}

/* Gives back what the pass holds, or was just about to. */
static void drop(struct cm_gate_pass *pass, uint64_t now_ms)
{
    for (unsigned i = 0; i < pass->num_spots; i++) {
        pass->spots[i].place->in_use -= pass->spots[i].has;
    }
    for (unsigned i = 0; i < pass->num_spots; i++) {
        serve(pass->spots[i].place, now_ms);
    }
}

static void forget_spots(struct cm_gate *gate, struct cm_gate_pass *pass)
{
    for (unsigned i = 0; i < pass->num_spots; i++) {
        cm_gate_unname(gate, pass->spots[i].place);
    }
    if (pass->spots != pass->few) {
        free(pass->spots);
    }
    pass->spots = NULL;
    pass->num_spots = 0;
    pass->state = CM_PASS_NONE;
}

/* --- entering --- */

static struct cm_gate_spot *spot_of(const struct cm_gate_pass *pass,
                                    const struct cm_gate_place *place)
{
    for (unsigned i = 0; i < pass->num_spots; i++) {
        if (pass->spots[i].place == place) {
            return &pass->spots[i];
        }
    }
    return NULL;
}

/* One more connection at this place. False: no memory. */
static bool want(struct cm_gate *gate, struct cm_gate_pass *pass,
                 bool is_prefix, const struct cm_address *address)
{
    struct cm_gate_place *place = cm_gate_name(gate, is_prefix, address);
    struct cm_gate_spot *spot = place == NULL ? NULL : spot_of(pass, place);

    if (place == NULL) {
        return false;
    }
    if (spot != NULL) { /* named once is enough */
        cm_gate_unname(gate, place);
        if (is_prefix && spot->wants < CM_DIAL_MAX_FDS) {
            spot->wants++;
        }
        return true;
    }
    pass->spots[pass->num_spots++] =
        (struct cm_gate_spot){.place = place, .wants = 1};
    return true;
}

static bool want_all(struct cm_gate *gate, struct cm_gate_pass *pass,
                     const struct cm_address *addresses, unsigned num)
{
    struct cm_address prefix;

    pass->num_spots = 0;
    pass->spots = pass->few;
    if (2 * num > CM_GATE_FEW_SPOTS) {
        pass->spots = calloc(2 * (size_t)num, sizeof(*pass->spots));
    }
    for (unsigned i = 0; pass->spots != NULL && i < num; i++) {
        cm_address_prefix(&addresses[i], &prefix);
        if (!want(gate, pass, false, &addresses[i]) ||
            !want(gate, pass, true, &prefix)) {
            forget_spots(gate, pass);
            return false;
        }
    }
    return pass->spots != NULL;
}

/* Does it hold a place at each of these already? */
static bool holds_all(const struct cm_gate *gate,
                      const struct cm_gate_pass *pass,
                      const struct cm_address *addresses, unsigned num)
{
    if (pass->state != CM_PASS_HOLDS) {
        return false;
    }
    for (unsigned i = 0; i < num; i++) {
        const struct cm_gate_place *place =
            cm_gate_find(gate, false, &addresses[i]);
        const struct cm_gate_spot *spot =
            place == NULL ? NULL : spot_of(pass, place);

        if (spot == NULL || spot->has == 0) {
            return false;
        }
    }
    return true;
}

static void leave(struct cm_gate *gate, struct cm_gate_pass *pass,
                  uint64_t now_ms)
{
    if (pass->state == CM_PASS_WAITS) {
        wait_no_longer(pass);
    } else if (pass->state != CM_PASS_NONE) {
        if (pass->state == CM_PASS_CALLED) {
            unlink_pass(pass, &pass->lane->first, &pass->lane->last);
        }
        drop(pass, now_ms);
    }
    forget_spots(gate, pass);
}

enum cm_gate_answer cm_gate_enter(struct cm_gate *gate,
                                  struct cm_gate_pass *pass,
                                  const struct cm_address *addresses,
                                  unsigned num, uint64_t now_ms)
{
    enum cm_gate_answer answer = CM_GATE_OPEN;

    (void)pthread_mutex_lock(&gate->lock);
    if (!holds_all(gate, pass, addresses, num)) {
        leave(gate, pass, now_ms);
        if (!want_all(gate, pass, addresses, num)) {
            answer = CM_GATE_NO_MEMORY;
        } else if (grant(pass, true, now_ms)) {
            pass->state = CM_PASS_HOLDS;
        } else {
            answer = CM_GATE_WAIT;
        }
        set_due(gate, now_ms);
    }
    (void)pthread_mutex_unlock(&gate->lock);
    return answer;
}

struct cm_gate_pass *cm_gate_collect(struct cm_gate *gate,
                                     struct cm_gate_lane *lane)
{
    struct cm_gate_pass *pass;

    (void)pthread_mutex_lock(&gate->lock);
    pass = lane->first;
    if (pass != NULL) {
        unlink_pass(pass, &lane->first, &lane->last);
        pass->state = CM_PASS_HOLDS;
    }
    (void)pthread_mutex_unlock(&gate->lock);
    return pass;
}

void cm_gate_keep(struct cm_gate *gate, struct cm_gate_pass *pass,
                  const struct cm_address *address, uint64_t now_ms)
{
    struct cm_address prefix;

    if (pass->num_spots <= 2) {
        return; /* one address and its prefix */
    }
    cm_address_prefix(address, &prefix);
    (void)pthread_mutex_lock(&gate->lock);
    for (unsigned i = 0; i < pass->num_spots; i++) {
        struct cm_gate_spot *spot = &pass->spots[i];
        bool is_prefix = spot->place->backoff != NULL;
        uint8_t kept =
            spot->place ==
                    cm_gate_find(gate, is_prefix, is_prefix ? &prefix : address)
                ? 1
                : 0;

        if (spot->has > kept) {
            spot->place->in_use -= (unsigned)spot->has - kept;
            spot->has = kept;
            serve(spot->place, now_ms);
        }
    }
    set_due(gate, now_ms);
    (void)pthread_mutex_unlock(&gate->lock);
}

void cm_gate_leave(struct cm_gate *gate, struct cm_gate_pass *pass,
                   uint64_t now_ms)
{
    if (gate == NULL || pass->num_spots == 0) {
        return;
    }
    (void)pthread_mutex_lock(&gate->lock);
    leave(gate, pass, now_ms);
    set_due(gate, now_ms);
    (void)pthread_mutex_unlock(&gate->lock);
}

/* --- back-off --- */

/* The level of a prefix has changed: others may go in, or nobody. */
static void level_changed(struct cm_gate *gate, struct cm_gate_place *place,
                          uint64_t now_ms)
{
    bool slow = cm_backoff_is_slow(place->backoff);

    if (slow && !place->is_slow) {
        cm_gate_list_add(&gate->slow, place);
        place->next_ms = now_ms;
    } else if (!slow && place->is_slow) {
        cm_gate_list_remove(&gate->slow, place);
    }
    place->is_slow = slow;
    serve(place, now_ms);
}

void cm_gate_report(struct cm_gate *gate, const struct cm_gate_pass *pass,
                    const struct cm_address *address,
                    struct cm_backoff_outcome outcome, uint64_t now_ms)
{
    struct cm_address prefix;
    struct cm_gate_place *place;
    const struct cm_gate_spot *spot;

    if (!gate->config.back_off || pass->state != CM_PASS_HOLDS) {
        return;
    }
    cm_address_prefix(address, &prefix);
    (void)pthread_mutex_lock(&gate->lock);
    place = cm_gate_find(gate, true, &prefix);
    spot = place == NULL ? NULL : spot_of(pass, place);
    if (spot != NULL) {
        outcome.number = spot->number;
        if (cm_backoff_ended(place->backoff, &outcome, place->in_use)) {
            level_changed(gate, place, now_ms);
            set_due(gate, now_ms);
        }
    }
    (void)pthread_mutex_unlock(&gate->lock);
}

void cm_gate_network(struct cm_gate *gate, const struct cm_address *address,
                     struct cm_gate_network *out)
{
    const struct cm_gate_place *place;

    *out = (struct cm_gate_network){.slow = false};
    cm_address_prefix(address, &out->prefix);
    (void)pthread_mutex_lock(&gate->lock);
    place = cm_gate_find(gate, true, &out->prefix);
    if (place != NULL) {
        out->slow = place->is_slow;
        out->given_up = place->backoff->given_up;
        out->failed = place->backoff->proof_failed;
        out->of = place->backoff->proof_of;
    }
    (void)pthread_mutex_unlock(&gate->lock);
}

uint64_t cm_gate_due_ms(const struct cm_gate *gate)
{
    return atomic_load_explicit(&gate->due_ms, memory_order_relaxed);
}

void cm_gate_tick(struct cm_gate *gate, uint64_t now_ms)
{
    (void)pthread_mutex_lock(&gate->lock);
    set_due(gate, now_ms);
    (void)pthread_mutex_unlock(&gate->lock);
}
