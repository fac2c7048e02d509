/* See peer.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "peer.h"

#include <setjmp.h>
#include <stdarg.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/ec_key.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/nid.h>
#include <openssl/pool.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_HELD (4U << 20)
#define MAX_TURNS 100000
#define POINT_LEN 65 /* an uncompressed point of P-256 */

static void set_nonblocking(int fd)
{
    assert_int_equal(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK), 0);
}

void peer_pair(int *client_fd, int *server_fd)
{
    int fds[2];

    assert_int_equal(
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds),
        0);
    *client_fd = fds[0];
    *server_fd = fds[1];
}

void peer_tcp_pair(int *client_fd, int *server_fd)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(addr);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&addr, len), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&addr, &len), 0);
    *client_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(*client_fd >= 0);
    assert_int_equal(connect(*client_fd, (struct sockaddr *)&addr, len), 0);
    *server_fd = accept(listener, NULL, NULL);
    assert_true(*server_fd >= 0);
    assert_int_equal(close(listener), 0);
    set_nonblocking(*client_fd);
    set_nonblocking(*server_fd);
}

void peer_wait_readable(int fd)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};

    assert_int_equal(poll(&wait, 1, 10000), 1);
}

static EVP_PKEY *make_key(bool rsa)
{
    EVP_PKEY *key = EVP_PKEY_new();

    assert_non_null(key);
    if (rsa) {
        RSA *made = RSA_new();
        BIGNUM *e = BN_new();

        assert_true(BN_set_word(e, RSA_F4));
        assert_true(RSA_generate_key_ex(made, 2048, e, NULL));
        assert_true(EVP_PKEY_assign_RSA(key, made));
        BN_free(e);
    } else {
        EC_KEY *made = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);

        assert_true(EC_KEY_generate_key(made));
        assert_true(EVP_PKEY_assign_EC_KEY(key, made));
    }
    return key;
}

/* A self-signed leaf in memory that may still be changed through `*data`. */
static CRYPTO_BUFFER *make_leaf(EVP_PKEY *key, uint8_t **data, size_t *len)
{
    X509 *cert = X509_new();
    uint8_t *der = NULL;
    CRYPTO_BUFFER *buffer;
    X509_NAME *name = X509_get_subject_name(cert);
    int der_len;

    assert_true(X509_set_version(cert, X509_VERSION_3));
    assert_true(ASN1_INTEGER_set(X509_get_serialNumber(cert), 7));
    assert_true(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                           (const uint8_t *)"peer", -1, -1, 0));
    assert_true(X509_set_issuer_name(cert, name));
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(cert), -3600));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(cert), 3600));
    assert_true(X509_set_pubkey(cert, key));
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    der_len = i2d_X509(cert, &der);
    assert_true(der_len > 0);
    *len = (size_t)der_len;
    buffer = CRYPTO_BUFFER_alloc(data, *len);
    assert_non_null(buffer);
    memcpy(*data, der, *len);
    OPENSSL_free(der);
    X509_free(cert);
    return buffer;
}

static void public_point(EVP_PKEY *key, uint8_t out[POINT_LEN])
{
    const EC_KEY *ec = EVP_PKEY_get0_EC_KEY(key);

    assert_int_equal(
        EC_POINT_point2oct(EC_KEY_get0_group(ec), EC_KEY_get0_public_key(ec),
                           POINT_CONVERSION_UNCOMPRESSED, out, POINT_LEN, NULL),
        POINT_LEN);
}

/* Done to the bytes when BoringSSL's server has looked at them for the last
 * time, and before it sends them. */
static void spoil_leaf(struct peer *peer)
{
    static const uint8_t ec_public_key[] = {0x2a, 0x86, 0x48, 0xce,
                                            0x3d, 0x02, 0x01};
    uint8_t mine[POINT_LEN];
    uint8_t other[POINT_LEN];
    uint8_t *found;
    EVP_PKEY *stranger;
    uint8_t *der = peer->leaf_bytes;

    switch (peer->flaw) {
    case PEER_SOUND:
    case PEER_WRONG_FINISHED:
        break;
    case PEER_GARBAGE_LEAF:
        memset(der, 0xa5, peer->leaf.len);
        break;
    case PEER_STRANGE_KEY:
        found =
            memmem(der, peer->leaf.len, ec_public_key, sizeof(ec_public_key));
        assert_non_null(found);
        found[sizeof(ec_public_key) - 1] = 0x7f;
        break;
    case PEER_WRONG_KEY:
        stranger = make_key(false);
        public_point(peer->key, mine);
        public_point(stranger, other);
        found = memmem(der, peer->leaf.len, mine, sizeof(mine));
        assert_non_null(found);
        memcpy(found, other, sizeof(other));
        EVP_PKEY_free(stranger);
        break;
    }
}

/* The server hashes its message after this call, and has already packed it for
 * sending: what changes now, changes its transcript alone. */
