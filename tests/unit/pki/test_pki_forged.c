/* The odder wishes that the forge grants, as the reader sees them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "pki/pki.h"
#include "support/forge.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void keys_that_nobody_has(void **state)
{
    static const struct {
        enum forge_spki spki;
        enum forge_key_kind kind;
        enum cm_key_alg alg;
        unsigned bits;
        const char *curve;
    } cases[] = {
        {FORGE_SPKI_KEY, FORGE_P224, CM_KEY_EC, 224, "P-224"},
        {FORGE_SPKI_KEY, FORGE_RSA_512, CM_KEY_RSA, 512, NULL},
        {FORGE_SPKI_RSA_PSS, FORGE_RSA_1024, CM_KEY_RSA_PSS, 1024, NULL},
        {FORGE_SPKI_EXPLICIT, FORGE_P256, CM_KEY_EC, 256, "explicit"},
        {FORGE_SPKI_ED448, FORGE_P256, CM_KEY_ED448, 456, NULL},
        {FORGE_SPKI_SECP256K1, FORGE_P256, CM_KEY_EC, 256, "secp256k1"},
        {FORGE_SPKI_BRAINPOOL, FORGE_P256, CM_KEY_EC, 256, "brainpoolP256r1"},
        {FORGE_SPKI_SM2, FORGE_P256, CM_KEY_EC, 256, "SM2"},
        {FORGE_SPKI_DSA, FORGE_P256, CM_KEY_DSA, 2048, NULL},
        {FORGE_SPKI_ML_DSA, FORGE_P256, CM_KEY_ML_DSA, 0, NULL},
        {FORGE_SPKI_UNKNOWN, FORGE_P256, CM_KEY_UNKNOWN, 0, NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cm_cert *cert = forge_cert(&(struct forge_spec){
            .spki = cases[i].spki, .key = forge_key(cases[i].kind, 3)});

        assert_true(cert->parsed);
        assert_int_equal(cert->key_alg, cases[i].alg);
        assert_int_equal(cert->key_bits, cases[i].bits);
        assert_int_equal(cert->explicit_curve,
                         cases[i].spki == FORGE_SPKI_EXPLICIT);
        if (cases[i].curve != NULL) {
            assert_string_equal(cert->curve, cases[i].curve);
        } else {
            assert_null(cert->curve);
        }
        cm_cert_unref(cert);
    }
}

static void signatures_by_such_keys(void **state)
{
    static const struct {
        enum forge_spki spki;
        enum forge_key_kind kind;
        const char *hash;
        enum cm_sig want;
    } cases[] = {
        {FORGE_SPKI_RSA_PSS, FORGE_RSA_1024, "pss-sha256", CM_SIG_GOOD},
        {FORGE_SPKI_RSA_PSS, FORGE_RSA_1024, "sha256", CM_SIG_BAD},
        {FORGE_SPKI_EXPLICIT, FORGE_P256, "sha256", CM_SIG_UNSUPPORTED},
        {FORGE_SPKI_ED448, FORGE_P256, "sha256", CM_SIG_BAD},
        {FORGE_SPKI_SECP256K1, FORGE_P256, "sha256", CM_SIG_UNSUPPORTED},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cm_cert *cert = forge_cert(
            &(struct forge_spec){.spki = cases[i].spki,
                                 .hash = cases[i].hash,
                                 .key = forge_key(cases[i].kind, 3)});

        assert_int_equal(cm_sig_check(NULL, cert, cert), cases[i].want);
        cm_cert_unref(cert);
    }
}

static void odd_forms(void **state)
{
    struct cm_cert *cert = forge_cert(&(struct forge_spec){
        .unique_ids = true,
        .aki_issuer = true,
        .inner_hash = "sha512",
        .pathlen = 1,
        .subject = "",
        .names = "a.example",
        .flip_critical = CM_EXT_BIT(CM_EXT_SAN) | CM_EXT_BIT(CM_EXT_KEY_USAGE),
        .omit = CM_EXT_BIT(CM_EXT_SKI) | CM_EXT_BIT(CM_EXT_EKU)});

    (void)state;
    assert_true(cert->parsed);
    assert_true(cert->has_unique_ids);
    assert_true(cert->aki_has_issuer);
    assert_true(cert->sig_alg_differs);
    assert_true(cert->pathlen_without_ca);
    assert_int_equal(cert->ext_present, CM_EXT_BIT(CM_EXT_BASIC_CONSTRAINTS) |
                                            CM_EXT_BIT(CM_EXT_KEY_USAGE) |
                                            CM_EXT_BIT(CM_EXT_AKI) |
                                            CM_EXT_BIT(CM_EXT_SAN));
    /* A SAN without a subject is critical by rights. */
    assert_int_equal(cert->ext_critical, CM_EXT_BIT(CM_EXT_BASIC_CONSTRAINTS));
    assert_int_equal(cert->ext_bad, 0);
    cm_cert_unref(cert);
}

