/* The event loop: watches, stale events, wake-ups.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "net/loop.h"

struct scene {
    struct cm_loop *loop;
    char log[256]; /* what happened, a letter each */
};

static int open_scene(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    *state = scene;
    return scene != NULL && cm_loop_new(&scene->loop, NULL) == CM_OK ? 0 : -1;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    cm_loop_free(scene->loop);
    free(scene);
    return 0;
}

static void turn(struct scene *scene, int max_ms)
{
    struct cm_error err;

    assert_int_equal(cm_loop_turn(scene->loop, max_ms, &err), CM_OK);
}

static void note(struct scene *scene, char c)
{
    size_t len = strlen(scene->log);

    if (len < sizeof(scene->log) - 1) {
        scene->log[len] = c;
    }
}

/* Watches. A wire is a socket pair: what is written to `far` arrives at
 * `near`. */
struct wire {
    struct scene *scene;
    char c;
    int near;
    int far;
    cm_watch watch;
    unsigned ready; /* of the last event */
    struct wire *victim;
};

static void on_wire(void *arg, unsigned ready)
{
    struct wire *wire = arg;

    wire->ready = ready;
    note(wire->scene, wire->c);
}

static void open_wire(struct wire *wire, struct scene *scene, char c)
{
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends),
                     0);
    *wire =
        (struct wire){.scene = scene, .c = c, .near = ends[0], .far = ends[1]};
}

static void watch(struct wire *wire, unsigned interest, cm_io_fn *fn)
{
    assert_int_equal(cm_loop_watch(wire->scene->loop, wire->near, interest, fn,
                                   wire, &wire->watch),
                     CM_OK);
    assert_true(wire->watch != 0);
}

static void close_wire(struct wire *wire)
{
    cm_loop_unwatch(wire->scene->loop, wire->watch);
    close(wire->near);
    close(wire->far);
}

static void events_follow_the_interest(void **state)
{
    struct scene *scene = *state;
    struct wire wire;

    open_wire(&wire, scene, 'w');
    watch(&wire, CM_READABLE, on_wire);
    turn(scene, 0);
    assert_string_equal(scene->log, "");
    assert_int_equal(write(wire.far, "x", 1), 1);
    turn(scene, 0);
    turn(scene, 0); /* level-triggered: it is still there */
    assert_string_equal(scene->log, "ww");
    assert_int_equal(wire.ready, CM_READABLE);
    assert_int_equal(
        cm_loop_interest(scene->loop, wire.watch, CM_READABLE | CM_WRITABLE),
        CM_OK);
    turn(scene, 0);
    assert_int_equal(wire.ready, CM_READABLE | CM_WRITABLE);
    assert_int_equal(cm_loop_interest(scene->loop, wire.watch, 0), CM_OK);
    turn(scene, 0);
    assert_string_equal(scene->log, "www");
    assert_int_equal(cm_loop_interest(scene->loop, wire.watch, CM_WRITABLE),
                     CM_OK);
    turn(scene, 0);
    assert_int_equal(wire.ready, CM_WRITABLE);
    close_wire(&wire);
}

static void a_hangup_comes_with_what_was_waited_for(void **state)
{
    struct scene *scene = *state;
    struct wire wire;

    open_wire(&wire, scene, 'w');
    watch(&wire, CM_WRITABLE, on_wire);
    close(wire.far);
    turn(scene, 0);
    assert_int_equal(wire.ready, CM_WRITABLE | CM_HANGUP);
    /* Who waits for nothing is not woken for ever. */
    assert_int_equal(cm_loop_interest(scene->loop, wire.watch, 0), CM_OK);
    turn(scene, 0);
    assert_string_equal(scene->log, "w");
    wire.far = -1;
    close_wire(&wire);
}

/* Whichever of two wires hears first replaces the other one: its descriptor
 * is closed, and a new wire gets the same number and the same slot. */
