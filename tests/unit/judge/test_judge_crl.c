/* Revocation lists: which count, and what follows from them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <string.h>

#define T CM_VERDICT_TRUSTED
#define U CM_VERDICT_UNTRUSTED
#define DAYS(n) (FORGE_NOW + (n)*FORGE_DAY)

static void not_listed(void **state)
{
    const struct forge_revoked other = {.serial_hex = "0badcafe"};
    struct bench b;

    (void)state;
    bench_open(&b);
    bench_expect(&b, T, "", CM_REVOCATION_NOT_CHECKED);
    assert_string_equal(b.s.got.revocation.source, "");
    bench_add(&b,
              &(struct forge_crl_spec){.revoked = &other, .num_revoked = 1});
    bench_expect(&b, T, "", CM_REVOCATION_GOOD);
    assert_string_equal(b.s.got.revocation.source, "crl");
    assert_int_equal(b.s.got.revocation.this_update, DAYS(-1));
    assert_int_equal(b.s.got.revocation.next_update, DAYS(7));
    assert_int_equal(b.s.got.revocation.revoked_unix, 0);
    assert_int_equal(b.s.got.num_wants, 0);
    bench_close(&b);
}

static void a_revoked_leaf(void **state)
{
    const struct forge_revoked entry = {.cert = zoo_get("leaf"),
                                        .when = DAYS(-5),
                                        .reason = 1 + 1,
                                        .invalid = DAYS(-20)};
    const struct cm_finding *f;
    struct bench b;

    (void)state;
    bench_open(&b);
    bench_add(&b,
              &(struct forge_crl_spec){.revoked = &entry, .num_revoked = 1});
    bench_expect(&b, U, "revoked", CM_REVOCATION_REVOKED);
    f = scene_finding(&b.s, CM_CAUSE_REVOKED);
    assert_contains(f->proof, "was revoked on 10 Jan 2027 (keyCompromise)");
    assert_contains(f->proof, "revocation list of 14 Jan 2027");
    assert_contains(f->proof, "not to be trusted since 26 Dec 2026");
    assert_string_equal(f->rule, "RFC 5280 section 6.3.3 (i)");
    assert_ptr_equal(f->cert, zoo_get("leaf"));
    assert_int_equal(f->position, 0);
    assert_int_equal(f->severity, CM_SEVERITY_NOW);
    assert_int_equal(b.s.got.revocation.reason, 1);
    assert_int_equal(b.s.got.revocation.revoked_unix, DAYS(-5));
    bench_close(&b);
}

/* The list of the root is about the intermediate, under which nothing is
 * trusted. */
static void a_revoked_issuer(void **state)
{
    const struct forge_revoked entry = {.cert = zoo_get("int"), .reason = 9};
    const struct cm_finding *f;
    struct bench b;

    (void)state;
    bench_open(&b);
    bench_add(&b, &(struct forge_crl_spec){.issuer = zoo_get("root"),
                                           .key = forge_key(FORGE_P256, 1),
                                           .idp = FORGE_IDP_CA,
                                           .revoked = &entry,
                                           .num_revoked = 1});
    bench_add(&b, &(struct forge_crl_spec){.idp = FORGE_IDP_USER});
    bench_expect(&b, T, "",
                 CM_REVOCATION_GOOD); /* removeFromCRL is no revocation */
    bench_close(&b);
    bench_open(&b);
    bench_add(&b,
              &(struct forge_crl_spec){
                  .issuer = zoo_get("root"),
                  .key = forge_key(FORGE_P256, 1),
                  .idp = FORGE_IDP_CA,
                  .revoked = &(struct forge_revoked){.cert = zoo_get("int")},
                  .num_revoked = 1});
    bench_expect(&b, U, "revoked", CM_REVOCATION_NOT_CHECKED);
    f = scene_finding(&b.s, CM_CAUSE_REVOKED);
    assert_contains(f->proof, "the issuing certificate \"Intermediate\"");
    assert_contains(f->proof, "(no reason given)");
    assert_contains(f->proof, "nothing that it issued is trusted");
    assert_ptr_equal(f->cert, zoo_get("int"));
    assert_int_equal(f->position, 1);
    bench_close(&b);
}

