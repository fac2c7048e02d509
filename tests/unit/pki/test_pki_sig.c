/* Signatures: good, bad, of the wrong key, of kinds nobody can check; what
 * "issues" means; the memo.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "dertext.h"
#include "pki/pki.h"
#include "support/forge.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct signer {
    enum forge_key_kind kind;
    const char *hash;
} signers[] = {
    {FORGE_P256, "sha256"},         {FORGE_P256, "sha1"},
    {FORGE_P256, "sha512"},         {FORGE_P384, "sha384"},
    {FORGE_P521, "sha512"},         {FORGE_RSA_1024, "md5"},
    {FORGE_RSA_1024, "sha1"},       {FORGE_RSA_1024, "sha256"},
    {FORGE_RSA_1024, "sha384"},     {FORGE_RSA_1024, "sha512"},
    {FORGE_RSA_2048, "sha256"},     {FORGE_RSA_1024, "pss-sha256"},
    {FORGE_RSA_2048, "pss-sha384"}, {FORGE_RSA_1024, "pss-default-sha256"},
    {FORGE_ED25519, NULL},
};

static void every_kind_good_bad_and_by_another_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(signers); i++) {
        struct forge_key *key = forge_key(signers[i].kind, 1);
        struct forge_spec ca_spec = {
            .subject = "CA", .ca = true, .key = key, .hash = signers[i].hash};
        struct forge_spec other_spec = {.subject = "CA",
                                        .ca = true,
                                        .key = forge_key(signers[i].kind, 2),
                                        .hash = signers[i].hash};
        struct cm_cert *ca = forge_cert(&ca_spec);
        struct cm_cert *other = forge_cert(&other_spec);
        struct forge_spec leaf_spec = {
            .issuer_cert = ca, .issuer_key = key, .hash = signers[i].hash};
        struct cm_cert *leaf = forge_cert(&leaf_spec);
        struct cm_cert *broken;

        leaf_spec.break_signature = true;
        broken = forge_cert(&leaf_spec);
        assert_int_equal(cm_sig_check(NULL, leaf, ca), CM_SIG_GOOD);
        assert_int_equal(cm_sig_check(NULL, broken, ca), CM_SIG_BAD);
        assert_int_equal(cm_sig_check(NULL, leaf, other), CM_SIG_BAD);
        assert_int_equal(cm_sig_check(NULL, ca, leaf), CM_SIG_BAD);
        assert_true(cm_self_signed(NULL, ca));
        assert_false(cm_self_signed(NULL, leaf));
        cm_cert_unref(broken);
        cm_cert_unref(leaf);
        cm_cert_unref(other);
        cm_cert_unref(ca);
    }
}

static void a_key_of_another_kind_is_bad(void **state)
{
    struct cm_cert *ec = forge_cert(&(struct forge_spec){.subject = "CA"});
    struct cm_cert *rsa = forge_cert(&(struct forge_spec){
        .subject = "CA", .key = forge_key(FORGE_RSA_1024, 1)});
    struct cm_cert *ed = forge_cert(&(struct forge_spec){
        .subject = "CA", .key = forge_key(FORGE_ED25519, 1)});

    (void)state;
    assert_int_equal(cm_sig_check(NULL, ec, rsa), CM_SIG_BAD);
    assert_int_equal(cm_sig_check(NULL, rsa, ec), CM_SIG_BAD);
    assert_int_equal(cm_sig_check(NULL, ed, rsa), CM_SIG_BAD);
    assert_int_equal(cm_sig_check(NULL, rsa, ed), CM_SIG_BAD);
    cm_cert_unref(ec);
    cm_cert_unref(rsa);
    cm_cert_unref(ed);
}

static void kinds_nobody_can_check(void **state)
{
    static const char *const algs[] = {
        "30{06:2a0304}",                 /* unknown */
        "30{06:2a864886f70d010102 05:}", /* MD2 */
        "30{06:2b6571}",                 /* Ed448 */
        "30{06:608648016503040312}",     /* ML-DSA */
        "30{06:2a8648ce380403}",         /* DSA */
        "30{06:2a864886f70d01010a}",     /* PSS without parameters */
        "30{06:2a864886f70d01010a 30{a1{30{06:2a03}}}}", /* PSS, odd MGF */
    };
    const struct forge_spec spec = {.ca = true};
    struct cm_cert *ca = forge_cert(&spec);

    (void)state;
    for (size_t i = 0; i < COUNT(algs); i++) {
        struct cm_cert *cert = odd_cert(
            &(struct odd_cert){.inner_alg = algs[i], .outer_alg = algs[i]});

        assert_int_equal(cm_sig_check(NULL, cert, ca), CM_SIG_UNSUPPORTED);
        cm_cert_unref(cert);
    }
    cm_cert_unref(ca);
}

