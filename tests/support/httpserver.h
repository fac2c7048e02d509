/* A small HTTP server on loopback for tests, run by the test's own loop: what
 * it answers is a table of bytes, and it misbehaves as asked.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TEST_HTTPSERVER_H
#define CERTMUSTER_TEST_HTTPSERVER_H

#include "certmuster/buf.h"
#include "net/loop.h"

enum http_deed {
    HTTP_SEND,    /* the answer, then close */
    HTTP_KEEP,    /* the answer, and never close */
    HTTP_BYTES,   /* byte by byte, a turn of the loop for each; then close */
    HTTP_ENDLESS, /* the answer, then its last byte for ever */
    HTTP_DRIP,    /* the answer, then a byte now and then, for ever */
    HTTP_RESET,   /* the answer, then a reset instead of an end */
};

struct http_row {
    const char *path; /* of the request; "" : at once, before any request */
    enum http_deed deed;
    const char *answer; /* raw; "@PORT@" becomes the server's port; NULL:
                           status 200 with `body` */
    struct cm_span body;
};

struct http_server;

/* On `address` and a port of the system's choice. Paths without a row have
 * status 404. */
struct http_server *http_server_open(struct cm_loop *loop, const char *address,
                                     const struct http_row *rows,
                                     size_t num_rows);
void http_server_close(struct http_server *server);
unsigned http_server_port(const struct http_server *server);
/* How many requests came, for all paths (NULL) or one. */
unsigned http_server_requests(const struct http_server *server,
                              const char *path);
/* The last request, as it came. */
struct cm_span http_server_last(const struct http_server *server);
/* The most connections that were open at once. */
unsigned http_server_most_open(const struct http_server *server);
/* While it holds, requests are not answered. */
void http_server_hold(struct http_server *server, bool hold);
unsigned http_server_held(const struct http_server *server);

#endif
