/* Trust views, and what else the user gave to judge with.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/trust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "certmuster/text.h"

#define MAX_ANCHORS 20000U
#define MAX_POOL 100000U
#define MAX_TEXT 65536U
#define SYSTEM "system"

static const char *const system_bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt", /* Debian, Ubuntu, Alpine */
    "/etc/pki/tls/certs/ca-bundle.crt",   /* RHEL, Fedora, Amazon */
    "/etc/ssl/ca-bundle.pem",             /* SUSE */
    "/etc/ssl/cert.pem",                  /* BSDs */
};

/* --- what --trust says --- */

/* Names become columns, keys and words on command lines. */
static bool is_name(const char *text, size_t len)
{
    if (len == 0 || len >= CM_VIEW_NAME_SIZE) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
            !(c >= '0' && c <= '9') && strchr("._-", c) == NULL) {
            return false;
        }
    }
    return true;
}

/* Takes "NAME=" off the text; a "/" before the "=" belongs to a path. */
static enum cm_status take_name(struct cm_view_spec *out, const char **text,
                                struct cm_error *err)
{
    const char *equals = strchr(*text, '=');
    size_t len = equals == NULL ? 0 : (size_t)(equals - *text);

    if (equals == NULL || memchr(*text, '/', len) != NULL) {
        return CM_OK;
    }
    if (!is_name(*text, len)) {
        return cm_error_set(err, CM_EUSAGE,
                            "--trust takes NAME=PATH with a name of at most %d "
                            "letters, digits, \".\", \"_\" and \"-\", not "
                            "\"%.*s\"",
                            CM_VIEW_NAME_SIZE - 1, len > 80 ? 80 : (int)len,
                            *text);
    }
    memcpy(out->name, *text, len);
    out->name[len] = '\0';
    *text = equals + 1;
    return CM_OK;
}

/* The distrust list behind the last comma: a file named *.csv. */
static const char *distrust_in(const char *text)
{
    const char *comma = strrchr(text, ',');
    size_t len = comma == NULL ? 0 : strlen(comma);

    return len > 5 && strcasecmp(comma + len - 4, ".csv") == 0 ? comma + 1
                                                               : NULL;
}

enum cm_status cm_view_spec_parse(struct cm_view_spec *out, const char *text,
                                  struct cm_error *err)
{
    const char *distrust;
    size_t len;
    bool is_system;
    enum cm_status status;

    memset(out, 0, sizeof(*out));
    text = text == NULL ? SYSTEM : text;
    status = take_name(out, &text, err);
    if (status != CM_OK) {
        return status;
    }
    distrust = distrust_in(text);
    len = distrust == NULL ? strlen(text) : (size_t)(distrust - text) - 1;
    is_system = len == strlen(SYSTEM) && memcmp(text, SYSTEM, len) == 0;
    if (out->name[0] == '\0') {
        (void)snprintf(out->name, sizeof(out->name), "%s",
                       is_system ? SYSTEM : "given");
    }
    if (len == 0) {
        return cm_error_set(err, CM_EUSAGE,
                            "--trust %s= names no file; give a file, a folder, "
                            "or \"system\"",
                            out->name);
    }
    out->path = is_system ? NULL : strndup(text, len);
    out->distrust = distrust == NULL ? NULL : strdup(distrust);
    if ((out->path == NULL && !is_system) ||
        (out->distrust == NULL && distrust != NULL)) {
        cm_view_spec_cleanup(out);
        return cm_error_nomem(err, "a trust view");
    }
    return CM_OK;
}

void cm_view_spec_cleanup(struct cm_view_spec *spec)
{
    free(spec->path);
    free(spec->distrust);
    memset(spec, 0, sizeof(*spec));
}

/* --- loading --- */

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

static enum cm_status load_anchors(struct cm_certset *anchors, const char *path,
                                   struct cm_error *err)
{
    size_t added = 0;
    enum cm_status status = cm_certs_from_path(anchors, path, &added, err);

