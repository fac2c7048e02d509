/* Certificate files in place of a server: they become the evidence of one
 * completed handshake of which nothing but the chain is known.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "certmuster/file.h"
#include "input/input.h"
#include "pki/revocation.h"
#include "run/trust.h"
#include "sandbox/sandbox.h"

#define MAX_FILE (64U << 20)
#define CERTIFICATE_ENTRY_BYTES 5U /* two lengths around each certificate */
#define MAX_CERTS 20000U           /* in one file of roots or intermediates */

struct cm_check_files {
    struct cm_certset *anchors; /* of --roots; NULL: the views' */
    struct cm_certset *pool;
    struct cm_revocation *revocation;
    struct cm_sigmemo *memo;
    struct cm_trust_files trust;
    struct cm_trust roots;        /* the view of --roots */
    const struct cm_trust *views; /* those to judge in */
    size_t num_views;
};

/* Reads the certificates of a file in order: up to `max` of them. */
static enum cm_status list_file(struct cm_cert **list, size_t max,
                                size_t *found, const char *path,
                                struct cm_error *err)
{
    struct cm_buf bytes;
    struct cm_error inner;
    enum cm_status status;

    *found = 0;
    cm_buf_init(&bytes, MAX_FILE);
    status = cm_file_read(&bytes, path, err);
    if (status == CM_OK) {
        status = cm_certs_list(list, max, found,
                               (struct cm_span){bytes.data, bytes.len}, &inner);
        if (status != CM_OK) {
            (void)cm_error_set(err, status,
                               "%s: %s; give a file with certificates in PEM "
                               "or DER",
                               path, inner.text);
        }
    }
    cm_buf_cleanup(&bytes);
    return status;
}

static void free_list(struct cm_cert **list, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        cm_cert_unref(list[i]);
    }
    free(list);
}

/* A root or intermediate that cannot be parsed is of use to nobody, but no
 * reason to stop: the verdict says what is missing without it. */
static enum cm_status add_list(struct cm_check *out, struct cm_certset *set,
                               struct cm_cert **list, size_t num,
                               const char *path, struct cm_error *err)
{
    for (size_t i = 0; i < num; i++) {
        if (!list[i]->parsed) {
            (void)snprintf(out->note, sizeof(out->note),
                           "%.100s: certificate %zu cannot be read and is left "
                           "out: %s at byte %zu",
                           path, i + 1, list[i]->parse_error,
                           list[i]->parse_error_offset);
        } else if (!cm_certset_add(set, list[i])) {
            return cm_error_nomem(err, path);
        }
    }
    return CM_OK;
}

static enum cm_status add_readable(struct cm_check *out, struct cm_certset *set,
                                   const char *path, struct cm_error *err)
{
    struct cm_cert **list = calloc(MAX_CERTS, sizeof(struct cm_cert *));
    size_t found = 0;
    enum cm_status status;

    if (list == NULL) {
        return cm_error_nomem(err, path);
    }
    status = list_file(list, MAX_CERTS, &found, path, err);
    found = found < MAX_CERTS ? found : MAX_CERTS;
    if (status == CM_OK) {
        status = add_list(out, set, list, found, path, err);
    }
    free_list(list, found);
    return status;
}

/* A file or a folder. Only when something in a file cannot be parsed is it
 * picked through. */
static enum cm_status add_path(struct cm_check *out, struct cm_certset *set,
                               const char *path, struct cm_error *err)
{
    struct stat info;
    size_t added = 0;
    enum cm_status status = cm_certs_from_path(set, path, &added, err);

    if (status == CM_EINPUT && stat(path, &info) == 0 &&
        S_ISREG(info.st_mode)) {
        status = add_readable(out, set, path, err);
    }
    return status;
}

static enum cm_status add_paths(struct cm_check *out, struct cm_certset *set,
                                const char *const *paths, struct cm_error *err)
{
    enum cm_status status = CM_OK;

    for (size_t i = 0; status == CM_OK && paths != NULL && paths[i] != NULL;
         i++) {
        status = add_path(out, set, paths[i], err);
    }
    return status;
}

static enum cm_status add_crls(struct cm_revocation *revocation,
                               const char *const *paths, struct cm_error *err)
{
    enum cm_status status = CM_OK;

    for (size_t i = 0; status == CM_OK && paths != NULL && paths[i] != NULL;
         i++) {
        size_t added = 0;

        status = cm_crls_from_path(revocation, paths[i], &added, err);
    }
    return status;
}

/* The one view of --roots. */
static enum cm_status load_roots(struct cm_check *out, const char *const *roots,
                                 struct cm_error *err)
{
    struct cm_check_files *files = out->files;

    files->anchors = cm_certset_new(MAX_CERTS);
    if (files->anchors == NULL) {
        return cm_error_nomem(err, "the roots");
    }
    files->roots = (struct cm_trust){.name = "roots",
                                     .anchors = files->anchors,
                                     .pool = files->pool,
                                     .memo = files->memo,
                                     .revocation = files->revocation};
    files->views = &files->roots;
    files->num_views = 1;
    return add_paths(out, files->anchors, roots, err);
}

static enum cm_status load_views(struct cm_check_files *files,
                                 const struct cm_trust_config *config,
                                 struct cm_error *err)
{
    const struct cm_trust_config views = {.views = config->views,
                                          .num_views = config->num_views};
    enum cm_status status = cm_trust_load(&files->trust, &views, err);

