/* Where revocation information is to be had: what is asked for, and what is
 * said when nothing comes, or nothing could.
 * SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <string.h>

#include "support/forge_ocsp.h"

#define T CM_VERDICT_TRUSTED
#define U CM_VERDICT_UNTRUSTED
#define DAYS(n) (FORGE_NOW + (n)*FORGE_DAY)
#define CRL CM_REVOCATION_CRL
#define OCSP CM_REVOCATION_OCSP
#define OCSP_URL "http://ocsp.example/"

/* A bench with a leaf of these URLs ("-" for no list). */
static struct cm_cert *serve(struct bench *b, const struct forge_spec *extra)
{
    struct forge_spec spec = *extra;
    struct cm_cert *leaf;

    bench_open(b);
    bench_serve(b, "");
    spec.subject = ZOO_HOST;
    spec.names = ZOO_HOST;
    spec.key = forge_key(FORGE_P256, 10);
    spec.issuer_cert = zoo_get("int");
    spec.issuer_key = forge_key(FORGE_P256, 2);
    leaf = forge_cert(&spec);
    scene_present(&b->s.ev->probes[0], leaf);
    scene_present(&b->s.ev->probes[0], zoo_get("int"));
    return leaf;
}

static void finish(struct bench *b, struct cm_cert *leaf)
{
    bench_close(b);
    cm_cert_unref(leaf);
}

static void expect_wants(const struct bench *b, const struct cm_cert *leaf,
                         const char *kinds)
{
    char got[8] = "";

    for (size_t i = 0; i < b->s.got.num_wants && i < 7; i++) {
        const struct cm_want *want = &b->s.got.wants[i];

        got[i] = want->kind == CM_WANT_CRL    ? 'c'
                 : want->kind == CM_WANT_OCSP ? 'o'
                                              : 'i';
        assert_ptr_equal(want->cert, leaf);
        assert_ptr_equal(want->issuer, zoo_get("int"));
    }
    assert_string_equal(got, kinds);
}

static struct want_case {
    const char *name;
    const char *crl;
    const char *ocsp;
    unsigned asked;
    const char *wants;
} wants[] = {
    {"nothing asked", FORGE_CRL_URL, OCSP_URL, 0, ""},
    {"lists asked", FORGE_CRL_URL, OCSP_URL, CRL, "c"},
    {"responders asked", FORGE_CRL_URL, OCSP_URL, OCSP, "o"},
    {"both asked", FORGE_CRL_URL, OCSP_URL, CRL | OCSP, "co"},
    {"both asked, no responder", FORGE_CRL_URL, NULL, CRL | OCSP, "c"},
    {"both asked, no list", "-", OCSP_URL, CRL | OCSP, "o"},
    {"lists asked, there are none", "-", OCSP_URL, CRL, ""},
    {"capital letters", "HTTP://CRL.EXAMPLE/", NULL, CRL, "c"},
};
#define WANTS (sizeof(wants) / sizeof(*wants))

static void is_wanted(void **state)
{
    const struct want_case *c = *state;
    struct bench b;
    struct cm_cert *leaf =
        serve(&b, &(struct forge_spec){.crl = c->crl, .ocsp = c->ocsp});

    b.s.policy.revocation = c->asked;
    bench_expect(&b, T, "", CM_REVOCATION_NOT_CHECKED);
    expect_wants(&b, leaf, c->wants);
    /* Without a place to keep it, it is wanted as much. */
    b.s.trust.revocation = NULL;
    bench_expect(&b, T, "", CM_REVOCATION_NOT_CHECKED);
    expect_wants(&b, leaf, c->wants);
    finish(&b, leaf);
}

