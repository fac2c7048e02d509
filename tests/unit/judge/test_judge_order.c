/* Which finding comes first, what the endpoint is called for it, rows that
 * were never scanned, and that judging is a function of its arguments.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define T CM_VERDICT_TRUSTED
#define U CM_VERDICT_UNTRUSTED

static struct order_case {
    const char *name;
    const char *sent;
    const char *trusted;
    const char *known;
    const char *host;
    const char *causes;
    enum cm_verdict verdict;
} orders[] = {
    {"expired before wrong name", "traefik int", "root", "", "localhost",
     "name_default_cert leaf_expired name_internal", U},
    {"default before self-signed", "fake", "root", "", NULL,
     "name_default_cert self_signed_leaf", U},
    {"default before a damaged chain", "azure intbad", "root", "", NULL,
     "name_default_cert chain_bad_signature", U},
    {"self-signed before wrong name", "self", "root", "", "other.example",
     "self_signed_leaf name_mismatch", U},
    {"expired before incomplete, both stay", "leafold", "root", "int", NULL,
     "leaf_expired chain_incomplete", U},
    {"incomplete before wrong name", "other", "root", "int", NULL,
     "chain_incomplete name_mismatch", U},
    {"untrusted root before weak signature", "leafsha1 int root", "rootb", "",
     NULL, "untrusted_private_root sig_weak", U},
    {"blocking before hygiene of smaller rank", "cnonly int root", "root", "",
     NULL, "name_cn_only chain_unneeded_root", U},
    {"soon and untidy", "life90left30 int root int", "root", "", NULL,
     "leaf_expires_soon chain_duplicate chain_unneeded_root", T},
};
#define ORDERS (sizeof(orders) / sizeof(*orders))

static void in_this_order(void **state)
{
    const struct order_case *c = *state;
    struct scene s;

    scene_open(&s, c->host);
    (void)scene_serve(&s, c->sent);
    scene_trust(&s, c->trusted);
    scene_know(&s, c->known);
    scene_expect(&s, c->verdict, c->causes);
    scene_close(&s);
}

static void client_certificates_come_last_of_what_blocks(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    scene_serve(&s, "life90left30 int root")->client_auth =
        CM_CLIENT_AUTH_REQUIRED;
    scene_trust(&s, "root");
    scene_expect(&s, U,
                 "tls_client_cert_required leaf_expires_soon "
                 "chain_unneeded_root");
    scene_close(&s);
}

static void every_view_has_its_own_judgement(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leaf int root");
    scene_trust(&s, "rootb");
    s.trust.name = "public";
    scene_expect(&s, U, "untrusted_private_root");
    assert_contains(s.got.findings[0].proof, "\"public\"");
    scene_trust(&s, "root");
    scene_expect(&s, T, "chain_unneeded_root");
    scene_close(&s);
}

static void the_same_input_gives_the_same_judgement(void **state)
{
    static const char *const sent[] = {
        "leaf int",    "leaf",
        "ruin",        "deep int int2 root int",
        "fake int",    "leaf intwrong",
        "leafrubbish", "self",
        "leaf intold", "leafcirc circa circb",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(sent) / sizeof(*sent); i++) {
        struct cm_judgement again;
        struct scene s;

        scene_open(&s, NULL);
        (void)scene_serve(&s, sent[i]);
        scene_trust(&s, "root");
        scene_know(&s, "int int2 intwrong");
        scene_judge(&s); /* fills the memo */
        assert_int_equal(
            cm_judge(&again, &s.ep, s.ev, &s.trust, &s.policy, s.at_unix),
            CM_OK);
        assert_string_equal(scene_difference(&s.got, &again), "");
        cm_judgement_cleanup(&again);
        scene_close(&s);
    }
}

