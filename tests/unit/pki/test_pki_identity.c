/* Our own certificate from files: which key and chain are taken, and what is
 * wrong with them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/identity.h"
#include "pki/pki.h"
#include "support/forge.h"

#define ROOT 60
#define CA 61
#define OWN 62
#define OTHER 63

static struct cm_cert *root;
static struct cm_cert *ca;
static struct cm_cert *own;

static struct cm_cert *issue(const struct forge_spec *base)
{
    struct forge_spec spec = *base;

    spec.subject = "Client";
    spec.issuer_cert = ca;
    spec.issuer_key = forge_key(FORGE_P256, CA);
    spec.key = spec.key != NULL ? spec.key : forge_key(FORGE_P256, OWN);
    return forge_cert(&spec);
}

static int make(void **state)
{
    (void)state;
    root = forge_cert(&(struct forge_spec){
        .subject = "Root", .ca = true, .key = forge_key(FORGE_P256, ROOT)});
    ca = forge_cert(
        &(struct forge_spec){.subject = "CA",
                             .ca = true,
                             .issuer_cert = root,
                             .issuer_key = forge_key(FORGE_P256, ROOT),
                             .key = forge_key(FORGE_P256, CA)});
    own = issue(&(struct forge_spec){.eku = "client"});
    return 0;
}

static int leave(void **state)
{
    (void)state;
    cm_cert_unref(root);
    cm_cert_unref(ca);
    cm_cert_unref(own);
    forge_cleanup();
    return 0;
}

static struct cm_span span_of(const char *text)
{
    return (struct cm_span){(const uint8_t *)text, strlen(text)};
}

struct reading {
    struct cm_identity id;
    struct cm_client_evidence facts;
};

static void read_texts(struct reading *r, const char *cert, const char *key,
                       int64_t at_unix)
{
    const struct cm_identity_files files = {.cert_name = "client.pem",
                                            .key_name = "client.key",
                                            .cert = span_of(cert),
                                            .key = span_of(key)};

    assert_int_equal(cm_identity_read(&r->id, &files, at_unix, &r->facts),
                     CM_OK);
}

static void read_certs(struct reading *r, struct cm_cert *const *certs,
                       size_t num, const char *key)
{
    char *pem = forge_pem(certs, num);

    read_texts(r, pem, key, FORGE_NOW);
    free(pem);
}

static void close_reading(struct reading *r)
{
    cm_identity_cleanup(&r->id);
    cm_cert_unref(r->facts.cert);
    cm_span_free(&r->facts.issuers);
}

static void expect(const struct reading *r, enum cm_client_fault fault,
                   const char *says)
{
    assert_string_equal(cm_client_fault_id(r->facts.fault),
                        cm_client_fault_id(fault));
    if (strstr(r->facts.detail, says) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", r->facts.detail, says);
    }
    /* What cannot be sent leaves no key behind. */
    assert_int_equal(r->id.key != NULL, cm_client_usable(fault));
    assert_int_equal(r->id.num_chain > 0, cm_client_usable(fault));
}

static const char *own_key(void)
{
    return forge_key_pem(forge_key(FORGE_P256, OWN));
}

/* Whatever the order of the file: our own first, then upwards, no root. */
static void the_chain_is_put_in_order(void **state)
{
    struct cm_cert *stranger =
        forge_cert(&(struct forge_spec){.subject = "Stranger",
                                        .ca = true,
                                        .key = forge_key(FORGE_P256, OTHER)});
    struct cm_cert *file[] = {root, stranger, ca, own};
    struct reading r;

    (void)state;
    read_certs(&r, file, 4, own_key());
    expect(&r, CM_CLIENT_FINE, "client.pem is valid until");
    assert_int_equal(r.id.num_chain, 2);
    assert_memory_equal(r.id.chain[0]->sha256, own->sha256, CM_SHA256_LEN);
    assert_memory_equal(r.id.chain[1]->sha256, ca->sha256, CM_SHA256_LEN);
    assert_memory_equal(r.facts.cert->sha256, own->sha256, CM_SHA256_LEN);
    assert_int_equal(r.facts.issuers.len,
                     2 + own->issuer.len + 2 + ca->issuer.len);
    assert_memory_equal(r.facts.issuers.data + 2, own->issuer.data,
                        own->issuer.len);
    assert_int_equal(r.facts.issuers.data[1], own->issuer.len);
    close_reading(&r);
    cm_cert_unref(stranger);
}

