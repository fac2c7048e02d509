/* Is it still the file that the run has read? Its rows are compared, column by
 * column, with those that the store holds; of what the run has not read there
 * is the file's size.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certmuster/text.h"
#include "run/resume.h"

#define CHUNK 65536U
#define MAX_JSON ((size_t)CM_INPUT_MAX_RECORD * 8)
#define SHOWN 60 /* bytes of a field in a message */
#define ADVICE "give the input as it was, or scan anew without --resume"

struct cm_compare {
    const struct cm_unfinished *run; /* borrowed */
    const char *input_path;
    const char *name; /* for messages */
    struct cm_stored_rows *rows;
    struct cm_buf json;  /* of a field */
    struct cm_buf names; /* of the columns, as JSON */
    uint64_t num_equal;
    bool behind; /* a row came that the run does not know */
};

enum cm_status cm_compare_open(struct cm_compare **out,
                               const struct cm_unfinished *run,
                               const char *db_path, const char *input_path,
                               struct cm_error *err)
{
    struct cm_compare *compare = calloc(1, sizeof(*compare));
    enum cm_status status;

    *out = NULL;
    if (compare == NULL) {
        return cm_error_nomem(err, "the comparison");
    }
    cm_buf_init(&compare->json, MAX_JSON);
    cm_buf_init(&compare->names, MAX_JSON);
    compare->run = run;
    compare->input_path = input_path;
    compare->name =
        strcmp(input_path, "-") == 0 ? "standard input" : input_path;
    status = cm_stored_rows_open(&compare->rows, db_path, run->id, err);
    if (status != CM_OK) {
        cm_compare_close(compare);
        return status;
    }
    *out = compare;
    return CM_OK;
}

void cm_compare_close(struct cm_compare *compare)
{
    if (compare != NULL) {
        cm_stored_rows_close(compare->rows);
        cm_buf_cleanup(&compare->json);
        cm_buf_cleanup(&compare->names);
        free(compare);
    }
}

/* --- walking through JSON that cm_text_json wrote --- */

/* Length of the text at `json`, its quotes included; 0: there is none. */
static size_t text_len(const char *json)
{
    size_t len = 1;

    if (json[0] != '"') {
        return 0;
    }
    while (json[len] != '"') {
        if (json[len] == '\0' || (json[len] == '\\' && json[++len] == '\0')) {
            return 0;
        }
        len++;
    }
    return len + 1;
}

/* The start of a JSON text for a message, whole characters only. */
static int shown(const char *json)
{
    size_t len = text_len(json);

    if (len > SHOWN) {
        len = SHOWN;
        while (len > 0 && ((unsigned char)json[len] & 0xC0U) == 0x80U) {
            len--;
        }
    }
    return (int)len;
}

static const char *put_text(struct cm_compare *compare, const char *text)
{
    cm_buf_clear(&compare->json);
    cm_text_json(&compare->json, text, strlen(text));
    return cm_buf_cstr(&compare->json);
}

/* The first of `texts` that differs from those in `json`, an array; its old
 * text goes to *old, which is at "]" when there was none. `num`: all are equal;
 * then *old is behind them. */
static size_t first_difference(struct cm_compare *compare, const char *json,
                               const char *const *texts, size_t num,
                               const char **old)
{
    size_t i;

    json += *json == '[' ? 1 : 0;
    for (i = 0; i < num; i++) {
        const char *now = put_text(compare, texts[i]);
        size_t len = text_len(json);

        if (len == 0 || strlen(now) != len || memcmp(now, json, len) != 0) {
            break;
        }
        json += len;
        json += *json == ',' ? 1 : 0;
    }
    *old = json;
    return i;
}

/* --- rows --- */

enum cm_status cm_compare_columns(struct cm_compare *compare,
                                  const char *const *names, size_t num,
                                  struct cm_error *err)
{
    const char *old;
    size_t at;

    cm_buf_clear(&compare->names);
    cm_buf_putc(&compare->names, '[');
    for (size_t i = 0; i < num; i++) {
        cm_buf_puts(&compare->names, i == 0 ? "" : ",");
        cm_text_json(&compare->names, names[i], strlen(names[i]));
    }
    cm_buf_putc(&compare->names, ']');
    if (compare->names.failed) {
        return cm_error_nomem(err, "the comparison");
    }
    if (compare->run->rows == 0) {
        return CM_OK;
    }
    at = first_difference(compare, compare->run->columns, names, num, &old);
    if (at == num && *old == ']') {
        return CM_OK;
    }
    return cm_error_set(
        err, CM_EINPUT,
        "%s changed since run %lld began: column %zu is %s%.40s and was "
        "%.*s%s; " ADVICE,
        compare->name, (long long)compare->run->id, at + 1,
        at < num ? "" : "not there", at < num ? names[at] : "", shown(old), old,
        *old == ']' ? "not there" : "");
}

/* The name of a column; "" behind the last one. */
static const char *name_of(struct cm_compare *compare, size_t column)
{
    const char *json = cm_buf_cstr(&compare->names);

    json += *json == '[' ? 1 : 0;
    for (size_t i = 0; i < column && text_len(json) > 0; i++) {
        json += text_len(json);
        json += *json == ',' ? 1 : 0;
    }
    return json;
}

