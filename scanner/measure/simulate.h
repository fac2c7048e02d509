/* Clients against endpoints, from stored evidence alone: would this one work,
 * and if not, why, and what would it say?
 *
 * What almost every server does is taken for granted until it was seen to do
 * otherwise: RFC 5746, hellos of more than one segment. What was not measured
 * and differs between servers is "unknown". Pure: no I/O, no clock.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_MEASURE_SIMULATE_H
#define CERTMUSTER_MEASURE_SIMULATE_H

#include "certmuster/judge.h"
#include "certmuster/measure.h"
#include "measure/profile.h"

struct cm_client_case { /* borrowed */
    const struct cm_endpoint *ep;
    const struct cm_evidence *ev;
    const struct cm_judgement *judgement; /* in the run's view */
    const struct cm_trust *views;
    size_t num_views;
    size_t headline; /* for profiles whose view the run does not have */
    const struct cm_policy *policy;
    int64_t at_unix;
};
/* Fills measured->profiles, one for each. The caller cleans up, whatever is
 * returned. Only memory can fail. */
enum cm_status cm_simulate(struct cm_measured *measured,
                           const struct cm_profile *const *profiles, size_t num,
                           const struct cm_client_case *c);

#endif
