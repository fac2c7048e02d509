/* Name constraints.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/constraints.h"

enum cm_constraint cm_constraint_check(const struct cm_cert *ca,
                                       const struct cm_cert *cert, bool is_leaf,
                                       bool host_in_cn, struct cm_buf *why)
{
    (void)ca;
    (void)cert;
    (void)is_leaf;
    (void)host_in_cn;
    (void)why;
    return CM_CONSTRAINT_OK;
}
