/* Roots that a root program has decided against.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/distrust.h"

#include <stdlib.h>
#include <string.h>

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
