/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/lockdown.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/shard_options.h"

#define STANDARD_MODE 0640

static const struct {
    const char *text;
    mode_t mode;
} modes[] = {{"0600", 0600}, {"600", 0600},  {"0640", 0640},
             {"640", 0640},  {"0644", 0644}, {"644", 0644}};

mode_t cm_file_mode(const struct cm_options *options)
{
    const char *text = options->text[CM_OPTION_FILE_MODE];

    if (options->given[CM_OPTION_PRIVATE]) {
        return 0600;
    }
    for (size_t i = 0; text != NULL && i < sizeof(modes) / sizeof(*modes);
         i++) {
        if (strcmp(text, modes[i].text) == 0) {
            return modes[i].mode;
        }
    }
    return 0;
}

/* Through the umask, so that it holds for what SQLite makes, too, and for
 * folders: who may read a file may enter its folder. A umask that allows less
 * stays. */
static enum cm_status limit_modes(const struct cm_options *options,
                                  struct cm_error *err)
{
    mode_t mode = cm_file_mode(options);
    mode_t denied;

    if (options->given[CM_OPTION_FILE_MODE] &&
        options->given[CM_OPTION_PRIVATE]) {
        return cm_error_set(err, CM_EUSAGE,
                            "--private is --file-mode 0600: give one of them");
    }
    if (options->given[CM_OPTION_FILE_MODE] && mode == 0) {
        return cm_error_set(err, CM_EUSAGE,
                            "--file-mode takes 0600, 0640 or 0644, not "
                            "\"%.40s\"",
                            options->text[CM_OPTION_FILE_MODE]);
    }
    mode = mode == 0 ? STANDARD_MODE : mode;
    denied = (mode & S_IRGRP) == 0   ? S_IRWXG | S_IRWXO
             : (mode & S_IROTH) == 0 ? S_IRWXO
                                     : 0U;
    (void)umask(umask(077) | denied);
    return CM_OK;
}

enum cm_status cm_lockdown_new(struct cm_sandbox **out,
                               const struct cm_options *options,
                               struct cm_error *err)
{
    enum cm_status status = limit_modes(options, err);

    *out = NULL;
    if (status == CM_OK) {
        status = cm_sandbox_new(out, err);
    }
    if (status == CM_OK && options->given[CM_OPTION_NO_SANDBOX]) {
        cm_sandbox_off(*out, "--no-sandbox");
    }
    if (status == CM_OK && options->given[CM_OPTION_QUIET]) {
        cm_sandbox_be_quiet(*out);
    }
    return status;
}

/* The folder that SQLite takes for its temporary files, by its own order
 * (https://www.sqlite.org/tempfiles.html section 5). */
static const char *temporary_folder(void)
{
    const char *const folders[] = {getenv("SQLITE_TMPDIR"), getenv("TMPDIR"),
                                   "/var/tmp", "/usr/tmp", "/tmp"};

    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
        struct stat about;

        if (folders[i] != NULL && stat(folders[i], &about) == 0 &&
            S_ISDIR(about.st_mode) && access(folders[i], W_OK | X_OK) == 0) {
            return folders[i];
        }
    }
    return ".";
}

enum cm_status cm_lockdown_temporary(struct cm_sandbox *sandbox,
                                     struct cm_error *err)
{
    return cm_sandbox_write(sandbox, temporary_folder(), err);
}

enum cm_status cm_lockdown_store(struct cm_sandbox *sandbox,
                                 const char *db_path, struct cm_error *err)
{
    enum cm_status status = cm_sandbox_write_beside(sandbox, db_path, err);

    return status == CM_OK ? cm_lockdown_temporary(sandbox, err) : status;
}

enum cm_status cm_lockdown_reports(struct cm_sandbox *sandbox,
                                   const struct cm_options *options,
                                   struct cm_error *err)
{
    struct cm_report_options report;

    cm_report_from_options(options, &report);
    return cm_sandbox_write(sandbox, report.out_dir, err);
}

enum cm_status cm_lockdown_enter(const struct cm_options *options, bool reports,
                                 struct cm_error *err)
{
    struct cm_sandbox *sandbox = NULL;
    enum cm_status status = cm_lockdown_new(&sandbox, options, err);

    if (status == CM_OK) {
        status = cm_lockdown_store(sandbox, cm_db_path(options), err);
    }
    if (status == CM_OK && reports) {
        status = cm_lockdown_reports(sandbox, options, err);
    }
    if (status == CM_OK) {
        status = cm_sandbox_enter(sandbox, err);
    }
    cm_sandbox_free(sandbox);
    return status;
}

enum cm_status cm_lockdown_scan(struct cm_sandbox **out,
                                const struct cm_options *options,
                                const struct cm_run_config *run,
                                struct cm_error *err)
{
    bool is_part = run->shard.count > 0;
    enum cm_status status = cm_lockdown_new(out, options, err);

    if (status != CM_OK) {
        return status;
    }
    cm_sandbox_allow_network(*out);
    if (run->resume != NULL) { /* it is compared with what was read before */
        status = cm_sandbox_read(*out, run->input_path, err);
    }
    if (status == CM_OK) {
        status = is_part ? cm_shard_lockdown(*out, options, err)
                         : cm_lockdown_store(*out, run->db_path, err);
    }
    if (status == CM_OK && run->metrics_path != NULL) {
        status = cm_sandbox_write_beside(*out, run->metrics_path, err);
    }
    if (status == CM_OK && (!is_part || options->given[CM_OPTION_FORMATS] ||
                            options->given[CM_OPTION_OUT])) {
        status = cm_lockdown_reports(*out, options, err);
    }
    return status;
}
