/* A column of the endpoint table: base64 of raw deflate of lines.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <openssl/base64.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "html_check.h"

#define MAX_PLAIN ((size_t)16 << 20)

static uint8_t *from_base64(const char *text, size_t *len)
{
    size_t size;
    uint8_t *data;

    assert_int_equal(EVP_DecodedLength(&size, strlen(text)), 1);
    data = malloc(size + 1);
    assert_non_null(data);
    assert_int_equal(
        EVP_DecodeBase64(data, len, size, (const uint8_t *)text, strlen(text)),
        1);
    return data;
}

static char *inflate_all(uint8_t *packed, size_t len)
{
    z_stream stream = {0};
    char *plain = malloc(MAX_PLAIN);

    assert_non_null(plain);
    assert_int_equal(inflateInit2(&stream, -15), Z_OK);
    stream.next_in = packed;
    stream.avail_in = (uInt)len;
    stream.next_out = (uint8_t *)plain;
    stream.avail_out = (uInt)(MAX_PLAIN - 1);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.avail_in, 0);
    plain[stream.total_out] = '\0';
    assert_int_equal(strlen(plain), stream.total_out);
    assert_int_equal(inflateEnd(&stream), Z_OK);
    return plain;
}

static char *unescape(const char *line)
{
    char *text = malloc(strlen(line) + 1);
    size_t len = 0;

    assert_non_null(text);
    for (; *line != '\0'; line++) {
        char c = *line;

        if (c == '\\') {
            line++;
            assert_true(*line == 'n' || *line == '\\');
            c = *line == 'n' ? '\n' : '\\';
        }
        text[len++] = c;
    }
    text[len] = '\0';
    return text;
}

void html_column_read(struct html_column *column, const char *html,
                      const char *name)
{
    char before[64];
    char *packed;
    uint8_t *data;
    char *plain;
    char *rest;
    size_t len;

    (void)snprintf(before, sizeof(before), " id=\"col-%s\">", name);
    packed = html_between(html, before, "</script>");
    data = from_base64(packed, &len);
    plain = inflate_all(data, len);
    memset(column, 0, sizeof(*column));
    column->texts = calloc(times_in(plain, "\n") + 1, sizeof(*column->texts));
    assert_non_null(column->texts);
    rest = plain;
    for (char *line = strsep(&rest, "\n"); rest != NULL;
         line = strsep(&rest, "\n")) {
        column->texts[column->num++] = unescape(line);
    }
    free(plain);
    free(data);
    free(packed);
}

void html_column_free(struct html_column *column)
{
    for (size_t i = 0; i < column->num; i++) {
        free(column->texts[i]);
    }
    free(column->texts);
    memset(column, 0, sizeof(*column));
}
