/* Certificate policies.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/constraints.h"

bool cm_policy_path_valid(struct cm_cert *const *path, size_t num, size_t *at,
                          struct cm_buf *why)
{
    (void)path;
    (void)num;
    (void)at;
    (void)why;
    return true;
}
