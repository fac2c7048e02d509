/* One CSV record while it is read: its fields, and where each of them stands in
 * the file, for messages that point at the very byte.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "input/parts.h"

#define REST_MAX 1024

void cm_record_init(struct cm_record *record)
{
    memset(record, 0, sizeof(*record));
    /* libcsv never makes a record longer than its raw text. */
    cm_buf_init(&record->text, CM_INPUT_MAX_RECORD);
}

void cm_record_cleanup(struct cm_record *record)
{
    cm_buf_cleanup(&record->text);
}

void cm_record_clear(struct cm_record *record)
{
    cm_buf_clear(&record->text);
    record->num_fields = 0;
}

bool cm_record_add(struct cm_record *record, const void *field, size_t len)
{
    if (record->num_fields < CM_INPUT_MAX_COLUMNS) {
        if (len > 0 && !cm_buf_append(&record->text, field, len)) {
            return false;
        }
        record->ends[record->num_fields] = record->text.len;
    }
    record->num_fields++;
    return true;
}

size_t cm_record_kept(const struct cm_record *record)
{
    return record->num_fields < CM_INPUT_MAX_COLUMNS ? record->num_fields
                                                     : CM_INPUT_MAX_COLUMNS;
}

struct cm_span cm_record_field(const struct cm_record *record, size_t index)
{
    size_t start = index == 0 ? 0 : record->ends[index - 1];
    struct cm_span field = {NULL, record->ends[index] - start};

    if (field.len > 0) {
        field.data = record->text.data + start;
    }
    return field;
}

/* Walks the raw bytes by libcsv's rules: a quote opens a field only where the
 * field begins, spaces before it left aside. */
struct walk {
    const struct cm_record *record;
    size_t at;
    size_t line_start;
    uint64_t line;
};

static bool at_byte(const struct walk *w, uint8_t byte)
{
    return w->at < w->record->raw.len && w->record->raw.data[w->at] == byte;
}

static void step(struct walk *w)
{
    const uint8_t *raw = w->record->raw.data;
    uint8_t c = raw[w->at++];
    bool cr_of_crlf = c == (uint8_t)'\r' && at_byte(w, (uint8_t)'\n');

    if ((c == (uint8_t)'\r' || c == (uint8_t)'\n') && !cr_of_crlf) {
        w->line++;
        w->line_start = w->at;
    }
}

static void skip_spaces(struct walk *w)
{
    while ((at_byte(w, (uint8_t)' ') || at_byte(w, (uint8_t)'\t')) &&
           !at_byte(w, (uint8_t)w->record->delimiter)) {
        step(w);
    }
}

static void skip_field(struct walk *w)
{
    bool quoted = at_byte(w, (uint8_t)'"');

    if (quoted) {
        step(w);
    }
    while (w->at < w->record->raw.len) {
        if (quoted && at_byte(w, (uint8_t)'"')) {
            step(w);
            quoted = at_byte(w, (uint8_t)'"'); /* doubled: still inside */
            if (!quoted) {
                continue;
            }
        } else if (!quoted && at_byte(w, (uint8_t)w->record->delimiter)) {
            step(w);
            return;
        }
        step(w);
    }
}

static struct walk walk_to(const struct cm_record *record, size_t index)
{
    struct walk w = {record, 0, 0, record->line};

    skip_spaces(&w);
    for (size_t i = 0; i < index; i++) {
        skip_field(&w);
        skip_spaces(&w);
    }
    return w;
}

struct cm_place cm_record_place(const struct cm_record *record, size_t index)
{
    struct walk w = walk_to(record, index);
    struct cm_place place = {w.line, (unsigned)(w.at - w.line_start) + 1};

    return place;
}

struct cm_span cm_record_rest(const struct cm_record *record, size_t index)
{
    struct walk w = walk_to(record, index);
    struct cm_span rest = {record->raw.data + w.at, 0};

    while (w.at + rest.len < record->raw.len &&
           rest.data[rest.len] != (uint8_t)'\r' &&
           rest.data[rest.len] != (uint8_t)'\n') {
        rest.len++;
    }
    rest.len = cm_mistake_cut(rest.data, rest.len, REST_MAX);
    return rest;
}
