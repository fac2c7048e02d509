/* Revocation lists: which list is about which certificate.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "dertext.h"
#include "pki/crl.h"
#include "support/forge_crl.h"

struct world {
    struct forge_key *key;
    struct cm_cert *ca;
};

static int enter(void **state)
{
    static struct world w;

    w.key = forge_key(FORGE_P256, 1);
    w.ca = forge_cert(
        &(struct forge_spec){.subject = "CA", .ca = true, .key = w.key});
    *state = &w;
    return 0;
}

static int leave(void **state)
{
    struct world *w = *state;

    cm_cert_unref(w->ca);
    forge_cleanup();
    return 0;
}

static struct cm_crl *make(const struct forge_crl_spec *spec)
{
    struct cm_span der = forge_crl(spec);
    struct cm_crl *crl = cm_crl_parse(der, NULL);

    cm_span_free(&der);
    assert_non_null(crl);
    return crl;
}

static void distribution_points(void **state)
{
    static const struct {
        const char *list; /* names in the list, or NULL */
        const char *hex;  /* or the extension */
        const char *cert; /* the certificate's URL */
        bool covers;
    } cases[] = {
        {NULL, NULL, "http://crl.example/1.crl", true},
        {NULL, NULL, "-", true},
        {"uri:http://crl.example/1.crl", NULL, "http://crl.example/1.crl",
         true},
        {"uri:ldap:///a,uri:http://crl.example/1.crl", NULL,
         "http://crl.example/1.crl", true},
        {"uri:http://crl.example/2.crl", NULL, "http://crl.example/1.crl",
         false},
        {"uri:http://crl.example/1.crl", NULL, "-", false},
        {"dn:Org", NULL, "http://crl.example/1.crl", false},
        /* nameRelativeToCRLIssuer, and rubbish */
        {NULL, "3004a002a100", "http://crl.example/1.crl", false},
        {NULL, "3004a0028200", "http://crl.example/1.crl", false},
    };
    struct world *w = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cm_cert *leaf = forge_cert(&(struct forge_spec){
            .issuer_cert = w->ca, .issuer_key = w->key, .crl = cases[i].cert});
        struct cm_crl *crl =
            make(&(struct forge_crl_spec){.issuer = w->ca,
                                          .key = w->key,
                                          .idp_names = cases[i].list,
                                          .idp_hex = cases[i].hex});

        if (cm_crl_covers_point(crl, leaf) != cases[i].covers) {
            fail_msg("case %zu", i);
        }
        cm_crl_unref(crl);
        cm_cert_unref(leaf);
    }
}

/* What `text` says (dertext.h) as hexadecimal; free() it. */
static char *built(const char *before, const char *text, const char *after)
{
    struct cm_buf der;
    struct cm_buf out;
    char *all = NULL;
    char *result;

    cm_buf_init(&der, 4096);
    cm_buf_init(&out, 8192);
    assert_true(asprintf(&all, "%s%s%s", before, text, after) > 0);
    der_build(&der, all);
    assert_true(cm_buf_hex(&out, der.data, der.len));
    result = cm_buf_take(&out);
    cm_buf_cleanup(&der);
    free(all);
    return result;
}

/* The issuer is "CN=CA"; a point may be called "O=x" relative to it, or
 * "CN=CA, O=x" in full. */
#define CN(text) "31{30{06:550403 0c'" text "'}}"
#define RDN "30{06:55040a 0c'x'}"
#define RELATIVE "a1{" RDN "}"
#define DIRECTORY(cn) "a4{30{" CN(cn) "31{" RDN "}}}"
#define POINT(name) "a0{" name "}"

static void points_by_directory_name(void **state)
{
    static const struct {
        const char *list; /* DistributionPointName */
        const char *cert; /* fields of the DistributionPoint */
        bool covers;
    } cases[] = {
        {RELATIVE, POINT(RELATIVE), true},
        {RELATIVE, POINT("a0{" DIRECTORY("CA") "}"), true},
        {RELATIVE, POINT("a0{82'host'" DIRECTORY("CA") "}"), true},
        {RELATIVE, POINT("a0{" DIRECTORY("CB") "}"), false},
        {RELATIVE, POINT("a1{30{06:55040a 0c'y'}}"), false},
        {RELATIVE, POINT("a0{a4{30{" CN("CA") "}}}"), false},
        {"a0{" DIRECTORY("CA") "}", POINT(RELATIVE), true},
        {"a0{" DIRECTORY("CB") "}", POINT(RELATIVE), false},
        {"a0{" DIRECTORY("CA") "}", POINT("a0{" DIRECTORY("CA") "}"), true},
        {"a0{" DIRECTORY("CA") "}", "a2{" DIRECTORY("CA") "}", true},
        {"a0{" DIRECTORY("CA") "}", "a2{" DIRECTORY("CB") "}", false},
        {"a0{" DIRECTORY("CA") "}", "81:0640", false},
        /* A named point is not covered by its issuer's name. */
        {"a0{" DIRECTORY("CA") "}",
         POINT("a0{" DIRECTORY("CB") "}") "a2{" DIRECTORY("CA") "}", false},
    };
    struct world *w = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *idp = built("30{a0{", cases[i].list, "}}");
        char *points = built("30{30{81:06} 30{", cases[i].cert, "}}");
        const struct forge_ext ext = {.oid = "2.5.29.31", .hex = points};
        struct cm_cert *leaf =
            forge_cert(&(struct forge_spec){.issuer_cert = w->ca,
                                            .issuer_key = w->key,
                                            .crl = "-",
                                            .exts = &ext,
                                            .num_exts = 1});
        struct cm_crl *crl = make(&(struct forge_crl_spec){
            .issuer = w->ca, .key = w->key, .idp_hex = idp});

        if (cm_crl_covers_point(crl, leaf) != cases[i].covers) {
            fail_msg("case %zu", i);
        }
        cm_crl_unref(crl);
        cm_cert_unref(leaf);
        free(points);
        free(idp);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(distribution_points),
        cmocka_unit_test(points_by_directory_name),
    };

    return cmocka_run_group_tests_name("pki crl scope", tests, enter, leave);
}
