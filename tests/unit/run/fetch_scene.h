/* A fetcher, and an HTTP server in a thread of its own.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TEST_FETCH_SCENE_H
#define CERTMUSTER_TEST_FETCH_SCENE_H

#include <pthread.h>
#include <stdatomic.h>

#include "run/fetch.h"
#include "support/forge.h"
#include "support/httpserver.h"

#define FETCH_LONG_MS 60000 /* longer than any test */
#define FETCH_HASTY_MS 60

struct fetch_scene {
    struct cm_loop *loop; /* the server's */
    struct http_server *server;
    pthread_t thread;
    atomic_bool server_stop;
    atomic_bool stop;     /* of the round */
    bool stop_when_held;  /* set `stop` once the server holds a request */
    struct cm_cert *cert; /* somebody to want something for */
    struct cm_fetch *fetch;
    struct cm_wants *wants;
    struct cm_fetch_target target;
};

/* A fetcher of everything, with an empty pool; nobody is told. */
void fetch_open(struct fetch_scene *scene, const struct http_row *rows,
                size_t num_rows);
/* Another fetcher, without memory of what was tried. */
void fetch_configure(struct fetch_scene *scene,
                     const struct cm_fetch_config *config);
void fetch_close(struct fetch_scene *scene);

/* Wants something that `urls` ("/path" is the server's; up to a NULL) should
 * give, for an endpoint at `address`. For OCSP each call is about another
 * certificate. */
void fetch_want(struct fetch_scene *scene, enum cm_want_kind kind,
                const char *address, const char *const *urls);
void fetch_want_one(struct fetch_scene *scene, enum cm_want_kind kind,
                    const char *address, const char *url);
/* As the last two, about this certificate. */
bool fetch_want_about(struct fetch_scene *scene, const struct cm_want *want,
                      const char *address, const char *const *urls);
/* One round; true: there was news. */
bool fetch_round(struct fetch_scene *scene);
/* The same, for a result other than CM_OK. */
enum cm_status fetch_try(struct fetch_scene *scene, bool *news,
                         struct cm_error *err);
/* "/path" as the server's URL. */
const char *fetch_url(const struct fetch_scene *scene, const char *path,
                      char out[300]);

#endif
