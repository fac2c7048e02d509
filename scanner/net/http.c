/* The HTTP client: one exchange is resolving, connecting, sending, reading, and
 * all of it again for each redirect, until its time is over. One request per
 * connection: what is fetched comes from many servers, a little from each.
 *
 * A name is resolved once for each hop, each of its addresses is judged, and
 * the connection goes to exactly these, so a name cannot lead elsewhere
 * between the check and the use.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/dial.h"
#include "net/http_parts.h"

#define CONNECT_MS 5000U /* of one address; more may be waiting behind it */
#define READ_SIZE 16384
#define READS_PER_TURN 16 /* others want their turn too */
#define MAX_VISITED (CM_HTTP_MAX_REDIRECTS + 1)

struct exchange {
    struct cm_http *http;
    struct exchange *prev;
    struct exchange *next;
    cm_http_fn *fn;
    void *arg;

    char *first_url;    /* owned, as it was given */
    struct cm_buf post; /* empty: GET */
    char post_type[64];
    unsigned allow;
    size_t max_body;
    unsigned timeout_ms;
    uint64_t started_ms;
    struct cm_timer begin;
    struct cm_timer limit;

    struct cm_http_url url;     /* of this hop */
    char *visited[MAX_VISITED]; /* owned */
    unsigned num_visited;

    uint64_t ticket; /* of the lookup; 0: none */
    struct cm_dial *dial;
    int fd; /* -1: none */
    cm_watch watch;
    struct cm_buf out;
    size_t sent;
    struct cm_http_parser parser;
    int status;        /* of the hop before this one; 0: none */
    const char *phase; /* what the time was spent on, for people */
    char detail[CM_HTTP_DETAIL_SIZE];
};

struct cm_http {
    struct cm_loop *loop;
    struct cm_resolver *resolver;
    struct exchange *first;
    unsigned pending;
};

struct cm_http *cm_http_new(struct cm_loop *loop, struct cm_resolver *resolver)
{
    struct cm_http *http = calloc(1, sizeof(*http));

    if (http != NULL) {
        http->loop = loop;
        http->resolver = resolver;
    }
    return http;
}

unsigned cm_http_pending(const struct cm_http *http)
{
    return http->pending;
}

/* Ends whatever this hop has under way. */
static void drop_hop(struct exchange *ex)
{
    if (ex->ticket != 0) {
        cm_resolver_cancel(ex->http->resolver, ex->ticket);
        ex->ticket = 0;
    }
    cm_dial_cancel(ex->dial);
    ex->dial = NULL;
    if (ex->fd >= 0) {
        cm_loop_close(ex->http->loop, ex->watch, ex->fd);
        ex->fd = -1;
    }
    cm_buf_cleanup(&ex->out);
    cm_http_parser_cleanup(&ex->parser);
    cm_http_parser_init(&ex->parser, ex->max_body);
}

static void exchange_free(struct exchange *ex)
{
    drop_hop(ex);
    cm_timer_cancel(ex->http->loop, &ex->begin);
    cm_timer_cancel(ex->http->loop, &ex->limit);
    for (unsigned i = 0; i < ex->num_visited; i++) {
        free(ex->visited[i]);
    }
    cm_buf_cleanup(&ex->post);
    free(ex->first_url);
    free(ex);
}

static void unlink_exchange(struct exchange *ex)
{
    struct cm_http *http = ex->http;

    if (ex->prev != NULL) {
        ex->prev->next = ex->next;
    } else {
        http->first = ex->next;
    }
    if (ex->next != NULL) {
        ex->next->prev = ex->prev;
    }
    http->pending--;
}

void cm_http_free(struct cm_http *http)
{
    if (http == NULL) {
        return;
    }
    while (http->first != NULL) {
        struct exchange *ex = http->first;

        unlink_exchange(ex);
        exchange_free(ex);
    }
    free(http);
}

/* Answers, and frees the exchange. */
static void finish(struct exchange *ex, enum cm_http_result result,
                   const char *what)
{
    struct cm_http_answer answer = {
        .result = result,
        .status = ex->parser.status != 0 ? ex->parser.status : ex->status,
        .detail = ex->detail,
        .ms = (uint32_t)(cm_loop_now_ms(ex->http->loop) - ex->started_ms),
    };

    if (result == CM_HTTP_OK) {
        answer.body.data = ex->parser.body.data;
        answer.body.len = ex->parser.body.len;
    }
    if (ex->num_visited > 1 && result != CM_HTTP_OK) {
        /* ASCII without control bytes, see cm_http_url_parse */
        (void)snprintf(ex->detail, sizeof(ex->detail), "%.80s, at %.100s", what,
                       ex->visited[ex->num_visited - 1]);
    } else {
        (void)snprintf(ex->detail, sizeof(ex->detail), "%s", what);
    }
    unlink_exchange(ex); /* not pending for whoever asks from `fn` */
    ex->fn(ex->arg, &answer);
    exchange_free(ex);
}

static void out_of_memory(struct exchange *ex)
{
    finish(ex, CM_HTTP_NO_MEMORY, "no memory");
}

