/* A stored run judged again for a later date: which of the endpoints that it
 * found trusted are not trusted on that date, by cause and by action. Counted
 * in the walk over the rows. The rules of reader.h hold here too.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_BREAKS_AT_H
#define CERTMUSTER_REPORT_BREAKS_AT_H

#include "calendar.h"

/* Rows with this primary cause, and this to do about it. */
struct cm_breaks_group {
    enum cm_cause cause;
    enum cm_resolution resolution;
    char action[CM_ACTION_KEY_SIZE]; /* "": none */
    int64_t rows;
};

struct cm_breaks_totals {
    int64_t at;         /* the date judged for */
    int64_t before;     /* ... and that of the run judged again, */
    int64_t source_run; /* ... which is this one */
    int64_t trusted;    /* rows that were trusted in it */
    int64_t broken;     /* of these: not trusted at that date */
    bool trust_differs; /* verdicts may differ by other anchors alone */
    int64_t causes[CM_CAUSE_COUNT]; /* of the broken ones, by primary cause */
};

struct cm_breaks_at; /* opaque */

/* *out is NULL for a run that is not judged again for a later date, or whose
 * source is gone. */
enum cm_status cm_breaks_new(struct cm_breaks_at **out,
                             struct cm_report_run *run, struct cm_error *err);
void cm_breaks_free(struct cm_breaks_at *breaks); /* accepts NULL */
enum cm_status cm_breaks_row(struct cm_breaks_at *breaks,
                             const struct cm_report_row *row,
                             const struct cm_report_findings *findings,
                             struct cm_error *err);
bool cm_breaks_end(struct cm_breaks_at *breaks); /* false: no memory */

/* NULL as above; the rows are walked over if nobody has. */
enum cm_status cm_report_run_breaks(struct cm_report_run *run,
                                    const struct cm_breaks_at **out,
                                    struct cm_error *err);
const struct cm_breaks_totals *
cm_breaks_totals(const struct cm_breaks_at *breaks);
/* Most rows first. */
size_t cm_breaks_count(const struct cm_breaks_at *breaks);
void cm_breaks_group(const struct cm_breaks_at *breaks, size_t i,
                     struct cm_breaks_group *out);
/* What the group's action is about; "": it is not known. */
enum cm_status cm_breaks_subject(struct cm_report_run *run,
                                 const struct cm_breaks_group *group,
                                 struct cm_buf *out, struct cm_error *err);

#endif
