/* The queue bounds what is under way and never keeps anyone waiting for ever.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/store/fixture.h"

#include <pthread.h>
#include <stdatomic.h>

#include "store/parts.h"

static struct cm_item row_item(uint64_t id)
{
    return (struct cm_item){.kind = CM_ITEM_ROW,
                            .is.row = fixture_row(id, id, "a")};
}

static struct cm_item result_item(uint64_t id)
{
    return (struct cm_item){.kind = CM_ITEM_RESULT,
                            .is.result =
                                fixture_result(id, CM_VERDICT_TRUSTED)};
}

static void push(struct cm_queue *queue, struct cm_item item)
{
    assert_true(cm_queue_push(queue, &item));
}

static void gives_items_in_order(void **state)
{
    struct cm_queue *queue = cm_queue_new(4, 4, 6);
    struct cm_item items[4];
    size_t num = 0;
    uint64_t expected = 1;

    (void)state;
    for (uint64_t id = 1; id <= 12; id += 3) { /* around the ring's end */
        push(queue, row_item(id));
        push(queue, row_item(id + 1));
        push(queue, row_item(id + 2));
        assert_true(cm_queue_pop(queue, items, 2, &num));
        assert_int_equal(num, 2);
        for (size_t i = 0; i < num; i++) {
            assert_int_equal(items[i].is.row->id, expected++);
            cm_item_free(&items[i]);
        }
        assert_true(cm_queue_pop(queue, items, 4, &num));
        assert_int_equal(num, 1);
        assert_int_equal(items[0].is.row->id, expected++);
        cm_item_free(&items[0]);
    }
    cm_queue_free(queue);
}

/* What is left goes with the queue: a leak checker sees it otherwise. */
static void frees_what_is_left(void **state)
{
    struct cm_queue *queue = cm_queue_new(4, 4, 6);

    (void)state;
    push(queue, row_item(1));
    push(queue, result_item(1));
    cm_queue_free(queue);
    cm_queue_free(NULL);
}

static void leaves_room_for_results(void **state)
{
    struct cm_queue *queue = cm_queue_new(2, 2, 5);

    (void)state;
    push(queue, row_item(1));
    assert_false(cm_queue_congested(queue));
    push(queue, row_item(2));
    assert_true(cm_queue_congested(queue));
    for (uint64_t id = 1; id <= 3; id++) {
        push(queue, result_item(id)); /* would hang here */
    }
    cm_queue_free(queue);
}

static void ends_after_the_last_item(void **state)
{
    struct cm_queue *queue = cm_queue_new(2, 2, 5);
    struct cm_item item = row_item(2);
    size_t num = 0;

    (void)state;
    push(queue, row_item(1));
    cm_queue_close(queue);
    assert_false(cm_queue_push(queue, &item)); /* and it stays ours */
    cm_item_free(&item);
    assert_true(cm_queue_pop(queue, &item, 1, &num));
    assert_int_equal(num, 1);
    cm_item_free(&item);
    assert_false(cm_queue_pop(queue, &item, 1, &num));
    assert_int_equal(num, 0);
    cm_queue_free(queue);
}

static void gives_up_waiting_at_the_deadline(void **state)
{
    struct cm_queue *queue = cm_queue_new(2, 2, 5);
    const struct timespec past = {0, 1};
    struct cm_item item;
    size_t num = 1;

    (void)state;
    cm_queue_wait(queue, 1, &past); /* would hang */
    assert_true(cm_queue_pop(queue, &item, 1, &num));
    assert_int_equal(num, 0);
    cm_queue_free(queue);
}

static void does_not_wait_for_what_cannot_come(void **state)
{
    struct cm_queue *queue = cm_queue_new(2, 4, 9);

    (void)state;
    push(queue, row_item(1));
    cm_queue_wait(queue, 1, NULL); /* each would hang */
    push(queue, row_item(2));
    cm_queue_wait(queue, 3, NULL); /* no third row may come */
    cm_queue_close(queue);
    cm_queue_wait(queue, 3, NULL);
    cm_queue_free(queue);
}

