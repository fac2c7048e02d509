/* Whoever has questions for a server: the diagnosis of a failed handshake, the
 * inventory. Each question is one hello on a connection of its own; what to ask
 * next depends on the answers so far. Pure: the connections are made by
 * endpoint/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TLS_ASKING_H
#define CERTMUSTER_TLS_ASKING_H

#include <stdbool.h>

#include "certmuster/answer.h"
#include "certmuster/evidence.h"
#include "tls/flight.h"
#include "tls/hello.h"

struct cm_asking {
    /* The next hello: its lists are borrowed until `heard` is called; random,
     * session id and, unless `hello->sni` was set, nothing else are the
     * caller's. False: no more questions. */
    bool (*next)(struct cm_asking *asking, struct cm_hello *hello);
    /* The answer to it; `flight` (NULL: it could not be asked) has the details
     * and the certificates. The asker keeps what it needs. */
    void (*heard)(struct cm_asking *asking, const struct cm_answer *answer,
                  const struct cm_flight *flight);
    void (*free)(struct cm_asking *asking);
    bool no_memory; /* set by the asker: what it noted down has gaps */
};

/* diagnose.c -- why a handshake failed (design: from the cheapest and likeliest
 * question on, until one cause is proven or `budget` connections were made).
 * `ev` is borrowed and receives the answers. NULL: no memory. */
struct cm_asking *cm_diagnosis_new(struct cm_evidence *ev, const char *sni,
                                   unsigned budget);
/* A diagnosis is wanted: the main probe's handshake failed, and what it saw
 * does not explain it. Endpoints that are explained cost nothing. */
bool cm_diagnosis_wanted(const struct cm_evidence *ev);

/* Whether a server whose handshake succeeded also stands the hellos of other
 * clients: large ones, in two records, with what it does not know. Three
 * connections to one that does. */
struct cm_asking *cm_tolerance_new(struct cm_evidence *ev, const char *sni);

/* inventory.c -- what the endpoint serves. `out` is borrowed. NULL: no
 * memory. */
struct cm_asking *cm_inventory_asking_new(struct cm_inventory *out,
                                          const struct cm_evidence *ev,
                                          const char *sni, unsigned budget);

#endif
