/* The flights of the unit tests, each in a record, and with it a hello: a
 * different one every time.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/seeds_flight.h"

#include <stdint.h>
#include <string.h>

#include "certmuster/status.h"
#include "unit/tls/flight_cases.h"

#define MAX_FLIGHT 1024
#define RECORD_HEADER 5

static void put_part(struct cm_buf *out, const uint8_t *data, size_t len)
{
    (void)cm_buf_putc(out, (char)(len >> 8));
    (void)cm_buf_putc(out, (char)(len & 0xffU));
    (void)cm_buf_append(out, data, len);
}

static void put_flight(struct cm_buf *out, const struct flight_case *c)
{
    uint8_t bytes[RECORD_HEADER + MAX_FLIGHT] = {22, 3, 3};
    const char *hex = c->raw != NULL ? c->raw : c->messages;
    size_t len = strlen(hex) / 2;

    cm_assert(len <= MAX_FLIGHT &&
              cm_hex_read(hex, bytes + RECORD_HEADER, len));
    bytes[3] = (uint8_t)(len >> 8);
    bytes[4] = (uint8_t)len;
    if (c->raw != NULL) {
        put_part(out, bytes + RECORD_HEADER, len);
    } else {
        put_part(out, bytes, RECORD_HEADER + len);
    }
}

static void put_hello(struct cm_buf *out, size_t index)
{
    static const uint16_t versions[] = {0x0002, 0x0300, 0x0301,
                                        0x0302, 0x0303, 0x0304};
    static const uint8_t suites[] = {0xc0, 0x2f, 0, 5, 0x13, 1};
    static const uint8_t groups[] = {0, 29, 0, 23};
    static const uint8_t schemes[] = {8, 4, 4, 3};
    uint16_t version = versions[index % 6];
    const uint16_t fixed[] = {version,
                              0,
                              0,
                              (uint16_t)(index % 3 == 0 ? 0 : 300),
                              (uint16_t)(index % 5),
                              (uint16_t)(index % 2)};

    (void)cm_buf_putc(out, (char)((index * 4) & 0x7c));
    for (size_t i = 0; i < 6; i++) {
        (void)cm_buf_putc(out, (char)(fixed[i] >> 8));
        (void)cm_buf_putc(out, (char)(fixed[i] & 0xff));
    }
    put_part(out, suites, sizeof(suites));
    put_part(out, groups, sizeof(groups));
    put_part(out, schemes, sizeof(schemes));
    put_part(out, (const uint8_t *)"a.example", 9);
    put_part(out, (const uint8_t *)"http/1.1", 8);
}

bool flight_seed(size_t index, struct cm_buf *out)
{
    if (index >= NUM_FLIGHT_CASES) {
        return false;
    }
    (void)cm_buf_putc(
        out, (char)((index << 3 & 0xf8) | (flight_cases[index].sslv2 ? 1 : 0)));
    put_flight(out, &flight_cases[index]);
    put_hello(out, index);
    return true;
}
