/* Roots that a root program has decided against.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/distrust.h"

#include <stdlib.h>
#include <string.h>

#include "pki/sct.h"

struct cm_distrust {
    struct cm_distrust_entry *entries;
    size_t num;
};

struct cm_distrust *cm_distrust_new(void)
{
    return calloc(1, sizeof(struct cm_distrust));
}

void cm_distrust_free(struct cm_distrust *list)
{
    if (list == NULL) {
        return;
    }
    for (size_t i = 0; i < list->num; i++) {
        free(list->entries[i].note);
    }
    free(list->entries);
    free(list);
}

bool cm_distrust_add(struct cm_distrust *list,
                     const struct cm_distrust_entry *entry)
{
    struct cm_distrust_entry *grown =
        reallocarray(list->entries, list->num + 1, sizeof(*grown));
    char *note = strdup(entry->note != NULL ? entry->note : "");

    if (grown != NULL) {
        list->entries = grown;
    }
    if (grown == NULL || note == NULL) {
        free(note);
        return false;
    }
    grown[list->num] = *entry;
    grown[list->num].note = note;
    list->num++;
    return true;
}

size_t cm_distrust_count(const struct cm_distrust *list)
{
    return list->num;
}

/* A list has some dozens of roots, and a path has one: no index. */
const struct cm_distrust_entry *cm_distrust_find(const struct cm_distrust *list,
                                                 const struct cm_cert *root)
{
    for (size_t i = 0; i < list->num; i++) {
        const struct cm_distrust_entry *entry = &list->entries[i];
        const uint8_t *hash = entry->by_spki ? root->spki_sha256 : root->sha256;

        if (memcmp(entry->sha256, hash, CM_SHA256_LEN) == 0) {
            return entry;
        }
    }
    return NULL;
}

int64_t cm_distrust_leaf_date(const struct cm_distrust_entry *entry,
                              const struct cm_cert *leaf)
{
    struct cm_sct scts[CM_MAX_SCTS];
    int64_t earliest = 0;
    size_t num = 0;
    bool bad;

    if (entry->kind == CM_DISTRUST_SCT) {
        num = cm_sct_list(leaf->sct_list, scts, &bad);
    }
    for (size_t i = 0; i < num; i++) {
        if (i == 0 || scts[i].unix_time < earliest) {
            earliest = scts[i].unix_time;
        }
    }
    return num > 0 ? earliest : leaf->not_before;
}

bool cm_distrust_hits(const struct cm_distrust_entry *entry,
                      const struct cm_cert *leaf)
{
    return entry->kind == CM_DISTRUST_REMOVED ||
           cm_distrust_leaf_date(entry, leaf) > entry->after_unix;
}