static void replace_victim(void *arg, unsigned ready)
{
    struct wire *wire = arg;
    struct wire *victim = wire->victim;
    int old = victim->near;

    on_wire(wire, ready);
    if (victim->victim == NULL) {
        return; /* done before */
    }
    wire->victim = NULL;
    close_wire(victim);
    open_wire(victim, wire->scene, 'N');
    assert_int_equal(victim->near, old); /* the lowest that is free */
    watch(victim, CM_READABLE, on_wire);
}

static void a_stale_event_does_not_reach_a_reused_descriptor(void **state)
{
    struct scene *scene = *state;
    struct wire a;
    struct wire b;

    open_wire(&a, scene, 'a');
    open_wire(&b, scene, 'b');
    a.victim = &b;
    b.victim = &a;
    watch(&a, CM_READABLE, replace_victim);
    watch(&b, CM_READABLE, replace_victim);
    assert_int_equal(write(a.far, "x", 1), 1);
    assert_int_equal(write(b.far, "x", 1), 1);
    turn(scene, 0); /* both events are in one batch */
    assert_int_equal(strlen(scene->log), 1);
    assert_true(scene->log[0] == 'a' || scene->log[0] == 'b');
    close_wire(&a);
    close_wire(&b);
}

static void an_old_handle_does_nothing(void **state)
{
    struct scene *scene = *state;
    struct wire a;
    struct wire b;
    cm_watch old;

    open_wire(&a, scene, 'a');
    open_wire(&b, scene, 'b');
    watch(&a, CM_READABLE, on_wire);
    old = a.watch;
    cm_loop_unwatch(scene->loop, old);
    watch(&b, CM_READABLE, on_wire); /* in the same slot */
    assert_true(b.watch != old);
    cm_loop_unwatch(scene->loop, old);
    cm_loop_unwatch(scene->loop, 0);
    cm_loop_unwatch(scene->loop, UINT64_MAX);
    assert_int_equal(cm_loop_interest(scene->loop, old, CM_WRITABLE),
                     CM_EINTERNAL);
    assert_int_equal(write(b.far, "x", 1), 1);
    turn(scene, 0);
    assert_string_equal(scene->log, "b");
    close_wire(&a);
    close_wire(&b);
}

/* Another user, another interest, the same watch. */
static void a_watch_is_handed_over(void **state)
{
    struct scene *scene = *state;
    struct wire first;
    struct wire second = {.scene = scene, .c = 'b'};

    open_wire(&first, scene, 'a');
    watch(&first, CM_WRITABLE, on_wire);
    assert_true(cm_loop_watches_for(scene->loop, first.watch, &first));
    second.near = first.near;
    second.watch = first.watch;
    assert_int_equal(cm_loop_hand_over(scene->loop, first.watch, CM_READABLE,
                                       on_wire, &second),
                     CM_OK);
    assert_false(cm_loop_watches_for(scene->loop, first.watch, &first));
    assert_true(cm_loop_watches_for(scene->loop, first.watch, &second));
    turn(scene, 0);
    assert_string_equal(scene->log, "");
    assert_int_equal(write(first.far, "x", 1), 1);
    turn(scene, 1000);
    assert_string_equal(scene->log, "b");
    close_wire(&first);
    assert_false(cm_loop_watches_for(scene->loop, first.watch, &second));
    assert_int_equal(cm_loop_hand_over(scene->loop, first.watch, CM_READABLE,
                                       on_wire, &second),
                     CM_EINTERNAL);
}

/* The descriptor's number comes again, the watch does not. */
static void what_is_closed_is_forgotten(void **state)
{
    struct scene *scene = *state;
    struct wire first;
    struct wire second;

    open_wire(&first, scene, 'a');
    watch(&first, CM_READABLE | CM_WRITABLE, on_wire);
    cm_loop_close(scene->loop, first.watch, first.near);
    assert_int_equal(fcntl(first.near, F_GETFD), -1);
    assert_false(cm_loop_watches_for(scene->loop, first.watch, &first));
    turn(scene, 0);
    assert_string_equal(scene->log, "");
    open_wire(&second, scene, 'b');
    assert_int_equal(second.near, first.near);
    watch(&second, CM_WRITABLE, on_wire);
    assert_true(second.watch != first.watch);
    turn(scene, 1000);
    assert_string_equal(scene->log, "b");
    close_wire(&second);
    assert_int_equal(close(first.far), 0);
    cm_loop_close(scene->loop, 0, dup(0)); /* one that was not watched */
}

