/* A file for Prometheus (the node exporter's textfile collector): replaced as a
 * whole every few seconds while a scan is under way, and at its end.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_METRICS_H
#define CERTMUSTER_RUN_METRICS_H

#include "certmuster/totals.h"
#include "run/progress.h"

struct cm_metrics;
/* Writes the file for the first time, so that a place where it cannot be is
 * known before the scan. `last_success` is a time, 0: none. Texts are borrowed.
 * cm_metrics_open asks the store for it, before a run is under way; without a
 * path there are no metrics: *out is NULL. */
enum cm_status cm_metrics_open(struct cm_metrics **out, const char *path,
                               const char *version, struct cm_store *store,
                               struct cm_error *err);
enum cm_status cm_metrics_new(struct cm_metrics **out, const char *path,
                              const char *version, int64_t last_success,
                              struct cm_error *err);
void cm_metrics_free(struct cm_metrics *metrics); /* accepts NULL */
/* Writes it when it is time to. A failure is said once, and is no reason to
 * stop. */
void cm_metrics_show(struct cm_metrics *metrics,
                     const struct cm_progress_facts *facts);
/* For the last time, with what the store says of the run; NULL: nothing. */
void cm_metrics_end(struct cm_metrics *metrics, const char *state,
                    const struct cm_store_totals *totals);

#endif
