/* The answer section of a DNS message (RFC 1035 section 4): the addresses at
 * the end of the alias chain that starts at the question. Names are compared
 * in wire form, so that no byte in a label can pass for a dot.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "net/resolver_parts.h"

#define CLASS_IN 1U
#define TYPE_CNAME 5U
#define FLAG_RESPONSE 0x8000U
#define RCODE_MASK 0x000fU
#define POINTER 0xc0U /* RFC 1035 section 4.1.4 */
#define MAX_NAME 255U

enum rcode { /* RFC 1035 section 4.1.1 */
             RCODE_NONE = 0,
             RCODE_FORMERR = 1,
             RCODE_SERVFAIL = 2,
             RCODE_NXDOMAIN = 3,
             RCODE_NOTIMP = 4,
             RCODE_REFUSED = 5,
};

/* Length-prefixed labels in lower case, with the root's zero. */
struct wire_name {
    size_t len;
    uint8_t bytes[MAX_NAME];
};

struct record {
    struct wire_name owner;
    uint16_t type;
    uint16_t class;
    struct cm_reader data;
};

/* The message, for pointers, and where its answers are. */
struct answers {
    struct cm_span message;
    struct cm_reader first;
    unsigned count;
};

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static bool add_label(struct wire_name *name, const uint8_t *label, size_t len)
{
    if (name->len + 1 + len > MAX_NAME) {
        return false;
    }
    name->bytes[name->len++] = (uint8_t)len;
    for (size_t i = 0; i < len; i++) {
        name->bytes[name->len++] = lower(label[i]);
    }
    return true;
}

