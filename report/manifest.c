/* The files of a report with their digests, taken while they are written.
 * SPDX-License-Identifier: Apache-2.0 */
#include "manifest.h"

#include <stdlib.h>
#include <string.h>

#include "fixes.h"

#define MAX_MANIFEST ((size_t)64 * 1024 * 1024)
#define MAX_NAME 1024

static void see(void *arg, const void *data, size_t len)
{
    struct cm_file_watch *watch = arg;

    cm_digest_add(watch->digest, data, len);
    watch->bytes += (int64_t)len;
}

enum cm_status cm_file_watch_begin(struct cm_file_watch *watch,
                                   struct cm_outfile *file,
                                   struct cm_error *err)
{
    watch->bytes = 0;
    watch->digest = cm_digest_new();
    if (watch->digest == NULL) {
        return cm_error_nomem(err, file->path);
    }
    file->watch = see;
    file->watch_arg = watch;
    return CM_OK;
}

void cm_file_watch_end(struct cm_file_watch *watch,
                       char sha256[CM_DIGEST_HEX_SIZE])
{
    cm_digest_hex_free(watch->digest, sha256);
    watch->digest = NULL;
}

void cm_file_watch_cleanup(struct cm_file_watch *watch)
{
    if (watch->digest != NULL) {
        char unused[CM_DIGEST_HEX_SIZE];

        cm_file_watch_end(watch, unused);
    }
}

void cm_manifest_cleanup(struct cm_manifest *manifest)
{
    for (size_t i = 0; i < manifest->num; i++) {
        free(manifest->files[i].name);
    }
    free(manifest->files);
    cm_outfile_abort(&manifest->file);
    *manifest = (struct cm_manifest){0};
}

enum cm_status cm_manifest_add(struct cm_manifest *manifest, const char *name,
                               const char *sha256, int64_t bytes,
                               struct cm_error *err)
{
    struct cm_manifest_file *file;

    if (manifest->num == manifest->cap) {
        size_t cap = manifest->cap == 0 ? 16 : 2 * manifest->cap;
        struct cm_manifest_file *files =
            realloc(manifest->files, cap * sizeof(*files));

        if (files == NULL) {
            return cm_error_nomem(err, CM_MANIFEST_FILE);
        }
        manifest->files = files;
        manifest->cap = cap;
    }
    file = &manifest->files[manifest->num];
    file->name = strdup(name);
    if (file->name == NULL) {
        return cm_error_nomem(err, CM_MANIFEST_FILE);
    }
    (void)snprintf(file->sha256, sizeof(file->sha256), "%s", sha256);
    file->bytes = bytes;
    manifest->num++;
    return CM_OK;
}

enum cm_status cm_manifest_watched(struct cm_manifest *manifest,
                                   const char *name,
                                   struct cm_file_watch *watch,
                                   struct cm_error *err)
{
    char sha256[CM_DIGEST_HEX_SIZE];

    cm_file_watch_end(watch, sha256);
    return cm_manifest_add(manifest, name, sha256, watch->bytes, err);
}

enum cm_status cm_manifest_fixes(struct cm_manifest *manifest,
                                 const struct cm_fixes *fixes,
                                 struct cm_error *err)
{
    enum cm_status status = CM_OK;
    size_t num;
    const struct cm_fix_file *files = cm_fixes_written(fixes, &num);

    for (size_t i = 0; i < num && status == CM_OK; i++) {
        char name[MAX_NAME];

        (void)snprintf(name, sizeof(name), CM_FIXES_FOLDER "/%s",
                       files[i].name);
        status = cm_manifest_add(manifest, name, files[i].sha256,
                                 files[i].bytes, err);
    }
    return status;
}

enum cm_status cm_manifest_write(struct cm_manifest *manifest,
                                 struct cm_report_run *run,
                                 const struct cm_report_options *options,
                                 struct cm_error *err)
{
    struct cm_file_watch watch = {0};
    struct cm_outfile *file = &manifest->file;
    struct cm_buf text;
    enum cm_status status;

    cm_buf_init(&text, MAX_MANIFEST);
    status = cm_manifest_json(&text, manifest, run, options->version, err);
    if (status == CM_OK) {
        status = cm_outfile_open(file, options->out_dir, CM_MANIFEST_FILE,
                                 options->mode, err);
    }
    if (status == CM_OK) {
        status = cm_file_watch_begin(&watch, file, err);
    }
    if (status == CM_OK) {
        status = cm_outfile_put(file, &text, err);
        file->watch = NULL;
        manifest->bytes = watch.bytes;
        cm_file_watch_end(&watch, manifest->sha256);
    }
    if (status == CM_OK) {
        status = cm_outfile_settle(file, err);
    }
    cm_file_watch_cleanup(&watch);
    cm_buf_cleanup(&text);
    return status;
}

enum cm_status cm_manifest_commit(struct cm_manifest *manifest,
                                  struct cm_error *err)
{
    return manifest->file.stream == NULL
               ? CM_OK
               : cm_outfile_commit(&manifest->file, err);
}
