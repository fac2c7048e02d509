/* The record layer of a server's answer (RFC 8446 section 5.1, RFC 5246 section
 * 6.2.1) and its alerts. Whatever the pieces that the network made, the result
 * is the same.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tls/flight.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tls/capture.h"
#include "tls/flight_parts.h"
#include "tls/tls.h"

#define RECORD_CHANGE_CIPHER_SPEC 20
#define RECORD_ALERT 21
#define RECORD_HANDSHAKE 22
#define RECORD_APPLICATION_DATA 23
#define VERSION_MAJOR 3
#define MAX_RECORD (16384 + 2048) /* RFC 5246 section 6.2.3 */
#define ALERT_WARNING 1
enum { /* those that may come as a warning, and the handshake goes on */
       ALERT_CLOSE_NOTIFY = 0,
       ALERT_NO_CERTIFICATE = 41, /* to CERTIFICATE_UNKNOWN: about ours */
       ALERT_CERTIFICATE_UNKNOWN = 46,
       ALERT_USER_CANCELED = 90,
       ALERT_NO_RENEGOTIATION = 100,
       ALERT_CERTIFICATE_UNOBTAINABLE = 111,
       ALERT_UNRECOGNIZED_NAME = 112,
};

struct cm_flight *cm_flight_new(bool sslv2)
{
    struct cm_flight *flight = calloc(1, sizeof(*flight));

    if (flight != NULL) {
        flight->sslv2 = sslv2;
        cm_buf_init(&flight->messages, CM_FLIGHT_MAX_BYTES);
    }
    return flight;
}

void cm_flight_free(struct cm_flight *flight)
{
    if (flight != NULL) {
        cm_buf_cleanup(&flight->messages);
        free(flight);
    }
}

void flight_finish(struct cm_flight *flight, enum cm_answer_end end)
{
    flight->done = true;
    flight->seen.end = end;
}

static void keep(struct cm_flight *flight, const uint8_t *data, size_t len)
{
    if (!cm_buf_append(&flight->messages, data, len)) {
        flight->no_memory = true; /* its cap is that of all bytes */
        flight->done = true;
    }
}

/* RFC 5246 section 7.2.2: the others are always fatal, whatever the level. */
static bool goes_on(uint8_t level, uint8_t description)
{
    return level == ALERT_WARNING &&
           ((description >= ALERT_NO_CERTIFICATE &&
             description <= ALERT_CERTIFICATE_UNKNOWN) ||
            description == ALERT_USER_CANCELED ||
            description == ALERT_NO_RENEGOTIATION ||
            description == ALERT_CERTIFICATE_UNOBTAINABLE ||
            description == ALERT_UNRECOGNIZED_NAME);
}

/* A warning does not end the answer, but is remembered; a polite end is one. */
static void take_alert(struct cm_flight *flight)
{
    uint8_t level = flight->alert[0];
    uint8_t description = flight->alert[1];

    flight->have_alert = 0;
    if (description != ALERT_CLOSE_NOTIFY || flight->seen.alert_level == 0) {
        flight->seen.alert_level = level;
        flight->seen.alert = description;
    }
    if (description == ALERT_CLOSE_NOTIFY) {
        cm_flight_ended(flight, 0, false);
    } else if (!goes_on(level, description)) {
        flight_finish(flight, CM_ANSWER_ALERT);
    }
}

static void take_alerts(struct cm_flight *flight, const uint8_t *data,
                        size_t len)
{
    for (size_t i = 0; i < len && !flight->done; i++) {
        flight->alert[flight->have_alert++] = data[i];
        if (flight->have_alert == sizeof(flight->alert)) {
            take_alert(flight);
        }
    }
}

/* Ciphertext or application data cannot come: there are no keys. */
static void open_record(struct cm_flight *flight)
{
    const uint8_t *h = flight->header;

    flight->have = 0;
    flight->any_record = true;
    flight->left = (size_t)h[3] << 8 | h[4];
    if (h[1] != VERSION_MAJOR || flight->left > MAX_RECORD ||
        (h[0] != RECORD_HANDSHAKE && h[0] != RECORD_ALERT)) {
        flight_finish(flight, CM_ANSWER_MALFORMED);
    }
}

/* As soon as the first byte or the second cannot be a record's. */
static bool is_no_record(const struct cm_flight *flight)
{
    return !flight->any_record && flight->have == 2 &&
           flight->header[1] != VERSION_MAJOR;
}

static size_t take_header(struct cm_flight *flight, uint8_t byte)
{
    flight->header[flight->have++] = byte;
    if (is_no_record(flight)) {
        flight->layer = LAYER_NONE;
        flight_finish(flight, CM_ANSWER_NOT_TLS);
    } else if (flight->have == FLIGHT_RECORD_HEADER) {
        open_record(flight);
    }
    return 1;
}

