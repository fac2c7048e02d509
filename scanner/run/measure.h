/* The profiles and policies of a run, and holding endpoints against them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_MEASURE_H
#define CERTMUSTER_RUN_MEASURE_H

#include "certmuster/measure.h"
#include "certmuster/status.h"

struct cm_judging;
struct cm_endpoint;
struct cm_evidence;
struct cm_judgement;

/* Each is a name, several names with commas between them, "all", or a file.
 * NULL ends; NULL: none. Borrowed. */
struct cm_measure_config {
    const char *const *profiles;
    const char *const *policies;
};

struct cm_measures; /* immutable once loaded; shared between threads */

enum cm_status cm_measures_load(struct cm_measures **out,
                                const struct cm_measure_config *config,
                                struct cm_error *err);
void cm_measures_free(struct cm_measures *measures); /* accepts NULL */
/* For the store; borrowed. */
const struct cm_measure_facts *
cm_measures_facts(const struct cm_measures *measures, size_t *num);

/* Fills `out`, which the caller cleans up, whatever is returned; adds findings
 * to the judgement where a policy was broken. Only memory can fail. */
enum cm_status cm_measure(struct cm_measured *out,
                          const struct cm_judging *judging, uint64_t endpoint,
                          const struct cm_endpoint *ep,
                          const struct cm_evidence *ev,
                          struct cm_judgement *judgement);

#endif
