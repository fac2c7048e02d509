/* One run of the program, or of a part of the test, in a process of its own:
 * whatever happens there is seen from outside.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_PROGRAM_CHILD_H
#define CERTMUSTER_TESTS_PROGRAM_CHILD_H

#include <stdbool.h>
#include <stddef.h>

#define CHILD_MAX_ARGS 32

struct child_end {
    int code;    /* how the program ended; -1: it did not by itself */
    int killed;  /* by this signal; 0: it was not */
    bool leaked; /* what the sanitizer says of its memory */
};

/* The program with the working folder `folder`; standard output and error go
 * into the files out.txt and err.txt of `said`. Meets what was planned with
 * failing_plan. */
struct child_end child_program(const char *folder, const char *said,
                               const char *const *argv);
/* A function; true when it returned true. */
bool child_call(bool (*function)(void *arg), void *arg);

#endif
