/* The entries of a calendar while it grows, and who owns their rows.
 * SPDX-License-Identifier: Apache-2.0 */
#include "calendar_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 256U
#define FIRST_CAP 64U

#define KEY_DIGITS (CM_ACTION_KEY_SIZE - 1)

uint64_t cm_calendar_key_number(const char *key)
{
    uint64_t number = 0;

    if (key == NULL || strlen(key) != KEY_DIGITS ||
        strspn(key, "0123456789abcdef") != KEY_DIGITS) {
        return 0;
    }
    for (; *key != '\0'; key++) {
        number = number << 4 |
                 (uint64_t)(*key >= 'a' ? *key - 'a' + 10 : *key - '0');
    }
    return number;
}

void cm_calendar_key_text(uint64_t number, char out[CM_ACTION_KEY_SIZE])
{
    out[0] = '\0';
    if (number != 0) {
        (void)snprintf(out, CM_ACTION_KEY_SIZE, "%016" PRIx64, number);
    }
}

/* Keys are numbers that the program itself gave: nobody can choose them. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t x = a * UINT64_C(0x9E3779B97F4A7C15) + b;

    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

static uint64_t hash_item(const struct cm_calendar_items *items, uint32_t i)
{
    return mix((uint64_t)items->list[i].certificate, items->list[i].cause);
}

static uint64_t hash_pair(const struct cm_calendar_items *items, uint32_t i)
{
    return mix(items->pairs[i].item, items->pairs[i].owner);
}

typedef uint64_t hash_fn(const struct cm_calendar_items *items, uint32_t i);

static void put(struct cm_calendar_index *index, uint64_t hash, uint32_t number)
{
    size_t at = (size_t)hash & index->mask;

    while (index->slots[at] != CM_NO_ITEM) {
        at = (at + 1) & index->mask;
    }
    index->slots[at] = number;
}

/* Room for one more than `num`, at most half full. */
static bool make_slots(struct cm_calendar_items *items,
                       struct cm_calendar_index *index, uint32_t num,
                       hash_fn *hash)
{
    size_t size = index->slots == NULL ? 0 : index->mask + 1;
    size_t wanted = size == 0 ? FIRST_SLOTS : 2 * size;
    uint32_t *slots;

    if (((size_t)num + 1) * 2 <= size) {
        return true;
    }
    slots = malloc(wanted * sizeof(*slots));
    if (slots == NULL) {
        return false;
    }
    memset(slots, 0xFF, wanted * sizeof(*slots)); /* CM_NO_ITEM */
    free(index->slots);
    *index = (struct cm_calendar_index){slots, wanted - 1};
    for (uint32_t i = 0; i < num; i++) {
        put(index, hash(items, i), i);
    }
    return true;
}

/* A list with room for one more; NULL: no memory, and it is as it was. */
static void *make_room(void *list, uint32_t num, uint32_t *cap, size_t size)
{
    uint32_t wanted = *cap == 0 ? FIRST_CAP : *cap * 2;
    void *grown;

    if (num < *cap) {
        return list;
    }
    grown = wanted <= *cap || wanted == CM_NO_ITEM
                ? NULL
                : reallocarray(list, wanted, size);
    if (grown != NULL) {
        *cap = wanted;
    }
    return grown;
}

bool cm_calendar_items_init(struct cm_calendar_items *items)
{
    memset(items, 0, sizeof(*items));
    items->owner_numbers = cm_map_new();
    return items->owner_numbers != NULL;
}

void cm_calendar_items_free(struct cm_calendar_items *items)
{
    for (uint32_t i = 0; i < items->num_owners; i++) {
        free(items->owners[i]);
    }
    cm_map_free(items->owner_numbers, NULL);
    free(items->owners);
    free(items->order);
    free(items->pairs);
    free(items->list);
    free(items->by_key.slots);
    free(items->by_pair.slots);
    memset(items, 0, sizeof(*items));
}

struct cm_calendar_item *cm_calendar_items_find(struct cm_calendar_items *items,
                                                int64_t certificate,
                                                enum cm_cause cause)
{
    const struct cm_calendar_index *index = &items->by_key;
    struct cm_calendar_item *list;
    size_t at;

    if (!make_slots(items, &items->by_key, items->num, hash_item)) {
        return NULL;
    }
    at = (size_t)mix((uint64_t)certificate, cause) & index->mask;
    for (; index->slots[at] != CM_NO_ITEM; at = (at + 1) & index->mask) {
        struct cm_calendar_item *item = &items->list[index->slots[at]];

        if (item->certificate == certificate && item->cause == cause) {
            return item;
        }
    }
    list = make_room(items->list, items->num, &items->cap, sizeof(*list));
    if (list == NULL) {
        return NULL;
    }
    items->list = list;
    index->slots[at] = items->num;
    list[items->num] = (struct cm_calendar_item){.certificate = certificate,
                                                 .cause = (uint16_t)cause};
    return &list[items->num++];
}

/* The number of an owner; CM_NO_ITEM: no memory. */
static uint32_t owner_number(struct cm_calendar_items *items, const char *name)
{
    size_t len = strlen(name);
    uintptr_t known = (uintptr_t)cm_map_get(items->owner_numbers, name, len);
    char **owners;
    char *copy;

    if (known != 0) {
        return (uint32_t)(known - 1);
    }
    owners = make_room(items->owners, items->num_owners, &items->cap_owners,
                       sizeof(*owners));
    if (owners == NULL) {
        return CM_NO_ITEM;
    }
    items->owners = owners;
    copy = strdup(name);
    if (copy == NULL ||
        !cm_map_put(items->owner_numbers, name, len,
                    (void *)((uintptr_t)items->num_owners + 1))) {
        free(copy);
        return CM_NO_ITEM;
    }
    owners[items->num_owners] = copy;
    return items->num_owners++;
}

