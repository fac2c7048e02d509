/* What is known of an endpoint, fact by fact, for the predicates of policies.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_FACTS_H
#define CERTMUSTER_FACTS_H

#include "certmuster/inventory.h"
#include "measure/rule.h"

/* The value of a fact, as far as it was measured. */
struct cm_fact_value {
    enum cm_known yes; /* FLAG */
    bool known;        /* NUMBER, DATE: `number` is set */
    bool at_most;      /* ... and the true one may be less */
    int64_t number;
    /* Sets: what is in them for certain ... */
    uint16_t *numbers; /* owned */
    size_t num_numbers;
    char **words; /* owned, as are the texts */
    size_t num_words;
    /* ... what is not ... */
    bool not_in[CM_VERSION_COUNT]; /* VERSIONS */
    unsigned stages_done; /* `causes`: 1 << enum cm_stage, all of them known */
    bool complete;        /* ... and nothing else is */
    bool no_memory;
};
/* facts.c -- clean up what comes of it in any case. */
void cm_fact_gather(struct cm_fact_value *out,
                    const struct cm_comply_case *what,
                    const struct cm_rule_node *node);
void cm_fact_cleanup(struct cm_fact_value *value);

/* Does row.`column` mean the column of that name? In either case; a predicate's
 * words have no spaces: _ stands for one. */
bool cm_fact_is_column(const char *name, const char *column);

/* For facts_*.c. */
void cm_fact_add_number(struct cm_fact_value *value, uint16_t number);
void cm_fact_add_word(struct cm_fact_value *value, const char *text,
                      size_t len);
void cm_fact_set_word(struct cm_fact_value *value, const char *text);
void cm_fact_set_number(struct cm_fact_value *value, int64_t number);
void cm_fact_set_flag(struct cm_fact_value *value, bool yes);
/* facts_tls.c */
void cm_fact_of_handshake(struct cm_fact_value *out,
                          const struct cm_evidence *ev, enum cm_fact fact);
/* facts_cert.c -- NULL: no certificate was seen, or none that can be read. */
const struct cm_cert *cm_fact_leaf(const struct cm_evidence *ev);
void cm_fact_of_leaf(struct cm_fact_value *out, const struct cm_cert *leaf,
                     enum cm_fact fact);
void cm_fact_of_chain(struct cm_fact_value *out, const struct cm_evidence *ev,
                      enum cm_fact fact);

#endif
