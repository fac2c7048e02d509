/* The phases against servers of this process, in the same loop.
 * SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "world.h"

static void a_refused_port_is_not_tried_again(void **state)
{
    struct world *world = *state;
    const struct cm_probe *probe;

    world_stop_listening(world);
    world->config.retries = 3;
    world_run(world, "127.0.0.1");
    probe = world_probe(world);
    assert_int_equal(probe->reached, CM_PHASE_CONNECTING);
    assert_int_equal(probe->sys_errno, ECONNREFUSED);
    assert_int_equal(probe->tries, 1);
    assert_int_equal(probe->address.port, world->port);
    assert_int_equal(world->got->dns.result, CM_DNS_NOT_ASKED);
}

static void a_silent_server_ends_at_the_phase_limit(void **state)
{
    struct world *world = *state;

    world->config.tls_timeout_ms = 40;
    world->config.retries = 1;
    world_run(world, "127.0.0.1");
    assert_int_equal(world_probe(world)->end, CM_END_TIMEOUT);
    assert_int_equal(world_probe(world)->reached, CM_PHASE_HANDSHAKING);
    assert_true(world_probe(world)->tls_ms > 0);
    assert_true(world_probe(world)->total_ms >= world_probe(world)->tls_ms);
    assert_int_equal(world_probe(world)->tries, 2);
    assert_int_equal(world->retried, 1);
    assert_int_equal(world->num_clients, 2);
}

static void the_total_time_ends_everything(void **state)
{
    struct world *world = *state;

    world->config.total_timeout_ms = 60;
    world->config.retries = 5;
    world_run(world, "127.0.0.1");
    assert_int_equal(world_probe(world)->end, CM_END_TIMEOUT);
    assert_int_equal(world->retried, 0);
}

static void the_total_time_ends_a_retry_that_waits(void **state)
{
    struct world *world = *state;

    world->act = ACT_RESET;
    world->config.total_timeout_ms = 150; /* the first pause is longer */
    world->config.retries = 5;
    world_run(world, "127.0.0.1");
    assert_int_equal(world->retried, 0);
    assert_int_equal(world_probe(world)->end, CM_END_RESET);
}

static void the_total_time_ends_a_lookup(void **state)
{
    struct world *world = *state;
    int silent = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);
    struct cm_resolver_options options = {.timeout_ms = 10000};
    struct cm_error err;
    char server[32];

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(silent, (struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(silent, (struct sockaddr *)&address, &len), 0);
    (void)snprintf(server, sizeof(server), "127.0.0.1:%u",
                   ntohs(address.sin_port));
    options.servers = server;
    cm_resolver_free(world->resolver);
    assert_int_equal(
        cm_resolver_new(&world->resolver, world->loop, &options, &err), CM_OK);
    world->env.resolver = world->resolver;
    world->config.total_timeout_ms = 50;
    world_run(world, "name.test");
    assert_int_equal(world->got->num_probes, 0);
    assert_int_equal(world->got->dns.result, CM_DNS_TIMEOUT);
    (void)close(silent);
}

static void a_reset_is_tried_again(void **state)
{
    struct world *world = *state;

    world->act = ACT_RESET;
    world->config.retries = 1;
    world_run(world, "127.0.0.1");
    assert_int_equal(world_probe(world)->end, CM_END_RESET);
    assert_int_equal(world_probe(world)->tries, 2);
}

static void an_answer_that_is_no_tls_is_an_answer(void **state)
{
    struct world *world = *state;

    world->act = ACT_REPLY;
    world->reply = "HTTP/1.1 400 Bad Request\r\n\r\n";
    world->config.retries = 3;
    world_run(world, "127.0.0.1");
    assert_int_equal(world_probe(world)->end, CM_END_NOT_TLS);
    assert_int_equal(world_probe(world)->tries, 1);
    assert_memory_equal(world_probe(world)->first_bytes, "HTTP/", 5);
}

static void a_name_that_cannot_be_asked_for_has_no_probe(void **state)
{
    struct world *world = *state;

    world_run(world, "name.test"); /* the resolver's port refuses */
    assert_int_equal(world->got->num_probes, 0);
    assert_int_equal(world->got->dns.result, CM_DNS_TIMEOUT);
}

static void the_wrong_family_leaves_nothing_to_try(void **state)
{
    struct world *world = *state;

    world->config.family = 6;
    world_run(world, "127.0.0.1");
    assert_int_equal(world->got->num_probes, 0);
}

static struct proxy_case {
    const char *name;
    const char *reply; /* NULL: silence */
    enum cm_end end;
    enum cm_phase reached;
    uint16_t status;
    const char *says;
} proxy_cases[] = {
    {"a proxy that forbids", "HTTP/1.1 403 Forbidden\r\n\r\n", CM_END_PROXY,
     CM_PHASE_PROXYING, 403, "HTTP/1.1 403 Forbidden"},
    {"a proxy that wants a password",
     "HTTP/1.0 407 Proxy Authentication Required\r\nX: y\r\n\r\n", CM_END_PROXY,
     CM_PHASE_PROXYING, 407, "407"},
    {"a proxy that lets through and the server closes",
     "HTTP/1.1 200 Connection established\r\n\r\n", CM_END_CLOSED,
     CM_PHASE_HANDSHAKING, 0, ""},
    {"a proxy whose server speaks plain text at once",
     "HTTP/1.1 200 OK\r\n\r\nSSH-2.0-x\r\n", CM_END_NOT_TLS,
     CM_PHASE_HANDSHAKING, 0, ""},
    {"a proxy that is none", "220 mail.test ESMTP\r\n\r\n", CM_END_PROXY,
     CM_PHASE_PROXYING, 0, "220 mail.test"},
    {"a proxy with a broken status", "HTTP/1.1 2x0 OK\r\n\r\n", CM_END_PROXY,
     CM_PHASE_PROXYING, 0, "2x0"},
    {"a proxy that closes", "", CM_END_PROXY, CM_PHASE_PROXYING, 0, "closed"},
    {"a proxy that stays silent", NULL, CM_END_PROXY, CM_PHASE_PROXYING, 0,
     "did not answer"},
};

