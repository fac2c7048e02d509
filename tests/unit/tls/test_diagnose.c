/* What a diagnosis asks of which server, and when it stops: servers that are no
 * more than a table of answers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tls/asking.h"
#include "tls/diagnose.h"

#define BUDGET 8
#define MAX_SAID 12

/* How a server answers a question. */
struct said {
    enum cm_ask ask;
    enum cm_answer_end end;
    uint8_t alert;
    uint16_t version;
    uint16_t cipher;
    uint16_t group;
    uint16_t signature;
};

#define WORKS(ask, version, cipher, group, signature)                          \
    {                                                                          \
        CM_ASK_##ask, CM_ANSWER_FLIGHT, 0, version, cipher, group, signature   \
    }
#define RETRY(ask, cipher, group)                                              \
    {                                                                          \
        CM_ASK_##ask, CM_ANSWER_RETRY, 0, 0x0304, cipher, group, 0             \
    }
#define ALERT(ask, number)                                                     \
    {                                                                          \
        CM_ASK_##ask, CM_ANSWER_ALERT, number, 0, 0, 0, 0                      \
    }
#define DROPS(ask)                                                             \
    {                                                                          \
        CM_ASK_##ask, CM_ANSWER_RESET, 0, 0, 0, 0, 0                           \
    }
#define GOOD(ask) WORKS(ask, 0x0303, 0xc02f, 0x001d, 0x0804)

static struct server {
    const char *name;
    enum cm_end end; /* of the first hello */
    uint8_t alert;   /* ... and of every question without an answer below */
    struct said says[MAX_SAID];
    const char *asks;
} servers[] = {
    {"a suite of its own",
     CM_END_ALERT_RECEIVED,
     40,
     {WORKS(TLS1_2, 0x0303, 0x009e, 0x0100, 0x0401), GOOD(SUITES)},
     "tls1_2 small suites"},
    {"a group of its own",
     CM_END_ALERT_RECEIVED,
     40,
     {WORKS(TLS1_2, 0x0303, 0xc02f, 0x001e, 0x0401), GOOD(GROUPS)},
     "tls1_2 small groups"},
    {"a signature scheme of its own",
     CM_END_ALERT_RECEIVED,
     40,
     {WORKS(TLS1_2, 0x0303, 0xc02f, 0x0017, 0x0708), GOOD(SIGNATURES)},
     "tls1_2 small signatures"},
    {"what it chose is common: all respects are tried",
     CM_END_ALERT_RECEIVED,
     40,
     {GOOD(TLS1_2), GOOD(SIGNATURES)},
     "tls1_2 small suites groups signatures"},
    {"two respects at once",
     CM_END_ALERT_RECEIVED,
     40,
     {WORKS(TLS1_2, 0x0303, 0x009e, 0x001e, 0x0401)},
     "tls1_2 small suites groups signatures"},
    {"TLS 1.3 alone, with a suite of its own",
     CM_END_ALERT_RECEIVED,
     40,
     {ALERT(TLS1_2, 70), RETRY(TLS1_3, 0x1304, 0x001d),
      RETRY(SUITES, 0x1304, 0x001d)},
     "tls1_2 tls1_3 suites"},
    {"TLS 1.3 alone, with a group of its own",
     CM_END_ALERT_RECEIVED,
     40,
     {ALERT(TLS1_2, 70), RETRY(TLS1_3, 0x1301, 0x001e),
      RETRY(GROUPS, 0x1301, 0x001e)},
     "tls1_2 tls1_3 groups"},
    {"refuses the name with alert 40",
     CM_END_ALERT_RECEIVED,
     40,
     {GOOD(NO_SNI)},
     "tls1_2 no_sni"},
    {"refuses the name with alert 80, takes another one",
     CM_END_ALERT_RECEIVED,
     80,
     {GOOD(OTHER_SNI)},
     "tls1_2 no_sni other_sni"},
    {"refuses the name with a reset",
     CM_END_RESET,
     0,
     {GOOD(NO_SNI)},
     "small no_sni newer no_sni newer newer no_sni"},
    {"seems to refuse the name, and takes it later",
     CM_END_RESET,
     0,
     {GOOD(NO_SNI), GOOD(NEWER)},
     "small no_sni newer"},
    {"hangs up on what common clients offer",
     CM_END_CLOSED,
     0,
     {WORKS(TLS1_2, 0x0303, 0x003c, 0, 0), WORKS(SUITES, 0x0303, 0x003c, 0, 0)},
     "small no_sni tls1_2 suites newer suites newer newer"},
    {"no certificate",
     CM_END_ALERT_RECEIVED,
     40,
     {ALERT(TLS1_3, 70), WORKS(ANONYMOUS, 0x0303, 0x00a6, 0, 0)},
     "tls1_2 no_sni tls1_3 other_sni anonymous"},
    {"SSLv3 alone",
     CM_END_ALERT_RECEIVED,
     70,
     {WORKS(SSL3, 0x0300, 0x000a, 0, 0)},
     "tls1_2 ssl3"},
    {"SSLv2 alone",
     CM_END_ALERT_RECEIVED,
     70,
     {WORKS(SSL2, 0x0002, 0x0080, 0, 0)},
     "tls1_2 ssl3 tls1_3 tls1_0 ssl2"},
    {"TLS 1.0 with a suite of its own",
     CM_END_ALERT_RECEIVED,
     40,
     {WORKS(TLS1_2, 0x0301, 0x0039, 0x0100, 0), GOOD(SUITES)},
     "tls1_2 small suites"},
    {"answers TLS 1.0 only when nothing newer is offered",
     CM_END_ALERT_RECEIVED,
     50,
     {WORKS(TLS1_0, 0x0301, 0x002f, 0, 0)},
     "small tls1_2 tls1_0"},
    {"resets where TLS 1.3 is on offer",
     CM_END_RESET,
     0,
     {GOOD(SMALL), GOOD(GREASE), GOOD(LARGE), DROPS(NEWER)},
     "small grease large newer small newer newer"},
    {"resets what is long",
     CM_END_RESET,
     0,
     {GOOD(SMALL), GOOD(GREASE), DROPS(LARGE), DROPS(NEWER)},
     "small grease large small large large"},
    {"alerts on extensions that it does not know",
     CM_END_ALERT_RECEIVED,
     110,
     {GOOD(SMALL)},
     "small grease small grease grease"},
    {"refuses TLS 1.3 by version",
     CM_END_ALERT_RECEIVED,
     70,
     {GOOD(TLS1_2), GOOD(SMALL), GOOD(GREASE), GOOD(LARGE)},
     "tls1_2 small grease large newer small newer newer"},
    {"works with each hello by hand",
     CM_END_CLOSED,
     0,
     {GOOD(SMALL), GOOD(GREASE), GOOD(LARGE), GOOD(NEWER)},
     "small grease large newer"},
    {"wants an application protocol",
     CM_END_ALERT_RECEIVED,
     120,
     {GOOD(ALPN)},
     "alpn"},
    {"refuses everything",
     CM_END_ALERT_RECEIVED,
     40,
     {{0}},
     "tls1_2 no_sni tls1_3 other_sni anonymous ssl3 tls1_0"},
    {"closes on everything",
     CM_END_CLOSED,
     0,
     {{0}},
     "small no_sni tls1_2 other_sni tls1_3 tls1_0 ssl3"},
    {"stays silent", CM_END_TIMEOUT, 0, {{0}}, "small no_sni tls1_0"},
    {"refused by us without a certificate",
     CM_END_REFUSED_BY_US,
     0,
     {WORKS(TLS1_2, 0x0303, 0xc02f, 0xff01, 0x0401)},
     "tls1_2 small groups suites signatures"},
};
#define SERVERS (sizeof(servers) / sizeof(*servers))

