/* Reading the server's handshake messages, sound and broken, from bytes alone.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tls/capture.h"
#include "tls/tls.h"

#define RANDOM                                                                 \
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define RETRY_RANDOM                                                           \
    "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"

struct message {
    const char *name;
    uint8_t type;
    uint16_t version; /* of the probe before the message */
    const char *hex;
    bool sound;
    void (*check)(const struct cm_probe *probe);
};

static int nibble(char c)
{
    return c >= 'a' ? c - 'a' + 10 : c - '0';
}

/* In memory of exactly its size, so that a sanitizer sees one byte too far. */
static uint8_t *from_hex(const char *hex, size_t *len)
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

static void is_tls12_hello(const struct cm_probe *probe)
{
    assert_true(probe->server_hello);
    assert_int_equal(probe->version, 0x0303);
    assert_int_equal(probe->cipher, 0xc02f);
    assert_true(probe->extended_master_secret);
    assert_string_equal(probe->alpn, "h2");
    assert_int_equal(probe->sct_bytes, 4);
    assert_int_equal(probe->group, 0);
}

static void is_tls13_hello(const struct cm_probe *probe)
{
    assert_true(probe->server_hello);
    assert_int_equal(probe->version, 0x0304);
    assert_int_equal(probe->cipher, 0x1301);
    assert_int_equal(probe->group, 0x001d);
    assert_false(probe->extended_master_secret);
}

static void is_no_hello(const struct cm_probe *probe)
{
    assert_false(probe->server_hello);
    assert_int_equal(probe->cipher, 0);
    assert_int_equal(probe->group, 0);
}

static void is_ssl3_hello(const struct cm_probe *probe)
{
    assert_true(probe->server_hello);
    assert_int_equal(probe->version, 0x0300);
    assert_int_equal(probe->cipher, 0x000a);
}

static void is_hello_with_bad_extension(const struct cm_probe *probe)
{
    is_ssl3_hello(probe);
    assert_true(probe->extended_master_secret);
}

static void has_alpn(const struct cm_probe *probe)
{
    assert_string_equal(probe->alpn, "http/1.1");
}

static void has_cut_alpn(const struct cm_probe *probe)
{
    assert_string_equal(probe->alpn, "aaaaaaaaaaaaaaa");
}

static void has_no_alpn(const struct cm_probe *probe)
{
    assert_string_equal(probe->alpn, "");
}

static void has_x25519_signed(const struct cm_probe *probe)
{
    assert_int_equal(probe->group, 0x001d);
    assert_int_equal(probe->signature, 0x0804);
}

static void has_x25519_only(const struct cm_probe *probe)
{
    assert_int_equal(probe->group, 0x001d);
    assert_int_equal(probe->signature, 0);
}

static void has_nothing_exchanged(const struct cm_probe *probe)
{
    assert_int_equal(probe->group, 0);
    assert_int_equal(probe->signature, 0);
}

static void is_signed(const struct cm_probe *probe)
{
    assert_int_equal(probe->signature, 0x0403);
}

static void has_staple(const struct cm_probe *probe)
{
    assert_int_equal(probe->ocsp_staple.len, 3);
    assert_memory_equal(probe->ocsp_staple.data, "\x30\x01\x00", 3);
}

static void has_no_staple(const struct cm_probe *probe)
{
    assert_null(probe->ocsp_staple.data);
    assert_int_equal(probe->ocsp_staple.len, 0);
}

static void has_leaf_extensions(const struct cm_probe *probe)
{
    assert_true(probe->certificate_message);
    has_staple(probe);
    assert_int_equal(probe->sct_bytes, 2);
}

static void has_certificate_message(const struct cm_probe *probe)
{
    assert_true(probe->certificate_message);
    has_no_staple(probe);
}

static void has_two_names(const struct cm_probe *probe)
{
    assert_int_equal(probe->client_auth, CM_CLIENT_AUTH_REQUESTED);
    assert_int_equal(probe->ca_names.len, 8);
    assert_memory_equal(probe->ca_names.data, "\0\2\x30\0\0\2\x31\0", 8);
}

static void has_one_name(const struct cm_probe *probe)
{
    assert_int_equal(probe->client_auth, CM_CLIENT_AUTH_REQUESTED);
    assert_int_equal(probe->ca_names.len, 4);
}

static void has_request(const struct cm_probe *probe)
{
    assert_int_equal(probe->client_auth, CM_CLIENT_AUTH_REQUESTED);
    assert_int_equal(probe->ca_names.len, 0);
    assert_null(probe->ca_names.data);
}

