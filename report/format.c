/* The table of formats, and writing them: each file appears whole or not at
 * all.
 * SPDX-License-Identifier: Apache-2.0 */
#include "format.h"

#include <string.h>

#include "fixes.h"

#define ENOUGH ((size_t)256 * 1024)
#define MAX_BUFFERED ((size_t)256 * 1024 * 1024)
#define DEFAULT_MODE 0644

const struct cm_report_format *cm_report_formats(size_t *num)
{
    static const struct cm_report_format formats[] = {
        {"html", "report.html", cm_html_write},
        {"json", "report.json", cm_json_write},
        {"actions", "actions.csv", cm_actions_csv_write},
        {"endpoints", "endpoints.csv", cm_endpoints_csv_write},
        {"jsonl", "endpoints.jsonl", cm_endpoints_jsonl_write},
        {"fixes", CM_FIXES_FOLDER "/", NULL},
    };

    *num = sizeof(formats) / sizeof(formats[0]);
    return formats;
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
        return true;
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
    size_t num;
    size_t used = 0;
    const struct cm_report_format *formats = cm_report_formats(&num);

    for (size_t i = 0; i < num && used < size; i++) {
        int n = snprintf(out + used, size - used, "%s%s", i == 0 ? "" : ", ",
                         formats[i].name);

        used += n > 0 ? (size_t)n : 0;
    }
}

static enum cm_status check_names(const char *list, struct cm_error *err)
{
    char known[128];
    const char *name;
    size_t len;
    size_t num;
    const struct cm_report_format *formats = cm_report_formats(&num);

    if (list == NULL) {
        return CM_OK;
    }
    while ((name = next_name(&list, &len)) != NULL) {
        size_t i = 0;

        while (i < num && !is_named(&formats[i], name, len)) {
            i++;
        }
        if (i == num) {
            join_names(known, sizeof(known));
            return cm_error_set(err, CM_EUSAGE,
                                "there is no report format \"%.*s\"; the "
                                "formats are %s",
                                len < 40 ? (int)len : 40, name, known);
        }
    }
    return CM_OK;
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

static enum cm_status write_one(const struct cm_report_format *format,
                                struct cm_report_run *run,
                                const struct cm_report_options *options,
                                struct cm_error *err)
{
    struct cm_outfile file = {0};
    struct cm_report_out out;
    enum cm_status status;

    out.file = &file;
    cm_buf_init(&out.buf, MAX_BUFFERED);
    status =
        cm_outfile_open(&file, options->out_dir, format->file,
                        options->mode == 0 ? DEFAULT_MODE : options->mode, err);
    if (status == CM_OK) {
        status = format->write(run, &out, err);
    }
    if (status == CM_OK) {
        status = put_all(&out, err);
    }
    if (status == CM_OK) {
        status = cm_outfile_commit(&file, err);
    }
    cm_outfile_abort(&file);
    cm_buf_cleanup(&out.buf);
    return status;
}

static enum cm_status write_all(struct cm_report_run *run,
                                const struct cm_report_options *options,
                                struct cm_error *err)
{
    size_t num;
    const struct cm_report_format *formats = cm_report_formats(&num);
    struct cm_fixes *fixes = NULL;
    enum cm_status status = CM_OK;

    for (size_t i = 0; i < num && status == CM_OK; i++) {
        if (formats[i].write == NULL &&
            cm_report_format_wanted(&formats[i], options->formats)) {
            status = cm_fixes_make(&fixes, run, options, err);
        }
    }
    cm_report_run_set_fixes(run, fixes);
    for (size_t i = 0; i < num && status == CM_OK; i++) {
        if (formats[i].write != NULL &&
            cm_report_format_wanted(&formats[i], options->formats)) {
            status = write_one(&formats[i], run, options, err);
        }
    }
    cm_report_run_set_fixes(run, NULL);
    cm_fixes_free(fixes);
    return status;
}

enum cm_status cm_report_write(const struct cm_report_options *options,
                               struct cm_error *err)
{
    struct cm_report_run *run = NULL;
    enum cm_status status = check_names(options->formats, err);

    if (status == CM_OK) {
        status =
            cm_report_run_open(&run, options->db_path, options->run_id, err);
    }
    if (status == CM_OK) {
        status = cm_dir_make(options->out_dir, err);
    }
    if (status == CM_OK) {
        status = write_all(run, options, err);
    }
    cm_report_run_close(run);
    return status;
}