static void spoil_transcript(const uint8_t *message, size_t len)
{
    uint8_t *bytes = (uint8_t *)(uintptr_t)message;

    bytes[len - 1] ^= 1;
}

/* NOLINTNEXTLINE(readability-function-size): the library's parameters */
static void on_server_message(int is_write, int version, int type,
                              const void *data, size_t len, SSL *ssl, void *arg)
{
    const uint8_t *bytes = data;
    struct peer *peer = arg;

    (void)version;
    (void)ssl;
    if (!is_write || type != SSL3_RT_HANDSHAKE || len == 0) {
        return;
    }
    if (bytes[0] == SSL3_MT_SERVER_HELLO) {
        spoil_leaf(peer);
    }
    if (bytes[0] == SSL3_MT_CERTIFICATE_VERIFY &&
        peer->flaw == PEER_WRONG_FINISHED) {
        spoil_transcript(bytes, len);
    }
}

#define MAX_CERTS 128

static void set_chain(struct peer *peer, const struct peer_spec *spec)
{
    CRYPTO_BUFFER *certs[MAX_CERTS];
    size_t num = spec->extra_certs + 1;
    uint8_t *rubbish;

    assert_true(num <= MAX_CERTS);
    peer->key = make_key(spec->rsa);
    certs[0] = make_leaf(peer->key, &peer->leaf_bytes, &peer->leaf.len);
    peer->leaf.data = peer->leaf_bytes;
    for (size_t i = 1; i < num; i++) {
        certs[i] = CRYPTO_BUFFER_alloc(&rubbish, spec->extra_len);
        assert_non_null(certs[i]);
        memset(rubbish, (int)i, spec->extra_len);
    }
    assert_true(
        SSL_CTX_set_chain_and_key(peer->ctx, certs, num, peer->key, NULL));
    for (size_t i = 0; i < num; i++) {
        CRYPTO_BUFFER_free(certs[i]);
    }
}

static enum ssl_verify_result_t accept_client(SSL *ssl, uint8_t *alert)
{
    const struct peer *peer = SSL_get_ex_data(ssl, 0);

    *alert = peer->refuse_with;
    return peer->refuse_with != 0 ? ssl_verify_invalid : ssl_verify_ok;
}

static void ask_for_certificate(SSL_CTX *ctx, const struct peer_spec *spec)
{
    int mode = SSL_VERIFY_PEER;

    if (spec->need_certificate) {
        mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    }
    SSL_CTX_set_custom_verify(ctx, mode, accept_client);
    if (spec->client_scheme != 0) {
        assert_true(
            SSL_CTX_set_verify_algorithm_prefs(ctx, &spec->client_scheme, 1));
    }
    if (spec->ca_name != NULL) {
        STACK_OF(CRYPTO_BUFFER) *names = sk_CRYPTO_BUFFER_new_null();
        CRYPTO_BUFFER *name = CRYPTO_BUFFER_new((const uint8_t *)spec->ca_name,
                                                strlen(spec->ca_name), NULL);

        assert_true(sk_CRYPTO_BUFFER_push(names, name) > 0);
        SSL_CTX_set0_client_CAs(ctx, names);
    }
}

static void set_offers(SSL_CTX *ctx, const struct peer_spec *spec)
{
    uint16_t min = spec->version != 0 ? spec->version : TLS1_VERSION;
    uint16_t max = spec->version != 0 ? spec->version : TLS1_3_VERSION;

    assert_true(SSL_CTX_set_min_proto_version(ctx, min));
    assert_true(SSL_CTX_set_max_proto_version(ctx, max));
    if (spec->ciphers != NULL) {
        assert_true(SSL_CTX_set_cipher_list(ctx, spec->ciphers));
    }
    if (spec->groups != NULL) {
        assert_true(SSL_CTX_set1_curves_list(ctx, spec->groups));
    }
    if (spec->no_tickets) {
        (void)SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
    }
    if (spec->staple != NULL) {
        assert_true(SSL_CTX_set_ocsp_response(
            ctx, (const uint8_t *)spec->staple, strlen(spec->staple)));
    }
    if (spec->scts.len > 0) {
        assert_true(SSL_CTX_set_signed_cert_timestamp_list(ctx, spec->scts.data,
                                                           spec->scts.len));
    }
}

void peer_open(struct peer *peer, const struct peer_spec *spec)
{
    memset(peer, 0, sizeof(*peer));
    cm_buf_init(&peer->held, MAX_HELD);
    peer_pair(&peer->client_fd, &peer->server_fd);
    peer->ctx = SSL_CTX_new(TLS_with_buffers_method());
    assert_non_null(peer->ctx);
    set_offers(peer->ctx, spec);
    set_chain(peer, spec);
    peer->flaw = spec->flaw;
    SSL_CTX_set_msg_callback(peer->ctx, on_server_message);
    if (spec->ask_certificate || spec->need_certificate) {
        ask_for_certificate(peer->ctx, spec);
    }
    peer->ssl = SSL_new(peer->ctx);
    assert_non_null(peer->ssl);
    peer->refuse_with = spec->refuse_with;
    assert_true(SSL_set_ex_data(peer->ssl, 0, peer));
    peer->in = BIO_new(BIO_s_mem());
    peer->out = BIO_new(BIO_s_mem());
    assert_true(BIO_set_mem_eof_return(peer->in, -1));
    SSL_set_bio(peer->ssl, peer->in, peer->out);
    SSL_set_msg_callback_arg(peer->ssl, peer);
    SSL_set_accept_state(peer->ssl);
}

