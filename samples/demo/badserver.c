/* A server that does what servers should not: one process, many listeners,
 * each with a way to misbehave. For the demo and the tests; loopback only.
 *
 *   badserver silent=127.42.1.1:8443 alert:80=127.42.1.2:8443 ...
 *   badserver no-tls13:127.42.1.3:443=127.42.1.3:8443 ...
 *
 * The second kind stands before a real server and passes on all that comes,
 * but resets a connection whose hello it does not stand.
 *
 * Prints "ready" when all listen, and ends when standard input ends.
 * SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_LISTENERS 64
#define MAX_CLIENTS 4096
#define MAX_FILLERS 4

enum act {
    ACT_SILENT,    /* accept, read, never answer */
    ACT_CLOSE,     /* FIN after the hello */
    ACT_RESET,     /* RST after the hello */
    ACT_SAY,       /* a text after the hello */
    ACT_GREET,     /* a text at once */
    ACT_ALERT,     /* a fatal alert after the hello */
    ACT_GARBAGE,   /* bytes that are no record */
    ACT_DRIP,      /* one byte of a record a second, for ever */
    ACT_BLACKHOLE, /* never accept; the queue is full, so SYNs are dropped */
    ACT_BOX,       /* pass on to a server, but no hello like this */
};

struct way {
    const char *name;
    enum act act;
    const char *text;
};

static const struct way ways[] = {
    {"silent", ACT_SILENT, ""},
    {"close", ACT_CLOSE, ""},
    {"reset", ACT_RESET, ""},
    {"http", ACT_SAY,
     "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nConnection: close"
     "\r\n\r\n<html><script>alert(1)</script></html>\r\n"},
    {"ssh", ACT_GREET, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"},
    {"smtp", ACT_GREET, "220 mail.demo.test ESMTP\r\n"},
    {"evil", ACT_GREET, "=cmd|' /C calc'!A0\r\n\033[2J<script>\377\376\r\n"},
    {"alert", ACT_ALERT, ""},
    {"garbage", ACT_GARBAGE, "\001\002\003\004\005\006\007garbage"},
    {"drip", ACT_DRIP, ""},
    {"blackhole", ACT_BLACKHOLE, ""},
    {"no-tls13", ACT_BOX, ""},
    {"no-new-extensions", ACT_BOX, ""},
    {"no-large", ACT_BOX, ""},
    {"no-second-packet", ACT_BOX, ""},
};

struct listener {
    const struct way *way;
    uint8_t alert;
    struct sockaddr_storage address;
    socklen_t address_len;
    struct sockaddr_storage upstream; /* of a box */
    socklen_t upstream_len;
    int fillers[MAX_FILLERS];
};

struct client {
    const struct listener *listener;
    unsigned dripped;
    size_t peer; /* of a box: where what is read goes; 0: nowhere yet */
};

static struct pollfd fds[1 + MAX_LISTENERS + MAX_CLIENTS];
static struct listener listeners[MAX_LISTENERS];
static struct client clients[MAX_CLIENTS];
static size_t num_clients; /* of them in use at the most */

static void die(const char *what, const char *name)
{
    (void)fprintf(stderr, "badserver: %s %s: %s\n", what, name,
                  strerrordesc_np(errno));
    exit(2);
}

static const struct way *find_way(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
        if (strlen(ways[i].name) == len &&
            memcmp(ways[i].name, name, len) == 0) {
            return &ways[i];
        }
    }
    return NULL;
}

/* "192.0.2.1:443" or "[::1]:443", of `text_len` bytes. */
static bool read_address(struct sockaddr_storage *out, socklen_t *out_len,
                         const char *text, size_t text_len)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)out;
    const char *colon = memrchr(text, ':', text_len);
    char host[64];
    size_t len;
    uint16_t port;

    if (colon == NULL) {
        return false;
    }
    port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
    len = (size_t)(colon - text);
    if (text[0] == '[' && len > 2) {
        text++;
        len -= 2;
    }
    if (len >= sizeof(host)) {
        return false;
    }
    memcpy(host, text, len);
    host[len] = '\0';
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = port;
        *out_len = sizeof(*v4);
        return true;
    }
    v6->sin6_family = AF_INET6;
    v6->sin6_port = port;
    *out_len = sizeof(*v6);
    return inet_pton(AF_INET6, host, &v6->sin6_addr) == 1;
}

