/* Whole handshakes against BoringSSL's own server, in whatever pieces they
 * come, and what is recorded of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "peer.h"
#include "tls/tls.h"

static const struct good_case {
    const char *name;
    struct peer_spec spec;
    uint16_t version;
    uint16_t cipher; /* 0: any of TLS 1.3 */
    uint16_t group;
    uint16_t signature;
} good[] = {
    {"TLS 1.0",
     {.version = 0x0301, .ciphers = "ECDHE-ECDSA-AES128-SHA"},
     0x0301,
     0xc009,
     0x001d,
     0},
    {"TLS 1.1",
     {.version = 0x0302, .ciphers = "ECDHE-ECDSA-AES256-SHA"},
     0x0302,
     0xc00a,
     0x001d,
     0},
    {"TLS 1.2",
     {.version = 0x0303, .ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256"},
     0x0303,
     0xc02b,
     0x001d,
     0x0403},
    {"TLS 1.2 with P-384",
     {.version = 0x0303,
      .ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305",
      .groups = "P-384"},
     0x0303,
     0xcca9,
     0x0018,
     0x0403},
    {"TLS 1.2 with RSA",
     {.version = 0x0303, .rsa = true, .ciphers = "ECDHE-RSA-AES256-GCM-SHA384"},
     0x0303,
     0xc030,
     0x001d,
     0x0804},
    {"TLS 1.2 with plain RSA",
     {.version = 0x0303, .rsa = true, .ciphers = "AES128-SHA"},
     0x0303,
     0x002f,
     0,
     0},
    {"TLS 1.0 with 3DES",
     {.version = 0x0301, .rsa = true, .ciphers = "DES-CBC3-SHA"},
     0x0301,
     0x000a,
     0,
     0},
    {"TLS 1.3", {.version = 0x0304}, 0x0304, 0, 0x001d, 0x0403},
    {"TLS 1.3 with RSA",
     {.version = 0x0304, .rsa = true},
     0x0304,
     0,
     0x001d,
     0x0804},
    {"TLS 1.3 after a HelloRetryRequest",
     {.version = 0x0304, .groups = "P-521"},
     0x0304,
     0,
     0x0019,
     0x0403},
    {"the best of all versions", {0}, 0x0304, 0, 0x001d, 0x0403},
};
#define NUM_GOOD (sizeof(good) / sizeof(good[0]))

static void completes(void **state)
{
    const struct good_case *c = *state;
    struct session s;

    session_open(&s, &c->spec);
    assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_DONE);
    assert_int_equal(s.probe.end, CM_END_COMPLETE);
    assert_true(s.probe.server_hello);
    assert_int_equal(s.probe.version, c->version);
    if (c->cipher != 0) {
        assert_int_equal(s.probe.cipher, c->cipher);
    } else {
        assert_in_range(s.probe.cipher, 0x1301, 0x1303);
    }
    assert_int_equal(s.probe.group, c->group);
    assert_int_equal(s.probe.signature, c->signature);
    assert_int_equal(s.probe.extended_master_secret, c->version < 0x0304);
    assert_int_equal(s.probe.client_auth, CM_CLIENT_AUTH_NONE);
    assert_false(s.probe.alert_received.seen || s.probe.alert_sent.seen);
    assert_false(s.probe.bad_key_proof);
    assert_string_equal(s.probe.error, "");
    assert_string_equal(s.probe.alpn, "");
    assert_int_equal(s.probe.first_bytes[0], 22);
    assert_int_equal(s.probe.num_first_bytes, CM_FIRST_BYTES);
    session_chain_is(&s, 1);
    assert_false(cm_tls_must_linger(s.tls));
    assert_int_equal(cm_tls_handshake(s.tls), CM_IO_DONE);
    session_close(&s);
}

static void takes_one_byte_at_a_time(void **state)
{
    static const uint16_t both[] = {0x0302, 0x0303, 0x0304};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct session s;

        session_open(&s, &(struct peer_spec){.version = both[i]});
        s.peer.chunk = 1;
        assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_DONE);
        session_chain_is(&s, 1);
        session_close(&s);
    }
}

