/* The table of cipher suites. Its attributes come from the parts of the names;
 * here the names are taken apart again, by other rules.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base_test.h"

#include <stdio.h>
#include <stdlib.h>

#include "certmuster/evidence.h"
#include "certmuster/inventory.h"

static const struct cm_suite *suite(uint16_t number)
{
    const struct cm_suite *found = cm_suite_find(number);

    assert_non_null(found);
    return found;
}

static bool says(const struct cm_suite *s, const char *word)
{
    return strstr(s->name, word) != NULL;
}

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool ends(const char *text, const char *with)
{
    size_t len = strlen(text);

    return len >= strlen(with) && strcmp(text + len - strlen(with), with) == 0;
}

static bool is_signal(const struct cm_suite *s)
{
    return ends(s->name, "_SCSV");
}

/* Those of TLS 1.3 have no "_WITH_", but for GOST's. */
static bool is_tls13(const struct cm_suite *s)
{
    return says(s, "_MGM_") || (!says(s, "_WITH_") && !is_signal(s));
}

static bool is_ssl2(const struct cm_suite *s)
{
    return starts(s->name, "SSL_CK_");
}

/* "TLS_" or "SSL_", key exchange and authentication, "_WITH_". */
static void first_part(const struct cm_suite *s, char *out, size_t size)
{
    const char *end = strstr(s->name, "_WITH_");

    assert_non_null(end);
    (void)snprintf(out, size, "%.*s", (int)(end - s->name - 4), s->name + 4);
}

static void numbers_go_up_and_names_are_unique(void **state)
{
    (void)state;
    assert_null(cm_suite_at(cm_suite_count()));
    for (size_t i = 0; i < cm_suite_count(); i++) {
        const struct cm_suite *s = cm_suite_at(i);

        assert_true(i == 0 || s->number > cm_suite_at(i - 1)->number);
        assert_ptr_equal(cm_suite_find(s->number), s);
        for (size_t k = 0; k < i; k++) {
            if (strcmp(s->name, cm_suite_at(k)->name) == 0) {
                fail_msg("%s is there twice", s->name);
            }
        }
    }
    assert_null(cm_suite_find(0x0a0a));
    assert_null(cm_suite_find(0xffff));
}

/* What the first part of a name has to give. */
static const struct {
    const char *part;
    const char *kx;
    const char *auth;
    bool forward;
} families[] = {
    {"NULL", "NULL", "anon", false},
    {"RSA", "RSA", "RSA", false},
    {"RSA_FIPS", "RSA", "RSA", false},
    {"DH_DSS", "DH", "DSS", false},
    {"DH_RSA", "DH", "RSA", false},
    {"DHE_DSS", "DHE", "DSS", true},
    {"DHE_RSA", "DHE", "RSA", true},
    {"DH_anon", "DHE", "anon", true},
    {"KRB5", "KRB5", "KRB5", false},
    {"PSK", "PSK", "PSK", false},
    {"DHE_PSK", "DHE_PSK", "PSK", true},
    {"PSK_DHE", "DHE_PSK", "PSK", true},
    {"RSA_PSK", "RSA_PSK", "RSA", false},
    {"ECDHE_PSK", "ECDHE_PSK", "PSK", true},
    {"ECDH_ECDSA", "ECDH", "ECDSA", false},
    {"ECDH_RSA", "ECDH", "RSA", false},
    {"ECDH_anon", "ECDHE", "anon", true},
    {"ECDHE_ECDSA", "ECDHE", "ECDSA", true},
    {"ECDHE_RSA", "ECDHE", "RSA", true},
    {"SRP_SHA", "SRP", "SRP", false},
    {"SRP_SHA_RSA", "SRP", "RSA", false},
    {"SRP_SHA_DSS", "SRP", "DSS", false},
    {"ECCPWD", "ECCPWD", "ECCPWD", true},
    {"GOSTR341094", "GOST", "GOST", false},
    {"GOSTR341001", "GOST", "GOST", false},
    {"GOSTR341112_256", "GOST", "GOST", false},
};

static void check_family(const struct cm_suite *s)
{
    char part[64];
    char *export;

    first_part(s, part, sizeof(part));
    export = strstr(part, "_EXPORT");
    assert_int_equal(s->is_export, export != NULL);
    if (export != NULL) {
        *export = '\0';
    }
    for (size_t i = 0; i < COUNT(families); i++) {
        if (strcmp(part, families[i].part) == 0) {
            assert_string_equal(s->kx, families[i].kx);
            assert_string_equal(s->auth, families[i].auth);
            assert_int_equal(s->forward_secrecy, families[i].forward);
            return;
        }
    }
    fail_msg("%s: no such family", s->name);
}

static void key_exchange_and_authentication_are_those_of_the_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < cm_suite_count(); i++) {
        const struct cm_suite *s = cm_suite_at(i);

        if (is_tls13(s)) {
            assert_string_equal(s->kx, "TLS13");
            assert_string_equal(s->auth, "any");
            assert_true(s->forward_secrecy);
        } else if (is_ssl2(s)) {
            assert_string_equal(s->kx, "RSA");
            assert_int_equal(s->is_export, says(s, "EXPORT40"));
        } else if (!is_signal(s)) {
            check_family(s);
        }
        assert_int_equal(s->anonymous, says(s, "_anon_") || s->number == 0);
    }
}