    if (status == CM_OK && cm_certset_count(anchors) == MAX_ANCHORS) {
        return cm_error_set(err, CM_EINPUT,
                            "%s holds %u anchors or more; is this a trust "
                            "store?",
                            path, MAX_ANCHORS);
    }
    return status;
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, CM_SHA256_LEN);
}

bool cm_certset_digest(const struct cm_certset *set, uint8_t out[CM_SHA256_LEN])
{
    size_t num = cm_certset_count(set);
    uint8_t *all = malloc(num * CM_SHA256_LEN + 1);

    if (all == NULL) {
        return false;
    }
    for (size_t i = 0; i < num; i++) {
        memcpy(all + i * CM_SHA256_LEN, cm_certset_at(set, i)->sha256,
               CM_SHA256_LEN);
    }
    qsort(all, num, CM_SHA256_LEN, by_bytes);
    cm_sha256(all, num * CM_SHA256_LEN, out);
    free(all);
    return true;
}

/* The facts of a loaded view, for people and as JSON. */
struct words {
    struct cm_buf text;
    struct cm_buf json;
};

static bool describe(struct words *words, const struct cm_trust *view,
                     const char *path)
{
    char *whole = realpath(path, NULL);
    const char *known = whole != NULL ? whole : path;
    size_t anchors = cm_certset_count(view->anchors);
    size_t distrusted =
        view->distrust == NULL ? 0 : cm_distrust_count(view->distrust);
    uint8_t hash[CM_SHA256_LEN];
    bool done = cm_certset_digest(view->anchors, hash);

    cm_buf_printf(&words->text, "%s%s: %s: %zu anchor%s",
                  words->text.len == 0 ? "" : "; ", view->name, known, anchors,
                  anchors == 1 ? "" : "s");
    if (distrusted > 0) {
        cm_buf_printf(&words->text, ", %zu distrusted", distrusted);
    }
    cm_buf_printf(&words->json, "%s{\"name\":\"%s\",\"path\":",
                  words->json.len <= 1 ? "" : ",", view->name);
    cm_text_json(&words->json, known, strlen(known));
    cm_buf_puts(&words->json, ",\"sha256\":\"");
    cm_buf_hex(&words->json, hash, sizeof(hash));
    cm_buf_printf(&words->json, "\",\"anchors\":%zu,\"distrusted\":%zu}",
                  anchors, distrusted);
    free(whole);
    return done && !words->text.failed && !words->json.failed;
}

static enum cm_status check_view(const struct cm_trust_files *files,
                                 const struct cm_view_spec *spec,
                                 struct cm_error *err)
{
    if (cm_trust_view(files, spec->name) >= 0) {
        return cm_error_set(err, CM_EUSAGE,
                            "two trust views are named \"%s\"; give each its "
                            "own with --trust NAME=PATH",
                            spec->name);
    }
    if (files->num_views == CM_MAX_VIEWS) {
        return cm_error_set(err, CM_EUSAGE,
                            "--trust may be given %d times at the most",
                            CM_MAX_VIEWS);
    }
    return CM_OK;
}

/* An empty view at the end of the others. */
static enum cm_status add_view(struct cm_trust_files *files,
                               const struct cm_view_spec *spec,
                               struct cm_error *err)
{
    size_t at = files->num_views;

    memcpy(files->names[at], spec->name, CM_VIEW_NAME_SIZE);
    files->anchors[at] = cm_certset_new(MAX_ANCHORS);
    files->distrust[at] = spec->distrust == NULL ? NULL : cm_distrust_new();
    files->num_views++;
    files->views[at] = (struct cm_trust){
        .name = files->names[at],
        .anchors = files->anchors[at],
        .pool = files->pool,
        .memo = files->memo,
        .chains = files->chains,
        .distrust = files->distrust[at],
        .revocation = files->revocation,
        .views = files->views,
    };
    return files->anchors[at] == NULL ||
                   (files->distrust[at] == NULL && spec->distrust != NULL)
               ? cm_error_nomem(err, "a trust view")
               : CM_OK;
}

