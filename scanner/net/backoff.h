/* Is a network throttling us? One struct for each prefix: it is told how
 * connections end, and says how many may be under way, and how far apart they
 * start. No clock, no I/O.
 *
 * Connections are counted in batches in the order in which they started, so
 * that silent servers, which all end late and together, do not look like a
 * network that stopped to answer: among them others of their batch work. A
 * network that never answered is not throttling, it is not there.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_BACKOFF_H
#define CERTMUSTER_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

#define CM_BACKOFF_BATCH 16U /* connections that are looked at together */
#define CM_BACKOFF_MANY 8U   /* failures of a batch that are too many */
#define CM_BACKOFF_BATCHES 64U
#define CM_BACKOFF_LEVELS 5U

/* Plain data; zero is a network without a history. */
struct cm_backoff {
    uint32_t started;    /* connections; they are numbered from 1 */
    uint32_t changed_at; /* the last one when the level changed */
    unsigned base;       /* under way when it began */
    unsigned floor;      /* so many may be under way in any case */
    uint8_t level;       /* 0: nothing is wrong */
    uint8_t unhelpful;   /* changes of level that made nothing better */
    uint8_t good;        /* batches in a row */
    bool worked;         /* a connection was answered */
    bool given_up;       /* slower is no better: servers are just not there */
    uint8_t last_failed; /* of the batch that changed the level */
    uint8_t ok;          /* of those that started since */
    uint8_t failed;
    uint16_t again_ok; /* of the endpoints that were set aside */
    uint16_t again_failed;
    struct {
        uint8_t ok;
        uint8_t failed;
    } batches[CM_BACKOFF_BATCHES];
    uint8_t proof_failed; /* of the batch that began it */
    uint8_t proof_of;
};

/* How a connection ended, as far as the network is concerned. */
struct cm_backoff_outcome {
    uint32_t number;
    bool worked; /* there was an answer, whatever it said */
    bool silent; /* else: a time-out, not a reset */
    bool first;  /* the endpoint's first connection */
    bool again;  /* the first one after it was set aside */
};

uint32_t cm_backoff_started(struct cm_backoff *b);
/* `under_way` at this moment. True: the level has changed. */
bool cm_backoff_ended(struct cm_backoff *b,
                      const struct cm_backoff_outcome *outcome,
                      unsigned under_way);
bool cm_backoff_is_slow(const struct cm_backoff *b);
unsigned cm_backoff_limit(const struct cm_backoff *b, unsigned normal);
unsigned cm_backoff_gap_ms(const struct cm_backoff *b); /* between starts */

#endif
