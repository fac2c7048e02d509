/* Certificate policies: where X509_verify_cert of BoringSSL answers the same
 * question, its answer is ours, or the case says why not.
 * SPDX-License-Identifier: Apache-2.0 */
#include <openssl/base.h>
#ifndef OPENSSL_IS_BORINGSSL
#error "these are OpenSSL's headers: point BORINGSSL_ROOT at BoringSSL"
#endif
#include <openssl/err.h>
#include <openssl/obj.h>
#include <openssl/x509.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "pki/constraints.h"
#include "policy_cases.h"

static X509 *to_x509(const struct cm_cert *cert)
{
    const uint8_t *at = cert->der.data;
    X509 *x509 = d2i_X509(NULL, &at, (long)cert->der.len);

    assert_non_null(x509);
    return x509;
}

/* BoringSSL leaks a policyConstraints without certificatePolicies; there only
 * with a leak checker. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

static void verify(X509_STORE_CTX *ctx)
{
    if (__lsan_disable != NULL) {
        __lsan_disable();
    }
    (void)X509_verify_cert(ctx);
    if (__lsan_enable != NULL) {
        __lsan_enable();
    }
}

/* Verifies with policy checking on; the paths are sound otherwise. */
static bool oracle(const struct policy_case *c, struct cm_cert *const *path)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *chain = sk_X509_new_null();
    X509 *root = to_x509(path[c->num]);
    X509 *leaf = to_x509(path[0]);
    int error;

    assert_true(X509_STORE_add_cert(store, root));
    for (size_t i = 1; i < c->num; i++) {
        assert_true(sk_X509_push(chain, to_x509(path[i])) > 0);
    }
    assert_true(X509_STORE_CTX_init(ctx, store, leaf, chain));
    X509_STORE_CTX_set_time(ctx, 0, FORGE_NOW);
    /* Turns the checking on, too; without a set it has none. */
    assert_true(X509_VERIFY_PARAM_add0_policy(X509_STORE_CTX_get0_param(ctx),
                                              OBJ_txt2obj("2.5.29.32.0", 1)));
    X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_POLICY_CHECK);
    verify(ctx);
    error = X509_STORE_CTX_get_error(ctx);
    assert_true(error == X509_V_OK || error == X509_V_ERR_NO_EXPLICIT_POLICY ||
                error == X509_V_ERR_INVALID_POLICY_EXTENSION);
    X509_STORE_CTX_free(ctx);
    sk_X509_pop_free(chain, X509_free);
    X509_free(leaf);
    X509_free(root);
    X509_STORE_free(store);
    ERR_clear_error();
    return error == X509_V_OK;
}

static void the_oracle_agrees(void **state)
{
    unsigned wrong = 0;

    (void)state;
    for (size_t i = 0; i < num_policy_cases; i++) {
        const struct policy_case *c = &policy_cases[i];
        struct cm_cert *path[POLICY_MAX_PATH];
        bool theirs;

        policy_build(c, path);
        theirs = oracle(c, path);
        if ((theirs != (c->at < 0)) != (c->differs != NULL)) {
            print_error("%s: BoringSSL says %d\n", c->what, theirs);
            wrong++;
        }
        policy_free(c, path);
    }
    assert_int_equal(wrong, 0);
}

static unsigned draw(uint32_t *rng, unsigned below)
{
    *rng = *rng * 1664525U + 1013904223U;
    return (*rng >> 16) % below;
}

static int draw_skip(uint32_t *rng)
{
    return draw(rng, 3) > 0 ? 0 : 1 + (int)draw(rng, 4);
}

static struct policy_case random_case(uint32_t *rng)
{
    static const char *const policies[] = {
        "1.2.3",       "1.2.3,1.2.4", "1.2.4", "1.2.3,1.2.4,1.2.5",
        "any",         "any,1.2.3",   NULL,    "1.2.5,1.2.4",
        "1.2.3,1.2.5", "any,1.2.4"};
    static const char *const mappings[] = {NULL,
                                           NULL,
                                           "1.2.3=1.2.4",
                                           "1.2.4=1.2.3",
                                           "1.2.3=1.2.3,1.2.3=1.2.5",
                                           "1.2.3=1.2.4,1.2.4=1.2.3",
                                           "1.2.5=1.2.3,1.2.4=1.2.5"};
    struct policy_case c = {.what = "random", .num = 1 + draw(rng, 4)};

    for (size_t i = 0; i < c.num; i++) {
        c.path[i].policies = policies[draw(rng, 10)];
        c.path[i].policy_mappings = i > 0 ? mappings[draw(rng, 7)] : NULL;
        c.path[i].require_explicit = draw_skip(rng);
        c.path[i].inhibit_mapping = draw_skip(rng);
        c.path[i].inhibit_any = draw_skip(rng);
        c.self |= i > 0 && draw(rng, 4) == 0 ? 1U << i : 0U;
    }
    return c;
}

/* It makes a policy that is mapped from out of an anyPolicy in the same
 * certificate, also where inhibitAnyPolicy forbids that. */
static bool maps_from_any_with_inhibition(const struct policy_case *c)
{
    bool maps = false;
    bool inhibits = false;

    for (size_t i = 0; i < c->num; i++) {
        maps |= c->path[i].policy_mappings != NULL &&
                c->path[i].policies != NULL &&
                strncmp(c->path[i].policies, "any", 3) == 0;
        inhibits |= c->path[i].inhibit_any > 0;
    }
    return maps && inhibits;
}

static void it_agrees_on_random_ones(void **state)
{
    uint32_t rng = 7;
    unsigned valid = 0;
    unsigned wrong = 0;
    const unsigned rounds = 1000;

    (void)state;
    for (unsigned i = 0; i < rounds; i++) {
        struct policy_case c = random_case(&rng);
        struct cm_cert *path[POLICY_MAX_PATH];
        struct cm_buf why;
        size_t at;
        bool ours;
        bool theirs;

        policy_build(&c, path);
        cm_buf_init(&why, CM_CONSTRAINT_WHY_MAX);
        ours = cm_policy_path_valid(path, c.num + 1, &at, &why);
        theirs = oracle(&c, path);
        if (ours != theirs && (ours || !maps_from_any_with_inhibition(&c))) {
            print_error("round %u: we say %d, %s at %zu\n", i, ours,
                        cm_buf_cstr(&why), at);
            wrong++;
        }
        valid += ours;
        cm_buf_cleanup(&why);
        policy_free(&c, path);
    }
    assert_int_equal(wrong, 0);
    assert_true(valid > rounds / 5 && valid < rounds / 10 * 9);
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
        cmocka_unit_test(the_oracle_agrees),
        cmocka_unit_test(it_agrees_on_random_ones),
    };

    return cmocka_run_group_tests_name("pki policy oracle", tests, NULL,
                                       cleanup);
}
