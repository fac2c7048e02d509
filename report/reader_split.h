/* One report for each value of a column: the run is read as if its input had
 * only the rows with that value. Names in the temporary schema stand before
 * those of the store, so whatever is read through the tables and views sees the
 * part; actions are counted anew. The rules of reader.h hold here too.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_SPLIT_H
#define CERTMUSTER_REPORT_READER_SPLIT_H

#include "reader.h"

#define CM_MAX_PARTS 10000

/* A value of the column; "" where rows have none. */
struct cm_split_part {
    const char *value;
    int64_t rows;
};

struct cm_report_split; /* opaque */
/* `column` counts the input's columns from 0. The run must not be used for
 * anything else afterwards; closing it ends the split, too. CM_EUSAGE: there
 * are more than CM_MAX_PARTS values. */
enum cm_status cm_report_split_open(struct cm_report_split **out,
                                    struct cm_report_run *run, size_t column,
                                    struct cm_error *err);
void cm_report_split_close(struct cm_report_split *split); /* accepts NULL */
size_t cm_report_split_num(const struct cm_report_split *split);
/* Turns to the part with the next value, in the order of their bytes; *part is
 * NULL at the end. */
enum cm_status cm_report_split_next(struct cm_report_split *split,
                                    const struct cm_split_part **part,
                                    struct cm_error *err);

/* The actions of the part in another run, which it is compared with. */
struct cm_split_action {
    const char *key;
    const char *resolution;
    const char *subject;
    const char *severity;
    int64_t rows; /* that it touches */
};
typedef enum cm_status cm_split_action_fn(void *arg,
                                          const struct cm_split_action *action,
                                          struct cm_error *err);
/* Counts them, once for each part; then each is handed over. */
enum cm_status cm_report_split_recount(struct cm_report_split *split,
                                       int64_t run, struct cm_error *err);
enum cm_status cm_report_split_actions(struct cm_report_split *split,
                                       int64_t run, cm_split_action_fn *each,
                                       void *arg, struct cm_error *err);

#endif
