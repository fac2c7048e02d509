/* DNS evidence without its unused room, for the names that are kept.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/resolver_parts.h"

struct cm_packed {
    uint32_t ms;
    uint16_t from_second; /* bit set */
    uint16_t cname_len;
    uint16_t detail_len;
    uint8_t result; /* enum cm_dns_result */
    uint8_t num_addresses;
    uint8_t num_cnames;
    bool second_differs;
    unsigned char bytes[]; /* addresses, alias, detail */
};

static size_t size_of_addresses(const struct cm_packed *packed)
{
    return packed->num_addresses * sizeof(struct cm_address);
}

size_t cm_dns_packed_size(const struct cm_packed *packed)
{
    return sizeof(*packed) + size_of_addresses(packed) + packed->cname_len +
           packed->detail_len;
}

struct cm_packed *cm_dns_pack(const struct cm_dns_evidence *ev)
{
    size_t addresses = ev->num_addresses * sizeof(ev->addresses[0]);
    size_t cname_len = strlen(ev->cname);
    size_t detail_len = strlen(ev->detail);
    struct cm_packed *out =
        malloc(sizeof(*out) + addresses + cname_len + detail_len);

    if (out == NULL) {
        return NULL;
    }
    *out = (struct cm_packed){.result = (uint8_t)ev->result,
                              .ms = ev->ms,
                              .num_addresses = (uint8_t)ev->num_addresses,
                              .num_cnames = (uint8_t)ev->num_cnames,
                              .second_differs = ev->second_differs,
                              .cname_len = (uint16_t)cname_len,
                              .detail_len = (uint16_t)detail_len};
    for (unsigned i = 0; i < ev->num_addresses; i++) {
        if (ev->from_second[i]) {
            out->from_second = (uint16_t)(out->from_second | 1U << i);
        }
    }
    memcpy(out->bytes, ev->addresses, addresses);
    memcpy(out->bytes + addresses, ev->cname, cname_len);
    memcpy(out->bytes + addresses + cname_len, ev->detail, detail_len);
    return out;
}

void cm_dns_unpack(struct cm_dns_evidence *out, const struct cm_packed *from)
{
    size_t addresses;

    memset(out, 0, sizeof(*out));
    if (from == NULL) {
        out->result = CM_DNS_FAILED;
        snprintf(out->detail, sizeof(out->detail), "no memory");
        return;
    }
    addresses = size_of_addresses(from);
    out->result = (enum cm_dns_result)from->result;
    out->ms = from->ms;
    out->num_addresses = from->num_addresses;
    out->num_cnames = from->num_cnames;
    out->second_differs = from->second_differs;
    for (unsigned i = 0; i < out->num_addresses; i++) {
        out->from_second[i] = (from->from_second >> i & 1U) != 0;
    }
    memcpy(out->addresses, from->bytes, addresses);
    memcpy(out->cname, from->bytes + addresses, from->cname_len);
    memcpy(out->detail, from->bytes + addresses + from->cname_len,
           from->detail_len);
}