static void what_is_known_is_not_wanted(void **state)
{
    struct bench b;
    struct cm_cert *leaf = serve(&b, &(struct forge_spec){.ocsp = OCSP_URL});
    struct forge_single single = {.cert = leaf, .issuer = zoo_get("int")};
    struct cm_span der =
        forge_ocsp(&(struct forge_ocsp_spec){.singles = &single,
                                             .num_singles = 1,
                                             .key = forge_key(FORGE_P256, 2),
                                             .responder = zoo_get("int")});

    (void)state;
    b.s.policy.revocation = CRL | OCSP;
    assert_true(cm_revocation_add_ocsp(b.set, leaf, OCSP_URL, der, 0));
    bench_expect(&b, T, "", CM_REVOCATION_GOOD);
    expect_wants(&b, leaf, "c"); /* a list was asked for, too */
    b.s.policy.revocation = OCSP;
    bench_expect(&b, T, "", CM_REVOCATION_GOOD);
    expect_wants(&b, leaf, "");
    finish(&b, leaf);
    cm_span_free(&der);
    leaf = serve(&b, &(struct forge_spec){.ocsp = OCSP_URL});
    b.s.policy.revocation = CRL | OCSP;
    bench_add(&b, &(struct forge_crl_spec){.num_more = 1});
    bench_expect(&b, T, "", CM_REVOCATION_GOOD);
    expect_wants(&b, leaf, "");
    finish(&b, leaf);
}

/* An old list from a file is no reason not to look for a new one. */
static void what_is_stale_is_wanted(void **state)
{
    struct bench b;
    struct cm_cert *leaf = serve(&b, &(struct forge_spec){.version = 0});

    (void)state;
    b.s.policy.revocation = CRL;
    bench_add(&b, &(struct forge_crl_spec){.next_update = DAYS(-1) + 9});
    bench_expect(&b, T, "crl_expired", CM_REVOCATION_NOT_CHECKED);
    expect_wants(&b, leaf, "c");
    /* The new one came. */
    bench_fetch(&b, &(struct forge_crl_spec){.num_more = 1}, FORGE_CRL_URL,
                FORGE_NOW);
    bench_expect(&b, T, "", CM_REVOCATION_GOOD);
    expect_wants(&b, leaf, "");
    finish(&b, leaf);
}

/* The server of the only URL gives a stale list: nothing more to ask for. */
static void a_stale_list_came(void **state)
{
    struct bench b;
    struct cm_cert *leaf = serve(&b, &(struct forge_spec){.version = 0});

    (void)state;
    b.s.policy.revocation = CRL;
    bench_fetch(&b, &(struct forge_crl_spec){.next_update = DAYS(-1) + 9},
                FORGE_CRL_URL, FORGE_NOW);
    bench_expect(&b, T, "crl_expired", CM_REVOCATION_UNREACHABLE);
    expect_wants(&b, leaf, "");
    finish(&b, leaf);
}

static void nothing_came(void **state)
{
    const struct cm_finding *f;
    struct bench b;
    struct cm_cert *leaf = serve(&b, &(struct forge_spec){.ocsp = OCSP_URL});

    (void)state;
    b.s.policy.revocation = CRL | OCSP;
    assert_true(
        cm_revocation_add_failure(b.set, NULL, FORGE_CRL_URL, "timed out"));
    bench_expect(&b, T, "", CM_REVOCATION_NOT_CHECKED);
    expect_wants(&b, leaf, "o"); /* not all was tried */
    /* The responder failed for another certificate: nobody asked for ours. */
    assert_true(cm_revocation_add_failure(b.set, zoo_get("leaf"), OCSP_URL,
                                          "HTTP status 500"));
    bench_expect(&b, T, "", CM_REVOCATION_NOT_CHECKED);
    expect_wants(&b, leaf, "o");
    assert_true(
        cm_revocation_add_failure(b.set, leaf, OCSP_URL, "HTTP status 500"));
    bench_expect(&b, T, "revocation_unreachable", CM_REVOCATION_UNREACHABLE);
    expect_wants(&b, leaf, "");
    f = scene_finding(&b.s, CM_CAUSE_REVOCATION_UNREACHABLE);
    assert_contains(f->proof,
                    FORGE_CRL_URL ": timed out; " OCSP_URL ": HTTP status 500");
    assert_ptr_equal(f->cert, leaf);
    assert_int_equal(f->severity, CM_SEVERITY_SOME_CLIENTS);
    /* Who did not ask is not told. */
    b.s.policy.revocation = 0;
    bench_expect(&b, T, "", CM_REVOCATION_NOT_CHECKED);
    finish(&b, leaf);
}

