/* Servers that speak no TLS, or stop before they have said anything useful.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"
#include "tls/tls.h"

enum ending { STAYS_OPEN, FIN, RST };

static const struct bad_peer {
    const char *name;
    const char *bytes;
    size_t len;
    enum ending ending;
    enum cm_end want;
    int sys_errno;
    uint8_t alert_level; /* 0: none received */
    uint8_t alert;
} peers[] = {
#define BYTES(text) text, sizeof(text) - 1
    {"closes without a byte", BYTES(""), FIN, CM_END_CLOSED, 0, 0, 0},
    {"closes inside a record's header", BYTES("\x16\x03\x03"), FIN,
     CM_END_CLOSED, 0, 0, 0},
    {"closes inside a record", BYTES("\x16\x03\x03\0\x50\x02\0"), FIN,
     CM_END_CLOSED, 0, 0, 0},
    {"resets without a byte", BYTES(""), RST, CM_END_RESET, ECONNRESET, 0, 0},
    {"resets inside a record", BYTES("\x16\x03\x03\0\x50"), RST, CM_END_RESET,
     ECONNRESET, 0, 0},
    {"speaks HTTP", BYTES("HTTP/1.1 400 Bad Request\r\n\r\n"), FIN,
     CM_END_NOT_TLS, 0, 0, 0},
    {"speaks HTTP and stays", BYTES("HTTP/1.1 400 Bad Request\r\n\r\n"),
     STAYS_OPEN, CM_END_NOT_TLS, 0, 0, 0},
    {"speaks HTTP and resets", BYTES("HTTP/1.1 400 Bad Request\r\n\r\n"), RST,
     CM_END_NOT_TLS, 0, 0, 0},
    {"speaks SSH", BYTES("SSH-2.0-OpenSSH_9.2\r\n"), STAYS_OPEN, CM_END_NOT_TLS,
     0, 0, 0},
    {"speaks SMTP", BYTES("220 mx.example ESMTP\r\n"), STAYS_OPEN,
     CM_END_NOT_TLS, 0, 0, 0},
    {"sends one letter", BYTES("S"), STAYS_OPEN, CM_END_NOT_TLS, 0, 0, 0},
    {"sends one letter and closes", BYTES("S"), FIN, CM_END_NOT_TLS, 0, 0, 0},
    {"answers with SSLv2", BYTES("\x80\x03\0\0\x01"), FIN, CM_END_NOT_TLS, 0, 0,
     0},
    {"sends type 19", BYTES("\x13\x03\x03\0\1\0"), FIN, CM_END_NOT_TLS, 0, 0,
     0},
    {"sends type 24", BYTES("\x18\x03\x03\0\1\0"), FIN, CM_END_NOT_TLS, 0, 0,
     0},
    {"sends another major version", BYTES("\x16\x02\x03\0\1\0"), FIN,
     CM_END_NOT_TLS, 0, 0, 0},
    {"sends application data", BYTES("\x17\x03\x03\0\1\0"), FIN,
     CM_END_REFUSED_BY_US, 0, 0, 0},
    {"sends rubbish in a record", BYTES("\x16\x03\x03\0\5\xff\0\0\1\xff"), FIN,
     CM_END_REFUSED_BY_US, 0, 0, 0},
    {"sends too long a record", BYTES("\x16\x03\x03\xff\xff\2\0"), FIN,
     CM_END_REFUSED_BY_US, 0, 0, 0},
    {"sends an empty ServerHello", BYTES("\x16\x03\x03\0\4\2\0\0\0"), FIN,
     CM_END_REFUSED_BY_US, 0, 0, 0},
    {"sends a cut alert", BYTES("\x15\x03\x01\0\1\2"), FIN,
     CM_END_REFUSED_BY_US, 0, 0, 0},
    {"alerts and closes", BYTES("\x15\x03\x01\0\2\2\x28"), FIN,
     CM_END_ALERT_RECEIVED, 0, 2, 40},
    {"alerts and resets", BYTES("\x15\x03\x01\0\2\2\x46"), RST,
     CM_END_ALERT_RECEIVED, 0, 2, 70},
    {"alerts in SSLv3", BYTES("\x15\x03\0\0\2\2\x28"), STAYS_OPEN,
     CM_END_ALERT_RECEIVED, 0, 2, 40},
    {"alerts with an unknown level", BYTES("\x15\x03\x01\0\2\7\x28"), FIN,
     CM_END_ALERT_RECEIVED, 0, 7, 40},
    {"warns and closes", BYTES("\x15\x03\x01\0\2\1\x70"), FIN,
     CM_END_ALERT_RECEIVED, 0, 1, 112},
    {"warns and resets", BYTES("\x15\x03\x01\0\2\1\x70"), RST,
     CM_END_ALERT_RECEIVED, 0, 1, 112},
    {"warns, then sends rubbish",
     BYTES("\x15\x03\x01\0\2\1\x70\x16\x03\x03\0\5\xff\0\0\1\xff"), FIN,
     CM_END_REFUSED_BY_US, 0, 1, 112},
    {"warns, then sends too long a record",
     BYTES("\x15\x03\x01\0\2\1\x70\x16\x03\x03\xff\xff\2\0"), FIN,
     CM_END_REFUSED_BY_US, 0, 1, 112},
    {"says good-bye", BYTES("\x15\x03\x01\0\2\1\0"), STAYS_OPEN, CM_END_CLOSED,
     0, 1, 0},
    {"says good-bye and closes", BYTES("\x15\x03\x01\0\2\1\0"), FIN,
     CM_END_CLOSED, 0, 1, 0},
#undef BYTES
};
#define NUM_PEERS (sizeof(peers) / sizeof(peers[0]))

