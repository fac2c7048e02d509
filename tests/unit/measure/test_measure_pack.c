/* Policy files, read or refused; what an endpoint that fails gets as findings.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/jsoncheck.h"

#define HEAD                                                                   \
    "# Our own.\n[policy]\nid = ours\ntitle = Our rules\nversion = 3\n"        \
    "source = the security team\nconfidence = high\n"
#define RULE "[A-1]\nkind = forbid\npredicate = compression\ntext = Off.\n"

static enum cm_status load(struct cm_pack **out, const char *text,
                           struct cm_error *err)
{
    struct cm_span bytes = {(const uint8_t *)text, strlen(text)};

    return cm_pack_load(out, bytes, "ours.ini", err);
}

static void an_own_policy_is_read(void **state)
{
    static const char text[] =
        HEAD RULE "\n[B-2]\nkind = warn\nwhen = versions\n    contains "
                  "TLSv1.2\npredicate = not\n    stapling\ntext = A \"staple\" "
                  "is\n    sent.\nsource = a book\nconfidence = low\ncause = "
                  "must_staple_missing\n[C]\nkind = info\ntext = Be good.\n";
    struct cm_measure_facts facts;
    struct cm_pack_rule_info rule;
    struct cm_pack *pack = NULL;
    struct cm_error err;
    size_t bad_at = 0;

    (void)state;
    assert_int_equal(load(&pack, text, &err), CM_OK);
    cm_pack_facts(pack, &facts);
    assert_string_equal(facts.kind, "policy");
    assert_string_equal(facts.name, "ours");
    assert_string_equal(facts.title, "Our rules");
    assert_string_equal(facts.source, "the security team, 3");
    assert_string_equal(facts.confidence, "high");
    assert_int_equal(strlen(facts.sha256), 64);
    assert_true(json_is_valid(facts.rules, strlen(facts.rules), &bad_at));
    assert_int_equal(json_count(facts.rules, ""), 3);
    assert_non_null(strstr(facts.rules, "\"warning\":true"));
    assert_non_null(strstr(facts.rules, "A \\\"staple\\\" is sent."));
    assert_int_equal(cm_pack_num_rules(pack), 3);
    cm_pack_rule(pack, 0, &rule);
    assert_string_equal(rule.id, "A-1");
    assert_string_equal(rule.source, "the security team");
    assert_string_equal(rule.confidence, "high");
    assert_int_equal(rule.resolution, CM_RESOLUTION_ALIGN_CIPHERS);
    cm_pack_rule(pack, 1, &rule);
    assert_string_equal(rule.kind, "warn");
    assert_string_equal(rule.when, "versions contains TLSv1.2");
    assert_string_equal(rule.predicate, "not stapling");
    assert_string_equal(rule.source, "a book");
    assert_int_equal(rule.resolution, CM_RESOLUTION_FIX_STAPLE);
    cm_pack_free(pack);
}

static void mistakes_are_named_by_line(void **state)
{
    static const char *const cases[][2] = {
        {"", "no [policy]"},
        {HEAD, "has no rules"},
        {RULE, "line 2: [policy] comes first and has no \"id\""},
        {"[policy]\nid = Ours\n", "line 2: \"Ours\" is no name"},
        {"[policy]\nid = a\nid = b\n", "line 3: [policy] has \"id\" twice"},
        {"[policy]\nname = a\n", "line 2: [policy] has no \"name\""},
        {"[policy]\nid = a\n" RULE, "has no \"title\" yet"},
        {"[policy]\nconfidence = sure\n", "take high, medium or low"},
        {HEAD RULE RULE, "[A-1] has \"predicate\" twice"},
        {HEAD RULE "[B]\nkind = info\ntext = x\n" RULE,
         "line 16: [A-1] stands there twice"},
        {HEAD RULE "[policy]\nid = x\n", "[policy] comes first, and once"},
        {HEAD "[A-1]\ntext = x\n", "line 9: [A-1] has no \"kind\""},
        {HEAD "[A-1]\nkind = forbid\npredicate = compression\n",
         "[A-1] has no \"text\""},
        {HEAD "[A-1]\nkind = forbid\ntext = x\n", "has no \"predicate\""},
        {HEAD "[A-1]\nkind = info\npredicate = compression\ntext = x\n",
         "which has no predicate"},
        {HEAD "[A-1]\nkind = must\n", "\"must\" is no kind of rule"},
        {HEAD "[A-1]\nkind = forbid\npredicate = compresion\n",
         "ours.ini, line 10: [A-1] predicate: \"compresion\" is no fact, did "
         "you mean \"compression\"?"},
        {HEAD "[A-1]\nwhen = (\n", "[A-1] when: there is the end"},
        {HEAD "[A-1]\ncause = bad_luck\n", "\"bad_luck\" is no cause"},
        {HEAD "[A-1]\nresolution = pray\n", "\"pray\" is no resolution"},
        {HEAD "[A-1]\ncause = sct_missing\nresolution = rescan\n",
         "names a cause or a resolution already"},
        {HEAD "[A-1]\nlevel = 3\n", "a rule has no \"level\""},
        {HEAD "[A 1]\nkind = info\n", "\"A 1\" is no name for a rule"},
        {HEAD "[A-1]\ntext =\n", "\"text\" of [A-1] is empty"},
        {HEAD "nonsense\n", "line 8"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct cm_error err = {.status = CM_OK};
        struct cm_pack *pack = NULL;

        if (load(&pack, cases[i][0], &err) != CM_EINPUT ||
            strstr(err.text, cases[i][1]) == NULL) {
            fail_msg("%s\n-> %s", cases[i][0], err.text);
        }
        assert_null(pack);
    }
}

static void rules_have_a_limit(void **state)
{
    char *text = calloc(1, 65536);
    struct cm_error err;
    struct cm_pack *pack = NULL;
    size_t len;

    (void)state;
    assert_non_null(text);
    (void)snprintf(text, 65536, "%s", HEAD);
    for (int i = 0; i <= CM_PACK_MAX_RULES; i++) {
        assert_null(pack);
        len = strlen(text);
        (void)snprintf(text + len, 65536 - len,
                       "[R-%d]\nkind = info\ntext = x\n", i);
    }
    assert_int_equal(load(&pack, text, &err), CM_EINPUT);
    assert_non_null(strstr(err.text, "at most 128 rules"));
    free(text);
}

/* Holds the endpoint against two policies. */
static void comply(struct world *w, struct cm_pack *const packs[2],
                   struct cm_measured *measured)
{
    measured->num_packs = 2;
    measured->packs = calloc(2, sizeof(*measured->packs));
    assert_non_null(measured->packs);
    for (uint16_t i = 0; i < 2; i++) {
        measured->packs[i].pack = i;
        assert_int_equal(cm_comply(&measured->packs[i], packs[i], &w->what),
                         CM_OK);
    }
}

