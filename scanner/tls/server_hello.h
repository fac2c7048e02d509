/* The ServerHello, whoever asked for it: the TLS library or a hand-built hello.
 * Pure: bytes in, facts out.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TLS_SERVER_HELLO_H
#define CERTMUSTER_TLS_SERVER_HELLO_H

#include <stdbool.h>
#include <stdint.h>

#include "certmuster/buf.h"

#define CM_ALPN_SIZE 16 /* the longest registered name, and a NUL */

struct cm_server_hello {
    bool chosen;      /* version and cipher were read */
    bool retry;       /* a HelloRetryRequest (RFC 8446 section 4.1.4) */
    uint16_t version; /* that of supported_versions where there is one */
    uint16_t cipher;
    uint16_t group; /* of the key_share; a HelloRetryRequest wants this one */
    uint8_t compression;
    bool secure_renegotiation;
    bool extended_master_secret;
    bool downgrade_sentinel; /* RFC 8446 section 4.1.3; below TLS 1.3 */
    char alpn[CM_ALPN_SIZE];
    unsigned sct_bytes;
};

/* False: malformed; what was read before the mistake is kept. */
bool cm_server_hello_read(struct cm_reader body, struct cm_server_hello *out);

/* The content of an extensions field, one after the other. `read` says whether
 * one is sound; a mistake inside of one does not hide the others. */
typedef bool cm_extension_fn(uint16_t type, struct cm_reader data, void *to);
bool cm_extensions_read(struct cm_reader list, cm_extension_fn *read, void *to);

/* ProtocolNameList with the one name that was chosen (RFC 7301), cut to what
 * has room. */
bool cm_alpn_read(struct cm_reader data, char out[CM_ALPN_SIZE]);

#endif