static enum cm_status differs(struct cm_compare *compare,
                              const struct cm_row *row, size_t column,
                              const char *old, struct cm_error *err)
{
    const char *now =
        column < row->num_fields ? put_text(compare, row->fields[column]) : "";
    const char *name = name_of(compare, column);

    return cm_error_set(
        err, CM_EINPUT,
        "%s changed since run %lld began: on line %llu column %zu %.*s is "
        "%.*s%s and was %.*s%s; " ADVICE,
        compare->name, (long long)compare->run->id,
        (unsigned long long)row->line, column + 1, shown(name), name,
        shown(now), now, *now == '\0' ? "not there" : "", shown(old), old,
        *old != '"' ? "not there" : "");
}

/* What comes behind the rows that the run knows is new to it, and may be
 * anything; but a file that it has read in part has kept its size. */
static enum cm_status new_row(struct cm_compare *compare,
                              const struct cm_row *row, struct cm_error *err)
{
    const struct cm_unfinished *run = compare->run;
    struct stat info;

    compare->behind = true;
    if (run->input_bytes == 0 || run->rows == 0 ||
        stat(compare->input_path, &info) != 0 || !S_ISREG(info.st_mode) ||
        info.st_size == run->input_bytes) {
        return CM_OK;
    }
    return cm_error_set(
        err, CM_EINPUT,
        "%s changed since run %lld began, on line %llu or behind it: it has "
        "%lld bytes and had %lld; " ADVICE,
        compare->name, (long long)run->id, (unsigned long long)row->line,
        (long long)info.st_size, (long long)run->input_bytes);
}

enum cm_status cm_compare_row(struct cm_compare *compare,
                              const struct cm_row *row, bool *recorded,
                              struct cm_error *err)
{
    const struct cm_stored_row *stored = NULL;
    const char *old;
    size_t at;
    enum cm_status status = CM_OK;

    if (!compare->behind) {
        status = cm_stored_rows_next(compare->rows, &stored, err);
    }
    *recorded = stored != NULL;
    if (status != CM_OK || stored == NULL) {
        return status != CM_OK || compare->behind ? status
                                                  : new_row(compare, row, err);
    }
    at = first_difference(compare, stored->fields,
                          (const char *const *)row->fields, row->num_fields,
                          &old);
    if (compare->json.failed) {
        return cm_error_nomem(err, "the comparison");
    }
    if (at < row->num_fields || *old != ']') {
        return differs(compare, row, at, old, err);
    }
    if (stored->id != row->id || stored->line != row->line) {
        return cm_error_set(
            err, CM_EINPUT,
            "%s changed since run %lld began: what was on line %llu is on line "
            "%llu now; " ADVICE,
            compare->name, (long long)compare->run->id,
            (unsigned long long)stored->line, (unsigned long long)row->line);
    }
    compare->num_equal++;
    return CM_OK;
}

enum cm_status cm_compare_end(struct cm_compare *compare, struct cm_error *err)
{
    if (compare->num_equal == compare->run->rows) {
        return CM_OK;
    }
    return cm_error_set(
        err, CM_EINPUT,
        "%s changed since run %lld began: it ends after %llu rows, and the run "
        "has read %llu; " ADVICE,
        compare->name, (long long)compare->run->id,
        (unsigned long long)compare->num_equal,
        (unsigned long long)compare->run->rows);
}

/* --- a whole file --- */

struct reading {
    struct cm_compare *compare;
    struct cm_error *err;
    enum cm_status status;
};

static enum cm_status on_columns(void *arg, const char *const *names,
                                 size_t num_names, int owner, bool has_header)
{
    struct reading *reading = arg;

    (void)owner;
    (void)has_header;
    reading->status =
        cm_compare_columns(reading->compare, names, num_names, reading->err);
    return reading->status;
}

static enum cm_status on_row(void *arg, struct cm_row *row)
{
    struct reading *reading = arg;
    bool recorded = false;

    reading->status =
        cm_compare_row(reading->compare, row, &recorded, reading->err);
    cm_row_free(row);
    /* Any failure ends the reading: what is left is new to the run. */
    return reading->status == CM_OK && !recorded ? CM_EINPUT : reading->status;
}

static enum cm_status read_file(struct reading *reading, struct cm_input *input,
                                int fd)
{
    struct cm_compare *compare = reading->compare;
    char chunk[CHUNK];
    enum cm_status status = CM_OK;

    while (status == CM_OK) {
        ssize_t got = read(fd, chunk, sizeof(chunk));

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return cm_error_set(reading->err, CM_EINPUT, "reading %s: %s",
                                compare->input_path, strerrordesc_np(errno));
        }
        if (got == 0) {
            status = cm_input_finish(input);
            break;
        }
        status = cm_input_feed(input, chunk, (size_t)got);
    }
    if (reading->status != CM_OK || compare->behind) {
        return reading->status;
    }
    if (status != CM_OK) {
        *reading->err = *cm_input_error(input);
        return status;
    }
    return cm_compare_end(compare, reading->err);
}

enum cm_status cm_compare_file(struct cm_compare *compare,
                               const struct cm_input_options *options,
                               struct cm_error *err)
{
    struct reading reading = {.compare = compare, .err = err};
    const struct cm_input_sink sink = {on_columns, on_row, &reading};
    struct cm_input *input = NULL;
    struct stat info;
    enum cm_status status;
    int fd;

    if (strcmp(compare->input_path, "-") == 0) {
        return CM_OK;
    }
    fd = open(compare->input_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return cm_error_set(err, CM_EINPUT, "%s: %s", compare->input_path,
                            strerrordesc_np(errno));
    }
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        (void)close(fd);
        return CM_OK;
    }
    status = cm_input_new(&input, options, &sink, err);
    if (status == CM_OK) {
        status = read_file(&reading, input, fd);
    }
    cm_input_free(input);
    (void)close(fd);
    return status;
}
