/* SPDX-License-Identifier: Apache-2.0 */
#include "changes_index.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ENTRIES 1024U
#define MAX_ENTRIES (UINT32_MAX / 4) /* slots are twice as many at the most */

static bool make_room(struct cm_base_index *index)
{
    size_t cap = index->cap == 0 ? FIRST_ENTRIES : index->cap + index->cap / 2;
    struct cm_base_entry *more;

    if (index->num < index->cap) {
        return true;
    }
    more = index->num >= MAX_ENTRIES
               ? NULL
               : realloc(index->entries, cap * sizeof(*more));
    if (more == NULL) {
        return false;
    }
    index->entries = more;
    index->cap = cap;
    return true;
}

static bool make_numbers(struct cm_base_index *index, size_t num)
{
    size_t cap = index->cap_numbers + index->cap_numbers / 2 + FIRST_ENTRIES;
    uint64_t *more;

    if (index->cap_numbers - index->num_numbers >= num) {
        return true;
    }
    more = realloc(index->numbers, cap * sizeof(*more));
    if (more == NULL) {
        return false;
    }
    index->numbers = more;
    index->cap_numbers = cap;
    return true;
}

bool cm_base_index_add(struct cm_base_index *index, const struct cm_side *side)
{
    uint64_t *numbers;

    if (!make_room(index) ||
        !make_numbers(index, CM_SIDE_FOUND + CM_SIDE_LEAVES)) {
        return false;
    }
    index->entries[index->num++] = (struct cm_base_entry){
        .match = side->match,
        .endpoint = side->endpoint,
        .numbers = index->num_numbers,
        .rows = 1,
        .primary = side->primary,
        .verdict = (uint8_t)side->verdict,
        .num_found = (uint8_t)side->num_found,
        .num_leaves = (uint8_t)side->num_leaves,
    };
    numbers = index->numbers + index->num_numbers;
    for (size_t i = 0; i < side->num_found; i++) {
        *numbers++ = side->found[i];
    }
    for (size_t i = 0; i < side->num_leaves; i++) {
        *numbers++ = (uint64_t)side->leaves[i];
    }
    index->num_numbers += side->num_found + side->num_leaves;
    return true;
}

static int by_endpoint(const void *key, const void *element)
{
    int64_t endpoint = *(const int64_t *)key;
    const struct cm_base_entry *entry = element;

    return endpoint < entry->endpoint ? -1 : endpoint > entry->endpoint;
}

void cm_base_index_repeat(struct cm_base_index *index, int64_t endpoint)
{
    struct cm_base_entry *entry =
        index->num == 0 ? NULL
                        : bsearch(&endpoint, index->entries, index->num,
                                  sizeof(*index->entries), by_endpoint);

    if (entry != NULL) {
        entry->rows++;
    }
}

static uint32_t *slot_of(const struct cm_base_index *index,
                         const struct cm_side_match *match)
{
    size_t i = (size_t)match->a & index->mask;

    while (index->slots[i] != 0) {
        const struct cm_side_match *other =
            &index->entries[index->slots[i] - 1].match;

        if (other->a == match->a && other->b == match->b) {
            break;
        }
        i = (i + 1) & index->mask;
    }
    return &index->slots[i];
}

bool cm_base_index_end(struct cm_base_index *index)
{
    size_t slots = FIRST_ENTRIES;

    while (slots < index->num + index->num / 2) {
        slots *= 2;
    }
    index->slots = calloc(slots, sizeof(*index->slots));
    if (index->slots == NULL) {
        return false;
    }
    index->mask = slots - 1;
    for (size_t i = 0; i < index->num; i++) {
        struct cm_base_entry *entry = &index->entries[i];
        uint32_t *slot = slot_of(index, &entry->match);

        if (*slot == 0) {
            *slot = (uint32_t)i + 1;
        } else { /* rows that cannot be read may be alike */
            entry->twin = true;
            index->entries[*slot - 1].rows += entry->rows;
        }
    }
    return true;
}

struct cm_base_entry *cm_base_index_find(const struct cm_base_index *index,
                                         const struct cm_side_match *match)
{
    uint32_t slot = *slot_of(index, match);

    return slot == 0 ? NULL : &index->entries[slot - 1];
}

const cm_side_finding *cm_base_index_found(const struct cm_base_index *index,
                                           const struct cm_base_entry *entry)
{
    return index->numbers + entry->numbers;
}

const uint64_t *cm_base_index_leaves(const struct cm_base_index *index,
                                     const struct cm_base_entry *entry)
{
    return index->numbers + entry->numbers + entry->num_found;
}

void cm_base_index_cleanup(struct cm_base_index *index)
{
    free(index->entries);
    free(index->numbers);
    free(index->slots);
    memset(index, 0, sizeof(*index));
}
