/* A TLS server that misbehaves to order, for tests; loopback only.
 *
 *   badtls CHAIN.pem KEY.pem WAY[:PARAMETER]=ADDRESS:PORT ...
 *
 * A way is an act at a stage of an honest handshake ("garbage@hello-13"), a
 * ServerHello that is wrong ("hello-compression-12"), or a name of its own.
 * Prints "ready" when all listen, and ends when standard input ends.
 * SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/mem.h>
#include <openssl/pem.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "badserver/badtls.h"

#define HELLO "hello-"
#define MAX_CLIENTS 4000
#define STACK_BYTES (512UL * 1024)
#define PATIENCE_S 60 /* for a client that says nothing */

struct listener {
    int fd;
    bad_run_fn *run; /* a whole way, or an act at a stage */
    enum bad_stage stage;
    bool staged;
    const struct bad_hello *hello;
    const char *param;
};

struct client {
    const struct listener *listener;
    const struct bad_identity *identity;
    int fd;
};

static atomic_int num_clients;

static void die(const char *what, const char *name)
{
    (void)fprintf(stderr, "badtls: %s %s: %s\n", what, name, strerror(errno));
    exit(2);
}

static void read_identity(struct bad_identity *out, const char *chain,
                          const char *key)
{
    FILE *file = fopen(chain, "r");
    char *name;
    char *header;
    uint8_t *der;
    long len;

    if (file == NULL) {
        die("cannot read", chain);
    }
    while (out->num < BAD_MAX_CERTS &&
           PEM_read(file, &name, &header, &der, &len)) {
        out->certs[out->num] = der;
        out->lens[out->num++] = (size_t)len;
        OPENSSL_free(name);
        OPENSSL_free(header);
    }
    (void)fclose(file);
    file = fopen(key, "r");
    out->key =
        file == NULL ? NULL : PEM_read_PrivateKey(file, NULL, NULL, NULL);
    if (out->num == 0 || out->key == NULL) {
        die("not a chain and its key:", chain);
    }
    (void)fclose(file);
}

static bad_run_fn *find_in(const struct bad_way *ways, const char *name,
                           size_t len)
{
    for (; ways->name != NULL; ways++) {
        if (strlen(ways->name) == len && memcmp(ways->name, name, len) == 0) {
            return ways->run;
        }
    }
    return NULL;
}

/* "WAY" of `len` bytes. */
static bool find_way(struct listener *l, const char *way, size_t len)
{
    const char *at = memchr(way, '@', len);
    size_t prefix = strlen(HELLO);
    char stage[32];

    if (at != NULL && len - (size_t)(at - way) <= sizeof(stage)) {
        memcpy(stage, at + 1, len - (size_t)(at - way) - 1);
        stage[len - (size_t)(at - way) - 1] = '\0';
        l->staged = true;
        l->run = bad_find_act(way, (size_t)(at - way));
        return l->run != NULL && bad_find_stage(stage, &l->stage);
    }
    if (len > prefix && memcmp(way, HELLO, prefix) == 0) {
        l->hello = bad_find_hello(way + prefix, len - prefix);
        if (l->hello != NULL) {
            return true;
        }
    }
    l->run = find_in(bad_flights, way, len);
    l->run = l->run != NULL ? l->run : find_in(bad_starttls, way, len);
    l->run = l->run != NULL ? l->run : find_in(bad_cuts, way, len);
    return l->run != NULL;
}

static void listen_at(struct listener *l, const char *spec, const char *where)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    const char *colon = strrchr(where, ':');
    char host[INET_ADDRSTRLEN] = "";
    int one = 1;

    if (colon != NULL && (size_t)(colon - where) < sizeof(host)) {
        memcpy(host, where, (size_t)(colon - where));
        at.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
    }
    l->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    (void)setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (inet_pton(AF_INET, host, &at.sin_addr) != 1 ||
        bind(l->fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
        listen(l->fd, 64) != 0) {
        die("cannot listen:", spec);
    }
}

