/* A store with a scanned fleet in it, files to judge it with, and a server of
 * what its certificates point to.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_RUN_AGAIN_SCENE_H
#define CERTMUSTER_TESTS_RUN_AGAIN_SCENE_H

#include <pthread.h>

#include "run/again.h"
#include "run/rejudge.h"
#include "support/forge.h"
#include "support/httpserver.h"
#include "unit/run/folder.h"

struct again_scene {
    struct folder *folder;
    char db[128];
    struct cm_store *store; /* open; NULL: closed by the test */
    int64_t run_id;
    uint64_t rows;

    struct cm_cert *root; /* the anchor of the view "test" */
    struct cm_cert *sub;  /* issued by it; served at /sub.der */
    struct cm_cert *leaf; /* issued by sub, for host1.example; names what the
                             server serves */
    struct cm_span crl;   /* of sub; revokes leaf; at /sub.crl */

    struct cm_loop *loop;
    struct http_server *server;
    struct http_row served[2];
    pthread_t thread;
    _Atomic bool server_stop;

    struct cm_trust_files files;
    struct cm_policy policy;
    struct cm_judging judging;
    struct cm_counters counters;
    struct cm_pending *pending;
    _Atomic bool stop;
};

void again_open(struct again_scene *s);
void again_close(struct again_scene *s);
void again_server_stop(struct again_scene *s);
/* Loads the view "test" and what else `config` says; the policy is the scene's,
 * for FORGE_NOW. */
void again_load(struct again_scene *s);

/* A run with an endpoint for each chain, judged as a worker would. */
void again_begin(struct again_scene *s);
void again_add(struct again_scene *s, const char *host,
               struct cm_cert *const *chain, size_t num);
void again_drain(struct again_scene *s);
/* The second pass; `seen` is what the fleet sent (may be NULL). */
enum cm_status again_second(struct again_scene *s,
                            const struct cm_certset *seen,
                            const struct cm_fetch_config *fetch);
void again_finish(struct again_scene *s);
/* The first column of the first line, as text: free() it. */
char *again_ask(struct again_scene *s, const char *sql);
void assert_asked(struct again_scene *s, const char *sql, const char *want);

#endif
