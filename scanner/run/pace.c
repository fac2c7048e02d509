/* Evenly spaced starts. One number is shared: when the next start is due.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "run/polite.h"

#define SECOND_NS 1000000000ULL
#define MS_NS 1000000U
#define CATCH_UP_NS (20U * MS_NS) /* so much lateness is made up for */
#define MAX_WAIT_MS 200U

struct cm_pace {
    atomic_uint_fast64_t due_ns;
    uint64_t gap_ns; /* between two starts; 0: no limit */
};

struct cm_pace *cm_pace_new(unsigned per_second)
{
    struct cm_pace *pace = calloc(1, sizeof(*pace));

    if (pace != NULL && per_second != 0) {
        pace->gap_ns = SECOND_NS / per_second;
    }
    return pace;
}

void cm_pace_free(struct cm_pace *pace)
{
    free(pace);
}

static uint64_t clock_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

bool cm_pace_take(struct cm_pace *pace, int *wait_ms)
{
    return pace->gap_ns == 0 || cm_pace_take_at(pace, clock_ns(), wait_ms);
}

bool cm_pace_take_at(struct cm_pace *pace, uint64_t now_ns, int *wait_ms)
{
    uint_fast64_t due_ns;
    uint64_t start_ns;
    uint64_t ms;

    if (pace->gap_ns == 0) {
        return true;
    }
    due_ns = atomic_load(&pace->due_ns);
    do {
        start_ns = due_ns;
        if (start_ns + CATCH_UP_NS < now_ns) {
            start_ns = now_ns - CATCH_UP_NS;
        }
        if (start_ns > now_ns) {
            ms = (start_ns - now_ns) / MS_NS + 1;
            *wait_ms = (int)(ms < MAX_WAIT_MS ? ms : MAX_WAIT_MS);
            return false;
        }
    } while (!atomic_compare_exchange_weak(&pace->due_ns, &due_ns,
                                           start_ns + pace->gap_ns));
    return true;
}