struct plain {
    struct cm_tls_context *context;
    struct cm_tls *tls;
    struct cm_probe probe;
    int fd;
    int far_fd;
};

static void plain_open(struct plain *plain)
{
    memset(plain, 0, sizeof(*plain));
    peer_tcp_pair(&plain->fd, &plain->far_fd);
    plain->context = session_context();
    plain->tls = cm_tls_new(plain->context, plain->fd, "", &plain->probe);
    assert_non_null(plain->tls);
}

static void plain_close(struct plain *plain)
{
    cm_tls_free(plain->tls);
    cm_tls_context_free(plain->context);
    assert_int_equal(close(plain->fd), 0);
    if (plain->far_fd >= 0) {
        assert_int_equal(close(plain->far_fd), 0);
    }
}

static void say(struct plain *plain, const char *bytes, size_t len)
{
    assert_int_equal(send(plain->far_fd, bytes, len, MSG_NOSIGNAL), len);
}

/* The hello must be out of the way, or closing would send a RST. */
static void swallow_hello(struct plain *plain)
{
    char bytes[4096];

    peer_wait_readable(plain->far_fd);
    assert_true(recv(plain->far_fd, bytes, sizeof(bytes), 0) > 0);
}

static void end_with(struct plain *plain, enum ending ending)
{
    struct linger hard = {.l_onoff = 1, .l_linger = 0};

    if (ending == FIN) {
        assert_int_equal(shutdown(plain->far_fd, SHUT_WR), 0);
    } else if (ending == RST) {
        assert_int_equal(setsockopt(plain->far_fd, SOL_SOCKET, SO_LINGER, &hard,
                                    sizeof(hard)),
                         0);
        assert_int_equal(close(plain->far_fd), 0);
        plain->far_fd = -1;
    }
}

static enum cm_io drive_to_end(struct plain *plain)
{
    enum cm_io io = cm_tls_handshake(plain->tls);

    while (io == CM_IO_WANT_READ) {
        peer_wait_readable(plain->fd);
        io = cm_tls_handshake(plain->tls);
    }
    return io;
}

