/* Asking DNS servers with c-ares (1.18).
 *
 * c-ares goes on to the next server after silence, but hides which error a
 * server answered unless told to pass every answer on; then it no longer goes
 * on after an error. So there is one channel for each server of the list, each
 * with the list from that server on: who answers SERVFAIL or REFUSED is passed
 * over by asking the next channel.
 *
 * Other limits of the library that are kept here: few queries in flight (one
 * UDP socket for all of them), queries sent in small bursts (a full socket
 * buffer counts as a dead server), a steady tick instead of ares_timeout
 * (which walks all queries), and no call into it from its own callbacks.
 * ares_library_init is for Windows only and counts without a lock.
 *
 * A connection that breaks counts against every query that is on its way to the
 * server, those over UDP, too: three such, and names without a fault have no
 * answer. So what does not fit into a datagram is asked for on a connection and
 * a channel of its own.
 *
 * A server that gets more queries at once than its socket has room for loses
 * some, and those sent again come as one burst, too: names would time out at
 * servers that are well. So only so many may be new to the server: neither
 * answered nor sent two periods ago. A period ends with a tick before which an
 * answer came: the server reads. What it still owes then does not stand in the
 * way of other names.
 * SPDX-License-Identifier: Apache-2.0 */
#include <arpa/nameser.h>
#include <stdlib.h>
#include <string.h>

#include "net/resolver_channel.h"

#define DEFAULT_TIMEOUT_MS 5000U
#define TICK_MS 50U
#define SILENT_TICKS 10 /* end a period, too */
#define BURST 100       /* queries sent in one turn of the loop */
#define MAX_OVER_TCP 8  /* questions at once, each on its connection */
#define UDP_SIZE 512U   /* octets; c-ares drops the rest (RFC 1035 2.3.4) */
#define FLAGS_AT 2U     /* in a message, with the bit below */
#define FLAG_TRUNCATED 2U

/* Questions that wait to be sent. */
struct queue {
    struct cm_question *first;
    struct cm_question **end;
};

/* A connection that has one question at a time. */
struct line {
    struct cm_channel channel;
    struct cm_question *question; /* NULL: it is free */
};

struct cm_upstream {
    struct cm_loop *loop;
    unsigned timeout_ms;
    struct cm_server_list servers;
    struct cm_channel channels[CM_RESOLVER_MAX_SERVERS]; /* one a server */
    struct line lines[MAX_OVER_TCP];
    unsigned num_on_lines;
    struct queue queue;
    struct queue long_queue; /* for the lines */
    unsigned in_flight;
    unsigned recent[2]; /* of them, sent in this period and in the one before */
    unsigned period;
    unsigned ticks; /* of this period */
    bool heard;     /* an answer in this period */
    unsigned max_recent;
    struct cm_timer pump; /* sends what waits */
    struct cm_timer tick; /* while something is in flight */
    bool closing;
    bool deaf; /* no memory to hear a socket: silence means nothing */
};

static void set_answer(struct cm_dns_answer *out, enum cm_dns_result result,
                       const char *why)
{
    memset(out, 0, sizeof(*out));
    out->result = result;
    out->why = why;
}

static void read_answer(struct cm_dns_answer *out,
                        const struct cm_question *question, int status,
                        struct cm_span message)
{
    if (message.data != NULL && message.len > 0) {
        cm_dnsmsg_read(out, message, question->host, question->type);
        return;
    }
    switch (question->upstream->deaf ? ARES_ENOMEM : status) {
    case ARES_ETIMEOUT:
        set_answer(out, CM_DNS_TIMEOUT, "no answer");
        break;
    case ARES_ECONNREFUSED:
        set_answer(out, CM_DNS_TIMEOUT, CM_DNS_UNREACHABLE);
        break;
    case ARES_EBADNAME:
        set_answer(out, CM_DNS_FAILED, "not a name that DNS can be asked for");
        break;
    case ARES_ENOMEM:
        set_answer(out, CM_DNS_FAILED, "no memory");
        break;
    default:
        set_answer(out, CM_DNS_FAILED, ares_strerror(status));
        break;
    }
}

static bool is_servers_fault(enum cm_dns_result result)
{
    return result == CM_DNS_SERVFAIL || result == CM_DNS_REFUSED ||
           result == CM_DNS_TIMEOUT || result == CM_DNS_FAILED;
}

static void on_pump(void *arg);

static bool wake_pump(struct cm_upstream *upstream)
{
    return upstream->pump.slot != 0 ||
           cm_timer_set(upstream->loop, &upstream->pump,
                        cm_loop_now_ms(upstream->loop), on_pump, upstream);
}

static void enqueue(struct queue *queue, struct cm_question *question)
{
    question->next = NULL;
    *queue->end = question;
    queue->end = &question->next;
}

