/* Trust anchors and intermediates from the user's files.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "certmuster/file.h"
#include "run/parts.h"

#define MAX_FILE (64U << 20)
#define MAX_ANCHORS 20000U
#define MAX_POOL 100000U

static const char *const system_bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt", /* Debian, Ubuntu, Alpine */
    "/etc/pki/tls/certs/ca-bundle.crt",   /* RHEL, Fedora, Amazon */
    "/etc/ssl/ca-bundle.pem",             /* SUSE */
    "/etc/ssl/cert.pem",                  /* BSDs */
};

static enum cm_status load_file(struct cm_certset *set, const char *path,
                                size_t *added, struct cm_error *err)
{
    struct cm_error inner;
    struct cm_buf bytes;
    enum cm_status status;

    cm_buf_init(&bytes, MAX_FILE);
    status = cm_file_read(&bytes, path, err);
    if (status == CM_OK) {
        status = cm_pem_load(set, (struct cm_span){bytes.data, bytes.len},
                             added, &inner);
        if (status != CM_OK) {
            (void)cm_error_set(err, status, "%s: %s", path, inner.text);
        }
    }
    cm_buf_cleanup(&bytes);
    return status;
}

/* Every file of a folder; one that holds no certificate is an error only when
 * none does. */
static enum cm_status load_folder(struct cm_certset *set, const char *path,
                                  size_t *added, struct cm_error *err)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    enum cm_status status = CM_OK;

    if (dir == NULL) {
        return cm_error_set(err, CM_EINPUT, "%s: %s", path,
                            strerrordesc_np(errno));
    }
    while (status == CM_OK && (entry = readdir(dir)) != NULL) {
        char *file = NULL;
        struct cm_error skipped;

        if (entry->d_name[0] == '.') {
            continue;
        }
        if (asprintf(&file, "%s/%s", path, entry->d_name) < 0) {
            status = cm_error_nomem(err, path);
            break;
        }
        if (load_file(set, file, added, &skipped) == CM_ENOMEM) {
            status = cm_error_nomem(err, file);
        }
        free(file);
    }
    (void)closedir(dir);
    if (status == CM_OK && *added == 0) {
        return cm_error_set(err, CM_EINPUT,
                            "%s: no file in this folder holds a certificate "
                            "(PEM or DER)",
                            path);
    }
    return status;
}

static enum cm_status load(struct cm_certset *set, const char *path,
                           size_t *added, struct cm_error *err)
{
    struct stat info;

    if (stat(path, &info) != 0) {
        return cm_error_set(err, CM_EINPUT, "%s: %s", path,
                            strerrordesc_np(errno));
    }
    return S_ISDIR(info.st_mode) ? load_folder(set, path, added, err)
                                 : load_file(set, path, added, err);
}

static const char *system_bundle(void)
{
    struct stat info;

    for (size_t i = 0; i < sizeof(system_bundles) / sizeof(*system_bundles);
         i++) {
        if (stat(system_bundles[i], &info) == 0) {
            return system_bundles[i];
        }
    }
    return NULL;
}

static enum cm_status load_anchors(struct cm_trust_files *files,
                                   const struct cm_run_config *config,
                                   struct cm_error *err)
{
    const char *path = config->trust_path;
    size_t added = 0;
    enum cm_status status;

    if (path == NULL) {
        path = system_bundle();
    }
    if (path == NULL) {
        return cm_error_set(err, CM_EINPUT,
                            "no system trust store was found: install the "
                            "package ca-certificates or name a file with "
                            "--trust FILE");
    }
    status = load(files->anchors, path, &added, err);
    (void)snprintf(files->text, sizeof(files->text), "%s: %s: %zu anchor%s",
                   config->trust_name, path, added, added == 1 ? "" : "s");
    return status;
}

enum cm_status cm_trust_load(struct cm_trust_files *files,
                             const struct cm_run_config *config,
                             struct cm_error *err)
{
    enum cm_status status;

    memset(files, 0, sizeof(*files));
    files->anchors = cm_certset_new(MAX_ANCHORS);
    files->pool = cm_certset_new(MAX_POOL);
    files->memo = cm_sigmemo_new();
    if (files->anchors == NULL || files->pool == NULL || files->memo == NULL) {
        return cm_error_nomem(err, "trust anchors");
    }
    status = load_anchors(files, config, err);
    for (size_t i = 0; status == CM_OK && config->intermediates != NULL &&
                       config->intermediates[i] != NULL;
         i++) {
        size_t added = 0;

        status = load(files->pool, config->intermediates[i], &added, err);
    }
    return status;
}

void cm_trust_unload(struct cm_trust_files *files)
{
    cm_sigmemo_free(files->memo);
    cm_certset_free(files->pool);
    cm_certset_free(files->anchors);
    memset(files, 0, sizeof(*files));
}
