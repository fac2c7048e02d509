/* A JSON array or object of scalars to a list. Strict: what it does not know is
 * an error, since only the store writes these. SPDX-License-Identifier:
 * Apache-2.0 */
#include "list.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/buf.h"

#define REPLACEMENT 0xFFFDU

/* Decoded text is never longer than its JSON, so `out` needs no check. */
struct parser {
    struct cm_reader in;
    char *out;
    bool pairs; /* an object */
};

static bool peek(const struct parser *p, uint8_t *byte)
{
    if (p->in.len == 0) {
        return false;
    }
    *byte = p->in.data[0];
    return true;
}

static void skip_space(struct parser *p)
{
    uint8_t byte;

    while (peek(p, &byte) &&
           (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r')) {
        (void)cm_reader_skip(&p->in, 1);
    }
}

static bool take(struct parser *p, char wanted)
{
    uint8_t byte;

    skip_space(p);
    if (!peek(p, &byte) || byte != (uint8_t)wanted) {
        return false;
    }
    return cm_reader_skip(&p->in, 1);
}

static bool read_hex4(struct parser *p, uint32_t *out)
{
    struct cm_span digits;

    if (!cm_reader_bytes(&p->in, 4, &digits)) {
        return false;
    }
    *out = 0;
    for (size_t i = 0; i < 4; i++) {
        uint8_t c = digits.data[i];
        uint32_t value;

        if (c >= '0' && c <= '9') {
            value = c - (uint32_t)'0';
        } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
            value = (c | 0x20U) - (uint32_t)'a' + 10;
        } else {
            return false;
        }
        *out = *out * 16 + value;
    }
    return true;
}

