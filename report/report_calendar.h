/* The calendar in report.json.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_REPORT_CALENDAR_H
#define CERTMUSTER_REPORT_REPORT_CALENDAR_H

#include "format.h"
#include "json.h"

/* The keys calendar and breaks_at. */
enum cm_status cm_report_calendar_json(struct cm_json *json,
                                       struct cm_report_run *run,
                                       struct cm_report_out *out,
                                       struct cm_error *err);

#endif
