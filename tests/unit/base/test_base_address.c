/* Addresses, rows and endpoint keys.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base_test.h"

#include <stdio.h>

#include "certmuster/endpoint.h"

static struct text_case {
    const char *text;
    uint16_t port;
    const char *want; /* NULL: is refused */
} texts[] = {
    {"192.0.2.1", 443, "192.0.2.1:443"},
    {"192.0.2.1", 0, "192.0.2.1"},
    {"255.255.255.255", 65535, "255.255.255.255:65535"},
    {"0.0.0.0", 1, "0.0.0.0:1"},
    {"2001:db8::1", 443, "[2001:db8::1]:443"},
    {"[2001:db8::1]", 443, "[2001:db8::1]:443"},
    {"2001:DB8:0:0:0:0:0:1", 0, "2001:db8::1"},
    {"::", 0, "::"},
    {"[::1]", 8443, "[::1]:8443"},
    {"::ffff:192.0.2.1", 443, "[::ffff:192.0.2.1]:443"},
    {"1111:2222:3333:4444:5555:6666:7777:8888", 65535,
     "[1111:2222:3333:4444:5555:6666:7777:8888]:65535"},
    {"", 0, NULL},
    {"[", 0, NULL},
    {"[]", 0, NULL},
    {"[192.0.2.1]", 0, NULL},
    {"[2001:db8::1", 0, NULL},
    {"2001:db8::1]", 0, NULL},
    {"[2001:db8::1]:443", 0, NULL},
    {"192.0.2.1:443", 0, NULL},
    {"192.0.2", 0, NULL},
    {"192.0.2.256", 0, NULL},
    {"192.0.2.1.", 0, NULL},
    {"0192.0.2.1", 0, NULL},
    {"0x7f.1", 0, NULL},
    {"2130706433", 0, NULL},
    {" 192.0.2.1", 0, NULL},
    {"192.0.2.1 ", 0, NULL},
    {"fe80::1%eth0", 0, NULL},
    {"1::2::3", 0, NULL},
    {"example.com", 0, NULL},
    {"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc", 0, NULL},
};

static void reads_and_writes(void **state)
{
    const struct text_case *c = *state;
    struct cm_address address = {.family = 9};
    char text[CM_ADDRESS_TEXT_SIZE];

    assert_int_equal(cm_address_parse(c->text, &address), c->want != NULL);
    if (c->want == NULL) {
        assert_int_equal(address.family, 9);
        return;
    }
    assert_int_equal(address.port, 0);
    address.port = c->port;
    assert_string_equal(cm_address_text(&address, text), c->want);
}

static void no_address_has_an_empty_text(void **state)
{
    struct cm_address address = {.family = 0, .port = 443};
    char text[CM_ADDRESS_TEXT_SIZE] = "x";

    (void)state;
    assert_string_equal(cm_address_text(&address, text), "");
    address.family = 5;
    assert_string_equal(cm_address_text(&address, text), "");
}

#define PUB CM_SCOPE_PUBLIC
#define PRI CM_SCOPE_PRIVATE
#define SPE CM_SCOPE_SPECIAL

