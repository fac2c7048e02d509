/* Small JSON arrays that many rows share, read once each: which causes a row
 * has, which certificates it was sent. Private to reader*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_LISTS_H
#define CERTMUSTER_REPORT_READER_LISTS_H

#include "reader_sql.h"

struct cm_list_cache; /* opaque; one for each column */

struct cm_list_cache *cm_list_cache_new(void);        /* NULL: no memory */
void cm_list_cache_free(struct cm_list_cache *cache); /* accepts NULL */
/* Reads the line's next column. What it lends in `out` is valid until the cache
 * is used again, and not to be cleaned up; `text` is the column as it stands
 * there, valid as long ("[]" for NULL). */
void cm_list_cache_read(struct cm_list_cache *cache, struct cm_sql_line *line,
                        struct cm_report_list *out, struct cm_span *text);

#endif
