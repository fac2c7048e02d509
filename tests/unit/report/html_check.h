/* Reading an HTML report back, strictly: what a browser would mend is a mistake
 * here.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_REPORT_HTML_CHECK_H
#define CERTMUSTER_TESTS_REPORT_HTML_CHECK_H

#include <stddef.h>

#include "fixture.h"

/* Writes report.html of the fixture's store and reads it; free() it. */
char *html_of(struct fixture *f);
/* Fails the test unless every tag is known, well-formed, closed where it must
 * be and inside what may hold it; no attribute loads or runs anything, none is
 * there twice, ids are unique, "&" only begins an entity, and there are no
 * control characters. */
void html_check(const char *html);
/* What stands between `before` and the next `after`; free() it. Fails when it
 * is not there. */
char *html_between(const char *html, const char *before, const char *after);
void html_has(const char *html, const char *part);
void html_lacks(const char *html, const char *part);

/* A column of the endpoint table, unpacked, as it is shown. "labels" are all
 * fields of the row, "findings" all of its findings, separated. */
struct html_column {
    char **texts; /* one for each row */
    size_t num;
};
void html_column_read(struct html_column *column, const char *html,
                      const char *name);
/* As it stands in the file. */
void html_column_read_stored(struct html_column *column, const char *html,
                             const char *name);
void html_column_free(struct html_column *column);

#endif
