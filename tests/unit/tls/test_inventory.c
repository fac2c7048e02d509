/* The inventory against servers of every make: what it says must be what the
 * server was told to serve, and what it cannot know it must not say.
 * SPDX-License-Identifier: Apache-2.0 */
#include "inventory_bench.h"

#include <string.h>

static void a_server_of_today(void **state)
{
    struct bench b;

    (void)state;
    inv_open(&b);
    inv_run(&b);
    inv_expect_exact(&b);
    inv_same_set("groups", b.out->groups, b.out->num_groups, &b.sim.groups);
    assert_true(b.out->groups_complete);
    inv_same_set("schemes", b.out->schemes, b.out->num_schemes, &b.sim.schemes);
    assert_true(b.out->schemes_complete);
    assert_int_equal(b.out->min_dh_bits, 2048);
    assert_int_equal(b.out->secure_renegotiation, CM_YES);
    assert_int_equal(b.out->extended_master_secret, CM_YES);
    assert_int_equal(b.out->compression, CM_NO);
    assert_int_equal(b.out->fallback_scsv, CM_YES);
    assert_int_equal(b.out->stapling, CM_NO);
    assert_int_equal(b.out->sni_needed, CM_NO);
    assert_int_equal(b.out->num_alpn, 0);
    assert_true(b.out->connections < 70);
    inv_close(&b);
}

static void the_other_answer_to_each_question(void **state)
{
    struct bench b;

    (void)state;
    inv_open(&b);
    b.sim.client_order = true;
    b.sim.no_renegotiation_info = true;
    b.sim.no_ems = true;
    b.sim.deflates = true;
    b.sim.ignores_fallback = true;
    b.sim.staples = true;
    b.sim.default_cert = true;
    b.sim.dh_bits = 1024;
    b.sim.alpn[0] = "h2";
    b.sim.alpn[1] = "http/1.1";
    inv_run(&b);
    inv_expect_exact(&b);
    assert_int_equal(b.out->min_dh_bits, 1024);
    assert_int_equal(b.out->secure_renegotiation, CM_NO);
    assert_int_equal(b.out->extended_master_secret, CM_NO);
    assert_int_equal(b.out->compression, CM_YES);
    assert_int_equal(b.out->fallback_scsv, CM_NO);
    assert_int_equal(b.out->stapling, CM_YES);
    assert_int_equal(b.out->sni_needed, CM_YES);
    assert_int_equal(b.out->num_alpn, 2);
    assert_string_equal(b.out->alpn[0], "h2");
    assert_string_equal(b.out->alpn[1], "http/1.1");
    inv_close(&b);
}

static void alerts_instead_of_silence_about_alpn_and_names(void **state)
{
    struct bench b;

    (void)state;
    inv_open(&b);
    b.sim.strict_alpn = true;
    b.sim.wants_sni = true;
    b.sim.alpn[0] = "imap";
    inv_run(&b);
    inv_expect_exact(&b);
    assert_int_equal(b.out->num_alpn, 1);
    assert_string_equal(b.out->alpn[0], "imap");
    assert_int_equal(b.out->sni_needed, CM_YES);
    inv_close(&b);
}

static void no_name_no_question_about_it(void **state)
{
    struct bench b;

    (void)state;
    inv_open(&b);
    inv_run_with(&b, BUDGET, "");
    inv_expect_exact(&b);
    assert_int_equal(b.out->sni_needed, CM_NOT_KNOWN);
    inv_close(&b);
}

/* Every way to refuse gives the same inventory: a control question tells a
 * refusal from a server that is gone. */
static void however_it_refuses(void **state)
{
    static const struct {
        enum sim_refusal how;
        uint8_t alert;
    } ways[] = {{SIM_CLOSE, 0},
                {SIM_RESET, 0},
                {SIM_ALERT, 80},
                {SIM_ALERT, 0},
                {SIM_ALERT, 40}};

    (void)state;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct bench b;

        inv_open(&b);
        b.sim.refusal = ways[i].how;
        b.sim.alert = ways[i].alert;
        inv_run(&b);
        inv_expect_exact(&b);
        inv_same_set("groups", b.out->groups, b.out->num_groups, &b.sim.groups);
        inv_same_set("schemes", b.out->schemes, b.out->num_schemes,
                     &b.sim.schemes);
        assert_true(b.out->groups_complete);
        assert_true(b.out->schemes_complete);
        inv_close(&b);
    }
}

