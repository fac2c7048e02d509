/* One comparison of a predicate: what is known of its fact, against what the
 * policy says.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_COMPARE_H
#define CERTMUSTER_COMPARE_H

#include "measure/facts.h"

#define CM_WHY_MAX 1200 /* bytes of what a rule says of an endpoint */

/* `why`, when not NULL, gets a clause that says what was found, or what was
 * not measured and how to get it. */
enum cm_known cm_compare(const struct cm_predicate *predicate,
                         const struct cm_rule_node *node,
                         const struct cm_comply_case *what, struct cm_buf *why,
                         bool *no_memory);

#endif
