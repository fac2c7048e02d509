/* Fix bundles: files beside the report that carry an action out. They are
 * written first, so that the other outputs can name them with their SHA-256.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_FIXES_H
#define CERTMUSTER_REPORT_FIXES_H

#include "certmuster/report.h"
#include "reader.h"

#define CM_FIXES_FOLDER "fixes"
#define CM_FIX_NAME_SIZE 64
#define CM_FIX_MAX_ACTIONS 10000 /* that get files; the first by rank */
#define CM_FIX_MAX_FILES 20000

enum cm_fix_kind {
    CM_FIX_INTERMEDIATES, /* what the servers of the action leave out */
    CM_FIX_FULL_CHAIN,    /* of one certificate, without the root */
    CM_FIX_ROOT,
    CM_FIX_REQUEST, /* configuration for `openssl req` */
};

struct cm_fix_file {
    char name[CM_FIX_NAME_SIZE]; /* in the folder "fixes" */
    char sha256[65];             /* of the file, lower-case hex */
    int64_t bytes;
    enum cm_fix_kind kind;
};

/* The files of one action. */
struct cm_fix_list {
    struct cm_fix_file *files; /* owned */
    size_t num;
    size_t cap;
};

struct cm_fixes; /* opaque */
/* Writes the folder and removes what an earlier report left there. */
enum cm_status cm_fixes_make(struct cm_fixes **out, struct cm_report_run *run,
                             const struct cm_report_options *options,
                             struct cm_error *err);
void cm_fixes_free(struct cm_fixes *fixes); /* accepts NULL */
/* NULL: the action has none, or `fixes` is NULL. */
const struct cm_fix_list *cm_fixes_of(const struct cm_fixes *fixes,
                                      const char *action_key);
/* All files of the folder in the order of writing, README.txt the last. */
const struct cm_fix_file *cm_fixes_written(const struct cm_fixes *fixes,
                                           size_t *num);
/* What was written; nothing when it is larger than `out` may be. */
enum cm_status cm_fixes_read(const struct cm_fixes *fixes, const char *name,
                             struct cm_buf *out, struct cm_error *err);
const char *cm_fix_kind_id(enum cm_fix_kind kind); /* "full_chain" */

#endif
