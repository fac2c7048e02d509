/* The growing buffer: growth, cap, failure that sticks, taking.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base_test.h"

#include <stdio.h>

#include "certmuster/buf.h"

static void spans_compare_by_content(void **state)
{
    static const uint8_t one[] = {1, 2, 3};
    static const uint8_t other[] = {1, 2, 4};

    (void)state;
    assert_true(
        cm_span_equal((struct cm_span){one, 2}, (struct cm_span){other, 2}));
    assert_false(
        cm_span_equal((struct cm_span){one, 3}, (struct cm_span){other, 3}));
    assert_false(
        cm_span_equal((struct cm_span){one, 2}, (struct cm_span){one, 3}));
    assert_true(
        cm_span_equal((struct cm_span){NULL, 0}, (struct cm_span){one, 0}));
}

static void freeing_a_span_zeroes_it(void **state)
{
    struct cm_span span = {malloc(3), 3};

    (void)state;
    cm_span_free(&span);
    assert_null(span.data);
    assert_int_equal(span.len, 0);
    cm_span_free(&span);
}

static void every_append_ends_up_in_order(void **state)
{
    struct cm_buf buf;

    (void)state;
    cm_buf_init(&buf, 100);
    assert_true(cm_buf_append(&buf, "ab", 2));
    assert_true(cm_buf_putc(&buf, 'c'));
    assert_true(cm_buf_puts(&buf, "de"));
    assert_true(cm_buf_printf(&buf, "-%d-%s-", 7, "x"));
    assert_true(cm_buf_hex(&buf, "\x00\xfa\x1b", 3));
    assert_true(cm_buf_append(&buf, NULL, 0));
    assert_string_equal(cm_buf_cstr(&buf), "abcde-7-x-00fa1b");
    assert_int_equal(buf.len, 16);
    cm_buf_cleanup(&buf);
}

static void content_survives_growth(void **state)
{
    struct cm_buf buf;

    (void)state;
    cm_buf_init(&buf, 1000000);
    for (unsigned i = 0; i < 100000; i++) {
        assert_true(cm_buf_putc(&buf, (char)('a' + i % 26)));
    }
    assert_int_equal(buf.len, 100000);
    for (unsigned i = 0; i < 100000; i++) {
        assert_int_equal(buf.data[i], 'a' + i % 26);
    }
    cm_buf_cleanup(&buf);
    assert_null(buf.data);
    assert_int_equal(buf.max, 1000000);
}

static void exactly_the_cap_fits(void **state)
{
    struct cm_buf buf;

    (void)state;
    for (size_t max = 0; max < 200; max++) {
        cm_buf_init(&buf, max);
        for (size_t i = 0; i < max; i++) {
            assert_true(cm_buf_putc(&buf, 'x'));
        }
        assert_int_equal(strlen(cm_buf_cstr(&buf)), max);
        assert_true(buf.cap <= max + 1);
        assert_false(cm_buf_putc(&buf, 'x'));
        assert_true(buf.failed);
        cm_buf_cleanup(&buf);
    }
}

static void failing_sticks_until_cleared(void **state)
{
    struct cm_buf buf;

    (void)state;
    cm_buf_init(&buf, 5);
    assert_true(cm_buf_puts(&buf, "abc"));
    assert_false(cm_buf_puts(&buf, "def"));
    assert_int_equal(buf.len, 3);
    assert_false(cm_buf_putc(&buf, 'd')); /* would fit, but something lacks */
    assert_false(cm_buf_append(&buf, "", 0));
    assert_false(cm_buf_printf(&buf, "x"));
    assert_false(cm_buf_hex(&buf, "x", 1));
    assert_string_equal(cm_buf_cstr(&buf), "");
    cm_buf_clear(&buf);
    assert_false(buf.failed);
    assert_true(cm_buf_puts(&buf, "fresh"));
    assert_string_equal(cm_buf_cstr(&buf), "fresh");
    cm_buf_cleanup(&buf);
}

static void each_way_to_append_respects_the_cap(void **state)
{
    struct cm_buf buf;

    (void)state;
    cm_buf_init(&buf, 3);
    assert_false(cm_buf_printf(&buf, "%s", "abcd"));
    cm_buf_clear(&buf);
    assert_true(cm_buf_printf(&buf, "%s", "abc"));
    cm_buf_clear(&buf);
    assert_false(cm_buf_hex(&buf, "ab", 2));
    cm_buf_clear(&buf);
    assert_true(cm_buf_hex(&buf, "a", 1));
    cm_buf_clear(&buf);
    assert_false(cm_buf_hex(&buf, "a", SIZE_MAX / 2 + 2)); /* would wrap */
    cm_buf_clear(&buf);
    assert_false(cm_buf_append(&buf, "a", SIZE_MAX));
    assert_int_equal(buf.len, 0);
    cm_buf_cleanup(&buf);
}

static void a_cap_without_room_for_the_nul_is_refused(void **state)
{
    struct cm_buf buf;

    (void)state;
    cm_buf_init(&buf, SIZE_MAX);
    assert_false(cm_buf_putc(&buf, 'x'));
    cm_buf_cleanup(&buf);
}

