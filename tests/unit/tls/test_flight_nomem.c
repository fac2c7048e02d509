/* Every allocation of hellos and flights fails once: that is said, and never
 * taken for a server's answer. The linker sends the allocations here (--wrap).
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "bytes.h"
#include "tls/flight.h"
#include "tls/hello.h"

#define NEVER (-1)

static int left = NEVER; /* how many allocations still succeed */

void *__real_calloc(size_t num, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_calloc(size_t num, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static bool fails(void)
{
    if (left == 0) {
        return true;
    }
    left -= left == NEVER ? 0 : 1;
    return false;
}

void *__wrap_calloc(size_t num, size_t size)
{
    return fails() ? NULL : __real_calloc(num, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails() ? NULL : __real_realloc(memory, size);
}

static void a_hello_without_memory_is_none(void **state)
{
    struct cm_numbers suites = cm_hello_suites(0x0303);
    struct cm_hello hello = {
        .version = 0x0303, .suites = suites.numbers, .num_suites = suites.num};
    enum cm_status status = CM_ENOMEM;
    int tries = 0;

    (void)state;
    for (; status != CM_OK; tries++) {
        struct cm_buf out;

        cm_buf_init(&out, CM_HELLO_MAX_BYTES);
        left = tries;
        status = cm_hello_build(&hello, &out);
        left = NEVER;
        assert_true(status == CM_OK || status == CM_ENOMEM);
        cm_buf_cleanup(&out);
    }
    assert_true(tries > 1);
}

/* Returns false when there was no memory. */
static bool reads(const uint8_t *bytes, size_t len, size_t piece, bool sslv2)
{
    struct cm_flight *flight = cm_flight_new(sslv2);
    struct cm_answer got = {0};
    bool had_memory;

    if (flight == NULL) {
        return false;
    }
    for (size_t at = 0; at < len; at += piece) {
        size_t part = len - at < piece ? len - at : piece;

        if (cm_flight_feed(flight, (struct cm_span){bytes + at, part})) {
            break;
        }
    }
    cm_flight_ended(flight, 0, false);
    cm_flight_answer(flight, &got);
    had_memory = !cm_flight_no_memory(flight);
    assert_int_equal(got.end, had_memory ? CM_ANSWER_FLIGHT : CM_ANSWER_NONE);
    cm_flight_free(flight);
    return had_memory;
}

static void a_flight_without_memory_says_so(void **state)
{
    static const struct {
        const char *hex;
        bool sslv2;
    } flights[] = {
        {"160303003b"
         "020000260303000102030405060708090a0b0c0d0e0f"
         "101112131415161718191a1b1c1d1e1f00002f00"
         "0b000009000006000003300100"
         "0e000000",
         false},
        {"80110400010002000300030000300100010080", true},
    };
    static const size_t pieces[] = {1, 64, 1000};

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        size_t len;
        uint8_t *bytes = bytes_from_hex(flights[i / 3].hex, &len);
        int tries = 0;

        do {
            left = tries++;
        } while (!reads(bytes, len, pieces[i % 3], flights[i / 3].sslv2));
        left = NEVER;
        assert_true(tries > 2);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hello_without_memory_is_none),
        cmocka_unit_test(a_flight_without_memory_says_so),
    };

    return cmocka_run_group_tests_name("tls/flight_nomem", tests, NULL, NULL);
}
