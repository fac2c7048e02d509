/* Answers worth keeping, within bounds.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base_test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "certmuster/memo.h"

#define ROOM 65536U
#define SIZE 256U /* of one answer: some 160 fit */
#define MANY 5000U
#define THREADS 4

struct answer {
    unsigned number;
};

static atomic_uint alive;

static void free_answer(void *value)
{
    atomic_fetch_sub(&alive, 1);
    free(value);
}

static void put(struct cm_memo *memo, unsigned key, unsigned number,
                size_t bytes)
{
    struct answer *answer = malloc(sizeof(*answer));

    assert_non_null(answer);
    answer->number = number;
    atomic_fetch_add(&alive, 1);
    cm_memo_put(memo, &key, sizeof(key), answer, bytes);
}

static bool has(struct cm_memo *memo, unsigned key, unsigned number)
{
    struct cm_memo_item *item = cm_memo_get(memo, &key, sizeof(key));
    const struct answer *answer;
    bool same;

    if (item == NULL) {
        return false;
    }
    answer = cm_memo_value(item);
    same = answer->number == number;
    cm_memo_give_back(memo, item);
    return same;
}

static void the_first_answer_stays(void **state)
{
    struct cm_memo *memo = cm_memo_new(ROOM, free_answer);

    (void)state;
    assert_non_null(memo);
    assert_false(has(memo, 1, 1));
    put(memo, 1, 10, SIZE);
    put(memo, 2, 20, SIZE);
    put(memo, 1, 11, SIZE);
    assert_true(has(memo, 1, 10));
    assert_true(has(memo, 2, 20));
    assert_int_equal(alive, 2);
    cm_memo_free(memo);
    assert_int_equal(alive, 0);
    cm_memo_free(NULL);
}

static void it_is_bounded_and_what_is_in_use_stays(void **state)
{
    struct cm_memo *memo = cm_memo_new(ROOM, free_answer);

    (void)state;
    assert_non_null(memo);
    put(memo, 0, 7, SIZE);
    for (unsigned i = 1; i <= MANY; i++) {
        put(memo, i, i, SIZE);
        assert_true(alive <= ROOM / SIZE);
        if (i % 16 == 0) {
            assert_true(has(memo, 0, 7));
        }
    }
    assert_true(alive > ROOM / SIZE / 2);
    assert_false(has(memo, 1, 1));
    assert_true(has(memo, MANY, MANY));
    cm_memo_free(memo);
    assert_int_equal(alive, 0);
}

static void no_answer_takes_all_the_room(void **state)
{
    struct cm_memo *memo = cm_memo_new(ROOM, free_answer);

    (void)state;
    assert_non_null(memo);
    put(memo, 1, 1, SIZE);
    put(memo, 2, 2, ROOM / 2);
    put(memo, 3, 3, SIZE_MAX / 2);
    assert_false(has(memo, 2, 2));
    assert_false(has(memo, 3, 3));
    assert_true(has(memo, 1, 1));
    assert_int_equal(alive, 1);
    cm_memo_free(memo);
}

static void what_is_lent_outlives_its_place(void **state)
{
    struct cm_memo *memo = cm_memo_new(ROOM, free_answer);
    const unsigned key = 0;
    struct cm_memo_item *item;
    const struct answer *answer;

    (void)state;
    assert_non_null(memo);
    put(memo, key, 42, SIZE);
    item = cm_memo_get(memo, &key, sizeof(key));
    assert_non_null(item);
    for (unsigned i = 1; i <= MANY; i++) {
        put(memo, i, i, SIZE);
    }
    assert_false(has(memo, key, 42));
    answer = cm_memo_value(item);
    assert_int_equal(answer->number, 42);
    cm_memo_give_back(memo, item);
    cm_memo_free(memo);
    assert_int_equal(alive, 0);
}

static void *use(void *arg)
{
    struct cm_memo *memo = arg;
    size_t wrong = 0;

    for (unsigned i = 0; i < MANY; i++) {
        unsigned key = i * 7919U % 400U;
        struct cm_memo_item *item = cm_memo_get(memo, &key, sizeof(key));

        if (item == NULL) {
            put(memo, key, key, SIZE);
            continue;
        }
        wrong += ((const struct answer *)cm_memo_value(item))->number != key;
        cm_memo_give_back(memo, item);
    }
    return wrong == 0 ? NULL : arg;
}

static void threads_share_it(void **state)
{
    struct cm_memo *memo = cm_memo_new(ROOM, free_answer);
    pthread_t threads[THREADS];

    (void)state;
    assert_non_null(memo);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, use, memo), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *wrong = NULL;

        (void)pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    cm_memo_free(memo);
    assert_int_equal(alive, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_answer_stays),
        cmocka_unit_test(it_is_bounded_and_what_is_in_use_stays),
        cmocka_unit_test(no_answer_takes_all_the_room),
        cmocka_unit_test(what_is_lent_outlives_its_place),
        cmocka_unit_test(threads_share_it),
    };

    return cmocka_run_group_tests_name("base: memo", tests, NULL, NULL);
}