static bool count_pair(struct cm_calendar_items *items, uint32_t item,
                       uint32_t owner, uint32_t rows)
{
    const struct cm_calendar_index *index = &items->by_pair;
    struct cm_calendar_pair *pairs;
    size_t at;

    if (!make_slots(items, &items->by_pair, items->num_pairs, hash_pair)) {
        return false;
    }
    at = (size_t)mix(item, owner) & index->mask;
    for (; index->slots[at] != CM_NO_ITEM; at = (at + 1) & index->mask) {
        struct cm_calendar_pair *pair = &items->pairs[index->slots[at]];

        if (pair->item == item && pair->owner == owner) {
            pair->rows += rows;
            return true;
        }
    }
    pairs = make_room(items->pairs, items->num_pairs, &items->cap_pairs,
                      sizeof(*pairs));
    if (pairs == NULL) {
        return false;
    }
    items->pairs = pairs;
    index->slots[at] = items->num_pairs;
    pairs[items->num_pairs++] = (struct cm_calendar_pair){item, owner, rows};
    return true;
}

bool cm_calendar_items_count(struct cm_calendar_items *items,
                             struct cm_calendar_item *item, const char *owner)
{
    uint32_t number = owner_number(items, owner);
    uint32_t at = (uint32_t)(item - items->list);

    if (number == CM_NO_ITEM) {
        return false;
    }
    if (item->rows == 0) {
        item->owner = number;
    } else if (item->owner != CM_NO_ITEM && item->owner != number) {
        if (!count_pair(items, at, item->owner, item->rows)) {
            return false;
        }
        item->owner = CM_NO_ITEM;
    }
    if (item->owner == CM_NO_ITEM && !count_pair(items, at, number, 1)) {
        return false;
    }
    item->rows++;
    return true;
}

/* --- after the last row --- */

/* Entries of one day that need the same stand side by side; the rest goes by
 * the rows that were first, as ids of certificates differ where shards were
 * merged. */
static int by_order(const void *a, const void *b, void *arg)
{
    const struct cm_calendar_item *list = arg;
    const struct cm_calendar_item *one = &list[*(const uint32_t *)a];
    const struct cm_calendar_item *other = &list[*(const uint32_t *)b];
    const uint64_t keys[][2] = {
        {one->effect, other->effect},
        {one->cause, other->cause},
        {one->resolution, other->resolution},
        {one->action, other->action},
        {*(const uint32_t *)a, *(const uint32_t *)b},
    };
    const int64_t days[] = {cm_calendar_day(one->at),
                            cm_calendar_day(other->at)};

    if (days[0] != days[1]) {
        return days[0] < days[1] ? -1 : 1;
    }
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (keys[i][0] != keys[i][1]) {
            return keys[i][0] < keys[i][1] ? -1 : 1;
        }
    }
    return 0;
}

static int by_item(const void *a, const void *b, void *arg)
{
    const struct cm_calendar_items *items = arg;
    const struct cm_calendar_pair *one = a;
    const struct cm_calendar_pair *other = b;

    if (one->item != other->item) {
        return one->item < other->item ? -1 : 1;
    }
    if (one->rows != other->rows) {
        return one->rows > other->rows ? -1 : 1;
    }
    return strcmp(items->owners[one->owner], items->owners[other->owner]);
}

bool cm_calendar_items_sort(struct cm_calendar_items *items)
{
    items->order = malloc(((size_t)items->num + 1) * sizeof(*items->order));
    if (items->order == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < items->num; i++) {
        items->order[i] = i;
    }
    if (items->num > 0) {
        qsort_r(items->order, items->num, sizeof(*items->order), by_order,
                items->list);
    }
    if (items->num_pairs > 0) {
        qsort_r(items->pairs, items->num_pairs, sizeof(*items->pairs), by_item,
                items);
    }
    free(items->by_key.slots);
    free(items->by_pair.slots);
    items->by_key = (struct cm_calendar_index){0};
    items->by_pair = (struct cm_calendar_index){0};
    return true;
}

/* Where the pairs of an item begin. */
static uint32_t first_pair(const struct cm_calendar_items *items, uint32_t item)
{
    uint32_t low = 0;
    uint32_t high = items->num_pairs;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (items->pairs[middle].item < item) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

int64_t cm_calendar_items_owners(const struct cm_calendar_items *items,
                                 uint32_t item, struct cm_calendar_owner *out,
                                 size_t *num)
{
    const struct cm_calendar_item *one = &items->list[item];
    uint32_t first;
    uint32_t end;

    *num = 0;
    if (one->owner != CM_NO_ITEM) {
        out[(*num)++] =
            (struct cm_calendar_owner){items->owners[one->owner], one->rows};
        return 1;
    }
    first = first_pair(items, item);
    for (end = first; end < items->num_pairs && items->pairs[end].item == item;
         end++) {
        if (*num < CM_CALENDAR_OWNERS) {
            out[(*num)++] = (struct cm_calendar_owner){
                items->owners[items->pairs[end].owner], items->pairs[end].rows};
        }
    }
    return (int64_t)(end - first);
}
