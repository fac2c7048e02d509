/* Other addresses of the name that serve other certificates.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <stdio.h>
#include <string.h>

#define T CM_VERDICT_TRUSTED
#define U CM_VERDICT_UNTRUSTED
#define DIFFERS "cert_differs_per_ip"

static struct address_case {
    const char *name;
    const char *sent[4]; /* by 9.9.9.1, 9.9.9.2 ... */
    const char *causes;
    const char *proof;
    enum cm_verdict verdict;
    bool blocks; /* the finding, when there is one */
} cases[] = {
    {"one address", {"leaf int"}, "", NULL, T, false},
    {"the same", {"leaf int", "leaf int"}, "", NULL, T, false},
    {"a rolling renewal",
     {"leaf int", "life90left31 int", "leafrsa int"},
     "",
     NULL,
     T,
     false},
    {"chains of different length",
     {"leaf int", "direct", "deep int2 int"},
     "",
     NULL,
     T,
     false},
    {"one ends soon", {"leaf int", "life90left30 int"}, "", NULL, T, false},
    {"expired on the second",
     {"leaf int", "leafold int"},
     DIFFERS,
     "9.9.9.1:443: \"www.a.example\"",
     U,
     true},
    {"expired on the third",
     {"leaf int", "life90left31 int", "leafold int"},
     DIFFERS,
     ", leaf_expired",
     U,
     true},
    {"another name on the second",
     {"leaf int", "other int"},
     DIFFERS,
     "name_mismatch",
     U,
     true},
    {"self-signed on the second",
     {"leaf int", "self"},
     DIFFERS,
     ", good; 9.9.9.2:443: \"www.a.example\"",
     U,
     true},
    {"a shorter chain on the second",
     {"deep int2 int", "deep int"},
     DIFFERS,
     "issuer_unknown",
     U,
     true},
    {"an unreadable one on the second",
     {"leaf int", "leafrubbish int"},
     DIFFERS,
     "tls_cert_unparsable",
     U,
     true},
    {"wrong in two ways",
     {"leaf int", "ruin int"},
     DIFFERS,
     "leaf_expired",
     U,
     true},
    {"the main one is bad",
     {"leafold int", "leaf int"},
     "leaf_expired " DIFFERS,
     ", leaf_expired; 9.9.9.2:443: ",
     U,
     false},
    {"bad for different reasons",
     {"leafold int", "other int"},
     "leaf_expired " DIFFERS,
     ", name_mismatch",
     U,
     false},
    {"bad for the same reason",
     {"self", "selfca"},
     "self_signed_leaf",
     NULL,
     U,
     false},
    {"expired everywhere",
     {"leafold int", "leafold int"},
     "leaf_expired",
     NULL,
     U,
     false},
};
#define CASES (sizeof(cases) / sizeof(*cases))

static void serve_each(struct scene *s, const char *const *sent, size_t num)
{
    for (size_t i = 0; i < num && sent[i] != NULL; i++) {
        struct cm_probe *probe = scene_serve(s, sent[i]);

        probe->address.bytes[3] = (uint8_t)(i + 1);
    }
}

static void by_address(void **state)
{
    const struct address_case *c = *state;
    const struct cm_finding *f;
    struct scene s;

    scene_open(&s, NULL);
    serve_each(&s, c->sent, 4);
    scene_trust(&s, "root");
    scene_expect(&s, c->verdict, c->causes);
    if (c->proof != NULL) {
        f = scene_finding(&s, CM_CAUSE_CERT_DIFFERS_PER_IP);
        assert_contains(f->proof, c->proof);
        assert_int_equal(f->blocks, c->blocks);
        assert_int_equal(f->severity, c->blocks ? CM_SEVERITY_SOME_CLIENTS
                                                : CM_SEVERITY_HYGIENE);
        assert_int_equal(f->resolution, CM_RESOLUTION_SYNC_NODES);
        assert_string_equal(f->subject_key, ZOO_HOST);
    }
    scene_close(&s);
}

