/* The value of a fact: whose it is, and the facts about the endpoint as a
 * whole. What the scan did not see stays unknown.
 * SPDX-License-Identifier: Apache-2.0 */
#include "measure/facts.h"

#include <stdlib.h>
#include <string.h>

#include "certmuster/text.h"
#include "judge/rules.h"

#define MAX_WORD 255U /* bytes: longer than any name can be */

void cm_fact_cleanup(struct cm_fact_value *value)
{
    for (size_t i = 0; i < value->num_words; i++) {
        free(value->words[i]);
    }
    free(value->words);
    free(value->numbers);
    *value = (struct cm_fact_value){.no_memory = false};
}

void cm_fact_add_number(struct cm_fact_value *value, uint16_t number)
{
    uint16_t *grown;

    for (size_t i = 0; i < value->num_numbers; i++) {
        if (value->numbers[i] == number) {
            return;
        }
    }
    /* Grown when it is full: at 0, 16, 32, 64 ... */
    if (value->num_numbers == 0 ||
        (value->num_numbers >= 16 &&
         (value->num_numbers & (value->num_numbers - 1)) == 0)) {
        size_t room = value->num_numbers == 0 ? 16 : 2 * value->num_numbers;

        grown = reallocarray(value->numbers, room, sizeof(*grown));
        if (grown == NULL) {
            value->no_memory = true;
            return;
        }
        value->numbers = grown;
    }
    value->numbers[value->num_numbers++] = number;
}

static const char too_long[] = "(too long)";

/* Foreign bytes become text: no control characters, no NUL. */
void cm_fact_add_word(struct cm_fact_value *value, const char *text, size_t len)
{
    char **grown =
        reallocarray(value->words, value->num_words + 1, sizeof(*grown));
    struct cm_buf escaped;
    char *word;

    if (grown == NULL) {
        value->no_memory = true;
        return;
    }
    value->words = grown;
    cm_buf_init(&escaped, 4 * MAX_WORD); /* \x1b for a byte */
    cm_text_terminal(&escaped, len <= MAX_WORD ? text : too_long,
                     len <= MAX_WORD ? len : sizeof(too_long) - 1);
    word = escaped.len == 0 && !escaped.failed ? strdup("")
                                               : cm_buf_take(&escaped);
    cm_buf_cleanup(&escaped);
    if (word == NULL) {
        value->no_memory = true;
        return;
    }
    value->words[value->num_words++] = word;
}

void cm_fact_set_word(struct cm_fact_value *value, const char *text)
{
    cm_fact_add_word(value, text, strlen(text));
    value->complete = true;
}

void cm_fact_set_number(struct cm_fact_value *value, int64_t number)
{
    value->known = true;
    value->number = number;
}

void cm_fact_set_flag(struct cm_fact_value *value, bool yes)
{
    value->yes = yes ? CM_YES : CM_NO;
}

/* The first finding about trust that makes the verdict by itself. */
static void gather_chain(struct cm_fact_value *out,
                         const struct cm_comply_case *what)
{
    const struct cm_judgement *judgement = what->judgement;

    if (judgement == NULL || cm_fact_leaf(what->ev) == NULL) {
        return;
    }
    for (size_t i = 0; i < judgement->num_findings; i++) {
        const struct cm_cause_info *info =
            cm_cause_info(judgement->findings[i].cause);

        if (judgement->findings[i].blocks && info->stage == CM_STAGE_TRUST) {
            cm_fact_set_word(out, info->id);
            return;
        }
    }
    cm_fact_set_word(out, judgement->path_valid ? "trusted" : "untrusted");
}

/* A cause that was not found is absent only where it was looked for. */
static void gather_causes(struct cm_fact_value *out,
                          const struct cm_comply_case *what)
{
    const struct cm_judgement *judgement = what->judgement;
    enum cm_revocation_result revocation;

    if (judgement == NULL) {
        return;
    }
    for (size_t i = 0; i < judgement->num_findings; i++) {
        const char *id = cm_cause_info(judgement->findings[i].cause)->id;

        cm_fact_add_word(out, id, strlen(id));
    }
    if (what->ev != NULL && what->ev->inventory != NULL) {
        out->stages_done |= 1U << CM_STAGE_TLS;
    }
    if (cm_fact_leaf(what->ev) == NULL) {
        return;
    }
    out->stages_done |= 1U << CM_STAGE_INPUT | 1U << CM_STAGE_DNS |
                        1U << CM_STAGE_CONNECT | 1U << CM_STAGE_STARTTLS |
                        1U << CM_STAGE_TRUST | 1U << CM_STAGE_NAME |
                        1U << CM_STAGE_VALIDITY;
    revocation = judgement->revocation.result;
    if (revocation == CM_REVOCATION_GOOD ||
        revocation == CM_REVOCATION_REVOKED) {
        out->stages_done |= 1U << CM_STAGE_REVOCATION;
    }
}

