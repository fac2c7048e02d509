/* merge: the stores of all shards made one run, with its reports.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "certmuster/log.h"
#include "cli/cli.h"
#include "cli/gate_options.h"
#include "cli/lockdown.h"
#include "cli/trust_options.h"
#include "run/merge.h"

struct setup {
    struct cm_options *options;
    bool given[CM_OPTION_COUNT]; /* on the command line */
    struct cm_trust_options trust;
    struct cm_buf options_json;
    struct cm_sandbox *sandbox;
};

/* How the input was read and what the shards were judged by. */
static bool is_inherited(const struct setup *setup, enum cm_option option)
{
    static const enum cm_option like[] = {CM_OPTION_TRUST, CM_OPTION_PROFILE,
                                          CM_OPTION_DELIMITER};

    if (setup->given[option] || option == CM_OPTION_AT) {
        return false;
    }
    for (size_t i = 0; i < sizeof(like) / sizeof(*like); i++) {
        if (strcmp(cm_option_row(option)->group,
                   cm_option_row(like[i])->group) == 0) {
            return true;
        }
    }
    return option == CM_OPTION_HTTP_CHECK;
}

static enum cm_option by_name(const char *name)
{
    enum cm_option option = (enum cm_option)0;

    while (option < CM_OPTION_COUNT &&
           (strchr(cm_option_row(option)->commands, 'S') == NULL ||
            strcmp(cm_option_row(option)->name, name) != 0)) {
        option++;
    }
    return option;
}

static enum cm_status inherit(void *arg, const char *name, const char *value,
                              struct cm_error *err)
{
    struct setup *setup = arg;
    enum cm_option option = by_name(name);

    if (option == CM_OPTION_COUNT || !is_inherited(setup, option)) {
        return CM_OK;
    }
    return cm_options_keep(setup->options, option, value, err);
}

static void cleanup(struct setup *setup)
{
    cm_trust_options_cleanup(&setup->trust);
    cm_buf_cleanup(&setup->options_json);
    cm_sandbox_free(setup->sandbox);
}

/* The shards are read, what they make is written. */
static enum cm_status lock_down(struct setup *setup, struct cm_error *err)
{
    const struct cm_options *options = setup->options;
    const char *input = options->text[CM_OPTION_INPUT];
    enum cm_status status = cm_lockdown_new(&setup->sandbox, options, err);

    for (size_t i = 1; i < options->num_operands && status == CM_OK; i++) {
        status = cm_sandbox_read(setup->sandbox, options->operands[i], err);
    }
    if (status == CM_OK && input != NULL) {
        status = cm_sandbox_read(setup->sandbox, input, err);
    }
    if (status == CM_OK) {
        status = cm_lockdown_store(setup->sandbox, options->operands[0], err);
    }
    return status == CM_OK ? cm_lockdown_reports(setup->sandbox, options, err)
                           : status;
}

static enum cm_status prepare(struct setup *setup, struct cm_merge *merge,
                              struct cm_merge_config *config,
                              struct cm_error *err)
{
    struct cm_options *options = setup->options;
    struct cm_run_config like_a_scan = {.client_cert = NULL};
    enum cm_status status;

    memcpy(setup->given, options->given, sizeof(setup->given));
    cm_options_deciding_json(options, &setup->options_json);
    status = cm_merge_each_option(merge, inherit, setup, err);
    if (status == CM_OK) {
        status = cm_trust_options(&setup->trust, options, err);
    }
    if (status == CM_OK) {
        status = cm_input_from_options(options, &config->input, err);
    }
    if (status == CM_OK) {
        status = cm_client_from_options(options, &like_a_scan, err);
    }
    config->client = (struct cm_client_choice){
        .cert = like_a_scan.client_cert,
        .key = like_a_scan.client_key,
        .http_check = like_a_scan.scan.http_check,
    };
    config->out_path = options->operands[0];
    config->options_json = cm_buf_cstr(&setup->options_json);
    config->version = CERTMUSTER_VERSION;
    config->input_path = options->text[CM_OPTION_INPUT];
    config->trust = setup->trust.config;
    config->policy = setup->trust.policy;
    config->measure = setup->trust.measure;
    if (status == CM_OK) {
        status = cm_progress_option(options, &config->progress, err);
    }
    if (status == CM_OK) {
        status = lock_down(setup, err);
    }
    config->sandbox = setup->sandbox;
    if (status == CM_OK && setup->options_json.failed) {
        status = cm_error_nomem(err, "the options");
    }
    return status;
}

