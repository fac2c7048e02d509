/* Reading manifest.json, which may come from anywhere. SQLite knows JSON.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_MANIFEST_H
#define CERTMUSTER_REPORT_READER_MANIFEST_H

#include <stdint.h>

#include "certmuster/status.h"

struct cm_manifest_entry {
    const char *file; /* foreign; NULL: it is no text, as is the next */
    const char *sha256;
    int64_t bytes; /* or CM_UNKNOWN */
};

struct cm_manifest_reader; /* opaque */
/* CM_EINPUT: it is no manifest that this program can read. */
enum cm_status cm_manifest_reader_open(struct cm_manifest_reader **out,
                                       const char *text, struct cm_error *err);
void cm_manifest_reader_close(struct cm_manifest_reader *reader); /* or NULL */
/* *entry is NULL after the last; what it lends is valid until the next step. */
enum cm_status cm_manifest_reader_next(struct cm_manifest_reader *reader,
                                       const struct cm_manifest_entry **entry,
                                       struct cm_error *err);

#endif
