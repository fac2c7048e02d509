/* What only the fleet as a whole shows.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/fleet.h"

#include <stdlib.h>

#include "judge/rules.h"

struct cm_fleet {
    bool tells;
};

struct cm_fleet *cm_fleet_new(void)
{
    return calloc(1, sizeof(struct cm_fleet));
}

void cm_fleet_free(struct cm_fleet *fleet)
{
    free(fleet);
}

bool cm_fleet_add(struct cm_fleet *fleet, const struct cm_endpoint *ep,
                  const struct cm_evidence *ev,
                  const struct cm_judgement *judgement, int64_t at_unix)
{
    (void)fleet;
    (void)ep;
    (void)ev;
    (void)judgement;
    (void)at_unix;
    return true;
}

bool cm_fleet_add_reused(struct cm_fleet *fleet,
                         const uint8_t cert[CM_SHA256_LEN],
                         const uint8_t other[CM_SHA256_LEN])
{
    (void)fleet;
    (void)cert;
    (void)other;
    return true;
}

bool cm_fleet_tells(const struct cm_fleet *fleet)
{
    return fleet->tells;
}

void cm_judge_fleet(struct cm_case *c)
{
    (void)c;
}
