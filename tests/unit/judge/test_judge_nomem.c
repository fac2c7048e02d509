/* When memory runs out, judging says so: never another verdict.
 * SPDX-License-Identifier: Apache-2.0 */
#include "asked.h"
#include "bench.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/fleet.h"

/* Which allocation from now on fails; 0: none. */
static unsigned countdown;

static bool fails(void)
{
    return countdown > 0 && --countdown == 0;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t num, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t num, size_t size);
char *__real_strndup(const char *text, size_t max);
int __real_vasprintf(char **out, const char *fmt, va_list args);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t num, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t num, size_t size);
char *__wrap_strndup(const char *text, size_t max);
int __wrap_vasprintf(char **out, const char *fmt, va_list args)
    __attribute__((format(printf, 2, 0)));

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t num, size_t size)
{
    return fails() ? NULL : __real_calloc(num, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t num, size_t size)
{
    return fails() ? NULL : __real_reallocarray(old, num, size);
}

char *__wrap_strndup(const char *text, size_t max)
{
    return fails() ? NULL : __real_strndup(text, max);
}

int __wrap_vasprintf(char **out, const char *fmt, va_list args)
{
    return fails() ? -1 : __real_vasprintf(out, fmt, args);
}

/* Lets each allocation fail in turn, until there are no more. What the memo of
 * signatures cannot remember does no harm; everything else must be said. */
static void try_all(struct scene *s)
{
    struct cm_judgement got;
    bool failed = true;
    unsigned failures = 0;

    scene_judge(s);
    for (unsigned nth = 1; failed; nth++) {
        enum cm_status status;

        cm_sigmemo_free(s->trust.memo);
        s->trust.memo = cm_sigmemo_new();
        countdown = nth;
        status =
            cm_judge(&got, &s->ep, s->ev, &s->trust, &s->policy, s->at_unix);
        failed = countdown == 0;
        countdown = 0;
        if (status == CM_OK) {
            assert_string_equal(scene_difference(&s->got, &got), "");
        } else {
            assert_true(failed);
            assert_int_equal(status, CM_ENOMEM);
            failures++;
        }
        cm_judgement_cleanup(&got);
    }
    assert_true(failures > 3);
}

/* The same with a memo of chains: what it could not keep, or kept before memory
 * ran out, makes no other judgement. `filled`: it is only asked. */
static void try_with_memo(struct scene *s, bool filled)
{
    struct cm_judgement got;
    bool failed = true;

    scene_judge(s);
    for (unsigned nth = 1; failed; nth++) {
        enum cm_status status = CM_OK;

        if (!filled) {
            scene_forget(s);
        }
        s->trust.chains = s->chains;
        countdown = nth;
        status =
            cm_judge(&got, &s->ep, s->ev, &s->trust, &s->policy, s->at_unix);
        failed = countdown == 0;
        countdown = 0;
        assert_true(status == CM_OK || (failed && status == CM_ENOMEM));
        if (status == CM_OK) {
            assert_string_equal(scene_difference(&s->got, &got), "");
        }
        cm_judgement_cleanup(&got);
        assert_int_equal(
            cm_judge(&got, &s->ep, s->ev, &s->trust, &s->policy, s->at_unix),
            CM_OK);
        assert_string_equal(scene_difference(&s->got, &got), "");
        cm_judgement_cleanup(&got);
        s->trust.chains = NULL;
    }
}

static struct nomem_case {
    const char *name;
    const char *sent;
    const char *trusted;
    const char *known;
} cases[] = {
    {"everything wrong", "ruin", "root", "int"},
    {"untidy", "deep int int2 root int intb", "root", ""},
    {"wrong intermediate", "leaf intwrong", "root", ""},
    {"damaged", "leafbad int", "root", ""},
    {"private, by its URL", "leaflocal", "root", ""},
    {"private root", "leaf int root", "rootb", ""},
    {"faults with a twin", "leaf intold", "root", "int"},
    {"unreadable", "leafrubbish", "root", ""},
    {"odd names", "odd5 int", "root", ""},
    {"wildcard", "wildshort int", "root", ""},
    {"name constraints", "leaf ncother", "root", ""},
    {"a directory name that is not permitted", "leaf int", "ncrootdn", ""},
    {"policies", "leaf polneed", "root", ""},
    {"extensions", "leaf inttwice", "root", ""},
    {"a key of a kind", "leafbrain intbrain", "root", ""},
    {"an expired one beside", "leaf int crossold", "root", ""},
    {"an issuer to be asked for", "leafaia", "root", ""},
    {"a self-signed one", "self", "root", ""},
    {"not of the form", "leafnoaki intnoku", "root", ""},
    {"public, not of the profile", "leafscts", "root", ""},
    {"much left after the fix", "leafold", "root", "int"},
};
#define CASES (sizeof(cases) / sizeof(*cases))

static void says_so(void **state)
{
    const struct nomem_case *c = *state;
    struct scene s;

    scene_open(&s, NULL);
    (void)scene_serve(&s, c->sent);
    scene_trust(&s, c->trusted);
    scene_know(&s, c->known);
    try_all(&s);
    try_with_memo(&s, false);
    try_with_memo(&s, true);
    scene_close(&s);
}

/* A handshake that failed, and what hand-built hellos brought to light. */
static void about_answers(void **state)
{
    static const struct said answers[] = {
        WORKS(TLS1_2, 0x0301, 0x0039, 0x001e, 0x0708, "leafold int"),
        ALERT(SMALL, 40),
        ALERT(SUITES, 40),
    };
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_first_hello(&s, CM_END_ALERT_RECEIVED, 40);
    scene_trust(&s, "root");
    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        (void)scene_hear(&s, &answers[i]);
    }
    try_all(&s);
    scene_close(&s);
}

