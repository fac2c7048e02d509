/* Allocations that fail as asked: link with --wrap for malloc and its kin.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_PKI_MEMORY_H
#define CERTMUSTER_TESTS_PKI_MEMORY_H

#include <stdbool.h>

/* How many more requests are granted; negative: all. */
long *memory_granted(void);
/* Runs `work` with one more request granted each time, until it succeeds;
 * gives the number of times that it failed. */
long until_it_works(bool (*work)(void *arg), void *arg);

#endif
