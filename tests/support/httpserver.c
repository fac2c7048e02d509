/* The tests' HTTP server.
 * SPDX-License-Identifier: Apache-2.0 */
#include "httpserver.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_CONNECTIONS 64
#define MAX_REQUEST 100000
#define MAX_ANSWER (80U << 20)
#define MAX_PATHS 4096
#define PATH_SIZE 64
#define FLOOD 65536
#define DRIP_MS 5

/* Stops the test program: its own set-up failed. */
#define NEED(claim)                                                            \
    do {                                                                       \
        if (!(claim)) {                                                        \
            fprintf(stderr, "httpserver: %s\n", #claim);                       \
            abort();                                                           \
        }                                                                      \
    } while (0)

struct connection {
    struct http_server *server;
    int fd; /* -1: free */
    cm_watch watch;
    struct cm_timer turn;
    struct cm_buf in;
    struct cm_buf out;
    size_t sent;
    const struct http_row *row;
    bool held;
    bool counted_out;
};

struct http_server {
    struct cm_loop *loop;
    const struct http_row *rows;
    size_t num_rows;
    int fd;
    cm_watch watch;
    unsigned port;
    char (*paths)[PATH_SIZE]; /* of the requests */
    unsigned num_paths;
    struct cm_buf last;
    unsigned open;
    unsigned most_open;
    bool hold;
    struct connection connections[MAX_CONNECTIONS];
};

static void on_writable(void *arg, unsigned ready);

/* What was answered in full is over for the client: its next connection may be
 * accepted before the end of this one is seen. */
static void stop_counting(struct connection *c)
{
    if (!c->counted_out) {
        c->counted_out = true;
        c->server->open--;
    }
}

static void drop(struct connection *c)
{
    cm_timer_cancel(c->server->loop, &c->turn);
    cm_loop_unwatch(c->server->loop, c->watch);
    close(c->fd);
    c->fd = -1;
    cm_buf_cleanup(&c->in);
    cm_buf_cleanup(&c->out);
    stop_counting(c);
}

/* A socket that is closed with this has no orderly end. */
static void drop_by_reset(struct connection *c)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};

    NEED(setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)) ==
         0);
    drop(c);
}

static void ignore(void *arg, unsigned ready)
{
    struct connection *c = arg;
    char data[1000];

    (void)ready;
    if (read(c->fd, data, sizeof(data)) <= 0) {
        drop(c);
    }
}

static void on_turn(void *arg)
{
    on_writable(arg, CM_WRITABLE);
}

/* All of the answer is sent. */
static void after_answer(struct connection *c)
{
    struct cm_loop *loop = c->server->loop;
    uint8_t last = c->out.len > 0 ? c->out.data[c->out.len - 1] : 'x';

    switch (c->row->deed) {
    case HTTP_SEND:
    case HTTP_BYTES:
        (void)shutdown(c->fd, SHUT_WR); /* so that no reset takes it back */
        stop_counting(c);
        cm_loop_unwatch(loop, c->watch);
        NEED(cm_loop_watch(loop, c->fd, CM_READABLE, ignore, c, &c->watch) ==
             CM_OK);
        break;
    case HTTP_RESET:
        drop_by_reset(c);
        break;
    case HTTP_KEEP:
        cm_loop_unwatch(loop, c->watch);
        NEED(cm_loop_watch(loop, c->fd, CM_READABLE, ignore, c, &c->watch) ==
             CM_OK);
        break;
    case HTTP_ENDLESS:
    case HTTP_DRIP:
        cm_buf_clear(&c->out);
        c->sent = 0;
        for (int i = c->row->deed == HTTP_DRIP ? FLOOD - 1 : 0; i < FLOOD;
             i++) {
            NEED(cm_buf_append(&c->out, &last, 1));
        }
        break;
    }
}

static void on_writable(void *arg, unsigned ready)
{
    struct connection *c = arg;
    bool slow = c->row->deed == HTTP_BYTES || c->row->deed == HTTP_DRIP;
    size_t len = c->out.len - c->sent;
    ssize_t sent;

    (void)ready;
    if (len > 0) {
        sent = send(c->fd, c->out.data + c->sent, slow ? 1 : len,
                    MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) {
            drop(c);
            return;
        }
        c->sent += (size_t)sent;
    }
    if (c->sent == c->out.len) {
        after_answer(c);
    } else if (!slow) {
        NEED(cm_loop_interest(c->server->loop, c->watch, CM_WRITABLE) == CM_OK);
    }
    if (c->fd >= 0 && slow && c->sent < c->out.len) {
        NEED(cm_loop_interest(c->server->loop, c->watch, 0) == CM_OK);
        NEED(cm_timer_set(c->server->loop, &c->turn,
                          c->row->deed == HTTP_BYTES
                              ? 0
                              : cm_loop_now_ms(c->server->loop) + DRIP_MS,
                          on_turn, c));
    }
}

static void put_answer(struct connection *c)
{
    const struct http_row *row = c->row;
    const char *text = row->answer;
    const char *mark;

    cm_buf_init(&c->out, MAX_ANSWER);
    if (text == NULL) {
        cm_buf_printf(&c->out, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
                      row->body.len);
        text = "";
    }
    while ((mark = strstr(text, "@PORT@")) != NULL) {
        cm_buf_append(&c->out, text, (size_t)(mark - text));
        cm_buf_printf(&c->out, "%u", c->server->port);
        text = mark + 6;
    }
    cm_buf_puts(&c->out, text);
    cm_buf_append(&c->out, row->body.data, row->body.len);
    NEED(!c->out.failed);
}

