/* ServerHello and HelloRetryRequest: RFC 8446 section 4.1.3, RFC 5246 section
 * 7.4.1.3.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tls/server_hello.h"

#include <string.h>

#include "tls/numbers.h"

#define RANDOM_LEN 32
#define SENTINEL_LEN 8
#define MAX_EXTENSIONS 1000 /* more are taken as malformed */

/* A HelloRetryRequest is a ServerHello with this random: the SHA-256 of
 * "HelloRetryRequest" (RFC 8446 section 4.1.3). */
static const uint8_t hello_retry_random[RANDOM_LEN] = {
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
    0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
    0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

bool cm_alpn_read(struct cm_reader data, char out[CM_ALPN_SIZE])
{
    struct cm_reader list;
    struct cm_reader name;
    size_t take;

    if (!cm_reader_vec16(&data, &list) || !cm_reader_vec8(&list, &name)) {
        return false;
    }
    take = name.len < CM_ALPN_SIZE ? name.len : CM_ALPN_SIZE - 1;
    memset(out, 0, CM_ALPN_SIZE);
    if (take > 0) {
        memcpy(out, name.data, take);
    }
    return true;
}

bool cm_extensions_read(struct cm_reader list, cm_extension_fn *read, void *to)
{
    bool sound = true;
    unsigned num = 0;

    while (list.len > 0) {
        uint16_t type;
        struct cm_reader data;

        if (++num > MAX_EXTENSIONS || !cm_reader_u16(&list, &type) ||
            !cm_reader_vec16(&list, &data)) {
            return false;
        }
        sound = read(type, data, to) && sound;
    }
    return sound;
}

static bool read_extension(uint16_t type, struct cm_reader data, void *to)
{
    struct cm_server_hello *out = to;

    switch (type) {
    case CM_EXT_ALPN:
        return cm_alpn_read(data, out->alpn);
    case CM_EXT_SCT:
        out->sct_bytes = (unsigned)data.len;
        return true;
    case CM_EXT_EXTENDED_MASTER_SECRET:
        out->extended_master_secret = true;
        return true;
    case CM_EXT_RENEGOTIATION_INFO:
        out->secure_renegotiation = true;
        return true;
    case CM_EXT_SUPPORTED_VERSIONS:
        return cm_reader_u16(&data, &out->version);
    case CM_EXT_KEY_SHARE:
        return cm_reader_u16(&data, &out->group);
    default:
        return true;
    }
}

/* "DOWNGRD" and 1 (to TLS 1.2) or 0 (below). */
static bool has_sentinel(struct cm_span random)
{
    static const uint8_t sentinel[SENTINEL_LEN - 1] = {'D', 'O', 'W', 'N',
                                                       'G', 'R', 'D'};

    return memcmp(random.data + RANDOM_LEN - SENTINEL_LEN, sentinel,
                  sizeof(sentinel)) == 0 &&
           random.data[RANDOM_LEN - 1] <= 1;
}

bool cm_server_hello_read(struct cm_reader body, struct cm_server_hello *out)
{
    struct cm_span random;
    struct cm_reader session_id;
    struct cm_reader extensions;
    bool sound = true;

    *out = (struct cm_server_hello){0};
    if (!cm_reader_u16(&body, &out->version) ||
        !cm_reader_bytes(&body, RANDOM_LEN, &random) ||
        !cm_reader_vec8(&body, &session_id) ||
        !cm_reader_u16(&body, &out->cipher)) {
        return false;
    }
    out->chosen = true;
    out->retry = memcmp(random.data, hello_retry_random, RANDOM_LEN) == 0;
    if (!cm_reader_u8(&body, &out->compression)) {
        return false;
    }
    if (body.len > 0) { /* there may be no extensions field at all */
        sound = cm_reader_vec16(&body, &extensions) &&
                cm_extensions_read(extensions, read_extension, out);
    }
    out->downgrade_sentinel = out->version < CM_TLS1_3 && has_sentinel(random);
    return sound;
}
