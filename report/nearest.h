/* The certificates that end nearest to the time judged, at most so many: what
 * is kept does not grow with the rows.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_NEAREST_H
#define CERTMUSTER_REPORT_NEAREST_H

#include "reader.h"

#define CM_MAX_NEAREST 1000U

/* A server's certificate, and the first row that showed it. Texts are owned. */
struct cm_near {
    char *fingerprint_sha256;
    char *subject_cn;
    char *issuer_cn;
    char *host;
    int64_t port;
    int64_t not_after;
    int64_t distance; /* seconds between its end and the time judged */
    int64_t rows;     /* that show it */
};

struct cm_nearest;                                    /* opaque */
struct cm_nearest *cm_nearest_new(int64_t judged_at); /* NULL: no memory */
void cm_nearest_free(struct cm_nearest *nearest);     /* accepts NULL */
/* False: no memory. Rows without a certificate are left out. */
bool cm_nearest_row(struct cm_nearest *nearest,
                    const struct cm_report_row *row);
/* The nearest first; puts them in order, so no row may follow. */
const struct cm_near *const *cm_nearest_list(struct cm_nearest *nearest,
                                             size_t *num);
/* There were more. */
bool cm_nearest_is_cut(const struct cm_nearest *nearest);

#endif