static struct cm_question *dequeue(struct queue *queue)
{
    struct cm_question *question = queue->first;

    queue->first = question->next;
    if (queue->first == NULL) {
        queue->end = &queue->first;
    }
    return question;
}

static bool is_waiting(const struct cm_upstream *upstream)
{
    return upstream->queue.first != NULL || upstream->long_queue.first != NULL;
}

/* Whether the servers after the one that answered should be asked too. */
static bool may_ask_next(const struct cm_upstream *upstream,
                         const struct cm_question *question, int status)
{
    return (status == ARES_ESERVFAIL || status == ARES_EREFUSED ||
            status == ARES_ENOTIMP || status == ARES_EFORMERR) &&
           question->level + 1 < upstream->servers.num &&
           cm_loop_now_ms(upstream->loop) < question->deadline_ms;
}

/* Asks another server, or is done. */
static void take_answer(struct cm_question *question, int status,
                        const struct cm_dns_answer *answer)
{
    struct cm_upstream *upstream = question->upstream;

    /* A later server's failure does not replace the first one's. */
    if (question->level == 0 || !is_servers_fault(answer->result)) {
        question->answer = *answer;
    }
    if (may_ask_next(upstream, question, status)) {
        question->level++;
        enqueue(&upstream->queue, question);
        question = NULL;
    }
    if (is_waiting(upstream)) {
        (void)wake_pump(upstream);
    }
    if (question != NULL) {
        question->done(question);
    }
}

static bool is_cut(struct cm_span message)
{
    return message.data != NULL && message.len > FLAGS_AT &&
           ((message.data[FLAGS_AT] & FLAG_TRUNCATED) != 0 ||
            message.len >= UDP_SIZE);
}

/* Called by c-ares, also from inside ares_query and ares_destroy. */
static void on_answer(void *arg, int status, int timeouts, unsigned char *data,
                      int len)
{
    struct cm_question *question = arg;
    struct cm_upstream *upstream = question->upstream;
    struct cm_span message = {.data = data, .len = (size_t)len};
    struct cm_dns_answer answer;

    (void)timeouts;
    if (upstream->closing) {
        return;
    }
    upstream->in_flight--;
    upstream->heard = upstream->heard || data != NULL;
    if (upstream->period - question->period < 2) {
        upstream->recent[question->period % 2]--;
    }
    if (is_cut(message)) {
        enqueue(&upstream->long_queue, question);
        (void)wake_pump(upstream);
        return;
    }
    read_answer(&answer, question, status, message);
    take_answer(question, status, &answer);
}

/* The same over TCP. */
static void on_long_answer(void *arg, int status, int timeouts,
                           unsigned char *data, int len)
{
    struct line *line = arg;
    struct cm_question *question = line->question;
    struct cm_dns_answer answer;

    (void)timeouts;
    if (question->upstream->closing) {
        return;
    }
    question->upstream->num_on_lines--;
    line->question = NULL;
    read_answer(&answer, question, status,
                (struct cm_span){.data = data, .len = (size_t)len});
    if (data == NULL && status != ARES_ENOMEM && !question->upstream->deaf) {
        set_answer(&answer, CM_DNS_TIMEOUT,
                   "too long an answer for UDP, and none over TCP");
    }
    take_answer(question, status, &answer);
}

static void on_tick(void *arg);

static void set_tick(struct cm_upstream *upstream)
{
    (void)cm_timer_set(upstream->loop, &upstream->tick,
                       cm_loop_now_ms(upstream->loop) + TICK_MS, on_tick,
                       upstream);
}

/* What waited for a line has less time left than the line's channel gives. */
static void tick_lines(struct cm_upstream *upstream)
{
    uint64_t now_ms = cm_loop_now_ms(upstream->loop);

    for (unsigned i = 0; i < MAX_OVER_TCP; i++) {
        struct line *line = &upstream->lines[i];

        if (line->question != NULL) {
            cm_channel_tick(&line->channel);
        }
        if (line->question != NULL && now_ms > line->question->deadline_ms) {
            ares_cancel(line->channel.ares);
        }
    }
}

static void on_tick(void *arg)
{
    struct cm_upstream *upstream = arg;

    for (unsigned i = 0; i < upstream->servers.num; i++) {
        cm_channel_tick(&upstream->channels[i]);
    }
    tick_lines(upstream);
    upstream->ticks++;
    if (upstream->heard || upstream->ticks >= SILENT_TICKS) {
        upstream->period++;
        upstream->recent[upstream->period % 2] = 0;
        upstream->ticks = 0;
        upstream->heard = false;
    }
    if (is_waiting(upstream)) {
        (void)wake_pump(upstream);
    }
    if (upstream->in_flight + upstream->num_on_lines > 0) {
        set_tick(upstream);
    }
}

