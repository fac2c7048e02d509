/* OCSP: the stapled response, those at hand, and certificates that demand a
 * staple.
 * SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <string.h>

#include "support/forge_ocsp.h"

#define T CM_VERDICT_TRUSTED
#define U CM_VERDICT_UNTRUSTED
#define DAYS(n) (FORGE_NOW + (n)*FORGE_DAY)

/* A response about the leaf by the intermediate; zero fields are sound. */
static struct cm_span answer(const struct forge_single *single,
                             const struct forge_ocsp_spec *spec)
{
    struct forge_single one = *single;
    struct forge_ocsp_spec full = *spec;

    one.cert = one.cert != NULL ? one.cert : zoo_get("leaf");
    one.issuer = one.issuer != NULL ? one.issuer : zoo_get("int");
    full.singles = &one;
    full.num_singles = 1;
    full.key = full.key != NULL ? full.key : forge_key(FORGE_P256, 2);
    full.responder = full.responder != NULL ? full.responder : zoo_get("int");
    return forge_ocsp(&full);
}

static void staple(struct bench *b, const struct forge_single *single,
                   const struct forge_ocsp_spec *spec)
{
    struct cm_probe *probe = &b->s.ev->probes[0];

    cm_span_free(&probe->ocsp_staple);
    probe->ocsp_staple = answer(single, spec);
}

static void respond(struct bench *b, const struct forge_single *single,
                    const struct forge_ocsp_spec *spec, const char *url,
                    int64_t seen_unix)
{
    struct cm_span der = answer(single, spec);

    assert_true(
        cm_revocation_add_ocsp(b->set, zoo_get("leaf"), url, der, seen_unix));
    cm_span_free(&der);
}

static const struct forge_ocsp_spec sound = {.nonce = false};

static void a_good_staple(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b);
    staple(&b, &(struct forge_single){.hash = "sha256"}, &sound);
    bench_expect(&b, T, "", CM_REVOCATION_GOOD);
    assert_string_equal(b.s.got.revocation.source, "staple");
    assert_int_equal(b.s.got.revocation.this_update, DAYS(-1));
    assert_int_equal(b.s.got.revocation.next_update, DAYS(3));
    bench_close(&b);
}

static void a_staple_that_revokes(void **state)
{
    const struct cm_finding *f;
    struct bench b;

    (void)state;
    bench_open(&b);
    staple(
        &b,
        &(struct forge_single){.status = FORGE_OCSP_REVOKED, .reason = 5 + 1},
        &sound);
    bench_expect(&b, U, "revoked", CM_REVOCATION_REVOKED);
    f = scene_finding(&b.s, CM_CAUSE_REVOKED);
    assert_contains(f->proof, "cessationOfOperation");
    assert_contains(f->proof, "says the OCSP response that the server staples");
    assert_string_equal(f->rule, "RFC 6960 section 2.2");
    assert_int_equal(b.s.got.revocation.reason, 5);
    /* Out of date it is a bad staple, and still revoked. */
    staple(&b,
           &(struct forge_single){.status = FORGE_OCSP_REVOKED,
                                  .reason = 7 + 1,
                                  .next_update = DAYS(-1) + 5},
           &sound);
    bench_expect(&b, U, "revoked staple_bad", CM_REVOCATION_REVOKED);
    assert_contains(scene_finding(&b.s, CM_CAUSE_REVOKED)->proof, "(reason 7)");
    assert_contains(scene_finding(&b.s, CM_CAUSE_REVOKED)->proof,
                    "which is itself out of date");
    bench_close(&b);
}

