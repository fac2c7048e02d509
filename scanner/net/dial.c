/* Happy Eyeballs (RFC 8305 sections 4 and 5): attempts start one after the
 * other, staggered, and the first connection wins.
 *
 * Failures of our own side come in two kinds. Without descriptors or memory no
 * attempt can start: an open one is waited for, else the dial ends. An address
 * we have no way to (no IPv6, no local address) is passed over.
 * SPDX-License-Identifier: Apache-2.0 */
#include "net/dial.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NO_WINNER SIZE_MAX

struct attempt {
    struct cm_dial *dial;
    int fd; /* -1: not open */
    cm_watch watch;
    struct cm_timer limit;
    uint64_t started_ms;
};

struct cm_dial {
    struct cm_loop *loop;
    cm_dial_fn *fn;
    void *arg;
    unsigned timeout_ms;
    struct cm_timer stagger;       /* until the next attempt may start */
    struct cm_dial_attempt *facts; /* owned, `num` of them, like `attempts` */
    struct attempt *attempts;      /* owned */
    unsigned num;
    unsigned next; /* the first that has not started */
    unsigned open; /* attempts under way */
    unsigned max_open;
    unsigned num_remote; /* failures that the network told us */
    int local_errno;     /* of the last failure that was our own */
    bool speaks_first;   /* see cm_dial_speak_first */
    bool reporting;      /* `fn` is being called */
};

unsigned cm_dial_order(struct cm_address *addresses, unsigned num, int family)
{
    unsigned kept = 0;
    uint8_t want = 6; /* the first one, and then in turn */

    for (unsigned i = 0; i < num; i++) {
        if (family == 0 || addresses[i].family == family) {
            addresses[kept++] = addresses[i];
        }
    }
    for (unsigned i = 0; i < kept; i++) {
        unsigned found = i;
        struct cm_address chosen;

        while (found < kept && addresses[found].family != want) {
            found++;
        }
        want = want == 6 ? 4 : 6;
        if (found == kept) {
            continue; /* only the other family is left, already in order */
        }
        chosen = addresses[found];
        memmove(&addresses[i + 1], &addresses[i],
                (found - i) * sizeof(*addresses));
        addresses[i] = chosen;
    }
    return kept;
}

static void dial_free(struct cm_dial *dial)
{
    free(dial->attempts);
    free(dial->facts);
    free(dial);
}

/* Ends an attempt on our side. Its descriptor and its watch are left. */
static int detach(struct attempt *attempt)
{
    struct cm_dial *dial = attempt->dial;
    int fd = attempt->fd;

    if (fd >= 0) {
        cm_timer_cancel(dial->loop, &attempt->limit);
        attempt->fd = -1;
        dial->open--;
    }
    return fd;
}

static void close_attempt(struct attempt *attempt)
{
    int fd = detach(attempt);

    if (fd >= 0) {
        cm_loop_close(attempt->dial->loop, attempt->watch, fd);
    }
}

static void close_all(struct cm_dial *dial)
{
    for (unsigned i = 0; i < dial->next; i++) {
        close_attempt(&dial->attempts[i]);
    }
    cm_timer_cancel(dial->loop, &dial->stagger);
}

static void note_time(struct cm_dial *dial, size_t index)
{
    dial->facts[index].ms = (uint32_t)(cm_loop_now_ms(dial->loop) -
                                       dial->attempts[index].started_ms);
}

/* Reports, and frees the dial. */
static void finish(struct cm_dial *dial, size_t winner)
{
    struct cm_dial_result result = {
        .fd = -1, .attempts = dial->facts, .num_attempts = dial->num};

    if (winner != NO_WINNER) {
        result.winner = winner;
        result.fd = detach(&dial->attempts[winner]);
        result.watch = dial->attempts[winner].watch;
        dial->facts[winner].end = CM_END_COMPLETE;
        note_time(dial, winner);
    } else if (dial->num_remote == 0 || dial->next < dial->num) {
        result.local_errno = dial->local_errno;
    }
    close_all(dial);
    dial->reporting = true;
    dial->fn(dial->arg, &result);
    if (winner != NO_WINNER && cm_loop_watches_for(dial->loop, result.watch,
                                                   &dial->attempts[winner])) {
        cm_loop_unwatch(dial->loop, result.watch);
    }
    dial_free(dial);
}

