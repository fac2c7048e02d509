/* Facts of sound certificates of every kind, as the forge makes them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "pki/pki.h"
#include "support/forge.h"

static struct forge_key *rsa(void)
{
    return forge_key(FORGE_RSA_1024, 1);
}

static void leaf_by_default(void **state)
{
    struct cm_cert *cert = forge_cert(&(struct forge_spec){0});
    uint8_t hash[CM_SHA256_LEN];

    (void)state;
    assert_true(cert->parsed);
    assert_null(cert->parse_error);
    assert_int_equal(cert->refs, 1);
    assert_int_equal(cert->version, 3);
    assert_string_equal(cert->subject_text, "CN=Test");
    assert_string_equal(cert->subject_cn, "Test");
    assert_true(cert->self_issued);
    assert_int_equal(cert->not_before, FORGE_NOW - 30 * FORGE_DAY);
    assert_int_equal(cert->not_after, FORGE_NOW + 300 * FORGE_DAY);
    assert_true(cert->has_basic_constraints);
    assert_false(cert->is_ca);
    assert_int_equal(cert->pathlen, -1);
    assert_true(cert->has_key_usage);
    assert_int_equal(cert->key_usage, CM_KU_DIGITAL_SIGNATURE);
    assert_int_equal(cert->eku, CM_EKU_SERVER_AUTH | CM_EKU_CLIENT_AUTH);
    assert_false(cert->has_san);
    assert_int_equal(cert->ski.len, 20);
    assert_true(cm_span_equal(cert->ski, cert->aki));
    assert_null(cert->unknown_critical);
    cm_sha256(cert->der.data, cert->der.len, hash);
    assert_memory_equal(hash, cert->sha256, sizeof(hash));
    cm_sha256(cert->spki.data, cert->spki.len, hash);
    assert_memory_equal(hash, cert->spki_sha256, sizeof(hash));
    cm_cert_unref(cert);
}

static void spans_lie_in_the_copy(void **state)
{
    struct cm_cert *made = forge_cert(&(struct forge_spec){.names = "a.b"});
    uint8_t bytes[2048];
    struct cm_cert *cert;
    const struct cm_span *spans;

    (void)state;
    assert_true(made->der.len < sizeof(bytes));
    memcpy(bytes, made->der.data, made->der.len);
    cert = cm_cert_parse(bytes, made->der.len);
    assert_non_null(cert);
    memset(bytes, 0, sizeof(bytes));
    spans = (const struct cm_span[]){
        cert->tbs,       cert->serial, cert->issuer,
        cert->subject,   cert->spki,   cert->sig_alg,
        cert->signature, cert->ski,    cert->names[0].value};
    for (size_t i = 0; i < 9; i++) {
        assert_true(spans[i].data >= cert->der.data);
        assert_true(spans[i].data + spans[i].len <=
                    cert->der.data + cert->der.len);
    }
    assert_memory_equal(cert->names[0].value.data, "a.b", 3);
    assert_memory_equal(cert->sha256, made->sha256, CM_SHA256_LEN);
    cm_cert_unref(cert);
    cm_cert_unref(made);
}

static void authority(void **state)
{
    struct cm_cert *cert = forge_cert(&(struct forge_spec){
        .subject = "Root", .subject_o = "Acme, Inc", .ca = true, .pathlen = 3});

    (void)state;
    assert_true(cert->is_ca);
    assert_int_equal(cert->pathlen, 2);
    assert_int_equal(cert->key_usage, CM_KU_KEY_CERT_SIGN | CM_KU_CRL_SIGN);
    assert_false(cert->has_eku);
    assert_string_equal(cert->subject_text, "CN=Root,O=Acme\\, Inc");
    assert_string_equal(cert->issuer_cn, "Root");
    cm_cert_unref(cert);
}

static void issued_by_another(void **state)
{
    struct forge_key *ca_key = forge_key(FORGE_P384, 1);
    struct cm_cert *ca = forge_cert(
        &(struct forge_spec){.subject = "CA", .ca = true, .key = ca_key});
    struct cm_cert *cert = forge_cert(&(struct forge_spec){
        .subject = "leaf", .issuer_cert = ca, .issuer_key = ca_key});

    (void)state;
    assert_false(cert->self_issued);
    assert_string_equal(cert->issuer_text, ca->subject_text);
    assert_true(cm_span_equal(cert->issuer_norm, ca->subject_norm));
    assert_true(cm_span_equal(cert->aki, ca->ski));
    assert_string_equal(cert->curve, "P-256");
    assert_int_equal(cert->sig_key_alg, CM_KEY_EC);
    assert_int_equal(ca->key_bits, 384);
    cm_cert_unref(cert);
    cm_cert_unref(ca);
}

static void alternative_names(void **state)
{
    struct cm_cert *cert = forge_cert(&(struct forge_spec){
        .names = "a.example,*.b.example,ip:192.0.2.1,ip:2001:db8::1,"
                 "uri:https://c.example/,email:x@d.example"});

    (void)state;
    assert_true(cert->has_san);
    assert_int_equal(cert->num_names, 6);
    assert_int_equal(cert->num_names_total, 6);
    assert_int_equal(cert->names[0].kind, CM_NAME_DNS);
    assert_memory_equal(cert->names[1].value.data, "*.b.example", 11);
    assert_int_equal(cert->names[2].kind, CM_NAME_IP);
    assert_int_equal(cert->names[2].value.len, 4);
    assert_int_equal(cert->names[3].value.len, 16);
    assert_int_equal(cert->names[4].kind, CM_NAME_URI);
    assert_int_equal(cert->names[5].kind, CM_NAME_EMAIL);
    for (size_t i = 0; i < 6; i++) {
        assert_false(cert->names[i].malformed);
    }
    cm_cert_unref(cert);
}

static void places_and_marks(void **state)
{
    struct cm_cert *cert =
        forge_cert(&(struct forge_spec){.ca_issuers = "http://a.example/ca.der",
                                        .ocsp = "http://o.example",
                                        .crl = "http://c.example/1.crl",
                                        .must_staple = true,
                                        .scts = true,
                                        .public_policy = true});

    (void)state;
    assert_true(cert->parsed);
    assert_int_equal(cert->num_ca_issuers, 1);
    assert_memory_equal(cert->ca_issuers[0].data, "http://a.example/ca.der",
                        cert->ca_issuers[0].len);
    assert_int_equal(cert->num_ocsp_urls, 1);
    assert_int_equal(cert->num_crl_urls, 1);
    assert_memory_equal(cert->crl_urls[0].data, "http://c.example/1.crl",
                        cert->crl_urls[0].len);
    assert_true(cert->must_staple);
    assert_int_equal(cert->num_scts, 2);
    assert_true(cert->public_policy);
    cm_cert_unref(cert);
}

static void nothing_that_is_not_there(void **state)
{
    struct cm_cert *cert = forge_cert(
        &(struct forge_spec){.version = 1, .subject = "", .serial_hex = "01"});

    (void)state;
    assert_true(cert->parsed);
    assert_int_equal(cert->version, 1);
    assert_false(cert->has_basic_constraints);
    assert_false(cert->has_key_usage);
    assert_false(cert->has_eku);
    assert_int_equal(cert->ski.len, 0);
    assert_int_equal(cert->aki.len, 0);
    assert_string_equal(cert->subject_text, "");
    assert_string_equal(cert->subject_cn, "");
    assert_true(cert->subject_norm.len > 0); /* an empty Name is a Name */
    cm_cert_unref(cert);
}

