/* One scan in a loop, and the server it meets in the same loop.
 * SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void follow_script(struct world *world, int fd)
{
    const struct world_line *line = &world->script[world->read++];

    (void)send(fd, line->bytes, line->len, MSG_NOSIGNAL);
    if (world->read == world->num_lines) {
        (void)shutdown(fd, SHUT_WR);
        world->read--; /* what comes now hears the same */
    }
}

static void on_request(void *arg, unsigned ready)
{
    struct world *world = arg;
    size_t i = world->num_clients - 1;
    struct linger now = {1, 0};
    ssize_t got = recv(world->clients[i], world->request,
                       sizeof(world->request) - 1, MSG_DONTWAIT);

    (void)ready;
    if (got > 0) {
        world->request[got] = '\0';
    }
    if (got > 0 && world->act == ACT_SILENT) {
        return;
    }
    if (got > 0 && world->act == ACT_SCRIPT) {
        follow_script(world, world->clients[i]);
        return;
    }
    if (got > 0 && world->act == ACT_REPLY) {
        (void)send(world->clients[i], world->reply, strlen(world->reply),
                   MSG_NOSIGNAL);
        (void)shutdown(world->clients[i], SHUT_WR);
        return;
    }
    if (world->act == ACT_RESET) {
        (void)setsockopt(world->clients[i], SOL_SOCKET, SO_LINGER, &now,
                         sizeof(now));
    }
    cm_loop_unwatch(world->loop, world->watches[i]);
    (void)close(world->clients[i]);
    world->clients[i] = -1;
}

static void on_accept(void *arg, unsigned ready)
{
    struct world *world = arg;
    int fd = accept(world->listener, NULL, NULL);

    (void)ready;
    assert_true(fd >= 0 && world->num_clients < MAX_CLIENTS);
    world->clients[world->num_clients] = fd;
    assert_int_equal(cm_loop_watch(world->loop, fd, CM_READABLE, on_request,
                                   world, &world->watches[world->num_clients]),
                     CM_OK);
    world->num_clients++;
    world->read = 0;
}

static void done(void *arg, struct cm_scan *scan)
{
    struct world *world = arg;

    assert_null(world->got);
    world->got = scan->evidence;
    world->retried = scan->retried;
    scan->evidence = NULL;
}

int world_build(void **state)
{
    static struct world worlds[1];
    struct world *world = &worlds[0];
    struct cm_error err;
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);

    memset(world, 0, sizeof(*world));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    world->config = (struct cm_scan_config){
        .connect_timeout_ms = 5000,
        .tls_timeout_ms = 5000,
        .total_timeout_ms = 20000,
        .linger_ms = 100,
    };
    assert_int_equal(cm_loop_new(&world->loop, &err), CM_OK);
    assert_int_equal(
        cm_resolver_new(&world->resolver, world->loop,
                        &(struct cm_resolver_options){.servers = "127.0.0.1:1",
                                                      .timeout_ms = 3000},
                        &err),
        CM_OK);
    assert_int_equal(
        cm_tls_context_new(&world->env.tls, &(struct cm_tls_options){0}, &err),
        CM_OK);
    world->env.loop = world->loop;
    world->env.resolver = world->resolver;
    world->env.certs = cm_certcache_new();
    world->env.config = &world->config;
    world->env.done = done;
    world->env.done_arg = world;
    world->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(
        bind(world->listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(world->listener, 16), 0);
    assert_int_equal(
        getsockname(world->listener, (struct sockaddr *)&address, &len), 0);
    world->port = ntohs(address.sin_port);
    assert_int_equal(cm_loop_watch(world->loop, world->listener, CM_READABLE,
                                   on_accept, world, &world->listening),
                     CM_OK);
    *state = world;
    return 0;
}

int world_take_down(void **state)
{
    struct world *world = *state;

    cm_scan_abandon(&world->scan);
    cm_evidence_free(world->got);
    for (size_t i = 0; i < world->num_clients; i++) {
        if (world->clients[i] >= 0) {
            cm_loop_unwatch(world->loop, world->watches[i]);
            (void)close(world->clients[i]);
        }
    }
    if (world->listener >= 0) {
        cm_loop_unwatch(world->loop, world->listening);
        (void)close(world->listener);
    }
    cm_certcache_free(world->env.certs);
    cm_tls_context_free(world->env.tls);
    cm_resolver_free(world->resolver);
    cm_loop_free(world->loop);
    return 0;
}

void world_stop_listening(struct world *world)
{
    cm_loop_unwatch(world->loop, world->listening);
    (void)close(world->listener);
    world->listener = -1;
}

void world_begin(struct world *world, const char *host)
{
    struct cm_endpoint ep = {.port = world->port};

    (void)snprintf(ep.host, sizeof(ep.host), "%s", host);
    (void)snprintf(ep.protocol, sizeof(ep.protocol), "%s",
                   world->protocol != NULL ? world->protocol : "tls");
    ep.is_ip = cm_address_parse(host, &ep.literal);
    assert_true(cm_scan_start(&world->scan, &world->env, &ep, 1));
}

void world_run(struct world *world, const char *host)
{
    struct cm_error err;

    world_begin(world, host);
    assert_null(world->got); /* never from inside the call */
    for (int i = 0; i < 100000 && world->got == NULL; i++) {
        assert_int_equal(cm_loop_turn(world->loop, 100, &err), CM_OK);
    }
    assert_non_null(world->got);
}

const struct cm_probe *world_probe(const struct world *world)
{
    assert_int_equal(world->got->num_probes, 1);
    return &world->got->probes[0];
}