/* The first and last address of each range, and their neighbours. */
static struct scope_case {
    const char *text;
    enum cm_address_scope want;
} scopes[] = {
    {"0.0.0.0", SPE},
    {"0.255.255.255", SPE},
    {"1.0.0.0", PUB},
    {"9.255.255.255", PUB},
    {"10.0.0.0", PRI},
    {"10.255.255.255", PRI},
    {"11.0.0.0", PUB},
    {"100.63.255.255", PUB},
    {"100.64.0.0", PRI},
    {"100.127.255.255", PRI},
    {"100.128.0.0", PUB},
    {"126.255.255.255", PUB},
    {"127.0.0.1", SPE},
    {"127.255.255.255", SPE},
    {"128.0.0.0", PUB},
    {"169.253.255.255", PUB},
    {"169.254.169.254", SPE},
    {"169.255.0.0", PUB},
    {"172.15.255.255", PUB},
    {"172.16.0.0", PRI},
    {"172.31.255.255", PRI},
    {"172.32.0.0", PUB},
    {"192.0.0.8", SPE},
    {"192.0.0.9", PUB},
    {"192.0.0.10", PUB},
    {"192.0.0.170", SPE},
    {"192.0.1.0", PUB},
    {"192.0.2.1", SPE},
    {"192.0.3.0", PUB},
    {"192.31.196.1", PUB},
    {"192.52.193.1", PUB},
    {"192.88.98.255", PUB},
    {"192.88.99.1", SPE},
    {"192.167.255.255", PUB},
    {"192.168.0.0", PRI},
    {"192.168.255.255", PRI},
    {"192.169.0.0", PUB},
    {"192.175.48.1", PUB},
    {"198.17.255.255", PUB},
    {"198.18.0.0", SPE},
    {"198.19.255.255", SPE},
    {"198.20.0.0", PUB},
    {"198.51.100.1", SPE},
    {"198.51.101.0", PUB},
    {"203.0.113.255", SPE},
    {"203.0.114.0", PUB},
    {"223.255.255.255", PUB},
    {"224.0.0.1", SPE},
    {"239.255.255.255", SPE},
    {"240.0.0.1", SPE},
    {"255.255.255.255", SPE},
    {"8.8.8.8", PUB},
    {"::", SPE},
    {"::1", SPE},
    {"::2", SPE},
    {"::ffff:127.0.0.1", SPE},
    {"::ffff:8.8.8.8", SPE},
    {"64:ff9b::8.8.8.8", PUB},
    {"64:ff9b::10.0.0.1", PRI},
    {"64:ff9b::127.0.0.1", SPE},
    {"64:ff9b:1::1", PRI},
    {"64:ff9b:2::1", SPE},
    {"100::1", SPE},
    {"100:0:0:1::1", SPE},
    {"2001::1", SPE},
    {"2001:1::1", PUB},
    {"2001:1::2", PUB},
    {"2001:1::3", PUB},
    {"2001:1::4", SPE},
    {"2001:2::1", SPE},
    {"2001:3::1", PUB},
    {"2001:4:112::1", PUB},
    {"2001:4:113::1", SPE},
    {"2001:10::1", SPE},
    {"2001:20::1", PUB},
    {"2001:2f:ffff::1", PUB},
    {"2001:30::1", PUB},
    {"2001:40::1", SPE},
    {"2001:1ff:ffff::1", SPE},
    {"2001:200::1", PUB},
    {"2001:db7::1", PUB},
    {"2001:db8::1", SPE},
    {"2001:db8:ffff::", SPE},
    {"2001:db9::1", PUB},
    {"2001:4860:4860::8888", PUB},
    {"2002:808:808::1", PUB},
    {"2002:a00:1::1", PRI},
    {"2002:7f00:1::1", SPE},
    {"2003::1", PUB},
    {"2620:4f:8000::1", PUB},
    {"3ffe::1", PUB},
    {"3fff::1", SPE},
    {"3fff:fff:ffff::1", SPE},
    {"3fff:1000::1", PUB},
    {"5f00::1", SPE},
    {"5f01::1", PUB},
    {"fbff::1", PUB},
    {"fc00::1", PRI},
    {"fdff:ffff::1", PRI},
    {"fe00::1", PUB},
    {"fe80::1", SPE},
    {"febf::1", SPE},
    {"fec0::1", PRI},
    {"feff::1", PRI},
    {"ff00::1", SPE},
    {"ff02::1", SPE},
};

