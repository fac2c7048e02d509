/* One HTTP/1.1 answer out of pieces (RFC 9112 sections 6 and 7): the header
 * section, then a body of known length, in chunks, or up to the end.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "net/http_parts.h"

#define MAX_CHUNK_LINE 256 /* a size and extensions that nobody uses */
#define MAX_SIZE_DIGITS 16 /* hexadecimal: 64 bits */

void cm_http_parser_init(struct cm_http_parser *parser, size_t max_body)
{
    memset(parser, 0, sizeof(*parser));
    parser->why = "";
    cm_buf_init(&parser->head, CM_HTTP_MAX_HEADERS);
    cm_buf_init(&parser->body, max_body);
}

void cm_http_parser_cleanup(struct cm_http_parser *parser)
{
    cm_buf_cleanup(&parser->head);
    cm_buf_cleanup(&parser->body);
}

void cm_http_parser_fail(struct cm_http_parser *parser,
                         enum cm_http_result result, const char *why)
{
    parser->result = result;
    parser->why = why;
    parser->stage = CM_HTTP_COMPLETE;
}

static void complete(struct cm_http_parser *parser)
{
    parser->result = CM_HTTP_OK;
    parser->stage = CM_HTTP_COMPLETE;
}

static void malformed(struct cm_http_parser *parser, const char *why)
{
    cm_http_parser_fail(parser, CM_HTTP_MALFORMED, why);
}

static bool keep_byte(struct cm_http_parser *parser, uint8_t byte)
{
    if (!cm_buf_putc(&parser->head, (char)byte)) {
        cm_http_parser_fail(parser, CM_HTTP_NO_MEMORY, "no memory");
        return false;
    }
    return true;
}

/* Counts a byte of a header section or trailer; false: too many. */
static bool count_byte(struct cm_http_parser *parser)
{
    if (++parser->head_bytes > CM_HTTP_MAX_HEADERS) {
        cm_http_parser_fail(parser, CM_HTTP_TOO_BIG, "too long a header");
        return false;
    }
    return true;
}

static void head_byte(struct cm_http_parser *parser, uint8_t byte)
{
    static const char begin[] = "HTTP/1.";
    const uint8_t *data;
    size_t len;

    if (!count_byte(parser) || !keep_byte(parser, byte)) {
        return;
    }
    data = parser->head.data;
    len = parser->head.len;
    if (len < sizeof(begin) && byte != (uint8_t)begin[len - 1]) {
        malformed(parser, "the answer is no HTTP/1");
    } else if (byte == '\n' &&
               (data[len - 2] == '\n' ||
                (data[len - 2] == '\r' && data[len - 3] == '\n'))) {
        cm_http_read_head(parser);
        cm_buf_clear(&parser->head);
    }
}

/* "1a" or "1a; extension=value" */
static void chunk_begins(struct cm_http_parser *parser, const char *line)
{
    size_t digits = strspn(line, "0123456789abcdefABCDEF");
    uint64_t size = 0;

    if (digits == 0 || digits > MAX_SIZE_DIGITS) {
        malformed(parser, "a malformed chunk size");
        return;
    }
    for (size_t i = 0; i < digits; i++) {
        int c = tolower((unsigned char)line[i]);

        size = size * 16 + (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    line += digits;
    line += strspn(line, " \t");
    if (*line != '\0' && *line != ';') {
        malformed(parser, "a malformed chunk size");
    } else if (size > parser->body.max - parser->body.len) {
        cm_http_parser_fail(parser, CM_HTTP_TOO_BIG, "too long a body");
    } else {
        parser->left = size;
        parser->stage = size == 0 ? CM_HTTP_IN_TRAILER : CM_HTTP_IN_CHUNK;
    }
}

static void line_ends(struct cm_http_parser *parser)
{
    struct cm_buf *line = &parser->head;

    if (line->len > 0 && line->data[line->len - 1] == '\r') {
        line->len--;
    }
    if (parser->stage == CM_HTTP_IN_CHUNK_SIZE) {
        const char *text = cm_buf_cstr(line);

        if (strlen(text) != line->len) {
            malformed(parser, "a malformed chunk size");
        } else {
            chunk_begins(parser, text);
        }
    } else if (parser->stage == CM_HTTP_IN_CHUNK_END) {
        parser->stage = CM_HTTP_IN_CHUNK_SIZE;
        if (line->len != 0) {
            malformed(parser, "a chunk is longer than announced");
        }
    } else if (line->len == 0) {
        complete(parser);
    }
    cm_buf_clear(line);
}

/* Of the lines in and after a chunked body. */
static void line_byte(struct cm_http_parser *parser, uint8_t byte)
{
    if (byte == '\n') {
        line_ends(parser);
        return;
    }
    if (parser->stage == CM_HTTP_IN_TRAILER) {
        if (!count_byte(parser)) {
            return;
        }
    } else if (parser->head.len >= MAX_CHUNK_LINE) {
        malformed(parser, "a malformed chunk size");
        return;
    }
    (void)keep_byte(parser, byte);
}

/* Takes body bytes; returns how many. */
static size_t body_bytes(struct cm_http_parser *parser, const uint8_t *data,
                         size_t len)
{
    bool bounded = parser->stage != CM_HTTP_IN_REST;

    if (bounded && len > parser->left) {
        len = (size_t)parser->left;
    }
    if (len > parser->body.max - parser->body.len) {
        cm_http_parser_fail(parser, CM_HTTP_TOO_BIG, "too long a body");
        return len;
    }
    if (!cm_buf_append(&parser->body, data, len)) {
        cm_http_parser_fail(parser, CM_HTTP_NO_MEMORY, "no memory");
        return len;
    }
    if (bounded) {
        parser->left -= len;
        if (parser->left == 0 && parser->stage == CM_HTTP_IN_BODY) {
            complete(parser);
        } else if (parser->left == 0) {
            parser->stage = CM_HTTP_IN_CHUNK_END;
        }
    }
    return len;
}

bool cm_http_parser_feed(struct cm_http_parser *parser, const void *data,
                         size_t len)
{
    const uint8_t *bytes = data;

    while (len > 0 && parser->stage != CM_HTTP_COMPLETE) {
        size_t taken = 1;

        switch (parser->stage) {
        case CM_HTTP_IN_HEAD:
            head_byte(parser, *bytes);
            break;
        case CM_HTTP_IN_BODY:
        case CM_HTTP_IN_REST:
        case CM_HTTP_IN_CHUNK:
            taken = body_bytes(parser, bytes, len);
            break;
        case CM_HTTP_IN_CHUNK_SIZE:
        case CM_HTTP_IN_CHUNK_END:
        case CM_HTTP_IN_TRAILER:
            line_byte(parser, *bytes);
            break;
        case CM_HTTP_COMPLETE:
            break;
        }
        bytes += taken;
        len -= taken;
    }
    return parser->stage == CM_HTTP_COMPLETE;
}

void cm_http_parser_end(struct cm_http_parser *parser)
{
    if (parser->stage == CM_HTTP_IN_REST) {
        complete(parser);
    } else if (parser->stage == CM_HTTP_IN_HEAD && parser->head_bytes == 0) {
        malformed(parser, "closed without an answer");
    } else if (parser->stage != CM_HTTP_COMPLETE) {
        malformed(parser, "the answer was cut off");
    }
}
