/* The inventory against servers of every make: what it says must be what the
 * server was told to serve, and what it cannot know it must not say.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUDGET 300U
#define NAME "www.a.example"

struct bench {
    struct sim sim;
    struct cm_evidence *ev;
    struct cm_inventory *out;
};

/* A usual server of today, RSA. */
static void open_bench(struct bench *b)
{
    struct cm_probe *probe;

    memset(b, 0, sizeof(*b));
    b->ev = cm_evidence_new();
    assert_non_null(b->ev);
    b->out = cm_inventory_new();
    assert_non_null(b->out);
    SIM_SERVE(&b->sim, CM_VERSION_TLS1_3, 0x1302, 0x1303, 0x1301);
    SIM_SERVE(&b->sim, CM_VERSION_TLS1_2, 0xC02F, 0xC030, 0x009E, 0x009C);
    b->sim.groups = SIM_LIST(0x11EC, 0x001D, 0x0017, 0x0018, 0x0100);
    b->sim.schemes = SIM_LIST(0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601);
    b->sim.dh_bits = 2048;
    probe = cm_evidence_add_probe(b->ev);
    assert_non_null(probe);
    probe->reached = CM_PHASE_HANDSHAKING;
    probe->end = CM_END_COMPLETE;
    probe->server_hello = true;
    probe->version = 0x0304;
    probe->cipher = 0x1302;
    probe->group = 0x001D;
    probe->signature = 0x0804;
}

/* What the scan saw, for a server of one version. */
static void saw(struct bench *b, uint16_t version, uint16_t cipher)
{
    struct cm_probe *probe = &b->ev->probes[0];

    probe->version = version;
    probe->cipher = cipher;
    probe->group = 0;
    probe->signature = 0;
}

static void close_bench(struct bench *b)
{
    cm_inventory_free(b->out);
    cm_evidence_free(b->ev);
}

static void run_with(struct bench *b, unsigned budget, const char *sni)
{
    struct cm_asking *asking =
        cm_inventory_asking_new(b->out, b->ev, sni, budget);

    assert_non_null(asking);
    sim_run(&b->sim, asking);
    assert_int_equal(b->out->connections, b->sim.asked);
    assert_true(b->sim.asked <= budget);
    asking->free(asking);
}

static void run(struct bench *b)
{
    run_with(b, BUDGET, NAME);
}

static bool has(const uint16_t *list, size_t num, uint16_t number)
{
    for (size_t i = 0; i < num; i++) {
        if (list[i] == number) {
            return true;
        }
    }
    return false;
}

static void same_set(const char *what, const uint16_t *got, size_t num_got,
                     const struct sim_list *want)
{
    for (size_t i = 0; i < want->num; i++) {
        if (!has(got, num_got, want->n[i])) {
            fail_msg("%s: 0x%04x was not found", what, want->n[i]);
        }
    }
    for (size_t i = 0; i < num_got; i++) {
        if (!has(want->n, want->num, got[i])) {
            fail_msg("%s: 0x%04x is not served", what, got[i]);
        }
    }
    assert_int_equal(num_got, want->num);
}

/* The inventory is complete and equals the server's configuration. */
static void expect_exact(const struct bench *b)
{
    for (int v = 0; v < CM_VERSION_COUNT; v++) {
        const struct cm_version_inventory *of = &b->out->versions[v];
        const struct sim_list *want = &b->sim.suites[v];
        char what[32];

        (void)snprintf(what, sizeof(what), "version %d", v);
        assert_int_equal(of->served, want->num > 0 ? CM_YES : CM_NO);
        assert_true(of->complete);
        same_set(what, of->suites, of->num_suites, want);
        if (want->num > 1 && v != CM_VERSION_SSL2) {
            assert_int_equal(of->server_order,
                             b->sim.client_order ? CM_NO : CM_YES);
        }
        for (size_t i = 0; !b->sim.client_order && i < want->num; i++) {
            assert_int_equal(of->suites[i], want->n[i]);
        }
    }
}

static void a_server_of_today(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    run(&b);
    expect_exact(&b);
    same_set("groups", b.out->groups, b.out->num_groups, &b.sim.groups);
    assert_true(b.out->groups_complete);
    same_set("schemes", b.out->schemes, b.out->num_schemes, &b.sim.schemes);
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
    close_bench(&b);
}

static void the_other_answer_to_each_question(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
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
    run(&b);
    expect_exact(&b);
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
    close_bench(&b);
}

static void alerts_instead_of_silence_about_alpn_and_names(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    b.sim.strict_alpn = true;
    b.sim.wants_sni = true;
    b.sim.alpn[0] = "imap";
    run(&b);
    expect_exact(&b);
    assert_int_equal(b.out->num_alpn, 1);
    assert_string_equal(b.out->alpn[0], "imap");
    assert_int_equal(b.out->sni_needed, CM_YES);
    close_bench(&b);
}

