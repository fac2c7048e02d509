/* Name constraints: where NAME_CONSTRAINTS_check of BoringSSL answers the same
 * question, its answer is ours, or the case says why not.
 * SPDX-License-Identifier: Apache-2.0 */
#include <openssl/base.h>
#ifndef OPENSSL_IS_BORINGSSL
#error "these are OpenSSL's headers: point BORINGSSL_ROOT at BoringSSL"
#endif
#include <openssl/err.h>
#include <openssl/nid.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "nc_cases.h"

static X509 *to_x509(const struct cm_cert *cert)
{
    const uint8_t *at = cert->der.data;
    X509 *x509 = d2i_X509(NULL, &at, (long)cert->der.len);

    assert_non_null(x509);
    return x509;
}

static enum cm_constraint oracle(const struct cm_cert *ca,
                                 const struct cm_cert *leaf)
{
    X509 *issuer = to_x509(ca);
    X509 *x509 = to_x509(leaf);
    NAME_CONSTRAINTS *nc =
        X509_get_ext_d2i(issuer, NID_name_constraints, NULL, NULL);
    int result;

    assert_non_null(nc);
    (void)X509_check_purpose(x509, -1, 0); /* reads the extensions */
    result = NAME_CONSTRAINTS_check(x509, nc);
    NAME_CONSTRAINTS_free(nc);
    X509_free(x509);
    X509_free(issuer);
    ERR_clear_error();
    switch (result) {
    case X509_V_OK:
        return INSIDE;
    case X509_V_ERR_PERMITTED_VIOLATION:
        return OUTSIDE;
    case X509_V_ERR_EXCLUDED_VIOLATION:
        return EXCLUDED;
    default:
        return UNREADABLE;
    }
}

static void the_oracle_agrees(void **state)
{
    unsigned wrong = 0;

    (void)state;
    for (size_t i = 0; i < num_nc_cases; i++) {
        const struct nc_case *c = &nc_cases[i];
        struct cm_cert *ca = nc_ca(c);
        struct cm_cert *leaf = nc_leaf(c);
        enum cm_constraint theirs = oracle(ca, leaf);

        if ((theirs != c->want) != (c->differs != NULL)) {
            print_error("+%s -%s for %s: BoringSSL says %d\n",
                        c->permitted != NULL ? c->permitted : "",
                        c->excluded != NULL ? c->excluded : "",
                        c->names != NULL ? c->names : "no SAN", theirs);
            wrong++;
        }
        cm_cert_unref(leaf);
        cm_cert_unref(ca);
    }
    assert_int_equal(wrong, 0);
}

static unsigned draw(uint32_t *rng, unsigned below)
{
    *rng = *rng * 1664525U + 1013904223U;
    return (*rng >> 16) % below;
}

/* Up to three labels of few letters, so that names meet often. */
static void put_host(struct cm_buf *out, uint32_t *rng)
{
    static const char *const labels[] = {"a", "b", "ab", "A", "com"};
    unsigned count = 1 + draw(rng, 3);

    for (unsigned i = 0; i < count; i++) {
        (void)cm_buf_printf(out, "%s%s", i > 0 ? "." : "",
                            labels[draw(rng, 5)]);
    }
}

static void put_random(struct cm_buf *out, uint32_t *rng, bool base)
{
    switch (draw(rng, 4)) {
    case 0:
        (void)cm_buf_puts(out, base && draw(rng, 3) == 0 ? "." : "");
        break;
    case 1:
        (void)cm_buf_puts(out, "email:");
        (void)cm_buf_puts(out, !base || draw(rng, 3) == 0 ? "a@"
                               : draw(rng, 2) == 0        ? "."
                                                          : "");
        break;
    case 2:
        (void)cm_buf_puts(out, "uri:");
        (void)cm_buf_puts(out, !base               ? "http://"
                               : draw(rng, 2) == 0 ? "."
                                                   : "");
        break;
    default:
        (void)cm_buf_puts(out, "dn:");
        break;
    }
    put_host(out, rng);
}

static const char *random_list(struct cm_buf *out, uint32_t *rng, bool base)
{
    unsigned count = draw(rng, 4);

    cm_buf_clear(out);
    for (unsigned i = 0; i < count; i++) {
        (void)cm_buf_puts(out, i > 0 ? "," : "");
        put_random(out, rng, base);
    }
    return count > 0 ? cm_buf_cstr(out) : NULL;
}

/* Sound names and constraints of the kinds that it processes. */
static void it_agrees_on_random_ones(void **state)
{
    struct cm_buf lists[3];
    uint32_t rng = 1;
    unsigned seen[4] = {0, 0, 0, 0};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        cm_buf_init(&lists[i], 1000);
    }
    for (unsigned i = 0; i < 1500; i++) {
        struct nc_case c = {.permitted = random_list(&lists[0], &rng, true),
                            .excluded = random_list(&lists[1], &rng, true),
                            .names = random_list(&lists[2], &rng, false),
                            .subject_o = draw(&rng, 2) == 0 ? "a.b" : "b"};
        struct cm_cert *ca = nc_ca(&c);
        struct cm_cert *leaf = nc_leaf(&c);
        struct cm_buf why;

        cm_buf_init(&why, CM_CONSTRAINT_WHY_MAX);
        if (ca->has_name_constraints) {
            enum cm_constraint ours =
                cm_constraint_check(ca, leaf, true, false, &why);

            seen[ours]++;
            /* It looks for what is permitted first, we for what is not. */
            if ((ours == INSIDE) != (oracle(ca, leaf) == INSIDE)) {
                fail_msg("+%s -%s for %s: %s", c.permitted, c.excluded, c.names,
                         cm_buf_cstr(&why));
            }
        }
        cm_buf_cleanup(&why);
        cm_cert_unref(leaf);
        cm_cert_unref(ca);
    }
    assert_true(seen[INSIDE] > 100 && seen[OUTSIDE] > 100 &&
                seen[EXCLUDED] > 50);
    assert_int_equal(seen[UNREADABLE], 0);
    for (size_t i = 0; i < 3; i++) {
        cm_buf_cleanup(&lists[i]);
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
        cmocka_unit_test(the_oracle_agrees),
        cmocka_unit_test(it_agrees_on_random_ones),
    };

    return cmocka_run_group_tests_name("pki constraints oracle", tests, NULL,
                                       cleanup);
}
