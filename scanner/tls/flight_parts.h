/* What the files that read a server's flight share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TLS_FLIGHT_PARTS_H
#define CERTMUSTER_TLS_FLIGHT_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tls/flight.h"
#include "tls/server_hello.h"

#define FLIGHT_RECORD_HEADER 5
#define FLIGHT_MAX_KINDS 16

/* How the bytes are cut into messages: not yet known, records of SSLv3 and
 * later, the record of SSLv2, or neither. */
enum flight_layer { LAYER_UNKNOWN, LAYER_TLS, LAYER_SSL2, LAYER_NONE };

struct cm_flight {
    enum flight_layer layer;
    bool sslv2; /* asked in SSLv2 */
    bool done;
    bool no_memory;
    size_t total;          /* bytes fed, while they were wanted */
    struct cm_answer seen; /* without the certificates */

    /* The record under way: its header, then what is left of its payload. */
    uint8_t header[FLIGHT_RECORD_HEADER];
    size_t have;
    size_t left;
    bool any_record;
    uint8_t alert[2]; /* the alert under way */
    size_t have_alert;

    /* All handshake messages, or the record of SSLv2; the first `read` bytes
     * are done with. */
    struct cm_buf messages;
    size_t read;
    struct cm_server_hello hello;
    bool has_certs; /* the content of a Certificate message, or of SSLv2's */
    size_t certs_at;
    size_t certs_len;
    bool stapled;
    uint16_t kinds[FLIGHT_MAX_KINDS]; /* of SSLv2 */
    size_t num_kinds;
};

/* The answer is known. */
void flight_finish(struct cm_flight *flight, enum cm_answer_end end);
/* flight_message.c -- reads the messages that are complete. */
void flight_messages(struct cm_flight *flight);
/* flight_ssl2.c -- the same for the one record of SSLv2. */
void flight_ssl2(struct cm_flight *flight);

#endif
