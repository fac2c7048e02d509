/* A part of a scan: which one, its store, and how it ends.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/shard_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/log.h"
#include "cli/cli.h"
#include "cli/lockdown.h"
#include "run/shard_file.h"

#define DEFAULT_DIR "certmuster-shards"

/* What says nothing without --shard, or something else with it. */
static enum cm_status check(const struct cm_options *options, bool is_shard,
                            struct cm_error *err)
{
    static const enum cm_option only[] = {
        CM_OPTION_SHARD_COUNT, CM_OPTION_SHARD_DIR, CM_OPTION_SCRATCH};

    for (size_t i = 0; !is_shard && i < sizeof(only) / sizeof(*only); i++) {
        if (options->given[only[i]]) {
            return cm_error_set(err, CM_EUSAGE, "--%s needs --shard",
                                cm_option_row(only[i])->name);
        }
    }
    if (is_shard && options->given[CM_OPTION_DB]) {
        return cm_error_set(err, CM_EUSAGE,
                            "a shard has a store of its own in --shard-dir; "
                            "leave --db out");
    }
    if (is_shard && options->given[CM_OPTION_FAIL_ON]) {
        return cm_error_set(err, CM_EUSAGE,
                            "--fail-on is for the whole: give it to "
                            "\"certmuster merge\"");
    }
    return CM_OK;
}

enum cm_status cm_shard_options(struct cm_shard *out,
                                const struct cm_options *options,
                                struct cm_error *err)
{
    const char *text = options->text[CM_OPTION_SHARD];
    long count = options->count[CM_OPTION_SHARD_COUNT];
    const struct cm_shard_hints hints = {
        .slurm_id = getenv("SLURM_ARRAY_TASK_ID"),
        .slurm_min = getenv("SLURM_ARRAY_TASK_MIN"),
        .slurm_step = getenv("SLURM_ARRAY_TASK_STEP"),
        .slurm_count = getenv("SLURM_ARRAY_TASK_COUNT"),
        .kubernetes_index = getenv("JOB_COMPLETION_INDEX"),
    };
    enum cm_status status = check(options, text != NULL, err);

    *out = (struct cm_shard){0};
    if (status != CM_OK || text == NULL) {
        return status;
    }
    if (options->given[CM_OPTION_SHARD_COUNT] &&
        (count < 1 || count > (long)CM_MAX_SHARDS)) {
        return cm_error_set(err, CM_EUSAGE,
                            "--shard-count takes a number from 1 to %u",
                            CM_MAX_SHARDS);
    }
    if (strcmp(text, "auto") == 0) {
        return cm_shard_find(out, &hints, (unsigned)count, err);
    }
    status = cm_shard_parse(out, text, err);
    if (status == CM_OK && count != 0 && (unsigned)count != out->count) {
        status = cm_error_set(err, CM_EUSAGE,
                              "--shard says %u parts and --shard-count %ld",
                              out->count, count);
    }
    return status;
}

/* What another try may bring to an end. A mistake of the user's, or a defect,
 * stays what it is. */
static int failed(const struct cm_error *err)
{
    int code = cm_fail(err);

    return code == CM_EXIT_PARTIAL ? CM_EXIT_AGAIN : code;
}

static void say(const struct cm_options *options, const char *what,
                const struct cm_run_config *run, const char *path)
{
    if (!options->given[CM_OPTION_QUIET]) {
        (void)printf("Shard %u/%u %s %s\n", run->shard.index, run->shard.count,
                     what, path);
        (void)fflush(stdout);
    }
}

/* Reports of a part only for those who ask. */
static int present(struct cm_options *options, const char *path,
                   const struct cm_run_outcome *outcome)
{
    struct cm_error err;
    int code;

    if (!options->given[CM_OPTION_FORMATS] && !options->given[CM_OPTION_OUT]) {
        return CM_EXIT_OK;
    }
    if (cm_options_set(options, CM_OPTION_DB, path, &err) != CM_OK) {
        return failed(&err);
    }
    code = cm_present(options, outcome->run_id);
    return code == CM_EXIT_PARTIAL ? CM_EXIT_AGAIN : code;
}

static int scan(struct cm_options *options, struct cm_run_config *run,
                struct cm_shard_file *file)
{
    const char *path = cm_shard_file_path(file);
    struct cm_run_outcome outcome;
    struct cm_error err;
    enum cm_status status;

    run->db_path = cm_shard_file_temp(file);
    run->shard_store = path;
    status = cm_run_scan(run, &outcome, &err);
    if (outcome.note[0] != '\0' && !options->given[CM_OPTION_QUIET]) {
        cm_log(CM_LOG_WARN, "%s", outcome.note);
    }
    if (status == CM_OK && outcome.already) {
        say(options, "is there already, whole and of the same input:", run,
            path);
        return CM_EXIT_OK;
    }
    if (status == CM_OK && outcome.interrupted) {
        cm_log(CM_LOG_WARN, "interrupted: shard %u/%u has to be run again",
               run->shard.index, run->shard.count);
        return CM_EXIT_AGAIN;
    }
    if (status == CM_OK && outcome.faulty > 0) {
        cm_log(CM_LOG_WARN,
               "not checked, by the scanner's own fault: %s; shard %u/%u has "
               "to be run again",
               outcome.faults, run->shard.index, run->shard.count);
        return CM_EXIT_AGAIN;
    }
    if (status == CM_OK) {
        status = cm_shard_file_publish(file, &err);
    }
    if (status != CM_OK) {
        return failed(&err);
    }
    say(options, "is done:", run, path);
    return present(options, path, &outcome);
}

static const char *folder(const struct cm_options *options)
{
    return options->given[CM_OPTION_SHARD_DIR]
               ? options->text[CM_OPTION_SHARD_DIR]
               : DEFAULT_DIR;
}

enum cm_status cm_shard_lockdown(struct cm_sandbox *sandbox,
                                 const struct cm_options *options,
                                 struct cm_error *err)
{
    const char *scratch = options->text[CM_OPTION_SCRATCH];
    enum cm_status status = cm_lockdown_temporary(sandbox, err);

    if (status == CM_OK) {
        status = cm_sandbox_write(sandbox, folder(options), err);
    }
    return status == CM_OK && scratch != NULL
               ? cm_sandbox_write(sandbox, scratch, err)
               : status;
}

int cm_scan_shard(struct cm_options *options, struct cm_run_config *run)
{
    struct cm_shard_file *file = NULL;
    struct cm_error err;
    int code;

    if (cm_shard_file_open(&file, folder(options),
                           options->text[CM_OPTION_SCRATCH], &run->shard,
                           &err) != CM_OK) {
        return failed(&err);
    }
    code = scan(options, run, file);
    cm_shard_file_close(file);
    return code;
}
