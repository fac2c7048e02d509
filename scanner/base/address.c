/* IP addresses as text, and what kind of address each is.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/endpoint.h"

#include <arpa/inet.h>
#include <string.h>

/* Written by hand: a scan writes some for each endpoint. */
static char *put_number(char *at, unsigned number)
{
    char digits[5]; /* of 65535 */
    size_t len = 0;

    do {
        digits[len++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (len > 0) {
        *at++ = digits[--len];
    }
    return at;
}

static char *put_v4(char *at, const uint8_t bytes[4])
{
    for (int i = 0; i < 4; i++) {
        if (i > 0) {
            *at++ = '.';
        }
        at = put_number(at, bytes[i]);
    }
    return at;
}

/* At most 45 characters of an address, brackets, colon, port, NUL. */
const char *cm_address_text(const struct cm_address *address,
                            char out[CM_ADDRESS_TEXT_SIZE])
{
    bool brackets = address->family == 6 && address->port != 0;
    char *at = out;

    out[0] = '\0';
    if (address->family == 4) {
        at = put_v4(at, address->bytes);
    } else if (address->family == 6 &&
               inet_ntop(AF_INET6, address->bytes, out + (brackets ? 1 : 0),
                         INET6_ADDRSTRLEN) != NULL) {
        if (brackets) {
            *at = '[';
        }
        at += strlen(at);
        if (brackets) {
            *at++ = ']';
        }
    } else {
        out[0] = '\0';
        return out;
    }
    if (address->port != 0) {
        *at++ = ':';
        at = put_number(at, address->port);
    }
    *at = '\0';
    return out;
}

bool cm_address_parse(const char *text, struct cm_address *out)
{
    struct cm_address address = {0};
    char plain[INET6_ADDRSTRLEN];
    size_t len = strlen(text);
    bool brackets = len >= 2 && text[0] == '[' && text[len - 1] == ']';

    if (brackets) {
        text++;
        len -= 2;
    }
    if (len >= sizeof(plain)) {
        return false;
    }
    memcpy(plain, text, len);
    plain[len] = '\0';
    if (!brackets && inet_pton(AF_INET, plain, address.bytes) == 1) {
        address.family = 4;
    } else if (inet_pton(AF_INET6, plain, address.bytes) == 1) {
        address.family = 6;
    } else {
        return false;
    }
    *out = address;
    return true;
}

struct range {
    uint8_t prefix[16];
    uint8_t bits;
    enum cm_address_scope scope;
};

/* IANA's special-purpose registries (RFC 6890 and what was added since), with
 * multicast. The first match counts, so exceptions stand before the rule. */
static const struct range ranges_v4[] = {
    {{0}, 8, CM_SCOPE_SPECIAL},             /* this network, RFC 791 */
    {{10}, 8, CM_SCOPE_PRIVATE},            /* RFC 1918 */
    {{100, 64}, 10, CM_SCOPE_PRIVATE},      /* carrier NAT, RFC 6598 */
    {{127}, 8, CM_SCOPE_SPECIAL},           /* loopback, RFC 1122 */
    {{169, 254}, 16, CM_SCOPE_SPECIAL},     /* link-local, RFC 3927 */
    {{172, 16}, 12, CM_SCOPE_PRIVATE},      /* RFC 1918 */
    {{192, 0, 0, 9}, 32, CM_SCOPE_PUBLIC},  /* PCP anycast, RFC 7723 */
    {{192, 0, 0, 10}, 32, CM_SCOPE_PUBLIC}, /* TURN anycast, RFC 8155 */
    {{192, 0, 0}, 24, CM_SCOPE_SPECIAL},    /* protocols, RFC 6890 */
    {{192, 0, 2}, 24, CM_SCOPE_SPECIAL},    /* documentation, RFC 5737 */
    {{192, 88, 99}, 24, CM_SCOPE_SPECIAL},  /* 6to4 relays, RFC 7526 */
    {{192, 168}, 16, CM_SCOPE_PRIVATE},     /* RFC 1918 */
    {{198, 18}, 15, CM_SCOPE_SPECIAL},      /* benchmarks, RFC 2544 */
    {{198, 51, 100}, 24, CM_SCOPE_SPECIAL}, /* documentation, RFC 5737 */
    {{203, 0, 113}, 24, CM_SCOPE_SPECIAL},  /* documentation, RFC 5737 */
    {{224}, 4, CM_SCOPE_SPECIAL},           /* multicast, RFC 5771 */
    {{240}, 4, CM_SCOPE_SPECIAL},           /* reserved and broadcast */
};

static const struct range ranges_v6[] = {
    {{0, 0x64, 0xFF, 0x9B, 0, 1}, 48, CM_SCOPE_PRIVATE}, /* RFC 8215 */
    {{0}, 8, CM_SCOPE_SPECIAL},  /* ::, ::1, ::ffff:0:0/96, RFC 4291 */
    {{1}, 64, CM_SCOPE_SPECIAL}, /* discard, RFC 6666 */
    {{1, 0, 0, 0, 0, 0, 0, 1}, 64, CM_SCOPE_SPECIAL}, /* dummy, RFC 9780 */
    {{0x20, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
     128,
     CM_SCOPE_PUBLIC}, /* PCP anycast, RFC 7723 */
    {{0x20, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2},
     128,
     CM_SCOPE_PUBLIC}, /* TURN anycast, RFC 8155 */
    {{0x20, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3},
     128,
     CM_SCOPE_PUBLIC},                               /* SRP, RFC 9665 */
    {{0x20, 1, 0, 3}, 32, CM_SCOPE_PUBLIC},          /* AMT, RFC 7450 */
    {{0x20, 1, 0, 4, 1, 0x12}, 48, CM_SCOPE_PUBLIC}, /* AS112, RFC 7535 */
    {{0x20, 1, 0, 0x20}, 28, CM_SCOPE_PUBLIC},       /* ORCHIDv2, RFC 7343 */
    {{0x20, 1, 0, 0x30}, 28, CM_SCOPE_PUBLIC},       /* drones, RFC 9374 */
    {{0x20, 1}, 23, CM_SCOPE_SPECIAL},               /* protocols, RFC 2928 */
    {{0x20, 1, 0x0D, 0xB8}, 32, CM_SCOPE_SPECIAL},   /* RFC 3849 */
    {{0x3F, 0xFF}, 20, CM_SCOPE_SPECIAL},            /* RFC 9637 */
    {{0x5F}, 16, CM_SCOPE_SPECIAL},                  /* SRv6, RFC 9602 */
    {{0xFC}, 7, CM_SCOPE_PRIVATE},                   /* RFC 4193 */
    {{0xFE, 0x80}, 10, CM_SCOPE_SPECIAL},            /* link-local, RFC 4291 */
    {{0xFE, 0xC0}, 10, CM_SCOPE_PRIVATE},            /* site-local, RFC 3879 */
    {{0xFF}, 8, CM_SCOPE_SPECIAL},                   /* multicast, RFC 4291 */
};

static bool in_range(const uint8_t *bytes, const struct range *range)
{
    size_t whole = range->bits / 8U;
    unsigned rest = range->bits % 8U;

    return memcmp(bytes, range->prefix, whole) == 0 &&
           (rest == 0 ||
            (bytes[whole] ^ range->prefix[whole]) >> (8U - rest) == 0);
}

static enum cm_address_scope look_up(const uint8_t *bytes,
                                     const struct range *ranges, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        if (in_range(bytes, &ranges[i])) {
            return ranges[i].scope;
        }
    }
    return CM_SCOPE_PUBLIC;
}

enum cm_address_scope cm_address_scope(const struct cm_address *address)
{
    static const uint8_t nat64[12] = {0, 0x64, 0xFF, 0x9B}; /* RFC 6052 */
    const uint8_t *v4 = NULL;

    if (address->family == 4) {
        v4 = address->bytes;
    } else if (address->family != 6) {
        return CM_SCOPE_SPECIAL; /* no address at all */
    } else if (memcmp(address->bytes, nat64, sizeof(nat64)) == 0) {
        v4 = address->bytes + 12;
    } else if (address->bytes[0] == 0x20 && address->bytes[1] == 2) {
        v4 = address->bytes + 2; /* 6to4, RFC 3056 */
    }
    if (v4 != NULL) { /* where a translator or relay would lead us */
        return look_up(v4, ranges_v4, sizeof(ranges_v4) / sizeof(*ranges_v4));
    }
    return look_up(address->bytes, ranges_v6,
                   sizeof(ranges_v6) / sizeof(*ranges_v6));
}
