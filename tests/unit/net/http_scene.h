/* A client, an HTTP server and a DNS server in one loop.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TEST_HTTP_SCENE_H
#define CERTMUSTER_TEST_HTTP_SCENE_H

#include "dnsserver.h"
#include "net/http.h"
#include "support/httpserver.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LONG_MS 60000 /* longer than any test */
#define HASTY_MS 80   /* where the time is meant to be over */
#define MAX_BODY 100000
#define OK_LINE "HTTP/1.1 200 OK\r\n"

struct got {
    unsigned calls;
    enum cm_http_result result;
    int status;
    char detail[300];
    char body[100];
    size_t len;
};

struct scene {
    struct cm_loop *loop;
    struct http_server *server;
    struct dns_server *dns;
    struct cm_resolver *resolver;
    struct cm_http *http;
    struct got got;
    unsigned again; /* this many more from the callback */
};

/* With the pages of http_scene.c, or with `rows`. */
int open_scene(void **state);
int open_with(void **state, const struct http_row *rows, size_t num);
int close_scene(void **state);

/* Fills the struct got that is its argument. */
void on_answer(void *arg, const struct cm_http_answer *answer);
void turn_until(struct scene *scene, unsigned calls);
/* Starts it and waits for its answer. */
void ask(struct scene *scene, const struct cm_http_request *request);
/* "/path" is the server's; "@PORT@" becomes its port. */
const char *url_of(const struct scene *scene, const char *text, char out[500]);
const struct got *get(struct scene *scene, const char *text, unsigned allow,
                      unsigned timeout_ms);

#endif
