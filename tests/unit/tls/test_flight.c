/* Servers' answers to hand-built hellos: what is read of them, in whatever
 * pieces they come, and what is not made of broken ones.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "flight_cases.h"
#include "same_answer.h"
#include "tls/flight.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* The answer without what depends on the pieces. */
static void answer_is(const struct cm_flight *flight,
                      const struct flight_case *c)
{
    struct cm_answer got = {.ask = CM_ASK_ALPN, .ms = 7, .hello_bytes = 99};
    struct cm_span chain[2];

    cm_flight_answer(flight, &got);
    assert_int_equal(got.ask, CM_ASK_ALPN); /* not the flight's to say */
    assert_int_equal(got.ms, 7);
    assert_int_equal(got.hello_bytes, 99);
    same_answer(&got, &c->want);
    assert_int_equal(cm_flight_stapled(flight), c->stapled);
    assert_string_equal(cm_flight_alpn(flight), c->alpn ? c->alpn : "");
    assert_int_equal(cm_flight_chain(flight, chain, 2), c->num_certs);
    if (c->num_certs > 0) {
        assert_int_equal(chain[0].len, 3);
        assert_memory_equal(chain[0].data, "\x30\x01\x00", 3);
    }
    assert_int_equal(cm_flight_chain(flight, chain, 0), 0);
    assert_false(cm_flight_no_memory(flight));
}

/* Feeds it in pieces of memory of their own, so that a sanitizer sees a look
 * past the end. */
static bool feed(struct cm_flight *flight, const uint8_t *bytes, size_t len,
                 size_t piece)
{
    bool done = false;

    for (size_t at = 0; at < len; at += piece) {
        size_t part = len - at < piece ? len - at : piece;
        uint8_t *copy = malloc(part);

        assert_non_null(copy);
        memcpy(copy, bytes + at, part);
        done = cm_flight_feed(flight, (struct cm_span){copy, part});
        free(copy);
    }
    return done;
}

static void read_in_pieces(const struct flight_case *c, const uint8_t *bytes,
                           size_t len)
{
    static const size_t pieces[] = {1, 2, 3, 5, 11, 64, 100000};

    for (size_t i = 0; i < COUNT(pieces); i++) {
        struct cm_flight *flight = cm_flight_new(c->sslv2);
        struct cm_answer got = {0};
        size_t first = len < CM_ANSWER_BYTES ? len : CM_ANSWER_BYTES;

        assert_non_null(flight);
        assert_true(feed(flight, bytes, len, pieces[i]));
        answer_is(flight, c);
        cm_flight_ended(flight, ECONNRESET, false); /* too late to matter */
        answer_is(flight, c);
        cm_flight_answer(flight, &got);
        assert_int_equal(got.num_first_bytes, first);
        assert_memory_equal(got.first_bytes, bytes, first);
        cm_flight_free(flight);
    }
}

/* The payload in records of `size` bytes each. */
static uint8_t *in_records(const uint8_t *payload, size_t len, size_t size,
                           size_t *out_len)
{
    uint8_t *out = malloc(len * 6);
    size_t to = 0;

    assert_non_null(out);
    for (size_t at = 0; at < len; at += size) {
        size_t part = len - at < size ? len - at : size;
        const uint8_t header[] = {22, 3, 3, (uint8_t)(part >> 8),
                                  (uint8_t)part};

        memcpy(out + to, header, sizeof(header));
        memcpy(out + to + sizeof(header), payload + at, part);
        to += sizeof(header) + part;
    }
    *out_len = to;
    return out;
}

static void is_read_whatever_the_pieces(void **state)
{
    static const size_t sizes[] = {1, 2, 7, 40, 1000};
    const struct flight_case *c = *state;
    size_t len;
    uint8_t *bytes = bytes_from_hex(c->raw ? c->raw : c->messages, &len);

    if (c->raw != NULL) {
        read_in_pieces(c, bytes, len);
    }
    for (size_t i = 0; i < COUNT(sizes) && c->raw == NULL; i++) {
        size_t wrapped_len;
        uint8_t *wrapped = in_records(bytes, len, sizes[i], &wrapped_len);

        read_in_pieces(c, wrapped, wrapped_len);
        free(wrapped);
    }
    free(bytes);
}

