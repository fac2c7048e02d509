/* The handshake messages of a flight: RFC 5246 section 7.4, up to where TLS 1.3
 * begins to encrypt.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tls/capture.h"
#include "tls/flight_parts.h"
#include "tls/key_exchange.h"
#include "tls/numbers.h"

#define MESSAGE_HEADER 4
#define STATUS_TYPE_OCSP 1       /* RFC 6066 section 8 */
#define STATUS_TYPE_OCSP_MULTI 2 /* RFC 6961 */

static void read_hello(struct cm_flight *flight, struct cm_reader body)
{
    struct cm_server_hello *hello = &flight->hello;
    bool sound = cm_server_hello_read(body, hello);

    if (!sound || hello->version < CM_SSL3) {
        *hello = (struct cm_server_hello){0};
        flight_finish(flight, CM_ANSWER_MALFORMED);
        return;
    }
    flight->seen.version = hello->version;
    flight->seen.cipher = hello->cipher;
    flight->seen.group = hello->group;
    flight->seen.compression = hello->compression;
    flight->seen.secure_renegotiation = hello->secure_renegotiation;
    flight->seen.extended_master_secret = hello->extended_master_secret;
    flight->seen.downgrade_sentinel = hello->downgrade_sentinel;
    if (hello->retry) {
        flight_finish(flight, CM_ANSWER_RETRY);
    } else if (hello->version >= CM_TLS1_3) {
        flight_finish(flight, CM_ANSWER_SERVER_HELLO);
    }
}

static void read_key_exchange(struct cm_flight *flight, struct cm_reader body)
{
    const struct cm_suite *suite = cm_suite_find(flight->hello.cipher);
    struct cm_key_exchange kx = {0};
    bool sound = cm_key_exchange_read(body, flight->hello.version, suite, &kx);

    flight->seen.group = kx.group;
    flight->seen.signature = kx.signature;
    flight->seen.dh_bits = kx.dh_bits;
    flight->seen.unusual_group = kx.group == CM_GROUP_EXPLICIT_PRIME ||
                                 kx.group == CM_GROUP_EXPLICIT_CHAR2;
    if (!sound) {
        flight_finish(flight, CM_ANSWER_MALFORMED);
    }
}

static bool is_staple(struct cm_reader body)
{
    uint8_t type;
    struct cm_reader response;

    return cm_reader_u8(&body, &type) &&
           (type == STATUS_TYPE_OCSP || type == STATUS_TYPE_OCSP_MULTI) &&
           cm_reader_vec24(&body, &response) && response.len > 0;
}

/* Messages that need no reading, or that nobody knows, are passed by. */
static void read_later(struct cm_flight *flight, uint8_t type,
                       struct cm_reader body)
{
    switch (type) {
    case CM_HS_SERVER_HELLO:
        flight_finish(flight, CM_ANSWER_MALFORMED);
        break;
    case CM_HS_CERTIFICATE:
        if (!flight->has_certs) {
            flight->has_certs = true;
            flight->certs_at = flight->read + MESSAGE_HEADER;
            flight->certs_len = body.len;
        }
        break;
    case CM_HS_CERTIFICATE_STATUS:
        flight->stapled = is_staple(body);
        break;
    case CM_HS_SERVER_KEY_EXCHANGE:
        read_key_exchange(flight, body);
        break;
    case CM_HS_CERTIFICATE_REQUEST:
        flight->seen.asks_for_cert = true;
        break;
    case CM_HS_SERVER_HELLO_DONE:
        flight_finish(flight, CM_ANSWER_FLIGHT);
        break;
    default:
        break;
    }
}

static void read_message(struct cm_flight *flight, uint8_t type,
                         struct cm_reader body)
{
    if (flight->hello.chosen) {
        read_later(flight, type, body);
    } else if (type == CM_HS_SERVER_HELLO) {
        read_hello(flight, body);
    } else if (type != CM_HS_HELLO_REQUEST) { /* it may come at any time */
        flight_finish(flight, CM_ANSWER_MALFORMED);
    }
}

void flight_messages(struct cm_flight *flight)
{
    while (!flight->done) {
        struct cm_reader r;
        struct cm_reader body;
        uint8_t type;
        uint32_t len;

        cm_reader_init(&r, flight->messages.data + flight->read,
                       flight->messages.len - flight->read);
        body = r;
        if (!cm_reader_u8(&body, &type) || !cm_reader_u24(&body, &len)) {
            return;
        }
        if (len > CM_FLIGHT_MAX_BYTES) {
            flight_finish(flight, CM_ANSWER_MALFORMED);
            return;
        }
        (void)cm_reader_skip(&r, 1);
        if (!cm_reader_vec24(&r, &body)) {
            return; /* the rest is still to come */
        }
        read_message(flight, type, body);
        flight->read += MESSAGE_HEADER + body.len;
    }
}
