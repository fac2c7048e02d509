/* The comparison of two runs, in parts. Private to changes*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_CHANGES_PARTS_H
#define CERTMUSTER_REPORT_CHANGES_PARTS_H

#include "changes.h"
#include "changes_index.h"
#include "changes_side.h"

struct cm_changes {
    struct cm_report_changes all;
    struct cm_report_run *base; /* owned */
    struct cm_change_of *list;  /* owned; in the order of their endpoints */
    size_t num;
    size_t cap;
    int64_t *gone; /* owned; endpoints of the baseline, in their order */
    size_t num_gone;
};

/* changes_baseline.c -- which run to compare with; CM_OK and 0: none. */
enum cm_status cm_changes_baseline(struct cm_report_run *run, int64_t *out,
                                   struct cm_error *err);
/* The comparable runs before `before`, newest first, at most `max`. */
enum cm_status cm_changes_past(struct cm_report_run *run, int64_t before,
                               int64_t *out, size_t max, size_t *num,
                               struct cm_error *err);

/* changes_compare.c */
enum cm_status cm_changes_compare(struct cm_changes *changes,
                                  struct cm_report_run *run,
                                  struct cm_error *err);
/* changes.c -- by the verdicts (NONE: there was no such endpoint), the primary
 * causes and what became of the certificate. */
enum cm_change cm_change_between(enum cm_verdict before, int cause_before,
                                 enum cm_verdict now, int cause,
                                 enum cm_renewal renewal);

/* changes_past.c -- makes regressions of new failures that failed before, and
 * notes who flaps. */
struct cm_change_candidate {
    struct cm_side_match match;
    size_t at; /* in the list of changes */
};
struct cm_change_candidates {
    struct cm_change_candidate *list; /* owned */
    size_t num;
    size_t cap;
};
enum cm_status cm_changes_look_back(struct cm_changes *changes,
                                    struct cm_report_run *run,
                                    const struct cm_change_candidates *wanted,
                                    const struct cm_side_keys *keys,
                                    struct cm_error *err);

/* The place of an endpoint in the list; NULL: it is not there. */
struct cm_change_of *cm_changes_find(const struct cm_changes *changes,
                                     int64_t endpoint);

#endif
