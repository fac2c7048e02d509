/* A set of endpoint ids: a bit for each, so that a million take 125 kB.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "run/again.h"

#define BITS 64U
#define FIRST_WORDS 1024U

static bool make_room(struct cm_idset *set, size_t words)
{
    size_t num = set->num == 0 ? FIRST_WORDS : set->num;
    uint64_t *grown;

    while (num < words) {
        num *= 2;
    }
    grown = reallocarray(set->words, num, sizeof(*grown));
    if (grown == NULL) {
        return false;
    }
    memset(grown + set->num, 0, (num - set->num) * sizeof(*grown));
    set->words = grown;
    set->num = num;
    return true;
}

bool cm_idset_put(struct cm_idset *set, uint64_t id, bool is_in)
{
    size_t word = (size_t)(id / BITS);
    uint64_t bit = UINT64_C(1) << (id % BITS);

    if (word >= set->num && (!is_in || !make_room(set, word + 1))) {
        return !is_in;
    }
    if (is_in) {
        set->words[word] |= bit;
    } else {
        set->words[word] &= ~bit;
    }
    return true;
}

bool cm_idset_has(const struct cm_idset *set, uint64_t id)
{
    size_t word = (size_t)(id / BITS);

    return word < set->num && (set->words[word] >> (id % BITS) & 1U) != 0;
}

void cm_idset_cleanup(struct cm_idset *set)
{
    free(set->words);
    memset(set, 0, sizeof(*set));
}