/* What does not count: each leaves a serial on the list without effect. */
static struct void_case {
    const char *name;
    struct forge_crl_spec spec;
    const char *causes;   /* by default */
    const char *demanded; /* when lists are demanded, untrusted for it */
    const char *proof;    /* of the finding, "" for none */
} voids[] = {
    {"broken signature",
     {.break_signature = true},
     "crl_bad",
     "crl_bad",
     "does not verify"},
    {"two algorithms",
     {.inner_hash = "sha384"},
     "crl_bad",
     "crl_bad",
     "does not verify"},
    {"unknown critical extension",
     {.unknown_critical = true},
     "crl_bad",
     "crl_bad",
     "nobody knows (1.3.6.1.4.1.99999.1)"},
    {"critical CRL number",
     {.critical_number = true},
     "crl_bad",
     "crl_bad",
     "nobody knows (2.5.29.20)"},
    {"malformed distribution point",
     {.idp_hex = "0400"},
     "crl_bad",
     "crl_bad",
     "nobody knows (2.5.29.28)"},
    {"from the future",
     {.this_update = FORGE_NOW + 301},
     "crl_bad",
     "crl_bad",
     "in the future"},
    {"for CAs only",
     {.idp = FORGE_IDP_CA},
     "",
     "crl_bad",
     "are for other certificates"},
    {"for attribute certificates only",
     {.idp = FORGE_IDP_ATTRIBUTE},
     "",
     "crl_bad",
     "are for other certificates"},
    {"for another distribution point",
     {.idp_names = "uri:http://crl.example/other.crl"},
     "",
     "crl_bad",
     "are for other certificates"},
};
#define VOIDS (sizeof(voids) / sizeof(*voids))

static void does_not_count(void **state)
{
    const struct void_case *c = *state;
    struct bench b;

    bench_open(&b);
    bench_revoke(&b, &c->spec, 1);
    bench_expect(&b, T, c->causes, CM_REVOCATION_NOT_CHECKED);
    b.s.policy.crl_demanded = true;
    bench_expect(&b, U, c->demanded, CM_REVOCATION_NOT_CHECKED);
    assert_contains(scene_finding(&b.s, CM_CAUSE_CRL_BAD)->proof, c->proof);
    assert_contains(scene_finding(&b.s, CM_CAUSE_CRL_BAD)->proof, "CN=Inter");
    /* Beside a list that counts it is nobody's business. */
    bench_add(&b, &(struct forge_crl_spec){.this_update = DAYS(-2)});
    bench_expect(&b, T, "", CM_REVOCATION_GOOD);
    bench_close(&b);
}

/* A CA's other key has lists of its own under the same name. */
static void a_list_by_another_key(void **state)
{
    struct forge_crl_spec spec = {.key = forge_key(FORGE_P256, 20)};
    struct bench b;

    (void)state;
    bench_open(&b);
    bench_revoke(&b, &spec, 1);
    bench_expect(&b, T, "", CM_REVOCATION_NOT_CHECKED);
    b.s.policy.crl_demanded = true;
    bench_expect(&b, U, "crl_bad", CM_REVOCATION_NOT_CHECKED);
    bench_close(&b);
    bench_open(&b);
    spec.no_aki = true; /* nothing says that it is another's */
    bench_revoke(&b, &spec, 1);
    bench_expect(&b, T, "crl_bad", CM_REVOCATION_NOT_CHECKED);
    bench_close(&b);
    bench_open(&b);
    /* The signature decides, whatever the key id says. */
    bench_revoke(&b, &(struct forge_crl_spec){.aki_hex = "0badc0de"}, 1);
    bench_expect(&b, U, "revoked", CM_REVOCATION_REVOKED);
    bench_close(&b);
}

static void another_issuers_list(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b);
    b.s.policy.crl_demanded = true;
    bench_revoke(&b,
                 &(struct forge_crl_spec){.issuer = zoo_get("intb"),
                                          .key = forge_key(FORGE_P256, 5)},
                 1);
    bench_expect(&b, T, "", CM_REVOCATION_NOT_CHECKED);
    bench_add(&b, &(struct forge_crl_spec){.num_more = 3});
    bench_expect(&b, T, "", CM_REVOCATION_GOOD);
    bench_close(&b);
}

/* RFC 5280 section 6.3.3 (f). */
static void an_issuer_that_may_not(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b);
    bench_serve(&b, "leaf intnocrl");
    bench_revoke(&b, &(struct forge_crl_spec){.no_aki = true}, 1);
    bench_expect(&b, T, "crl_bad", CM_REVOCATION_NOT_CHECKED);
    assert_contains(scene_finding(&b.s, CM_CAUSE_CRL_BAD)->proof,
                    "may not sign");
    b.s.policy.crl_demanded = true;
    bench_expect(&b, U, "crl_bad", CM_REVOCATION_NOT_CHECKED);
    /* Without keyUsage there is nothing to check. */
    bench_serve(&b, "leaf intnoku");
    scene_judge(&b.s);
    assert_int_equal(b.s.got.revocation.result, CM_REVOCATION_REVOKED);
    bench_close(&b);
}