static void failed_rules_become_findings(void **state)
{
    struct world_spec spec = {
        .versions = "TLSv1 TLSv1.2",
        .no_staple = true,
        .days = 400,
        .causes = "leaf_expired chain_unneeded_root",
    };
    struct cm_pack *packs[2] = {world_policy("bcp-195"),
                                world_policy("mozilla-intermediate")};
    struct cm_measured measured = {.num_packs = 0};
    struct world w;

    (void)state;
    world_open(&w, &spec);
    comply(&w, packs, &measured);
    assert_int_equal(measured.packs[0].outcome, CM_OUTCOME_FAIL);
    assert_int_equal(measured.packs[1].outcome, CM_OUTCOME_FAIL);
    assert_int_equal(cm_comply_findings(&w.judgement, packs, &measured), CM_OK);
    /* BCP-1; MOZ-I1, MOZ-I4; no warnings, and chain_unneeded_root of rank 84
     * stays before them. */
    assert_int_equal(w.judgement.num_findings, 5);
    assert_int_equal(w.judgement.primary, 0);
    assert_int_equal(w.judgement.findings[0].cause, CM_CAUSE_LEAF_EXPIRED);
    assert_int_equal(w.judgement.findings[1].cause,
                     CM_CAUSE_CHAIN_UNNEEDED_ROOT);
    for (size_t i = 2; i < 5; i++) {
        const struct cm_finding *f = &w.judgement.findings[i];

        assert_int_equal(f->cause, CM_CAUSE_POLICY_VIOLATION);
        assert_int_equal(f->severity, CM_SEVERITY_HYGIENE);
        assert_false(f->blocks);
    }
    assert_string_equal(w.judgement.findings[2].subject_key,
                        "policy bcp-195 BCP-1");
    assert_string_equal(w.judgement.findings[2].subject,
                        "rule BCP-1 of the policy bcp-195");
    assert_int_equal(w.judgement.findings[2].resolution,
                     CM_RESOLUTION_DISABLE_LEGACY_TLS);
    assert_non_null(strstr(w.judgement.findings[2].proof,
                           "protocol versions served: TLSv1"));
    assert_non_null(strstr(w.judgement.findings[4].proof, "MOZ-I4"));
    cm_measured_cleanup(&measured);
    world_close(&w);
    cm_pack_free(packs[0]);
    cm_pack_free(packs[1]);
}