static bool is_same_name(const struct wire_name *a, const struct wire_name *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static bool name_from_host(struct wire_name *out, const char *host)
{
    out->len = 0;
    while (*host != '\0') {
        size_t len = strcspn(host, ".");

        if (len == 0 || len > 63 ||
            !add_label(out, (const uint8_t *)host, len)) {
            return false;
        }
        host += len;
        host += *host == '.' ? 1 : 0;
    }
    return add_label(out, NULL, 0);
}

/* Moves `at` to where a pointer leads. It must lead to before everything read
 * so far, which makes loops impossible. */
static bool follow_pointer(struct cm_span message, uint8_t high,
                           struct cm_reader *at, size_t *limit)
{
    uint8_t low;
    size_t target;

    if (!cm_reader_u8(at, &low)) {
        return false;
    }
    target = (size_t)(high & 0x3fU) << 8 | low;
    if (target >= *limit) {
        return false;
    }
    *limit = target;
    cm_reader_init(at, message.data + target, message.len - target);
    return true;
}

static bool read_name(struct cm_span message, struct cm_reader *r,
                      struct wire_name *out)
{
    struct cm_reader at = *r;
    size_t limit = message.len - r->len;
    bool jumped = false;
    uint8_t len;

    out->len = 0;
    do {
        struct cm_span label;

        if (!cm_reader_u8(&at, &len)) {
            return false;
        }
        if ((len & POINTER) == POINTER) {
            struct cm_reader after = at;

            if (!follow_pointer(message, len, &at, &limit)) {
                return false;
            }
            if (!jumped && cm_reader_skip(&after, 1)) {
                *r = after;
            }
            jumped = true;
            continue;
        }
        if ((len & POINTER) != 0 || !cm_reader_bytes(&at, len, &label) ||
            !add_label(out, label.data, label.len)) {
            return false;
        }
    } while (len != 0);
    if (!jumped) {
        *r = at;
    }
    return true;
}

static bool read_record(struct cm_span message, struct cm_reader *r,
                        struct record *out)
{
    uint32_t ttl;

    return read_name(message, r, &out->owner) && cm_reader_u16(r, &out->type) &&
           cm_reader_u16(r, &out->class) && cm_reader_u32(r, &ttl) &&
           cm_reader_vec16(r, &out->data);
}

/* An alias target as text; bytes that no host name has are \DDD as in RFC 1035
 * section 5.1. A text that is too long is cut. */
static void name_to_text(const struct wire_name *name, char out[CM_HOST_SIZE])
{
    struct cm_buf text;
    size_t at = 0;

    cm_buf_init(&text, (size_t)MAX_NAME * 5);
    while (at < name->len && name->bytes[at] != 0) {
        size_t end = at + 1 + name->bytes[at];

        if (at > 0) {
            cm_buf_putc(&text, '.');
        }
        for (at++; at < end; at++) {
            uint8_t c = name->bytes[at];
            bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                         c == '-' || c == '_' || c == '*';

            if (plain) {
                cm_buf_putc(&text, (char)c);
            } else {
                cm_buf_printf(&text, "\\%03u", (unsigned)c);
            }
        }
    }
    /* Not snprintf: cutting is meant. */
    memset(out, 0, CM_HOST_SIZE);
    strncat(out, cm_buf_cstr(&text), CM_HOST_SIZE - 1);
    cm_buf_cleanup(&text);
}

static bool has_address(const struct cm_dns_answer *answer,
                        const struct cm_address *address)
{
    for (unsigned i = 0; i < answer->num_addresses; i++) {
        if (memcmp(answer->addresses[i].bytes, address->bytes,
                   sizeof(address->bytes)) == 0) {
            return true;
        }
    }
    return false;
}

static bool add_address(struct cm_dns_answer *out, struct cm_reader data,
                        unsigned type)
{
    struct cm_address address = {0};
    size_t len = type == CM_DNS_A ? 4 : 16;
    struct cm_span octets;

    if (data.len != len || !cm_reader_bytes(&data, len, &octets)) {
        return false;
    }
    address.family = type == CM_DNS_A ? 4 : 6;
    memcpy(address.bytes, octets.data, len);
    if (has_address(out, &address)) {
        return true;
    }
    out->num_total++;
    if (out->num_addresses < CM_MAX_ADDRESSES) {
        out->addresses[out->num_addresses++] = address;
    }
    return true;
}

/* Collects the addresses of `name`, and its alias if it has one. False: the
 * section is malformed. */
static bool read_step(struct cm_dns_answer *out, const struct answers *from,
                      unsigned type, const struct wire_name *name,
                      struct wire_name *alias)
{
    struct cm_reader r = from->first;

    alias->len = 0;
    for (unsigned i = 0; i < from->count; i++) {
        struct record record;

        if (!read_record(from->message, &r, &record)) {
            return false;
        }
        if (record.class != CLASS_IN || !is_same_name(&record.owner, name)) {
            continue;
        }
        if (record.type == type) {
            if (!add_address(out, record.data, type)) {
                return false;
            }
        } else if (record.type == TYPE_CNAME && alias->len == 0 &&
                   !read_name(from->message, &record.data, alias)) {
            return false;
        }
    }
    return true;
}

static void read_chain(struct cm_dns_answer *out, const struct answers *from,
                       unsigned type, struct wire_name name)
{
    struct wire_name alias;

    for (;;) {
        if (!read_step(out, from, type, &name, &alias)) {
            out->result = CM_DNS_FAILED;
            out->why = "malformed answer";
            out->num_addresses = 0;
            return;
        }
        if (out->num_addresses > 0 || alias.len == 0) {
            return;
        }
        if (out->num_cnames == CM_DNS_MAX_HOPS) {
            out->result = CM_DNS_CNAME_BROKEN;
            out->why = "aliases in a loop, or more than 8";
            return;
        }
        out->num_cnames++;
        name = alias;
        name_to_text(&name, out->cname);
    }
}

static void fail(struct cm_dns_answer *out, enum cm_dns_result result,
                 const char *why)
{
    out->result = result;
    out->why = why;
}

static void judge_rcode(struct cm_dns_answer *out, unsigned rcode)
{
    switch (rcode) {
    case RCODE_NONE:
        if (out->num_addresses > 0) {
            fail(out, CM_DNS_OK, "");
        } else {
            fail(out, CM_DNS_NO_ADDRESS, "no such record");
        }
        break;
    case RCODE_NXDOMAIN:
        fail(out, CM_DNS_NXDOMAIN, "NXDOMAIN");
        out->num_addresses = 0;
        out->num_total = 0;
        break;
    case RCODE_SERVFAIL:
        fail(out, CM_DNS_SERVFAIL, "SERVFAIL");
        break;
    case RCODE_REFUSED:
        fail(out, CM_DNS_REFUSED, "REFUSED");
        break;
    case RCODE_FORMERR:
        fail(out, CM_DNS_FAILED, "FORMERR");
        break;
    case RCODE_NOTIMP:
        fail(out, CM_DNS_FAILED, "NOTIMP");
        break;
    default:
        fail(out, CM_DNS_FAILED, "an unusual response code");
        break;
    }
}

/* Reads up to the answers. */
static bool read_head(struct cm_span message, struct answers *out,
                      unsigned *rcode)
{
    struct cm_reader r;
    struct wire_name name;
    uint16_t flags;
    uint16_t questions;
    uint16_t count;

    cm_reader_init(&r, message.data, message.len);
    if (!cm_reader_skip(&r, 2) || !cm_reader_u16(&r, &flags) ||
        !cm_reader_u16(&r, &questions) || !cm_reader_u16(&r, &count) ||
        !cm_reader_skip(&r, 4) || (flags & FLAG_RESPONSE) == 0 ||
        questions != 1 || !read_name(message, &r, &name) ||
        !cm_reader_skip(&r, 4)) {
        return false;
    }
    *rcode = flags & RCODE_MASK;
    *out = (struct answers){.message = message, .first = r, .count = count};
    if (out->count > CM_DNS_MAX_RECORDS) {
        out->count = CM_DNS_MAX_RECORDS;
    }
    return true;
}

void cm_dnsmsg_read(struct cm_dns_answer *out, struct cm_span message,
                    const char *host, unsigned type)
{
    struct answers answers;
    struct wire_name name;
    unsigned rcode;

    memset(out, 0, sizeof(*out));
    if (!name_from_host(&name, host) || !read_head(message, &answers, &rcode)) {
        fail(out, CM_DNS_FAILED, "malformed answer");
        return;
    }
    if (rcode == RCODE_NONE || rcode == RCODE_NXDOMAIN) {
        read_chain(out, &answers, type, name);
    }
    if (out->result == CM_DNS_NOT_ASKED) { /* not decided by the chain */
        judge_rcode(out, rcode);
    }
}
