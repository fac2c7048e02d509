/* Profile files: those that come with the program, and those with mistakes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "certmuster/evidence.h"
#include "measure/builtin.h"
#include "measure/profile.h"

static struct cm_profileset *built_in(void)
{
    struct cm_profileset *set = cm_profileset_new();
    struct cm_error err;

    assert_non_null(set);
    for (const struct cm_builtin *b = cm_builtin_profiles(); b->name != NULL;
         b++) {
        if (cm_profileset_read(set, b->name, b->text, strlen(b->text), &err) !=
            CM_OK) {
            fail_msg("%s", err.text);
        }
    }
    return set;
}

/* Those that the catalogue of clients names. */
static const char *const named[] = {
    "netfx35-45_default_w2012r2",
    "netfx45_strongcrypto_w2012r2",
    "netfx46_w2012r2",
    "netfx35-45_default_w2016",
    "netfx46-47_w2016",
    "netfx47_w2019",
    "netfx48_w2022",
    "netfx48_w2025",
    "net6_w2016",
    "net6_w2019",
    "net6_w2022",
    "net6_w2025",
    "net6_linux",
    "dataverse_sandbox",
    "outsystems_o11_cloud",
    "outsystems_o11_w2016",
    "outsystems_o11_w2019",
    "outsystems_o11_w2022",
    "outsystems_odc",
    "winhttp_2008r2_default",
    "java7",
    "java8u161",
    "java8",
    "java11.0.2",
    "java11",
    "java17",
    "java21",
    "java24",
    "openssl102",
    "openssl111",
    "openssl30",
    "openssl30-debian",
    "openssl35",
    "openssl40",
    "curl",
    "curl-debian",
    "python38",
    "python39",
    "python310",
    "python311",
    "python313",
    "node20",
    "node22",
    "node24",
    "go119",
    "go122",
    "go123",
    "go124",
    "go125",
    "go127",
    "android7",
    "ios10",
    "ios18",
    "ios26",
    "chrome",
    "firefox",
    "xp_ie8",
};

static void every_client_has_its_profile(void **state)
{
    struct cm_profileset *set = built_in();

    (void)state;
    for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++) {
        if (cm_profileset_find(set, named[i]) == NULL) {
            fail_msg("no profile %s", named[i]);
        }
    }
    assert_int_equal(cm_profileset_count(set), sizeof(named) / sizeof(*named));
    cm_profileset_free(set);
}

static void check_numbers(const struct cm_profile *p)
{
    for (size_t i = 0; i < p->suites.num; i++) {
        if (cm_suite_find(p->suites.at[i]) == NULL) {
            fail_msg("%s: suite %04x", p->name, p->suites.at[i]);
        }
    }
    for (size_t i = 0; i < p->groups.num; i++) {
        if (cm_tls_group_name(p->groups.at[i]) == NULL) {
            fail_msg("%s: group %04x", p->name, p->groups.at[i]);
        }
    }
    for (size_t i = 0; i < p->schemes.num; i++) {
        if (cm_tls_scheme_name(p->schemes.at[i]) == NULL) {
            fail_msg("%s: scheme %04x", p->name, p->schemes.at[i]);
        }
    }
}

/* A list that was mistyped would make every answer wrong. */
static void what_they_say_makes_sense(void **state)
{
    struct cm_profileset *set = built_in();

    (void)state;
    for (size_t i = 0; i < cm_profileset_count(set); i++) {
        const struct cm_profile *p = cm_profileset_at(set, i);
        bool tls12 = p->versions[CM_VERSION_TLS1_2];
        bool tls13 = p->versions[CM_VERSION_TLS1_3];

        check_numbers(p);
        assert_int_equal(tls13, cm_profile_offers(&p->suites, 0x1302));
        if (tls13 && !cm_profile_offers(&p->schemes, 0x0804)) {
            fail_msg("%s: TLS 1.3 without RSA-PSS", p->name);
        }
        if (tls12 != (p->schemes.num > 0)) {
            fail_msg("%s: schemes belong to TLS 1.2", p->name);
        }
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(p->title, cm_profileset_at(set, j)->title);
        }
    }
    cm_profileset_free(set);
}

static void lists_are_as_the_clients_send_them(void **state)
{
    struct cm_profileset *set = built_in();
    const struct cm_profile *go = cm_profileset_find(set, "GO122");
    const struct cm_profile *w2019 = cm_profileset_find(set, "net6_w2019");
    const struct cm_profile *w2012 = cm_profileset_find(set, "netfx46_w2012r2");

    (void)state;
    assert_int_equal(go->suites.at[0], 0xc02b);
    assert_int_equal(go->suites.num, 14);
    assert_false(cm_profile_offers(&go->suites, 0x002f));
    assert_false(go->old_words);
    assert_true(cm_profile_offers(&w2019->suites, 0x009f));
    assert_false(cm_profile_offers(&w2019->suites, 0x0039));
    assert_false(cm_profile_offers(&w2012->suites, 0xc02f));
    assert_true(cm_profile_offers(&w2012->suites, 0xc02b));
    assert_int_equal(w2019->issuers, CM_ISSUERS_FETCHED);
    assert_int_equal(w2019->family, CM_FAMILY_DOTNET);
    assert_int_equal(cm_profileset_find(set, "dataverse_sandbox")->issuers,
                     CM_ISSUERS_SENT);
    cm_profileset_free(set);
}

#define GOOD                                                                   \
    "[suites]\na = 1302\n[profile x]\ntitle = X\nsource = s\n"                 \
    "confidence = low\nversions = 1.3\nsuites = @a\n"