static enum cm_status run(struct setup *setup, struct cm_merge_outcome *outcome,
                          struct cm_error *err)
{
    const struct cm_options *options = setup->options;
    const struct cm_merge_inputs inputs = {
        .paths = options->operands + 1,
        .num_paths = options->num_operands - 1,
        .version = CERTMUSTER_VERSION,
        .allow_missing = options->given[CM_OPTION_ALLOW_MISSING],
    };
    struct cm_merge_config config = {.out_path = NULL};
    struct cm_merge *merge = NULL;
    enum cm_status status = cm_merge_open(&merge, &inputs, err);

    if (status == CM_OK) {
        status = prepare(setup, merge, &config, err);
    }
    if (status == CM_OK) {
        status = cm_merge_run(merge, &config, outcome, err);
    }
    cm_merge_close(merge);
    return status;
}

static void warn(const struct cm_merge_outcome *outcome)
{
    if (outcome->shards_missing > 0) {
        cm_log(CM_LOG_WARN,
               "%u of %u shards are missing: %llu rows are left out, the "
               "others of them are reported as not_checked",
               outcome->shards_missing, outcome->shards,
               (unsigned long long)outcome->rows_left_out);
    }
}

static int merge_and_report(struct cm_options *options, struct cm_error *err,
                            enum cm_status *status)
{
    struct setup setup = {.options = options};
    struct cm_merge_outcome outcome = {.run_id = 0};
    int code = CM_EXIT_OK;

    cm_buf_init(&setup.options_json, 1U << 20);
    *status = cm_gate_check(options, err);
    if (*status == CM_OK && options->num_operands < 2) {
        *status = cm_error_set(err, CM_EUSAGE,
                               "merge needs a store to write and the shards: "
                               "certmuster merge fleet.db certmuster-shards");
    }
    if (*status == CM_OK) {
        *status = run(&setup, &outcome, err);
    }
    if (*status == CM_OK && outcome.interrupted) {
        cm_log(CM_LOG_WARN, "interrupted: nothing was written; run it again");
        code = CM_EXIT_AGAIN;
    } else if (*status == CM_OK) {
        warn(&outcome);
        *status =
            cm_options_set(options, CM_OPTION_DB, options->operands[0], err);
    }
    if (*status == CM_OK && code == CM_EXIT_OK) {
        code = cm_present(options, outcome.run_id);
        if (outcome.shards_missing > 0 && code <= CM_EXIT_FINDINGS) {
            code = CM_EXIT_PARTIAL;
        }
    }
    cleanup(&setup);
    return code;
}

/* Nothing was written; a full disk may have room next time. */
static int failed(const struct cm_error *err)
{
    int code = cm_fail(err);

    return code == CM_EXIT_PARTIAL ? CM_EXIT_AGAIN : code;
}

int cm_cmd_merge(const struct cm_command *command, int argc, char **argv)
{
    struct cm_options options;
    struct cm_error err;
    int code = CM_EXIT_OK;
    enum cm_status status =
        cm_options_parse(&options, command, argc, argv, &err);

    if (status == CM_OK && options.help) {
        cm_help_print(command);
    } else if (status == CM_OK) {
        code = merge_and_report(&options, &err, &status);
    }
    cm_options_cleanup(&options);
    return status == CM_OK ? code : failed(&err);
}
