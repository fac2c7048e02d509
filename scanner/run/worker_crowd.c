/* This machine has no descriptor, port or buffer for one connection more: fewer
 * endpoints are under way from then on, whoever was turned away waits for one
 * that ends, and when all is well for a while one more is tried.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "certmuster/log.h"
#include "run/worker_parts.h"

#define CALM 64U /* endpoints that end well before one more is tried */

/* What the limit of descriptors leaves to each worker: the store, DNS and the
 * reports need theirs, too. */
static unsigned room(const struct cm_worker *worker)
{
    unsigned jobs = worker->share->num_workers;
    unsigned each = cm_limits_room(jobs) / jobs;

    return each == 0 ? 1 : each;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

bool cm_worker_crowded(void *arg, int sys_errno, uint8_t family)
{
    struct cm_worker *worker = arg;
    const struct cm_worker_share *share = worker->share;
    unsigned others = worker->slots.in_flight - 1;

    if (others == 0 || atomic_load(&share->counters->stop) ||
        !cm_faults_is_crowd(share->faults, sys_errno, family)) {
        return false; /* nobody will make room */
    }
    worker->calm = 0;
    worker->limit = least(worker->limit, others);
    if (sys_errno == EMFILE) {
        worker->limit = least(worker->limit, room(worker));
    }
    if (cm_faults_overcome(share->faults, CM_FAULT_NO_DESCRIPTORS,
                           (int64_t)time(NULL), worker->limit)) {
        cm_log(CM_LOG_WARN,
               "this machine has no means for so many connections (%s): fewer "
               "endpoints are asked at once, and those that had none again",
               strerrordesc_np(sys_errno));
    }
    return true;
}

void cm_worker_calm(struct cm_worker *worker)
{
    if (worker->limit >= worker->share->slots || ++worker->calm < CALM) {
        return;
    }
    worker->calm = 0;
    if (worker->limit < room(worker)) {
        worker->limit++;
    }
}
