/* Answers that are kept by name: found again, each once, the oldest go first.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/resolver_parts.h"

#define NAMES 5000U

static size_t name_of(char host[32], unsigned number)
{
    return (size_t)snprintf(host, 32, "e%u.fleet.test", number);
}

static void put(struct cm_kept *kept, unsigned number, uint32_t ms)
{
    struct cm_dns_evidence ev = {.result = CM_DNS_OK, .ms = ms};
    struct cm_packed *packed;
    char host[32];

    ev.addresses[0] = (struct cm_address){.family = 4, .bytes = {127, 0, 0, 1}};
    ev.num_addresses = 1;
    packed = cm_dns_pack(&ev);
    assert_non_null(packed);
    cm_kept_put(kept, host, name_of(host, number), packed);
    free(packed);
}

static bool find(const struct cm_kept *kept, unsigned number,
                 struct cm_dns_evidence *out)
{
    char host[32];
    const struct cm_packed *packed =
        cm_kept_find(kept, host, name_of(host, number));

    if (packed != NULL) {
        cm_dns_unpack(out, packed);
    }
    return packed != NULL;
}

static void thousands_are_found_again(void **state)
{
    struct cm_kept *kept = cm_kept_new(NAMES);
    struct cm_dns_evidence ev;

    (void)state;
    assert_non_null(kept);
    for (unsigned i = 0; i < NAMES; i++) {
        put(kept, i, i);
    }
    for (unsigned i = 0; i < NAMES; i++) {
        assert_true(find(kept, i, &ev));
        assert_int_equal(ev.ms, i);
        assert_int_equal(ev.num_addresses, 1);
    }
    assert_false(find(kept, NAMES, &ev));
    cm_kept_free(kept);
}

static void the_oldest_go_first(void **state)
{
    struct cm_kept *kept = cm_kept_new(3);
    struct cm_dns_evidence ev;

    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        put(kept, i, i);
    }
    assert_false(find(kept, 1, &ev));
    assert_true(find(kept, 2, &ev));
    cm_kept_limit(kept, 1);
    assert_false(find(kept, 3, &ev));
    assert_true(find(kept, 4, &ev));
    cm_kept_limit(kept, 0);
    put(kept, 6, 6);
    assert_false(find(kept, 6, &ev));
    cm_kept_free(kept);
}

static void a_name_has_one_answer(void **state)
{
    struct cm_kept *kept = cm_kept_new(2);
    struct cm_dns_evidence ev;

    (void)state;
    put(kept, 1, 10);
    put(kept, 2, 20);
    put(kept, 1, 30);
    assert_true(find(kept, 2, &ev));
    assert_true(find(kept, 1, &ev));
    assert_int_equal(ev.ms, 10);
    cm_kept_free(kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thousands_are_found_again),
        cmocka_unit_test(the_oldest_go_first),
        cmocka_unit_test(a_name_has_one_answer),
    };

    return cmocka_run_group_tests_name("kept answers", tests, NULL, NULL);
}
