/* A binary heap of timers that know their own place in it, so that moving and
 * cancelling cost O(log n).
 * SPDX-License-Identifier: Apache-2.0 */
#include "net/timer.h"

#include <stdlib.h>

#define FIRST_CAP 64

static bool is_before(const struct cm_timer_entry *a,
                      const struct cm_timer_entry *b)
{
    if (a->due_ms != b->due_ms) {
        return a->due_ms < b->due_ms;
    }
    return a->order < b->order;
}

static void place(struct cm_timer_heap *heap, size_t at,
                  struct cm_timer_entry entry)
{
    heap->entries[at] = entry;
    entry.timer->slot = at + 1;
}

static void sift_up(struct cm_timer_heap *heap, size_t at,
                    struct cm_timer_entry entry)
{
    while (at > 0) {
        size_t parent = (at - 1) / 2;

        if (!is_before(&entry, &heap->entries[parent])) {
            break;
        }
        place(heap, at, heap->entries[parent]);
        at = parent;
    }
    place(heap, at, entry);
}

static void sift_down(struct cm_timer_heap *heap, size_t at,
                      struct cm_timer_entry entry)
{
    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= heap->count) {
            break;
        }
        if (child + 1 < heap->count &&
            is_before(&heap->entries[child + 1], &heap->entries[child])) {
            child++;
        }
        if (!is_before(&heap->entries[child], &entry)) {
            break;
        }
        place(heap, at, heap->entries[child]);
        at = child;
    }
    place(heap, at, entry);
}

static void settle(struct cm_timer_heap *heap, size_t at,
                   struct cm_timer_entry entry)
{
    if (at > 0 && is_before(&entry, &heap->entries[(at - 1) / 2])) {
        sift_up(heap, at, entry);
    } else {
        sift_down(heap, at, entry);
    }
}

static bool make_room(struct cm_timer_heap *heap)
{
    size_t cap = heap->cap == 0 ? FIRST_CAP : heap->cap * 2;
    struct cm_timer_entry *grown;

    if (heap->count < heap->cap) {
        return true;
    }
    grown = realloc(heap->entries, cap * sizeof(*grown));
    if (grown == NULL) {
        return false;
    }
    heap->entries = grown;
    heap->cap = cap;
    return true;
}

bool cm_timer_heap_put(struct cm_timer_heap *heap, struct cm_timer *timer)
{
    struct cm_timer_entry entry = {
        .due_ms = timer->due_ms, .order = heap->next_order, .timer = timer};

    if (timer->slot != 0) {
        heap->next_order++;
        settle(heap, timer->slot - 1, entry);
        return true;
    }
    if (!make_room(heap)) {
        return false;
    }
    heap->next_order++;
    heap->count++;
    sift_up(heap, heap->count - 1, entry);
    return true;
}

void cm_timer_heap_remove(struct cm_timer_heap *heap, struct cm_timer *timer)
{
    size_t at = timer->slot - 1;
    struct cm_timer_entry last;

    if (timer->slot == 0) {
        return;
    }
    timer->slot = 0;
    last = heap->entries[--heap->count];
    if (at < heap->count) {
        settle(heap, at, last);
    }
}

struct cm_timer *cm_timer_heap_pop(struct cm_timer_heap *heap, uint64_t now_ms,
                                   uint64_t order)
{
    struct cm_timer *timer;

    if (heap->count == 0 || heap->entries[0].due_ms > now_ms ||
        heap->entries[0].order >= order) {
        return NULL;
    }
    timer = heap->entries[0].timer;
    cm_timer_heap_remove(heap, timer);
    return timer;
}

void cm_timer_heap_delay(struct cm_timer_heap *heap, uint64_t ms)
{
    for (size_t i = 0; i < heap->count; i++) {
        heap->entries[i].due_ms += ms;
        heap->entries[i].timer->due_ms += ms;
    }
}

void cm_timer_heap_cleanup(struct cm_timer_heap *heap)
{
    free(heap->entries);
    *heap = (struct cm_timer_heap){0};
}
