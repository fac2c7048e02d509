/* What the parts of the fix bundles share. Private to report/fixes*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_FIXES_PARTS_H
#define CERTMUSTER_REPORT_FIXES_PARTS_H

#include <sys/types.h>

#include "certmuster/buf.h"
#include "certmuster/map.h"
#include "fixes.h"
#include "list.h"
#include "reader_certs.h"
#include "reader_fixes.h"

#define CM_FIX_KEY_LEN 16 /* hex digits that begin each file's name */
#define CM_FIX_MAX_FILE ((size_t)16 * 1024 * 1024)
#define CM_FIX_MAX_NAMES 1000 /* in one request */
#define CM_FIX_MAX_MISSING 64 /* certificates in one bundle */

struct cm_fixes {
    struct cm_report_run *run; /* borrowed while they are made */
    char *folder;              /* owned: "OUT/fixes" */
    mode_t mode;
    struct cm_map *actions; /* key -> struct cm_fix_list */
    struct cm_map *files;   /* name -> struct cm_fix_file, owned there */
    struct cm_buf manifest; /* lines of the README */
    struct cm_buf written;  /* struct cm_fix_file of each file */
    size_t num_files;
    size_t num_actions;
    size_t unproven;       /* actions without a path that verifies */
    size_t roots_unseen;   /* actions about a root that nobody has sent */
    bool actions_left_out; /* there were more than CM_FIX_MAX_ACTIONS */
    bool files_left_out;   /* ... than CM_FIX_MAX_FILES */
};

/* The action that is being read. */
struct cm_fix_group {
    char key[CM_FIX_KEY_LEN + 1];
    enum cm_resolution resolution;
    char cert[65]; /* fingerprint of the action's certificate, or "" */
    bool proven;   /* some row had a path that verifies */
    char *missing[CM_FIX_MAX_MISSING]; /* owned: ids of certificates */
    size_t num_missing;
    bool root_done;
    bool cert_read;      /* its names are among those wanted */
    struct cm_map *seen; /* names, of hosts or files: each counts once */
    struct cm_buf names; /* lines of the request: wanted names */
    size_t num_names;
    size_t names_refused;  /* no names that a certificate can have */
    size_t names_left_out; /* more than CM_FIX_MAX_NAMES */
};

/* fixes_files.c. A file that is there already (the same name) is not written
 * again, only added to the action. */
enum cm_status cm_fix_put(struct cm_fixes *fixes, const char *action_key,
                          const char *name, enum cm_fix_kind kind,
                          struct cm_buf *content, struct cm_error *err);
bool cm_fix_has(const struct cm_fixes *fixes, const char *name);
enum cm_status cm_fix_add(struct cm_fixes *fixes, const char *action_key,
                          const char *name, struct cm_error *err);
/* README.txt, and what is no longer true. */
enum cm_status cm_fix_finish(struct cm_fixes *fixes, struct cm_error *err);

/* fixes_chain.c */
enum cm_status cm_fix_chain_row(struct cm_fixes *fixes,
                                struct cm_fix_group *group,
                                const struct cm_report_fixable *row,
                                struct cm_error *err);
enum cm_status cm_fix_chain_end(struct cm_fixes *fixes,
                                struct cm_fix_group *group,
                                struct cm_error *err);
enum cm_status cm_fix_root_row(struct cm_fixes *fixes,
                               struct cm_fix_group *group,
                               const struct cm_report_fixable *row,
                               struct cm_error *err);
enum cm_status cm_fix_root_end(struct cm_fixes *fixes,
                               struct cm_fix_group *group,
                               struct cm_error *err);

/* fixes_request.c */
enum cm_status cm_fix_request_row(struct cm_fixes *fixes,
                                  struct cm_fix_group *group,
                                  const struct cm_report_fixable *row,
                                  struct cm_error *err);
enum cm_status cm_fix_request_end(struct cm_fixes *fixes,
                                  struct cm_fix_group *group,
                                  struct cm_error *err);

/* Foreign text in one line of a comment: anything that could end the line or
 * begin a PEM block becomes '?'. */
void cm_fix_comment(struct cm_buf *out, const char *text);

#endif