static void no_name_no_question_about_it(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    run_with(&b, BUDGET, "");
    expect_exact(&b);
    assert_int_equal(b.out->sni_needed, CM_NOT_KNOWN);
    close_bench(&b);
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

        open_bench(&b);
        b.sim.refusal = ways[i].how;
        b.sim.alert = ways[i].alert;
        run(&b);
        expect_exact(&b);
        same_set("groups", b.out->groups, b.out->num_groups, &b.sim.groups);
        same_set("schemes", b.out->schemes, b.out->num_schemes, &b.sim.schemes);
        assert_true(b.out->groups_complete);
        assert_true(b.out->schemes_complete);
        close_bench(&b);
    }
}

static void a_server_of_long_ago(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    saw(&b, 0x0301, 0x002F);
    b.sim.suites[CM_VERSION_TLS1_3].num = 0;
    b.sim.suites[CM_VERSION_TLS1_2].num = 0;
    b.sim.groups.num = 0;
    b.sim.schemes.num = 0;
    b.sim.dh_bits = 512;
    SIM_SERVE(&b.sim, CM_VERSION_TLS1_0, 0x0016, 0x002F, 0x0005, 0x0014,
              0x0018);
    SIM_SERVE(&b.sim, CM_VERSION_SSL3, 0x0005, 0x0004, 0x0003);
    SIM_SERVE(&b.sim, CM_VERSION_SSL2, 0x0100, 0x0700, 0x0200);
    run(&b);
    assert_int_equal(b.out->versions[CM_VERSION_TLS1_2].served, CM_NO);
    assert_int_equal(b.out->versions[CM_VERSION_TLS1_1].served, CM_NO);
    expect_exact(&b);
    assert_int_equal(b.out->min_dh_bits, 512);
    assert_int_equal(b.out->num_groups, 0);
    assert_int_equal(b.out->num_schemes, 0);
    assert_int_equal(b.out->fallback_scsv, CM_YES);
    close_bench(&b);
}

static void only_tls1_3(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    b.sim.suites[CM_VERSION_TLS1_2].num = 0;
    b.sim.schemes = SIM_LIST(0x0503, 0x0807);
    run(&b);
    expect_exact(&b);
    assert_int_equal(b.out->secure_renegotiation, CM_NOT_KNOWN);
    assert_int_equal(b.out->extended_master_secret, CM_NOT_KNOWN);
    assert_int_equal(b.out->fallback_scsv, CM_NOT_KNOWN);
    assert_int_equal(b.out->sni_needed, CM_NOT_KNOWN);
    assert_int_equal(b.out->compression, CM_NO);
    /* The scan saw 0x0804, the server has been changed since: both. */
    assert_int_equal(b.out->num_schemes, 3);
    assert_true(b.out->schemes_complete);
    close_bench(&b);
}

static void only_tls1_2(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    saw(&b, 0x0303, 0xC02F);
    b.sim.suites[CM_VERSION_TLS1_3].num = 0;
    b.sim.groups = SIM_LIST(0x0018, 0x0017, 0x001A);
    b.sim.schemes = SIM_LIST(0x0601, 0x0401, 0x0201);
    run(&b);
    expect_exact(&b);
    assert_int_equal(b.out->versions[CM_VERSION_TLS1_3].served, CM_NO);
    same_set("groups", b.out->groups, b.out->num_groups, &b.sim.groups);
    assert_true(b.out->groups_complete);
    same_set("schemes", b.out->schemes, b.out->num_schemes, &b.sim.schemes);
    assert_true(b.out->schemes_complete);
    close_bench(&b);
}

/* With ECDSA alone a refused list of groups may lack the certificate's curve:
 * the rest is not known to be refused. */
static void ecdsa_keeps_a_doubt(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    saw(&b, 0x0303, 0xC02B);
    b.sim.suites[CM_VERSION_TLS1_3].num = 0;
    SIM_SERVE(&b.sim, CM_VERSION_TLS1_2, 0xC02B, 0xC02C);
    b.sim.groups = SIM_LIST(0x0017);
    run(&b);
    expect_exact(&b);
    assert_int_equal(b.out->num_groups, 1);
    assert_false(b.out->groups_complete);
    assert_int_equal(cm_inventory_group(b.out, 0x0018), CM_NOT_KNOWN);
    close_bench(&b);
}

static void a_server_with_one_curve_whatever_is_asked(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    saw(&b, 0x0303, 0xC02F);
    b.sim.suites[CM_VERSION_TLS1_3].num = 0;
    b.sim.groups = SIM_LIST(0x0017);
    b.sim.ignores_groups = true;
    run(&b);
    assert_int_equal(b.out->num_groups, 1);
    assert_true(b.out->groups_complete);
    close_bench(&b);
}

/* A server that sends its ServerHello before it looks at the schemes: nothing
 * can be learnt but what the scan saw and TLS 1.2 tells. */
static void schemes_decided_out_of_sight(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    b.sim.signs_late = true;
    b.sim.suites[CM_VERSION_TLS1_2].num = 0;
    run(&b);
    assert_int_equal(b.out->num_schemes, 1);
    assert_int_equal(b.out->schemes[0], 0x0804);
    assert_false(b.out->schemes_complete);
    close_bench(&b);
}

