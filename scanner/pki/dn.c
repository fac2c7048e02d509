/* Distinguished names: RFC 4514 text, common names and comparison forms.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/dn.h"

#include <string.h>

#include "base/utf8.h"
#include "pki/der.h"
#include "pki/oids.h"
#include "pki/pki.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define MAX_RDNS 256  /* that are shown; RFC 5280 knows no bound */
#define FOLD_SIZE 256 /* longer texts are folded character by character */
#define MAX_AVAS 16   /* of one RDN that are put in order */

struct ava { /* AttributeTypeAndValue */
    struct cm_span type;
    struct cm_der_element value;
};

static const struct short_name {
    struct cm_span oid;
    const char *text;
} short_names[] = {
    {CM_OID("\x55\x04\x03"), "CN"},
    {CM_OID("\x55\x04\x0a"), "O"},
    {CM_OID("\x55\x04\x0b"), "OU"},
    {CM_OID("\x55\x04\x06"), "C"},
    {CM_OID("\x55\x04\x07"), "L"},
    {CM_OID("\x55\x04\x08"), "ST"},
    {CM_OID("\x55\x04\x09"), "STREET"},
    {CM_OID("\x55\x04\x05"), "SERIALNUMBER"},
    {CM_OID("\x55\x04\x04"), "SN"},
    {CM_OID("\x55\x04\x2a"), "GN"},
    {CM_OID("\x55\x04\x0c"), "title"},
    {CM_OID("\x55\x04\x0d"), "description"},
    {CM_OID("\x55\x04\x0f"), "businessCategory"},
    {CM_OID("\x55\x04\x11"), "postalCode"},
    {CM_OID("\x55\x04\x2e"), "dnQualifier"},
    {CM_OID("\x55\x04\x61"), "organizationIdentifier"},
    {CM_OID("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"), "DC"},
    {CM_OID("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01"), "UID"},
    {CM_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"), "emailAddress"},
    {CM_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x02"), "unstructuredName"},
    {CM_OID("\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x01"), "jurisdictionL"},
    {CM_OID("\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x02"), "jurisdictionST"},
    {CM_OID("\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x03"), "jurisdictionC"},
};

static bool read_ava(struct cm_reader *rdn, struct ava *out)
{
    struct cm_reader seq;
    struct cm_der_element type;

    if (!cm_der_enter(rdn, CM_DER_SEQUENCE, &seq) ||
        !cm_der_get(&seq, CM_DER_OID, &type) ||
        !cm_der_any(&seq, &out->value) || seq.len != 0) {
        return false;
    }
    out->type = type.content;
    return true;
}

/* The next character of a string type; false at its end. */
static bool next_char(struct cm_reader *r, uint8_t tag, uint32_t *out)
{
    uint8_t octet;
    uint16_t unit;

    if (r->len == 0) {
        return false;
    }
    *out = CM_UTF8_REPLACEMENT;
    if (tag == CM_DER_UNIVERSAL && cm_reader_u32(r, out)) {
        return true;
    }
    if (tag == CM_DER_BMP && cm_reader_u16(r, &unit)) {
        *out = unit;
        return true;
    }
    if (tag == CM_DER_UNIVERSAL || tag == CM_DER_BMP) {
        return cm_reader_skip(r, r->len); /* a piece of a character */
    }
    if (tag == CM_DER_UTF8) {
        size_t length = cm_utf8_read((const char *)r->data, r->len, out);

        if (length == 0) {
            *out = CM_UTF8_REPLACEMENT;
        }
        return cm_reader_skip(r, length == 0 ? 1 : length);
    }
    (void)cm_reader_u8(r, &octet);
    if (tag == CM_DER_T61 || octet < 0x80) { /* T61 is Latin-1 in practice */
        *out = octet;
    }
    return true;
}

static bool is_text(uint8_t tag)
{
    return tag == CM_DER_UTF8 || tag == CM_DER_NUMERIC ||
           tag == CM_DER_PRINTABLE || tag == CM_DER_T61 || tag == CM_DER_IA5 ||
           tag == CM_DER_VISIBLE || tag == CM_DER_UNIVERSAL ||
           tag == CM_DER_BMP;
}

/* Printable ASCII in a type where each character is one octet: as it is in
 * nearly all names, so that they need no look at each character. */
static bool is_ascii(const struct cm_der_element *value)
{
    if (!is_text(value->tag) || value->tag == CM_DER_UNIVERSAL ||
        value->tag == CM_DER_BMP) {
        return false;
    }
    for (size_t i = 0; i < value->content.len; i++) {
        if (value->content.data[i] < ' ' || value->content.data[i] > '~') {
            return false;
        }
    }
    return true;
}

static uint32_t valid_char(uint32_t c)
{
    return c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? CM_UTF8_REPLACEMENT
                                                        : c;
}

/* Section 2.4 of RFC 4514; controls too, which it leaves open. */
static void put_escaped(struct cm_buf *out, uint32_t c, bool first, bool last)
{
    if (c < 0x20 || c == 0x7f) {
        (void)cm_buf_printf(out, "\\%02X", (unsigned)c);
        return;
    }
    if ((c < 0x80 && strchr("\"+,;<>\\", (int)c) != NULL) ||
        (first && c == '#') || ((first || last) && c == ' ')) {
        (void)cm_buf_putc(out, '\\');
    }
    cm_utf8_write(out, c);
}

/* Is this ASCII text its own escaped form? */
static bool is_plain(struct cm_span text)
{
    const uint8_t *at = text.data;

    if (text.len == 0 || at[0] == '#' || at[0] == ' ' ||
        at[text.len - 1] == ' ') {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = at[i];

        if (c == '"' || c == '+' || c == ',' || c == ';' || c == '<' ||
            c == '>' || c == '\\') {
            return false;
        }
    }
    return true;
}

static void put_value(struct cm_buf *out, const struct cm_der_element *value)
{
    struct cm_reader r;
    uint32_t c;
    bool first = true;

    if (!is_text(value->tag)) {
        (void)cm_buf_putc(out, '#');
        (void)cm_buf_hex(out, value->whole.data, value->whole.len);
        return;
    }
    if (is_ascii(value) && is_plain(value->content)) {
        (void)cm_buf_append(out, value->content.data, value->content.len);
        return;
    }
    cm_reader_init(&r, value->content.data, value->content.len);
    while (next_char(&r, value->tag, &c)) {
        put_escaped(out, valid_char(c), first, r.len == 0);
        first = false;
    }
}

static void put_ava(struct cm_buf *out, const struct ava *ava)
{
    for (size_t i = 0; i < COUNT(short_names); i++) {
        if (cm_span_equal(ava->type, short_names[i].oid)) {
            (void)cm_buf_puts(out, short_names[i].text);
            (void)cm_buf_putc(out, '=');
            put_value(out, &ava->value);
            return;
        }
    }
    /* RFC 4514 section 2.4: a dotted type goes with a hexadecimal value. */
    (void)cm_der_oid_text(ava->type, out);
    (void)cm_buf_puts(out, "=#");
    (void)cm_buf_hex(out, ava->value.whole.data, ava->value.whole.len);
}

static bool put_rdn(struct cm_buf *out, struct cm_span content)
{
    struct cm_reader r;
    struct ava ava;
    const char *between = "";

    cm_reader_init(&r, content.data, content.len);
    while (r.len > 0) {
        if (!read_ava(&r, &ava)) {
            return false;
        }
        (void)cm_buf_puts(out, between);
        put_ava(out, &ava);
        between = "+";
    }
    return content.len > 0;
}

bool cm_dn_text(struct cm_span name, struct cm_buf *out)
{
    struct cm_span rdns[MAX_RDNS];
    struct cm_der_element rdn;
    struct cm_reader r;
    size_t count = 0;
    bool sound = true;

    if (!cm_der_only(name, CM_DER_SEQUENCE, &r)) {
        return false;
    }
    while (count < MAX_RDNS && cm_der_get(&r, CM_DER_SET, &rdn)) {
        rdns[count++] = rdn.content;
    }
    sound = r.len == 0;
    for (size_t i = count; i > 0; i--) { /* the most specific comes first */
        if (i < count) {
            (void)cm_buf_putc(out, ',');
        }
        sound = put_rdn(out, rdns[i - 1]) && sound;
    }
    return sound;
}

static void put_plain(struct cm_buf *out, const struct cm_der_element *value)
{
    struct cm_reader r;
    uint32_t c;

    if (is_ascii(value)) {
        (void)cm_buf_append(out, value->content.data, value->content.len);
        return;
    }
    cm_reader_init(&r, value->content.data, value->content.len);
    while (next_char(&r, value->tag, &c)) {
        cm_utf8_write(out, c == 0 ? CM_UTF8_REPLACEMENT : valid_char(c));
    }
}

void cm_dn_common_name(struct cm_span name, struct cm_buf *out)
{
    struct cm_reader r;
    struct cm_reader rdn;
    struct ava ava;
    struct cm_der_element found = {0};

    if (!cm_der_only(name, CM_DER_SEQUENCE, &r)) {
        return;
    }
    while (cm_der_enter(&r, CM_DER_SET, &rdn)) {
        while (read_ava(&rdn, &ava)) {
            if (cm_span_equal(ava.type, short_names[0].oid) &&
                is_text(ava.value.tag)) {
                found = ava.value;
            }
        }
    }
    put_plain(out, &found);
}

/* fold_text for ASCII: what is written is never longer. */
static void fold_ascii(struct cm_buf *out, struct cm_span text)
{
    char folded[FOLD_SIZE];
    size_t num = 0;
    bool space = false;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];

        if (c == ' ') {
            space = num > 0;
            continue;
        }
        if (space) {
            folded[num++] = ' ';
            space = false;
        }
        folded[num++] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    (void)cm_buf_append(out, folded, num);
}

/* Folds a string into the empty `out`; false when it does not convert without
 * loss: such a value equals only its own octets. */
static bool fold_text(struct cm_buf *out, const struct cm_der_element *value)
{
    struct cm_reader r;
    uint32_t c;
    bool space = false;

    if (value->content.len <= FOLD_SIZE && is_ascii(value)) {
        fold_ascii(out, value->content);
        return true;
    }
    cm_reader_init(&r, value->content.data, value->content.len);
    while (next_char(&r, value->tag, &c)) {
        if (c == CM_UTF8_REPLACEMENT || valid_char(c) != c) {
            return false;
        }
        if (c == ' ' || (c >= '\t' && c <= '\r')) {
            space = out->len > 0;
            continue;
        }
        if (space) {
            (void)cm_buf_putc(out, ' ');
            space = false;
        }
        cm_utf8_write(out, c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    return true;
}

/* Each part tells its kind and how long it is, or how much is in it: so no two
 * forms run together. "s11:" */
static void put_head(struct cm_buf *out, char kind, size_t number)
{
    char text[24]; /* as many digits as 64 bits can have, and a colon */
    size_t at = sizeof(text);

    text[--at] = ':';
    do {
        text[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    text[--at] = kind;
    (void)cm_buf_append(out, text + at, sizeof(text) - at);
}

static void put_framed(struct cm_buf *out, char kind, struct cm_span octets)
{
    put_head(out, kind, octets.len);
    (void)cm_buf_append(out, octets.data, octets.len);
}

static void normalise_ava(struct cm_buf *out, struct cm_buf *scratch,
                          const struct ava *ava)
{
    cm_buf_clear(scratch);
    put_framed(out, 't', ava->type);
    if (is_text(ava->value.tag) && fold_text(scratch, &ava->value)) {
        put_framed(out, 's', (struct cm_span){scratch->data, scratch->len});
        out->failed = out->failed || scratch->failed;
    } else {
        put_framed(out, 'x', ava->value.whole);
    }
}

static int compare_ava(const struct ava *a, const struct ava *b)
{
    size_t shorter = a->type.len < b->type.len ? a->type.len : b->type.len;
    int order = memcmp(a->type.data, b->type.data, shorter);

    return order != 0
               ? order
               : (a->type.len > b->type.len) - (a->type.len < b->type.len);
}

/* A set has no order: DER sorts it by encoding, which depends on the string
 * types that comparison must ignore, so it is sorted by attribute type. */
static bool normalise_rdn(struct cm_buf *out, struct cm_buf *scratch,
                          struct cm_reader *r)
{
    struct ava avas[MAX_AVAS];
    size_t count = 0;

    while (r->len > 0) {
        struct ava ava;
        size_t at = count;

        if (count == MAX_AVAS || !read_ava(r, &ava)) {
            return false;
        }
        for (; at > 0 && compare_ava(&ava, &avas[at - 1]) < 0; at--) {
            avas[at] = avas[at - 1];
        }
        avas[at] = ava;
        count++;
    }
    put_head(out, 'r', count);
    for (size_t i = 0; i < count; i++) {
        normalise_ava(out, scratch, &avas[i]);
    }
    return count > 0;
}

bool cm_dn_normalise(struct cm_span name, struct cm_buf *out)
{
    struct cm_reader r;
    struct cm_reader rdn;
    struct cm_buf scratch;
    bool sound;

    sound = cm_der_only(name, CM_DER_SEQUENCE, &r);
    cm_buf_init(&scratch, 2 * name.len + 1);
    (void)cm_buf_putc(out, 'n');
    while (sound && r.len > 0) {
        sound = cm_der_enter(&r, CM_DER_SET, &rdn) &&
                normalise_rdn(out, &scratch, &rdn);
    }
    if (scratch.failed) {
        out->failed = true;
    }
    cm_buf_cleanup(&scratch);
    return sound;
}

bool cm_dn_is_sound(struct cm_span name)
{
    struct cm_reader r;
    struct cm_reader rdn;
    struct ava ava;

    if (!cm_der_only(name, CM_DER_SEQUENCE, &r)) {
        return false;
    }
    while (r.len > 0) {
        size_t count = 0;

        if (!cm_der_enter(&r, CM_DER_SET, &rdn)) {
            return false;
        }
        for (; rdn.len > 0; count++) {
            if (count == MAX_AVAS || !read_ava(&rdn, &ava)) {
                return false;
            }
        }
        if (count == 0) {
            return false;
        }
    }
    return true;
}

bool cm_dn_is_empty(struct cm_span name)
{
    struct cm_reader r;

    return cm_der_only(name, CM_DER_SEQUENCE, &r) && r.len == 0;
}

size_t cm_dn_emails(struct cm_span name, struct cm_span *out, size_t max)
{
    static const struct cm_span email =
        CM_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01");
    struct cm_reader r;
    struct cm_reader rdn;
    struct ava ava;
    size_t count = 0;

    if (!cm_der_only(name, CM_DER_SEQUENCE, &r)) {
        return 0;
    }
    while (cm_der_enter(&r, CM_DER_SET, &rdn)) {
        while (read_ava(&rdn, &ava)) {
            if (!cm_span_equal(ava.type, email)) {
                continue;
            }
            if (count < max) {
                out[count] = ava.value.content;
            }
            count++;
        }
    }
    return count;
}
