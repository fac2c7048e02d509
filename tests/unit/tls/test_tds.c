/* Records inside TDS packets: whatever the pieces, the same bytes come out.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tls/internal.h"

/* Three packets, the second of them empty, then a bare record. */
static const uint8_t wire[] = {
    0x12, 0, 0, 12, 0, 0,    1,   0, 'a', 'b', 'c', 'd', /* four bytes */
    0x12, 0, 0, 8,  0, 0,    2,   0,                     /* none */
    0x12, 1, 0, 10, 0, 0,    3,   0, 'e', 'f',           /* two */
    0x16, 3, 3, 0,  1, 0x12, 'g', /* TLS from here on, also what looks else */
};
static const uint8_t want[] = {'a', 'b', 'c', 'd', 'e',  'f', 0x16,
                               3,   3,   0,   1,   0x12, 'g'};

static void pieces_make_no_difference(void **state)
{
    (void)state;
    for (size_t piece = 1; piece <= sizeof(wire); piece++) {
        struct cm_tds tds = {.on = true};
        uint8_t got[sizeof(wire)];
        size_t len = 0;

        for (size_t at = 0; at < sizeof(wire); at += piece) {
            size_t take = sizeof(wire) - at < piece ? sizeof(wire) - at : piece;
            uint8_t bytes[sizeof(wire)];
            size_t left;

            memcpy(bytes, wire + at, take);
            left = cm_tds_unwrap(&tds, bytes, take);
            assert_true(left <= take);
            memcpy(got + len, bytes, left);
            len += left;
        }
        assert_int_equal(len, sizeof(want));
        assert_memory_equal(got, want, sizeof(want));
        assert_false(tds.on);
    }
}

static void a_length_below_the_header_is_survived(void **state)
{
    struct cm_tds tds = {.on = true};
    uint8_t bytes[] = {0x12, 0, 0, 3, 0, 0, 0, 0, 0x12, 0, 0, 9, 0, 0, 0, 0, 7};

    (void)state;
    assert_int_equal(cm_tds_unwrap(&tds, bytes, sizeof(bytes)), 1);
    assert_int_equal(bytes[0], 7);
}

static void what_is_sent_comes_back(void **state)
{
    static uint8_t sent[9000];
    static uint8_t got[16384];
    struct cm_tds tds = {.on = true};
    ssize_t len;
    int fds[2];

    (void)state;
    for (size_t i = 0; i < sizeof(sent); i++) {
        sent[i] = (uint8_t)(i * 7);
    }
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_int_equal(cm_tds_send(fds[0], sent, sizeof(sent)), sizeof(sent));
    len = recv(fds[1], got, sizeof(got), 0);
    assert_int_equal(len, sizeof(sent) + 3 * CM_TDS_HEADER);
    assert_int_equal(got[1], 0); /* only the last packet says so */
    assert_int_equal(got[2 * 4096 + 1], 1);
    assert_int_equal(cm_tds_unwrap(&tds, got, (size_t)len), sizeof(sent));
    assert_memory_equal(got, sent, sizeof(sent));
    (void)close(fds[0]);
    (void)close(fds[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_make_no_difference),
        cmocka_unit_test(a_length_below_the_header_is_survived),
        cmocka_unit_test(what_is_sent_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
