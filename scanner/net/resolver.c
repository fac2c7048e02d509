/* Asking DNS servers: the only file that knows c-ares (1.18).
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
 * A server that gets more queries at once than its socket has room for loses
 * some, and those sent again come as one burst, too: names would time out at
 * servers that are well. So only so many may be new to the server: neither
 * answered nor sent two periods ago. A period ends with a tick before which an
 * answer came: the server reads. What it still owes then does not stand in the
 * way of other names.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ares.h>
#include <arpa/nameser.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "net/resolver_parts.h"

#define TRIES 3
/* c-ares doubles its patience each time round the servers: 1 + 2 + 4. */
#define PATIENCE 7U
#define DEFAULT_TIMEOUT_MS 5000U
#define TICK_MS 50U
#define SILENT_TICKS 10       /* end a period, too */
#define BURST 100             /* queries sent in one turn of the loop */
#define RECEIVE_BYTES 1048576 /* of socket buffer, as far as allowed */

struct channel;

/* A socket of c-ares's that is watched. */
struct socket_watch {
    struct socket_watch *next;
    struct channel *channel;
    int fd;
    cm_watch watch;
};

struct channel {
    struct cm_upstream *upstream;
    ares_channel ares; /* NULL: not there */
    struct socket_watch *sockets;
};

