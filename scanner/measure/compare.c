/* Comparing a fact with a policy's words, in three values, and saying what was
 * found.
 * SPDX-License-Identifier: Apache-2.0 */
#include "measure/compare.h"

#include <stdio.h>
#include <string.h>

#include "certmuster/text.h"
#include "judge/finding.h"

#define MAX_NAMED 12    /* members of a set that a text names */
#define MAX_SAID 80     /* bytes of one of them */
#define CLAUSE_MAX 600U /* bytes of one comparison's words */

struct comparison {
    const struct cm_predicate *predicate;
    const struct cm_rule_node *node;
    enum cm_fact_kind kind;
    struct cm_fact_value value;
};

static const struct cm_item *item_at(const struct comparison *c, size_t i)
{
    return &c->predicate->items[c->node->first_item + i];
}

static size_t num_members(const struct comparison *c)
{
    return c->kind == CM_KIND_WORDS ? c->value.num_words : c->value.num_numbers;
}

static bool member_is(const struct comparison *c, size_t member,
                      const struct cm_item *item)
{
    return c->kind == CM_KIND_WORDS
               ? cm_item_matches_text(item, c->value.words[member])
               : cm_item_matches_number(item, c->kind,
                                        c->value.numbers[member]);
}

/* Is the member one of the policy's list? */
static bool is_listed(const struct comparison *c, size_t member)
{
    for (size_t i = 0; i < c->node->num_items; i++) {
        if (member_is(c, member, item_at(c, i))) {
            return true;
        }
    }
    return false;
}

static bool version_listed(const struct comparison *c, int version)
{
    for (size_t i = 0; i < c->node->num_items; i++) {
        if (cm_item_matches_number(
                item_at(c, i), c->kind,
                cm_version_number((enum cm_version_index)version))) {
            return true;
        }
    }
    return false;
}

/* Of causes: those of a stage that was reached are found if they are there. */
static bool was_looked_for(const struct comparison *c,
                           const struct cm_item *item)
{
    enum cm_cause cause;

    return c->node->fact == CM_FACT_CAUSES &&
           cm_cause_from_id(item->text, &cause) &&
           (c->value.stages_done & (1U << cm_cause_info(cause)->stage)) != 0;
}

/* Has the set a member like this? */
static enum cm_known has(const struct comparison *c, const struct cm_item *item)
{
    bool maybe = !c->value.complete && !was_looked_for(c, item);

    for (size_t i = 0; i < num_members(c); i++) {
        if (member_is(c, i, item)) {
            return CM_YES;
        }
    }
    if (maybe && c->kind == CM_KIND_VERSIONS) {
        maybe = false;
        for (int i = 0; i < CM_VERSION_COUNT; i++) {
            uint16_t number = cm_version_number((enum cm_version_index)i);

            maybe = maybe || (!c->value.not_in[i] &&
                              cm_item_matches_number(item, c->kind, number));
        }
    }
    return maybe ? CM_NOT_KNOWN : CM_NO;
}

static enum cm_known is_subset(const struct comparison *c)
{
    bool maybe = !c->value.complete;

    for (size_t i = 0; i < num_members(c); i++) {
        if (!is_listed(c, i)) {
            return CM_NO;
        }
    }
    if (maybe && c->kind == CM_KIND_VERSIONS) {
        maybe = false;
        for (int i = 0; i < CM_VERSION_COUNT; i++) {
            maybe = maybe || (!c->value.not_in[i] && !version_listed(c, i));
        }
    }
    return maybe ? CM_NOT_KNOWN : CM_YES;
}

static enum cm_known is_superset(const struct comparison *c)
{
    enum cm_known all = CM_YES;

    for (size_t i = 0; i < c->node->num_items; i++) {
        enum cm_known one = has(c, item_at(c, i));

        if (one == CM_NO) {
            return CM_NO;
        }
        all = one == CM_NOT_KNOWN ? CM_NOT_KNOWN : all;
    }
    return all;
}

static enum cm_known intersects(const struct comparison *c)
{
    enum cm_known any = CM_NO;

    for (size_t i = 0; i < c->node->num_items; i++) {
        enum cm_known one = has(c, item_at(c, i));

        if (one == CM_YES) {
            return CM_YES;
        }
        any = one == CM_NOT_KNOWN ? CM_NOT_KNOWN : any;
    }
    return any;
}

static enum cm_known is_equal(const struct comparison *c)
{
    enum cm_known a = is_subset(c);
    enum cm_known b = a == CM_NO ? CM_NO : is_superset(c);

