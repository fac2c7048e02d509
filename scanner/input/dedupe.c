/* Which row was the first with this endpoint? Open-addressing tables of hashes,
 * 13 bytes a slot: 64 bits of a keyed hash, which are 72 with those that chose
 * the table and which no two endpoints of a fleet share by chance, and 40 of
 * the row's number. Each table grows by an eighth, and there are many, so that
 * a million endpoints take some 16 MB and never much more while a table grows.
 * This is all that a scan remembers of each row of its input. Lines are not
 * kept: from row to row they mostly go on by one, and only where they do not is
 * noted. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "certmuster/map.h"
#include "certmuster/status.h"
#include "input/input.h"

#define KEY_MAX 2048U
#define TABLES 256U
#define FIRST_SLOTS 16U
#define GROWTH 8U /* a table grows by one part of so many */
#define ID_BITS 40U
#define ID_MASK ((UINT64_C(1) << ID_BITS) - 1)

/* Bytes, since numbers would be aligned. */
struct slot {
    uint8_t hash[8];
    uint8_t id[5]; /* of the row, the lowest byte first; 0: free */
};

struct table {
    struct slot *slots;
    uint32_t num_slots;
    uint32_t used;
};

/* From this row on, until the next jump, line = row + ahead. */
struct jump {
    uint64_t id;
    uint64_t ahead;
};

struct cm_dedupe {
    uint8_t key[2][16]; /* of the two hashes: nobody can choose collisions */
    struct table tables[TABLES];
    struct jump *jumps; /* owned, by row */
    size_t num_jumps;
    size_t max_jumps;
    struct cm_buf text;
};

struct cm_dedupe *cm_dedupe_new(void)
{
    struct cm_dedupe *dedupe = calloc(1, sizeof(*dedupe));

    if (dedupe == NULL) {
        return NULL;
    }
    cm_buf_init(&dedupe->text, KEY_MAX);
    if (getrandom(dedupe->key, sizeof(dedupe->key), 0) !=
        (ssize_t)sizeof(dedupe->key)) {
        cm_dedupe_free(dedupe);
        return NULL;
    }
    return dedupe;
}

void cm_dedupe_free(struct cm_dedupe *dedupe)
{
    if (dedupe != NULL) {
        for (size_t i = 0; i < TABLES; i++) {
            free(dedupe->tables[i].slots);
        }
        cm_buf_cleanup(&dedupe->text);
        free(dedupe->jumps);
        free(dedupe);
    }
}

/* --- lines --- */

/* The last jump up to the row; NULL: there is none. */
static const struct jump *find_jump(const struct cm_dedupe *dedupe, uint64_t id)
{
    size_t from = 0;
    size_t until = dedupe->num_jumps;

    while (from < until) {
        size_t middle = from + (until - from) / 2;

        if (dedupe->jumps[middle].id <= id) {
            from = middle + 1;
        } else {
            until = middle;
        }
    }
    return from == 0 ? NULL : &dedupe->jumps[from - 1];
}

static uint64_t line_of(const struct cm_dedupe *dedupe, uint64_t id)
{
    const struct jump *jump = find_jump(dedupe, id);

    return jump == NULL ? id : id + jump->ahead;
}

/* Rows come in their order. */
static bool note_line(struct cm_dedupe *dedupe, const struct cm_row *row)
{
    size_t max = dedupe->max_jumps == 0 ? 16 : 2 * dedupe->max_jumps;
    struct jump *grown;

    if (line_of(dedupe, row->id) == row->line) {
        return true;
    }
    if (dedupe->num_jumps == dedupe->max_jumps) {
        grown = reallocarray(dedupe->jumps, max, sizeof(*grown));
        if (grown == NULL) {
            return false;
        }
        dedupe->jumps = grown;
        dedupe->max_jumps = max;
    }
    dedupe->jumps[dedupe->num_jumps++] =
        (struct jump){row->id, row->line - row->id};
    return true;
}

/* --- endpoints --- */

static uint64_t id_of(const struct slot *slot)
{
    uint64_t id = 0;

    for (size_t i = sizeof(slot->id); i > 0; i--) {
        id = id << 8 | slot->id[i - 1];
    }
    return id;
}

static void fill(struct slot *slot, uint64_t hash, uint64_t id)
{
    memcpy(slot->hash, &hash, sizeof(slot->hash));
    for (size_t i = 0; i < sizeof(slot->id); i++) {
        slot->id[i] = (uint8_t)(id >> 8 * i);
    }
}

static uint64_t hash_of(const struct slot *slot)
{
    uint64_t hash;

    memcpy(&hash, slot->hash, sizeof(hash));
    return hash;
}

/* The slot that holds the hash, or the free one where it belongs. Any number of
 * slots will do: the hash's share of its range is the place's share of all. */
static struct slot *find_slot(const struct table *table, uint64_t hash)
{
    uint32_t high = (uint32_t)(hash >> 32);
    uint32_t at = (uint32_t)((uint64_t)high * table->num_slots >> 32);
    struct slot *slot = &table->slots[at];

    while (id_of(slot) != 0 && hash_of(slot) != hash) {
        at = at + 1 == table->num_slots ? 0 : at + 1;
        slot = &table->slots[at];
    }
    return slot;
}

static bool make_room(struct table *table)
{
    struct table grown = {.used = table->used};

    if (table->used < table->num_slots - table->num_slots / 8) {
        return true;
    }
    grown.num_slots = table->num_slots == 0
                          ? FIRST_SLOTS
                          : table->num_slots + table->num_slots / GROWTH;
    grown.slots = calloc(grown.num_slots, sizeof(*grown.slots));
    if (grown.slots == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < table->num_slots; i++) {
        const struct slot *old = &table->slots[i];

        if (id_of(old) != 0) {
            *find_slot(&grown, hash_of(old)) = *old;
        }
    }
    free(table->slots);
    *table = grown;
    return true;
}

bool cm_dedupe_note(struct cm_dedupe *dedupe, struct cm_row *row)
{
    struct cm_buf *text = &dedupe->text;
    struct table *table;
    struct slot *slot;
    uint64_t hash;

    row->endpoint_id = row->id;
    row->first_line = row->line;
    if (!row->valid) {
        return true;
    }
    cm_assert(row->id > 0 && row->id <= ID_MASK);
    cm_buf_clear(text);
    cm_endpoint_key(&row->endpoint, text);
    if (text->failed || !note_line(dedupe, row)) {
        return false;
    }
    hash = cm_hash64(dedupe->key[0], text->data, text->len);
    table = &dedupe->tables[cm_hash64(dedupe->key[1], text->data, text->len) %
                            TABLES];
    if (!make_room(table)) {
        return false;
    }
    slot = find_slot(table, hash);
    if (id_of(slot) == 0) {
        fill(slot, hash, row->id);
        table->used++;
    }
    row->endpoint_id = id_of(slot);
    row->first_line = line_of(dedupe, row->endpoint_id);
    return true;
}
