/* Endpoints whose turn is next: all come, in their order, and their names are
 * asked for before.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "../net/dnsserver.h"
#include "run/ahead.h"

#define JOBS 40U
#define MAX 16U

static void wake(void *arg)
{
    (void)arg;
}

struct scene {
    struct cm_jobqueue *queue;
    struct cm_window *window;
    struct cm_ahead *ahead;
    uint64_t pushed;
    uint64_t drawn;
};

/* A window of one place leaves the order alone. */
static void open_scene(struct scene *scene, unsigned max)
{
    *scene = (struct scene){.queue = cm_jobqueue_new(JOBS, wake, NULL)};
    assert_non_null(scene->queue);
    scene->window = cm_window_new(
        &(struct cm_window_config){.queue = scene->queue, .max = 1});
    scene->ahead = cm_ahead_new(max);
    assert_non_null(scene->window);
    assert_non_null(scene->ahead);
}

static void close_scene(struct scene *scene)
{
    cm_ahead_free(scene->ahead);
    cm_window_free(scene->window);
    cm_jobqueue_free(scene->queue);
}

/* Every fourth is an address. */
static void push(struct scene *scene, unsigned num)
{
    while (num-- > 0) {
        struct cm_job job = {.endpoint_id = ++scene->pushed};

        job.endpoint.is_ip = job.endpoint_id % 4 == 0;
        (void)snprintf(job.endpoint.host, sizeof(job.endpoint.host),
                       job.endpoint.is_ip ? "192.0.2.%u" : "h%u.test",
                       (unsigned)job.endpoint_id);
        assert_true(cm_jobqueue_push(scene->queue, &job));
    }
}

static enum cm_pop draw(struct scene *scene, struct cm_resolver *resolver)
{
    struct cm_job job;
    bool no_memory = true;
    enum cm_pop pop =
        cm_ahead_draw(scene->ahead, scene->window, resolver, &job, &no_memory);

    assert_false(no_memory);
    if (pop == CM_POP_JOB) {
        assert_int_equal(job.endpoint_id, ++scene->drawn);
    }
    return pop;
}

static void all_come_in_their_order(void **state)
{
    static const unsigned sizes[] = {1, 2, MAX, 100000};

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        struct scene scene;

        open_scene(&scene, sizes[i]);
        assert_int_equal(draw(&scene, NULL), CM_POP_EMPTY);
        for (unsigned round = 1; round <= 5; round++) {
            push(&scene, JOBS / 2);
            for (unsigned k = 0; k < JOBS / 2; k++) {
                assert_int_equal(draw(&scene, NULL), CM_POP_JOB);
            }
            assert_int_equal(draw(&scene, NULL), CM_POP_EMPTY);
        }
        push(&scene, 3);
        cm_jobqueue_close(scene.queue);
        while (scene.drawn < scene.pushed) {
            assert_int_equal(draw(&scene, NULL), CM_POP_JOB);
        }
        assert_int_equal(draw(&scene, NULL), CM_POP_CLOSED);
        assert_int_equal(draw(&scene, NULL), CM_POP_CLOSED);
        close_scene(&scene);
    }
}

static unsigned asked(const struct dns_server *server)
{
    return dns_server_counts(server).a;
}

/* As many names are asked for as there is room ahead, before any has its turn,
 * and no address is. */
static void names_are_asked_for_before(void **state)
{
    struct cm_loop *loop;
    struct cm_resolver *resolver;
    struct cm_resolver_options options = {.timeout_ms = 60000, .family = 4};
    struct dns_server *server;
    struct scene scene;

    (void)state;
    assert_int_equal(cm_loop_new(&loop, NULL), CM_OK);
    server = dns_server_open(loop, NULL, 0);
    options.servers = dns_server_text(server);
    assert_int_equal(cm_resolver_new(&resolver, loop, &options, NULL), CM_OK);
    open_scene(&scene, MAX);
    push(&scene, JOBS);
    assert_int_equal(draw(&scene, resolver), CM_POP_JOB);
    while (asked(server) < MAX * 3 / 4) {
        assert_int_equal(cm_loop_turn(loop, 1000, NULL), CM_OK);
    }
    assert_int_equal(draw(&scene, NULL), CM_POP_JOB); /* in vain: not asked */
    assert_int_equal(cm_loop_turn(loop, 0, NULL), CM_OK);
    assert_int_equal(asked(server), MAX * 3 / 4);
    while (draw(&scene, resolver) == CM_POP_JOB) {
    }
    assert_int_equal(scene.drawn, JOBS);
    close_scene(&scene);
    cm_resolver_free(resolver);
    dns_server_close(server);
    cm_loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_come_in_their_order),
        cmocka_unit_test(names_are_asked_for_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
