/* See peek.h. The input is read twice only where it has such a column.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/peek.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certmuster/map.h"
#include "run/clients.h"
#include "sandbox/sandbox.h"

#define CHUNK 65536U
#define MAX_FILES ((size_t)2 * CM_RUN_MAX_CLIENTS)

struct peek {
    struct cm_sandbox *sandbox;
    struct cm_input *input;
    struct cm_map *known;
    bool enough; /* there is nothing more to learn */
    bool no_memory;
};

static enum cm_status on_columns(void *arg, const char *const *names,
                                 size_t num_names, int owner, bool has_header)
{
    (void)arg;
    (void)names;
    (void)num_names;
    (void)owner;
    (void)has_header;
    return CM_OK;
}

static void add(struct peek *peek, struct cm_span path)
{
    char *text;

    if (path.len == 0 || memchr(path.data, '\0', path.len) != NULL ||
        cm_map_get(peek->known, path.data, path.len) != NULL) {
        return;
    }
    text = strndup((const char *)path.data, path.len);
    peek->no_memory = text == NULL ||
                      !cm_map_put(peek->known, path.data, path.len, peek) ||
                      cm_sandbox_read(peek->sandbox, text, NULL) != CM_OK;
    free(text);
}

static enum cm_status on_row(void *arg, struct cm_row *row)
{
    struct peek *peek = arg;

    peek->enough = !cm_input_names_clients(peek->input) ||
                   cm_map_count(peek->known) >= MAX_FILES;
    if (!peek->enough) {
        add(peek, row->client_cert);
    }
    if (!peek->enough && !peek->no_memory) {
        add(peek, row->client_key);
    }
    cm_row_free(row);
    return peek->enough || peek->no_memory ? CM_EINTERNAL : CM_OK;
}

/* What is wrong with the input is said by who reads it for its rows. */
static void read_all(struct peek *peek, int fd, char *chunk)
{
    enum cm_status status = CM_OK;

    while (status == CM_OK) {
        ssize_t got = read(fd, chunk, CHUNK);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            status = cm_input_finish(peek->input);
            break;
        }
        status = cm_input_feed(peek->input, chunk, (size_t)got);
    }
    peek->no_memory = peek->no_memory || status == CM_ENOMEM;
}

static void peek_into(struct peek *peek, int fd,
                      const struct cm_input_options *options)
{
    const struct cm_input_sink sink = {on_columns, on_row, peek};
    char *chunk = malloc(CHUNK);

    peek->known = cm_map_new();
    peek->no_memory = chunk == NULL || peek->known == NULL ||
                      cm_input_new(&peek->input, options, &sink, NULL) != CM_OK;
    if (!peek->no_memory) {
        read_all(peek, fd, chunk);
    }
    cm_input_free(peek->input);
    cm_map_free(peek->known, NULL);
    free(chunk);
}

static enum cm_status peek_at(struct cm_sandbox *sandbox, const char *path,
                              const struct cm_input_options *options,
                              struct cm_error *err)
{
    struct peek peek = {.sandbox = sandbox};
    struct stat about;
    int fd;

    if (strcmp(path, "-") == 0 || stat(path, &about) != 0 ||
        !S_ISREG(about.st_mode)) {
        cm_sandbox_allow_reading(sandbox); /* it can be read once only */
        return CM_OK;
    }
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        peek_into(&peek, fd, options);
        (void)close(fd);
    }
    return peek.no_memory ? cm_error_nomem(err, "the sandbox") : CM_OK;
}

enum cm_status cm_lock_in(struct cm_sandbox *sandbox, const char *path,
                          const struct cm_input_options *options,
                          struct cm_error *err)
{
    enum cm_status status = CM_OK;

    if (sandbox != NULL && path != NULL) {
        status = peek_at(sandbox, path, options, err);
    }
    return status == CM_OK ? cm_sandbox_enter(sandbox, err) : status;
}
