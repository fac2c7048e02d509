/* The language of policies: facts, and predicates over them as small trees.
 *
 *   predicate = term { "or" term }        term = factor { "and" factor }
 *   factor    = "not" factor | "(" predicate ")" | FACT [ operator value ]
 *   operator  = subset | superset | intersects | contains | in
 *             | = | != | < | <= | > | >=
 *   value     = word | "text" | number | date | "{" [ item { "," item } ] "}"
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RULE_H
#define CERTMUSTER_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/cause.h"
#include "certmuster/status.h"
#include "measure/pack.h"

#define CM_RULE_MAX_NODES 64  /* of a predicate */
#define CM_RULE_MAX_ITEMS 512 /* of all its lists */
#define CM_RULE_MAX_DEPTH 16  /* of its parentheses and nots */

enum cm_fact {
#define CM_FACT(sym, name, kind, needs, meaning) CM_FACT_##sym,
#include "measure/facts.def"
#undef CM_FACT
    CM_FACT_COUNT
};
enum cm_fact_kind {
    CM_KIND_VERSIONS,
    CM_KIND_SUITES,
    CM_KIND_GROUPS,
    CM_KIND_SCHEMES,
    CM_KIND_WORDS,
    CM_KIND_NUMBER,
    CM_KIND_DATE,
    CM_KIND_FLAG,
};
/* What to do about a fact that is not known. */
enum cm_fact_needs {
    CM_NEEDS_INVENTORY,
    CM_NEEDS_CERTIFICATE,
    CM_NEEDS_STAGE,
    CM_NEEDS_REVOCATION,
    CM_NEEDS_SCAN,
    CM_NEEDS_COLUMN,
};
struct cm_fact_info {
    const char *name;
    enum cm_fact_kind kind;
    enum cm_fact_needs needs;
    const char *meaning;
};
const struct cm_fact_info *cm_fact_info(enum cm_fact fact);
/* Is the value a set of numbers or words? */
bool cm_kind_is_set(enum cm_fact_kind kind);

/* vocabulary.c -- what a policy may call the members of a set. */
enum cm_item_kind {
    CM_ITEM_NUMBER,  /* exactly this one */
    CM_ITEM_PATTERN, /* by name: letters of either case, * for anything */
    CM_ITEM_CLASS,   /* of cipher suites: see cm_suite_class */
};
struct cm_item {
    enum cm_item_kind kind;
    uint16_t number; /* or the class */
    const char *text;
};
/* Sets `kind` and `number` by item->text; CM_EINPUT: nobody has that name. */
enum cm_status cm_item_read(struct cm_item *item, enum cm_fact fact,
                            struct cm_error *err);
bool cm_item_matches_number(const struct cm_item *item, enum cm_fact_kind kind,
                            uint16_t number);
bool cm_item_matches_text(const struct cm_item *item, const char *text);
/* The name of a member, NULL: it has none. */
const char *cm_member_name(enum cm_fact_kind kind, uint16_t number);

enum cm_rule_op {
    CM_RULE_AND,
    CM_RULE_OR,
    CM_RULE_NOT,
    CM_RULE_IS, /* a fact by itself: yes, or not empty */
    CM_RULE_SUBSET,
    CM_RULE_SUPERSET,
    CM_RULE_INTERSECTS,
    CM_RULE_EQUAL,
    CM_RULE_DIFFERENT,
    CM_RULE_LESS,
    CM_RULE_AT_MOST,
    CM_RULE_MORE,
    CM_RULE_AT_LEAST,
};

/* Operands come before their operator; the last node is the whole. */
struct cm_rule_node {
    enum cm_rule_op op;
    uint16_t left; /* of AND, OR, NOT: index of the operand */
    uint16_t right;
    enum cm_fact fact;
    const char *column; /* of row.NAME: NAME */
    uint16_t first_item;
    uint16_t num_items;
    int64_t number; /* of NUMBER and DATE */
};
struct cm_predicate {
    struct cm_rule_node *nodes; /* owned */
    size_t num_nodes;
    struct cm_item *items; /* owned */
    size_t num_items;
    char *text; /* owned: the words that items and columns borrow */
};
/* rule.c -- reads a predicate. CM_EINPUT: the message says what stands there
 * and what may. Clean up whatever is returned. */
enum cm_status cm_predicate_read(struct cm_predicate *out, const char *text,
                                 struct cm_error *err);
void cm_predicate_cleanup(struct cm_predicate *predicate);

enum cm_rule_kind {
    CM_RULE_REQUIRE, /* the predicate must hold */
    CM_RULE_FORBID,  /* ... must not hold */
    CM_RULE_WARN,    /* the same, but the policy does not fail for it */
    CM_RULE_INFO,    /* for people: nothing that a scan sees */
    CM_RULE_KIND_COUNT
};
const char *cm_rule_kind_id(enum cm_rule_kind kind);

struct cm_rule {
    char *id; /* this text and those below are owned */
    char *when;
    char *predicate;
    char *source;
    char *confidence;
    char *text;
    enum cm_rule_kind kind;
    enum cm_resolution resolution;
    struct cm_predicate applies; /* no nodes: always */
    struct cm_predicate holds;   /* no nodes: of an info */
    unsigned line;               /* where it begins, for messages */
};
struct cm_pack {
    char *name; /* these texts are owned, never NULL once read */
    char *title;
    char *version;
    char *source; /* with the version, for the store */
    char *confidence;
    char *rules_json;
    char sha256[2 * CM_SHA256_LEN + 1];
    struct cm_rule rules[CM_PACK_MAX_RULES];
    size_t num_rules;
};
/* pack_info.c -- writes the rules as JSON and the version into the source, when
 * all of the policy was read. */
enum cm_status cm_pack_describe(struct cm_pack *pack, struct cm_error *err);

#endif
