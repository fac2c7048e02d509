/* Changes as the outputs show them. Private to report/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_CHANGES_OUT_H
#define CERTMUSTER_REPORT_CHANGES_OUT_H

#include "changes.h"
#include "json.h"

/* changes_csv.c */
void cm_changes_csv_header(struct cm_buf *out);
void cm_changes_csv_row(struct cm_buf *out, const struct cm_changed_row *row);

/* changes_json.c -- the key "changes" of report.json; `changes` NULL is null.
 */
void cm_changes_json(struct cm_json *json,
                     const struct cm_report_changes *changes);
/* The same without what closes it. */
void cm_changes_json_open(struct cm_json *json,
                          const struct cm_report_changes *changes);
void cm_changes_json_row(struct cm_json *json,
                         const struct cm_changed_row *row);

/* changes_lists.c -- the first rows of each kind, to be shown. */
struct cm_change_list {
    struct cm_changed_row *rows; /* owned, with their texts */
    size_t num;
};
struct cm_change_lists {
    struct cm_change_list of[CM_CHANGE_COUNT];
};
/* Zero first; clean up whatever is returned. */
enum cm_status cm_change_lists_make(struct cm_change_lists *lists,
                                    struct cm_report_run *run, size_t max_each,
                                    struct cm_error *err);
void cm_change_lists_cleanup(struct cm_change_lists *lists);

/* changes_text.c -- for a terminal: "since the run of 13 Nov: 41 new ..." */
void cm_changes_summary(struct cm_buf *out,
                        const struct cm_report_changes *changes, size_t width);
/* All counts, then the rows behind them. */
void cm_changes_text(struct cm_buf *out, struct cm_report_run *run,
                     const struct cm_report_changes *changes,
                     const struct cm_change_lists *lists);

#endif
