/* Cells of the tables that sections are made of. Private to report/html*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_HTML_CELLS_H
#define CERTMUSTER_REPORT_HTML_CELLS_H

#include <stdint.h>

#include "certmuster/buf.h"

/* A card with a table: its caption, and its head's cells separated by '|'; a
 * name that begins with '#' is of a column of numbers, "" of one of bars. */
void cm_html_table_begin(struct cm_buf *out, const char *caption,
                         const char *columns);
void cm_html_table_end(struct cm_buf *out);
/* The first cell of a row; the rest of it, and the end with the next row's
 * begin. The texts are foreign. */
void cm_html_row(struct cm_buf *out, const char *name);
void cm_html_cell(struct cm_buf *out, const char *text);
void cm_html_cell_number(struct cm_buf *out, int64_t number);
void cm_html_cell_share(struct cm_buf *out, int64_t part, int64_t most);
/* A number that shows its endpoints in the table. */
void cm_html_cell_pick(struct cm_buf *out, int64_t rows, const char *pick);
void cm_html_row_end(struct cm_buf *out);
/* "12 %" of all; "under 1 %", never 0 or 100 where it is not. */
void cm_html_percent(struct cm_buf *out, int64_t part, int64_t all);

#endif
