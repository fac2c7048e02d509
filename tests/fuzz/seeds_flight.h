/* Servers' answers to start the fuzzer from.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_FUZZ_SEEDS_FLIGHT_H
#define CERTMUSTER_TESTS_FUZZ_SEEDS_FLIGHT_H

#include <stdbool.h>
#include <stddef.h>

#include "certmuster/buf.h"

/* The seed of this number, for fuzz_flight; false: there are no more. */
bool flight_seed(size_t index, struct cm_buf *out);

#endif