static void check(const struct bad_peer *want, const struct cm_probe *got)
{
    size_t num = want->len < CM_FIRST_BYTES ? want->len : CM_FIRST_BYTES;

    assert_string_equal(cm_end_id(got->end), cm_end_id(want->want));
    assert_int_equal(got->sys_errno, want->sys_errno);
    assert_int_equal(got->num_first_bytes, num);
    assert_memory_equal(got->first_bytes, want->bytes, num);
    assert_int_equal(got->alert_received.seen,
                     want->alert_level != 0 || want->alert != 0);
    assert_int_equal(got->alert_received.level, want->alert_level);
    assert_int_equal(got->alert_received.description, want->alert);
    assert_false(got->server_hello);
    assert_false(got->bad_key_proof);
    if (want->want == CM_END_REFUSED_BY_US) {
        assert_string_not_equal(got->error, "");
    }
}

static void tells_how_it_ended(void **state)
{
    const struct bad_peer *want = *state;
    struct plain plain;

    plain_open(&plain);
    assert_int_equal(cm_tls_handshake(plain.tls), CM_IO_WANT_READ);
    swallow_hello(&plain);
    if (want->len > 0) {
        say(&plain, want->bytes, want->len);
        peer_wait_readable(plain.fd);
    }
    end_with(&plain, want->ending);
    assert_int_equal(drive_to_end(&plain), CM_IO_FAILED);
    check(want, &plain.probe);
    plain_close(&plain);
}

/* A server that refuses before it has even read the hello. Its alert is there
 * to be read, though each of our writes fails. */
static void reads_the_alert_of_a_peer_that_is_gone(void **state)
{
    static const char alert[] = "\x15\x03\x01\0\2\2\x50";
    struct plain plain;

    (void)state;
    plain_open(&plain);
    say(&plain, alert, sizeof(alert) - 1);
    peer_wait_readable(plain.fd);
    end_with(&plain, RST);
    assert_int_equal(drive_to_end(&plain), CM_IO_FAILED);
    assert_int_equal(plain.probe.end, CM_END_ALERT_RECEIVED);
    assert_int_equal(plain.probe.alert_received.description, 80);
    plain_close(&plain);
}

static void knows_a_reset_that_came_before_the_hello(void **state)
{
    struct plain plain;

    (void)state;
    plain_open(&plain);
    end_with(&plain, RST);
    peer_wait_readable(plain.fd);
    assert_int_equal(drive_to_end(&plain), CM_IO_FAILED);
    assert_int_equal(plain.probe.end, CM_END_RESET);
    assert_int_equal(plain.probe.sys_errno, ECONNRESET);
    plain_close(&plain);
}

/* On a socket pair: the write fails with EPIPE, since the peer closed first. */
static void knows_a_close_that_came_before_the_hello(void **state)
{
    struct cm_tls_context *context = session_context();
    struct cm_probe probe = {0};
    struct cm_tls *tls;
    int fd;
    int far_fd;

    (void)state;
    peer_pair(&fd, &far_fd);
    assert_int_equal(close(far_fd), 0);
    tls = cm_tls_new(context, fd, "", &probe);
    assert_non_null(tls);
    assert_int_equal(cm_tls_handshake(tls), CM_IO_FAILED);
    assert_int_equal(probe.end, CM_END_CLOSED);
    assert_int_equal(probe.sys_errno, 0);
    cm_tls_free(tls);
    cm_tls_context_free(context);
    assert_int_equal(close(fd), 0);
}

static void records_every_alert_number(void **state)
{
    (void)state;
    for (unsigned number = 0; number < 256; number++) {
        char alert[] = {0x15, 3, 1, 0, 2, 2, (char)number};
        struct plain plain;

        plain_open(&plain);
        say(&plain, alert, sizeof(alert));
        assert_int_equal(drive_to_end(&plain), CM_IO_FAILED);
        assert_int_equal(plain.probe.end, CM_END_ALERT_RECEIVED);
        assert_true(plain.probe.alert_received.seen);
        assert_int_equal(plain.probe.alert_received.level, 2);
        assert_int_equal(plain.probe.alert_received.description, number);
        plain_close(&plain);
    }
}

