/* The table of formats, and writing them: each file appears whole or not at
 * all.
 * SPDX-License-Identifier: Apache-2.0 */
#include "format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fixes.h"

#define ENOUGH ((size_t)256 * 1024)
#define MAX_BUFFERED ((size_t)256 * 1024 * 1024)

static const struct cm_report_format fixes_format = {
    .name = "fixes",
    .file = CM_FIXES_FOLDER "/",
};

static const struct cm_report_format manifest_format = {
    .name = "manifest",
    .file = CM_MANIFEST_FILE,
};

/* In the order in which they are named to people. */
static const struct cm_report_format *const all[] = {
    &cm_html_format,
    &cm_json_format,
    &cm_actions_csv_format,
    &cm_endpoints_csv_format,
    &cm_endpoints_jsonl_format,
    &cm_calendar_csv_format,
    &cm_calendar_ics_format,
    &cm_certificates_csv_format,
    &cm_changes_csv_format,
    &fixes_format,
    &manifest_format,
    &cm_sarif_format,
    &cm_prometheus_format,
};
#define NUM_FORMATS (sizeof(all) / sizeof(all[0]))

const struct cm_report_format *const *cm_report_formats(size_t *num)
{
    *num = NUM_FORMATS;
    return all;
}

/* The next name of a list "json, actions"; NULL at its end. */
static const char *next_name(const char **list, size_t *len)
{
    const char *name;

    *list += strspn(*list, ", ");
    name = *list;
    *len = strcspn(name, ", ");
    *list += *len;
    return *len == 0 ? NULL : name;
}

static bool is_named(const struct cm_report_format *format, const char *name,
                     size_t len)
{
    return strlen(format->name) == len && strncmp(format->name, name, len) == 0;
}

bool cm_report_format_wanted(const struct cm_report_format *format,
                             const char *formats)
{
    const char *name;
    size_t len;

    if (formats == NULL) {
        return !format->on_request;
    }
    while ((name = next_name(&formats, &len)) != NULL) {
        if (is_named(format, name, len)) {
            return true;
        }
    }
    return false;
}

static void join_names(char *out, size_t size)
{
    size_t used = 0;

    for (size_t i = 0; i < NUM_FORMATS && used < size; i++) {
        int n = snprintf(out + used, size - used, "%s%s", i == 0 ? "" : ", ",
                         all[i]->name);

        used += n > 0 ? (size_t)n : 0;
    }
}

enum cm_status cm_report_check_formats(const char *list, struct cm_error *err)
{
    char known[256];
    const char *name;
    size_t len;

    if (list == NULL) {
        return CM_OK;
    }
    while ((name = next_name(&list, &len)) != NULL) {
        size_t i = 0;

        while (i < NUM_FORMATS && !is_named(all[i], name, len)) {
            i++;
        }
        if (i == NUM_FORMATS) {
            join_names(known, sizeof(known));
            return cm_error_set(err, CM_EUSAGE,
                                "there is no report format \"%.*s\"; the "
                                "formats are %s",
                                len < 40 ? (int)len : 40, name, known);
        }
    }
    return CM_OK;
}

/* The list that was scanned is dearer than any report. */
static enum cm_status spare_input(const struct cm_report_options *options,
                                  const char *input, struct cm_error *err)
{
    enum cm_status status = CM_OK;
    struct stat its;

    if (input == NULL || stat(input, &its) != 0) {
        return CM_OK;
    }
    for (size_t i = 0; i < NUM_FORMATS && status == CM_OK; i++) {
        struct stat other;
        char *path = NULL;

        if (!cm_report_format_wanted(all[i], options->formats)) {
            continue;
        }
        if (asprintf(&path, "%s/%s", options->out_dir, all[i]->file) < 0) {
            return cm_error_nomem(err, "a file name");
        }
        if (stat(path, &other) == 0 && other.st_dev == its.st_dev &&
            other.st_ino == its.st_ino) {
            status = cm_error_set(err, CM_EUSAGE,
                                  "the report would replace the input %s; name "
                                  "another folder with --out",
                                  input);
        }
        free(path);
    }
    return status;
}

enum cm_status cm_report_check(const struct cm_report_options *options,
                               const char *input, struct cm_error *err)
{
    enum cm_status status = cm_report_check_formats(options->formats, err);

    if (status == CM_OK) {
        status = spare_input(options, input, err);
    }
    return status == CM_OK ? cm_dir_check(options->out_dir, err) : status;
}

static enum cm_status put_all(struct cm_report_out *out, struct cm_error *err)
{
    if (out->buf.failed) {
        return cm_error_nomem(err, out->file->path);
    }
    return cm_outfile_put(out->file, &out->buf, err);
}

enum cm_status cm_report_out_settle(struct cm_report_out *out,
                                    struct cm_error *err)
{
    if (out->buf.len < ENOUGH && !out->buf.failed) {
        return CM_OK;
    }
    return put_all(out, err);
}

