/* Which endpoints a walk over the rows has met: an endpoint counts once, though
 * several rows ask for it, also where its first row is not part of the report.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_SEEN_H
#define CERTMUSTER_REPORT_SEEN_H

#include "reader.h"

struct cm_seen;                          /* opaque */
struct cm_seen *cm_seen_new(void);       /* NULL: no memory */
void cm_seen_free(struct cm_seen *seen); /* accepts NULL */
/* False: no memory. *first: no row with this endpoint came before. */
bool cm_seen_first(struct cm_seen *seen, const struct cm_report_row *row,
                   bool *first);

#endif
