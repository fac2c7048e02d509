/* Certificates that no decent authority makes: what is refused, what is
 * forgiven, and that the facts that can be read are read.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "dertext.h"
#include "pki/oids.h"
#include "pki/pki.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define UTC_OK "17'270101000000Z'"

static void the_default_is_sound(void **state)
{
    struct cm_cert *cert = odd_cert(&(struct odd_cert){0});

    (void)state;
    assert_true(cert->parsed);
    assert_string_equal(cert->issuer_text, "CN=Issuer");
    assert_int_equal(cert->not_before, 1767225600);
    assert_int_equal(cert->not_after, 1798761600);
    cm_cert_unref(cert);
}

struct refused {
    const char *error;
    struct odd_cert spec;
};

static void refuses_and_says_why(void **state)
{
    static const struct refused cases[] = {
        {"version is malformed", {.version = "a0{02:80}"}},
        {"version is malformed", {.version = "a0{02:02 02:02}"}},
        {"version is malformed", {.version = "a0{02:7fffffffff}"}},
        {"serialNumber is malformed", {.version = "=a0847fffffff"}},
        {"serialNumber is malformed", {.serial = ""}},
        {"signature is malformed", {.inner_alg = "31{}"}},
        {"issuer is malformed", {.issuer = "31{}"}},
        {"issuer is malformed", {.issuer = "30{31{30{06:550403}}}"}},
        {"issuer is malformed", {.issuer = "30{31{}}"}},
        {"validity is malformed", {.validity = "31{}"}},
        {"notBefore is malformed", {.validity = "30{}"}},
        {"notAfter is malformed", {.validity = "30{" UTC_OK "}"}},
        {"notAfter is malformed", {.validity = "30{" UTC_OK UTC_OK UTC_OK "}"}},
        {"subject is malformed", {.subject = "0c''"}},
        {"subject is malformed", {.subject = "30{30{}}"}},
        {"subjectPublicKeyInfo is malformed", {.spki = "02:00"}},
        {"subjectPublicKeyInfo is malformed", {.spki = "30{30{} 03:00}"}},
        {"subjectPublicKeyInfo is malformed", {.spki = "30{30{06:2b6570}}"}},
        {"subjectPublicKeyInfo is malformed",
         {.spki = "30{30{06:2b6570} 03:0100}"}},
        {"tbsCertificate holds something unknown", {.tail = "02:00"}},
        {"tbsCertificate holds something unknown", {.tail = "=8105"}},
        {"the extensions are malformed", {.tail = "a3{02:00}"}},
        {"the extensions are malformed", {.tail = "a3{30{} 30{}}"}},
        {"the extensions are malformed", {.tail = "a3{30{}} 02:00"}},
        {"the extensions are malformed", {.exts = "30{06:551d13}"}},
        {"the extensions are malformed", {.exts = "30{06:551d13 01:0000 04:}"}},
        {"signatureAlgorithm is malformed", {.outer_alg = "04:00"}},
        {"signatureAlgorithm is malformed", {.outer_alg = "30{}"}},
        {"the signature is malformed", {.signature = ""}},
        {"the signature is malformed", {.signature = "03:"}},
        {"the signature is malformed", {.signature = "03:0780"}},
        {"bytes follow the certificate", {.after = "02:00"}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cm_cert *cert = odd_cert(&cases[i].spec);

        assert_false(cert->parsed);
        assert_string_equal(cert->parse_error, cases[i].error);
        assert_true(cert->parse_error_offset <= cert->der.len);
        assert_non_null(cert->subject_text);
        assert_non_null(cert->subject_cn);
        assert_non_null(cert->issuer_text);
        assert_non_null(cert->issuer_cn);
        assert_non_null(cert->sig_name);
        cm_cert_unref(cert);
    }
}

static void one_mistake_hides_no_other_fact(void **state)
{
    struct cm_cert *cert = odd_cert(
        &(struct odd_cert){.validity = "30{17'rubbish' " UTC_OK "}",
                           .exts = "30{06:551d11 04{30{82'a.example'}}}"});

    (void)state;
    assert_false(cert->parsed);
    assert_string_equal(cert->parse_error, "notBefore is malformed");
    assert_string_equal(cert->subject_cn, "Subject");
    assert_int_equal(cert->key_bits, 256);
    assert_int_equal(cert->num_names, 1);
    assert_true(cert->signature.len > 0);
    cm_cert_unref(cert);
}

static void garbage_has_a_hash_and_a_reason(void **state)
{
    static const uint8_t garbage[] = {0xde, 0xad, 0xbe, 0xef};
    uint8_t hash[CM_SHA256_LEN];
    struct cm_cert *cert = cm_cert_parse(garbage, sizeof(garbage));

    (void)state;
    assert_non_null(cert);
    assert_false(cert->parsed);
    assert_string_equal(cert->parse_error, "it is not a DER sequence");
    cm_sha256(garbage, sizeof(garbage), hash);
    assert_memory_equal(hash, cert->sha256, sizeof(hash));
    assert_int_equal(cert->der.len, sizeof(garbage));
    assert_false(cert->self_issued); /* no name equals no name */
    assert_string_equal(cert->sig_name, "unknown");
    cm_cert_unref(cert);
    cert = cm_cert_parse((const uint8_t *)"\x30\x02\x02\x00", 4);
    assert_string_equal(cert->parse_error, "tbsCertificate is malformed");
    cm_cert_unref(cert);
    cert = cm_cert_parse(NULL, 0);
    assert_non_null(cert);
    assert_false(cert->parsed);
    cm_cert_unref(cert);
}

