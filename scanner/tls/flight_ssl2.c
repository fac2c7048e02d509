/* The answers of SSLv2 (draft-hickman-netscape-ssl-00): SERVER-HELLO and ERROR.
 * A server sends them in one record whose header has two bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tls/capture.h"
#include "tls/flight_parts.h"
#include "tls/numbers.h"

#define SSL2_HEADER 2
#define SSL2_ERROR 0
#define SSL2_SERVER_HELLO 4
#define SSL2_KIND_LEN 3
#define ALERT_FATAL 2

/* Its errors, as the alerts of SSLv3 that mean the same. */
static uint8_t alert_of(uint16_t error)
{
    switch (error) {
    case 2: /* NO-CERTIFICATE-ERROR */
        return 41;
    case 4: /* BAD-CERTIFICATE-ERROR */
        return 42;
    case 6: /* UNSUPPORTED-CERTIFICATE-TYPE-ERROR */
        return 43;
    default: /* NO-CIPHER-ERROR */
        return 40;
    }
}

/* Not a sign that SSLv2 is served: Java answers so, and cannot speak it. */
static void read_error(struct cm_flight *flight, struct cm_reader body)
{
    uint16_t error;

    if (!cm_reader_u16(&body, &error)) {
        flight_finish(flight, CM_ANSWER_MALFORMED);
        return;
    }
    flight->seen.alert_level = ALERT_FATAL;
    flight->seen.alert = alert_of(error);
    flight_finish(flight, CM_ANSWER_ALERT);
}

static void read_kinds(struct cm_flight *flight, struct cm_span list)
{
    for (size_t at = 0;
         at + SSL2_KIND_LEN <= list.len && flight->num_kinds < FLIGHT_MAX_KINDS;
         at += SSL2_KIND_LEN) {
        flight->kinds[flight->num_kinds++] =
            (uint16_t)(list.data[at] << 8 | list.data[at + 1]);
    }
}

static void read_hello(struct cm_flight *flight, struct cm_reader body)
{
    uint16_t version;
    uint16_t cert_len;
    uint16_t kinds_len;
    uint16_t id_len;
    struct cm_span cert;
    struct cm_span kinds;

    /* Before the version: whether a session was found, the certificate's
     * type. */
    if (!cm_reader_skip(&body, 2) || !cm_reader_u16(&body, &version) ||
        version != CM_SSL2 || !cm_reader_u16(&body, &cert_len) ||
        !cm_reader_u16(&body, &kinds_len) || !cm_reader_u16(&body, &id_len) ||
        !cm_reader_bytes(&body, cert_len, &cert) ||
        !cm_reader_bytes(&body, kinds_len, &kinds)) {
        flight_finish(flight, CM_ANSWER_MALFORMED);
        return;
    }
    read_kinds(flight, kinds);
    flight->seen.version = version;
    flight->seen.cipher = flight->num_kinds > 0 ? flight->kinds[0] : 0;
    flight->has_certs = cert.len > 0;
    flight->certs_at = (size_t)(cert.data - flight->messages.data);
    flight->certs_len = cert.len;
    flight_finish(flight, CM_ANSWER_FLIGHT);
}

void flight_ssl2(struct cm_flight *flight)
{
    struct cm_reader body;
    uint16_t header;
    uint8_t type;

    cm_reader_init(&body, flight->messages.data, flight->messages.len);
    if (flight->done || body.len <= SSL2_HEADER) {
        return;
    }
    (void)cm_reader_u16(&body, &header);
    if (body.data[0] != SSL2_SERVER_HELLO && body.data[0] != SSL2_ERROR) {
        flight->layer = LAYER_NONE;
        flight_finish(flight, CM_ANSWER_NOT_TLS);
        return;
    }
    header &= 0x7fff;
    if (body.len < header) {
        return; /* the rest is still to come */
    }
    body.len = header;
    if (!cm_reader_u8(&body, &type)) {
        flight_finish(flight, CM_ANSWER_MALFORMED);
    } else if (type == SSL2_ERROR) {
        read_error(flight, body);
    } else {
        read_hello(flight, body);
    }
}