static void long_lists_are_cut(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    saw(&b, 0x0303, 0xC02F);
    b.sim.suites[CM_VERSION_TLS1_3].num = 0;
    SIM_SERVE(&b.sim, CM_VERSION_TLS1_2, 0xC02F, 0x009C, 0x000A, 0x0005);
    b.sim.client_order = true;
    b.sim.max_offered = 64;
    run(&b);
    expect_exact(&b);
    assert_true(b.sim.longest > 64);
    close_bench(&b);
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

            open_bench(&b);
            b.sim.patience = patience;
            b.sim.tired = ways[i];
            run(&b);
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
            close_bench(&b);
        }
    }
}

static void the_budget_is_kept(void **state)
{
    (void)state;
    for (unsigned budget = 0; budget < 60; budget++) {
        struct bench b;

        open_bench(&b);
        run_with(&b, budget, NAME);
        for (int v = 0; v < CM_VERSION_COUNT; v++) {
            const struct cm_version_inventory *of = &b.out->versions[v];

            assert_int_not_equal(of->served,
                                 b.sim.suites[v].num > 0 ? CM_NO : CM_YES);
        }
        assert_true(!b.out->groups_complete ||
                    b.out->num_groups == b.sim.groups.num);
        close_bench(&b);
    }
}

/* Something on the way drops hellos of SSLv2: that one version is not known. */
static void a_dropped_hello_is_no_answer(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    b.sim.drops_sslv2 = true;
    run(&b);
    assert_int_equal(b.out->versions[CM_VERSION_SSL2].served, CM_NOT_KNOWN);
    assert_false(b.out->versions[CM_VERSION_SSL2].complete);
    assert_int_equal(b.out->versions[CM_VERSION_SSL3].served, CM_NO);
    assert_true(b.out->groups_complete);
    close_bench(&b);
}

/* Nothing is known to work and nothing answers: one question, no more. */
static void a_server_that_never_spoke(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    b.ev->probes[0].server_hello = false;
    b.ev->probes[0].end = CM_END_CLOSED;
    memset(b.sim.suites, 0, sizeof(b.sim.suites));
    b.sim.refusal = SIM_CLOSE;
    run(&b);
    assert_int_equal(b.sim.asked, 1);
    for (int v = 0; v < CM_VERSION_COUNT; v++) {
        assert_int_equal(b.out->versions[v].served, CM_NOT_KNOWN);
    }
    close_bench(&b);
}

/* A small generator, the same everywhere. */
static unsigned draw(uint32_t *seed, unsigned below)
{
    *seed = *seed * 1664525U + 1013904223U;
    return (*seed >> 8) % below;
}

static void draw_list(uint32_t *seed, struct sim_list *out,
                      struct cm_numbers from, unsigned one_in)
{
    out->num = 0;
    for (size_t i = 0; i < from.num && out->num < 60; i++) {
        if (draw(seed, one_in) == 0) {
            size_t at = draw(seed, (unsigned)out->num + 1);

            memmove(&out->n[at + 1], &out->n[at],
                    (out->num - at) * sizeof(out->n[0]));
            out->n[at] = from.numbers[i];
            out->num++;
        }
    }
}

static void draw_server(uint32_t *seed, struct bench *b)
{
    static const unsigned primes[] = {512, 768, 1024, 2048, 3072, 4096};
    int newest = -1;

    for (int v = CM_VERSION_SSL3; v < CM_VERSION_COUNT; v++) {
        b->sim.suites[v].num = 0;
        if (draw(seed, 2) == 0) {
            draw_list(
                seed, &b->sim.suites[v],
                cm_hello_suites(cm_version_number((enum cm_version_index)v)),
                v == CM_VERSION_TLS1_3 ? 2 : 20);
        }
        newest = b->sim.suites[v].num > 0 ? v : newest;
    }
    draw_list(seed, &b->sim.groups, cm_hello_all_groups(), 4);
    if (!has(b->sim.groups.n, b->sim.groups.num, 0x001D)) {
        b->sim.groups.n[b->sim.groups.num++] = 0x001D;
    }
    b->sim.schemes = SIM_LIST(0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0201);
    b->sim.client_order = draw(seed, 2) == 0;
    b->sim.dh_bits = primes[draw(seed, 6)];
    b->sim.refusal = (enum sim_refusal)draw(seed, 3);
    if (newest >= 0) {
        saw(b, cm_version_number((enum cm_version_index)newest),
            b->sim.suites[newest].n[0]);
    }
}

static void any_server(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 300; seed++) {
        struct bench b;
        uint32_t drawn = seed;
        bool any = false;

        open_bench(&b);
        draw_server(&drawn, &b);
        for (int v = 0; v < CM_VERSION_COUNT; v++) {
            any = any || b.sim.suites[v].num > 0;
        }
        if (any) {
            run_with(&b, 1500, NAME);
            expect_exact(&b);
            if (b.sim.suites[CM_VERSION_TLS1_3].num > 0) {
                same_set("groups", b.out->groups, b.out->num_groups,
                         &b.sim.groups);
            }
        }
        close_bench(&b);
    }
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
        cmocka_unit_test(a_server_that_never_spoke),
        cmocka_unit_test(any_server),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
