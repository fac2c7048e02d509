/* Who may be asked, and the words for how it went.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "net/http_parts.h"

const char *cm_http_result_id(enum cm_http_result result)
{
    static const char *const ids[CM_HTTP_RESULT_COUNT] = {
        [CM_HTTP_OK] = "ok",
        [CM_HTTP_STATUS] = "http_status",
        [CM_HTTP_BAD_URL] = "bad_url",
        [CM_HTTP_REFUSED_ADDRESS] = "refused_address",
        [CM_HTTP_NO_NAME] = "no_name",
        [CM_HTTP_NO_CONNECTION] = "no_connection",
        [CM_HTTP_TIMEOUT] = "timeout",
        [CM_HTTP_TOO_BIG] = "too_big",
        [CM_HTTP_REDIRECTS] = "redirects",
        [CM_HTTP_MALFORMED] = "malformed",
        [CM_HTTP_NO_MEMORY] = "no_memory",
    };

    return result < CM_HTTP_RESULT_COUNT ? ids[result] : "";
}

unsigned cm_http_reach(const struct cm_address *address)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    static const uint8_t nat64[12] = {0, 0x64, 0xff, 0x9b};
    static const uint8_t loopback6[16] = {[15] = 1};
    struct cm_address real = *address;
    const uint8_t *bytes = address->bytes;

    /* A connection to one of these ends at the IPv4 address in it. */
    if (address->family == 6 &&
        (memcmp(bytes, mapped, 12) == 0 || memcmp(bytes, nat64, 12) == 0)) {
        real.family = 4;
        memcpy(real.bytes, bytes + 12, 4);
    } else if (address->family == 6 && bytes[0] == 0x20 && bytes[1] == 2) {
        real.family = 4;
        memcpy(real.bytes, bytes + 2, 4);
    }
    switch (cm_address_scope(&real)) {
    case CM_SCOPE_PUBLIC:
        return 0;
    case CM_SCOPE_PRIVATE:
        return CM_HTTP_PRIVATE;
    case CM_SCOPE_SPECIAL:
        break;
    }
    bytes = real.bytes;
    if (real.family == 4) {
        if (bytes[0] == 127) {
            return CM_HTTP_LOOPBACK;
        }
        return bytes[0] == 169 && bytes[1] == 254 ? CM_HTTP_LINK_LOCAL
                                                  : CM_HTTP_SPECIAL;
    }
    if (memcmp(bytes, loopback6, 16) == 0) {
        return CM_HTTP_LOOPBACK;
    }
    return bytes[0] == 0xfe && (bytes[1] & 0xc0U) == 0x80 ? CM_HTTP_LINK_LOCAL
                                                          : CM_HTTP_SPECIAL;
}

const char *cm_http_reach_text(unsigned reach)
{
    switch (reach) {
    case CM_HTTP_PRIVATE:
        return "private";
    case CM_HTTP_LOOPBACK:
        return "loopback";
    case CM_HTTP_LINK_LOCAL:
        return "link-local";
    case CM_HTTP_SPECIAL:
        return "special-purpose";
    default:
        return "public";
    }
}