static void keys_nobody_can_use(void **state)
{
    static const char *const keys[] = {
        "30{30{06:2a0304} 03:00}",                               /* unknown */
        "30{30{06:2a8648ce3d0201 06:2b8104000a} 03:0004}",       /* secp256k1 */
        "30{30{06:2a8648ce3d0201 06:2a8648ce3d030107} 03:0004}", /* no point */
        "02:00",
    };
    struct cm_cert *leaf = odd_cert(&(struct odd_cert){0});
    struct cm_cert *nothing = cm_cert_parse((const uint8_t *)"", 0);

    (void)state;
    for (size_t i = 0; i < COUNT(keys); i++) {
        struct cm_cert *ca = odd_cert(&(struct odd_cert){.spki = keys[i]});

        assert_int_equal(cm_sig_check(NULL, leaf, ca), CM_SIG_UNSUPPORTED);
        cm_cert_unref(ca);
    }
    assert_int_equal(cm_sig_check(NULL, leaf, nothing), CM_SIG_UNSUPPORTED);
    assert_int_equal(cm_sig_check(NULL, nothing, leaf), CM_SIG_UNSUPPORTED);
    assert_false(cm_issues(NULL, nothing, nothing));
    assert_false(cm_self_signed(NULL, nothing));
    cm_cert_unref(nothing);
    cm_cert_unref(leaf);
}

/* The same RSA key under the id-RSASSA-PSS OID: PSS is fine, PKCS #1 not. */
static void a_key_for_pss_alone(void **state)
{
    struct forge_key *key = forge_key(FORGE_RSA_1024, 1);
    struct cm_cert *pss =
        forge_cert(&(struct forge_spec){.key = key, .hash = "pss-sha256"});
    struct cm_cert *pkcs1 = forge_cert(&(struct forge_spec){.key = key});
    struct cm_cert *ca;
    struct cm_buf spki;

    (void)state;
    cm_buf_init(&spki, 10000);
    assert_true(cm_buf_puts(&spki, "30{30{06:2a864886f70d01010a}="));
    /* SEQUENCE(30 81 len) AlgorithmIdentifier(15 octets) BIT STRING ... */
    (void)cm_buf_hex(&spki, pss->spki.data + 3 + 15, pss->spki.len - 3 - 15);
    (void)cm_buf_puts(&spki, "}");
    ca = odd_cert(&(struct odd_cert){.spki = cm_buf_cstr(&spki)});
    assert_int_equal(ca->key_alg, CM_KEY_RSA_PSS);
    assert_int_equal(ca->key_bits, 1024);
    assert_int_equal(cm_sig_check(NULL, pss, ca), CM_SIG_GOOD);
    assert_int_equal(cm_sig_check(NULL, pkcs1, ca), CM_SIG_BAD);
    cm_cert_unref(ca);
    ca = odd_cert(
        &(struct odd_cert){.spki = "30{30{06:2a864886f70d01010a} 03:00ff}"});
    assert_int_equal(cm_sig_check(NULL, pss, ca), CM_SIG_UNSUPPORTED);
    cm_cert_unref(ca);
    cm_buf_cleanup(&spki);
    cm_cert_unref(pkcs1);
    cm_cert_unref(pss);
}

/* The outer identifier is not signed: only its parameters are changed here,
 * from NULL to an empty string, so the signature itself stays good. */