    return b == CM_YES ? a : b;
}

static enum cm_known is_not_empty(const struct comparison *c)
{
    if (num_members(c) > 0) {
        return CM_YES;
    }
    return c->value.complete ? CM_NO : CM_NOT_KNOWN;
}

static enum cm_known opposite(enum cm_known a)
{
    return a == CM_NOT_KNOWN ? a : a == CM_YES ? CM_NO : CM_YES;
}

static enum cm_known compare_set(const struct comparison *c)
{
    switch ((int)c->node->op) {
    case CM_RULE_SUBSET:
        return is_subset(c);
    case CM_RULE_SUPERSET:
        return is_superset(c);
    case CM_RULE_INTERSECTS:
        return intersects(c);
    case CM_RULE_EQUAL:
        return is_equal(c);
    case CM_RULE_DIFFERENT:
        return opposite(is_equal(c));
    default:
        return is_not_empty(c);
    }
}

static bool holds_for(enum cm_rule_op op, int64_t a, int64_t b)
{
    switch ((int)op) {
    case CM_RULE_EQUAL:
        return a == b;
    case CM_RULE_DIFFERENT:
        return a != b;
    case CM_RULE_LESS:
        return a < b;
    case CM_RULE_AT_MOST:
        return a <= b;
    case CM_RULE_MORE:
        return a > b;
    default:
        return a >= b;
    }
}

/* A number that may be less says something only of what is above it. */
static enum cm_known compare_number(const struct comparison *c)
{
    int64_t most = c->value.number;
    int64_t limit = c->node->number;
    enum cm_rule_op op = c->node->op;
    bool below = op == CM_RULE_LESS || op == CM_RULE_AT_MOST;
    bool decided;

    if (!c->value.known) {
        return CM_NOT_KNOWN;
    }
    decided = !c->value.at_most ||
              (below ? holds_for(op, most, limit) : most < limit) ||
              (op == CM_RULE_MORE && most == limit);
    if (!decided) {
        return CM_NOT_KNOWN;
    }
    return holds_for(op, most, limit) ? CM_YES : CM_NO;
}

static enum cm_known compare(const struct comparison *c)
{
    if (cm_kind_is_set(c->kind)) {
        return compare_set(c);
    }
    return c->kind == CM_KIND_FLAG ? c->value.yes : compare_number(c);
}

/* Which members a clause is about. */
enum about { ABOUT_ALL, ABOUT_LISTED, ABOUT_OTHERS };

/* Nobody needs more of it to know which one is meant. */
static void say_word(const char *word, struct cm_buf *out)
{
    (void)cm_buf_append(out, word, (size_t)cm_finding_clip(word, MAX_SAID));
}

static void say_member(const struct comparison *c, size_t i, struct cm_buf *out)
{
    const char *name;

    if (c->kind == CM_KIND_WORDS) {
        say_word(c->value.words[i], out);
        return;
    }
    name = cm_member_name(c->kind, c->value.numbers[i]);
    if (name != NULL) {
        (void)cm_buf_puts(out, name);
    } else {
        (void)cm_buf_printf(out, "0x%04X", c->value.numbers[i]);
    }
}

static size_t say_members(const struct comparison *c, enum about about,
                          struct cm_buf *out)
{
    size_t said = 0;
    size_t more = 0;

    for (size_t i = 0; i < num_members(c); i++) {
        if (about != ABOUT_ALL && is_listed(c, i) != (about == ABOUT_LISTED)) {
            continue;
        }
        if (said == MAX_NAMED) {
            more++;
            continue;
        }
        (void)cm_buf_puts(out, said++ > 0 ? ", " : "");
        say_member(c, i, out);
    }
    if (more > 0) {
        (void)cm_buf_printf(out, " and %zu more", more);
    }
    return said;
}

static void say_missing(const struct comparison *c, struct cm_buf *out)
{
    size_t said = 0;

    for (size_t i = 0; i < c->node->num_items && said < MAX_NAMED; i++) {
        if (has(c, item_at(c, i)) == CM_NO) {
            (void)cm_buf_puts(out, said++ > 0 ? ", " : "no ");
            say_word(item_at(c, i)->text, out);
        }
    }
}

static void say_set(const struct comparison *c, enum cm_known verdict,
                    struct cm_buf *out)
{
    enum cm_rule_op op = c->node->op;
    enum about about = ABOUT_ALL;