static enum cm_status load_view(struct cm_trust_files *files,
                                const struct cm_view_spec *spec,
                                struct words *words, struct cm_error *err)
{
    size_t at = files->num_views;
    const char *path = spec->path != NULL ? spec->path : system_bundle();
    enum cm_status status = check_view(files, spec, err);

    if (status == CM_OK && path == NULL) {
        status = cm_error_set(err, CM_EINPUT,
                              "no system trust store was found: install the "
                              "package ca-certificates or name a file with "
                              "--trust FILE");
    }
    if (status == CM_OK) {
        status = add_view(files, spec, err);
    }
    if (status == CM_OK) {
        status = load_anchors(files->anchors[at], path, err);
    }
    if (status == CM_OK && spec->distrust != NULL) {
        status = cm_distrust_read(files->distrust[at], spec->distrust, err);
    }
    if (status == CM_OK && !describe(words, &files->views[at], path)) {
        status = cm_error_nomem(err, "a trust view");
    }
    return status;
}

static enum cm_status load_views(struct cm_trust_files *files,
                                 const struct cm_trust_config *config,
                                 struct cm_error *err)
{
    const struct cm_view_spec system = {.name = SYSTEM};
    const struct cm_view_spec *specs =
        config->num_views == 0 ? &system : config->views;
    size_t num = config->num_views == 0 ? 1 : config->num_views;
    struct words words;
    enum cm_status status = CM_OK;

    cm_buf_init(&words.text, MAX_TEXT);
    cm_buf_init(&words.json, MAX_TEXT);
    cm_buf_putc(&words.json, '[');
    for (size_t i = 0; i < num && status == CM_OK; i++) {
        status = load_view(files, &specs[i], &words, err);
    }
    cm_buf_putc(&words.json, ']');
    for (size_t i = 0; i < files->num_views; i++) {
        files->views[i].num_views = files->num_views;
    }
    if (status == CM_OK) {
        files->text = cm_buf_take(&words.text);
        files->json = cm_buf_take(&words.json);
        if (files->text == NULL || files->json == NULL) {
            status = cm_error_nomem(err, "trust views");
        }
    }
    cm_buf_cleanup(&words.text);
    cm_buf_cleanup(&words.json);
    return status;
}

enum cm_status cm_trust_load(struct cm_trust_files *files,
                             const struct cm_trust_config *config,
                             struct cm_error *err)
{
    const char *const *more = config->intermediates;
    const char *const *crls = config->crls;
    size_t added = 0;
    enum cm_status status;

    memset(files, 0, sizeof(*files));
    files->pool = cm_certset_new(MAX_POOL);
    files->revocation = cm_revocation_new();
    files->memo = cm_sigmemo_new();
    files->chains = cm_chainmemo_new();
    if (files->pool == NULL || files->revocation == NULL ||
        files->memo == NULL || files->chains == NULL) {
        return cm_error_nomem(err, "trust anchors");
    }
    status = load_views(files, config, err);
    for (; status == CM_OK && more != NULL && *more != NULL; more++) {
        status = cm_certs_from_path(files->pool, *more, &added, err);
    }
    for (; status == CM_OK && crls != NULL && *crls != NULL; crls++) {
        status = cm_crls_from_path(files->revocation, *crls, &added, err);
    }
    return status;
}

void cm_trust_unload(struct cm_trust_files *files)
{
    cm_chainmemo_free(files->chains);
    for (size_t i = 0; i < files->num_views; i++) {
        cm_certset_free(files->anchors[i]);
        cm_distrust_free(files->distrust[i]);
    }
    cm_sigmemo_free(files->memo);
    cm_revocation_free(files->revocation);
    cm_certset_free(files->pool);
    free(files->text);
    free(files->json);
    memset(files, 0, sizeof(*files));
}

int cm_trust_view(const struct cm_trust_files *files, const char *name)
{
    for (size_t i = 0; i < files->num_views; i++) {
        if (strcasecmp(files->names[i], name) == 0) {
            return (int)i;
        }
    }
    return -1;
}
