/* Our own certificate: sent when it is asked for, taken or refused; and what is
 * said after the handshake.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/bytestring.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#include "peer.h"
#include "support/forge.h"
#include "tls/tls.h"

static struct cm_tls_identity *identity;
static struct cm_cert *leaf;
static struct cm_cert *issuer;

static EVP_PKEY *key_of(const char *pem)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

    BIO_free(bio);
    assert_non_null(key);
    return key;
}

static int make(void **state)
{
    struct forge_key *own = forge_key(FORGE_P256, 81);
    EVP_PKEY *key = key_of(forge_key_pem(own));
    struct cm_span chain[2];

    (void)state;
    issuer = forge_cert(&(struct forge_spec){
        .subject = "CA", .ca = true, .key = forge_key(FORGE_P256, 80)});
    leaf =
        forge_cert(&(struct forge_spec){.subject = "Client",
                                        .issuer_cert = issuer,
                                        .issuer_key = forge_key(FORGE_P256, 80),
                                        .key = own});
    chain[0] = leaf->der;
    chain[1] = issuer->der;
    identity = cm_tls_identity_new(chain, 2, key);
    EVP_PKEY_free(key);
    assert_non_null(identity);
    return 0;
}

static int leave(void **state)
{
    (void)state;
    cm_tls_identity_free(identity);
    cm_tls_identity_free(NULL);
    cm_cert_unref(leaf);
    cm_cert_unref(issuer);
    forge_cleanup();
    return 0;
}

static void open_with_ours(struct session *s, const struct peer_spec *spec)
{
    session_open(s, spec);
    assert_true(cm_tls_present(s->tls, identity));
}

/* What the server got is our chain, as given. */
static void assert_sent(const struct session *s)
{
    const STACK_OF(CRYPTO_BUFFER) *got =
        SSL_get0_peer_certificates(s->peer.ssl);
    const CRYPTO_BUFFER *first;

    assert_non_null(got);
    assert_int_equal(sk_CRYPTO_BUFFER_num(got), 2);
    first = sk_CRYPTO_BUFFER_value(got, 0);
    assert_int_equal(CRYPTO_BUFFER_len(first), leaf->der.len);
    assert_memory_equal(CRYPTO_BUFFER_data(first), leaf->der.data,
                        leaf->der.len);
}

static void it_is_sent_when_asked_for(void **state)
{
    (void)state;
    for (uint16_t version = 0x0301; version <= 0x0304; version++) {
        struct session s;

        open_with_ours(&s, &(struct peer_spec){.version = version,
                                               .need_certificate = true});
        assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_DONE);
        assert_true(s.probe.client_cert_sent);
        if (version < 0x0304) {
            assert_int_equal(s.probe.client_auth, CM_CLIENT_AUTH_ACCEPTED);
            assert_false(cm_tls_must_linger(s.tls));
        } else {
            assert_int_equal(s.probe.client_auth, CM_CLIENT_AUTH_UNDETERMINED);
            peer_turn(&s.peer);
            assert_int_equal(SSL_write(s.peer.ssl, "x", 1), 1);
            assert_int_equal(peer_linger(&s.peer, s.tls), CM_IO_DONE);
            assert_int_equal(s.probe.client_auth, CM_CLIENT_AUTH_ACCEPTED);
        }
        assert_sent(&s);
        session_close(&s);
    }
}

static void it_is_not_sent_unasked(void **state)
{
    struct session s;

    (void)state;
    open_with_ours(&s, &(struct peer_spec){.version = 0x0303});
    assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_DONE);
    assert_false(s.probe.client_cert_sent);
    assert_int_equal(s.probe.client_auth, CM_CLIENT_AUTH_NONE);
    session_close(&s);
}

static void none_is_not_taken_for_ours(void **state)
{
    struct session s;

    (void)state;
    session_open(
        &s, &(struct peer_spec){.version = 0x0303, .ask_certificate = true});
    assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_DONE);
    assert_false(s.probe.client_cert_sent);
    assert_int_equal(s.probe.client_auth, CM_CLIENT_AUTH_OPTIONAL);
    session_close(&s);
}

