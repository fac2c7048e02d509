/* The plan of a sandbox, and entering it. See sandbox.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/buf.h"
#include "certmuster/file.h"
#include "certmuster/log.h"
#include "certmuster/text.h"
#include "sandbox/parts.h"

#define WORDS_SIZE 256
#define MAX_OPTIONS (2U << 20)
#define MAX_PATHS 4096U /* client certificates are the most of them */

struct cm_sandbox {
    struct cm_sandbox_plan plan;
    const char *off; /* why; NULL: it is on */
    bool entered;
    bool quiet;
    char words[WORDS_SIZE];
    struct cm_buf json;
};

enum cm_status cm_sandbox_new(struct cm_sandbox **out, struct cm_error *err)
{
    *out = calloc(1, sizeof(**out));
    if (*out == NULL) {
        return cm_error_nomem(err, "the sandbox");
    }
    cm_buf_init(&(*out)->json, MAX_OPTIONS);
    return CM_OK;
}

void cm_sandbox_free(struct cm_sandbox *sandbox)
{
    if (sandbox == NULL) {
        return;
    }
    for (size_t i = 0; i < sandbox->plan.num_paths; i++) {
        free(sandbox->plan.paths[i].path);
    }
    free(sandbox->plan.paths);
    cm_buf_cleanup(&sandbox->json);
    free(sandbox);
}

/* Takes what is in `path`, also when it fails. */
static enum cm_status add(struct cm_sandbox *sandbox,
                          struct cm_sandbox_path path, struct cm_error *err)
{
    struct cm_sandbox_plan *plan = &sandbox->plan;
    struct cm_sandbox_path *grown;

    if (path.path == NULL) {
        return cm_error_nomem(err, "the sandbox");
    }
    if (plan->num_paths == MAX_PATHS) {
        free(path.path);
        return CM_OK; /* what is not named cannot be read */
    }
    grown =
        reallocarray(plan->paths, plan->num_paths + 1, sizeof(*plan->paths));
    if (grown == NULL) {
        free(path.path);
        return cm_error_nomem(err, "the sandbox");
    }
    plan->paths = grown;
    plan->paths[plan->num_paths++] = path;
    return CM_OK;
}

enum cm_status cm_sandbox_read(struct cm_sandbox *sandbox, const char *path,
                               struct cm_error *err)
{
    return add(sandbox, (struct cm_sandbox_path){.path = strdup(path)}, err);
}

enum cm_status cm_sandbox_write(struct cm_sandbox *sandbox, const char *folder,
                                struct cm_error *err)
{
    return add(sandbox,
               (struct cm_sandbox_path){
                   .path = strdup(folder), .writable = true, .make = true},
               err);
}

/* The folder of a path, owned; NULL: no memory. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL   ? strdup(".")
           : slash == path ? strdup("/")
                           : strndup(path, (size_t)(slash - path));
}

enum cm_status cm_sandbox_write_beside(struct cm_sandbox *sandbox,
                                       const char *path, struct cm_error *err)
{
    return add(sandbox,
               (struct cm_sandbox_path){
                   .path = strdup(path), .writable = true, .beside = true},
               err);
}

void cm_sandbox_allow_network(struct cm_sandbox *sandbox)
{
    sandbox->plan.network = true;
}

void cm_sandbox_allow_reading(struct cm_sandbox *sandbox)
{
    sandbox->plan.reads_all = true;
}

void cm_sandbox_be_quiet(struct cm_sandbox *sandbox)
{
    sandbox->quiet = true;
}

void cm_sandbox_off(struct cm_sandbox *sandbox, const char *why)
{
    sandbox->off = why;
}

const char *cm_sandbox_words(const struct cm_sandbox *sandbox)
{
    return sandbox == NULL ? "" : sandbox->words;
}

/* What a link leads to, once it is there; and the folder, whose owner may be
 * another. */
static enum cm_status find_folders(struct cm_sandbox *sandbox,
                                   struct cm_error *err)
{
    enum cm_status status = CM_OK;

    for (size_t i = 0; i < sandbox->plan.num_paths && status == CM_OK; i++) {
        struct cm_sandbox_path *path = &sandbox->plan.paths[i];
        char *whole = path->beside ? realpath(path->path, NULL) : NULL;

        if (whole != NULL) {
            free(path->path);
            path->path = whole;
        }
        if (path->beside) {
            status = add(sandbox,
                         (struct cm_sandbox_path){.path = folder_of(path->path),
                                                  .writable = true},
                         err);
        }
    }
    return status;
}

static enum cm_status make_folders(const struct cm_sandbox_plan *plan,
                                   struct cm_error *err)
{
    enum cm_status status = CM_OK;

    for (size_t i = 0; i < plan->num_paths && status == CM_OK; i++) {
        if (plan->paths[i].make) {
            status = cm_dir_make(plan->paths[i].path, err);
        }
    }
    return status;
}

/* The order matters: what the filter forbids cannot be set up after it, and
 * Landlock wants that no privileges can be gained. Files that are opened for
 * the rules of Landlock are opened with the capabilities that remain. */
static enum cm_status lock(struct cm_sandbox *sandbox, struct cm_error *err)
{
    const struct cm_sandbox_plan *plan = &sandbox->plan;
    const char *no_landlock = NULL;
    const char *no_filter;
    bool kept = cm_sandbox_drop(plan);
    int version = cm_sandbox_landlock(plan, &no_landlock);
    enum cm_status status = cm_sandbox_filter(plan, &no_filter, err);
    char files[64];

    (void)snprintf(files, sizeof(files), "Landlock %d%s", version,
                   plan->reads_all ? " (reading any file)" : "");
    (void)snprintf(
        sandbox->words, sizeof(sandbox->words), "%s%s; %s%s; %s",
        version > 0 ? "" : "no Landlock: ", version > 0 ? files : no_landlock,
        no_filter == NULL ? "seccomp" : "no seccomp: ",
        no_filter == NULL ? "" : no_filter,
        kept ? "capabilities over files of other accounts" : "no capabilities");
    if ((version == 0 || no_filter != NULL) && !sandbox->quiet) {
        cm_log(CM_LOG_INFO,
               "this process could not be locked in as far as is possible: %s",
               sandbox->words);
    }
    return status;
}

enum cm_status cm_sandbox_enter(struct cm_sandbox *sandbox,
                                struct cm_error *err)
{
    enum cm_status status;

    if (sandbox == NULL || sandbox->entered) {
        return CM_OK;
    }
    status = make_folders(&sandbox->plan, err);
    if (status == CM_OK) {
        status = find_folders(sandbox, err);
    }
    if (status != CM_OK) {
        return status;
    }
    sandbox->entered = true;
    if (sandbox->off != NULL) {
        (void)snprintf(sandbox->words, sizeof(sandbox->words), "off (%s)",
                       sandbox->off);
        return CM_OK;
    }
    return lock(sandbox, err);
}

const char *cm_sandbox_json(struct cm_sandbox *sandbox, const char *options)
{
    const char *words = cm_sandbox_words(sandbox);
    size_t len = strlen(options);

    if (words[0] == '\0' || len < 2) {
        return options;
    }
    cm_buf_clear(&sandbox->json);
    (void)cm_buf_append(&sandbox->json, options, len - 1);
    (void)cm_buf_puts(&sandbox->json,
                      len > 2 ? ",\"sandbox\":" : "\"sandbox\":");
    cm_text_json(&sandbox->json, words, strlen(words));
    (void)cm_buf_putc(&sandbox->json, '}');
    return sandbox->json.failed ? NULL : cm_buf_cstr(&sandbox->json);
}
