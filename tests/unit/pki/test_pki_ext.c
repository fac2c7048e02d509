/* Extensions one at a time: what each says.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "dertext.h"
#include "pki/pki.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct cm_cert *with(const char *exts)
{
    return odd_cert(&(struct odd_cert){.exts = exts});
}

static void basic_constraints(void **state)
{
    static const struct {
        const char *value;
        bool ca;
        int pathlen;
    } cases[] = {
        {"30{}", false, -1},
        {"30{01:00}", false, -1},
        {"30{01:ff}", true, -1},
        {"30{01:01}", true, -1},
        {"30{01:ff 02:00}", true, 0},
        {"30{01:ff 02:05}", true, 5},
        {"30{01:ff 02:00ffffffffff}", true, INT32_MAX},
        {"30{02:00}", false, 0}, /* pathlen without cA does occur */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char exts[100];
        struct cm_cert *cert;

        (void)snprintf(exts, sizeof(exts), "30{06:551d13 01:ff 04{%s}}",
                       cases[i].value);
        cert = with(exts);
        assert_true(cert->parsed);
        assert_true(cert->has_basic_constraints);
        assert_int_equal(cert->is_ca, cases[i].ca);
        assert_int_equal(cert->pathlen, cases[i].pathlen);
        assert_int_equal(cert->pathlen_without_ca,
                         cases[i].pathlen >= 0 && !cases[i].ca);
        assert_null(cert->unknown_critical);
        cm_cert_unref(cert);
    }
}

static void key_usage_bits(void **state)
{
    static const struct {
        const char *bits;
        unsigned want;
    } cases[] = {
        {"03:0780", CM_KU_DIGITAL_SIGNATURE},
        {"03:05a0", CM_KU_DIGITAL_SIGNATURE | CM_KU_KEY_ENCIPHERMENT},
        {"03:0106", CM_KU_KEY_CERT_SIGN | CM_KU_CRL_SIGN},
        {"03:0308", CM_KU_KEY_AGREEMENT},
        {"03:070080", 0x100}, /* decipherOnly */
        {"03:00ffffff", 0xffff},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char exts[100];
        struct cm_cert *cert;

        (void)snprintf(exts, sizeof(exts), "30{06:551d0f 04{%s}}",
                       cases[i].bits);
        cert = with(exts);
        assert_true(cert->has_key_usage);
        assert_int_equal(cert->key_usage, cases[i].want);
        cm_cert_unref(cert);
    }
}