static void scopes_are_those_of_the_registries(void **state)
{
    struct cm_address none = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(scopes); i++) {
        struct cm_address address;

        assert_true(cm_address_parse(scopes[i].text, &address));
        if (cm_address_scope(&address) != scopes[i].want) {
            fail_msg("%s: %d instead of %d", scopes[i].text,
                     (int)cm_address_scope(&address), (int)scopes[i].want);
        }
    }
    assert_int_equal(cm_address_scope(&none), CM_SCOPE_SPECIAL);
}

static void rows_free_their_fields(void **state)
{
    struct cm_row *row = cm_row_new();

    (void)state;
    assert_non_null(row);
    assert_int_equal(row->id, 0);
    assert_false(row->valid);
    row->num_fields = 3; /* one of them never came to be */
    row->fields = calloc(row->num_fields, sizeof(*row->fields));
    assert_non_null(row->fields);
    row->fields[0] = strdup("a");
    row->fields[2] = strdup("c");
    cm_row_free(row);
    row = cm_row_new();
    assert_non_null(row);
    row->num_fields = 3; /* nor did the array */
    cm_row_free(row);
    cm_row_free(NULL);
}

static void keys_differ_exactly_by_what_is_connected_to(void **state)
{
    static const struct cm_endpoint endpoints[] = {
        {.host = "a", .port = 443, .protocol = "tls", .sni = "a"},
        {.host = "b", .port = 443, .protocol = "tls", .sni = "a"},
        {.host = "a", .port = 44, .protocol = "tls", .sni = "a"},
        {.host = "a", .port = 443, .protocol = "smtp", .sni = "a"},
        {.host = "a", .port = 443, .protocol = "tls", .sni = "b"},
        {.host = "a", .port = 443, .protocol = "tls", .sni = ""},
        {.host = "a", .port = 443, .protocol = "tls", .sni = "a", .client = 1},
        {.host = "a",
         .port = 443,
         .protocol = "tls",
         .sni = "a",
         .http_path = "/a",
         .path_counts = true},
    };
    struct cm_endpoint dotted = endpoints[0];
    struct cm_buf keys[2];

    (void)state;
    cm_buf_init(&keys[0], 1000);
    cm_buf_init(&keys[1], 1000);
    for (size_t i = 0; i < COUNT(endpoints); i++) {
        for (size_t j = 0; j < COUNT(endpoints); j++) {
            cm_buf_clear(&keys[0]);
            cm_buf_clear(&keys[1]);
            cm_endpoint_key(&endpoints[i], &keys[0]);
            cm_endpoint_key(&endpoints[j], &keys[1]);
            assert_int_equal(
                strcmp(cm_buf_cstr(&keys[0]), cm_buf_cstr(&keys[1])) == 0,
                i == j);
        }
    }
    dotted.had_trailing_dot = true;
    dotted.scheme_not_tls = true;
    (void)snprintf(dotted.http_path, sizeof(dotted.http_path), "/b");
    cm_buf_clear(&keys[0]);
    cm_buf_clear(&keys[1]);
    cm_endpoint_key(&endpoints[0], &keys[0]);
    cm_endpoint_key(&dotted, &keys[1]);
    assert_string_equal(cm_buf_cstr(&keys[0]), cm_buf_cstr(&keys[1]));
    cm_buf_cleanup(&keys[0]);
    cm_buf_cleanup(&keys[1]);
}

#define TEXTS COUNT(texts)
#define OTHERS 4

int main(void)
{
    struct CMUnitTest tests[TEXTS + OTHERS] = {
        cmocka_unit_test(no_address_has_an_empty_text),
        cmocka_unit_test(scopes_are_those_of_the_registries),
        cmocka_unit_test(rows_free_their_fields),
        cmocka_unit_test(keys_differ_exactly_by_what_is_connected_to),
    };

    for (size_t i = 0; i < TEXTS; i++) {
        tests[i + OTHERS] = (struct CMUnitTest){.name = texts[i].text,
                                                .test_func = reads_and_writes,
                                                .initial_state = &texts[i]};
    }
    return cmocka_run_group_tests_name("base/address", tests, NULL, NULL);
}
