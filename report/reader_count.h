/* What is counted over the rows of a run, while somebody walks over them: the
 * totals, the protocols of the fleet, the book of actions. The rules of
 * reader.h hold here too. SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_COUNT_H
#define CERTMUSTER_REPORT_READER_COUNT_H

#include "reader.h"

struct cm_report_counter; /* opaque */
/* With `members`, the rows of each action are noted too. */
enum cm_status cm_report_count_begin(struct cm_report_counter **out,
                                     struct cm_report_run *run, bool members,
                                     struct cm_error *err);
/* Walks over all rows, counts each, and hands it to `each` (NULL: nobody); then
 * what was counted is the run's. */
typedef enum cm_status
cm_report_row_fn(void *arg, const struct cm_report_row *row,
                 const struct cm_report_findings *findings,
                 struct cm_error *err);
enum cm_status cm_report_count_walk(struct cm_report_counter *counter,
                                    struct cm_report_rows *rows,
                                    cm_report_row_fn *each, void *arg,
                                    struct cm_error *err);
void cm_report_count_free(struct cm_report_counter *counter); /* or NULL */

/* Makes sure that the run is counted, by a walk of its own if there was none.
 */
enum cm_status cm_report_count_run(struct cm_report_run *run, bool members,
                                   struct cm_error *err);

#endif
