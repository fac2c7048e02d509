/* The queue bounds what is under way and never keeps anyone waiting for ever.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/store/fixture.h"

#include <pthread.h>

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
    struct cm_queue *queue = cm_queue_new(4, 6);
    struct cm_item items[4];
    size_t num = 0;
    uint64_t expected = 1;

    (void)state;
    for (uint64_t id = 1; id <= 12; id += 3) { /* around the ring's end */
        push(queue, row_item(id));
        push(queue, row_item(id + 1));
        push(queue, row_item(id + 2));
        assert_true(cm_queue_pop(queue, items, 2, NULL, &num));
        assert_int_equal(num, 2);
        for (size_t i = 0; i < num; i++) {
            assert_int_equal(items[i].is.row->id, expected++);
            cm_item_free(&items[i]);
        }
        assert_true(cm_queue_pop(queue, items, 4, NULL, &num));
        assert_int_equal(num, 1);
        assert_int_equal(items[0].is.row->id, expected++);
        cm_item_free(&items[0]);
    }
    cm_queue_free(queue);
}

/* What is left goes with the queue: a leak checker sees it otherwise. */
static void frees_what_is_left(void **state)
{
    struct cm_queue *queue = cm_queue_new(4, 6);

    (void)state;
    push(queue, row_item(1));
    push(queue, result_item(1));
    cm_queue_free(queue);
    cm_queue_free(NULL);
}

static void leaves_room_for_results(void **state)
{
    struct cm_queue *queue = cm_queue_new(2, 5);

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
    struct cm_queue *queue = cm_queue_new(2, 5);
    struct cm_item item = row_item(2);
    size_t num = 0;

    (void)state;
    push(queue, row_item(1));
    cm_queue_close(queue);
    assert_false(cm_queue_push(queue, &item)); /* and it stays ours */
    cm_item_free(&item);
    assert_true(cm_queue_pop(queue, &item, 1, NULL, &num));
    assert_int_equal(num, 1);
    cm_item_free(&item);
    assert_false(cm_queue_pop(queue, &item, 1, NULL, &num));
    assert_int_equal(num, 0);
    cm_queue_free(queue);
}

static void gives_up_waiting_at_the_deadline(void **state)
{
    struct cm_queue *queue = cm_queue_new(2, 5);
    const struct timespec past = {0, 1};
    struct cm_item item;
    size_t num = 1;

    (void)state;
    assert_true(cm_queue_pop(queue, &item, 1, &past, &num));
    assert_int_equal(num, 0);
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
    struct producer producer = {.queue = cm_queue_new(2, 5)};
    struct cm_item items[5];
    pthread_t thread;
    size_t taken = 0;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, push_ten_rows, &producer),
                     0);
    while (taken < 10) {
        size_t num = 0;

        assert_true(cm_queue_pop(producer.queue, items, 5, NULL, &num));
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
    struct producer producer = {.queue = cm_queue_new(2, 5)};
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_items_in_order),
        cmocka_unit_test(frees_what_is_left),
        cmocka_unit_test(leaves_room_for_results),
        cmocka_unit_test(ends_after_the_last_item),
        cmocka_unit_test(gives_up_waiting_at_the_deadline),
        cmocka_unit_test(holds_up_rows_until_there_is_room),
        cmocka_unit_test(lets_producers_go_when_it_closes),
    };

    return cmocka_run_group_tests_name("store queue", tests, NULL, NULL);
}
