/* Rows by owner. A label for each owner of a large fleet would be more than a
 * Prometheus server should hold: the largest are named, the others summed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "prometheus_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/map.h"
#include "certmuster/text.h"

struct owner {
    int64_t rows;
    int64_t verdicts[CM_VERDICT_COUNT];
    char name[];
};

/* Owners are told apart by what is shown of them: two series with the same
 * labels would make a reader refuse the whole file. */
struct cm_owners {
    struct cm_map *all;  /* struct owner, by its name as shown; owned */
    struct cm_buf shown; /* of one row */
    int64_t rows_left_out;
};

struct cm_owners *cm_owners_new(void)
{
    struct cm_owners *owners = calloc(1, sizeof(*owners));

    if (owners != NULL) {
        owners->all = cm_map_new();
        cm_buf_init(&owners->shown, SIZE_MAX / 2);
    }
    if (owners != NULL && owners->all == NULL) {
        free(owners);
        owners = NULL;
    }
    return owners;
}

void cm_owners_free(struct cm_owners *owners)
{
    if (owners != NULL) {
        cm_map_free(owners->all, free);
        cm_buf_cleanup(&owners->shown);
        free(owners);
    }
}

static struct owner *add(struct cm_owners *owners, const char *name)
{
    size_t len = strlen(name);
    struct owner *owner = calloc(1, sizeof(*owner) + len + 1);

    if (owner == NULL) {
        return NULL;
    }
    (void)snprintf(owner->name, len + 1, "%s", name);
    if (!cm_map_put(owners->all, name, len, owner)) {
        free(owner);
        owner = NULL;
    }
    return owner;
}

bool cm_owners_row(struct cm_owners *owners, const struct cm_report_row *row)
{
    struct cm_buf *shown = &owners->shown;
    struct owner *owner;
    enum cm_verdict verdict;

    cm_buf_clear(shown);
    cm_text_terminal(shown, row->owner, strlen(row->owner));
    if (shown->failed) {
        return false;
    }
    owner = cm_map_get(owners->all, cm_buf_cstr(shown), shown->len);
    if (owner == NULL && cm_map_count(owners->all) >= CM_MAX_OWNERS_SEEN) {
        owners->rows_left_out++;
        return true;
    }
    if (owner == NULL) {
        owner = add(owners, cm_buf_cstr(shown));
    }
    if (owner == NULL) {
        return false;
    }
    owner->rows++;
    if (cm_verdict_from_id(row->verdict, &verdict)) {
        owner->verdicts[verdict]++;
    }
    return true;
}

static int by_rows(const void *a, const void *b)
{
    const struct owner *const *left = a;
    const struct owner *const *right = b;

    if ((*left)->rows != (*right)->rows) {
        return (*left)->rows > (*right)->rows ? -1 : 1;
    }
    return strcmp((*left)->name, (*right)->name);
}

static void put_owner(struct cm_buf *out, const struct owner *owner)
{
    for (int i = CM_VERDICT_TRUSTED; i < CM_VERDICT_COUNT; i++) {
        if (owner->verdicts[i] > 0) {
            cm_buf_puts(out, "certmuster_rows_by_owner{");
            cm_prometheus_label(out, false, "owner", owner->name);
            cm_prometheus_label(out, true, "verdict",
                                cm_verdict_id((enum cm_verdict)i));
            cm_buf_printf(out, "} %lld\n", (long long)owner->verdicts[i]);
        }
    }
}

bool cm_owners_put(const struct cm_owners *owners, struct cm_buf *out)
{
    size_t num = cm_map_count(owners->all);
    const struct owner **sorted = calloc(num + 1, sizeof(struct owner *));
    int64_t left_out = owners->rows_left_out;
    size_t cursor = 0;
    void *owner;

    if (sorted == NULL) {
        return false;
    }
    for (size_t i = 0; cm_map_next(owners->all, &cursor, &owner); i++) {
        sorted[i] = owner;
    }
    qsort(sorted, num, sizeof(struct owner *), by_rows);
    cm_prometheus_head(out, "rows_by_owner", "gauge",
                       "Input rows by owner and verdict; the owners with the "
                       "most rows.");
    for (size_t i = 0; i < num; i++) {
        if (i < CM_MAX_OWNERS_NAMED) {
            put_owner(out, sorted[i]);
        } else {
            left_out += sorted[i]->rows;
        }
    }
    cm_prometheus_head(out, "rows_of_other_owners", "gauge",
                       "Input rows of owners that are not named.");
    cm_buf_printf(out, "certmuster_rows_of_other_owners %lld\n",
                  (long long)left_out);
    free(sorted);
    return true;
}
