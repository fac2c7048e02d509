/* The part of the summary about trust views.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_SUMMARY_VIEWS_H
#define CERTMUSTER_REPORT_SUMMARY_VIEWS_H

#include "certmuster/buf.h"
#include "reader_views.h"

/* What each view trusts, and where they differ; nothing with one view. */
void cm_summary_views(struct cm_buf *out, const struct cm_report_views *views,
                      size_t width);

#endif