static void the_zero_state_is_empty_and_holds_nothing(void **state)
{
    struct cm_buf buf = {0};

    (void)state;
    assert_string_equal(cm_buf_cstr(&buf), "");
    assert_false(cm_buf_putc(&buf, 'x'));
    cm_buf_cleanup(&buf);
}

static void taking_hands_over_and_leaves_empty(void **state)
{
    struct cm_buf buf;
    char *text;

    (void)state;
    cm_buf_init(&buf, 10);
    cm_buf_puts(&buf, "abc");
    text = cm_buf_take(&buf);
    assert_string_equal(text, "abc");
    free(text);
    assert_int_equal(buf.len, 0);
    assert_null(buf.data);
    assert_true(cm_buf_puts(&buf, "0123456789"));
    text = cm_buf_take(&buf);
    assert_string_equal(text, "0123456789");
    free(text);
    text = cm_buf_take(&buf); /* nothing appended: an empty string */
    assert_string_equal(text, "");
    free(text);
}

static void taking_a_failed_buffer_gives_nothing(void **state)
{
    struct cm_buf buf;

    (void)state;
    cm_buf_init(&buf, 3);
    cm_buf_puts(&buf, "abc");
    cm_buf_putc(&buf, 'd');
    assert_null(cm_buf_take(&buf));
    assert_null(buf.data);
    assert_int_equal(buf.len, 0);
}

static void nul_bytes_are_content(void **state)
{
    struct cm_buf buf;

    (void)state;
    cm_buf_init(&buf, 10);
    cm_buf_append(&buf, "a\0b", 3);
    assert_int_equal(buf.len, 3);
    assert_memory_equal(cm_buf_cstr(&buf), "a\0b", 4);
    cm_buf_cleanup(&buf);
}

static void hex_is_read_back(void **state)
{
    static const char *const good[] = {"00aBfF", "00:ab:ff", "00ab:FF"};
    static const char *const bad[] = {
        "",         "00abf",   "00abff0", "00abff ", ":00abff",
        "00::abff", "00abff:", "00xbff",  "0:0abff", "00ab\xff"};
    static const uint8_t want[] = {0x00, 0xab, 0xff};
    uint8_t out[3];

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
        memset(out, 0x55, sizeof(out));
        assert_true(cm_hex_read(good[i], out, sizeof(out)));
        assert_memory_equal(out, want, sizeof(want));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        assert_false(cm_hex_read(bad[i], out, sizeof(out)));
    }
}

static void base64_of_rfc_4648(void **state)
{
    /* The vectors are the beginnings of one word. */
    static const char *const want[] = {
        "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    static const uint8_t last_digits[] = {0xfb, 0xff, 0xbf, 0x00};
    struct cm_buf out;

    (void)state;
    cm_buf_init(&out, 64);
    for (size_t len = 0; len < sizeof(want) / sizeof(*want); len++) {
        assert_true(cm_buf_base64(&out, "foobar", len));
        assert_string_equal(cm_buf_cstr(&out), want[len]);
        cm_buf_clear(&out);
    }
    assert_true(cm_buf_base64(&out, last_digits, sizeof(last_digits)));
    assert_string_equal(cm_buf_cstr(&out), "+/+/AA==");
    cm_buf_cleanup(&out);
    cm_buf_init(&out, 4);
    assert_false(cm_buf_base64(&out, "foobar", 6));
    assert_true(out.failed);
    cm_buf_cleanup(&out);
}

static void numbers_are_decimal(void **state)
{
    static const int64_t numbers[] = {0,   7,         -7,        10,
                                      -10, INT64_MAX, INT64_MIN, 4294967296};
    char want[32];
    struct cm_buf out;

    (void)state;
    cm_buf_init(&out, 64);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        (void)snprintf(want, sizeof(want), "%lld", (long long)numbers[i]);
        assert_true(cm_buf_number(&out, numbers[i]));
        assert_string_equal(cm_buf_cstr(&out), want);
        cm_buf_clear(&out);
    }
    cm_buf_cleanup(&out);
    cm_buf_init(&out, 2);
    assert_false(cm_buf_number(&out, 100));
    cm_buf_cleanup(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_compare_by_content),
        cmocka_unit_test(freeing_a_span_zeroes_it),
        cmocka_unit_test(every_append_ends_up_in_order),
        cmocka_unit_test(content_survives_growth),
        cmocka_unit_test(exactly_the_cap_fits),
        cmocka_unit_test(failing_sticks_until_cleared),
        cmocka_unit_test(each_way_to_append_respects_the_cap),
        cmocka_unit_test(a_cap_without_room_for_the_nul_is_refused),
        cmocka_unit_test(the_zero_state_is_empty_and_holds_nothing),
        cmocka_unit_test(taking_hands_over_and_leaves_empty),
        cmocka_unit_test(taking_a_failed_buffer_gives_nothing),
        cmocka_unit_test(nul_bytes_are_content),
        cmocka_unit_test(hex_is_read_back),
        cmocka_unit_test(base64_of_rfc_4648),
        cmocka_unit_test(numbers_are_decimal),
    };

    return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
