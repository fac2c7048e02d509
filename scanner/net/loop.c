/* The event loop: level-triggered epoll over a slab of watches. Each slot has
 * a generation that changes when it is given back; slot and generation travel
 * through the kernel with every event, so an event for a watch that is gone
 * is recognised and dropped.
 * SPDX-License-Identifier: Apache-2.0 */
#include "net/loop.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "net/timer.h"

/* Events taken from the kernel at once. Some are a handshake of work, and what
 * is to start next starts after them: many would make waves of connections that
 * all wait at the same time. */
#define BATCH 32
#define FIRST_SLOTS 64 /* of the slab */
#define NO_SLOT UINT32_MAX
/* So long beyond its sleep a turn may take. What takes longer is not the work:
 * the process was stopped, or the machine slept. Of that time so much counts:
 * a loop that is always late comes to an end, too. */
#define GAP_MS 2000U
#define GAP_COUNTED_MS 250U
#define WAKE_TOKEN 0 /* no watch has it: generations start at 1 */

struct slot {
    cm_io_fn *fn; /* NULL: free */
    void *arg;
    int fd;
    unsigned interest; /* 0: not in the epoll set */
    uint32_t generation;
    uint32_t next_free;
};

struct cm_loop {
    int epoll_fd;
    int wake_fd;
    uint64_t now_ms;
    struct slot *slots; /* owned */
    uint32_t num_slots;
    uint32_t first_free;
    struct cm_timer_heap timers;
};

static uint64_t clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

enum cm_status cm_loop_new(struct cm_loop **out, struct cm_error *err)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = WAKE_TOKEN};
    struct cm_loop *loop = calloc(1, sizeof(*loop));

    *out = NULL;
    if (loop == NULL) {
        return cm_error_nomem(err, "an event loop");
    }
    loop->first_free = NO_SLOT;
    loop->now_ms = clock_ms();
    loop->wake_fd = -1;
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll_fd >= 0) {
        loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    }
    if (loop->wake_fd < 0 ||
        epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->wake_fd, &event) != 0) {
        enum cm_status status = cm_error_set(
            err, CM_EIO, "cannot make an event loop: %s", strerror(errno));

        cm_loop_free(loop);
        return status;
    }
    *out = loop;
    return CM_OK;
}

void cm_loop_free(struct cm_loop *loop)
{
    if (loop == NULL) {
        return;
    }
    if (loop->wake_fd >= 0) {
        close(loop->wake_fd);
    }
    if (loop->epoll_fd >= 0) {
        close(loop->epoll_fd);
    }
    cm_timer_heap_cleanup(&loop->timers);
    free(loop->slots);
    free(loop);
}

uint64_t cm_loop_now_ms(const struct cm_loop *loop)
{
    return loop->now_ms;
}

static cm_watch watch_of(const struct cm_loop *loop, uint32_t index)
{
    return (uint64_t)loop->slots[index].generation << 32 | index;
}

/* The slot of a watch; NULL when it was given back since. */
static struct slot *slot_of(const struct cm_loop *loop, cm_watch watch)
{
    uint32_t index = (uint32_t)watch;
    struct slot *slot;

    if (index >= loop->num_slots) {
        return NULL;
    }
    slot = &loop->slots[index];
    if (slot->fn == NULL || slot->generation != (uint32_t)(watch >> 32)) {
        return NULL;
    }
    return slot;
}

static bool add_slots(struct cm_loop *loop)
{
    uint32_t count = loop->num_slots == 0 ? FIRST_SLOTS : loop->num_slots * 2;
    struct slot *grown = realloc(loop->slots, count * sizeof(*grown));

    if (grown == NULL) {
        return false;
    }
    loop->slots = grown;
    for (uint32_t i = count; i-- > loop->num_slots;) {
        loop->slots[i] =
            (struct slot){.generation = 1, .next_free = loop->first_free};
        loop->first_free = i;
    }
    loop->num_slots = count;
    return true;
}