static bool is_out_of_resources(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS ||
           error == ENOMEM;
}

static bool is_local(int error)
{
    return is_out_of_resources(error) || error == EADDRNOTAVAIL ||
           error == EAFNOSUPPORT;
}

static enum cm_end end_of(int error)
{
    switch (error) {
    case ETIMEDOUT:
        return CM_END_TIMEOUT;
    case ECONNREFUSED:
    case ECONNRESET:
        return CM_END_RESET;
    default: /* EHOSTUNREACH, ENETUNREACH, EACCES ... */
        return CM_END_SYSTEM;
    }
}

static void note_failure(struct cm_dial *dial, size_t index, int error)
{
    struct cm_dial_attempt *fact = &dial->facts[index];

    fact->end = end_of(error);
    fact->sys_errno = error;
    note_time(dial, index);
    if (is_local(error)) {
        dial->local_errno = error;
    } else {
        dial->num_remote++;
    }
}

static void advance(struct cm_dial *dial);

static void fail(struct attempt *attempt, int error)
{
    struct cm_dial *dial = attempt->dial;

    close_attempt(attempt);
    note_failure(dial, (size_t)(attempt - dial->attempts), error);
    advance(dial);
}

static void on_limit(void *arg)
{
    fail(arg, ETIMEDOUT);
}

