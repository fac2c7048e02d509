/* Flights as hexadecimal text, and what is to be read of each.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_TLS_FLIGHT_CASES_H
#define CERTMUSTER_TESTS_TLS_FLIGHT_CASES_H

#include <stdbool.h>
#include <stddef.h>

#include "certmuster/answer.h"

struct flight_case {
    const char *name;
    const char *messages; /* wrapped in records of several sizes */
    const char *raw;      /* or the bytes as they come */
    bool sslv2;
    struct cm_answer want;
    size_t num_certs;
    bool stapled;
    const char *alpn;
};

#define NUM_FLIGHT_CASES 47
extern struct flight_case flight_cases[NUM_FLIGHT_CASES];

#endif
