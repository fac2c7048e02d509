/* Are the DNS servers there? Names that had an answer in this run are asked for
 * again when others have none: an outage is waited for, and names that were
 * asked meanwhile are asked once more. SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_DNSLINE_H
#define CERTMUSTER_RUN_DNSLINE_H

#include "run/canary.h"
#include "run/faults.h"

#define CM_DNSLINE_PATIENCE_MS 60000U /* from the first name on */
#define CM_DNSLINE_NAMES 4U           /* that are asked for again */

struct cm_dnsline_config { /* borrowed */
    const struct cm_resolver_options *resolver;
    unsigned patience_ms;     /* 0: CM_DNSLINE_PATIENCE_MS */
    struct cm_faults *faults; /* where outages are noted */
    void (*told)(void *arg);  /* after each asking, from its thread */
    void *told_arg;
};

/* Thread-safe but for opening, starting and ending; all but cm_dnsline_open
 * accept NULL, which is always there. */
struct cm_dnsline;
enum cm_status cm_dnsline_open(struct cm_dnsline **out,
                               const struct cm_dnsline_config *config,
                               struct cm_error *err);
enum cm_status cm_dnsline_start(struct cm_dnsline *line, struct cm_error *err);
void cm_dnsline_stop(struct cm_dnsline *line);
void cm_dnsline_free(struct cm_dnsline *line);

/* What DNS said of a name. */
void cm_dnsline_heard(struct cm_dnsline *line, const char *host,
                      const struct cm_dns_evidence *answer, uint64_t now_ms);
/* Did the endpoint fail as all do when the servers are gone? Never before DNS
 * has given an address in this run. */
bool cm_dnsline_suspects(const struct cm_dnsline *line,
                         const struct cm_evidence *ev, uint64_t now_ms);
/* The names are to be asked for again. */
void cm_dnsline_want(struct cm_dnsline *line);
/* Nothing new may start now. */
bool cm_dnsline_holds(const struct cm_dnsline *line);
/* They have been gone for too long: no name need be asked for. */
bool cm_dnsline_is_lost(const struct cm_dnsline *line);
struct cm_lifeline *cm_dnsline_lifeline(struct cm_dnsline *line);

/* lifelines.c -- those of a run: DNS, and the canaries if it has any. */
struct cm_run_config;
struct cm_told {
    struct cm_faults *faults;
    void (*told)(void *arg); /* after each asking, from a thread of its own */
    void *arg;
};
enum cm_status cm_lifelines_open(const struct cm_run_config *config,
                                 const struct cm_told *told,
                                 struct cm_dnsline **dns,
                                 struct cm_canary_watch **canary,
                                 struct cm_error *err);
enum cm_status cm_lifelines_start(struct cm_dnsline *dns,
                                  struct cm_canary_watch *canary,
                                  struct cm_error *err);

#endif
