/* The parser of predicates: operands and operators in, a list of nodes with
 * operands first out. It needs no recursion, so that no file can exhaust the
 * stack.
 * SPDX-License-Identifier: Apache-2.0 */
#include "measure/rule.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/text.h"
#include "measure/token.h"

#define MAX_WAITING 64 /* operators and parentheses under way */

enum waiting { WAIT_OR, WAIT_AND, WAIT_NOT, WAIT_PAREN };

struct parser {
    struct cm_predicate *out;
    struct cm_tokens tokens;
    enum waiting waiting[MAX_WAITING];
    size_t num_waiting;
    uint16_t done[CM_RULE_MAX_NODES]; /* operands that wait for an operator */
    size_t num_done;
    size_t depth;
    enum cm_status failed;
    struct cm_error *err;
};

static const struct {
    const char *name;
    enum cm_rule_op op;
} operators[] = {
    {"subset", CM_RULE_SUBSET},
    {"in", CM_RULE_SUBSET},
    {"superset", CM_RULE_SUPERSET},
    {"contains", CM_RULE_SUPERSET},
    {"intersects", CM_RULE_INTERSECTS},
    {"=", CM_RULE_EQUAL},
    {"!=", CM_RULE_DIFFERENT},
    {"<", CM_RULE_LESS},
    {"<=", CM_RULE_AT_MOST},
    {">", CM_RULE_MORE},
    {">=", CM_RULE_AT_LEAST},
};

static enum cm_status advance(struct parser *p)
{
    return cm_token_next(&p->tokens, p->err);
}

static enum cm_status too_large(struct parser *p, const char *what)
{
    return cm_error_set(p->err, CM_EINPUT,
                        "it has too many %s; split it into several rules",
                        what);
}

static bool is_sign(const struct parser *p, const char *sign)
{
    return p->tokens.kind == CM_TOKEN_SIGN &&
           strcmp(p->tokens.token, sign) == 0;
}

static bool is_keyword(const struct parser *p, const char *word)
{
    return p->tokens.kind == CM_TOKEN_WORD &&
           strcmp(p->tokens.token, word) == 0;
}

static enum cm_status expected(struct parser *p, const char *what)
{
    return cm_error_set(p->err, CM_EINPUT,
                        "there is %s%.60s%s where %s should "
                        "be",
                        p->tokens.kind == CM_TOKEN_END ? "" : "\"",
                        p->tokens.token,
                        p->tokens.kind == CM_TOKEN_END ? "" : "\"", what);
}

/* NULL: see p->failed. */
static struct cm_rule_node *add_node(struct parser *p)
{
    struct cm_predicate *set = p->out;

    if (set->nodes == NULL) {
        set->nodes = calloc(CM_RULE_MAX_NODES, sizeof(*set->nodes));
    }
    if (set->nodes == NULL) {
        p->failed = cm_error_nomem(p->err, "a predicate");
        return NULL;
    }
    if (set->num_nodes >= CM_RULE_MAX_NODES) {
        p->failed = too_large(p, "parts");
        return NULL;
    }
    p->done[p->num_done++] = (uint16_t)set->num_nodes;
    return &set->nodes[set->num_nodes++];
}

static enum cm_status add_item(struct parser *p, struct cm_rule_node *node)
{
    struct cm_predicate *set = p->out;
    struct cm_item *item;

    if (set->num_items >= CM_RULE_MAX_ITEMS) {
        return too_large(p, "words in lists");
    }
    if (set->items == NULL) {
        set->items = calloc(CM_RULE_MAX_ITEMS, sizeof(*set->items));
        if (set->items == NULL) {
            return cm_error_nomem(p->err, "a predicate");
        }
    }
    item = &set->items[set->num_items];
    item->text = p->tokens.token;
    if (cm_item_read(item, node->fact, p->err) != CM_OK) {
        return CM_EINPUT;
    }
    set->num_items++;
    node->num_items++;
    return CM_OK;
}

/* Facts of the same kind as the unknown word: "leaf.", "host.", the others. */
static enum cm_status unknown_fact(struct parser *p)
{
    const char *names[CM_FACT_COUNT];
    const char *near;
    const char *dot = strchr(p->tokens.token, '.');
    size_t prefix = dot != NULL ? (size_t)(dot - p->tokens.token) + 1 : 0;
    struct cm_buf list;

    cm_buf_init(&list, 700);
    for (size_t i = 0; i < CM_FACT_COUNT; i++) {
        names[i] = cm_fact_info((enum cm_fact)i)->name;
        if (prefix > 0 ? strncmp(names[i], p->tokens.token, prefix) == 0
                       : strchr(names[i], '.') == NULL) {
            (void)cm_buf_printf(&list, "%s%s", list.len > 0 ? ", " : "",
                                names[i]);
        }
    }
    near = cm_did_you_mean(p->tokens.token, names, CM_FACT_COUNT);
    (void)cm_error_set(
        p->err, CM_EINPUT,
        "\"%.40s\" is no fact%s%s%s; \"certmuster explain facts\" lists "
        "all%s%.230s",
        p->tokens.token, near != NULL ? ", did you mean \"" : "",
        near != NULL ? near : "", near != NULL ? "\"?" : "",
        list.len > 0 ? ": " : "", cm_buf_cstr(&list));
    cm_buf_cleanup(&list);
    return CM_EINPUT;
}

