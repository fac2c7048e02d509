/* An honest handshake, message by message, so that a way can stop or go astray
 * wherever it wants to.
 * SPDX-License-Identifier: Apache-2.0 */
#include <openssl/bytestring.h>
#include <openssl/curve25519.h>
#include <openssl/mem.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "badserver/badtls.h"

#define EXT_SUPPORTED_VERSIONS 43
#define EXT_KEY_SHARE 51
#define EXT_RENEGOTIATION_INFO 0xff01
#define ECDSA_SECP256R1_SHA256 0x0403
#define X25519_GROUP 29
#define CURVE_NAMED 3
#define MAX_SIGNATURE 80

const struct bad_hello bad_hello_13 = {.chosen = 0x0304,
                                       .cipher = 0x1301,
                                       .sentinel = 0xff,
                                       .group = X25519_GROUP};
const struct bad_hello bad_hello_12 = {.cipher = 0xc02b, .sentinel = 0xff};

/* SHA-256 of "HelloRetryRequest" (RFC 8446 section 4.1.3). */
static const uint8_t retry_random[32] = {
    0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C,
    0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB,
    0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C};

static void add_extensions(const struct bad_conn *c, const struct bad_hello *h,
                           CBB *out)
{
    CBB body;
    CBB key;

    if (h->chosen != 0) {
        CBB_add_u16(out, EXT_SUPPORTED_VERSIONS);
        CBB_add_u16_length_prefixed(out, &body);
        CBB_add_u16(&body, h->chosen);
    } else {
        CBB_add_u16(out, EXT_RENEGOTIATION_INFO);
        CBB_add_u16_length_prefixed(out, &body);
        CBB_add_u8(&body, 0);
    }
    if (h->group != 0) {
        CBB_add_u16(out, EXT_KEY_SHARE);
        CBB_add_u16_length_prefixed(out, &body);
        CBB_add_u16(&body, h->group);
        if (!h->retry) {
            CBB_add_u16_length_prefixed(&body, &key);
            CBB_add_bytes(&key, c->public_key, sizeof(c->public_key));
        }
    }
    if (h->extra != 0) {
        CBB_add_u16(out, h->extra);
        CBB_add_u16(out, 0);
    }
    CBB_flush(out); /* what is below it ends here */
}

/* RFC 8446 section 4.1.3; the last byte says to what. */
static const uint8_t downgrade[7] = {'D', 'O', 'W', 'N', 'G', 'R', 'D'};

static void add_random(const struct bad_conn *c, const struct bad_hello *h,
                       CBB *out)
{
    uint8_t random[32];

    memcpy(random, h->retry ? retry_random : c->server_random, 32);
    if (h->sentinel != 0xff) {
        memcpy(random + 24, downgrade, sizeof(downgrade));
        random[31] = h->sentinel;
    }
    CBB_add_bytes(out, random, sizeof(random));
}

/* TLS 1.3 wants the client's session id back, TLS 1.2 not. */
static void add_session_id(const struct bad_conn *c, const struct bad_hello *h,
                           CBB *out)
{
    bool back = (h->chosen != 0) != h->other_session;
    CBB id;

    CBB_add_u8_length_prefixed(out, &id);
    if (back) {
        CBB_add_bytes(&id, c->session_id, c->session_id_len);
    } else if (h->chosen != 0) {
        CBB_add_bytes(&id, c->server_random, 32);
    }
    CBB_flush(out);
}

static size_t build_hello(const struct bad_conn *c, const struct bad_hello *h,
                          uint8_t *out, size_t max)
{
    CBB all;
    CBB extensions;
    size_t len;

    if (!CBB_init_fixed(&all, out, max)) {
        abort();
    }
    CBB_add_u16(&all, h->version != 0 ? h->version : 0x0303);
    add_random(c, h, &all);
    add_session_id(c, h, &all);
    CBB_add_u16(&all, h->cipher);
    CBB_add_u8(&all, h->compression);
    CBB_add_u16_length_prefixed(&all, &extensions);
    add_extensions(c, h, &extensions);
    if (h->same_extensions) {
        add_extensions(c, h, &extensions);
    }
    if (!CBB_finish(&all, NULL, &len)) {
        abort();
    }
    return len;
}

