/* In which order addresses are tried.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "net/dial.h"

static struct order_case {
    const char *name;
    const char *in; /* 4 and 6, in the order given */
    int family;
    const char *want; /* positions in `in` */
} order_cases[] = {
    {"IPv6 comes first", "46", 0, "10"},
    {"families take turns", "444666", 0, "304152"},
    {"the rest keeps its order", "44446", 0, "40123"},
    {"IPv6 only", "666", 0, "012"},
    {"IPv4 only", "444", 0, "012"},
    {"already in order", "646464", 0, "012345"},
    {"IPv4 is wanted", "6464", 4, "13"},
    {"IPv6 is wanted", "6464", 6, "02"},
    {"none of the wanted family", "44", 6, ""},
    {"none", "", 0, ""},
};
#define ORDER_CASES (sizeof(order_cases) / sizeof(order_cases[0]))

static void orders_by_family(void **state)
{
    const struct order_case *c = *state;
    struct cm_address addresses[8] = {{0}};
    unsigned num = (unsigned)strlen(c->in);
    char got[9] = "";

    for (unsigned i = 0; i < num; i++) {
        addresses[i].family = (uint8_t)(c->in[i] - '0');
        addresses[i].port = (uint16_t)('0' + i);
    }
    num = cm_dial_order(addresses, num, c->family);
    for (unsigned i = 0; i < num; i++) {
        got[i] = (char)addresses[i].port;
    }
    assert_string_equal(got, c->want);
}

int main(void)
{
    struct CMUnitTest tests[ORDER_CASES];

    for (size_t i = 0; i < ORDER_CASES; i++) {
        tests[i] = (struct CMUnitTest){.name = order_cases[i].name,
                                       .test_func = orders_by_family,
                                       .initial_state = &order_cases[i]};
    }
    return cmocka_run_group_tests_name("net/order", tests, NULL, NULL);
}
