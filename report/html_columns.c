/* The endpoint table's data, packed while it is read.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "certmuster/map.h"
#include "certmuster/text.h"
#include "html_columns.h"

#define MAX_PACKED (1U << 30) /* of one column */
#define CHUNK 16384U
#define LEVEL 6
#define CODE_NEXT 0U
#define CODE_SAME 65535U
#define MAX_KNOWN ((size_t)4 << 20) /* bytes of a column's texts */
#define TRIAL 4096                  /* texts, before giving up */
#define SELDOM 8
#define AT_FIRST 16 /* texts that a small table need not look for */

static const char *const names[CM_COL_COUNT] = {
    [CM_COL_LINE] = "line",
    [CM_COL_HOST] = "host",
    [CM_COL_PORT] = "port",
    [CM_COL_OWNER] = "owner",
    [CM_COL_VERDICT] = "verdict",
    [CM_COL_CAUSE] = "cause",
    [CM_COL_ALSO] = "also",
    [CM_COL_ENDS] = "ends",
    [CM_COL_TLS] = "tls",
    [CM_COL_RESOLUTION] = "resolution",
    [CM_COL_ACTIONS] = "actions",
    [CM_COL_SUBJECT] = "subject",
    [CM_COL_ISSUER] = "issuer",
    [CM_COL_KEY] = "key",
    [CM_COL_SIGNATURE] = "signature",
    [CM_COL_ADDRESS] = "address",
    [CM_COL_PROTOCOL] = "protocol",
    [CM_COL_CIPHER] = "cipher",
    [CM_COL_GROUP] = "group",
    [CM_COL_FINDINGS] = "findings",
    [CM_COL_COUNTS] = "counts",
    [CM_COL_REMAINING] = "remaining",
    [CM_COL_VIEWS] = "views",
    [CM_COL_REVOCATION] = "revocation",
    [CM_COL_CLIENTS] = "clients",
    [CM_COL_POLICIES] = "policies",
    [CM_COL_RULES] = "rules",
    [CM_COL_GRADE] = "grade",
    [CM_COL_CHANGE] = "change",
    [CM_COL_BREAKS] = "breaks",
};

struct stream {
    z_stream deflate;
    bool open;
    struct cm_buf plain; /* not yet packed */
    struct cm_buf packed;
};

struct column {
    struct stream texts;
    struct stream codes;
    struct cm_map *known; /* text -> its number + 1; NULL: not yet, or no
                             longer */
    bool gave_up;
    struct cm_buf last; /* the value before */
    size_t values;
    size_t num_texts;
    size_t known_bytes;
    size_t found; /* values that were known */
};

struct cm_html_columns {
    struct column columns[CM_COL_COUNT + CM_HTML_MAX_FIELDS];
    size_t num;
    z_stream once; /* for streams that are packed in one go */
    bool once_open;
    bool failed;
};

struct cm_html_columns *cm_html_columns_new(size_t fields)
{
    struct cm_html_columns *columns = calloc(1, sizeof(*columns));

    if (columns == NULL) {
        return NULL;
    }
    columns->num = CM_COL_COUNT +
                   (fields < CM_HTML_MAX_FIELDS ? fields : CM_HTML_MAX_FIELDS);
    for (size_t i = 0; i < columns->num; i++) {
        struct column *column = &columns->columns[i];

        cm_buf_init(&column->texts.plain, SIZE_MAX / 2);
        cm_buf_init(&column->texts.packed, MAX_PACKED);
        cm_buf_init(&column->codes.plain, SIZE_MAX / 2);
        cm_buf_init(&column->codes.packed, MAX_PACKED);
        cm_buf_init(&column->last, SIZE_MAX / 2);
    }
    return columns;
}

static void stream_cleanup(struct stream *stream)
{
    if (stream->open) {
        (void)deflateEnd(&stream->deflate);
    }
    cm_buf_cleanup(&stream->plain);
    cm_buf_cleanup(&stream->packed);
}