/* Many items that go round often, as many as there is room for at times. */
static void keeps_the_order_of_many(void **state)
{
    struct cm_queue *queue = cm_queue_new(3, 4, 64);
    struct cm_item items[64];
    uint64_t pushed = 0;
    uint64_t popped = 0;

    (void)state;
    while (popped < 2000) {
        uint64_t room = 64 - (pushed - popped);
        uint64_t more = 1 + pushed * 7 % room;
        size_t num = 0;

        for (uint64_t i = 0; i < more; i++) {
            push(queue, result_item(++pushed));
        }
        assert_true(cm_queue_pop(queue, items, 1 + pushed % 61, &num));
        for (size_t i = 0; i < num; i++) {
            assert_int_equal(items[i].is.result->endpoint_id, ++popped);
            cm_item_free(&items[i]);
        }
    }
    cm_queue_free(queue);
}

/* --- with another thread --- */

struct producer {
    struct cm_queue *queue;
    unsigned pushed;
    unsigned refused;
};

static void *push_ten_rows(void *arg)
{
    struct producer *producer = arg;

    for (uint64_t id = 1; id <= 10; id++) {
        struct cm_item item = row_item(id);

        if (cm_queue_push(producer->queue, &item)) {
            producer->pushed++;
        } else {
            producer->refused++;
            cm_item_free(&item);
        }
    }
    return NULL;
}

static void holds_up_rows_until_there_is_room(void **state)
{
    struct producer producer = {.queue = cm_queue_new(2, 2, 5)};
    struct cm_item items[5];
    pthread_t thread;
    size_t taken = 0;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, push_ten_rows, &producer),
                     0);
    while (taken < 10) {
        size_t num = 0;

        cm_queue_wait(producer.queue, 1, NULL);
        assert_true(cm_queue_pop(producer.queue, items, 5, &num));
        assert_true(num <= 2); /* never more rows than the bound */
        for (size_t i = 0; i < num; i++) {
            assert_int_equal(items[i].is.row->id, ++taken);
            cm_item_free(&items[i]);
        }
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(producer.pushed, 10);
    cm_queue_free(producer.queue);
}

static void lets_producers_go_when_it_closes(void **state)
{
    struct producer producer = {.queue = cm_queue_new(2, 2, 5)};
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, push_ten_rows, &producer),
                     0);
    while (!cm_queue_congested(producer.queue)) {
    }
    cm_queue_close(producer.queue);
    assert_int_equal(pthread_join(thread, NULL), 0); /* would hang */
    assert_int_equal(producer.pushed, 2);
    assert_int_equal(producer.refused, 8);
    cm_queue_free(producer.queue);
}

struct sleeper {
    struct cm_queue *queue;
    size_t enough;
    atomic_size_t found; /* when it woke up */
};

static void *sleep_on(void *arg)
{
    struct sleeper *sleeper = arg;
    struct cm_item items[8];
    size_t num = 0;

    cm_queue_wait(sleeper->queue, sleeper->enough, NULL);
    (void)cm_queue_pop(sleeper->queue, items, 8, &num);
    for (size_t i = 0; i < num; i++) {
        cm_item_free(&items[i]);
    }
    atomic_store(&sleeper->found, num);
    return NULL;
}

/* It wakes for the last of those it waits for, or for the end. */
static void sleeps_until_it_is_worth_the_while(void **state)
{
    static const size_t pushed[] = {4, 3};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct sleeper sleeper = {.queue = cm_queue_new(8, 8, 9), .enough = 4};
        pthread_t thread;

        assert_int_equal(pthread_create(&thread, NULL, sleep_on, &sleeper), 0);
        for (uint64_t id = 1; id <= pushed[i]; id++) {
            push(sleeper.queue, row_item(id));
            assert_true(id == 4 || atomic_load(&sleeper.found) == 0);
        }
        if (pushed[i] < sleeper.enough) {
            cm_queue_close(sleeper.queue);
        }
        assert_int_equal(pthread_join(thread, NULL), 0); /* would hang */
        assert_int_equal(sleeper.found, pushed[i]);
        cm_queue_free(sleeper.queue);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_items_in_order),
        cmocka_unit_test(frees_what_is_left),
        cmocka_unit_test(leaves_room_for_results),
        cmocka_unit_test(ends_after_the_last_item),
        cmocka_unit_test(gives_up_waiting_at_the_deadline),
        cmocka_unit_test(does_not_wait_for_what_cannot_come),
        cmocka_unit_test(keeps_the_order_of_many),
        cmocka_unit_test(sleeps_until_it_is_worth_the_while),
        cmocka_unit_test(holds_up_rows_until_there_is_room),
        cmocka_unit_test(lets_producers_go_when_it_closes),
    };

    return cmocka_run_group_tests_name("store queue", tests, NULL, NULL);
}
