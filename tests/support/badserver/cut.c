/* A box before a real server, which lets so many bytes of its answers through
 * and then cuts: with an RST, or with a FIN. The parameter is "N,ADDRESS:PORT".
 * SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "badserver/badtls.h"

#define CHUNK 16384

/* Where the records of a server's answer begin: to standard output. */
struct records {
    size_t at;   /* bytes seen */
    size_t next; /* where the next record begins */
    uint8_t header[5];
    const char *who; /* NULL: nobody wants to know */
};

static void note(struct records *r, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; r->who != NULL && i < len; i++, r->at++) {
        if (r->at >= r->next && r->at < r->next + sizeof(r->header)) {
            r->header[r->at - r->next] = bytes[i];
        }
        if (r->at == r->next + 4) {
            (void)printf("%s record %zu type %d\n", r->who, r->next,
                         r->header[0]);
            (void)fflush(stdout);
            r->next += 5 + ((size_t)r->header[3] << 8 | r->header[4]);
        }
    }
}

/* What came from the server goes on, as far as `left` allows. False: it is
 * time to cut, or somebody is gone. */
static bool pass_back(struct bad_conn *c, int server, size_t *left,
                      struct records *records)
{
    uint8_t bytes[CHUNK];
    ssize_t got = recv(server, bytes, sizeof(bytes), 0);
    size_t take;

    if (got <= 0) {
        return false;
    }
    take = (size_t)got < *left ? (size_t)got : *left;
    note(records, bytes, take);
    if (!bad_say(c, bytes, take)) {
        return false;
    }
    *left -= take;
    return *left > 0;
}

static bool pass_on(struct bad_conn *c, int server)
{
    uint8_t bytes[CHUNK];
    ssize_t got = recv(c->fd, bytes, sizeof(bytes), 0);

    return got > 0 && send(server, bytes, (size_t)got, MSG_NOSIGNAL) == got;
}

/* True: the limit was reached, so it is time to cut. */
static bool pump(struct bad_conn *c, int server, size_t left,
                 struct records *records)
{
    struct pollfd both[2] = {{c->fd, POLLIN, 0}, {server, POLLIN, 0}};

    if (left == 0) { /* only what the client said first */
        return pass_on(c, server);
    }
    for (;;) {
        if (poll(both, 2, -1) < 0) {
            return false;
        }
        if (both[0].revents != 0 && !pass_on(c, server)) {
            return false;
        }
        if (both[1].revents != 0 && !pass_back(c, server, &left, records)) {
            return left == 0;
        }
    }
}

static bool run(struct bad_conn *c, const char *who)
{
    const char *comma = strchr(c->param, ',');
    struct records records = {.who = who};
    bool reached;
    int server;

    if (comma == NULL) {
        return false;
    }
    server = bad_connect(comma + 1);
    if (server < 0) {
        return false;
    }
    reached = pump(c, server, strtoul(c->param, NULL, 10), &records);
    (void)close(server);
    return reached;
}

static void cut_with_reset(struct bad_conn *c)
{
    if (run(c, NULL)) {
        bad_reset(c);
    }
}

static void cut_with_fin(struct bad_conn *c)
{
    if (run(c, NULL)) {
        bad_half_close(c);
    }
}

static void tell_records(struct bad_conn *c)
{
    (void)run(c, c->param);
}

const struct bad_way bad_cuts[] = {
    {"cut-reset", cut_with_reset},
    {"cut-fin", cut_with_fin},
    {"records", tell_records},
    {NULL, NULL},
};
