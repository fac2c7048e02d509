/* Profiles of clients on the terminal. Private to cli/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_CLI_EXPLAIN_PROFILE_H
#define CERTMUSTER_CLI_EXPLAIN_PROFILE_H

#include <stdbool.h>
#include <stdio.h>

#include "certmuster/status.h"

/* What `word` says, when it is "profiles" or a profile's name: then true, with
 * *status set. */
bool cm_explain_profile(const char *word, FILE *out, enum cm_status *status,
                        struct cm_error *err);

#endif