static const struct {
    const char *text;
    const char *want; /* of the message; NULL: is read */
} files[] = {
    {GOOD, NULL},
    {GOOD "[profile y]\nbased_on = x\ntitle = Y\n", NULL},
    {GOOD "[profile x]\ntitle = again\n", "line 10: \"title\" is there twice"},
    {GOOD "[profile y]\nbased_on = x\n[profile X]\ntitle = again\n",
     "line 12: there is a profile \"X\" already"},
    {GOOD "[profile y]\nbased_on = z\n", "no profile \"z\" before this"},
    {GOOD "[profile y]\ntitle = Y\n",
     "line 10: the profile \"y\" has no \"source\"; add a line"},
    {GOOD "[profile a b]\ntitle = Y\n", "\"a b\" is no name of a profile"},
    {GOOD "[profile ]\ntitle = Y\n", "\"\" is no name of a profile"},
    {GOOD "titlle = Y\n", "no \"titlle\"; did you mean \"title\"?"},
    {GOOD "title = Y\n", "\"title\" is there twice"},
    {GOOD "sni = maybe\n", "\"sni\" takes one of: no, yes; not \"maybe\""},
    {GOOD "groups = 001d 17\n", "\"17\" is no number of four hex digits"},
    {GOOD "groups = @a\n", "no list \"@a\" of groups before this line"},
    {GOOD "schemes = 0403\n  08xx\n", "line 9: \"08xx\" is no number"},
    {GOOD "hello_bytes = -1\n", "takes a number, not \"-1\""},
    {GOOD "hello_bytes = 99999999999999999999\n", "takes a number"},
    {GOOD "min_rsa_bits =\n", "takes a number, not \"\""},
    {GOOD "family = perl\n", "takes one of: dotnet_framework, dotnet,"},
    {GOOD "issuers = asked\n", "takes one of: sent, fetched, preloaded"},
    {GOOD "trust = a/b\n", "\"a/b\" is no name"},
    {GOOD "trust = aaaaaaaaaabbbbbbbbbbccccccccccdd\n", "at most 31 char"},
    {GOOD "[list]\nx = 1\n", "\"[list]\" is no section of a profile file"},
    {GOOD "[suites]\na = 1301\n", "the list \"a\" is there already"},
    {"[suites]\na b = 1301\n", "\"a b\" is no name"},
    {"[profile x]\nversions = 1.2 1.4\n", "1.2, 1.3; not \"1.4\""},
    {"[profile x]\ntitle = X\n", "line 2: the profile \"x\" has no \"source\""},
};

static void mistakes_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        struct cm_profileset *set = cm_profileset_new();
        struct cm_error err = {.text = ""};
        enum cm_status status = cm_profileset_read(set, "my.ini", files[i].text,
                                                   strlen(files[i].text), &err);

        if (files[i].want == NULL) {
            assert_int_equal(status, CM_OK);
        } else {
            assert_int_equal(status, CM_EINPUT);
            if (strstr(err.text, files[i].want) == NULL ||
                strncmp(err.text, "my.ini, line ", 13) != 0) {
                fail_msg("\"%s\" does not say \"%s\"", err.text, files[i].want);
            }
        }
        cm_profileset_free(set);
    }
}

static void numbers_are_taken_away_and_never_twice(void **state)
{
    static const char text[] =
        "[suites]\na = 1301 1302 1303\nb = c02f\n"
        "[profile x]\ntitle = X\nsource = s\nconfidence = low\n"
        "versions = 1.2\nsuites = @b @a 1301 -1302 -@b, 1302\n";
    struct cm_profileset *set = cm_profileset_new();
    const struct cm_profile *p;

    (void)state;
    assert_int_equal(cm_profileset_read(set, "a", text, sizeof(text) - 1, NULL),
                     CM_OK);
    p = cm_profileset_at(set, 0);
    assert_int_equal(p->suites.num, 3);
    assert_int_equal(p->suites.at[0], 0x1301);
    assert_int_equal(p->suites.at[1], 0x1303);
    assert_int_equal(p->suites.at[2], 0x1302);
    cm_profileset_free(set);
}

/* As many as there may be, and one more. */
static void there_is_an_end_to_it(void **state)
{
    struct cm_profileset *set = cm_profileset_new();
    struct cm_error err;
    struct cm_buf text;

    (void)state;
    cm_buf_init(&text, 65536);
    (void)cm_buf_puts(&text, GOOD);
    for (int i = 1; i < CM_MAX_PROFILES; i++) {
        (void)cm_buf_printf(&text, "[profile p%d]\nbased_on = x\n", i);
    }
    assert_int_equal(
        cm_profileset_read(set, "a", cm_buf_cstr(&text), text.len, &err),
        CM_OK);
    assert_int_equal(cm_profileset_count(set), CM_MAX_PROFILES);
    assert_int_equal(
        cm_profileset_read(set, "b", "[profile q]\nbased_on = x\n", 25, &err),
        CM_EINPUT);
    assert_non_null(strstr(err.text, "more than 96 profiles"));
    cm_buf_clear(&text);
    (void)cm_buf_puts(&text, "[suites]\nall =\n");
    for (unsigned i = 0; i <= CM_PROFILE_MAX_NUMBERS; i++) {
        (void)cm_buf_printf(&text, " %04x\n", i);
    }
    assert_int_equal(
        cm_profileset_read(set, "c", cm_buf_cstr(&text), text.len, &err),
        CM_EINPUT);
    assert_non_null(strstr(err.text, "more than 160 numbers"));
    cm_buf_cleanup(&text);
    cm_profileset_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_client_has_its_profile),
        cmocka_unit_test(what_they_say_makes_sense),
        cmocka_unit_test(lists_are_as_the_clients_send_them),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(numbers_are_taken_away_and_never_twice),
        cmocka_unit_test(there_is_an_end_to_it),
    };

    return cmocka_run_group_tests_name("measure_profile", tests, NULL, NULL);
}
