/* One report for each value of a column, and an index of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "certmuster/text.h"
#include "columns.h"
#include "split_parts.h"

#define MAX_BUFFERED ((size_t)64 * 1024 * 1024)
#define MAX_NAMED 20U /* columns that a message names */

static const char *const names[CM_SPLIT_FILES] = {
    [CM_SPLIT_HTML] = "index.html",
    [CM_SPLIT_JSON] = "index.json",
    [CM_SPLIT_CSV] = "index.csv",
    [CM_SPLIT_TICKETS] = "tickets.csv",
};

static enum cm_status no_column(const struct cm_columns_of *columns,
                                const char *wanted, struct cm_error *err)
{
    struct cm_buf list;
    enum cm_status status;

    cm_buf_init(&list, 4096);
    for (size_t i = 0; i < columns->num && i < MAX_NAMED; i++) {
        cm_buf_puts(&list, i == 0 ? "" : ", ");
        cm_text_terminal(&list, columns->names[i], strlen(columns->names[i]));
    }
    status = cm_error_set(err, CM_EUSAGE,
                          "the input has no column \"%.60s\"; it has %s",
                          wanted, cm_buf_cstr(&list));
    cm_buf_cleanup(&list);
    return status;
}

static bool is_same(const char *a, const char *b)
{
    return strcasecmp(a, b) == 0;
}

/* As it is written before any other case of it. */
static enum cm_status find_column(struct cm_report_run *run, const char *wanted,
                                  size_t *out, struct cm_error *err)
{
    struct cm_columns_of columns = {0};
    enum cm_status status = cm_columns_make(&columns, run, true, err);
    size_t at = columns.num;

    for (size_t i = columns.num; status == CM_OK && i-- > 0;) {
        if (is_same(columns.names[i], wanted) &&
            (at == columns.num || strcmp(columns.names[at], wanted) != 0 ||
             strcmp(columns.names[i], wanted) == 0)) {
            at = i;
        }
    }
    if (status == CM_OK && at == columns.num) {
        status = no_column(&columns, wanted, err);
    }
    *out = at;
    cm_columns_cleanup(&columns);
    return status;
}

static enum cm_status open_files(struct cm_splitter *splitter,
                                 struct cm_error *err)
{
    const struct cm_report_options *options = splitter->options;
    mode_t mode = options->mode;
    enum cm_status status = cm_dir_make(options->out_dir, err);

    for (int i = 0; i < CM_SPLIT_FILES && status == CM_OK; i++) {
        struct cm_outfile *file = &splitter->files[i];

        cm_buf_init(&splitter->out[i].buf, MAX_BUFFERED);
        splitter->out[i].file = file;
        status = cm_outfile_open(file, options->out_dir, names[i], mode, err);
        if (status == CM_OK) {
            status = cm_file_watch_begin(&splitter->watches[i], file, err);
        }
    }
    return status;
}

/* The report of the part goes to a folder of its own. */
static enum cm_status write_report(struct cm_splitter *splitter,
                                   const char *folder,
                                   struct cm_manifest_file *own,
                                   struct cm_error *err)
{
    struct cm_report_options options = *splitter->options;
    enum cm_status status;
    char *path = NULL;

    if (asprintf(&path, "%s/%s", options.out_dir, folder) < 0) {
        return cm_error_nomem(err, "the report");
    }
    options.out_dir = path;
    options.run = splitter->run;
    status = cm_dir_make(path, err);
    if (status == CM_OK) {
        status = cm_report_write_run(splitter->run, &options, own, err);
    }
    free(path);
    return status;
}

static enum cm_status note_part(struct cm_splitter *splitter,
                                const struct cm_part_line *line,
                                const struct cm_manifest_file *own,
                                struct cm_error *err)
{
    enum cm_status status = cm_split_tickets_part(splitter, line, err);

    cm_split_index_part(splitter, line);
    if (status == CM_OK &&
        cm_report_manifest_wanted(splitter->options->formats)) {
        char name[CM_PART_NAME_SIZE + sizeof("/" CM_MANIFEST_FILE)];

        (void)snprintf(name, sizeof(name), "%s/" CM_MANIFEST_FILE,
                       line->folder);
        status = cm_manifest_add(&splitter->manifest, name, own->sha256,
                                 own->bytes, err);
    }
    for (int i = 0; i < CM_SPLIT_FILES && status == CM_OK; i++) {
        status = cm_report_out_settle(&splitter->out[i], err);
    }
    return status;
}

static enum cm_status write_part(struct cm_splitter *splitter,
                                 const struct cm_split_part *part,
                                 struct cm_error *err)
{
    char folder[CM_PART_NAME_SIZE];
    struct cm_part_line line = {.value = part->value, .folder = folder};
    struct cm_manifest_file own = {0};
    enum cm_status status =
        cm_part_name(splitter->names, part->value, folder, err);

