/* Inside the gate. Private to it. SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_GATE_PARTS_H
#define CERTMUSTER_GATE_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "certmuster/map.h"
#include "net/gate.h"

/* An address or a prefix. */
struct cm_gate_place {
    struct cm_address address;
    unsigned limit;             /* as configured */
    unsigned in_use;            /* connections that may be open */
    unsigned passes;            /* that name this place */
    struct cm_gate_pass *first; /* of those that wait here */
    struct cm_gate_pass *last;
    unsigned num_waiting;
    struct cm_backoff *backoff; /* owned; NULL: an address */
    uint64_t next_ms;           /* no start before, while it is slow */
    struct cm_gate_place *prev; /* of the idle prefixes, or the slow ones */
    struct cm_gate_place *next;
    bool is_slow; /* it is among those */
};

struct cm_gate_list {
    struct cm_gate_place *first;
    struct cm_gate_place *last;
    size_t num;
};

struct cm_gate {
    struct cm_gate_config config;
    pthread_mutex_t lock;
    struct cm_map *addresses;
    struct cm_map *prefixes;
    struct cm_gate_list
        idle; /* prefixes that nobody names, the longest first */
    struct cm_gate_list slow; /* prefixes that are held back */
    atomic_uint_fast64_t due_ms;
};

void cm_gate_list_add(struct cm_gate_list *list, struct cm_gate_place *place);
void cm_gate_list_remove(struct cm_gate_list *list,
                         struct cm_gate_place *place);
void cm_gate_place_free(void *value);
/* NULL: nobody named it, or its history is gone. */
struct cm_gate_place *cm_gate_find(const struct cm_gate *gate, bool is_prefix,
                                   const struct cm_address *address);
/* NULL: no memory. Each is undone by cm_gate_unname. */
struct cm_gate_place *cm_gate_name(struct cm_gate *gate, bool is_prefix,
                                   const struct cm_address *address);
void cm_gate_unname(struct cm_gate *gate, struct cm_gate_place *place);

#endif
