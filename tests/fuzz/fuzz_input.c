/* A fleet's CSV file, in pieces: the same rows whatever the pieces' length,
 * which the first octet says.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include <string.h>

#include "certmuster/text.h"
#include "input/input.h"

static enum cm_status no_columns(void *arg, const char *const *names,
                                 size_t num_names, int owner, bool has_header)
{
    (void)arg;
    (void)names;
    (void)has_header;
    cm_assert(owner < (int)num_names);
    return CM_OK;
}

static enum cm_status count(void *arg, struct cm_row *row)
{
    uint64_t *rows = arg;

    (*rows)++;
    cm_assert(row->line > 0);
    cm_assert(row->valid || row->reason[0] != '\0');
    cm_assert(!row->valid || row->endpoint.host[0] != '\0');
    for (size_t i = 0; i < row->num_fields; i++) {
        cm_assert(cm_text_is_utf8(row->fields[i], strlen(row->fields[i])));
    }
    cm_row_free(row);
    return CM_OK;
}

static uint64_t read_all(struct cm_reader bytes, size_t piece)
{
    const struct cm_input_options options = {.header = -1};
    uint64_t rows = 0;
    struct cm_input_sink sink = {no_columns, count, &rows};
    struct cm_input *input = NULL;
    enum cm_status status = cm_input_new(&input, &options, &sink, NULL);

    cm_assert(status == CM_OK);
    while (bytes.len > 0 && status == CM_OK) {
        size_t len = bytes.len < piece ? bytes.len : piece;

        status = cm_input_feed(input, bytes.data, len);
        (void)cm_reader_skip(&bytes, len);
    }
    if (status == CM_OK) {
        status = cm_input_finish(input);
    }
    cm_assert(status != CM_OK || cm_input_rows(input) == rows);
    cm_input_free(input);
    return rows;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cm_reader bytes;
    uint8_t piece;

    cm_reader_init(&bytes, data, size);
    if (!cm_reader_u8(&bytes, &piece)) {
        return 0;
    }
    cm_assert(read_all(bytes, piece + 1U) == read_all(bytes, SIZE_MAX));
    return 0;
}