static void on_ready(void *arg, unsigned ready)
{
    struct attempt *attempt = arg;
    struct cm_dial *dial = attempt->dial;
    int error = 0;
    socklen_t len = sizeof(error);

    /* What went wrong only SO_ERROR knows; that something did, this bit. */
    if ((ready & CM_HANGUP) != 0 &&
        getsockopt(attempt->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0) {
        error = errno;
    }
    if (error != 0) {
        fail(attempt, error);
        return;
    }
    finish(dial, (size_t)(attempt - dial->attempts));
}

static socklen_t to_sockaddr(const struct cm_address *address,
                             struct sockaddr_storage *out)
{
    struct sockaddr_in in4 = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

    memset(out, 0, sizeof(*out));
    if (address->family == 4) {
        in4.sin_port = htons(address->port);
        memcpy(&in4.sin_addr, address->bytes, sizeof(in4.sin_addr));
        memcpy(out, &in4, sizeof(in4));
        return sizeof(in4);
    }
    in6.sin6_port = htons(address->port);
    memcpy(&in6.sin6_addr, address->bytes, sizeof(in6.sin6_addr));
    memcpy(out, &in6, sizeof(in6));
    return sizeof(in6);
}

void cm_dial_no_delay(int fd)
{
    const int one = 1;

    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

/* Opens a socket and begins to connect it. Returns 0 or an errno; EINPROGRESS
 * is 0, since the watch tells the end of both. */
static int open_socket(const struct cm_address *address, bool speaks_first,
                       int *out)
{
    const int zero = 0;
    struct sockaddr_storage to;
    socklen_t len = to_sockaddr(address, &to);
    int fd = socket(address->family == 4 ? AF_INET : AF_INET6,
                    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        return errno;
    }
    if (speaks_first) {
        (void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &zero, sizeof(zero));
    }
    if (connect(fd, (const struct sockaddr *)&to, len) != 0 &&
        errno != EINPROGRESS) {
        int error = errno;

        close(fd);
        return error;
    }
    *out = fd;
    return 0;
}

/* Connecting a datagram socket only looks the route up. The addresses are from
 * the blocks for documentation: whatever leads there is the default route. */
bool cm_dial_has_route(uint8_t family)
{
    static const struct cm_address far[2] = {
        {.family = 4, .bytes = {192, 0, 2, 1}, .port = 9},
        {.family = 6, .bytes = {0x20, 1, 0x0D, 0xB8, [15] = 1}, .port = 9}};
    struct sockaddr_storage to;
    socklen_t len = to_sockaddr(&far[family == 6 ? 1 : 0], &to);
    int fd = socket(to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool found;

    if (fd < 0) {
        return errno != EAFNOSUPPORT;
    }
    found = connect(fd, (const struct sockaddr *)&to, len) == 0;
    close(fd);
    return found;
}

/* Starts the attempt; 0, or the errno of a failure that is known at once. */
static int start(struct attempt *attempt, const struct cm_address *address)
{
    struct cm_dial *dial = attempt->dial;
    struct cm_loop *loop = dial->loop;
    int fd = -1;
    int error;

    attempt->started_ms = cm_loop_now_ms(loop);
    error = open_socket(address, dial->speaks_first, &fd);
    if (error != 0) {
        return error;
    }
    if (!cm_timer_set(loop, &attempt->limit,
                      attempt->started_ms + dial->timeout_ms, on_limit,
                      attempt)) {
        close(fd);
        return ENOMEM;
    }
    if (cm_loop_watch(loop, fd, CM_WRITABLE, on_ready, attempt,
                      &attempt->watch) != CM_OK) {
        cm_timer_cancel(loop, &attempt->limit);
        close(fd);
        return ENOBUFS;
    }
    attempt->fd = fd;
    dial->open++;
    return 0;
}

static void on_stagger(void *arg)
{
    advance(arg);
}

/* Starts the next attempt that gets under way; ends the dial when there is
 * none and nothing is open. */
static void advance(struct cm_dial *dial)
{
    bool started = false;

    cm_timer_cancel(dial->loop, &dial->stagger);
    while (!started && dial->next < dial->num && dial->open < dial->max_open) {
        unsigned i = dial->next;
        int error = start(&dial->attempts[i], &dial->facts[i].address);

        if (is_out_of_resources(error)) {
            dial->local_errno = error;
            break; /* again when an open attempt gives up its descriptor */
        }
        dial->next++;
        dial->facts[i].started = true;
        started = error == 0;
        if (!started) {
            note_failure(dial, i, error);
        }
    }
    if (dial->open == 0) {
        finish(dial, NO_WINNER);
        return;
    }
    /* Without memory for this timer the next attempt starts when one fails. */
    if (started && dial->next < dial->num && dial->open < dial->max_open) {
        (void)cm_timer_set(dial->loop, &dial->stagger,
                           cm_loop_now_ms(dial->loop) + CM_DIAL_STAGGER_MS,
                           on_stagger, dial);
    }
}

struct cm_dial *cm_dial_start(struct cm_loop *loop,
                              const struct cm_address *addresses,
                              unsigned num_addresses, unsigned timeout_ms,
                              cm_dial_fn *fn, void *arg)
{
    struct cm_dial *dial = calloc(1, sizeof(*dial));

    if (dial == NULL) {
        return NULL;
    }
    *dial = (struct cm_dial){.loop = loop,
                             .fn = fn,
                             .arg = arg,
                             .timeout_ms = timeout_ms,
                             .max_open = CM_DIAL_MAX_FDS,
                             .num = num_addresses};
    /* One more than needed: calloc(0) may be NULL. */
    dial->facts = calloc((size_t)num_addresses + 1, sizeof(*dial->facts));
    dial->attempts = calloc((size_t)num_addresses + 1, sizeof(*dial->attempts));
    if (dial->facts == NULL || dial->attempts == NULL ||
        !cm_timer_set(loop, &dial->stagger, cm_loop_now_ms(loop), on_stagger,
                      dial)) {
        dial_free(dial);
        return NULL;
    }
    for (unsigned i = 0; i < num_addresses; i++) {
        dial->facts[i].address = addresses[i];
        dial->attempts[i].dial = dial;
        dial->attempts[i].fd = -1;
    }
    return dial;
}

void cm_dial_limit(struct cm_dial *dial, unsigned max_open)
{
    dial->max_open = max_open;
}

void cm_dial_speak_first(struct cm_dial *dial)
{
    dial->speaks_first = true;
}

void cm_dial_cancel(struct cm_dial *dial)
{
    if (dial == NULL || dial->reporting) {
        return;
    }
    close_all(dial);
    dial_free(dial);
}
