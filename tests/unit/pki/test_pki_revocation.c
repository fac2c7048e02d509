/* The set of what tells of revocation: adding, replacing, finding.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/revocation.h"
#include "support/forge_crl.h"

static struct world {
    struct forge_key *key;
    struct cm_cert *ca;
    struct cm_cert *other;
    struct cm_revocation *set;
} w;

static int enter(void **state)
{
    (void)state;
    w.key = forge_key(FORGE_P256, 1);
    w.ca = forge_cert(
        &(struct forge_spec){.subject = "CA", .ca = true, .key = w.key});
    w.other = forge_cert(
        &(struct forge_spec){.subject = "Other", .ca = true, .key = w.key});
    w.set = cm_revocation_new();
    return w.set != NULL ? 0 : -1;
}

static int leave(void **state)
{
    (void)state;
    cm_revocation_free(w.set);
    cm_cert_unref(w.ca);
    cm_cert_unref(w.other);
    forge_cleanup();
    return 0;
}

static struct cm_crl *make(const struct cm_cert *issuer, size_t entries)
{
    struct cm_span der = forge_crl(&(struct forge_crl_spec){
        .issuer = issuer, .key = w.key, .num_more = entries});
    struct cm_crl *crl = cm_crl_parse(der, NULL);

    assert_non_null(crl);
    cm_span_free(&der);
    return crl;
}

static void add(struct cm_crl *crl, const char *url, int64_t seen_unix)
{
    assert_true(cm_revocation_add_crl(w.set, crl, url, seen_unix));
    cm_crl_unref(crl);
}

/* How many entries the issuer's lists have, in order: "0 3 5". */
static void expect_lists(const struct cm_cert *issuer, const char *sizes)
{
    const struct cm_revocation_list *lists = NULL;
    size_t num = cm_revocation_crls(w.set, issuer->subject_norm, &lists);
    char got[100] = "";

    for (size_t i = 0; i < num; i++) {
        size_t len = strlen(got);

        (void)snprintf(got + len, sizeof(got) - len, "%s%zu", i > 0 ? " " : "",
                       lists[i].crl->num_revoked);
    }
    assert_string_equal(got, sizes);
}

static struct cm_span text(const char *s)
{
    return (struct cm_span){(const uint8_t *)s, strlen(s)};
}

static const char *tried(const struct cm_cert *cert, const char *url)
{
    const char *why = "?";

    if (!cm_revocation_tried(w.set, cert, text(url), &why)) {
        assert_null(why);
        return "never";
    }
    return why == NULL ? "it came" : why;
}

static void lists_by_issuer(void **state)
{
    (void)state;
    expect_lists(w.ca, "");
    add(make(w.ca, 1), NULL, 0);
    add(make(w.other, 2), NULL, 0);
    add(make(w.ca, 3), NULL, 0);
    expect_lists(w.ca, "1 3");
    expect_lists(w.other, "2");
}

static void the_same_list_is_one(void **state)
{
    struct cm_crl *crl = make(w.ca, 1);
    const struct cm_revocation_list *lists;

    (void)state;
    assert_true(cm_revocation_add_crl(w.set, crl, NULL, 0));
    assert_true(cm_revocation_add_crl(w.set, crl, "http://a/", 77));
    expect_lists(w.ca, "1");
    assert_int_equal(cm_revocation_crls(w.set, w.ca->subject_norm, &lists), 1);
    assert_int_equal(lists[0].seen_unix, 77);
    assert_string_equal(tried(NULL, "http://a/"), "it came");
    cm_crl_unref(crl);
}

static void a_url_has_one_list(void **state)
{
    (void)state;
    add(make(w.ca, 1), NULL, 0);
    add(make(w.ca, 2), "http://a/", 5);
    add(make(w.ca, 3), "http://b/", 6);
    expect_lists(w.ca, "1 2 3");
    add(make(w.ca, 4), "http://a/", 7);
    expect_lists(w.ca, "1 3 4");
    add(make(w.other, 5), "http://b/", 8); /* now another issuer's */
    expect_lists(w.ca, "1 4");
    expect_lists(w.other, "5");
}

