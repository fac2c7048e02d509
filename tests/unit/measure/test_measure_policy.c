/* The policies that come with the program, rule by rule.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy_cases.h"

#include <string.h>

#include "measure/builtin.h"

/* Found out by nobody: an inventory is there, or it is not. */
static bool cannot_fail(const char *rule)
{
    return strcmp(rule, "PCI-5") == 0;
}

static void check(const struct policy_case *c, const struct cm_pack *pack,
                  const struct world_spec *spec, enum cm_outcome expected)
{
    struct world w;
    char why[2048];
    enum cm_outcome got;

    world_open(&w, spec);
    got = world_outcome(&w, pack, c->rule, why);
    world_close(&w);
    if (got != expected) {
        fail_msg("%s of %s (case %zu): %s where it should %s: %s", c->rule,
                 c->policy, (size_t)(c - policy_cases), cm_outcome_id(got),
                 cm_outcome_id(expected), why);
    }
}

static void every_case_comes_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_policy_cases; i++) {
        const struct policy_case *c = &policy_cases[i];
        struct cm_pack *pack = world_policy(c->policy);

        check(c, pack, &c->good, CM_OUTCOME_PASS);
        check(c, pack, &c->bad, CM_OUTCOME_FAIL);
        cm_pack_free(pack);
    }
}

static bool has_case(const char *policy, const char *rule)
{
    for (size_t i = 0; i < num_policy_cases; i++) {
        if (strcmp(policy_cases[i].policy, policy) == 0 &&
            strcmp(policy_cases[i].rule, rule) == 0) {
            return true;
        }
    }
    return false;
}

static void every_rule_has_a_case(void **state)
{
    (void)state;
    for (const struct cm_builtin *b = cm_builtin_policies(); b->name != NULL;
         b++) {
        struct cm_span text = {(const uint8_t *)b->text, strlen(b->text)};
        struct cm_pack *pack = NULL;
        struct cm_error err;

        if (cm_pack_load(&pack, text, b->name, &err) != CM_OK) {
            fail_msg("%s", err.text);
        }
        for (size_t i = 0; i < cm_pack_num_rules(pack); i++) {
            struct cm_pack_rule_info rule;

            cm_pack_rule(pack, i, &rule);
            if (strcmp(rule.kind, "info") != 0 && !cannot_fail(rule.id) &&
                !has_case(cm_pack_name(pack), rule.id)) {
                fail_msg("%s of %s is not tested", rule.id, cm_pack_name(pack));
            }
        }
        cm_pack_free(pack);
    }
}

/* An endpoint that was never reached neither passes nor fails. */
static void nothing_measured_is_unknown(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_policy_cases; i++) {
        const struct policy_case *c = &policy_cases[i];
        struct cm_pack *pack = world_policy(c->policy);
        struct world w;
        char why[2048];
        enum cm_outcome got;

        world_open_empty(&w);
        got = world_outcome(&w, pack, c->rule, why);
        if (got != (c->always_known ? CM_OUTCOME_PASS : CM_OUTCOME_UNKNOWN)) {
            fail_msg("%s of %s: %s", c->rule, c->policy, cm_outcome_id(got));
        }
        assert_true(c->always_known || strstr(why, "not ") != NULL);
        world_close(&w);
        cm_pack_free(pack);
    }
}

/* An ordinary scan sees one version, one suite, and the certificate. */
static void an_ordinary_scan_knows_less(void **state)
{
    static const struct {
        const char *policy;
        const char *rule;
        struct world_spec spec;
        enum cm_outcome expected;
        const char *why;
    } cases[] = {
        {"mozilla-intermediate",
         "MOZ-I1",
         {.not_inventoried = true},
         CM_OUTCOME_UNKNOWN,
         "not measured: protocol versions served (scan with --inventory)"},
        {"mozilla-intermediate",
         "MOZ-I1",
         {.not_inventoried = true, .versions = "TLSv1"},
         CM_OUTCOME_FAIL,
         "protocol versions served: TLSv1"},
        {"mozilla-intermediate",
         "MOZ-I4",
         {.not_inventoried = true, .days = 400},
         CM_OUTCOME_FAIL,
         "days that the certificate is valid for: 400"},
        {"mozilla-intermediate",
         "MOZ-I4",
         {.not_inventoried = true},
         CM_OUTCOME_PASS,
         ""},
        {"pci-dss",
         "PCI-5",
         {.not_inventoried = true},
         CM_OUTCOME_UNKNOWN,
         "--inventory"},
        {"pci-dss", "PCI-5", {.days = 90}, CM_OUTCOME_PASS, ""},
        {"pci-dss",
         "PCI-4",
         {.days = 90},
         CM_OUTCOME_UNKNOWN,
         "no column \"owner\""},
        {"dataverse", "DV-1", {.not_inventoried = true}, CM_OUTCOME_PASS, ""},
        {"pq-readiness",
         "PQ-1",
         {.not_inventoried = true},
         CM_OUTCOME_UNKNOWN,
         "groups of the key exchange"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct cm_pack *pack = world_policy(cases[i].policy);
        struct world w;
        char why[2048];

        world_open(&w, &cases[i].spec);
        assert_int_equal(world_outcome(&w, pack, cases[i].rule, why),
                         cases[i].expected);
        if (strstr(why, cases[i].why) == NULL) {
            fail_msg("\"%s\" is not in \"%s\"", cases[i].why, why);
        }
        world_close(&w);
        cm_pack_free(pack);
    }
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
        cmocka_unit_test(every_case_comes_out),
        cmocka_unit_test(every_rule_has_a_case),
        cmocka_unit_test(nothing_measured_is_unknown),
        cmocka_unit_test(an_ordinary_scan_knows_less),
    };

    return cmocka_run_group_tests(tests, NULL, clean_up);
}
