/* The bounded queue in front of the writer thread: many producers, one
 * consumer.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/parts.h"

#include <stdlib.h>

struct cm_queue {
    struct cm_item *ring; /* owned, `hard` of them */
    size_t soft;
    size_t hard;
    size_t first;
    size_t count;
    bool closed;
    pthread_mutex_t mutex; /* guards all of the above */
    pthread_cond_t room;
    pthread_cond_t filled;
};

void cm_item_free(struct cm_item *item)
{
    switch (item->kind) {
    case CM_ITEM_COLUMNS:
        free(item->is.columns.json);
        break;
    case CM_ITEM_ROW:
        cm_row_free(item->is.row);
        break;
    case CM_ITEM_RESULT:
        cm_result_free(item->is.result);
        break;
    }
}

struct cm_queue *cm_queue_new(size_t soft, size_t hard)
{
    struct cm_queue *queue = calloc(1, sizeof(*queue));
    pthread_condattr_t attr;

    if (queue == NULL) {
        return NULL;
    }
    queue->ring = calloc(hard, sizeof(*queue->ring));
    if (queue->ring == NULL) {
        free(queue);
        return NULL;
    }
    queue->soft = soft;
    queue->hard = hard;
    pthread_mutex_init(&queue->mutex, NULL);
    pthread_cond_init(&queue->room, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&queue->filled, &attr);
    pthread_condattr_destroy(&attr);
    return queue;
}

void cm_queue_free(struct cm_queue *queue)
{
    if (queue == NULL) {
        return;
    }
    for (size_t i = 0; i < queue->count; i++) {
        cm_item_free(&queue->ring[(queue->first + i) % queue->hard]);
    }
    pthread_cond_destroy(&queue->filled);
    pthread_cond_destroy(&queue->room);
    pthread_mutex_destroy(&queue->mutex);
    free(queue->ring);
    free(queue);
}

bool cm_queue_push(struct cm_queue *queue, const struct cm_item *item)
{
    /* A row comes from the reader, which may wait. */
    size_t limit = item->kind == CM_ITEM_ROW ? queue->soft : queue->hard;
    bool open;

    pthread_mutex_lock(&queue->mutex);
    while (queue->count >= limit && !queue->closed) {
        pthread_cond_wait(&queue->room, &queue->mutex);
    }
    open = !queue->closed;
    if (open) {
        queue->ring[(queue->first + queue->count) % queue->hard] = *item;
        queue->count++;
        pthread_cond_signal(&queue->filled);
    }
    pthread_mutex_unlock(&queue->mutex);
    return open;
}

void cm_queue_close(struct cm_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->closed = true;
    pthread_cond_broadcast(&queue->room);
    pthread_cond_broadcast(&queue->filled);
    pthread_mutex_unlock(&queue->mutex);
}

bool cm_queue_congested(struct cm_queue *queue)
{
    bool congested;

    pthread_mutex_lock(&queue->mutex);
    congested = queue->count >= queue->soft;
    pthread_mutex_unlock(&queue->mutex);
    return congested;
}

bool cm_queue_pop(struct cm_queue *queue, struct cm_item *items, size_t max,
                  const struct timespec *deadline, size_t *num)
{
    int waited = 0;
    bool more;

    pthread_mutex_lock(&queue->mutex);
    while (queue->count == 0 && !queue->closed && waited == 0) {
        waited = deadline == NULL
                     ? pthread_cond_wait(&queue->filled, &queue->mutex)
                     : pthread_cond_timedwait(&queue->filled, &queue->mutex,
                                              deadline);
    }
    *num = 0;
    while (*num < max && queue->count > 0) {
        items[(*num)++] = queue->ring[queue->first];
        queue->first = (queue->first + 1) % queue->hard;
        queue->count--;
    }
    more = *num > 0 || !queue->closed;
    if (*num > 0) {
        pthread_cond_broadcast(&queue->room);
    }
    pthread_mutex_unlock(&queue->mutex);
    return more;
}