static void what_cannot_be_watched_is_refused(void **state)
{
    struct scene *scene = *state;
    struct wire wire;
    cm_watch again = 1;

    assert_int_equal(
        cm_loop_watch(scene->loop, -1, CM_READABLE, on_wire, NULL, &again),
        CM_EIO);
    assert_true(again == 0);
    open_wire(&wire, scene, 'w');
    watch(&wire, CM_READABLE, on_wire);
    assert_int_equal(cm_loop_watch(scene->loop, wire.near, CM_READABLE, on_wire,
                                   &wire, &again),
                     CM_EIO);
    /* A descriptor closed too early. */
    close(wire.near);
    assert_int_equal(cm_loop_interest(scene->loop, wire.watch, CM_WRITABLE),
                     CM_EIO);
    cm_loop_unwatch(scene->loop, wire.watch);
    close(wire.far);
}

static void hundreds_of_watches_each_get_their_event(void **state)
{
    enum { COUNT = 300 }; /* more than one batch, and a slab that grows */
    struct scene *scene = *state;
    struct wire *wires = calloc(COUNT, sizeof(*wires));
    unsigned heard = 0;

    assert_non_null(wires);
    for (size_t i = 0; i < COUNT; i++) {
        open_wire(&wires[i], scene, 'x');
        watch(&wires[i], CM_READABLE, on_wire);
        assert_int_equal(write(wires[i].far, "x", 1), 1);
    }
    for (int i = 0; i < COUNT; i++) { /* one at least in a turn */
        turn(scene, 0);
    }
    for (size_t i = 0; i < COUNT; i++) {
        heard += wires[i].ready == CM_READABLE ? 1 : 0;
        close_wire(&wires[i]);
    }
    assert_int_equal(heard, COUNT);
    free(wires);
}

static void *wake(void *arg)
{
    cm_loop_wake(arg);
    return NULL;
}

static void another_thread_wakes_the_loop(void **state)
{
    struct scene *scene = *state;
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, wake, scene->loop), 0);
    turn(scene, -1); /* for ever, but for the wake-up */
    assert_int_equal(pthread_join(thread, NULL), 0);
    turn(scene, 0);
}

static void wakes_before_the_turn_count(void **state)
{
    struct scene *scene = *state;

    cm_loop_wake(scene->loop);
    cm_loop_wake(scene->loop);
    turn(scene, -1);
}

static void on_alarm(int signal_number)
{
    (void)signal_number;
}

static void a_signal_is_no_error(void **state)
{
    struct scene *scene = *state;
    struct sigaction action = {.sa_handler = on_alarm};
    struct itimerval soon = {.it_value.tv_usec = 1000,
                             .it_interval.tv_usec = 1000};
    struct itimerval never = {.it_value.tv_usec = 0};

    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
    turn(scene, -1); /* only the signal ends it */
    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
}

static void no_descriptors_no_loop(void **state)
{
    struct rlimit old;
    struct rlimit none;
    struct cm_error err = {.status = CM_OK};
    struct cm_loop *loop;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    none = old;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_int_equal(cm_loop_new(&loop, &err), CM_EIO);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    assert_null(loop);
    assert_non_null(strstr(err.text, "event loop"));
    cm_loop_free(NULL);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(events_follow_the_interest),
        TEST(a_hangup_comes_with_what_was_waited_for),
        TEST(a_stale_event_does_not_reach_a_reused_descriptor),
        TEST(an_old_handle_does_nothing),
        TEST(a_watch_is_handed_over),
        TEST(what_is_closed_is_forgotten),
        TEST(what_cannot_be_watched_is_refused),
        TEST(hundreds_of_watches_each_get_their_event),
        TEST(another_thread_wakes_the_loop),
        TEST(wakes_before_the_turn_count),
        TEST(a_signal_is_no_error),
        cmocka_unit_test(no_descriptors_no_loop),
    };

    return cmocka_run_group_tests_name("net/loop", tests, NULL, NULL);
}
