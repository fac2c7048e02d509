/* Reading DER: see der.h for what is demanded and what is forgiven.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/der.h"

#include <inttypes.h>
#include <limits.h>
#include <stddef.h>

#include "certmuster/text.h"

#define TAG_NUMBER_MASK 0x1fU /* all ones: the number follows, never needed */
#define LONG_FORM 0x80U
#define MAX_LENGTH_OCTETS 4U

static bool read_length(struct cm_reader *r, size_t *out)
{
    uint8_t first;
    size_t length = 0;

    if (!cm_reader_u8(r, &first)) {
        return false;
    }
    if (first < LONG_FORM) {
        *out = first;
        return true;
    }
    first &= 0x7fU;
    if (first == 0 || first > MAX_LENGTH_OCTETS) { /* 0: indefinite, BER */
        return false;
    }
    for (; first > 0; first--) {
        uint8_t octet;

        if (!cm_reader_u8(r, &octet)) {
            return false;
        }
        length = length << 8 | octet;
    }
    *out = length;
    return true;
}

bool cm_der_any(struct cm_reader *r, struct cm_der_element *out)
{
    struct cm_reader at = *r;
    struct cm_der_element found = {0};
    size_t length;

    if (!cm_reader_u8(&at, &found.tag) ||
        (found.tag & TAG_NUMBER_MASK) == TAG_NUMBER_MASK ||
        !read_length(&at, &length) ||
        !cm_reader_bytes(&at, length, &found.content)) {
        return false;
    }
    found.whole.data = r->data;
    found.whole.len = r->len - at.len;
    *r = at;
    *out = found;
    return true;
}

bool cm_der_get(struct cm_reader *r, unsigned tag, struct cm_der_element *out)
{
    return cm_der_next_is(r, tag) && cm_der_any(r, out);
}

bool cm_der_enter(struct cm_reader *r, unsigned tag, struct cm_reader *out)
{
    struct cm_der_element found;

    if (!cm_der_get(r, tag, &found)) {
        return false;
    }
    cm_reader_init(out, found.content.data, found.content.len);
    return true;
}

bool cm_der_next_is(const struct cm_reader *r, unsigned tag)
{
    return r->len > 0 && r->data[0] == tag;
}

bool cm_der_only(struct cm_span bytes, unsigned tag, struct cm_reader *out)
{
    struct cm_reader r;

    cm_reader_init(&r, bytes.data, bytes.len);
    return cm_der_enter(&r, tag, out) && r.len == 0;
}

bool cm_der_flag(struct cm_reader *r, bool *out)
{
    struct cm_reader at = *r;
    struct cm_der_element found;

    *out = false;
    if (!cm_der_next_is(r, CM_DER_BOOLEAN)) {
        return true;
    }
    if (!cm_der_any(&at, &found) || found.content.len != 1) {
        return false;
    }
    *out = found.content.data[0] != 0; /* DER wants 0xff, BER any but 0 */
    *r = at;
    return true;
}

bool cm_der_uint_of(struct cm_span content, int *out)
{
    unsigned value = 0;

    if (content.len == 0 || (content.data[0] & 0x80U) != 0) {
        return false;
    }
    for (size_t i = 0; i < content.len; i++) {
        if (value > (unsigned)INT_MAX >> 8) {
            value = INT_MAX;
            break;
        }
        value = value << 8 | content.data[i];
    }
    *out = (int)value;
    return true;
}

bool cm_der_uint(struct cm_reader *r, int *out)
{
    struct cm_reader at = *r;
    struct cm_der_element found;

    if (!cm_der_get(&at, CM_DER_INTEGER, &found) ||
        !cm_der_uint_of(found.content, out)) {
        return false;
    }
    *r = at;
    return true;
}

struct cm_span cm_der_minimal(struct cm_span integer)
{
    while (integer.len > 1 &&
           ((integer.data[0] == 0x00 && integer.data[1] < 0x80) ||
            (integer.data[0] == 0xff && integer.data[1] >= 0x80))) {
        integer.data++;
        integer.len--;
    }
    return integer;
}

unsigned cm_der_bits(struct cm_span integer)
{
    size_t i = 0;
    unsigned top = 0;

    if (integer.len == 0 || (integer.data[0] & 0x80U) != 0) {
        return 0;
    }
    while (i < integer.len && integer.data[i] == 0) {
        i++;
    }
    if (i == integer.len || integer.len - i > UINT_MAX / 8) {
        return 0;
    }
    for (unsigned octet = integer.data[i]; octet != 0; octet >>= 1) {
        top++;
    }
    return (unsigned)(integer.len - i - 1) * 8 + top;
}

