/* The reader: every call at every length that is too short.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base_test.h"

#include "certmuster/buf.h"

static void numbers_are_big_endian(void **state)
{
    static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 0xFF, 0xFE, 0xFD, 0xFC};
    struct cm_reader r;
    uint8_t u8;
    uint16_t u16;
    uint32_t u24;
    uint32_t u32;

    (void)state;
    cm_reader_init(&r, bytes, sizeof(bytes));
    assert_true(cm_reader_u8(&r, &u8));
    assert_int_equal(u8, 1);
    assert_true(cm_reader_u16(&r, &u16));
    assert_int_equal(u16, 0x0203);
    assert_true(cm_reader_u24(&r, &u24));
    assert_int_equal(u24, 0x040506);
    assert_true(cm_reader_u32(&r, &u32));
    assert_int_equal(u32, 0xFFFEFDFC);
    assert_int_equal(r.len, 0);
    assert_false(cm_reader_u8(&r, &u8));
}

/* One step on a reader; what it reads does not matter here. */
static bool step(int what, struct cm_reader *r)
{
    struct cm_reader inner;
    struct cm_span span;
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;

    switch (what) {
    case 0:
        return cm_reader_u8(r, &u8);
    case 1:
        return cm_reader_u16(r, &u16);
    case 2:
        return cm_reader_u24(r, &u32);
    case 3:
        return cm_reader_u32(r, &u32);
    case 4:
        return cm_reader_bytes(r, 6, &span);
    case 5:
        return cm_reader_skip(r, 6);
    case 6:
        return cm_reader_vec8(r, &inner);
    case 7:
        return cm_reader_vec16(r, &inner);
    default:
        return cm_reader_vec24(r, &inner);
    }
}

static void too_short_changes_nothing(void **state)
{
    static const struct {
        uint8_t bytes[9];
        size_t need;
    } steps[] = {
        {{0}, 1}, {{0}, 2},     {{0}, 3},        {{0}, 4},           {{0}, 6},
        {{0}, 6}, {{5}, 1 + 5}, {{0, 5}, 2 + 5}, {{0, 0, 5}, 3 + 5},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(steps); i++) {
        for (size_t len = 0; len <= steps[i].need + 1; len++) {
            uint8_t *exact = malloc(len > 0 ? len : 1); /* ASan guards it */
            struct cm_reader r;
            bool want = len >= steps[i].need;

            assert_non_null(exact);
            memcpy(exact, steps[i].bytes, len);
            cm_reader_init(&r, exact, len);
            assert_int_equal(step((int)i, &r), want);
            assert_ptr_equal(r.data, exact + (want ? steps[i].need : 0));
            assert_int_equal(r.len, want ? len - steps[i].need : len);
            free(exact);
        }
    }
}

static void bytes_are_lent_not_copied(void **state)
{
    static const uint8_t bytes[] = {9, 8, 7};
    struct cm_reader r;
    struct cm_span span;

    (void)state;
    cm_reader_init(&r, bytes, sizeof(bytes));
    assert_true(cm_reader_skip(&r, 1));
    assert_true(cm_reader_bytes(&r, 2, &span));
    assert_ptr_equal(span.data, bytes + 1);
    assert_int_equal(span.len, 2);
    assert_true(cm_reader_bytes(&r, 0, &span));
    assert_int_equal(span.len, 0);
}

static void vectors_hold_exactly_their_bytes(void **state)
{
    static const uint8_t bytes[] = {2, 10, 11, 0, 1, 12, 0, 0, 0, 99};
    struct cm_reader r;
    struct cm_reader inner;

    (void)state;
    cm_reader_init(&r, bytes, sizeof(bytes));
    assert_true(cm_reader_vec8(&r, &inner));
    assert_ptr_equal(inner.data, bytes + 1);
    assert_int_equal(inner.len, 2);
    assert_true(cm_reader_vec16(&r, &inner));
    assert_int_equal(inner.len, 1);
    assert_int_equal(inner.data[0], 12);
    assert_true(cm_reader_vec24(&r, &inner));
    assert_int_equal(inner.len, 0);
    assert_int_equal(r.len, 1);
}

static void a_vector_may_be_read_into_its_own_reader(void **state)
{
    static const uint8_t bytes[] = {2, 10, 11, 12};
    struct cm_reader r;

    (void)state;
    cm_reader_init(&r, bytes, sizeof(bytes));
    assert_true(cm_reader_vec8(&r, &r)); /* unwraps */
    assert_ptr_equal(r.data, bytes + 1);
    assert_int_equal(r.len, 2);
}

static void huge_lengths_are_refused(void **state)
{
    static const uint8_t bytes[] = {0xFF, 0xFF, 0xFF, 0, 0};
    struct cm_reader r;
    struct cm_reader inner;
    struct cm_span span;

    (void)state;
    cm_reader_init(&r, bytes, sizeof(bytes));
    assert_false(cm_reader_vec8(&r, &inner));
    assert_false(cm_reader_vec16(&r, &inner));
    assert_false(cm_reader_vec24(&r, &inner));
    assert_false(cm_reader_bytes(&r, SIZE_MAX, &span));
    assert_false(cm_reader_skip(&r, SIZE_MAX));
    assert_int_equal(r.len, sizeof(bytes));
}

static void nothing_can_be_read_from_nothing(void **state)
{
    struct cm_reader r;
    struct cm_span span;

    (void)state;
    cm_reader_init(&r, NULL, 0);
    for (int i = 0; i < 9; i++) {
        assert_false(step(i, &r));
    }
    assert_true(cm_reader_bytes(&r, 0, &span));
    assert_true(cm_reader_skip(&r, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_big_endian),
        cmocka_unit_test(too_short_changes_nothing),
        cmocka_unit_test(bytes_are_lent_not_copied),
        cmocka_unit_test(vectors_hold_exactly_their_bytes),
        cmocka_unit_test(a_vector_may_be_read_into_its_own_reader),
        cmocka_unit_test(huge_lengths_are_refused),
        cmocka_unit_test(nothing_can_be_read_from_nothing),
    };

    return cmocka_run_group_tests_name("base/reader", tests, NULL, NULL);
}
