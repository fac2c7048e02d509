/* The parts of the HTTP client that know no sockets. Private to net/http*.c
 * and its tests.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_HTTP_PARTS_H
#define CERTMUSTER_HTTP_PARTS_H

#include "certmuster/endpoint.h"
#include "net/http.h"

#define CM_HTTP_DETAIL_SIZE 192

/* http_reach.c -- the word for one of the CM_HTTP_* address bits. */
const char *cm_http_reach_text(unsigned reach);

/* http_url.c */
struct cm_http_url {
    char host[CM_HOST_SIZE]; /* lower case, no trailing dot, no brackets */
    bool is_ip;
    struct cm_address literal; /* with the port, when is_ip */
    uint16_t port;
    char target[3 * CM_HTTP_MAX_URL + 2]; /* path and query, safe to send */
};
/* Reads an absolute http URL. On failure `why` (static) tells why not, and the
 * result is CM_HTTP_BAD_URL, or CM_HTTP_REFUSED_ADDRESS for a port that
 * belongs to another protocol. */
enum cm_http_result cm_http_url_parse(struct cm_http_url *out, const char *url,
                                      const char **why);
/* The URL as text: what two ways to write the same one have in common. */
void cm_http_url_text(const struct cm_http_url *url, struct cm_buf *out);
/* Resolves the content of a Location field against `base` (RFC 3986 section
 * 5.2). CM_HTTP_REDIRECTS when it leads away from http. */
enum cm_http_result cm_http_url_follow(struct cm_http_url *out,
                                       const struct cm_http_url *base,
                                       const char *location, const char **why);

/* http_request.c -- inits `out` and writes the request; see out->failed. */
void cm_http_write_request(const struct cm_http_url *url, struct cm_span post,
                           const char *post_type, struct cm_buf *out);

/* http_parse.c -- reads one answer, however it is cut into pieces. */
enum cm_http_stage {
    CM_HTTP_IN_HEAD,
    CM_HTTP_IN_BODY,       /* of known length */
    CM_HTTP_IN_REST,       /* to the end of the connection */
    CM_HTTP_IN_CHUNK_SIZE, /* a line */
    CM_HTTP_IN_CHUNK,
    CM_HTTP_IN_CHUNK_END, /* the line end after a chunk */
    CM_HTTP_IN_TRAILER,
    CM_HTTP_COMPLETE,
};

struct cm_http_parser {
    enum cm_http_stage stage;
    enum cm_http_result result;         /* once complete: OK, STATUS, TOO_BIG,
                                           MALFORMED or NO_MEMORY */
    int status;                         /* 0: none was read */
    const char *why;                    /* static; "" when nothing is wrong */
    char location[CM_HTTP_MAX_URL + 1]; /* "" : none */
    struct cm_buf head;                 /* what there is of the header section,
                                           or of a line of a chunked body */
    size_t head_bytes; /* of all header sections and trailers together */
    unsigned interim;  /* answers with a status of 1xx */
    struct cm_buf body;
    uint64_t left; /* of the body, or of the chunk */
};

void cm_http_parser_init(struct cm_http_parser *parser, size_t max_body);
void cm_http_parser_cleanup(struct cm_http_parser *parser);
/* True once the answer is complete; what comes after it is ignored. */
bool cm_http_parser_feed(struct cm_http_parser *parser, const void *data,
                         size_t len);
/* The server closed the connection: completes the answer, one way or other. */
void cm_http_parser_end(struct cm_http_parser *parser);

/* http_head.c -- reads a whole header section and sets the stage that follows.
 * The parser's head is changed by it. */
void cm_http_read_head(struct cm_http_parser *parser);
/* Completes the answer with a failure. */
void cm_http_parser_fail(struct cm_http_parser *parser,
                         enum cm_http_result result, const char *why);

#endif
