/* What only the fleet as a whole shows: proxies that inspect TLS, told from a
 * company's own CA; serial numbers that were used twice.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/fleet.h"
#include "judge/rules.h"

#define T CM_VERDICT_TRUSTED
#define U CM_VERDICT_UNTRUSTED
#define UNRELATED                                                              \
    {                                                                          \
        "www.shop.example", "mail.bank.example", "api.news.test"               \
    }
#define RELATED                                                                \
    {                                                                          \
        "www.firm.example", "mail.firm.test", "firm.co.uk"                     \
    }
#define INTERNAL                                                               \
    {                                                                          \
        "wiki.corp", "mail.local", "intranet"                                  \
    }

/* How the leaves of one issuer are. */
#define OLD 100  /* days */
#define YOUNG 2  /* days */
#define LONG 300 /* days to live in all */
#define BRIEF 14

static struct fleet_case {
    const char *name;
    const char *issuer; /* CN */
    const char *hosts[6];
    int age;
    int life;
    bool one_key;
    bool issuer_sent; /* the root */
    bool other_names; /* the certificates are for other names */
    bool intercepted;
    enum cm_confidence confidence;
    const char *proof;
} fleets[] = {
    /* Two signs. */
    {"a vendor, and unrelated sites", "Zscaler Root CA", UNRELATED, OLD, LONG,
     false, true, false, true, CM_PROBABLE,
     "named after \"Zscaler\"; it answers for names that have nothing in "
     "common (www.shop.example, mail.bank.example, api.news.test ...)"},
    {"a vendor, and fresh", "Fortinet Untrusted CA", RELATED, YOUNG, LONG,
     false, true, false, true, CM_PROBABLE, "less than 7 days old"},
    {"a vendor, and one key", "mitmproxy", RELATED, OLD, LONG, true, true,
     false, true, CM_PROBABLE, "have the same key"},
    {"unrelated sites, and fresh", "Corp CA", UNRELATED, YOUNG, LONG, false,
     true, false, true, CM_PROBABLE, "3 endpoints of the fleet lead to"},
    {"unrelated sites, and one key", "Corp CA", UNRELATED, OLD, LONG, true,
     true, false, true, CM_PROBABLE, "same key"},
    {"the root is not sent", "Zscaler Root CA", UNRELATED, OLD, LONG, false,
     false, false, true, CM_PROBABLE, "lead to the issuer of"},
    /* More. */
    {"three signs", "Zscaler Root CA", UNRELATED, YOUNG, LONG, false, true,
     false, true, CM_CERTAIN, "less than 7 days old"},
    {"all signs", "PortSwigger CA", UNRELATED, YOUNG, LONG, true, true, false,
     true, CM_CERTAIN, "PortSwigger"},

    /* One sign, or none: a company's own CA. */
    {"a company's CA", "Corp CA", RELATED, OLD, LONG, false, true, false, false,
     CM_CERTAIN, NULL},
    {"a company's CA, for many of its names",
     "Corp CA",
     {"a.firm.example", "b.firm.example", "c.firm.example", "d.firm.test",
      "e.firm.co.uk", "firm.example"},
     OLD,
     LONG,
     false,
     true,
     false,
     false,
     CM_CERTAIN,
     NULL},
    {"a company's CA, for unrelated sites", "Corp CA", UNRELATED, OLD, LONG,
     false, true, false, false, CM_CERTAIN, NULL},
    {"a company's CA that rolls out", "Corp CA", RELATED, YOUNG, LONG, true,
     true, false, false, CM_CERTAIN, NULL},
    {"a company's CA of short lives", "Corp CA", UNRELATED, YOUNG, BRIEF, false,
     true, false, false, CM_CERTAIN, NULL},
    {"a vendor's CA inside", "Fortinet CA", INTERNAL, YOUNG, LONG, true, true,
     false, false, CM_CERTAIN, NULL},
    {"a vendor alone", "Sophos CA", RELATED, OLD, LONG, false, true, false,
     false, CM_CERTAIN, NULL},
    {"appliances with the maker's certificates", "Fortinet CA", UNRELATED,
     YOUNG, LONG, false, true, true, false, CM_CERTAIN, NULL},
    {"two sites only",
     "Zscaler Root CA",
     {"www.shop.example", "mail.bank.example"},
     YOUNG,
     LONG,
     true,
     true,
     false,
     false,
     CM_CERTAIN,
     NULL},
    {"a word within a word", "Reset CA", UNRELATED, OLD, LONG, false, true,
     false, false, CM_CERTAIN, NULL},
};
#define FLEETS (sizeof(fleets) / sizeof(*fleets))

#define MAX_ENDPOINTS 6U

/* A fleet behind one issuer. */
struct site {
    struct scene scenes[MAX_ENDPOINTS];
    struct cm_cert *issuer;
    size_t num;
    struct cm_fleet *fleet;
};