static struct bad_case {
    const char *name;
    struct forge_single single;
    struct forge_ocsp_spec spec;
    const char *proof;
    enum cm_revocation_result result;
} bad[] = {
    {"expired",
     {.next_update = DAYS(-1) + 60},
     {.nonce = true},
     "(of 2027-01-14T08:00:00Z, until 2027-01-14T08:01:00Z) is not usable: "
     "its nextUpdate is past",
     CM_REVOCATION_NOT_CHECKED},
    {"old, without an end",
     {.this_update = DAYS(-3), .next_update = -1},
     {.nonce = true},
     "(of 2027-01-12T08:00:00Z) is not usable: it has no nextUpdate",
     CM_REVOCATION_NOT_CHECKED},
    {"from the future",
     {.this_update = DAYS(1)},
     {.nonce = true},
     "in the future",
     CM_REVOCATION_NOT_CHECKED},
    {"unknown",
     {.status = FORGE_OCSP_UNKNOWN},
     {.nonce = true},
     "does not know the certificate",
     CM_REVOCATION_UNKNOWN},
    {"another's signature",
     {.hash = NULL},
     {.break_signature = true},
     "does not verify",
     CM_REVOCATION_NOT_CHECKED},
    {"tryLater",
     {.hash = NULL},
     {.status = 3},
     "tryLater",
     CM_REVOCATION_NOT_CHECKED},
    {"rubbish",
     {.hash = NULL},
     {.trailing_bytes = 2},
     "not an OCSP response",
     CM_REVOCATION_NOT_CHECKED},
    {"another certificate",
     {.wrong_key = true},
     {.nonce = true},
     "other certificates",
     CM_REVOCATION_NOT_CHECKED},
    {"unknown critical extension",
     {.hash = NULL},
     {.unknown_critical = true},
     "critical extension",
     CM_REVOCATION_NOT_CHECKED},
};
#define BAD (sizeof(bad) / sizeof(*bad))

static void a_bad_staple(void **state)
{
    const struct bad_case *c = *state;
    const struct cm_finding *f;
    struct bench b;

    bench_open(&b);
    staple(&b, &c->single, &c->spec);
    bench_expect(&b, T, "staple_bad", c->result);
    f = scene_finding(&b.s, CM_CAUSE_STAPLE_BAD);
    assert_contains(f->proof, c->proof);
    assert_ptr_equal(f->cert, zoo_get("leaf"));
    assert_int_equal(f->severity, CM_SEVERITY_SOME_CLIENTS);
    assert_false(f->blocks);
    /* A list knows better. */
    bench_add(&b, &(struct forge_crl_spec){.idp = FORGE_IDP_USER});
    bench_expect(&b, T, "staple_bad", CM_REVOCATION_GOOD);
    assert_string_equal(b.s.got.revocation.source, "crl");
    bench_close(&b);
}

/* The staple was fresh when it was seen; on another date there will be another
 * one. */
static void a_staple_is_judged_when_seen(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b);
    staple(&b, &(struct forge_single){.hash = NULL}, &sound);
    b.s.at_unix = DAYS(60);
    bench_expect(&b, T, "", CM_REVOCATION_GOOD);
    b.s.at_unix = DAYS(-3);
    bench_expect(&b, T, "", CM_REVOCATION_GOOD);
    b.s.at_unix = FORGE_NOW;
    b.s.ev->seen_unix = DAYS(4);
    bench_expect(&b, T, "staple_bad", CM_REVOCATION_NOT_CHECKED);
    b.s.ev->seen_unix = 0;
    bench_expect(&b, T, "", CM_REVOCATION_GOOD);
    bench_close(&b);
}

/* Who issued the leaf decides about its staple: nobody known, no opinion. */
static void a_staple_without_an_issuer(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b);
    bench_serve(&b, "leaf");
    staple(&b, &(struct forge_single){.hash = NULL},
           &(struct forge_ocsp_spec){.break_signature = true});
    scene_judge(&b.s);
    assert_int_equal(b.s.got.num_findings, 1);
    assert_int_equal(b.s.got.findings[0].cause, CM_CAUSE_ISSUER_UNKNOWN);
    bench_close(&b);
}

static void must_staple(void **state)
{
    const struct cm_finding *f;
    struct bench b;

    (void)state;
    bench_open(&b);
    bench_serve(&b, "leafstaple int");
    bench_expect(&b, T, "must_staple_missing", CM_REVOCATION_NOT_CHECKED);
    f = scene_finding(&b.s, CM_CAUSE_MUST_STAPLE_MISSING);
    assert_contains(f->proof, "staples none");
    assert_string_equal(f->rule, "RFC 7633 section 4.2.3.1");
    staple(&b, &(struct forge_single){.cert = zoo_get("leafstaple")}, &sound);
    bench_expect(&b, T, "", CM_REVOCATION_GOOD);
    staple(&b, &(struct forge_single){.cert = zoo_get("leafstaple")},
           &(struct forge_ocsp_spec){.break_signature = true});
    bench_expect(&b, T, "must_staple_missing staple_bad",
                 CM_REVOCATION_NOT_CHECKED);
    assert_contains(scene_finding(&b.s, CM_CAUSE_MUST_STAPLE_MISSING)->proof,
                    "not usable");
    /* No other source makes up for it. */
    cm_span_free(&b.s.ev->probes[0].ocsp_staple);
    bench_add(&b, &(struct forge_crl_spec){.num_more = 1});
    bench_expect(&b, T, "must_staple_missing", CM_REVOCATION_GOOD);
    bench_close(&b);
}

