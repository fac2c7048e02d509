/* Open addressing with linear probing; removal moves later entries up, so that
 * there are no tombstones and a lookup ends at the first free slot.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "certmuster/status.h"

#define FIRST_SLOTS 16 /* a power of two, as every later size */

struct slot {
    uint64_t hash;
    void *value; /* NULL: the slot is free */
    uint8_t *key;
    size_t len;
};

struct cm_map {
    struct slot *slots;
    size_t num_slots;
    size_t count;
    uint8_t secret[16];
};

struct cm_map *cm_map_new(void)
{
    struct cm_map *map = calloc(1, sizeof(*map));
    ssize_t got;

    if (map == NULL) {
        return NULL;
    }
    do {
        got = getrandom(map->secret, sizeof(map->secret), 0);
    } while (got < 0 && errno == EINTR);
    map->slots = calloc(FIRST_SLOTS, sizeof(*map->slots));
    map->num_slots = FIRST_SLOTS;
    if (got != (ssize_t)sizeof(map->secret) || map->slots == NULL) {
        cm_map_free(map, NULL); /* predictable keys would be no map at all */
        return NULL;
    }
    return map;
}

void cm_map_free(struct cm_map *map, void (*free_value)(void *value))
{
    if (map == NULL) {
        return;
    }
    for (size_t i = 0; map->slots != NULL && i < map->num_slots; i++) {
        struct slot *slot = &map->slots[i];

        if (slot->value != NULL && free_value != NULL) {
            free_value(slot->value);
        }
        free(slot->key);
    }
    free(map->slots);
    free(map);
}

size_t cm_map_count(const struct cm_map *map)
{
    return map->count;
}

/* The slot that holds the key, or the free one where it belongs. There is
 * always a free one: the table is never more than three quarters full. */
static struct slot *find(const struct cm_map *map, uint64_t hash,
                         const void *key, size_t len)
{
    size_t mask = map->num_slots - 1;
    size_t at = (size_t)hash & mask;

    for (;; at = (at + 1) & mask) {
        struct slot *slot = &map->slots[at];

        if (slot->value == NULL ||
            (slot->hash == hash && slot->len == len &&
             (len == 0 || memcmp(slot->key, key, len) == 0))) {
            return slot;
        }
    }
}

static bool grow(struct cm_map *map)
{
    size_t num_slots = map->num_slots * 2;
    size_t mask = num_slots - 1;
    struct slot *slots = calloc(num_slots, sizeof(*slots));

    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < map->num_slots; i++) {
        size_t at = (size_t)map->slots[i].hash & mask;

        if (map->slots[i].value == NULL) {
            continue;
        }
        while (slots[at].value != NULL) {
            at = (at + 1) & mask;
        }
        slots[at] = map->slots[i];
    }
    free(map->slots);
    map->slots = slots;
    map->num_slots = num_slots;
    return true;
}

void *cm_map_get(const struct cm_map *map, const void *key, size_t len)
{
    return find(map, cm_hash64(map->secret, key, len), key, len)->value;
}

bool cm_map_put(struct cm_map *map, const void *key, size_t len, void *value)
{
    uint64_t hash = cm_hash64(map->secret, key, len);
    struct slot *slot = find(map, hash, key, len);
    uint8_t *copy;

    cm_assert(value != NULL);
    if (slot->value != NULL) {
        slot->value = value;
        return true;
    }
    copy = malloc(len > 0 ? len : 1);
    if (copy == NULL) {
        return false;
    }
    if (map->count >= map->num_slots / 4 * 3) {
        if (!grow(map)) {
            free(copy);
            return false;
        }
        slot = find(map, hash, key, len);
    }
    if (len > 0) {
        memcpy(copy, key, len);
    }
    slot->hash = hash;
    slot->value = value;
    slot->key = copy;
    slot->len = len;
    map->count++;
    return true;
}

/* Closes the gap at `hole`: an entry further on may move into it unless its
 * own place lies behind the hole (Knuth, volume 3, section 6.4, algorithm R).
 */
static void close_gap(struct cm_map *map, size_t hole)
{
    size_t mask = map->num_slots - 1;

    for (size_t at = (hole + 1) & mask; map->slots[at].value != NULL;
         at = (at + 1) & mask) {
        size_t home = (size_t)map->slots[at].hash & mask;

        if (((at - home) & mask) >= ((at - hole) & mask)) {
            map->slots[hole] = map->slots[at];
            hole = at;
        }
    }
    map->slots[hole] = (struct slot){0};
}

void *cm_map_remove(struct cm_map *map, const void *key, size_t len)
{
    struct slot *slot = find(map, cm_hash64(map->secret, key, len), key, len);
    void *value = slot->value;

    if (value != NULL) {
        free(slot->key);
        close_gap(map, (size_t)(slot - map->slots));
        map->count--;
    }
    return value;
}

bool cm_map_next(const struct cm_map *map, size_t *cursor, void **value)
{
    while (*cursor < map->num_slots) {
        void *found = map->slots[(*cursor)++].value;

        if (found != NULL) {
            *value = found;
            return true;
        }
    }
    return false;
}
