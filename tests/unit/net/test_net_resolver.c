/* What the resolver makes of what servers answer.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dnsserver.h"
#include "net/resolver_parts.h"

#define PATIENT_MS 20000 /* where an answer comes; not waited for */
#define HASTY_MS 60      /* where none comes */

static const struct dns_row zone[] = {
    {"v4.test", 1, DNS_ANSWER, 0, "A 192.0.2.4"},
    {"v6.test", 28, DNS_ANSWER, 0, "AAAA 2001:db8::6"},
    {"v6.test", 1, DNS_ANSWER, 0, ""},
    {"both.test", 1, DNS_ANSWER, 0, "A 192.0.2.4;A 192.0.2.5"},
    {"both.test", 28, DNS_ANSWER, 0, "AAAA 2001:db8::6"},
    {"alias.test", 1, DNS_ANSWER, 0, "CNAME x.test;CNAME y.test;A 192.0.2.4"},
    {"alias.test", 28, DNS_ANSWER, 0, "CNAME x.test;CNAME y.test"},
    {"loop.test", 0, DNS_ANSWER, 0,
     "CNAME l1.test;CNAME l2.test;CNAME loop.test"},
    {"dangling.test", 0, DNS_ANSWER, 3, "CNAME gone.test"},
    {"hollow.test", 0, DNS_ANSWER, 0, "CNAME empty.test"},
    {"nx.test", 0, DNS_ANSWER, 3, ""},
    {"nodata.test", 0, DNS_ANSWER, 0, ""},
    {"servfail.test", 0, DNS_ANSWER, 2, ""},
    {"refused.test", 0, DNS_ANSWER, 5, ""},
    {"formerr.test", 0, DNS_ANSWER, 1, ""},
    {"silent.test", 0, DNS_SILENT, 0, NULL},
    {"half.test", 1, DNS_ANSWER, 0, "A 192.0.2.4"},
    {"half.test", 28, DNS_SILENT, 0, NULL},
    {"nxhalf.test", 1, DNS_ANSWER, 3, ""},
    {"nxhalf.test", 28, DNS_SILENT, 0, NULL},
    {"garbage.test", 0, DNS_GARBAGE, 0, NULL},
    {"wrongid.test", 0, DNS_WRONG_ID, 0, "A 192.0.2.4"},
    {"query.test", 0, DNS_BAD_QR, 0, "A 192.0.2.4"},
    {"malformed.test", 0, DNS_MALFORMED, 0, "A 192.0.2.4"},
    {"many.test", 1, DNS_ANSWER, 0, "A*60 192.0.2.1"},
    {"close.test", 0, DNS_TCP_CLOSE, 0, NULL},
    {"many6.test", 1, DNS_ANSWER, 0, "A*60 192.0.2.1"},
    {"many6.test", 28, DNS_ANSWER, 0, "AAAA*60 2001:db8::1"},
};
#define ROWS (sizeof(zone) / sizeof(zone[0]))

struct seen {
    unsigned calls;
    struct cm_dns_evidence ev;
};

static void on_resolved(void *arg, const struct cm_dns_evidence *ev)
{
    struct seen *seen = arg;

    seen->calls++;
    seen->ev = *ev;
}

static void resolve(struct cm_loop *loop,
                    const struct cm_resolver_options *options, const char *host,
                    struct seen *seen)
{
    struct cm_resolver *resolver;
    struct cm_error err;

    assert_int_equal(cm_resolver_new(&resolver, loop, options, &err), CM_OK);
    memset(seen, 0, sizeof(*seen));
    assert_true(cm_resolver_lookup(resolver, host, on_resolved, seen) != 0);
    assert_int_equal(seen->calls, 0);
    for (int i = 0; i < 100000 && seen->calls == 0; i++) {
        assert_int_equal(cm_loop_turn(loop, 1000, NULL), CM_OK);
    }
    assert_int_equal(seen->calls, 1);
    cm_resolver_free(resolver);
}

