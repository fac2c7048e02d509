/* See bytes.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "tls/capture.h"
#include "tls/tls.h"

#define MAX_KEPT 3

static int nibble(char c)
{
    return c >= 'a' ? c - 'a' + 10 : c - '0';
}

uint8_t *bytes_from_hex(const char *hex, size_t *len)
{
    uint8_t *bytes;

    *len = strlen(hex) / 2;
    bytes = malloc(*len > 0 ? *len : 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < *len; i++) {
        bytes[i] = (uint8_t)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    }
    return bytes;
}

static void spans_lie_inside(const uint8_t *bytes, size_t len, bool tls13)
{
    struct cm_span out[MAX_KEPT];
    struct cm_reader body;
    unsigned num_sent;
    size_t num;

    cm_reader_init(&body, bytes, len);
    num = cm_capture_chain(body, tls13, out, MAX_KEPT, &num_sent);
    assert_true(num <= MAX_KEPT && num <= num_sent && num_sent <= len);
    for (size_t i = 0; i < num; i++) {
        assert_true(out[i].len <= len && out[i].data >= bytes &&
                    out[i].data + out[i].len <= bytes + len);
    }
}

/* As every type, not only its own: what a message is, is its sender's word. */
static void try_everything(const uint8_t *bytes, size_t len)
{
    static const uint16_t versions[] = {0x0301, 0x0303, 0x0304};

    spans_lie_inside(bytes, len, false);
    spans_lie_inside(bytes, len, true);
    for (uint8_t type = 0; type < 32; type++) {
        for (size_t v = 0; v < 3; v++) {
            struct cm_probe probe = {.version = versions[v]};
            struct cm_reader body;

            cm_reader_init(&body, bytes, len);
            (void)cm_capture_message(type, body, &probe);
            assert_non_null(memchr(probe.alpn, '\0', sizeof(probe.alpn)));
            assert_true(probe.ca_names.len <= len);
            assert_true(probe.ocsp_staple.len <= len);
            assert_true(probe.sct_bytes <= len);
            cm_probe_cleanup(&probe);
        }
    }
}

void bytes_try_cuts_and_flips(const char *hex)
{
    static const uint8_t masks[] = {0x01, 0x80, 0xff};
    size_t len;
    uint8_t *whole = bytes_from_hex(hex, &len);

    for (size_t cut = 0; cut < len; cut++) {
        uint8_t *part = malloc(cut > 0 ? cut : 1);

        assert_non_null(part);
        memcpy(part, whole, cut);
        try_everything(part, cut);
        free(part);
    }
    for (size_t i = 0; i < len; i++) {
        for (size_t m = 0; m < sizeof(masks); m++) {
            whole[i] ^= masks[m];
            try_everything(whole, len);
            whole[i] ^= masks[m];
        }
    }
    free(whole);
}
