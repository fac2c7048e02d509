/* The lines of an iCalendar file (RFC 5545 section 3.1): folded, escaped.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_ICS_H
#define CERTMUSTER_REPORT_ICS_H

#include <stdint.h>

#include "certmuster/buf.h"

#define CM_ICS_LINE 75 /* octets at the most, without the line end */

struct cm_ics {
    struct cm_buf *out; /* borrowed; fails when memory does */
    struct cm_buf line; /* owned */
};

void cm_ics_init(struct cm_ics *ics, struct cm_buf *out);
void cm_ics_cleanup(struct cm_ics *ics); /* zero is fine */
/* `value` as it is: it holds nothing that a text must escape. */
void cm_ics_line(struct cm_ics *ics, const char *name, const char *value);
/* A TEXT value: UTF-8 in which only line feeds are control characters. */
void cm_ics_text(struct cm_ics *ics, const char *name, const char *text);
void cm_ics_number(struct cm_ics *ics, const char *name, int64_t number);
void cm_ics_date(struct cm_ics *ics, const char *name, int64_t unix_s);
void cm_ics_time(struct cm_ics *ics, const char *name, int64_t unix_s);

#endif
