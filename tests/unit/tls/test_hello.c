/* What is offered to servers, read from our own ClientHello.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/nid.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "certmuster/offer.h"
#include "peer.h"
#include "tls/tls.h"

#define MAX_HELLO 4096

enum {
    EXT_SERVER_NAME = 0,
    EXT_STATUS_REQUEST = 5,
    EXT_GROUPS = 10,
    EXT_SIGNATURES = 13,
    EXT_ALPN = 16,
    EXT_SCT = 18,
    EXT_COMPRESS_CERTIFICATE = 27,
    EXT_VERSIONS = 43,
    EXT_KEY_SHARE = 51,
};

struct hello {
    uint8_t bytes[MAX_HELLO];
    uint16_t version;
    struct cm_reader ciphers;
    struct cm_reader extensions;
};

static void parse_hello(struct hello *hello, size_t len)
{
    struct cm_reader r;
    struct cm_reader record;
    struct cm_reader body;
    struct cm_reader ignored;
    uint8_t byte;
    uint16_t word;

    cm_reader_init(&r, hello->bytes, len);
    assert_true(cm_reader_u8(&r, &byte));
    assert_int_equal(byte, 22);
    assert_true(cm_reader_u16(&r, &word));
    assert_true(cm_reader_vec16(&r, &record));
    assert_int_equal(r.len, 0);
    assert_true(cm_reader_u8(&record, &byte));
    assert_int_equal(byte, 1);
    assert_true(cm_reader_vec24(&record, &body));
    assert_true(cm_reader_u16(&body, &hello->version));
    assert_true(cm_reader_skip(&body, 32));
    assert_true(cm_reader_vec8(&body, &ignored));
    assert_true(cm_reader_vec16(&body, &hello->ciphers));
    assert_true(cm_reader_vec8(&body, &ignored));
    assert_true(cm_reader_vec16(&body, &hello->extensions));
}

static void get_hello(struct hello *hello, const struct cm_tls_options *options,
                      const char *sni)
{
    struct cm_tls_context *context;
    struct cm_probe probe = {0};
    struct cm_error err;
    struct cm_tls *tls;
    ssize_t len;
    int fd;
    int far_fd;

    peer_pair(&fd, &far_fd);
    assert_int_equal(cm_tls_context_new(&context, options, &err), CM_OK);
    tls = cm_tls_new(context, fd, sni, &probe);
    assert_non_null(tls);
    assert_int_equal(cm_tls_handshake(tls), CM_IO_WANT_READ);
    len = recv(far_fd, hello->bytes, sizeof(hello->bytes), 0);
    assert_true(len > 0 && (size_t)len < sizeof(hello->bytes));
    parse_hello(hello, (size_t)len);
    cm_tls_free(tls);
    cm_tls_context_free(context);
    close(fd);
    close(far_fd);
}

static bool find_extension(const struct hello *hello, uint16_t wanted,
                           struct cm_reader *out)
{
    struct cm_reader list = hello->extensions;
    uint16_t type;

    while (list.len > 0) {
        assert_true(cm_reader_u16(&list, &type));
        assert_true(cm_reader_vec16(&list, out));
        if (type == wanted) {
            return true;
        }
    }
    return false;
}

static bool lists(struct cm_reader list, uint16_t wanted)
{
    uint16_t number;

    while (list.len > 0) {
        assert_true(cm_reader_u16(&list, &number));
        if (number == wanted) {
            return true;
        }
    }
    return false;
}

static bool extension_lists(const struct hello *hello, uint16_t type,
                            uint16_t wanted)
{
    struct cm_reader data;
    struct cm_reader list;

    assert_true(find_extension(hello, type, &data));
    assert_true(cm_reader_vec16(&data, &list));
    return lists(list, wanted);
}

static const struct cm_tls_options everything;

/* Each suite proves the server by a certificate, and encrypts. */
static void offers_only_authenticated_suites(void **state)
{
    struct hello hello;
    uint16_t number;
    unsigned num = 0;

    (void)state;
    get_hello(&hello, &everything, "");
    while (hello.ciphers.len > 0) {
        const SSL_CIPHER *suite;
        int auth;

        assert_true(cm_reader_u16(&hello.ciphers, &number));
        if (number == 0x00ff) { /* RFC 5746: no suite */
            continue;
        }
        suite = SSL_get_cipher_by_value(number);
        assert_non_null(suite);
        auth = SSL_CIPHER_get_auth_nid(suite);
        assert_true(auth == NID_auth_rsa || auth == NID_auth_ecdsa ||
                    (number & 0xff00) == 0x1300);
        assert_int_not_equal(SSL_CIPHER_get_kx_nid(suite), NID_kx_psk);
        assert_int_not_equal(SSL_CIPHER_get_cipher_nid(suite), NID_undef);
        num++;
    }
    assert_true(num >= 15);
}

