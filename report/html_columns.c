/* The endpoint table's data, packed while it is read.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "certmuster/text.h"
#include "html_parts.h"

#define MAX_PACKED (1U << 30) /* of one column */
#define CHUNK 16384U
#define LEVEL 6

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
    [CM_COL_LABELS] = "labels",
    [CM_COL_FINDINGS] = "findings",
    [CM_COL_REMAINING] = "remaining",
    [CM_COL_VIEWS] = "views",
    [CM_COL_REVOCATION] = "revocation",
    [CM_COL_CLIENTS] = "clients",
    [CM_COL_POLICIES] = "policies",
    [CM_COL_RULES] = "rules",
    [CM_COL_GRADE] = "grade",
};

struct column {
    z_stream deflate;
    bool open;
    struct cm_buf plain; /* not yet packed */
    struct cm_buf packed;
};

struct cm_html_columns {
    struct column columns[CM_COL_COUNT];
    bool failed;
};

struct cm_html_columns *cm_html_columns_new(void)
{
    struct cm_html_columns *columns = calloc(1, sizeof(*columns));

    for (size_t i = 0; columns != NULL && i < CM_COL_COUNT; i++) {
        struct column *column = &columns->columns[i];

        cm_buf_init(&column->plain, SIZE_MAX / 2);
        cm_buf_init(&column->packed, MAX_PACKED);
        /* Negative window bits: raw deflate, as browsers read it. */
        if (deflateInit2(&column->deflate, LEVEL, Z_DEFLATED, -15, 8,
                         Z_DEFAULT_STRATEGY) != Z_OK) {
            cm_html_columns_free(columns);
            return NULL;
        }
        column->open = true;
    }
    return columns;
}

void cm_html_columns_free(struct cm_html_columns *columns)
{
    if (columns == NULL) {
        return;
    }
    for (size_t i = 0; i < CM_COL_COUNT; i++) {
        if (columns->columns[i].open) {
            (void)deflateEnd(&columns->columns[i].deflate);
        }
        cm_buf_cleanup(&columns->columns[i].plain);
        cm_buf_cleanup(&columns->columns[i].packed);
    }
    free(columns);
}

/* Packs what is waiting. */
static bool pack(struct column *column, int flush)
{
    uint8_t chunk[CHUNK];
    int state;

    column->deflate.next_in = column->plain.data;
    column->deflate.avail_in = (uInt)column->plain.len;
    do {
        column->deflate.next_out = chunk;
        column->deflate.avail_out = sizeof(chunk);
        state = deflate(&column->deflate, flush);
        if (state == Z_STREAM_ERROR ||
            !cm_buf_append(&column->packed, chunk,
                           sizeof(chunk) - column->deflate.avail_out)) {
            return false;
        }
    } while (column->deflate.avail_out == 0);
    cm_buf_clear(&column->plain);
    return true;
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

void cm_html_columns_add(struct cm_html_columns *columns,
                         enum cm_html_column column, const char *text,
                         size_t len)
{
    struct column *to = &columns->columns[column];

    add_line(&to->plain, text, len);
    if (to->plain.failed || (to->plain.len >= CHUNK && !pack(to, Z_NO_FLUSH))) {
        columns->failed = true;
    }
}

static enum cm_status write_column(struct column *column, const char *name,
                                   struct cm_outfile *file,
                                   struct cm_error *err)
{
    const size_t step = 3 * CHUNK; /* whole groups of three bytes */
    struct cm_buf text;
    enum cm_status status = CM_OK;

    cm_buf_init(&text, 8 * CHUNK);
    (void)cm_buf_printf(&text,
                        "<script type=\"application/octet-stream\" "
                        "data-column-data id=\"col-%s\">",
                        name);
    for (size_t i = 0; status == CM_OK && i < column->packed.len; i += step) {
        size_t left = column->packed.len - i;

        (void)cm_buf_base64(&text, column->packed.data + i,
                            left < step ? left : step);
        status = cm_outfile_put(file, &text, err);
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

    for (size_t i = 0; status == CM_OK && i < CM_COL_COUNT; i++) {
        struct column *column = &columns->columns[i];

        if (columns->failed || !pack(column, Z_FINISH)) {
            return cm_error_nomem(err, "the endpoint table of the report");
        }
        status = write_column(column, names[i], file, err);
    }
    return status;
}
