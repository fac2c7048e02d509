/* How many threads, and the descriptor limit: raised as far as allowed, and
 * respected.
 * SPDX-License-Identifier: Apache-2.0 */
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

unsigned cm_limits_concurrency(unsigned wanted, unsigned jobs, char note[256])
{
    struct rlimit limit;
    unsigned reserved = RESERVED_FDS + jobs * FDS_PER_WORKER;
    rlim_t room;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return wanted;
    }
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
        (void)getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur >= wanted + reserved) {
        return wanted;
    }
    room = limit.rlim_cur > reserved ? limit.rlim_cur - reserved : 1;
    (void)snprintf(note, 256,
                   "concurrency is %u instead of %u: this account may open %lu "
                   "files only (raise it with ulimit -Hn)",
                   (unsigned)room, wanted, (unsigned long)limit.rlim_cur);
    return (unsigned)room;
}