/* Nothing else is wrong: then nothing is the primary finding. */
static void a_violation_is_never_primary(void **state)
{
    struct world_spec spec = {.versions = "TLSv1 TLSv1.2"};
    struct cm_pack *packs[2] = {world_policy("bcp-195"),
                                world_policy("pci-dss")};
    struct cm_measured measured = {.num_packs = 0};
    struct world w;

    (void)state;
    world_open(&w, &spec);
    comply(&w, packs, &measured);
    assert_int_equal(cm_comply_findings(&w.judgement, packs, &measured), CM_OK);
    assert_int_equal(w.judgement.num_findings, 2);
    assert_int_equal(w.judgement.primary, -1);
    assert_int_equal(w.judgement.verdict, CM_VERDICT_TRUSTED);
    cm_measured_cleanup(&measured);
    world_close(&w);
    cm_pack_free(packs[0]);
    cm_pack_free(packs[1]);
}

static void outcomes_add_up(void **state)
{
    static const struct {
        const char *policy;
        struct world_spec spec;
        enum cm_outcome expected;
    } cases[] = {
        {"bcp-195", {.days = 90}, CM_OUTCOME_PASS},
        /* Without TLS 1.3 it is warned, no more. */
        {"bcp-195", {.versions = "TLSv1.2"}, CM_OUTCOME_PASS},
        {"bcp-195", {.compression = true}, CM_OUTCOME_FAIL},
        {"bcp-195", {.not_inventoried = true}, CM_OUTCOME_UNKNOWN},
        {"bcp-195",
         {.not_inventoried = true, .versions = "TLSv1"},
         CM_OUTCOME_FAIL},
        {"cabf-br", {.days = 3000}, CM_OUTCOME_PASS}, /* a private CA's */
        {"pci-dss", {.owner = "Web team"}, CM_OUTCOME_PASS},
        {"pci-dss", {.days = 90}, CM_OUTCOME_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct cm_pack *pack = world_policy(cases[i].policy);
        struct cm_measured measured = {.num_packs = 1};
        struct world w;

        world_open(&w, &cases[i].spec);
        measured.packs = calloc(1, sizeof(*measured.packs));
        assert_non_null(measured.packs);
        assert_int_equal(cm_comply(measured.packs, pack, &w.what), CM_OK);
        if (measured.packs->outcome != cases[i].expected) {
            fail_msg("case %zu: %s", i, cm_outcome_id(measured.packs->outcome));
        }
        cm_measured_cleanup(&measured);
        world_close(&w);
        cm_pack_free(pack);
    }
}

/* What a certificate says is foreign: it must not act on a terminal. */
static void foreign_words_are_tamed(void **state)
{
    struct world_spec spec = {.leaf.subject = "a\033[31m\"b\n",
                              .leaf.names = "a\033]0;b.corp"};
    struct cm_pack *pack =
        world_rule("forbid", "", "leaf.cn or leaf.internal_sans");
    struct world w;
    char why[2048];

    (void)state;
    world_open(&w, &spec);
    assert_int_equal(world_outcome(&w, pack, "R-1", why), CM_OUTCOME_FAIL);
    assert_null(strchr(why, '\033'));
    assert_null(strchr(why, '\n'));
    assert_non_null(strstr(why, "common name of the certificate: a\\x1b"));
    world_close(&w);
    cm_pack_free(pack);
}

static void columns_that_rules_speak_of_are_known(void **state)
{
    struct cm_pack *pack =
        world_rule("require", "row.tier = gold", "row.cost_center or chain");

    (void)state;
    assert_true(cm_pack_wants_column(pack, "Tier"));
    assert_true(cm_pack_wants_column(pack, "Cost Center"));
    assert_true(cm_pack_wants_column(pack, "cost_center"));
    assert_false(cm_pack_wants_column(pack, "owner"));
    assert_false(cm_pack_wants_column(pack, "cost"));
    assert_false(cm_pack_wants_column(pack, "cost center 2"));
    cm_pack_free(pack);
}

static int clean_up(void **state)
{
    (void)state;
    forge_cleanup();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_own_policy_is_read),
        cmocka_unit_test(mistakes_are_named_by_line),
        cmocka_unit_test(rules_have_a_limit),
        cmocka_unit_test(failed_rules_become_findings),
        cmocka_unit_test(a_violation_is_never_primary),
        cmocka_unit_test(outcomes_add_up),
        cmocka_unit_test(foreign_words_are_tamed),
        cmocka_unit_test(columns_that_rules_speak_of_are_known),
    };

    return cmocka_run_group_tests(tests, NULL, clean_up);
}
