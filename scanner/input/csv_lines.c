/* CSV lines to records. libcsv is fed one physical line at a time, so that the
 * line and column of a mistake are exact. All bytes of the record under way are
 * kept: when it proves broken, only its first line is given up and reading goes
 * on with its second, so that a forgotten quote costs one row and not the
 * thousands behind it. A line is read again at most once for that, since one
 * that leaves a quote open would have closed the quote before it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "input/csv_parts.h"

#define BLOCK_SIZE 4096   /* by which libcsv's buffer grows */
#define BETWEEN_RECORDS 0 /* libcsv's pstate there */

static void on_field(void *field, size_t len, void *arg)
{
    struct cm_input *in = arg;

    in->no_memory |= !cm_record_add(&in->record, field, len);
}

static void on_record(int terminator, void *arg)
{
    struct cm_input *in = arg;

    (void)terminator;
    in->record_done = true;
}

/* No field is longer than its record: this only keeps us honest. */
static void *grow(void *old, size_t size)
{
    return size > CM_INPUT_MAX_RECORD + BLOCK_SIZE ? NULL : realloc(old, size);
}

void cm_csv_restart(struct cm_input *in)
{
    csv_free(&in->parser);
    (void)csv_init(&in->parser, CSV_STRICT | CSV_STRICT_FINI);
    csv_set_delim(&in->parser, (unsigned char)in->record.delimiter);
    csv_set_blk_size(&in->parser, BLOCK_SIZE);
    csv_set_realloc_func(&in->parser, grow);
    in->record_done = false;
}

static bool is_open(const struct cm_input *in)
{
    return in->parser.pstate != BETWEEN_RECORDS;
}

/* The bytes of the record under way, up to `end`. */
static void take_raw(struct cm_input *in, size_t end)
{
    in->record.raw.data = in->pending + in->start;
    in->record.raw.len = end - in->start;
}

/* The index behind the line's end, CR, LF or CR LF; 0: not there yet. A CR that
 * is the last byte waits for its LF. */
static size_t line_end(const struct cm_input *in, size_t from, bool at_end)
{
    const uint8_t *data = in->pending;
    size_t at = from;

    while (at < in->len && data[at] != (uint8_t)'\n' &&
           data[at] != (uint8_t)'\r') {
        at++;
    }
    if (at == in->len) {
        return at_end && at > from ? at : 0;
    }
    if (data[at] == (uint8_t)'\n') {
        return at + 1;
    }
    if (at + 1 == in->len) {
        return at_end ? at + 1 : 0;
    }
    return data[at + 1] == (uint8_t)'\n' ? at + 2 : at + 1;
}

static bool next_line(struct cm_input *in, size_t *end)
{
    *end = line_end(in, in->scanned, in->at_end);
    if (*end == 0) {
        in->scanned = in->len;
        if (in->len > in->parsed && in->pending[in->len - 1] == (uint8_t)'\r') {
            in->scanned--;
        }
        return false;
    }
    return true;
}

/* Done with all up to `end`, where a record may start. */
static void move_on(struct cm_input *in, size_t end)
{
    in->start = end;
    in->parsed = end;
    in->sniffed = end;
    in->scanned = end;
}

/* A record without any delimiter, a title or a list's first name, does not say
 * which one the file has: ask the next one. */
static void doubt_delimiter(struct cm_input *in)
{
    if (!in->delimiter_sure) {
        in->record.delimiter = '\0';
        memset(&in->guess, 0, sizeof(in->guess));
    }
}

/* Reports the record under way as broken, drops its first line and takes the
 * next ones up again. */
static enum cm_status give_up_record(struct cm_input *in, struct cm_place place,
                                     const char *reason)
{
    enum cm_status status =
        cm_rows_add_broken(&in->rows, &in->record, place, reason);

    move_on(in, line_end(in, in->start, true));
    in->line = in->record.line + 1;
    cm_record_clear(&in->record);
    cm_csv_restart(in);
    doubt_delimiter(in);
    return status;
}