static enum cm_status open_target(struct cm_report_target *target,
                                  const struct cm_report_options *options,
                                  struct cm_error *err)
{
    struct cm_outfile *file = calloc(1, sizeof(*file));
    enum cm_status status;

    target->out.file = file;
    cm_buf_init(&target->out.buf, MAX_BUFFERED);
    if (file == NULL) {
        return cm_error_nomem(err, target->format->file);
    }
    status = cm_outfile_open(file, options->out_dir, target->format->file,
                             options->mode, err);
    return status == CM_OK ? cm_file_watch_begin(&target->watch, file, err)
                           : status;
}

/* What is left goes to the files, so that their digests are known. */
static enum cm_status finish_all(struct cm_report_target *targets, size_t num,
                                 struct cm_manifest *manifest,
                                 struct cm_error *err)
{
    enum cm_status status = CM_OK;

    for (size_t i = 0; i < num && status == CM_OK; i++) {
        status = put_all(&targets[i].out, err);
        if (status == CM_OK) {
            status = cm_outfile_settle(targets[i].out.file, err);
        }
        if (status == CM_OK) {
            status = cm_manifest_watched(manifest, targets[i].format->file,
                                         &targets[i].watch, err);
        }
    }
    return status;
}

/* The files appear one after the other, when all of them are whole; the
 * manifest is the last. */
static enum cm_status commit_all(struct cm_report_target *targets, size_t num,
                                 struct cm_manifest *manifest,
                                 struct cm_error *err)
{
    enum cm_status status = CM_OK;

    for (size_t i = 0; i < num && status == CM_OK; i++) {
        status = cm_outfile_commit(targets[i].out.file, err);
    }
    return status == CM_OK ? cm_manifest_commit(manifest, err) : status;
}

static enum cm_status write_files(struct cm_report_run *run,
                                  const struct cm_report_options *options,
                                  struct cm_manifest *manifest,
                                  struct cm_error *err)
{
    struct cm_report_target targets[NUM_FORMATS];
    enum cm_status status = CM_OK;
    size_t num = 0;

    memset(targets, 0, sizeof(targets));
    for (size_t i = 0; i < NUM_FORMATS && status == CM_OK; i++) {
        if (all[i]->size > 0 &&
            cm_report_format_wanted(all[i], options->formats)) {
            targets[num].format = all[i];
            status = open_target(&targets[num++], options, err);
        }
    }
    if (status == CM_OK && num > 0) {
        status = cm_report_walk(run, targets, num, err);
    }
    if (status == CM_OK) {
        status = finish_all(targets, num, manifest, err);
    }
    if (status == CM_OK &&
        cm_report_format_wanted(&manifest_format, options->formats)) {
        status = cm_manifest_write(manifest, run, options, err);
    }
    if (status == CM_OK) {
        status = commit_all(targets, num, manifest, err);
    }
    for (size_t i = 0; i < num; i++) {
        if (targets[i].out.file != NULL) {
            cm_outfile_abort(targets[i].out.file);
        }
        free(targets[i].out.file);
        cm_file_watch_cleanup(&targets[i].watch);
        cm_buf_cleanup(&targets[i].out.buf);
    }
    return status;
}

enum cm_status cm_report_write_run(struct cm_report_run *run,
                                   const struct cm_report_options *options,
                                   struct cm_manifest_file *own,
                                   struct cm_error *err)
{
    struct cm_manifest manifest = {0};
    struct cm_fixes *fixes = NULL;
    enum cm_status status = CM_OK;

    if (cm_report_format_wanted(&fixes_format, options->formats)) {
        status = cm_fixes_make(&fixes, run, options, err);
    }
    cm_report_run_set_fixes(run, fixes);
    if (status == CM_OK &&
        cm_report_format_wanted(&manifest_format, options->formats)) {
        status = cm_manifest_fixes(&manifest, fixes, err);
    }
    if (status == CM_OK) {
        status = write_files(run, options, &manifest, err);
    }
    if (own != NULL) {
        own->bytes = manifest.bytes;
        memcpy(own->sha256, manifest.sha256, sizeof(own->sha256));
    }
    cm_manifest_cleanup(&manifest);
    cm_report_run_set_fixes(run, NULL);
    cm_fixes_free(fixes);
    return status;
}

bool cm_report_manifest_wanted(const char *formats)
{
    return cm_report_format_wanted(&manifest_format, formats);
}

enum cm_status cm_report_write(const struct cm_report_options *options,
                               struct cm_error *err)
{
    struct cm_report_run *run = NULL;
    enum cm_status status = cm_report_check_formats(options->formats, err);

    if (status == CM_OK) {
        status = cm_report_run_borrow(&run, options, err);
    }
    if (status == CM_OK) {
        status =
            spare_input(options, cm_report_run_facts(run)->input_name, err);
    }
    if (status == CM_OK) {
        status = cm_dir_make(options->out_dir, err);
    }
    if (status == CM_OK) {
        status = cm_report_write_run(run, options, NULL, err);
    }
    cm_report_run_return(run, options);
    return status;
}
