/* Counting where certificates are used. A row has few of them and many rows
 * share them, so a table by their number holds all; who owns the rows of a
 * certificate is a set of pairs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_uses.h"

#include <stdlib.h>
#include <string.h>

#include "certmuster/map.h"
#include "reader_sql.h"

#define FIRST_SLOTS 1024U         /* a power of two */
#define MAX_USES (UINT32_MAX / 4) /* certificates, pairs, owners */

/* Numbers of uses by the certificate's number: open addressing, at most half
 * full. 0: empty. */
struct slots {
    uint64_t *keys; /* owned */
    uint32_t num;   /* that are taken */
    uint32_t cap;
};

struct cm_report_uses {
    struct cm_use_counts *list; /* owned */
    uint32_t num;
    uint32_t cap;
    uint32_t *index; /* owned: number in the list + 1 */
    uint32_t index_cap;
    struct slots pairs;           /* (certificate's place << 32 | owner) + 1 */
    bool sorted;                  /* ... are then in order, without gaps */
    struct cm_map *owner_numbers; /* + 1 */
    char **owners;                /* owned, as are the texts */
    uint32_t num_owners;
    uint32_t cap_owners;
};

/* Numbers are not chosen by who made the rows: mixing them is enough. */
static uint32_t mix(uint64_t key)
{
    key ^= key >> 33;
    key *= UINT64_C(0xff51afd7ed558ccd);
    key ^= key >> 33;
    return (uint32_t)key;
}

enum cm_status cm_report_uses_want(struct cm_report_run *run,
                                   struct cm_error *err)
{
    struct cm_report_uses *uses;

    if (run->uses != NULL && !run->uses->sorted) {
        return CM_OK; /* another format of this walk wants them too */
    }
    cm_report_uses_free(run->uses);
    run->uses = NULL;
    uses = calloc(1, sizeof(*uses));
    if (uses == NULL) {
        return cm_error_nomem(err, "the certificates");
    }
    uses->index = calloc(FIRST_SLOTS, sizeof(*uses->index));
    uses->index_cap = FIRST_SLOTS;
    uses->pairs.keys = calloc(FIRST_SLOTS, sizeof(*uses->pairs.keys));
    uses->pairs.cap = FIRST_SLOTS;
    uses->owner_numbers = cm_map_new();
    if (uses->index == NULL || uses->pairs.keys == NULL ||
        uses->owner_numbers == NULL) {
        cm_report_uses_free(uses);
        return cm_error_nomem(err, "the certificates");
    }
    run->uses = uses;
    return CM_OK;
}

void cm_report_uses_free(struct cm_report_uses *uses)
{
    if (uses == NULL) {
        return;
    }
    for (uint32_t i = 0; i < uses->num_owners; i++) {
        free(uses->owners[i]);
    }
    cm_map_free(uses->owner_numbers, NULL);
    free(uses->owners);
    free(uses->pairs.keys);
    free(uses->index);
    free(uses->list);
    free(uses);
}

/* --- certificates --- */

static uint32_t slot_of(const struct cm_report_uses *uses, int64_t id)
{
    uint32_t mask = uses->index_cap - 1;
    uint32_t at = mix((uint64_t)id) & mask;

    while (uses->index[at] != 0 && uses->list[uses->index[at] - 1].id != id) {
        at = (at + 1) & mask;
    }
    return at;
}

const struct cm_use_counts *cm_uses_find(const struct cm_report_uses *uses,
                                         int64_t id)
{
    uint32_t place = uses->index[slot_of(uses, id)];

    return place == 0 ? NULL : &uses->list[place - 1];
}

static bool grow_index(struct cm_report_uses *uses)
{
    uint32_t *old = uses->index;
    uint32_t *index = calloc((size_t)uses->index_cap * 2, sizeof(*index));

    if (index == NULL) {
        return false;
    }
    uses->index = index;
    uses->index_cap *= 2;
    for (uint32_t i = 0; i < uses->num; i++) {
        index[slot_of(uses, uses->list[i].id)] = i + 1;
    }
    free(old);
    return true;
}

static bool grow_list(struct cm_report_uses *uses)
{
    uint32_t cap = uses->cap == 0 ? 256 : uses->cap * 2;
    struct cm_use_counts *list;

    if (uses->num >= MAX_USES) {
        return false;
    }
    list = realloc(uses->list, cap * sizeof(*list));
    if (list == NULL) {
        return false;
    }
    uses->list = list;
    uses->cap = cap;
    return true;
}

/* NULL: no memory. It may move with the next one. */
static struct cm_use_counts *use_of(struct cm_report_uses *uses, int64_t id,
                                    int64_t row)
{
    uint32_t at = slot_of(uses, id);

    if (uses->index[at] != 0) {
        return &uses->list[uses->index[at] - 1];
    }
    if (uses->num == uses->cap && !grow_list(uses)) {
        return NULL;
    }
    if (uses->num >= uses->index_cap / 2) {
        if (!grow_index(uses)) {
            return NULL;
        }
        at = slot_of(uses, id);
    }
    uses->list[uses->num] =
        (struct cm_use_counts){.id = id, .last_row = -1, .first_row = row};
    uses->index[at] = ++uses->num;
    return &uses->list[uses->num - 1];
}

/* --- owners --- */

