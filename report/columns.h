/* The names of the columns, the input's and ours.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_COLUMNS_H
#define CERTMUSTER_REPORT_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "reader.h"

struct cm_columns_of {
    char **names; /* owned */
    size_t num;
};

/* The input's columns in order. A row with more fields than the header has
 * names makes "column_5" and so on. With `unique`, the second "host" is called
 * "host_2". */
enum cm_status cm_columns_make(struct cm_columns_of *out,
                               struct cm_report_run *run, bool unique,
                               struct cm_error *err);
void cm_columns_cleanup(struct cm_columns_of *columns); /* zero is fine */
/* The field of a row in column `i`, NULL when the row is shorter. */
const char *cm_columns_field(const struct cm_report_row *row, size_t i);
/* The name of a column of ours: with "certmuster_" before it as often as the
 * input has one of that name. free() it; NULL: no memory. */
char *cm_columns_ours(const struct cm_columns_of *columns, const char *name);

#endif