static struct cm_cert *make_leaf(const struct fleet_case *c, size_t i,
                                 struct cm_cert *issuer)
{
    struct forge_spec spec = {
        .subject = "x",
        .names = c->other_names ? "box.test" : c->hosts[i],
        .key = forge_key(FORGE_P256, c->one_key ? 50 : 50 + (unsigned)i),
        .issuer_cert = issuer,
        .issuer_key = forge_key(FORGE_P256, 40),
        .not_before = FORGE_NOW - c->age * FORGE_DAY,
        .not_after = FORGE_NOW + (c->life - c->age) * FORGE_DAY,
    };

    return forge_cert(&spec);
}

static void serve(struct site *site, const struct fleet_case *c, size_t i)
{
    struct scene *s = &site->scenes[i];
    struct cm_cert *leaf = make_leaf(c, i, site->issuer);

    scene_open(s, c->hosts[i]);
    scene_present(scene_serve(s, ""), leaf);
    if (c->issuer_sent) {
        scene_present(&s->ev->probes[0], site->issuer);
    }
    scene_trust(s, "root");
    scene_judge(s);
    assert_int_equal(s->got.verdict, U);
    assert_true(cm_fleet_add(site->fleet, &s->ep, s->ev, &s->got, s->at_unix));
    s->trust.fleet = site->fleet;
    cm_cert_unref(leaf);
}

static void open_site(struct site *site, const struct fleet_case *c)
{
    struct forge_spec ca = {
        .subject = c->issuer, .ca = true, .key = forge_key(FORGE_P256, 40)};

    memset(site, 0, sizeof(*site));
    site->issuer = forge_cert(&ca);
    site->fleet = cm_fleet_new();
    assert_non_null(site->fleet);
    while (site->num < MAX_ENDPOINTS && c->hosts[site->num] != NULL) {
        serve(site, c, site->num++);
    }
}

static void close_site(struct site *site)
{
    for (size_t i = 0; i < site->num; i++) {
        scene_close(&site->scenes[i]);
    }
    cm_fleet_free(site->fleet);
    cm_cert_unref(site->issuer);
}

static void check_endpoint(struct scene *s, const struct fleet_case *c,
                           const struct cm_cert *issuer)
{
    size_t before = s->got.num_findings;
    const struct cm_finding *f;

    scene_judge(s);
    scene_check_rules(s);
    f = &s->got.findings[0];
    if (!c->intercepted) {
        assert_int_not_equal(f->cause, CM_CAUSE_TLS_INTERCEPTION);
        assert_int_equal(s->got.num_findings, before);
        return;
    }
    assert_int_equal(f->cause, CM_CAUSE_TLS_INTERCEPTION);
    assert_int_equal(s->got.num_findings, before + 1); /* hides nothing */
    assert_contains(f->proof, c->proof);
    assert_int_equal(f->confidence, c->confidence);
    assert_int_equal(f->resolution, CM_RESOLUTION_TRUST_INSPECTION);
    if (c->issuer_sent) {
        assert_ptr_equal(f->cert, issuer);
        assert_contains(f->subject, c->issuer);
    }
    assert_int_equal(s->got.num_remaining, 0);
}

static void is_told(void **state)
{
    const struct fleet_case *c = *state;
    struct site site;

    open_site(&site, c);
    assert_int_equal(cm_fleet_tells(site.fleet), c->intercepted);
    for (size_t i = 0; i < site.num; i++) {
        check_endpoint(&site.scenes[i], c, site.issuer);
        assert_string_equal(site.scenes[i].got.findings[0].subject_key,
                            site.scenes[0].got.findings[0].subject_key);
    }
    close_site(&site);
}

/* It comes before all else and takes it away; other issuers are not meant. */
static void comes_first(void **state)
{
    struct fleet_case c = fleets[0];
    struct cm_fleet *fleet;
    struct site site;
    struct scene s;

    (void)state;
    c.life = OLD - 1; /* all have expired */
    open_site(&site, &c);
    scene_expect(&site.scenes[0], U,
                 "tls_interception leaf_expired untrusted_private_root");
    assert_int_equal(site.scenes[0].got.num_remaining, 1);
    assert_int_equal(site.scenes[0].got.remaining[0], CM_CAUSE_LEAF_EXPIRED);
    fleet = site.fleet;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leaf int root");
    scene_trust(&s, "rootb");
    s.trust.fleet = fleet;
    scene_expect(&s, U, "untrusted_private_root");
    scene_trust(&s, "root");
    scene_expect(&s, T, "chain_unneeded_root");
    scene_close(&s);
    close_site(&site);
}

/* A client that has the proxy's root is not intercepted: it is protected. */
static void a_trusted_proxy_is_no_fault(void **state)
{
    struct site site;

    (void)state;
    open_site(&site, &fleets[0]);
    assert_true(cm_certset_add(site.scenes[0].anchors, site.issuer));
    scene_expect(&site.scenes[0], T, "chain_unneeded_root");
    close_site(&site);
}