/* Everything that revocation can find fault with at once. */
static void about_revocation(void **state)
{
    static const char rubbish[] = "no OCSP response";
    struct cm_span response = {(const uint8_t *)rubbish, sizeof(rubbish)};
    struct bench b;

    (void)state;
    bench_open(&b);
    bench_serve(&b, "leafstaple int");
    b.s.policy.revocation = CM_REVOCATION_CRL | CM_REVOCATION_OCSP;
    b.s.ev->probes[0].ocsp_staple.data = (uint8_t *)strdup(rubbish);
    b.s.ev->probes[0].ocsp_staple.len = sizeof(rubbish);
    try_all(&b.s); /* asks for a list */
    bench_add(&b, &(struct forge_crl_spec){.unknown_critical = true});
    assert_true(cm_revocation_add_ocsp(b.set, zoo_get("leafstaple"), "http://a",
                                       response, 0));
    try_all(&b.s);
    bench_serve(&b, "leaf int");
    bench_revoke(&b, &(struct forge_crl_spec){.next_update = FORGE_NOW - 1}, 1);
    try_all(&b.s); /* revoked by a stale list */
    bench_close(&b);
}

static void in_vain(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b);
    b.s.policy.revocation = CM_REVOCATION_CRL;
    assert_true(
        cm_revocation_add_failure(b.set, NULL, FORGE_CRL_URL, "timed out"));
    try_all(&b.s);
    bench_close(&b);
}

/* An endpoint of a fleet, one of whose addresses serves something else. */
static void in_a_fleet(void **state)
{
    struct cm_fleet *fleet = cm_fleet_new();
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leaf int");
    scene_serve(&s, "leafold int")->address.bytes[3] = 2;
    scene_trust(&s, "root");
    assert_true(cm_fleet_add_twin(fleet, CM_TWIN_SERIAL,
                                  zoo_get("leaf")->sha256,
                                  zoo_get("int")->sha256));
    assert_true(cm_fleet_add_twin(fleet, CM_TWIN_KEY, zoo_get("leaf")->sha256,
                                  zoo_get("int")->sha256));
    s.trust.fleet = fleet;
    s.policy.strict = true;
    try_all(&s);
    scene_close(&s);
    cm_fleet_free(fleet);
}

static bool make_fleet(const struct scene *s)
{
    struct cm_fleet *fleet = cm_fleet_new();
    bool ok = fleet != NULL;

    ok = ok && cm_fleet_add(fleet, &s->ep, s->ev, &s->got, s->at_unix);
    ok = ok && cm_fleet_add_twin(fleet, CM_TWIN_SERIAL, zoo_get("leaf")->sha256,
                                 zoo_get("int")->sha256);
    cm_fleet_free(fleet);
    return ok;
}

static void of_a_fleet(void **state)
{
    unsigned failures = 0;
    struct scene s;
    bool ok = false;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leaf int root");
    scene_trust(&s, "rootb");
    scene_judge(&s);
    assert_true(make_fleet(&s)); /* makes what the zoo makes once */
    for (unsigned nth = 1; !ok; nth++) {
        countdown = nth;
        ok = make_fleet(&s);
        assert_int_equal(ok, countdown > 0);
        countdown = 0;
        failures += ok ? 0U : 1U;
    }
    assert_true(failures > 4);
    scene_close(&s);
}

static struct cm_judgement judge_two(const struct scene *s,
                                     struct cm_trust views[2],
                                     enum cm_status *status)
{
    struct cm_judgement got;