static enum cm_status fail_at_byte(struct cm_input *in, size_t offset)
{
    struct cm_place here = {in->line, (unsigned)offset + 1};
    struct cm_place open;
    char reason[CM_REASON_SIZE];

    if (in->no_memory || csv_error(&in->parser) != CSV_EPARSE) {
        return cm_error_nomem(&in->rows.error, "a record of the input");
    }
    open = cm_record_place(&in->record, in->record.num_fields);
    if (!in->parser.quoted) {
        cm_mistake_words(reason,
                         "a quote stands inside a field that does not start "
                         "with one; put the whole field in quotes and double "
                         "the quote inside it");
    } else if (open.line == here.line) {
        cm_mistake_words(reason,
                         "text follows the closing quote of field %zu; put the "
                         "delimiter there, or double the quote if it belongs "
                         "to the text",
                         in->record.num_fields + 1);
    } else {
        cm_mistake_words(reason,
                         "the quote that opens here closes only in line %llu, "
                         "column %u, and text follows it there; close field "
                         "%zu with a quote",
                         (unsigned long long)here.line, here.column - 1,
                         in->record.num_fields + 1);
        here = open;
    }
    return give_up_record(in, here, reason);
}

static enum cm_status fail_unclosed(struct cm_input *in)
{
    struct cm_place open;
    char reason[CM_REASON_SIZE];

    take_raw(in, in->parsed);
    open = cm_record_place(&in->record, in->record.num_fields);
    cm_mistake_words(reason,
                     "the quote that opens here is never closed%s; close field "
                     "%zu with a quote",
                     in->at_end ? "" : " (looked through 262144 bytes)",
                     in->record.num_fields + 1);
    return give_up_record(in, open, reason);
}

static enum cm_status take_record(struct cm_input *in, size_t end)
{
    enum cm_status status;

    take_raw(in, end);
    status = in->no_memory
                 ? cm_error_nomem(&in->rows.error, "a record of the input")
                 : cm_rows_add(&in->rows, &in->record);
    in->record_done = false;
    cm_record_clear(&in->record);
    return status;
}

static enum cm_status parse_line(struct cm_input *in, size_t end)
{
    const uint8_t *line = in->pending + in->parsed;
    size_t len = end - in->parsed;
    size_t got;
    enum cm_status status = CM_OK;

    if (!is_open(in)) {
        in->record.line = in->line;
        if (line[0] == (uint8_t)'#') {
            in->line++;
            move_on(in, end);
            return CM_OK;
        }
    }
    take_raw(in, end);
    got = csv_parse(&in->parser, line, len, on_field, on_record, in);
    if (got != len) {
        return fail_at_byte(in, got);
    }
    if (in->record_done) {
        status = take_record(in, end);
    }
    in->line++;
    in->parsed = end;
    in->sniffed = end;
    in->scanned = end;
    if (!is_open(in)) {
        in->start = end;
        doubt_delimiter(in);
    }
    return status;
}

static void set_delimiter(struct cm_input *in, char delimiter)
{
    in->record.delimiter = delimiter;
    csv_set_delim(&in->parser, (unsigned char)delimiter);
    in->sniffed = in->parsed;
    in->scanned = in->parsed;
}

static void guess_delimiter(struct cm_input *in)
{
    const struct cm_guess *guess = &in->guess;

    in->delimiter_sure = guess->commas + guess->semicolons + guess->tabs > 0;
    set_delimiter(in, cm_guess_best(guess));
}

static bool says_nothing(struct cm_span line)
{
    if (line.data[0] == (uint8_t)'#') {
        return true;
    }
    for (size_t i = 0; i < line.len; i++) {
        if (line.data[i] == '\0' || strchr(" \t\r\n", line.data[i]) == NULL) {
            return false;
        }
    }
    return true;
}