static void offers_old_and_new_suites(void **state)
{
    static const uint16_t wanted[] = {0x1301, 0x1302, 0x1303, 0xc02b, 0xc030,
                                      0xcca8, 0xc013, 0x002f, 0x000a};
    struct hello hello;

    (void)state;
    get_hello(&hello, &everything, "");
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        assert_true(lists(hello.ciphers, wanted[i]));
    }
}

static void offers_the_usual_signatures_first(void **state)
{
    static const uint16_t wanted[] = {0x0403, 0x0804, 0x0401, 0x0503,
                                      0x0603, 0x0807, 0x0201, 0x0203};
    struct hello hello;
    struct cm_reader data;
    struct cm_reader list;
    uint16_t first;

    (void)state;
    get_hello(&hello, &everything, "");
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        assert_true(extension_lists(&hello, EXT_SIGNATURES, wanted[i]));
    }
    assert_true(find_extension(&hello, EXT_SIGNATURES, &data));
    assert_true(cm_reader_vec16(&data, &list));
    assert_true(cm_reader_u16(&list, &first));
    assert_int_equal(first, 0x0403);
}

/* The ones that cannot be verified are offered where the library allows it. */
static void offers_strange_signatures_where_it_can(void **state)
{
    static const uint16_t strange[] = {0x0808, 0x0809, 0x081a,
                                       0x0904, 0x0402, 0x0101};
    SSL_CTX *ctx = SSL_CTX_new(TLS_with_buffers_method());
    struct hello hello;

    (void)state;
    get_hello(&hello, &everything, "");
    for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
        int allowed = SSL_CTX_set_verify_algorithm_prefs(ctx, &strange[i], 1);

        assert_int_equal(extension_lists(&hello, EXT_SIGNATURES, strange[i]),
                         allowed == 1);
    }
    ERR_clear_error();
    SSL_CTX_free(ctx);
}

static void offers_four_groups_and_x25519_first(void **state)
{
    struct hello hello;
    struct cm_reader data;
    struct cm_reader list;
    struct cm_reader key;
    uint16_t group;

    (void)state;
    get_hello(&hello, &everything, "");
    for (group = 0x0017; group <= 0x0019; group++) {
        assert_true(extension_lists(&hello, EXT_GROUPS, group));
    }
    assert_true(find_extension(&hello, EXT_GROUPS, &data));
    assert_true(cm_reader_vec16(&data, &list));
    assert_true(cm_reader_u16(&list, &group));
    assert_int_equal(group, 0x001d);
    assert_true(find_extension(&hello, EXT_KEY_SHARE, &data));
    assert_true(cm_reader_vec16(&data, &list));
    assert_true(cm_reader_u16(&list, &group));
    assert_int_equal(group, 0x001d);
    assert_true(cm_reader_vec16(&list, &key));
    if (list.len != 0) { /* a library that knows ML-KEM sends a second share */
        assert_true(cm_reader_u16(&list, &group));
        assert_int_equal(group, 0x11ec);
        assert_true(cm_reader_vec16(&list, &key));
    }
    assert_int_equal(list.len, 0);
}

/* Hand-built hellos differ from this one in one respect: so the rest must be
 * the same. */
static void offers_what_it_is_said_to_offer(void **state)
{
    struct cm_offer_list suites = cm_offer_suites();
    struct cm_offer_list groups = cm_offer_groups();
    struct hello hello;
    uint16_t number;

    (void)state;
    get_hello(&hello, &everything, "");
    for (size_t i = 0; i < suites.num; i++) {
        assert_true(lists(hello.ciphers, suites.numbers[i]));
    }
    for (size_t i = 0; i < groups.num; i++) {
        assert_true(extension_lists(&hello, EXT_GROUPS, groups.numbers[i]));
    }
    while (hello.ciphers.len > 0) {
        assert_true(cm_reader_u16(&hello.ciphers, &number));
        assert_true(number == 0x00ff || cm_offer_has(suites, number));
    }
}

static void asks_for_staple_and_scts_and_no_more(void **state)
{
    struct hello hello;
    struct cm_reader data;

    (void)state;
    get_hello(&hello, &everything, "");
    assert_true(find_extension(&hello, EXT_STATUS_REQUEST, &data));
    assert_true(find_extension(&hello, EXT_SCT, &data));
    assert_false(find_extension(&hello, EXT_ALPN, &data));
    assert_false(find_extension(&hello, EXT_COMPRESS_CERTIFICATE, &data));
}

