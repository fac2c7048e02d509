/* The hash map and its hash.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base_test.h"

#include <stdio.h>

#include "base/siphash.h"
#include "certmuster/map.h"

#define MANY 100000

/* SipHash-2-4 of 00, 00 01 ... under the key 00 .. 0f: from the reference
 * implementation's vectors and the paper's appendix A (15 bytes). */
static void the_hash_is_siphash_2_4(void **state)
{
    static const struct {
        size_t len;
        uint64_t want;
    } vectors[] = {
        {0, UINT64_C(0x726fdb47dd0e0e31)},  {1, UINT64_C(0x74f839c593dc67fd)},
        {7, UINT64_C(0xab0200f58b01d137)},  {8, UINT64_C(0x93f5f5799a932462)},
        {15, UINT64_C(0xa129ca6149be45e5)},
    };
    uint8_t key[16];
    uint8_t data[16];

    (void)state;
    for (uint8_t i = 0; i < 16; i++) {
        key[i] = i;
        data[i] = i;
    }
    for (size_t i = 0; i < COUNT(vectors); i++) {
        assert_true(cm_hash64(key, data, vectors[i].len) == vectors[i].want);
    }
}

static void no_key_is_the_zero_key(void **state)
{
    static const uint8_t zero[16] = {0};

    (void)state;
    assert_true(cm_hash64(NULL, "abc", 3) == cm_hash64(zero, "abc", 3));
    assert_true(cm_hash64(NULL, NULL, 0) == cm_hash64(zero, "", 0));
}

static void pieces_hash_like_the_whole(void **state)
{
    static const char text[] = "0123456789abcdefghijklmnopqrstuv";
    uint64_t want = cm_hash64(NULL, text, 32);

    (void)state;
    for (size_t a = 0; a <= 32; a++) {
        for (size_t b = a; b <= 32; b++) {
            struct cm_siphash sip;

            cm_siphash_init(&sip, NULL);
            cm_siphash_add(&sip, text, a);
            cm_siphash_add(&sip, text + a, b - a);
            cm_siphash_add(&sip, text + b, 32 - b);
            assert_true(cm_siphash_end(&sip) == want);
        }
    }
}

static void put_get_replace_remove(void **state)
{
    struct cm_map *map = cm_map_new();
    int one;
    int two;

    (void)state;
    assert_non_null(map);
    assert_int_equal(cm_map_count(map), 0);
    assert_null(cm_map_get(map, "a", 1));
    assert_true(cm_map_put(map, "a", 1, &one));
    assert_ptr_equal(cm_map_get(map, "a", 1), &one);
    assert_null(cm_map_get(map, "ab", 2));
    assert_null(cm_map_get(map, "", 0));
    assert_true(cm_map_put(map, "a", 1, &two));
    assert_ptr_equal(cm_map_get(map, "a", 1), &two);
    assert_int_equal(cm_map_count(map), 1);
    assert_null(cm_map_remove(map, "b", 1));
    assert_ptr_equal(cm_map_remove(map, "a", 1), &two);
    assert_null(cm_map_remove(map, "a", 1));
    assert_int_equal(cm_map_count(map), 0);
    cm_map_free(map, NULL);
}

static void keys_are_copied_and_may_hold_anything(void **state)
{
    struct cm_map *map = cm_map_new();
    char key[3] = {'a', '\0', 'b'};
    int value;
    int empty;

    (void)state;
    assert_non_null(map);
    assert_true(cm_map_put(map, key, sizeof(key), &value));
    assert_true(cm_map_put(map, NULL, 0, &empty));
    key[2] = 'c';
    assert_null(cm_map_get(map, key, sizeof(key)));
    assert_ptr_equal(cm_map_get(map, "a\0b", 3), &value);
    assert_ptr_equal(cm_map_get(map, "", 0), &empty);
    assert_null(cm_map_get(map, "a", 1));
    cm_map_free(map, NULL);
}

