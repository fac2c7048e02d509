/* Certificates and revocation lists from files and folders.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "certmuster/file.h"
#include "run/trust.h"

#define MAX_FILE (64U << 20)

/* Where what is read goes: one of the two is set. */
struct sink {
    struct cm_certset *certs;
    struct cm_revocation *revocation;
    size_t *added;
};

static const char *noun(const struct sink *sink)
{
    return sink->certs != NULL ? "certificate (PEM, DER or PKCS#7)"
                               : "revocation list (DER or PEM)";
}

static enum cm_status load_file(void *arg, const char *path,
                                struct cm_error *err)
{
    const struct sink *sink = arg;
    struct cm_error inner;
    struct cm_buf bytes;
    size_t found = 0;
    enum cm_status status;

    cm_buf_init(&bytes, MAX_FILE);
    status = cm_file_read(&bytes, path, err);
    if (status == CM_OK) {
        struct cm_span span = {bytes.data, bytes.len};

        status =
            sink->certs != NULL
                ? cm_certs_load(sink->certs, span, &found, &inner)
                : cm_revocation_load(sink->revocation, span, &found, &inner);
        *sink->added += found;
        if (status != CM_OK) {
            (void)cm_error_set(err, status, "%s: %s", path, inner.text);
        }
    }
    cm_buf_cleanup(&bytes);
    return status;
}

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static enum cm_status each_member(const char *folder, struct dirent **entries,
                                  int num, cm_path_fn *fn, void *arg,
                                  struct cm_error *err)
{
    enum cm_status status = CM_OK;

    for (int i = 0; i < num && status == CM_OK; i++) {
        struct cm_error skipped;
        struct stat info;
        char *path = NULL;

        if (asprintf(&path, "%s/%s", folder, entries[i]->d_name) < 0) {
            return cm_error_nomem(err, folder);
        }
        if (stat(path, &info) == 0 && S_ISREG(info.st_mode) &&
            fn(arg, path, &skipped) == CM_ENOMEM) {
            status = cm_error_nomem(err, path);
        }
        free(path);
    }
    return status;
}

enum cm_status cm_path_each(const char *path, cm_path_fn *fn, void *arg,
                            struct cm_error *err)
{
    struct dirent **entries = NULL;
    struct stat info;
    enum cm_status status;
    int num;

    if (stat(path, &info) != 0) {
        return cm_error_set(err, CM_EINPUT, "%s: %s", path,
                            strerrordesc_np(errno));
    }
    if (!S_ISDIR(info.st_mode)) {
        return fn(arg, path, err);
    }
    num = scandir(path, &entries, is_shown, alphasort);
    if (num < 0 && errno == ENOMEM) {
        return cm_error_nomem(err, path);
    }
    if (num < 0) {
        return cm_error_set(err, CM_EINPUT, "%s: %s", path,
                            strerrordesc_np(errno));
    }
    status = each_member(path, entries, num, fn, arg, err);
    for (int i = 0; i < num; i++) {
        free(entries[i]);
    }
    free(entries);
    return status;
}

static enum cm_status load(struct sink *sink, const char *path,
                           struct cm_error *err)
{
    size_t before = *sink->added;
    struct stat info;
    enum cm_status status = cm_path_each(path, load_file, sink, err);

    if (status == CM_OK && *sink->added == before && stat(path, &info) == 0 &&
        S_ISDIR(info.st_mode)) {
        return cm_error_set(err, CM_EINPUT,
                            "%s: no file in this folder holds a %s", path,
                            noun(sink));
    }
    return status;
}

enum cm_status cm_certs_from_path(struct cm_certset *set, const char *path,
                                  size_t *added, struct cm_error *err)
{
    struct sink sink = {.certs = set, .added = added};

    return load(&sink, path, err);
}

enum cm_status cm_crls_from_path(struct cm_revocation *set, const char *path,
                                 size_t *added, struct cm_error *err)
{
    struct sink sink = {.revocation = set, .added = added};

    return load(&sink, path, err);
}
