/* Records to rows: the first good record settles the columns; each other one
 * becomes exactly one row, valid or with its reason.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "certmuster/text.h"
#include "input/parts.h"

#define CUT_FIELD 1024 /* bytes kept of a field that is over the cap */

static enum cm_status no_memory(struct cm_rows *rows)
{
    return cm_error_nomem(&rows->error, "a row of the input");
}

static void forget_held(struct cm_rows *rows)
{
    for (size_t i = 0; i < rows->num_held; i++) {
        cm_row_free(rows->held[i]);
    }
    rows->num_held = 0;
}

void cm_rows_cleanup(struct cm_rows *rows)
{
    forget_held(rows);
    cm_header_cleanup(&rows->header);
}

/* A field as a C string in UTF-8; a NUL byte is shown as U+FFFD. */
static char *to_text(struct cm_span field)
{
    struct cm_buf out;
    size_t len = field.len <= CM_INPUT_MAX_FIELD
                     ? field.len
                     : cm_mistake_cut(field.data, field.len, CUT_FIELD);
    const char *at = (const char *)field.data;
    char *text;

    cm_buf_init(&out, 4 * len + 1);
    while (len > 0) {
        const char *nul = memchr(at, '\0', len);
        size_t part = nul != NULL ? (size_t)(nul - at) : len;

        if (part > 0) {
            cm_text_to_utf8(&out, at, part);
        }
        if (nul != NULL) {
            (void)cm_buf_puts(&out, "\xef\xbf\xbd");
            part++;
        }
        at += part;
        len -= part;
    }
    text = cm_buf_take(&out);
    cm_buf_cleanup(&out);
    return text;
}

/* A new row with the record's fields; `rest`, if not empty, is one more. */
static struct cm_row *make_row(struct cm_rows *rows,
                               const struct cm_record *record,
                               struct cm_span rest)
{
    size_t kept = cm_record_kept(record);
    struct cm_row *row = cm_row_new();
    bool good;

    if (row == NULL) {
        return NULL;
    }
    row->line = record->line;
    row->fields = calloc(kept + 1, sizeof(*row->fields));
    good = row->fields != NULL;
    for (size_t i = 0; good && i < kept; i++) {
        row->fields[i] = to_text(cm_record_field(record, i));
        good = row->fields[i] != NULL;
        row->num_fields += good;
    }
    if (good && rest.len > 0) {
        row->fields[kept] = to_text(rest);
        good = row->fields[kept] != NULL;
        row->num_fields += good;
    }
    if (!good) {
        cm_row_free(row);
        return NULL;
    }
    rows->made++;
    row->id = rows->made;
    return row;
}

/* Says why, and where; a place in a later line of the record goes into the
 * words, since `column` counts in the record's first line. */
static void refuse(struct cm_row *row, enum cm_cause cause,
                   struct cm_place place, const char *reason)
{
    row->valid = false;
    row->cause = cause;
    if (place.line == row->line) {
        row->column = place.column;
        cm_mistake_words(row->reason, "%s", reason);
    } else {
        row->column = 0;
        cm_mistake_words(row->reason, "line %llu, column %u: %s",
                         (unsigned long long)place.line, place.column, reason);
    }
}

static enum cm_status hand_over(struct cm_rows *rows, struct cm_row *row)
{
    rows->handed_over++;
    return rows->sink.row(rows->sink.arg, row);
}

static enum cm_status announce_columns(struct cm_rows *rows)
{
    const struct cm_header *header = &rows->header;
    const char **names = calloc(header->num_names, sizeof(*names));
    enum cm_status status;

    if (names == NULL) {
        return no_memory(rows);
    }
    for (size_t i = 0; i < header->num_names; i++) {
        names[i] = header->names[i];
    }
    rows->columns_known = true;
    status = rows->sink.columns(rows->sink.arg, names, header->num_names,
                                header->owner, header->has_header);
    free(names);
    for (size_t i = 0; i < rows->num_held; i++) {
        struct cm_row *row = rows->held[i];

        if (status == CM_OK) {
            status = hand_over(rows, row);
        } else {
            cm_row_free(row);
        }
    }
    rows->num_held = 0;
    return status;
}

