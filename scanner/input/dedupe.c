/* Which row was the first with this endpoint? An open-addressing table of
 * 128-bit hashes, 32 bytes a slot, so that a million rows take some 64 MB.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "certmuster/map.h"
#include "input/input.h"

#define FIRST_SLOTS 1024U /* a power of two, as all sizes are */
#define KEY_MAX 2048U

struct slot {
    uint64_t hash[2];
    uint64_t id; /* 0: free */
    uint64_t line;
};

struct cm_dedupe {
    uint8_t key[2][16]; /* of the two hashes: nobody can choose collisions */
    struct slot *slots;
    size_t num_slots;
    size_t used;
    struct cm_buf text;
};

struct cm_dedupe *cm_dedupe_new(void)
{
    struct cm_dedupe *dedupe = calloc(1, sizeof(*dedupe));

    if (dedupe == NULL) {
        return NULL;
    }
    cm_buf_init(&dedupe->text, KEY_MAX);
    dedupe->num_slots = FIRST_SLOTS;
    dedupe->slots = calloc(dedupe->num_slots, sizeof(*dedupe->slots));
    if (dedupe->slots == NULL || getrandom(dedupe->key, sizeof(dedupe->key),
                                           0) != (ssize_t)sizeof(dedupe->key)) {
        cm_dedupe_free(dedupe);
        return NULL;
    }
    return dedupe;
}

void cm_dedupe_free(struct cm_dedupe *dedupe)
{
    if (dedupe != NULL) {
        cm_buf_cleanup(&dedupe->text);
        free(dedupe->slots);
        free(dedupe);
    }
}

/* The slot that holds the hash, or the free one where it belongs. */
static struct slot *find_slot(struct slot *slots, size_t num_slots,
                              const uint64_t hash[2])
{
    size_t at = hash[0] & (num_slots - 1);

    while (slots[at].id != 0 &&
           (slots[at].hash[0] != hash[0] || slots[at].hash[1] != hash[1])) {
        at = (at + 1) & (num_slots - 1);
    }
    return &slots[at];
}

static bool make_room(struct cm_dedupe *dedupe)
{
    size_t num_slots = dedupe->num_slots * 2;
    struct slot *slots;

    if (dedupe->used < dedupe->num_slots - dedupe->num_slots / 4) {
        return true;
    }
    slots = calloc(num_slots, sizeof(*slots));
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < dedupe->num_slots; i++) {
        const struct slot *old = &dedupe->slots[i];

        if (old->id != 0) {
            *find_slot(slots, num_slots, old->hash) = *old;
        }
    }
    free(dedupe->slots);
    dedupe->slots = slots;
    dedupe->num_slots = num_slots;
    return true;
}

bool cm_dedupe_note(struct cm_dedupe *dedupe, struct cm_row *row)
{
    struct cm_buf *text = &dedupe->text;
    struct slot *slot;
    uint64_t hash[2];

    row->endpoint_id = row->id;
    row->first_line = row->line;
    if (!row->valid) {
        return true;
    }
    cm_buf_clear(text);
    cm_endpoint_key(&row->endpoint, text);
    if (text->failed || !make_room(dedupe)) {
        return false;
    }
    for (int i = 0; i < 2; i++) {
        hash[i] = cm_hash64(dedupe->key[i], text->data, text->len);
    }
    slot = find_slot(dedupe->slots, dedupe->num_slots, hash);
    if (slot->id == 0) {
        *slot = (struct slot){{hash[0], hash[1]}, row->id, row->line};
        dedupe->used++;
    }
    row->endpoint_id = slot->id;
    row->first_line = slot->line;
    return true;
}