static bool may_send(const struct cm_upstream *upstream)
{
    return upstream->queue.first != NULL &&
           upstream->in_flight < CM_RESOLVER_MAX_IN_FLIGHT &&
           upstream->recent[0] + upstream->recent[1] < upstream->max_recent;
}

/* Gives each line that is free a question. */
static void fill_lines(struct cm_upstream *upstream)
{
    for (unsigned i = 0; i < MAX_OVER_TCP; i++) {
        struct line *line = &upstream->lines[i];

        if (line->question != NULL || upstream->long_queue.first == NULL) {
            continue;
        }
        line->question = dequeue(&upstream->long_queue);
        upstream->num_on_lines++;
        ares_query(line->channel.ares, line->question->host, ns_c_in,
                   (int)line->question->type, on_long_answer, line);
    }
}

static void on_pump(void *arg)
{
    struct cm_upstream *upstream = arg;

    for (unsigned sent = 0; sent < BURST && may_send(upstream); sent++) {
        struct cm_question *question = dequeue(&upstream->queue);

        upstream->in_flight++;
        question->period = upstream->period;
        upstream->recent[question->period % 2]++;
        ares_query(upstream->channels[question->level].ares, question->host,
                   ns_c_in, (int)question->type, on_answer, question);
    }
    fill_lines(upstream);
    if (may_send(upstream)) {
        (void)wake_pump(upstream);
    }
    if (upstream->in_flight + upstream->num_on_lines > 0 &&
        upstream->tick.slot == 0) {
        set_tick(upstream);
    }
}

bool cm_upstream_ask(struct cm_upstream *upstream, struct cm_question *question)
{
    if (!wake_pump(upstream)) {
        return false;
    }
    question->upstream = upstream;
    question->level = 0;
    question->deadline_ms =
        cm_loop_now_ms(upstream->loop) + upstream->timeout_ms;
    enqueue(&upstream->queue, question);
    return true;
}

static bool open_channel(struct cm_upstream *upstream,
                         struct cm_channel *channel, unsigned first)
{
    channel->loop = upstream->loop;
    channel->deaf = &upstream->deaf;
    return cm_channel_open(channel, &upstream->servers, first,
                           upstream->timeout_ms);
}

static bool open_channels(struct cm_upstream *upstream)
{
    bool done = true;

    for (unsigned i = 0; done && i < upstream->servers.num; i++) {
        done = open_channel(upstream, &upstream->channels[i], i);
    }
    for (unsigned i = 0; done && i < MAX_OVER_TCP; i++) {
        upstream->lines[i].channel.over_tcp = true;
        done = open_channel(upstream, &upstream->lines[i].channel, 0);
    }
    return done;
}

enum cm_status cm_upstream_new(struct cm_upstream **out, struct cm_loop *loop,
                               const char *servers,
                               const struct cm_resolver_options *options,
                               struct cm_error *err)
{
    struct cm_upstream *upstream = calloc(1, sizeof(*upstream));
    unsigned sharers = options->sharers == 0 ? 1 : options->sharers;
    enum cm_status status = CM_OK;

    *out = NULL;
    if (upstream == NULL) {
        return cm_error_nomem(err, "the resolver");
    }
    upstream->loop = loop;
    upstream->timeout_ms =
        options->timeout_ms == 0 ? DEFAULT_TIMEOUT_MS : options->timeout_ms;
    upstream->max_recent = CM_RESOLVER_MAX_RECENT / sharers;
    if (upstream->max_recent == 0) {
        upstream->max_recent = 1;
    }
    upstream->queue.end = &upstream->queue.first;
    upstream->long_queue.end = &upstream->long_queue.first;
    if (servers != NULL) {
        status = cm_servers_parse(&upstream->servers, servers, err);
    } else if (!cm_channel_system_servers(&upstream->servers)) {
        status = cm_error_set(err, CM_EIO,
                              "no DNS server is configured: name one with "
                              "--resolver");
    }
    if (status == CM_OK && !open_channels(upstream)) {
        status = cm_error_nomem(err, "the resolver");
    }
    if (status != CM_OK) {
        cm_upstream_free(upstream);
        return status;
    }
    *out = upstream;
    return CM_OK;
}

void cm_upstream_free(struct cm_upstream *upstream)
{
    if (upstream == NULL) {
        return;
    }
    upstream->closing = true;
    for (unsigned i = 0; i < CM_RESOLVER_MAX_SERVERS; i++) {
        cm_channel_close(&upstream->channels[i]);
    }
    for (unsigned i = 0; i < MAX_OVER_TCP; i++) {
        cm_channel_close(&upstream->lines[i].channel);
    }
    cm_timer_cancel(upstream->loop, &upstream->pump);
    cm_timer_cancel(upstream->loop, &upstream->tick);
    free(upstream);
}

const struct cm_server_list *
cm_upstream_servers(const struct cm_upstream *upstream)
{
    return &upstream->servers;
}
