/* The extensions of a hand-built hello, and the writer for all of it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tls/hello_parts.h"

#include <string.h>

#define NAME_TYPE_HOST 0     /* RFC 6066 section 3 */
#define STATUS_TYPE_OCSP 1   /* RFC 6066 section 8 */
#define POINT_UNCOMPRESSED 0 /* RFC 8422 section 5.1.2 */
#define PSK_DHE_KE 1         /* RFC 8446 section 4.2.9 */
#define X25519_LEN 32        /* RFC 7748: any 32 bytes are a public key */
#define EXTENSION_HEADER 4
#define MAX_PROTOCOL 255

void hello_put_bytes(struct hello_writer *w, const void *bytes, size_t len)
{
    if (w->failed || len > w->max - w->len) {
        w->failed = true;
        return;
    }
    if (len > 0) {
        memcpy(w->data + w->len, bytes, len);
        w->len += len;
    }
}

void hello_put(struct hello_writer *w, unsigned width, uint32_t value)
{
    uint8_t bytes[4];

    for (unsigned i = 0; i < width; i++) {
        bytes[i] = (uint8_t)(value >> 8 * (width - 1 - i));
    }
    hello_put_bytes(w, bytes, width);
}

void hello_put_list(struct hello_writer *w, const uint16_t *list, size_t num)
{
    for (size_t i = 0; i < num && !w->failed; i++) {
        hello_put(w, 2, list[i]);
    }
}

size_t hello_open(struct hello_writer *w, unsigned width)
{
    size_t at = w->len;

    hello_put(w, width, 0);
    return at;
}

void hello_close(struct hello_writer *w, size_t vector, unsigned width)
{
    size_t len;

    if (w->failed) {
        return;
    }
    len = w->len - vector - width;
    if (len >> 8 * width != 0) {
        w->failed = true;
        return;
    }
    for (unsigned i = 0; i < width; i++) {
        w->data[vector + i] = (uint8_t)(len >> 8 * (width - 1 - i));
    }
}

uint16_t hello_grease(const struct cm_hello *hello, enum grease use)
{
    unsigned draw = hello->random[use] & 15U;

    if (use == GREASE_LAST_EXTENSION &&
        draw == (hello->random[GREASE_FIRST_EXTENSION] & 15U)) {
        draw ^= 1;
    }
    return (uint16_t)(draw << 12 | draw << 4 | 0x0a0aU);
}

static size_t open_extension(struct hello_writer *w, uint16_t type)
{
    hello_put(w, 2, type);
    return hello_open(w, 2);
}

static void put_server_name(struct hello_writer *w, const char *name)
{
    size_t extension = open_extension(w, CM_EXT_SERVER_NAME);
    size_t list = hello_open(w, 2);
    size_t host;

    hello_put(w, 1, NAME_TYPE_HOST);
    host = hello_open(w, 2);
    hello_put_bytes(w, name, strlen(name));
    hello_close(w, host, 2);
    hello_close(w, list, 2);
    hello_close(w, extension, 2);
}

static void put_empty(struct hello_writer *w, uint16_t type)
{
    hello_close(w, open_extension(w, type), 2);
}

/* "renegotiated_connection" of a first handshake: empty (RFC 5746). */
static void put_renegotiation_info(struct hello_writer *w)
{
    size_t extension = open_extension(w, CM_EXT_RENEGOTIATION_INFO);

    hello_put(w, 1, 0);
    hello_close(w, extension, 2);
}

static void put_groups(struct hello_writer *w, const struct cm_hello *hello)
{
    size_t extension = open_extension(w, CM_EXT_SUPPORTED_GROUPS);
    size_t list = hello_open(w, 2);

    if (hello->grease) {
        hello_put(w, 2, hello_grease(hello, GREASE_GROUP));
    }
    hello_put_list(w, hello->groups, hello->num_groups);
    hello_close(w, list, 2);
    hello_close(w, extension, 2);
}

static void put_point_formats(struct hello_writer *w)
{
    size_t extension = open_extension(w, CM_EXT_EC_POINT_FORMATS);
    size_t list = hello_open(w, 1);

    hello_put(w, 1, POINT_UNCOMPRESSED);
    hello_close(w, list, 1);
    hello_close(w, extension, 2);
}

static void put_protocols(struct hello_writer *w, const char *const *protocols)
{
    size_t extension = open_extension(w, CM_EXT_ALPN);
    size_t list = hello_open(w, 2);

    for (size_t i = 0; protocols[i] != NULL; i++) {
        size_t len = strlen(protocols[i]);
        size_t name = hello_open(w, 1);

        w->failed = w->failed || len == 0 || len > MAX_PROTOCOL;
        hello_put_bytes(w, protocols[i], len);
        hello_close(w, name, 1);
    }
    hello_close(w, list, 2);
    hello_close(w, extension, 2);
}

static void put_status_request(struct hello_writer *w)
{
    size_t extension = open_extension(w, CM_EXT_STATUS_REQUEST);

    hello_put(w, 1, STATUS_TYPE_OCSP);
    hello_put(w, 2, 0); /* any responder */
    hello_put(w, 2, 0); /* no extensions of its own */
    hello_close(w, extension, 2);
}

static void put_scheme_list(struct hello_writer *w, uint16_t type,
                            struct cm_numbers schemes)
{
    size_t extension = open_extension(w, type);
    size_t list = hello_open(w, 2);

