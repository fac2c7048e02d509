/* What handshakes cost when nothing is done with them: usage: bare_loop
 * [-c CONNECTIONS] [-t SECONDS] FILE
 *
 * FILE has a line for each handshake: address, port and server name. One
 * thread, edge-triggered epoll, CONNECTIONS under way at a time, the product's
 * library used as sparingly as it can be: certificates stay bytes in a pool
 * that all connections share, each is accepted, one read brings all that has
 * arrived. No name is resolved, no chain looked at, nothing written: the least
 * that any scanner must pay. Prints one line of JSON; the CPU is that of the
 * whole process. SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pool.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 256
#define MAX_CONNECTIONS 60000U
#define MAX_NAME 254

#define MUST(claim)                                                            \
    ((claim) ? (void)0 : (fprintf(stderr, "failed: %s\n", #claim), abort()))

/* What was read for the connection that is being stepped. The library asks
 * until all of it is used up, so one buffer serves all connections. */
struct input {
    size_t len;
    size_t pos;
    char bytes[65536];
};

struct conn {
    struct conn *before; /* in the order in which they started */
    struct conn *after;
    struct input *input;
    SSL *ssl; /* NULL until the connection is there */
    uint64_t due_ms;
    int fd;
    bool readable; /* there may be more to read */
    bool ended;    /* by the other side */
    char name[MAX_NAME];
};

struct loop {
    FILE *rows; /* NULL: all have started */
    SSL_CTX *ctx;
    BIO_METHOD *method;
    struct conn *conns; /* owned */
    struct conn *idle;  /* linked by `after` */
    struct conn oldest; /* head of the list, no connection itself */
    uint64_t now_ms;
    uint64_t limit_ms;
    int epoll_fd;
    size_t in_flight;
    size_t complete;
    size_t failed;
    size_t timed_out;
    struct input input;
};

static double seconds(clockid_t clock)
{
    struct timespec now;

    MUST(clock_gettime(clock, &now) == 0);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void refill(struct conn *conn)
{
    struct input *input = conn->input;
    ssize_t got =
        recv(conn->fd, input->bytes, sizeof(input->bytes), MSG_DONTWAIT);

    input->pos = 0;
    input->len = got > 0 ? (size_t)got : 0;
    conn->readable = input->len == sizeof(input->bytes);
    conn->ended = got == 0 || (got < 0 && errno != EAGAIN);
}

static int bio_read(BIO *bio, char *out, int want)
{
    struct conn *conn = BIO_get_data(bio);
    struct input *input = conn->input;
    size_t take;

    BIO_clear_retry_flags(bio);
    if (input->pos == input->len && conn->readable) {
        refill(conn);
    }
    take = input->len - input->pos;
    if (take == 0) {
        if (conn->ended) {
            return 0;
        }
        BIO_set_retry_read(bio);
        return -1;
    }
    take = take < (size_t)want ? take : (size_t)want;
    memcpy(out, input->bytes + input->pos, take);
    input->pos += take;
    return (int)take;
}

/* Flights are far smaller than a socket's buffer: what cannot be sent at once
 * never can. */
static int bio_write(BIO *bio, const char *data, int len)
{
    const struct conn *conn = BIO_get_data(bio);

    return (int)send(conn->fd, data, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): the library's */
static long bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static enum ssl_verify_result_t accept_all(SSL *ssl, uint8_t *alert)
{
    (void)ssl;
    (void)alert;
    return ssl_verify_ok;
}

static void open_library(struct loop *loop)
{
    loop->method = BIO_meth_new(0, "bare loop");
    loop->ctx = SSL_CTX_new(TLS_with_buffers_method());
    MUST(loop->method != NULL && loop->ctx != NULL);
    MUST(BIO_meth_set_read(loop->method, bio_read) &&
         BIO_meth_set_write(loop->method, bio_write) &&
         BIO_meth_set_ctrl(loop->method, bio_ctrl));
    SSL_CTX_set0_buffer_pool(loop->ctx, CRYPTO_BUFFER_POOL_new());
    SSL_CTX_set_custom_verify(loop->ctx, SSL_VERIFY_PEER, accept_all);
    SSL_CTX_set_session_cache_mode(loop->ctx, SSL_SESS_CACHE_OFF);
    MUST(SSL_CTX_set1_curves_list(loop->ctx, "X25519:P-256:P-384"));
}

static void make_conns(struct loop *loop, size_t num)
{
    loop->conns = calloc(num, sizeof(*loop->conns));
    MUST(loop->conns != NULL);
    for (size_t i = 0; i < num; i++) {
        loop->conns[i].input = &loop->input;
        loop->conns[i].after = loop->idle;
        loop->idle = &loop->conns[i];
    }
    loop->oldest.before = loop->oldest.after = &loop->oldest;
}

static void enqueue(struct loop *loop, struct conn *conn)
{
    struct conn *newest = loop->oldest.before;

    conn->before = newest;
    conn->after = &loop->oldest;
    newest->after = loop->oldest.before = conn;
    loop->in_flight++;
}

/* A close that resets: thousands of connections a second must not leave their
 * ports behind. */
static void finish(struct loop *loop, struct conn *conn, size_t *count)
{
    const struct linger at_once = {.l_onoff = 1};

    MUST(conn->before != NULL && conn->after != NULL);
    (*count)++;
    SSL_free(conn->ssl);
    (void)setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &at_once,
                     sizeof(at_once));
    (void)close(conn->fd);
    conn->before->after = conn->after;
    conn->after->before = conn->before;
    conn->after = loop->idle;
    loop->idle = conn;
    loop->in_flight--;
}

static bool next_row(struct loop *loop, struct conn *conn,
                     struct sockaddr_in *address)
{
    char line[512];
    char ip[INET_ADDRSTRLEN];
    unsigned short port;

    if (loop->rows == NULL) {
        return false;
    }
    if (fgets(line, sizeof(line), loop->rows) == NULL) {
        (void)fclose(loop->rows);
        loop->rows = NULL;
        return false;
    }
    /* NOLINTNEXTLINE(cert-err34-c): files of our own */
    MUST(sscanf(line, "%15s %hu %253s", ip, &port, conn->name) == 3);
    *address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
    MUST(inet_pton(AF_INET, ip, &address->sin_addr) == 1);
    return true;
}

static bool start(struct loop *loop)
{
    struct conn *conn = loop->idle;
    struct sockaddr_in address;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET,
                                .data.ptr = conn};

    if (conn == NULL || !next_row(loop, conn, &address)) {
        return false;
    }
    conn->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    MUST(conn->fd >= 0);
    if (connect(conn->fd, (const struct sockaddr *)&address, sizeof(address)) !=
            0 &&
        errno != EINPROGRESS) {
        loop->failed++;
        (void)close(conn->fd);
        return true; /* still idle */
    }
    loop->idle = conn->after;
    conn->ssl = NULL;
    conn->readable = conn->ended = false;
    conn->due_ms = loop->now_ms + loop->limit_ms;
    enqueue(loop, conn);
    MUST(epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, conn->fd, &event) == 0);
    return true;
}