static enum cm_status find_fact(struct parser *p, struct cm_rule_node *node)
{
    if (strncmp(p->tokens.token, "row.", 4) == 0 &&
        p->tokens.token[4] != '\0') {
        node->fact = CM_FACT_ROW;
        node->column = p->tokens.token + 4;
        return CM_OK;
    }
    for (size_t i = 0; i < CM_FACT_ROW; i++) {
        if (strcmp(cm_fact_info((enum cm_fact)i)->name, p->tokens.token) == 0) {
            node->fact = (enum cm_fact)i;
            return CM_OK;
        }
    }
    return unknown_fact(p);
}

/* -1: it is none. */
static int find_operator(const struct parser *p)
{
    for (size_t i = 0; i < sizeof(operators) / sizeof(*operators); i++) {
        if (p->tokens.kind != CM_TOKEN_TEXT && p->tokens.kind != CM_TOKEN_END &&
            strcmp(operators[i].name, p->tokens.token) == 0) {
            return (int)operators[i].op;
        }
    }
    return -1;
}

/* Numbers are compared, sets are not, and flags stand alone. */
static enum cm_status check_operator(struct parser *p,
                                     const struct cm_rule_node *node)
{
    const struct cm_fact_info *fact = cm_fact_info(node->fact);
    bool compares = node->op >= CM_RULE_LESS;
    bool of_sets = node->op >= CM_RULE_SUBSET && node->op <= CM_RULE_INTERSECTS;

    if (fact->kind == CM_KIND_FLAG) {
        return cm_error_set(p->err, CM_EINPUT,
                            "\"%s\" is yes or no: write it alone, or after "
                            "\"not\"",
                            fact->name);
    }
    if (cm_kind_is_set(fact->kind) ? compares : of_sets) {
        return cm_error_set(p->err, CM_EINPUT,
                            "\"%s\" does not fit \"%s\", which is a %s: %s",
                            p->tokens.token, fact->name,
                            cm_kind_is_set(fact->kind) ? "set" : "number",
                            cm_kind_is_set(fact->kind)
                                ? "subset, superset, intersects, contains, "
                                  "in, = or !="
                                : "<, <=, >, >=, = or !=");
    }
    return CM_OK;
}

static enum cm_status read_number(struct parser *p, struct cm_rule_node *node)
{
    char *end = NULL;

    if (p->tokens.kind != CM_TOKEN_WORD) {
        return expected(p, "a number");
    }
    if (cm_fact_info(node->fact)->kind == CM_KIND_DATE) {
        return cm_time_parse(p->tokens.token, &node->number)
                   ? advance(p)
                   : expected(p, "a date such as 2026-03-15");
    }
    errno = 0;
    node->number = strtoll(p->tokens.token, &end, 10);
    if (errno != 0 || *end != '\0') {
        return expected(p, "a number");
    }
    return advance(p);
}

static enum cm_status read_list(struct parser *p, struct cm_rule_node *node)
{
    enum cm_status status = advance(p);

    while (status == CM_OK && !is_sign(p, "}")) {
        if (p->tokens.kind != CM_TOKEN_WORD &&
            p->tokens.kind != CM_TOKEN_TEXT) {
            return expected(p, "a word of the list");
        }
        status = add_item(p, node);
        status = status == CM_OK ? advance(p) : status;
        if (status == CM_OK && is_sign(p, ",")) {
            status = advance(p);
        } else if (status == CM_OK && !is_sign(p, "}")) {
            return expected(p, "\",\" or \"}\"");
        }
    }
    return status == CM_OK ? advance(p) : status;
}

static enum cm_status read_set(struct parser *p, struct cm_rule_node *node)
{
    enum cm_status status;

    node->first_item = (uint16_t)p->out->num_items;
    if (is_sign(p, "{")) {
        return read_list(p, node);
    }
    if (p->tokens.kind != CM_TOKEN_WORD && p->tokens.kind != CM_TOKEN_TEXT) {
        return expected(p, "a word or a list in { }");
    }
    status = add_item(p, node);
    return status == CM_OK ? advance(p) : status;
}

/* A fact by itself is a question, too: is it so, is there any? */
static enum cm_status read_comparison(struct parser *p)
{
    struct cm_rule_node *node;
    enum cm_status status;
    int op;

    if (p->tokens.kind != CM_TOKEN_WORD) {
        return expected(p, "a fact");
    }
    node = add_node(p);
    if (node == NULL) {
        return p->failed;
    }
    status = find_fact(p, node);
    if (status == CM_OK) {
        status = advance(p);
    }
    if (status != CM_OK) {
        return status;
    }
    op = find_operator(p);
    if (op < 0) {
        enum cm_fact_kind kind = cm_fact_info(node->fact)->kind;

        node->op = CM_RULE_IS;
        return kind == CM_KIND_NUMBER || kind == CM_KIND_DATE
                   ? expected(p, "<, <=, >, >=, = or !=")
                   : CM_OK;
    }
    node->op = (enum cm_rule_op)op;
    status = check_operator(p, node);
    if (status == CM_OK) {
        status = advance(p);
    }
    if (status != CM_OK) {
        return status;
    }
    return cm_kind_is_set(cm_fact_info(node->fact)->kind)
               ? read_set(p, node)
               : read_number(p, node);
}