static void answer(struct connection *c)
{
    put_answer(c);
    cm_loop_unwatch(c->server->loop, c->watch);
    NEED(cm_loop_watch(c->server->loop, c->fd, CM_WRITABLE, on_writable, c,
                       &c->watch) == CM_OK);
}

static const struct http_row *find_row(const struct http_server *server,
                                       const char *path)
{
    static const struct http_row missing = {
        .answer = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"};

    for (size_t i = 0; i < server->num_rows; i++) {
        if (strcmp(server->rows[i].path, path) == 0) {
            return &server->rows[i];
        }
    }
    return &missing;
}

/* Is the whole request there, with its body? */
static bool is_whole(struct connection *c)
{
    const char *text = cm_buf_cstr(&c->in);
    const char *end = strstr(text, "\r\n\r\n");
    const char *length = strstr(text, "Content-Length: ");
    size_t body = 0;

    if (end == NULL) {
        return false;
    }
    if (length != NULL && length < end) {
        body = strtoul(length + 16, NULL, 10);
    }
    return c->in.len >= (size_t)(end - text) + 4 + body;
}

static void take_request(struct connection *c)
{
    struct http_server *server = c->server;
    const char *text = cm_buf_cstr(&c->in);
    const char *path = strchr(text, ' ');
    size_t len;

    NEED(path != NULL && server->num_paths < MAX_PATHS);
    len = strcspn(++path, " ");
    snprintf(server->paths[server->num_paths++], PATH_SIZE, "%.*s", (int)len,
             path);
    cm_buf_clear(&server->last);
    NEED(cm_buf_append(&server->last, c->in.data, c->in.len));
    c->row = find_row(server, server->paths[server->num_paths - 1]);
    c->held = server->hold;
    if (!c->held) {
        answer(c);
    }
}

static void on_request(void *arg, unsigned ready)
{
    struct connection *c = arg;
    char data[4096];
    ssize_t got = read(c->fd, data, sizeof(data));

    (void)ready;
    if (got <= 0) {
        drop(c);
        return;
    }
    NEED(cm_buf_append(&c->in, data, (size_t)got));
    if (!c->held && is_whole(c)) {
        take_request(c);
    }
}

static void on_connection(void *arg, unsigned ready)
{
    struct http_server *server = arg;
    int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct connection *c = server->connections;

    (void)ready;
    if (fd < 0) {
        return;
    }
    while (c < server->connections + MAX_CONNECTIONS && c->fd >= 0) {
        c++;
    }
    NEED(c < server->connections + MAX_CONNECTIONS);
    *c = (struct connection){.server = server, .fd = fd};
    cm_buf_init(&c->in, MAX_REQUEST);
    server->open++;
    if (server->open > server->most_open) {
        server->most_open = server->open;
    }
    NEED(cm_loop_watch(server->loop, fd, CM_READABLE, on_request, c,
                       &c->watch) == CM_OK);
    for (size_t i = 0; i < server->num_rows; i++) {
        if (server->rows[i].path[0] == '\0') {
            c->row = &server->rows[i];
            answer(c);
            return;
        }
    }
}

struct http_server *http_server_open(struct cm_loop *loop, const char *address,
                                     const struct http_row *rows,
                                     size_t num_rows)
{
    struct http_server *server = calloc(1, sizeof(*server));
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof(at);

    NEED(server != NULL);
    server->paths = calloc(MAX_PATHS, sizeof(*server->paths));
    NEED(server->paths != NULL);
    server->loop = loop;
    server->rows = rows;
    server->num_rows = num_rows;
    cm_buf_init(&server->last, MAX_REQUEST);
    for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
        server->connections[i].fd = -1;
    }
    server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    NEED(inet_pton(AF_INET, address, &at.sin_addr) == 1);
    NEED(bind(server->fd, (struct sockaddr *)&at, sizeof(at)) == 0);
    NEED(listen(server->fd, 128) == 0);
    NEED(getsockname(server->fd, (struct sockaddr *)&at, &len) == 0);
    server->port = ntohs(at.sin_port);
    NEED(cm_loop_watch(loop, server->fd, CM_READABLE, on_connection, server,
                       &server->watch) == CM_OK);
    return server;
}

void http_server_close(struct http_server *server)
{
    if (server == NULL) {
        return;
    }
    for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
        if (server->connections[i].fd >= 0) {
            drop(&server->connections[i]);
        }
    }
    cm_loop_unwatch(server->loop, server->watch);
    close(server->fd);
    cm_buf_cleanup(&server->last);
    free(server->paths);
    free(server);
}

unsigned http_server_port(const struct http_server *server)
{
    return server->port;
}

unsigned http_server_requests(const struct http_server *server,
                              const char *path)
{
    unsigned count = 0;

    for (unsigned i = 0; i < server->num_paths; i++) {
        if (path == NULL || strcmp(server->paths[i], path) == 0) {
            count++;
        }
    }
    return count;
}

struct cm_span http_server_last(const struct http_server *server)
{
    return (struct cm_span){server->last.data, server->last.len};
}

unsigned http_server_most_open(const struct http_server *server)
{
    return server->most_open;
}

void http_server_hold(struct http_server *server, bool hold)
{
    server->hold = hold;
    for (size_t i = 0; !hold && i < MAX_CONNECTIONS; i++) {
        struct connection *c = &server->connections[i];

        if (c->fd >= 0 && c->held) {
            c->held = false;
            answer(c);
        }
    }
}

unsigned http_server_held(const struct http_server *server)
{
    unsigned count = 0;

    for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
        count += server->connections[i].fd >= 0 && server->connections[i].held;
    }
    return count;
}
