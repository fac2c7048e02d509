/* Is this machine's own network there? What endpoints and canaries (endpoints
 * known to be up) saw, put together: when to ask the canaries, whether to start
 * anything, and what becomes of endpoints that failed meanwhile. No I/O; the
 * time is given. Thread-safe but for opening and closing.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_LIFELINE_H
#define CERTMUSTER_RUN_LIFELINE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "certmuster/evidence.h"

#define CM_LIFELINE_RECENT 64U   /* endpoints that are looked at together */
#define CM_LIFELINE_MANY 32U     /* failures of these that are too many */
#define CM_LIFELINE_GAP_MS 1000U /* between the starts of two askings */
#define CM_LIFELINE_PATIENCE_MS 30000U
#define CM_LIFELINE_OUTAGES 64U /* one more is not waited for */

enum cm_lifeline_state {
    CM_LIFELINE_UNKNOWN, /* canaries were not asked yet */
    CM_LIFELINE_UP,
    CM_LIFELINE_DOWN, /* none answers; they are asked again */
    CM_LIFELINE_LOST, /* for too long: given up */
};

struct cm_lifeline {
    pthread_mutex_t lock;
    unsigned patience_ms;
    uint64_t recent; /* one bit for each endpoint: it failed */
    unsigned num_recent;
    bool wanted;
    bool asking;
    uint64_t began_ms; /* the last asking */
    uint64_t down_since_ms;
    unsigned outages;
    atomic_int state;
    /* Askings are numbered from 1: the last one that began, the last one with
     * an answer, the last one without. */
    atomic_uint asked;
    atomic_uint up_at;
    atomic_uint down_at;
};

/* 0: CM_LIFELINE_PATIENCE_MS. */
void cm_lifeline_open(struct cm_lifeline *line, unsigned patience_ms);
/* It was seen to be up: nothing is held before the first asking. */
void cm_lifeline_trust(struct cm_lifeline *line);
void cm_lifeline_close(struct cm_lifeline *line);

/* Did it fail as endpoints do when our own network is gone? */
bool cm_lifeline_suspects(const struct cm_evidence *ev);
/* An endpoint has ended. True: the canaries should be asked. */
bool cm_lifeline_note(struct cm_lifeline *line, bool suspect);
void cm_lifeline_want(struct cm_lifeline *line);
/* Nothing new may start now. */
bool cm_lifeline_holds(const struct cm_lifeline *line);
bool cm_lifeline_is_lost(const struct cm_lifeline *line);
unsigned cm_lifeline_asked(const struct cm_lifeline *line);

/* What becomes of an endpoint that failed, told by the number of the asking
 * when it began and when it ended. */
enum cm_fate {
    CM_FATE_OPEN,    /* not known yet */
    CM_FATE_STANDS,  /* a canary answered after it, and all along */
    CM_FATE_AGAIN,   /* the network was gone for a while: to be asked again */
    CM_FATE_OFFLINE, /* nothing is known of it */
};
enum cm_fate cm_lifeline_fate(const struct cm_lifeline *line, unsigned began,
                              unsigned ended);

/* For whoever asks: should it be done now? Else `*wait_ms` says when to come
 * back, -1: when it is wanted. */
bool cm_lifeline_due(struct cm_lifeline *line, uint64_t now_ms, int *wait_ms);
void cm_lifeline_begin(struct cm_lifeline *line, uint64_t now_ms);
/* The canaries cannot be asked any more. */
void cm_lifeline_give_up(struct cm_lifeline *line);
void cm_lifeline_end(struct cm_lifeline *line, uint64_t now_ms, bool answered);

#endif