static void sends_the_name_it_is_given(void **state)
{
    struct hello hello;
    struct cm_reader data;
    struct cm_reader list;
    struct cm_reader name;
    uint8_t type;

    (void)state;
    get_hello(&hello, &everything, "www.fleet.example");
    assert_true(find_extension(&hello, EXT_SERVER_NAME, &data));
    assert_true(cm_reader_vec16(&data, &list));
    assert_true(cm_reader_u8(&list, &type));
    assert_int_equal(type, 0);
    assert_true(cm_reader_vec16(&list, &name));
    assert_int_equal(name.len, strlen("www.fleet.example"));
    assert_memory_equal(name.data, "www.fleet.example", name.len);
}

static void sends_no_name_when_there_is_none(void **state)
{
    struct hello hello;
    struct cm_reader data;

    (void)state;
    get_hello(&hello, &everything, "");
    assert_false(find_extension(&hello, EXT_SERVER_NAME, &data));
}

/* RFC 8446 section 4.2.1: the extension lists every version. */
static void offers_all_four_versions(void **state)
{
    struct hello hello;
    struct cm_reader data;
    struct cm_reader list;

    (void)state;
    get_hello(&hello, &everything, "");
    assert_int_equal(hello.version, 0x0303);
    assert_true(find_extension(&hello, EXT_VERSIONS, &data));
    assert_true(cm_reader_vec8(&data, &list));
    assert_int_equal(list.len, 8);
    for (uint16_t version = 0x0301; version <= 0x0304; version++) {
        assert_true(lists(list, version));
    }
}

static void offers_only_the_versions_it_is_told(void **state)
{
    static const struct cm_tls_options old = {.max_version = 0x0302};
    static const struct cm_tls_options new = {.min_version = 0x0304};
    struct hello hello;
    struct cm_reader data;
    struct cm_reader list;

    (void)state;
    get_hello(&hello, &old, "");
    assert_int_equal(hello.version, 0x0302);
    assert_false(find_extension(&hello, EXT_VERSIONS, &data));
    get_hello(&hello, &new, "");
    assert_true(find_extension(&hello, EXT_VERSIONS, &data));
    assert_true(cm_reader_vec8(&data, &list));
    assert_int_equal(list.len, 2);
    assert_true(lists(list, 0x0304));
}

static void refuses_versions_that_do_not_exist(void **state)
{
    static const struct cm_tls_options bad[] = {
        {.min_version = 0x0304, .max_version = 0x0303},
        {.min_version = 0x0300},
        {.max_version = 0x0305},
        {.min_version = 0x0301, .max_version = 0xffff},
    };
    struct cm_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct cm_tls_context *context;

        assert_int_equal(cm_tls_context_new(&context, &bad[i], &err),
                         CM_EUSAGE);
        assert_null(context);
        assert_non_null(strstr(err.text, "0x0"));
    }
    assert_int_equal(ERR_peek_error(), 0);
}

static void refuses_a_name_that_fits_in_no_hello(void **state)
{
    struct cm_tls_context *context = session_context();
    struct cm_probe probe = {0};
    char name[300];

    (void)state;
    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_null(cm_tls_new(context, -1, name, &probe));
    cm_tls_context_free(context);
}

static void names_the_library(void **state)
{
    (void)state;
    assert_non_null(strstr(cm_tls_library(), "BoringSSL (API version "));
    assert_null(strstr(cm_tls_library(), "BORINGSSL_API_VERSION"));
}

static void frees_nothing_without_complaint(void **state)
{
    (void)state;
    cm_tls_free(NULL);
    cm_tls_context_free(NULL);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(offers_only_authenticated_suites),
        cmocka_unit_test(offers_old_and_new_suites),
        cmocka_unit_test(offers_the_usual_signatures_first),
        cmocka_unit_test(offers_strange_signatures_where_it_can),
        cmocka_unit_test(offers_four_groups_and_x25519_first),
        cmocka_unit_test(offers_what_it_is_said_to_offer),
        cmocka_unit_test(asks_for_staple_and_scts_and_no_more),
        cmocka_unit_test(sends_the_name_it_is_given),
        cmocka_unit_test(sends_no_name_when_there_is_none),
        cmocka_unit_test(offers_all_four_versions),
        cmocka_unit_test(offers_only_the_versions_it_is_told),
        cmocka_unit_test(refuses_versions_that_do_not_exist),
        cmocka_unit_test(refuses_a_name_that_fits_in_no_hello),
        cmocka_unit_test(names_the_library),
        cmocka_unit_test(frees_nothing_without_complaint),
    };

    return cmocka_run_group_tests_name("tls hello", tests, NULL, NULL);
}
