/* How a cipher suite fares between a client and a server. Private to measure/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_MEASURE_FIT_H
#define CERTMUSTER_MEASURE_FIT_H

#include "certmuster/cause.h"
#include "measure/profile.h"
#include "measure/server.h"

/* How one suite fares; of several the best counts. */
struct cm_fit {
    enum cm_known known;
    enum cm_cause cause; /* of a no */
    enum cm_key_alg key;
    const char *unknown; /* what was not measured, of a CM_NOT_KNOWN */
};

struct cm_fit cm_suite_fits(const struct cm_profile *p,
                            const struct cm_server *s,
                            const struct cm_suite *suite, uint16_t version);

#endif
