/* The endpoint table's data: each column packed while it is read, so that a
 * million rows take some 40 MB of memory. Private to report/html*.c.
 *
 * A column is a script block of two streams, each base64 of raw deflate, with
 * "." between them: its texts, a line each with "\n" and "\\" escaped; and for
 * each value 16 bits, the low ones first: 0, the next text; 65535, the same as
 * the value before; else n, the text n - 1. Equal texts are mostly kept once,
 * and a browser need not look at the texts to read a page of them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_HTML_COLUMNS_H
#define CERTMUSTER_REPORT_HTML_COLUMNS_H

#include <stddef.h>

#include "certmuster/file.h"
#include "certmuster/status.h"

/* Stand in values for other texts; no foreign text holds them. */
#define CM_HTML_ADDRESS '\x1c'   /* the row's address */
#define CM_HTML_ABSENT '\x1d'    /* alone: the row has no such field */
#define CM_HTML_HOST '\x1e'      /* the row's host */
#define CM_HTML_SEPARATOR '\x1f' /* in a value with several parts */

enum cm_html_column {
    CM_COL_LINE, /* how many lines after the row before */
    CM_COL_HOST,
    CM_COL_PORT,
    CM_COL_OWNER,
    CM_COL_VERDICT,
    CM_COL_CAUSE,
    CM_COL_ALSO,
    CM_COL_ENDS,
    CM_COL_TLS,
    CM_COL_RESOLUTION,
    CM_COL_ACTIONS, /* keys of those that are written out */
    CM_COL_SUBJECT,
    CM_COL_ISSUER,
    CM_COL_KEY,       /* "RSA 2048" */
    CM_COL_SIGNATURE, /* of the certificate */
    CM_COL_ADDRESS,
    CM_COL_PROTOCOL,
    CM_COL_CIPHER,
    CM_COL_GROUP,
    CM_COL_FINDINGS,   /* one value for each finding: cause, proof, resolution,
                          separated */
    CM_COL_COUNTS,     /* how many of these the row has */
    CM_COL_REMAINING,  /* causes that stay when the first is fixed */
    CM_COL_VIEWS,      /* trust view, verdict of each, separated; empty with one
                          view */
    CM_COL_REVOCATION, /* result, source, next update, separated; empty when it
                          was not checked */
    CM_COL_CLIENTS,    /* a letter for each profile of the run; empty: none */
    CM_COL_POLICIES,   /* a letter for each policy; empty: none */
    CM_COL_RULES,      /* "0/M1": policy and rule of each that it breaks or is
                          warned of, separated */
    CM_COL_GRADE,
    CM_COL_CHANGE, /* since the baseline; empty: there is none */
    CM_COL_BREAKS, /* what the calendar has for the row (cm_calendar_pick);
                      "=": its certificate just expires on the day in the
                      column of that name; empty: it has no date */
    CM_COL_COUNT
};
/* Then the input's own columns: CM_COL_COUNT + 0, 1, ..., named "field-0". Of
 * the fields that come after these the last one holds all, separated. */
#define CM_HTML_MAX_FIELDS 64

struct cm_html_columns; /* opaque */
struct cm_html_columns *
cm_html_columns_new(size_t fields); /* NULL: no memory */
void cm_html_columns_free(struct cm_html_columns *columns);
/* At most CM_HTML_MAX_FIELDS. */
size_t cm_html_columns_fields(const struct cm_html_columns *columns);
/* Adds one value to a column. */
void cm_html_columns_add(struct cm_html_columns *columns, size_t column,
                         const char *text, size_t len);
/* Ends the streams and writes them. */
enum cm_status cm_html_columns_write(struct cm_html_columns *columns,
                                     struct cm_outfile *file,
                                     struct cm_error *err);

#endif