static void begin_hop(struct exchange *ex);

static bool is_redirect(const struct cm_http_parser *parser)
{
    int status = parser->status;

    return parser->result == CM_HTTP_STATUS && parser->location[0] != '\0' &&
           ((status >= 301 && status <= 303) || status == 307 || status == 308);
}

static void follow(struct exchange *ex)
{
    struct cm_http_url *next = malloc(sizeof(*next));
    enum cm_http_result result;
    const char *why = "";

    if (next == NULL) {
        out_of_memory(ex);
        return;
    }
    result = cm_http_url_follow(next, &ex->url, ex->parser.location, &why);
    if (result != CM_HTTP_OK) {
        free(next);
        finish(ex, result, why);
        return;
    }
    if (ex->parser.status == 303) { /* RFC 9110 section 15.4.4: GET that */
        cm_buf_clear(&ex->post);
    }
    ex->status = ex->parser.status;
    ex->url = *next;
    free(next);
    drop_hop(ex);
    begin_hop(ex);
}

/* The parser has all it wanted. */
static void answered(struct exchange *ex)
{
    const struct cm_http_parser *parser = &ex->parser;
    char status[32];

    if (is_redirect(parser)) {
        follow(ex);
    } else if (parser->result == CM_HTTP_STATUS) {
        (void)snprintf(status, sizeof(status), "HTTP status %d",
                       parser->status);
        finish(ex, CM_HTTP_STATUS, status);
    } else {
        finish(ex, parser->result, parser->why);
    }
}

/* False: the exchange is over, or has moved on. */
static bool receive(struct exchange *ex)
{
    uint8_t data[READ_SIZE];
    ssize_t got = recv(ex->fd, data, sizeof(data), MSG_DONTWAIT);

    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return false;
    }
    if (got > 0) {
        if (!cm_http_parser_feed(&ex->parser, data, (size_t)got)) {
            return true;
        }
    } else if (got == 0) {
        cm_http_parser_end(&ex->parser);
    } else { /* a reset: nothing that only ends with the connection is whole */
        cm_http_parser_fail(&ex->parser, CM_HTTP_MALFORMED,
                            "the connection was reset");
    }
    answered(ex);
    return false;
}

static void on_readable(void *arg, unsigned ready)
{
    struct exchange *ex = arg;

    (void)ready;
    for (int i = 0; i < READS_PER_TURN; i++) {
        if (!receive(ex)) {
            return;
        }
    }
}

static void on_writable(void *arg, unsigned ready)
{
    struct exchange *ex = arg;
    ssize_t sent = send(ex->fd, ex->out.data + ex->sent, ex->out.len - ex->sent,
                        MSG_NOSIGNAL | MSG_DONTWAIT);

    (void)ready;
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (sent < 0) {
        finish(ex, CM_HTTP_MALFORMED, "closed without an answer");
        return;
    }
    ex->sent += (size_t)sent;
    if (ex->sent < ex->out.len) {
        return;
    }
    ex->phase = "waiting for the answer";
    if (cm_loop_hand_over(ex->http->loop, ex->watch, CM_READABLE, on_readable,
                          ex) != CM_OK) {
        out_of_memory(ex);
    }
}

static void connected(struct exchange *ex, int fd, cm_watch watch)
{
    ex->fd = fd;
    ex->watch = watch;
    ex->sent = 0;
    ex->phase = "sending the request";
    cm_http_write_request(&ex->url,
                          (struct cm_span){ex->post.data, ex->post.len},
                          ex->post_type, &ex->out);
    if (ex->out.failed || cm_loop_hand_over(ex->http->loop, watch, CM_WRITABLE,
                                            on_writable, ex) != CM_OK) {
        out_of_memory(ex);
    }
}

static void on_dialled(void *arg, const struct cm_dial_result *result)
{
    struct exchange *ex = arg;
    char text[96];
    int error = result->local_errno;

    ex->dial = NULL;
    if (result->fd >= 0) {
        connected(ex, result->fd, result->watch);
        return;
    }
    if (error == ENOMEM || error == ENOBUFS) {
        out_of_memory(ex);
        return;
    }
    for (size_t i = 0; error == 0 && i < result->num_attempts; i++) {
        error = result->attempts[i].sys_errno;
    }
    (void)snprintf(text, sizeof(text), "cannot connect: %s",
                   error == 0 ? "no address is left" : strerrordesc_np(error));
    finish(ex, CM_HTTP_NO_CONNECTION, text);
}

/* Connects to those of the addresses that may be asked. */
static void connect_to(struct exchange *ex, struct cm_address *addresses,
                       unsigned num)
{
    char address[CM_ADDRESS_TEXT_SIZE] = "";
    char text[96];
    unsigned kept = 0;
    unsigned refused = 0;

    for (unsigned i = 0; i < num; i++) {
        unsigned reach = cm_http_reach(&addresses[i]);

        if ((reach & ~ex->allow) == 0) {
            addresses[kept] = addresses[i];
            addresses[kept++].port = ex->url.port;
        } else if (refused == 0) {
            refused = reach;
            addresses[i].port = 0; /* not part of the text */
            (void)cm_address_text(&addresses[i], address);
        }
    }
    if (kept == 0) {
        (void)snprintf(text, sizeof(text), "leads to a %s address, %.48s",
                       cm_http_reach_text(refused), address);
        finish(ex, CM_HTTP_REFUSED_ADDRESS, text);
        return;
    }
    kept = cm_dial_order(addresses, kept, 0);
    ex->phase = "connecting";
    ex->dial = cm_dial_start(ex->http->loop, addresses, kept, CONNECT_MS,
                             on_dialled, ex);
    if (ex->dial == NULL) {
        out_of_memory(ex);
    }
}