void cm_html_columns_free(struct cm_html_columns *columns)
{
    if (columns == NULL) {
        return;
    }
    for (size_t i = 0; i < columns->num; i++) {
        stream_cleanup(&columns->columns[i].texts);
        stream_cleanup(&columns->columns[i].codes);
        cm_buf_cleanup(&columns->columns[i].last);
        cm_map_free(columns->columns[i].known, NULL);
    }
    if (columns->once_open) {
        (void)deflateEnd(&columns->once);
    }
    free(columns);
}

size_t cm_html_columns_fields(const struct cm_html_columns *columns)
{
    return columns->num - CM_COL_COUNT;
}

static bool open_deflate(z_stream *deflate_state, bool *open)
{
    /* Negative window bits: raw deflate, as browsers read it. */
    if (!*open && deflateInit2(deflate_state, LEVEL, Z_DEFLATED, -15, 8,
                               Z_DEFAULT_STRATEGY) != Z_OK) {
        return false;
    }
    *open = true;
    return true;
}

/* Packs what is waiting. */
static bool pack_with(z_stream *deflate_state, struct stream *stream, int flush)
{
    uint8_t chunk[CHUNK];
    int state;

    deflate_state->next_in = stream->plain.data;
    deflate_state->avail_in = (uInt)stream->plain.len;
    do {
        deflate_state->next_out = chunk;
        deflate_state->avail_out = sizeof(chunk);
        state = deflate(deflate_state, flush);
        if (state == Z_STREAM_ERROR ||
            !cm_buf_append(&stream->packed, chunk,
                           sizeof(chunk) - deflate_state->avail_out)) {
            return false;
        }
    } while (deflate_state->avail_out == 0);
    cm_buf_clear(&stream->plain);
    return true;
}

static bool pack(struct stream *stream)
{
    return open_deflate(&stream->deflate, &stream->open) &&
           pack_with(&stream->deflate, stream, Z_NO_FLUSH);
}

/* Packs the rest, and gives the stream's own memory back. */
static bool finish(struct cm_html_columns *columns, struct stream *stream)
{
    if (stream->open) {
        bool whole = pack_with(&stream->deflate, stream, Z_FINISH);

        (void)deflateEnd(&stream->deflate);
        stream->open = false;
        return whole;
    }
    return open_deflate(&columns->once, &columns->once_open) &&
           deflateReset(&columns->once) == Z_OK &&
           pack_with(&columns->once, stream, Z_FINISH);
}

/* Valid UTF-8, one line: "\n" and "\\" are escaped. */
static void add_line(struct cm_buf *plain, const char *text, size_t len)
{
    size_t from = 0;
    bool plain_line = len == 0 || (memchr(text, '\n', len) == NULL &&
                                   memchr(text, '\\', len) == NULL);

    for (size_t i = 0; !plain_line && i < len; i++) {
        if (text[i] == '\n' || text[i] == '\\') {
            cm_text_to_utf8(plain, text + from, i - from);
            (void)cm_buf_puts(plain, text[i] == '\n' ? "\\n" : "\\\\");
            from = i + 1;
        }
    }
    if (len > from) {
        cm_text_to_utf8(plain, text + from, len - from);
    }
    (void)cm_buf_putc(plain, '\n');
}

/* What never comes again is not worth looking for. */
static void give_up(struct column *column)
{
    if (column->num_texts >= TRIAL &&
        column->found < column->num_texts / SELDOM) {
        cm_map_free(column->known, NULL);
        column->known = NULL;
        column->gave_up = true;
    }
}

