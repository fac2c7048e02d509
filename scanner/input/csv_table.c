/* A small CSV file, read whole: records with their lines, for lists that the
 * user keeps by hand. Unlike the fleet, the first mistake ends it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "input/parts.h"

struct reading {
    struct csv_parser parser;
    struct cm_record record;
    uint64_t line;       /* that is read next */
    uint64_t first_line; /* of the record under way */
    bool open;           /* a record goes on in the next line */
    bool no_memory;
    cm_table_fn *fn;
    void *arg;
};

static void on_field(void *field, size_t len, void *arg)
{
    struct reading *r = arg;

    r->no_memory |= !cm_record_add(&r->record, field, len);
}

static void on_record(int terminator, void *arg)
{
    struct reading *r = arg;

    (void)terminator;
    r->open = false;
}

static size_t line_length(struct cm_span bytes)
{
    const uint8_t *end = memchr(bytes.data, '\n', bytes.len);

    return end == NULL ? bytes.len : (size_t)(end - bytes.data) + 1;
}

/* Between records: a comment, or nothing at all. */
static bool is_idle(struct cm_span line)
{
    line = cm_span_trim(line);
    return line.len == 0 || line.data[0] == (uint8_t)'#';
}

static enum cm_status mistake(const struct reading *r, const char *what,
                              struct cm_error *err)
{
    return cm_error_set(err, CM_EINPUT, "line %llu: %s",
                        (unsigned long long)r->first_line, what);
}

/* The record's fields as C strings, without the white space around them. */
static enum cm_status hand_over(struct reading *r, struct cm_error *err)
{
    size_t num = cm_record_kept(&r->record);
    char **fields;
    enum cm_status status = CM_OK;

    if (r->no_memory) {
        return cm_error_nomem(err, "a record");
    }
    if (r->record.num_fields > num) {
        return mistake(r, "there are too many fields", err);
    }
    fields = calloc(num + 1, sizeof(*fields));
    for (size_t i = 0; fields != NULL && status == CM_OK && i < num; i++) {
        struct cm_span field = cm_span_trim(cm_record_field(&r->record, i));

        if (field.len > 0 && memchr(field.data, 0, field.len) != NULL) {
            status = mistake(r, "there is a zero byte in it", err);
        } else {
            fields[i] = strndup(field.len > 0 ? (const char *)field.data : "",
                                field.len);
        }
        if (status == CM_OK && fields[i] == NULL) {
            status = cm_error_nomem(err, "a record");
        }
    }
    if (fields == NULL) {
        return cm_error_nomem(err, "a record");
    }
    if (status == CM_OK) {
        status = r->fn(r->arg, r->first_line, fields, num, err);
    }
    for (size_t i = 0; i < num; i++) {
        free(fields[i]);
    }
    free(fields);
    return status;
}

static enum cm_status add_line(struct reading *r, struct cm_span line,
                               struct cm_error *err)
{
    static const char quotes[] =
        "a quote is not closed, or stands inside a field";

    if (!r->open) {
        r->first_line = r->line;
        cm_record_clear(&r->record);
    }
    r->line++;
    r->open = true; /* until on_record says otherwise */
    if (csv_parse(&r->parser, line.data, line.len, on_field, on_record, r) !=
        line.len) {
        return csv_error(&r->parser) == CSV_EPARSE
                   ? mistake(r, quotes, err)
                   : cm_error_nomem(err, "a record");
    }
    return r->open ? CM_OK : hand_over(r, err);
}

static enum cm_status read_lines(struct reading *r, struct cm_span bytes,
                                 struct cm_error *err)
{
    enum cm_status status = CM_OK;
    bool delimiter_known = false;

    while (status == CM_OK && bytes.len > 0) {
        struct cm_span line = {bytes.data, line_length(bytes)};

        bytes.data += line.len;
        bytes.len -= line.len;
        if (!r->open && is_idle(line)) {
            r->line++;
            continue;
        }
        if (!delimiter_known) {
            struct cm_guess guess = {0};

            cm_guess_add(&guess, line);
            r->record.delimiter = cm_guess_best(&guess);
            csv_set_delim(&r->parser, (unsigned char)r->record.delimiter);
            delimiter_known = true;
        }
        status = add_line(r, line, err);
    }
    if (status != CM_OK || !r->open) {
        return status;
    }
    /* The last line has no end, or a quote is still open. */
    if (csv_fini(&r->parser, on_field, on_record, r) != 0) {
        return csv_error(&r->parser) == CSV_EPARSE
                   ? mistake(r, "a quote is not closed", err)
                   : cm_error_nomem(err, "a record");
    }
    return hand_over(r, err);
}

enum cm_status cm_table_read(struct cm_span bytes, cm_table_fn *fn, void *arg,
                             struct cm_error *err)
{
    struct reading r = {.line = 1, .fn = fn, .arg = arg};
    enum cm_status status;

    if (bytes.len >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0) {
        bytes.data += 3; /* a byte order mark */
        bytes.len -= 3;
    }
    cm_record_init(&r.record);
    if (csv_init(&r.parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        return cm_error_nomem(err, "a record");
    }
    status = read_lines(&r, bytes, err);
    csv_free(&r.parser);
    cm_record_cleanup(&r.record);
    return status;
}