/* Tells the kernel. A descriptor that waits for nothing is taken out of the
 * set: a level-triggered hang-up would be reported for ever. */
static bool apply(const struct cm_loop *loop, cm_watch watch, int fd,
                  unsigned before, unsigned after)
{
    struct epoll_event event = {.data.u64 = watch};
    int op = EPOLL_CTL_MOD;

    if (before == after) {
        return true;
    }
    if (before == 0) {
        op = EPOLL_CTL_ADD;
    } else if (after == 0) {
        op = EPOLL_CTL_DEL;
    }
    event.events = ((after & CM_READABLE) != 0 ? (uint32_t)EPOLLIN : 0U) |
                   ((after & CM_WRITABLE) != 0 ? (uint32_t)EPOLLOUT : 0U);
    return epoll_ctl(loop->epoll_fd, op, fd, &event) == 0;
}

/* CM_HANGUP is always reported; alone it asks for nothing more. */
static unsigned interest_of(unsigned interest)
{
    return interest & (CM_READABLE | CM_WRITABLE | CM_HANGUP);
}

enum cm_status cm_loop_watch(struct cm_loop *loop, int fd, unsigned interest,
                             cm_io_fn *fn, void *arg, cm_watch *out)
{
    uint32_t index;
    struct slot *slot;

    *out = 0;
    if (loop->first_free == NO_SLOT && !add_slots(loop)) {
        return CM_ENOMEM;
    }
    index = loop->first_free;
    slot = &loop->slots[index];
    interest = interest_of(interest);
    if (!apply(loop, watch_of(loop, index), fd, 0, interest)) {
        return errno == ENOMEM ? CM_ENOMEM : CM_EIO;
    }
    loop->first_free = slot->next_free;
    slot->fn = fn;
    slot->arg = arg;
    slot->fd = fd;
    slot->interest = interest;
    *out = watch_of(loop, index);
    return CM_OK;
}

enum cm_status cm_loop_interest(struct cm_loop *loop, cm_watch watch,
                                unsigned interest)
{
    struct slot *slot = slot_of(loop, watch);

    if (slot == NULL) {
        return CM_EINTERNAL;
    }
    interest = interest_of(interest);
    if (!apply(loop, watch, slot->fd, slot->interest, interest)) {
        return errno == ENOMEM ? CM_ENOMEM : CM_EIO;
    }
    slot->interest = interest;
    return CM_OK;
}

enum cm_status cm_loop_hand_over(struct cm_loop *loop, cm_watch watch,
                                 unsigned interest, cm_io_fn *fn, void *arg)
{
    enum cm_status status = cm_loop_interest(loop, watch, interest);
    struct slot *slot = slot_of(loop, watch);

    if (status == CM_OK) {
        slot->fn = fn;
        slot->arg = arg;
    }
    return status;
}

bool cm_loop_watches_for(const struct cm_loop *loop, cm_watch watch,
                         const void *arg)
{
    const struct slot *slot = slot_of(loop, watch);

    return slot != NULL && slot->arg == arg;
}

static void give_back(struct cm_loop *loop, struct slot *slot, uint32_t index)
{
    slot->fn = NULL;
    slot->generation++;
    if (slot->generation == 0) {
        slot->generation = 1;
    }
    slot->next_free = loop->first_free;
    loop->first_free = index;
}

void cm_loop_unwatch(struct cm_loop *loop, cm_watch watch)
{
    struct slot *slot = slot_of(loop, watch);

    if (slot != NULL) {
        (void)apply(loop, watch, slot->fd, slot->interest, 0);
        give_back(loop, slot, (uint32_t)watch);
    }
}

/* The kernel takes a descriptor out of the set when it is closed. */
void cm_loop_close(struct cm_loop *loop, cm_watch watch, int fd)
{
    struct slot *slot = slot_of(loop, watch);

    if (slot != NULL) {
        give_back(loop, slot, (uint32_t)watch);
    }
    (void)close(fd);
}

