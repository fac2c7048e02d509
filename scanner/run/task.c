/* Work in the background, attended.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/again.h"

#include <string.h>

#define TICK_MS 200

struct background {
    const struct cm_task *task;
    enum cm_status status;
    struct cm_error error;
    atomic_bool done;
};

static void *work(void *arg)
{
    struct background *background = arg;
    const struct cm_task *task = background->task;

    background->status = task->work(task->arg, &background->error);
    atomic_store(&background->done, true);
    cm_signals_wake(task->signals);
    return NULL;
}

enum cm_status cm_task_run(const struct cm_task *task, struct cm_error *err)
{
    struct background background = {.task = task};
    pthread_t thread;
    int failed = pthread_create(&thread, NULL, work, &background);

    if (failed != 0) {
        return cm_error_set(err, CM_EIO, "cannot start a thread: %s",
                            strerrordesc_np(failed));
    }
    while (!atomic_load(&background.done)) {
        if (cm_signals_wait(task->signals, TICK_MS) != 0) {
            atomic_store(task->stop, true);
        }
        if (task->progress != NULL) {
            cm_progress_show(task->progress);
        }
    }
    (void)pthread_join(thread, NULL);
    if (background.status != CM_OK) {
        *err = background.error;
    }
    return background.status;
}