static struct cm_probe *first_hello(struct cm_evidence *ev, enum cm_end end,
                                    uint8_t alert)
{
    struct cm_probe *p = cm_evidence_add_probe(ev);

    assert_non_null(p);
    p->reached = CM_PHASE_HANDSHAKING;
    p->end = end;
    if (alert != 0) {
        p->alert_received = (struct cm_alert){true, 2, alert};
    }
    return p;
}

static struct cm_answer answer_of(const struct server *server, enum cm_ask ask)
{
    struct cm_answer a = {.end = CM_ANSWER_ALERT, .alert_level = 2};

    for (size_t i = 0; i < MAX_SAID; i++) {
        const struct said *said = &server->says[i];

        if (said->ask == ask && said->end != CM_ANSWER_NONE) {
            a.end = said->end;
            a.alert = said->alert;
            a.version = said->version;
            a.cipher = said->cipher;
            a.group = said->group;
            a.signature = said->signature;
            return a;
        }
    }
    a.alert = server->alert;
    if (server->alert == 0) {
        a.end = server->end == CM_END_TIMEOUT ? CM_ANSWER_SILENT
                : server->end == CM_END_RESET ? CM_ANSWER_RESET
                                              : CM_ANSWER_CLOSED;
    }
    return a;
}

/* The questions of a whole diagnosis, as words. */
static void converse(const struct server *server, const char *sni,
                     unsigned budget, char asked[256])
{
    struct cm_evidence *ev = cm_evidence_new();
    struct cm_asking *asking;
    struct cm_hello hello = {0};

    assert_non_null(ev);
    first_hello(ev, server->end, server->alert);
    asking = cm_diagnosis_new(ev, sni, budget);
    assert_non_null(asking);
    asked[0] = '\0';
    while (asking->next(asking, &hello)) {
        enum cm_ask ask = CM_ASK_COUNT;
        struct cm_answer a;
        size_t len = strlen(asked);

        assert_true(cm_diagnosis_plan(ev, *sni != '\0', &ask));
        (void)snprintf(asked + len, 256 - len, "%s%s", len > 0 ? " " : "",
                       cm_ask_id(ask));
        a = answer_of(server, ask);
        asking->heard(asking, &a, NULL);
        assert_int_equal(ev->answers[ev->num_answers - 1].ask, ask);
        hello = (struct cm_hello){0};
    }
    assert_false(asking->no_memory);
    asking->free(asking);
    cm_evidence_free(ev);
}