static void addresses_without_a_certificate_are_no_matter(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leaf int");
    (void)scene_probe(&s, 2, CM_PHASE_CONNECTING, CM_END_TIMEOUT);
    scene_trust(&s, "root");
    scene_expect(&s, T, "connect_partial");
    scene_close(&s);
    scene_open(&s, NULL);
    (void)scene_probe(&s, 1, CM_PHASE_CONNECTING, CM_END_TIMEOUT);
    (void)scene_probe(&s, 2, CM_PHASE_CONNECTING, CM_END_TIMEOUT);
    scene_trust(&s, "root");
    scene_expect(&s, CM_VERDICT_UNREACHABLE, "connect_timeout");
    scene_close(&s);
}

/* What would complete another address's chain is asked for as well. */
static void other_chains_have_wants(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    serve_each(&s, (const char *const[]){"leaf int", "leafhttp"}, 2);
    scene_trust(&s, "root");
    scene_expect(&s, U, DIFFERS);
    assert_true(s.got.num_wants >= 1);
    assert_ptr_equal(s.got.wants[0].cert, zoo_get("leafhttp"));
    assert_int_equal(s.got.wants[0].kind, CM_WANT_ISSUER);
    scene_close(&s);
}

/* After the main address's fix the others are what they are; but those that
 * serve what it serves are fixed with it. */
static void what_is_left_elsewhere(void **state)
{
    static const char *const all[] = {"leafold int", "leafold int",
                                      "other int"};
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    serve_each(&s, all, 2);
    scene_trust(&s, "root");
    scene_expect(&s, U, "leaf_expired");
    assert_int_equal(s.got.num_remaining, 0);
    scene_close(&s);
    scene_open(&s, NULL);
    serve_each(&s, all, 3);
    scene_trust(&s, "root");
    scene_expect(&s, U, "leaf_expired " DIFFERS);
    assert_int_equal(s.got.num_remaining, 1);
    assert_int_equal(s.got.remaining[0], CM_CAUSE_CERT_DIFFERS_PER_IP);
    scene_close(&s);
    scene_open(&s, NULL);
    serve_each(&s, (const char *const[]){"leaf", "leaf"}, 2);
    scene_trust(&s, "root");
    scene_know(&s, "int");
    scene_expect(&s, U, "chain_incomplete");
    assert_int_equal(s.got.num_remaining, 0);
    scene_close(&s);
}

/* Whatever many addresses serve, the work and the words are bounded. */
static void many_addresses(void **state)
{
    static const char *const sent[] = {
        "leaf int",      "life90left31 int", "leafold int", "other int",
        "self",          "selfca",           "leafrsa int", "ruin int",
        "leafyoung int", "cnonly int",       "noname int",  "wild int"};
    const struct cm_finding *f;
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    serve_each(&s, sent, sizeof(sent) / sizeof(*sent));
    scene_trust(&s, "root");
    scene_expect(&s, U, DIFFERS);
    f = &s.got.findings[0];
    assert_contains(f->proof, "leaf_expired");
    assert_true(strlen(f->proof) < 1500);
    scene_close(&s);
    scene_open(&s, NULL);
    for (int i = 0; i < 12; i++) {
        serve_each(
            &s, (const char *const[]){i == 9 ? "leafold int" : "leaf int"}, 1);
    }
    scene_trust(&s, "root");
    scene_expect(&s, U, DIFFERS);
    assert_contains(s.got.findings[0].proof, "and 4 more");
    scene_close(&s);
}

static int leave(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[CASES + 4] = {
        cmocka_unit_test(addresses_without_a_certificate_are_no_matter),
        cmocka_unit_test(other_chains_have_wants),
        cmocka_unit_test(what_is_left_elsewhere),
        cmocka_unit_test(many_addresses),
    };

    for (size_t i = 0; i < CASES; i++) {
        tests[4 + i] = (struct CMUnitTest){.name = cases[i].name,
                                           .test_func = by_address,
                                           .initial_state = &cases[i]};
    }
    return cmocka_run_group_tests_name("judge: addresses", tests, NULL, leave);
}
