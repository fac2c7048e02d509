/* Distinguished names: text, common name, comparison form.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "dertext.h"
#include "pki/dn.h"
#include "pki/pki.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define CN "06:550403 "
#define O "06:55040a "
#define OU "06:55040b "
#define RDN(ava) "31{30{" ava "}}"

static struct cm_span build(struct cm_buf *der, const char *text)
{
    cm_buf_init(der, 1000000);
    der_build(der, text);
    return (struct cm_span){der->data, der->len};
}

static const struct text_case {
    const char *name;
    bool sound;
    const char *want;
} text_cases[] = {
    {"30{}", true, ""},
    {"30{" RDN("06:550406 13'DE'") RDN(O "0c'Acme'") RDN(CN "0c'x'") "}", true,
     "CN=x,O=Acme,C=DE"},
    {"30{" RDN("06:550407 0c'l'") RDN("06:550408 0c's'") RDN("06:550409 0c't'")
         RDN("06:550405 13'1'") "}",
     true, "SERIALNUMBER=1,STREET=t,ST=s,L=l"},
    {"30{" RDN("06:0992268993f22c640119 16'example'")
         RDN("06:0992268993f22c640101 0c'u'") "}",
     true, "UID=u,DC=example"},
    {"30{" RDN("06:2a864886f70d010901 16'a@b'") "}", true, "emailAddress=a@b"},
    {"30{31{30{" CN "0c'a'} 30{" OU "0c'b'}}}", true, "CN=a+OU=b"},
    {"30{" RDN("06:2a0304 0c'x'") "}", true, "1.2.3.4=#0c0178"},
    {"30{" RDN("06:80 0c'x'") "}", true, "=#0c0178"},
    {"30{" RDN(CN "03:00ff") "}", true, "CN=#030200ff"}, /* a BIT STRING */
    {"30{" RDN(CN "0c'a,b+c<d>e;f\"\\'") "}", true,
     "CN=a\\,b\\+c\\<d\\>e\\;f\\\"\\\\"},
    {"30{" RDN(CN "0c'#a#'") "}", true, "CN=\\#a#"},
    {"30{" RDN(CN "0c' a  '") "}", true, "CN=\\ a \\ "},
    {"30{" RDN(CN "0c' '") "}", true, "CN=\\ "},
    {"30{" RDN(CN "0c''") "}", true, "CN="},
    {"30{" RDN(CN "0c'a=b'") "}", true, "CN=a=b"},
    {"30{" RDN(CN "0c:610062") "}", true, "CN=a\\00b"},
    {"30{" RDN(CN "0c:610a0d1b7f") "}", true, "CN=a\\0A\\0D\\1B\\7F"},
    {"30{" RDN(CN "0c:c3a4") "}", true, "CN=\xc3\xa4"},
    {"30{" RDN(CN "0c:61ff62") "}", true,
     "CN=a\xef\xbf\xbd"
     "b"},
    {"30{" RDN(CN "0c:c0af") "}", true, "CN=\xef\xbf\xbd\xef\xbf\xbd"},
    {"30{" RDN(CN "14:e4") "}", true, "CN=\xc3\xa4"}, /* T61String */
    {"30{" RDN(CN "1e:00e40062") "}", true,
     "CN=\xc3\xa4"
     "b"}, /* BMPString */
    {"30{" RDN(CN "1e:d8000062") "}", true,
     "CN=\xef\xbf\xbd"
     "b"}, /* a surrogate */
    {"30{" RDN(CN "1e:006100") "}", true, "CN=a\xef\xbf\xbd"},
    {"30{" RDN(CN "1c:0001f512") "}", true, "CN=\xf0\x9f\x94\x92"},
    {"30{" RDN(CN "1c:00110000") "}", true, "CN=\xef\xbf\xbd"},
    {"30{" RDN(CN "1c:000001") "}", true, "CN=\xef\xbf\xbd"},
    {"30{" RDN(CN "16:e4") "}", true, "CN=\xef\xbf\xbd"}, /* not IA5 */
    {"30{" RDN(CN "12'12 3'") "}", true, "CN=12 3"},
    {"30{" RDN(CN "1a'v'") "}", true, "CN=v"},
    /* Broken, but what can be read is there. */
    {"31{}", false, ""},
    {"30{} 05:", false, ""},
    {"30{" RDN(CN "0c'a'") "31{}}", false, ",CN=a"},
    {"30{" RDN(CN "0c'a'") "30{}}", false, "CN=a"},
    {"30{31{30{" CN "0c'a'} 05:}}", false, "CN=a"},
    {"30{31{30{" CN "}}}", false, ""},
    {"30{31{30{" CN "0c'a' 0c'b'}}}", false, ""},
    {"30{31{30{05:}}}", false, ""},
};

