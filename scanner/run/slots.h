/* The endpoints of one worker that were begun. Those that wait for a place at
 * their address, or for a better time, are parked: they do not count as under
 * way, but take memory. SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_SLOTS_H
#define CERTMUSTER_RUN_SLOTS_H

#include "run/parts.h"

struct cm_slot {
    struct cm_scan scan; /* first: a scan leads to its slot */
    bool parked;
    bool aside;     /* parked until a better time, not until a place is free */
    unsigned began; /* cm_lifeline_asked when it was started */
    unsigned dns_began;        /* the same, of DNS */
    bool repeated;             /* the job was */
    struct cm_slot *next_free; /* or the next one that is ready */
    struct cm_slot *prev_busy;
    struct cm_slot *next_busy;
};

struct cm_slab;
struct cm_slots {
    struct cm_counters *counters; /* borrowed */
    struct cm_slab *slabs;
    struct cm_slot *free_slots;
    struct cm_slot busy; /* head of the ring of slots in use */
    unsigned in_flight;
    unsigned parked;
    struct cm_slot *ready; /* parked ones that may go on */
    struct cm_slot **last_ready;
};

void cm_slots_init(struct cm_slots *slots, struct cm_counters *counters);
void cm_slots_cleanup(struct cm_slots *slots); /* nothing is under way */
struct cm_slot *cm_slots_take(struct cm_slots *slots); /* NULL: no memory */
void cm_slots_give_back(struct cm_slots *slots, struct cm_slot *slot);
struct cm_slot *cm_slot_of(struct cm_scan *scan);

void cm_slots_park(struct cm_slots *slots, struct cm_slot *slot, bool aside);
/* It may go on as soon as cm_slots_next_ready gives it: who was ready first
 * comes first, and counts as under way again. NULL: nobody is ready. */
void cm_slots_ready(struct cm_slots *slots, struct cm_slot *slot);
struct cm_slot *cm_slots_next_ready(struct cm_slots *slots);
void cm_slots_forget_ready(struct cm_slots *slots); /* they stay parked */

#endif