static uint8_t *case_bytes(const struct flight_case *c, size_t *len)
{
    size_t plain_len;
    uint8_t *plain = bytes_from_hex(c->raw ? c->raw : c->messages, &plain_len);
    uint8_t *wrapped;

    if (c->raw != NULL) {
        *len = plain_len;
        return plain;
    }
    wrapped = in_records(plain, plain_len, 1000, len);
    free(plain);
    return wrapped;
}

/* What breaks off never passes for a whole answer. */
static void no_cut_is_a_whole_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_FLIGHT_CASES; i++) {
        size_t len;
        uint8_t *bytes = case_bytes(&flight_cases[i], &len);
        bool done = false;

        for (size_t cut = 0; cut < len && !done; cut++) {
            struct cm_flight *flight = cm_flight_new(flight_cases[i].sslv2);
            struct cm_answer got = {0};

            assert_non_null(flight);
            done = feed(flight, bytes, cut, 16);
            cm_flight_ended(flight, 0, false);
            cm_flight_answer(flight, &got);
            if (!done) { /* a few are known before their last byte */
                assert_true(got.end == CM_ANSWER_CLOSED ||
                            (got.end == CM_ANSWER_ALERT && got.alert == 112));
            } else {
                assert_true(got.end == CM_ANSWER_NOT_TLS ||
                            got.end == CM_ANSWER_MALFORMED ||
                            got.end == CM_ANSWER_ALERT);
            }
            cm_flight_free(flight);
        }
        free(bytes);
    }
}

/* Every byte changed: whatever comes of it, nothing lies outside of the bytes,
 * and all pieces give the same. */
static void try_flipped(const uint8_t *bytes, size_t len, bool sslv2)
{
    struct cm_flight *whole = cm_flight_new(sslv2);
    struct cm_flight *pieces = cm_flight_new(sslv2);
    struct cm_answer a = {0};
    struct cm_answer b = {0};
    struct cm_span chain[4];
    uint8_t *copy = malloc(len);
    size_t num;

    assert_non_null(whole);
    assert_non_null(pieces);
    assert_non_null(copy);
    (void)feed(whole, bytes, len, len);
    (void)feed(pieces, bytes, len, 1);
    cm_flight_ended(whole, 0, false);
    cm_flight_ended(pieces, 0, false);
    cm_flight_answer(whole, &a);
    cm_flight_answer(pieces, &b);
    assert_memory_equal(&a, &b, sizeof(a));
    num = cm_flight_chain(whole, chain, 4);
    assert_int_equal(cm_flight_chain(pieces, chain, 4), num);
    for (size_t i = 0; i < num; i++) {
        assert_true(chain[i].len <= len);
        memcpy(copy, chain[i].data, chain[i].len);
    }
    free(copy);
    cm_flight_free(whole);
    cm_flight_free(pieces);
}

static void no_flip_gets_out_of_the_bytes(void **state)
{
    static const uint8_t masks[] = {0x01, 0x04, 0x80, 0xff};

    (void)state;
    for (size_t i = 0; i < NUM_FLIGHT_CASES; i++) {
        size_t len;
        uint8_t *bytes = case_bytes(&flight_cases[i], &len);

        for (size_t at = 0; at < len; at++) {
            for (size_t m = 0; m < COUNT(masks); m++) {
                bytes[at] ^= masks[m];
                try_flipped(bytes, len, flight_cases[i].sslv2);
                bytes[at] ^= masks[m];
            }
        }
        free(bytes);
    }
}

static void the_end_of_a_connection_is_told_apart(void **state)
{
    static const struct {
        int sys_errno;
        bool timed_out;
        enum cm_answer_end want;
    } ends[] = {
        {0, false, CM_ANSWER_CLOSED},    {ECONNRESET, false, CM_ANSWER_RESET},
        {EPIPE, false, CM_ANSWER_RESET}, {ETIMEDOUT, false, CM_ANSWER_SILENT},
        {0, true, CM_ANSWER_SILENT},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(ends); i++) {
        struct cm_flight *flight = cm_flight_new(false);
        struct cm_answer got = {0};

        assert_non_null(flight);
        assert_false(cm_flight_feed(flight, (struct cm_span){0}));
        cm_flight_ended(flight, ends[i].sys_errno, ends[i].timed_out);
        cm_flight_answer(flight, &got);
        assert_int_equal(got.end, ends[i].want);
        assert_int_equal(got.sys_errno, ends[i].sys_errno);
        assert_true(cm_flight_feed(flight, (struct cm_span){0}));
        cm_flight_free(flight);
    }
    cm_flight_free(NULL);
}