static void a_warning_alone_ends_nothing(void **state)
{
    struct plain plain;

    (void)state;
    plain_open(&plain);
    say(&plain, "\x15\x03\x01\0\2\1\x70", 7);
    peer_wait_readable(plain.fd);
    assert_int_equal(cm_tls_handshake(plain.tls), CM_IO_WANT_READ);
    assert_int_equal(plain.probe.end, CM_END_NONE);
    assert_int_equal(plain.probe.alert_received.level, 1);
    assert_int_equal(plain.probe.alert_received.description, 112);
    plain_close(&plain);
}

/* A hello came in between, so it was not the warning that ended it. */
static void a_warning_long_ago_is_not_the_end(void **state)
{
    static const char said[] = "\x15\x03\x03\0\2\1\x70"
                               "\x16\x03\x03\0\x2a\2\0\0\x26\x03\x03"
                               "0123456789abcdef0123456789abcdef"
                               "\0\xc0\x2f";
    struct plain plain;

    (void)state;
    plain_open(&plain);
    assert_int_equal(cm_tls_handshake(plain.tls), CM_IO_WANT_READ);
    swallow_hello(&plain);
    say(&plain, said, sizeof(said)); /* with its NUL: no compression */
    peer_wait_readable(plain.fd);
    end_with(&plain, FIN);
    assert_int_equal(drive_to_end(&plain), CM_IO_FAILED);
    assert_int_equal(plain.probe.end, CM_END_CLOSED);
    assert_true(plain.probe.server_hello);
    assert_int_equal(plain.probe.alert_received.description, 112);
    plain_close(&plain);
}

/* Byte after byte; the first ones are kept up to the cap. */
static void keeps_the_first_bytes_however_they_come(void **state)
{
    char bytes[100] = {0x16, 3, 3, 0x20}; /* a long record, never whole */
    struct plain plain;

    (void)state;
    plain_open(&plain);
    for (size_t i = 0; i < sizeof(bytes); i++) {
        if (i >= 4) {
            bytes[i] = (char)i;
        }
        say(&plain, &bytes[i], 1);
        peer_wait_readable(plain.fd);
        assert_int_equal(cm_tls_handshake(plain.tls), CM_IO_WANT_READ);
        assert_int_equal(plain.probe.num_first_bytes,
                         i < CM_FIRST_BYTES ? i + 1 : CM_FIRST_BYTES);
    }
    assert_memory_equal(plain.probe.first_bytes, bytes, CM_FIRST_BYTES);
    plain_close(&plain);
}

static void forgets_the_bytes_before_starttls(void **state)
{
    struct cm_tls_context *context = session_context();
    struct cm_probe probe = {.first_bytes = "220 mx", .num_first_bytes = 6};
    struct cm_tls *tls = cm_tls_new(context, -1, "", &probe);

    (void)state;
    assert_non_null(tls);
    assert_int_equal(probe.num_first_bytes, 0);
    cm_tls_free(tls);
    cm_tls_context_free(context);
}

static void reports_what_the_system_says(void **state)
{
    struct cm_tls_context *context = session_context();
    struct cm_probe probe = {0};
    struct cm_tls *tls;
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    (void)state;
    assert_true(fd >= 0);
    tls = cm_tls_new(context, fd, "", &probe);
    assert_non_null(tls);
    assert_int_equal(cm_tls_handshake(tls), CM_IO_FAILED);
    assert_int_equal(probe.end, CM_END_SYSTEM);
    assert_int_equal(probe.sys_errno, ENOTSOCK);
    cm_tls_free(tls);
    cm_tls_context_free(context);
    assert_int_equal(close(fd), 0);
}