static void nothing_usable_came(void **state)
{
    struct bench b;
    struct cm_cert *leaf = serve(&b, &(struct forge_spec){.ocsp = OCSP_URL});

    (void)state;
    b.s.policy.revocation = CRL | OCSP;
    bench_fetch(&b, &(struct forge_crl_spec){.idp = FORGE_IDP_CA},
                FORGE_CRL_URL, FORGE_NOW);
    assert_true(cm_revocation_add_ocsp(b.set, leaf, OCSP_URL, leaf->der, 0));
    bench_expect(&b, T, "revocation_unreachable", CM_REVOCATION_UNREACHABLE);
    assert_contains(scene_finding(&b.s, CM_CAUSE_REVOCATION_UNREACHABLE)->proof,
                    "its list is not about this certificate; " OCSP_URL
                    ": its response is not usable");
    finish(&b, leaf);
}

/* A list that cannot be used is the more exact finding. */
static void a_bad_list_came(void **state)
{
    struct bench b;
    struct cm_cert *leaf = serve(&b, &(struct forge_spec){.version = 0});

    (void)state;
    b.s.policy.revocation = CRL;
    bench_fetch(&b, &(struct forge_crl_spec){.break_signature = true},
                FORGE_CRL_URL, FORGE_NOW);
    bench_expect(&b, T, "crl_bad", CM_REVOCATION_UNREACHABLE);
    finish(&b, leaf);
}

/* Lists of Active Directory are often in LDAP only. */
static void only_http_is_asked(void **state)
{
    struct bench b;
    struct cm_cert *leaf =
        serve(&b, &(struct forge_spec){.crl = "ldap:///CN=CA?list"});

    (void)state;
    bench_expect(&b, T, "", CM_REVOCATION_NOT_CHECKED);
    b.s.policy.revocation = CRL | OCSP;
    bench_expect(&b, T, "revocation_unreachable", CM_REVOCATION_UNREACHABLE);
    expect_wants(&b, leaf, "");
    assert_contains(scene_finding(&b.s, CM_CAUSE_REVOCATION_UNREACHABLE)->proof,
                    "ldap:///CN=CA?list: only http is asked");
    b.s.policy.revocation = OCSP; /* there is no responder to be unreachable */
    bench_expect(&b, T, "", CM_REVOCATION_NOT_CHECKED);
    finish(&b, leaf);
}

/* The issuing certificate's own list is asked for, and missed, as well. */
static void issuers_are_asked_about(void **state)
{
    struct cm_cert *ca =
        forge_cert(&(struct forge_spec){.subject = "Intermediate",
                                        .ca = true,
                                        .key = forge_key(FORGE_P256, 2),
                                        .issuer_cert = zoo_get("root"),
                                        .issuer_key = forge_key(FORGE_P256, 1),
                                        .crl = "http://crl.example/root.crl"});
    struct bench b;

    (void)state;
    bench_open(&b);
    bench_serve(&b, "leaf");
    scene_present(&b.s.ev->probes[0], ca);
    b.s.policy.revocation = CRL;
    bench_expect(&b, T, "", CM_REVOCATION_NOT_CHECKED);
    assert_int_equal(b.s.got.num_wants, 2);
    assert_ptr_equal(b.s.got.wants[1].cert, ca);
    assert_ptr_equal(b.s.got.wants[1].issuer, zoo_get("root"));
    bench_add(&b, &(struct forge_crl_spec){.num_more = 1});
    assert_true(cm_revocation_add_failure(
        b.set, NULL, "http://crl.example/root.crl", "no address"));
    bench_expect(&b, T, "revocation_unreachable", CM_REVOCATION_GOOD);
    assert_ptr_equal(scene_finding(&b.s, CM_CAUSE_REVOCATION_UNREACHABLE)->cert,
                     ca);
    bench_close(&b);
    cm_cert_unref(ca);
}

