/* Damaged certificates: whatever is cut or flipped, parsing neither crashes
 * nor reads beyond the end (run it with ASan), and the facts stay consistent.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "pki/constraints.h"
#include "pki/pki.h"
#include "pki/sct.h"
#include "support/forge.h"

static struct cm_cert *rich_cert(void)
{
    struct cm_cert *cert = forge_cert(&(struct forge_spec){
        .subject = "rich.example",
        .subject_o = "Org",
        .names = "rich.example,ip:192.0.2.1,uri:http://u,email:m@e,dn:Org/x",
        .permitted = "example,ip:192.0.2.0/24,uri:u,email:e,dn:Org",
        .excluded = "a.example,email:.e,dn:No,raw:88022a03",
        .subject_email = "me@e",
        .policies = "1.2.3,1.2.4",
        .policy_mappings = "1.2.3=1.2.4,1.2.4=1.2.3",
        .require_explicit = 1,
        .inhibit_mapping = 2,
        .inhibit_any = 3,
        .aki_issuer = true,
        .unique_ids = true,
        .ca_issuers = "http://a",
        .ocsp = "http://o",
        .crl = "http://c",
        .must_staple = true,
        .scts = true,
        .public_policy = true,
        .unknown_critical = true});

    assert_true(cert->parsed);
    return cert;
}

static void check_span(const struct cm_cert *cert, struct cm_span span)
{
    if (span.len > 0) {
        assert_true(span.data >= cert->der.data);
        assert_true(span.len <= cert->der.len);
        assert_true(span.data + span.len <= cert->der.data + cert->der.len);
    }
}

/* Everything that takes parts of a certificate apart again. */
static void use(struct cm_cert *cert)
{
    struct cm_cert *path[] = {cert, cert, cert};
    struct cm_sct scts[CM_MAX_SCTS];
    struct cm_buf why;
    size_t at;
    bool bad;

    cm_buf_init(&why, CM_CONSTRAINT_WHY_MAX);
    (void)cm_constraint_check(cert, cert, true, true, &why);
    assert_false(why.failed);
    cm_buf_clear(&why);
    (void)cm_policy_path_valid(path, 3, &at, &why);
    assert_false(why.failed);
    assert_true(at < 3);
    cm_buf_cleanup(&why);
    (void)cm_constraint_lax(cert);
    assert_true(cm_sct_list(cert->sct_list, scts, &bad) <= CM_MAX_SCTS);
}

/* Parses an exact-size copy, so that ASan sees a step too far. */
static struct cm_cert *parse_exact(const uint8_t *der, size_t len)
{
    uint8_t *copy = malloc(len + (len == 0));
    struct cm_cert *cert;

    assert_non_null(copy);
    memcpy(copy, der, len);
    cert = cm_cert_parse(copy, len);
    free(copy);
    assert_non_null(cert);
    assert_int_equal(cert->parsed, cert->parse_error == NULL);
    assert_true(cert->parse_error_offset <= len);
    assert_non_null(cert->subject_text);
    assert_non_null(cert->issuer_text);
    assert_true(cert->num_names <= cert->num_names_total);
    for (size_t i = 0; i < cert->num_names; i++) {
        check_span(cert, cert->names[i].value);
    }
    check_span(cert, cert->tbs);
    check_span(cert, cert->spki);
    check_span(cert, cert->signature);
    check_span(cert, cert->ski);
    check_span(cert, cert->aki);
    check_span(cert, cert->policies);
    check_span(cert, cert->policy_mappings);
    check_span(cert, cert->policy_constraints);
    check_span(cert, cert->inhibit_any_policy);
    check_span(cert, cert->name_constraints);
    check_span(cert, cert->sct_list);
    assert_int_equal(cert->ext_critical & ~cert->ext_present, 0);
    assert_int_equal(cert->ext_bad & ~cert->ext_present, 0);
    use(cert);
    return cert;
}

static void every_truncation(void **state)
{
    struct cm_cert *whole = rich_cert();

    (void)state;
    for (size_t len = 0; len < whole->der.len; len++) {
        struct cm_cert *cert = parse_exact(whole->der.data, len);

        assert_false(cert->parsed);
        cm_cert_unref(cert);
    }
    cm_cert_unref(whole);
}

static void every_single_byte(void **state)
{
    static const uint8_t flips[] = {0x01, 0x02, 0x20, 0x80, 0x7f, 0xff};
    struct cm_cert *whole = rich_cert();
    uint8_t *der = malloc(whole->der.len);
    size_t refused = 0;

    (void)state;
    assert_non_null(der);
    memcpy(der, whole->der.data, whole->der.len);
    for (size_t at = 0; at < whole->der.len; at++) {
        for (size_t i = 0; i < sizeof(flips); i++) {
            struct cm_cert *cert;

            der[at] ^= flips[i];
            cert = parse_exact(der, whole->der.len);
            refused += !cert->parsed;
            (void)cm_sig_check(NULL, cert, cert);
            cm_cert_unref(cert);
            der[at] ^= flips[i];
        }
    }
    assert_true(refused > whole->der.len); /* lengths and tags matter */
    free(der);
    cm_cert_unref(whole);
}

/* Behind each position where a length could be, the worst lengths. */
static void lengths_that_lie(void **state)
{
    static const uint8_t lies[][6] = {{0x80},
                                      {0x84, 0xff, 0xff, 0xff, 0xff},
                                      {0x88, 0xff, 0xff, 0xff, 0xff, 0xff},
                                      {0x84, 0x7f, 0xff, 0xff, 0xff}};
    struct cm_cert *whole = rich_cert();
    uint8_t *der = malloc(whole->der.len);

    (void)state;
    assert_non_null(der);
    for (size_t at = 1; at + 6 < whole->der.len; at++) {
        for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
            memcpy(der, whole->der.data, whole->der.len);
            memcpy(der + at, lies[i], sizeof(lies[i]));
            cm_cert_unref(parse_exact(der, whole->der.len));
        }
    }
    free(der);
    cm_cert_unref(whole);
}

static void nesting_is_no_stack(void **state)
{
    uint8_t der[60000];
    size_t at = 0;

    (void)state;
    while (at + 4 < sizeof(der)) {
        size_t rest = sizeof(der) - at - 4;

        der[at++] = 0x30;
        der[at++] = 0x82;
        der[at++] = (uint8_t)(rest >> 8);
        der[at++] = (uint8_t)rest;
    }
    cm_cert_unref(parse_exact(der, sizeof(der)));
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
        cmocka_unit_test(every_truncation),
        cmocka_unit_test(every_single_byte),
        cmocka_unit_test(lengths_that_lie),
        cmocka_unit_test(nesting_is_no_stack),
    };

    return cmocka_run_group_tests_name("pki hostile bytes", tests, NULL,
                                       cleanup);
}