static void too_long_is_kept_unread(void **state)
{
    struct cm_buf der;
    struct cm_cert *cert;

    (void)state;
    odd_der(&der, &(struct odd_cert){0});
    while (der.len <= CM_CERT_MAX_DER) {
        assert_true(cm_buf_putc(&der, '\0'));
    }
    cert = cm_cert_parse(der.data, der.len);
    assert_false(cert->parsed);
    assert_string_equal(cert->parse_error, "it is too long");
    assert_int_equal(cert->subject.len, 0);
    assert_int_equal(cert->der.len, CM_CERT_MAX_DER + 1);
    cm_cert_unref(cert);
    cm_buf_cleanup(&der);
}

static void versions_as_written(void **state)
{
    static const struct {
        const char *version;
        int want;
    } cases[] = {{"", 1},          {"a0{02:00}", 1}, {"a0{02:01}", 2},
                 {"a0{02:02}", 3}, {"a0{02:03}", 4}, {"a0{02:0002}", 3}};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cm_cert *cert =
            odd_cert(&(struct odd_cert){.version = cases[i].version});

        assert_true(cert->parsed);
        assert_int_equal(cert->version, cases[i].want);
        cm_cert_unref(cert);
    }
}

static void times_as_written(void **state)
{
    static const struct {
        const char *validity;
        bool odd;
    } cases[] = {
        {UTC_OK UTC_OK, false},
        {UTC_OK "18'20500101000000Z'", false},
        {"17'2701010000Z'" UTC_OK, true},
        {UTC_OK "17'2701010000Z'", true},
        {UTC_OK "17'270101000000+0100'", true},
        {UTC_OK "17'270101000000'", true},
        {UTC_OK "18'20500101000000.5Z'", true},
        {UTC_OK "18'205001010000Z'", true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char validity[128];
        struct cm_cert *cert;

        (void)snprintf(validity, sizeof(validity), "30{%s}", cases[i].validity);
        cert = odd_cert(&(struct odd_cert){.validity = validity});
        assert_true(cert->parsed);
        assert_int_equal(cert->odd_time, cases[i].odd);
        cm_cert_unref(cert);
    }
}

static void unique_ids_are_passed_over(void **state)
{
    struct cm_cert *cert = odd_cert(&(struct odd_cert){
        .tail = "81:0001 82:0002 a3{30{30{06:551d13 04{30{01:ff}}}}}"});

    (void)state;
    assert_true(cert->parsed);
    assert_true(cert->is_ca);
    assert_true(cert->has_unique_ids);
    cm_cert_unref(cert);
    cert = odd_cert(&(struct odd_cert){.tail = "82:0002"});
    assert_true(cert->has_unique_ids);
    cm_cert_unref(cert);
    cert = odd_cert(&(struct odd_cert){0});
    assert_false(cert->has_unique_ids);
    cm_cert_unref(cert);
}

static void algorithms_that_differ(void **state)
{
    struct cm_cert *cert =
        odd_cert(&(struct odd_cert){.inner_alg = "30{06:2a8648ce3d040303}"});

    (void)state;
    assert_true(cert->parsed);
    assert_true(cert->sig_alg_differs);
    assert_string_equal(cert->sig_name, "ecdsa-with-SHA256"); /* the outer */
    cm_cert_unref(cert);
    cert = odd_cert(&(struct odd_cert){
        .inner_alg = "30{06:2a864886f70d01010b 05:}",
        .outer_alg = "30{06:2a864886f70d01010b}"}); /* parameters count */
    assert_true(cert->sig_alg_differs);
    cm_cert_unref(cert);
    cert = odd_cert(&(struct odd_cert){0});
    assert_false(cert->sig_alg_differs);
    cm_cert_unref(cert);
}

static const struct key_case {
    const char *spki;
    enum cm_key_alg alg;
    unsigned bits;
    const char *curve;
} key_cases[] = {
    {"30{30{06:2a0304} 03:00}", CM_KEY_UNKNOWN, 0, NULL},
    {"30{30{06:2b6570} 03:00}", CM_KEY_ED25519, 256, NULL},
    {"30{30{06:2b6571} 03:00}", CM_KEY_ED448, 456, NULL},
    {"30{30{06:608648016503040312} 03:00}", CM_KEY_ML_DSA, 0, NULL},
    {"30{30{06:2a864886f70d01010a} 03:003009020400ffffff020103}",
     CM_KEY_RSA_PSS, 24, NULL},
    {"30{30{06:2a864886f70d010101} 03:00ff}", CM_KEY_RSA, 0, NULL},
    {"30{30{06:2a864886f70d010101} 03:003006020180020103}", CM_KEY_RSA, 0,
     NULL},
    {"30{30{06:2a8648ce380401 30{02:0083 02:03 02:05}} 03:00}", CM_KEY_DSA, 8,
     NULL},
    {"30{30{06:2a8648ce3e0201 30{02:07ff 02:02}} 03:00}", CM_KEY_DH, 11, NULL},
    {"30{30{06:2a8648ce3d0201 06:2b8104000a} 03:00}", CM_KEY_EC, 256,
     "secp256k1"},
    {"30{30{06:2a8648ce3d0201 06:2b2403030208010107} 03:00}", CM_KEY_EC, 256,
     "brainpoolP256r1"},
    {"30{30{06:2a8648ce3d0201 06:2b2403030208010105} 03:00}", CM_KEY_EC, 224,
     "brainpoolP224r1"},
    {"30{30{06:2a8648ce3d0201 06:2b240303020801010a} 03:00}", CM_KEY_EC, 320,
     "brainpoolP320t1"},
    {"30{30{06:2a8648ce3d0201 06:2a811ccf5501822d} 03:00}", CM_KEY_EC, 256,
     "SM2"},
    {"30{30{06:2a8648ce380401} 03:00}", CM_KEY_DSA, 0, NULL}, /* inherited */
    {"30{30{06:608648016503040311} 03:00}", CM_KEY_ML_DSA, 0, NULL},
    {"30{30{06:608648016503040313} 03:00}", CM_KEY_ML_DSA, 0, NULL},
    {"30{30{06:2a8648ce3d0201 06:2a03} 03:00}", CM_KEY_EC, 0, "unknown"},
    {"30{30{06:2a8648ce3d0201} 03:00}", CM_KEY_EC, 0, "unknown"},
    {"30{30{06:2a8648ce3d0201 30{02:01 30{06:2a8648ce3d0101 02:00ff01}}} "
     "03:00}",
     CM_KEY_EC, 16, "explicit"},
    {"30{30{06:2a8648ce3d0201 30{}} 03:00}", CM_KEY_EC, 0, "explicit"},
};

static void keys_of_all_kinds(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(key_cases); i++) {
        const struct key_case *c = &key_cases[i];
        struct cm_cert *cert = odd_cert(&(struct odd_cert){.spki = c->spki});

        assert_true(cert->parsed);
        assert_int_equal(cert->key_alg, c->alg);
        assert_int_equal(cert->key_bits, c->bits);
        if (c->curve != NULL) {
            assert_string_equal(cert->curve, c->curve);
        } else {
            assert_null(cert->curve);
        }
        assert_int_equal(cert->explicit_curve,
                         c->curve != NULL && strcmp(c->curve, "explicit") == 0);
        cm_cert_unref(cert);
    }
}