    hello_put_list(w, schemes.numbers, schemes.num);
    hello_close(w, list, 2);
    hello_close(w, extension, 2);
}

static void put_schemes(struct hello_writer *w, const struct cm_hello *hello)
{
    put_scheme_list(w, CM_EXT_SIGNATURE_ALGORITHMS,
                    (struct cm_numbers){hello->schemes, hello->num_schemes});
    if (hello->any_cert_scheme) {
        put_scheme_list(w, CM_EXT_SIGNATURE_ALGORITHMS_CERT,
                        cm_hello_all_schemes());
    }
}

/* Nobody will use the share, for the handshake ends with the answer: any bytes
 * but those of a point of low order, which servers refuse. */
static void put_key_share(struct hello_writer *w, const struct cm_hello *hello)
{
    size_t extension = open_extension(w, CM_EXT_KEY_SHARE);
    size_t list = hello_open(w, 2);

    if (hello->grease) {
        hello_put(w, 2, hello_grease(hello, GREASE_GROUP));
        hello_put(w, 2, 1);
        hello_put(w, 1, 0);
    }
    if (hello->share == CM_SHARE_X25519) {
        size_t key;

        hello_put(w, 2, CM_GROUP_X25519);
        key = hello_open(w, 2);
        for (size_t i = 0; i < X25519_LEN; i++) {
            hello_put(w, 1, hello->random[i] ^ hello->session_id[i] ^ 0x5cU);
        }
        hello_close(w, key, 2);
    }
    hello_close(w, list, 2);
    hello_close(w, extension, 2);
}

static uint16_t lowest_version(const struct cm_hello *hello)
{
    return hello->version < CM_TLS1_3 || hello->min_version == 0
               ? hello->version
               : hello->min_version;
}

static void put_versions(struct hello_writer *w, const struct cm_hello *hello)
{
    uint16_t lowest = lowest_version(hello);
    size_t extension = open_extension(w, CM_EXT_SUPPORTED_VERSIONS);
    size_t list = hello_open(w, 1);

    if (hello->grease) {
        hello_put(w, 2, hello_grease(hello, GREASE_VERSION));
    }
    for (uint16_t version = hello->version; version >= lowest; version--) {
        hello_put(w, 2, version);
    }
    hello_close(w, list, 1);
    hello_close(w, extension, 2);
}

static void put_tls13(struct hello_writer *w, const struct cm_hello *hello)
{
    size_t extension;

    put_key_share(w, hello);
    extension = open_extension(w, CM_EXT_PSK_KEY_EXCHANGE_MODES);
    hello_put(w, 1, 1);
    hello_put(w, 1, PSK_DHE_KE);
    hello_close(w, extension, 2);
    put_versions(w, hello);
}

/* RFC 7685. Never empty: some servers fail on a last extension without
 * content, so a few bytes more than wanted may come out. */
static void put_padding(struct hello_writer *w, size_t message, size_t wanted)
{
    static const uint8_t zeros[256];
    size_t extension;
    size_t left;

    if (message >= wanted) {
        return;
    }
    left = wanted - message;
    left = left > EXTENSION_HEADER ? left - EXTENSION_HEADER : 1;
    extension = open_extension(w, CM_EXT_PADDING);
    while (left > 0 && !w->failed) {
        size_t part = left < sizeof(zeros) ? left : sizeof(zeros);

        hello_put_bytes(w, zeros, part);
        left -= part;
    }
    hello_close(w, extension, 2);
}

/* What TLS up to 1.2 alone reads. */
static void put_older(struct hello_writer *w, const struct cm_hello *hello)
{
    if (!hello->no_ems) {
        put_empty(w, CM_EXT_EXTENDED_MASTER_SECRET);
    }
    if (!hello->no_renegotiation_info) {
        put_renegotiation_info(w);
    }
    if (hello->num_groups > 0) {
        put_point_formats(w);
    }
}

void hello_put_extensions(struct hello_writer *w, const struct cm_hello *hello,
                          size_t start)
{
    size_t list = hello_open(w, 2);
    bool tls13 = hello->version >= CM_TLS1_3;

    if (hello->grease) {
        put_empty(w, hello_grease(hello, GREASE_FIRST_EXTENSION));
    }
    if (hello->sni != NULL && hello->sni[0] != '\0') {
        put_server_name(w, hello->sni);
    }
    if (lowest_version(hello) < CM_TLS1_3) {
        put_older(w, hello);
    }
    if (hello->num_groups > 0) {
        put_groups(w, hello);
    }
    if (hello->alpn != NULL && hello->alpn[0] != NULL) {
        put_protocols(w, hello->alpn);
    }
    if (hello->status_request) {
        put_status_request(w);
    }
    if (hello->num_schemes > 0 && hello->version >= CM_TLS1_2) {
        put_schemes(w, hello); /* older clients must not (RFC 5246 7.4.1.4.1) */
    }
    if (tls13) {
        put_tls13(w, hello);
    }
    if (hello->grease) {
        size_t last =
            open_extension(w, hello_grease(hello, GREASE_LAST_EXTENSION));

        hello_put(w, 1, 0);
        hello_close(w, last, 2);
    }
    put_padding(w, w->len - start, hello->pad_to);
    if (w->len == list + 2) { /* none: then without their length */
        w->len = list;
        return;
    }
    hello_close(w, list, 2);
}