static void a_refusal_is_kept_with_its_alert(void **state)
{
    static const uint8_t alerts[] = {42, 43, 44, 45, 46, 48, 49};

    (void)state;
    for (size_t i = 0; i < sizeof(alerts); i++) {
        struct session s;

        open_with_ours(&s, &(struct peer_spec){.version = 0x0303,
                                               .need_certificate = true,
                                               .refuse_with = alerts[i]});
        assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_FAILED);
        assert_int_equal(s.probe.end, CM_END_ALERT_RECEIVED);
        assert_int_equal(s.probe.client_auth, CM_CLIENT_AUTH_REQUESTED);
        assert_int_equal(s.probe.alert_received.description, alerts[i]);
        assert_true(s.probe.client_cert_sent);
        session_close(&s);
        open_with_ours(&s, &(struct peer_spec){.version = 0x0304,
                                               .need_certificate = true,
                                               .refuse_with = alerts[i]});
        assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_DONE);
        assert_int_equal(peer_linger(&s.peer, s.tls), CM_IO_DONE);
        assert_int_equal(s.probe.client_auth, CM_CLIENT_AUTH_REJECTED);
        assert_int_equal(s.probe.alert_received.description, alerts[i]);
        assert_false(cm_tls_is_open(s.tls));
        session_close(&s);
    }
}

/* decrypt_error may be about the signature that goes with ours. */
static void a_bad_signature_is_a_refusal(void **state)
{
    struct session s;

    (void)state;
    open_with_ours(&s, &(struct peer_spec){.version = 0x0304,
                                           .ask_certificate = true,
                                           .refuse_with = 51});
    assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_DONE);
    assert_int_equal(peer_linger(&s.peer, s.tls), CM_IO_DONE);
    assert_int_equal(s.probe.client_auth, CM_CLIENT_AUTH_REJECTED);
    session_close(&s);
}

/* The judge tells this end by the library's word for it. */
static void a_key_that_fits_no_scheme_ends_it(void **state)
{
    (void)state;
    for (uint16_t version = 0x0303; version <= 0x0304; version++) {
        struct session s;

        open_with_ours(&s, &(struct peer_spec){.version = version,
                                               .need_certificate = true,
                                               .client_scheme = 0x0804});
        assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_FAILED);
        assert_int_equal(s.probe.end, CM_END_REFUSED_BY_US);
        assert_int_not_equal(s.probe.client_auth, CM_CLIENT_AUTH_NONE);
        assert_non_null(
            strstr(s.probe.error, "NO_COMMON_SIGNATURE_ALGORITHMS"));
        session_close(&s);
    }
}

/* --- after the handshake --- */

static const char request[] = "GET / HTTP/1.1\r\n\r\n";

static struct cm_span request_span(void)
{
    return (struct cm_span){(const uint8_t *)request, sizeof(request) - 1};
}

static void a_request_is_answered(void **state)
{
    (void)state;
    for (uint16_t version = 0x0303; version <= 0x0304; version++) {
        uint8_t bytes[64];
        struct session s;
        size_t got = 99;

        session_open(&s, &(struct peer_spec){.version = version});
        assert_false(cm_tls_is_open(s.tls));
        assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_DONE);
        assert_true(cm_tls_is_open(s.tls));
        assert_int_equal(cm_tls_read(s.tls, bytes, sizeof(bytes), &got),
                         CM_IO_WANT_READ);
        assert_int_equal(got, 0);
        assert_int_equal(cm_tls_write(s.tls, request_span()), CM_IO_DONE);
        peer_turn(&s.peer);
        assert_int_equal(SSL_write(s.peer.ssl, "fine", 4), 4);
        peer_turn(&s.peer);
        assert_int_equal(cm_tls_read(s.tls, bytes, sizeof(bytes), &got),
                         CM_IO_DONE);
        assert_int_equal(got, 4);
        assert_memory_equal(bytes, "fine", 4);
        assert_false(s.probe.cert_request_late);
        session_close(&s);
    }
}

