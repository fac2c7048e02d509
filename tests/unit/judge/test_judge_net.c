/* The way to the server: the line, DNS, addresses that work or do not.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T CM_VERDICT_TRUSTED
#define X CM_VERDICT_UNREACHABLE

static struct dns_case {
    const char *name;
    enum cm_dns_result result;
    const char *causes;
    const char *proof;
    enum cm_confidence confidence;
} dns_cases[] = {
    {"nxdomain", CM_DNS_NXDOMAIN, "dns_nxdomain", "NXDOMAIN", CM_CERTAIN},
    {"no address", CM_DNS_NO_ADDRESS, "dns_no_address", "AAAA", CM_CERTAIN},
    {"servfail", CM_DNS_SERVFAIL, "dns_servfail", "SERVFAIL", CM_CERTAIN},
    {"dns refused", CM_DNS_REFUSED, "dns_timeout_refused", "REFUSED",
     CM_CERTAIN},
    {"dns timeout", CM_DNS_TIMEOUT, "dns_timeout_refused", "in time",
     CM_CERTAIN},
    {"broken alias", CM_DNS_CNAME_BROKEN, "dns_cname_broken",
     "it is an alias of gone.example; some words", CM_CERTAIN},
    {"malformed answer", CM_DNS_FAILED, "dns_servfail", "could not be used",
     CM_PROBABLE},
};
#define DNS_CASES (sizeof(dns_cases) / sizeof(*dns_cases))

static void dns_means_this(void **state)
{
    const struct dns_case *c = *state;
    struct scene s;

    scene_open(&s, NULL);
    s.ev->dns.result = c->result;
    s.ev->dns.num_addresses = 0;
    s.ev->dns.ms = 12;
    if (c->result == CM_DNS_CNAME_BROKEN) {
        (void)snprintf(s.ev->dns.cname, CM_HOST_SIZE, "gone.example");
        (void)snprintf(s.ev->dns.detail, 32, "some words");
    }
    scene_expect(&s, X, c->causes);
    assert_contains(s.got.findings[0].proof, c->proof);
    assert_contains(s.got.findings[0].proof, "after 12 ms");
    assert_int_equal(s.got.findings[0].confidence, c->confidence);
    assert_string_equal(s.got.findings[0].subject_key, "www.a.example");
    scene_close(&s);
}

static void nothing_seen_is_not_trusted(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    scene_expect(&s, CM_VERDICT_NOT_CHECKED, "not_scanned");
    assert_contains(s.got.findings[0].proof, "no connection was attempted");
    scene_close(&s);
}

static void an_address_of_the_other_family_is_left_out(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    s.ep.is_ip = true;
    s.ev->dns.result = CM_DNS_NOT_ASKED;
    s.ev->dns.num_addresses = 1;
    s.ev->dns.addresses[0] = (struct cm_address){
        .family = 6, .bytes = {0x20, 1, 0x0D, 0xB8, [15] = 1}, .port = 443};
    scene_expect(&s, CM_VERDICT_NOT_CHECKED,
                 "input_family_left_out input_ip_literal");
    assert_contains(s.got.findings[0].proof,
                    "is an IPv6 address, and the run was told to use IPv4 only "
                    "(--ipv4)");
    scene_close(&s);
}

static void faults_of_the_scanner_blame_nobody(void **state)
{
    static const struct {
        enum cm_scanner_fault fault;
        const char *cause;
    } cases[] = {
        {CM_FAULT_NO_ROUTE, "scanner_no_route"},
        {CM_FAULT_NO_DESCRIPTORS, "scanner_no_descriptors"},
        {CM_FAULT_RESOLVER_DOWN, "scanner_resolver_down"},
        {CM_FAULT_OFFLINE, "scanner_offline"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct scene s;

        scene_open(&s, NULL);
        s.ev->dns.result = CM_DNS_TIMEOUT;
        s.ev->fault = cases[i].fault;
        scene_expect(&s, CM_VERDICT_NOT_CHECKED, cases[i].cause);
        assert_int_equal(s.got.findings[0].resolution,
                         CM_RESOLUTION_REPAIR_SCANNER);
        scene_close(&s);
    }
}

static void address(struct scene *s, unsigned i, const char *text)
{
    assert_true(cm_address_parse(text, &s->ev->dns.addresses[i]));
    s->ev->dns.num_addresses = i + 1;
}

/* What the addresses tell needs no connection. */
static void no_route_hides_no_wrong_address(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    address(&s, 0, "10.0.0.1");
    s.ev->fault = CM_FAULT_NO_ROUTE;
    scene_expect(&s, CM_VERDICT_NOT_CHECKED, "scanner_no_route");
    s.policy.cloud_clients = true;
    scene_expect(&s, X, "dns_private_for_cloud scanner_no_route");
    scene_close(&s);
}

