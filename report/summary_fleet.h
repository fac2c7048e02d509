/* Policies, clients and grades on a terminal.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_SUMMARY_FLEET_H
#define CERTMUSTER_REPORT_SUMMARY_FLEET_H

#include "certmuster/buf.h"
#include "reader_fleet.h"

/* Nothing for a run that was held against nothing and has no inventory. */
void cm_summary_fleet(struct cm_buf *out,
                      const struct cm_report_measures *measures,
                      const struct cm_report_fleet *fleet, size_t width);

#endif
