/* TLS records inside TDS packets: a header of eight bytes around each flight
 * (MS-TDS 2.2.3.1), until the server answers with bare records.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tls/internal.h"

#define HEADER CM_TDS_HEADER
#define PRELOGIN_PACKET 0x12
#define LAST 0x01
#define MAX_PAYLOAD 4088U /* a packet of 4096 until another size is agreed */

static void write_header(uint8_t header[HEADER], size_t payload, bool last)
{
    size_t len = payload + HEADER;

    memset(header, 0, HEADER);
    header[0] = PRELOGIN_PACKET;
    header[1] = last ? LAST : 0;
    header[2] = (uint8_t)(len >> 8);
    header[3] = (uint8_t)len;
}

ssize_t cm_tds_send(int fd, const void *data, size_t len)
{
    size_t packets = (len + MAX_PAYLOAD - 1) / MAX_PAYLOAD;
    size_t total = len + packets * HEADER;
    uint8_t *wire = malloc(total);
    uint8_t *to = wire;
    ssize_t put;

    if (wire == NULL) {
        errno = ENOMEM;
        return -1;
    }
    for (size_t at = 0; at < len; at += MAX_PAYLOAD) {
        size_t payload = len - at < MAX_PAYLOAD ? len - at : MAX_PAYLOAD;

        write_header(to, payload, at + payload == len);
        memcpy(to + HEADER, (const uint8_t *)data + at, payload);
        to += HEADER + payload;
    }
    do {
        put = send(fd, wire, total, MSG_NOSIGNAL);
    } while (put < 0 && errno == EINTR);
    free(wire);
    if (put >= 0 && (size_t)put < total) {
        errno = ENOBUFS; /* a flight is small: a part of it is a failure */
        return -1;
    }
    return put < 0 ? put : (ssize_t)len;
}

/* A bare TLS record where a packet should begin: the wrapping is over. */
static bool is_bare(const struct cm_tds *tds)
{
    return tds->header[0] >= SSL3_RT_CHANGE_CIPHER_SPEC &&
           tds->header[0] <= SSL3_RT_APPLICATION_DATA;
}

size_t cm_tds_unwrap(struct cm_tds *tds, uint8_t *bytes, size_t len)
{
    size_t kept = 0;
    size_t at = 0;

    while (at < len && tds->on) {
        size_t take = len - at;

        if (tds->left > 0) {
            take = take < tds->left ? take : tds->left;
            memmove(bytes + kept, bytes + at, take);
            tds->left -= take;
            kept += take;
            at += take;
            continue;
        }
        tds->header[tds->have++] = bytes[at++];
        if (tds->have == 1 && is_bare(tds)) {
            tds->on = false;
            bytes[kept++] = tds->header[0]; /* at > kept or equal: fits */
        } else if (tds->have == HEADER) {
            size_t packet = ((size_t)tds->header[2] << 8) | tds->header[3];

            tds->left = packet > HEADER ? packet - HEADER : 0;
            tds->have = 0;
        }
    }
    memmove(bytes + kept, bytes + at, len - at);
    return kept + (len - at);
}

void cm_tls_wrap_in_tds(struct cm_tls *tls)
{
    tls->tds.on = true;
    tls->tds_out = true;
}