/* Looks for the delimiter in the first record that is one. */
static void sniff_line(struct cm_input *in, size_t end)
{
    struct cm_span line = {in->pending + in->sniffed, end - in->sniffed};
    bool is_first = in->sniffed == in->parsed;
    char sep = '\0';

    if (is_first && in->line == 1) {
        sep = cm_sniff_sep(line);
    }
    if (is_first && (sep != '\0' || says_nothing(line))) {
        in->line++;
        move_on(in, end);
        if (sep != '\0') {
            set_delimiter(in, sep);
            in->delimiter_sure = true;
        }
        return;
    }
    cm_guess_add(&in->guess, line);
    in->sniffed = end;
    in->scanned = end;
    if (!in->guess.quoted) {
        guess_delimiter(in);
    }
}

static enum cm_status take_line(struct cm_input *in, size_t end)
{
    if (in->skipping) {
        in->skipping = false;
        in->line++;
        move_on(in, end);
        return CM_OK;
    }
    if (in->record.delimiter == '\0') {
        sniff_line(in, end);
        return CM_OK;
    }
    return parse_line(in, end);
}

static void compact(struct cm_input *in)
{
    size_t gone = in->start;

    if (gone > 0) {
        memmove(in->pending, in->pending + gone, in->len - gone);
        in->len -= gone;
        in->start -= gone;
        in->parsed -= gone;
        in->sniffed -= gone;
        in->scanned -= gone;
    }
}

/* Drops what is pending of a line that is too long, but not a CR whose LF may
 * come. */
static void drop_pending(struct cm_input *in)
{
    bool keep = in->len > 0 && in->pending[in->len - 1] == (uint8_t)'\r';

    in->pending[0] = (uint8_t)'\r';
    in->len = keep ? 1 : 0;
    move_on(in, 0);
}

static enum cm_status skip_line(struct cm_input *in)
{
    struct cm_place place = {in->line, 0};
    enum cm_status status = CM_OK;

    if (in->pending[0] != (uint8_t)'#') { /* a comment may be of any length */
        in->record.line = in->line;
        take_raw(in, in->len);
        status = cm_rows_add_broken(&in->rows, &in->record, place,
                                    "the line is longer than 262144 bytes; is "
                                    "a newline missing?");
    }
    in->skipping = true;
    drop_pending(in);
    return status;
}

enum cm_status cm_csv_drain(struct cm_input *in)
{
    enum cm_status status = CM_OK;
    size_t end;

    while (status == CM_OK && next_line(in, &end)) {
        status = take_line(in, end);
    }
    if (in->skipping) {
        drop_pending(in);
    }
    compact(in);
    return status;
}

/* Makes room when one record fills all of `pending`. */
enum cm_status cm_csv_overflow(struct cm_input *in)
{
    enum cm_status status = CM_OK;

    while (status == CM_OK && in->len == CM_INPUT_MAX_RECORD) {
        if (in->record.delimiter == '\0') {
            guess_delimiter(in);
        } else if (is_open(in)) {
            status = fail_unclosed(in);
        } else {
            status = skip_line(in);
        }
        if (status == CM_OK) {
            status = cm_csv_drain(in);
        }
    }
    return status;
}

/* At the end a quote may still be open; each time one is, a record less. */
enum cm_status cm_csv_finish(struct cm_input *in)
{
    enum cm_status status = CM_OK;
    bool more = true;

    in->at_end = true;
    in->scanned = in->sniffed; /* a line may now end without a newline */
    while (status == CM_OK && more) {
        status = cm_csv_drain(in);
        if (status == CM_OK && in->len > 0 && in->record.delimiter == '\0') {
            guess_delimiter(in);
            continue; /* a quote of the first record is never closed */
        }
        more = status == CM_OK && is_open(in);
        if (more && csv_fini(&in->parser, on_field, on_record, in) != 0) {
            status = fail_unclosed(in);
        } else if (more) {
            status = take_record(in, in->len);
            more = false;
        }
    }
    return status == CM_OK ? cm_rows_finish(&in->rows) : status;
}