static void begin(struct bad_conn *c)
{
    (void)RAND_bytes(c->server_random, sizeof(c->server_random));
    X25519_keypair(c->public_key, c->private_key);
    (void)SHA256_Init(&c->transcript);
    (void)SHA256_Update(&c->transcript, c->hello, c->hello_len);
}

bool bad_send_hello(struct bad_conn *c, const struct bad_hello *h)
{
    uint8_t record[5 + 4 + 512] = {BAD_HANDSHAKE, 3, 3};
    size_t len;
    size_t wire;

    begin(c);
    len = build_hello(c, h, record + 9, sizeof(record) - 9);
    if (h->record_version != 0) {
        record[1] = (uint8_t)(h->record_version >> 8);
        record[2] = (uint8_t)h->record_version;
    }
    wire = h->cut ? len - 20 : len;
    record[3] = (uint8_t)((wire + 4) >> 8);
    record[4] = (uint8_t)(wire + 4);
    record[5] = BAD_SERVER_HELLO;
    record[7] = (uint8_t)(wire >> 8);
    record[8] = (uint8_t)wire;
    (void)SHA256_Update(&c->transcript, record + 5, len + 4);
    return bad_say(c, record, 9 + wire);
}

bool bad_message(struct bad_conn *c, uint8_t type, const uint8_t *body,
                 size_t len)
{
    uint8_t chunk[BAD_RECORD_MAX] = {type, (uint8_t)(len >> 16),
                                     (uint8_t)(len >> 8), (uint8_t)len};
    size_t have = 4;

    for (;;) {
        size_t take = len < sizeof(chunk) - have ? len : sizeof(chunk) - have;

        if (take > 0) {
            memcpy(chunk + have, body, take);
        }
        (void)SHA256_Update(&c->transcript, chunk, have + take);
        if (!bad_emit(c, BAD_HANDSHAKE, chunk, have + take)) {
            return false;
        }
        body += take;
        len -= take;
        have = 0;
        if (len == 0) {
            return true;
        }
    }
}

bool bad_send_extensions(struct bad_conn *c)
{
    static const uint8_t none[2] = {0, 0};

    return bad_message(c, BAD_EXTENSIONS, none, sizeof(none));
}

bool bad_send_certificate(struct bad_conn *c, size_t times)
{
    bool is_13 = c->ours.on;
    uint8_t *body;
    size_t len;
    CBB all;
    CBB list;
    CBB cert;
    bool sent;

    if (!CBB_init(&all, 4096)) {
        abort();
    }
    if (is_13) {
        CBB_add_u8(&all, 0); /* certificate_request_context */
    }
    CBB_add_u24_length_prefixed(&all, &list);
    for (size_t i = 0; i < times * c->identity->num; i++) {
        size_t which = i % c->identity->num;

        CBB_add_u24_length_prefixed(&list, &cert);
        CBB_add_bytes(&cert, c->identity->certs[which],
                      c->identity->lens[which]);
        if (is_13) {
            CBB_add_u16(&list, 0);
        }
    }
    if (!CBB_finish(&all, &body, &len)) {
        abort();
    }
    sent = bad_message(c, BAD_CERTIFICATE, body, len);
    OPENSSL_free(body);
    return sent;
}

static size_t put_signature(uint8_t *out, const uint8_t *signature, size_t len)
{
    out[0] = ECDSA_SECP256R1_SHA256 >> 8;
    out[1] = ECDSA_SECP256R1_SHA256 & 0xff;
    out[2] = 0;
    out[3] = (uint8_t)len;
    memcpy(out + 4, signature, len);
    return 4 + len;
}

/* RFC 8446 section 4.4.3. */
bool bad_send_verify(struct bad_conn *c)
{
    static const char context[] = "TLS 1.3, server CertificateVerify";
    uint8_t text[64 + sizeof(context) + SHA256_DIGEST_LENGTH];
    uint8_t signature[MAX_SIGNATURE];
    uint8_t body[4 + MAX_SIGNATURE];
    size_t len;

    memset(text, ' ', 64);
    memcpy(text + 64, context, sizeof(context)); /* and its NUL */
    bad_hash(c, text + 64 + sizeof(context));
    len = bad_sign(c, text, sizeof(text), signature, sizeof(signature));
    len = put_signature(body, signature, len);
    return bad_message(c, BAD_VERIFY, body, len);
}

