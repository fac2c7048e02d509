/* A hash map from byte strings to pointers, safe against chosen keys (keyed
 * SipHash). Not thread-safe.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_MAP_H
#define CERTMUSTER_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* cm_hash64 is SipHash-2-4 of `data` under the 16-byte `key`; NULL is the zero
 * key, for hashes that must be the same in every run (action keys, shards). */
uint64_t cm_hash64(const uint8_t key[16], const void *data, size_t len);

struct cm_map; /* opaque */

struct cm_map *cm_map_new(void); /* NULL: no memory, or no random key */
/* cm_map_free frees the map and its copies of the keys; each value goes to
 * `free_value` if that is not NULL. Accepts NULL. */
void cm_map_free(struct cm_map *map, void (*free_value)(void *value));
size_t cm_map_count(const struct cm_map *map);
/* cm_map_get gives NULL for an unknown key; values are never NULL. */
void *cm_map_get(const struct cm_map *map, const void *key, size_t len);
/* cm_map_put stores `value` under a copy of the key; an old value is replaced
 * and not freed. False: no memory, nothing changed. */
bool cm_map_put(struct cm_map *map, const void *key, size_t len, void *value);
/* cm_map_remove gives back the value, or NULL. */
void *cm_map_remove(struct cm_map *map, const void *key, size_t len);
/* cm_map_next walks all entries in no order: start with *cursor = 0; false at
 * the end. The map must not change meanwhile. `key` may be NULL. */
bool cm_map_next(const struct cm_map *map, size_t *cursor, void **value);

#endif
