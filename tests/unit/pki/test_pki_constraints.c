/* Name constraints.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nc_cases.h"
#include "pki/pki.h"

static enum cm_constraint check(const struct cm_cert *ca,
                                const struct cm_cert *cert, struct cm_buf *why)
{
    enum cm_constraint answer;

    cm_buf_init(why, CM_CONSTRAINT_WHY_MAX);
    answer = cm_constraint_check(ca, cert, true, false, why);
    assert_false(why->failed); /* it never outgrows its promise */
    assert_int_equal(answer == CM_CONSTRAINT_OK, why->len == 0);
    return answer;
}

static void every_case(void **state)
{
    unsigned wrong = 0;

    (void)state;
    for (size_t i = 0; i < num_nc_cases; i++) {
        const struct nc_case *c = &nc_cases[i];
        struct cm_cert *ca = nc_ca(c);
        struct cm_cert *leaf = nc_leaf(c);
        struct cm_buf why;
        enum cm_constraint answer = check(ca, leaf, &why);

        if (answer != c->want) {
            print_error("+%s -%s for %s: %d, %s\n",
                        c->permitted != NULL ? c->permitted : "",
                        c->excluded != NULL ? c->excluded : "",
                        c->names != NULL ? c->names : "no SAN", answer,
                        cm_buf_cstr(&why));
            wrong++;
        }
        cm_buf_cleanup(&why);
        cm_cert_unref(leaf);
        cm_cert_unref(ca);
    }
    assert_int_equal(wrong, 0);
}

