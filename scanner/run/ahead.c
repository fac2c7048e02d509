/* A ring of jobs between the window and the slots.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/ahead.h"

#include <stdlib.h>

struct cm_ahead {
    unsigned max;
    unsigned first;
    unsigned num;
    bool over; /* of the window */
    struct cm_job jobs[];
};

struct cm_ahead *cm_ahead_new(unsigned max)
{
    struct cm_ahead *ahead;

    max = max < CM_AHEAD_MAX ? max : CM_AHEAD_MAX;
    ahead = malloc(sizeof(*ahead) + max * sizeof(ahead->jobs[0]));
    if (ahead != NULL) {
        *ahead = (struct cm_ahead){.max = max};
    }
    return ahead;
}

void cm_ahead_free(struct cm_ahead *ahead)
{
    free(ahead);
}

static void fill(struct cm_ahead *ahead, struct cm_window *window,
                 struct cm_resolver *resolver, bool *no_memory)
{
    while (!ahead->over && !*no_memory && ahead->num < ahead->max) {
        struct cm_job *job =
            &ahead->jobs[(ahead->first + ahead->num) % ahead->max];
        enum cm_pop pop = cm_window_draw(window, job, no_memory);

        ahead->over = pop == CM_POP_CLOSED;
        if (pop != CM_POP_JOB) {
            return;
        }
        ahead->num++;
        if (resolver != NULL && !job->endpoint.is_ip) {
            cm_resolver_foresee(resolver, job->endpoint.host);
        }
    }
}

enum cm_pop cm_ahead_draw(struct cm_ahead *ahead, struct cm_window *window,
                          struct cm_resolver *resolver, struct cm_job *out,
                          bool *no_memory)
{
    *no_memory = false;
    fill(ahead, window, resolver, no_memory);
    if (ahead->num == 0) {
        return ahead->over ? CM_POP_CLOSED : CM_POP_EMPTY;
    }
    *out = ahead->jobs[ahead->first];
    ahead->first = (ahead->first + 1) % ahead->max;
    ahead->num--;
    return CM_POP_JOB;
}
