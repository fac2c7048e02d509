/* How a run treats the networks it asks: order, rates, limits, back-off.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_POLITE_H
#define CERTMUSTER_RUN_POLITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/status.h"
#include "net/gate.h"

#define CM_PER_ADDRESS 16U
#define CM_PER_PREFIX 128U

/* An endpoint known to be up. */
struct cm_canary {
    char host[CM_HOST_SIZE]; /* a name or an address */
    uint16_t port;
};
#define CM_MAX_CANARIES 8U

/* canary.c -- HOST[:PORT], 443 without a port. */
bool cm_canary_parse(const char *text, struct cm_canary *out);

/* All texts are borrowed for the run. */
struct cm_polite_config {
    bool in_order;        /* of the file; else shuffled */
    int64_t seed;         /* of the shuffling; 0: chosen by cm_polite_settle */
    unsigned rate;        /* endpoints started in a second; 0: no limit */
    unsigned per_address; /* endpoints under way at one address; 0: no limit */
    unsigned per_prefix;  /* ... in one /24 or /48; 0: no limit */
    bool limit_loopback;  /* the two hold for this machine's own, too */
    bool no_back_off;
    struct cm_canary canaries[CM_MAX_CANARIES];
    unsigned num_canaries;
    unsigned canary_patience_ms; /* 0: CM_LIFELINE_PATIENCE_MS */
    unsigned dns_patience_ms;    /* 0: CM_DNSLINE_PATIENCE_MS */
};

/* Chooses the seed if none was given. */
void cm_polite_settle(struct cm_polite_config *config);
/* The run's gate; NULL when nothing is limited. All connections to a proxy go
 * to one address, and what lies behind is not known: no limit holds there. */
enum cm_status cm_polite_gate(const struct cm_polite_config *config,
                              bool by_proxy, struct cm_gate **out,
                              struct cm_error *err);

/* pace.c -- the overall rate: starts are evenly spaced, by one clock for all
 * workers, and what a late thread missed is made up for over a few only. */
struct cm_pace;
struct cm_pace *cm_pace_new(unsigned per_second); /* NULL: no memory */
void cm_pace_free(struct cm_pace *pace);
/* May one more start? Else `*wait_ms` says when to ask again. Thread-safe. */
bool cm_pace_take(struct cm_pace *pace, int *wait_ms);
/* The same at this time, of a clock that never jumps. */
bool cm_pace_take_at(struct cm_pace *pace, uint64_t now_ns, int *wait_ms);

#endif