/* Certificates from files, and handshakes that ended early, show no staple
 * whatever the server does. */
static void nothing_could_be_stapled(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b);
    bench_serve(&b, "leafstaple int");
    b.s.ev->probes[0].server_hello = false;
    bench_expect(&b, T, "", CM_REVOCATION_NOT_CHECKED);
    b.s.ev->probes[0].server_hello = true;
    b.s.ev->probes[0].end = CM_END_CLOSED;
    scene_judge(&b.s);
    for (size_t i = 0; i < b.s.got.num_findings; i++) {
        assert_int_not_equal(b.s.got.findings[i].cause,
                             CM_CAUSE_MUST_STAPLE_MISSING);
    }
    bench_close(&b);
}

static void responses_at_hand(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b);
    /* What cannot be used is nobody's fault who was not asked. */
    respond(&b, &(struct forge_single){.hash = NULL},
            &(struct forge_ocsp_spec){.break_signature = true}, "http://a", 0);
    bench_expect(&b, T, "", CM_REVOCATION_NOT_CHECKED);
    respond(&b, &(struct forge_single){.status = FORGE_OCSP_UNKNOWN}, &sound,
            "http://b", 0);
    bench_expect(&b, T, "", CM_REVOCATION_UNKNOWN);
    respond(&b, &(struct forge_single){.hash = NULL}, &sound, "http://c", 0);
    bench_expect(&b, T, "", CM_REVOCATION_GOOD);
    assert_string_equal(b.s.got.revocation.source, "ocsp");
    respond(&b, &(struct forge_single){.status = FORGE_OCSP_REVOKED}, &sound,
            "http://d", 0);
    bench_expect(&b, U, "revoked", CM_REVOCATION_REVOKED);
    assert_contains(scene_finding(&b.s, CM_CAUSE_REVOKED)->proof,
                    "the issuer's OCSP responder of 14 Jan 2027");
    bench_close(&b);
}

static void responses_are_judged_when_fetched(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b);
    respond(&b,
            &(struct forge_single){.this_update = DAYS(10),
                                   .next_update = DAYS(11)},
            &(struct forge_ocsp_spec){.produced_at = DAYS(10)}, "http://a",
            DAYS(10));
    bench_expect(&b, T, "", CM_REVOCATION_GOOD);
    b.s.at_unix = DAYS(90);
    bench_expect(&b, T, "", CM_REVOCATION_GOOD);
    bench_close(&b);
}

/* Of several sources one that revokes counts. */
static void sources_that_disagree(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b);
    staple(&b, &(struct forge_single){.hash = NULL}, &sound);
    bench_revoke(&b, &(struct forge_crl_spec){.idp = FORGE_IDP_USER}, 1);
    bench_expect(&b, U, "revoked", CM_REVOCATION_REVOKED);
    assert_string_equal(b.s.got.revocation.source, "crl");
    bench_close(&b);
    bench_open(&b);
    staple(&b, &(struct forge_single){.status = FORGE_OCSP_REVOKED}, &sound);
    bench_add(&b, &(struct forge_crl_spec){.idp = FORGE_IDP_USER});
    bench_expect(&b, U, "revoked", CM_REVOCATION_REVOKED);
    assert_string_equal(b.s.got.revocation.source, "staple");
    bench_close(&b);
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
        cmocka_unit_test(a_good_staple),
        cmocka_unit_test(a_staple_that_revokes),
        cmocka_unit_test(a_staple_is_judged_when_seen),
        cmocka_unit_test(a_staple_without_an_issuer),
        cmocka_unit_test(must_staple),
        cmocka_unit_test(nothing_could_be_stapled),
        cmocka_unit_test(responses_at_hand),
        cmocka_unit_test(responses_are_judged_when_fetched),
        cmocka_unit_test(sources_that_disagree),
    };
    enum { OTHERS = sizeof(others) / sizeof(others[0]) };
    struct CMUnitTest tests[OTHERS + BAD];

    memcpy(tests, others, sizeof(others));
    for (size_t i = 0; i < BAD; i++) {
        tests[OTHERS + i] = (struct CMUnitTest){.name = bad[i].name,
                                                .test_func = a_bad_staple,
                                                .initial_state = &bad[i]};
    }
    return cmocka_run_group_tests_name("judge: OCSP", tests, NULL, leave);
}
