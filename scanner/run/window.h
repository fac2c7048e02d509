/* The endpoints of one worker that were read and not started: a bounded window
 * out of which the next one is drawn. SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_WINDOW_H
#define CERTMUSTER_RUN_WINDOW_H

#include "run/parts.h"

/* Endpoints held by all workers together, some 150 bytes each. Their results
 * come in any order: the store's cache must hold the pages of about twice as
 * many (store/open.c), or pages are read and written again and again. */
#define CM_WINDOW_ENDPOINTS 8192U

struct cm_window_config {
    struct cm_jobqueue *queue; /* where the endpoints come from; borrowed */
    size_t max;                /* 1: in the order of the file */
    uint64_t seed;
    /* Draw from what is there, whatever has been read: the order then depends
     * on how fast the input comes. Otherwise the n-th draw is from the same
     * endpoints in every run. */
    bool eager;
};
struct cm_window;
struct cm_window *cm_window_new(const struct cm_window_config *config);
void cm_window_free(struct cm_window *window);
/* Draws the next endpoint. CM_POP_EMPTY: wait for the queue's wake-up. False
 * for `no_memory` is the rule; true: an endpoint could not be kept. */
enum cm_pop cm_window_draw(struct cm_window *window, struct cm_job *out,
                           bool *no_memory);

#endif