/* Rows whose columns are not known yet wait, so that a title line above the
 * header costs one invalid row and not the meaning of all columns. */
static enum cm_status hand_over_or_hold(struct cm_rows *rows,
                                        struct cm_row *row)
{
    enum cm_status status;

    if (rows->columns_known) {
        return hand_over(rows, row);
    }
    rows->held[rows->num_held++] = row;
    if (rows->num_held < CM_HELD_MAX) {
        return CM_OK;
    }
    status = cm_header_from_content(&rows->header, NULL, 0) ? CM_OK
                                                            : no_memory(rows);
    return status == CM_OK ? announce_columns(rows) : status;
}

/* Which caps and rules does a record break that is good CSV? */
static bool find_flaw(const struct cm_record *record, struct cm_place *place,
                      char reason[CM_REASON_SIZE])
{
    size_t kept = cm_record_kept(record);

    for (size_t i = 0; i < kept; i++) {
        struct cm_span field = cm_record_field(record, i);

        if (field.len > 0 && memchr(field.data, 0, field.len) != NULL) {
            cm_mistake_words(reason,
                             "field %zu holds a zero byte; save the file as "
                             "plain text in UTF-8",
                             i + 1);
        } else if (field.len > CM_INPUT_MAX_FIELD) {
            cm_mistake_words(reason,
                             "field %zu holds %zu bytes, more than %d; is a "
                             "quote or a newline missing?",
                             i + 1, field.len, CM_INPUT_MAX_FIELD);
        } else {
            continue;
        }
        *place = cm_record_place(record, i);
        return true;
    }
    if (record->num_fields > kept) {
        *place = cm_record_place(record, kept);
        cm_mistake_words(reason,
                         "the row has %zu fields, more than %d; is a newline "
                         "missing?",
                         record->num_fields, CM_INPUT_MAX_COLUMNS);
        return true;
    }
    return false;
}

static const char *text_of(const struct cm_header *header,
                           const struct cm_row *row, enum cm_part part)
{
    int column = header->column[part];

    return column >= 0 && (size_t)column < row->num_fields ? row->fields[column]
                                                           : "";
}

/* Whose trust the row asks about. A name that is no view is a mistake: nobody
 * shall read the verdict of another view. */
static bool read_trust(const struct cm_input_options *options,
                       struct cm_span text, struct cm_endpoint *out,
                       struct cm_mistake *mistake)
{
    char quoted[CM_QUOTE_SIZE];

    text = cm_span_trim(text);
    if (text.len == 0 || options->num_views == 0) {
        return true;
    }
    for (size_t i = 0; i < options->num_views; i++) {
        const char *name = options->views[i];
        size_t len = strlen(name);

        if (len == text.len && len < sizeof(out->trust) &&
            strncasecmp(name, (const char *)text.data, len) == 0) {
            memcpy(out->trust, name, len + 1);
            return true;
        }
    }
    return cm_mistake_refuse(
        mistake, CM_PART_TRUST,
        "no trust view is named %s; --trust NAME=FILE makes one, and an empty "
        "field means \"%s\"",
        cm_mistake_quote(text, quoted), options->views[0]);
}

/* Which files; what is in them is seen when they are read. A key of its own
 * needs a certificate beside it. */
static bool read_client(const struct cm_header *header, struct cm_row *row,
                        struct cm_mistake *mistake)
{
    struct cm_span cert =
        cm_span_trim(cm_span_of(text_of(header, row, CM_PART_CLIENT_CERT)));
    struct cm_span key =
        cm_span_trim(cm_span_of(text_of(header, row, CM_PART_CLIENT_KEY)));
    bool none = cert.len == 1 && cert.data[0] == (uint8_t)'-';

    if (key.len > 0 && (cert.len == 0 || none)) {
        return cm_mistake_refuse(mistake, CM_PART_CLIENT_KEY,
                                 "a client key is named, but no certificate; "
                                 "name its file in the column client_cert");
    }
    row->client_cert = cert;
    row->client_key = key;
    return true;
}

