/* Parts of an output, one in each place.
 * SPDX-License-Identifier: Apache-2.0 */
#include "made_cache.h"

#include <stdlib.h>
#include <string.h>

#include "certmuster/map.h"

#define SLOTS 4096U   /* a power of two */
#define MAX_KEPT 8192 /* bytes of a key with its part */

struct slot {
    uint8_t *bytes; /* owned: the key, then the part; NULL: empty */
    size_t key_len;
    size_t made_len;
};

struct cm_made_cache {
    struct slot slots[SLOTS];
};

struct cm_made_cache *cm_made_cache_new(void)
{
    return calloc(1, sizeof(struct cm_made_cache));
}

void cm_made_cache_free(struct cm_made_cache *cache)
{
    for (size_t i = 0; cache != NULL && i < SLOTS; i++) {
        free(cache->slots[i].bytes);
    }
    free(cache);
}

static size_t place_of(struct cm_span key)
{
    return (size_t)cm_hash64(NULL, key.data, key.len) & (SLOTS - 1);
}

struct cm_span cm_made_cache_get(const struct cm_made_cache *cache,
                                 struct cm_span key)
{
    const struct slot *slot = &cache->slots[place_of(key)];

    if (slot->bytes == NULL || slot->key_len != key.len ||
        memcmp(slot->bytes, key.data, key.len) != 0) {
        return (struct cm_span){0};
    }
    return (struct cm_span){slot->bytes + key.len, slot->made_len};
}

void cm_made_cache_put(struct cm_made_cache *cache, struct cm_span key,
                       struct cm_span made)
{
    struct slot *slot = &cache->slots[place_of(key)];
    uint8_t *bytes;

    if (key.len == 0 || made.len == 0 || key.len + made.len > MAX_KEPT) {
        return;
    }
    bytes = malloc(key.len + made.len);
    if (bytes == NULL) { /* it will be made again */
        return;
    }
    memcpy(bytes, key.data, key.len);
    memcpy(bytes + key.len, made.data, made.len);
    free(slot->bytes);
    slot->bytes = bytes;
    slot->key_len = key.len;
    slot->made_len = made.len;
}
