/* What breaks next, and what a run judged for a later date breaks, on a
 * terminal.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_SUMMARY_CALENDAR_H
#define CERTMUSTER_REPORT_SUMMARY_CALENDAR_H

#include "certmuster/buf.h"
#include "reader.h"

/* The nearest dates; nothing when none is near. */
enum cm_status cm_summary_calendar(struct cm_buf *out,
                                   struct cm_report_run *run, size_t width,
                                   struct cm_error *err);
/* Nothing for a run that was not judged again for a later date. */
enum cm_status cm_summary_breaks(struct cm_buf *out, struct cm_report_run *run,
                                 size_t width, struct cm_error *err);

#endif
