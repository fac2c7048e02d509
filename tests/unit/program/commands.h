/* The commands of the program, each with what it needs and what it gives when
 * nothing fails.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_PROGRAM_COMMANDS_H
#define CERTMUSTER_TESTS_PROGRAM_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "unit/program/child.h"

#define COMMAND_MAX_NEEDS 8

struct command {
    const char *name;                     /* of the test */
    const char *needs[COMMAND_MAX_NEEDS]; /* of the scene's files */
    const char *argv[CHILD_MAX_ARGS];     /* "@DNS@": the fleet's DNS server */
    /* How a user goes on when it has failed. Empty: the same again; so is
     * what it says when there is nothing to go on with. */
    const char *finish[CHILD_MAX_ARGS];
    int code;          /* undisturbed */
    int without;       /* without memory */
    int else_without;  /* the same, where `finish` is the way to go on; 0: it is
                          in any case */
    const char *store; /* the store that it writes; NULL: none */
    bool measures;     /* times: its output is not the same twice */
    unsigned sample;   /* of the places, as many are looked at in short */
};

const struct command *commands(size_t *num);

/* What the others need, in this order; the first is a scan that downloads
 * nothing. */
const struct command *preparations(size_t *num);
/* A scan that ends in the middle. */
const struct command *stopped_scan(void);

#endif
