/* Each part goes in with its name and length, so that no two configurations
 * give the same bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/file.h"
#include "tls/tls.h"

#define FORM "certmuster configuration 1"
#define MAX_FILE (64U << 20)
#define MAX_CLIENT_CERTS 64U

static void add(struct cm_digest *digest, const char *name, const void *data,
                size_t len)
{
    char head[80];
    int head_len = snprintf(head, sizeof(head), "%.40s %zu\n", name,
                            len); /* ours: short */

    cm_digest_add(digest, head, (size_t)head_len);
    cm_digest_add(digest, data, len);
}

static void add_text(struct cm_digest *digest, const char *name,
                     const char *text)
{
    add(digest, name, text == NULL ? "" : text,
        text == NULL ? 0 : strlen(text));
}

static enum cm_status add_set(struct cm_digest *digest, const char *name,
                              const struct cm_certset *set,
                              struct cm_error *err)
{
    uint8_t hash[CM_SHA256_LEN];

    if (!cm_certset_digest(set, hash)) {
        return cm_error_nomem(err, "a digest");
    }
    add(digest, name, hash, sizeof(hash));
    return CM_OK;
}

static enum cm_status add_file(void *digest, const char *path,
                               struct cm_error *err)
{
    struct cm_buf bytes;
    enum cm_status status;

    cm_buf_init(&bytes, MAX_FILE);
    status = cm_file_read(&bytes, path, err);
    if (status == CM_OK) {
        add(digest, "file", bytes.data, bytes.len);
    }
    cm_buf_cleanup(&bytes);
    return status;
}

static enum cm_status add_trust(struct cm_digest *digest,
                                const struct cm_run_config *config,
                                const struct cm_trust_files *files,
                                struct cm_error *err)
{
    const char *const *crl = config->trust.crls;
    enum cm_status status = add_set(digest, "intermediates", files->pool, err);

    for (size_t i = 0; i < files->num_views && status == CM_OK; i++) {
        add_text(digest, "view", files->names[i]);
        status = add_set(digest, "anchors", files->anchors[i], err);
    }
    for (size_t i = 0; i < config->trust.num_views && status == CM_OK; i++) {
        const char *distrust = config->trust.views[i].distrust;

        add_text(digest, "distrust of", config->trust.views[i].name);
        if (distrust != NULL) {
            status = add_file(digest, distrust, err);
        }
    }
    add_text(digest, "revocation lists", NULL);
    for (; crl != NULL && *crl != NULL && status == CM_OK; crl++) {
        status = cm_path_each(*crl, add_file, digest, err);
    }
    return status;
}

/* Of the client certificate only what servers get to see. One that cannot be
 * used is no error: each endpoint says so. */
static enum cm_status add_client(struct cm_digest *digest, const char *path,
                                 struct cm_error *err)
{
    struct cm_certset *certs = cm_certset_new(MAX_CLIENT_CERTS);
    enum cm_status status = CM_ENOMEM;
    size_t added = 0;

    if (certs != NULL &&
        (path == NULL ||
         cm_certs_from_path(certs, path, &added, err) != CM_ENOMEM)) {
        status = add_set(digest, "client", certs, err);
    }
    cm_certset_free(certs);
    return status == CM_ENOMEM ? cm_error_nomem(err, "a digest") : status;
}

static void add_measures(struct cm_digest *digest,
                         const struct cm_measures *measures)
{
    size_t num = 0;
    const struct cm_measure_facts *facts = cm_measures_facts(measures, &num);

    for (size_t i = 0; i < num; i++) {
        add_text(digest, facts[i].kind, facts[i].name);
        add_text(digest, "sha256", facts[i].sha256);
    }
}

enum cm_status cm_run_config_digest(const struct cm_run_config *config,
                                    const struct cm_trust_files *files,
                                    const struct cm_measures *measures,
                                    char hex[CM_CONFIG_DIGEST_SIZE],
                                    struct cm_error *err)
{
    struct cm_digest *digest = cm_digest_new();
    enum cm_status status;

    if (digest == NULL) {
        return cm_error_nomem(err, "a digest");
    }
    add_text(digest, "form", FORM);
    add_text(digest, "version", config->version);
    add_text(digest, "TLS library", cm_tls_library());
    add_text(digest, "options", config->deciding_json);
    status = add_trust(digest, config, files, err);
    if (status == CM_OK) {
        status = add_client(digest, config->client_cert, err);
    }
    add_measures(digest, measures);
    cm_digest_hex_free(digest, hex);
    return status;
}
