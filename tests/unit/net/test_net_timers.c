/* Timers of the event loop.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "net/loop.h"
#include "net/timer.h"

struct scene {
    struct cm_loop *loop;
    char log[256]; /* what happened, a letter each */
};

struct letter {
    struct scene *scene;
    char c;
    struct cm_timer timer;
    struct letter *other; /* for what the callback does */
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

/* Turns until `want` callbacks have happened. */
static void turn_until(struct scene *scene, size_t want)
{
    for (int i = 0; i < 10000 && strlen(scene->log) < want; i++) {
        turn(scene, 1000);
    }
}

static void say(void *arg)
{
    struct letter *letter = arg;

    note(letter->scene, letter->c);
}

static void say_and_cancel(void *arg)
{
    struct letter *letter = arg;

    say(letter);
    cm_timer_cancel(letter->scene->loop, &letter->other->timer);
}

static void say_and_set_again(void *arg)
{
    struct letter *letter = arg;

    say(letter);
    assert_true(
        cm_timer_set(letter->scene->loop, &letter->timer, 0, say, letter));
}

static void set(struct letter *letter, uint64_t in_ms)
{
    struct cm_loop *loop = letter->scene->loop;

    assert_true(cm_timer_set(loop, &letter->timer, cm_loop_now_ms(loop) + in_ms,
                             letter->timer.fn == NULL ? say : letter->timer.fn,
                             letter));
}

static void timers_run_in_order_of_time(void **state)
{
    struct scene *scene = *state;
    static const unsigned in_ms[] = {9, 2, 7, 1, 5, 3, 8, 4, 6};
    struct letter letters[9];

    for (size_t i = 0; i < 9; i++) {
        letters[i] =
            (struct letter){.scene = scene, .c = (char)('0' + in_ms[i])};
        set(&letters[i], in_ms[i]);
    }
    turn_until(scene, 9);
    assert_string_equal(scene->log, "123456789");
    for (size_t i = 0; i < 9; i++) {
        assert_true(letters[i].timer.slot == 0);
    }
}

static void timers_due_together_run_as_they_were_set(void **state)
{
    struct scene *scene = *state;
    struct letter letters[26];

    for (size_t i = 0; i < 26; i++) {
        letters[i] = (struct letter){.scene = scene, .c = (char)('a' + i)};
        set(&letters[i], 0);
    }
    assert_string_equal(scene->log, "");
    turn(scene, 0);
    assert_string_equal(scene->log, "abcdefghijklmnopqrstuvwxyz");
}

static void a_timer_moves_both_ways(void **state)
{
    struct scene *scene = *state;
    struct letter a = {.scene = scene, .c = 'a'};
    struct letter b = {.scene = scene, .c = 'b'};
    struct letter c = {.scene = scene, .c = 'c'};

    set(&a, 1);
    set(&b, 2);
    set(&c, 3);
    set(&a, 5); /* later */
    set(&c, 0); /* earlier */
    turn_until(scene, 3);
    assert_string_equal(scene->log, "cba");
}

static void a_cancelled_timer_stays_silent(void **state)
{
    struct scene *scene = *state;
    struct letter a = {.scene = scene, .c = 'a'};
    struct letter b = {.scene = scene, .c = 'b'};

    set(&a, 0);
    set(&b, 1);
    cm_timer_cancel(scene->loop, &a.timer);
    cm_timer_cancel(scene->loop, &a.timer); /* not set: fine */
    turn_until(scene, 1);
    assert_string_equal(scene->log, "b");
}

static void a_callback_cancels_a_timer_that_is_due_too(void **state)
{
    struct scene *scene = *state;
    struct letter b = {.scene = scene, .c = 'b'};
    struct letter a = {
        .scene = scene, .c = 'a', .other = &b, .timer.fn = say_and_cancel};
    struct letter c = {.scene = scene, .c = 'c'};

    set(&a, 0);
    set(&b, 0);
    set(&c, 0);
    turn(scene, 0);
    turn(scene, 0);
    assert_string_equal(scene->log, "ac");
}

static void a_timer_set_by_a_callback_waits_for_the_next_turn(void **state)
{
    struct scene *scene = *state;
    struct letter a = {.scene = scene, .c = 'a', .timer.fn = say_and_set_again};
    struct letter b = {.scene = scene, .c = 'b'};

    set(&a, 0);
    set(&b, 0);
    turn(scene, 0);
    assert_string_equal(scene->log, "ab");
    turn(scene, 1000);
    assert_string_equal(scene->log, "aba");
}

struct many {
    struct cm_timer timer;
    uint64_t due_ms;
    struct many_log *log;
};

struct many_log {
    unsigned count;
    uint64_t last_ms;
    bool in_order;
};

static void on_many(void *arg)
{
    struct many *many = arg;

    many->log->count++;
    if (many->due_ms < many->log->last_ms) {
        many->log->in_order = false;
    }
    many->log->last_ms = many->due_ms;
}

static void ten_thousand_timers_run_in_order(void **state)
{
    enum { COUNT = 10000 };
    struct scene *scene = *state;
    struct many *all = calloc(COUNT, sizeof(*all));
    struct many_log log = {.in_order = true};
    uint32_t random = 1;
    unsigned cancelled = 0;

    assert_non_null(all);
    for (size_t pass = 0; pass < 2; pass++) { /* sets all, then moves all */
        for (size_t i = 0; i < COUNT; i++) {
            random = random * 1664525U + 1013904223U;
            all[i].log = &log;
            all[i].due_ms = cm_loop_now_ms(scene->loop) + (random >> 16) % 200;
            assert_true(cm_timer_set(scene->loop, &all[i].timer, all[i].due_ms,
                                     on_many, &all[i]));
        }
    }
    for (size_t i = 0; i < COUNT; i += 7) {
        cm_timer_cancel(scene->loop, &all[i].timer);
        cancelled++;
    }
    for (int i = 0; i < 10000 && log.count + cancelled < COUNT; i++) {
        turn(scene, 1000);
    }
    assert_int_equal(log.count, COUNT - cancelled);
    assert_true(log.in_order);
    free(all);
}

static void the_clock_stands_still_within_a_turn(void **state)
{
    struct scene *scene = *state;
    uint64_t before = cm_loop_now_ms(scene->loop);
    struct letter a = {.scene = scene, .c = 'a'};

    set(&a, 3);
    turn_until(scene, 1);
    assert_true(cm_loop_now_ms(scene->loop) >= before + 3);
}

/* As after the process was stopped: each has as much time left as before. */
static void all_timers_are_put_off_together(void **state)
{
    struct cm_timer timers[5] = {{0}};
    const uint64_t due_ms[5] = {30, 10, 50, 20, 40};
    struct cm_timer_heap heap = {0};

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        timers[i].due_ms = due_ms[i];
        assert_true(cm_timer_heap_put(&heap, &timers[i]));
    }
    cm_timer_heap_delay(&heap, 1000);
    assert_null(cm_timer_heap_pop(&heap, 1009, UINT64_MAX));
    for (uint64_t at_ms = 1010; at_ms <= 1050; at_ms += 10) {
        const struct cm_timer *timer =
            cm_timer_heap_pop(&heap, at_ms, UINT64_MAX);

        assert_non_null(timer);
        assert_int_equal(timer->due_ms, at_ms);
        assert_null(cm_timer_heap_pop(&heap, at_ms, UINT64_MAX));
    }
    cm_timer_heap_delay(&heap, 1); /* fine on none */
    cm_timer_heap_cleanup(&heap);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(timers_run_in_order_of_time),
        TEST(timers_due_together_run_as_they_were_set),
        TEST(a_timer_moves_both_ways),
        TEST(a_cancelled_timer_stays_silent),
        TEST(a_callback_cancels_a_timer_that_is_due_too),
        TEST(a_timer_set_by_a_callback_waits_for_the_next_turn),
        TEST(ten_thousand_timers_run_in_order),
        TEST(the_clock_stands_still_within_a_turn),
        cmocka_unit_test(all_timers_are_put_off_together),
    };

    return cmocka_run_group_tests_name("net/timers", tests, NULL, NULL);
}
