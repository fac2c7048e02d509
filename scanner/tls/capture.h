/* The handshake messages a server sends, from raw bytes into evidence. Pure:
 * no TLS library, no I/O, so that it can be fuzzed alone.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TLS_CAPTURE_H
#define CERTMUSTER_TLS_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "certmuster/buf.h"
#include "certmuster/evidence.h"
#include "tls/numbers.h"

/* HandshakeType, RFC 8446 section 4 and RFC 6066 section 8. */
enum cm_handshake_type {
    CM_HS_HELLO_REQUEST = 0,
    CM_HS_SERVER_HELLO = 2,
    CM_HS_NEW_SESSION_TICKET = 4,
    CM_HS_ENCRYPTED_EXTENSIONS = 8,
    CM_HS_CERTIFICATE = 11,
    CM_HS_SERVER_KEY_EXCHANGE = 12,
    CM_HS_CERTIFICATE_REQUEST = 13,
    CM_HS_SERVER_HELLO_DONE = 14,
    CM_HS_CERTIFICATE_VERIFY = 15,
    CM_HS_FINISHED = 20,
    CM_HS_CERTIFICATE_STATUS = 22,
};

/* cm_capture_message writes into `probe` what a message of this type tells; of
 * a Certificate message that is its size and the leaf's extensions, not the
 * chain (see cm_capture_chain). Other types are ignored. False: malformed, or
 * no memory for what it carried; what was read before that is kept. */
bool cm_capture_message(uint8_t type, struct cm_reader body,
                        struct cm_probe *probe);

#endif
