/* The columns of the input that policies speak of (row.owner), by endpoint: of
 * the first row that asks for it. Thread-safe.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_LABELS_H
#define CERTMUSTER_RUN_LABELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/status.h"

struct cm_measures;
struct cm_store;
struct cm_comply_case;
struct cm_labels;

/* *out stays NULL when no policy speaks of any column; the other functions
 * accept that. */
enum cm_status cm_labels_new(struct cm_labels **out,
                             const struct cm_measures *measures,
                             struct cm_error *err);
/* Those of a stored run; its rows are read only when a policy asks. */
enum cm_status cm_labels_of_run(struct cm_labels **out,
                                const struct cm_measures *measures,
                                struct cm_store *store, int64_t run_id,
                                struct cm_error *err);
void cm_labels_free(struct cm_labels *labels);
/* Keeps a field if a policy speaks of its column; false: no memory. */
bool cm_labels_add(struct cm_labels *labels, uint64_t endpoint,
                   const char *column, const char *field);
/* The same for a row as it is read: first the names, once. */
bool cm_labels_columns(struct cm_labels *labels, const char *const *names,
                       size_t num);
bool cm_labels_row(struct cm_labels *labels, uint64_t endpoint,
                   char *const *fields, size_t num);
/* Lends what is known of the endpoint's row; no field of it changes later. */
void cm_labels_lend(struct cm_labels *labels, uint64_t endpoint,
                    struct cm_comply_case *out);

#endif
