/* What goes out together: where nothing is waited for, no packet goes alone.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"
#include "tls/tls.h"

#define MAX_SENDS 16

/* The client's calls, since forget(). */
static struct {
    int client_fd;
    bool more[MAX_SENDS];
    size_t num;
    bool ended;
} calls;

ssize_t __real_send(int fd, const void *data, size_t len, int flags);
ssize_t __wrap_send(int fd, const void *data, size_t len, int flags);
int __real_shutdown(int fd, int how);
int __wrap_shutdown(int fd, int how);

ssize_t __wrap_send(int fd, const void *data, size_t len, int flags)
{
    if (fd == calls.client_fd) {
        assert_true(calls.num < MAX_SENDS);
        assert_false(calls.ended);
        calls.more[calls.num++] = (flags & MSG_MORE) != 0;
    }
    return __real_send(fd, data, len, flags);
}

int __wrap_shutdown(int fd, int how)
{
    calls.ended = calls.ended || fd == calls.client_fd;
    return __real_shutdown(fd, how);
}

/* Over TCP, as the kernel knows what waits there only. */
static void open_tcp(struct session *s, const struct peer_spec *spec)
{
    int client_fd;
    int server_fd;

    session_open(s, spec);
    peer_tcp_pair(&client_fd, &server_fd);
    assert_true(dup2(client_fd, s->peer.client_fd) >= 0);
    assert_true(dup2(server_fd, s->peer.server_fd) >= 0);
    assert_int_equal(close(client_fd) + close(server_fd), 0);
    calls.client_fd = s->peer.client_fd;
    calls.num = 0;
    calls.ended = false;
}

/* Drives both ends; bytes take their time over TCP. */
static void shake_hands(struct session *s)
{
    enum cm_io io;

    while ((io = cm_tls_handshake(s->tls)) == CM_IO_WANT_READ) {
        peer_wait_readable(s->peer.server_fd);
        peer_turn(&s->peer);
        peer_wait_readable(s->peer.client_fd);
    }
    assert_int_equal(io, CM_IO_DONE);
}

/* The server reads to the end of the connection, and is content with it. */
static void server_hears_the_end(struct session *s)
{
    char byte;

    do {
        peer_wait_readable(s->peer.server_fd);
        peer_turn(&s->peer);
    } while (recv(s->peer.server_fd, &byte, 1, MSG_PEEK) != 0);
    peer_turn(&s->peer); /* it may have read all of it as its handshake */
    assert_true(SSL_is_init_finished(s->peer.ssl));
    assert_true((SSL_get_shutdown(s->peer.ssl) & SSL_RECEIVED_SHUTDOWN) != 0);
}

static void no_more(size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        assert_false(calls.more[i]);
    }
}

static void finished_waits_for_the_end(void **state)
{
    struct session s;

    (void)state;
    open_tcp(&s, &(struct peer_spec){.version = 0x0304});
    cm_tls_speak_on(s.tls);
    shake_hands(&s);
    assert_int_equal(calls.num, 2); /* hello, Finished */
    no_more(0, 1);
    assert_true(calls.more[1]);
    cm_tls_close_notify(s.tls);
    assert_int_equal(calls.num, 3);
    assert_true(calls.more[2]);
    assert_true(calls.ended);
    server_hears_the_end(&s);
    session_close(&s);
}

/* Bytes of the server's that nobody reads make close() a reset: what was held
 * back is out by then. */
static void what_waits_is_not_lost(void **state)
{
    struct session s;

    (void)state;
    open_tcp(&s, &(struct peer_spec){.version = 0x0304});
    cm_tls_speak_on(s.tls);
    shake_hands(&s);
    assert_int_equal(__real_send(s.peer.server_fd, "unread", 6, 0), 6);
    peer_wait_readable(s.peer.client_fd);
    cm_tls_close_notify(s.tls);
    peer_wait_readable(s.peer.server_fd);
    peer_turn(&s.peer);
    assert_true(SSL_is_init_finished(s.peer.ssl));
    session_close(&s);
}

static void request_takes_finished_along(void **state)
{
    static const uint8_t request[] = "GET / HTTP/1.1\r\n\r\n";
    struct session s;

    (void)state;
    open_tcp(&s, &(struct peer_spec){.version = 0x0304});
    cm_tls_speak_on(s.tls);
    shake_hands(&s);
    assert_int_equal(
        cm_tls_write(s.tls, (struct cm_span){request, sizeof(request)}),
        CM_IO_DONE);
    assert_int_equal(calls.num, 3);
    no_more(2, 3);
    peer_wait_readable(s.peer.server_fd);
    peer_turn(&s.peer);
    assert_true(SSL_is_init_finished(s.peer.ssl));
    session_close(&s);
}

/* Flights that are answered, or may be. */
static void what_is_waited_for_goes_at_once(void **state)
{
    static const struct {
        struct peer_spec spec;
        bool speaks_on;
        size_t flights;
    } cases[] = {
        {{.version = 0x0304}, false, 2},
        {{.version = 0x0304, .ask_certificate = true}, true, 2},
        {{.version = 0x0303}, true, 2},
        {{.version = 0x0301, .ciphers = "ECDHE-ECDSA-AES128-SHA"}, true, 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct session s;

        open_tcp(&s, &cases[i].spec);
        if (cases[i].speaks_on) {
            cm_tls_speak_on(s.tls);
        }
        shake_hands(&s);
        assert_int_equal(calls.num, cases[i].flights);
        no_more(0, calls.num);
        cm_tls_close_notify(s.tls);
        assert_true(calls.more[calls.num - 1]);
        assert_true(calls.ended);
        server_hears_the_end(&s);
        session_close(&s);
    }
}

static void second_hello_goes_at_once(void **state)
{
    struct session s;

    (void)state;
    open_tcp(&s, &(struct peer_spec){.version = 0x0304, .groups = "P-521"});
    cm_tls_speak_on(s.tls);
    shake_hands(&s);
    assert_true(calls.num >= 3);
    no_more(0, calls.num - 1);
    assert_true(calls.more[calls.num - 1]);
    cm_tls_close_notify(s.tls);
    server_hears_the_end(&s);
    session_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finished_waits_for_the_end),
        cmocka_unit_test(what_waits_is_not_lost),
        cmocka_unit_test(request_takes_finished_along),
        cmocka_unit_test(what_is_waited_for_goes_at_once),
        cmocka_unit_test(second_hello_goes_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