    if (op == CM_RULE_INTERSECTS && verdict == CM_YES) {
        about = ABOUT_LISTED;
    } else if ((op == CM_RULE_SUBSET || op == CM_RULE_EQUAL) &&
               verdict == CM_NO) {
        about = ABOUT_OTHERS;
    }
    if (op == CM_RULE_SUPERSET && verdict == CM_NO) {
        say_missing(c, out);
    } else if (say_members(c, about, out) == 0) {
        if (op == CM_RULE_EQUAL && verdict == CM_NO) {
            say_missing(c, out);
        } else {
            (void)cm_buf_puts(out, "none");
        }
    }
}

static void say_found(const struct comparison *c, enum cm_known verdict,
                      struct cm_buf *out)
{
    char day[CM_TIME_TEXT_SIZE];

    if (c->node->fact == CM_FACT_ROW) {
        (void)cm_buf_printf(out, "column \"%.60s\": ", c->node->column);
    } else {
        (void)cm_buf_printf(out, "%s: ", cm_fact_info(c->node->fact)->meaning);
    }
    if (cm_kind_is_set(c->kind)) {
        say_set(c, verdict, out);
    } else if (c->kind == CM_KIND_FLAG) {
        (void)cm_buf_puts(out, verdict == CM_YES ? "yes" : "no");
    } else if (c->kind == CM_KIND_DATE) {
        (void)cm_buf_puts(out, cm_time_day(c->value.number, day));
    } else {
        (void)cm_buf_printf(out, "%lld", (long long)c->value.number);
    }
}

/* What would bring it to light. */
static void say_unknown(const struct comparison *c,
                        const struct cm_comply_case *what, struct cm_buf *out)
{
    const struct cm_fact_info *fact = cm_fact_info(c->node->fact);
    bool tried = what->ev != NULL && what->ev->inventory != NULL;

    if (fact->needs == CM_NEEDS_COLUMN) {
        (void)cm_buf_printf(
            out, "not known: no column \"%.60s\" of the input is at hand",
            c->node->column);
        return;
    }
    (void)cm_buf_printf(out, "not measured: %s", fact->meaning);
    switch (fact->needs) {
    case CM_NEEDS_INVENTORY:
        (void)cm_buf_puts(out, tried ? " (the inventory did not find it out)"
                                     : " (scan with --inventory)");
        break;
    case CM_NEEDS_CERTIFICATE:
        (void)cm_buf_puts(out, " (no certificate was seen)");
        break;
    case CM_NEEDS_STAGE:
        (void)cm_buf_puts(out, " (the scan did not come that far)");
        break;
    case CM_NEEDS_REVOCATION:
        (void)cm_buf_puts(out, " (scan with --revocation crl,ocsp)");
        break;
    case CM_NEEDS_SCAN:
    case CM_NEEDS_COLUMN:
        (void)cm_buf_puts(out, " (the endpoint was not scanned)");
        break;
    }
}

/* The same clause once, and no more than fits. */
static void add_clause(struct cm_buf *why, struct cm_buf *clause,
                       bool *no_memory)
{
    const char *text = cm_buf_cstr(clause);

    if (clause->failed || why->failed) {
        *no_memory = true;
        return;
    }
    if (why->len + clause->len + 4 > CM_WHY_MAX ||
        (why->len > 0 && strstr(cm_buf_cstr(why), text) != NULL)) {
        return;
    }
    (void)cm_buf_printf(why, "%s%s", why->len > 0 ? "; " : "", text);
    *no_memory = *no_memory || why->failed;
}

enum cm_known cm_compare(const struct cm_predicate *predicate,
                         const struct cm_rule_node *node,
                         const struct cm_comply_case *what, struct cm_buf *why,
                         bool *no_memory)
{
    struct comparison c = {
        .predicate = predicate,
        .node = node,
        .kind = cm_fact_info(node->fact)->kind,
    };
    enum cm_known verdict;
    struct cm_buf clause;

    cm_fact_gather(&c.value, what, node);
    *no_memory = *no_memory || c.value.no_memory;
    verdict = compare(&c);
    if (why != NULL) {
        cm_buf_init(&clause, 8192);
        if (verdict == CM_NOT_KNOWN) {
            say_unknown(&c, what, &clause);
        } else {
            say_found(&c, verdict, &clause);
        }
        if (clause.len > CLAUSE_MAX) {
            clause.len =
                (size_t)cm_finding_clip(cm_buf_cstr(&clause), CLAUSE_MAX);
        }
        add_clause(why, &clause, no_memory);
        cm_buf_cleanup(&clause);
    }
    cm_fact_cleanup(&c.value);
    return verdict;
}
