/* The form of extensions: malformed, repeated, critical. None of it hides the
 * rest of the certificate.
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

static void malformed_ones_are_marked(void **state)
{
    static const struct {
        const char *ext;
        enum cm_ext which;
    } cases[] = {
        {"06:551d13 04:", CM_EXT_BASIC_CONSTRAINTS},
        {"06:551d13 04{30{01:}}", CM_EXT_BASIC_CONSTRAINTS},
        {"06:551d13 04{30{02:ff}}", CM_EXT_BASIC_CONSTRAINTS},
        {"06:551d13 04{30{01:ff 02:00 02:00}}", CM_EXT_BASIC_CONSTRAINTS},
        {"06:551d13 04{30{} 30{}}", CM_EXT_BASIC_CONSTRAINTS},
        {"06:551d0f 04{03:}", CM_EXT_KEY_USAGE},
        {"06:551d0f 04{03:0880}", CM_EXT_KEY_USAGE},
        {"06:551d0f 04{04:0780}", CM_EXT_KEY_USAGE},
        {"06:551d0f 04{03:0780 05:}", CM_EXT_KEY_USAGE},
        {"06:551d25 04{31{}}", CM_EXT_EKU},
        {"06:551d25 04{30{}}", CM_EXT_EKU},
        {"06:551d25 04{30{02:00}}", CM_EXT_EKU},
        {"06:551d0e 04:0102", CM_EXT_SKI},
        {"06:551d23 04{04:00}", CM_EXT_AKI},
        {"06:551d23 04{30{=80}}", CM_EXT_AKI},
        {"06:551d23 04{30{83:00}}", CM_EXT_AKI},
        {"06:551d23 04{30{82:01 80:0102}}", CM_EXT_AKI},
        {"06:551d11 04{82'a.example'}", CM_EXT_SAN},
        {"06:551d11 04{30{}}", CM_EXT_SAN},
        {"06:551d11 04{30{=8209}}", CM_EXT_SAN},
        {"06:551d11 04{30{0c'a.example'}}", CM_EXT_SAN},
        {"06:551d12 04{30{}}", CM_EXT_ISSUER_ALT_NAME},
        {"06:551d12 04{30{0c'a.example'}}", CM_EXT_ISSUER_ALT_NAME},
        {"06:551d1e 04{02:00}", CM_EXT_NAME_CONSTRAINTS},
        {"06:551d1e 04{30{}}", CM_EXT_NAME_CONSTRAINTS},
        {"06:551d1e 04{30{a0{30{83:}}}}", CM_EXT_NAME_CONSTRAINTS},
        {"06:551d20 04{30{30{02:00}}}", CM_EXT_POLICIES},
        {"06:551d20 04{30{30{06:2a03 02:00}}}", CM_EXT_POLICIES},
        {"06:551d20 04{30{}}", CM_EXT_POLICIES},
        {"06:551d20 04{02:00}", CM_EXT_POLICIES},
        {"06:551d21 04{30{}}", CM_EXT_POLICY_MAPPINGS},
        {"06:551d21 04{30{30{06:2a03}}}", CM_EXT_POLICY_MAPPINGS},
        {"06:551d21 04{30{30{06:2a03 06:2a04 06:2a05}}}",
         CM_EXT_POLICY_MAPPINGS},
        {"06:551d24 04{30{}}", CM_EXT_POLICY_CONSTRAINTS},
        {"06:551d24 04{30{80:}}", CM_EXT_POLICY_CONSTRAINTS},
        {"06:551d24 04{30{80:ff}}", CM_EXT_POLICY_CONSTRAINTS},
        {"06:551d24 04{30{81:00 80:00}}", CM_EXT_POLICY_CONSTRAINTS},
        {"06:551d24 04{30{=8002}}", CM_EXT_POLICY_CONSTRAINTS},
        {"06:551d36 04{04:00}", CM_EXT_INHIBIT_ANY_POLICY},
        {"06:551d36 04{02:80}", CM_EXT_INHIBIT_ANY_POLICY},
        {"06:551d36 04{02:00 05:}", CM_EXT_INHIBIT_ANY_POLICY},
        {"06:551d1f 04{02:00}", CM_EXT_CRL_POINTS},
        {"06:551d1f 04{30{}}", CM_EXT_CRL_POINTS},
        {"06:551d1f 04{30{02:00}}", CM_EXT_CRL_POINTS},
        {"06:551d2e 04{30{02:00}}", CM_EXT_FRESHEST_CRL},
        {"06:2b06010505070101 04:00", CM_EXT_AIA},
        {"06:2b06010505070101 04{30{}}", CM_EXT_AIA},
        {"06:2b06010505070101 04{30{30{02:00}}}", CM_EXT_AIA},
        {"06:2b06010505070118 04:00", CM_EXT_TLS_FEATURE},
        {"06:2b06010505070118 04{30{02:05 04:00}}", CM_EXT_TLS_FEATURE},
        {"06:2b06010401d679020402 04:00", CM_EXT_SCT_LIST},
        {"06:2b06010401d679020402 04{04:0000}", CM_EXT_SCT_LIST},
        {"06:2b06010401d679020402 04{04:0009}", CM_EXT_SCT_LIST},
        {"06:2b06010401d679020402 04{04:00020000 05:}", CM_EXT_SCT_LIST},
        {"06:2b06010401d679020402 04{04:0002000000}", CM_EXT_SCT_LIST},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char exts[200];
        struct cm_cert *cert;

        (void)snprintf(exts, sizeof(exts),
                       "30{%s} 30{06:551d13 04{30{}}} 30{06:551d0e 04{04:ab}}",
                       cases[i].ext);
        cert = with(exts);
        assert_true(cert->parsed); /* the rest of it is worth judging */
        assert_int_equal(cert->ext_bad, CM_EXT_BIT(cases[i].which));
        assert_true((cert->ext_present & cert->ext_bad) == cert->ext_bad);
        if (cases[i].which != CM_EXT_SKI) {
            assert_int_equal(cert->ski.len, 1); /* what follows is read */
        }
        cm_cert_unref(cert);
    }
}

