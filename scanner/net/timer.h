/* The loop's timers: a binary heap of entries that point to timers inside
 * their owners. Private to loop.c and timer.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TIMER_H
#define CERTMUSTER_TIMER_H

#include "net/loop.h"

/* The keys are kept here and not in the timer, so that sifting stays within
 * one array. */
struct cm_timer_entry {
    uint64_t due_ms;
    uint64_t order; /* timers due at the same time run as they were set */
    struct cm_timer *timer;
};

/* The zero state is an empty heap. */
struct cm_timer_heap {
    struct cm_timer_entry *entries; /* owned */
    size_t count;
    size_t cap;
    uint64_t next_order;
};

/* Puts the timer in, or moves it if it is there. False: no memory. */
bool cm_timer_heap_put(struct cm_timer_heap *heap, struct cm_timer *timer);
/* Fine on a timer that is not set. */
void cm_timer_heap_remove(struct cm_timer_heap *heap, struct cm_timer *timer);
/* Takes out and returns the first timer if it is due and was set before
 * `order`; NULL otherwise. */
struct cm_timer *cm_timer_heap_pop(struct cm_timer_heap *heap, uint64_t now_ms,
                                   uint64_t order);
/* All are due so much later. */
void cm_timer_heap_delay(struct cm_timer_heap *heap, uint64_t ms);
void cm_timer_heap_cleanup(struct cm_timer_heap *heap);

#endif