static void receive(struct peer *peer)
{
    uint8_t bytes[4096];
    ssize_t got;

    while ((got = recv(peer->server_fd, bytes, sizeof(bytes), 0)) > 0) {
        assert_int_equal(BIO_write(peer->in, bytes, (int)got), got);
    }
}

static void advance(struct peer *peer)
{
    uint8_t bytes[256];
    int result = SSL_is_init_finished(peer->ssl)
                     ? SSL_read(peer->ssl, bytes, sizeof(bytes))
                     : SSL_do_handshake(peer->ssl);
    int why = SSL_get_error(peer->ssl, result);

    if (result <= 0 && why != SSL_ERROR_WANT_READ) {
        peer->failed = true;
    }
    ERR_clear_error(); /* the client's error queue is the same */
}

static void deliver(struct peer *peer)
{
    uint8_t bytes[4096];
    size_t take;
    ssize_t put;
    int got;

    while ((got = BIO_read(peer->out, bytes, sizeof(bytes))) > 0) {
        assert_true(cm_buf_append(&peer->held, bytes, (size_t)got));
    }
    if (peer->hold || peer->held.len == 0) {
        return;
    }
    take = peer->chunk != 0 && peer->chunk < peer->held.len ? peer->chunk
                                                            : peer->held.len;
    put = send(peer->server_fd, peer->held.data, take, MSG_NOSIGNAL);
    if (put > 0) { /* otherwise the client is gone, or slow */
        peer->held.len -= (size_t)put;
        memmove(peer->held.data, peer->held.data + put, peer->held.len);
    }
}

void peer_turn(struct peer *peer)
{
    receive(peer);
    if (!peer->failed) {
        advance(peer);
    }
    deliver(peer);
    if (peer->failed && peer->held.len == 0) {
        (void)shutdown(peer->server_fd, SHUT_WR);
    }
}

void peer_close(struct peer *peer)
{
    SSL_free(peer->ssl);
    SSL_CTX_free(peer->ctx);
    EVP_PKEY_free(peer->key);
    cm_buf_cleanup(&peer->held);
    assert_int_equal(close(peer->client_fd), 0);
    assert_int_equal(close(peer->server_fd), 0);
}

static enum cm_io drive(struct peer *peer, struct cm_tls *tls,
                        enum cm_io (*step)(struct cm_tls *tls))
{
    for (int turn = 0; turn < MAX_TURNS; turn++) {
        enum cm_io io = step(tls);

        if (io == CM_IO_DONE || io == CM_IO_FAILED) {
            return io;
        }
        peer_turn(peer);
    }
    fail_msg("the handshake never ends");
    return CM_IO_FAILED;
}

enum cm_io peer_handshake(struct peer *peer, struct cm_tls *tls)
{
    return drive(peer, tls, cm_tls_handshake);
}

enum cm_io peer_linger(struct peer *peer, struct cm_tls *tls)
{
    return drive(peer, tls, cm_tls_linger);
}

struct cm_tls_context *session_context(void)
{
    static const struct cm_tls_options everything;
    struct cm_tls_context *context;
    struct cm_error err;

    assert_int_equal(cm_tls_context_new(&context, &everything, &err), CM_OK);
    return context;
}

void session_open(struct session *session, const struct peer_spec *spec)
{
    memset(session, 0, sizeof(*session));
    session->context = session_context();
    peer_open(&session->peer, spec);
    session->tls = cm_tls_new(session->context, session->peer.client_fd,
                              "peer.example", &session->probe);
    assert_non_null(session->tls);
}

void session_close(struct session *session)
{
    cm_tls_free(session->tls);
    cm_probe_cleanup(&session->probe);
    peer_close(&session->peer);
    cm_tls_context_free(session->context);
}

#define MAX_CHAIN 8

void session_chain_is(const struct session *session, size_t num)
{
    struct cm_span out[MAX_CHAIN];
    unsigned num_sent;

    assert_int_equal(cm_tls_chain(session->tls, out, MAX_CHAIN, &num_sent),
                     num);
    assert_int_equal(num_sent, num);
    assert_true(session->probe.certificate_message);
    assert_true(session->probe.chain_bytes > session->peer.leaf.len);
    assert_true(cm_span_equal(out[0], session->peer.leaf));
    for (size_t i = 1; i < num; i++) {
        assert_int_equal(out[i].data[0], i);
        assert_int_equal(out[i].data[out[i].len - 1], i);
    }
}