static void the_key_may_be_in_the_same_file(void **state)
{
    char *pem = forge_pem(&own, 1);
    char both[8192];
    struct reading r;

    (void)state;
    (void)snprintf(both, sizeof(both), "%s%s", own_key(), pem);
    read_texts(&r, both, both, FORGE_NOW);
    expect(&r, CM_CLIENT_INCOMPLETE, "without its issuer");
    assert_int_equal(r.id.num_chain, 1);
    close_reading(&r);
    free(pem);
}

static void one_that_signs_itself_is_complete(void **state)
{
    struct cm_cert *alone = forge_cert(&(struct forge_spec){
        .subject = "Alone", .key = forge_key(FORGE_P256, OWN)});
    struct reading r;

    (void)state;
    read_certs(&r, &alone, 1, own_key());
    expect(&r, CM_CLIENT_FINE, "is valid until");
    assert_int_equal(r.id.num_chain, 1);
    close_reading(&r);
    cm_cert_unref(alone);
}

static void another_key_does_not_fit(void **state)
{
    struct cm_cert *file[] = {own, ca};
    struct reading r;

    (void)state;
    read_certs(&r, file, 2, forge_key_pem(forge_key(FORGE_P256, OTHER)));
    expect(&r, CM_CLIENT_KEY_MISMATCH, "client.key holds the key of another");
    assert_memory_equal(r.facts.cert->sha256, own->sha256, CM_SHA256_LEN);
    close_reading(&r);
    read_certs(&r, file, 2, forge_key_pem(forge_key(FORGE_RSA_2048, 1)));
    expect(&r, CM_CLIENT_KEY_MISMATCH, "another certificate");
    close_reading(&r);
}

static void every_kind_of_key_fits_its_certificate(void **state)
{
    static const enum forge_key_kind kinds[] = {
        FORGE_P256, FORGE_P384, FORGE_P521, FORGE_RSA_2048, FORGE_ED25519};

    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct forge_key *key = forge_key(kinds[i], OWN);
        struct cm_cert *cert = issue(&(struct forge_spec){.key = key});
        struct cm_cert *file[] = {cert, ca};
        struct reading r;

        read_certs(&r, file, 2, forge_key_pem(key));
        expect(&r, CM_CLIENT_FINE, "is valid until");
        close_reading(&r);
        cm_cert_unref(cert);
    }
}

static void dates_and_usages_are_looked_at(void **state)
{
    static const struct {
        struct forge_spec spec;
        enum cm_client_fault fault;
        const char *says;
    } cases[] = {
        {{.not_before = FORGE_NOW - 9 * FORGE_DAY,
          .not_after = FORGE_NOW - FORGE_DAY},
         CM_CLIENT_EXPIRED,
         "expired on"},
        {{.not_after = FORGE_NOW}, CM_CLIENT_FINE, "is valid until"},
        {{.not_before = FORGE_NOW + 1},
         CM_CLIENT_NOT_YET_VALID,
         "is not valid before"},
        {{.eku = "server"}, CM_CLIENT_WRONG_USAGE, "not for client auth"},
        {{.eku = "code"}, CM_CLIENT_WRONG_USAGE, "not for client auth"},
        {{.eku = "-"}, CM_CLIENT_FINE, "is valid until"},
        {{.eku = "any"}, CM_CLIENT_FINE, "is valid until"},
        {{.key_usage = CM_KU_KEY_ENCIPHERMENT},
         CM_CLIENT_WRONG_USAGE,
         "may not sign"},
        {{.no_key_usage = true}, CM_CLIENT_FINE, "is valid until"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cm_cert *cert = issue(&cases[i].spec);
        struct cm_cert *file[] = {cert, ca};
        struct reading r;

        read_certs(&r, file, 2, own_key());
        expect(&r, cases[i].fault, cases[i].says);
        assert_non_null(r.facts.cert);
        close_reading(&r);
        cm_cert_unref(cert);
    }
}

#define BLOCK(label, body)                                                     \
    "-----BEGIN " label "-----\n" body "\n-----END " label "-----\n"

static void files_that_hold_no_usable_key(void **state)
{
    static const struct {
        const char *key;
        const char *says;
    } cases[] = {
        {"", "holds no private key"},
        {"just text\n", "holds no private key"},
        {BLOCK("CERTIFICATE", "AAAA"), "holds no private key"},
        {BLOCK("EC PARAMETERS", "BggqhkjOPQMBBw=="), "holds no private key"},
        {BLOCK("ENCRYPTED PRIVATE KEY", "MIIB"), "behind a passphrase"},
        {BLOCK("RSA PRIVATE KEY",
               "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nMIIB"),
         "behind a passphrase"},
        {BLOCK("PRIVATE KEY", "AAAA"), "is damaged"},
        {BLOCK("PRIVATE KEY", "!!!!"), "is damaged"},
        {BLOCK("EC PRIVATE KEY", "MAA="), "is damaged"},
        {BLOCK("RSA PRIVATE KEY", "MAA="), "is damaged"},
        {"-----BEGIN PRIVATE KEY-----\nMIIB", "is damaged"},
        {BLOCK("OPENSSH PRIVATE KEY", "AAAA"), "not supported"},
        {BLOCK("DSA PRIVATE KEY", "AAAA"), "not supported"},
        /* PKCS#8 of an algorithm that nobody knows */
        {BLOCK("PRIVATE KEY", "MA4CAQAwBQYDKgMEBAIFAA=="), "not supported"},
    };
    char *pem = forge_pem(&own, 1);

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct reading r;

        read_texts(&r, pem, cases[i].key, FORGE_NOW);
        expect(&r, CM_CLIENT_MALFORMED, cases[i].says);
        assert_memory_equal(r.facts.detail, "client.key ", 11);
        assert_non_null(r.facts.cert);
        close_reading(&r);
    }
    free(pem);
}

