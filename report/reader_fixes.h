/* What the fix bundles are made from: the rows of each action that has one. The
 * rules of reader.h hold here too.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_FIXES_H
#define CERTMUSTER_REPORT_READER_FIXES_H

#include "reader.h"

struct cm_report_fixable {
    const char *key; /* of the action */
    const char *resolution;
    const char *fingerprint_sha256; /* the action's certificate, or NULL */
    const char *host;
    bool path_valid; /* of the issuers; the leaf has its own faults */
    struct cm_report_list path;  /* ids of certificates, as in a row */
    struct cm_report_list chain; /* likewise */
    bool certain;                /* the finding is */
    const char *found_sha256;    /* the finding's certificate, or NULL */
    bool leaf_goes; /* the server's own certificate has to be replaced */
};

struct cm_report_fixables; /* opaque */
/* One line for each row and finding of the actions with these resolutions, the
 * action that fixes most first; `resolutions` is a JSON array of ids. */
enum cm_status cm_report_fixables_open(struct cm_report_fixables **out,
                                       struct cm_report_run *run,
                                       const char *resolutions,
                                       struct cm_error *err);
void cm_report_fixables_close(struct cm_report_fixables *fixables);
/* *fixable is NULL at the end. */
enum cm_status cm_report_fixables_next(struct cm_report_fixables *fixables,
                                       const struct cm_report_fixable **fixable,
                                       struct cm_error *err);

#endif