bool bad_send_finished(struct bad_conn *c)
{
    uint8_t data[32];

    bad_finished_data(c, data);
    return bad_message(c, BAD_FINISHED, data, c->tls13 ? 32 : 12);
}

/* RFC 8422 section 5.4. */
static bool send_key_exchange(struct bad_conn *c)
{
    uint8_t text[64 + 4 + 32];
    uint8_t body[4 + 32 + 4 + MAX_SIGNATURE] = {CURVE_NAMED, 0, X25519_GROUP,
                                                32};
    uint8_t signature[MAX_SIGNATURE];
    size_t len;

    memcpy(body + 4, c->public_key, 32);
    memcpy(text, c->client_random, 32);
    memcpy(text + 32, c->server_random, 32);
    memcpy(text + 64, body, 36);
    len = bad_sign(c, text, sizeof(text), signature, sizeof(signature));
    len = put_signature(body + 36, signature, len);
    return bad_message(c, BAD_KEY_EXCHANGE, body, 36 + len);
}

/* ClientKeyExchange, ChangeCipherSpec, Finished. */
static bool read_client_flight(struct bad_conn *c)
{
    uint8_t bytes[1024];
    uint8_t opened[1024];
    uint8_t type;
    size_t len;

    if (!bad_read_record(c, &type, bytes, sizeof(bytes), &len) ||
        type != BAD_HANDSHAKE || len != 4 + 1 + 32) {
        return false;
    }
    memcpy(c->share, bytes + 5, sizeof(c->share));
    (void)SHA256_Update(&c->transcript, bytes, len);
    if (!bad_read_record(c, &type, bytes, sizeof(bytes), &len) ||
        type != BAD_CCS) {
        return false;
    }
    bad_keys_tls12(c);
    if (!bad_read_record(c, &type, bytes, sizeof(bytes), &len) ||
        type != BAD_HANDSHAKE) {
        return false;
    }
    len = bad_open(c, type, bytes, len, opened, sizeof(opened));
    (void)SHA256_Update(&c->transcript, opened, len);
    return len > 0;
}

static bool finish_12(struct bad_conn *c)
{
    static const uint8_t ccs[6] = {BAD_CCS, 3, 3, 0, 1, 1};

    return send_key_exchange(c) && bad_message(c, BAD_HELLO_DONE, NULL, 0) &&
           read_client_flight(c) && bad_say(c, ccs, sizeof(ccs)) &&
           bad_send_finished(c);
}

static bool finish_13(struct bad_conn *c)
{
    if (!bad_send_verify(c) || !bad_send_finished(c)) {
        return false;
    }
    bad_keys_application(c);
    return true;
}

static bool reach_12(struct bad_conn *c, enum bad_stage stage)
{
    return bad_send_hello(c, &bad_hello_12) &&
           (stage < BAD_AT_CERTIFICATE_12 || bad_send_certificate(c, 1)) &&
           (stage < BAD_AT_FINISHED_12 || finish_12(c));
}

/* A client that does not offer TLS 1.3 hears protocol_version. */
static bool reach_13(struct bad_conn *c, enum bad_stage stage)
{
    static const uint8_t alert[7] = {BAD_ALERT, 3, 3, 0, 2, 2, 70};

    if (!c->offers_13) {
        (void)bad_say(c, alert, sizeof(alert));
        bad_half_close(c);
        return false;
    }
    if (!bad_send_hello(c, &bad_hello_13)) {
        return false;
    }
    if (stage == BAD_AT_HELLO_13) {
        return true;
    }
    bad_keys_handshake(c);
    return bad_send_extensions(c) &&
           (stage < BAD_AT_CERTIFICATE_13 || bad_send_certificate(c, 1)) &&
           (stage < BAD_AT_FINISHED_13 || finish_13(c));
}

bool bad_reach(struct bad_conn *c, enum bad_stage stage)
{
    if (stage == BAD_AT_CONNECT) {
        return true;
    }
    if (!bad_read_hello(c)) {
        return false;
    }
    if (stage == BAD_AT_HELLO) {
        return true;
    }
    if (c->is_sslv2) {
        return false;
    }
    return stage <= BAD_AT_FINISHED_12 ? reach_12(c, stage)
                                       : reach_13(c, stage);
}

void bad_complete(struct bad_conn *c)
{
    bool done = c->ours.on ? finish_13(c) : finish_12(c);

    if (done) {
        bad_drain(c);
    }
}