static unsigned bits_of(const struct cm_suite *s)
{
    if (says(s, "3DES") || says(s, "_EDE3_")) {
        return 112;
    }
    if (says(s, "EXPORT1024")) {
        return 56;
    }
    if (says(s, "DES40") || says(s, "_40_") || says(s, "EXPORT40")) {
        return 40;
    }
    if (says(s, "_DES_")) {
        return 56;
    }
    if (says(s, "WITH_NULL") || strstr(s->enc, "NULL") != NULL) {
        return 0;
    }
    if (says(s, "CHACHA20") || says(s, "KUZNYECHIK") || says(s, "MAGMA") ||
        says(s, "28147") || strstr(s->enc, "256") != NULL) {
        return 256;
    }
    return says(s, "RC4_64") ? 64 : 128;
}

static void strengths_are_those_of_the_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < cm_suite_count(); i++) {
        const struct cm_suite *s = cm_suite_at(i);
        bool aead = says(s, "GCM") || says(s, "CCM") || says(s, "POLY1305") ||
                    says(s, "AEGIS") || says(s, "ASCONAEAD") ||
                    says(s, "_MGM_");
        bool broken = says(s, "NULL") || says(s, "RC4") || says(s, "RC2") ||
                      says(s, "DES") || says(s, "IDEA") || says(s, "_MD5") ||
                      bits_of(s) == 0;

        if (is_signal(s)) {
            assert_string_equal(s->enc, "");
            assert_int_equal(s->max_version, 0);
            continue;
        }
        if (s->bits != bits_of(s) || s->aead != aead ||
            s->weak != (broken || s->anonymous || s->is_export)) {
            fail_msg("%s: %u bits, aead %d, weak %d", s->name, s->bits, s->aead,
                     s->weak);
        }
        if (s->bits > 0 && !is_ssl2(s)) {
            assert_non_null(strstr(s->name, s->enc));
        }
    }
}

/* With a hash of TLS 1.2 only from there on; the exceptions are PSK's, which
 * may be chosen with the older key derivation (RFC 5487, RFC 5489), and what
 * was deployed of GOST's before RFC 9189. */
static uint16_t first_version(const struct cm_suite *s)
{
    bool modern = s->aead || says(s, "_SHA256") || says(s, "_SHA384") ||
                  says(s, "GOSTR341112");
    bool older = says(s, "PSK") || ends(s->name, "_IMIT_OLD") ||
                 ends(s->name, "_GOSTR3411");

    if (is_ssl2(s)) {
        return 0x0002;
    }
    if (is_tls13(s)) {
        return 0x0304;
    }
    if (modern && (s->aead || !older)) {
        return 0x0303;
    }
    return modern || says(s, "_EC") ? 0x0301 : 0x0300;
}

static void versions_are_those_that_defined_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < cm_suite_count(); i++) {
        const struct cm_suite *s = cm_suite_at(i);

        if (is_signal(s)) {
            continue;
        }
        if (s->min_version != first_version(s)) {
            fail_msg("%s: from %04x", s->name, s->min_version);
        }
        assert_int_equal(s->max_version, is_ssl2(s)    ? 0x0002
                                         : is_tls13(s) ? 0x0304
                                                       : 0x0303);
    }
}

static void well_known_suites_are_as_everybody_knows(void **state)
{
    const struct cm_suite *s = suite(0xc02f);

    (void)state;
    assert_string_equal(s->name, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    assert_string_equal(s->enc, "AES_128_GCM");
    assert_int_equal(s->bits, 128);
    assert_true(s->aead && s->forward_secrecy && !s->weak);
    s = suite(0x0005);
    assert_string_equal(s->name, "TLS_RSA_WITH_RC4_128_SHA");
    assert_true(s->weak && !s->aead && !s->forward_secrecy);
    assert_int_equal(s->min_version, 0x0300);
    s = suite(0x0062);
    assert_string_equal(s->name, "TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA");
    assert_int_equal(s->bits, 56);
    s = suite(0xc0b4);
    assert_string_equal(s->name, "TLS_SHA256_SHA256");
    assert_true(s->weak && s->bits == 0 && s->min_version == 0x0304);
    s = suite(0x0100);
    assert_string_equal(s->name, "SSL_CK_RC4_128_WITH_MD5");
    s = suite(0x00ff);
    assert_string_equal(s->name, "TLS_EMPTY_RENEGOTIATION_INFO_SCSV");
    assert_string_equal(s->kx, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_go_up_and_names_are_unique),
        cmocka_unit_test(key_exchange_and_authentication_are_those_of_the_name),
        cmocka_unit_test(strengths_are_those_of_the_name),
        cmocka_unit_test(versions_are_those_that_defined_them),
        cmocka_unit_test(well_known_suites_are_as_everybody_knows),
    };

    return cmocka_run_group_tests_name("base/ciphers", tests, NULL, NULL);
}
