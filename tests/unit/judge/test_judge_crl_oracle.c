/* BoringSSL as an oracle: with lists demanded, the judge trusts exactly what
 * X509_verify_cert trusts with X509_V_FLAG_CRL_CHECK. Two differences by
 * design: without any list of the issuer the judge goes on, and it refuses a
 * version 2 list without a number (RFC 5280 section 5.2.3).
 * SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <openssl/base.h>
#ifndef OPENSSL_IS_BORINGSSL
#error "these are OpenSSL's headers: point BORINGSSL_ROOT at BoringSSL"
#endif
#include <openssl/x509.h>

#include <string.h>

#define DAYS(n) (FORGE_NOW + (n)*FORGE_DAY)
#define MAX_LISTS 2

static struct oracle_case {
    const char *name;
    const char *chain;
    struct forge_crl_spec lists[MAX_LISTS];
    size_t num;
    bool trusted; /* without the leaf on the lists */
} cases[] = {
    {"sound", "leaf int", {{.hash = NULL}}, 1, true},
    {"sound, SHA-384", "leaf int", {{.hash = "sha384"}}, 1, true},
    {"version 1", "leaf int", {{.version = 1}}, 1, true},
    {"critical number", "leaf int", {{.critical_number = true}}, 1, false},
    {"unknown critical", "leaf int", {{.unknown_critical = true}}, 1, false},
    {"broken", "leaf int", {{.break_signature = true}}, 1, false},
    {"expired", "leaf int", {{.next_update = FORGE_NOW - 1}}, 1, false},
    {"no end", "leaf int", {{.next_update = -1}}, 1, true},
    {"future", "leaf int", {{.this_update = DAYS(1)}}, 1, false},
    {"for servers", "leaf int", {{.idp = FORGE_IDP_USER}}, 1, true},
    {"for CAs", "leaf int", {{.idp = FORGE_IDP_CA}}, 1, false},
    {"for attributes", "leaf int", {{.idp = FORGE_IDP_ATTRIBUTE}}, 1, false},
    {"some reasons", "leaf int", {{.idp = FORGE_IDP_REASONS}}, 1, false},
    {"indirect", "leaf int", {{.idp = FORGE_IDP_INDIRECT}}, 1, false},
    {"its point", "leaf int", {{.idp_names = "uri:" FORGE_CRL_URL}}, 1, true},
    {"another point",
     "leaf int",
     {{.idp_names = "uri:http://other/"}},
     1,
     false},
    {"may not sign lists", "leaf intnocrl", {{.hash = NULL}}, 1, false},
    {"no key usage", "leaf intnoku", {{.hash = NULL}}, 1, true},
    {"stale and fresh",
     "leaf int",
     {{.next_update = DAYS(-1) + 5}, {.hash = NULL}},
     2,
     true},
    {"broken and sound",
     "leaf int",
     {{.break_signature = true, .this_update = DAYS(-3)}, {.hash = NULL}},
     2,
     true},
    {"two for others",
     "leaf int",
     {{.idp = FORGE_IDP_CA}, {.idp_names = "uri:http://other/"}},
     2,
     false},
};
#define CASES (sizeof(cases) / sizeof(*cases))

static X509 *to_x509(const struct cm_cert *cert)
{
    const uint8_t *at = cert->der.data;
    X509 *x = d2i_X509(NULL, &at, (long)cert->der.len);

    assert_non_null(x);
    return x;
}

static void push(STACK_OF(X509_CRL) * stack, struct cm_span der)
{
    const uint8_t *at = der.data;
    X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)der.len);

    assert_non_null(crl);
    assert_true(sk_X509_CRL_push(stack, crl) > 0);
}