static void special_address_blocks_unless_it_works(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    address(&s, 1, "127.0.0.1");
    (void)scene_probe(&s, 1, CM_PHASE_CONNECTING, CM_END_TIMEOUT);
    scene_expect(&s, X, "dns_special_address connect_timeout");
    assert_contains(s.got.findings[0].proof,
                    "127.0.0.1: 1 of its 2 addresses has");
    assert_int_equal(s.got.findings[0].severity, CM_SEVERITY_NOW);
    s.policy.special_addresses_ok = true;
    scene_expect(&s, X, "connect_timeout");
    scene_close(&s);

    scene_open(&s, NULL);
    address(&s, 0, "127.0.0.1");
    scene_trust(&s, "root");
    (void)scene_serve(&s, "leaf int");
    scene_expect(&s, T, "dns_special_address");
    assert_false(s.got.findings[0].blocks);
    assert_int_equal(s.got.findings[0].severity, CM_SEVERITY_HYGIENE);
    scene_close(&s);
}

static void private_addresses_matter_to_cloud_clients_only(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    scene_trust(&s, "root");
    (void)scene_serve(&s, "leaf int");
    address(&s, 0, "10.0.0.1");
    scene_expect(&s, T, "");
    s.policy.cloud_clients = true;
    scene_expect(&s, X, "dns_private_for_cloud");
    assert_contains(s.got.findings[0].proof, "10.0.0.1");
    address(&s, 1, "9.9.9.77");
    scene_expect(&s, T, "");
    scene_close(&s);

    scene_open(&s, "10.0.0.1");
    s.policy.cloud_clients = true;
    (void)scene_probe(&s, 1, CM_PHASE_CONNECTING, CM_END_TIMEOUT);
    scene_expect(&s, X,
                 "dns_private_for_cloud connect_timeout input_ip_literal");
    assert_string_equal(s.got.findings[1].subject_key, "10.0.0.1:443");
    scene_close(&s);
}

static void split_horizon_needs_other_certificates(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    scene_trust(&s, "root");
    address(&s, 1, "9.9.9.2");
    s.ev->dns.second_differs = true;
    s.ev->dns.from_second[1] = true;
    (void)scene_serve(&s, "leaf int");
    scene_serve(&s, "leaf int")->address.bytes[3] = 2;
    scene_expect(&s, T, "");
    scene_present(&s.ev->probes[1], zoo_get("leaf"));
    s.ev->probes[1].chain[0] = cm_cert_ref(zoo_get("leafrsa"));
    cm_cert_unref(zoo_get("leaf"));
    scene_expect(&s, T, "dns_split_horizon");
    assert_contains(s.got.findings[0].proof, "9.9.9.2:443");
    s.ev->dns.second_differs = false;
    scene_expect(&s, T, "");
    scene_close(&s);
}

static struct cm_probe *v6(struct cm_probe *probe)
{
    uint16_t port = probe->address.port;

    assert_true(cm_address_parse("2001:db8::1", &probe->address));
    probe->address.port = port;
    return probe;
}

static void names_every_way_in_which_addresses_fail(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    for (unsigned i = 1; i <= 6; i++) {
        scene_probe(&s, i, CM_PHASE_CONNECTING, CM_END_SYSTEM)->sys_errno =
            ECONNREFUSED;
    }
    s.ev->probes[0].tries = 3;
    v6(scene_probe(&s, 0, CM_PHASE_CONNECTING, CM_END_SYSTEM))->sys_errno =
        ENETUNREACH;
    scene_expect(&s, X, "connect_refused connect_unreachable");
    assert_contains(s.got.findings[0].proof, "9.9.9.4:443");
    assert_contains(s.got.findings[0].proof, "3 tries");
    assert_contains(s.got.findings[0].proof, "and 2 more");
    assert_contains(s.got.findings[1].proof, "[2001:db8::1]:443");
    scene_close(&s);
}

static struct partial_case {
    const char *name;
    int v4_errno; /* of a second IPv4 address; 0: there is none */
    int v6_errno; /* of an IPv6 address; 0: none; -1: it works */
    const char *causes;
} partial_cases[] = {
    {"one address works", 0, 0, ""},
    {"ipv6 refuses", 0, ECONNREFUSED, "connect_ipv6_broken"},
    {"no ipv6 on this machine", 0, ENETUNREACH, ""},
    {"both families work", 0, -1, ""},
    {"one of two fails", ECONNREFUSED, 0, "connect_partial"},
    {"one of two fails, ipv6 works", ECONNREFUSED, -1, "connect_partial"},
    {"one of two fails, and ipv6", ETIMEDOUT, ECONNREFUSED,
     "connect_ipv6_broken connect_partial"},
};
#define PARTIAL_CASES (sizeof(partial_cases) / sizeof(*partial_cases))