static void asks_this(void **state)
{
    const struct server *server = *state;
    char asked[256];

    converse(server, "www.a.example", BUDGET, asked);
    assert_string_equal(asked, server->asks);
}

static void a_budget_is_never_exceeded(void **state)
{
    (void)state;
    for (size_t i = 0; i < SERVERS; i++) {
        for (unsigned budget = 0; budget <= BUDGET; budget++) {
            unsigned num = 0;
            char asked[256];

            converse(&servers[i], "www.a.example", budget, asked);
            for (const char *at = asked; *at != '\0'; at++) {
                num += at == asked || *at == ' ';
            }
            assert_true(num <= budget);
            assert_memory_equal(asked, servers[i].asks, strlen(asked));
        }
    }
}

/* An address has no name to leave out, and may need one. */
static void without_a_name_none_is_left_out(void **state)
{
    static const struct server strict = {
        "wants a name", CM_END_ALERT_RECEIVED, 80, {GOOD(OTHER_SNI)}, ""};
    char asked[256];

    (void)state;
    converse(&strict, "", BUDGET, asked);
    assert_string_equal(asked, "tls1_2 other_sni");
}

/* Its first hello got this far, and that tells why. */
static struct explained {
    const char *name;
    struct cm_probe probe;
    bool wanted;
} explained[] = {
    {"complete", {.end = CM_END_COMPLETE, .server_hello = true}, false},
    {"complete with TLS 1.0",
     {.end = CM_END_COMPLETE, .server_hello = true, .version = 0x0301},
     false},
    {"not connected",
     {.end = CM_END_RESET, .reached = CM_PHASE_CONNECTING},
     false},
    {"no TLS", {.end = CM_END_NOT_TLS}, false},
    {"the proxy", {.end = CM_END_PROXY, .reached = CM_PHASE_PROXYING}, false},
    {"no STARTTLS",
     {.end = CM_END_STARTTLS, .reached = CM_PHASE_STARTTLS},
     false},
    {"the name",
     {.end = CM_END_ALERT_RECEIVED, .alert_received = {true, 2, 112}},
     false},
    {"a client certificate",
     {.end = CM_END_ALERT_RECEIVED,
      .server_hello = true,
      .certificate_message = true,
      .client_auth = CM_CLIENT_AUTH_REQUESTED,
      .alert_received = {true, 2, 40}},
     false},
    {"its certificate",
     {.end = CM_END_REFUSED_BY_US,
      .server_hello = true,
      .certificate_message = true},
     false},
    {"its key",
     {.end = CM_END_REFUSED_BY_US, .server_hello = true, .bad_key_proof = true},
     false},
    {"our memory", {.end = CM_END_SYSTEM, .sys_errno = ENOMEM}, false},
    {"the network", {.end = CM_END_SYSTEM, .sys_errno = EHOSTUNREACH}, false},
    {"never began", {.end = CM_END_NONE}, false},
    {"alert 40",
     {.end = CM_END_ALERT_RECEIVED, .alert_received = {true, 2, 40}},
     true},
    {"alert 112 later on",
     {.end = CM_END_ALERT_RECEIVED,
      .server_hello = true,
      .alert_received = {true, 2, 112}},
     true},
    {"reset", {.end = CM_END_RESET, .sys_errno = ECONNRESET}, true},
    {"reset, as an errno",
     {.end = CM_END_SYSTEM, .sys_errno = ECONNRESET},
     true},
    {"closed", {.end = CM_END_CLOSED}, true},
    {"silent", {.end = CM_END_TIMEOUT, .sys_errno = ETIMEDOUT}, true},
    {"an SSLv3 ServerHello",
     {.end = CM_END_REFUSED_BY_US, .server_hello = true, .version = 0x0300},
     true},
};
#define EXPLAINED (sizeof(explained) / sizeof(*explained))

