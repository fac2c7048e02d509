/* ClientHellos by hand: RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2, the
 * record layer around them, and what differs for each version.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tls/hello.h"

#include "tls/hello_parts.h"

#define RECORD_HANDSHAKE 22
#define RECORD_HEADER 5
#define CLIENT_HELLO 1
#define MESSAGE_HEADER 4
#define SSL2_CLIENT_HELLO 1
#define SSL2_NO_PADDING 0x80
#define SSL2_CHALLENGE 32
#define COMPRESSION_NULL 0
#define COMPRESSION_DEFLATE 1
#define EMPTY_RENEGOTIATION_INFO_SCSV 0x00ff
#define FALLBACK_SCSV 0x5600

/* The cipher kinds of SSLv2 (draft-hickman-netscape-ssl-00, and two more
 * that were deployed). */
static const uint32_t ssl2_kinds[] = {0x010080, 0x020080, 0x030080, 0x040080,
                                      0x050080, 0x060040, 0x0700c0, 0x080080};
#define NUM_SSL2_KINDS (sizeof(ssl2_kinds) / sizeof(ssl2_kinds[0]))

static bool is_tls13(const struct cm_hello *hello)
{
    return hello->version >= CM_TLS1_3;
}

/* What only a hello without extensions must say otherwise. */
static bool has_extensions(const struct cm_hello *hello)
{
    return !hello->no_extensions && hello->version > CM_SSL3;
}

static void put_suites(struct hello_writer *w, const struct cm_hello *hello)
{
    size_t list = hello_open(w, 2);

    if (hello->grease) {
        hello_put(w, 2, hello_grease(hello, GREASE_SUITE));
    }
    hello_put_list(w, hello->suites, hello->num_suites);
    if (!hello->no_renegotiation_info && !has_extensions(hello)) {
        hello_put(w, 2, EMPTY_RENEGOTIATION_INFO_SCSV);
    }
    if (hello->fallback_scsv) {
        hello_put(w, 2, FALLBACK_SCSV);
    }
    hello_close(w, list, 2);
}

static void put_compressions(struct hello_writer *w,
                             const struct cm_hello *hello)
{
    size_t list = hello_open(w, 1);

    if (hello->deflate) {
        hello_put(w, 1, COMPRESSION_DEFLATE);
    }
    hello_put(w, 1, COMPRESSION_NULL);
    hello_close(w, list, 1);
}

static void put_message(struct hello_writer *w, const struct cm_hello *hello)
{
    size_t start = w->len;
    size_t message;
    size_t session_id;

    hello_put(w, 1, CLIENT_HELLO);
    message = hello_open(w, 3);
    hello_put(w, 2, is_tls13(hello) ? CM_TLS1_2 : hello->version);
    hello_put_bytes(w, hello->random, sizeof(hello->random));
    session_id = hello_open(w, 1);
    if (is_tls13(hello)) {
        hello_put_bytes(w, hello->session_id, sizeof(hello->session_id));
    }
    hello_close(w, session_id, 1);
    put_suites(w, hello);
    put_compressions(w, hello);
    if (has_extensions(hello)) {
        hello_put_extensions(w, hello, start);
    }
    hello_close(w, message, 3);
}

/* A V2ClientHello's own form: a record of two bytes' header, no extensions,
 * lists counted before they come. */
static void put_ssl2(struct hello_writer *w, const struct cm_hello *hello)
{
    size_t record = hello_open(w, 2);

    hello_put(w, 1, SSL2_CLIENT_HELLO);
    hello_put(w, 2, CM_SSL2);
    hello_put(w, 2, 3 * NUM_SSL2_KINDS);
    hello_put(w, 2, 0); /* no session to resume */
    hello_put(w, 2, SSL2_CHALLENGE);
    for (size_t i = 0; i < NUM_SSL2_KINDS; i++) {
        hello_put(w, 3, ssl2_kinds[i]);
    }
    hello_put_bytes(w, hello->random, SSL2_CHALLENGE);
    hello_close(w, record, 2);
    w->data[record] |= SSL2_NO_PADDING;
}

static bool has(const uint16_t *list, size_t num, uint16_t wanted)
{
    for (size_t i = 0; i < num; i++) {
        if (list[i] == wanted) {
            return true;
        }
    }
    return false;
}

/* What no hello can say (RFC 8446 sections 4.1.2 and 4.2.8; a suite is always
 * needed), or would not say although it was asked to. */
static bool is_sound(const struct cm_hello *hello)
{
    if (hello->version == CM_SSL2) {
        return true;
    }
    if (hello->version < CM_SSL3 || hello->version > CM_TLS1_3 ||
        hello->min_version > hello->version || hello->num_suites == 0) {
        return false;
    }
    if (!has_extensions(hello)) {
        return !is_tls13(hello) && hello->pad_to == 0;
    }
    return !is_tls13(hello) ||
           (!hello->deflate &&
            (hello->share != CM_SHARE_X25519 ||
             has(hello->groups, hello->num_groups, CM_GROUP_X25519)));
}

static uint16_t record_version(const struct cm_hello *hello)
{
    if (hello->record_version != 0) {
        return hello->record_version;
    }
    return hello->version == CM_SSL3 ? CM_SSL3 : CM_TLS1_0;
}

static void append_record(struct cm_buf *out, uint16_t version,
                          const uint8_t *payload, size_t len)
{
    const uint8_t header[RECORD_HEADER] = {
        RECORD_HANDSHAKE, (uint8_t)(version >> 8), (uint8_t)version,
        (uint8_t)(len >> 8), (uint8_t)len};

    (void)cm_buf_append(out, header, sizeof(header));
    (void)cm_buf_append(out, payload, len);
}

enum cm_status cm_hello_build(const struct cm_hello *hello, struct cm_buf *out)
{
    uint8_t bytes[CM_HELLO_MAX_BYTES];
    struct hello_writer w = {.data = bytes,
                             .max = sizeof(bytes) - 2 * RECORD_HEADER};
    size_t split = hello->split_at;

    if (!is_sound(hello)) {
        return CM_EINTERNAL;
    }
    if (hello->version == CM_SSL2) {
        put_ssl2(&w, hello);
        return cm_buf_append(out, w.data, w.len) ? CM_OK : CM_ENOMEM;
    }
    put_message(&w, hello);
    if (w.failed || split >= w.len) {
        return CM_EINTERNAL;
    }
    if (split > 0) {
        append_record(out, record_version(hello), w.data, split);
    }
    append_record(out, record_version(hello), w.data + split, w.len - split);
    return out->failed ? CM_ENOMEM : CM_OK;
}