/* The server's first flight in two parts, cut after `cut` bytes. */
static size_t cut_first_flight(uint16_t version, size_t cut)
{
    struct session s;
    size_t len;

    session_open(&s, &(struct peer_spec){.version = version});
    assert_int_equal(cm_tls_handshake(s.tls), CM_IO_WANT_READ);
    s.peer.hold = true;
    peer_turn(&s.peer);
    s.peer.hold = false;
    len = s.peer.held.len;
    assert_true(len > 0);
    s.peer.chunk = cut;
    peer_turn(&s.peer);
    assert_int_equal(cm_tls_handshake(s.tls),
                     cut < len
                         ? CM_IO_WANT_READ
                         : (version < 0x0304 ? CM_IO_WANT_READ : CM_IO_DONE));
    s.peer.chunk = 0;
    peer_turn(&s.peer);
    assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_DONE);
    session_chain_is(&s, 1);
    session_close(&s);
    return len;
}

static void takes_a_flight_cut_anywhere(void **state)
{
    static const uint16_t both[] = {0x0303, 0x0304};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        size_t len = cut_first_flight(both[i], 1);

        /* Lengths differ a little with the signature. */
        for (size_t cut = 2; cut < len - 8; cut++) {
            (void)cut_first_flight(both[i], cut);
        }
    }
}

/* One input buffer serves all connections of a thread. */
static void keeps_connections_apart(void **state)
{
    enum { NUM = 5 };
    static const struct peer_spec specs[NUM] = {
        {.version = 0x0301, .extra_certs = 1, .extra_len = 20000},
        {.version = 0x0303, .extra_certs = 2, .extra_len = 9000},
        {.version = 0x0304, .extra_certs = 3, .extra_len = 7000},
        {.version = 0x0304, .flaw = PEER_GARBAGE_LEAF},
        {.version = 0x0303, .flaw = PEER_WRONG_KEY},
    };
    struct session s[NUM];
    unsigned running = NUM;
    bool done[NUM] = {false};

    (void)state;
    for (size_t i = 0; i < NUM; i++) {
        session_open(&s[i], &specs[i]);
        cm_tls_free(s[i].tls);
        s[i].tls =
            cm_tls_new(s[0].context, s[i].peer.client_fd, "", &s[i].probe);
        s[i].peer.chunk = 100 + 7 * i;
    }
    for (size_t turn = 0; running > 0; turn++) {
        size_t i = turn % NUM;
        enum cm_io io;

        assert_true(turn < 100000);
        if (done[i]) {
            continue;
        }
        io = cm_tls_handshake(s[i].tls);
        peer_turn(&s[i].peer);
        done[i] = io == CM_IO_DONE || io == CM_IO_FAILED;
        running -= done[i];
    }
    for (size_t i = NUM; i-- > 0;) { /* the first owns the context */
        session_chain_is(&s[i], specs[i].extra_certs + 1);
        assert_int_equal(s[i].probe.end, specs[i].flaw == PEER_SOUND
                                             ? CM_END_COMPLETE
                                             : CM_END_REFUSED_BY_US);
        session_close(&s[i]);
    }
}

/* A full socket: the hello has to wait, then everything goes on as usual. */
static void waits_for_room_to_write(void **state)
{
    static const char filling[4096] = {'x'};
    char bytes[sizeof(filling)];
    size_t filled = 0;
    struct session s;
    ssize_t n;

    (void)state;
    session_open(&s, &(struct peer_spec){0});
    while ((n = send(s.peer.client_fd, filling, sizeof(filling), 0)) > 0) {
        filled += (size_t)n;
    }
    assert_int_equal(cm_tls_handshake(s.tls), CM_IO_WANT_WRITE);
    assert_int_equal(cm_tls_handshake(s.tls), CM_IO_WANT_WRITE);
    assert_int_equal(s.probe.end, CM_END_NONE);
    while (filled > 0) {
        n = recv(s.peer.server_fd, bytes,
                 filled < sizeof(bytes) ? filled : sizeof(bytes), 0);
        assert_true(n > 0);
        filled -= (size_t)n;
    }
    assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_DONE);
    session_close(&s);
}

/* More than one input buffer: all that is there is read in one go. */
static void reads_a_long_flight_at_once(void **state)
{
    struct session s;

    (void)state;
    session_open(&s, &(struct peer_spec){.version = 0x0304,
                                         .extra_certs = 4,
                                         .extra_len = 12000});
    assert_int_equal(cm_tls_handshake(s.tls), CM_IO_WANT_READ);
    peer_turn(&s.peer);
    assert_int_equal(s.peer.held.len, 0);
    assert_int_equal(cm_tls_handshake(s.tls), CM_IO_DONE);
    session_close(&s);
}

