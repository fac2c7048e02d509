/* A worker's inside: worker.c, worker_done.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_WORKER_PARTS_H
#define CERTMUSTER_RUN_WORKER_PARTS_H

#include "run/ahead.h"
#include "run/canary.h"
#include "run/dnsline.h"
#include "run/parts.h"
#include "run/slots.h"
#include "run/suspects.h"
#include "run/window.h"

#define CM_THREAD_NAME_SIZE 16 /* as the system has it */

struct cm_worker {
    const struct cm_worker_share *share;
    struct cm_scan_env env;
    struct cm_jobqueue *queue;
    struct cm_window *window;
    struct cm_ahead *ahead; /* from the window to `next` */
    struct cm_job next;     /* drawn, and waiting for the rate to allow it */
    bool has_next;
    int turn_ms; /* the longest wait of the next turn */
    struct cm_slots slots;
    unsigned limit; /* endpoints under way; less than share->slots in a crowd */
    unsigned calm;  /* endpoints that ended since there was one */
    struct cm_suspects suspects;
    struct cm_lifeline *line;    /* NULL: there are no canaries */
    struct cm_suspects nameless; /* that may have failed for want of DNS */
    struct cm_lifeline *dns_line;
    bool gave_up_dns;
    struct cm_gate_lane lane;
    atomic_bool called;     /* there is somebody in the lane */
    uint64_t stop_since_ms; /* 0: not stopping */
    bool input_over;
    char name[CM_THREAD_NAME_SIZE];
    pthread_t thread;
    bool started;
    enum cm_status status;
    struct cm_error error;
};

/* worker_crowd.c -- fewer endpoints at once while this machine has no means for
 * more (cm_scan_env.crowded), and slowly more again: one has ended. */
bool cm_worker_crowded(void *arg, int sys_errno, uint8_t family);
void cm_worker_calm(struct cm_worker *worker);

/* worker_done.c -- what becomes of endpoints that were asked. */
void cm_worker_fail(struct cm_worker *worker, enum cm_status status,
                    const char *what);
void cm_worker_scan_done(void *arg, struct cm_scan *scan);
/* For lack of a network the endpoint's turn is over before it began. */
void cm_worker_skip_offline(struct cm_worker *worker, const struct cm_job *job);
/* Those whose fate is known by now. */
void cm_worker_settle_suspects(struct cm_worker *worker);
unsigned cm_worker_max_suspects(const struct cm_worker *worker);
void cm_worker_want_canaries(struct cm_worker *worker);

#endif