static size_t take_payload(struct cm_flight *flight, const uint8_t *data,
                           size_t len)
{
    size_t take = len < flight->left ? len : flight->left;

    flight->left -= take;
    if (flight->header[0] == RECORD_ALERT) {
        take_alerts(flight, data, take);
        return take;
    }
    keep(flight, data, take);
    if (!flight->done) {
        flight_messages(flight);
    }
    return take;
}

/* What the first byte says. A server without SSLv2 answers its hello with an
 * alert of TLS, or closes. */
static void choose_layer(struct cm_flight *flight, uint8_t first)
{
    if (flight->sslv2 && (first & 0x80) != 0) {
        flight->layer = LAYER_SSL2;
    } else if (first >= RECORD_CHANGE_CIPHER_SPEC &&
               first <= RECORD_APPLICATION_DATA) {
        flight->layer = LAYER_TLS;
    } else {
        flight->layer = LAYER_NONE;
        flight_finish(flight, CM_ANSWER_NOT_TLS);
    }
}

static void keep_first(struct cm_flight *flight, struct cm_span bytes)
{
    size_t room = CM_ANSWER_BYTES - flight->seen.num_first_bytes;
    size_t take = bytes.len < room ? bytes.len : room;

    if (take > 0) {
        memcpy(flight->seen.first_bytes + flight->seen.num_first_bytes,
               bytes.data, take);
        flight->seen.num_first_bytes =
            (uint8_t)(flight->seen.num_first_bytes + take);
    }
}

bool cm_flight_feed(struct cm_flight *flight, struct cm_span bytes)
{
    size_t at = 0;

    keep_first(flight, bytes); /* also of a banner that comes in pieces */
    if (bytes.len == 0 || flight->done) {
        return flight->done;
    }
    if (flight->layer == LAYER_UNKNOWN) {
        choose_layer(flight, bytes.data[0]);
    }
    while (at < bytes.len && !flight->done) {
        size_t room = CM_FLIGHT_MAX_BYTES - flight->total;
        size_t len = bytes.len - at < room ? bytes.len - at : room;
        size_t took = len;

        if (room == 0) {
            flight_finish(flight, CM_ANSWER_MALFORMED);
            break;
        }
        if (flight->layer == LAYER_SSL2) {
            keep(flight, bytes.data + at, len);
            flight_ssl2(flight);
        } else if (flight->left > 0) {
            took = take_payload(flight, bytes.data + at, len);
        } else {
            took = take_header(flight, bytes.data[at]);
        }
        at += took;
        flight->total += took;
    }
    return flight->done;
}

/* A warning that nothing follows was meant to be fatal. */
void cm_flight_ended(struct cm_flight *flight, int sys_errno, bool timed_out)
{
    enum cm_answer_end end = CM_ANSWER_CLOSED;

    if (flight->done) {
        return;
    }
    if (timed_out || sys_errno == ETIMEDOUT) {
        end = CM_ANSWER_SILENT;
    } else if (flight->seen.alert_level != 0 &&
               flight->seen.alert != ALERT_CLOSE_NOTIFY) {
        end = CM_ANSWER_ALERT;
    } else if (sys_errno != 0) {
        end = CM_ANSWER_RESET;
    }
    flight->seen.sys_errno = sys_errno;
    flight_finish(flight, end);
}

void cm_flight_answer(const struct cm_flight *flight, struct cm_answer *answer)
{
    struct cm_answer seen = flight->seen;

    seen.ask = answer->ask;
    seen.ms = answer->ms;
    seen.hello_bytes = answer->hello_bytes;
    seen.chain = answer->chain;
    seen.num_chain = answer->num_chain;
    *answer = seen;
}

size_t cm_flight_chain(const struct cm_flight *flight, struct cm_span *out,
                       size_t max)
{
    struct cm_reader body;
    unsigned num_sent;

    if (!flight->has_certs || max == 0) {
        return 0;
    }
    cm_reader_init(&body, flight->messages.data + flight->certs_at,
                   flight->certs_len);
    if (flight->layer == LAYER_SSL2) {
        out[0] = (struct cm_span){body.data, body.len};
        return 1;
    }
    return cm_capture_chain(body, false, out, max, &num_sent);
}

size_t cm_flight_sslv2_kinds(const struct cm_flight *flight, uint16_t *out,
                             size_t max)
{
    size_t num = flight->num_kinds < max ? flight->num_kinds : max;

    for (size_t i = 0; i < num; i++) {
        out[i] = flight->kinds[i];
    }
    return num;
}

bool cm_flight_no_memory(const struct cm_flight *flight)
{
    return flight->no_memory;
}

bool cm_flight_stapled(const struct cm_flight *flight)
{
    return flight->stapled;
}

const char *cm_flight_alpn(const struct cm_flight *flight)
{
    return flight->hello.alpn;
}