static int open_socket(const struct listener *l)
{
    return socket(l->address.ss_family,
                  SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static int start_listener(struct listener *l, const char *spec)
{
    const char *equals = strchr(spec, '=');
    const char *colon = strchr(spec, ':');
    size_t name_len;
    int one = 1;
    int fd;
    bool hole;

    if (equals == NULL) {
        errno = EINVAL;
        die("not WAY=ADDRESS:PORT:", spec);
    }
    name_len = (size_t)(equals - spec);
    if (colon != NULL && colon < equals) {
        name_len = (size_t)(colon - spec);
        l->alert = (uint8_t)strtoul(colon + 1, NULL, 10);
    }
    l->way = find_way(spec, name_len);
    if (l->way == NULL ||
        !read_address(&l->address, &l->address_len, equals + 1,
                      strlen(equals + 1)) ||
        (l->way->act == ACT_BOX &&
         (colon == NULL || colon > equals ||
          !read_address(&l->upstream, &l->upstream_len, colon + 1,
                        (size_t)(equals - colon - 1))))) {
        errno = EINVAL;
        die("not understood:", spec);
    }
    hole = l->way->act == ACT_BLACKHOLE;
    fd = open_socket(l);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (fd < 0 ||
        bind(fd, (struct sockaddr *)&l->address, l->address_len) != 0 ||
        listen(fd, hole ? 0 : 1024) != 0) {
        die("listen", spec);
    }
    for (int i = 0; hole && i < MAX_FILLERS; i++) {
        l->fillers[i] = open_socket(l);
        (void)connect(l->fillers[i], (struct sockaddr *)&l->address,
                      l->address_len);
    }
    return fd;
}

static void hang_up(size_t i, bool reset)
{
    struct linger now = {1, 0};

    if (reset) {
        (void)setsockopt(fds[i].fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    }
    (void)close(fds[i].fd);
    fds[i].fd = -1;
}

static void say(size_t i, const void *bytes, size_t len)
{
    if (send(fds[i].fd, bytes, len, MSG_NOSIGNAL) < 0) {
        hang_up(i, false);
    }
}

/* Says its piece and closes its side, then waits for the peer to go: a close
 * with unread bytes would be a reset. */
static void say_last(size_t i, const void *bytes, size_t len)
{
    say(i, bytes, len);
    if (fds[i].fd >= 0) {
        (void)shutdown(fds[i].fd, SHUT_WR);
    }
}

static void answer(size_t i, const struct listener *l)
{
    uint8_t alert[7] = {21, 3, 3, 0, 2, 2, l->alert};

    switch (l->way->act) {
    case ACT_CLOSE:
        (void)shutdown(fds[i].fd, SHUT_WR);
        break;
    case ACT_RESET:
        hang_up(i, true);
        break;
    case ACT_SAY:
    case ACT_GARBAGE:
        say_last(i, l->way->text, strlen(l->way->text));
        break;
    case ACT_ALERT:
        say_last(i, alert, sizeof(alert));
        break;
    case ACT_SILENT:
    case ACT_GREET:
    case ACT_DRIP:
    case ACT_BLACKHOLE:
    case ACT_BOX:
        break;
    }
}

static unsigned number_at(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

/* The extensions of a ClientHello: from `*at` on; returns where they end, 0:
 * there are none (RFC 8446 section 4.1.2, after the record's five bytes). */
static size_t find_extensions(const uint8_t *hello, size_t len, size_t *at)
{
    size_t pos = 5 + 4 + 2 + 32; /* headers, version, random */
    size_t end;

    for (int list = 0; list < 3; list++) { /* session id, suites, compression */
        size_t size = list == 1 ? 2 : 1;

        if (pos + size > len) {
            return 0;
        }
        pos += size + (size == 2 ? number_at(hello + pos) : hello[pos]);
    }
    if (pos + 2 > len) {
        return 0;
    }
    end = pos + 2 + number_at(hello + pos);
    *at = pos + 2;
    return end <= len ? end : 0;
}

/* Server name, groups, point formats, signatures, padding, extended master
 * secret, renegotiation: what was known before TLS 1.3. */
static bool is_old_extension(unsigned type)
{
    return type == 0 || type == 10 || type == 11 || type == 13 || type == 21 ||
           type == 23 || type == 0xff01;
}

static bool stands(const struct way *way, const uint8_t *hello, size_t len)
{
    size_t at = 0;
    size_t end = find_extensions(hello, len, &at);

    if (strcmp(way->name, "no-large") == 0) {
        return len <= 512;
    }
    if (strcmp(way->name, "no-second-packet") == 0) {
        return len <= 1400;
    }
    while (at + 4 <= end) {
        unsigned type = number_at(hello + at);

        if (strcmp(way->name, "no-tls13") == 0 ? type == 43
                                               : !is_old_extension(type)) {
            return false;
        }
        at += 4 + number_at(hello + at + 2);
    }
    return true;
}

/* Where the connection stands in fds from now on; 0: there is no room. */
static size_t take_in(int fd, const struct listener *l, size_t num_listeners)
{
    size_t j = 1 + num_listeners;

    while (j < 1 + num_listeners + num_clients && fds[j].fd >= 0) {
        j++;
    }
    if (j == 1 + num_listeners + num_clients) {
        (void)close(fd);
        return 0;
    }
    fds[j] = (struct pollfd){.fd = fd, .events = POLLIN};
    clients[j - 1 - num_listeners] = (struct client){.listener = l};
    return j;
}

static void accept_all(size_t i, size_t num_listeners)
{
    const struct listener *l = &listeners[i - 1];
    int fd;

    while ((fd = accept4(fds[i].fd, NULL, NULL,
                         SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        size_t j = take_in(fd, l, num_listeners);

        if (j == 0) {
            return;
        }
        if (l->way->act == ACT_GREET) {
            say(j, l->way->text, strlen(l->way->text));
        }
    }
}

/* Connects to the server of the box; 0: not possible. */
static size_t reach_upstream(const struct listener *l, size_t num_listeners)
{
    int fd = socket(l->upstream.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        return 0;
    }
    if (connect(fd, (const struct sockaddr *)&l->upstream, l->upstream_len) !=
        0) {
        (void)close(fd);
        return 0;
    }
    return take_in(fd, l, num_listeners);
}

/* The first bytes are a hello; with one that it stands, a box connects. */
static void let_through(size_t i, size_t num_listeners, const uint8_t *bytes,
                        size_t len)
{
    struct client *client = &clients[i - 1 - num_listeners];
    const struct listener *l = client->listener;

    if (client->peer == 0 && stands(l->way, bytes, len)) {
        client->peer = reach_upstream(l, num_listeners);
        if (client->peer != 0) {
            clients[client->peer - 1 - num_listeners].peer = i;
        }
    }
    if (client->peer == 0) {
        hang_up(i, true);
        return;
    }
    say(client->peer, bytes, len);
    if (fds[client->peer].fd < 0) {
        hang_up(i, false);
    }
}

static void read_client(size_t i, size_t num_listeners)
{
    const struct client *client = &clients[i - 1 - num_listeners];
    size_t peer = client->peer;
    uint8_t bytes[4096];
    ssize_t got = read(fds[i].fd, bytes, sizeof(bytes));

    if (got > 0 && client->listener->way->act == ACT_BOX) {
        let_through(i, num_listeners, bytes, (size_t)got);
    } else if (got > 0) {
        answer(i, client->listener);
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        hang_up(i, false);
        if (peer != 0 && fds[peer].fd >= 0) {
            hang_up(peer, false);
        }
    }
}

/* A handshake record that announces 16 kB and comes a byte at a time. */
static void drip(size_t num_listeners)
{
    static const uint8_t header[] = {22, 3, 3, 0x40, 0, 2, 0, 0x3f, 0xfc};

    for (size_t i = 0; i < num_clients; i++) {
        struct client *client = &clients[i];
        size_t j = 1 + num_listeners + i;
        uint8_t byte;

        if (fds[j].fd >= 0 && client->listener != NULL &&
            client->listener->way->act == ACT_DRIP) {
            byte =
                client->dripped < sizeof(header) ? header[client->dripped] : 0;
            client->dripped++;
            say(j, &byte, 1);
        }
    }
}

/* poll refuses more entries than there may be descriptors. */
static size_t room_for_clients(size_t num_listeners)
{
    struct rlimit limit;
    size_t room = MAX_CLIENTS;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
        (void)getrlimit(RLIMIT_NOFILE, &limit);
        if (limit.rlim_cur < 1 + num_listeners + room) {
            room = limit.rlim_cur > num_listeners + 32
                       ? limit.rlim_cur - num_listeners - 32
                       : 1;
        }
    }
    return room;
}

int main(int argc, char **argv)
{
    size_t num_listeners = (size_t)argc - 1;
    size_t num;

    if (argc < 2 || argc > MAX_LISTENERS) {
        (void)fprintf(stderr, "usage: badserver WAY=ADDRESS:PORT ...\n");
        return 2;
    }
    num_clients = room_for_clients(num_listeners);
    num = 1 + num_listeners + num_clients;
    for (size_t i = 0; i < num; i++) {
        fds[i].fd = -1;
    }
    fds[0] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    for (size_t i = 0; i < num_listeners; i++) {
        fds[1 + i].fd = start_listener(&listeners[i], argv[1 + i]);
        fds[1 + i].events = listeners[i].way->act == ACT_BLACKHOLE ? 0 : POLLIN;
    }
    (void)puts("ready");
    (void)fflush(stdout);
    for (;;) {
        int woken = poll(fds, num, 1000);

        if (woken < 0 && errno != EINTR) {
            die("poll", "");
        }

        if (woken == 0) {
            drip(num_listeners);
        }
        if (fds[0].revents != 0) {
            return 0;
        }
        for (size_t i = 1; woken > 0 && i < num; i++) {
            if (fds[i].fd < 0 || fds[i].revents == 0) {
                continue;
            }
            if (i <= num_listeners) {
                accept_all(i, num_listeners);
            } else {
                read_client(i, num_listeners);
            }
        }
    }
}
