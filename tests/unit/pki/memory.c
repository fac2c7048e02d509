/* Allocations that fail as asked.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>

#include "memory.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);

long *memory_granted(void)
{
    static long left = -1;

    return &left;
}

static bool grant(void)
{
    long *left = memory_granted();

    if (*left > 0) {
        (*left)--;
        return true;
    }
    return *left < 0;
}

void *__wrap_malloc(size_t size)
{
    return grant() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return grant() ? __real_calloc(count, size) : NULL;
}

void *__wrap_realloc(void *old, size_t size)
{
    return grant() ? __real_realloc(old, size) : NULL;
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return grant() ? __real_reallocarray(old, count, size) : NULL;
}

long until_it_works(bool (*work)(void *arg), void *arg)
{
    for (long limit = 0; limit < 10000; limit++) {
        bool ok;

        *memory_granted() = limit;
        ok = work(arg);
        *memory_granted() = -1;
        if (ok) {
            return limit;
        }
    }
    fail_msg("it never works");
    return 0;
}
