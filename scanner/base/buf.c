/* A growing buffer with a cap. There is always room for a NUL after the
 * content, so that lending it as a string needs no memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 64

bool cm_span_equal(struct cm_span a, struct cm_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

void cm_span_free(struct cm_span *span)
{
    void *memory;

    /* The bytes are const for everybody else; this is their owner. */
    memcpy(&memory, &span->data, sizeof(memory));
    free(memory);
    *span = (struct cm_span){0};
}

void cm_buf_init(struct cm_buf *buf, size_t max)
{
    *buf = (struct cm_buf){.max = max};
}

void cm_buf_cleanup(struct cm_buf *buf)
{
    free(buf->data);
    *buf = (struct cm_buf){.max = buf->max};
}

void cm_buf_clear(struct cm_buf *buf)
{
    buf->len = 0;
    buf->failed = false;
}

/* Makes room for `more` bytes and a NUL. */
static bool reserve(struct cm_buf *buf, size_t more)
{
    size_t cap = buf->cap < FIRST_SIZE ? FIRST_SIZE : buf->cap;
    uint8_t *data;

    if (buf->failed || more > buf->max - buf->len || buf->max == SIZE_MAX) {
        buf->failed = true;
        return false;
    }
    if (buf->cap - buf->len > more) {
        return true;
    }
    while (cap - buf->len <= more) {
        cap = cap > SIZE_MAX / 2 ? SIZE_MAX : cap * 2;
    }
    if (cap > buf->max + 1) {
        cap = buf->max + 1;
    }
    data = realloc(buf->data, cap);
    if (data == NULL) {
        buf->failed = true;
        return false;
    }
    buf->data = data;
    buf->cap = cap;
    return true;
}

bool cm_buf_append(struct cm_buf *buf, const void *data, size_t len)
{
    if (!reserve(buf, len)) {
        return false;
    }
    if (len > 0) {
        memcpy(buf->data + buf->len, data, len);
        buf->len += len;
    }
    return true;
}

bool cm_buf_putc(struct cm_buf *buf, char c)
{
    if (buf->failed || buf->cap - buf->len < 2) {
        return cm_buf_append(buf, &c, 1);
    }
    buf->data[buf->len++] = (uint8_t)c; /* most fit */
    return true;
}

bool cm_buf_puts(struct cm_buf *buf, const char *text)
{
    return cm_buf_append(buf, text, strlen(text));
}

bool cm_buf_printf(struct cm_buf *buf, const char *fmt, ...)
{
    va_list args;
    va_list again;
    int len;
    bool good = false;

    if (!reserve(buf, 0)) {
        return false;
    }
    va_start(args, fmt);
    va_copy(again, args);
    len =
        vsnprintf((char *)buf->data + buf->len, buf->cap - buf->len, fmt, args);
    if (len >= 0 && (size_t)len < buf->cap - buf->len) {
        good = true; /* most fit at once */
    } else if (len < 0) {
        buf->failed = true;
    } else if (reserve(buf, (size_t)len)) {
        (void)vsnprintf((char *)buf->data + buf->len, (size_t)len + 1, fmt,
                        again);
        good = true;
    }
    buf->len += good ? (size_t)len : 0;
    va_end(again);
    va_end(args);
    return good;
}

bool cm_buf_number(struct cm_buf *buf, int64_t number)
{
    char digits[20]; /* of 2^63, and a sign */
    char *at = digits + sizeof(digits);
    uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

    do {
        *--at = (char)('0' + left % 10);
        left /= 10;
    } while (left != 0);
    if (number < 0) {
        *--at = '-';
    }
    return cm_buf_append(buf, at, (size_t)(digits + sizeof(digits) - at));
}

bool cm_buf_hex(struct cm_buf *buf, const void *data, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *bytes = data;

    if (len > SIZE_MAX / 2 || !reserve(buf, len * 2)) {
        buf->failed = true;
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        buf->data[buf->len++] = (uint8_t)digits[bytes[i] >> 4];
        buf->data[buf->len++] = (uint8_t)digits[bytes[i] & 15];
    }
    return true;
}

bool cm_buf_base64(struct cm_buf *buf, const void *data, size_t len)
{
    const uint8_t *in = data;
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqr"
                                 "stuvwxyz0123456789+/";

    uint8_t *out;

    if (len > SIZE_MAX / 2 || !reserve(buf, (len + 2) / 3 * 4)) {
        buf->failed = true;
        return false;
    }
    out = buf->data + buf->len;
    for (size_t i = 0; i < len; i += 3, out += 4) {
        uint32_t group = (uint32_t)in[i] << 16;

        group |= i + 1 < len ? (uint32_t)in[i + 1] << 8 : 0;
        group |= i + 2 < len ? in[i + 2] : 0;
        out[0] = (uint8_t)digits[group >> 18];
        out[1] = (uint8_t)digits[group >> 12 & 63];
        out[2] = i + 1 < len ? (uint8_t)digits[group >> 6 & 63] : '=';
        out[3] = i + 2 < len ? (uint8_t)digits[group & 63] : '=';
    }
    buf->len += (len + 2) / 3 * 4;
    return true;
}

static int digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

bool cm_hex_read(const char *text, uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        int high;
        int low;

        if (i > 0 && *text == ':') {
            text++;
        }
        high = digit(text[0]);
        low = high < 0 ? -1 : digit(text[1]);
        if (low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high * 16 + low);
        text += 2;
    }
    return *text == '\0';
}

const char *cm_buf_cstr(struct cm_buf *buf)
{
    if (buf->failed || buf->data == NULL) {
        return "";
    }
    buf->data[buf->len] = '\0';
    return (const char *)buf->data;
}

char *cm_buf_take(struct cm_buf *buf)
{
    char *text = NULL;

    if (reserve(buf, 0)) {
        buf->data[buf->len] = '\0';
        text = (char *)buf->data;
        buf->data = NULL;
    }
    cm_buf_cleanup(buf);
    return text;
}