bool cm_der_octets(struct cm_reader *r, struct cm_span *out)
{
    struct cm_reader at = *r;
    struct cm_der_element found;

    if (!cm_der_get(&at, CM_DER_BIT_STRING, &found) || found.content.len == 0 ||
        found.content.data[0] != 0) {
        return false;
    }
    out->data = found.content.data + 1;
    out->len = found.content.len - 1;
    *r = at;
    return true;
}

/* Reads `count` decimal digits. */
static bool read_digits(struct cm_reader *r, unsigned count, int *out)
{
    struct cm_reader at = *r;
    int value = 0;

    for (; count > 0; count--) {
        uint8_t c;

        if (!cm_reader_u8(&at, &c) || c < '0' || c > '9') {
            return false;
        }
        value = value * 10 + (c - '0');
    }
    *out = value;
    *r = at;
    return true;
}

/* [.fraction](Z|+hhmm|-hhmm), each part optional. */
static bool read_zone(struct cm_reader *r, int *offset_s)
{
    uint8_t c;
    int hours;
    int minutes;
    int digit;

    *offset_s = 0;
    if (r->len > 0 && (r->data[0] == '.' || r->data[0] == ',')) {
        (void)cm_reader_skip(r, 1);
        if (!read_digits(r, 1, &digit)) {
            return false;
        }
        while (read_digits(r, 1, &digit)) {
        }
    }
    if (!cm_reader_u8(r, &c)) {
        return true; /* no zone at all: taken as UTC */
    }
    if (c == 'Z') {
        return r->len == 0;
    }
    if ((c != '+' && c != '-') || !read_digits(r, 2, &hours) ||
        !read_digits(r, 2, &minutes) || hours > 14 || minutes > 59) {
        return false;
    }
    *offset_s = (hours * 60 + minutes) * 60 * (c == '+' ? 1 : -1);
    return r->len == 0;
}

static bool read_year(struct cm_reader *r, bool utc_time, int *year)
{
    if (!read_digits(r, utc_time ? 2 : 4, year)) {
        return false;
    }
    if (utc_time) { /* RFC 5280 section 4.1.2.5.1 */
        *year += *year < 50 ? 2000 : 1900;
    }
    return true;
}

bool cm_der_time(struct cm_reader *r, int64_t *out)
{
    struct cm_reader at = *r;
    struct cm_reader text;
    struct cm_der_element found;
    int64_t local;
    int year;
    int month;
    int day;
    int hour;
    int minute;
    int second = 0;
    int offset_s;

    if (!cm_der_any(&at, &found) || (found.tag != CM_DER_UTC_TIME &&
                                     found.tag != CM_DER_GENERALIZED_TIME)) {
        return false;
    }
    cm_reader_init(&text, found.content.data, found.content.len);
    if (!read_year(&text, found.tag == CM_DER_UTC_TIME, &year) ||
        !read_digits(&text, 2, &month) || !read_digits(&text, 2, &day) ||
        !read_digits(&text, 2, &hour) || !read_digits(&text, 2, &minute)) {
        return false;
    }
    (void)read_digits(&text, 2, &second); /* X.680 lets it be left out */
    if (!read_zone(&text, &offset_s) || hour > 23 || minute > 59 ||
        second > 59 ||
        !cm_time_from_civil(year, month, day,
                            (hour * 60 + minute) * 60 + second, &local)) {
        return false;
    }
    *out = local - offset_s;
    *r = at;
    return true;
}

static bool read_arc(struct cm_reader *r, uint64_t *out)
{
    uint64_t arc = 0;
    uint8_t octet;

    do {
        if (arc > UINT64_MAX >> 7 || !cm_reader_u8(r, &octet)) {
            return false;
        }
        arc = arc << 7 | (octet & 0x7fU);
    } while ((octet & 0x80U) != 0);
    *out = arc;
    return true;
}

bool cm_der_oid_text(struct cm_span oid, struct cm_buf *out)
{
    struct cm_reader r;
    uint64_t arc;
    uint64_t root;

    cm_reader_init(&r, oid.data, oid.len);
    if (!read_arc(&r, &arc)) {
        return false;
    }
    root = arc < 80 ? arc / 40 : 2; /* X.690 section 8.19.4 */
    (void)cm_buf_printf(out, "%" PRIu64 ".%" PRIu64, root, arc - root * 40);
    while (r.len > 0) {
        if (!read_arc(&r, &arc)) {
            return false;
        }
        (void)cm_buf_printf(out, ".%" PRIu64, arc);
    }
    return true;
}