    for (size_t i = 0; i < files->trust.num_views; i++) {
        files->trust.views[i].pool = files->pool;
        files->trust.views[i].revocation = files->revocation;
    }
    files->views = files->trust.views;
    files->num_views = files->trust.num_views;
    return status;
}

static enum cm_status load_files(struct cm_check *out,
                                 const struct cm_check_config *config,
                                 struct cm_error *err)
{
    struct cm_check_files *files = calloc(1, sizeof(*files));
    enum cm_status status;

    if (files == NULL) {
        return cm_error_nomem(err, "certificate files");
    }
    out->files = files;
    files->pool = cm_certset_new(MAX_CERTS);
    files->memo = cm_sigmemo_new();
    files->revocation = cm_revocation_new();
    if (files->pool == NULL || files->memo == NULL ||
        files->revocation == NULL) {
        return cm_error_nomem(err, "certificate files");
    }
    status = add_paths(out, files->pool, config->trust.intermediates, err);
    if (status == CM_OK) {
        status = add_crls(files->revocation, config->trust.crls, err);
    }
    if (status == CM_OK) {
        status = config->roots != NULL ? load_roots(out, config->roots, err)
                                       : load_views(files, &config->trust, err);
    }
    return status;
}

static enum cm_status load_chain(struct cm_check *out, const char *path,
                                 struct cm_error *err)
{
    struct cm_evidence *ev = cm_evidence_new();
    struct cm_probe *probe;
    size_t found = 0;
    enum cm_status status;

    out->ev = ev;
    if (ev == NULL) {
        return cm_error_nomem(err, path);
    }
    ev->max_probes = 1;
    ev->seen_unix = out->at_unix;
    probe = cm_evidence_add_probe(ev);
    if (probe == NULL) {
        return cm_error_nomem(err, path);
    }
    probe->chain = calloc(CM_MAX_CHAIN, sizeof(struct cm_cert *));
    if (probe->chain == NULL) {
        return cm_error_nomem(err, path);
    }
    status = list_file(probe->chain, CM_MAX_CHAIN, &found, path, err);
    probe->num_chain = found < CM_MAX_CHAIN ? found : CM_MAX_CHAIN;
    probe->num_chain_sent = (unsigned)found;
    for (size_t i = 0; i < probe->num_chain; i++) { /* RFC 8446 section 4.4.2 */
        probe->chain_bytes +=
            (uint32_t)probe->chain[i]->der.len + CERTIFICATE_ENTRY_BYTES;
    }
    probe->reached = CM_PHASE_RECORDED;
    probe->end = CM_END_COMPLETE;
    probe->certificate_message = true;
    return status;
}

/* The host without a port: there is no server (see cm_endpoint). */
static enum cm_status read_host(struct cm_endpoint *ep, const char *host,
                                struct cm_error *err)
{
    struct cm_target_text text = {.host = host};
    enum cm_cause cause;
    char reason[256];

    if (host == NULL) {
        return CM_OK;
    }
    if (!cm_target_parse(&text, NULL, ep, &cause, reason)) {
        return cm_error_set(err, CM_EUSAGE, "--host %s: %s", host, reason);
    }
    ep->port = 0;
    ep->literal.port = 0;
    ep->scheme_not_tls = false;
    return CM_OK;
}

static enum cm_status judge_in(struct cm_check *out,
                               const struct cm_policy *policy, size_t headline)
{
    const struct cm_check_files *files = out->files;

    cm_judgement_cleanup(&out->judgement);
    return cm_judge_views(&out->judgement, &out->ep, out->ev, files->views,
                          files->num_views, headline, policy, out->at_unix);
}

/* The first view that does not trust the chain gives the findings. */
static enum cm_status judge(struct cm_check *out,
                            const struct cm_policy *policy)
{
    enum cm_status status = judge_in(out, policy, 0);

    for (size_t i = 0;
         status == CM_OK && out->judgement.verdict == CM_VERDICT_TRUSTED &&
         i < out->judgement.num_views;
         i++) {
        if (out->judgement.views[i].verdict != CM_VERDICT_TRUSTED) {
            status = judge_in(out, policy, i);
        }
    }
    return status;
}

enum cm_status cm_check_run(struct cm_check *out,
                            const struct cm_check_config *config,
                            struct cm_error *err)
{
    enum cm_status status;

    memset(out, 0, sizeof(*out));
    out->at_unix = config->at_unix != 0 ? config->at_unix : (int64_t)time(NULL);
    status = read_host(&out->ep, config->host, err);
    if (status == CM_OK) {
        status = load_files(out, config, err);
    }
    if (status == CM_OK) {
        status = cm_sandbox_enter(config->sandbox, err);
    }
    if (status == CM_OK) {
        status = load_chain(out, config->chain, err);
    }
    if (status == CM_OK && judge(out, &config->policy) != CM_OK) {
        status = cm_error_nomem(err, config->chain);
    }
    return status;
}

void cm_check_cleanup(struct cm_check *check)
{
    struct cm_check_files *files = check->files;

    cm_judgement_cleanup(&check->judgement);
    cm_evidence_free(check->ev);
    if (files != NULL) {
        cm_trust_unload(&files->trust);
        cm_revocation_free(files->revocation);
        cm_sigmemo_free(files->memo);
        cm_certset_free(files->anchors);
        cm_certset_free(files->pool);
        free(files);
    }
    memset(check, 0, sizeof(*check));
}
