/* SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/memo.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/map.h"

#define MAX_PART 32U /* one answer may take that part of the room, no more */

struct cm_memo_item {
    atomic_uint refs;          /* its place's, and those who borrow it */
    bool used;                 /* since the clock's hand passed */
    struct cm_memo_item *next; /* the ring of all */
    struct cm_memo_item *prev;
    void *value;
    size_t bytes;
    size_t len;
    unsigned char key[];
};

struct cm_memo {
    pthread_mutex_t lock;
    struct cm_map *map;
    struct cm_memo_item *hand; /* the next that may have to go; NULL: none */
    size_t bytes;
    size_t max_bytes;
    void (*free_value)(void *value);
};

struct cm_memo *cm_memo_new(size_t max_bytes, void (*free_value)(void *value))
{
    struct cm_memo *memo = calloc(1, sizeof(*memo));

    if (memo == NULL) {
        return NULL;
    }
    memo->map = cm_map_new();
    if (memo->map == NULL || pthread_mutex_init(&memo->lock, NULL) != 0) {
        cm_map_free(memo->map, NULL);
        free(memo);
        return NULL;
    }
    memo->max_bytes = max_bytes;
    memo->free_value = free_value;
    return memo;
}

static void unref(const struct cm_memo *memo, struct cm_memo_item *item)
{
    if (atomic_fetch_sub(&item->refs, 1) == 1) {
        memo->free_value(item->value);
        free(item);
    }
}

/* --- the ring; with the lock --- */

static void link_behind_hand(struct cm_memo *memo, struct cm_memo_item *item)
{
    struct cm_memo_item *hand = memo->hand;

    if (hand == NULL) {
        item->next = item;
        item->prev = item;
        memo->hand = item;
    } else {
        item->next = hand;
        item->prev = hand->prev;
        hand->prev->next = item;
        hand->prev = item;
    }
    memo->bytes += item->bytes;
}

static void drop(struct cm_memo *memo, struct cm_memo_item *item)
{
    memo->hand = item->next == item ? NULL : item->next;
    item->prev->next = item->next;
    item->next->prev = item->prev;
    memo->bytes -= item->bytes;
    (void)cm_map_remove(memo->map, item->key, item->len);
    unref(memo, item);
}

static void make_room(struct cm_memo *memo, size_t bytes)
{
    while (memo->hand != NULL && memo->bytes + bytes > memo->max_bytes) {
        struct cm_memo_item *item = memo->hand;

        if (item->used) {
            item->used = false;
            memo->hand = item->next;
        } else {
            drop(memo, item);
        }
    }
}

void cm_memo_free(struct cm_memo *memo)
{
    if (memo == NULL) {
        return;
    }
    while (memo->hand != NULL) {
        drop(memo, memo->hand);
    }
    cm_map_free(memo->map, NULL);
    (void)pthread_mutex_destroy(&memo->lock);
    free(memo);
}

/* --- asking and telling --- */

struct cm_memo_item *cm_memo_get(struct cm_memo *memo, const void *key,
                                 size_t len)
{
    struct cm_memo_item *item;

    (void)pthread_mutex_lock(&memo->lock);
    item = cm_map_get(memo->map, key, len);
    if (item != NULL) {
        item->used = true;
        (void)atomic_fetch_add(&item->refs, 1);
    }
    (void)pthread_mutex_unlock(&memo->lock);
    return item;
}

void *cm_memo_value(const struct cm_memo_item *item)
{
    return item->value;
}

void cm_memo_give_back(struct cm_memo *memo, struct cm_memo_item *item)
{
    unref(memo, item);
}

/* The item, its key twice, and its place in the map. */
static size_t overhead(size_t len)
{
    return sizeof(struct cm_memo_item) + 2 * len + 64;
}

static bool keep(struct cm_memo *memo, struct cm_memo_item *item)
{
    bool kept = false;

    (void)pthread_mutex_lock(&memo->lock);
    if (cm_map_get(memo->map, item->key, item->len) == NULL) {
        make_room(memo, item->bytes);
        kept = cm_map_put(memo->map, item->key, item->len, item);
    }
    if (kept) {
        link_behind_hand(memo, item);
    }
    (void)pthread_mutex_unlock(&memo->lock);
    return kept;
}

void cm_memo_put(struct cm_memo *memo, const void *key, size_t len, void *value,
                 size_t bytes)
{
    struct cm_memo_item *item = NULL;

    bytes += overhead(len);
    if (bytes <= memo->max_bytes / MAX_PART) {
        item = malloc(sizeof(*item) + len);
    }
    if (item == NULL) {
        memo->free_value(value);
        return;
    }
    atomic_init(&item->refs, 1);
    item->used = false;
    item->value = value;
    item->bytes = bytes;
    item->len = len;
    memcpy(item->key, key, len);
    if (!keep(memo, item)) {
        unref(memo, item);
    }
}