static void put_utf8(struct parser *p, uint32_t code)
{
    if (code < 0x80) {
        *p->out++ = (char)code;
    } else if (code < 0x800) {
        *p->out++ = (char)(0xC0 | (code >> 6));
        *p->out++ = (char)(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        *p->out++ = (char)(0xE0 | (code >> 12));
        *p->out++ = (char)(0x80 | ((code >> 6) & 0x3F));
        *p->out++ = (char)(0x80 | (code & 0x3F));
    } else {
        *p->out++ = (char)(0xF0 | (code >> 18));
        *p->out++ = (char)(0x80 | ((code >> 12) & 0x3F));
        *p->out++ = (char)(0x80 | ((code >> 6) & 0x3F));
        *p->out++ = (char)(0x80 | (code & 0x3F));
    }
}

/* After "\u". A NUL would cut the text, and half a surrogate pair is none. */
static bool read_unicode(struct parser *p)
{
    struct cm_reader before;
    uint32_t high;
    uint32_t low;
    uint8_t byte;

    if (!read_hex4(p, &high)) {
        return false;
    }
    before = p->in;
    if (high >= 0xD800 && high < 0xDC00) {
        if (cm_reader_u8(&p->in, &byte) && byte == '\\' &&
            cm_reader_u8(&p->in, &byte) && byte == 'u' && read_hex4(p, &low) &&
            low >= 0xDC00 && low < 0xE000) {
            put_utf8(p, 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
            return true;
        }
        p->in = before;
        high = REPLACEMENT;
    }
    if (high == 0 || (high >= 0xD800 && high < 0xE000)) {
        high = REPLACEMENT;
    }
    put_utf8(p, high);
    return true;
}

static bool read_escape(struct parser *p)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/\b\f\n\r\t";
    const char *at;
    uint8_t byte;

    if (!cm_reader_u8(&p->in, &byte)) {
        return false;
    }
    if (byte == 'u') {
        return read_unicode(p);
    }
    at = byte == '\0' ? NULL : strchr(letters, byte);
    if (at == NULL) {
        return false;
    }
    *p->out++ = meant[at - letters];
    return true;
}

/* Moves on to the quote or the backslash, or to the end. */
static void copy_plain(struct parser *p)
{
    size_t run = 0;

    while (run < p->in.len && p->in.data[run] != '"' &&
           p->in.data[run] != '\\') {
        p->out[run] = (char)p->in.data[run];
        run++;
    }
    p->out += run;
    (void)cm_reader_skip(&p->in, run);
}

/* After the opening quote. */
static bool read_string(struct parser *p)
{
    uint8_t byte;

    for (;;) {
        copy_plain(p);
        if (!cm_reader_u8(&p->in, &byte)) {
            return false;
        }
        if (byte == '"') {
            *p->out++ = '\0';
            return true;
        }
        if (!read_escape(p)) {
            return false;
        }
    }
}

/* A number, true, false, null: kept as its text. */
static bool read_plain(struct parser *p)
{
    size_t len = 0;
    uint8_t byte;

    while (peek(p, &byte) &&
           ((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
            byte == '-' || byte == '+' || byte == '.' || byte == 'E')) {
        (void)cm_reader_skip(&p->in, 1);
        *p->out++ = (char)byte;
        len++;
    }
    skip_space(p);
    /* The separator that must follow pays for the NUL. */
    if (len == 0 || !peek(p, &byte) ||
        (byte != ',' && byte != ']' && byte != '}')) {
        return false;
    }
    *p->out++ = '\0';
    return true;
}

enum cm_status cm_report_list_push(struct cm_report_list *list,
                                   const char *text)
{
    if (list->num == list->cap) {
        size_t cap = list->cap == 0 ? 16 : list->cap * 2;
        const char **items = realloc(list->items, cap * sizeof(*items));

        if (items == NULL) {
            return CM_ENOMEM;
        }
        list->items = items;
        list->cap = cap;
    }
    list->items[list->num++] = text;
    return CM_OK;
}

/* "name": before a value. */
static enum cm_status parse_name(struct cm_report_list *list, struct parser *p)
{
    const char *start = p->out;

    if (!take(p, '"') || !read_string(p) || !take(p, ':')) {
        return CM_ESTORE;
    }
    return cm_report_list_push(list, start);
}

static enum cm_status parse_items(struct cm_report_list *list, struct parser *p)
{
    do {
        enum cm_status status = p->pairs ? parse_name(list, p) : CM_OK;
        const char *start = p->out;
        bool quoted = take(p, '"');

        if (status == CM_OK && !(quoted ? read_string(p) : read_plain(p))) {
            status = CM_ESTORE;
        }
        if (status == CM_OK) {
            bool none = p->pairs && !quoted && strcmp(start, "null") == 0;

            status = cm_report_list_push(list, none ? NULL : start);
        }
        if (status != CM_OK) {
            return status;
        }
    } while (take(p, ','));
    return CM_OK;
}

static enum cm_status parse_whole(struct cm_report_list *list, struct parser *p)
{
    char close = p->pairs ? '}' : ']';
    enum cm_status status = CM_OK;

    if (!take(p, p->pairs ? '{' : '[')) {
        return CM_ESTORE;
    }
    if (!take(p, close)) {
        status = parse_items(list, p);
        if (status == CM_OK && !take(p, close)) {
            status = CM_ESTORE;
        }
    }
    skip_space(p);
    if (status == CM_OK && p->in.len != 0) {
        status = CM_ESTORE;
    }
    return status;
}

static enum cm_status parse(struct cm_report_list *list, const char *json,
                            bool pairs)
{
    struct parser p = {.pairs = pairs};
    enum cm_status status;
    size_t len;

    list->num = 0;
    if (json == NULL) {
        return CM_OK;
    }
    len = strlen(json);
    if (list->text_cap < len + 1) {
        char *text = realloc(list->text, len + 1);

        if (text == NULL) {
            return CM_ENOMEM;
        }
        list->text = text;
        list->text_cap = len + 1;
    }
    cm_reader_init(&p.in, json, len);
    p.out = list->text;
    status = parse_whole(list, &p);
    if (status != CM_OK) {
        list->num = 0;
    }
    return status;
}

enum cm_status cm_report_list_parse(struct cm_report_list *list,
                                    const char *json)
{
    return parse(list, json, false);
}

enum cm_status cm_report_list_parse_pairs(struct cm_report_list *list,
                                          const char *json)
{
    return parse(list, json, true);
}

enum cm_status cm_report_list_add(struct cm_report_list *list, const char *text)
{
    for (size_t i = 0; i < list->num; i++) {
        if (strcmp(list->items[i], text) == 0) {
            return CM_OK;
        }
    }
    return cm_report_list_push(list, text);
}

void cm_report_list_cleanup(struct cm_report_list *list)
{
    free(list->items);
    free(list->text);
    memset(list, 0, sizeof(*list));
}
