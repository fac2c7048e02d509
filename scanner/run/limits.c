/* How many threads, and the descriptor limit: raised as far as allowed, and
 * respected.
 * SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "run/parts.h"

#define RESERVED_FDS 64U   /* store, input, reports, standard streams */
#define FDS_PER_WORKER 24U /* epoll, eventfd, DNS sockets */

static unsigned processors(void)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);

    return online < 1                       ? 1
           : online > (long)CM_RUN_MAX_JOBS ? CM_RUN_MAX_JOBS
                                            : (unsigned)online;
}

unsigned cm_limits_jobs(unsigned wanted, unsigned concurrency)
{
    unsigned jobs = wanted == 0 ? processors() : wanted;

    if (jobs > CM_RUN_MAX_JOBS) {
        jobs = CM_RUN_MAX_JOBS;
    }
    if (jobs > concurrency) {
        jobs = concurrency;
    }
    return jobs == 0 ? 1 : jobs;
}

static unsigned room_of(rlim_t files, unsigned jobs)
{
    unsigned reserved = RESERVED_FDS + jobs * FDS_PER_WORKER;
    rlim_t room = files > reserved ? files - reserved : 1;

    return files == RLIM_INFINITY || room > UINT_MAX ? UINT_MAX
                                                     : (unsigned)room;
}

unsigned cm_limits_room(unsigned jobs)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_NOFILE, &limit) != 0
               ? UINT_MAX
               : room_of(limit.rlim_cur, jobs);
}

unsigned cm_limits_concurrency(unsigned wanted, unsigned jobs, char note[256])
{
    struct rlimit limit;
    unsigned room;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return wanted;
    }
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
        (void)getrlimit(RLIMIT_NOFILE, &limit);
    }
    room = room_of(limit.rlim_cur, jobs);
    if (room >= wanted) {
        return wanted;
    }
    (void)snprintf(note, 256,
                   "concurrency is %u instead of %u: this account may open %lu "
                   "files only (raise it with ulimit -Hn)",
                   room, wanted, (unsigned long)limit.rlim_cur);
    return room;
}
