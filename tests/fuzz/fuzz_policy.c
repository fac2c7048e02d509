/* Policy files: whatever they hold is read or refused with a line number, and
 * what was read can be held against an endpoint and explained.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "certmuster/inventory.h"
#include "measure/pack.h"

static void check_rules(const struct cm_pack *pack)
{
    struct cm_measure_facts facts;

    cm_assert(cm_pack_num_rules(pack) > 0);
    for (size_t i = 0; i < cm_pack_num_rules(pack); i++) {
        struct cm_pack_rule_info rule;

        cm_pack_rule(pack, i, &rule);
        cm_assert(rule.id[0] != '\0' && rule.text[0] != '\0');
        cm_assert(strlen(rule.id) < CM_MEASURE_NAME_SIZE);
        cm_assert((rule.predicate[0] == '\0') ==
                  (strcmp(rule.kind, "info") == 0));
    }
    cm_pack_facts(pack, &facts);
    cm_assert(strlen(facts.sha256) == 64 && facts.rules[0] == '[');
}

/* The outcome is what its rules say. */
static void check_outcome(const struct cm_pack_result *result)
{
    bool failed = false;
    bool unknown = false;

    for (size_t i = 0; i < result->num_rules; i++) {
        const struct cm_rule_result *rule = &result->rules[i];

        cm_assert(rule->outcome != CM_OUTCOME_PASS && rule->why != NULL);
        failed = failed || (!rule->warning && rule->outcome == CM_OUTCOME_FAIL);
        unknown =
            unknown || (!rule->warning && rule->outcome == CM_OUTCOME_UNKNOWN);
    }
    cm_assert((result->outcome == CM_OUTCOME_FAIL) == failed);
    cm_assert((result->outcome == CM_OUTCOME_UNKNOWN) == (unknown && !failed));
}

static void hold(struct cm_pack *pack, const struct cm_comply_case *what)
{
    struct cm_pack_result result = {.pack = 0};
    struct cm_measured measured = {.packs = &result, .num_packs = 1};
    struct cm_judgement judgement = {.primary = -1};

    cm_assert(cm_comply(&result, pack, what) == CM_OK);
    check_outcome(&result);
    cm_assert(cm_comply_findings(&judgement, &pack, &measured) == CM_OK);
    cm_assert(judgement.primary == -1);
    cm_judgement_cleanup(&judgement);
    for (size_t i = 0; i < result.num_rules; i++) {
        free(result.rules[i].why);
    }
    free(result.rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cm_error err = {.status = CM_OK};
    struct cm_span text = {data, size};
    struct cm_pack *pack = NULL;
    struct cm_endpoint ep = {.host = "a.example", .port = 443};
    struct cm_judgement judgement = {.primary = -1};
    struct cm_comply_case what = {.ep = &ep, .judgement = &judgement};

    if (cm_pack_load(&pack, text, "f", &err) != CM_OK) {
        cm_assert(err.status == CM_EINPUT && err.text[0] != '\0');
        return 0;
    }
    check_rules(pack);
    hold(pack, &what); /* nothing was measured */
    {
        struct cm_evidence *ev = cm_evidence_new();

        cm_assert(ev != NULL);
        ev->inventory = cm_inventory_new();
        cm_assert(ev->inventory != NULL);
        for (int i = 0; i < CM_VERSION_COUNT; i++) {
            ev->inventory->versions[i].served = i % 2 == 0 ? CM_NO : CM_YES;
        }
        ev->inventory->groups_complete = true;
        what.ev = ev;
        hold(pack, &what);
        cm_evidence_free(ev);
    }
    cm_pack_free(pack);
    return 0;
}
