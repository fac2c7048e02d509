/* Our own client certificate: what is wrong with it, and where it matters.
 * SPDX-License-Identifier: Apache-2.0 */
#include "client_scene.h"

#include <stdio.h>
#include <string.h>

#define T CM_VERDICT_TRUSTED
#define U CM_VERDICT_UNTRUSTED

static struct own_case {
    const char *name;
    enum cm_client_fault fault;
    struct forge_spec spec;
    bool no_cert;
    const char *cause;
    enum cm_resolution resolution;
    const char *proof;
} owns[] = {
    {"expired",
     CM_CLIENT_EXPIRED,
     {.not_before = FORGE_NOW - 90 * FORGE_DAY,
      .not_after = FORGE_NOW - FORGE_DAY},
     false,
     "client_cert_expired",
     CM_RESOLUTION_PROVIDE_CLIENT_CERTIFICATE,
     "expired on"},
    {"not yet valid",
     CM_CLIENT_NOT_YET_VALID,
     {.not_before = FORGE_NOW + FORGE_DAY},
     false,
     "client_cert_not_yet_valid",
     CM_RESOLUTION_PROVIDE_CLIENT_CERTIFICATE,
     "is not valid before"},
    {"for servers",
     CM_CLIENT_WRONG_USAGE,
     {.eku = "server"},
     false,
     "client_cert_usage",
     CM_RESOLUTION_PROVIDE_CLIENT_CERTIFICATE,
     "client authentication is not among them"},
    {"for encryption",
     CM_CLIENT_WRONG_USAGE,
     {.key_usage = CM_KU_KEY_ENCIPHERMENT},
     false,
     "client_cert_usage",
     CM_RESOLUTION_PROVIDE_CLIENT_CERTIFICATE,
     "without digitalSignature"},
    {"unreadable",
     CM_CLIENT_UNREADABLE,
     {.names = NULL},
     true,
     "client_cert_unusable",
     CM_RESOLUTION_PROVIDE_CLIENT_CERTIFICATE,
     "the words of the scan"},
    {"malformed",
     CM_CLIENT_MALFORMED,
     {.names = NULL},
     true,
     "client_cert_unusable",
     CM_RESOLUTION_PROVIDE_CLIENT_CERTIFICATE,
     "the words of the scan"},
    {"another's key",
     CM_CLIENT_KEY_MISMATCH,
     {.names = NULL},
     false,
     "client_key_mismatch",
     CM_RESOLUTION_PROVIDE_CLIENT_CERTIFICATE,
     "the words of the scan"},
    {"the key is denied",
     CM_CLIENT_KEY_UNREADABLE,
     {.names = NULL},
     true,
     "client_key_denied",
     CM_RESOLUTION_GRANT_KEY_ACCESS,
     "the words of the scan"},
};
#define OWNS (sizeof(owns) / sizeof(owns[0]))

static void open_own(struct scene *s, const struct own_case *c)
{
    scene_open(s, NULL);
    scene_trust(s, "root");
    client_scene_own(s, c->fault,
                     c->no_cert ? NULL : client_scene_cert(&c->spec), true,
                     "the words of the scan");
}

/* The server demands one: that we have none to give is the cause, and one
 * piece of work. */
static void own_is_missed(void **state)
{
    const struct own_case *c = *state;
    char want[128];
    struct cm_probe *p;
    struct scene s;

    open_own(&s, c);
    p = scene_serve(&s, "leaf int");
    p->client_auth = CM_CLIENT_AUTH_REQUIRED;
    (void)snprintf(want, sizeof(want), "%s tls_client_cert_required", c->cause);
    scene_expect(&s, U, want);
    assert_int_equal(s.got.findings[0].resolution, c->resolution);
    assert_int_equal(s.got.findings[0].severity, CM_SEVERITY_NOW);
    assert_contains(s.got.findings[0].proof, c->proof);
    assert_contains(s.got.findings[0].proof, "refuses clients without");
    assert_contains(s.got.findings[1].proof, "ours was not sent");
    assert_int_equal(s.got.findings[1].resolution, c->resolution);
    assert_string_equal(s.got.findings[1].subject_key,
                        s.got.findings[0].subject_key);
    assert_int_equal(s.got.num_remaining, 0);
    scene_close(&s);
}

/* Nobody asks for it: it is said, and the verdict is another's. */
static void own_is_not_needed(void **state)
{
    const struct own_case *c = *state;
    struct cm_probe *p;
    struct scene s;

    open_own(&s, c);
    p = scene_serve(&s, "leaf int");
    scene_expect(&s, T, c->cause);
    assert_false(s.got.findings[0].blocks);
    assert_int_equal(s.got.findings[0].severity, CM_SEVERITY_HYGIENE);
    assert_contains(s.got.findings[0].proof, "does not ask");
    p->client_auth = CM_CLIENT_AUTH_OPTIONAL;
    scene_judge(&s);
    assert_int_equal(s.got.verdict, T);
    assert_contains(s.got.findings[0].proof, "did without");
    scene_close(&s);
}

