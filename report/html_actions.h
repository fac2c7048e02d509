/* The parts of one action of the plan. Private to report/html_action*.c and
 * html_proof.c. SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_HTML_ACTIONS_H
#define CERTMUSTER_REPORT_HTML_ACTIONS_H

#include "html_parts.h"

/* The action in which a resolution stands in full. */
struct cm_html_same {
    char *key; /* owned; NULL: none yet */
    int64_t rank;
};

/* The action's place in the page; nothing when its key cannot be one. */
void cm_html_action_id(struct cm_buf *out, const char *key);

/* html_action.c -- `same` NULL: in full. */
enum cm_status cm_html_action_body(struct cm_buf *out,
                                   struct cm_report_run *run,
                                   const struct cm_report_action *action,
                                   const struct cm_html_digest *digest,
                                   const struct cm_html_same *same,
                                   struct cm_error *err);

/* html_proof.c -- the example's chain as a tree, and what the finding says. */
enum cm_status cm_html_proof_write(struct cm_buf *out,
                                   struct cm_report_run *run,
                                   const struct cm_report_action *action,
                                   const struct cm_html_digest *digest,
                                   bool full, struct cm_error *err);

/* html_files.c -- what there is to download; in full, from the page itself. */
enum cm_status cm_html_files(struct cm_buf *out, struct cm_report_run *run,
                             const struct cm_report_action *action,
                             const struct cm_html_digest *digest, bool full,
                             struct cm_error *err);

#endif
