/* What judgements ask for.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "run/again.h"

struct cm_pending {
    pthread_mutex_t lock; /* guards the two below while workers add */
    struct cm_wants *wants;
    struct cm_idset endpoints;
};

struct cm_pending *cm_pending_new(void)
{
    struct cm_pending *pending = calloc(1, sizeof(*pending));

    if (pending == NULL) {
        return NULL;
    }
    (void)pthread_mutex_init(&pending->lock, NULL);
    pending->wants = cm_wants_new();
    if (pending->wants == NULL) {
        cm_pending_free(pending);
        return NULL;
    }
    return pending;
}

void cm_pending_free(struct cm_pending *pending)
{
    if (pending != NULL) {
        cm_wants_free(pending->wants);
        cm_idset_cleanup(&pending->endpoints);
        (void)pthread_mutex_destroy(&pending->lock);
        free(pending);
    }
}

bool cm_pending_note(struct cm_pending *pending, uint64_t endpoint,
                     const struct cm_endpoint *ep, const struct cm_evidence *ev,
                     const struct cm_judgement *judgement)
{
    bool noted;

    (void)pthread_mutex_lock(&pending->lock);
    noted =
        cm_wants_add(pending->wants, ep, ev, judgement) &&
        cm_idset_put(&pending->endpoints, endpoint, judgement->num_wants > 0);
    (void)pthread_mutex_unlock(&pending->lock);
    return noted;
}

bool cm_pending_has(const struct cm_pending *pending, uint64_t endpoint)
{
    return cm_idset_has(&pending->endpoints, endpoint);
}

const struct cm_wants *cm_pending_wants(const struct cm_pending *pending)
{
    return pending->wants;
}