static void partly_reachable(void **state)
{
    const struct partial_case *c = *state;
    struct scene s;

    scene_open(&s, NULL);
    scene_trust(&s, "root");
    if (c->v4_errno != 0) {
        scene_probe(&s, 2, CM_PHASE_CONNECTING, CM_END_SYSTEM)->sys_errno =
            c->v4_errno;
    }
    if (c->v6_errno > 0) {
        v6(scene_probe(&s, 0, CM_PHASE_CONNECTING, CM_END_SYSTEM))->sys_errno =
            c->v6_errno;
    }
    (void)scene_serve(&s, "leaf int");
    if (c->v6_errno < 0) {
        (void)v6(scene_serve(&s, "leaf int"));
    }
    scene_expect(&s, T, c->causes);
    scene_close(&s);
}

static void node_without_tls_is_partial(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    scene_trust(&s, "root");
    (void)scene_probe(&s, 2, CM_PHASE_HANDSHAKING, CM_END_CLOSED);
    (void)scene_serve(&s, "leaf int");
    scene_expect(&s, T, "connect_partial");
    assert_contains(s.got.findings[0].proof, "9.9.9.2:443: connects, but");
    assert_string_equal(s.got.findings[0].subject_key, "www.a.example");
    scene_close(&s);
}

static void all_of_ipv6_only(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    scene_trust(&s, "root");
    (void)v6(scene_serve(&s, "leaf int"));
    v6(scene_probe(&s, 0, CM_PHASE_CONNECTING, CM_END_TIMEOUT))
        ->address.bytes[15] = 2;
    scene_expect(&s, T, "connect_partial");
    scene_close(&s);
}

static void proxy_failures_are_the_proxys(void **state)
{
    struct scene s;
    struct cm_probe *p;

    (void)state;
    scene_open(&s, NULL);
    s.ev->dns.result = CM_DNS_NOT_ASKED;
    p = scene_probe(&s, 9, CM_PHASE_PROXYING, CM_END_PROXY);
    p->address.port = 3128;
    p->proxy_status = 407;
    (void)snprintf(p->error, sizeof(p->error), "the proxy answered \"x\"");
    scene_expect(&s, X, "connect_proxy_failed");
    assert_contains(s.got.findings[0].proof, "status 407: the proxy answered");
    assert_string_equal(s.got.findings[0].subject_key, "9.9.9.9:3128");
    p->address.family = 0;
    scene_expect(&s, X, "connect_proxy_failed");
    assert_string_equal(s.got.findings[0].subject_key, "proxy");
    scene_close(&s);
}

static void behind_a_proxy_servers_go_by_name(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    s.ev->dns.result = CM_DNS_NOT_ASKED;
    (void)scene_probe(&s, 9, CM_PHASE_HANDSHAKING, CM_END_RESET);
    scene_expect(&s, X, "tls_reset_on_hello");
    assert_string_equal(s.got.findings[0].subject_key, "www.a.example:443");
    scene_close(&s);

    scene_open(&s, "203.0.113.7");
    (void)scene_probe(&s, 9, CM_PHASE_HANDSHAKING, CM_END_RESET);
    scene_expect(&s, X, "tls_reset_on_hello input_ip_literal");
    assert_string_equal(s.got.findings[0].subject_key, "203.0.113.7:443");
    scene_close(&s);
}

static void input_is_remarked_on(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    s.ep.scheme_not_tls = true;
    scene_trust(&s, "root");
    (void)scene_serve(&s, "leaf int");
    scene_expect(&s, T, "input_scheme_not_tls");
    assert_string_equal(s.got.findings[0].subject_key, "input_scheme_not_tls");
    scene_close(&s);
}

static int leave(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

#define ADD(table, num, func)                                                  \
    for (size_t i = 0; i < (num); i++) {                                       \
        tests[used++] = (struct CMUnitTest){.name = (table)[i].name,           \
                                            .test_func = (func),               \
                                            .initial_state = &(table)[i]};     \
    }

int main(void)
{
    struct CMUnitTest tests[DNS_CASES + PARTIAL_CASES + 10] = {
        cmocka_unit_test(nothing_seen_is_not_trusted),
        cmocka_unit_test(an_address_of_the_other_family_is_left_out),
        cmocka_unit_test(faults_of_the_scanner_blame_nobody),
        cmocka_unit_test(special_address_blocks_unless_it_works),
        cmocka_unit_test(no_route_hides_no_wrong_address),
        cmocka_unit_test(private_addresses_matter_to_cloud_clients_only),
        cmocka_unit_test(split_horizon_needs_other_certificates),
        cmocka_unit_test(names_every_way_in_which_addresses_fail),
        cmocka_unit_test(node_without_tls_is_partial),
        cmocka_unit_test(all_of_ipv6_only),
        cmocka_unit_test(proxy_failures_are_the_proxys),
        cmocka_unit_test(behind_a_proxy_servers_go_by_name),
        cmocka_unit_test(input_is_remarked_on),
    };
    size_t used = 10;

    ADD(dns_cases, DNS_CASES, dns_means_this)
    ADD(partial_cases, PARTIAL_CASES, partly_reachable)
    return cmocka_run_group_tests_name("judge: net", tests, NULL, leave);
}
