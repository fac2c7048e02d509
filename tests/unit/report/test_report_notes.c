/* Notes stay where they were put, whatever number of pieces they need; and what
 * an output keeps by its key is that key's.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "made_cache.h"
#include "reader_notes.h"

#define NOTES 40000

static void numbers_come_back(void **state)
{
    static const uint64_t numbers[] = {
        0,         1, 127, 128, 16383, 16384, UINT32_MAX, (uint64_t)INT64_MIN,
        UINT64_MAX};
    uint8_t bytes[CM_NUMBER_MAX];
    uint64_t got;

    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        const uint8_t *end = cm_number_put(bytes, numbers[i]);

        assert_true((size_t)(end - bytes) <= sizeof(bytes));
        assert_ptr_equal(cm_number_get(bytes, &got), end);
        assert_true(got == numbers[i]);
    }
}

static size_t len_of(size_t i)
{
    return i % 997 == 0 ? 70000 : 1 + i % 61; /* some are longer than a piece */
}

static void notes_stay_where_they_are(void **state)
{
    static uint64_t at[NOTES];
    struct cm_notes notes = {0};
    uint64_t position;

    (void)state;
    for (size_t i = 0; i < NOTES; i++) {
        uint8_t *note = cm_notes_add(&notes, len_of(i), &at[i]);

        assert_non_null(note);
        memset(note, (int)(i % 251), len_of(i));
    }
    for (size_t i = 0; i < NOTES; i++) {
        const uint8_t *note = cm_notes_at(&notes, at[i]);

        assert_int_equal(note[0], i % 251);
        assert_int_equal(note[len_of(i) - 1], i % 251);
    }
    assert_null(cm_notes_add(&notes, (size_t)1 << 24, &position));
    cm_notes_free(&notes);
    cm_notes_free(&notes); /* the zero state */
}

static struct cm_span span_of(const char *text)
{
    return (struct cm_span){(const uint8_t *)text, strlen(text)};
}

static void a_part_is_that_of_its_key(void **state)
{
    struct cm_made_cache *cache = cm_made_cache_new();
    static char large[10000];
    char key[32];
    char made[32];
    size_t kept = 0;

    (void)state;
    assert_non_null(cache);
    for (int i = 0; i < 10000; i++) {
        (void)snprintf(key, sizeof(key), "[%d]", i);
        (void)snprintf(made, sizeof(made), "made of %d", i);
        cm_made_cache_put(cache, span_of(key), span_of(made));
    }
    for (int i = 0; i < 10000; i++) {
        struct cm_span got;

        (void)snprintf(key, sizeof(key), "[%d]", i);
        (void)snprintf(made, sizeof(made), "made of %d", i);
        got = cm_made_cache_get(cache, span_of(key));
        if (got.data != NULL) {
            assert_true(cm_span_equal(got, span_of(made)));
            kept++;
        }
    }
    assert_in_range(kept, 1000, 9999); /* it has room for some only */
    memset(large, 'x', sizeof(large) - 1);
    cm_made_cache_put(cache, span_of("large"), span_of(large));
    assert_null(cm_made_cache_get(cache, span_of("large")).data);
    cm_made_cache_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_back),
        cmocka_unit_test(notes_stay_where_they_are),
        cmocka_unit_test(a_part_is_that_of_its_key),
    };

    return cmocka_run_group_tests_name("report notes", tests, NULL, NULL);
}
