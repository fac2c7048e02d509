/* Splitting the Certificate message, and the caps of what is kept.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "tls/capture.h"
#include "tls/tls.h"

static struct chain_case {
    const char *name;
    bool tls13;
    const char *hex;
    size_t num;
    unsigned num_sent;
    const char *lengths; /* of each, one digit */
} chains[] = {
    {"chain of TLS 1.2", false,
     "00000c"
     "000001aa"
     "000000"
     "000002bbcc",
     3, 3, "102"},
    {"chain of TLS 1.3", true,
     "00"
     "00000f"
     "000001aa0000"
     "000002bbcc0002eeff",
     2, 2, "12"},
    {"chain of TLS 1.3 with a context", true,
     "02abcd"
     "000006"
     "000001aa0000",
     1, 1, "1"},
    {"chain that is empty", false, "000000", 0, 0, ""},
    {"chain without a list", false, "0000", 0, 0, ""},
    {"chain of TLS 1.3 without a context", true, "", 0, 0, ""},
    {"chain with a list longer than the message", false,
     "ffffff"
     "000001aa"
     "000001bb",
     2, 2, "11"},
    {"chain with a last certificate that is cut", false,
     "000009"
     "000001aa"
     "000005bbcc",
     1, 1, "1"},
    {"chain with last extensions that are cut", true,
     "00"
     "00000a"
     "000001aa"
     "0000"
     "000001bb",
     2, 2, "11"},
    {"chain longer than is kept", false,
     "000014"
     "000001aa"
     "000001aa"
     "000001aa"
     "000001aa"
     "000001aa",
     3, 5, "111"},
};
#define NUM_CHAINS (sizeof(chains) / sizeof(chains[0]))
#define MAX_KEPT 3

static void splits_the_chain(void **state)
{
    const struct chain_case *c = *state;
    struct cm_span out[MAX_KEPT];
    struct cm_reader body;
    unsigned num_sent = 99;
    size_t len;
    uint8_t *bytes = bytes_from_hex(c->hex, &len);

    cm_reader_init(&body, bytes, len);
    assert_int_equal(cm_capture_chain(body, c->tls13, out, MAX_KEPT, &num_sent),
                     c->num);
    assert_int_equal(num_sent, c->num_sent);
    for (size_t i = 0; i < c->num; i++) {
        assert_int_equal(out[i].len, c->lengths[i] - '0');
    }
    free(bytes);
}

/* A request with more names than are kept: whole ones, up to the cap. */
static void keeps_as_many_ca_names_as_fit(void **state)
{
    enum { NAME = 1000, NAMES = 20, HEAD = 3, LIST = NAMES * (NAME + 2) };
    static uint8_t bytes[HEAD + 2 + LIST];
    struct cm_probe probe = {0};
    struct cm_reader body;
    uint8_t *at = bytes;

    (void)state;
    *at++ = 0; /* certificate types of TLS 1.1 */
    *at++ = LIST >> 8;
    *at++ = LIST & 0xff;
    for (int i = 0; i < NAMES; i++) {
        *at++ = NAME >> 8;
        *at++ = NAME & 0xff;
        at += NAME;
    }
    cm_reader_init(&body, bytes, (size_t)(at - bytes));
    assert_true(cm_capture_certificate_request(body, false, 0x0302, &probe));
    assert_int_equal(probe.ca_names.len,
                     CM_MAX_CA_NAMES_BYTES / (NAME + 2) * (NAME + 2));
    cm_probe_cleanup(&probe);
}

static void refuses_endless_extensions(void **state)
{
    enum { NUM = 2000, LEN = NUM * 4 };
    static uint8_t bytes[2 + LEN];
    struct cm_probe probe = {.version = 0x0304};
    struct cm_reader body;

    (void)state;
    bytes[0] = LEN >> 8;
    bytes[1] = LEN & 0xff;
    memset(bytes + 2, 0, LEN); /* empty server_name extensions */
    cm_reader_init(&body, bytes, sizeof(bytes));
    assert_false(cm_capture_message(CM_HS_ENCRYPTED_EXTENSIONS, body, &probe));
}

static void second_staple_replaces_the_first(void **state)
{
    static const uint8_t first[] = {1, 0, 0, 1, 0xaa};
    static const uint8_t second[] = {1, 0, 0, 2, 0xbb, 0xcc};
    struct cm_probe probe = {0};
    struct cm_reader body;

    (void)state;
    cm_reader_init(&body, first, sizeof(first));
    assert_true(cm_capture_message(CM_HS_CERTIFICATE_STATUS, body, &probe));
    cm_reader_init(&body, second, sizeof(second));
    assert_true(cm_capture_message(CM_HS_CERTIFICATE_STATUS, body, &probe));
    assert_int_equal(probe.ocsp_staple.len, 2);
    assert_memory_equal(probe.ocsp_staple.data, "\xbb\xcc", 2);
    cm_probe_cleanup(&probe);
}

static void survives_every_cut_and_flip(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_CHAINS; i++) {
        bytes_try_cuts_and_flips(chains[i].hex);
    }
}

int main(void)
{
    static const struct CMUnitTest single[] = {
        cmocka_unit_test(keeps_as_many_ca_names_as_fit),
        cmocka_unit_test(refuses_endless_extensions),
        cmocka_unit_test(second_staple_replaces_the_first),
        cmocka_unit_test(survives_every_cut_and_flip),
    };
    enum { SINGLE = sizeof(single) / sizeof(single[0]) };
    struct CMUnitTest tests[SINGLE + NUM_CHAINS];

    for (size_t i = 0; i < SINGLE; i++) {
        tests[i] = single[i];
    }
    for (size_t i = 0; i < NUM_CHAINS; i++) {
        tests[SINGLE + i] = (struct CMUnitTest){.name = chains[i].name,
                                                .test_func = splits_the_chain,
                                                .initial_state = &chains[i]};
    }
    return cmocka_run_group_tests_name("tls capture chain", tests, NULL, NULL);
}
