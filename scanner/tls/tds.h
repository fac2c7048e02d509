/* TLS records inside TDS packets, as MS-SQL before its version 8 wants the
 * handshake (MS-TDS 2.2.6.4).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TLS_TDS_H
#define CERTMUSTER_TLS_TDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What was read of a packet around the server's records. */
#define CM_TDS_HEADER 8
struct cm_tds {
    bool on;
    uint8_t header[CM_TDS_HEADER];
    size_t have; /* of the header */
    size_t left; /* of the packet */
};

/* Sends all, or fails with errno set. */
ssize_t cm_tds_send(int fd, const void *data, size_t len);
/* What is left of `bytes` without the packets' headers, in place; bare records
 * end the wrapping. */
size_t cm_tds_unwrap(struct cm_tds *tds, uint8_t *bytes, size_t len);

#endif
