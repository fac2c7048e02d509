/* Protocols, clients and policies in report.json.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_REPORT_FLEET_H
#define CERTMUSTER_REPORT_REPORT_FLEET_H

#include "json.h"
#include "reader_fleet.h"

/* The keys protocols, clients and policies. */
void cm_report_fleet_json(struct cm_json *json,
                          const struct cm_report_measures *measures,
                          const struct cm_report_fleet *fleet);

#endif