static void sends_its_name_to_the_server(void **state)
{
    struct session s;

    (void)state;
    session_open(&s, &(struct peer_spec){0});
    assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_DONE);
    peer_turn(&s.peer);
    assert_string_equal(
        SSL_get_servername(s.peer.ssl, TLSEXT_NAMETYPE_host_name),
        "peer.example");
    session_close(&s);
}

static void says_good_bye(void **state)
{
    struct session s;

    (void)state;
    session_open(&s, &(struct peer_spec){0});
    assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_DONE);
    peer_turn(&s.peer);
    assert_false(SSL_get_shutdown(s.peer.ssl) & SSL_RECEIVED_SHUTDOWN);
    cm_tls_close_notify(s.tls);
    peer_turn(&s.peer);
    assert_true(SSL_get_shutdown(s.peer.ssl) & SSL_RECEIVED_SHUTDOWN);
    assert_false(s.probe.alert_sent.seen); /* no fault of anyone's */
    session_close(&s);
}

static void counts_tickets_of_tls12(void **state)
{
    struct session s;

    (void)state;
    session_open(&s, &(struct peer_spec){.version = 0x0303});
    assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_DONE);
    assert_int_equal(s.probe.num_tickets, 1);
    session_close(&s);
}

/* The server knows only a version that this context does not offer. */
static void hears_that_no_version_is_shared(void **state)
{
    static const struct cm_tls_options old = {.max_version = 0x0302};
    struct cm_tls_context *context;
    struct cm_error err;
    struct session s;

    (void)state;
    session_open(&s, &(struct peer_spec){.version = 0x0304});
    cm_tls_free(s.tls);
    assert_int_equal(cm_tls_context_new(&context, &old, &err), CM_OK);
    s.tls = cm_tls_new(context, s.peer.client_fd, "", &s.probe);
    assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_FAILED);
    assert_int_equal(s.probe.end, CM_END_ALERT_RECEIVED);
    assert_int_equal(s.probe.alert_received.description, 70);
    assert_false(s.probe.server_hello);
    session_close(&s);
    cm_tls_context_free(context);
}

/* A server of SSLv3 answers the hello with its own; ours refuses it. */
static void sees_the_version_it_cannot_speak(void **state)
{
    static const uint8_t hello[] = {22, 3, 0, 0, 42, 2, 0, 0, 38, 3, 0, 1,
                                    2,  3, 4, 5, 6,  7, 8, 9, 1,  2, 3, 4,
                                    5,  6, 7, 8, 9,  1, 2, 3, 4,  5, 6, 7,
                                    8,  9, 1, 2, 3,  4, 5, 0, 0,  5, 0};
    struct session s;

    (void)state;
    session_open(&s, &(struct peer_spec){0});
    assert_int_equal(send(s.peer.server_fd, hello, sizeof(hello), 0),
                     sizeof(hello));
    assert_int_equal(cm_tls_handshake(s.tls), CM_IO_FAILED);
    assert_int_equal(s.probe.end, CM_END_REFUSED_BY_US);
    assert_true(s.probe.server_hello);
    assert_int_equal(s.probe.version, 0x0300);
    assert_int_equal(s.probe.cipher, 0x0005);
    session_close(&s);
}

int main(void)
{
    static const struct CMUnitTest single[] = {
        cmocka_unit_test(takes_one_byte_at_a_time),
        cmocka_unit_test(takes_a_flight_cut_anywhere),
        cmocka_unit_test(keeps_connections_apart),
        cmocka_unit_test(waits_for_room_to_write),
        cmocka_unit_test(reads_a_long_flight_at_once),
        cmocka_unit_test(sends_its_name_to_the_server),
        cmocka_unit_test(says_good_bye),
        cmocka_unit_test(counts_tickets_of_tls12),
        cmocka_unit_test(hears_that_no_version_is_shared),
        cmocka_unit_test(sees_the_version_it_cannot_speak),
    };
    enum { SINGLE = sizeof(single) / sizeof(single[0]) };
    struct CMUnitTest tests[SINGLE + NUM_GOOD];
    size_t num = 0;

    for (; num < SINGLE; num++) {
        tests[num] = single[num];
    }
    for (size_t i = 0; i < NUM_GOOD; i++) {
        tests[num++] =
            (struct CMUnitTest){.name = good[i].name,
                                .test_func = completes,
                                .initial_state = (void *)(uintptr_t)&good[i]};
    }
    return cmocka_run_group_tests_name("tls handshake", tests, NULL, NULL);
}
