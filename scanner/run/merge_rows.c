/* Rows that no shard brought, so that each row of the input is in the outputs.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/merge_parts.h"
#include "run/shard_file.h"

#define CHUNK 65536U

struct adding {
    const struct cm_merge_rows *rows;
    struct cm_dedupe *dedupe;
    struct cm_clients *clients;
    struct cm_error error;
};

static enum cm_status on_columns(void *arg, const char *const *names,
                                 size_t num_names, int owner, bool has_header)
{
    (void)arg; /* a shard has said what they are */
    (void)names;
    (void)num_names;
    (void)owner;
    (void)has_header;
    return CM_OK;
}

/* A row that names no endpoint is judged without a scan. */
static enum cm_status put(struct adding *adding, struct cm_row *row)
{
    const struct cm_merge_rows *rows = adding->rows;
    struct cm_result *result = NULL;
    enum cm_status status = CM_OK;

    if (!cm_dedupe_note(adding->dedupe, row)) {
        return cm_error_nomem(&adding->error, "the list of endpoints");
    }
    if (!row->valid) {
        result = cm_result_new();
        if (result == NULL ||
            cm_judge_row(&result->judgement, row, row->cause) != CM_OK) {
            status = cm_error_nomem(&adding->error, "an invalid row");
        } else {
            result->endpoint_id = row->endpoint_id;
        }
    }
    if (status == CM_OK) {
        status = cm_store_merge_row(rows->store, rows->run_id, row, result,
                                    &adding->error);
    }
    cm_result_free(result);
    return status;
}

static enum cm_status on_row(void *arg, struct cm_row *row)
{
    struct adding *adding = arg;
    const struct cm_merge_list *list = adding->rows->list;
    enum cm_status status = cm_clients_settle(
        adding->clients, adding->rows->client, row, &adding->error);

    if (status == CM_OK && !list->is_there[cm_shard_of(row, list->count)]) {
        status = put(adding, row);
    }
    cm_row_free(row);
    return status;
}

static enum cm_status read_all(struct adding *adding, struct cm_input *input,
                               char *chunk)
{
    const char *path = adding->rows->path;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    enum cm_status status = CM_OK;
    ssize_t got = 1;

    while (status == CM_OK && got != 0) {
        got = fd < 0 ? -1 : read(fd, chunk, CHUNK);
        if (got > 0) {
            status = cm_input_feed(input, chunk, (size_t)got);
        } else if (got < 0 && (fd < 0 || errno != EINTR)) {
            status = cm_error_set(&adding->error, CM_EINPUT, "%s: %s", path,
                                  strerrordesc_np(errno));
        }
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return status == CM_OK ? cm_input_finish(input) : status;
}

static enum cm_status check_input(const struct cm_merge_rows *rows,
                                  struct cm_error *err)
{
    const struct cm_merge_shard *any = &rows->list->shards[0];
    char digest[CM_HEX_DIGEST_SIZE];
    enum cm_status status = cm_input_digest(rows->path, digest, err);

    if (status == CM_OK && strcmp(digest, any->facts.input_sha256) != 0) {
        status = cm_error_set(err, CM_EINPUT,
                              "%s is not the file that %s was made of",
                              rows->path, any->path);
    }
    return status;
}

enum cm_status cm_merge_rows_add(const struct cm_merge_rows *rows,
                                 struct cm_error *err)
{
    struct adding adding = {.rows = rows};
    const struct cm_input_sink sink = {on_columns, on_row, &adding};
    struct cm_input *input = NULL;
    char *chunk = malloc(CHUNK);
    enum cm_status status = check_input(rows, err);

    adding.dedupe = cm_dedupe_new();
    adding.clients = cm_clients_new(rows->at_unix);
    if (status == CM_OK &&
        (chunk == NULL || adding.dedupe == NULL || adding.clients == NULL)) {
        status = cm_error_nomem(err, "the input");
    }
    if (status == CM_OK) {
        status = cm_input_new(&input, &rows->input, &sink, err);
    }
    if (status == CM_OK) {
        status = read_all(&adding, input, chunk);
        if (status != CM_OK) {
            *err = adding.error.status != CM_OK ? adding.error
                                                : *cm_input_error(input);
        }
    }
    cm_input_free(input);
    cm_clients_free(adding.clients);
    cm_dedupe_free(adding.dedupe);
    free(chunk);
    return status;
}