/* The number of a text that is not known yet. */
static bool learn(struct column *column, const char *text, size_t len)
{
    size_t nth = ++column->num_texts;

    add_line(&column->texts.plain, text, len);
    if (column->gave_up || nth < AT_FIRST || nth >= CODE_SAME ||
        column->known_bytes + len > MAX_KNOWN) {
        return true;
    }
    if (column->known == NULL) {
        column->known = cm_map_new();
        if (column->known == NULL) {
            return false;
        }
    }
    column->known_bytes += len;
    give_up(column);
    return column->gave_up ||
           cm_map_put(column->known, text, len, (void *)(uintptr_t)nth);
}

static bool same_as_last(const struct column *column, const char *text,
                         size_t len)
{
    return column->values > 0 && column->last.len == len &&
           (len == 0 || memcmp(column->last.data, text, len) == 0);
}

static bool add(struct column *column, const char *text, size_t len)
{
    uintptr_t code = CODE_SAME;

    if (!same_as_last(column, text, len)) {
        code = column->known == NULL
                   ? CODE_NEXT
                   : (uintptr_t)cm_map_get(column->known, text, len);
        column->found += code != CODE_NEXT;
        if (code == CODE_NEXT && !learn(column, text, len)) {
            return false;
        }
        column->last.len = 0; /* it keeps its memory */
        if (!cm_buf_append(&column->last, text, len)) {
            return false;
        }
    }
    column->values++;
    (void)cm_buf_putc(&column->codes.plain, (char)(code & 0xff));
    return cm_buf_putc(&column->codes.plain, (char)(code >> 8)) &&
           !column->texts.plain.failed;
}

static bool settle(struct stream *stream)
{
    return stream->plain.len < CHUNK || pack(stream);
}

void cm_html_columns_add(struct cm_html_columns *columns, size_t column,
                         const char *text, size_t len)
{
    struct column *to = &columns->columns[column];

    if (!add(to, text, len) || !settle(&to->texts) || !settle(&to->codes)) {
        columns->failed = true;
    }
}

static enum cm_status write_stream(const struct stream *stream,
                                   struct cm_buf *text, struct cm_outfile *file,
                                   struct cm_error *err)
{
    const size_t step = 3 * CHUNK; /* whole groups of three bytes */
    enum cm_status status = CM_OK;

    for (size_t i = 0; status == CM_OK && i < stream->packed.len; i += step) {
        size_t left = stream->packed.len - i;

        (void)cm_buf_base64(text, stream->packed.data + i,
                            left < step ? left : step);
        status = cm_outfile_put(file, text, err);
    }
    return status;
}

static enum cm_status write_column(const struct column *column, size_t at,
                                   struct cm_outfile *file,
                                   struct cm_error *err)
{
    struct cm_buf text;
    enum cm_status status;

    cm_buf_init(&text, 8 * CHUNK);
    (void)cm_buf_puts(&text, "<script type=\"application/octet-stream\" "
                             "data-column-data id=\"col-");
    if (at < CM_COL_COUNT) {
        (void)cm_buf_puts(&text, names[at]);
    } else {
        (void)cm_buf_printf(&text, "field-%zu", at - CM_COL_COUNT);
    }
    (void)cm_buf_puts(&text, "\">");
    status = write_stream(&column->texts, &text, file, err);
    (void)cm_buf_putc(&text, '.');
    if (status == CM_OK) {
        status = write_stream(&column->codes, &text, file, err);
    }
    (void)cm_buf_puts(&text, "</script>\n");
    if (status == CM_OK) {
        status = cm_outfile_put(file, &text, err);
    }
    cm_buf_cleanup(&text);
    return status;
}

enum cm_status cm_html_columns_write(struct cm_html_columns *columns,
                                     struct cm_outfile *file,
                                     struct cm_error *err)
{
    enum cm_status status = CM_OK;

    for (size_t i = 0; status == CM_OK && i < columns->num; i++) {
        struct column *column = &columns->columns[i];

        if (columns->failed || !finish(columns, &column->texts) ||
            !finish(columns, &column->codes)) {
            return cm_error_nomem(err, "the endpoint table of the report");
        }
        status = write_column(column, i, file, err);
    }
    return status;
}
