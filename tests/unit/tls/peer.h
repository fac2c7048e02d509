/* The other end: a TLS server of BoringSSL's in the same thread, or plain bytes
 * that pretend to be one, over a socket pair.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_TLS_PEER_H
#define CERTMUSTER_TESTS_TLS_PEER_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/buf.h"
#include "tls/tls.h"

enum peer_flaw {
    PEER_SOUND,
    PEER_GARBAGE_LEAF,   /* the leaf's bytes are no certificate */
    PEER_STRANGE_KEY,    /* an algorithm that nobody knows in the leaf's key */
    PEER_WRONG_KEY,      /* another key than the leaf's signs */
    PEER_WRONG_FINISHED, /* TLS 1.3: made over another transcript */
};

/* Zero fields mean a sound server that speaks anything. */
struct peer_spec {
    uint16_t version; /* this one only */
    bool rsa;         /* an RSA certificate */
    const char *ciphers;
    const char *groups;
    enum peer_flaw flaw;
    bool ask_certificate;
    bool need_certificate;
    const char *ca_name;    /* in the request */
    uint8_t refuse_with;    /* this alert, whatever the client sends */
    uint16_t client_scheme; /* the only signature scheme that it may use */
    bool no_tickets;
    const char *staple;
    struct cm_span scts;  /* a whole list */
    unsigned extra_certs; /* of `extra_len` bytes of rubbish each */
    size_t extra_len;
};

struct peer {
    SSL_CTX *ctx;
    SSL *ssl;
    BIO *in;  /* borrowed from ssl */
    BIO *out; /* borrowed from ssl */
    EVP_PKEY *key;
    int client_fd;
    int server_fd;
    size_t chunk;        /* send at most so many bytes a turn; 0: all */
    struct cm_buf held;  /* made, and not yet sent */
    struct cm_span leaf; /* as it is sent; lent by ctx */
    uint8_t *leaf_bytes; /* the same, to be spoilt */
    enum peer_flaw flaw;
    uint8_t refuse_with;
    bool failed;
    bool hold; /* send nothing */
};

/* Two connected, non-blocking sockets; the kind that knows no RST. */
void peer_pair(int *client_fd, int *server_fd);
/* The same over TCP on the loopback interface. */
void peer_tcp_pair(int *client_fd, int *server_fd);
void peer_wait_readable(int fd);

void peer_open(struct peer *peer, const struct peer_spec *spec);
/* One turn of the server: what has come in, what it makes of it, what goes
 * out. After a failure it closes its side. */
void peer_turn(struct peer *peer);
void peer_close(struct peer *peer);

/* Drives both ends until the client is done, one way or the other. */
enum cm_io peer_handshake(struct peer *peer, struct cm_tls *tls);
enum cm_io peer_linger(struct peer *peer, struct cm_tls *tls);

/* A client under test and its server. */
struct session {
    struct cm_tls_context *context;
    struct cm_tls *tls;
    struct cm_probe probe;
    struct peer peer;
};
struct cm_tls_context *session_context(void); /* one that offers everything */
void session_open(struct session *session, const struct peer_spec *spec);
void session_close(struct session *session);
/* The client saw the server's leaf, and behind it the rubbish, in order. */
void session_chain_is(const struct session *session, size_t num);

#endif