static void has_ticket(const struct cm_probe *probe)
{
    assert_int_equal(probe->num_tickets, 1);
}

static void is_untouched(const struct cm_probe *probe)
{
    struct cm_probe blank = {0};

    assert_memory_equal(probe, &blank, sizeof(blank));
}

static struct message messages[] = {
    {"ServerHello of TLS 1.2", CM_HS_SERVER_HELLO, 0,
     "0303" RANDOM "00c02f00"
     "0015"
     "00170000"
     "0010000500030268"
     "32"
     "00120004deadbeef",
     true, is_tls12_hello},
    {"ServerHello of TLS 1.3", CM_HS_SERVER_HELLO, 0,
     "0303" RANDOM "04aabbccdd130100"
     "0010"
     "002b00020304"
     "00330006001d0002aabb",
     true, is_tls13_hello},
    {"HelloRetryRequest is no ServerHello", CM_HS_SERVER_HELLO, 0,
     "0303" RETRY_RANDOM "00130100000c002b00020304003300020017", true,
     is_no_hello},
    {"ServerHello without extensions", CM_HS_SERVER_HELLO, 0,
     "0300" RANDOM "00000a00", true, is_ssl3_hello},
    {"ServerHello cut before compression", CM_HS_SERVER_HELLO, 0,
     "0300" RANDOM "00000a", false, is_ssl3_hello},
    {"ServerHello cut before the cipher", CM_HS_SERVER_HELLO, 0,
     "0300" RANDOM "0000", false, is_no_hello},
    {"ServerHello with a bad extension first", CM_HS_SERVER_HELLO, 0,
     "0300" RANDOM "00000a00"
     "0009"
     "0033000101"
     "00170000",
     false, is_hello_with_bad_extension},
    {"ServerHello with a cut extension last", CM_HS_SERVER_HELLO, 0,
     "0300" RANDOM "00000a00"
     "0008"
     "00170000"
     "00330001",
     false, is_hello_with_bad_extension},
    {"EncryptedExtensions with ALPN", CM_HS_ENCRYPTED_EXTENSIONS, 0x0304,
     "000f0010000b000908687474702f312e31", true, has_alpn},
    {"EncryptedExtensions with a long ALPN", CM_HS_ENCRYPTED_EXTENSIONS, 0x0304,
     "001700100013001110"
     "61616161616161616161616161616161",
     true, has_cut_alpn},
    {"EncryptedExtensions with a broken ALPN", CM_HS_ENCRYPTED_EXTENSIONS,
     0x0304,
     "0008001000040003"
     "0261",
     false, has_no_alpn},
    {"EncryptedExtensions without any", CM_HS_ENCRYPTED_EXTENSIONS, 0x0304,
     "0000", true, has_no_alpn},
    {"ServerKeyExchange of TLS 1.2", CM_HS_SERVER_KEY_EXCHANGE, 0x0303,
     "03001d02aabb080400020102", true, has_x25519_signed},
    {"ServerKeyExchange of TLS 1.1", CM_HS_SERVER_KEY_EXCHANGE, 0x0302,
     "03001d02aabb00020102", true, has_x25519_only},
    {"ServerKeyExchange cut in the point", CM_HS_SERVER_KEY_EXCHANGE, 0x0303,
     "03001d02aa", false, has_x25519_only},
    {"ServerKeyExchange with an explicit curve", CM_HS_SERVER_KEY_EXCHANGE,
     0x0303, "01001d02aabb0804", false, has_nothing_exchanged},
    {"CertificateVerify", CM_HS_CERTIFICATE_VERIFY, 0x0304, "0403000101", true,
     is_signed},
    {"CertificateVerify, empty", CM_HS_CERTIFICATE_VERIFY, 0x0304, "", false,
     has_nothing_exchanged},
    {"CertificateStatus", CM_HS_CERTIFICATE_STATUS, 0x0303, "01000003300100",
     true, has_staple},
    {"CertificateStatus of an unknown type", CM_HS_CERTIFICATE_STATUS, 0x0303,
     "02000003300100", false, has_no_staple},
    {"CertificateStatus that is cut", CM_HS_CERTIFICATE_STATUS, 0x0303,
     "010000033001", false, has_no_staple},
    {"CertificateStatus with nothing", CM_HS_CERTIFICATE_STATUS, 0x0303,
     "01000000", true, has_no_staple},
    {"Certificate of TLS 1.3", CM_HS_CERTIFICATE, 0x0304,
     "00"
     "000018"
     "00000130"
     "0011"
     "0005000701000003300100"
     "00120002aabb",
     true, has_leaf_extensions},
    {"Certificate of TLS 1.3, empty list", CM_HS_CERTIFICATE, 0x0304,
     "00000000", true, has_certificate_message},
    {"Certificate of TLS 1.3, nothing", CM_HS_CERTIFICATE, 0x0304, "", false,
     has_certificate_message},
    {"Certificate of TLS 1.3, cut", CM_HS_CERTIFICATE, 0x0304, "000000040000",
     false, has_certificate_message},
    {"Certificate of TLS 1.2", CM_HS_CERTIFICATE, 0x0303, "00000400000130",
     true, has_certificate_message},
    {"CertificateRequest of TLS 1.0", CM_HS_CERTIFICATE_REQUEST, 0x0301,
     "020140"
     "0008"
     "0002300000023100",
     true, has_two_names},
    {"CertificateRequest of TLS 1.2", CM_HS_CERTIFICATE_REQUEST, 0x0303,
     "0101"
     "000404010403"
     "0008"
     "0002300000023100",
     true, has_two_names},
    {"CertificateRequest of TLS 1.3", CM_HS_CERTIFICATE_REQUEST, 0x0304,
     "00"
     "0016"
     "000d00040002"
     "0403"
     "002f000a"
     "0008"
     "0002300000023100",
     true, has_two_names},
    {"CertificateRequest of TLS 1.3 without names", CM_HS_CERTIFICATE_REQUEST,
     0x0304,
     "00"
     "0008"
     "000d00040002"
     "0403",
     true, has_request},
    {"CertificateRequest without names", CM_HS_CERTIFICATE_REQUEST, 0x0303,
     "0101"
     "000204010000",
     true, has_request},
    {"CertificateRequest with a cut name", CM_HS_CERTIFICATE_REQUEST, 0x0303,
     "0101"
     "00020401"
     "0008"
     "0002300000033100",
     false, has_one_name},
    {"CertificateRequest, empty", CM_HS_CERTIFICATE_REQUEST, 0x0303, "", false,
     has_request},
    {"NewSessionTicket", CM_HS_NEW_SESSION_TICKET, 0x0304, "00", true,
     has_ticket},
    {"a type that nobody asked for", 99, 0, "00010203", true, is_untouched},
};
#define NUM_MESSAGES (sizeof(messages) / sizeof(messages[0]))