static void time_is_an_argument(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    (void)scene_serve(&s, "leaf int");
    scene_trust(&s, "root");
    scene_expect(&s, T, "");
    s.at_unix = FORGE_NOW + 280 * FORGE_DAY;
    scene_expect(&s, T, "leaf_expires_soon");
    s.at_unix = FORGE_NOW + 301 * FORGE_DAY;
    scene_expect(&s, U, "leaf_expired ca_cert_expired root_expired");
    s.at_unix = FORGE_NOW - 31 * FORGE_DAY;
    scene_expect(&s, U, "leaf_not_yet_valid ca_cert_expired root_expired");
    scene_close(&s);
}

static void the_furthest_probe_is_judged(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    scene_probe(&s, 2, CM_PHASE_CONNECTING, CM_END_SYSTEM)->sys_errno =
        ECONNREFUSED;
    (void)scene_serve(&s, "leafold int");
    scene_trust(&s, "root");
    scene_expect(&s, U, "leaf_expired connect_partial");
    scene_close(&s);
}

static void judge_row(struct scene *s, const struct cm_row *row,
                      enum cm_cause cause)
{
    cm_judgement_cleanup(&s->got);
    assert_int_equal(cm_judge_row(&s->got, row, cause), CM_OK);
    assert_int_equal(s->got.num_findings, 1);
    assert_int_equal(s->got.primary, 0);
    assert_int_equal(s->got.num_path, 0);
}

static void rows_that_are_no_endpoint(void **state)
{
    struct cm_row row = {.line = 17,
                         .column = 9,
                         .cause = CM_CAUSE_INPUT_UNPARSABLE,
                         .reason = "the port \"x\" is not a number"};
    struct scene s = {.got = {.primary = -1}};

    (void)state;
    judge_row(&s, &row, row.cause);
    assert_int_equal(s.got.verdict, CM_VERDICT_INVALID_ROW);
    assert_string_equal(s.got.findings[0].proof,
                        "line 17, column 9: the port \"x\" is not a number");
    assert_string_equal(s.got.findings[0].subject_key, "input_unparsable");
    row.column = 0;
    judge_row(&s, &row, CM_CAUSE_INPUT_IDN_INVALID);
    assert_int_equal(s.got.verdict, CM_VERDICT_INVALID_ROW);
    assert_string_equal(s.got.findings[0].proof,
                        "line 17: the port \"x\" is not a number");
    judge_row(&s, &row, CM_CAUSE_NOT_SCANNED);
    assert_int_equal(s.got.verdict, CM_VERDICT_NOT_CHECKED);
    assert_int_equal(s.got.findings[0].resolution, CM_RESOLUTION_RESCAN);
    assert_contains(s.got.findings[0].proof, "line 17");
    cm_judgement_cleanup(&s.got);
}

static void policy_has_documented_defaults(void **state)
{
    struct cm_policy policy;

    (void)state;
    cm_policy_default(&policy);
    assert_int_equal(policy.expires_soon_days, 0);
    assert_int_equal(policy.min_rsa_bits, 2048);
    assert_int_equal(policy.min_ec_bits, 224);
    assert_false(policy.special_addresses_ok);
    assert_false(policy.cloud_clients);
}

static int leave(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[ORDERS + 7] = {
        cmocka_unit_test(client_certificates_come_last_of_what_blocks),
        cmocka_unit_test(every_view_has_its_own_judgement),
        cmocka_unit_test(the_same_input_gives_the_same_judgement),
        cmocka_unit_test(time_is_an_argument),
        cmocka_unit_test(the_furthest_probe_is_judged),
        cmocka_unit_test(rows_that_are_no_endpoint),
        cmocka_unit_test(policy_has_documented_defaults),
    };

    for (size_t i = 0; i < ORDERS; i++) {
        tests[7 + i] = (struct CMUnitTest){.name = orders[i].name,
                                           .test_func = in_this_order,
                                           .initial_state = &orders[i]};
    }
    return cmocka_run_group_tests_name("judge: order", tests, NULL, leave);
}