static void text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(text_cases); i++) {
        struct cm_buf der;
        struct cm_buf out;
        struct cm_span name = build(&der, text_cases[i].name);

        cm_buf_init(&out, 1000);
        if (cm_dn_text(name, &out) != text_cases[i].sound) {
            fail_msg("%s", text_cases[i].name);
        }
        assert_string_equal(cm_buf_cstr(&out), text_cases[i].want);
        cm_buf_cleanup(&out);
        cm_buf_cleanup(&der);
    }
}

static void common_names(void **state)
{
    static const struct {
        const char *name;
        const char *want;
    } cases[] = {
        {"30{}", ""},
        {"05:", ""},
        {"30{" RDN(O "0c'o'") "}", ""},
        {"30{" RDN(CN "0c'a'") RDN(OU "0c'o'") RDN(CN "13'b'") "}", "b"},
        {"30{31{30{" OU "0c'o'} 30{" CN "0c'c'}}}", "c"},
        {"30{" RDN(CN "0c' a\\b '") "}", " a\\b "}, /* not escaped */
        {"30{" RDN(CN "1e:00e4") "}", "\xc3\xa4"},
        {"30{" RDN(CN "0c'a'") RDN(CN "03:00") "}", "a"},
        {"30{" RDN(CN "0c'a'") "05:}", "a"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cm_buf der;
        struct cm_buf out;

        cm_buf_init(&out, 1000);
        cm_dn_common_name(build(&der, cases[i].name), &out);
        assert_string_equal(cm_buf_cstr(&out), cases[i].want);
        cm_buf_cleanup(&out);
        cm_buf_cleanup(&der);
    }
}

static void a_nul_in_a_common_name_does_not_end_it(void **state)
{
    struct cm_cert *cert = odd_cert(
        &(struct odd_cert){.subject = "30{" RDN(CN "0c:612e622e00652e66") "}"});

    (void)state;
    assert_true(cert->parsed);
    assert_string_equal(cert->subject_cn, "a.b.\xef\xbf\xbd"
                                          "e.f");
    assert_string_equal(cert->subject_text, "CN=a.b.\\00e.f");
    cm_cert_unref(cert);
}

static const struct equal_case {
    const char *a;
    const char *b;
    bool equal;
} equal_cases[] = {
    {RDN(CN "0c'Acme CA'"), RDN(CN "13'acme ca'"), true},
    {RDN(CN "0c'Acme  CA'"), RDN(CN "0c' Acme CA '"), true},
    {RDN(CN "0c:61096262"), RDN(CN "0c'a bb'"), true},
    {RDN(CN "1e:00410042"), RDN(CN "0c'ab'"), true},
    {RDN(CN "1c:00000041"), RDN(CN "16'a'"), true},
    {RDN(CN "14:e4"), RDN(CN "0c:c3a4"), true},
    {RDN(CN "0c'AcmeCA'"), RDN(CN "0c'Acme CA'"), false},
    {RDN(CN "0c'a'"), RDN(O "0c'a'"), false},
    {RDN(CN "0c'a'") RDN(O "0c'b'"), RDN(O "0c'b'") RDN(CN "0c'a'"), false},
    {RDN(CN "0c'a'") RDN(O "0c'b'"), "31{30{" CN "0c'a'} 30{" O "0c'b'}}",
     false},
    {"31{30{" CN "0c'a'} 30{" O "0c'b'}}", "31{30{" O "13'B'} 30{" CN "13'A'}}",
     true}, /* a set has no order */
    {"", RDN(CN "0c''"), false},
    {RDN(CN "0c''"), RDN(CN "0c'  '"), true},
    {RDN(CN "0c:c384"), RDN(CN "0c:c3a4"), false}, /* ASCII is folded only */
    {RDN(CN "03:0041"), RDN(CN "03:0061"), false}, /* not a string */
    {RDN(CN "03:0041"), RDN(CN "03:0041"), true},
    {RDN(CN "0c:ff"), RDN(CN "0c:fe"), false}, /* both would be U+FFFD */
    {RDN(CN "0c:ff"), RDN(CN "0c:efbfbd"), false},
    {RDN(CN "0c:ff"), RDN(CN "0c:ff"), true},
    {RDN(CN "0c'as1:b'"), RDN(CN "0c'a'") RDN(CN "0c'b'"), false},
    {RDN(CN "0c:610062"), RDN(CN "0c'a'"), false},
    {RDN(CN "0c:610062"), RDN(CN "0c'ab'"), false},
};

static void comparison(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(equal_cases); i++) {
        const char *const sides[] = {equal_cases[i].a, equal_cases[i].b};
        struct cm_buf forms[2];

        for (size_t side = 0; side < 2; side++) {
            struct cm_buf text_of;
            struct cm_buf der;

            cm_buf_init(&text_of, 1000);
            cm_buf_init(&forms[side], 1000);
            (void)cm_buf_printf(&text_of, "30{%s}", sides[side]);
            assert_true(cm_dn_normalise(build(&der, cm_buf_cstr(&text_of)),
                                        &forms[side]));
            assert_true(forms[side].len > 0);
            cm_buf_cleanup(&der);
            cm_buf_cleanup(&text_of);
        }
        if ((forms[0].len == forms[1].len &&
             memcmp(forms[0].data, forms[1].data, forms[0].len) == 0) !=
            equal_cases[i].equal) {
            fail_msg("%s and %s", sides[0], sides[1]);
        }
        cm_buf_cleanup(&forms[0]);
        cm_buf_cleanup(&forms[1]);
    }
}