static void a_server_of_long_ago(void **state)
{
    struct bench b;

    (void)state;
    inv_open(&b);
    inv_saw(&b, 0x0301, 0x002F);
    b.sim.suites[CM_VERSION_TLS1_3].num = 0;
    b.sim.suites[CM_VERSION_TLS1_2].num = 0;
    b.sim.groups.num = 0;
    b.sim.schemes.num = 0;
    b.sim.dh_bits = 512;
    SIM_SERVE(&b.sim, CM_VERSION_TLS1_0, 0x0016, 0x002F, 0x0005, 0x0014,
              0x0018);
    SIM_SERVE(&b.sim, CM_VERSION_SSL3, 0x0005, 0x0004, 0x0003);
    SIM_SERVE(&b.sim, CM_VERSION_SSL2, 0x0100, 0x0700, 0x0200);
    inv_run(&b);
    assert_int_equal(b.out->versions[CM_VERSION_TLS1_2].served, CM_NO);
    assert_int_equal(b.out->versions[CM_VERSION_TLS1_1].served, CM_NO);
    inv_expect_exact(&b);
    assert_int_equal(b.out->min_dh_bits, 512);
    assert_int_equal(b.out->num_groups, 0);
    assert_int_equal(b.out->num_schemes, 0);
    assert_int_equal(b.out->fallback_scsv, CM_YES);
    inv_close(&b);
}

static void only_tls1_3(void **state)
{
    struct bench b;

    (void)state;
    inv_open(&b);
    b.sim.suites[CM_VERSION_TLS1_2].num = 0;
    b.sim.schemes = SIM_LIST(0x0503, 0x0807);
    inv_run(&b);
    inv_expect_exact(&b);
    assert_int_equal(b.out->secure_renegotiation, CM_NOT_KNOWN);
    assert_int_equal(b.out->extended_master_secret, CM_NOT_KNOWN);
    assert_int_equal(b.out->fallback_scsv, CM_NOT_KNOWN);
    assert_int_equal(b.out->sni_needed, CM_NOT_KNOWN);
    assert_int_equal(b.out->compression, CM_NO);
    /* The scan saw 0x0804, the server has been changed since: both. */
    assert_int_equal(b.out->num_schemes, 3);
    assert_true(b.out->schemes_complete);
    inv_close(&b);
}

static void only_tls1_2(void **state)
{
    struct bench b;

    (void)state;
    inv_open(&b);
    inv_saw(&b, 0x0303, 0xC02F);
    b.sim.suites[CM_VERSION_TLS1_3].num = 0;
    b.sim.groups = SIM_LIST(0x0018, 0x0017, 0x001A);
    b.sim.schemes = SIM_LIST(0x0601, 0x0401, 0x0201);
    inv_run(&b);
    inv_expect_exact(&b);
    assert_int_equal(b.out->versions[CM_VERSION_TLS1_3].served, CM_NO);
    inv_same_set("groups", b.out->groups, b.out->num_groups, &b.sim.groups);
    assert_true(b.out->groups_complete);
    inv_same_set("schemes", b.out->schemes, b.out->num_schemes, &b.sim.schemes);
    assert_true(b.out->schemes_complete);
    inv_close(&b);
}

/* With ECDSA alone a refused list of groups may lack the certificate's curve:
 * the rest is not known to be refused. */
static void ecdsa_keeps_a_doubt(void **state)
{
    struct bench b;

    (void)state;
    inv_open(&b);
    inv_saw(&b, 0x0303, 0xC02B);
    b.sim.suites[CM_VERSION_TLS1_3].num = 0;
    SIM_SERVE(&b.sim, CM_VERSION_TLS1_2, 0xC02B, 0xC02C);
    b.sim.groups = SIM_LIST(0x0017);
    inv_run(&b);
    inv_expect_exact(&b);
    assert_int_equal(b.out->num_groups, 1);
    assert_false(b.out->groups_complete);
    assert_int_equal(cm_inventory_group(b.out, 0x0018), CM_NOT_KNOWN);
    inv_close(&b);
}

static void a_server_with_one_curve_whatever_is_asked(void **state)
{
    struct bench b;

    (void)state;
    inv_open(&b);
    inv_saw(&b, 0x0303, 0xC02F);
    b.sim.suites[CM_VERSION_TLS1_3].num = 0;
    b.sim.groups = SIM_LIST(0x0017);
    b.sim.ignores_groups = true;
    inv_run(&b);
    assert_int_equal(b.out->num_groups, 1);
    assert_true(b.out->groups_complete);
    inv_close(&b);
}

/* A server that sends its ServerHello before it looks at the schemes: nothing
 * can be learnt but what the scan saw and TLS 1.2 tells. */
static void schemes_decided_out_of_sight(void **state)
{
    struct bench b;

    (void)state;
    inv_open(&b);
    b.sim.signs_late = true;
    b.sim.suites[CM_VERSION_TLS1_2].num = 0;
    inv_run(&b);
    assert_int_equal(b.out->num_schemes, 1);
    assert_int_equal(b.out->schemes[0], 0x0804);
    assert_false(b.out->schemes_complete);
    inv_close(&b);
}

static void long_lists_are_cut(void **state)
{
    struct bench b;

    (void)state;
    inv_open(&b);
    inv_saw(&b, 0x0303, 0xC02F);
    b.sim.suites[CM_VERSION_TLS1_3].num = 0;
    SIM_SERVE(&b.sim, CM_VERSION_TLS1_2, 0xC02F, 0x009C, 0x000A, 0x0005);
    b.sim.client_order = true;
    b.sim.max_offered = 64;
    inv_run(&b);
    inv_expect_exact(&b);
    assert_true(b.sim.longest > 64);
    inv_close(&b);
}