static void many_keys_come_and_go(void **state)
{
    unsigned *values = calloc(MANY, sizeof(*values));
    struct cm_map *map = cm_map_new();
    size_t cursor = 0;
    size_t seen = 0;
    void *value;

    (void)state;
    assert_non_null(values);
    assert_non_null(map);
    for (unsigned i = 0; i < MANY; i++) {
        assert_true(cm_map_put(map, &i, sizeof(i), &values[i]));
    }
    assert_int_equal(cm_map_count(map), MANY);
    for (unsigned i = 0; i < MANY; i++) { /* two of three go */
        if (i % 3 != 0) {
            assert_ptr_equal(cm_map_remove(map, &i, sizeof(i)), &values[i]);
        }
    }
    for (unsigned i = 0; i < MANY; i++) {
        assert_ptr_equal(cm_map_get(map, &i, sizeof(i)),
                         i % 3 == 0 ? &values[i] : NULL);
    }
    while (cm_map_next(map, &cursor, &value)) {
        (*(unsigned *)value)++;
        seen++;
    }
    assert_int_equal(seen, cm_map_count(map));
    for (unsigned i = 0; i < MANY; i++) {
        assert_int_equal(values[i], i % 3 == 0 ? 1 : 0);
    }
    cm_map_free(map, NULL);
    free(values);
}

/* Small tables, all orders of wrapping around the end: the key is random, so
 * repeating reaches other layouts. */
static void removal_never_loses_a_neighbour(void **state)
{
    int values[12];

    (void)state;
    for (int round = 0; round < 500; round++) {
        struct cm_map *map = cm_map_new();

        assert_non_null(map);
        for (int i = 0; i < 12; i++) {
            assert_true(cm_map_put(map, &i, sizeof(i), &values[i]));
        }
        for (int i = 0; i < 12; i++) {
            int gone = (i * 5 + round) % 12;

            assert_ptr_equal(cm_map_remove(map, &gone, sizeof(gone)),
                             &values[gone]);
            for (int j = i + 1; j < 12; j++) {
                int left = (j * 5 + round) % 12;

                assert_ptr_equal(cm_map_get(map, &left, sizeof(left)),
                                 &values[left]);
            }
        }
        assert_int_equal(cm_map_count(map), 0);
        cm_map_free(map, NULL);
    }
}

static void two_maps_have_different_secrets(void **state)
{
    struct cm_map *maps[2] = {cm_map_new(), cm_map_new()};
    int orders[2][64];
    int values[64];

    (void)state;
    for (int m = 0; m < 2; m++) {
        size_t cursor = 0;
        void *value;

        assert_non_null(maps[m]);
        for (int i = 0; i < 64; i++) {
            assert_true(cm_map_put(maps[m], &i, sizeof(i), &values[i]));
        }
        for (int i = 0; i < 64; i++) {
            assert_true(cm_map_next(maps[m], &cursor, &value));
            orders[m][i] = (int)((int *)value - values);
        }
        assert_false(cm_map_next(maps[m], &cursor, &value));
        cm_map_free(maps[m], NULL);
    }
    assert_memory_not_equal(orders[0], orders[1], sizeof(orders[0]));
}

static void count_free(void *value)
{
    ++*(int *)value;
}

static void freeing_frees_each_value_once(void **state)
{
    struct cm_map *map = cm_map_new();
    int freed[40] = {0};

    (void)state;
    assert_non_null(map);
    for (int i = 0; i < 40; i++) {
        assert_true(cm_map_put(map, &i, sizeof(i), &freed[i]));
    }
    for (int i = 0; i < 10; i++) {
        (void)cm_map_remove(map, &i, sizeof(i));
    }
    cm_map_free(map, count_free);
    for (int i = 0; i < 40; i++) {
        assert_int_equal(freed[i], i < 10 ? 0 : 1);
    }
    cm_map_free(NULL, count_free);
}

static void put_nothing(void)
{
    struct cm_map *map = cm_map_new();

    (void)cm_map_put(map, "a", 1, NULL);
}

static void a_null_value_breaks_a_rule(void **state)
{
    char said[256];

    (void)state;
    assert_int_equal(signal_of(put_nothing, said, sizeof(said)), SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hash_is_siphash_2_4),
        cmocka_unit_test(no_key_is_the_zero_key),
        cmocka_unit_test(pieces_hash_like_the_whole),
        cmocka_unit_test(put_get_replace_remove),
        cmocka_unit_test(keys_are_copied_and_may_hold_anything),
        cmocka_unit_test(many_keys_come_and_go),
        cmocka_unit_test(removal_never_loses_a_neighbour),
        cmocka_unit_test(two_maps_have_different_secrets),
        cmocka_unit_test(freeing_frees_each_value_once),
        cmocka_unit_test(a_null_value_breaks_a_rule),
    };

    return cmocka_run_group_tests_name("base/map", tests, NULL, NULL);
}
