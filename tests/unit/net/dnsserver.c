/* The tests' DNS server.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dnsserver.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "certmuster/buf.h"
#include "certmuster/endpoint.h"

#define MAX_HELD 2000
#define MAX_CONNECTIONS 16
#define QUERY_SIZE 512 /* also the most that is sent over UDP */
#define TYPE_A 1
#define TYPE_CNAME 5
#define TYPE_AAAA 28

/* Stops the test program: its own set-up failed. */
#define NEED(claim)                                                            \
    do {                                                                       \
        if (!(claim)) {                                                        \
            fprintf(stderr, "dnsserver: %s\n", #claim);                        \
            abort();                                                           \
        }                                                                      \
    } while (0)

struct query {
    uint8_t data[QUERY_SIZE];
    size_t len;
    struct sockaddr_in from; /* over UDP */
    char name[CM_HOST_SIZE];
    unsigned type;
    size_t question_len; /* header and question */
};

struct connection {
    struct dns_server *server;
    int fd; /* -1: free */
    cm_watch watch;
    uint8_t data[QUERY_SIZE + 2];
    size_t len;
};

struct dns_server {
    struct cm_loop *loop;
    const struct dns_row *rows;
    size_t num_rows;
    int udp;
    int tcp;
    cm_watch udp_watch;
    cm_watch tcp_watch;
    char text[32];
    struct dns_counts counts;
    bool hold;
    struct query *held;
    struct connection connections[MAX_CONNECTIONS];
};

static void put16(struct cm_buf *out, unsigned value)
{
    cm_buf_putc(out, (char)(value >> 8 & 0xff));
    cm_buf_putc(out, (char)(value & 0xff));
}

static void put_name(struct cm_buf *out, const char *name)
{
    while (*name != '\0') {
        size_t len = strcspn(name, ".");

        cm_buf_putc(out, (char)len);
        cm_buf_append(out, name, len);
        name += len;
        name += *name == '.' ? 1 : 0;
    }
    cm_buf_putc(out, 0);
}

static void put_record(struct cm_buf *out, const char *owner, unsigned type,
                       const void *data, size_t len)
{
    if (owner == NULL) {
        put16(out, 0xc00c); /* the question's name */
    } else {
        put_name(out, owner);
    }
    put16(out, type);
    put16(out, 1);
    put16(out, 0);
    put16(out, 60);
    put16(out, (unsigned)len);
    cm_buf_append(out, data, len);
}

/* Writes one "TYPE data" and returns how many records it was. */
static unsigned put_item(struct cm_buf *out, char *item, const char **owner)
{
    char *data = strchr(item, ' ');
    struct cm_address address;
    unsigned count = 1;
    struct cm_buf target;

    NEED(data != NULL);
    *data++ = '\0';
    if (strcmp(item, "CNAME") == 0) {
        cm_buf_init(&target, 256);
        put_name(&target, data);
        put_record(out, *owner, TYPE_CNAME, target.data, target.len);
        cm_buf_cleanup(&target);
        *owner = data;
        return 1;
    }
    if (strchr(item, '*') != NULL) {
        count = (unsigned)strtoul(strchr(item, '*') + 1, NULL, 10);
    }
    NEED(cm_address_parse(data, &address));
    for (unsigned i = 0; i < count; i++) {
        if (address.family == 4) {
            put_record(out, *owner, TYPE_A, address.bytes, 4);
            address.bytes[3]++;
        } else {
            put_record(out, *owner, TYPE_AAAA, address.bytes, 16);
            address.bytes[15]++;
        }
    }
    return count;
}

static unsigned put_records(struct cm_buf *out, const char *records)
{
    char *copy = strdup(records);
    const char *owner = NULL;
    unsigned count = 0;
    char *save = NULL;

    NEED(copy != NULL);
    for (char *item = strtok_r(copy, ";", &save); item != NULL;
         item = strtok_r(NULL, ";", &save)) {
        count += put_item(out, item, &owner);
    }
    free(copy);
    return count;
}

static const struct dns_row *find_row(const struct dns_server *server,
                                      const struct query *query)
{
    static const struct dns_row any_a = {.records = "A 192.0.2.1"};
    static const struct dns_row any_other = {.records = ""};

    for (size_t i = 0; i < server->num_rows; i++) {
        const struct dns_row *row = &server->rows[i];

        if (strcmp(row->name, query->name) == 0 &&
            (row->type == 0 || row->type == query->type)) {
            return row;
        }
    }
    return query->type == TYPE_A ? &any_a : &any_other;
}

/* False: nothing is to be sent. */
static bool make_reply(const struct dns_server *server,
                       const struct query *query, bool over_tcp,
                       struct cm_buf *out)
{
    const struct dns_row *row = find_row(server, query);
    unsigned flags = 0x8180U | row->rcode;
    size_t count_at = 6;
    unsigned count;

    if (row->deed == DNS_SILENT) {
        return false;
    }
    if (row->deed == DNS_GARBAGE) {
        cm_buf_puts(out, "220 mail.example ESMTP ready");
        return true;
    }
    if (row->deed == DNS_BAD_QR) {
        flags &= 0x7fffU;
    }
    if (row->deed == DNS_TCP_CLOSE) {
        flags |= 0x0200U; /* truncated */
    }
    cm_buf_append(out, query->data, query->question_len);
    count = put_records(out, row->records == NULL ? "" : row->records);
    if (!over_tcp && out->len > QUERY_SIZE) {
        out->len = query->question_len;
        count = 0;
        flags |= 0x0200U; /* truncated */
    }
    if (row->deed == DNS_MALFORMED) {
        count++;
    }
    NEED(!out->failed);
    if (row->deed == DNS_WRONG_ID) {
        out->data[0] ^= 0x55;
    }
    out->data[2] = (uint8_t)(flags >> 8);
    out->data[3] = (uint8_t)flags;
    out->data[count_at] = (uint8_t)(count >> 8);
    out->data[count_at + 1] = (uint8_t)count;
    memset(out->data + 8, 0, 4);
    return true;
}

static void parse_query(struct query *query)
{
    size_t at = 12;
    size_t len = 0;

    NEED(query->len > 12);
    while (query->data[at] != 0) {
        size_t label = query->data[at];

        NEED(at + label + 5 < query->len && len + label < CM_HOST_SIZE - 1);
        if (len > 0) {
            query->name[len++] = '.';
        }
        memcpy(query->name + len, query->data + at + 1, label);
        len += label;
        at += label + 1;
    }
    query->name[len] = '\0';
    NEED(at + 5 <= query->len);
    query->type = (unsigned)query->data[at + 1] << 8 | query->data[at + 2];
    query->question_len = at + 5;
}

static void count_query(struct dns_server *server, const struct query *query)
{
    if (query->type == TYPE_A) {
        server->counts.a++;
    } else if (query->type == TYPE_AAAA) {
        server->counts.aaaa++;
    }
}

static void send_udp(struct dns_server *server, const struct query *query)
{
    struct cm_buf reply;

    cm_buf_init(&reply, 65535);
    if (make_reply(server, query, false, &reply)) {
        (void)sendto(server->udp, reply.data, reply.len, 0,
                     (const struct sockaddr *)&query->from,
                     sizeof(query->from));
    }
    cm_buf_cleanup(&reply);
}

static void on_udp(void *arg, unsigned ready)
{
    struct dns_server *server = arg;
    struct query query = {.len = 0};

    (void)ready;
    for (;;) {
        socklen_t len = sizeof(query.from);
        ssize_t got =
            recvfrom(server->udp, query.data, sizeof(query.data), MSG_DONTWAIT,
                     (struct sockaddr *)&query.from, &len);

        if (got < 0) {
            return;
        }
        query.len = (size_t)got;
        parse_query(&query);
        count_query(server, &query);
        if (!server->hold) {
            send_udp(server, &query);
            continue;
        }
        NEED(server->counts.held < MAX_HELD);
        server->held[server->counts.held++] = query;
    }
}

static void drop_connection(struct connection *connection)
{
    cm_loop_unwatch(connection->server->loop, connection->watch);
    close(connection->fd);
    connection->fd = -1;
}

static void answer_tcp(struct connection *connection)
{
    struct dns_server *server = connection->server;
    struct query query = {.len = 0};
    struct cm_buf reply;

    query.len = connection->len - 2;
    memcpy(query.data, connection->data + 2, query.len);
    parse_query(&query);
    server->counts.over_tcp++;
    if (find_row(server, &query)->deed == DNS_TCP_CLOSE) {
        drop_connection(connection);
        return;
    }
    cm_buf_init(&reply, 65535);
    if (make_reply(server, &query, true, &reply)) {
        const uint8_t prefix[2] = {(uint8_t)(reply.len >> 8),
                                   (uint8_t)reply.len};

        NEED(send(connection->fd, prefix, 2, MSG_NOSIGNAL) == 2);
        NEED(send(connection->fd, reply.data, reply.len, MSG_NOSIGNAL) ==
             (ssize_t)reply.len);
    }
    cm_buf_cleanup(&reply);
}

static void on_connection(void *arg, unsigned ready)
{
    struct connection *connection = arg;
    size_t want = 2;
    ssize_t got;

    (void)ready;
    if (connection->len >= 2) {
        want = 2 + ((size_t)connection->data[0] << 8 | connection->data[1]);
        NEED(want <= sizeof(connection->data));
    }
    got = read(connection->fd, connection->data + connection->len,
               want - connection->len);
    if (got <= 0) {
        drop_connection(connection);
        return;
    }
    connection->len += (size_t)got;
    if (connection->len > 2 && connection->len == want) {
        answer_tcp(connection);
        connection->len = 0;
    }
}

static void on_tcp(void *arg, unsigned ready)
{
    struct dns_server *server = arg;
    struct connection *connection = server->connections;
    int fd = accept4(server->tcp, NULL, NULL, SOCK_CLOEXEC);

    (void)ready;
    if (fd < 0) {
        return;
    }
    while (connection->fd >= 0) {
        connection++;
        NEED(connection < server->connections + MAX_CONNECTIONS);
    }
    connection->fd = fd;
    connection->len = 0;
    connection->server = server;
    NEED(cm_loop_watch(server->loop, fd, CM_READABLE, on_connection, connection,
                       &connection->watch) == CM_OK);
}

static int bind_to(int type, uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    NEED(fd >= 0);
    if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_in address = {.sin_port = 0};
    socklen_t len = sizeof(address);

    NEED(getsockname(fd, (struct sockaddr *)&address, &len) == 0);
    return ntohs(address.sin_port);
}

struct dns_server *dns_server_open(struct cm_loop *loop,
                                   const struct dns_row *rows, size_t num_rows)
{
    struct dns_server *server = calloc(1, sizeof(*server));

    NEED(server != NULL);
    server->loop = loop;
    server->rows = rows;
    server->num_rows = num_rows;
    server->tcp = -1;
    for (int tries = 0; tries < 50 && server->tcp < 0; tries++) {
        server->udp = bind_to(SOCK_DGRAM, 0);
        NEED(server->udp >= 0);
        server->tcp = bind_to(SOCK_STREAM, port_of(server->udp));
        if (server->tcp < 0) {
            close(server->udp); /* another program has this port's TCP */
        }
    }
    NEED(server->tcp >= 0 && listen(server->tcp, 16) == 0);
    for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
        server->connections[i].fd = -1;
    }
    server->held = calloc(MAX_HELD, sizeof(*server->held));
    NEED(server->held != NULL);
    NEED(cm_loop_watch(loop, server->udp, CM_READABLE, on_udp, server,
                       &server->udp_watch) == CM_OK);
    NEED(cm_loop_watch(loop, server->tcp, CM_READABLE, on_tcp, server,
                       &server->tcp_watch) == CM_OK);
    snprintf(server->text, sizeof(server->text), "127.0.0.1:%u",
             (unsigned)port_of(server->udp));
    return server;
}