static void start_listener(struct listener *l, char *spec)
{
    char *equals = strrchr(spec, '=');
    char *colon;

    if (equals == NULL) {
        errno = EINVAL;
        die("not WAY=ADDRESS:PORT:", spec);
    }
    *equals = '\0';
    colon = strchr(spec, ':');
    l->param = colon == NULL ? "" : colon + 1;
    if (!find_way(l, spec,
                  colon == NULL ? strlen(spec) : (size_t)(colon - spec))) {
        errno = EINVAL;
        die("no such way:", spec);
    }
    listen_at(l, spec, equals + 1);
}

static void *serve(void *arg)
{
    struct client *client = arg;
    const struct listener *l = client->listener;
    struct bad_conn *c = calloc(1, sizeof(*c));
    struct timeval patience = {PATIENCE_S, 0};
    int one = 1;

    if (c == NULL) {
        abort();
    }
    c->fd = client->fd;
    c->identity = client->identity;
    c->param = l->param;
    free(client);
    /* What was said is out, also when a reset follows. */
    (void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    (void)setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
                     sizeof(patience));
    (void)setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
                     sizeof(patience));
    if (l->hello != NULL) {
        bad_run_hello(c, l->hello);
    } else if (!l->staged || bad_reach(c, l->stage)) {
        l->run(c);
    }
    (void)close(c->fd);
    bad_keys_free(c);
    free(c);
    (void)atomic_fetch_sub(&num_clients, 1);
    return NULL;
}

static void accept_all(const struct listener *l,
                       const struct bad_identity *identity,
                       const pthread_attr_t *attributes)
{
    int fd;

    while ((fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        struct client *client = malloc(sizeof(*client));
        pthread_t thread;

        if (client == NULL || atomic_load(&num_clients) >= MAX_CLIENTS) {
            free(client);
            (void)close(fd);
            continue;
        }
        *client = (struct client){l, identity, fd};
        (void)atomic_fetch_add(&num_clients, 1);
        if (pthread_create(&thread, attributes, serve, client) != 0) {
            die("no thread for", "a client");
        }
    }
}

static void loop(int poller, const struct bad_identity *identity)
{
    struct epoll_event events[64];
    pthread_attr_t attributes;

    if (pthread_attr_init(&attributes) != 0 ||
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) !=
            0 ||
        pthread_attr_setstacksize(&attributes, STACK_BYTES) != 0) {
        die("threads", "");
    }
    for (;;) {
        int num = epoll_wait(poller, events, 64, -1);

        for (int i = 0; i < num; i++) {
            if (events[i].data.ptr == NULL) {
                return; /* standard input ended */
            }
            accept_all(events[i].data.ptr, identity, &attributes);
        }
    }
}

static void watch(int poller, int fd, struct listener *l)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = l};

    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) != 0) {
        die("epoll", "");
    }
}

static void allow_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv)
{
    struct bad_identity identity = {.num = 0};
    size_t num = argc > 3 ? (size_t)argc - 3 : 0;
    struct listener *listeners = calloc(num + 1, sizeof(*listeners));
    int poller = epoll_create1(EPOLL_CLOEXEC);

    if (num == 0 || listeners == NULL || poller < 0) {
        (void)fprintf(stderr, "usage: badtls CHAIN.pem KEY.pem "
                              "WAY[:PARAMETER]=ADDRESS:PORT ...\n");
        free(listeners);
        return 2;
    }
    allow_descriptors();
    read_identity(&identity, argv[1], argv[2]);
    watch(poller, STDIN_FILENO, NULL);
    for (size_t i = 0; i < num; i++) {
        start_listener(&listeners[i], argv[3 + i]);
        watch(poller, listeners[i].fd, &listeners[i]);
    }
    (void)puts("ready");
    (void)fflush(stdout);
    loop(poller, &identity);
    (void)fflush(stdout);
    _exit(0); /* threads still use what is here */
}