static void odd_ones_that_are_sound(void **state)
{
    static const char *const cases[] = {
        "30{06:551d0f 04{03:00}}",
        "30{06:551d1f 04{30{30{}30{a0{a1{}}}}}}",
        "30{06:551d1e 04{30{a0{30{82'x' 80:00}}}}}",
        "30{06:551d12 04{30{82'a.example'}}}",
        "30{06:551d2e 04{30{30{a0{a0{86'http://c'}}}}}}",
        "30{06:551d20 04{30{30{06:2a03 30{}}}}}",
        "30{06:551d21 04{30{30{06:2a03 06:2a04}}}}",
        "30{06:551d24 04{30{80:00}}}",
        "30{06:551d24 04{30{81:7f}}}",
        "30{06:551d36 04{02:00ffffffffff}}",
        "30{06:2b06010505070118 04{30{}}}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cm_cert *cert = with(cases[i]);

        assert_true(cert->parsed);
        assert_int_equal(cert->ext_bad, 0);
        assert_int_not_equal(cert->ext_present, 0);
        assert_int_equal(cert->ext_critical, 0);
        assert_int_equal(cert->num_crl_urls, 0);
        assert_null(cert->ext_twice);
        cm_cert_unref(cert);
    }
}

static void duplicates_are_named(void **state)
{
    struct cm_cert *cert;

    (void)state;
    cert = with("30{06:551d11 04{30{82'a'}}} 30{06:551d11 01:ff 04{02:00}}");
    assert_true(cert->parsed);
    assert_string_equal(cert->ext_twice, "2.5.29.17");
    assert_int_equal(cert->num_names, 1); /* the first counts */
    assert_memory_equal(cert->names[0].value.data, "a", 1);
    assert_int_equal(cert->ext_critical, 0);
    assert_int_equal(cert->ext_bad, 0);
    cm_cert_unref(cert);
    cert = with("30{06:2a0304 04:} 30{06:2a0305 04:} 30{06:2a0305 04:}"
                "30{06:2a0304 04:}");
    assert_string_equal(cert->ext_twice, "1.2.3.5");
    cm_cert_unref(cert);
    cert = with("30{06:2a0304 04:} 30{06:2a0305 04:}");
    assert_true(cert->parsed);
    assert_null(cert->ext_twice);
    cm_cert_unref(cert);
}

/* Comparing each with each must have an end. */
static void too_many_unknown_ones_are_refused(void **state)
{
    (void)state;
    for (unsigned count = 60; count <= 70; count += 10) {
        struct cm_buf exts;
        struct cm_cert *cert;

        cm_buf_init(&exts, 10000);
        for (unsigned i = 0; i < count; i++) {
            (void)cm_buf_printf(&exts, "30{06:2a03%02x 04:}", i);
        }
        cert = with(cm_buf_cstr(&exts));
        assert_int_equal(cert->parsed, count == 60);
        if (count != 60) {
            assert_string_equal(cert->parse_error,
                                "there are too many extensions");
        }
        cm_cert_unref(cert);
        cm_buf_cleanup(&exts);
    }
}

static void critical_marks_are_kept(void **state)
{
    struct cm_cert *cert = with("30{06:551d13 01:ff 04{30{}}}"
                                "30{06:551d0e 04{04:ab}}"
                                "30{06:551d20 01:ff 04{02:00}}");

    (void)state;
    assert_int_equal(cert->ext_present, CM_EXT_BIT(CM_EXT_BASIC_CONSTRAINTS) |
                                            CM_EXT_BIT(CM_EXT_SKI) |
                                            CM_EXT_BIT(CM_EXT_POLICIES));
    assert_int_equal(cert->ext_critical, CM_EXT_BIT(CM_EXT_BASIC_CONSTRAINTS) |
                                             CM_EXT_BIT(CM_EXT_POLICIES));
    assert_int_equal(cert->ext_bad, CM_EXT_BIT(CM_EXT_POLICIES));
    cm_cert_unref(cert);
}

static void policy_values_are_kept_whole(void **state)
{
    struct cm_cert *cert = with("30{06:551d20 04{30{30{06:2a03}}}}"
                                "30{06:551d21 04{30{30{06:2a03 06:2a04}}}}"
                                "30{06:551d24 04{30{80:00}}}"
                                "30{06:551d36 04{02:05}}"
                                "30{06:2b06010401d679020402 04{04:00020000}}");

    (void)state;
    assert_int_equal(cert->policies.len, 8);
    assert_int_equal(cert->policy_mappings.len, 12);
    assert_int_equal(cert->policy_constraints.len, 5);
    assert_memory_equal(cert->inhibit_any_policy.data, "\x02\x01\x05", 3);
    assert_int_equal(cert->sct_list.len, 4); /* without the OCTET STRING */
    assert_int_equal(cert->num_scts, 1);
    cm_cert_unref(cert);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(malformed_ones_are_marked),
        cmocka_unit_test(odd_ones_that_are_sound),
        cmocka_unit_test(duplicates_are_named),
        cmocka_unit_test(too_many_unknown_ones_are_refused),
        cmocka_unit_test(critical_marks_are_kept),
        cmocka_unit_test(policy_values_are_kept_whole),
    };

    return cmocka_run_group_tests_name("pki form of extensions", tests, NULL,
                                       NULL);
}