static struct info_case {
    const char *name;
    struct forge_spec spec;
    const char *causes;
} infos[] = {
    {"neither", {.crl = "-"}, "revocation_no_info"},
    {"a list", {.crl = FORGE_CRL_URL}, ""},
    {"a responder", {.crl = "-", .ocsp = OCSP_URL}, ""},
    {"a list in LDAP", {.crl = "ldap:///x"}, ""},
    {"seven days",
     {.crl = "-", .not_before = DAYS(-1), .not_after = DAYS(6)},
     ""},
    {"a second more",
     {.crl = "-", .not_before = DAYS(-1), .not_after = DAYS(6) + 1},
     "revocation_no_info"},
};
#define INFOS (sizeof(infos) / sizeof(*infos))

static void tells_where(void **state)
{
    const struct info_case *c = *state;
    struct bench b;
    struct cm_cert *leaf = serve(&b, &c->spec);

    bench_expect(&b, T, c->causes, CM_REVOCATION_NOT_CHECKED);
    if (c->causes[0] != '\0') {
        const struct cm_finding *f =
            scene_finding(&b.s, CM_CAUSE_REVOCATION_NO_INFO);

        assert_int_equal(f->severity, CM_SEVERITY_HYGIENE);
        assert_ptr_equal(f->cert, leaf);
    }
    finish(&b, leaf);
}

/* Ten days were allowed until 15 March 2026. */
static void ten_days_once(void **state)
{
    static const struct {
        int64_t not_before;
        const char *causes;
    } cases[] = {{INT64_C(1773532800) - 1, ""},
                 {INT64_C(1773532800), "revocation_no_info"}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bench b;
        struct cm_cert *leaf =
            serve(&b, &(struct forge_spec){.crl = "-",
                                           .not_before = cases[i].not_before,
                                           .not_after = cases[i].not_before +
                                                        10 * FORGE_DAY});

        b.s.at_unix = cases[i].not_before + FORGE_DAY;
        scene_judge(&b.s);
        assert_int_equal(b.s.got.num_findings > 0 &&
                             b.s.got.findings[b.s.got.num_findings - 1].cause ==
                                 CM_CAUSE_REVOCATION_NO_INFO,
                         cases[i].causes[0] != '\0');
        finish(&b, leaf);
    }
}

static int leave(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(what_is_known_is_not_wanted),
        cmocka_unit_test(what_is_stale_is_wanted),
        cmocka_unit_test(a_stale_list_came),
        cmocka_unit_test(nothing_came),
        cmocka_unit_test(nothing_usable_came),
        cmocka_unit_test(a_bad_list_came),
        cmocka_unit_test(only_http_is_asked),
        cmocka_unit_test(issuers_are_asked_about),
        cmocka_unit_test(ten_days_once),
    };
    enum { OTHERS = sizeof(others) / sizeof(others[0]) };
    struct CMUnitTest tests[OTHERS + WANTS + INFOS];

    memcpy(tests, others, sizeof(others));
    for (size_t i = 0; i < WANTS; i++) {
        tests[OTHERS + i] = (struct CMUnitTest){.name = wants[i].name,
                                                .test_func = is_wanted,
                                                .initial_state = &wants[i]};
    }
    for (size_t i = 0; i < INFOS; i++) {
        tests[OTHERS + WANTS + i] =
            (struct CMUnitTest){.name = infos[i].name,
                                .test_func = tells_where,
                                .initial_state = &infos[i]};
    }
    return cmocka_run_group_tests_name("judge: sources", tests, NULL, leave);
}