static void algorithm_identifiers_that_differ(void **state)
{
    struct cm_cert *cert =
        forge_cert(&(struct forge_spec){.key = forge_key(FORGE_RSA_1024, 1)});
    size_t params =
        (size_t)(cert->sig_alg.data - cert->der.data) + cert->sig_alg.len - 2;
    struct cm_buf der;
    struct cm_cert *changed;

    (void)state;
    cm_buf_init(&der, 10000);
    assert_true(cm_buf_append(&der, cert->der.data, cert->der.len));
    assert_int_equal(der.data[params], 0x05);
    der.data[params] = 0x04;
    changed = cm_cert_parse(der.data, der.len);
    assert_true(changed->parsed);
    assert_int_equal(changed->sig_hash, CM_HASH_SHA256);
    assert_int_equal(cm_sig_check(NULL, cert, cert), CM_SIG_GOOD);
    assert_false(cert->sig_alg_differs);
    assert_int_equal(cm_sig_check(NULL, changed, cert), CM_SIG_GOOD);
    assert_true(changed->sig_alg_differs);
    cm_cert_unref(changed);
    cm_cert_unref(cert);
    cm_buf_cleanup(&der);
}

static void odd_certificates_are_still_verified(void **state)
{
    static const struct forge_spec specs[] = {
        {.version = 1, .names = "a.example"},
        {.version = 4},
        {.serial_hex = "ff"},
        {.duplicate_extension = true},
        {.trailing_bytes = 5},
        {.unknown_critical = true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(specs); i++) {
        struct cm_cert *cert = forge_cert(&specs[i]);

        assert_int_equal(cm_sig_check(NULL, cert, cert), CM_SIG_GOOD);
        cm_cert_unref(cert);
    }
}

static const struct issue_case {
    const char *name;
    struct forge_spec child; /* issuer_cert and issuer_key are set */
    bool want;
} issue_cases[] = {
    {"plain", {.subject = "leaf"}, true},
    {"no AKI", {.subject = "leaf", .no_aki = true}, true},
    {"another AKI", {.subject = "leaf", .aki_hex = "0102"}, false},
    {"another issuer name", {.subject = "leaf", .issuer = "Other"}, false},
    {"the same name in other letters",
     {.subject = "l", .issuer = " THE  ca "},
     true},
    {"a broken signature", {.subject = "leaf", .break_signature = true}, false},
};

static void issuing(void **state)
{
    struct forge_key *key = forge_key(FORGE_P384, 1);
    struct cm_cert *ca = forge_cert(
        &(struct forge_spec){.subject = "The CA", .ca = true, .key = key});
    struct cm_cert *no_ski = forge_cert(&(struct forge_spec){
        .subject = "The CA", .ca = true, .key = key, .no_ski = true});

    (void)state;
    for (size_t i = 0; i < COUNT(issue_cases); i++) {
        struct forge_spec spec = issue_cases[i].child;
        struct cm_cert *child;

        spec.issuer_cert = ca;
        spec.issuer_key = key;
        child = forge_cert(&spec);
        if (cm_issues(NULL, ca, child) != issue_cases[i].want) {
            fail_msg("%s", issue_cases[i].name);
        }
        assert_false(cm_issues(NULL, child, ca));
        cm_cert_unref(child);
        if (i == 2) { /* an AKI says nothing to an issuer without SKI */
            child = forge_cert(&spec);
            assert_true(cm_issues(NULL, no_ski, child));
            cm_cert_unref(child);
        }
    }
    cm_cert_unref(no_ski);
    cm_cert_unref(ca);
}

static void self_issued_is_not_self_signed(void **state)
{
    struct cm_cert *cert = forge_cert(
        &(struct forge_spec){.issuer_key = forge_key(FORGE_P256, 7)});

    (void)state;
    assert_true(cert->self_issued);
    assert_false(cm_self_signed(NULL, cert));
    cm_cert_unref(cert);
    cert = forge_cert(&(struct forge_spec){.issuer = "Another"});
    assert_int_equal(cm_sig_check(NULL, cert, cert), CM_SIG_GOOD);
    assert_false(cm_self_signed(NULL, cert)); /* its own key, but no name */
    cm_cert_unref(cert);
}

/* The memo answers by hash: a certificate whose content was changed behind
 * its back tells a remembered answer from a computed one. */
static void the_memo_remembers(void **state)
{
    struct cm_sigmemo *memo = cm_sigmemo_new();
    struct cm_cert *cert = forge_cert(&(struct forge_spec){.ca = true});
    struct cm_cert *bad =
        forge_cert(&(struct forge_spec){.break_signature = true});
    struct cm_span signature = cert->signature;

    (void)state;
    assert_non_null(memo);
    assert_int_equal(cm_sig_check(memo, cert, cert), CM_SIG_GOOD);
    assert_int_equal(cm_sig_check(memo, bad, bad), CM_SIG_BAD);
    cert->signature.len = 0;
    assert_int_equal(cm_sig_check(NULL, cert, cert), CM_SIG_BAD);
    assert_int_equal(cm_sig_check(memo, cert, cert), CM_SIG_GOOD);
    cert->spki_sha256[0] ^= 1; /* another issuer key: computed */
    assert_int_equal(cm_sig_check(memo, cert, cert), CM_SIG_BAD);
    cert->spki_sha256[0] ^= 1;
    cert->sha256[0] ^= 1; /* another child: computed */
    assert_int_equal(cm_sig_check(memo, cert, cert), CM_SIG_BAD);
    cert->signature = signature;
    assert_int_equal(cm_sig_check(memo, bad, bad), CM_SIG_BAD);
    cm_cert_unref(bad);
    cm_cert_unref(cert);
    cm_sigmemo_free(memo);
    cm_sigmemo_free(NULL);
}

static void the_memo_is_bounded(void **state)
{
    struct cm_sigmemo *memo = cm_sigmemo_new();
    struct cm_cert *cert = forge_cert(&(struct forge_spec){.ca = true});
    struct cm_cert *unread = cm_cert_parse((const uint8_t *)"x", 1);

    (void)state;
    assert_int_equal(cm_sig_check(memo, cert, cert), CM_SIG_GOOD);
    for (uint32_t i = 0; i < 65536; i++) { /* cheap: nothing to verify */
        memcpy(unread->sha256, &i, sizeof(i));
        assert_int_equal(cm_sig_check(memo, unread, unread),
                         CM_SIG_UNSUPPORTED);
    }
    cert->signature.len = 0; /* forgotten, so computed */
    assert_int_equal(cm_sig_check(memo, cert, cert), CM_SIG_BAD);
    cm_cert_unref(unread);
    cm_cert_unref(cert);
    cm_sigmemo_free(memo);
}

#define THREADS 4
#define CERTS 6
struct shared {
    struct cm_sigmemo *memo;
    struct cm_cert *certs[CERTS]; /* the odd ones are broken */
};

static void *check_all(void *arg)
{
    struct shared *shared = arg;

    for (size_t i = 0; i < 50 * CERTS; i++) {
        struct cm_cert *cert = shared->certs[i % CERTS];

        if (cm_sig_check(shared->memo, cert, cert) !=
            (i % 2 == 0 ? CM_SIG_GOOD : CM_SIG_BAD)) {
            return cert;
        }
    }
    return NULL;
}

static void the_memo_is_shared_by_threads(void **state)
{
    struct shared shared = {.memo = cm_sigmemo_new()};
    pthread_t threads[THREADS];
    void *wrong;

    (void)state;
    for (size_t i = 0; i < CERTS; i++) {
        shared.certs[i] =
            forge_cert(&(struct forge_spec){.break_signature = i % 2 == 1});
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, check_all, &shared),
                         0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
    for (size_t i = 0; i < CERTS; i++) {
        cm_cert_unref(shared.certs[i]);
    }
    cm_sigmemo_free(shared.memo);
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
        cmocka_unit_test(every_kind_good_bad_and_by_another_key),
        cmocka_unit_test(a_key_of_another_kind_is_bad),
        cmocka_unit_test(kinds_nobody_can_check),
        cmocka_unit_test(keys_nobody_can_use),
        cmocka_unit_test(a_key_for_pss_alone),
        cmocka_unit_test(algorithm_identifiers_that_differ),
        cmocka_unit_test(odd_certificates_are_still_verified),
        cmocka_unit_test(issuing),
        cmocka_unit_test(self_issued_is_not_self_signed),
        cmocka_unit_test(the_memo_remembers),
        cmocka_unit_test(the_memo_is_bounded),
        cmocka_unit_test(the_memo_is_shared_by_threads),
    };

    return cmocka_run_group_tests_name("pki signatures", tests, NULL, cleanup);
}