static void trusted_endpoints_are_ignored(void **state)
{
    static const char *const sent[] = {"leaf int", "self", "leaf intold",
                                       "other int root", "leafrubbish"};
    struct cm_fleet *fleet = cm_fleet_new();

    (void)state;
    assert_false(cm_fleet_tells(fleet));
    for (size_t i = 0; i < sizeof(sent) / sizeof(*sent); i++) {
        struct scene s;

        scene_open(&s, NULL);
        (void)scene_serve(&s, sent[i]);
        scene_trust(&s, i == 3 ? "rootb" : "root");
        scene_judge(&s);
        assert_true(cm_fleet_add(fleet, &s.ep, s.ev, &s.got, s.at_unix));
        scene_close(&s);
    }
    assert_false(cm_fleet_tells(fleet));
    cm_fleet_free(fleet);
    cm_fleet_free(NULL);
}

static void serial_numbers_used_twice(void **state)
{
    struct cm_cert *leaf = zoo_get("leaf");
    struct cm_cert *issuer = zoo_get("int");
    struct cm_fleet *fleet = cm_fleet_new();
    const struct cm_finding *f;
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leaf int");
    scene_trust(&s, "root");
    s.trust.fleet = fleet;
    scene_expect(&s, T, "");
    assert_true(cm_fleet_add_twin(fleet, CM_TWIN_SERIAL,
                                  zoo_get("deep")->sha256, leaf->sha256));
    scene_expect(&s, T, "");
    assert_true(cm_fleet_tells(fleet));
    for (int i = 0; i < 2; i++) {
        assert_true(cm_fleet_add_twin(fleet, CM_TWIN_SERIAL, leaf->sha256,
                                      zoo_get("deep")->sha256));
    }
    scene_expect(&s, T, "issuer_serial_reused");
    f = &s.got.findings[0];
    assert_ptr_equal(f->cert, leaf);
    assert_contains(f->proof, "as has another certificate, SHA-256 ");
    assert_int_equal(f->resolution, CM_RESOLUTION_REISSUE_CERTIFICATE);
    assert_true(
        cm_fleet_add_twin(fleet, CM_TWIN_SERIAL, issuer->sha256, leaf->sha256));
    scene_expect(&s, T, "issuer_serial_reused issuer_serial_reused");
    assert_int_equal(s.got.findings[1].resolution, CM_RESOLUTION_REISSUE_CA);
    scene_close(&s);
    cm_fleet_free(fleet);
}

static void a_key_that_two_names_share(void **state)
{
    struct cm_cert *leaf = zoo_get("leaf");
    struct cm_fleet *fleet = cm_fleet_new();
    const struct cm_finding *f;
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leaf int");
    scene_trust(&s, "root");
    s.trust.fleet = fleet;
    /* An issuer's key is the concern of its own certificate. */
    assert_true(cm_fleet_add_twin(fleet, CM_TWIN_KEY, zoo_get("int")->sha256,
                                  leaf->sha256));
    assert_true(cm_fleet_tells(fleet));
    scene_expect(&s, T, "");
    assert_true(cm_fleet_add_twin(fleet, CM_TWIN_KEY, leaf->sha256,
                                  zoo_get("deep")->sha256));
    scene_expect(&s, T, "key_shared");
    f = &s.got.findings[0];
    assert_ptr_equal(f->cert, leaf);
    assert_false(f->blocks);
    assert_contains(f->proof, "a certificate of this fleet with other names");
    scene_close(&s);
    cm_fleet_free(fleet);
}

static void names_of_vendors(void **state)
{
    (void)state;
    assert_string_equal(cm_judge_inspection_vendor("CN=zscaler root,O=x"),
                        "Zscaler");
    assert_string_equal(cm_judge_inspection_vendor("CN=DO_NOT_TRUST,O=ESET"),
                        "ESET");
    assert_string_equal(
        cm_judge_inspection_vendor("CN=DO_NOT_TRUST_FiddlerRoot"),
        "FiddlerRoot");
    assert_null(cm_judge_inspection_vendor("CN=Reset or eset1"));
    assert_null(cm_judge_inspection_vendor("CN=ISRG Root X1"));
    assert_null(cm_judge_inspection_vendor(""));
}

static int leave(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[FLEETS + 5] = {
        cmocka_unit_test(comes_first),
        cmocka_unit_test(a_trusted_proxy_is_no_fault),
        cmocka_unit_test(trusted_endpoints_are_ignored),
        cmocka_unit_test(serial_numbers_used_twice),
        cmocka_unit_test(a_key_that_two_names_share),
        cmocka_unit_test(names_of_vendors),
    };

    for (size_t i = 0; i < FLEETS; i++) {
        tests[5 + i] = (struct CMUnitTest){.name = fleets[i].name,
                                           .test_func = is_told,
                                           .initial_state = &fleets[i]};
    }
    return cmocka_run_group_tests_name("judge: fleet", tests, NULL, leave);
}
