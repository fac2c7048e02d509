/* The bounded queue in front of the writer thread: many producers, one
 * consumer.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/parts.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct cm_queue {
    /* Owned, `hard` of them, in use from `first` on. Most of it is never
     * touched: what is left moves to the front instead of going round. */
    struct cm_item *items;
    size_t rows;
    size_t soft;
    size_t hard;
    size_t first;
    atomic_size_t count; /* may be read at any time */
    size_t enough;       /* for the one who sleeps; 0: nobody does */
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

struct cm_queue *cm_queue_new(size_t rows, size_t soft, size_t hard)
{
    struct cm_queue *queue = calloc(1, sizeof(*queue));
    pthread_condattr_t attr;

    if (queue == NULL) {
        return NULL;
    }
    queue->items = calloc(hard, sizeof(*queue->items));
    if (queue->items == NULL) {
        free(queue);
        return NULL;
    }
    queue->rows = rows;
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
        cm_item_free(&queue->items[queue->first + i]);
    }
    pthread_cond_destroy(&queue->filled);
    pthread_cond_destroy(&queue->room);
    pthread_mutex_destroy(&queue->mutex);
    free(queue->items);
    free(queue);
}

static void move_up(struct cm_queue *queue)
{
    memmove(queue->items, queue->items + queue->first,
            queue->count * sizeof(*queue->items));
    queue->first = 0;
}

bool cm_queue_push(struct cm_queue *queue, const struct cm_item *item)
{
    /* A row comes from the reader, which may wait. */
    size_t limit = item->kind == CM_ITEM_ROW ? queue->rows : queue->hard;
    bool open;

    pthread_mutex_lock(&queue->mutex);
    while (queue->count >= limit && !queue->closed) {
        pthread_cond_wait(&queue->room, &queue->mutex);
    }
    open = !queue->closed;
    if (open) {
        if (queue->first + queue->count == queue->hard) {
            move_up(queue);
        }
        queue->items[queue->first + queue->count] = *item;
        queue->count++;
        if (queue->enough != 0 && queue->count >= queue->enough) {
            queue->enough = 0; /* woken once */
            pthread_cond_signal(&queue->filled);
        }
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

/* Asked before each endpoint, so it takes no lock: an answer that is a moment
 * old is as good. */
bool cm_queue_congested(struct cm_queue *queue)
{
    return atomic_load_explicit(&queue->count, memory_order_relaxed) >=
           queue->soft;
}

void cm_queue_wait(struct cm_queue *queue, size_t enough,
                   const struct timespec *deadline)
{
    int waited = 0;

    /* Where rows have to wait, nobody may come and add to them. */
    enough = enough < queue->rows ? enough : queue->rows;
    pthread_mutex_lock(&queue->mutex);
    while (queue->count < enough && !queue->closed && waited == 0) {
        queue->enough = enough;
        waited = deadline == NULL
                     ? pthread_cond_wait(&queue->filled, &queue->mutex)
                     : pthread_cond_timedwait(&queue->filled, &queue->mutex,
                                              deadline);
    }
    queue->enough = 0;
    pthread_mutex_unlock(&queue->mutex);
}

bool cm_queue_pop(struct cm_queue *queue, struct cm_item *items, size_t max,
                  size_t *num)
{
    bool more;

    pthread_mutex_lock(&queue->mutex);
    *num = queue->count < max ? queue->count : max;
    memcpy(items, queue->items + queue->first, *num * sizeof(*items));
    queue->count -= *num;
    queue->first += *num;
    /* So each item moves once at the most, on average. */
    if (queue->count == 0 ||
        (queue->first >= queue->soft && queue->first >= queue->count)) {
        move_up(queue);
    }
    more = *num > 0 || !queue->closed;
    if (*num > 0) {
        pthread_cond_broadcast(&queue->room);
    }
    pthread_mutex_unlock(&queue->mutex);
    return more;
}
