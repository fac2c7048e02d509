/* Servers that ask for a client certificate, and what they make of none.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>

#include "peer.h"
#include "tls/tls.h"

static void accepted_without_up_to_tls12(void **state)
{
    (void)state;
    for (uint16_t version = 0x0301; version <= 0x0303; version++) {
        struct session s;

        session_open(&s, &(struct peer_spec){.version = version,
                                             .ask_certificate = true,
                                             .ca_name = "0A"});
        assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_DONE);
        assert_int_equal(s.probe.client_auth, CM_CLIENT_AUTH_OPTIONAL);
        assert_false(cm_tls_must_linger(s.tls));
        assert_int_equal(s.probe.ca_names.len, 4);
        assert_memory_equal(s.probe.ca_names.data,
                            "\0\2"
                            "0A",
                            4);
        session_close(&s);
    }
}

static void refused_without_up_to_tls12(void **state)
{
    (void)state;
    for (uint16_t version = 0x0301; version <= 0x0303; version++) {
        struct session s;

        session_open(&s, &(struct peer_spec){.version = version,
                                             .need_certificate = true});
        assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_FAILED);
        assert_int_equal(s.probe.client_auth, CM_CLIENT_AUTH_REQUESTED);
        assert_int_equal(s.probe.end, CM_END_ALERT_RECEIVED);
        assert_int_equal(s.probe.alert_received.level, 2);
        assert_true(s.probe.certificate_message);
        session_close(&s);
    }
}

/* Handshake done in TLS 1.3; the server has not yet said what it thinks. */
static void open_undetermined(struct session *s, bool need, bool tickets)
{
    session_open(s, &(struct peer_spec){.version = 0x0304,
                                        .ask_certificate = true,
                                        .need_certificate = need,
                                        .no_tickets = !tickets,
                                        .ca_name = "0A"});
    assert_int_equal(peer_handshake(&s->peer, s->tls), CM_IO_DONE);
    assert_int_equal(s->probe.end, CM_END_COMPLETE);
    assert_int_equal(s->probe.client_auth, CM_CLIENT_AUTH_UNDETERMINED);
    assert_true(cm_tls_must_linger(s->tls));
    assert_int_equal(s->probe.ca_names.len, 4);
}

static void settles(struct session *s, enum cm_client_auth want)
{
    assert_int_equal(peer_linger(&s->peer, s->tls), CM_IO_DONE);
    assert_string_equal(cm_client_auth_id(s->probe.client_auth),
                        cm_client_auth_id(want));
    assert_int_equal(s->probe.end, CM_END_COMPLETE);
    assert_false(cm_tls_must_linger(s->tls));
    assert_int_equal(cm_tls_linger(s->tls), CM_IO_DONE);
    session_close(s);
}

static void certificate_required_settles_it(void **state)
{
    struct session s;

    (void)state;
    open_undetermined(&s, true, true);
    assert_int_equal(peer_linger(&s.peer, s.tls), CM_IO_DONE);
    assert_int_equal(s.probe.alert_received.description, 116);
    assert_int_equal(s.probe.client_auth, CM_CLIENT_AUTH_REQUIRED);
    assert_int_equal(s.probe.num_tickets, 0);
    session_close(&s);
}

/* The server sends its tickets with its first data; these are held back. */
static void a_ticket_settles_it(void **state)
{
    struct session s;
    const uint8_t *record;

    (void)state;
    open_undetermined(&s, false, true);
    s.peer.hold = true;
    peer_turn(&s.peer);
    assert_int_equal(SSL_write(s.peer.ssl, "x", 1), 1);
    peer_turn(&s.peer);
    s.peer.hold = false;
    record = s.peer.held.data;
    s.peer.chunk = 5U + (size_t)(record[3] << 8 | record[4]);
    assert_true(s.peer.chunk < s.peer.held.len);
    peer_turn(&s.peer);
    assert_int_equal(cm_tls_linger(s.tls), CM_IO_DONE);
    assert_true(s.probe.num_tickets > 0);
    settles(&s, CM_CLIENT_AUTH_OPTIONAL);
}

/* A server without tickets that waits for the request. */
static void open_silent(struct session *s)
{
    open_undetermined(s, false, false);
    for (int i = 0; i < 3; i++) {
        peer_turn(&s->peer);
        assert_int_equal(cm_tls_linger(s->tls), CM_IO_WANT_READ);
    }
    assert_int_equal(s->probe.client_auth, CM_CLIENT_AUTH_UNDETERMINED);
    assert_true(cm_tls_must_linger(s->tls));
}

static void silence_leaves_it_undetermined(void **state)
{
    struct session s;

    (void)state;
    open_silent(&s);
    session_close(&s);
}

