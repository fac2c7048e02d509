/* What the files of the misbehaving TLS server share: one connection, and the
 * blocks of which its ways are made. A connection has a thread of its own, so
 * all of this blocks. False always means: the client is gone.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_BADTLS_H
#define CERTMUSTER_TESTS_BADTLS_H

#include <openssl/aead.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BAD_RECORD_MAX 16384U
#define BAD_MAX_CERTS 4

/* Record and message types (RFC 8446 section 5.1 and 4). */
enum {
    BAD_CCS = 20,
    BAD_ALERT = 21,
    BAD_HANDSHAKE = 22,
    BAD_DATA = 23,
    BAD_HELLO_REQUEST = 0,
    BAD_SERVER_HELLO = 2,
    BAD_TICKET = 4,
    BAD_EXTENSIONS = 8,
    BAD_CERTIFICATE = 11,
    BAD_KEY_EXCHANGE = 12,
    BAD_HELLO_DONE = 14,
    BAD_VERIFY = 15,
    BAD_FINISHED = 20,
    BAD_KEY_UPDATE = 24,
};

/* The server's certificates and key; read once. */
struct bad_identity {
    uint8_t *certs[BAD_MAX_CERTS]; /* DER */
    size_t lens[BAD_MAX_CERTS];
    size_t num;
    EVP_PKEY *key; /* P-256 */
};

/* One direction's keys. */
struct bad_keys {
    EVP_AEAD_CTX aead;
    uint8_t iv[12]; /* TLS 1.2: the first four are used */
    uint64_t num;   /* of records */
    bool on;
};

struct bad_conn {
    int fd;
    const struct bad_identity *identity;
    const char *param; /* what stands behind the way's name, or "" */

    bool tds; /* the client's bytes come in TDS packets */
    size_t tds_left;

    uint8_t hello[8192]; /* the ClientHello message */
    size_t hello_len;
    bool is_sslv2;
    bool offers_13;
    uint8_t client_random[32];
    uint8_t session_id[32];
    size_t session_id_len;
    uint8_t share[32]; /* X25519; of TLS 1.2 what comes with its key exchange */
    uint8_t server_random[32];
    uint8_t private_key[32];
    uint8_t public_key[32];
    SHA256_CTX transcript;
    uint8_t secret[32]; /* handshake secret, master secret */
    uint8_t traffic[32];
    bool tls13;
    struct bad_keys ours;
    struct bad_keys theirs; /* TLS 1.2 only */
};

/* wire.c */
bool bad_say(struct bad_conn *c, const void *bytes, size_t len);
bool bad_read(struct bad_conn *c, void *out, size_t len);
bool bad_read_record(struct bad_conn *c, uint8_t *type, uint8_t *out,
                     size_t max, size_t *len);
bool bad_read_hello(struct bad_conn *c);
/* Time goes by; is the client still there? What it sends is dropped. */
bool bad_pause(struct bad_conn *c, unsigned ms);
void bad_drain(struct bad_conn *c);      /* until the client is gone */
void bad_half_close(struct bad_conn *c); /* our FIN; then as bad_drain */
void bad_reset(struct bad_conn *c);
int bad_connect(const char *address); /* "127.0.0.1:443"; -1: it refused */

/* keys.c -- TLS 1.3 with TLS_AES_128_GCM_SHA256 and X25519 (RFC 8446 section
 * 7), TLS 1.2 with TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 (RFC 5246 section 8,
 * RFC 5288). */
void bad_keys_free(struct bad_conn *c);
void bad_keys_handshake(struct bad_conn *c);
void bad_keys_application(struct bad_conn *c);
void bad_keys_tls12(struct bad_conn *c);
void bad_finished_data(struct bad_conn *c, uint8_t out[32]);
void bad_hash(const struct bad_conn *c, uint8_t out[SHA256_DIGEST_LENGTH]);
size_t bad_sign(const struct bad_conn *c, const uint8_t *data, size_t len,
                uint8_t *out, size_t max);
/* A record as it goes over the wire: sealed as soon as there are keys. */
bool bad_emit(struct bad_conn *c, uint8_t type, const void *bytes, size_t len);
/* What the client sealed under TLS 1.2, opened into `out`; returns its length,
 * 0: it cannot be opened. */
size_t bad_open(struct bad_conn *c, uint8_t type, const uint8_t *in, size_t len,
                uint8_t *out, size_t max);

/* handshake.c -- an honest handshake, to stop in the middle of. */
enum bad_stage {
    BAD_AT_CONNECT,
    BAD_AT_HELLO,          /* the ClientHello was read */
    BAD_AT_HELLO_12,       /* ServerHello sent, in clear */
    BAD_AT_CERTIFICATE_12, /* ... and Certificate, in clear */
    BAD_AT_FINISHED_12,    /* the handshake is complete */
    BAD_AT_HELLO_13,       /* ServerHello sent, no keys used */
    BAD_AT_EXTENSIONS_13,  /* EncryptedExtensions sent */
    BAD_AT_CERTIFICATE_13, /* ... and Certificate */
    BAD_AT_FINISHED_13,    /* Finished sent, keys for data in use */
    BAD_STAGES,
};
/* How a ServerHello differs from an honest one. */
struct bad_hello {
    uint16_t record_version; /* 0: 0x0303 */
    uint16_t version;        /* legacy_version; 0: 0x0303 */
    uint16_t chosen; /* supported_versions; 0: the extension is absent */
    uint16_t cipher;
    uint8_t compression;
    uint8_t sentinel;     /* last byte of DOWNGRD; 0xff: none */
    uint16_t group;       /* of the key share; 0: absent */
    uint16_t extra;       /* an extension nobody asked for; 0: none */
    bool retry;           /* a HelloRetryRequest, which wants `group` */
    bool other_session;   /* another session id than the protocol demands */
    bool same_extensions; /* each twice */
    bool cut;             /* the message is shorter than it says */
};
extern const struct bad_hello bad_hello_13;
extern const struct bad_hello bad_hello_12;
bool bad_reach(struct bad_conn *c, enum bad_stage stage);
bool bad_send_hello(struct bad_conn *c, const struct bad_hello *hello);
/* A message of the handshake, in as many records as it takes. */
bool bad_message(struct bad_conn *c, uint8_t type, const uint8_t *body,
                 size_t len);
bool bad_send_extensions(struct bad_conn *c);
/* `times`: how often the whole chain. */
bool bad_send_certificate(struct bad_conn *c, size_t times);
bool bad_send_verify(struct bad_conn *c);
bool bad_send_finished(struct bad_conn *c);
/* What is left of the honest handshake behind the certificate; then it waits
 * for the client to go. */
void bad_complete(struct bad_conn *c);

/* What a connection is served with; `name` for the command line. */
typedef void bad_run_fn(struct bad_conn *c);
struct bad_way {
    const char *name;
    bad_run_fn *run;
};
/* NULL-named row at the end. acts.c: "ACT@STAGE"; flights.c, hellos.c,
 * starttls.c and cut.c: whole ways. */
extern const struct bad_way bad_flights[];
extern const struct bad_way bad_starttls[];
extern const struct bad_way bad_cuts[];
bad_run_fn *bad_find_act(const char *name, size_t len);
bool bad_find_stage(const char *name, enum bad_stage *stage);
const struct bad_hello *bad_find_hello(const char *name, size_t len);
void bad_run_hello(struct bad_conn *c, const struct bad_hello *hello);
/* The same bytes for ever. */
void bad_flood(struct bad_conn *c, const void *pattern, size_t len);

#endif
