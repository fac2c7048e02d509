/* No memory, at every place where lists and responses ask for some: an error,
 * no crash and no leak (run it with ASan).
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "memory.h"
#include "pki/revocation.h"
#include "support/forge_crl.h"
#include "support/forge_ocsp.h"

/* What is needed to ask about a leaf. */
struct asking {
    struct cm_cert *ca;
    struct cm_cert *responder;
    struct cm_cert *leaf;
    struct cm_span bytes;
};

static void open_asking(struct asking *a)
{
    struct forge_key *key = forge_key(FORGE_P256, 1);

    a->ca = forge_cert(
        &(struct forge_spec){.subject = "CA", .ca = true, .key = key});
    a->responder =
        forge_cert(&(struct forge_spec){.issuer_cert = a->ca,
                                        .issuer_key = key,
                                        .key = forge_key(FORGE_P256, 2),
                                        .eku = "ocsp"});
    a->leaf = forge_cert(
        &(struct forge_spec){.issuer_cert = a->ca, .issuer_key = key});
    a->bytes = (struct cm_span){NULL, 0};
}

static void close_asking(struct asking *a)
{
    cm_cert_unref(a->ca);
    cm_cert_unref(a->responder);
    cm_cert_unref(a->leaf);
    cm_span_free(&a->bytes);
}

static bool parse_list(void *arg)
{
    const struct asking *a = arg;
    struct cm_error err = {.status = CM_OK};
    struct cm_crl *crl = cm_crl_parse(a->bytes, &err);
    struct cm_crl_entry entry;

    if (crl == NULL) {
        assert_int_equal(err.status, CM_ENOMEM);
        return false;
    }
    assert_int_equal(crl->num_slots, 2); /* nothing is left out */
    assert_true(cm_crl_find(crl, a->leaf->serial, &entry));
    assert_non_null(crl->unknown_critical);
    cm_crl_unref(crl);
    return true;
}

static void parsing_lists(void **state)
{
    struct asking a;
    struct forge_revoked entries[3] = {
        {.serial_hex = "11"}, {.serial_hex = "12"}, {.unknown_critical = true}};
    struct forge_crl_spec spec = {
        .key = forge_key(FORGE_P256, 1), .revoked = entries, .num_revoked = 3};
    char *pem;

    (void)state;
    open_asking(&a);
    spec.issuer = a.ca;
    entries[1].other_issuer = a.leaf;
    entries[2].other_issuer = a.ca;
    entries[2].cert = a.leaf;
    a.bytes = forge_crl(&spec);
    assert_true(until_it_works(parse_list, &a) >= 7);
    cm_span_free(&a.bytes);
    pem = forge_crl_pem(&spec);
    a.bytes = (struct cm_span){(uint8_t *)pem, strlen(pem)};
    assert_true(until_it_works(parse_list, &a) >= 9);
    close_asking(&a);
}

static bool ask(void *arg)
{
    const struct asking *a = arg;
    struct cm_sigmemo *memo = cm_sigmemo_new();
    struct cm_ocsp_answer answer;
    bool worked;

    if (memo == NULL) {
        return false;
    }
    answer = cm_ocsp_read(memo, a->bytes, a->leaf, a->ca, FORGE_NOW);
    /* What the library had no memory for, the memo remembers. */
    worked = !answer.no_memory && !cm_sigmemo_spoilt(memo);
    assert_true(!worked || answer.state == CM_OCSP_GOOD);
    cm_sigmemo_free(memo);
    return worked;
}

static void asking(void **state)
{
    struct asking a;
    struct forge_single single = {.hash = NULL};
    const struct cm_cert *certs[1];

    (void)state;
    open_asking(&a);
    single.cert = a.leaf;
    single.issuer = a.ca;
    certs[0] = a.responder;
    a.bytes =
        forge_ocsp(&(struct forge_ocsp_spec){.singles = &single,
                                             .num_singles = 1,
                                             .key = forge_key(FORGE_P256, 2),
                                             .responder = a.responder,
                                             .certs = certs,
                                             .num_certs = 1});
    assert_true(until_it_works(ask, &a) >= 3);
    close_asking(&a);
}

static bool request(void *arg)
{
    const struct asking *a = arg;
    struct cm_buf out;
    bool ok;

    cm_buf_init(&out, 1000);
    ok = cm_ocsp_request(&out, a->leaf, a->ca);
    assert_int_equal(ok, out.len > 60);
    cm_buf_cleanup(&out);
    return ok;
}

static void requesting(void **state)
{
    struct asking a;

    (void)state;
    open_asking(&a);
    assert_true(until_it_works(request, &a) >= 2);
    close_asking(&a);
}

/* Fills a set with one of each. */
static bool fill(void *arg)
{
    const struct asking *a = arg;
    struct cm_revocation *set = cm_revocation_new();
    struct cm_error err;
    size_t added;
    bool ok;

    if (set == NULL) {
        return false;
    }
    ok = cm_revocation_load(set, a->bytes, &added, &err) == CM_OK;
    assert_true(ok || err.status == CM_ENOMEM);
    ok = ok && cm_revocation_add_ocsp(set, a->leaf, "http://a", a->bytes, 1) &&
         cm_revocation_add_ocsp(set, a->leaf, "http://b", a->bytes, 1) &&
         cm_revocation_add_failure(set, NULL, "http://c", "timed out") &&
         cm_revocation_add_failure(set, NULL, "http://c", "no address");
    cm_revocation_free(set);
    return ok;
}

static void filling(void **state)
{
    struct asking a;
    char *pem;

    (void)state;
    open_asking(&a);
    pem = forge_crl_pem(&(struct forge_crl_spec){
        .issuer = a.ca, .key = forge_key(FORGE_P256, 1)});
    a.bytes = (struct cm_span){(uint8_t *)pem, strlen(pem)};
    assert_true(until_it_works(fill, &a) >= 20);
    close_asking(&a);
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
        cmocka_unit_test(parsing_lists),
        cmocka_unit_test(asking),
        cmocka_unit_test(requesting),
        cmocka_unit_test(filling),
    };

    return cmocka_run_group_tests_name("pki memory, lists", tests, NULL,
                                       cleanup);
}
