/* Lists by their text.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_lists.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS 1024U   /* a power of two */
#define MAX_KEPT 2048 /* bytes; a longer text is read anew each time */

struct slot {
    char *text; /* owned; NULL: empty */
    size_t len;
    struct cm_report_list list;
};

struct cm_list_cache {
    struct slot slots[SLOTS + 1]; /* the last one is for long texts */
};

struct cm_list_cache *cm_list_cache_new(void)
{
    return calloc(1, sizeof(struct cm_list_cache));
}

void cm_list_cache_free(struct cm_list_cache *cache)
{
    for (size_t i = 0; cache != NULL && i <= SLOTS; i++) {
        free(cache->slots[i].text);
        cm_report_list_cleanup(&cache->slots[i].list);
    }
    free(cache);
}

/* FNV-1a: who makes texts fall into one slot makes his own report slower by
 * reading them as often as without a cache. */
static size_t slot_of(const char *text, size_t len)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);

    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ (uint8_t)text[i]) * UINT64_C(0x100000001B3);
    }
    return (size_t)(hash ^ hash >> 32) & (SLOTS - 1);
}

static enum cm_status fill(struct slot *slot, const char *text, size_t len)
{
    enum cm_status status;

    free(slot->text);
    slot->len = len;
    slot->text = malloc(len + 1);
    if (slot->text == NULL) {
        return CM_ENOMEM;
    }
    memcpy(slot->text, text, len);
    slot->text[len] = '\0';
    status = cm_report_list_parse(&slot->list, slot->text);
    if (status != CM_OK) {
        free(slot->text);
        slot->text = NULL;
    }
    return status;
}

void cm_list_cache_read(struct cm_list_cache *cache, struct cm_sql_line *line,
                        struct cm_report_list *out, struct cm_span *text)
{
    const char *json = cm_sql_text(line);
    enum cm_status status = CM_OK;
    struct slot *slot;
    size_t len;

    json = json == NULL ? "[]" : json;
    len = strlen(json);
    slot = &cache->slots[len > MAX_KEPT ? SLOTS : slot_of(json, len)];
    if (slot->text == NULL || slot->len != len ||
        memcmp(slot->text, json, len) != 0) {
        status = fill(slot, json, len);
    }
    if (status == CM_OK) {
        *out = slot->list;
        *text = (struct cm_span){(const uint8_t *)slot->text, len};
    } else {
        memset(out, 0, sizeof(*out));
        *text = (struct cm_span){0};
    }
    if (line->status == CM_OK) {
        line->status = status;
    }
}