/* It was looked at before any connection. */
static void own_is_said_without_a_server(void **state)
{
    const struct own_case *c = *state;
    struct scene s;

    open_own(&s, c);
    (void)scene_probe(&s, 1, CM_PHASE_CONNECTING, CM_END_TIMEOUT);
    scene_judge(&s);
    assert_int_equal(s.got.verdict, CM_VERDICT_UNREACHABLE);
    for (size_t i = 0; i < s.got.num_findings; i++) {
        if (strcmp(cm_cause_info(s.got.findings[i].cause)->id, c->cause) == 0) {
            assert_contains(s.got.findings[i].proof, "no server was asked");
            scene_close(&s);
            return;
        }
    }
    fail_msg("%s is not said", c->cause);
}

/* Judged for another day, a certificate that was sent has its dates again. */
static void another_day_has_other_dates(void **state)
{
    struct cm_probe *p;
    struct scene s;

    (void)state;
    client_scene_open(&s, OWN_SOUND);
    p = scene_serve(&s, "leaf int");
    p->client_auth = CM_CLIENT_AUTH_ACCEPTED;
    p->client_cert_sent = true;
    scene_expect(&s, T, "");
    s.at_unix = FORGE_NOW + 290 * FORGE_DAY;
    scene_judge(&s);
    (void)scene_finding(&s, CM_CAUSE_CLIENT_CERT_EXPIRES_SOON);
    s.at_unix = FORGE_NOW + 301 * FORGE_DAY;
    scene_judge(&s);
    assert_contains(scene_finding(&s, CM_CAUSE_CLIENT_CERT_EXPIRED)->proof,
                    "was sent it when it was scanned");
    assert_int_equal(
        scene_finding(&s, CM_CAUSE_CLIENT_CERT_EXPIRED)->confidence,
        CM_PROBABLE);
    assert_true(scene_finding(&s, CM_CAUSE_CLIENT_CERT_EXPIRED)->blocks);
    scene_close(&s);
}

/* Without extended key usages it is for everything; "any" is among others. */
static void usages_that_will_do(void **state)
{
    static const char *const ekus[] = {"-", "any", "server,client"};

    (void)state;
    for (size_t i = 0; i < sizeof(ekus) / sizeof(ekus[0]); i++) {
        struct scene s;

        scene_open(&s, NULL);
        scene_trust(&s, "root");
        client_scene_own(
            &s, CM_CLIENT_FINE,
            client_scene_cert(&(struct forge_spec){.eku = ekus[i]}), true,
            "fine");
        (void)scene_serve(&s, "leaf int");
        scene_expect(&s, T, "");
        scene_close(&s);
    }
}

/* Of a public CA, for both roles: that the next one is not is known to break
 * where it was sent, and to be a note elsewhere. */
static void ours_of_a_public_ca(void **state)
{
    struct forge_spec spec = {.eku = "server,client", .public_policy = true};
    const struct cm_finding *f;
    struct cm_probe *p;
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    scene_trust(&s, "root");
    client_scene_own(&s, CM_CLIENT_FINE, client_scene_cert(&spec), true,
                     "fine");
    p = scene_serve(&s, "leaf int");
    scene_expect(&s, T, "public_client_auth_eku");
    f = &s.got.findings[0];
    assert_int_equal(f->severity, CM_SEVERITY_HYGIENE);
    assert_contains(f->proof, "the server does not ask for one");
    p->client_auth = CM_CLIENT_AUTH_ACCEPTED;
    p->client_cert_sent = true;
    scene_expect(&s, T, "public_client_auth_eku");
    f = &s.got.findings[0];
    assert_int_equal(f->severity, CM_SEVERITY_BY_DATE);
    assert_int_equal(f->resolution, CM_RESOLUTION_PROVIDE_CLIENT_CERTIFICATE);
    assert_ptr_equal(f->cert, s.ev->client.cert);
    assert_contains(f->proof, "our client certificate");
    assert_contains(f->proof, "the server was sent it");
    scene_close(&s);
}

int main(void)
{
    static void (*const each[])(void **state) = {
        own_is_missed, own_is_not_needed, own_is_said_without_a_server};
    struct CMUnitTest tests[3 + 3 * OWNS] = {
        cmocka_unit_test(another_day_has_other_dates),
        cmocka_unit_test(usages_that_will_do),
        cmocka_unit_test(ours_of_a_public_ca),
    };

    for (size_t i = 0; i < 3 * OWNS; i++) {
        tests[3 + i] = (struct CMUnitTest){.name = owns[i / 3].name,
                                           .test_func = each[i % 3],
                                           .initial_state = &owns[i / 3]};
    }
    return cmocka_run_group_tests_name("judge: our client certificate", tests,
                                       client_scene_make, client_scene_leave);
}
