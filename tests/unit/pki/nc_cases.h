/* Name constraints against names: what is inside, what is not, what cannot be
 * said. Shared by the module's own test and the one that asks BoringSSL.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_NC_CASES_H
#define CERTMUSTER_TESTS_NC_CASES_H

#include "pki/constraints.h"
#include "support/forge.h"

struct nc_case {
    const char *permitted; /* as the forge takes them */
    const char *excluded;
    const char *names;
    enum cm_constraint want;
    const char *differs; /* why BoringSSL says otherwise; NULL: it agrees */
    const char *subject_o;
    const char *subject_email;
};

#define INSIDE CM_CONSTRAINT_OK
#define EXCLUDED CM_CONSTRAINT_EXCLUDED
#define OUTSIDE CM_CONSTRAINT_NOT_PERMITTED
#define UNREADABLE CM_CONSTRAINT_UNREADABLE

extern const struct nc_case nc_cases[];
extern const size_t num_nc_cases;

struct cm_cert *nc_ca(const struct nc_case *c);
struct cm_cert *nc_leaf(const struct nc_case *c);

#endif
