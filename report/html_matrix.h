/* The what-if matrix. Private to report/html*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_HTML_MATRIX_H
#define CERTMUSTER_REPORT_HTML_MATRIX_H

#include <stdbool.h>

#include "certmuster/buf.h"
#include "reader_fleet.h"

/* Causes by clients: on how many endpoints each client fails for each cause.
 * Clients that are alike are one column. Nothing where there are less than two
 * clients, or nothing fails. False: no memory. */
bool cm_html_matrix(struct cm_buf *out,
                    const struct cm_report_measures *measures,
                    const struct cm_report_fleet *fleet);

#endif