/* Lists that are not the whole truth clear nobody, but accuse. */
static void partial_lists(void **state)
{
    static const struct forge_crl_spec specs[] = {
        {.base = 3},
        {.idp = FORGE_IDP_REASONS},
        {.idp = FORGE_IDP_INDIRECT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
        struct bench b;

        bench_open(&b);
        bench_add(&b, &specs[i]);
        bench_expect(&b, T, "", CM_REVOCATION_NOT_CHECKED);
        b.s.policy.crl_demanded = true;
        bench_expect(&b, U, "crl_bad", CM_REVOCATION_NOT_CHECKED);
        assert_contains(scene_finding(&b.s, CM_CAUSE_CRL_BAD)->proof,
                        "or not complete");
        bench_revoke(&b, &specs[i], 1);
        b.s.policy.crl_demanded = false;
        bench_expect(&b, U, "revoked", CM_REVOCATION_REVOKED);
        bench_close(&b);
    }
}

/* RFC 5280 section 5.2.3 wants a number, for which version 1 has no place. */
static void without_a_number(void **state)
{
    static const struct forge_crl_spec specs[] = {{.no_number = true},
                                                  {.version = 1}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bench b;

        bench_open(&b);
        bench_add(&b, &specs[i]);
        bench_expect(&b, T, "", CM_REVOCATION_GOOD);
        b.s.policy.crl_demanded = true;
        if (i == 0) {
            bench_expect(&b, U, "crl_bad", CM_REVOCATION_NOT_CHECKED);
        } else {
            bench_expect(&b, T, "", CM_REVOCATION_GOOD);
        }
        b.s.policy.strict = true;
        scene_judge(&b.s);
        assert_contains(scene_finding(&b.s, CM_CAUSE_CRL_BAD)->proof,
                        "no CRL number");
        assert_true(scene_finding(&b.s, CM_CAUSE_CRL_BAD)->blocks);
        bench_close(&b);
    }
}

/* The list of the certificate's own distribution point is in scope. */
static void the_certificates_own_point(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b);
    bench_revoke(&b,
                 &(struct forge_crl_spec){.idp = FORGE_IDP_USER,
                                          .idp_names = "uri:" FORGE_CRL_URL},
                 4);
    bench_expect(&b, U, "revoked", CM_REVOCATION_REVOKED);
    assert_contains(scene_finding(&b.s, CM_CAUSE_REVOKED)->proof, "superseded");
    bench_close(&b);
}

/* An anchor, or one's own certificate, is on nobody's list. */
static void anchors_are_not_looked_up(void **state)
{
    static const char *const chains[] = {"self", "leaf int root"};
    const struct forge_revoked entries[] = {{.cert = zoo_get("root")},
                                            {.cert = zoo_get("self")}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bench b;

        bench_open(&b);
        bench_serve(&b, chains[i]);
        bench_add(&b, &(struct forge_crl_spec){.issuer = zoo_get("root"),
                                               .key = forge_key(FORGE_P256, 1),
                                               .revoked = entries,
                                               .num_revoked = 2});
        bench_add(&b, &(struct forge_crl_spec){.issuer = zoo_get("self"),
                                               .key = forge_key(FORGE_P256, 12),
                                               .revoked = entries,
                                               .num_revoked = 2});
        scene_judge(&b.s);
        for (size_t j = 0; j < b.s.got.num_findings; j++) {
            assert_int_not_equal(b.s.got.findings[j].cause, CM_CAUSE_REVOKED);
        }
        bench_close(&b);
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
        cmocka_unit_test(not_listed),
        cmocka_unit_test(a_revoked_leaf),
        cmocka_unit_test(a_revoked_issuer),
        cmocka_unit_test(a_list_by_another_key),
        cmocka_unit_test(another_issuers_list),
        cmocka_unit_test(an_issuer_that_may_not),
        cmocka_unit_test(partial_lists),
        cmocka_unit_test(without_a_number),
        cmocka_unit_test(the_certificates_own_point),
        cmocka_unit_test(anchors_are_not_looked_up),
    };
    enum { OTHERS = sizeof(others) / sizeof(others[0]) };
    struct CMUnitTest tests[OTHERS + VOIDS];

    memcpy(tests, others, sizeof(others));
    for (size_t i = 0; i < VOIDS; i++) {
        tests[OTHERS + i] = (struct CMUnitTest){.name = voids[i].name,
                                                .test_func = does_not_count,
                                                .initial_state = &voids[i]};
    }
    return cmocka_run_group_tests_name("judge: lists", tests, NULL, leave);
}