    for (size_t i = 0; i < 2; i++) {
        views[i].memo = s->trust.memo;
        views[i].views = views;
        views[i].num_views = 2;
    }
    *status = cm_judge_views(&got, &s->ep, s->ev, views, 2, 0, &s->policy,
                             s->at_unix);
    return got;
}

/* One of the views does not have the root, whichever is the headline. */
static void in_two_views(void **state)
{
    struct scene s;

    (void)state;
    for (size_t headline = 0; headline < 2; headline++) {
        struct cm_trust views[2];
        struct cm_certset *none = cm_certset_new(1);
        struct cm_judgement whole;
        enum cm_status status;
        bool failed = true;

        scene_open(&s, NULL);
        (void)scene_serve(&s, "leaf");
        scene_trust(&s, "root");
        scene_know(&s, "int");
        views[0] = s.trust;
        views[1] = s.trust;
        views[headline].name = "other";
        views[headline].anchors = none;
        whole = judge_two(&s, views, &status);
        assert_int_equal(status, CM_OK);
        for (unsigned nth = 1; failed; nth++) {
            struct cm_judgement got;

            cm_sigmemo_free(s.trust.memo);
            s.trust.memo = cm_sigmemo_new();
            countdown = nth;
            got = judge_two(&s, views, &status);
            failed = countdown == 0;
            countdown = 0;
            assert_true(status == CM_OK || (failed && status == CM_ENOMEM));
            if (status == CM_OK) {
                assert_string_equal(scene_difference(&whole, &got), "");
            }
            cm_judgement_cleanup(&got);
        }
        cm_judgement_cleanup(&whole);
        cm_certset_free(none);
        scene_close(&s);
    }
}

/* One name as in certificate_authorities, owned. */
static struct cm_span name_list(struct cm_span name)
{
    uint8_t *list = malloc(name.len + 2);

    assert_non_null(list);
    list[0] = (uint8_t)(name.len >> 8);
    list[1] = (uint8_t)name.len;
    memcpy(list + 2, name.data, name.len);
    return (struct cm_span){list, name.len + 2};
}

static void on_the_way_to_the_server(void **state)
{
    struct cm_probe *p;
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    assert_true(cm_address_parse("127.0.0.1", &s.ev->dns.addresses[0]));
    for (unsigned i = 1; i < 4; i++) {
        (void)scene_probe(&s, i, CM_PHASE_CONNECTING, CM_END_TIMEOUT);
    }
    try_all(&s);
    p = scene_serve(&s, "leaf int");
    p->client_auth = CM_CLIENT_AUTH_REQUIRED;
    try_all(&s);
    /* A certificate of our own that will not do, and CAs that are not its. */
    s.ev->client.fault = CM_CLIENT_INCOMPLETE;
    s.ev->client.cert = cm_cert_ref(zoo_get("leaf"));
    s.ev->client.issuers = name_list(zoo_get("leaf")->issuer);
    p->ca_names = name_list(zoo_get("leaf")->subject);
    p->client_auth = CM_CLIENT_AUTH_REJECTED;
    p->client_cert_sent = true;
    try_all(&s);
    p->client_auth = CM_CLIENT_AUTH_NONE;
    p->cert_request_late = true;
    try_all(&s);
    scene_close(&s);
}

static void a_row(void **state)
{
    struct cm_row row = {.line = 3, .reason = "no host"};
    enum cm_status status = CM_ENOMEM;

    (void)state;
    for (unsigned nth = 1; status != CM_OK; nth++) {
        struct cm_judgement got;

        countdown = nth;
        status = cm_judge_row(&got, &row, CM_CAUSE_INPUT_UNPARSABLE);
        assert_true((countdown == 0) == (status == CM_ENOMEM));
        countdown = 0;
        cm_judgement_cleanup(&got);
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
    struct CMUnitTest tests[CASES + 8] = {
        cmocka_unit_test(about_answers),
        cmocka_unit_test(about_revocation),
        cmocka_unit_test(in_vain),
        cmocka_unit_test(in_a_fleet),
        cmocka_unit_test(of_a_fleet),
        cmocka_unit_test(in_two_views),
        cmocka_unit_test(on_the_way_to_the_server),
        cmocka_unit_test(a_row),
    };

    for (size_t i = 0; i < CASES; i++) {
        tests[8 + i] = (struct CMUnitTest){.name = cases[i].name,
                                           .test_func = says_so,
                                           .initial_state = &cases[i]};
    }
    return cmocka_run_group_tests_name("judge: no memory", tests, NULL, leave);
}
