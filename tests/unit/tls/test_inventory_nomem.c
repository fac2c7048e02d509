/* Every allocation of the inventory fails once: that is said, and what it says
 * of the server is still true. The linker sends the allocations here (--wrap).
 * SPDX-License-Identifier: Apache-2.0 */
#include "inventory_bench.h"

#include <stdlib.h>
#include <string.h>

#define NEVER (-1)

static int left = NEVER; /* how many allocations still succeed */
static bool armed;       /* only the inventory's own count */

void *__real_calloc(size_t num, size_t size);
void *__real_malloc(size_t size);
char *__real_strdup(const char *text);
void *__wrap_calloc(size_t num, size_t size);
void *__wrap_malloc(size_t size);
char *__wrap_strdup(const char *text);

static bool fails(void)
{
    if (!armed || left == NEVER) {
        return false;
    }
    return left-- == 0;
}

void *__wrap_calloc(size_t num, size_t size)
{
    return fails() ? NULL : __real_calloc(num, size);
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

/* Hands everything on, armed. */
struct relay {
    struct cm_asking asking;
    struct cm_asking *to;
};

static bool relay_next(struct cm_asking *asking, struct cm_hello *hello)
{
    struct cm_asking *to = ((struct relay *)asking)->to;
    bool more;

    armed = true;
    more = to->next(to, hello);
    armed = false;
    return more;
}

static void relay_heard(struct cm_asking *asking,
                        const struct cm_answer *answer,
                        const struct cm_flight *flight)
{
    struct cm_asking *to = ((struct relay *)asking)->to;

    armed = true;
    to->heard(to, answer, flight);
    armed = false;
}

/* One run in which the allocation after `tries` others fails; true: none did.
 */
static bool survives(int tries)
{
    struct relay relay = {.asking = {.next = relay_next, .heard = relay_heard}};
    struct bench b;
    bool untouched;

    inv_open(&b);
    left = tries;
    armed = true;
    relay.to = cm_inventory_asking_new(b.out, b.ev, NAME, BUDGET);
    armed = false;
    if (relay.to != NULL) {
        sim_run(&b.sim, &relay.asking);
        assert_true(relay.to->no_memory == (left == NEVER));
        inv_expect_exact(&b);
        assert_int_equal(b.out->sni_needed,
                         relay.to->no_memory ? CM_NOT_KNOWN : CM_NO);
        relay.to->free(relay.to);
    }
    untouched = left >= 0;
    left = NEVER;
    inv_close(&b);
    return untouched;
}

static void memory_runs_out(void **state)
{
    int tries = 0;

    (void)state;
    while (!survives(tries)) {
        tries++;
    }
    assert_true(tries >= 9); /* the plan, a name, six versions, the leaf */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_runs_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
