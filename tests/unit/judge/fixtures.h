/* Chains with what is wrong with them, for tests of the judge and of the
 * program: one table each for the ordinary mistakes and for the odd ones.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_JUDGE_FIXTURES_H
#define CERTMUSTER_TESTS_JUDGE_FIXTURES_H

#include <stddef.h>

#include "certmuster/cause.h"

#define FIXTURE_NO_FILE "-"

struct fixture {
    const char *name;
    const char *host;  /* NULL: ZOO_HOST */
    const char *chain; /* names of the zoo, as zoo_each takes them */
    const char *roots; /* NULL: "root" */
    const char *pool;  /* known, not sent; NULL: nothing */
    /* The ids of the causes in order, spaces between, when a server sends the
     * chain: those that block, a bar, those that do not. */
    const char *causes;
    /* Like it for `check` and `check --strict`, without the pool; NULL: as
     * above, and as for check. FIXTURE_NO_FILE: PEM cannot hold it. */
    const char *check;
    const char *strict;
};

const struct fixture *fixtures_common(size_t *num);
const struct fixture *fixtures_odd(size_t *num);

#endif
