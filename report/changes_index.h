/* The endpoints of the baseline in memory, to be found by name: some 64 bytes
 * for each, and eight for each of its findings and further certificates.
 * Private to changes*.c. SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_CHANGES_INDEX_H
#define CERTMUSTER_REPORT_CHANGES_INDEX_H

#include "changes_side.h"

struct cm_base_entry {
    struct cm_side_match match;
    int64_t endpoint; /* its number in the baseline */
    uint64_t numbers; /* where its findings begin, then its certificates */
    uint32_t rows;    /* of the baseline that ask for it */
    int16_t primary;  /* enum cm_cause, or CM_NO_CAUSE */
    uint8_t verdict;  /* enum cm_verdict */
    uint8_t num_found;
    uint8_t num_leaves;
    bool matched; /* the run has it too */
    bool twin;    /* the same as an earlier one, which has its rows */
};

struct cm_base_index {
    struct cm_base_entry *entries; /* owned; in the order of their endpoints */
    size_t num;
    size_t cap;
    uint64_t *numbers; /* owned */
    size_t num_numbers;
    size_t cap_numbers;
    uint32_t *slots; /* owned: an entry's place + 1; 0: empty */
    size_t mask;
};

/* The zero state is an empty index. All of these say no only for memory. */
bool cm_base_index_add(struct cm_base_index *index, const struct cm_side *side);
/* One more row of an endpoint that was added. */
void cm_base_index_repeat(struct cm_base_index *index, int64_t endpoint);
/* When all are added, before the first one is looked for. */
bool cm_base_index_end(struct cm_base_index *index);
/* NULL: there is no such endpoint. */
struct cm_base_entry *cm_base_index_find(const struct cm_base_index *index,
                                         const struct cm_side_match *match);
const cm_side_finding *cm_base_index_found(const struct cm_base_index *index,
                                           const struct cm_base_entry *entry);
const uint64_t *cm_base_index_leaves(const struct cm_base_index *index,
                                     const struct cm_base_entry *entry);
void cm_base_index_cleanup(struct cm_base_index *index);

#endif
