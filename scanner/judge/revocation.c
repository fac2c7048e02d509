/* Revocation.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/rules.h"

void cm_judge_revocation(struct cm_case *c)
{
    (void)c;
}