static enum cm_status wait_for(struct parser *p, enum waiting what)
{
    if (p->num_waiting >= MAX_WAITING) {
        return too_large(p, "operators under way");
    }
    if (what == WAIT_PAREN || what == WAIT_NOT) {
        if (++p->depth > CM_RULE_MAX_DEPTH) {
            return too_large(p, "parentheses in each other");
        }
    }
    p->waiting[p->num_waiting++] = what;
    return CM_OK;
}

/* Makes the operator that waits last into a node above its operands. */
static enum cm_status combine(struct parser *p)
{
    static const enum cm_rule_op ops[] = {
        [WAIT_OR] = CM_RULE_OR,
        [WAIT_AND] = CM_RULE_AND,
        [WAIT_NOT] = CM_RULE_NOT,
    };
    enum waiting what = p->waiting[--p->num_waiting];
    size_t operands = what == WAIT_NOT ? 1 : 2;
    struct cm_rule_node *node;
    uint16_t right;
    uint16_t left;

    cm_assert(p->num_done >= operands);
    right = p->done[p->num_done - 1];
    left = p->done[p->num_done - operands];
    p->num_done -= operands;
    p->depth -= what == WAIT_NOT ? 1 : 0;
    node = add_node(p);
    if (node == NULL) {
        return p->failed;
    }
    *node =
        (struct cm_rule_node){.op = ops[what], .left = left, .right = right};
    return CM_OK;
}

/* All that binds at least as tightly as `what`, up to a parenthesis. */
static enum cm_status combine_down_to(struct parser *p, enum waiting what)
{
    enum cm_status status = CM_OK;

    while (status == CM_OK && p->num_waiting > 0 &&
           p->waiting[p->num_waiting - 1] != WAIT_PAREN &&
           p->waiting[p->num_waiting - 1] >= what) {
        status = combine(p);
    }
    return status;
}

static enum cm_status close_paren(struct parser *p)
{
    enum cm_status status = combine_down_to(p, WAIT_OR);

    if (status != CM_OK) {
        return status;
    }
    if (p->num_waiting == 0) {
        return cm_error_set(p->err, CM_EINPUT,
                            "there is a \")\" without its \"(\"");
    }
    p->num_waiting--;
    p->depth--;
    return advance(p);
}

/* "not" and "(" before an operand. */
static enum cm_status read_operand(struct parser *p)
{
    enum cm_status status = CM_OK;

    while (status == CM_OK && (is_keyword(p, "not") || is_sign(p, "("))) {
        status = wait_for(p, is_sign(p, "(") ? WAIT_PAREN : WAIT_NOT);
        status = status == CM_OK ? advance(p) : status;
    }
    return status == CM_OK ? read_comparison(p) : status;
}

/* What joins the operand to the next one; *more: there is one. */
static enum cm_status read_joint(struct parser *p, bool *more)
{
    enum cm_status status = CM_OK;

    while (status == CM_OK && is_sign(p, ")")) {
        status = close_paren(p);
    }
    *more = false;
    if (status != CM_OK || p->tokens.kind == CM_TOKEN_END) {
        return status;
    }
    if (!is_keyword(p, "and") && !is_keyword(p, "or")) {
        return expected(p, "\"and\" or \"or\"");
    }
    *more = true;
    {
        enum waiting what = is_keyword(p, "and") ? WAIT_AND : WAIT_OR;

        status = combine_down_to(p, what);
        status = status == CM_OK ? wait_for(p, what) : status;
    }
    return status == CM_OK ? advance(p) : status;
}

static enum cm_status read_all(struct parser *p)
{
    enum cm_status status = advance(p);
    bool more = true;

    while (status == CM_OK && more) {
        status = read_operand(p);
        status = status == CM_OK ? read_joint(p, &more) : status;
    }
    if (status == CM_OK) {
        status = combine_down_to(p, WAIT_OR);
    }
    if (status == CM_OK && p->num_waiting > 0) {
        return cm_error_set(p->err, CM_EINPUT,
                            "there is a \"(\" without its \")\"");
    }
    return status;
}

enum cm_status cm_predicate_read(struct cm_predicate *out, const char *text,
                                 struct cm_error *err)
{
    struct parser p = {.out = out, .err = err};

    *out = (struct cm_predicate){.text = strdup(text)};
    if (out->text == NULL) {
        return cm_error_nomem(err, "a predicate");
    }
    p.tokens.next = out->text;
    return read_all(&p);
}

void cm_predicate_cleanup(struct cm_predicate *predicate)
{
    free(predicate->nodes);
    free(predicate->items);
    free(predicate->text);
    *predicate = (struct cm_predicate){.num_nodes = 0};
}
