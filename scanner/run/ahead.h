/* Endpoints whose turn is next: their names are asked for already, so that no
 * slot is held while DNS takes its time. In the order in which they were drawn.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_AHEAD_H
#define CERTMUSTER_RUN_AHEAD_H

#include "net/resolver.h"
#include "run/window.h"

#define CM_AHEAD_MAX 128U /* as many as DNS is asked for at once */

struct cm_ahead;
/* `max`: at most so many, and CM_AHEAD_MAX. NULL: no memory. */
struct cm_ahead *cm_ahead_new(unsigned max);
void cm_ahead_free(struct cm_ahead *ahead); /* NULL is fine */

/* cm_ahead_draw is cm_window_draw with a look ahead: whoever is drawn by it has
 * been in the row before. `resolver` is asked for the names; NULL: not now. */
enum cm_pop cm_ahead_draw(struct cm_ahead *ahead, struct cm_window *window,
                          struct cm_resolver *resolver, struct cm_job *out,
                          bool *no_memory);

#endif