static void gather_revocation(struct cm_fact_value *out,
                              const struct cm_judgement *judgement)
{
    if (judgement != NULL &&
        (judgement->revocation.result == CM_REVOCATION_GOOD ||
         judgement->revocation.result == CM_REVOCATION_REVOKED)) {
        cm_fact_set_word(out,
                         cm_revocation_result_id(judgement->revocation.result));
    }
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

bool cm_fact_is_column(const char *name, const char *column)
{
    while (*name != '\0' && (lower(*name) == lower(*column) ||
                             (*name == ' ' && *column == '_'))) {
        name++;
        column++;
    }
    return *name == '\0' && *column == '\0';
}

/* An empty field is an empty set: asked for, and not filled in. */
static void gather_column(struct cm_fact_value *out,
                          const struct cm_comply_case *what, const char *column)
{
    for (size_t i = 0; i < what->num_columns; i++) {
        if (!cm_fact_is_column(what->columns[i], column)) {
            continue;
        }
        out->complete = true;
        if (what->fields[i][0] != '\0') {
            cm_fact_set_word(out, what->fields[i]);
        }
        return;
    }
}

static void gather_host(struct cm_fact_value *out, const struct cm_endpoint *ep,
                        enum cm_fact fact)
{
    if (fact == CM_FACT_HOST_NAME && ep->host[0] != '\0') {
        cm_fact_set_word(out, ep->host);
    } else if (fact == CM_FACT_HOST_IS_IP && ep->host[0] != '\0') {
        cm_fact_set_flag(out, ep->is_ip);
    } else if (fact == CM_FACT_HOST_IS_INTERNAL && ep->host[0] != '\0') {
        cm_fact_set_flag(out, !ep->is_ip && cm_judge_is_internal(ep->host));
    } else if (fact == CM_FACT_HOST_PORT && ep->port != 0) {
        cm_fact_set_number(out, ep->port);
    } else if (fact == CM_FACT_HOST_PROTOCOL && ep->protocol[0] != '\0') {
        cm_fact_set_word(out, ep->protocol);
    }
}

static void gather_whole(struct cm_fact_value *out,
                         const struct cm_comply_case *what,
                         const struct cm_rule_node *node)
{
    switch ((int)node->fact) {
    case CM_FACT_CHAIN:
        gather_chain(out, what);
        break;
    case CM_FACT_CAUSES:
        gather_causes(out, what);
        break;
    case CM_FACT_REVOCATION:
        gather_revocation(out, what->judgement);
        break;
    case CM_FACT_VERDICT:
        if (what->judgement != NULL &&
            what->judgement->verdict != CM_VERDICT_NONE &&
            what->judgement->verdict != CM_VERDICT_NOT_CHECKED) {
            cm_fact_set_word(out, cm_verdict_id(what->judgement->verdict));
        }
        break;
    case CM_FACT_ROW:
        gather_column(out, what, node->column);
        break;
    default:
        gather_host(out, what->ep, node->fact);
        break;
    }
}

void cm_fact_gather(struct cm_fact_value *out,
                    const struct cm_comply_case *what,
                    const struct cm_rule_node *node)
{
    *out = (struct cm_fact_value){.no_memory = false};
    if (node->fact <= CM_FACT_INVENTORY) {
        if (what->ev != NULL) {
            cm_fact_of_handshake(out, what->ev, node->fact);
        }
    } else if (node->fact == CM_FACT_CHAIN_HASHES ||
               node->fact == CM_FACT_CHAIN_LENGTH) {
        cm_fact_of_chain(out, what->ev, node->fact);
    } else if (node->fact < CM_FACT_CHAIN) {
        const struct cm_cert *leaf = cm_fact_leaf(what->ev);

        if (leaf != NULL) {
            cm_fact_of_leaf(out, leaf, node->fact);
        }
    } else {
        gather_whole(out, what, node);
    }
}
