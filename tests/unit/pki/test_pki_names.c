/* Host names against certificates, a test for each row.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dertext.h"
#include "name_cases.h"
#include "support/forge.h"

static struct cm_endpoint endpoint(const char *host)
{
    struct cm_endpoint ep = {.port = 443};

    (void)snprintf(ep.host, sizeof(ep.host), "%s", host);
    ep.is_ip = cm_address_parse(host, &ep.literal);
    return ep;
}

static void matches_as_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_NAME_CASES; i++) {
        const struct name_case *c = &name_cases[i];
        struct cm_endpoint ep = endpoint(c->host);
        struct cm_cert *cert = forge_cert(
            &(struct forge_spec){.subject = c->cn, .names = c->names});
        struct cm_name_result got = cm_name_match(cert, &ep);

        if (got.match != c->want || got.nearest.len != strlen(c->nearest) ||
            (got.nearest.len > 0 &&
             memcmp(got.nearest.data, c->nearest, got.nearest.len) != 0)) {
            fail_msg("%s (CN %s) for %s: %d \"%.*s\"",
                     c->names != NULL ? c->names : "no SAN", c->cn, c->host,
                     (int)got.match, (int)got.nearest.len,
                     got.nearest.len > 0 ? (const char *)got.nearest.data : "");
        }
        cm_cert_unref(cert);
    }
}

/* The names that C strings cannot hold. */
static void hostile_names_match_nothing(void **state)
{
    static const char *const names[] = {
        "82:612e6578616d706c6500",           /* a.example NUL */
        "82:612e6578616d706c65002e6576696c", /* a.example NUL .evil */
        "82:612e6578616d706c650a",           /* a.example LF */
        "82:20612e6578616d706c65",           /* a space before */
        "82:",
    };
    struct cm_endpoint ep = endpoint("a.example");

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char exts[200];
        struct cm_cert *cert;

        (void)snprintf(exts, sizeof(exts), "30{06:551d11 04{30{%s}}}",
                       names[i]);
        cert = odd_cert(&(struct odd_cert){.exts = exts});
        assert_true(cert->has_san);
        assert_int_equal(cm_name_match(cert, &ep).match, CM_NAME_DIFFERS);
        cm_cert_unref(cert);
    }
}

static void a_nul_in_the_cn_does_not_end_it(void **state)
{
    struct cm_endpoint ep = endpoint("a.example");
    struct cm_cert *cert = odd_cert(&(struct odd_cert){
        .subject = "30{31{30{06:550403 0c:612e6578616d706c65002e65}}}"});

    (void)state;
    assert_true(cert->parsed);
    assert_int_equal(cm_name_match(cert, &ep).match, CM_NAME_DIFFERS);
    cm_cert_unref(cert);
}

static void an_unread_certificate_matches_nothing(void **state)
{
    struct cm_cert *cert = cm_cert_parse((const uint8_t *)"?", 1);
    struct cm_cert bare = {0}; /* as stores keep it: without texts */
    struct cm_endpoint ep = endpoint("a.example");
    struct cm_endpoint ip = endpoint("192.0.2.1");

    (void)state;
    assert_int_equal(cm_name_match(cert, &ep).match, CM_NAME_DIFFERS);
    assert_int_equal(cm_name_match(cert, &ip).match, CM_NAME_IP_MISSING);
    assert_int_equal(cm_name_match(&bare, &ep).match, CM_NAME_DIFFERS);
    assert_int_equal(cm_name_match(&bare, &ip).match, CM_NAME_IP_MISSING);
    cm_cert_unref(cert);
}

static void a_wildcard_is_not_nothing(void **state)
{
    struct cm_cert *cert =
        forge_cert(&(struct forge_spec){.names = "*.example.com"});
    struct cm_endpoint ep = endpoint(".example.com");

    (void)state;
    assert_int_equal(cm_name_match(cert, &ep).match, CM_NAME_DIFFERS);
    cm_cert_unref(cert);
}

static void an_address_of_odd_length_is_none(void **state)
{
    struct cm_cert *cert = odd_cert(&(struct odd_cert){
        .exts = "30{06:551d11 04{30{87:c00002 87:c0000201ffffffff}}}"});
    struct cm_endpoint ep = endpoint("192.0.2.1");

    (void)state;
    assert_int_equal(cert->num_names, 2);
    assert_int_equal(cm_name_match(cert, &ep).match, CM_NAME_IP_MISSING);
    cm_cert_unref(cert);
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
        cmocka_unit_test(matches_as_told),
        cmocka_unit_test(hostile_names_match_nothing),
        cmocka_unit_test(a_nul_in_the_cn_does_not_end_it),
        cmocka_unit_test(an_unread_certificate_matches_nothing),
        cmocka_unit_test(a_wildcard_is_not_nothing),
        cmocka_unit_test(an_address_of_odd_length_is_none),
    };

    return cmocka_run_group_tests_name("pki host names", tests, NULL, cleanup);
}
