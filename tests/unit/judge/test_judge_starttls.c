/* What came of asking for TLS in another protocol.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <stdio.h>
#include <string.h>

static struct starttls_case {
    const char *name;
    const char *protocol;
    enum cm_starttls_outcome outcome;
    enum cm_end end;
    const char *reply;
    enum cm_verdict verdict;
    const char *causes;
    const char *proof;
} cases[] = {
    {"not offered", "smtp", CM_STARTTLS_NOT_OFFERED, CM_END_STARTTLS,
     "250 SIZE 1", CM_VERDICT_NOT_TLS, "starttls_not_offered",
     "SMTP: 9.9.9.1:25 does not offer STARTTLS; it answered \"250 SIZE 1\""},
    {"refused for now", "lmtp", CM_STARTTLS_REFUSED, CM_END_STARTTLS,
     "454 later", CM_VERDICT_NOT_TLS, "starttls_refused",
     "\"454 later\", which may be temporary"},
    {"refused", "imap", CM_STARTTLS_REFUSED, CM_END_STARTTLS, "b NO",
     CM_VERDICT_NOT_TLS, "starttls_refused", "refuses STARTTLS"},
    {"masked", "smtp", CM_STARTTLS_MASKED, CM_END_STARTTLS, "250 XXXXXXXA",
     CM_VERDICT_NOT_TLS, "starttls_masked", "a firewall on the way"},
    {"tls first", "imap", CM_STARTTLS_TLS_FIRST, CM_END_STARTTLS, "\\x15\\x03",
     CM_VERDICT_UNTRUSTED, "starttls_wrong_mode", "from the first byte"},
    {"another protocol", "pop3", CM_STARTTLS_OTHER_PROTOCOL, CM_END_STARTTLS,
     "SSH-2.0-x", CM_VERDICT_NOT_TLS, "tls_plaintext_other", "\"SSH-2.0-x\""},
    {"silence", "ldap", CM_STARTTLS_SILENT, CM_END_TIMEOUT, "",
     CM_VERDICT_UNREACHABLE, "tls_handshake_timeout", "it said nothing"},
    {"hung up", "postgres", CM_STARTTLS_CLOSED, CM_END_CLOSED, "",
     CM_VERDICT_UNREACHABLE, "tls_closed_on_hello", "PostgreSQL"},
};
#define NUM_CASES (sizeof(cases) / sizeof(*cases))

static void open_as(struct scene *s, const char *protocol)
{
    scene_open(s, NULL);
    (void)snprintf(s->ep.protocol, sizeof(s->ep.protocol), "%s", protocol);
    s->ep.port = 25;
}

static void dialogues_mean_this(void **state)
{
    const struct starttls_case *c = *state;
    struct cm_probe *p;
    struct scene s;

    open_as(&s, c->protocol);
    p = scene_probe(&s, 1, CM_PHASE_STARTTLS, c->end);
    p->starttls = c->outcome;
    (void)snprintf(p->starttls_reply, sizeof(p->starttls_reply), "%s",
                   c->reply);
    scene_expect(&s, c->verdict, c->causes);
    assert_contains(s.got.findings[0].proof, c->proof);
    scene_close(&s);
}

/* Nothing is wrong with a server that agreed: its certificate counts. */
static void an_agreement_is_no_finding(void **state)
{
    struct scene s;

    (void)state;
    open_as(&s, "smtp");
    scene_serve(&s, "leaf int")->starttls = CM_STARTTLS_READY;
    scene_trust(&s, "root");
    scene_expect(&s, CM_VERDICT_TRUSTED, "");
    scene_close(&s);
}

/* No greeting, then a handshake: TLS from the first byte. */
static void a_handshake_after_silence_is_the_wrong_mode(void **state)
{
    struct scene s;

    (void)state;
    open_as(&s, "smtp");
    scene_serve(&s, "leaf int")->starttls = CM_STARTTLS_SILENT;
    scene_trust(&s, "root");
    scene_expect(&s, CM_VERDICT_UNTRUSTED, "starttls_wrong_mode");
    assert_contains(s.got.findings[0].proof, "answered a ClientHello");
    scene_close(&s);
}

/* Silence before and after says nothing of modes. */
static void silence_all_along_is_a_timeout(void **state)
{
    struct cm_probe *p;
    struct scene s;

    (void)state;
    open_as(&s, "smtp");
    p = scene_probe(&s, 1, CM_PHASE_HANDSHAKING, CM_END_TIMEOUT);
    p->starttls = CM_STARTTLS_SILENT;
    scene_expect(&s, CM_VERDICT_UNREACHABLE, "tls_handshake_timeout");
    scene_close(&s);
}

/* A hint: clients can connect. And silence about it where it was not tried, or
 * where the server does it right. */
static void injection_is_a_hint(void **state)
{
    static const enum cm_starttls_outcome outcomes[] = {
        CM_STARTTLS_READY_INJECTED, CM_STARTTLS_READY,
        CM_STARTTLS_READY_AFTER_TEXT};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct cm_probe *p;
        struct scene s;

        open_as(&s, "smtp");
        p = scene_serve(&s, "leaf int");
        scene_trust(&s, "root");
        p->starttls = outcomes[i];
        (void)snprintf(p->starttls_reply, sizeof(p->starttls_reply),
                       "250 2.0.0 Ok");
        scene_expect(&s, CM_VERDICT_TRUSTED,
                     i == 0 ? "starttls_plaintext_injection" : "");
        if (i == 0) {
            assert_contains(s.got.findings[0].proof,
                            "inside TLS: \"250 2.0.0 Ok\"");
        }
        scene_close(&s);
    }
}

int main(void)
{
    struct CMUnitTest tests[NUM_CASES + 4] = {
        cmocka_unit_test(an_agreement_is_no_finding),
        cmocka_unit_test(a_handshake_after_silence_is_the_wrong_mode),
        cmocka_unit_test(silence_all_along_is_a_timeout),
        cmocka_unit_test(injection_is_a_hint),
    };

    for (size_t i = 0; i < NUM_CASES; i++) {
        tests[4 + i] = (struct CMUnitTest){.name = cases[i].name,
                                           .test_func = dialogues_mean_this,
                                           .initial_state = &cases[i]};
    }
    return cmocka_run_group_tests_name("judge: starttls", tests, NULL, NULL);
}