/* A message that is announced as large as can be, in records of one byte: there
 * is always more to read, and others wait for their turn. */
static void a_flood_is_left_for_a_while(void **state)
{
    static const uint8_t head[] = {0x16, 3, 3, 0, 4, 11, 15, 255, 240};
    static const uint8_t piece[] = {0x16, 3, 3, 0, 1, 0};
    enum { BYTES = 100000, TAKEN = 4 * 16384 };
    uint8_t pieces[sizeof(piece) * 2048];
    struct plain plain;
    size_t sent = 0;
    int left = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(pieces); i++) {
        pieces[i] = piece[i % sizeof(piece)];
    }
    plain_open(&plain);
    assert_int_equal(close(plain.far_fd) + close(plain.fd), 0);
    peer_pair(&plain.fd, &plain.far_fd); /* takes all of it at once */
    cm_tls_free(plain.tls);
    plain.tls = cm_tls_new(plain.context, plain.fd, "", &plain.probe);
    assert_non_null(plain.tls);
    assert_int_equal(send(plain.far_fd, head, sizeof(head), 0), sizeof(head));
    while (sent < BYTES) {
        ssize_t put = send(plain.far_fd, pieces, sizeof(pieces), 0);

        assert_true(put > 0);
        sent += (size_t)put;
    }
    assert_int_equal(cm_tls_handshake(plain.tls), CM_IO_WANT_READ);
    assert_int_equal(ioctl(plain.fd, FIONREAD, &left), 0);
    assert_true((size_t)left >= sent - TAKEN);
    plain_close(&plain);
}

static void has_no_chain_and_no_good_bye(void **state)
{
    struct plain plain;
    struct cm_span out[1];
    unsigned num_sent = 9;
    char bytes[4096];

    (void)state;
    plain_open(&plain);
    assert_int_equal(cm_tls_handshake(plain.tls), CM_IO_WANT_READ);
    swallow_hello(&plain);
    assert_int_equal(cm_tls_chain(plain.tls, out, 1, &num_sent), 0);
    assert_int_equal(num_sent, 0);
    assert_false(cm_tls_must_linger(plain.tls));
    assert_int_equal(cm_tls_linger(plain.tls), CM_IO_DONE);
    cm_tls_close_notify(plain.tls);
    assert_int_equal(recv(plain.far_fd, bytes, sizeof(bytes), 0), -1);
    assert_int_equal(errno, EAGAIN);
    plain_close(&plain);
}

int main(void)
{
    static const struct CMUnitTest single[] = {
        cmocka_unit_test(reads_the_alert_of_a_peer_that_is_gone),
        cmocka_unit_test(knows_a_reset_that_came_before_the_hello),
        cmocka_unit_test(knows_a_close_that_came_before_the_hello),
        cmocka_unit_test(records_every_alert_number),
        cmocka_unit_test(a_warning_alone_ends_nothing),
        cmocka_unit_test(a_warning_long_ago_is_not_the_end),
        cmocka_unit_test(keeps_the_first_bytes_however_they_come),
        cmocka_unit_test(forgets_the_bytes_before_starttls),
        cmocka_unit_test(reports_what_the_system_says),
        cmocka_unit_test(a_flood_is_left_for_a_while),
        cmocka_unit_test(has_no_chain_and_no_good_bye),
    };
    enum { SINGLE = sizeof(single) / sizeof(single[0]) };
    struct CMUnitTest tests[SINGLE + NUM_PEERS];

    for (size_t i = 0; i < SINGLE; i++) {
        tests[i] = single[i];
    }
    for (size_t i = 0; i < NUM_PEERS; i++) {
        tests[SINGLE + i] =
            (struct CMUnitTest){.name = peers[i].name,
                                .test_func = tells_how_it_ended,
                                .initial_state = (void *)(uintptr_t)&peers[i]};
    }
    return cmocka_run_group_tests_name("tls bad peer", tests, NULL, NULL);
}