static void phrases(void **state)
{
    static const struct {
        const char *permitted;
        const char *excluded;
        const char *names;
        const char *want;
    } cases[] = {
        {"example.com", NULL, "a.example.net",
         "DNS name \"a.example.net\" is in no permitted subtree: "
         "\"example.com\""},
        {"a.net,b.net,email:x.net,c.net,d.net,e.net", NULL, "f.net",
         "DNS name \"f.net\" is in no permitted subtree: \"a.net\", "
         "\"b.net\", \"c.net\" and 2 more"},
        {NULL, "ip:10.0.0.0/8", "ip:10.1.2.3",
         "IP address \"10.1.2.3\" is in the excluded subtree \"10.0.0.0/8\""},
        {NULL, "ip:2001:db8::/33", "ip:2001:db8::1",
         "IP address \"2001:db8::1\" is in the excluded subtree "
         "\"2001:db8::/33\""},
        {NULL, "dn:Acme", "dn:Acme/x",
         "directory name \"CN=x,O=Acme\" is in the excluded subtree "
         "\"O=Acme\""},
        {NULL, "raw:8703c00002", "a.b",
         "the constraint \"c00002\" on each IP address is malformed"},
        {NULL, "b", "raw:820378ff79",
         "DNS name \"x\\xffy\" is malformed, so no constraint can be applied "
         "to it"},
        {NULL, "raw:88022a03", "raw:88022a04",
         "registered id \"2a04\" is of a kind that is constrained and that "
         "nobody can compare"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct nc_case c = {.permitted = cases[i].permitted,
                            .excluded = cases[i].excluded,
                            .names = cases[i].names};
        struct cm_cert *ca = nc_ca(&c);
        struct cm_cert *leaf = nc_leaf(&c);
        struct cm_buf why;

        assert_int_not_equal(check(ca, leaf, &why), CM_CONSTRAINT_OK);
        assert_string_equal(cm_buf_cstr(&why), cases[i].want);
        cm_buf_cleanup(&why);
        cm_cert_unref(leaf);
        cm_cert_unref(ca);
    }
}

/* An extension value as it should not be; a leaf with names of all kinds. */
static enum cm_constraint with_raw(const char *hex, bool critical)
{
    struct forge_ext raw = {"2.5.29.30", critical, hex};
    struct cm_cert *ca = forge_cert(
        &(struct forge_spec){.ca = true, .exts = &raw, .num_exts = 1});
    struct cm_cert *leaf =
        forge_cert(&(struct forge_spec){.names = "a.example,email:x@a.example,"
                                                 "ip:192.0.2.1,raw:88022a03"});
    struct cm_buf why;
    enum cm_constraint answer = check(ca, leaf, &why);

    cm_buf_cleanup(&why);
    cm_cert_unref(leaf);
    cm_cert_unref(ca);
    return answer;
}

static void malformed_extensions(void **state)
{
    (void)state;
    assert_int_equal(with_raw("3000", true), UNREADABLE);
    assert_int_equal(with_raw("05", true), UNREADABLE);
    assert_int_equal(with_raw("0500", true), UNREADABLE);
    assert_int_equal(with_raw("30020500", true), UNREADABLE);
    assert_int_equal(with_raw("3004a000a100", true), UNREADABLE);
    assert_int_equal(with_raw("3002a000", true), UNREADABLE);
    assert_int_equal(with_raw("3004a0023000", true), UNREADABLE);
    assert_int_equal(with_raw("3006a00430020500", true), UNREADABLE);
    assert_int_equal(with_raw("300ba1093007a2056578616d70", true), UNREADABLE);
    /* Excluded first is the wrong order. */
    assert_int_equal(with_raw("300ea10530038201"
                              "78a00530038201"
                              "78",
                              true),
                     UNREADABLE);
    assert_int_equal(with_raw("3009a107300582013"
                              "085",
                              true),
                     UNREADABLE);
}

static void limits_are_not_processed(void **state)
{
    (void)state;
    /* excluded "x" with minimum 0, written out; then 1; then maximum 5 */
    assert_int_equal(with_raw("300aa1083006820178800100", true), INSIDE);
    assert_int_equal(with_raw("300aa1083006820178800101", true), UNREADABLE);
    assert_int_equal(with_raw("300aa1083006820178810105", true), UNREADABLE);
    assert_int_equal(with_raw("300aa10830068201788001ff", true), UNREADABLE);
}

/* RFC 5280 section 4.2.1.10: a constraint on names of a kind that is not
 * processed must be respected when it is critical. */
static void kinds_that_are_not_processed(void **state)
{
    (void)state;
    assert_int_equal(with_raw("3008a106300488022a04", true), UNREADABLE);
    assert_int_equal(with_raw("3008a106300488022a04", false), INSIDE);
}

static void self_issued_intermediates_are_exempt(void **state)
{
    struct cm_cert *ca = forge_cert(&(struct forge_spec){
        .subject = "CA", .ca = true, .permitted = "example.com"});
    struct cm_cert *again = forge_cert(&(struct forge_spec){
        .subject = "CA", .ca = true, .names = "other.net"});
    struct cm_cert *below =
        forge_cert(&(struct forge_spec){.subject = "CA 2",
                                        .issuer_cert = ca,
                                        .ca = true,
                                        .names = "other.net"});
    struct cm_buf why;

    (void)state;
    cm_buf_init(&why, CM_CONSTRAINT_WHY_MAX);
    assert_int_equal(cm_constraint_check(ca, again, false, false, &why),
                     INSIDE);
    assert_int_equal(cm_constraint_check(ca, again, true, false, &why),
                     OUTSIDE);
    assert_int_equal(cm_constraint_check(ca, below, false, false, &why),
                     OUTSIDE);
    /* No constraints, no question. */
    assert_int_equal(cm_constraint_check(again, ca, true, true, &why), INSIDE);
    cm_buf_cleanup(&why);
    cm_cert_unref(ca);
    cm_cert_unref(again);
    cm_cert_unref(below);
}

static void common_names_that_look_like_hosts(void **state)
{
    static const struct {
        const char *cn;
        const char *names;
        enum cm_constraint want;
    } cases[] = {
        {"a.example.com", NULL, INSIDE},
        {"a.example.net", NULL, OUTSIDE},
        {"*.example.net", NULL, OUTSIDE},
        {"a.example.net", "ip:192.0.2.1", OUTSIDE},
        {"a.example.net", "a.example.com",
         INSIDE}, /* the CN is not looked at */
        {"Server", NULL, INSIDE},
        {"Acme Inc. Server", NULL, INSIDE},
        {"", NULL, INSIDE},
    };
    struct cm_cert *ca = forge_cert(
        &(struct forge_spec){.ca = true, .permitted = "example.com"});

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cm_cert *leaf = forge_cert(&(struct forge_spec){
            .subject = cases[i].cn, .names = cases[i].names});
        struct cm_buf why;

        assert_int_equal(check(ca, leaf, &why), INSIDE);
        cm_buf_init(&why, CM_CONSTRAINT_WHY_MAX);
        assert_int_equal(cm_constraint_check(ca, leaf, true, true, &why),
                         cases[i].want);
        cm_buf_clear(&why); /* an authority's CN is no host */
        assert_int_equal(cm_constraint_check(ca, leaf, false, true, &why),
                         INSIDE);
        cm_buf_cleanup(&why);
        cm_cert_unref(leaf);
    }
    cm_cert_unref(ca);
}

/* "xn0.example,xn1.example..." */
static char *many(const char *prefix, unsigned count)
{
    struct cm_buf list;
    char *text;

    cm_buf_init(&list, 1000000);
    for (unsigned i = 0; i < count; i++) {
        (void)cm_buf_printf(&list, "%s%s%u.example", i > 0 ? "," : "", prefix,
                            i);
    }
    text = cm_buf_take(&list);
    assert_non_null(text);
    return text;
}