static void the_default_has_none_of_it(void **state)
{
    struct cm_cert *cert = forge_cert(&(struct forge_spec){.ca = true});

    (void)state;
    assert_false(cert->has_unique_ids);
    assert_false(cert->aki_has_issuer);
    assert_false(cert->sig_alg_differs);
    assert_false(cert->pathlen_without_ca);
    assert_false(cert->has_name_constraints);
    assert_int_equal(cert->policies.len, 0);
    assert_int_equal(cert->ext_bad, 0);
    assert_null(cert->ext_twice);
    cm_cert_unref(cert);
}

static void names_of_all_kinds(void **state)
{
    struct cm_cert *cert = forge_cert(&(struct forge_spec){
        .subject_o = "Org",
        .subject_email = "me@a.example",
        .names = "a.example,ip:192.0.2.0/24,dn:Org,dn:Org/Name,raw:88022a03,"
                 "raw:8203610062"});

    (void)state;
    assert_string_equal(cert->subject_text,
                        "emailAddress=me@a.example,CN=Test,O=Org");
    assert_int_equal(cert->num_names, 6);
    assert_memory_equal(cert->names[1].value.data,
                        "\xc0\x00\x02\x00\xff\xff\xff\x00", 8);
    assert_int_equal(cert->names[2].choice, 4);
    assert_int_equal(cert->names[3].choice, 4);
    assert_int_equal(cert->names[4].choice, 8);
    assert_true(cert->names[5].malformed); /* "a\0b" */
    cm_cert_unref(cert);
}

static void constraints_and_policies(void **state)
{
    static const struct forge_ext raw = {"2.5.29.46", true, "3000"};
    struct cm_cert *cert =
        forge_cert(&(struct forge_spec){.ca = true,
                                        .permitted = "a.example,ip:10.0.0.0/8",
                                        .excluded = "b.a.example",
                                        .public_policy = true,
                                        .policies = "any,1.2.3",
                                        .policy_mappings = "1.2.3=1.2.4",
                                        .require_explicit = 1,
                                        .inhibit_mapping = 2,
                                        .inhibit_any = 3,
                                        .exts = &raw,
                                        .num_exts = 1});

    (void)state;
    assert_true(cert->public_policy);
    assert_int_equal(cert->ext_bad, CM_EXT_BIT(CM_EXT_FRESHEST_CRL));
    assert_string_equal(cert->unknown_critical, "2.5.29.46");
    assert_int_equal(cert->name_constraints.len, 46);
    assert_int_equal(cert->policies.len, 26);
    assert_memory_equal(cert->policy_mappings.data,
                        "\x30\x0a\x30\x08\x06\x02\x2a\x03\x06\x02\x2a\x04", 12);
    assert_memory_equal(cert->policy_constraints.data,
                        "\x30\x06\x80\x01\x00\x81\x01\x01", 8);
    assert_memory_equal(cert->inhibit_any_policy.data, "\x02\x01\x02", 3);
    cm_cert_unref(cert);
}

static int cleanup(void **state)
{
    (void)state;
    forge_cleanup();
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_that_nobody_has),
        cmocka_unit_test(signatures_by_such_keys),
        cmocka_unit_test(odd_forms),
        cmocka_unit_test(the_default_has_none_of_it),
        cmocka_unit_test(names_of_all_kinds),
        cmocka_unit_test(constraints_and_policies),
    };

    return cmocka_run_group_tests_name("pki forged oddities", tests, NULL,
                                       cleanup);
}
