/* Other addresses of the name that serve other certificates.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/rules.h"

void cm_judge_addresses(struct cm_case *c)
{
    (void)c;
}
