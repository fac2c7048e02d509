/* rejudge: a stored run with another date, or other trust.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "certmuster/log.h"
#include "cli/cli.h"
#include "cli/gate_options.h"
#include "cli/lockdown.h"
#include "cli/trust_options.h"
#include "run/rejudge.h"

struct setup {
    const struct cm_command *command;
    struct cm_options *options;
    bool given[CM_OPTION_COUNT]; /* on the command line */
    struct cm_trust_options trust;
    struct cm_buf options_json;
    struct cm_sandbox *sandbox;
};

/* What the run was judged by holds until something else is said: all of the
 * group "Trust" but the time, and what it was held against. */
static bool is_inherited(const struct setup *setup, enum cm_option option)
{
    const struct cm_option_row *row = cm_option_row(option);

    return strchr(row->commands, setup->command->letter) != NULL &&
           (strcmp(row->group, cm_option_row(CM_OPTION_AT)->group) == 0 ||
            strcmp(row->group, cm_option_row(CM_OPTION_PROFILE)->group) == 0) &&
           option != CM_OPTION_AT && !setup->given[option];
}

static enum cm_status inherit(void *arg, const char *name, const char *value,
                              struct cm_error *err)
{
    struct setup *setup = arg;
    enum cm_option option = cm_option_find(setup->command, name);

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

static enum cm_status lock_down(struct setup *setup, struct cm_error *err)
{
    const struct cm_options *options = setup->options;
    enum cm_status status = cm_lockdown_new(&setup->sandbox, options, err);

    if (status == CM_OK) {
        status = cm_lockdown_store(setup->sandbox, cm_db_path(options), err);
    }
    return status == CM_OK ? cm_lockdown_reports(setup->sandbox, options, err)
                           : status;
}

static enum cm_status prepare(struct setup *setup, struct cm_rejudge *rejudge,
                              struct cm_rejudge_config *config,
                              struct cm_error *err)
{
    const struct cm_options *options = setup->options;
    enum cm_status status;

    memcpy(setup->given, options->given, sizeof(setup->given));
    status = cm_rejudge_each_option(rejudge, inherit, setup, err);
    if (status == CM_OK) {
        status = cm_trust_options(&setup->trust, options, err);
    }
    if (status == CM_OK) {
        status = lock_down(setup, err);
    }
    if (status != CM_OK) {
        return status;
    }
    cm_options_json(options, &setup->options_json);
    *config = (struct cm_rejudge_config){
        .options_json = cm_buf_cstr(&setup->options_json),
        .version = CERTMUSTER_VERSION,
        .at_unix = setup->trust.at_unix,
        .trust = setup->trust.config,
        .policy = setup->trust.policy,
        .measure = setup->trust.measure,
        .sandbox = setup->sandbox,
    };
    return setup->options_json.failed
               ? cm_error_nomem(err, "the options")
               : cm_progress_option(options, &config->progress, err);
}

static enum cm_status run(struct setup *setup, struct cm_run_outcome *outcome,
                          struct cm_error *err)
{
    struct cm_rejudge *rejudge = NULL;
    struct cm_rejudge_config config;
    enum cm_status status =
        cm_rejudge_open(&rejudge, cm_db_path(setup->options),
                        setup->options->count[CM_OPTION_RUN], err);

    if (status == CM_OK) {
        status = prepare(setup, rejudge, &config, err);
    }
    if (status == CM_OK) {
        status = cm_rejudge_run(rejudge, &config, outcome, err);
    }
    cm_rejudge_close(rejudge);
    return status;
}

static enum cm_status rejudge_and_report(const struct cm_command *command,
                                         struct cm_options *options, int *code,
                                         struct cm_error *err)
{
    struct setup setup = {.command = command, .options = options};
    struct cm_run_outcome outcome = {.run_id = 0};
    enum cm_status status = cm_no_operands(command, options, 0, err);

    cm_buf_init(&setup.options_json, 1U << 20);
    if (status == CM_OK) {
        status = cm_gate_check(options, err);
    }
    if (status == CM_OK) {
        status = run(&setup, &outcome, err);
    }
    if (status == CM_OK) {
        *code = cm_present(options, outcome.run_id);
        if (outcome.interrupted) {
            cm_log(CM_LOG_WARN, "interrupted: rows that were not judged are "
                                "reported as not_checked");
            *code = *code <= CM_EXIT_FINDINGS ? CM_EXIT_PARTIAL : *code;
        }
    }
    cleanup(&setup);
    return status;
}

int cm_cmd_rejudge(const struct cm_command *command, int argc, char **argv)
{
    struct cm_options options;
    struct cm_error err;
    int code = CM_EXIT_OK;
    enum cm_status status =
        cm_options_parse(&options, command, argc, argv, &err);

    if (status == CM_OK && options.help) {
        cm_help_print(command);
    } else if (status == CM_OK) {
        status = rejudge_and_report(command, &options, &code, &err);
    }
    cm_options_cleanup(&options);
    return status == CM_OK ? code : cm_fail(&err);
}
