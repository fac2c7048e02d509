/* manifest.json: what a report was made of and which files it consists of, with
 * their digests. It is written last; whoever keeps its own digest can prove all
 * of the report.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_MANIFEST_H
#define CERTMUSTER_REPORT_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>

#include "certmuster/digest.h"
#include "certmuster/file.h"
#include "certmuster/report.h"

#define CM_MANIFEST_FILE "manifest.json"
#define CM_MANIFEST_VERSION 1

/* Digests a file while it is written. */
struct cm_file_watch {
    struct cm_digest *digest; /* owned */
    int64_t bytes;
};
/* The file is open, and nothing was written yet; `watch` outlives that. */
enum cm_status cm_file_watch_begin(struct cm_file_watch *watch,
                                   struct cm_outfile *file,
                                   struct cm_error *err);
/* The digest of what was written; ends the watch. */
void cm_file_watch_end(struct cm_file_watch *watch,
                       char sha256[CM_DIGEST_HEX_SIZE]);
void cm_file_watch_cleanup(struct cm_file_watch *watch); /* zero is fine */

struct cm_manifest_file {
    char *name; /* owned: its path in the folder of the manifest */
    char sha256[CM_DIGEST_HEX_SIZE];
    int64_t bytes;
};

/* The files so far. The zero state is an empty list. */
struct cm_manifest {
    struct cm_manifest_file *files; /* owned */
    size_t num;
    size_t cap;
    struct cm_outfile file;          /* its own, when it is written */
    char sha256[CM_DIGEST_HEX_SIZE]; /* likewise, as is the next */
    int64_t bytes;
};
void cm_manifest_cleanup(struct cm_manifest *manifest);
enum cm_status cm_manifest_add(struct cm_manifest *manifest, const char *name,
                               const char *sha256, int64_t bytes,
                               struct cm_error *err);
/* The file that was watched; ends the watch. */
enum cm_status cm_manifest_watched(struct cm_manifest *manifest,
                                   const char *name,
                                   struct cm_file_watch *watch,
                                   struct cm_error *err);
struct cm_fixes; /* NULL is fine */
enum cm_status cm_manifest_fixes(struct cm_manifest *manifest,
                                 const struct cm_fixes *fixes,
                                 struct cm_error *err);

/* Writes it, to be committed when all the files are: until then there is none.
 */
enum cm_status cm_manifest_write(struct cm_manifest *manifest,
                                 struct cm_report_run *run,
                                 const struct cm_report_options *options,
                                 struct cm_error *err);
enum cm_status cm_manifest_commit(struct cm_manifest *manifest,
                                  struct cm_error *err);

/* manifest_json.c -- its text. */
enum cm_status cm_manifest_json(struct cm_buf *out,
                                const struct cm_manifest *manifest,
                                struct cm_report_run *run,
                                const char *program_version,
                                struct cm_error *err);

#endif
