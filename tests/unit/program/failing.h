/* Memory that fails on demand, for a whole process: the test's malloc, calloc,
 * realloc, reallocarray, strdup and strndup stand before those of the C library
 * and of the sanitizers, for every shared library too. One call fails, named by
 * the functions that led to it: threads make the order of calls vary, not the
 * way to them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_PROGRAM_FAILING_H
#define CERTMUSTER_TESTS_PROGRAM_FAILING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAILING_MAX_FRAMES 32U
#define FAILING_MAX_SITES 32768U

/* Which calls are the same one. */
enum failing_detail {
    FAILING_COARSE, /* the last three functions of the program alike */
    FAILING_FINE,   /* the last eight, and the libraries' own before them */
};

struct failing_site {
    uint64_t hash;
    uint64_t first; /* the first call's place among all calls */
    uint64_t count;
    uintptr_t low; /* bits of that call's stack pointer */
    uintptr_t stack[FAILING_MAX_FRAMES];
    unsigned depth;
};

enum failing_kind {
    FAILING_NEVER,
    FAILING_COUNT, /* note all sites */
    FAILING_SITE,  /* the nth call from a site */
    FAILING_INDEX, /* the nth call of all, from 0 */
    FAILING_FROM,  /* that one, and all after it */
    FAILING_IN,    /* the nth call made by a function itself */
};

struct failing_plan {
    enum failing_kind kind;
    enum failing_detail detail;
    const struct failing_site *site; /* of FAILING_SITE */
    uint64_t nth;                    /* from 0 */
    uintptr_t function;              /* of FAILING_IN */
};

/* Once, before any process is forked. */
void failing_open(void);
/* What the next child of this process meets between begin and end. */
void failing_plan(const struct failing_plan *plan);
void failing_begin(void);
void failing_end(void);

/* Of the last child. */
bool failing_fired(void);
const struct failing_site *failing_fired_at(void);
uint64_t failing_calls(void);
/* The sites in the order of their first calls; lent until the next count. */
const struct failing_site *failing_sites(size_t *num);
/* Its functions, one a line, on standard error. */
void failing_print(const struct failing_site *site);

#endif