struct cm_upstream {
    struct cm_loop *loop;
    unsigned timeout_ms;
    struct cm_server_list servers;
    struct channel channels[CM_RESOLVER_MAX_SERVERS]; /* one for each server */
    struct cm_question *queue; /* first of those that wait to be sent */
    struct cm_question **queue_end;
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

static void on_socket(void *arg, unsigned ready)
{
    const struct socket_watch *socket = arg; /* may go during the call */
    int fd = socket->fd;

    ares_process_fd(socket->channel->ares,
                    (ready & CM_READABLE) != 0 ? fd : ARES_SOCKET_BAD,
                    (ready & CM_WRITABLE) != 0 ? fd : ARES_SOCKET_BAD);
}

static void watch_socket(struct channel *channel, int fd, unsigned interest)
{
    struct socket_watch *socket = calloc(1, sizeof(*socket));

    if (socket == NULL) {
        channel->upstream->deaf = true;
        return; /* its queries time out */
    }
    socket->channel = channel;
    socket->fd = fd;
    if (cm_loop_watch(channel->upstream->loop, fd, interest, on_socket, socket,
                      &socket->watch) != CM_OK) {
        channel->upstream->deaf = true;
        free(socket);
        return;
    }
    socket->next = channel->sockets;
    channel->sockets = socket;
}

/* c-ares tells what it waits for; neither: it is about to close the socket. */
static void on_socket_state(void *arg, ares_socket_t fd, int readable,
                            int writable)
{
    struct channel *channel = arg;
    struct cm_loop *loop = channel->upstream->loop;
    struct socket_watch **link = &channel->sockets;
    unsigned interest =
        (readable != 0 ? CM_READABLE : 0U) | (writable != 0 ? CM_WRITABLE : 0U);
    struct socket_watch *socket;

    while (*link != NULL && (*link)->fd != fd) {
        link = &(*link)->next;
    }
    socket = *link;
    if (socket == NULL) {
        if (interest != 0) {
            watch_socket(channel, fd, interest);
        }
        return;
    }
    if (interest != 0) {
        (void)cm_loop_interest(loop, socket->watch, interest);
        return;
    }
    cm_loop_unwatch(loop, socket->watch);
    *link = socket->next;
    free(socket);
}

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

static void enqueue(struct cm_upstream *upstream, struct cm_question *question)
{
    question->next = NULL;
    *upstream->queue_end = question;
    upstream->queue_end = &question->next;
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

/* Called by c-ares, also from inside ares_query and ares_destroy. */
static void on_answer(void *arg, int status, int timeouts, unsigned char *data,
                      int len)
{
    struct cm_question *question = arg;
    struct cm_upstream *upstream = question->upstream;
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
    read_answer(&answer, question, status,
                (struct cm_span){.data = data, .len = (size_t)len});
    /* A later server's failure does not replace the first one's. */
    if (question->level == 0 || !is_servers_fault(answer.result)) {
        question->answer = answer;
    }
    if (may_ask_next(upstream, question, status)) {
        question->level++;
        enqueue(upstream, question);
        question = NULL;
    }
    if (upstream->queue != NULL) {
        (void)wake_pump(upstream);
    }
    if (question != NULL) {
        question->done(question);
    }
}

static void on_tick(void *arg);

static void set_tick(struct cm_upstream *upstream)
{
    (void)cm_timer_set(upstream->loop, &upstream->tick,
                       cm_loop_now_ms(upstream->loop) + TICK_MS, on_tick,
                       upstream);
}

/* An answer that is there already is not late: the loop was. */
static void read_then_time_out(const struct channel *channel)
{
    ares_socket_t open[ARES_GETSOCK_MAXNUM];
    int ready = ares_getsock(channel->ares, open, ARES_GETSOCK_MAXNUM);

    for (int i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
        if (ARES_GETSOCK_READABLE(ready, i)) {
            ares_process_fd(channel->ares, open[i], ARES_SOCKET_BAD);
        }
    }
    ares_process_fd(channel->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

static void on_tick(void *arg)
{
    struct cm_upstream *upstream = arg;

    for (unsigned i = 0; i < upstream->servers.num; i++) {
        read_then_time_out(&upstream->channels[i]);
    }
    upstream->ticks++;
    if (upstream->heard || upstream->ticks >= SILENT_TICKS) {
        upstream->period++;
        upstream->recent[upstream->period % 2] = 0;
        upstream->ticks = 0;
        upstream->heard = false;
    }
    if (upstream->queue != NULL) {
        (void)wake_pump(upstream);
    }
    if (upstream->in_flight > 0) {
        set_tick(upstream);
    }
}

static bool may_send(const struct cm_upstream *upstream)
{
    return upstream->queue != NULL &&
           upstream->in_flight < CM_RESOLVER_MAX_IN_FLIGHT &&
           upstream->recent[0] + upstream->recent[1] < upstream->max_recent;
}

static void on_pump(void *arg)
{
    struct cm_upstream *upstream = arg;

    for (unsigned sent = 0; sent < BURST && may_send(upstream); sent++) {
        struct cm_question *question = upstream->queue;

        upstream->queue = question->next;
        if (upstream->queue == NULL) {
            upstream->queue_end = &upstream->queue;
        }
        upstream->in_flight++;
        question->period = upstream->period;
        upstream->recent[question->period % 2]++;
        ares_query(upstream->channels[question->level].ares, question->host,
                   ns_c_in, (int)question->type, on_answer, question);
    }
    if (may_send(upstream)) {
        (void)wake_pump(upstream);
    }
    if (upstream->in_flight > 0 && upstream->tick.slot == 0) {
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
    enqueue(upstream, question);
    return true;
}

static void to_node(const struct cm_address *address,
                    struct ares_addr_port_node *out)
{
    memset(out, 0, sizeof(*out));
    out->family = address->family == 4 ? AF_INET : AF_INET6;
    out->udp_port = address->port;
    out->tcp_port = address->port;
    memcpy(&out->addr, address->bytes, address->family == 4 ? 4 : 16);
}

static bool open_channel(struct cm_upstream *upstream, unsigned index)
{
    struct channel *channel = &upstream->channels[index];
    unsigned num = upstream->servers.num - index;
    struct ares_addr_port_node nodes[CM_RESOLVER_MAX_SERVERS];
    char lookups[] = "b";
    unsigned patience = upstream->timeout_ms / (PATIENCE * num);
    struct ares_options options = {
        .flags =
            ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_NOCHECKRESP,
        .timeout = patience == 0 ? 1 : (int)patience,
        .tries = TRIES,
        .lookups = lookups,
        .socket_receive_buffer_size = RECEIVE_BYTES,
        .sock_state_cb = on_socket_state,
        .sock_state_cb_data = channel,
    };

    channel->upstream = upstream;
    if (ares_init_options(&channel->ares, &options,
                          ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
                              ARES_OPT_LOOKUPS | ARES_OPT_SOCK_RCVBUF |
                              ARES_OPT_SOCK_STATE_CB | ARES_OPT_NOROTATE) !=
        ARES_SUCCESS) {
        channel->ares = NULL;
        return false;
    }
    for (unsigned i = 0; i < num; i++) {
        to_node(&upstream->servers.at[index + i], &nodes[i]);
        nodes[i].next = i + 1 < num ? &nodes[i + 1] : NULL;
    }
    return ares_set_servers_ports(channel->ares, nodes) == ARES_SUCCESS;
}

/* The servers of /etc/resolv.conf, as c-ares understands it. */
static bool system_servers(struct cm_server_list *out)
{
    struct ares_addr_port_node *nodes = NULL;
    ares_channel ares;

    out->num = 0;
    if (ares_init(&ares) != ARES_SUCCESS) {
        return false;
    }
    if (ares_get_servers_ports(ares, &nodes) == ARES_SUCCESS) {
        for (const struct ares_addr_port_node *node = nodes;
             node != NULL && out->num < CM_RESOLVER_MAX_SERVERS;
             node = node->next) {
            struct cm_address *address = &out->at[out->num++];
            bool is_v4 = node->family == AF_INET;

            *address = (struct cm_address){.family = is_v4 ? 4 : 6, .port = 53};
            memcpy(address->bytes, &node->addr, is_v4 ? 4 : 16);
            if (node->udp_port > 0) {
                address->port = (uint16_t)node->udp_port;
            }
        }
        ares_free_data(nodes);
    }
    ares_destroy(ares);
    return out->num > 0;
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
    upstream->queue_end = &upstream->queue;
    if (servers != NULL) {
        status = cm_servers_parse(&upstream->servers, servers, err);
    } else if (!system_servers(&upstream->servers)) {
        status = cm_error_set(err, CM_EIO,
                              "no DNS server is configured: name one with "
                              "--resolver");
    }
    for (unsigned i = 0; status == CM_OK && i < upstream->servers.num; i++) {
        if (!open_channel(upstream, i)) {
            status = cm_error_nomem(err, "the resolver");
        }
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
        if (upstream->channels[i].ares != NULL) {
            ares_destroy(upstream->channels[i].ares);
        }
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
