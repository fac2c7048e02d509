/* Limits by date on lifetimes and roots.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/rules.h"

void cm_judge_lifetime(struct cm_case *c)
{
    (void)c;
}

bool cm_judge_is_public(const struct cm_case *c)
{
    return c->leaf->public_policy || c->leaf->num_scts > 0;
}
