/* Which endpoint --endpoint means.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "cli/endpoint_option.h"

static void means(const char *text, const char *host, int64_t port,
                  const char *protocol)
{
    struct cm_endpoint_text out;

    cm_endpoint_text_read(&out, text);
    if (strcmp(out.query.host, host) != 0 || out.query.port != port ||
        strcmp(out.query.protocol, protocol) != 0) {
        fail_msg("%s: \"%s\", %d, \"%s\"", text, out.query.host,
                 (int)out.query.port, out.query.protocol);
    }
    assert_string_equal(out.query.text, text);
}

static void hosts_and_ports_are_read_as_the_input_has_them(void **state)
{
    (void)state;
    means("www.example.com", "www.example.com", 0, "");
    means("WWW.Example.com.:443", "www.example.com", 443, "");
    means("https://www.example.com/path", "www.example.com", 443, "");
    means("https://www.example.com:8443/", "www.example.com", 8443, "");
    means("192.0.2.1:25", "192.0.2.1", 25, "");
    means("2001:DB8::1", "2001:db8::1", 0, "");
    means("[2001:db8::1]:443", "2001:db8::1", 443, "");
    means("b\xc3\xbc"
          "cher.example",
          "xn--bcher-kva.example", 0, "");
    means("host:1", "host", 1, "");
    means("host:2", "host", 2, "");
}

static void a_protocol_may_follow(void **state)
{
    (void)state;
    means("mail.example.com:25:smtp", "mail.example.com", 25, "smtp");
    means("mail.example.com:smtp", "mail.example.com", 0, "smtp");
    means("www.example.com:443:tls", "www.example.com", 443, "tls");
    means("[2001:db8::1]:25:smtp", "2001:db8::1", 25, "smtp");
}

static void what_is_no_endpoint_is_looked_for_as_it_is(void **state)
{
    char longest[2000];

    (void)state;
    means("not a host", "", 0, "");
    means("", "", 0, "");
    means(":", "", 0, "");
    means("host:70000", "", 0, "");
    means("host:nosuch", "", 0, "");
    memset(longest, 'a', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    means(longest, "", 0, "");
    longest[1500] = ':';
    means(longest, "", 0, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_and_ports_are_read_as_the_input_has_them),
        cmocka_unit_test(a_protocol_may_follow),
        cmocka_unit_test(what_is_no_endpoint_is_looked_for_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
