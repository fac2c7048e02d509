/* Every allocation of the HTTP client fails once: nothing leaks, and the
 * answer is the right one or that memory was missing, never another.
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
#include "net/http.h"
#include "support/httpserver.h"

#define NEVER (-1L)
#define MAX_ALLOCATIONS 2000
#define LONG_MS 60000

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
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);

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

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

static const struct http_row pages[] = {
    {"/far",
     HTTP_SEND,
     "HTTP/1.1 302 x\r\nLocation: http://pki.test:@PORT@/chunks\r\n\r\n",
     {0}},
    {"/chunks",
     HTTP_SEND,
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
     "5\r\nhello\r\n0\r\n\r\n",
     {0}},
};
static const struct dns_row names[] = {
    {"pki.test", 1, DNS_ANSWER, 0, "A 127.0.0.1"}};

struct scene {
    struct cm_loop *loop; /* the servers'; made before anything fails */
    struct http_server *server;
    struct dns_server *dns;
    unsigned calls;
    enum cm_http_result result;
};

static int open_scene(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    *state = scene;
    if (scene == NULL || cm_loop_new(&scene->loop, NULL) != CM_OK) {
        return -1;
    }
    scene->server = http_server_open(scene->loop, "127.0.0.1", pages, 2);
    scene->dns = dns_server_open(scene->loop, names, 1);
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    dns_server_close(scene->dns);
    http_server_close(scene->server);
    cm_loop_free(scene->loop);
    free(scene);
    return 0;
}

static void on_answer(void *arg, const struct cm_http_answer *answer)
{
    struct scene *scene = arg;

    scene->calls++;
    scene->result = answer->result;
}

static void turn_until_answered(struct scene *scene, struct cm_loop *loop)
{
    while (scene->calls == 0) {
        long saved = until_failure;

        until_failure = NEVER; /* the servers' memory is not at stake */
        assert_int_equal(cm_loop_turn(scene->loop, 0, NULL), CM_OK);
        until_failure = saved;
        assert_int_equal(cm_loop_turn(loop, 1, NULL), CM_OK);
    }
}

static void ask(struct scene *scene, struct cm_loop *loop, struct cm_http *http)
{
    static const uint8_t body[] = "question";
    char url[100];
    struct cm_http_request request = {.url = url,
                                      .post = {body, sizeof(body)},
                                      .post_type = "application/x",
                                      .max_body = 1000,
                                      .timeout_ms = LONG_MS,
                                      .allow = CM_HTTP_LOOPBACK};

    snprintf(url, sizeof(url), "http://127.0.0.1:%u/far",
             http_server_port(scene->server));
    scene->calls = 0;
    if (!cm_http_start(http, &request, on_answer, scene)) {
        scene->result = CM_HTTP_NO_MEMORY;
        assert_int_equal(cm_http_pending(http), 0);
        return;
    }
    turn_until_answered(scene, loop);
}

/* Everything that may fail is in here. */
static void fetch(struct scene *scene)
{
    struct cm_resolver_options options = {
        .servers = dns_server_text(scene->dns), .timeout_ms = 1000};
    struct cm_resolver *resolver = NULL;
    struct cm_http *http = NULL;
    struct cm_loop *loop = NULL;

    scene->result = CM_HTTP_NO_MEMORY;
    if (cm_loop_new(&loop, NULL) == CM_OK &&
        cm_resolver_new(&resolver, loop, &options, NULL) == CM_OK) {
        http = cm_http_new(loop, resolver);
    }
    if (http != NULL) {
        ask(scene, loop, http);
    }
    cm_http_free(http);
    cm_resolver_free(resolver);
    cm_loop_free(loop);
}

static void each_failure_is_said(void **state)
{
    struct scene *scene = *state;
    unsigned failures = 0;
    long n;

    for (n = 0; n < MAX_ALLOCATIONS; n++) {
        until_failure = n;
        fetch(scene);
        if (until_failure != NEVER) { /* there are not that many */
            until_failure = NEVER;
            break;
        }
        if (scene->result == CM_HTTP_NO_MEMORY) {
            failures++;
        } else if (scene->result != CM_HTTP_OK) {
            fail_msg("allocation %ld: %s", n, cm_http_result_id(scene->result));
        }
    }
    assert_in_range(n, 20, MAX_ALLOCATIONS - 1);
    assert_in_range(failures, 20, n);
    assert_int_equal(scene->result, CM_HTTP_OK); /* the last one */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_failure_is_said, open_scene,
                                        close_scene),
    };

    return cmocka_run_group_tests_name("net/http_memory", tests, NULL, NULL);
}
