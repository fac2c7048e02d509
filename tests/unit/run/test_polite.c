/* Order and rate: which endpoint is drawn when, with the time injected.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "run/window.h"

#define MS_NS 1000000ULL
#define ROWS 2000U

static void ignore_wake(void *arg)
{
    (void)arg;
}

static struct cm_job job_number(uint64_t number)
{
    struct cm_job job = {.endpoint_id = number};

    (void)snprintf(job.endpoint.host, sizeof(job.endpoint.host),
                   "host%llu.example", (unsigned long long)number);
    (void)snprintf(job.endpoint.protocol, sizeof(job.endpoint.protocol),
                   "smtp");
    (void)snprintf(job.endpoint.http_path, sizeof(job.endpoint.http_path),
                   "/%llu", (unsigned long long)number);
    job.endpoint.port = (uint16_t)number;
    job.endpoint.client = 3;
    job.endpoint.path_counts = number % 2 == 0;
    return job;
}

struct order {
    uint64_t ids[ROWS];
    size_t num;
};

/* Pushes `chunk` at a time and draws `draws` after each, then the rest. */
static void run_through(struct order *out, size_t max, uint64_t seed,
                        size_t chunk, size_t draws)
{
    struct cm_jobqueue *queue = cm_jobqueue_new(ROWS, ignore_wake, NULL);
    struct cm_window *window = cm_window_new(
        &(struct cm_window_config){.queue = queue, .max = max, .seed = seed});
    struct cm_job job;
    bool no_memory;

    out->num = 0;
    for (uint64_t i = 0; i < ROWS;) {
        for (size_t n = 0; n < chunk && i < ROWS; n++) {
            job = job_number(i++);
            assert_true(cm_jobqueue_push(queue, &job));
        }
        for (size_t n = 0; n < draws; n++) {
            if (cm_window_draw(window, &job, &no_memory) == CM_POP_JOB) {
                out->ids[out->num++] = job.endpoint_id;
            }
        }
    }
    cm_jobqueue_close(queue);
    while (cm_window_draw(window, &job, &no_memory) == CM_POP_JOB) {
        struct cm_job want = job_number(job.endpoint_id);

        assert_memory_equal(&job.endpoint, &want.endpoint,
                            sizeof(want.endpoint));
        assert_true(out->num < ROWS);
        out->ids[out->num++] = job.endpoint_id;
    }
    assert_int_equal(cm_window_draw(window, &job, &no_memory), CM_POP_CLOSED);
    assert_int_equal(out->num, ROWS);
    cm_window_free(window);
    cm_jobqueue_free(queue);
}

static void each_endpoint_is_drawn_once_in_another_order(void **state)
{
    static struct order order;
    static bool seen[ROWS];
    size_t moved = 0;

    (void)state;
    run_through(&order, 512, 7, 100, 0);
    for (size_t i = 0; i < ROWS; i++) {
        assert_false(seen[order.ids[i]]);
        seen[order.ids[i]] = true;
        moved += order.ids[i] + 20 < i || order.ids[i] > i + 20 ? 1 : 0;
    }
    assert_true(moved > ROWS / 2);
}

/* However reader and worker alternate. */
static void the_same_seed_gives_the_same_order(void **state)
{
    static struct order first;
    static struct order other;

    (void)state;
    run_through(&first, 512, 7, 100, 0);
    run_through(&other, 512, 7, 1, 3);
    assert_memory_equal(first.ids, other.ids, sizeof(first.ids));
    run_through(&other, 512, 7, 700, 200);
    assert_memory_equal(first.ids, other.ids, sizeof(first.ids));
    run_through(&other, 512, 8, 100, 0);
    assert_memory_not_equal(first.ids, other.ids, sizeof(first.ids));
}

static void a_window_of_one_keeps_the_order(void **state)
{
    static struct order order;

    (void)state;
    run_through(&order, 1, 7, 10, 5);
    for (size_t i = 0; i < ROWS; i++) {
        assert_int_equal(order.ids[i], i);
    }
}

static void a_slow_stream_is_not_waited_for(void **state)
{
    struct cm_jobqueue *queue = cm_jobqueue_new(ROWS, ignore_wake, NULL);
    struct cm_window_config config = {.queue = queue, .max = 512, .seed = 1};
    struct cm_window *patient = cm_window_new(&config);
    struct cm_window *eager;
    struct cm_job job = job_number(1);
    bool no_memory;

    (void)state;
    config.eager = true;
    eager = cm_window_new(&config);
    assert_true(cm_jobqueue_push(queue, &job));
    assert_int_equal(cm_window_draw(eager, &job, &no_memory), CM_POP_JOB);
    assert_true(cm_jobqueue_push(queue, &job));
    assert_int_equal(cm_window_draw(patient, &job, &no_memory), CM_POP_EMPTY);
    cm_window_free(patient);
    cm_window_free(eager);
    cm_jobqueue_free(queue);
}

/* --- the rate --- */

static void starts_are_evenly_spaced(void **state)
{
    struct cm_pace *pace = cm_pace_new(100); /* one in 10 ms */
    unsigned started = 0;
    int wait_ms = 0;

    (void)state;
    for (uint64_t ms = 1000; ms < 2000; ms++) {
        unsigned now = 0;

        while (cm_pace_take_at(pace, ms * MS_NS, &wait_ms)) {
            now++;
        }
        assert_true(now <= (ms == 1000 ? 3U : 1U));
        assert_true(wait_ms >= 1 && wait_ms <= 11);
        started += now;
    }
    assert_in_range(started, 100, 103);
    cm_pace_free(pace);
}

static void what_was_missed_does_not_come_all_at_once(void **state)
{
    struct cm_pace *pace = cm_pace_new(1000);
    unsigned started = 0;
    int wait_ms = 0;

    (void)state;
    assert_true(cm_pace_take_at(pace, 1000 * MS_NS, &wait_ms));
    while (cm_pace_take_at(pace, 5000 * MS_NS, &wait_ms)) {
        started++;
    }
    assert_in_range(started, 20, 22);
    cm_pace_free(pace);
}

static void no_rate_is_no_limit(void **state)
{
    struct cm_pace *pace = cm_pace_new(0);
    int wait_ms = 0;

    (void)state;
    for (unsigned i = 0; i < 10000; i++) {
        assert_true(cm_pace_take(pace, &wait_ms));
    }
    cm_pace_free(pace);
}

static void a_seed_is_chosen_unless_given(void **state)
{
    struct cm_polite_config config = {.seed = 42};

    (void)state;
    cm_polite_settle(&config);
    assert_int_equal(config.seed, 42);
    config.seed = 0;
    cm_polite_settle(&config);
    assert_true(config.seed > 0 && config.seed <= 1000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_endpoint_is_drawn_once_in_another_order),
        cmocka_unit_test(the_same_seed_gives_the_same_order),
        cmocka_unit_test(a_window_of_one_keeps_the_order),
        cmocka_unit_test(a_slow_stream_is_not_waited_for),
        cmocka_unit_test(starts_are_evenly_spaced),
        cmocka_unit_test(what_was_missed_does_not_come_all_at_once),
        cmocka_unit_test(no_rate_is_no_limit),
        cmocka_unit_test(a_seed_is_chosen_unless_given),
    };

    return cmocka_run_group_tests_name("polite", tests, NULL, NULL);
}
