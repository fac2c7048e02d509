/* Every allocation of this module fails once: nothing leaks, nothing is left
 * half done, and who was promised an answer gets one.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dnsserver.h"
#include "net/dial.h"
#include "net/resolver_parts.h"

#define NEVER (-1L)
#define MAX_ALLOCATIONS 1000
#define HASTY_MS 60

/* How many allocations succeed before one fails. */
static long until_failure = NEVER;

static bool fails(void)
{
    if (until_failure == NEVER) {
        return false;
    }
    return until_failure-- == 0; /* and goes on to NEVER */
}

/* The linker sends this program's allocations here (--wrap). */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

struct scene {
    struct cm_loop *loop; /* the server's; made before anything fails */
    struct dns_server *server;
    char hosts[32];
    unsigned calls;
    enum cm_dns_result result;
    int local_errno;
};

static int open_scene(void **state)
{
    static const char text[] = "192.0.2.9 host.test\n";
    struct scene *scene = calloc(1, sizeof(*scene));
    int fd;

    *state = scene;
    if (scene == NULL || cm_loop_new(&scene->loop, NULL) != CM_OK) {
        return -1;
    }
    scene->server = dns_server_open(scene->loop, NULL, 0);
    snprintf(scene->hosts, sizeof(scene->hosts), "/tmp/cm-hosts-%s",
             "XX"
             "XX"
             "XX");
    fd = mkstemp(scene->hosts);
    if (fd < 0 || write(fd, text, sizeof(text) - 1) != sizeof(text) - 1) {
        return -1;
    }
    close(fd);
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    unlink(scene->hosts);
    dns_server_close(scene->server);
    cm_loop_free(scene->loop);
    free(scene);
    return 0;
}

static void on_resolved(void *arg, const struct cm_dns_evidence *ev)
{
    struct scene *scene = arg;

    scene->calls++;
    scene->result = ev->result;
}

static void turn_until(struct scene *scene, struct cm_loop *loop,
                       unsigned calls)
{
    for (int i = 0; i < 10000 && scene->calls < calls; i++) {
        long saved = until_failure;

        until_failure = NEVER; /* the server's memory is not at stake */
        assert_int_equal(cm_loop_turn(scene->loop, 0, NULL), CM_OK);
        until_failure = saved;
        assert_int_equal(cm_loop_turn(loop, 1, NULL), CM_OK);
    }
    assert_int_equal(scene->calls, calls);
}

static void look_up_all(struct scene *scene, struct cm_loop *loop,
                        struct cm_resolver *resolver)
{
    static const char *const hosts[] = {"one.test", "host.test", "two.test",
                                        "one.test"};
    unsigned promised = scene->calls;

    for (size_t i = 0; i < 4; i++) {
        scene->result = CM_DNS_NOT_ASKED;
        if (cm_resolver_lookup(resolver, hosts[i], on_resolved, scene) != 0) {
            promised++;
            turn_until(scene, loop, promised);
            assert_int_not_equal(scene->result, CM_DNS_NOT_ASKED);
        }
    }
}

static void resolve(struct scene *scene)
{
    struct cm_resolver_options options = {
        .servers = dns_server_text(scene->server),
        .second = dns_server_text(scene->server),
        .timeout_ms = HASTY_MS,
        .hosts_file = true,
        .hosts_path = scene->hosts};
    struct cm_error err = {.status = CM_OK};
    struct cm_loop *loop;
    struct cm_resolver *resolver;
    enum cm_status status = cm_loop_new(&loop, &err);

    if (status != CM_OK) {
        assert_int_equal(status, CM_ENOMEM);
        assert_null(loop);
        return;
    }
    status = cm_resolver_new(&resolver, loop, &options, &err);
    if (status == CM_OK) {
        look_up_all(scene, loop, resolver);
    } else {
        assert_int_equal(status, CM_ENOMEM);
        assert_int_equal(err.status, CM_ENOMEM);
        assert_null(resolver);
    }
    cm_resolver_free(resolver);
    cm_loop_free(loop);
}

static void on_dialled(void *arg, const struct cm_dial_result *result)
{
    struct scene *scene = arg;

    scene->calls++;
    scene->local_errno = result->local_errno;
    if (result->fd >= 0) {
        close(result->fd);
    }
}

/* The DNS server also listens for TCP: somebody to connect to. */
static void dial(struct scene *scene)
{
    struct cm_server_list list;
    struct cm_loop *loop;
    struct cm_dial *started;

    assert_int_equal(
        cm_servers_parse(&list, dns_server_text(scene->server), NULL), CM_OK);
    if (cm_loop_new(&loop, NULL) != CM_OK) {
        return;
    }
    scene->local_errno = 0;
    started = cm_dial_start(loop, list.at, list.num, 60000, on_dialled, scene);
    if (started != NULL) {
        turn_until(scene, loop, scene->calls + 1);
        assert_true(scene->local_errno == 0 || scene->local_errno == ENOBUFS ||
                    scene->local_errno == ENOMEM);
    }
    cm_loop_free(loop);
}

static void fail_each(struct scene *scene, void (*act)(struct scene *))
{
    long n;

    for (n = 0; n < MAX_ALLOCATIONS; n++) {
        until_failure = n;
        act(scene);
        if (until_failure != NEVER) { /* there are not that many */
            until_failure = NEVER;
            break;
        }
    }
    assert_in_range(n, 3, MAX_ALLOCATIONS - 1);
    act(scene); /* and all is well with memory */
}

static void resolving_survives_each_failure(void **state)
{
    struct scene *scene = *state;

    fail_each(scene, resolve);
    assert_int_equal(scene->result, CM_DNS_OK);
}

static void dialling_survives_each_failure(void **state)
{
    struct scene *scene = *state;

    fail_each(scene, dial);
    assert_int_equal(scene->local_errno, 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(resolving_survives_each_failure),
        TEST(dialling_survives_each_failure),
    };

    return cmocka_run_group_tests_name("net/memory", tests, NULL, NULL);
}
