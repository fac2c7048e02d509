/* SPDX-License-Identifier: Apache-2.0 */
#include "run/slots.h"

#include <stdlib.h>

#define SLAB_SLOTS 64U /* slots made at a time */

struct cm_slab {
    struct cm_slab *next;
    struct cm_slot slots[SLAB_SLOTS];
};

void cm_slots_init(struct cm_slots *slots, struct cm_counters *counters)
{
    *slots = (struct cm_slots){.counters = counters};
    slots->busy.next_busy = &slots->busy;
    slots->busy.prev_busy = &slots->busy;
    slots->last_ready = &slots->ready;
}

void cm_slots_cleanup(struct cm_slots *slots)
{
    while (slots->slabs != NULL) {
        struct cm_slab *slab = slots->slabs;

        slots->slabs = slab->next;
        free(slab);
    }
}

static bool grow(struct cm_slots *slots)
{
    struct cm_slab *slab = calloc(1, sizeof(*slab));

    if (slab == NULL) {
        return false;
    }
    slab->next = slots->slabs;
    slots->slabs = slab;
    for (size_t i = 0; i < SLAB_SLOTS; i++) {
        slab->slots[i].next_free = slots->free_slots;
        slots->free_slots = &slab->slots[i];
    }
    return true;
}

static void count_in(struct cm_slots *slots)
{
    slots->in_flight++;
    atomic_fetch_add(&slots->counters->in_flight, 1);
}

static void count_out(struct cm_slots *slots)
{
    slots->in_flight--;
    atomic_fetch_sub(&slots->counters->in_flight, 1);
}

static atomic_uint_fast64_t *parked_of(const struct cm_slots *slots,
                                       const struct cm_slot *slot)
{
    return slot->aside ? &slots->counters->set_aside
                       : &slots->counters->waiting;
}

static void unpark(struct cm_slots *slots, struct cm_slot *slot)
{
    slot->parked = false;
    slots->parked--;
    atomic_fetch_sub(parked_of(slots, slot), 1);
}

struct cm_slot *cm_slots_take(struct cm_slots *slots)
{
    struct cm_slot *slot;

    if (slots->free_slots == NULL && !grow(slots)) {
        return NULL;
    }
    slot = slots->free_slots;
    slots->free_slots = slot->next_free;
    slot->next_busy = slots->busy.next_busy;
    slot->prev_busy = &slots->busy;
    slot->next_busy->prev_busy = slot;
    slots->busy.next_busy = slot;
    count_in(slots);
    return slot;
}

void cm_slots_give_back(struct cm_slots *slots, struct cm_slot *slot)
{
    slot->prev_busy->next_busy = slot->next_busy;
    slot->next_busy->prev_busy = slot->prev_busy;
    slot->next_free = slots->free_slots;
    slots->free_slots = slot;
    if (slot->parked) {
        unpark(slots, slot);
    } else {
        count_out(slots);
    }
}

struct cm_slot *cm_slot_of(struct cm_scan *scan)
{
    return (struct cm_slot *)(void *)scan;
}

void cm_slots_park(struct cm_slots *slots, struct cm_slot *slot, bool aside)
{
    slot->parked = true;
    slot->aside = aside;
    atomic_fetch_add(parked_of(slots, slot), 1);
    slots->parked++;
    count_out(slots);
}

void cm_slots_ready(struct cm_slots *slots, struct cm_slot *slot)
{
    slot->next_free = NULL;
    *slots->last_ready = slot;
    slots->last_ready = &slot->next_free;
}

struct cm_slot *cm_slots_next_ready(struct cm_slots *slots)
{
    struct cm_slot *slot = slots->ready;

    if (slot == NULL) {
        return NULL;
    }
    slots->ready = slot->next_free;
    if (slots->ready == NULL) {
        slots->last_ready = &slots->ready;
    }
    unpark(slots, slot);
    count_in(slots);
    return slot;
}

void cm_slots_forget_ready(struct cm_slots *slots)
{
    slots->ready = NULL;
    slots->last_ready = &slots->ready;
}