static void what_is_no_name_has_no_form(void **state)
{
    static const char *const cases[] = {"31{}", "30{05:}", "30{31{}}",
                                        "30{31{05:}}", "30{31{30{06:550403}}}"};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cm_buf der;
        struct cm_buf form;

        cm_buf_init(&form, 1000);
        assert_false(cm_dn_normalise(build(&der, cases[i]), &form));
        cm_buf_cleanup(&form);
        cm_buf_cleanup(&der);
    }
}

/* Repeats an RDN or an AVA: a name of any size. */
static struct cm_span long_name(struct cm_buf *der, const char *head,
                                const char *item, size_t count,
                                const char *tail)
{
    struct cm_buf notation;
    struct cm_span name;

    cm_buf_init(&notation, 10000000);
    (void)cm_buf_puts(&notation, head);
    for (size_t i = 0; i < count; i++) {
        (void)cm_buf_puts(&notation, item);
    }
    (void)cm_buf_puts(&notation, tail);
    name = build(der, cm_buf_cstr(&notation));
    cm_buf_cleanup(&notation);
    return name;
}

/* Long texts and short ones, ASCII and not, are read in different ways. */
static void length_and_type_do_not_matter(void **state)
{
    static const char *const items[] = {"4120", "00410020"}; /* "A " */
    static const char *const heads[] = {"30{31{30{" CN "13:",
                                        "30{31{30{" CN "1e:"};

    (void)state;
    for (size_t count = 1; count < 400; count += 3) {
        struct cm_buf forms[2];

        for (size_t i = 0; i < 2; i++) {
            struct cm_buf der;
            struct cm_span name =
                long_name(&der, heads[i], items[i], count, "}}}");

            cm_buf_init(&forms[i], 10000);
            assert_true(cm_dn_normalise(name, &forms[i]));
            cm_buf_cleanup(&der);
        }
        assert_int_equal(forms[0].len, forms[1].len);
        assert_memory_equal(forms[0].data, forms[1].data, forms[0].len);
        cm_buf_cleanup(&forms[0]);
        cm_buf_cleanup(&forms[1]);
    }
}

static void huge_names_end(void **state)
{
    struct cm_buf der;
    struct cm_buf out;
    struct cm_span name;

    (void)state;
    cm_buf_init(&out, 1000000); /* one value of 100 kB */
    name = long_name(&der, "30{31{30{" CN "0c'", "0123456789", 10000, "'}}}");
    assert_true(cm_dn_text(name, &out));
    assert_int_equal(out.len, 100003);
    cm_buf_clear(&out);
    cm_dn_common_name(name, &out);
    assert_int_equal(out.len, 100000);
    cm_buf_cleanup(&der);
    cm_buf_clear(&out); /* more RDNs than are shown */
    name = long_name(&der, "30{", RDN(CN "0c'a'"), 300, "}");
    assert_false(cm_dn_text(name, &out));
    assert_int_equal(out.len, 256 * 5 - 1);
    cm_buf_clear(&out);
    assert_true(cm_dn_normalise(name, &out));
    cm_buf_cleanup(&der);
    cm_buf_clear(&out); /* more AVAs than are put in order */
    name = long_name(&der, "30{31{", "30{" CN "0c'a'}", 17, "}}");
    assert_false(cm_dn_normalise(name, &out));
    cm_buf_cleanup(&der);
    cm_buf_cleanup(&out);
}

static void a_full_buffer_is_seen(void **state)
{
    struct cm_buf der;
    struct cm_buf out;
    struct cm_span name = build(&der, "30{" RDN(CN "0c'abcdef'") "}");

    (void)state;
    cm_buf_init(&out, 4);
    (void)cm_dn_text(name, &out);
    assert_true(out.failed);
    cm_buf_cleanup(&out);
    cm_buf_cleanup(&der);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(text),
        cmocka_unit_test(common_names),
        cmocka_unit_test(a_nul_in_a_common_name_does_not_end_it),
        cmocka_unit_test(comparison),
        cmocka_unit_test(what_is_no_name_has_no_form),
        cmocka_unit_test(length_and_type_do_not_matter),
        cmocka_unit_test(huge_names_end),
        cmocka_unit_test(a_full_buffer_is_seen),
    };

    return cmocka_run_group_tests_name("pki names", tests, NULL, NULL);
}
