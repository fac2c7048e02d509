/* The words for TLS numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base_test.h"

#include "certmuster/evidence.h"
#include "certmuster/inventory.h"

static void alerts_have_the_names_of_the_rfc(void **state)
{
    int known = 0;

    (void)state;
    assert_string_equal(cm_alert_name(0), "close_notify");
    assert_string_equal(cm_alert_name(40), "handshake_failure");
    assert_string_equal(cm_alert_name(70), "protocol_version");
    assert_string_equal(cm_alert_name(80), "internal_error");
    assert_string_equal(cm_alert_name(112), "unrecognized_name");
    assert_string_equal(cm_alert_name(116), "certificate_required");
    assert_string_equal(cm_alert_name(120), "no_application_protocol");
    assert_string_equal(cm_alert_name(121), "ech_required");
    assert_string_equal(cm_alert_name(1), "unknown_alert");
    assert_string_equal(cm_alert_name(255), "unknown_alert");
    for (int i = 0; i < 256; i++) {
        known += strcmp(cm_alert_name((uint8_t)i), "unknown_alert") != 0;
    }
    assert_int_equal(known, 37);
}

static void versions_have_the_names_that_people_use(void **state)
{
    static const struct {
        uint16_t version;
        const char *want;
    } cases[] = {
        {0x0002, "SSLv2"},   {0x0300, "SSLv3"},   {0x0301, "TLSv1"},
        {0x0302, "TLSv1.1"}, {0x0303, "TLSv1.2"}, {0x0304, "TLSv1.3"},
        {0x0305, "0x0305"},  {0x037f, "0x037f"},  {0x03ff, "0x03ff"},
        {0x03a0, "0x03a0"},  {0x7f1c, "unknown"}, {0x0000, "unknown"},
        {0xffff, "unknown"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(cm_tls_version_name(cases[i].version),
                            cases[i].want);
    }
}

static void suites_have_the_names_of_the_registry(void **state)
{
    static const struct {
        uint16_t cipher;
        const char *want;
    } cases[] = {
        {0x0000, "TLS_NULL_WITH_NULL_NULL"},
        {0x000A, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"},
        {0x002F, "TLS_RSA_WITH_AES_128_CBC_SHA"},
        {0x00C6, "TLS_SM4_GCM_SM3"},
        {0x1301, "TLS_AES_128_GCM_SHA256"},
        {0x1302, "TLS_AES_256_GCM_SHA384"},
        {0x1303, "TLS_CHACHA20_POLY1305_SHA256"},
        {0xC02F, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
        {0xC030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
        {0xC0AF, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8"},
        {0xC102, "TLS_GOSTR341112_256_WITH_28147_CNT_IMIT"},
        {0xCCA8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
        {0xD005, "TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_non_null(cm_tls_cipher_name(cases[i].cipher));
        assert_string_equal(cm_tls_cipher_name(cases[i].cipher), cases[i].want);
    }
    assert_null(cm_tls_cipher_name(0x0A0A)); /* GREASE, RFC 8701 */
    assert_null(cm_tls_cipher_name(0x001C));
    assert_null(cm_tls_cipher_name(0xD006));
    assert_null(cm_tls_cipher_name(0xFFFF));
}

/* The search needs a sorted table: then exactly as many are found as there
 * are. */
static void every_suite_of_the_table_is_found(void **state)
{
    int known = 0;

    (void)state;
    for (unsigned i = 0; i <= 0xFFFF; i++) {
        const char *name = cm_tls_cipher_name((uint16_t)i);

        if (name != NULL) {
            assert_true(strncmp(name, "TLS_", 4) == 0 ||
                        strncmp(name, "SSL_", 4) == 0);
            known++;
        }
    }
    assert_int_equal(known, cm_suite_count());
    assert_int_equal(known, 384);
}

static void groups_have_the_names_of_the_registry(void **state)
{
    static const struct {
        uint16_t group;
        const char *want;
    } cases[] = {
        {23, "secp256r1"},
        {24, "secp384r1"},
        {25, "secp521r1"},
        {29, "x25519"},
        {30, "x448"},
        {26, "brainpoolP256r1"},
        {28, "brainpoolP512r1"},
        {31, "brainpoolP256r1tls13"},
        {256, "ffdhe2048"},
        {260, "ffdhe8192"},
        {0x11E9, "SecP256r1MLKEM512"},
        {0x11EB, "SecP256r1MLKEM768"},
        {0x11EC, "X25519MLKEM768"},
        {0x11ED, "SecP384r1MLKEM1024"},
        {0x6399, "X25519Kyber768Draft00"},
        {0xFF01, "arbitrary_explicit_prime_curves"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_non_null(cm_tls_group_name(cases[i].group));
        assert_string_equal(cm_tls_group_name(cases[i].group), cases[i].want);
    }
    assert_null(cm_tls_group_name(0));
    assert_null(cm_tls_group_name(0x2A2A));
    assert_null(cm_tls_group_name(261));
}

static void schemes_have_the_names_of_the_registry(void **state)
{
    static const struct {
        uint16_t scheme;
        const char *want;
    } cases[] = {
        {0x0101, "rsa_pkcs1_md5"},
        {0x0201, "rsa_pkcs1_sha1"},
        {0x0403, "ecdsa_secp256r1_sha256"},
        {0x0420, "rsa_pkcs1_sha256_legacy"},
        {0x0704, "eccsi_sha256"},
        {0x0708, "sm2sig_sm3"},
        {0x0804, "rsa_pss_rsae_sha256"},
        {0x0807, "ed25519"},
        {0x080b, "rsa_pss_pss_sha512"},
        {0x081a, "ecdsa_brainpoolP256r1tls13_sha256"},
        {0x0904, "mldsa44"},
        {0x0906, "mldsa87"},
        {0x091c, "slhdsa_shake_256f"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_non_null(cm_tls_scheme_name(cases[i].scheme));
        assert_string_equal(cm_tls_scheme_name(cases[i].scheme), cases[i].want);
    }
    assert_null(cm_tls_scheme_name(0));
    assert_null(cm_tls_scheme_name(0x0a0a));
    assert_null(cm_tls_scheme_name(0x091d));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alerts_have_the_names_of_the_rfc),
        cmocka_unit_test(versions_have_the_names_that_people_use),
        cmocka_unit_test(suites_have_the_names_of_the_registry),
        cmocka_unit_test(every_suite_of_the_table_is_found),
        cmocka_unit_test(groups_have_the_names_of_the_registry),
        cmocka_unit_test(schemes_have_the_names_of_the_registry),
    };

    return cmocka_run_group_tests_name("base/names", tests, NULL, NULL);
}
