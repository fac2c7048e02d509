/* Text for a terminal.
 * SPDX-License-Identifier: Apache-2.0 */
#include "screen.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "certmuster/text.h"

#define MAX_CELL ((size_t)1024 * 1024)

size_t cm_screen_width(int width)
{
    if (width <= 0) {
        return 80;
    }
    return width < 60 ? 60 : (size_t)width;
}

const char *cm_screen_count(int64_t number, char out[CM_COUNT_TEXT_SIZE])
{
    char digits[CM_COUNT_TEXT_SIZE];
    size_t used = 0;
    size_t len;

    (void)snprintf(digits, sizeof(digits), "%" PRId64, number);
    len = strlen(digits);
    for (size_t i = 0; i < len; i++) {
        out[used++] = digits[i];
        if (digits[i] != '-' && i + 1 < len && (len - i - 1) % 3 == 0) {
            out[used++] = ',';
        }
    }
    out[used] = '\0';
    return out;
}

/* The bytes of the first `most` characters, and how many there are. */
static size_t measure(const char *text, size_t len, size_t most, size_t *chars)
{
    size_t at = 0;

    *chars = 0;
    while (at < len && *chars < most) {
        at++;
        while (at < len && ((uint8_t)text[at] & 0xC0) == 0x80) {
            at++;
        }
        (*chars)++;
    }
    return at;
}

void cm_screen_cell(struct cm_buf *out, const char *text, size_t width)
{
    struct cm_buf clean;
    const char *shown;
    size_t chars;
    size_t len;

    cm_buf_init(&clean, MAX_CELL);
    cm_text_terminal(&clean, text, strlen(text));
    shown = cm_buf_cstr(&clean);
    len = strlen(shown);
    if (measure(shown, len, width, &chars) < len && width > 3) {
        cm_buf_append(out, shown, measure(shown, len, width - 3, &chars));
        cm_buf_puts(out, "...");
        chars += 3;
    } else {
        cm_buf_append(out, shown, measure(shown, len, width, &chars));
    }
    for (; chars < width; chars++) {
        cm_buf_putc(out, ' ');
    }
    out->failed = out->failed || clean.failed;
    cm_buf_cleanup(&clean);
}

void cm_screen_trim(struct cm_buf *out)
{
    while (out->len > 0 && out->data[out->len - 1] == ' ') {
        out->len--;
    }
}

static void put_spaces(struct cm_buf *out, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        cm_buf_putc(out, ' ');
    }
}

/* How much stands on the last line. */
static size_t column_of(const struct cm_buf *out)
{
    size_t column = 0;

    while (column < out->len && out->data[out->len - column - 1] != '\n') {
        column++;
    }
    return column;
}

void cm_screen_wrap(struct cm_buf *out, const char *text, size_t indent,
                    size_t width)
{
    size_t column = column_of(out);
    bool space = false;

    for (;;) {
        size_t len;

        text += strspn(text, " \n");
        len = strcspn(text, " \n");
        if (len == 0) {
            break;
        }
        if (space && column + 1 + len > width) {
            cm_buf_putc(out, '\n');
            column = 0;
        }
        if (column == 0) {
            put_spaces(out, indent);
            column = indent;
        } else if (space) {
            cm_buf_putc(out, ' ');
            column++;
        }
        space = true;
        cm_buf_append(out, text, len);
        column += len;
        text += len;
    }
    if (column != 0) {
        cm_buf_putc(out, '\n');
    }
}

void cm_screen_lines(struct cm_buf *out, const char *text, size_t indent)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");

        put_spaces(out, indent);
        cm_buf_append(out, text, len);
        cm_buf_putc(out, '\n');
        text += len + (text[len] == '\n' ? 1 : 0);
    }
}

enum cm_status cm_screen_show(struct cm_buf *text, FILE *out,
                              struct cm_error *err)
{
    if (text->failed) {
        return cm_error_nomem(err, "the text");
    }
    /* A pipe whose reader has left is no failure: it has read what it wanted */
    if (text->len != 0 && fwrite(text->data, 1, text->len, out) != text->len &&
        errno != EPIPE) {
        return cm_error_set(err, CM_EIO,
                            "the text could not be written to standard "
                            "output: %s",
                            strerror(errno));
    }
    cm_buf_clear(text);
    return CM_OK;
}
