/* Opening a TCP connection to the first of several addresses that answers
 * (RFC 8305), and telling what became of each attempt.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_DIAL_H
#define CERTMUSTER_DIAL_H

#include "certmuster/endpoint.h"
#include "certmuster/evidence.h"
#include "net/loop.h"

#define CM_DIAL_STAGGER_MS 250 /* RFC 8305 section 5: attempt delay */

struct cm_dial_attempt {
    struct cm_address address;
    bool started;
    enum cm_end end; /* CM_END_NONE while under way or when it was abandoned
                        because another won; CM_END_COMPLETE for the winner */
    int sys_errno;   /* 0, or of the failed connect; ETIMEDOUT by our timer */
    uint32_t ms;
};

struct cm_dial_result {
    int fd; /* connected, non-blocking; the receiver's. -1: none */
    /* Of fd, in the loop: the receiver may take it over (cm_loop_hand_over) or
     * close it (cm_loop_close), else it ends with the call. */
    cm_watch watch;
    size_t winner; /* index into attempts when fd >= 0 */
    const struct cm_dial_attempt *attempts; /* borrowed for the call */
    size_t num_attempts;
    int local_errno; /* not 0: our own side failed (EMFILE ...) */
};
/* Called once, never from inside cm_dial_start. */
typedef void cm_dial_fn(void *arg, const struct cm_dial_result *result);

struct cm_dial; /* opaque */

/* cm_dial_order sorts by RFC 8305 section 4: families interleaved, IPv6 first
 * unless only one family is wanted (4, 6, or 0 for both); others are dropped.
 */
unsigned cm_dial_order(struct cm_address *addresses, unsigned num, int family);

/* Tries `addresses` in turn, the next one after CM_DIAL_STAGGER_MS or at once
 * when one fails; each attempt has `timeout_ms`. NULL: no memory. */
struct cm_dial *cm_dial_start(struct cm_loop *loop,
                              const struct cm_address *addresses,
                              unsigned num_addresses, unsigned timeout_ms,
                              cm_dial_fn *fn, void *arg);
/* Does this machine's routing table lead anywhere for the family, 4 or 6? Sends
 * nothing. */
bool cm_dial_has_route(uint8_t family);
/* At most so many attempts are open at once (CM_DIAL_MAX_FDS unless this says
 * otherwise). To be called right after cm_dial_start. */
void cm_dial_limit(struct cm_dial *dial, unsigned max_open);
/* The caller has something to send as soon as it is connected: the last packet
 * of TCP's handshake waits for that, which saves one. To be called right after
 * cm_dial_start. */
void cm_dial_speak_first(struct cm_dial *dial);
/* Small writes go out at once, even when an earlier one is not acknowledged:
 * for whoever writes twice in a row. */
void cm_dial_no_delay(int fd);
/* Closes what is open; `fn` is not called. Not needed after `fn` was. */
void cm_dial_cancel(struct cm_dial *dial);
/* How many descriptors all dials of this loop hold now is bounded by the
 * caller: a dial holds at most this many at once. */
#define CM_DIAL_MAX_FDS 3

#endif
