/* Attending a scan; see parts.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/parts.h"

#define TICK_MS 200

static void stop(const struct cm_attendance *attendance, bool again)
{
    struct cm_counters *counters = attendance->counters;

    if (again) { /* nothing is judged again either */
        atomic_store(&counters->abandon, true);
        atomic_store(&counters->stop_again, true);
    }
    atomic_store(&counters->stop, true);
    cm_feed_interrupt(attendance->feed);
    for (unsigned i = 0; i < attendance->num_workers; i++) {
        cm_worker_wake(attendance->workers[i]);
    }
}

/* Waits, and tells whether a signal came. */
static bool tick(const struct cm_attendance *attendance, bool signalled)
{
    bool came = cm_signals_wait(attendance->signals, TICK_MS) != 0;

    if (came) {
        stop(attendance, signalled);
    }
    if (attendance->progress != NULL) {
        cm_progress_show(attendance->progress);
    }
    return came;
}

bool cm_attend(const struct cm_attendance *attendance)
{
    struct cm_counters *counters = attendance->counters;
    bool signalled = false;

    while (atomic_load(&counters->working) > 0) { /* the last one wakes us */
        signalled = tick(attendance, signalled) || signalled;
    }
    return signalled;
}

enum cm_status cm_attend_end(struct cm_feed *feed,
                             struct cm_worker *const *workers,
                             unsigned num_workers, struct cm_error *err)
{
    enum cm_status status = cm_feed_join(feed, err);

    for (unsigned i = 0; i < num_workers; i++) {
        enum cm_status ended =
            cm_worker_join(workers[i], status == CM_OK ? err : NULL);

        if (status == CM_OK) {
            status = ended;
        }
    }
    return status;
}