static void files_that_hold_no_certificate(void **state)
{
    static const char *const certs[] = {"",
                                        "just text\n",
                                        BLOCK("PRIVATE KEY", "AAAA"),
                                        BLOCK("CERTIFICATE", "!!!!"),
                                        "-----BEGIN CERTIFICATE-----\nAAAA",
                                        BLOCK("CERTIFICATE", "AAAA")};

    (void)state;
    for (size_t i = 0; i < sizeof(certs) / sizeof(certs[0]); i++) {
        struct reading r;

        read_texts(&r, certs[i], own_key(), FORGE_NOW);
        expect(&r, CM_CLIENT_MALFORMED, "client.pem holds");
        close_reading(&r);
    }
}

/* SEQUENCE { INTEGER 3 ...: what Windows exports. */
static void a_pfx_is_named_as_such(void **state)
{
    static const uint8_t pfx[] = {0x30, 0x82, 0, 5, 2, 1, 3, 5, 0};
    const struct cm_identity_files files = {.cert_name = "client.pfx",
                                            .key_name = "client.pfx",
                                            .cert = {pfx, sizeof(pfx)},
                                            .key = {pfx, sizeof(pfx)}};
    struct reading r;

    (void)state;
    assert_int_equal(cm_identity_read(&r.id, &files, FORGE_NOW, &r.facts),
                     CM_OK);
    expect(&r, CM_CLIENT_MALFORMED, "client.pfx is a PFX (PKCS#12) file");
    close_reading(&r);
}

static void long_names_of_files_keep_their_end(void **state)
{
    struct cm_client_evidence facts = {.fault = CM_CLIENT_NONE};
    char name[400];

    (void)state;
    memset(name, 'x', sizeof(name));
    (void)snprintf(name + 300, sizeof(name) - 300, "/client.key");
    cm_identity_unreadable(&facts, true, name, "Permission denied");
    assert_int_equal(facts.fault, CM_CLIENT_KEY_UNREADABLE);
    assert_memory_equal(facts.detail, "...x", 4);
    assert_non_null(
        strstr(facts.detail, "/client.key cannot be read: Permission denied"));
    cm_identity_unreadable(&facts, false, "a.pem", "No such file or directory");
    assert_int_equal(facts.fault, CM_CLIENT_UNREADABLE);
    assert_string_equal(facts.detail,
                        "a.pem cannot be read: No such file or directory");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_chain_is_put_in_order),
        cmocka_unit_test(the_key_may_be_in_the_same_file),
        cmocka_unit_test(one_that_signs_itself_is_complete),
        cmocka_unit_test(another_key_does_not_fit),
        cmocka_unit_test(every_kind_of_key_fits_its_certificate),
        cmocka_unit_test(dates_and_usages_are_looked_at),
        cmocka_unit_test(files_that_hold_no_usable_key),
        cmocka_unit_test(files_that_hold_no_certificate),
        cmocka_unit_test(a_pfx_is_named_as_such),
        cmocka_unit_test(long_names_of_files_keep_their_end),
    };

    return cmocka_run_group_tests_name("pki: our own certificate", tests, make,
                                       leave);
}
