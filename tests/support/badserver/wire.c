/* Sockets, records and the ClientHello.
 * SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/bytestring.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "badserver/badtls.h"

#define EXT_SUPPORTED_VERSIONS 43
#define EXT_KEY_SHARE 51
#define GROUP_X25519 29
#define TDS_HEADER 8

bool bad_say(struct bad_conn *c, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;

    while (len > 0) {
        ssize_t put = send(c->fd, at, len, MSG_NOSIGNAL);

        if (put <= 0) {
            return false;
        }
        at += put;
        len -= (size_t)put;
    }
    return true;
}

static bool read_raw(struct bad_conn *c, uint8_t *out, size_t len)
{
    while (len > 0) {
        ssize_t got = recv(c->fd, out, len, 0);

        if (got <= 0) {
            return false;
        }
        out += got;
        len -= (size_t)got;
    }
    return true;
}

static size_t be16(const uint8_t *p)
{
    return (size_t)p[0] << 8 | p[1];
}

bool bad_read(struct bad_conn *c, void *out, size_t len)
{
    uint8_t *to = out;

    while (len > 0) {
        size_t take = len;

        if (c->tds && c->tds_left == 0) {
            uint8_t header[TDS_HEADER];

            if (!read_raw(c, header, sizeof(header)) ||
                be16(header + 2) < TDS_HEADER) {
                return false;
            }
            c->tds_left = be16(header + 2) - TDS_HEADER;
            continue;
        }
        if (c->tds) {
            take = take < c->tds_left ? take : c->tds_left;
            c->tds_left -= take;
        }
        if (!read_raw(c, to, take)) {
            return false;
        }
        to += take;
        len -= take;
    }
    return true;
}

bool bad_read_record(struct bad_conn *c, uint8_t *type, uint8_t *out,
                     size_t max, size_t *len)
{
    uint8_t header[5];

    if (!bad_read(c, header, sizeof(header)) || be16(header + 3) > max) {
        return false;
    }
    *type = header[0];
    *len = be16(header + 3);
    return bad_read(c, out, *len);
}

static void read_shares(struct bad_conn *c, CBS list)
{
    CBS shares;
    CBS key;
    uint16_t group;

    if (!CBS_get_u16_length_prefixed(&list, &shares)) {
        return;
    }
    while (CBS_get_u16(&shares, &group) &&
           CBS_get_u16_length_prefixed(&shares, &key)) {
        if (group == GROUP_X25519 && CBS_len(&key) == sizeof(c->share)) {
            memcpy(c->share, CBS_data(&key), sizeof(c->share));
            c->offers_13 = true; /* of no use to us without one */
        }
    }
}

static bool read_extensions(struct bad_conn *c, CBS *rest)
{
    CBS all;
    CBS body;
    uint16_t type;

    if (CBS_len(rest) == 0) {
        return true;
    }
    if (!CBS_get_u16_length_prefixed(rest, &all)) {
        return false;
    }
    while (CBS_get_u16(&all, &type) &&
           CBS_get_u16_length_prefixed(&all, &body)) {
        if (type == EXT_KEY_SHARE) {
            read_shares(c, body);
        }
    }
    return true;
}

/* RFC 8446 section 4.1.2. */
static bool parse_hello(struct bad_conn *c)
{
    CBS hello;
    CBS id;
    CBS skipped;
    uint16_t version;

    CBS_init(&hello, c->hello, c->hello_len);
    if (!CBS_skip(&hello, 4) || !CBS_get_u16(&hello, &version) ||
        !CBS_copy_bytes(&hello, c->client_random, sizeof(c->client_random)) ||
        !CBS_get_u8_length_prefixed(&hello, &id) ||
        CBS_len(&id) > sizeof(c->session_id) ||
        !CBS_get_u16_length_prefixed(&hello, &skipped) ||
        !CBS_get_u8_length_prefixed(&hello, &skipped)) {
        return false;
    }
    c->session_id_len = CBS_len(&id);
    memcpy(c->session_id, CBS_data(&id), CBS_len(&id));
    return read_extensions(c, &hello);
}

static bool read_sslv2(struct bad_conn *c, uint8_t first)
{
    uint8_t second;

    if (!bad_read(c, &second, 1)) {
        return false;
    }
    c->is_sslv2 = true;
    c->hello_len = (size_t)(first & 0x7F) << 8 | second;
    return c->hello_len <= sizeof(c->hello) &&
           bad_read(c, c->hello, c->hello_len);
}

static bool is_whole(const struct bad_conn *c)
{
    return c->hello_len >= 4 &&
           c->hello_len >= 4 + ((size_t)c->hello[1] << 16 | be16(c->hello + 2));
}

bool bad_read_hello(struct bad_conn *c)
{
    uint8_t header[5];

    c->hello_len = 0;
    c->offers_13 = false;
    while (!is_whole(c)) {
        size_t len;

        if (!bad_read(c, header, 1)) {
            return false;
        }
        if ((header[0] & 0x80) != 0) {
            return read_sslv2(c, header[0]);
        }
        if (!bad_read(c, header + 1, 4)) {
            return false;
        }
        len = be16(header + 3);
        if (header[0] == BAD_CCS) { /* before a second hello */
            uint8_t dropped;

            if (len != 1 || !bad_read(c, &dropped, 1)) {
                return false;
            }
            continue;
        }
        if (len > sizeof(c->hello) - c->hello_len ||
            !bad_read(c, c->hello + c->hello_len, len)) {
            return false;
        }
        c->hello_len += len;
    }
    return parse_hello(c);
}

bool bad_pause(struct bad_conn *c, unsigned ms)
{
    struct timespec time = {ms / 1000, (long)(ms % 1000) * 1000000L};
    uint8_t dropped[4096];
    ssize_t got;

    (void)nanosleep(&time, NULL);
    got = recv(c->fd, dropped, sizeof(dropped), MSG_DONTWAIT);
    return got > 0 || (got < 0 && errno == EAGAIN);
}

void bad_drain(struct bad_conn *c)
{
    uint8_t dropped[4096];

    while (recv(c->fd, dropped, sizeof(dropped), 0) > 0) {
    }
}

/* A close with unread bytes would be a reset, so the client goes first. */
void bad_half_close(struct bad_conn *c)
{
    (void)shutdown(c->fd, SHUT_WR);
    bad_drain(c);
}

void bad_reset(struct bad_conn *c)
{
    struct linger now = {1, 0};

    (void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

int bad_connect(const char *address)
{
    struct sockaddr_in to = {.sin_family = AF_INET};
    const char *colon = strrchr(address, ':');
    char host[INET_ADDRSTRLEN];
    int fd;

    if (colon == NULL || (size_t)(colon - address) >= sizeof(host)) {
        return -1;
    }
    memcpy(host, address, (size_t)(colon - address));
    host[colon - address] = '\0';
    to.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
    if (inet_pton(AF_INET, host, &to.sin_addr) != 1) {
        return -1;
    }
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
        (void)close(fd);
        fd = -1;
    }
    return fd;
}