#define PSS "06:2a864886f70d01010a"
#define SHA384 "30{06:608648016503040202 05:}"
static const struct sig_case {
    const char *alg;
    enum cm_key_alg key;
    enum cm_hash_alg hash;
    const char *name;
} sig_cases[] = {
    {"30{06:2a03}", CM_KEY_UNKNOWN, CM_HASH_UNKNOWN, "unknown"},
    {"30{06:2a864886f70d010102 05:}", CM_KEY_RSA, CM_HASH_MD2,
     "md2WithRSAEncryption"},
    {"30{06:2b0e03021d}", CM_KEY_RSA, CM_HASH_SHA1, "sha1WithRSASignature"},
    {"30{06:2b6571}", CM_KEY_ED448, CM_HASH_NONE, "Ed448"},
    {"30{06:608648016503040313}", CM_KEY_ML_DSA, CM_HASH_NONE, "ML-DSA-87"},
    {"30{06:2a8648ce380403}", CM_KEY_DSA, CM_HASH_SHA1, "dsa-with-SHA1"},
    {"30{" PSS " 30{}}", CM_KEY_RSA, CM_HASH_SHA1, "rsassaPss"},
    {"30{" PSS " 30{a0{" SHA384 "}}}", CM_KEY_RSA, CM_HASH_SHA384, "rsassaPss"},
    {"30{" PSS " 30{a0{30{06:2a03}}}}", CM_KEY_RSA, CM_HASH_UNKNOWN,
     "rsassaPss"},
    {"30{" PSS " 30{a2{02:ff}}}", CM_KEY_RSA, CM_HASH_UNKNOWN, "rsassaPss"},
    {"30{" PSS "}", CM_KEY_RSA, CM_HASH_UNKNOWN, "rsassaPss"},
    {"30{" PSS " 30{} 05:}", CM_KEY_RSA, CM_HASH_UNKNOWN, "rsassaPss"},
    {"30{" PSS " 30{a0{" SHA384 "} a3{02:01}}}", CM_KEY_RSA, CM_HASH_SHA384,
     "rsassaPss"},
    {"30{" PSS " 30{a0{" SHA384 "} a3{02:02}}}", CM_KEY_RSA, CM_HASH_UNKNOWN,
     "rsassaPss"},
    {"30{" PSS " 30{a0{" SHA384 "} a4{}}}", CM_KEY_RSA, CM_HASH_UNKNOWN,
     "rsassaPss"},
    {"30{" PSS " 30{a0{" SHA384 "} a1{30{06:2a03 " SHA384 "}}}}", CM_KEY_RSA,
     CM_HASH_SHA384, "rsassaPss"}, /* not MGF1: see the next test */
    {"30{06:2a811ccf55018375}", CM_KEY_EC, CM_HASH_UNKNOWN, "SM2-with-SM3"},
};