    if (status == CM_OK) {
        bool whole = cm_report_split_num(splitter->split) == 1;

        cm_report_run_set_part(splitter->run, whole ? NULL : splitter->column,
                               part->value);
        status = write_report(splitter, folder, &own, err);
    }
    if (status == CM_OK) {
        status = cm_report_run_totals(splitter->run, &line.totals, err);
    }
    return status == CM_OK ? note_part(splitter, &line, &own, err) : status;
}

/* It is of the whole run, whose rows are counted once more: those of all parts
 * must be as many. */
static enum cm_status write_manifest(struct cm_splitter *splitter,
                                     struct cm_error *err)
{
    const struct cm_report_totals *totals;
    struct cm_report_run *whole = NULL;
    int64_t run = cm_report_run_facts(splitter->run)->run;
    enum cm_status status =
        cm_report_run_open(&whole, splitter->options->db_path, run, err);

    if (status == CM_OK) {
        status = cm_report_run_totals(whole, &totals, err);
    }
    if (status == CM_OK && totals->rows != splitter->rows) {
        status = cm_error_set(
            err, CM_EINTERNAL, "the parts have %lld rows, and the run %lld",
            (long long)splitter->rows, (long long)totals->rows);
    }
    if (status == CM_OK) {
        status = cm_manifest_write(&splitter->manifest, whole,
                                   splitter->options, err);
    }
    cm_report_run_close(whole);
    return status;
}

/* The index is the last to appear. */
static enum cm_status commit_index(struct cm_splitter *splitter,
                                   struct cm_error *err)
{
    enum cm_status status = CM_OK;

    cm_split_index_end(splitter);
    for (int i = 0; i < CM_SPLIT_FILES && status == CM_OK; i++) {
        status =
            cm_outfile_put(&splitter->files[i], &splitter->out[i].buf, err);
        if (status == CM_OK) {
            status = cm_outfile_settle(&splitter->files[i], err);
        }
        if (status == CM_OK) {
            status = cm_manifest_watched(&splitter->manifest, names[i],
                                         &splitter->watches[i], err);
        }
    }
    if (status == CM_OK &&
        cm_report_manifest_wanted(splitter->options->formats)) {
        status = write_manifest(splitter, err);
    }
    for (int i = 0; i < CM_SPLIT_FILES && status == CM_OK; i++) {
        status = cm_outfile_commit(&splitter->files[i], err);
    }
    return status == CM_OK ? cm_manifest_commit(&splitter->manifest, err)
                           : status;
}

static enum cm_status write_parts(struct cm_splitter *splitter,
                                  struct cm_error *err)
{
    const struct cm_split_part *part = NULL;
    enum cm_status status = CM_OK;

    cm_split_index_begin(splitter);
    cm_split_tickets_begin(splitter);
    while (status == CM_OK) {
        status = cm_report_split_next(splitter->split, &part, err);
        if (status != CM_OK || part == NULL) {
            break;
        }
        status = write_part(splitter, part, err);
    }
    return status == CM_OK ? commit_index(splitter, err) : status;
}

static void cleanup(struct cm_splitter *splitter)
{
    for (int i = 0; i < CM_SPLIT_FILES; i++) {
        cm_outfile_abort(&splitter->files[i]);
        cm_file_watch_cleanup(&splitter->watches[i]);
        cm_buf_cleanup(&splitter->out[i].buf);
    }
    cm_manifest_cleanup(&splitter->manifest);
    cm_map_free(splitter->names, NULL);
    cm_report_split_close(splitter->split);
    cm_report_run_close(splitter->run);
}

enum cm_status cm_report_split_by(const struct cm_report_options *options,
                                  const char *column, size_t *parts,
                                  struct cm_error *err)
{
    struct cm_splitter splitter = {.options = options, .column = column};
    struct cm_report_options own = *options;
    size_t at = 0;
    enum cm_status status = cm_report_check_formats(options->formats, err);

    if (status == CM_OK) {
        own.run = NULL; /* what is open already is not ours to change */
        status = cm_report_run_borrow(&splitter.run, &own, err);
    }
    if (status == CM_OK) {
        status = find_column(splitter.run, column, &at, err);
    }
    if (status == CM_OK) {
        status = cm_report_split_open(&splitter.split, splitter.run, at, err);
    }
    if (status == CM_OK) {
        *parts = cm_report_split_num(splitter.split);
        splitter.names = cm_map_new();
        status = splitter.names == NULL ? cm_error_nomem(err, "the report")
                                        : open_files(&splitter, err);
    }
    if (status == CM_OK) {
        status = write_parts(&splitter, err);
    }
    cleanup(&splitter);
    return status;
}
