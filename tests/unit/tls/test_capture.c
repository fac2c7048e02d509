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

#include "bytes.h"
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
    uint8_t *bytes = bytes_from_hex(m->hex, &len);

    cm_reader_init(&body, bytes, len);
    assert_int_equal(cm_capture_message(m->type, body, &probe), m->sound);
    if (m->type == CM_HS_CERTIFICATE) {
        assert_int_equal(probe.chain_bytes, len);
    }
    m->check(&probe);
    cm_probe_cleanup(&probe);
    free(bytes);
}

static void survives_every_cut_and_flip(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_MESSAGES; i++) {
        bytes_try_cuts_and_flips(messages[i].hex);
    }
}

int main(void)
{
    struct CMUnitTest tests[NUM_MESSAGES + 1] = {
        cmocka_unit_test(survives_every_cut_and_flip)};

    for (size_t i = 0; i < NUM_MESSAGES; i++) {
        tests[i + 1] = (struct CMUnitTest){.name = messages[i].name,
                                           .test_func = reads_the_message,
                                           .initial_state = &messages[i]};
    }
    return cmocka_run_group_tests_name("tls capture", tests, NULL, NULL);
}
