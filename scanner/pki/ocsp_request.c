/* OCSP requests as RFC 5019 wants them: short, the same for everybody.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "pki/ocsp_parts.h"

/* Makes what was written from `from` on the content of an element. */
static void wrap(struct cm_buf *out, size_t from, unsigned tag)
{
    uint8_t header[4];
    size_t content = out->len - from;
    size_t len = 0;

    header[len++] = (uint8_t)tag;
    if (content >= 0x100) {
        header[len++] = 0x82;
        header[len++] = (uint8_t)(content >> 8);
    } else if (content >= 0x80) {
        header[len++] = 0x81;
    }
    header[len++] = (uint8_t)content;
    if (!cm_buf_append(out, header, len)) {
        return;
    }
    memmove(out->data + from + len, out->data + from, content);
    memcpy(out->data + from, header, len);
}

static void put(struct cm_buf *out, unsigned tag, struct cm_span content)
{
    size_t from = out->len;

    (void)cm_buf_append(out, content.data, content.len);
    wrap(out, from, tag);
}

static void put_hash(struct cm_buf *out, struct cm_span data)
{
    uint8_t hash[CM_HASH_MAX_LEN];
    struct cm_span digest = {hash, cm_hash(CM_HASH_SHA1, data, hash)};

    put(out, CM_DER_OCTET_STRING, digest);
}

/* OCSPRequest { TBSRequest { requestList { Request { CertID }}}} */
bool cm_ocsp_request(struct cm_buf *out, const struct cm_cert *cert,
                     const struct cm_cert *issuer)
{
    static const uint8_t sha1[] = {0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e,
                                   0x03, 0x02, 0x1a, 0x05, 0x00};
    struct cm_buf request;

    cm_buf_init(&request, UINT16_MAX);
    (void)cm_buf_append(&request, sha1, sizeof(sha1));
    put_hash(&request, cert->issuer);
    put_hash(&request, cm_ocsp_key_octets(issuer));
    put(&request, CM_DER_INTEGER, cert->serial);
    for (unsigned level = 0; level < 5 && !request.failed; level++) {
        wrap(&request, 0, CM_DER_SEQUENCE);
    }
    if (request.failed || !cm_buf_append(out, request.data, request.len)) {
        out->failed = true;
    }
    cm_buf_cleanup(&request);
    return !out->failed;
}
