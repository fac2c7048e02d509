/* What the files of this module share. Private to scanner/tls.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TLS_INTERNAL_H
#define CERTMUSTER_TLS_INTERNAL_H

#include "tls/library.h"

#include <openssl/bio.h>
#include <openssl/pool.h>

#include "tls/tds.h"
#include "tls/tls.h"

/* A record of the largest size arrives in one or two reads. */
#define CM_TLS_INPUT_SIZE 16384
/* Reads in one call into the library: a server that sends faster than we look
 * at it would otherwise keep the thread, and with it all times, for itself. */
#define CM_TLS_MAX_READS 4

/* Bytes read from one connection and not yet used. It lies in the context and
 * serves each connection only while that one is driven, so that a waiting
 * connection holds no buffer. */
struct cm_tls_input {
    size_t pos;
    size_t len;
    uint8_t bytes[CM_TLS_INPUT_SIZE];
};

struct cm_tls_identity {
    CRYPTO_BUFFER *chain[CM_TLS_IDENTITY_MAX_CERTS]; /* owned references */
    size_t num_chain;
    EVP_PKEY *key; /* owned reference */
};

struct cm_tls_context {
    struct cm_libssl lib;
    SSL_CTX *ssl_ctx;
    CRYPTO_BUFFER_POOL *pool;
    BIO_METHOD *bio_method;
    struct cm_tls_input input;
};

struct cm_tls {
    struct cm_tls_context *context; /* borrowed */
    SSL *ssl;
    struct cm_probe *probe; /* borrowed */
    uint8_t *certificate;   /* the body of the Certificate message; owned */
    size_t certificate_len;

    int fd;          /* borrowed */
    int io_errno;    /* ended the connection */
    int gone_errno;  /* a write found the peer gone; reading goes on */
    uint8_t *parked; /* input left when a call returned, usually NULL; owned */
    size_t parked_len;
    struct cm_tds tds; /* reading */
    bool tds_out;      /* writing */
    bool eof;
    unsigned reads; /* of this call */
    bool drained;   /* nothing is left to read, or enough was read for now */

    bool only_hello; /* the next call reads nothing */
    bool speaks_on;  /* see cm_tls_speak_on */
    bool more;       /* what is sent now waits for what follows */
    bool completed;
    bool linger_over;
    bool linger_closed; /* the connection ended while lingering */
    bool alert_is_last; /* nothing came after alert_received */
    bool no_memory;
    unsigned long refusals; /* cm_crypto_refusals at bio_begin */
};

/* bio.c -- between SSL and the socket. */
BIO_METHOD *cm_tls_bio_method_new(void); /* NULL: no memory */
bool cm_tls_bio_attach(struct cm_tls *tls);
/* Each call into the library happens between these two. end: false when there
 * was no memory, for the library or for what is left, which tls->no_memory
 * remembers. */
void cm_tls_bio_begin(struct cm_tls *tls);
bool cm_tls_bio_end(struct cm_tls *tls);
/* The first bytes are not those of a TLS record (RFC 8446 section 5.1). Decided
 * from the bytes, because libraries differ in how they put it. */
bool cm_tls_not_tls(const struct cm_probe *probe);

/* handshake.c -- BoringSSL calls this with every whole message in clear, before
 * it looks at it itself. `arg` is the struct cm_tls. */
void cm_tls_on_message(int is_write, int version, int type, const void *data,
                       size_t len, SSL *ssl, void *arg);
/* What the server made of our answer to its CertificateRequest, if that is
 * still open: data (or a ticket) came, or the connection ended. */
void cm_tls_settle(struct cm_tls *tls, bool alive);

#endif
