/* How many connections may be under way to one address and to its network, for
 * all workers together. Whoever has to wait is told later, in its own thread.
 *
 * One endpoint holds one place at an address from its first connection there to
 * its last: it makes them one after the other. SPDX-License-Identifier:
 * Apache-2.0 */
#ifndef CERTMUSTER_GATE_H
#define CERTMUSTER_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/endpoint.h"
#include "net/backoff.h"

struct cm_gate_config {
    unsigned per_address; /* 0: no limit */
    unsigned per_prefix;  /* of an IPv4 /24, an IPv6 /48; 0: no limit */
    bool limit_loopback;  /* the limits hold for this machine, too */
    bool back_off;
};

struct cm_gate; /* opaque; thread-safe */
struct cm_gate *cm_gate_new(const struct cm_gate_config *config);
void cm_gate_free(struct cm_gate *gate); /* when nobody holds a place */

struct cm_gate_pass;

/* Where those of one worker arrive who need not wait any longer. */
struct cm_gate_lane {
    struct cm_gate_pass *first;
    struct cm_gate_pass *last;
    void (*wake)(void *arg); /* from any thread */
    void *wake_arg;
};

struct cm_gate_place; /* opaque: an address, or a prefix */
struct cm_gate_spot {
    struct cm_gate_place *place;
    uint8_t wants;   /* connections that may be open there at once */
    uint8_t has;     /* ... and what was granted */
    uint32_t number; /* of its connection, for the back-off */
};

#define CM_GATE_FEW_SPOTS 4U

/* What one endpoint holds or waits for: part of its owner, which must not move.
 * Zero holds nothing. */
struct cm_gate_pass {
    enum { CM_PASS_NONE, CM_PASS_WAITS, CM_PASS_CALLED, CM_PASS_HOLDS } state;
    void *owner;
    struct cm_gate_lane *lane;
    struct cm_gate_place *waits_at;
    struct cm_gate_pass *prev;
    struct cm_gate_pass *next;
    struct cm_gate_spot few[CM_GATE_FEW_SPOTS];
    struct cm_gate_spot *spots; /* `few`, or owned */
    unsigned num_spots;
    unsigned max_open; /* connections that may be open at once */
};

enum cm_gate_answer { CM_GATE_OPEN, CM_GATE_WAIT, CM_GATE_NO_MEMORY };

/* cm_gate_enter asks for a place at each of the addresses, all or none. Whoever
 * holds them already goes on; other places are given back first. After
 * CM_GATE_WAIT the pass comes out of cm_gate_collect, and holds them. */
enum cm_gate_answer cm_gate_enter(struct cm_gate *gate,
                                  struct cm_gate_pass *pass,
                                  const struct cm_address *addresses,
                                  unsigned num, uint64_t now_ms);
/* The next one of the lane whose turn has come; NULL: none. */
struct cm_gate_pass *cm_gate_collect(struct cm_gate *gate,
                                     struct cm_gate_lane *lane);
/* Only this one address is connected to: the other places are free. */
void cm_gate_keep(struct cm_gate *gate, struct cm_gate_pass *pass,
                  const struct cm_address *address, uint64_t now_ms);
/* Gives everything back, or waits no longer; fine on the zero state. */
void cm_gate_leave(struct cm_gate *gate, struct cm_gate_pass *pass,
                   uint64_t now_ms);

/* How a connection to the address ended, while its place is held. The number
 * is filled in here. */
void cm_gate_report(struct cm_gate *gate, const struct cm_gate_pass *pass,
                    const struct cm_address *address,
                    struct cm_backoff_outcome outcome, uint64_t now_ms);
/* What is known of the network of an address. */
struct cm_gate_network {
    struct cm_address prefix; /* its first address */
    bool slow;                /* connections are held back */
    bool given_up;            /* holding back was of no use */
    unsigned failed;          /* when it began: so many ... */
    unsigned of;              /* ... of so many connections */
};
void cm_gate_network(struct cm_gate *gate, const struct cm_address *address,
                     struct cm_gate_network *out);

/* When cm_gate_tick has something to do; UINT64_MAX: not at all. */
uint64_t cm_gate_due_ms(const struct cm_gate *gate);
void cm_gate_tick(struct cm_gate *gate, uint64_t now_ms);

/* The network of an address: /24 or /48. */
void cm_address_prefix(const struct cm_address *address,
                       struct cm_address *out);

#endif