static void reads_the_message(void **state)
{
    const struct message *m = *state;
    struct cm_probe probe = {.version = m->version};
    struct cm_reader body;
    size_t len;
    uint8_t *bytes = from_hex(m->hex, &len);

    cm_reader_init(&body, bytes, len);
    assert_int_equal(cm_capture_message(m->type, body, &probe), m->sound);
    if (m->type == CM_HS_CERTIFICATE) {
        assert_int_equal(probe.chain_bytes, len);
    }
    m->check(&probe);
    cm_probe_cleanup(&probe);
    free(bytes);
}

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
    uint8_t *bytes = from_hex(c->hex, &len);

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

static void try_cuts_and_flips(const char *hex)
{
    static const uint8_t masks[] = {0x01, 0x80, 0xff};
    size_t len;
    uint8_t *whole = from_hex(hex, &len);

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

static void survives_every_cut_and_flip(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_MESSAGES; i++) {
        try_cuts_and_flips(messages[i].hex);
    }
    for (size_t i = 0; i < NUM_CHAINS; i++) {
        try_cuts_and_flips(chains[i].hex);
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
    struct CMUnitTest tests[SINGLE + NUM_MESSAGES + NUM_CHAINS];
    size_t num = 0;

    for (size_t i = 0; i < SINGLE; i++) {
        tests[num++] = single[i];
    }
    for (size_t i = 0; i < NUM_MESSAGES; i++) {
        tests[num++] = (struct CMUnitTest){.name = messages[i].name,
                                           .test_func = reads_the_message,
                                           .initial_state = &messages[i]};
    }
    for (size_t i = 0; i < NUM_CHAINS; i++) {
        tests[num++] = (struct CMUnitTest){.name = chains[i].name,
                                           .test_func = splits_the_chain,
                                           .initial_state = &chains[i]};
    }
    return cmocka_run_group_tests_name("tls capture", tests, NULL, NULL);
}