static enum cm_constraint many_by_many(const char *kind, unsigned subtrees,
                                       unsigned names)
{
    char prefix[2][8];
    char *excluded;
    char *list;
    struct cm_cert *ca;
    struct cm_cert *leaf;
    struct cm_buf why;
    enum cm_constraint answer;

    (void)snprintf(prefix[0], sizeof(prefix[0]), "%sx", kind);
    (void)snprintf(prefix[1], sizeof(prefix[1]), "%sn", kind);
    excluded = many(prefix[0], subtrees);
    list = many(prefix[1], names);
    ca = forge_cert(&(struct forge_spec){.ca = true, .excluded = excluded});
    leaf = forge_cert(&(struct forge_spec){.names = list});
    answer = check(ca, leaf, &why);
    cm_buf_cleanup(&why);
    cm_cert_unref(leaf);
    cm_cert_unref(ca);
    free(list);
    free(excluded);
    return answer;
}

static void the_work_has_an_end(void **state)
{
    (void)state;
    assert_int_equal(many_by_many("", 250, 1000), INSIDE);
    assert_int_equal(many_by_many("", 1000, 250), INSIDE);
    assert_int_equal(many_by_many("", 1000, 1000), UNREADABLE);
    assert_int_equal(many_by_many("dn:", 100, 100), INSIDE);
    assert_int_equal(many_by_many("dn:", 200, 200), UNREADABLE);
    assert_int_equal(many_by_many("", 1, CM_CERT_MAX_NAMES), INSIDE);
    assert_int_equal(many_by_many("", 1, CM_CERT_MAX_NAMES + 1), UNREADABLE);
}

static void long_names_are_cut_in_the_phrase(void **state)
{
    struct cm_buf raw;
    char cn[3001];
    struct cm_cert *ca;
    struct cm_cert *leaf;
    struct cm_buf why;

    (void)state;
    for (size_t i = 0; i + 1 < sizeof(cn); i += 2) {
        memcpy(cn + i, "\xc3\xa4", 2);
    }
    cn[3000] = '\0';
    cm_buf_init(&raw, 20000);
    (void)cm_buf_puts(&raw, "dn:a/");
    (void)cm_buf_puts(&raw, cn);
    ca = forge_cert(&(struct forge_spec){
        .ca = true, .permitted = cm_buf_cstr(&raw), .subject = "CA"});
    leaf = forge_cert(&(struct forge_spec){.subject = cn});
    assert_int_equal(check(ca, leaf, &why), OUTSIDE);
    assert_true(why.len > 400 && why.len < 600);
    assert_non_null(strstr(cm_buf_cstr(&why), "\xc3\xa4...\""));
    cm_buf_cleanup(&why);
    cm_buf_cleanup(&raw);
    cm_cert_unref(leaf);
    cm_cert_unref(ca);
}

static void an_unreadable_san_is_not_passed_over(void **state)
{
    struct forge_ext raw = {"2.5.29.17", false, "300482036162"};
    struct cm_cert *ca =
        forge_cert(&(struct forge_spec){.ca = true, .excluded = "example.com"});
    struct cm_cert *leaf =
        forge_cert(&(struct forge_spec){.exts = &raw, .num_exts = 1});
    struct cm_buf why;

    (void)state;
    assert_int_equal(check(ca, leaf, &why), UNREADABLE);
    cm_buf_cleanup(&why);
    cm_cert_unref(leaf);
    cm_cert_unref(ca);
}

static void what_clients_let_pass(void **state)
{
    static const struct {
        const char *permitted;
        const char *excluded;
        bool lax;
    } cases[] = {
        {"example.com", NULL, false},
        {".example.com", NULL, true},
        {NULL, ".example.com", true},
        {"email:.example.com", NULL, false},
        {NULL, "raw:8200", false},
        {NULL, NULL, false},
        {"", "", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cm_cert *ca =
            forge_cert(&(struct forge_spec){.ca = true,
                                            .permitted = cases[i].permitted,
                                            .excluded = cases[i].excluded});

        assert_int_equal(cm_constraint_lax(ca) != NULL, cases[i].lax);
        cm_cert_unref(ca);
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
        cmocka_unit_test(every_case),
        cmocka_unit_test(phrases),
        cmocka_unit_test(malformed_extensions),
        cmocka_unit_test(limits_are_not_processed),
        cmocka_unit_test(kinds_that_are_not_processed),
        cmocka_unit_test(self_issued_intermediates_are_exempt),
        cmocka_unit_test(common_names_that_look_like_hosts),
        cmocka_unit_test(the_work_has_an_end),
        cmocka_unit_test(long_names_are_cut_in_the_phrase),
        cmocka_unit_test(an_unreadable_san_is_not_passed_over),
        cmocka_unit_test(what_clients_let_pass),
    };

    return cmocka_run_group_tests_name("pki constraints", tests, NULL, cleanup);
}
