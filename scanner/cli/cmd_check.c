/* check: certificate files instead of a fleet.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "certmuster/log.h"
#include "cli/check_print.h"
#include "cli/cli.h"
#include "cli/lockdown.h"
#include "cli/streams.h"
#include "cli/trust_options.h"
#include "run/check.h"

#define MAX_DEPTH 100

static enum cm_status chain_option(const struct cm_command *command,
                                   const struct cm_options *options,
                                   struct cm_check_config *config,
                                   struct cm_error *err)
{
    const char *chain = options->text[CM_OPTION_CHAIN];
    enum cm_status status =
        cm_no_operands(command, options, chain == NULL ? 1 : 0, err);

    if (status != CM_OK) {
        return status;
    }
    config->chain = chain != NULL ? chain : options->operands[0];
    return config->chain != NULL
               ? CM_OK
               : cm_error_set(err, CM_EUSAGE,
                              "check needs a certificate file: certmuster "
                              "check fullchain.pem --host www.example.com");
}

static enum cm_status prepare(const struct cm_command *command,
                              const struct cm_options *options,
                              const struct cm_trust_options *trust,
                              struct cm_check_config *config,
                              struct cm_error *err)
{
    long depth = options->count[CM_OPTION_MAX_DEPTH];

    if (options->given[CM_OPTION_ROOTS]) {
        if (options->given[CM_OPTION_TRUST]) {
            return cm_error_set(err, CM_EUSAGE,
                                "--roots and --trust exclude each other");
        }
        config->roots = options->list[CM_OPTION_ROOTS];
    }
    config->trust = trust->config;
    config->at_unix = trust->at_unix;
    config->host = options->text[CM_OPTION_HOST];
    config->policy = trust->policy;
    config->policy.strict = options->given[CM_OPTION_STRICT];
    config->policy.pool_at_hand = true;
    config->policy.crl_demanded = options->given[CM_OPTION_CRL];
    if (options->given[CM_OPTION_MAX_DEPTH]) {
        config->policy.max_depth = (int)(depth < MAX_DEPTH ? depth : MAX_DEPTH);
    }
    return chain_option(command, options, config, err);
}

/* Findings on standard output, for programs; the sentence for people on
 * standard error. */
static enum cm_status present(const struct cm_options *options,
                              const struct cm_check *check,
                              struct cm_error *err)
{
    struct cm_buf out;
    enum cm_status status = CM_OK;

    cm_buf_init(&out, CM_CHECK_MAX_OUTPUT);
    if (options->given[CM_OPTION_JSON]) {
        cm_check_json(&out, check);
    } else {
        cm_check_text(&out, check);
    }
    if (out.failed) {
        status = cm_error_nomem(err, "the findings");
    } else {
        (void)fwrite(cm_buf_cstr(&out), 1, out.len, stdout);
        status = cm_streams_flush("the findings", err);
    }
    cm_buf_clear(&out);
    cm_check_summary(&out, check);
    if (status == CM_OK && out.failed) {
        status = cm_error_nomem(err, "the summary");
    }
    if (status == CM_OK && !options->given[CM_OPTION_QUIET]) {
        if (check->note[0] != '\0') {
            cm_log(CM_LOG_WARN, "%s", check->note);
        }
        (void)fputs(cm_buf_cstr(&out), stderr);
    }
    cm_buf_cleanup(&out);
    return status;
}

static enum cm_status check_files(const struct cm_command *command,
                                  const struct cm_options *options, int *code,
                                  struct cm_error *err)
{
    struct cm_check_config config = {.at_unix = 0};
    struct cm_check check = {.ev = NULL};
    struct cm_trust_options trust;
    enum cm_status status = cm_trust_options(&trust, options, err);

    if (status == CM_OK) {
        status = prepare(command, options, &trust, &config, err);
    }
    if (status == CM_OK) {
        status = cm_lockdown_new(&config.sandbox, options, err);
    }
    if (status == CM_OK) {
        status = cm_sandbox_read(config.sandbox, config.chain, err);
    }
    if (status == CM_OK) {
        status = cm_check_run(&check, &config, err);
    }
    if (status == CM_OK) {
        status = present(options, &check, err);
        *code = check.judgement.verdict == CM_VERDICT_TRUSTED
                    ? CM_EXIT_OK
                    : CM_EXIT_FINDINGS;
    }
    cm_sandbox_free(config.sandbox);
    cm_check_cleanup(&check);
    cm_trust_options_cleanup(&trust);
    return status;
}

int cm_cmd_check(const struct cm_command *command, int argc, char **argv)
{
    struct cm_options options;
    struct cm_error err;
    int code = CM_EXIT_OK;
    enum cm_status status =
        cm_options_parse(&options, command, argc, argv, &err);

    if (status == CM_OK && options.help) {
        cm_help_print(command);
    } else if (status == CM_OK) {
        status = check_files(command, &options, &code, &err);
    }
    cm_options_cleanup(&options);
    return status == CM_OK ? code : cm_fail(&err);
}