/* After a while the server has had enough. What was learnt stays, the rest is
 * not known, and it is left alone. */
static void a_tired_server(void **state)
{
    static const enum sim_refusal ways[] = {SIM_CLOSE, SIM_RESET, SIM_SILENCE};

    (void)state;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        for (unsigned patience = 1; patience < 50; patience += 3) {
            struct bench b;

            inv_open(&b);
            b.sim.patience = patience;
            b.sim.tired = ways[i];
            inv_run(&b);
            for (int v = 0; v < CM_VERSION_COUNT; v++) {
                const struct cm_version_inventory *of = &b.out->versions[v];

                if (b.sim.suites[v].num > 0) {
                    assert_int_not_equal(of->served, CM_NO);
                    assert_true(!of->complete ||
                                of->num_suites == b.sim.suites[v].num);
                } else {
                    assert_int_not_equal(of->served, CM_YES);
                }
            }
            assert_true(!b.out->groups_complete ||
                        b.out->num_groups == b.sim.groups.num);
            assert_true(!b.out->schemes_complete ||
                        b.out->num_schemes == b.sim.schemes.num);
            assert_true(b.sim.asked <= patience + 3);
            inv_close(&b);
        }
    }
}

static void the_budget_is_kept(void **state)
{
    (void)state;
    for (unsigned budget = 0; budget < 60; budget++) {
        struct bench b;

        inv_open(&b);
        inv_run_with(&b, budget, NAME);
        for (int v = 0; v < CM_VERSION_COUNT; v++) {
            const struct cm_version_inventory *of = &b.out->versions[v];

            assert_int_not_equal(of->served,
                                 b.sim.suites[v].num > 0 ? CM_NO : CM_YES);
        }
        assert_true(!b.out->groups_complete ||
                    b.out->num_groups == b.sim.groups.num);
        inv_close(&b);
    }
}

/* Something on the way drops hellos of SSLv2: that one version is not known. */
static void a_dropped_hello_is_no_answer(void **state)
{
    struct bench b;

    (void)state;
    inv_open(&b);
    b.sim.drops_sslv2 = true;
    inv_run(&b);
    assert_int_equal(b.out->versions[CM_VERSION_SSL2].served, CM_NOT_KNOWN);
    assert_false(b.out->versions[CM_VERSION_SSL2].complete);
    assert_int_equal(b.out->versions[CM_VERSION_SSL3].served, CM_NO);
    assert_true(b.out->groups_complete);
    inv_close(&b);
}

/* What it does not like is dropped without a word: it may be loss, so nothing
 * is said to be refused, and there is an end to waiting. */
static void silence_is_no_refusal(void **state)
{
    struct bench b;

    (void)state;
    inv_open(&b);
    b.sim.refusal = SIM_SILENCE;
    inv_run(&b);
    for (int v = 0; v < CM_VERSION_COUNT; v++) {
        const struct cm_version_inventory *of = &b.out->versions[v];

        assert_int_equal(of->served,
                         b.sim.suites[v].num > 0 ? CM_YES : CM_NOT_KNOWN);
        assert_int_equal(of->num_suites, b.sim.suites[v].num);
        assert_false(of->complete);
    }
    assert_false(b.out->groups_complete);
    assert_false(b.out->schemes_complete);
    assert_int_equal(b.out->compression, CM_NO); /* asked after four of them */
    assert_true(b.sim.asked < 60);
    inv_close(&b);
}

/* Nothing is known to work and nothing answers: one question, no more. */
static void a_server_that_never_spoke(void **state)
{
    struct bench b;

    (void)state;
    inv_open(&b);
    b.ev->probes[0].server_hello = false;
    b.ev->probes[0].end = CM_END_CLOSED;
    memset(b.sim.suites, 0, sizeof(b.sim.suites));
    b.sim.refusal = SIM_CLOSE;
    inv_run(&b);
    assert_int_equal(b.sim.asked, 1);
    for (int v = 0; v < CM_VERSION_COUNT; v++) {
        assert_int_equal(b.out->versions[v].served, CM_NOT_KNOWN);
    }
    inv_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_of_today),
        cmocka_unit_test(the_other_answer_to_each_question),
        cmocka_unit_test(alerts_instead_of_silence_about_alpn_and_names),
        cmocka_unit_test(no_name_no_question_about_it),
        cmocka_unit_test(however_it_refuses),
        cmocka_unit_test(a_server_of_long_ago),
        cmocka_unit_test(only_tls1_3),
        cmocka_unit_test(only_tls1_2),
        cmocka_unit_test(ecdsa_keeps_a_doubt),
        cmocka_unit_test(a_server_with_one_curve_whatever_is_asked),
        cmocka_unit_test(schemes_decided_out_of_sight),
        cmocka_unit_test(long_lists_are_cut),
        cmocka_unit_test(a_tired_server),
        cmocka_unit_test(the_budget_is_kept),
        cmocka_unit_test(a_dropped_hello_is_no_answer),
        cmocka_unit_test(silence_is_no_refusal),
        cmocka_unit_test(a_server_that_never_spoke),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
