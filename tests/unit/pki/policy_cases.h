/* Paths with certificate policies: which are valid, and who is to blame. Shared
 * by the module's own test and the one that asks BoringSSL.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_POLICY_CASES_H
#define CERTMUSTER_TESTS_POLICY_CASES_H

#include <stddef.h>

#include "support/forge.h"

#define POLICY_MAX_PATH 6 /* with the anchor */

struct policy_case {
    const char *what;
    int at;     /* index of who is to blame; -1: valid */
    size_t num; /* certificates below the anchor, leaf first */
    struct forge_spec path[POLICY_MAX_PATH - 1];
    unsigned self;       /* bit i: path[i] is self-issued */
    const char *differs; /* why BoringSSL says otherwise; NULL: it agrees */
};

extern const struct policy_case policy_cases[];
extern const size_t num_policy_cases;

/* Makes a path of num + 1, properly signed; unref each with policy_free. */
void policy_build(const struct policy_case *c, struct cm_cert *path[]);
void policy_free(const struct policy_case *c, struct cm_cert *path[]);

#endif