static void on_resolved(void *arg, const struct cm_dns_evidence *ev)
{
    struct exchange *ex = arg;
    struct cm_address addresses[CM_MAX_ADDRESSES];
    char text[64];

    ex->ticket = 0;
    if (ev->num_addresses == 0) {
        /* The resolver's only ways to tell a failure of ours: by its words,
         * or there was no memory even for these. */
        bool no_memory =
            ev->result == CM_DNS_FAILED &&
            (ev->detail[0] == '\0' || strcasestr(ev->detail, "memory") != NULL);

        (void)snprintf(text, sizeof(text), "the name cannot be resolved: %s",
                       cm_dns_result_id(ev->result));
        finish(ex, no_memory ? CM_HTTP_NO_MEMORY : CM_HTTP_NO_NAME, text);
        return;
    }
    memcpy(addresses, ev->addresses, sizeof(addresses));
    connect_to(ex, addresses, ev->num_addresses);
}

/* Notes where this hop goes; false: the exchange is over. */
static bool visit(struct exchange *ex)
{
    struct cm_buf text;
    char *url;

    if (ex->num_visited == MAX_VISITED) {
        finish(ex, CM_HTTP_REDIRECTS, "redirected too often");
        return false;
    }
    cm_buf_init(&text, sizeof(ex->url.target) + CM_HTTP_SERVER_SIZE + 16);
    cm_http_url_text(&ex->url, &text);
    url = cm_buf_take(&text);
    if (url == NULL) {
        out_of_memory(ex);
        return false;
    }
    for (unsigned i = 0; i < ex->num_visited; i++) {
        if (strcmp(ex->visited[i], url) == 0) {
            free(url);
            finish(ex, CM_HTTP_REDIRECTS, "redirected in a circle");
            return false;
        }
    }
    ex->visited[ex->num_visited++] = url;
    return true;
}

static void begin_hop(struct exchange *ex)
{
    struct cm_address literal;

    if (!visit(ex)) {
        return;
    }
    if (ex->url.is_ip) {
        literal = ex->url.literal;
        connect_to(ex, &literal, 1);
        return;
    }
    ex->phase = "resolving the name";
    ex->ticket =
        cm_resolver_lookup(ex->http->resolver, ex->url.host, on_resolved, ex);
    if (ex->ticket == 0) {
        out_of_memory(ex);
    }
}

static void on_limit(void *arg)
{
    struct exchange *ex = arg;
    char text[80];

    (void)snprintf(text, sizeof(text), "the time was over while %s", ex->phase);
    finish(ex, CM_HTTP_TIMEOUT, text);
}

/* The time counts from here: the loop may not have looked at the clock for a
 * while when the exchange was started. */
static void on_begin(void *arg)
{
    struct exchange *ex = arg;
    enum cm_http_result result;
    const char *why;

    ex->started_ms = cm_loop_now_ms(ex->http->loop);
    if (!cm_timer_set(ex->http->loop, &ex->limit,
                      ex->started_ms + ex->timeout_ms, on_limit, ex)) {
        out_of_memory(ex);
        return;
    }
    result = cm_http_url_parse(&ex->url, ex->first_url, &why);
    if (result != CM_HTTP_OK) {
        finish(ex, result, why);
        return;
    }
    begin_hop(ex);
}

bool cm_http_start(struct cm_http *http, const struct cm_http_request *request,
                   cm_http_fn *fn, void *arg)
{
    struct exchange *ex = calloc(1, sizeof(*ex));

    if (ex == NULL) {
        return false;
    }
    ex->http = http;
    ex->fn = fn;
    ex->arg = arg;
    ex->fd = -1;
    ex->allow = request->allow;
    ex->max_body = request->max_body;
    ex->timeout_ms = request->timeout_ms;
    ex->phase = "";
    cm_buf_init(&ex->post, request->post.len);
    cm_http_parser_init(&ex->parser, ex->max_body);
    if (request->post.len > 0) {
        (void)snprintf(ex->post_type, sizeof(ex->post_type), "%s",
                       request->post_type);
    }
    ex->first_url = strdup(request->url);
    if (ex->first_url == NULL ||
        !cm_buf_append(&ex->post, request->post.data, request->post.len) ||
        !cm_timer_set(http->loop, &ex->begin, 0, on_begin, ex)) {
        exchange_free(ex);
        return false;
    }
    ex->next = http->first;
    if (ex->next != NULL) {
        ex->next->prev = ex;
    }
    http->first = ex;
    http->pending++;
    return true;
}
