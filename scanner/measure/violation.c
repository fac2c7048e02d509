/* Rules that failed, as findings: beside what is wrong with the endpoint, never
 * instead of it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "measure/facts.h"

#define MAX_PROOF 2000U
#define MAX_KEY 512U

static const struct cm_rule *find_rule(const struct cm_pack *pack,
                                       const char *id)
{
    for (size_t i = 0; i < pack->num_rules; i++) {
        if (strcmp(pack->rules[i].id, id) == 0) {
            return &pack->rules[i];
        }
    }
    return NULL;
}

static bool is_violation(const struct cm_rule_result *result)
{
    return result->outcome == CM_OUTCOME_FAIL && !result->warning;
}

static size_t count(const struct cm_measured *measured)
{
    size_t num = 0;

    for (size_t i = 0; i < measured->num_packs; i++) {
        for (size_t k = 0; k < measured->packs[i].num_rules; k++) {
            num += is_violation(&measured->packs[i].rules[k]) ? 1 : 0;
        }
    }
    return num;
}

static char *written(struct cm_buf *buf)
{
    char *text = cm_buf_take(buf);

    cm_buf_cleanup(buf);
    return text;
}

/* One rule is one piece of work, for however many endpoints. */
static bool write_finding(struct cm_finding *out, const struct cm_pack *pack,
                          const struct cm_rule *rule, const char *why)
{
    struct cm_buf proof;
    struct cm_buf key;
    struct cm_buf subject;

    *out = (struct cm_finding){
        .cause = CM_CAUSE_POLICY_VIOLATION,
        .severity = cm_cause_info(CM_CAUSE_POLICY_VIOLATION)->severity,
        .confidence = CM_CERTAIN,
        .resolution = rule->resolution,
        .rule = "",
        .position = -1,
    };
    cm_buf_init(&proof, MAX_PROOF);
    cm_buf_init(&key, MAX_KEY);
    cm_buf_init(&subject, MAX_KEY);
    (void)cm_buf_printf(&proof, "%s of the policy %s (%.200s): %.500s; %s",
                        rule->id, pack->name, pack->title, rule->text, why);
    (void)cm_buf_printf(&key, "policy %s %s", pack->name, rule->id);
    (void)cm_buf_printf(&subject, "rule %s of the policy %s", rule->id,
                        pack->name);
    out->proof = written(&proof);
    out->subject_key = written(&key);
    out->subject = written(&subject);
    return out->proof != NULL && out->subject_key != NULL &&
           out->subject != NULL;
}

static void discard(struct cm_finding *findings, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        free(findings[i].proof);
        free(findings[i].subject_key);
        free(findings[i].subject);
    }
    free(findings);
}

/* After what makes the verdict, by rank; never the first one when that is the
 * primary one. */
static size_t place_for(const struct cm_judgement *judgement)
{
    int rank = cm_cause_info(CM_CAUSE_POLICY_VIOLATION)->rank;
    size_t first = judgement->primary < 0 ? 0 : (size_t)judgement->primary + 1;
    size_t place = judgement->num_findings;

    while (place > first && !judgement->findings[place - 1].blocks &&
           cm_cause_info(judgement->findings[place - 1].cause)->rank > rank) {
        place--;
    }
    return place;
}

static enum cm_status insert(struct cm_judgement *judgement,
                             const struct cm_finding *added, size_t num)
{
    size_t place = place_for(judgement);
    struct cm_finding *grown = reallocarray(
        judgement->findings, judgement->num_findings + num, sizeof(*grown));

    if (grown == NULL) {
        return CM_ENOMEM;
    }
    memmove(grown + place + num, grown + place,
            (judgement->num_findings - place) * sizeof(*grown));
    memcpy(grown + place, added, num * sizeof(*grown));
    judgement->findings = grown;
    judgement->num_findings += num;
    return CM_OK;
}

enum cm_status cm_comply_findings(struct cm_judgement *judgement,
                                  struct cm_pack *const *packs,
                                  const struct cm_measured *measured)
{
    size_t num = count(measured);
    struct cm_finding *added;
    enum cm_status status = CM_OK;
    size_t done = 0;

    if (num == 0) {
        return CM_OK;
    }
    added = calloc(num, sizeof(*added));
    if (added == NULL) {
        return CM_ENOMEM;
    }
    for (size_t i = 0; i < measured->num_packs && status == CM_OK; i++) {
        const struct cm_pack_result *of = &measured->packs[i];
        const struct cm_pack *pack = packs[of->pack];

        for (size_t k = 0; k < of->num_rules && status == CM_OK; k++) {
            const struct cm_rule *rule = find_rule(pack, of->rules[k].rule);

            if (rule != NULL && is_violation(&of->rules[k]) &&
                !write_finding(&added[done++], pack, rule, of->rules[k].why)) {
                status = CM_ENOMEM;
            }
        }
    }
    status = status == CM_OK ? insert(judgement, added, done) : status;
    if (status != CM_OK) {
        discard(added, done);
        return status;
    }
    free(added);
    return CM_OK;
}
