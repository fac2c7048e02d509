/* The system's trust anchors and forged certificates: each is read, and each
 * fact is what BoringSSL's own X.509 parser says.
 * SPDX-License-Identifier: Apache-2.0 */
#include <openssl/base.h>
#ifndef OPENSSL_IS_BORINGSSL
#error "these are OpenSSL's headers: point BORINGSSL_ROOT at BoringSSL"
#endif
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/pki.h"
#include "support/forge.h"

#define BUNDLE "/etc/ssl/certs/ca-certificates.crt"
#define BUNDLE_MAX (4U << 20)

static void same_time(const ASN1_TIME *theirs, int64_t ours)
{
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int days = 0;
    int seconds = 0;

    assert_int_equal(ASN1_TIME_diff(&days, &seconds, epoch, theirs), 1);
    assert_int_equal((int64_t)days * 86400 + seconds, ours);
    ASN1_TIME_free(epoch);
}

static void same_name(X509_NAME *theirs, struct cm_span ours)
{
    uint8_t *der = NULL;
    int len = i2d_X509_NAME(theirs, &der);

    assert_int_equal(len, ours.len);
    assert_memory_equal(der, ours.data, ours.len);
    OPENSSL_free(der);
}

static void same_key_ids(X509 *x509, const struct cm_cert *cert)
{
    const ASN1_OCTET_STRING *ski = X509_get0_subject_key_id(x509);

    assert_int_equal(ski != NULL, cert->ski.len > 0);
    if (ski != NULL) {
        assert_int_equal(ASN1_STRING_length(ski), cert->ski.len);
        assert_memory_equal(ASN1_STRING_get0_data(ski), cert->ski.data,
                            cert->ski.len);
    }
}

static void same_facts(const struct cm_cert *cert)
{
    const uint8_t *at = cert->der.data;
    X509 *x509 = d2i_X509(NULL, &at, (long)cert->der.len);
    const ASN1_INTEGER *serial;
    EVP_PKEY *pkey;

    if (x509 == NULL) {
        fail_msg("BoringSSL refuses %s", cert->subject_text);
        return;
    }
    same_name(X509_get_subject_name(x509), cert->subject);
    same_name(X509_get_issuer_name(x509), cert->issuer);
    same_time(X509_get0_notBefore(x509), cert->not_before);
    same_time(X509_get0_notAfter(x509), cert->not_after);
    serial = X509_get0_serialNumber(x509);
    assert_true(cert->serial.len >= (size_t)ASN1_STRING_length(serial));
    assert_memory_equal(ASN1_STRING_get0_data(serial),
                        cert->serial.data + cert->serial.len -
                            (size_t)ASN1_STRING_length(serial),
                        (size_t)ASN1_STRING_length(serial));
    assert_int_equal(X509_get_version(x509) + 1, cert->version);
    assert_int_equal((X509_get_extension_flags(x509) & EXFLAG_CA) != 0,
                     cert->is_ca);
    assert_int_equal(X509_get_pathlen(x509), cert->pathlen);
    assert_int_equal((X509_get_extension_flags(x509) & EXFLAG_CRITICAL) != 0,
                     cert->unknown_critical != NULL);
    assert_int_equal(X509_NAME_cmp(X509_get_subject_name(x509),
                                   X509_get_issuer_name(x509)) == 0,
                     cert->self_issued);
    same_key_ids(x509, cert);
    pkey = X509_get_pubkey(x509);
    assert_non_null(pkey);
    if (cert->key_alg != CM_KEY_ED25519) {
        assert_int_equal(EVP_PKEY_bits(pkey), cert->key_bits);
    }
    assert_int_equal(X509_verify(x509, pkey) == 1,
                     cm_sig_check(NULL, cert, cert) == CM_SIG_GOOD);
    EVP_PKEY_free(pkey);
    X509_free(x509);
    ERR_clear_error();
}

static void every_anchor_of_the_system(void **state)
{
    struct cm_certset *set = cm_certset_new(10000);
    char *bytes = malloc(BUNDLE_MAX);
    FILE *file = fopen(BUNDLE, "rb");
    struct cm_error err = {.status = CM_OK};
    size_t len;
    size_t added;

    (void)state;
    assert_non_null(set);
    assert_non_null(bytes);
    if (file == NULL) { /* a system without a bundle */
        free(bytes);
        cm_certset_free(set);
        skip();
        return;
    }
    len = fread(bytes, 1, BUNDLE_MAX, file);
    assert_int_equal(fclose(file), 0);
    if (cm_certs_load(set, (struct cm_span){(uint8_t *)bytes, len}, &added,
                      &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
    assert_true(added > 20);
    assert_int_equal(cm_certset_count(set), added);
    for (size_t i = 0; i < added; i++) {
        const struct cm_cert *cert = cm_certset_at(set, i);

        assert_true(cert->parsed);
        assert_true(cm_self_signed(NULL, cert));
        assert_true(cert->subject_text[0] != '\0');
        same_facts(cert);
    }
    free(bytes);
    cm_certset_free(set);
}

static void every_kind_from_the_forge(void **state)
{
    struct forge_key *rsa = forge_key(FORGE_RSA_2048, 1);
    const struct forge_spec specs[] = {
        {.subject = "leaf"},
        {.ca = true, .pathlen = 2, .key = rsa},
        {.ca = true, .key = rsa, .hash = "pss-sha256"},
        {.key = forge_key(FORGE_P384, 1), .hash = "sha384"},
        {.key = forge_key(FORGE_P521, 1), .hash = "sha512"},
        {.key = forge_key(FORGE_ED25519, 1)},
        {.version = 1},
        {.not_after = INT64_C(253402300799)},
        {.not_before = INT64_C(-631152000)},
        {.unknown_critical = true},
        {.break_signature = true},
        {.names = "a.example,ip:192.0.2.1",
         .scts = true,
         .must_staple = true,
         .public_policy = true,
         .crl = "http://c",
         .ocsp = "http://o"},
        {.issuer = "TEST", .no_ski = true},
        {.issuer = "Another"},
        {.serial_hex = "00ff"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
        struct cm_cert *cert = forge_cert(&specs[i]);

        assert_true(cert->parsed);
        same_facts(cert);
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
        cmocka_unit_test(every_anchor_of_the_system),
        cmocka_unit_test(every_kind_from_the_forge),
    };

    return cmocka_run_group_tests_name("pki bundle oracle", tests, NULL,
                                       cleanup);
}