static void addresses_text(const struct cm_dns_evidence *ev, char *out,
                           size_t size)
{
    size_t len = 0;

    out[0] = '\0';
    for (unsigned i = 0; i < ev->num_addresses; i++) {
        char text[CM_ADDRESS_TEXT_SIZE];
        struct cm_address address = ev->addresses[i];

        assert_int_equal(address.port, 0);
        address.port = 1; /* brackets always */
        len += (size_t)snprintf(
            out + len, size - len, "%s%s%s", i > 0 ? " " : "",
            cm_address_text(&address, text), ev->from_second[i] ? "*" : "");
        assert_true(len < size);
    }
}

static struct resolve_case {
    const char *host;
    int family;
    bool hasty;
    enum cm_dns_result want;
    const char *addresses; /* with port 1; NULL: none */
    const char *cname;
    const char *detail; /* how it starts */
} cases[] = {
    {"v4.test", 0, false, CM_DNS_OK, "192.0.2.4:1", NULL, ""},
    {"v6.test", 0, false, CM_DNS_OK, "[2001:db8::6]:1", NULL, ""},
    {"both.test", 0, false, CM_DNS_OK,
     "192.0.2.4:1 192.0.2.5:1 [2001:db8::6]:1", NULL, ""},
    {"both.test", 4, false, CM_DNS_OK, "192.0.2.4:1 192.0.2.5:1", NULL, ""},
    {"both.test", 6, false, CM_DNS_OK, "[2001:db8::6]:1", NULL, ""},
    {"alias.test", 0, false, CM_DNS_OK, "192.0.2.4:1", "y.test", ""},
    {"loop.test", 0, false, CM_DNS_CNAME_BROKEN, NULL, "l2.test",
     "aliases in a loop"},
    {"dangling.test", 0, false, CM_DNS_CNAME_BROKEN, NULL, "gone.test",
     "NXDOMAIN (asked 127.0.0.1:"},
    {"hollow.test", 0, false, CM_DNS_CNAME_BROKEN, NULL, "empty.test",
     "no such record"},
    {"hollow.test", 4, false, CM_DNS_NO_ADDRESS, NULL, "empty.test", "A: no"},
    {"nx.test", 0, false, CM_DNS_NXDOMAIN, NULL, NULL, "NXDOMAIN"},
    {"nodata.test", 0, false, CM_DNS_NO_ADDRESS, NULL, NULL, "no such record"},
    {"v4.test", 6, false, CM_DNS_NO_ADDRESS, NULL, NULL, "AAAA: no such"},
    {"servfail.test", 0, false, CM_DNS_SERVFAIL, NULL, NULL, "SERVFAIL"},
    {"refused.test", 0, false, CM_DNS_REFUSED, NULL, NULL, "REFUSED"},
    {"formerr.test", 0, false, CM_DNS_FAILED, NULL, NULL, "FORMERR"},
    {"silent.test", 0, true, CM_DNS_TIMEOUT, NULL, NULL, "no answer (asked"},
    {"half.test", 0, true, CM_DNS_OK, "192.0.2.4:1", NULL, "AAAA: no answer"},
    {"nxhalf.test", 0, true, CM_DNS_NXDOMAIN, NULL, NULL,
     "A: NXDOMAIN, AAAA: no answer"},
    {"garbage.test", 0, true, CM_DNS_TIMEOUT, NULL, NULL, "no answer"},
    {"wrongid.test", 0, true, CM_DNS_TIMEOUT, NULL, NULL, "no answer"},
    {"query.test", 0, false, CM_DNS_FAILED, NULL, NULL, "malformed answer"},
    {"malformed.test", 0, false, CM_DNS_FAILED, NULL, NULL, "malformed answer"},
    {"a..test", 0, false, CM_DNS_FAILED, NULL, NULL, "not a name"},
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

static void resolves(void **state)
{
    const struct resolve_case *c = *state;
    struct cm_resolver_options options = {
        .timeout_ms = c->hasty ? HASTY_MS : PATIENT_MS, .family = c->family};
    struct cm_loop *loop;
    struct dns_server *server;
    struct seen seen;
    char got[1024];

    assert_int_equal(cm_loop_new(&loop, NULL), CM_OK);
    server = dns_server_open(loop, zone, ROWS);
    options.servers = dns_server_text(server);
    resolve(loop, &options, c->host, &seen);
    assert_string_equal(cm_dns_result_id(seen.ev.result),
                        cm_dns_result_id(c->want));
    addresses_text(&seen.ev, got, sizeof(got));
    assert_string_equal(got, c->addresses == NULL ? "" : c->addresses);
    if (strcmp(c->host, "loop.test") != 0) { /* ends anywhere in the loop */
        assert_string_equal(seen.ev.cname, c->cname == NULL ? "" : c->cname);
    }
    if (c->detail[0] == '\0') {
        assert_string_equal(seen.ev.detail, "");
    } else {
        assert_ptr_equal(strstr(seen.ev.detail, c->detail), seen.ev.detail);
    }
    assert_false(seen.ev.second_differs);
    if (c->family == 4) {
        assert_int_equal(dns_server_counts(server).aaaa, 0);
    }
    if (c->family == 6) {
        assert_int_equal(dns_server_counts(server).a, 0);
    }
    dns_server_close(server);
    cm_loop_free(loop);
}

struct scene {
    struct cm_loop *loop;
    struct dns_server *first;
    struct dns_server *second;
    char servers[128];
    struct seen seen;
};

static const struct dns_row sick_zone[] = {
    {"v4.test", 0, DNS_ANSWER, 2, ""},
    {"both.test", 0, DNS_ANSWER, 5, ""},
    {"servfail.test", 0, DNS_ANSWER, 5, ""},
    {"silent.test", 0, DNS_ANSWER, 2, ""},
    {"alias.test", 0, DNS_ANSWER, 4, ""},
    {"many.test", 0, DNS_SILENT, 0, NULL},
};

static const struct dns_row other_zone[] = {
    {"v4.test", 1, DNS_ANSWER, 0, "A 10.0.0.4"},
    {"both.test", 1, DNS_ANSWER, 0, "A 192.0.2.5;A 192.0.2.4"},
    {"both.test", 28, DNS_ANSWER, 0, "AAAA 2001:db8::6"},
    {"nx.test", 1, DNS_ANSWER, 0, "A 10.0.0.5"},
    {"alias.test", 0, DNS_ANSWER, 3, ""},
    {"half.test", 0, DNS_SILENT, 0, NULL},
};

static int open_scene(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    *state = scene;
    if (scene == NULL || cm_loop_new(&scene->loop, NULL) != CM_OK) {
        return -1;
    }
    scene->first = dns_server_open(scene->loop, zone, ROWS);
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    dns_server_close(scene->first);
    dns_server_close(scene->second);
    cm_loop_free(scene->loop);
    free(scene);
    return 0;
}

static void open_second(struct scene *scene, const struct dns_row *rows,
                        size_t num)
{
    scene->second = dns_server_open(scene->loop, rows, num);
}

/* Asks "sick, good" with the sick server first. */
static void resolve_with_sick(struct scene *scene, const char *host,
                              unsigned timeout_ms)
{
    struct cm_resolver_options options = {.timeout_ms = timeout_ms,
                                          .family = 4};

    if (scene->second == NULL) {
        open_second(scene, sick_zone, sizeof(sick_zone) / sizeof(sick_zone[0]));
    }
    snprintf(scene->servers, sizeof(scene->servers), "%s,%s",
             dns_server_text(scene->second), dns_server_text(scene->first));
    options.servers = scene->servers;
    resolve(scene->loop, &options, host, &scene->seen);
}

static void after_an_error_the_next_server_is_asked(void **state)
{
    struct scene *scene = *state;
    static const char *const hosts[] = {"v4.test", "both.test", "alias.test"};

    for (size_t i = 0; i < 3; i++) {
        resolve_with_sick(scene, hosts[i], PATIENT_MS);
        assert_string_equal(cm_dns_result_id(scene->seen.ev.result),
                            cm_dns_result_id(CM_DNS_OK));
        assert_int_equal(scene->seen.ev.addresses[0].bytes[3], 4);
    }
    assert_int_equal(dns_server_counts(scene->second).a, 3);
    assert_int_equal(dns_server_counts(scene->first).a, 3);
}

static void when_all_servers_fail_the_first_ones_error_is_told(void **state)
{
    struct scene *scene = *state;

    resolve_with_sick(scene, "servfail.test", PATIENT_MS);
    assert_string_equal(cm_dns_result_id(scene->seen.ev.result),
                        cm_dns_result_id(CM_DNS_REFUSED));
    assert_non_null(
        strstr(scene->seen.ev.detail, dns_server_text(scene->first)));
    resolve_with_sick(scene, "silent.test", HASTY_MS);
    assert_string_equal(cm_dns_result_id(scene->seen.ev.result),
                        cm_dns_result_id(CM_DNS_SERVFAIL));
}

static void after_silence_the_next_server_is_asked(void **state)
{
    struct scene *scene = *state;

    resolve_with_sick(scene, "many.test", 1000);
    assert_int_equal(scene->seen.ev.result, CM_DNS_OK);
}

static void a_dead_server_is_passed_over(void **state)
{
    struct scene *scene = *state;
    char nobody[32];
    struct cm_resolver_options options = {.timeout_ms = PATIENT_MS};

    snprintf(scene->servers, sizeof(scene->servers), "%s,%s",
             dns_nobody(nobody), dns_server_text(scene->first));
    options.servers = scene->servers;
    resolve(scene->loop, &options, "v4.test", &scene->seen);
    assert_int_equal(scene->seen.ev.result, CM_DNS_OK);
}

static void without_any_server_it_is_a_timeout(void **state)
{
    struct scene *scene = *state;
    char nobody[32];
    struct cm_resolver_options options = {.timeout_ms = HASTY_MS,
                                          .servers = dns_nobody(nobody)};

    resolve(scene->loop, &options, "v4.test", &scene->seen);
    assert_int_equal(scene->seen.ev.result, CM_DNS_TIMEOUT);
    assert_ptr_equal(strstr(scene->seen.ev.detail, CM_DNS_UNREACHABLE),
                     scene->seen.ev.detail);
    assert_non_null(strstr(scene->seen.ev.detail, nobody));
}

static void a_truncated_answer_comes_over_tcp(void **state)
{
    struct scene *scene = *state;
    struct cm_resolver_options options = {.timeout_ms = PATIENT_MS};
    unsigned num6 = 0;

    options.servers = dns_server_text(scene->first);
    resolve(scene->loop, &options, "many.test", &scene->seen);
    assert_int_equal(scene->seen.ev.result, CM_DNS_OK);
    assert_int_equal(scene->seen.ev.num_addresses, CM_MAX_ADDRESSES);
    assert_int_equal(dns_server_counts(scene->first).over_tcp, 1);
    resolve(scene->loop, &options, "many6.test", &scene->seen);
    assert_int_equal(dns_server_counts(scene->first).over_tcp, 3);
    for (unsigned i = 0; i < scene->seen.ev.num_addresses; i++) {
        num6 += scene->seen.ev.addresses[i].family == 6 ? 1 : 0;
    }
    assert_int_equal(scene->seen.ev.num_addresses, CM_MAX_ADDRESSES);
    assert_int_equal(num6, CM_MAX_ADDRESSES / 2);
}

/* c-ares counts it against all that is on its way to the server. */
static void a_connection_that_breaks_is_one_names_own(void **state)
{
    static const char *const hosts[] = {"close.test", "half.test", "many.test"};
    struct scene *scene = *state;
    struct cm_resolver_options options = {.timeout_ms = 300, .family = 0};
    struct cm_resolver *resolver;
    struct seen seen[3] = {{0}};
    struct cm_error err;

    options.servers = dns_server_text(scene->first);
    assert_int_equal(cm_resolver_new(&resolver, scene->loop, &options, &err),
                     CM_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_true(
            cm_resolver_lookup(resolver, hosts[i], on_resolved, &seen[i]) != 0);
    }
    for (int i = 0; i < 100000 && (seen[0].calls == 0 || seen[1].calls == 0 ||
                                   seen[2].calls == 0);
         i++) {
        assert_int_equal(cm_loop_turn(scene->loop, 1000, NULL), CM_OK);
    }
    assert_int_equal(seen[0].ev.result, CM_DNS_TIMEOUT);
    assert_non_null(strstr(seen[0].ev.detail, "none over TCP"));
    assert_int_equal(seen[2].ev.result, CM_DNS_OK);
    /* It has one address, and was waited for until the time was over. */
    assert_int_equal(seen[1].ev.result, CM_DNS_OK);
    assert_true(seen[1].ev.ms >= 100);
    cm_resolver_free(resolver);
}

static struct second_case {
    const char *host;
    const char *addresses;
    bool differs;
    bool hasty;
} second_cases[] = {
    {"v4.test", "192.0.2.4:1 10.0.0.4:1*", true, false},
    {"both.test", "192.0.2.4:1 192.0.2.5:1 [2001:db8::6]:1", false, false},
    {"nx.test", "10.0.0.5:1*", true, false},
    {"alias.test", "192.0.2.4:1", true, false},
    {"half.test", "192.0.2.4:1", false, true},
    {"silent.test", "192.0.2.1:1*", false, true},
};

static void a_second_resolver_is_compared(void **state)
{
    struct scene *scene = *state;
    char got[1024];

    open_second(scene, other_zone, sizeof(other_zone) / sizeof(other_zone[0]));
    for (size_t i = 0; i < sizeof(second_cases) / sizeof(second_cases[0]);
         i++) {
        const struct second_case *c = &second_cases[i];
        struct cm_resolver_options options = {
            .servers = dns_server_text(scene->first),
            .second = dns_server_text(scene->second),
            .timeout_ms = c->hasty ? HASTY_MS : PATIENT_MS};

        resolve(scene->loop, &options, c->host, &scene->seen);
        assert_int_equal(scene->seen.ev.result, CM_DNS_OK);
        addresses_text(&scene->seen.ev, got, sizeof(got));
        assert_string_equal(got, c->addresses);
        assert_int_equal(scene->seen.ev.second_differs, c->differs);
    }
}

int main(void)
{
    const struct CMUnitTest others[] = {
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, open_scene, close_scene)
        TEST(after_an_error_the_next_server_is_asked),
        TEST(when_all_servers_fail_the_first_ones_error_is_told),
        TEST(after_silence_the_next_server_is_asked),
        TEST(a_dead_server_is_passed_over),
        TEST(without_any_server_it_is_a_timeout),
        TEST(a_truncated_answer_comes_over_tcp),
        TEST(a_connection_that_breaks_is_one_names_own),
        TEST(a_second_resolver_is_compared),
    };
    struct CMUnitTest tests[CASES];

    for (size_t i = 0; i < CASES; i++) {
        tests[i] = (struct CMUnitTest){.name = cases[i].host,
                                       .test_func = resolves,
                                       .initial_state = &cases[i]};
    }
    return cmocka_run_group_tests_name("net/resolver", tests, NULL, NULL) +
           cmocka_run_group_tests_name("net/servers", others, NULL, NULL);
}
