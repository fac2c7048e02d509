/* Policies on the terminal. Private to cli/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_CLI_EXPLAIN_POLICY_H
#define CERTMUSTER_CLI_EXPLAIN_POLICY_H

#include <stdbool.h>
#include <stdio.h>

#include "certmuster/status.h"

/* What `word` says, when it is "policies", "facts", a policy's name, or its
 * file: then true, with *status set. */
bool cm_explain_policy(const char *word, int width, FILE *out,
                       enum cm_status *status, struct cm_error *err);

#endif
