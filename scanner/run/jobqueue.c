/* A bounded queue with one reader that never waits: it is woken instead.
 * SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdlib.h>

#include "run/parts.h"

struct cm_jobqueue {
    pthread_mutex_t lock;
    pthread_cond_t room;
    struct cm_job *jobs; /* a ring of `max` */
    size_t max;
    size_t first;
    size_t num;
    bool closed;
    void (*wake)(void *arg);
    void *wake_arg;
};

struct cm_jobqueue *cm_jobqueue_new(size_t max, void (*wake)(void *arg),
                                    void *wake_arg)
{
    struct cm_jobqueue *queue = calloc(1, sizeof(*queue));

    if (queue == NULL) {
        return NULL;
    }
    queue->jobs = calloc(max, sizeof(*queue->jobs));
    if (queue->jobs == NULL) {
        free(queue);
        return NULL;
    }
    queue->max = max;
    queue->wake = wake;
    queue->wake_arg = wake_arg;
    (void)pthread_mutex_init(&queue->lock, NULL);
    (void)pthread_cond_init(&queue->room, NULL);
    return queue;
}

void cm_jobqueue_free(struct cm_jobqueue *queue)
{
    if (queue != NULL) {
        (void)pthread_cond_destroy(&queue->room);
        (void)pthread_mutex_destroy(&queue->lock);
        free(queue->jobs);
        free(queue);
    }
}

bool cm_jobqueue_push(struct cm_jobqueue *queue, const struct cm_job *job)
{
    bool pushed = false;
    bool was_empty = false;

    (void)pthread_mutex_lock(&queue->lock);
    while (queue->num == queue->max && !queue->closed) {
        (void)pthread_cond_wait(&queue->room, &queue->lock);
    }
    if (!queue->closed) {
        was_empty = queue->num == 0;
        queue->jobs[(queue->first + queue->num) % queue->max] = *job;
        queue->num++;
        pushed = true;
    }
    (void)pthread_mutex_unlock(&queue->lock);
    if (was_empty) {
        queue->wake(queue->wake_arg);
    }
    return pushed;
}

void cm_jobqueue_close(struct cm_jobqueue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    queue->closed = true;
    (void)pthread_cond_broadcast(&queue->room);
    (void)pthread_mutex_unlock(&queue->lock);
    queue->wake(queue->wake_arg);
}

enum cm_pop cm_jobqueue_pop(struct cm_jobqueue *queue, struct cm_job *out)
{
    enum cm_pop pop = CM_POP_EMPTY;

    (void)pthread_mutex_lock(&queue->lock);
    if (queue->num != 0) {
        *out = queue->jobs[queue->first];
        queue->first = (queue->first + 1) % queue->max;
        queue->num--;
        pop = CM_POP_JOB;
        /* Who waits for room is woken for many at once. */
        if (queue->num == queue->max / 2) {
            (void)pthread_cond_signal(&queue->room);
        }
    } else if (queue->closed) {
        pop = CM_POP_CLOSED;
    }
    (void)pthread_mutex_unlock(&queue->lock);
    return pop;
}
