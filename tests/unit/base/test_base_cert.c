/* Sharing certificates; words for algorithms. The sanitizer sees leaks and
 * double frees.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base_test.h"

#include <pthread.h>

#include "certmuster/cert.h"

#define THREADS 4
#define TURNS 20000

static struct cm_cert *full_cert(void)
{
    struct cm_cert *cert = calloc(1, sizeof(*cert));

    assert_non_null(cert);
    cert->refs = 1;
    cert->der = (struct cm_span){malloc(10), 10};
    cert->issuer_norm = (struct cm_span){malloc(3), 3};
    cert->subject_norm = (struct cm_span){malloc(4), 4};
    cert->names = calloc(2, sizeof(*cert->names));
    cert->unknown_critical = strdup("1.2.3");
    cert->ext_twice = strdup("2.5.29.17");
    cert->subject_text = strdup("CN=a");
    cert->issuer_text = strdup("CN=b");
    cert->subject_cn = strdup("a");
    cert->issuer_cn = strdup("b");
    return cert;
}

static void the_last_reference_frees_everything(void **state)
{
    struct cm_cert *cert = full_cert();

    (void)state;
    assert_ptr_equal(cm_cert_ref(cert), cert);
    assert_int_equal(cert->refs, 2);
    cm_cert_unref(cert);
    assert_int_equal(cert->refs, 1);
    assert_string_equal(cert->subject_cn, "a");
    cm_cert_unref(cert);
    cm_cert_unref(NULL);
}

static void an_unparsed_certificate_is_freed_too(void **state)
{
    struct cm_cert *cert = calloc(1, sizeof(*cert));

    (void)state;
    assert_non_null(cert);
    cert->refs = 1;
    cm_cert_unref(cert);
}

static void *ref_and_unref(void *arg)
{
    for (int i = 0; i < TURNS; i++) {
        cm_cert_unref(cm_cert_ref(arg));
    }
    return NULL;
}

static void threads_do_not_lose_count(void **state)
{
    struct cm_cert *cert = full_cert();
    pthread_t threads[THREADS];

    (void)state;
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, ref_and_unref, cert),
                         0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    assert_int_equal(cert->refs, 1);
    cm_cert_unref(cert);
}

static void algorithms_have_words(void **state)
{
    static const char *const keys[] = {
        [CM_KEY_UNKNOWN] = "unknown", [CM_KEY_RSA] = "rsa",
        [CM_KEY_RSA_PSS] = "rsa_pss", [CM_KEY_EC] = "ec",
        [CM_KEY_ED25519] = "ed25519", [CM_KEY_ED448] = "ed448",
        [CM_KEY_DSA] = "dsa",         [CM_KEY_DH] = "dh",
        [CM_KEY_ML_DSA] = "ml_dsa",
    };
    static const char *const hashes[] = {
        [CM_HASH_UNKNOWN] = "unknown", [CM_HASH_NONE] = "none",
        [CM_HASH_MD2] = "md2",         [CM_HASH_MD5] = "md5",
        [CM_HASH_SHA1] = "sha1",       [CM_HASH_SHA224] = "sha224",
        [CM_HASH_SHA256] = "sha256",   [CM_HASH_SHA384] = "sha384",
        [CM_HASH_SHA512] = "sha512",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(keys); i++) {
        assert_string_equal(cm_key_alg_id((enum cm_key_alg)i), keys[i]);
    }
    for (size_t i = 0; i < COUNT(hashes); i++) {
        assert_string_equal(cm_hash_alg_id((enum cm_hash_alg)i), hashes[i]);
    }
}

static void extensions_have_names(void **state)
{
    (void)state;
    for (int i = 0; i < CM_EXT_COUNT; i++) {
        assert_non_null(cm_ext_name((enum cm_ext)i));
    }
    assert_string_equal(cm_ext_name(CM_EXT_AKI), "authorityKeyIdentifier");
    assert_string_equal(cm_ext_name(CM_EXT_SCT_LIST),
                        "SignedCertificateTimestampList");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_reference_frees_everything),
        cmocka_unit_test(an_unparsed_certificate_is_freed_too),
        cmocka_unit_test(threads_do_not_lose_count),
        cmocka_unit_test(algorithms_have_words),
        cmocka_unit_test(extensions_have_names),
    };

    return cmocka_run_group_tests_name("base/cert", tests, NULL, NULL);
}