/* Silence after a warning is silence: the server still waits for something. */
static void a_warning_then_silence_is_silence(void **state)
{
    static const uint8_t warning[] = {21, 3, 3, 0, 2, 1, 112};
    struct cm_flight *flight = cm_flight_new(false);
    struct cm_answer got = {0};

    (void)state;
    assert_non_null(flight);
    assert_false(
        cm_flight_feed(flight, (struct cm_span){warning, sizeof(warning)}));
    cm_flight_ended(flight, 0, true);
    cm_flight_answer(flight, &got);
    assert_int_equal(got.end, CM_ANSWER_SILENT);
    assert_int_equal(got.alert, 112);
    cm_flight_free(flight);
}

static void what_never_ends_is_malformed(void **state)
{
    static const uint8_t warning[] = {21, 3, 3, 0, 2, 1, 112};
    static const uint8_t hello[] = {22, 3, 3, 0x40, 0, 2, 3, 0xff, 0xff};
    static uint8_t zeros[16384];
    struct cm_flight *flight = cm_flight_new(false);
    struct cm_answer got = {0};
    size_t total = 0;

    (void)state;
    assert_non_null(flight);
    while (!cm_flight_feed(flight, (struct cm_span){warning, 7})) {
        total += 7;
        assert_true(total <= CM_FLIGHT_MAX_BYTES);
    }
    assert_true(total > CM_FLIGHT_MAX_BYTES - 14);
    cm_flight_answer(flight, &got);
    assert_int_equal(got.end, CM_ANSWER_MALFORMED);
    cm_flight_free(flight);

    flight = cm_flight_new(false); /* one message, almost as long as allowed */
    assert_non_null(flight);
    total = 0;
    while (
        !cm_flight_feed(flight, (struct cm_span){hello, total == 0 ? 9 : 5})) {
        size_t payload = total == 0 ? 16380 : 16384;

        if (cm_flight_feed(flight, (struct cm_span){zeros, payload})) {
            break;
        }
        total += payload;
        assert_true(total <= CM_FLIGHT_MAX_BYTES);
    }
    cm_flight_answer(flight, &got);
    assert_int_equal(got.end, CM_ANSWER_MALFORMED);
    cm_flight_free(flight);
}

static void the_kinds_of_sslv2_are_in_the_servers_order(void **state)
{
    size_t len;
    uint8_t *bytes = bytes_from_hex("801f04000100020003000f0002300100"
                                    "0700c001008006004002008008ffff"
                                    "aabb",
                                    &len);
    struct cm_flight *flight = cm_flight_new(true);
    uint16_t kinds[8];

    (void)state;
    assert_non_null(flight);
    assert_true(cm_flight_feed(flight, (struct cm_span){bytes, len}));
    assert_int_equal(cm_flight_sslv2_kinds(flight, kinds, 8), 5);
    assert_int_equal(kinds[0], 0x0700);
    assert_int_equal(kinds[1], 0x0100);
    assert_int_equal(kinds[2], 0x0600);
    assert_int_equal(kinds[3], 0x0200);
    assert_int_equal(kinds[4], 0x08ff);
    assert_int_equal(cm_flight_sslv2_kinds(flight, kinds, 2), 2);
    cm_flight_free(flight);
    free(bytes);
}

int main(void)
{
    struct CMUnitTest tests[NUM_FLIGHT_CASES + 6] = {
        cmocka_unit_test(no_cut_is_a_whole_answer),
        cmocka_unit_test(no_flip_gets_out_of_the_bytes),
        cmocka_unit_test(the_end_of_a_connection_is_told_apart),
        cmocka_unit_test(a_warning_then_silence_is_silence),
        cmocka_unit_test(what_never_ends_is_malformed),
        cmocka_unit_test(the_kinds_of_sslv2_are_in_the_servers_order),
    };

    for (size_t i = 0; i < NUM_FLIGHT_CASES; i++) {
        tests[6 + i] =
            (struct CMUnitTest){.name = flight_cases[i].name,
                                .test_func = is_read_whatever_the_pieces,
                                .initial_state = &flight_cases[i]};
    }
    return cmocka_run_group_tests_name("tls/flight", tests, NULL, NULL);
}