/* The number of an owner + 1; 0: no memory. */
static uint32_t owner_of(struct cm_report_uses *uses, const char *owner)
{
    size_t len = strlen(owner);
    uintptr_t known = (uintptr_t)cm_map_get(uses->owner_numbers, owner, len);

    if (known != 0) {
        return (uint32_t)known;
    }
    if (uses->num_owners == uses->cap_owners) {
        uint32_t cap = uses->cap_owners == 0 ? 64 : uses->cap_owners * 2;
        char **owners = realloc(uses->owners, cap * sizeof(*owners));

        if (owners == NULL || cap > MAX_USES) {
            uses->owners = owners == NULL ? uses->owners : owners;
            return 0;
        }
        uses->owners = owners;
        uses->cap_owners = cap;
    }
    uses->owners[uses->num_owners] = strdup(owner);
    if (uses->owners[uses->num_owners] == NULL) {
        return 0;
    }
    uses->num_owners++;
    return cm_map_put(uses->owner_numbers, owner, len,
                      (void *)(uintptr_t)uses->num_owners)
               ? uses->num_owners
               : 0;
}

static void put_pair(uint64_t *keys, uint32_t cap, uint64_t key, bool *is_new)
{
    uint32_t at = mix(key) & (cap - 1);

    while (keys[at] != 0 && keys[at] != key) {
        at = (at + 1) & (cap - 1);
    }
    *is_new = keys[at] == 0;
    keys[at] = key;
}

static bool add_pair(struct slots *pairs, uint64_t key)
{
    bool is_new;

    if (pairs->num >= pairs->cap / 2) {
        uint64_t *keys;

        if (pairs->cap > MAX_USES) {
            return false;
        }
        keys = calloc((size_t)pairs->cap * 2, sizeof(*keys));
        if (keys == NULL) {
            return false;
        }
        for (uint32_t i = 0; i < pairs->cap; i++) {
            if (pairs->keys[i] != 0) {
                put_pair(keys, pairs->cap * 2, pairs->keys[i], &is_new);
            }
        }
        free(pairs->keys);
        pairs->keys = keys;
        pairs->cap *= 2;
    }
    put_pair(pairs->keys, pairs->cap, key, &is_new);
    pairs->num += is_new ? 1 : 0;
    return true;
}

static bool add_owner(struct cm_report_uses *uses,
                      const struct cm_use_counts *counts, const char *owner)
{
    uint64_t place = (uint64_t)(counts - uses->list);
    uint32_t number;

    if (owner[0] == '\0') {
        return true;
    }
    number = owner_of(uses, owner);
    return number != 0 && add_pair(&uses->pairs, place << 32 | number);
}

/* --- a row --- */

/* Each certificate counts once for a row. */
static bool count_others(struct cm_report_uses *uses,
                         const struct cm_report_row *row,
                         const struct cm_report_list *ids, bool sent)
{
    for (size_t i = 0; i < ids->num; i++) {
        int64_t id = strtoll(ids->items[i], NULL, 10);
        struct cm_use_counts *counts =
            id <= 0 ? NULL : use_of(uses, id, row->row);

        if (id <= 0) {
            continue;
        }
        if (counts == NULL) {
            return false;
        }
        if (counts->last_row != row->row) {
            counts->last_row = row->row;
            counts->issuer_of += sent ? 1 : 0;
            counts->completes += sent ? 0 : 1;
        }
    }
    return true;
}

bool cm_report_uses_row(struct cm_report_uses *uses,
                        const struct cm_report_row *row)
{
    if (uses->sorted) {
        return true; /* a walk for something else */
    }
    if (row->cert != NULL && row->cert->id > 0) {
        struct cm_use_counts *leaf = use_of(uses, row->cert->id, row->row);

        if (leaf == NULL) {
            return false;
        }
        leaf->endpoints++;
        leaf->last_row = row->row;
        if (!add_owner(uses, leaf, row->owner)) {
            return false;
        }
    }
    return count_others(uses, row, &row->chain, true) &&
           count_others(uses, row, &row->path, false);
}

/* --- after the last row --- */

static int by_key(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a;
    uint64_t other = *(const uint64_t *)b;

    return one < other ? -1 : one > other ? 1 : 0;
}

void cm_uses_sort(struct cm_report_uses *uses)
{
    struct slots *pairs = &uses->pairs;
    uint32_t num = 0;

    if (uses->sorted) {
        return;
    }
    for (uint32_t i = 0; i < pairs->cap; i++) {
        if (pairs->keys[i] != 0) {
            pairs->keys[num++] = pairs->keys[i];
        }
    }
    qsort(pairs->keys, num, sizeof(*pairs->keys), by_key);
    uses->sorted = true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum cm_status cm_uses_owners(const struct cm_report_uses *uses,
                              const struct cm_use_counts *counts,
                              struct cm_report_list *out)
{
    const struct slots *pairs = &uses->pairs;
    uint64_t place = (uint64_t)(counts - uses->list);
    uint32_t low = 0;
    uint32_t high = pairs->num;
    enum cm_status status = CM_OK;

    out->num = 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (pairs->keys[middle] >> 32 < place) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (;
         low < pairs->num && pairs->keys[low] >> 32 == place && status == CM_OK;
         low++) {
        uint32_t owner = (uint32_t)pairs->keys[low] - 1;

        status = cm_report_list_push(out, uses->owners[owner]);
    }
    if (out->num > 1) {
        qsort(out->items, out->num, sizeof(*out->items), by_name);
    }
    return status;
}

int64_t cm_uses_num(const struct cm_report_uses *uses)
{
    return uses->num;
}

bool cm_uses_ids(const struct cm_report_uses *uses, struct cm_buf *json)
{
    (void)cm_buf_putc(json, '[');
    for (uint32_t i = 0; i < uses->num; i++) {
        (void)cm_buf_puts(json, i == 0 ? "" : ",");
        (void)cm_buf_number(json, uses->list[i].id);
    }
    return cm_buf_putc(json, ']');
}
