/* Named certificates for the judge's tests, made when first asked for.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_JUDGE_ZOO_H
#define CERTMUSTER_TESTS_JUDGE_ZOO_H

#include "certmuster/cert.h"

#define ZOO_HOST "www.a.example" /* the name that sound leaves hold */

/* The certificate of zoo.c's table with this name, lent until zoo_close. Ends
 * the test program when there is none. */
struct cm_cert *zoo_get(const char *name);
void zoo_close(void);

#endif
