/* The three means of the sandbox. Private to sandbox/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_SANDBOX_PARTS_H
#define CERTMUSTER_SANDBOX_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "certmuster/status.h"
#include "sandbox/sandbox.h"

/* A sanitizer's run time works inside our process: it stops threads with
 * ptrace to look for leaks, and reads its own maps and program for a report. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CM_SANDBOX_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||     \
    __has_feature(memory_sanitizer)
#define CM_SANDBOX_SANITIZED 1
#endif
#endif
#ifndef CM_SANDBOX_SANITIZED
#define CM_SANDBOX_SANITIZED 0
#endif

struct cm_sandbox_path {
    char *path; /* owned */
    bool writable;
    bool make;   /* a folder, to be made if it is not there */
    bool beside; /* a file, or a link to one, whose folder is meant */
};

struct cm_sandbox_plan {
    struct cm_sandbox_path *paths; /* owned */
    size_t num_paths;
    bool network;
    bool reads_all;
};

/* landlock.c: 0: this kernel has none, or does not let us (`*why` says it);
 * else the version that is in force. */
int cm_sandbox_landlock(const struct cm_sandbox_plan *plan, const char **why);

/* filter.c: `*why` is NULL, or why there is no filter. */
enum cm_status cm_sandbox_filter(const struct cm_sandbox_plan *plan,
                                 const char **why, struct cm_error *err);

/* privileges.c: no new privileges, and no capability but those over files of
 * other accounts, where root was told to write into their folders, or to read
 * all. True: those were kept. */
bool cm_sandbox_drop(const struct cm_sandbox_plan *plan);

#endif