static void what_was_tried(void **state)
{
    (void)state;
    assert_string_equal(tried(NULL, "http://a/"), "never");
    assert_true(
        cm_revocation_add_failure(w.set, NULL, "http://a/", "timed out"));
    assert_string_equal(tried(NULL, "http://a/"), "timed out");
    assert_true(
        cm_revocation_add_failure(w.set, NULL, "http://a/", "no address"));
    assert_string_equal(tried(NULL, "http://a/"), "no address");
    add(make(w.ca, 1), "http://a/", 5);
    assert_string_equal(tried(NULL, "http://a/"), "it came");
    /* What came stays. */
    assert_true(
        cm_revocation_add_failure(w.set, NULL, "http://a/", "timed out"));
    assert_string_equal(tried(NULL, "http://a/"), "it came");
    expect_lists(w.ca, "1");
    /* A responder is another place for each certificate. */
    assert_true(
        cm_revocation_add_failure(w.set, w.ca, "http://a/", "HTTP status 404"));
    assert_string_equal(tried(w.ca, "http://a/"), "HTTP status 404");
    assert_string_equal(tried(w.other, "http://a/"), "never");
    assert_string_equal(tried(NULL, "http://a/"), "it came");
    assert_string_equal(tried(NULL, ""), "never");
}

static void expect_response(size_t index, const char *content, const char *url,
                            int64_t seen_unix)
{
    struct cm_revocation_response got;

    assert_true(cm_revocation_ocsp(w.set, w.ca, index, &got));
    assert_true(cm_span_equal(got.der, text(content)));
    assert_string_equal(got.url, url);
    assert_int_equal(got.seen_unix, seen_unix);
}

static void responses(void **state)
{
    struct cm_revocation_response got;

    (void)state;
    assert_false(cm_revocation_ocsp(w.set, w.ca, 0, &got));
    assert_true(
        cm_revocation_add_ocsp(w.set, w.ca, "http://a/", text("one"), 1));
    assert_true(
        cm_revocation_add_ocsp(w.set, w.ca, "http://b/", text("two"), 2));
    expect_response(0, "one", "http://a/", 1);
    expect_response(1, "two", "http://b/", 2);
    assert_false(cm_revocation_ocsp(w.set, w.ca, 2, &got));
    assert_false(cm_revocation_ocsp(w.set, w.other, 0, &got));
    assert_true(
        cm_revocation_add_failure(w.set, w.ca, "http://c/", "timed out"));
    assert_true(
        cm_revocation_add_ocsp(w.set, w.ca, "http://a/", text("three"), 3));
    assert_true(cm_revocation_add_ocsp(w.set, w.ca, "http://c/", text(""), 4));
    expect_response(0, "three", "http://a/", 3);
    expect_response(1, "two", "http://b/", 2);
    expect_response(2, "", "http://c/", 4);
    assert_string_equal(tried(w.ca, "http://c/"), "it came");
    assert_string_equal(tried(w.other, "http://c/"), "never");
}

static void long_urls(void **state)
{
    char *url = malloc(100001);

    (void)state;
    assert_non_null(url);
    memset(url, 'a', 100000);
    url[100000] = '\0';
    assert_true(cm_revocation_add_failure(w.set, w.ca, url, "too long"));
    assert_string_equal(tried(w.ca, url), "too long");
    free(url);
}

static char *two_lists(const char *between)
{
    char *a = forge_crl_pem(
        &(struct forge_crl_spec){.issuer = w.ca, .key = w.key, .num_more = 1});
    char *b = forge_crl_pem(&(struct forge_crl_spec){
        .issuer = w.other, .key = w.key, .num_more = 2});
    char *both = NULL;

    assert_true(asprintf(&both, "%s%s%s", a, between, b) > 0);
    free(a);
    free(b);
    return both;
}

