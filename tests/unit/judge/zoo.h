/* Named certificates for the judge's tests, made when first asked for.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_JUDGE_ZOO_H
#define CERTMUSTER_TESTS_JUDGE_ZOO_H

#include "certmuster/cert.h"

#define ZOO_HOST "www.a.example" /* the name that sound leaves hold */

/* The certificate of zoo.c's table with this name, lent until zoo_close. Ends
 * the test program when there is none. */
struct cm_cert *zoo_get(const char *name);
/* Calls `each` for every name in a list with spaces between; "int*3" is three
 * times "int". */
void zoo_each(const char *names, void (*each)(void *arg, struct cm_cert *cert),
              void *arg);
void zoo_close(void);

#endif
