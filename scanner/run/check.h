/* Judging certificate files as if a server had sent them. No network.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_CHECK_H
#define CERTMUSTER_RUN_CHECK_H

#include "certmuster/judge.h"
#include "certmuster/status.h"
#include "run/trust.h"

struct cm_sandbox;

/* All is borrowed for the call. */
struct cm_check_config {
    const char *chain;        /* PEM or DER file; its first one is judged */
    const char *const *roots; /* files or folders: the only anchors; NULL ends;
                                 NULL: the views of `trust` */
    struct cm_trust_config trust; /* its intermediates are at clients' hand */
    const char *host;             /* NULL: names are not judged */
    int64_t at_unix;              /* 0: now */
    struct cm_policy policy;
    struct cm_sandbox
        *sandbox; /* entered before the chain is read; NULL: none */
};

struct cm_check_files; /* opaque: what the judgement was made with */
struct cm_check {
    struct cm_endpoint ep;
    struct cm_evidence *ev;        /* owned: the chain, as the only probe's */
    struct cm_check_files *files;  /* owned */
    struct cm_judgement judgement; /* in the first view that does not trust the
                                      chain; when all do, in the first */
    int64_t at_unix;
    char note[256]; /* what was left out of the files, or "" */
};

/* cm_check_run fills `out`, which the caller cleans up whatever is returned.
 * CM_EINPUT names the file and what is wrong with it. */
enum cm_status cm_check_run(struct cm_check *out,
                            const struct cm_check_config *config,
                            struct cm_error *err);
void cm_check_cleanup(struct cm_check *check); /* zero is fine */

#endif
