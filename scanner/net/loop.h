/* One thread's event loop: descriptors (epoll), timers (a heap), wake-ups from
 * other threads. Nothing here knows DNS or TLS.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_LOOP_H
#define CERTMUSTER_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/status.h"

#define CM_READABLE 1U
#define CM_WRITABLE 2U
#define CM_HANGUP                                                              \
    4U /* error or hang-up: a read or write will tell which, so                \
          it comes with the bits that were waited for. Waiting                 \
          for 0 hears not even this. */

struct cm_loop; /* opaque */

/* `ready` has CM_READABLE, CM_WRITABLE, CM_HANGUP bits. */
typedef void cm_io_fn(void *arg, unsigned ready);
typedef void cm_timer_fn(void *arg);

enum cm_status cm_loop_new(struct cm_loop **out, struct cm_error *err);
void cm_loop_free(struct cm_loop *loop);
/* Milliseconds of a clock that never jumps; read once per turn. */
uint64_t cm_loop_now_ms(const struct cm_loop *loop);

/* A watched descriptor. The handle stays valid until cm_loop_unwatch; an event
 * that was already queued for a watch that is gone is dropped (its generation
 * differs), so it never reaches a reused descriptor. */
typedef uint64_t cm_watch; /* 0: none */
enum cm_status cm_loop_watch(struct cm_loop *loop, int fd, unsigned interest,
                             cm_io_fn *fn, void *arg, cm_watch *out);
/* Level-triggered: `interest` is what to wait for from now on. */
enum cm_status cm_loop_interest(struct cm_loop *loop, cm_watch watch,
                                unsigned interest);
/* The descriptor has another user from now on; the watch stays the same. */
enum cm_status cm_loop_hand_over(struct cm_loop *loop, cm_watch watch,
                                 unsigned interest, cm_io_fn *fn, void *arg);
/* Is it (still) watched for this user? */
bool cm_loop_watches_for(const struct cm_loop *loop, cm_watch watch,
                         const void *arg);
/* Forgets the watch and leaves the descriptor open. */
void cm_loop_unwatch(struct cm_loop *loop, cm_watch watch);
/* Forgets the watch, if it is one, and closes its descriptor `fd`, of which
 * there must be no duplicate. */
void cm_loop_close(struct cm_loop *loop, cm_watch watch, int fd);

/* A timer is part of its owner. Zero-initialised is "not set". */
struct cm_timer {
    uint64_t due_ms;
    size_t slot; /* its place in the heap + 1; 0: not set */
    cm_timer_fn *fn;
    void *arg;
};
/* Sets or moves it; a time that is past means in the next turn at the latest,
 * never from inside the call. Timers due at the same time run in the order in
 * which they were set. False: no memory. */
bool cm_timer_set(struct cm_loop *loop, struct cm_timer *timer, uint64_t due_ms,
                  cm_timer_fn *fn, void *arg);
void cm_timer_cancel(struct cm_loop *loop, struct cm_timer *timer);

/* cm_loop_turn waits for events, at most until the next timer or `max_ms` (-1:
 * no limit), and runs what is due. */
enum cm_status cm_loop_turn(struct cm_loop *loop, int max_ms,
                            struct cm_error *err);
/* Thread-safe, signal-safe: makes a running or the next turn return. */
void cm_loop_wake(struct cm_loop *loop);

#endif
