/* A set of certificates: each once, found by subject, in order of addition.
 * SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdlib.h>

#include "certmuster/map.h"
#include "pki/pki.h"

struct list {
    struct cm_cert **items; /* owned array */
    size_t count;
    size_t cap;
};

struct cm_certset {
    pthread_mutex_t lock; /* of additions */
    size_t max;
    struct list all;           /* holds the references */
    struct cm_map *by_sha256;  /* to the certificate */
    struct cm_map *by_subject; /* to an owned struct list */
};

static bool list_add(struct list *list, struct cm_cert *cert)
{
    if (list->count == list->cap) {
        size_t cap = list->cap == 0 ? 1 : 2 * list->cap;
        struct cm_cert **items =
            reallocarray(list->items, cap, sizeof(struct cm_cert *));

        if (items == NULL) {
            return false;
        }
        list->items = items;
        list->cap = cap;
    }
    list->items[list->count++] = cert;
    return true;
}

static void list_free(void *value)
{
    struct list *list = value;

    free(list->items);
    free(list);
}

struct cm_certset *cm_certset_new(size_t max)
{
    struct cm_certset *set = calloc(1, sizeof(*set));

    if (set == NULL) {
        return NULL;
    }
    if (pthread_mutex_init(&set->lock, NULL) != 0) {
        free(set);
        return NULL;
    }
    set->max = max;
    set->by_sha256 = cm_map_new();
    set->by_subject = cm_map_new();
    if (set->by_sha256 == NULL || set->by_subject == NULL) {
        cm_certset_free(set);
        return NULL;
    }
    return set;
}

void cm_certset_free(struct cm_certset *set)
{
    if (set == NULL) {
        return;
    }
    for (size_t i = 0; i < set->all.count; i++) {
        cm_cert_unref(set->all.items[i]);
    }
    free(set->all.items);
    cm_map_free(set->by_sha256, NULL);
    cm_map_free(set->by_subject, list_free);
    (void)pthread_mutex_destroy(&set->lock);
    free(set);
}

size_t cm_certset_count(const struct cm_certset *set)
{
    return set->all.count;
}

static struct list *subject_list(struct cm_certset *set, struct cm_span subject)
{
    struct list *list = cm_map_get(set->by_subject, subject.data, subject.len);

    if (list != NULL) {
        return list;
    }
    list = calloc(1, sizeof(*list));
    if (list != NULL &&
        !cm_map_put(set->by_subject, subject.data, subject.len, list)) {
        free(list);
        return NULL;
    }
    return list;
}

/* A step that fails leaves at the most an empty list behind. */
static bool add_locked(struct cm_certset *set, struct cm_cert *cert)
{
    struct list *list = NULL;

    if (set->all.count >= set->max || cm_certset_has(set, cert)) {
        return true;
    }
    if (cert->subject_norm.len > 0) {
        list = subject_list(set, cert->subject_norm);
        if (list == NULL || !list_add(list, cert)) {
            return false;
        }
    }
    if (!list_add(&set->all, cert)) {
        goto undo_subject;
    }
    if (!cm_map_put(set->by_sha256, cert->sha256, CM_SHA256_LEN, cert)) {
        set->all.count--;
        goto undo_subject;
    }
    (void)cm_cert_ref(cert);
    return true;
undo_subject:
    if (list != NULL) {
        list->count--;
    }
    return false;
}

bool cm_certset_add(struct cm_certset *set, struct cm_cert *cert)
{
    bool ok;

    (void)pthread_mutex_lock(&set->lock);
    ok = add_locked(set, cert);
    (void)pthread_mutex_unlock(&set->lock);
    return ok;
}

bool cm_certset_has(const struct cm_certset *set, const struct cm_cert *cert)
{
    return cm_map_get(set->by_sha256, cert->sha256, CM_SHA256_LEN) != NULL;
}

size_t cm_certset_by_subject(const struct cm_certset *set,
                             struct cm_span subject_norm,
                             struct cm_cert *const **out)
{
    const struct list *list = NULL;

    if (subject_norm.len > 0) {
        list = cm_map_get(set->by_subject, subject_norm.data, subject_norm.len);
    }
    *out = list != NULL ? list->items : NULL;
    return list != NULL ? list->count : 0;
}

struct cm_cert *cm_certset_at(const struct cm_certset *set, size_t index)
{
    return index < set->all.count ? set->all.items[index] : NULL;
}