static void examine(const struct cm_rows *rows, const struct cm_record *record,
                    struct cm_row *row)
{
    const struct cm_header *header = &rows->header;
    struct cm_target_text text = {
        .host = text_of(header, row, CM_PART_HOST),
        .port = text_of(header, row, CM_PART_PORT),
        .protocol = text_of(header, row, CM_PART_PROTOCOL),
        .sni = text_of(header, row, CM_PART_SNI),
    };
    struct cm_mistake mistake;

    row->valid =
        cm_target_examine(&text, &rows->options, &row->endpoint, &mistake) &&
        read_trust(&rows->options,
                   cm_span_of(text_of(header, row, CM_PART_TRUST)),
                   &row->endpoint, &mistake) &&
        read_client(header, row, &mistake);
    if (!row->valid) {
        int column = header->column[mistake.part];

        if (column < 0 || (size_t)column >= row->num_fields) {
            column = header->column[CM_PART_HOST];
        }
        refuse(row, mistake.cause, cm_record_place(record, (size_t)column),
               mistake.reason);
    }
}

/* The first good record: `*is_header` tells whether it was used up. */
static enum cm_status settle_columns(struct cm_rows *rows,
                                     const struct cm_row *row, bool *is_header)
{
    int wanted = rows->options.header;
    bool has_host = cm_header_is_one(row->fields, row->num_fields);
    bool good;

    *is_header = wanted > 0 || (wanted < 0 && has_host);
    if (*is_header && !has_host) {
        return cm_error_set(&rows->error, CM_EINPUT,
                            "line %llu: no column of the header is named host, "
                            "hostname, fqdn, url, endpoint or address; rename "
                            "the one that names the servers",
                            (unsigned long long)row->line);
    }
    good = *is_header ? cm_header_from_names(&rows->header, row->fields,
                                             row->num_fields)
                      : cm_header_from_content(&rows->header, row->fields,
                                               row->num_fields);
    return good ? announce_columns(rows) : no_memory(rows);
}

enum cm_status cm_rows_add(struct cm_rows *rows, const struct cm_record *record)
{
    const struct cm_span nothing = {NULL, 0};
    char reason[CM_REASON_SIZE];
    struct cm_place place;
    struct cm_row *row;
    bool is_header = false;

    if (find_flaw(record, &place, reason)) {
        return cm_rows_add_broken(rows, record, place, reason);
    }
    row = make_row(rows, record, nothing);
    if (row == NULL) {
        return no_memory(rows);
    }
    if (!rows->columns_known) {
        enum cm_status status = settle_columns(rows, row, &is_header);

        if (status != CM_OK || is_header) {
            rows->made--; /* a header is no row */
            cm_row_free(row);
            return status;
        }
    }
    examine(rows, record, row);
    return hand_over(rows, row);
}

enum cm_status cm_rows_add_broken(struct cm_rows *rows,
                                  const struct cm_record *record,
                                  struct cm_place place, const char *reason)
{
    struct cm_span rest = {NULL, 0};
    struct cm_row *row;

    if (!rows->columns_known && rows->options.header > 0) {
        return cm_error_set(&rows->error, CM_EINPUT,
                            "line %llu: the header cannot be read: %s",
                            (unsigned long long)place.line, reason);
    }
    if (record->num_fields < CM_INPUT_MAX_COLUMNS) {
        rest = cm_record_rest(record, record->num_fields);
    }
    row = make_row(rows, record, rest);
    if (row == NULL) {
        return no_memory(rows);
    }
    refuse(row, CM_CAUSE_INPUT_UNPARSABLE, place, reason);
    return hand_over_or_hold(rows, row);
}

enum cm_status cm_rows_finish(struct cm_rows *rows)
{
    if (rows->num_held == 0) {
        return CM_OK;
    }
    if (!cm_header_from_content(&rows->header, NULL, 0)) {
        return no_memory(rows);
    }
    return announce_columns(rows);
}
