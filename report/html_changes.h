/* What changed, in HTML: a section of the report, and the page of diff.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_HTML_CHANGES_H
#define CERTMUSTER_REPORT_HTML_CHANGES_H

#include "changes_out.h"
#include "html_parts.h"

/* `picks`: counts show their rows in the table of endpoints, which is there. */
void cm_html_changes_body(struct cm_buf *out,
                          const struct cm_report_changes *changes,
                          const struct cm_change_lists *lists, bool picks);

#endif
