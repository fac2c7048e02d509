/* The parts of a run that can be held in the hand: queue, limits, signals.
 * The whole is tested in tests/integration.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "run/again.h"
#include "run/parts.h"

/* --- the queue --- */

static void count_wake(void *arg)
{
    atomic_fetch_add((atomic_uint *)arg, 1);
}

static void a_queue_keeps_the_order_and_wakes_when_it_was_empty(void **state)
{
    atomic_uint wakes = 0;
    struct cm_jobqueue *queue = cm_jobqueue_new(3, count_wake, &wakes);
    struct cm_job job = {0};

    (void)state;
    assert_int_equal(cm_jobqueue_pop(queue, &job), CM_POP_EMPTY);
    for (uint64_t i = 1; i <= 10; i++) { /* goes round the ring */
        job.endpoint_id = i;
        assert_true(cm_jobqueue_push(queue, &job));
        job.endpoint_id = i + 100;
        assert_true(cm_jobqueue_push(queue, &job));
        assert_int_equal(cm_jobqueue_pop(queue, &job), CM_POP_JOB);
        assert_int_equal(job.endpoint_id, i);
        assert_int_equal(cm_jobqueue_pop(queue, &job), CM_POP_JOB);
        assert_int_equal(job.endpoint_id, i + 100);
    }
    assert_int_equal(atomic_load(&wakes), 10);
    cm_jobqueue_close(queue);
    assert_int_equal(cm_jobqueue_pop(queue, &job), CM_POP_CLOSED);
    assert_false(cm_jobqueue_push(queue, &job));
    cm_jobqueue_free(queue);
}

static void *push_many(void *arg)
{
    struct cm_job job = {0};
    uintptr_t pushed = 0;

    for (uint64_t i = 0; i < 5000; i++) {
        job.endpoint_id = i;
        pushed += cm_jobqueue_push(arg, &job) ? 1 : 0;
    }
    return (void *)pushed;
}

static void a_full_queue_makes_the_pusher_wait(void **state)
{
    atomic_uint wakes = 0;
    struct cm_jobqueue *queue = cm_jobqueue_new(8, count_wake, &wakes);
    struct cm_job job;
    pthread_t thread;
    uint64_t next = 0;
    void *pushed;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, push_many, queue), 0);
    while (next < 5000) {
        if (cm_jobqueue_pop(queue, &job) == CM_POP_JOB) {
            assert_int_equal(job.endpoint_id, next);
            next++;
        }
    }
    assert_int_equal(pthread_join(thread, &pushed), 0);
    assert_int_equal((uintptr_t)pushed, 5000);
    cm_jobqueue_free(queue);
}

static void closing_lets_a_waiting_pusher_go(void **state)
{
    atomic_uint wakes = 0;
    struct cm_jobqueue *queue = cm_jobqueue_new(4, count_wake, &wakes);
    pthread_t thread;
    void *pushed;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, push_many, queue), 0);
    while (atomic_load(&wakes) == 0) {
        sched_yield();
    }
    cm_jobqueue_close(queue);
    assert_int_equal(pthread_join(thread, &pushed), 0);
    assert_true((uintptr_t)pushed <= 5000);
    cm_jobqueue_free(queue);
}

/* --- limits --- */

static void the_descriptor_limit_caps_the_concurrency(void **state)
{
    struct rlimit before;
    struct rlimit low;
    char note[256] = "";

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(cm_limits_concurrency(10, 1, note), 10);
    assert_string_equal(note, "");
    low = (struct rlimit){.rlim_cur = 200, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    /* The soft limit is raised before the hard one counts. */
    assert_int_equal(cm_limits_concurrency(300, 1, note), 300);
    assert_true(cm_limits_concurrency(100000000, 2, note) < 100000000);
    assert_non_null(strstr(note, "ulimit"));
    (void)setrlimit(RLIMIT_NOFILE, &before);
}

/* --- signals --- */

static void stop_signals_are_counted_and_the_mask_comes_back(void **state)
{
    struct cm_signals *signals;
    struct cm_error err;
    sigset_t before;
    sigset_t after;

    (void)state;
    (void)pthread_sigmask(SIG_SETMASK, NULL, &before);
    assert_int_equal(cm_signals_open(&signals, &err), CM_OK);
    assert_int_equal(cm_signals_wait(signals, 0), 0);
    (void)raise(SIGINT);
    assert_int_equal(cm_signals_wait(signals, 1000), 1);
    assert_int_equal(cm_signals_wait(signals, 0), 0);
    cm_signals_close(signals);
    cm_signals_close(NULL);
    (void)pthread_sigmask(SIG_SETMASK, NULL, &after);
    assert_int_equal(sigismember(&after, SIGINT), sigismember(&before, SIGINT));
}

/* --- work in the background --- */

struct work {
    _Atomic bool stop;
    bool signals_itself;
    enum cm_status answer;
};

static enum cm_status do_work(void *arg, struct cm_error *err)
{
    struct work *work = arg;

    if (work->signals_itself) {
        (void)kill(getpid(), SIGINT); /* the main thread's to hear */
        while (!atomic_load(&work->stop)) {
            (void)sched_yield();
        }
    }
    return work->answer == CM_OK
               ? CM_OK
               : cm_error_set(err, work->answer, "it did not work");
}

static enum cm_status run_work(struct work *work, struct cm_error *err)
{
    struct cm_task task = {.work = do_work, .arg = work, .stop = &work->stop};
    enum cm_status status;

    assert_int_equal(cm_signals_open(&task.signals, err), CM_OK);
    status = cm_task_run(&task, err);
    cm_signals_close(task.signals);
    return status;
}

static void work_ends_by_itself_or_by_a_signal(void **state)
{
    struct work quick = {.answer = CM_OK};
    struct work endless = {.answer = CM_OK, .signals_itself = true};
    struct work broken = {.answer = CM_ESTORE};
    struct cm_error err = {0};

    (void)state;
    assert_int_equal(run_work(&quick, &err), CM_OK);
    assert_false(atomic_load(&quick.stop));
    assert_int_equal(run_work(&endless, &err), CM_OK);
    assert_true(atomic_load(&endless.stop));
    assert_int_equal(run_work(&broken, &err), CM_ESTORE);
    assert_string_equal(err.text, "it did not work");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_queue_keeps_the_order_and_wakes_when_it_was_empty),
        cmocka_unit_test(a_full_queue_makes_the_pusher_wait),
        cmocka_unit_test(closing_lets_a_waiting_pusher_go),
        cmocka_unit_test(the_descriptor_limit_caps_the_concurrency),
        cmocka_unit_test(stop_signals_are_counted_and_the_mask_comes_back),
        cmocka_unit_test(work_ends_by_itself_or_by_a_signal),
    };

    return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
