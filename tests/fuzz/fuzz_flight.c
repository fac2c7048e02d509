/* A server's answer to a hand-built hello, and a hello built from anything. The
 * first octet: SSLv2 or not, how the connection ended, and the pieces' size.
 * The parts after it are the answer, and what the hello is made of.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tls/flight.h"
#include "tls/hello.h"
#include "tls/server_hello.h"

#define MAX_CHAIN 16
#define MAX_LIST 64
#define MAX_TEXT 64

static struct cm_flight *read_flight(struct cm_span bytes, uint8_t how,
                                     size_t piece)
{
    struct cm_flight *flight = cm_flight_new((how & 1) != 0);

    cm_assert(flight != NULL);
    for (size_t at = 0; at < bytes.len; at += piece) {
        size_t part = bytes.len - at < piece ? bytes.len - at : piece;

        (void)cm_flight_feed(flight, (struct cm_span){bytes.data + at, part});
    }
    cm_flight_ended(flight, (how & 2) != 0 ? ECONNRESET : 0, (how & 4) != 0);
    cm_assert(cm_flight_feed(flight, (struct cm_span){0}));
    return flight;
}

/* The chain lies in memory that the flight has. */
static size_t copy_chain(const struct cm_flight *flight)
{
    struct cm_span chain[MAX_CHAIN];
    size_t num = cm_flight_chain(flight, chain, MAX_CHAIN);

    cm_assert(num <= MAX_CHAIN);
    for (size_t i = 0; i < num; i++) {
        uint8_t *copy = malloc(chain[i].len + 1);

        cm_assert(copy != NULL);
        memcpy(copy, chain[i].data, chain[i].len);
        free(copy);
    }
    return num;
}

/* Whatever the pieces: the answer is the same. */
static void read_both_ways(struct cm_span bytes, uint8_t how)
{
    size_t piece = (size_t)(how >> 3) + 1;
    struct cm_flight *whole = read_flight(bytes, how, bytes.len + 1);
    struct cm_flight *pieces = read_flight(bytes, how, piece);
    struct cm_answer a;
    struct cm_answer b;
    uint16_t kinds[3];

    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
    cm_flight_answer(whole, &a);
    cm_flight_answer(pieces, &b);
    cm_assert(a.end == b.end && a.version == b.version &&
              a.cipher == b.cipher && a.group == b.group &&
              a.signature == b.signature && a.dh_bits == b.dh_bits &&
              a.alert == b.alert && a.alert_level == b.alert_level &&
              a.num_first_bytes == b.num_first_bytes);
    cm_assert(a.end != CM_ANSWER_NONE);
    cm_assert(a.end != CM_ANSWER_FLIGHT || a.version != 0);
    cm_assert(copy_chain(whole) == copy_chain(pieces));
    cm_assert(cm_flight_sslv2_kinds(whole, kinds, 3) <= 3);
    cm_assert(strlen(cm_flight_alpn(whole)) < CM_ALPN_SIZE);
    cm_flight_free(whole);
    cm_flight_free(pieces);
}

static size_t numbers(struct cm_span part, uint16_t *out)
{
    size_t num = part.len / 2 < MAX_LIST ? part.len / 2 : MAX_LIST;

    for (size_t i = 0; i < num; i++) {
        out[i] = (uint16_t)(part.data[2 * i] << 8 | part.data[2 * i + 1]);
    }
    return num;
}

static void text(struct cm_span part, char out[MAX_TEXT])
{
    size_t len = part.len < MAX_TEXT - 1 ? part.len : MAX_TEXT - 1;

    if (len > 0) {
        memcpy(out, part.data, len);
    }
    out[len] = '\0';
}

/* One that is built is no longer than it may be, and nobody's answer to
 * itself. */
static void hello(struct cm_reader *input)
{
    uint16_t lists[3][MAX_LIST];
    char name[MAX_TEXT];
    char protocol[MAX_TEXT];
    const char *protocols[] = {protocol, NULL};
    uint16_t fixed[6] = {0};
    struct cm_hello made = {0};
    struct cm_buf out;
    uint8_t flags = 0;

    (void)cm_reader_u8(input, &flags);
    for (size_t i = 0; i < 6; i++) {
        (void)cm_reader_u16(input, &fixed[i]);
    }
    made = (struct cm_hello){.version = fixed[0],
                             .min_version = fixed[1],
                             .record_version = fixed[2],
                             .pad_to = fixed[3],
                             .split_at = fixed[4],
                             .share = (enum cm_key_share)(fixed[5] & 1),
                             .suites = lists[0],
                             .groups = lists[1],
                             .schemes = lists[2],
                             .sni = name,
                             .alpn = protocols,
                             .no_extensions = (flags & 1) != 0,
                             .deflate = (flags & 2) != 0,
                             .status_request = (flags & 4) != 0,
                             .fallback_scsv = (flags & 8) != 0,
                             .no_renegotiation_info = (flags & 16) != 0,
                             .no_ems = (flags & 32) != 0,
                             .grease = (flags & 64) != 0};
    made.num_suites = numbers(fuzz_part(input), lists[0]);
    made.num_groups = numbers(fuzz_part(input), lists[1]);
    made.num_schemes = numbers(fuzz_part(input), lists[2]);
    text(fuzz_part(input), name);
    text(fuzz_part(input), protocol);
    memset(made.random, flags, sizeof(made.random));
    cm_buf_init(&out, CM_HELLO_MAX_BYTES);
    if (cm_hello_build(&made, &out) == CM_OK) {
        cm_assert(out.len > 0 && out.len <= CM_HELLO_MAX_BYTES);
        read_both_ways((struct cm_span){out.data, out.len}, flags);
    }
    cm_buf_cleanup(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cm_reader input;
    uint8_t how = 0;

    cm_reader_init(&input, data, size);
    (void)cm_reader_u8(&input, &how);
    read_both_ways(fuzz_part(&input), how);
    hello(&input);
    return 0;
}
