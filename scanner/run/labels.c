/* SPDX-License-Identifier: Apache-2.0 */
#include "run/labels.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/map.h"
#include "certmuster/stored.h"
#include "run/measures.h"

#define MAX_COLUMNS 16 /* that policies speak of; others are not known */

struct labels_row {
    size_t num;
    char *columns[MAX_COLUMNS]; /* borrowed from cm_labels.wanted */
    char *fields[MAX_COLUMNS];  /* owned */
};

struct cm_labels {
    pthread_mutex_t lock;
    const struct cm_measures *measures;
    struct cm_map *rows;       /* endpoint to struct labels_row */
    char *wanted[MAX_COLUMNS]; /* owned: names of columns that were met */
    size_t num_wanted;
    char **columns; /* owned: by place in a row, of `wanted`; NULL: not */
    size_t num_columns;
};

static bool is_wanted(const struct cm_measures *measures, const char *column)
{
    for (size_t i = 0; i < measures->num_packs; i++) {
        if (cm_pack_wants_column(measures->packs[i], column)) {
            return true;
        }
    }
    return false;
}

static bool speaks_of_any(const struct cm_measures *measures)
{
    for (size_t i = 0; measures != NULL && i < measures->num_packs; i++) {
        if (cm_pack_wants_column(measures->packs[i], NULL)) {
            return true;
        }
    }
    return false;
}

enum cm_status cm_labels_new(struct cm_labels **out,
                             const struct cm_measures *measures,
                             struct cm_error *err)
{
    struct cm_labels *labels;

    *out = NULL;
    if (!speaks_of_any(measures)) {
        return CM_OK;
    }
    labels = calloc(1, sizeof(*labels));
    if (labels != NULL) {
        labels->rows = cm_map_new();
    }
    if (labels == NULL || labels->rows == NULL) {
        free(labels);
        return cm_error_nomem(err, "the input's columns");
    }
    labels->measures = measures;
    (void)pthread_mutex_init(&labels->lock, NULL);
    *out = labels;
    return CM_OK;
}

static void free_row(void *value)
{
    struct labels_row *row = value;

    for (size_t i = 0; i < row->num; i++) {
        free(row->fields[i]);
    }
    free(row);
}

void cm_labels_free(struct cm_labels *labels)
{
    if (labels == NULL) {
        return;
    }
    cm_map_free(labels->rows, free_row);
    for (size_t i = 0; i < labels->num_wanted; i++) {
        free(labels->wanted[i]);
    }
    free(labels->columns);
    (void)pthread_mutex_destroy(&labels->lock);
    free(labels);
}

/* *out is the name as it is kept, NULL: no policy speaks of it. False: no
 * memory. */
static bool find_column(struct cm_labels *labels, const char *name, char **out)
{
    *out = NULL;
    for (size_t i = 0; i < labels->num_wanted; i++) {
        if (strcmp(labels->wanted[i], name) == 0) {
            *out = labels->wanted[i];
            return true;
        }
    }
    if (labels->num_wanted == MAX_COLUMNS ||
        !is_wanted(labels->measures, name)) {
        return true;
    }
    *out = strdup(name);
    if (*out != NULL) {
        labels->wanted[labels->num_wanted++] = *out;
    }
    return *out != NULL;
}

static struct labels_row *find_row(struct cm_labels *labels, uint64_t endpoint)
{
    struct labels_row *row =
        cm_map_get(labels->rows, &endpoint, sizeof(endpoint));

    if (row == NULL) {
        row = calloc(1, sizeof(*row));
        if (row != NULL &&
            !cm_map_put(labels->rows, &endpoint, sizeof(endpoint), row)) {
            free(row);
            row = NULL;
        }
    }
    return row;
}

static bool keep(struct cm_labels *labels, uint64_t endpoint, char *column,
                 const char *field)
{
    struct labels_row *row = find_row(labels, endpoint);

    if (row == NULL) {
        return false;
    }
    if (row->num == MAX_COLUMNS) {
        return true;
    }
    row->columns[row->num] = column;
    row->fields[row->num] = strdup(field);
    if (row->fields[row->num] == NULL) {
        return false;
    }
    row->num++;
    return true;
}

bool cm_labels_add(struct cm_labels *labels, uint64_t endpoint,
                   const char *column, const char *field)
{
    char *name = NULL;
    bool ok;

    if (labels == NULL) {
        return true;
    }
    (void)pthread_mutex_lock(&labels->lock);
    ok = find_column(labels, column, &name) &&
         (name == NULL || keep(labels, endpoint, name, field));
    (void)pthread_mutex_unlock(&labels->lock);
    return ok;
}

bool cm_labels_columns(struct cm_labels *labels, const char *const *names,
                       size_t num)
{
    bool ok = true;

    if (labels == NULL) {
        return true;
    }
    free(labels->columns);
    labels->num_columns = 0;
    labels->columns = calloc(num + 1, sizeof(*labels->columns));
    for (size_t i = 0; i < num && ok && labels->columns != NULL; i++) {
        ok = find_column(labels, names[i], &labels->columns[i]);
        labels->num_columns = i + 1;
    }
    return ok && labels->columns != NULL;
}

bool cm_labels_row(struct cm_labels *labels, uint64_t endpoint,
                   char *const *fields, size_t num)
{
    bool ok = true;

    if (labels == NULL) {
        return true;
    }
    (void)pthread_mutex_lock(&labels->lock);
    for (size_t i = 0; i < labels->num_columns && ok; i++) {
        if (labels->columns[i] != NULL) {
            ok = keep(labels, endpoint, labels->columns[i],
                      i < num ? fields[i] : "");
        }
    }
    (void)pthread_mutex_unlock(&labels->lock);
    return ok;
}

void cm_labels_lend(struct cm_labels *labels, uint64_t endpoint,
                    struct cm_comply_case *out)
{
    const struct labels_row *row;

    if (labels == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&labels->lock);
    row = cm_map_get(labels->rows, &endpoint, sizeof(endpoint));
    (void)pthread_mutex_unlock(&labels->lock);
    if (row != NULL) {
        out->columns = row->columns;
        out->fields = row->fields;
        out->num_columns = row->num;
    }
}

static enum cm_status add_label(void *arg, uint64_t endpoint,
                                const char *column, const char *field,
                                struct cm_error *err)
{
    return cm_labels_add(arg, endpoint, column, field)
               ? CM_OK
               : cm_error_nomem(err, "the input's columns");
}

enum cm_status cm_labels_of_run(struct cm_labels **out,
                                const struct cm_measures *measures,
                                struct cm_store *store, int64_t run_id,
                                struct cm_error *err)
{
    enum cm_status status = cm_labels_new(out, measures, err);

    return status == CM_OK && *out != NULL
               ? cm_store_each_field(store, run_id, add_label, *out, err)
               : status;
}
