/* SPDX-License-Identifier: Apache-2.0 */
#include "run/suspects.h"

#include <stdlib.h>

bool cm_suspects_keep(struct cm_suspects *suspects, struct cm_scan *scan,
                      unsigned began, unsigned ended)
{
    struct cm_suspect *suspect = calloc(1, sizeof(*suspect));

    if (suspect == NULL) {
        return false;
    }
    suspect->job.endpoint_id = scan->endpoint_id;
    suspect->job.endpoint = scan->endpoint;
    suspect->evidence = scan->evidence;
    scan->evidence = NULL;
    suspect->began = began;
    suspect->ended = ended;
    if (suspects->last != NULL) {
        suspects->last->next = suspect;
    } else {
        suspects->first = suspect;
    }
    suspects->last = suspect;
    suspects->num++;
    return true;
}

struct cm_suspect *cm_suspects_next(struct cm_suspects *suspects,
                                    const struct cm_lifeline *line,
                                    enum cm_fate *fate)
{
    struct cm_suspect *suspect = suspects->first;

    if (suspect == NULL) {
        return NULL;
    }
    /* They are in the order in which they ended: if this one has to wait, all
     * have to. */
    *fate = cm_lifeline_fate(line, suspect->began, suspect->ended);
    if (*fate == CM_FATE_OPEN) {
        return NULL;
    }
    suspects->first = suspect->next;
    if (suspects->first == NULL) {
        suspects->last = NULL;
    }
    suspects->num--;
    return suspect;
}

void cm_suspects_free(struct cm_suspect *suspect)
{
    cm_evidence_free(suspect->evidence);
    free(suspect);
}

void cm_suspects_again(struct cm_suspects *suspects, struct cm_suspect *suspect)
{
    cm_evidence_free(suspect->evidence);
    suspect->evidence = NULL;
    suspect->next = suspects->again;
    suspects->again = suspect;
}

bool cm_suspects_draw(struct cm_suspects *suspects, struct cm_job *out)
{
    struct cm_suspect *suspect = suspects->again;

    if (suspect == NULL) {
        return false;
    }
    suspects->again = suspect->next;
    *out = suspect->job;
    cm_suspects_free(suspect);
    return true;
}

bool cm_suspects_any(const struct cm_suspects *suspects)
{
    return suspects->first != NULL || suspects->again != NULL;
}

static void free_all(struct cm_suspect *suspect)
{
    while (suspect != NULL) {
        struct cm_suspect *next = suspect->next;

        cm_suspects_free(suspect);
        suspect = next;
    }
}

void cm_suspects_drop(struct cm_suspects *suspects)
{
    free_all(suspects->first);
    free_all(suspects->again);
    *suspects = (struct cm_suspects){0};
}