static void begin_tls(struct loop *loop, struct conn *conn)
{
    BIO *bio = BIO_new(loop->method);

    conn->ssl = SSL_new(loop->ctx);
    MUST(bio != NULL && conn->ssl != NULL);
    BIO_set_data(bio, conn);
    BIO_set_init(bio, 1);
    SSL_set_bio(conn->ssl, bio, bio);
    MUST(SSL_set_tlsext_host_name(conn->ssl, conn->name));
    SSL_set_connect_state(conn->ssl);
}

static void step(struct loop *loop, struct conn *conn, uint32_t events)
{
    int result;

    if (conn->ssl == NULL) {
        if ((events & EPOLLERR) != 0) {
            finish(loop, conn, &loop->failed);
            return;
        }
        begin_tls(loop, conn);
    }
    conn->readable = (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0;
    loop->input.len = loop->input.pos = 0;
    result = SSL_do_handshake(conn->ssl);
    if (result == 1) {
        finish(loop, conn, &loop->complete);
    } else if (SSL_get_error(conn->ssl, result) != SSL_ERROR_WANT_READ) {
        ERR_clear_error();
        finish(loop, conn, &loop->failed);
    }
}

static void give_up(struct loop *loop)
{
    while (loop->oldest.after != &loop->oldest &&
           loop->oldest.after->due_ms <= loop->now_ms) {
        finish(loop, loop->oldest.after, &loop->timed_out);
    }
}

static int wait_ms(const struct loop *loop)
{
    return (int)(loop->oldest.after->due_ms - loop->now_ms);
}

static void run(struct loop *loop)
{
    struct epoll_event events[BATCH];

    for (;;) {
        int num;

        loop->now_ms = (uint64_t)(seconds(CLOCK_MONOTONIC) * 1000);
        give_up(loop);
        while (start(loop)) {
        }
        if (loop->in_flight == 0) {
            return;
        }
        num = epoll_wait(loop->epoll_fd, events, BATCH, wait_ms(loop));
        for (int i = 0; i < num; i++) {
            step(loop, events[i].data.ptr, events[i].events);
        }
    }
}

static void report(const struct loop *loop, double wall)
{
    size_t num = loop->complete + loop->failed + loop->timed_out;
    struct rusage used;
    double user;
    double sys;

    MUST(getrusage(RUSAGE_SELF, &used) == 0 && num > 0);
    user = (double)used.ru_utime.tv_sec * 1e6 + (double)used.ru_utime.tv_usec;
    sys = (double)used.ru_stime.tv_sec * 1e6 + (double)used.ru_stime.tv_usec;
    (void)printf("{\"benchmark\":\"bare_loop\",\"rows\":%zu,\"complete\":%zu,"
                 "\"failed\":%zu,\"timed_out\":%zu,\"us_per_row\":%.1f,"
                 "\"user_us_per_row\":%.1f,\"sys_us_per_row\":%.1f,"
                 "\"wall_s\":%.3f,\"rows_per_s\":%.0f,\"peak_rss_kb\":%ld}\n",
                 num, loop->complete, loop->failed, loop->timed_out,
                 (user + sys) / (double)num, user / (double)num,
                 sys / (double)num, wall, (double)num / wall, used.ru_maxrss);
}

static size_t number(const char *text)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);

    MUST(*end == '\0' && n > 0 && n <= MAX_CONNECTIONS);
    return n;
}

int main(int argc, char **argv)
{
    static struct loop loop = {.limit_ms = 5000};
    size_t connections = 300;
    double began = seconds(CLOCK_MONOTONIC);
    int option;

    while ((option = getopt(argc, argv, "c:t:")) != -1) {
        if (option == 'c') {
            connections = number(optarg);
        } else if (option == 't') {
            loop.limit_ms = 1000 * number(optarg);
        } else {
            return 2;
        }
    }
    loop.rows = optind + 1 == argc ? fopen(argv[optind], "re") : NULL;
    if (loop.rows == NULL) {
        (void)fprintf(stderr,
                      "usage: bare_loop [-c CONNECTIONS] [-t SECONDS] FILE\n");
        return 2;
    }
    loop.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    MUST(loop.epoll_fd >= 0);
    open_library(&loop);
    make_conns(&loop, connections);
    run(&loop);
    report(&loop, seconds(CLOCK_MONOTONIC) - began);
    return 0;
}
