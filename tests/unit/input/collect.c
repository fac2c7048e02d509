/* See collect.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit/input/collect.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN_MAX 40

static enum cm_status on_columns(void *arg, const char *const *names,
                                 size_t num_names, int owner, bool has_header)
{
    struct collected *out = arg;

    cm_buf_puts(&out->text, "columns ");
    for (size_t i = 0; i < num_names; i++) {
        cm_buf_printf(&out->text, "%s%s", i > 0 ? "|" : "", names[i]);
    }
    cm_buf_printf(&out->text, " owner=%d header=%d\n", owner, has_header);
    return out->fail_columns ? CM_ESTORE : CM_OK;
}

static enum cm_status on_row(void *arg, struct cm_row *row)
{
    struct collected *out = arg;
    const struct cm_endpoint *ep = &row->endpoint;

    out->rows++;
    out->last_id = row->id;
    cm_buf_printf(&out->text, "%llu line %llu", (unsigned long long)row->id,
                  (unsigned long long)row->line);
    if (row->column != 0) {
        cm_buf_printf(&out->text, ".%u", row->column);
    }
    cm_buf_puts(&out->text, ": ");
    for (size_t i = 0; i < row->num_fields; i++) {
        size_t len = strlen(row->fields[i]);

        if (len > SHOWN_MAX) {
            cm_buf_printf(&out->text, "[%zu bytes]", len);
        } else {
            cm_buf_printf(&out->text, "[%s]", row->fields[i]);
        }
    }
    if (row->valid) {
        cm_buf_printf(&out->text, " = %s:%u %s %s\n", ep->host, ep->port,
                      ep->protocol, ep->sni);
    } else {
        cm_buf_printf(&out->text, " ! %s\n", row->reason);
    }
    cm_row_free(row);
    return out->fail_at_row == (int)out->rows ? CM_ESTORE : CM_OK;
}

void collect(struct collected *out, const struct cm_input_options *options,
             const void *data, size_t len, size_t chunk)
{
    const struct cm_input_options usual = {.header = -1};
    struct cm_input_sink sink = {on_columns, on_row, out};
    struct cm_input *input = NULL;
    const char *at = data;

    if (out->text.max == 0) {
        cm_buf_init(&out->text, (size_t)64 << 20);
    }
    out->status = cm_input_new(&input, options != NULL ? options : &usual,
                               &sink, &out->error);
    if (out->status != CM_OK) {
        return;
    }
    while (out->status == CM_OK && len > 0) {
        size_t part = chunk == 0 || chunk > len ? len : chunk;
        /* An exact copy, so that a sanitizer sees a read past its end. */
        char *copy = malloc(part);

        if (copy == NULL) {
            break;
        }
        memcpy(copy, at, part);
        out->status = cm_input_feed(input, copy, part);
        free(copy);
        at += part;
        len -= part;
    }
    if (out->status == CM_OK) {
        out->status = cm_input_finish(input);
    }
    if (out->status != CM_OK) {
        out->error = *cm_input_error(input);
    }
    if (cm_input_rows(input) != out->rows) {
        cm_buf_puts(&out->text, "the count of rows is wrong\n");
    }
    cm_input_free(input);
}

void collect_cleanup(struct collected *out)
{
    cm_buf_cleanup(&out->text);
}
