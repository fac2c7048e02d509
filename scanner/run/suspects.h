/* Endpoints of one worker that failed, and whose failure may be that of this
 * machine's network: kept until a canary has answered or none does any more.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_SUSPECTS_H
#define CERTMUSTER_RUN_SUSPECTS_H

#include "run/lifeline.h"
#include "run/parts.h"

#define CM_MAX_SUSPECTS 4096U /* of all workers together */

struct cm_suspect {
    struct cm_suspect *next;
    struct cm_job job;
    struct cm_evidence *evidence; /* owned */
    unsigned began;               /* cm_lifeline_asked at that time */
    unsigned ended;
};

struct cm_suspects { /* zero is empty */
    struct cm_suspect *first;
    struct cm_suspect *last;
    size_t num;
    struct cm_suspect *again; /* to be started once more */
};

/* Takes the scan's evidence. False: no memory, nothing was taken. */
bool cm_suspects_keep(struct cm_suspects *suspects, struct cm_scan *scan,
                      unsigned began, unsigned ended);
/* The next one whose fate is known, to be given back to cm_suspects_free or
 * cm_suspects_again; NULL: none. */
struct cm_suspect *cm_suspects_next(struct cm_suspects *suspects,
                                    const struct cm_lifeline *line,
                                    enum cm_fate *fate);
void cm_suspects_free(struct cm_suspect *suspect);
void cm_suspects_again(struct cm_suspects *suspects,
                       struct cm_suspect *suspect);
/* One that is to be started once more. */
bool cm_suspects_draw(struct cm_suspects *suspects, struct cm_job *out);
bool cm_suspects_any(const struct cm_suspects *suspects);
void cm_suspects_drop(struct cm_suspects *suspects);

#endif
