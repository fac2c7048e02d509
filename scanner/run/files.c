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

static enum cm_status load_file(const struct sink *sink, const char *path,
                                struct cm_error *err)
{
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

/* One file of a folder; whatever else lies there is left alone. */
static enum cm_status load_member(const struct sink *sink, const char *folder,
                                  const char *name, struct cm_error *err)
{
    struct cm_error skipped;
    struct stat info;
    char *path = NULL;
    enum cm_status status = CM_OK;

    if (asprintf(&path, "%s/%s", folder, name) < 0) {
        return cm_error_nomem(err, folder);
    }
    if (stat(path, &info) == 0 && S_ISREG(info.st_mode) &&
        load_file(sink, path, &skipped) == CM_ENOMEM) {
        status = cm_error_nomem(err, path);
    }
    free(path);
    return status;
}

/* In the order of their names, so that the same folder gives the same set. */
static enum cm_status load_folder(const struct sink *sink, const char *path,
                                  struct cm_error *err)
{
    struct dirent **entries = NULL;
    size_t before = *sink->added;
    int num = scandir(path, &entries, is_shown, alphasort);
    enum cm_status status = CM_OK;

    if (num < 0) {
        return cm_error_set(err, CM_EINPUT, "%s: %s", path,
                            strerrordesc_np(errno));
    }
    for (int i = 0; i < num; i++) {
        if (status == CM_OK) {
            status = load_member(sink, path, entries[i]->d_name, err);
        }
        free(entries[i]);
    }
    free(entries);
    if (status == CM_OK && *sink->added == before) {
        return cm_error_set(err, CM_EINPUT,
                            "%s: no file in this folder holds a %s", path,
                            noun(sink));
    }
    return status;
}

static enum cm_status load(const struct sink *sink, const char *path,
                           struct cm_error *err)
{
    struct stat info;

    if (stat(path, &info) != 0) {
        return cm_error_set(err, CM_EINPUT, "%s: %s", path,
                            strerrordesc_np(errno));
    }
    return S_ISDIR(info.st_mode) ? load_folder(sink, path, err)
                                 : load_file(sink, path, err);
}

enum cm_status cm_certs_from_path(struct cm_certset *set, const char *path,
                                  size_t *added, struct cm_error *err)
{
    const struct sink sink = {.certs = set, .added = added};

    return load(&sink, path, err);
}

enum cm_status cm_crls_from_path(struct cm_revocation *set, const char *path,
                                 size_t *added, struct cm_error *err)
{
    const struct sink sink = {.revocation = set, .added = added};

    return load(&sink, path, err);
}