/* A server that stayed silent says what it thinks when it is asked. */
static void an_answer_settles_what_was_open(void **state)
{
    (void)state;
    for (int ours = 0; ours <= 1; ours++) {
        uint8_t bytes[64];
        struct session s;
        size_t got;

        session_open(&s, &(struct peer_spec){.version = 0x0304,
                                             .ask_certificate = true,
                                             .no_tickets = true});
        assert_true(ours == 0 || cm_tls_present(s.tls, identity));
        assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_DONE);
        peer_turn(&s.peer);
        assert_int_equal(cm_tls_linger(s.tls), CM_IO_WANT_READ);
        assert_int_equal(cm_tls_write(s.tls, request_span()), CM_IO_DONE);
        peer_turn(&s.peer);
        assert_int_equal(SSL_write(s.peer.ssl, "fine", 4), 4);
        peer_turn(&s.peer);
        assert_int_equal(cm_tls_read(s.tls, bytes, sizeof(bytes), &got),
                         CM_IO_DONE);
        assert_int_equal(s.probe.client_auth, ours != 0
                                                  ? CM_CLIENT_AUTH_ACCEPTED
                                                  : CM_CLIENT_AUTH_OPTIONAL);
        assert_false(cm_tls_must_linger(s.tls));
        session_close(&s);
    }
}

static void an_alert_instead_of_an_answer_settles_it(void **state)
{
    uint8_t bytes[64];
    struct session s;
    size_t got;

    (void)state;
    open_with_ours(&s, &(struct peer_spec){.version = 0x0304,
                                           .ask_certificate = true,
                                           .no_tickets = true});
    assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_DONE);
    peer_turn(&s.peer);
    assert_int_equal(cm_tls_write(s.tls, request_span()), CM_IO_DONE);
    peer_turn(&s.peer);
    (void)SSL_send_fatal_alert(s.peer.ssl, 44);
    peer_turn(&s.peer);
    assert_int_equal(cm_tls_read(s.tls, bytes, sizeof(bytes), &got),
                     CM_IO_FAILED);
    assert_int_equal(s.probe.client_auth, CM_CLIENT_AUTH_REJECTED);
    assert_int_equal(s.probe.alert_received.description, 44);
    session_close(&s);
}

static void an_end_without_an_answer_is_an_end(void **state)
{
    uint8_t bytes[64];
    struct session s;
    size_t got;

    (void)state;
    session_open(&s, &(struct peer_spec){.version = 0x0303});
    assert_int_equal(peer_handshake(&s.peer, s.tls), CM_IO_DONE);
    (void)SSL_shutdown(s.peer.ssl);
    peer_turn(&s.peer);
    assert_int_equal(cm_tls_read(s.tls, bytes, sizeof(bytes), &got),
                     CM_IO_FAILED);
    assert_int_equal(s.probe.client_auth, CM_CLIENT_AUTH_NONE);
    assert_int_equal(s.probe.end, CM_END_COMPLETE);
    session_close(&s);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_sent_when_asked_for),
        cmocka_unit_test(it_is_not_sent_unasked),
        cmocka_unit_test(none_is_not_taken_for_ours),
        cmocka_unit_test(a_refusal_is_kept_with_its_alert),
        cmocka_unit_test(a_bad_signature_is_a_refusal),
        cmocka_unit_test(a_key_that_fits_no_scheme_ends_it),
        cmocka_unit_test(a_request_is_answered),
        cmocka_unit_test(an_answer_settles_what_was_open),
        cmocka_unit_test(an_alert_instead_of_an_answer_settles_it),
        cmocka_unit_test(an_end_without_an_answer_is_an_end),
    };

    return cmocka_run_group_tests_name("tls: our own certificate", tests, make,
                                       leave);
}
