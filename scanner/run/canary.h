/* Canaries: endpoints that the user knows to be up. A thread of its own opens
 * connections to them when the run's lifeline says so. In the same way it asks
 * DNS for names (dnsline.h).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_CANARY_H
#define CERTMUSTER_RUN_CANARY_H

#include "net/resolver.h"
#include "run/lifeline.h"
#include "run/polite.h"

struct cm_canary_config { /* borrowed */
    const struct cm_canary *canaries;
    unsigned num_canaries;
    unsigned patience_ms; /* 0: CM_LIFELINE_PATIENCE_MS */
    const struct cm_resolver_options *resolver;
    void (*told)(void *arg); /* after each asking, from its thread */
    void *told_arg;
    /* Not NULL: names that DNS need only have an answer for. They take the
     * place of `canaries`, and may be others each time. */
    unsigned (*names)(void *arg, struct cm_canary out[CM_MAX_CANARIES]);
    void *names_arg;
};

/* Start, stop and free accept NULL. */
struct cm_canary_watch;
enum cm_status cm_canary_open(struct cm_canary_watch **out,
                              const struct cm_canary_config *config,
                              struct cm_error *err);
enum cm_status cm_canary_start(struct cm_canary_watch *watch,
                               struct cm_error *err);
struct cm_lifeline *cm_canary_lifeline(struct cm_canary_watch *watch);
/* From any thread: something was wanted of the lifeline. */
void cm_canary_wake(struct cm_canary_watch *watch);
/* Ends the thread. */
void cm_canary_stop(struct cm_canary_watch *watch);
void cm_canary_free(struct cm_canary_watch *watch);

#endif