static enum cm_status load(struct cm_span bytes, size_t *added,
                           struct cm_error *err)
{
    *err = (struct cm_error){.text = ""};
    return cm_revocation_load(w.set, bytes, added, err);
}

static void loading(void **state)
{
    static const char note[] = "-----BEGIN NOTE-----\nAA==\n"
                               "-----END NOTE-----\n";
    char *pem = two_lists(note);
    struct cm_error err;
    struct cm_span der;
    size_t added;

    (void)state;
    assert_int_equal(load(text(pem), &added, &err), CM_OK);
    assert_int_equal(added, 2);
    expect_lists(w.ca, "1");
    expect_lists(w.other, "2");
    free(pem);
    der = forge_crl(
        &(struct forge_crl_spec){.issuer = w.ca, .key = w.key, .num_more = 5});
    assert_int_equal(load(der, &added, &err), CM_OK);
    assert_int_equal(added, 1);
    expect_lists(w.ca, "1 5");
    cm_span_free(&der);
}

static void expect_refused(struct cm_span bytes, const char *why)
{
    struct cm_error err;
    size_t added;

    assert_int_equal(load(bytes, &added, &err), CM_EINPUT);
    if (strstr(err.text, why) == NULL) {
        fail_msg("\"%s\" does not contain \"%s\"", err.text, why);
    }
}

static void refusing(void **state)
{
    char *pem = two_lists("-----BEGIN X509 CRL-----\n?\n"
                          "-----END X509 CRL-----\n");
    char *cut = NULL;

    (void)state;
    expect_refused(text(""), "no revocation list in it");
    expect_refused(text("a text"), "no revocation list in it");
    expect_refused(w.ca->der, "revocation list 1: it is no CRL");
    expect_refused(text(pem), "revocation list 2 is damaged");
    free(pem);
    pem = two_lists("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n");
    expect_refused(text(pem), "revocation list 2: it is no CRL");
    free(pem);
    pem = two_lists("");
    assert_true(asprintf(&cut, "%s-----BEGIN X509 CRL-----\nAAAA", pem) > 0);
    expect_refused(text(cut), "after revocation list 2");
    free(cut);
    free(pem);
}

static void *verify_often(void *arg)
{
    const struct cm_revocation_list *lists;
    size_t num = cm_revocation_crls(w.set, w.ca->subject_norm, &lists);
    size_t good = 0;

    (void)arg;
    for (int i = 0; i < 200; i++) {
        const struct cm_crl *crl = lists[(size_t)i % num].crl;

        good += cm_revocation_crl_signature(w.set, crl, w.ca) == CM_SIG_GOOD;
    }
    return good == 200 ? w.set : NULL;
}

/* Many threads ask at once (run it with TSan). */
static void signatures_are_shared(void **state)
{
    pthread_t threads[4];

    (void)state;
    add(make(w.ca, 1), NULL, 0);
    add(make(w.ca, 2), NULL, 0);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, verify_often, NULL),
                         0);
    }
    for (size_t i = 0; i < 4; i++) {
        void *result;

        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_non_null(result);
    }
    assert_false(cm_revocation_spoilt(w.set));
    assert_false(cm_revocation_spoilt(NULL));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lists_by_issuer, enter, leave),
        cmocka_unit_test_setup_teardown(the_same_list_is_one, enter, leave),
        cmocka_unit_test_setup_teardown(a_url_has_one_list, enter, leave),
        cmocka_unit_test_setup_teardown(what_was_tried, enter, leave),
        cmocka_unit_test_setup_teardown(responses, enter, leave),
        cmocka_unit_test_setup_teardown(long_urls, enter, leave),
        cmocka_unit_test_setup_teardown(loading, enter, leave),
        cmocka_unit_test_setup_teardown(refusing, enter, leave),
        cmocka_unit_test_setup_teardown(signatures_are_shared, enter, leave),
    };

    return cmocka_run_group_tests_name("pki revocation", tests, NULL, NULL);
}
