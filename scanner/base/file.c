/* Reading whole files, and making folders.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/advice.h"

#define CHUNK 16384

static enum cm_status read_all(struct cm_buf *out, int fd, const char *path,
                               struct cm_error *err)
{
    uint8_t chunk[CHUNK];

    for (;;) {
        ssize_t got = read(fd, chunk, sizeof(chunk));

        if (got == 0) {
            return CM_OK;
        }
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            return cm_error_set(err, CM_EINPUT, "cannot read %s: %s%s", path,
                                strerror(errno), cm_advice(errno));
        }
        if ((size_t)got > out->max - out->len) {
            return cm_error_set(
                err, CM_EINPUT,
                "%s is larger than the %zu bytes such a file may have; is it "
                "the right file?",
                path, out->max);
        }
        if (!cm_buf_append(out, chunk, (size_t)got)) {
            return cm_error_nomem(err, path);
        }
    }
}

enum cm_status cm_file_read(struct cm_buf *out, const char *path,
                            struct cm_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    size_t before = out->len;
    enum cm_status status;

    if (fd < 0) {
        return cm_error_set(err, CM_EINPUT, "cannot open %s: %s%s", path,
                            strerror(errno), cm_advice(errno));
    }
    status = read_all(out, fd, path, err);
    if (status != CM_OK) {
        out->len = before;
    }
    (void)close(fd);
    return status;
}

static bool is_folder(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static enum cm_status make_one(const char *path, struct cm_error *err)
{
    int why;

    if (mkdir(path, 0755) == 0) {
        return CM_OK;
    }
    why = errno;
    if (is_folder(path)) { /* also when another program was faster */
        return CM_OK;
    }
    if (why == EEXIST) {
        return cm_error_set(err, CM_EIO,
                            "cannot make the folder %s: a file of that name "
                            "is in the way; move it or name another folder",
                            path);
    }
    return cm_error_set(err, CM_EIO, "cannot make the folder %s: %s%s", path,
                        strerror(why), cm_advice(why));
}

enum cm_status cm_dir_make(const char *path, struct cm_error *err)
{
    size_t len = strlen(path);
    enum cm_status status = CM_OK;
    char *copy;

    if (len == 0) {
        return cm_error_set(err, CM_EUSAGE, "the folder has an empty name");
    }
    copy = malloc(len + 1);
    if (copy == NULL) {
        return cm_error_nomem(err, path);
    }
    memcpy(copy, path, len + 1);
    for (size_t i = 1; i < len && status == CM_OK; i++) {
        if (copy[i] == '/' && copy[i - 1] != '/') {
            copy[i] = '\0';
            status = make_one(copy, err);
            copy[i] = '/';
        }
    }
    if (status == CM_OK) {
        status = make_one(copy, err);
    }
    free(copy);
    return status;
}

/* The folder itself, or the nearest above it that is there. */
static enum cm_status check_one(const char *path, bool *there,
                                struct cm_error *err)
{
    struct stat about;

    *there = stat(path, &about) == 0;
    if (!*there && errno == ENOENT) {
        return CM_OK;
    }
    if (*there && !S_ISDIR(about.st_mode)) {
        return cm_error_set(err, CM_EIO,
                            "%s is a file, and a folder is wanted there; move "
                            "it or name another folder",
                            path);
    }
    if (!*there || access(path, W_OK | X_OK) != 0) {
        return cm_error_set(err, CM_EIO,
                            "nothing can be written to the folder %s: %s%s",
                            path, strerror(errno), cm_advice(errno));
    }
    return CM_OK;
}

enum cm_status cm_dir_check(const char *path, struct cm_error *err)
{
    enum cm_status status = CM_OK;
    bool there = false;
    char *part = strdup(path);

    if (part == NULL) {
        return cm_error_nomem(err, path);
    }
    while (status == CM_OK && !there) {
        char *slash = strrchr(part, '/');

        if (*part == '\0') {
            status = check_one(path[0] == '/' ? "/" : ".", &there, err);
            there = true;
            continue;
        }
        status = check_one(part, &there, err);
        *(slash == NULL ? part : slash) = '\0';
    }
    free(part);
    return status;
}