static void only_mgf1_is_known(void **state)
{
    static const struct {
        const char *alg;
        enum cm_hash_alg want;
    } cases[] = {
        {"30{" PSS " 30{}}", CM_HASH_SHA1},
        {"30{" PSS " 30{a1{30{06:2a864886f70d010108 " SHA384 "}}}}",
         CM_HASH_SHA384},
        {"30{" PSS " 30{a1{30{06:2a03 " SHA384 "}}}}", CM_HASH_UNKNOWN},
        {"30{" PSS " 30{a1{30{06:2a864886f70d010108}}}}", CM_HASH_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cm_sig_facts facts;
        struct cm_buf der;

        cm_buf_init(&der, 1000);
        der_build(&der, cases[i].alg);
        assert_true(
            cm_oids_signature((struct cm_span){der.data, der.len}, &facts));
        assert_true(facts.pss);
        assert_int_equal(facts.mgf_hash, cases[i].want);
        cm_buf_cleanup(&der);
    }
}

static void signatures_of_all_kinds(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sig_cases); i++) {
        const struct sig_case *c = &sig_cases[i];
        struct cm_cert *cert = odd_cert(
            &(struct odd_cert){.inner_alg = c->alg, .outer_alg = c->alg});

        assert_true(cert->parsed);
        assert_int_equal(cert->sig_key_alg, c->key);
        assert_int_equal(cert->sig_hash, c->hash);
        assert_string_equal(cert->sig_name, c->name);
        cm_cert_unref(cert);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default_is_sound),
        cmocka_unit_test(refuses_and_says_why),
        cmocka_unit_test(one_mistake_hides_no_other_fact),
        cmocka_unit_test(garbage_has_a_hash_and_a_reason),
        cmocka_unit_test(too_long_is_kept_unread),
        cmocka_unit_test(versions_as_written),
        cmocka_unit_test(times_as_written),
        cmocka_unit_test(unique_ids_are_passed_over),
        cmocka_unit_test(algorithms_that_differ),
        cmocka_unit_test(keys_of_all_kinds),
        cmocka_unit_test(signatures_of_all_kinds),
        cmocka_unit_test(only_mgf1_is_known),
    };

    return cmocka_run_group_tests_name("pki odd certificates", tests, NULL,
                                       NULL);
}
