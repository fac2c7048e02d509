/* A heap with the farthest one on top, and a map of who is in it. The farthest
 * one only comes nearer, so whoever left, or was never let in, stays out: the
 * rows of those who are kept are all of their rows.
 * SPDX-License-Identifier: Apache-2.0 */
#include "nearest.h"

#include <stdlib.h>
#include <string.h>

#include "certmuster/map.h"

struct cm_nearest {
    int64_t judged_at;
    struct cm_near *heap[CM_MAX_NEAREST]; /* owned */
    size_t num;
    struct cm_map *by_fingerprint; /* borrows from `heap` */
    bool is_cut;
};

struct cm_nearest *cm_nearest_new(int64_t judged_at)
{
    struct cm_nearest *nearest = calloc(1, sizeof(*nearest));

    if (nearest != NULL) {
        nearest->judged_at = judged_at;
        nearest->by_fingerprint = cm_map_new();
    }
    if (nearest != NULL && nearest->by_fingerprint == NULL) {
        free(nearest);
        nearest = NULL;
    }
    return nearest;
}

static void free_one(struct cm_near *one)
{
    if (one != NULL) {
        free(one->fingerprint_sha256);
        free(one->subject_cn);
        free(one->issuer_cn);
        free(one->host);
        free(one);
    }
}

void cm_nearest_free(struct cm_nearest *nearest)
{
    if (nearest == NULL) {
        return;
    }
    for (size_t i = 0; i < nearest->num; i++) {
        free_one(nearest->heap[i]);
    }
    cm_map_free(nearest->by_fingerprint, NULL);
    free(nearest);
}

static int compare(int64_t distance, const char *fingerprint,
                   const struct cm_near *other)
{
    if (distance != other->distance) {
        return distance < other->distance ? -1 : 1;
    }
    return strcmp(fingerprint, other->fingerprint_sha256);
}

static bool is_farther(const struct cm_near *a, const struct cm_near *b)
{
    return compare(a->distance, a->fingerprint_sha256, b) > 0;
}

static void swap(struct cm_nearest *nearest, size_t a, size_t b)
{
    struct cm_near *kept = nearest->heap[a];

    nearest->heap[a] = nearest->heap[b];
    nearest->heap[b] = kept;
}

static void sift_up(struct cm_nearest *nearest, size_t at)
{
    while (at > 0) {
        size_t parent = (at - 1) / 2;

        /* `at` is less than `num`, which cppcheck does not follow. */
        /* cppcheck-suppress arrayIndexOutOfBoundsCond */
        if (!is_farther(nearest->heap[at], nearest->heap[parent])) {
            return;
        }
        swap(nearest, at, parent);
        at = parent;
    }
}

static void sift_down(struct cm_nearest *nearest)
{
    size_t at = 0;

    for (;;) {
        size_t child = 2 * at + 1;

        if (child + 1 < nearest->num &&
            is_farther(nearest->heap[child + 1], nearest->heap[child])) {
            child++;
        }
        if (child >= nearest->num ||
            !is_farther(nearest->heap[child], nearest->heap[at])) {
            return;
        }
        swap(nearest, at, child);
        at = child;
    }
}

static void drop_farthest(struct cm_nearest *nearest)
{
    struct cm_near *farthest = nearest->heap[0];
    const char *key = farthest->fingerprint_sha256;

    (void)cm_map_remove(nearest->by_fingerprint, key, strlen(key));
    nearest->heap[0] = nearest->heap[--nearest->num];
    sift_down(nearest);
    free_one(farthest);
    nearest->is_cut = true;
}

static char *copy(const char *text)
{
    return strdup(text == NULL ? "" : text);
}

static struct cm_near *make(const struct cm_report_row *row, int64_t distance)
{
    struct cm_near *one = calloc(1, sizeof(*one));

    if (one == NULL) {
        return NULL;
    }
    one->fingerprint_sha256 = copy(row->fingerprint_sha256);
    one->subject_cn = copy(row->subject_cn);
    one->issuer_cn = copy(row->issuer_cn);
    one->host = copy(row->host);
    one->port = row->port;
    one->not_after = row->not_after;
    one->distance = distance;
    one->rows = 1;
    if (one->fingerprint_sha256 == NULL || one->subject_cn == NULL ||
        one->issuer_cn == NULL || one->host == NULL) {
        free_one(one);
        one = NULL;
    }
    return one;
}

bool cm_nearest_row(struct cm_nearest *nearest, const struct cm_report_row *row)
{
    const char *key = row->fingerprint_sha256;
    struct cm_near *one;
    int64_t distance;

    if (key == NULL || row->not_after == CM_UNKNOWN) {
        return true;
    }
    one = cm_map_get(nearest->by_fingerprint, key, strlen(key));
    if (one != NULL) {
        one->rows++;
        return true;
    }
    distance = row->not_after < nearest->judged_at
                   ? nearest->judged_at - row->not_after
                   : row->not_after - nearest->judged_at;
    if (nearest->num == CM_MAX_NEAREST) {
        if (compare(distance, key, nearest->heap[0]) > 0) {
            nearest->is_cut = true;
            return true;
        }
        drop_farthest(nearest);
    }
    one = make(row, distance);
    if (one == NULL ||
        !cm_map_put(nearest->by_fingerprint, key, strlen(key), one)) {
        free_one(one);
        return false;
    }
    cm_assert(nearest->num < CM_MAX_NEAREST);
    nearest->heap[nearest->num++] = one;
    sift_up(nearest, nearest->num - 1);
    return true;
}

static int by_distance(const void *a, const void *b)
{
    const struct cm_near *const *left = a;
    const struct cm_near *const *right = b;

    return compare((*left)->distance, (*left)->fingerprint_sha256, *right);
}

const struct cm_near *const *cm_nearest_list(struct cm_nearest *nearest,
                                             size_t *num)
{
    *num = nearest->num;
    qsort(nearest->heap, nearest->num, sizeof(struct cm_near *), by_distance);
    return (const struct cm_near *const *)nearest->heap;
}

bool cm_nearest_is_cut(const struct cm_nearest *nearest)
{
    return nearest->is_cut;
}
