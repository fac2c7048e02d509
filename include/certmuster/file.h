/* Reading whole files with a cap, and writing files that appear whole or not
 * at all (temporary name in the same folder, fsync, rename).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_FILE_H
#define CERTMUSTER_FILE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "certmuster/buf.h"
#include "certmuster/status.h"

/* cm_file_read appends the file to `out` (whose max is the cap). "-" is not
 * special here. The message names the file, why, and what to do. */
enum cm_status cm_file_read(struct cm_buf *out, const char *path,
                            struct cm_error *err);

/* A file under way: its stream writes to "<folder>/.<name>.<pid>.tmp". */
struct cm_outfile {
    FILE *stream;  /* NULL when not open */
    char *path;    /* owned: where it will appear */
    char *temp;    /* owned: where it is now */
    bool settled;  /* all of it is on the disk */
    bool unsynced; /* set it after opening: no fsync, for one of many files that
                      can be made again */
    /* Set after opening: sees each byte on its way to the file; NULL: nobody.
     */
    void (*watch)(void *arg, const void *data, size_t len);
    void *watch_arg; /* borrowed */
};

/* `mode` is made smaller by the umask, as ever. 0: that of the file that is
 * there, which somebody may have chosen; without one it is 0644. */
enum cm_status cm_outfile_open(struct cm_outfile *file, const char *folder,
                               const char *name, mode_t mode,
                               struct cm_error *err);
/* cm_outfile_settle flushes and syncs, so that a commit of several files is not
 * stopped halfway by a full disk; on failure it is to be aborted. */
enum cm_status cm_outfile_settle(struct cm_outfile *file, struct cm_error *err);
/* cm_outfile_commit flushes, syncs, renames and releases; on failure the
 * temporary file is removed. */
enum cm_status cm_outfile_commit(struct cm_outfile *file, struct cm_error *err);
/* cm_outfile_abort removes the temporary file; fine on the zero state and
 * after a commit. */
void cm_outfile_abort(struct cm_outfile *file);
/* cm_outfile_put writes the buffer's bytes and clears it. */
enum cm_status cm_outfile_put(struct cm_outfile *file, struct cm_buf *buf,
                              struct cm_error *err);
/* cm_dir_check says whether cm_dir_make and files in the folder have a chance,
 * and changes nothing. */
enum cm_status cm_dir_check(const char *path, struct cm_error *err);
/* cm_dir_make creates a folder (mode 0755, less the umask) and its parents if
 * missing. */
enum cm_status cm_dir_make(const char *path, struct cm_error *err);

#endif