static void version_1_with_extensions(void **state)
{
    struct cm_cert *cert = forge_cert(
        &(struct forge_spec){.version = 1, .names = "v1.example", .ca = true});

    (void)state;
    assert_true(cert->parsed);
    assert_int_equal(cert->version, 1);
    assert_int_equal(cert->num_names, 1);
    assert_true(cert->is_ca);
    cm_cert_unref(cert);
}

struct purpose_case {
    const char *list;
    unsigned want;
};

static void purposes(void **state)
{
    static const struct purpose_case cases[] = {
        {"server", CM_EKU_SERVER_AUTH},
        {"client", CM_EKU_CLIENT_AUTH},
        {"any", CM_EKU_ANY},
        {"sgc", CM_EKU_SERVER_AUTH},
        {"code", CM_EKU_OTHER},
        {"code,server,any", CM_EKU_OTHER | CM_EKU_SERVER_AUTH | CM_EKU_ANY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cm_cert *cert =
            forge_cert(&(struct forge_spec){.eku = cases[i].list});

        assert_true(cert->has_eku);
        assert_int_equal(cert->eku, cases[i].want);
        cm_cert_unref(cert);
    }
}

struct alg_case {
    enum forge_key_kind kind;
    const char *hash;
    enum cm_key_alg key;
    unsigned bits;
    const char *curve;
    enum cm_key_alg sig_key;
    enum cm_hash_alg sig_hash;
    const char *sig_name;
};

static void algorithms(void **state)
{
    static const struct alg_case cases[] = {
        {FORGE_P256, "sha256", CM_KEY_EC, 256, "P-256", CM_KEY_EC,
         CM_HASH_SHA256, "ecdsa-with-SHA256"},
        {FORGE_P256, "sha1", CM_KEY_EC, 256, "P-256", CM_KEY_EC, CM_HASH_SHA1,
         "ecdsa-with-SHA1"},
        {FORGE_P384, "sha384", CM_KEY_EC, 384, "P-384", CM_KEY_EC,
         CM_HASH_SHA384, "ecdsa-with-SHA384"},
        {FORGE_P521, "sha512", CM_KEY_EC, 521, "P-521", CM_KEY_EC,
         CM_HASH_SHA512, "ecdsa-with-SHA512"},
        {FORGE_RSA_1024, "md5", CM_KEY_RSA, 1024, NULL, CM_KEY_RSA, CM_HASH_MD5,
         "md5WithRSAEncryption"},
        {FORGE_RSA_1024, "sha1", CM_KEY_RSA, 1024, NULL, CM_KEY_RSA,
         CM_HASH_SHA1, "sha1WithRSAEncryption"},
        {FORGE_RSA_2048, "sha256", CM_KEY_RSA, 2048, NULL, CM_KEY_RSA,
         CM_HASH_SHA256, "sha256WithRSAEncryption"},
        {FORGE_RSA_1024, "pss-sha384", CM_KEY_RSA, 1024, NULL, CM_KEY_RSA,
         CM_HASH_SHA384, "rsassaPss"},
        {FORGE_ED25519, NULL, CM_KEY_ED25519, 256, NULL, CM_KEY_ED25519,
         CM_HASH_NONE, "Ed25519"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct alg_case *c = &cases[i];
        struct cm_cert *cert = forge_cert(&(struct forge_spec){
            .key = forge_key(c->kind, 1), .hash = c->hash});

        assert_true(cert->parsed);
        assert_int_equal(cert->key_alg, c->key);
        assert_int_equal(cert->key_bits, c->bits);
        assert_int_equal(cert->sig_key_alg, c->sig_key);
        assert_int_equal(cert->sig_hash, c->sig_hash);
        assert_string_equal(cert->sig_name, c->sig_name);
        if (c->curve == NULL) {
            assert_null(cert->curve);
        } else {
            assert_string_equal(cert->curve, c->curve);
        }
        cm_cert_unref(cert);
    }
}

static void times_to_the_end_of_time(void **state)
{
    static const int64_t times[] = {
        INT64_C(-631152000),                         /* 1950 */
        1, INT64_C(2524607999),                      /* the last UTCTime */
        INT64_C(2524608000), INT64_C(253402300799)}; /* 9999-12-31 */

    (void)state;
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        struct cm_cert *cert =
            forge_cert(&(struct forge_spec){.not_after = times[i]});

        assert_true(cert->parsed);
        assert_int_equal(cert->not_after, times[i]);
        cm_cert_unref(cert);
    }
}

static void serials_as_they_are(void **state)
{
    static const char *const serials[] = {
        "00",
        "ff",
        "8000",
        "0001",
        "00",
        "7f",
        "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"};

    (void)state;
    for (size_t i = 0; i < sizeof(serials) / sizeof(serials[0]); i++) {
        struct cm_cert *cert =
            forge_cert(&(struct forge_spec){.serial_hex = serials[i]});

        assert_true(cert->parsed);
        assert_int_equal(2 * cert->serial.len, strlen(serials[i]));
        cm_cert_unref(cert);
    }
}

static void trailing_bytes_spoil_it_but_not_its_facts(void **state)
{
    struct cm_cert *cert = forge_cert(&(struct forge_spec){
        .trailing_bytes = 2, .names = "a.example", .key = rsa()});

    (void)state;
    assert_false(cert->parsed);
    assert_string_equal(cert->parse_error, "bytes follow the certificate");
    assert_int_equal(cert->parse_error_offset, cert->der.len - 2);
    assert_int_equal(cert->num_names, 1);
    assert_int_equal(cert->key_bits, 1024);
    assert_string_equal(cert->subject_cn, "Test");
    cm_cert_unref(cert);
}

static void a_duplicate_is_told_and_spoils_nothing(void **state)
{
    struct cm_cert *cert = forge_cert(&(struct forge_spec){
        .duplicate_extension = true, .ca = true, .names = "a.example"});

    (void)state;
    assert_true(cert->parsed);
    assert_string_equal(cert->ext_twice, "2.5.29.19");
    assert_true(cert->is_ca);
    assert_int_equal(cert->num_names, 1);
    cm_cert_unref(cert);
}

static void unknown_critical_extension_is_named(void **state)
{
    struct cm_cert *cert =
        forge_cert(&(struct forge_spec){.unknown_critical = true});

    (void)state;
    assert_true(cert->parsed);
    assert_string_equal(cert->unknown_critical, "1.3.6.1.4.1.99999.1");
    cm_cert_unref(cert);
}

static void keys_that_are_none(void **state)
{
    static const struct {
        enum forge_key_kind kind;
        enum forge_spki spki;
        bool even;
        bool unusable;
    } cases[] = {
        {FORGE_P224, FORGE_SPKI_KEY, false, false},
        {FORGE_P256, FORGE_SPKI_KEY, false, false},
        {FORGE_P384, FORGE_SPKI_KEY, false, false},
        {FORGE_P521, FORGE_SPKI_KEY, false, false},
        {FORGE_P256, FORGE_SPKI_OFF_CURVE, false, true},
        {FORGE_P256, FORGE_SPKI_BRAINPOOL, false, false}, /* nobody looks */
        {FORGE_P256, FORGE_SPKI_EXPLICIT, false, false},
        {FORGE_RSA_2048, FORGE_SPKI_KEY, false, false},
        {FORGE_P256, FORGE_SPKI_RSA, false, false},
        {FORGE_P256, FORGE_SPKI_RSA, true, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct cm_cert *cert =
            forge_cert(&(struct forge_spec){.key = forge_key(cases[i].kind, 1),
                                            .spki = cases[i].spki,
                                            .rsa_bits = 2048,
                                            .rsa_even = cases[i].even});

        assert_true(cert->parsed);
        assert_int_equal(cert->key_unusable, cases[i].unusable);
        cm_cert_unref(cert);
    }
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
        cmocka_unit_test(leaf_by_default),
        cmocka_unit_test(spans_lie_in_the_copy),
        cmocka_unit_test(authority),
        cmocka_unit_test(issued_by_another),
        cmocka_unit_test(alternative_names),
        cmocka_unit_test(places_and_marks),
        cmocka_unit_test(nothing_that_is_not_there),
        cmocka_unit_test(version_1_with_extensions),
        cmocka_unit_test(purposes),
        cmocka_unit_test(algorithms),
        cmocka_unit_test(times_to_the_end_of_time),
        cmocka_unit_test(serials_as_they_are),
        cmocka_unit_test(trailing_bytes_spoil_it_but_not_its_facts),
        cmocka_unit_test(a_duplicate_is_told_and_spoils_nothing),
        cmocka_unit_test(unknown_critical_extension_is_named),
        cmocka_unit_test(keys_that_are_none),
    };

    return cmocka_run_group_tests_name("pki certificates", tests, NULL,
                                       cleanup);
}