void dns_server_close(struct dns_server *server)
{
    if (server == NULL) {
        return;
    }
    for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
        if (server->connections[i].fd >= 0) {
            drop_connection(&server->connections[i]);
        }
    }
    cm_loop_unwatch(server->loop, server->udp_watch);
    cm_loop_unwatch(server->loop, server->tcp_watch);
    close(server->udp);
    close(server->tcp);
    free(server->held);
    free(server);
}

const char *dns_server_text(const struct dns_server *server)
{
    return server->text;
}

struct dns_counts dns_server_counts(const struct dns_server *server)
{
    return server->counts;
}

void dns_server_hold(struct dns_server *server, bool hold)
{
    server->hold = hold;
}

void dns_server_sleep(struct dns_server *server, bool sleep)
{
    NEED(cm_loop_interest(server->loop, server->udp_watch,
                          sleep ? 0 : CM_READABLE) == CM_OK);
}

void dns_server_release(struct dns_server *server, unsigned max)
{
    unsigned num = max < server->counts.held ? max : server->counts.held;

    for (unsigned i = 0; i < num; i++) {
        send_udp(server, &server->held[i]);
    }
    server->counts.held -= num;
    memmove(server->held, server->held + num,
            server->counts.held * sizeof(*server->held));
}

const char *dns_nobody(char out[32])
{
    int fd = bind_to(SOCK_DGRAM, 0);

    NEED(fd >= 0);
    snprintf(out, 32, "127.0.0.1:%u", (unsigned)port_of(fd));
    close(fd);
    return out;
}