static void a_proxy_is_told_apart(void **state)
{
    struct proxy_case *c = *state;
    void *inner = NULL;
    struct world *world;

    (void)world_build(&inner);
    world = inner;
    world->config.proxy_host = "127.0.0.1";
    world->config.proxy_port = world->port;
    world->act = c->reply == NULL ? ACT_SILENT : ACT_REPLY;
    world->reply = c->reply;
    if (c->reply == NULL) {
        world->config.connect_timeout_ms = 100;
    }
    world_run(world, "192.0.2.7");
    assert_int_equal(world_probe(world)->end, c->end);
    assert_int_equal(world_probe(world)->reached, c->reached);
    assert_int_equal(world_probe(world)->proxy_status, c->status);
    if (*c->says != '\0') {
        assert_non_null(strstr(world_probe(world)->error, c->says));
    }
    if (c->reached == CM_PHASE_PROXYING) {
        char want[64];

        (void)snprintf(want, sizeof(want), "CONNECT 192.0.2.7:%u HTTP/1.1\r\n",
                       world->port);
        assert_memory_equal(world->request, want, strlen(want));
    }
    (void)world_take_down(&inner);
}

static void a_huge_proxy_header_is_refused(void **state)
{
    struct world *world = *state;
    static char reply[12000];

    memset(reply, 'x', sizeof(reply) - 1);
    memcpy(reply, "HTTP/1.1 200 OK\r\nX: ", 20);
    world->act = ACT_REPLY;
    world->reply = reply;
    world->config.proxy_host = "127.0.0.1";
    world->config.proxy_port = world->port;
    world_run(world, "192.0.2.7");
    assert_int_equal(world_probe(world)->end, CM_END_PROXY);
    assert_non_null(strstr(world_probe(world)->error, "no HTTP header"));
}

static void a_dead_proxy_is_the_proxys_fault(void **state)
{
    struct world *world = *state;

    world_stop_listening(world);
    world->config.proxy_host = "127.0.0.1";
    world->config.proxy_port = world->port;
    world_run(world, "192.0.2.7");
    assert_int_equal(world_probe(world)->end, CM_END_PROXY);
    assert_int_equal(world->got->dns.result, CM_DNS_NOT_ASKED);
}

static void a_proxy_without_address_is_the_proxys_fault(void **state)
{
    struct world *world = *state;

    world->config.proxy_host = "proxy.test";
    world->config.proxy_port = 3128;
    world_run(world, "192.0.2.7");
    assert_int_equal(world_probe(world)->end, CM_END_PROXY);
    assert_non_null(strstr(world_probe(world)->error, "cannot be resolved"));
    assert_int_equal(world->got->dns.result, CM_DNS_NOT_ASKED);
}

static void abandoning_leaks_nothing_in_any_phase(void **state)
{
    struct world *world = *state;
    struct cm_error err;

    for (int turns = 0; turns < 6; turns++) {
        world_begin(world, turns % 2 == 0 ? "127.0.0.1" : "name.test");
        for (int i = 0; i < turns; i++) {
            assert_int_equal(cm_loop_turn(world->loop, 0, &err), CM_OK);
        }
        cm_scan_abandon(&world->scan);
        cm_evidence_free(world->got);
        world->got = NULL;
    }
    cm_scan_abandon(&world->scan); /* twice is fine */
    assert_int_equal(cm_loop_turn(world->loop, 0, &err), CM_OK);
    assert_null(world->got);
}

#define NUM_PROXY (sizeof(proxy_cases) / sizeof(*proxy_cases))

int main(void)
{
    const struct CMUnitTest fixed[] = {
        IN_WORLD(a_refused_port_is_not_tried_again),
        IN_WORLD(a_silent_server_ends_at_the_phase_limit),
        IN_WORLD(the_total_time_ends_everything),
        IN_WORLD(the_total_time_ends_a_retry_that_waits),
        IN_WORLD(the_total_time_ends_a_lookup),
        IN_WORLD(a_reset_is_tried_again),
        IN_WORLD(an_answer_that_is_no_tls_is_an_answer),
        IN_WORLD(a_name_that_cannot_be_asked_for_has_no_probe),
        IN_WORLD(the_wrong_family_leaves_nothing_to_try),
        IN_WORLD(a_huge_proxy_header_is_refused),
        IN_WORLD(a_dead_proxy_is_the_proxys_fault),
        IN_WORLD(a_proxy_without_address_is_the_proxys_fault),
        IN_WORLD(abandoning_leaks_nothing_in_any_phase),
    };
    struct CMUnitTest tests[sizeof(fixed) / sizeof(*fixed) + NUM_PROXY];
    size_t num = sizeof(fixed) / sizeof(*fixed);

    memcpy(tests, fixed, sizeof(fixed));
    for (size_t i = 0; i < NUM_PROXY; i++) {
        tests[num++] = (struct CMUnitTest){.name = proxy_cases[i].name,
                                           .test_func = a_proxy_is_told_apart,
                                           .initial_state = &proxy_cases[i]};
    }
    return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
