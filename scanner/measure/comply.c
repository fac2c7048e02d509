/* Holding an endpoint against a policy, in three values: yes, no, and not
 * known (Kleene). A rule passes only when that is certain, and fails only when
 * that is.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure/compare.h"

struct verdicts {
    enum cm_known of[CM_RULE_MAX_NODES];
};

static enum cm_known not_of(enum cm_known a)
{
    return a == CM_NOT_KNOWN ? CM_NOT_KNOWN : a == CM_YES ? CM_NO : CM_YES;
}

static enum cm_known and_of(enum cm_known a, enum cm_known b)
{
    if (a == CM_NO || b == CM_NO) {
        return CM_NO;
    }
    return a == CM_YES && b == CM_YES ? CM_YES : CM_NOT_KNOWN;
}

static enum cm_known or_of(enum cm_known a, enum cm_known b)
{
    return not_of(and_of(not_of(a), not_of(b)));
}

/* Operands come first: one walk will do. */
static enum cm_known evaluate(const struct cm_predicate *predicate,
                              const struct cm_comply_case *what,
                              struct verdicts *out, bool *no_memory)
{
    enum cm_known last = CM_YES;

    for (size_t i = 0; i < predicate->num_nodes; i++) {
        const struct cm_rule_node *node = &predicate->nodes[i];

        switch ((int)node->op) {
        case CM_RULE_AND:
            last = and_of(out->of[node->left], out->of[node->right]);
            break;
        case CM_RULE_OR:
            last = or_of(out->of[node->left], out->of[node->right]);
            break;
        case CM_RULE_NOT:
            last = not_of(out->of[node->left]);
            break;
        default:
            last = cm_compare(predicate, node, what, NULL, no_memory);
            break;
        }
        out->of[i] = last;
    }
    return last;
}

/* Writes down what decided a predicate: from its top down to the comparisons
 * that made it what it is. */
static void explain(const struct cm_predicate *predicate,
                    const struct cm_comply_case *what,
                    const struct verdicts *verdicts, struct cm_buf *why,
                    bool *no_memory)
{
    uint16_t stack[CM_RULE_MAX_NODES];
    size_t depth = 0;

    if (predicate->num_nodes == 0) {
        return;
    }
    stack[depth++] = (uint16_t)(predicate->num_nodes - 1);
    while (depth > 0) {
        const struct cm_rule_node *node = &predicate->nodes[stack[--depth]];
        enum cm_known verdict = verdicts->of[stack[depth]];

        if (node->op == CM_RULE_NOT) {
            stack[depth++] = node->left;
        } else if (node->op == CM_RULE_AND || node->op == CM_RULE_OR) {
            /* The right one first: it comes out last. */
            if (verdicts->of[node->right] == verdict) {
                stack[depth++] = node->right;
            }
            if (verdicts->of[node->left] == verdict) {
                stack[depth++] = node->left;
            }
        } else {
            (void)cm_compare(predicate, node, what, why, no_memory);
        }
    }
}

static enum cm_status add_result(struct cm_pack_result *out,
                                 const struct cm_rule *rule,
                                 enum cm_outcome outcome, struct cm_buf *why)
{
    struct cm_rule_result *grown =
        reallocarray(out->rules, out->num_rules + 1, sizeof(*grown));
    char *text;

    if (grown == NULL) {
        return CM_ENOMEM;
    }
    out->rules = grown;
    text = why->len == 0 && !why->failed ? strdup("") : cm_buf_take(why);
    if (text == NULL) {
        return CM_ENOMEM;
    }
    out->rules[out->num_rules++] = (struct cm_rule_result){
        .rule = rule->id,
        .outcome = outcome,
        .warning = rule->kind == CM_RULE_WARN,
        .why = text,
    };
    return CM_OK;
}

static enum cm_status hold_against(struct cm_pack_result *out,
                                   const struct cm_rule *rule,
                                   const struct cm_comply_case *what)
{
    struct verdicts applies_of;
    struct verdicts holds_of;
    bool no_memory = false;
    enum cm_known applies =
        evaluate(&rule->applies, what, &applies_of, &no_memory);
    enum cm_known holds = evaluate(&rule->holds, what, &holds_of, &no_memory);
    enum cm_known fine = or_of(
        not_of(applies), rule->kind == CM_RULE_REQUIRE ? holds : not_of(holds));
    struct cm_buf why;
    enum cm_status status = CM_OK;

    if (no_memory) {
        return CM_ENOMEM;
    }
    if (fine == CM_YES) {
        return CM_OK;
    }
    cm_buf_init(&why, CM_WHY_MAX);
    if (applies == CM_NOT_KNOWN) {
        explain(&rule->applies, what, &applies_of, &why, &no_memory);
    }
    if (fine == CM_NO || holds == CM_NOT_KNOWN) {
        explain(&rule->holds, what, &holds_of, &why, &no_memory);
    }
    status = no_memory ? CM_ENOMEM
                       : add_result(out, rule,
                                    fine == CM_NO ? CM_OUTCOME_FAIL
                                                  : CM_OUTCOME_UNKNOWN,
                                    &why);
    cm_buf_cleanup(&why);
    return status;
}

enum cm_status cm_comply(struct cm_pack_result *out, const struct cm_pack *pack,
                         const struct cm_comply_case *what)
{
    enum cm_status status = CM_OK;
    bool unknown = false;
    bool failed = false;

    out->rules = NULL;
    out->num_rules = 0;
    for (size_t i = 0; i < pack->num_rules && status == CM_OK; i++) {
        if (pack->rules[i].kind != CM_RULE_INFO) {
            status = hold_against(out, &pack->rules[i], what);
        }
    }
    for (size_t i = 0; i < out->num_rules; i++) {
        const struct cm_rule_result *rule = &out->rules[i];

        failed = failed || (!rule->warning && rule->outcome == CM_OUTCOME_FAIL);
        unknown =
            unknown || (!rule->warning && rule->outcome == CM_OUTCOME_UNKNOWN);
    }
    out->outcome = failed    ? CM_OUTCOME_FAIL
                   : unknown ? CM_OUTCOME_UNKNOWN
                             : CM_OUTCOME_PASS;
    return status;
}

static bool speaks_of(const struct cm_predicate *predicate, const char *column)
{
    for (size_t i = 0; i < predicate->num_nodes; i++) {
        const struct cm_rule_node *node = &predicate->nodes[i];

        if (node->op >= CM_RULE_IS && node->fact == CM_FACT_ROW &&
            (column == NULL || cm_fact_is_column(column, node->column))) {
            return true;
        }
    }
    return false;
}

bool cm_pack_wants_column(const struct cm_pack *pack, const char *column)
{
    for (size_t i = 0; i < pack->num_rules; i++) {
        if (speaks_of(&pack->rules[i].applies, column) ||
            speaks_of(&pack->rules[i].holds, column)) {
            return true;
        }
    }
    return false;
}