static bool oracle_trusts(const struct scene *s, STACK_OF(X509_CRL) * crls)
{
    const struct cm_probe *probe = &s->ev->probes[0];
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *sent = sk_X509_new_null();
    X509 *leaf = to_x509(probe->chain[0]);
    X509 *root = to_x509(zoo_get("root"));
    bool ok;

    assert_true(X509_STORE_add_cert(store, root) == 1);
    assert_true(sk_X509_push(sent, to_x509(probe->chain[1])) > 0);
    assert_int_equal(X509_STORE_CTX_init(ctx, store, leaf, sent), 1);
    X509_STORE_CTX_set0_crls(ctx, crls);
    X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(ctx),
                                X509_V_FLAG_CRL_CHECK);
    X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(ctx),
                               (time_t)s->at_unix);
    ok = X509_verify_cert(ctx) == 1;
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    sk_X509_pop_free(sent, X509_free);
    X509_free(leaf);
    X509_free(root);
    return ok;
}

/* The case's lists, with the leaf on the last one or not. */
static void compare(const struct oracle_case *c, bool revoked)
{
    const struct forge_revoked entry = {.cert = zoo_get("leaf"), .reason = 2};
    STACK_OF(X509_CRL) *crls = sk_X509_CRL_new_null();
    struct bench b;
    bool theirs;

    bench_open(&b);
    bench_serve(&b, c->chain);
    b.s.policy.crl_demanded = true;
    for (size_t i = 0; i < c->num; i++) {
        struct forge_crl_spec spec = c->lists[i];
        struct cm_span der;

        spec.issuer = zoo_get("int");
        spec.key = forge_key(FORGE_P256, 2);
        spec.revoked = &entry;
        spec.num_revoked = revoked && i + 1 == c->num ? 1 : 0;
        bench_add(&b, &spec);
        der = forge_crl(&spec);
        push(crls, der);
        cm_span_free(&der);
    }
    scene_judge(&b.s);
    theirs = oracle_trusts(&b.s, crls);
    assert_int_equal(b.s.got.verdict == CM_VERDICT_TRUSTED, theirs);
    assert_int_equal(theirs, c->trusted && !revoked);
    sk_X509_CRL_pop_free(crls, X509_CRL_free);
    bench_close(&b);
}

static void agrees(void **state)
{
    compare(*state, false);
    compare(*state, true);
}

static void without_a_number(void **state)
{
    const struct forge_crl_spec spec = {.issuer = zoo_get("int"),
                                        .key = forge_key(FORGE_P256, 2),
                                        .no_number = true};
    STACK_OF(X509_CRL) *crls = sk_X509_CRL_new_null();
    struct cm_span der = forge_crl(&spec);
    struct bench b;

    (void)state;
    bench_open(&b);
    b.s.policy.crl_demanded = true;
    bench_add(&b, &spec);
    push(crls, der);
    scene_judge(&b.s);
    assert_int_equal(b.s.got.verdict, CM_VERDICT_UNTRUSTED);
    assert_true(oracle_trusts(&b.s, crls));
    cm_span_free(&der);
    sk_X509_CRL_pop_free(crls, X509_CRL_free);
    bench_close(&b);
}

static void without_any_list(void **state)
{
    STACK_OF(X509_CRL) *crls = sk_X509_CRL_new_null();
    struct bench b;

    (void)state;
    bench_open(&b);
    b.s.policy.crl_demanded = true;
    scene_judge(&b.s);
    assert_int_equal(b.s.got.verdict, CM_VERDICT_TRUSTED);
    assert_false(oracle_trusts(&b.s, crls));
    sk_X509_CRL_free(crls);
    bench_close(&b);
}

static int leave(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[CASES + 2] = {cmocka_unit_test(without_any_list),
                                          cmocka_unit_test(without_a_number)};

    for (size_t i = 0; i < CASES; i++) {
        tests[2 + i] = (struct CMUnitTest){.name = cases[i].name,
                                           .test_func = agrees,
                                           .initial_state = &cases[i]};
    }
    return cmocka_run_group_tests_name("judge: lists, oracle", tests, NULL,
                                       leave);
}
