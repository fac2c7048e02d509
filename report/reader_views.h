/* The trust views of a run, and where they disagree. The rules of reader.h hold
 * here too.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_VIEWS_H
#define CERTMUSTER_REPORT_READER_VIEWS_H

#include "reader.h"

#define CM_MAX_DIFFERENCES 100 /* kinds that are kept */

struct cm_report_view {
    char *name;   /* owned, as are the next two */
    char *path;   /* of the anchors; "": not known */
    char *sha256; /* of all the anchors; "": not known */
    int64_t anchors;
    int64_t distrusted; /* roots that the view decided against */
    int64_t verdicts[CM_VERDICT_COUNT]; /* rows; with one view all zero */
};

/* Rows whose verdicts are alike, and not the same in all views. */
struct cm_report_difference {
    struct cm_report_list verdicts; /* pairs: view, verdict */
    struct cm_report_list causes;   /* pairs: view, primary cause or NULL; of
                                       the example */
    int64_t rows;
    char *host; /* owned: the example; "" when it is not known */
    int64_t port;
};

struct cm_report_views {
    struct cm_report_view *views; /* owned, the default one first */
    size_t num;
    int64_t differing_rows;
    struct cm_report_difference *differences; /* owned, most rows first */
    size_t num_differences;
    size_t num_kinds; /* as many as there are; num_differences are kept */
};

/* Read once. */
enum cm_status cm_report_run_views(struct cm_report_run *run,
                                   const struct cm_report_views **out,
                                   struct cm_error *err);
void cm_report_views_cleanup(struct cm_report_views *views); /* zero is fine */

/* What a list of pairs (name, value, name, value ...) has under a name; NULL:
 * nothing, or null. */
const char *cm_report_pair(const struct cm_report_list *pairs,
                           const char *name);

#endif
