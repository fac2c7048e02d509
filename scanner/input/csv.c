/* CSV bytes in, streaming: what kind of file it is, and then its bytes into a
 * buffer of CM_INPUT_MAX_RECORD, from which csv_lines.c makes records. Memory
 * is bounded whatever the input is.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "input/csv_parts.h"

static enum cm_status push(struct cm_input *in, const uint8_t *data, size_t len)
{
    enum cm_status status = CM_OK;

    while (status == CM_OK && len > 0) {
        size_t part = CM_INPUT_MAX_RECORD - in->len;

        if (part == 0) {
            status = cm_csv_overflow(in);
            continue;
        }
        part = part < len ? part : len;
        memcpy(in->pending + in->len, data, part);
        in->len += part;
        data += part;
        len -= part;
        status = cm_csv_drain(in);
    }
    return status;
}

/* The first bytes tell what is no text, and may be a byte order mark. */
static enum cm_status start(struct cm_input *in)
{
    const char *advice = cm_sniff_refuse(in->head, in->head_len);
    bool has_mark =
        in->head_len >= 3 && memcmp(in->head, "\xef\xbb\xbf", 3) == 0;
    size_t skip = has_mark ? 3 : 0;

    in->started = true;
    if (advice != NULL) {
        return cm_error_set(&in->rows.error, CM_EINPUT, "%s", advice);
    }
    return push(in, in->head + skip, in->head_len - skip);
}

enum cm_status cm_input_feed(struct cm_input *input, const void *data,
                             size_t len)
{
    const uint8_t *bytes = data;

    while (!input->started && len > 0 && input->status == CM_OK) {
        input->head[input->head_len++] = *bytes++;
        len--;
        if (input->head_len == CM_SNIFF_HEAD) {
            input->status = start(input);
        }
    }
    if (input->status == CM_OK) {
        input->status = push(input, bytes, len);
    }
    return input->status;
}

enum cm_status cm_input_finish(struct cm_input *input)
{
    if (input->status == CM_OK && !input->started) {
        input->status = start(input);
    }
    if (input->status == CM_OK && !input->at_end) {
        input->status = cm_csv_finish(input);
    }
    return input->status;
}

bool cm_input_names_clients(const struct cm_input *input)
{
    return input->rows.columns_known &&
           input->rows.header.column[CM_PART_CLIENT_CERT] >= 0;
}

uint64_t cm_input_rows(const struct cm_input *input)
{
    return input->rows.handed_over;
}

const struct cm_error *cm_input_error(const struct cm_input *input)
{
    return &input->rows.error;
}

static bool is_delimiter(char c)
{
    return c > ' ' ? strchr("\"#'.-_:[]", c) == NULL && c < 0x7f &&
                         !(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') &&
                         !(c >= 'a' && c <= 'z')
                   : c == '\0' || c == '\t';
}

/* The options are tried on a host of our own, before any row suffers. */
static enum cm_status check_options(const struct cm_input_options *options,
                                    struct cm_error *err)
{
    const struct cm_target_text text = {"localhost", "", "", ""};
    struct cm_mistake mistake;
    struct cm_endpoint unused;

    if (!is_delimiter(options->delimiter)) {
        return cm_error_set(err, CM_EUSAGE,
                            "the character 0x%02x cannot be the delimiter; use "
                            "\",\", \";\", \"|\" or a tab",
                            (unsigned)(unsigned char)options->delimiter);
    }
    if (!cm_target_examine(&text, options, &unused, &mistake)) {
        return cm_error_set(err, CM_EUSAGE, "%s", mistake.reason);
    }
    return CM_OK;
}

/* A text that was checked fits, unless white space surrounds it. */
static const char *keep_text(char *room, size_t size, const char *text)
{
    struct cm_span span = cm_span_trim(cm_span_of(text != NULL ? text : ""));

    if (span.len == 0 || span.len >= size) {
        return NULL;
    }
    memcpy(room, span.data, span.len);
    room[span.len] = '\0';
    return room;
}

enum cm_status cm_input_new(struct cm_input **out,
                            const struct cm_input_options *options,
                            const struct cm_input_sink *sink,
                            struct cm_error *err)
{
    enum cm_status status = check_options(options, err);
    struct cm_input *in;

    *out = NULL;
    if (status != CM_OK) {
        return status;
    }
    in = calloc(1, sizeof(*in));
    if (in == NULL) {
        return cm_error_nomem(err, "the input");
    }
    in->pending = malloc(CM_INPUT_MAX_RECORD);
    if (in->pending == NULL) {
        cm_input_free(in);
        return cm_error_nomem(err, "the input");
    }
    in->rows.options = *options;
    in->rows.options.protocol =
        keep_text(in->protocol, sizeof(in->protocol), options->protocol);
    in->rows.options.sni = keep_text(in->sni, sizeof(in->sni), options->sni);
    in->rows.sink = *sink;
    in->line = 1;
    cm_record_init(&in->record);
    in->record.delimiter = options->delimiter;
    in->delimiter_sure = options->delimiter != '\0';
    cm_csv_restart(in);
    *out = in;
    return CM_OK;
}

void cm_input_free(struct cm_input *input)
{
    if (input != NULL) {
        csv_free(&input->parser);
        cm_record_cleanup(&input->record);
        cm_rows_cleanup(&input->rows);
        free(input->pending);
        free(input);
    }
}