static void names_of_every_kind(void **state)
{
    static const struct {
        const char *name;
        enum cm_name_kind kind;
        bool malformed;
    } cases[] = {
        {"82'a.example'", CM_NAME_DNS, false},
        {"82'_sip.a.example'", CM_NAME_DNS, false},
        {"82:", CM_NAME_DNS, true},
        {"82'a b'", CM_NAME_DNS, true},
        {"82'http://a.example'", CM_NAME_DNS, true},
        {"82:612e00", CM_NAME_DNS, true},
        {"82:c3a42e6465", CM_NAME_DNS, true},
        {"87:c0000201", CM_NAME_IP, false},
        {"87:20010db8000000000000000000000001", CM_NAME_IP, false},
        {"87:c00002010a", CM_NAME_IP, true},
        {"87'192.0.2.1'", CM_NAME_IP, true},
        {"81'x@a.example'", CM_NAME_EMAIL, false},
        {"81:", CM_NAME_EMAIL, true},
        {"86'https://a.example/'", CM_NAME_URI, false},
        {"86:ff", CM_NAME_URI, true},
        {"88:2a03", CM_NAME_OTHER, false},
        {"a0{06:2a03 a0{0c'x'}}", CM_NAME_OTHER, false},
        {"a3{}", CM_NAME_OTHER, false},
        {"a4{30{}}", CM_NAME_OTHER, false},
        {"a4{02:00}", CM_NAME_OTHER, true},
        {"a5{}", CM_NAME_OTHER, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char exts[200];
        struct cm_cert *cert;

        (void)snprintf(exts, sizeof(exts), "30{06:551d11 04{30{%s}}}",
                       cases[i].name);
        cert = with(exts);
        assert_true(cert->parsed);
        assert_int_equal(cert->num_names, 1);
        assert_int_equal(cert->names[0].kind, cases[i].kind);
        assert_int_equal(cert->names[0].malformed, cases[i].malformed);
        assert_int_equal(cert->names[0].choice, cases[i].name[1] - '0');
        cm_cert_unref(cert);
    }
}

static void names_beyond_the_cap_are_counted(void **state)
{
    static const char head[] = "30{06:551d11 04{30{";
    struct cm_buf exts;
    struct cm_cert *cert;

    (void)state;
    cm_buf_init(&exts, 100000);
    (void)cm_buf_puts(&exts, head);
    for (unsigned i = 0; i < CM_CERT_MAX_NAMES + 5; i++) {
        (void)cm_buf_printf(&exts, "82'n%u'", i);
    }
    (void)cm_buf_puts(&exts, "}}}");
    cert = with(cm_buf_cstr(&exts));
    assert_true(cert->parsed);
    assert_int_equal(cert->num_names, CM_CERT_MAX_NAMES);
    assert_int_equal(cert->num_names_total, CM_CERT_MAX_NAMES + 5);
    cm_cert_unref(cert);
    cm_buf_cleanup(&exts);
}

static void urls_are_kept_up_to_the_cap(void **state)
{
    struct cm_cert *cert =
        with("30{06:2b06010505070101 04{30{"
             "30{06:2b06010505073002 86'http://1'}"
             "30{06:2b06010505073002 a4{30{}}}" /* a directory name */
             "30{06:2b06010505073002 86:ff}"
             "30{06:2b06010505073003 86'http://not'}"
             "30{06:2b06010505073001 86'http://o'}"
             "30{06:2b06010505073002 86'http://2'}"
             "30{06:2b06010505073002 86'http://3'}"
             "30{06:2b06010505073002 86'http://4'}"
             "30{06:2b06010505073002 86'http://5'}}}}"
             "30{06:551d1f 04{30{30{a0{a0{86'ldap://x' 86'http://c'}}}"
             "30{a0{a0{86'http://d'}}}}}}");

    (void)state;
    assert_true(cert->parsed);
    assert_int_equal(cert->num_ca_issuers, 4);
    assert_memory_equal(cert->ca_issuers[3].data, "http://4", 8);
    assert_int_equal(cert->num_ocsp_urls, 1);
    assert_int_equal(cert->num_crl_urls, 3);
    assert_memory_equal(cert->crl_urls[2].data, "http://d", 8);
    cm_cert_unref(cert);
}

static void key_identifiers(void **state)
{
    struct cm_cert *cert = with("30{06:551d0e 04{04:0102}}"
                                "30{06:551d23 04{30{80:0304 a1{} 82:01}}}");

    (void)state;
    assert_memory_equal(cert->ski.data, "\x01\x02", 2);
    assert_memory_equal(cert->aki.data, "\x03\x04", 2);
    assert_true(cert->aki_has_issuer);
    cm_cert_unref(cert);
    cert = with("30{06:551d23 04{30{82:01}}}"); /* no key id in it */
    assert_true(cert->parsed);
    assert_int_equal(cert->aki.len, 0);
    assert_true(cert->aki_has_issuer);
    cm_cert_unref(cert);
    cert = with("30{06:551d23 04{30{80:0304}}}");
    assert_false(cert->aki_has_issuer);
    cm_cert_unref(cert);
}

static void policies(void **state)
{
    static const struct {
        const char *oid;
        bool want;
    } cases[] = {
        {"67810c010201", true},  /* domain validated */
        {"67810c010202", true},  /* organisation validated */
        {"67810c0101", true},    /* extended validation */
        {"67810c010401", false}, /* code signing */
        {"67810c0102", false},   /* the arc itself */
        {"551d2000", false},     /* any policy */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char exts[100];
        struct cm_cert *cert;

        (void)snprintf(exts, sizeof(exts),
                       "30{06:551d20 04{30{30{06:2a03} 30{06:%s 30{}}}}}",
                       cases[i].oid);
        cert = with(exts);
        assert_true(cert->parsed);
        assert_int_equal(cert->public_policy, cases[i].want);
        cm_cert_unref(cert);
    }
}

static void marks(void **state)
{
    struct cm_cert *cert = with("30{06:2b06010505070118 04{30{02:11}}}"
                                "30{06:2b06010401d679020403 01:ff 04{05:}}"
                                "30{06:2b0601040182371507 04:00}");

    (void)state;
    assert_true(cert->parsed);
    assert_true(cert->must_staple); /* status_request_v2 */
    assert_true(cert->has_poison);
    assert_true(cert->adcs_template);
    cm_cert_unref(cert);
    cert = with("30{06:2b06010505070118 04{30{02:0a}}}"
                "30{06:2b0601040182371402 04{1e:00570053}}");
    assert_false(cert->must_staple);
    assert_false(cert->has_poison);
    assert_true(cert->adcs_template);
    cm_cert_unref(cert);
}

static void critical_ones(void **state)
{
    static const struct {
        const char *ext;
        const char *unknown; /* NULL: every client knows it */
    } cases[] = {
        {"06:551d13 01:ff 04{30{}}", NULL},
        {"06:551d1e 01:ff 04{30{}}", NULL},
        {"06:551d24 01:ff 04{30{}}", NULL},
        /* No client takes a pre-certificate (RFC 6962 section 3.1). */
        {"06:2b06010401d679020403 01:ff 04{05:}", "1.3.6.1.4.1.11129.2.4.3"},
        {"06:2a0304 04:", NULL}, /* not critical */
        {"06:2a0304 01:00 04:", NULL},
        {"06:2a0304 01:ff 04:", "1.2.3.4"},
        {"06:551d0e 01:ff 04{04:00}", "2.5.29.14"},
        {"06:2b06010505070118 01:ff 04{30{}}", "1.3.6.1.5.5.7.1.24"},
        {"06:883703 01:ff 04:", "2.999.3"},
        {"06:80 01:ff 04:", "malformed"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char exts[200];
        struct cm_cert *cert;

        (void)snprintf(exts, sizeof(exts), "30{%s}", cases[i].ext);
        cert = with(exts);
        assert_true(cert->parsed);
        if (cases[i].unknown == NULL) {
            assert_null(cert->unknown_critical);
        } else {
            assert_string_equal(cert->unknown_critical, cases[i].unknown);
        }
        cm_cert_unref(cert);
    }
}

static void the_first_unknown_critical_one_is_named(void **state)
{
    struct cm_cert *cert = with("30{06:2a0304 01:ff 04:}"
                                "30{06:2a0305 01:ff 04:}");

    (void)state;
    assert_string_equal(cert->unknown_critical, "1.2.3.4");
    cm_cert_unref(cert);
}

static void name_constraints_are_kept_whole(void **state)
{
    struct cm_cert *cert = with("30{06:551d1e 04{30{a0{30{82'x'}}}}}");

    (void)state;
    assert_true(cert->has_name_constraints);
    assert_int_equal(cert->name_constraints.len, 9);
    assert_int_equal(cert->name_constraints.data[0], 0x30);
    cm_cert_unref(cert);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(basic_constraints),
        cmocka_unit_test(key_usage_bits),
        cmocka_unit_test(names_of_every_kind),
        cmocka_unit_test(names_beyond_the_cap_are_counted),
        cmocka_unit_test(urls_are_kept_up_to_the_cap),
        cmocka_unit_test(key_identifiers),
        cmocka_unit_test(policies),
        cmocka_unit_test(marks),
        cmocka_unit_test(critical_ones),
        cmocka_unit_test(the_first_unknown_critical_one_is_named),
        cmocka_unit_test(name_constraints_are_kept_whole),
    };

    return cmocka_run_group_tests_name("pki extensions", tests, NULL, NULL);
}
