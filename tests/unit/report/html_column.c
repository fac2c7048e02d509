/* A column of the endpoint table, as html_columns.h describes it.
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

#include "certmuster/buf.h"
#include "html_check.h"
#include "html_columns.h"

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

static uint8_t *inflate_all(const char *text, size_t *plain_len)
{
    z_stream stream = {0};
    uint8_t *plain = malloc(MAX_PLAIN);
    size_t len;
    uint8_t *packed = from_base64(text, &len);

    assert_non_null(plain);
    assert_int_equal(inflateInit2(&stream, -15), Z_OK);
    stream.next_in = packed;
    stream.avail_in = (uInt)len;
    stream.next_out = plain;
    stream.avail_out = (uInt)(MAX_PLAIN - 1);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.avail_in, 0);
    *plain_len = stream.total_out;
    plain[stream.total_out] = '\0';
    assert_int_equal(inflateEnd(&stream), Z_OK);
    free(packed);
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

/* The texts of a column, each once. */
static void read_texts(struct html_column *texts, const char *packed)
{
    size_t len;
    char *plain = (char *)inflate_all(packed, &len);
    char *rest = plain;

    assert_int_equal(strlen(plain), len);
    texts->num = 0;
    texts->texts = calloc(times_in(plain, "\n") + 1, sizeof(*texts->texts));
    assert_non_null(texts->texts);
    for (char *line = strsep(&rest, "\n"); rest != NULL;
         line = strsep(&rest, "\n")) {
        texts->texts[texts->num++] = unescape(line);
    }
    free(plain);
}

static void read_stored(struct html_column *column, const char *html,
                        const char *name)
{
    struct html_column texts;
    char before[64];
    char *packed;
    char *dot;
    uint8_t *codes;
    size_t len;
    size_t next = 0;

    (void)snprintf(before, sizeof(before), " id=\"col-%s\">", name);
    packed = html_between(html, before, "</script>");
    dot = strchr(packed, '.');
    assert_non_null(dot);
    *dot = '\0';
    read_texts(&texts, packed);
    codes = inflate_all(dot + 1, &len);
    column->num = len / 2;
    column->texts = calloc(column->num + 1, sizeof(*column->texts));
    assert_non_null(column->texts);
    for (size_t i = 0; i < column->num; i++) {
        size_t code = codes[2 * i] + 256U * codes[2 * i + 1];

        if (code == 0xffff) {
            assert_true(i > 0);
            column->texts[i] = strdup(column->texts[i - 1]);
        } else {
            code = code == 0 ? next++ : code - 1;
            assert_true(code < texts.num);
            column->texts[i] = strdup(texts.texts[code]);
        }
        assert_non_null(column->texts[i]);
    }
    assert_int_equal(next, texts.num);
    free(codes);
    free(packed);
    html_column_free(&texts);
}

/* Line numbers are kept as steps. */
static void add_up(struct html_column *column)
{
    long long line = 0;

    for (size_t i = 0; i < column->num; i++) {
        char text[32];

        line += strtoll(column->texts[i], NULL, 10);
        (void)snprintf(text, sizeof(text), "%lld", line);
        free(column->texts[i]);
        column->texts[i] = strdup(text);
        assert_non_null(column->texts[i]);
    }
}

/* What a browser shows for a stored text. */
static void put_shown(struct cm_buf *out, const char *text, const char *host,
                      const char *address)
{
    for (; *text != '\0'; text++) {
        if (*text == CM_HTML_HOST || *text == CM_HTML_ADDRESS) {
            (void)cm_buf_puts(out, *text == CM_HTML_HOST ? host : address);
        } else {
            (void)cm_buf_putc(out, *text);
        }
    }
}

/* Each row's fields, one after the other. */
static void read_fields(struct html_column *column, const char *html)
{
    struct html_column hosts;
    struct cm_buf *rows;

    read_stored(&hosts, html, "host");
    column->num = hosts.num;
    column->texts = calloc(hosts.num + 1, sizeof(*column->texts));
    rows = calloc(hosts.num + 1, sizeof(*rows));
    assert_true(column->texts != NULL && rows != NULL);
    for (size_t i = 0; i < times_in(html, " id=\"col-field-"); i++) {
        struct html_column field;
        char name[32];

        (void)snprintf(name, sizeof(name), "field-%zu", i);
        read_stored(&field, html, name);
        assert_int_equal(field.num, hosts.num);
        for (size_t row = 0; row < field.num; row++) {
            rows[row].max = SIZE_MAX / 2;
            if (field.texts[row][0] != CM_HTML_ABSENT) {
                (void)cm_buf_puts(&rows[row], i == 0 ? "" : "\x1f");
                put_shown(&rows[row], field.texts[row], hosts.texts[row], "");
            }
        }
        html_column_free(&field);
    }
    for (size_t row = 0; row < hosts.num; row++) {
        column->texts[row] = cm_buf_take(&rows[row]);
        assert_non_null(column->texts[row]);
    }
    free(rows);
    html_column_free(&hosts);
}

/* Each row's findings, one after the other. */
static void read_findings(struct html_column *column, const char *html)
{
    struct html_column all;
    struct html_column counts;
    struct html_column hosts;
    struct html_column addresses;
    size_t next = 0;

    read_stored(&all, html, "findings");
    read_stored(&counts, html, "counts");
    read_stored(&hosts, html, "host");
    read_stored(&addresses, html, "address");
    column->num = counts.num;
    column->texts = calloc(counts.num + 1, sizeof(*column->texts));
    assert_non_null(column->texts);
    for (size_t row = 0; row < counts.num; row++) {
        struct cm_buf out;
        long num = strtol(counts.texts[row], NULL, 10);

        cm_buf_init(&out, SIZE_MAX / 2);
        for (long i = 0; i < num; i++) {
            assert_true(next < all.num);
            (void)cm_buf_puts(&out, i == 0 ? "" : "\x1f");
            put_shown(&out, all.texts[next++], hosts.texts[row],
                      addresses.texts[row]);
        }
        column->texts[row] = cm_buf_take(&out);
        assert_non_null(column->texts[row]);
    }
    assert_int_equal(next, all.num);
    html_column_free(&all);
    html_column_free(&counts);
    html_column_free(&hosts);
    html_column_free(&addresses);
}

void html_column_read(struct html_column *column, const char *html,
                      const char *name)
{
    memset(column, 0, sizeof(*column));
    if (strcmp(name, "labels") == 0) {
        read_fields(column, html);
    } else if (strcmp(name, "findings") == 0) {
        read_findings(column, html);
    } else {
        read_stored(column, html, name);
        if (strcmp(name, "line") == 0) {
            add_up(column);
        }
    }
}

void html_column_read_stored(struct html_column *column, const char *html,
                             const char *name)
{
    memset(column, 0, sizeof(*column));
    read_stored(column, html, name);
}

void html_column_free(struct html_column *column)
{
    for (size_t i = 0; i < column->num; i++) {
        free(column->texts[i]);
    }
    free(column->texts);
    memset(column, 0, sizeof(*column));
}
