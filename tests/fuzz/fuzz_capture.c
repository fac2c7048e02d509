/* A server's handshake messages: parts of which the first octet is the type.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include "certmuster/evidence.h"
#include "tls/capture.h"
#include "tls/tls.h"

static void message(struct cm_span bytes, struct cm_probe *probe)
{
    struct cm_span certs[CM_MAX_CHAIN];
    struct cm_reader body;
    uint8_t type;
    unsigned sent = 0;

    cm_reader_init(&body, bytes.data, bytes.len);
    if (!cm_reader_u8(&body, &type)) {
        return;
    }
    (void)cm_capture_message(type, body, probe);
    cm_assert(cm_capture_chain(body, probe->version == CM_TLS1_3, certs,
                               CM_MAX_CHAIN, &sent) <= CM_MAX_CHAIN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cm_probe probe = {.tries = 1};
    struct cm_reader input;

    cm_reader_init(&input, data, size);
    while (input.len > 0) {
        message(fuzz_part(&input), &probe);
    }
    cm_probe_cleanup(&probe);
    return 0;
}
