/* Bytes: a growing buffer with a compulsory cap, and a reader that never
 * passes the end. All parsing of foreign bytes goes through the reader.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_BUF_H
#define CERTMUSTER_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed bytes; owns nothing. */
struct cm_span {
    const uint8_t *data;
    size_t len;
};

bool cm_span_equal(struct cm_span a, struct cm_span b);
/* Where a field is said to be owned, this frees the bytes and zeroes it. */
void cm_span_free(struct cm_span *span);

/* A growing buffer. Once an append fails (no memory, or over `max`) `failed`
 * stays set and later appends do nothing, so that a writer may check once at
 * the end. The zero state is an empty buffer with max 0: use cm_buf_init. */
struct cm_buf {
    uint8_t *data; /* owned */
    size_t len;
    size_t cap;
    size_t max; /* bytes it may hold at the most */
    bool failed;
};

void cm_buf_init(struct cm_buf *buf, size_t max);
void cm_buf_cleanup(struct cm_buf *buf); /* fine on the zero state */
/* Empties it for the next text: keeps the memory, forgets a failure. */
void cm_buf_clear(struct cm_buf *buf);
/* Each returns false when the buffer has failed, now or before. */
bool cm_buf_append(struct cm_buf *buf, const void *data, size_t len);
bool cm_buf_putc(struct cm_buf *buf, char c);
bool cm_buf_puts(struct cm_buf *buf, const char *text);
bool cm_buf_printf(struct cm_buf *buf, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* In decimal. */
bool cm_buf_number(struct cm_buf *buf, int64_t number);
bool cm_buf_hex(struct cm_buf *buf, const void *data, size_t len);
/* With padding, without line ends (RFC 4648 section 4). */
bool cm_buf_base64(struct cm_buf *buf, const void *data, size_t len);
/* The way back from hex: exactly `len` octets, in either case, with or without
 * colons between them. */
bool cm_hex_read(const char *text, uint8_t *out, size_t len);
/* cm_buf_cstr lends the content with a NUL after it; "" when it has failed.
 * Valid until the next change. */
const char *cm_buf_cstr(struct cm_buf *buf);
/* cm_buf_take hands over the NUL-terminated content (free() it) and leaves the
 * buffer empty; NULL when it has failed. */
char *cm_buf_take(struct cm_buf *buf);

/* A reader over borrowed bytes. Each call that returns bool changes the reader
 * only when it returns true. */
struct cm_reader {
    const uint8_t *data;
    size_t len; /* what is left */
};

static inline void cm_reader_init(struct cm_reader *r, const void *data,
                                  size_t len)
{
    r->data = (const uint8_t *)data;
    r->len = len;
}

/* Inline as far as each element of each certificate goes through it. */
static inline bool cm_reader_u8(struct cm_reader *r, uint8_t *out)
{
    if (r->len == 0) {
        return false;
    }
    *out = *r->data++;
    r->len--;
    return true;
}

bool cm_reader_u16(struct cm_reader *r, uint16_t *out); /* big-endian */
bool cm_reader_u24(struct cm_reader *r, uint32_t *out);
bool cm_reader_u32(struct cm_reader *r, uint32_t *out);
static inline bool cm_reader_bytes(struct cm_reader *r, size_t len,
                                   struct cm_span *out)
{
    if (r->len < len) {
        return false;
    }
    out->data = r->data;
    out->len = len;
    if (len > 0) { /* data may be NULL when nothing is left */
        r->data += len;
        r->len -= len;
    }
    return true;
}

static inline bool cm_reader_skip(struct cm_reader *r, size_t len)
{
    struct cm_span ignored;

    return cm_reader_bytes(r, len, &ignored);
}

/* Vectors of RFC 8446 section 3.4: a length, then that many bytes. */
bool cm_reader_vec8(struct cm_reader *r, struct cm_reader *out);
bool cm_reader_vec16(struct cm_reader *r, struct cm_reader *out);
bool cm_reader_vec24(struct cm_reader *r, struct cm_reader *out);

#endif
