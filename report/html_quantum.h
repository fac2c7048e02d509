/* How far the fleet is from key exchange that resists quantum computers.
 * Private to report/html*.c. SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_HTML_QUANTUM_H
#define CERTMUSTER_REPORT_HTML_QUANTUM_H

#include "certmuster/buf.h"
#include "reader_fleet.h"

void cm_html_quantum(struct cm_buf *out,
                     const struct cm_report_protocols *protocols,
                     const struct cm_report_totals *totals);

#endif
