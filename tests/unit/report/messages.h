/* Messages of clients as logs have them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_REPORT_MESSAGES_H
#define CERTMUSTER_TESTS_REPORT_MESSAGES_H

#include <stddef.h>
#include <stdint.h>

#include "certmuster/cause.h"

/* The first cause is the likeliest, the others are there. */
struct message {
    const char *text;
    const char *client; /* NULL: several have it */
    const char *host;   /* "" */
    uint16_t port;
    enum cm_cause causes[4]; /* CM_CAUSE_COUNT ends */
    size_t most;             /* causes that may be named; 0: any number */
};
extern const struct message messages[];
extern const size_t num_messages;

#endif