static void data_settles_it(void **state)
{
    struct session s;

    (void)state;
    open_silent(&s);
    assert_int_equal(SSL_write(s.peer.ssl, "hello", 5), 5);
    settles(&s, CM_CLIENT_AUTH_OPTIONAL);
}

static void close_notify_settles_it(void **state)
{
    struct session s;

    (void)state;
    open_silent(&s);
    (void)SSL_shutdown(s.peer.ssl);
    settles(&s, CM_CLIENT_AUTH_OPTIONAL);
}

static void a_bare_close_settles_nothing(void **state)
{
    struct session s;

    (void)state;
    open_silent(&s);
    assert_int_equal(shutdown(s.peer.server_fd, SHUT_WR), 0);
    assert_int_equal(peer_linger(&s.peer, s.tls), CM_IO_DONE);
    assert_string_not_equal(s.probe.error, "");
    settles(&s, CM_CLIENT_AUTH_UNDETERMINED);
}

static const struct alert_case {
    const char *name;
    uint8_t alert;
    enum cm_client_auth want;
} alerts[] = {
    {"bad_certificate settles it", 42, CM_CLIENT_AUTH_REQUIRED},
    {"handshake_failure settles it", 40, CM_CLIENT_AUTH_REQUIRED},
    {"access_denied settles it", 49, CM_CLIENT_AUTH_REQUIRED},
    {"certificate_required settles it", 116, CM_CLIENT_AUTH_REQUIRED},
    {"bad_record_mac settles nothing", 20, CM_CLIENT_AUTH_UNDETERMINED},
    {"decrypt_error settles nothing", 51, CM_CLIENT_AUTH_UNDETERMINED},
    {"internal_error settles nothing", 80, CM_CLIENT_AUTH_UNDETERMINED},
};
#define NUM_ALERTS (sizeof(alerts) / sizeof(alerts[0]))

static void alert_says(void **state)
{
    const struct alert_case *c = *state;
    struct session s;

    open_silent(&s);
    (void)SSL_send_fatal_alert(s.peer.ssl, c->alert);
    assert_int_equal(peer_linger(&s.peer, s.tls), CM_IO_DONE);
    assert_true(s.probe.alert_received.seen);
    assert_int_equal(s.probe.alert_received.description, c->alert);
    settles(&s, c->want);
}

/* What lies behind the server's Finished in the same read waits its turn. */
static void rubbish_behind_the_finished_settles_nothing(void **state)
{
    static const uint8_t record[] = {23, 3, 3, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8,
                                     9,  1, 2, 3, 4,  5, 6, 7, 8, 9, 1, 2};
    struct session s;

    (void)state;
    session_open(
        &s, &(struct peer_spec){.version = 0x0304, .ask_certificate = true});
    assert_int_equal(cm_tls_handshake(s.tls), CM_IO_WANT_READ);
    s.peer.hold = true;
    peer_turn(&s.peer);
    s.peer.hold = false;
    assert_true(cm_buf_append(&s.peer.held, record, sizeof(record)));
    peer_turn(&s.peer);
    assert_int_equal(cm_tls_handshake(s.tls), CM_IO_DONE);
    assert_int_equal(cm_tls_linger(s.tls), CM_IO_DONE);
    assert_int_equal(s.probe.client_auth, CM_CLIENT_AUTH_UNDETERMINED);
    assert_string_not_equal(s.probe.error, "");
    assert_int_equal(s.probe.end, CM_END_COMPLETE);
    session_close(&s);
}

int main(void)
{
    static const struct CMUnitTest single[] = {
        cmocka_unit_test(accepted_without_up_to_tls12),
        cmocka_unit_test(refused_without_up_to_tls12),
        cmocka_unit_test(certificate_required_settles_it),
        cmocka_unit_test(a_ticket_settles_it),
        cmocka_unit_test(silence_leaves_it_undetermined),
        cmocka_unit_test(data_settles_it),
        cmocka_unit_test(close_notify_settles_it),
        cmocka_unit_test(a_bare_close_settles_nothing),
        cmocka_unit_test(rubbish_behind_the_finished_settles_nothing),
    };
    enum { SINGLE = sizeof(single) / sizeof(single[0]) };
    struct CMUnitTest tests[SINGLE + NUM_ALERTS];

    for (size_t i = 0; i < SINGLE; i++) {
        tests[i] = single[i];
    }
    for (size_t i = 0; i < NUM_ALERTS; i++) {
        tests[SINGLE + i] =
            (struct CMUnitTest){.name = alerts[i].name,
                                .test_func = alert_says,
                                .initial_state = (void *)(uintptr_t)&alerts[i]};
    }
    return cmocka_run_group_tests_name("tls client auth", tests, NULL, NULL);
}