bool cm_timer_set(struct cm_loop *loop, struct cm_timer *timer, uint64_t due_ms,
                  cm_timer_fn *fn, void *arg)
{
    timer->fn = fn;
    timer->arg = arg;
    /* A time in the past is now: so that one that is set again and again to
     * "at once" cannot keep the others from running. */
    timer->due_ms = due_ms > loop->now_ms ? due_ms : loop->now_ms;
    return cm_timer_heap_put(&loop->timers, timer);
}

void cm_timer_cancel(struct cm_loop *loop, struct cm_timer *timer)
{
    cm_timer_heap_remove(&loop->timers, timer);
}

/* How long to sleep: until the next timer, at most `max_ms`, -1 for ever. */
static int sleep_ms(const struct cm_loop *loop, int max_ms)
{
    const struct cm_timer_heap *timers = &loop->timers;
    uint64_t limit = max_ms < 0 ? INT_MAX : (uint64_t)max_ms;
    uint64_t now;

    if (timers->count == 0 || limit == 0) {
        return max_ms;
    }
    now = clock_ms(); /* what the handlers used up since counts */
    if (timers->entries[0].due_ms <= now) {
        return 0;
    }
    if (timers->entries[0].due_ms - now < limit) {
        limit = timers->entries[0].due_ms - now;
    }
    return (int)limit;
}

static void run_event(struct cm_loop *loop, const struct epoll_event *event)
{
    const struct slot *slot;
    unsigned ready = 0;
    uint64_t count;

    if (event->data.u64 == WAKE_TOKEN) {
        (void)!read(loop->wake_fd, &count, sizeof(count));
        return;
    }
    slot = slot_of(loop, event->data.u64);
    if (slot == NULL) {
        return; /* unwatched by a handler earlier in this batch */
    }
    if ((event->events & (uint32_t)EPOLLIN) != 0) {
        ready |= CM_READABLE;
    }
    if ((event->events & (uint32_t)EPOLLOUT) != 0) {
        ready |= CM_WRITABLE;
    }
    if ((event->events & (uint32_t)(EPOLLERR | EPOLLHUP)) != 0) {
        ready |= CM_HANGUP | slot->interest;
    }
    slot->fn(slot->arg, ready);
}

/* Time in which nobody could look at the answers is nobody's delay: what was
 * to happen within it has as much time left as before. */
static void look_at_clock(struct cm_loop *loop, int slept_ms)
{
    uint64_t now_ms = clock_ms();
    uint64_t meant_ms = loop->now_ms + (slept_ms > 0 ? (uint64_t)slept_ms : 0);

    if (now_ms > meant_ms + GAP_MS) {
        cm_timer_heap_delay(&loop->timers, now_ms - meant_ms - GAP_COUNTED_MS);
    }
    loop->now_ms = now_ms;
}

enum cm_status cm_loop_turn(struct cm_loop *loop, int max_ms,
                            struct cm_error *err)
{
    struct epoll_event events[BATCH];
    struct cm_timer *timer;
    uint64_t order;
    int slept_ms = sleep_ms(loop, max_ms);
    int count = epoll_wait(loop->epoll_fd, events, BATCH, slept_ms);

    if (count < 0 && errno != EINTR) {
        return cm_error_set(err, CM_EIO, "waiting for the network failed: %s",
                            strerror(errno));
    }
    look_at_clock(loop, slept_ms);
    for (int i = 0; i < count; i++) {
        run_event(loop, &events[i]);
    }
    /* A timer that is set from here on has its turn in the next turn. */
    order = loop->timers.next_order;
    while ((timer = cm_timer_heap_pop(&loop->timers, loop->now_ms, order)) !=
           NULL) {
        timer->fn(timer->arg);
    }
    return CM_OK;
}

void cm_loop_wake(struct cm_loop *loop)
{
    const uint64_t one = 1;
    int saved_errno = errno; /* signal handlers must leave it alone */

    (void)!write(loop->wake_fd, &one, sizeof(one));
    errno = saved_errno;
}