static void what_is_explained_is_not_asked(void **state)
{
    const struct explained *c = *state;
    struct cm_evidence *ev = cm_evidence_new();
    struct cm_probe *p = cm_evidence_add_probe(ev);

    assert_non_null(p);
    *p = c->probe;
    if (p->reached == 0) {
        p->reached = CM_PHASE_HANDSHAKING;
    }
    assert_int_equal(cm_diagnosis_wanted(ev), c->wanted);
    cm_evidence_free(ev);
}

static void nobody_there_is_not_asked(void **state)
{
    struct cm_evidence *ev = cm_evidence_new();
    enum cm_ask ask;

    (void)state;
    assert_false(cm_diagnosis_wanted(ev));
    assert_false(cm_diagnosis_plan(ev, true, &ask));
    cm_evidence_free(ev);
}

/* A server that can be reached no more is not asked the same for ever. */
static void questions_that_get_lost_count(void **state)
{
    struct cm_evidence *ev = cm_evidence_new();
    struct cm_asking *asking = cm_diagnosis_new(ev, "a.example", 100);
    struct cm_answer a = {.end = CM_ANSWER_NONE, .sys_errno = ECONNREFUSED};
    struct cm_hello hello = {0};
    unsigned num = 0;

    (void)state;
    first_hello(ev, CM_END_RESET, 0);
    while (asking->next(asking, &hello)) {
        asking->heard(asking, &a, NULL);
        num++;
    }
    assert_int_equal(num, 7); /* each rung once */
    asking->free(asking);
    cm_evidence_free(ev);
}

/* A server whose handshake succeeded, for the hellos of other clients. */
static void what_works_may_mind_other_hellos(void **state)
{
    static const struct {
        struct server server;
        const char *asks;
    } cases[] = {
        {{.says = {GOOD(LARGE), GOOD(SPLIT), GOOD(GREASE)}},
         "large split grease"},
        {{.end = CM_END_RESET, .says = {GOOD(SMALL)}},
         "large small small large large"},
        {{.end = CM_END_RESET, .says = {GOOD(SMALL), GOOD(LARGE)}},
         "large split small small split split"},
        {{.end = CM_END_TIMEOUT, .says = {GOOD(SMALL)}},
         "large small small large large"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct cm_evidence *ev = cm_evidence_new();
        struct cm_asking *asking = cm_tolerance_new(ev, "www.a.example");
        struct cm_hello hello = {0};
        char asked[256] = "";

        assert_non_null(asking);
        first_hello(ev, CM_END_COMPLETE, 0)->version = 0x0303;
        while (asking->next(asking, &hello)) {
            enum cm_ask ask = CM_ASK_COUNT;
            struct cm_answer a;
            size_t len = strlen(asked);

            assert_true(cm_tolerance_plan(ev, true, &ask));
            a = answer_of(&cases[i].server, ask);
            asking->heard(asking, &a, NULL);
            (void)snprintf(asked + len, sizeof(asked) - len, "%s%s",
                           len > 0 ? " " : "", cm_ask_id(ask));
        }
        assert_string_equal(asked, cases[i].asks);
        assert_false(cm_diagnosis_only_tls13(ev));
        ev->probes[0].version = 0x0304;
        assert_true(cm_diagnosis_only_tls13(ev));
        asking->free(asking);
        cm_evidence_free(ev);
    }
}

int main(void)
{
    struct CMUnitTest tests[SERVERS + EXPLAINED + 5] = {
        cmocka_unit_test(a_budget_is_never_exceeded),
        cmocka_unit_test(without_a_name_none_is_left_out),
        cmocka_unit_test(nobody_there_is_not_asked),
        cmocka_unit_test(questions_that_get_lost_count),
        cmocka_unit_test(what_works_may_mind_other_hellos),
    };
    size_t num = 5;

    for (size_t i = 0; i < SERVERS; i++) {
        tests[num++] = (struct CMUnitTest){.name = servers[i].name,
                                           .test_func = asks_this,
                                           .initial_state = &servers[i]};
    }
    for (size_t i = 0; i < EXPLAINED; i++) {
        tests[num++] =
            (struct CMUnitTest){.name = explained[i].name,
                                .test_func = what_is_explained_is_not_asked,
                                .initial_state = &explained[i]};
    }
    return cmocka_run_group_tests_name("tls: diagnosis", tests, NULL, NULL);
}
