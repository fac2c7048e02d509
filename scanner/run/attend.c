/* Attending a scan; see parts.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/parts.h"

#define TICK_MS 200

static bool busy(const struct cm_counters *counters)
{
    return !atomic_load(&counters->input_done) ||
           atomic_load(&counters->settled) < atomic_load(&counters->rows);
}

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
static bool tick(const struct cm_attendance *attendance, int ms, bool signalled)
{
    bool came = cm_signals_wait(attendance->signals, ms) != 0;

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
    int tick_ms = 1;

    while (busy(counters) && !atomic_load(&counters->stop)) {
        signalled = tick(attendance, TICK_MS, signalled) || signalled;
    }
    /* They end at once, unless something is still under way. */
    while (atomic_load(&counters->working) > 0) {
        signalled = tick(attendance, tick_ms, signalled) || signalled;
        tick_ms = tick_ms * 2 < TICK_MS ? tick_ms * 2 : TICK_MS;
    }
    return signalled;
}
