/* For each rule of each policy, an endpoint that passes it and one that fails.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_POLICY_CASES_H
#define CERTMUSTER_TESTS_POLICY_CASES_H

#include "policy_world.h"

struct policy_case {
    const char *policy;
    const char *rule;
    struct world_spec good;
    struct world_spec bad;
    bool always_known; /* nothing needs to be measured */
};
extern const struct policy_case policy_cases[];
extern const size_t num_policy_cases;

#endif
