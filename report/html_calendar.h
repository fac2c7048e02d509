/* The section "What breaks next" of the HTML report.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_HTML_CALENDAR_H
#define CERTMUSTER_REPORT_HTML_CALENDAR_H

#include "calendar.h"
#include "certmuster/buf.h"

/* Nothing for a run without a date. */
enum cm_status cm_html_calendar(struct cm_buf *out, struct cm_report_run *run,
                                struct cm_error *err);

/* html_breaks.c -- what a run that was judged for a later date breaks; nothing
 * for others. */
enum cm_status cm_html_breaks(struct cm_buf *out, struct cm_report_run *run,
                              struct cm_error *err);

/* html_calendar_chart.c -- bars by week, the limits to come as lines across. */
void cm_html_calendar_chart(struct cm_buf *out,
                            const struct cm_calendar_weeks *all,
                            const struct cm_calendar_limit *limits,
                            size_t num_limits, int64_t judged_at);
/* The same weeks, small, beside an owner's name; `most` is the tallest bar of
 * all owners. */
void cm_html_calendar_strip(struct cm_buf *out,
                            const struct cm_calendar_weeks *weeks,
                            int64_t most);

#endif
