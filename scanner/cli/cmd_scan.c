/* scan: from the command line to a run's configuration.
 * SPDX-License-Identifier: Apache-2.0 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <dirent.h>
#include <unistd.h>

#include "certmuster/log.h"
#include "certmuster/text.h"
#include "cli/cli.h"
#include "cli/gate_options.h"
#include "cli/lockdown.h"
#include "cli/polite_options.h"
#include "cli/resume_options.h"
#include "cli/shard_options.h"
#include "cli/trust_options.h"
#include "run/run.h"

#define DEFAULT_CONCURRENCY 1000
#define DEFAULT_INVENTORY_PROBES 300
#define DEFAULT_DIAGNOSE_PROBES 8
#define DEFAULT_RETRIES 1
#define LINGER_MS 2000U

struct setup {
    struct cm_run_config run;
    struct cm_buf options_json;
    struct cm_buf deciding_json;
    struct cm_trust_options trust;
    struct cm_resume *resume; /* NULL: a new run */
    struct cm_resume_options resumed;
    char proxy_host[CM_HOST_SIZE];
};

static unsigned ms_or(const struct cm_options *options, enum cm_option option,
                      unsigned standard_ms)
{
    return options->given[option] ? options->ms[option] : standard_ms;
}

static unsigned count_or(const struct cm_options *options,
                         enum cm_option option, unsigned standard)
{
    return options->given[option] ? (unsigned)options->count[option] : standard;
}

enum cm_status cm_input_from_options(const struct cm_options *options,
                                     struct cm_input_options *input,
                                     struct cm_error *err)
{
    const char *delimiter = options->text[CM_OPTION_DELIMITER];
    const char *header = options->text[CM_OPTION_HEADER];
    long port = options->count[CM_OPTION_PORT];

    input->protocol = options->text[CM_OPTION_PROTOCOL];
    input->sni = options->text[CM_OPTION_SNI];
    input->header = -1;
    if (delimiter != NULL) {
        if (strcmp(delimiter, "tab") == 0 || strcmp(delimiter, "\\t") == 0) {
            delimiter = "\t";
        }
        if (strlen(delimiter) != 1) {
            return cm_error_set(err, CM_EUSAGE,
                                "--delimiter takes one character, or \"tab\"");
        }
        input->delimiter = *delimiter;
    }
    if (header != NULL) {
        if (strcmp(header, "yes") != 0 && strcmp(header, "no") != 0) {
            return cm_error_set(err, CM_EUSAGE, "--header takes yes or no");
        }
        input->header = strcmp(header, "yes") == 0 ? 1 : 0;
    }
    if (options->given[CM_OPTION_PORT] && (port < 1 || port > 65535)) {
        return cm_error_set(err, CM_EUSAGE,
                            "--port takes a number from 1 to 65535");
    }
    input->port = (uint16_t)port;
    return CM_OK;
}

static enum cm_status proxy_option(const struct cm_options *options,
                                   struct setup *setup, struct cm_error *err)
{
    const char *text = options->text[CM_OPTION_PROXY];
    const char *colon;
    char *end;
    long port;

    if (text == NULL) {
        return CM_OK;
    }
    if (strncmp(text, "http://", 7) == 0) {
        text += 7;
    }
    colon = strrchr(text, ':');
    port = colon == NULL ? 0 : strtol(colon + 1, &end, 10);
    if (colon == NULL || colon == text || port < 1 || port > 65535 ||
        (*end != '\0' && strcmp(end, "/") != 0) ||
        (size_t)(colon - text) >= sizeof(setup->proxy_host)) {
        return cm_error_set(err, CM_EUSAGE,
                            "--proxy takes HOST:PORT, not \"%s\"", text);
    }
    memcpy(setup->proxy_host, text, (size_t)(colon - text));
    setup->run.scan.proxy_host = setup->proxy_host;
    setup->run.scan.proxy_port = (uint16_t)port;
    return CM_OK;
}

static enum cm_status network_options(const struct cm_options *options,
                                      struct setup *setup, struct cm_error *err)
{
    struct cm_run_config *run = &setup->run;
    const enum cm_option lists[] = {CM_OPTION_RESOLVER,
                                    CM_OPTION_SECOND_RESOLVER};

    if (options->given[CM_OPTION_IPV4] && options->given[CM_OPTION_IPV6]) {
        return cm_error_set(err, CM_EUSAGE,
                            "--ipv4 and --ipv6 exclude each other");
    }
    run->scan.family = options->given[CM_OPTION_IPV4]   ? 4
                       : options->given[CM_OPTION_IPV6] ? 6
                                                        : 0;
    for (size_t i = 0; i < 2; i++) {
        const char *servers = options->text[lists[i]];
        enum cm_status status =
            servers == NULL ? CM_OK : cm_resolver_check_servers(servers, err);

        if (status != CM_OK) {
            return status;
        }
    }
    run->resolver = (struct cm_resolver_options){
        .servers = options->text[CM_OPTION_RESOLVER],
        .second = options->text[CM_OPTION_SECOND_RESOLVER],
        .timeout_ms = ms_or(options, CM_OPTION_TIMEOUT_DNS, 5000),
        .family = run->scan.family,
        .hosts_file = !options->given[CM_OPTION_NO_HOSTS],
    };
    run->fetch = (struct cm_fetch_config){
        .issuers = !options->given[CM_OPTION_NO_AIA],
        .revocation = run->policy.revocation,
        .allow_private = options->given[CM_OPTION_FETCH_PRIVATE],
        .timeout_ms = ms_or(options, CM_OPTION_TIMEOUT_FETCH, 0),
    };
    run->scan.all_addresses = options->given[CM_OPTION_ALL_ADDRESSES];
    run->scan.connect_timeout_ms =
        ms_or(options, CM_OPTION_TIMEOUT_CONNECT, 5000);
    run->scan.tls_timeout_ms = ms_or(options, CM_OPTION_TIMEOUT_TLS, 8000);
    run->scan.total_timeout_ms = ms_or(options, CM_OPTION_TIMEOUT_TOTAL, 30000);
    run->scan.test_injection = options->given[CM_OPTION_TEST_INJECTION];
    run->scan.linger_ms = LINGER_MS;
    run->scan.retries = count_or(options, CM_OPTION_RETRIES, DEFAULT_RETRIES);
    run->scan.diagnose_probes =
        count_or(options, CM_OPTION_DIAGNOSE_PROBES, DEFAULT_DIAGNOSE_PROBES);
    if (options->given[CM_OPTION_INVENTORY]) {
        run->scan.inventory_probes = count_or(
            options, CM_OPTION_INVENTORY_PROBES, DEFAULT_INVENTORY_PROBES);
    }
    return proxy_option(options, setup, err);
}

enum cm_status cm_client_from_options(const struct cm_options *options,
                                      struct cm_run_config *run,
                                      struct cm_error *err)
{
    static const char *const words[] = {[CM_HTTP_CHECK_AUTO] = "auto",
                                        [CM_HTTP_CHECK_ALWAYS] = "always",
                                        [CM_HTTP_CHECK_NEVER] = "never"};
    const char *check = options->text[CM_OPTION_HTTP_CHECK];
    bool known = check == NULL;

    run->client_cert = options->text[CM_OPTION_CLIENT_CERT];
    run->client_key = options->text[CM_OPTION_CLIENT_KEY];
    if (run->client_key != NULL && run->client_cert == NULL) {
        return cm_error_set(err, CM_EUSAGE,
                            "--client-key needs --client-cert beside it");
    }
    for (size_t i = 0; !known && i < sizeof(words) / sizeof(words[0]); i++) {
        known = strcmp(check, words[i]) == 0;
        run->scan.http_check = (enum cm_http_check)i;
    }
    return known ? CM_OK
                 : cm_error_set(err, CM_EUSAGE,
                                "--http-check takes auto, always or never");
}

static enum cm_status run_options(const struct cm_options *options,
                                  struct setup *setup, struct cm_error *err)
{
    struct cm_run_config *run = &setup->run;

    run->jobs = count_or(options, CM_OPTION_JOBS, 0);
    run->concurrency =
        count_or(options, CM_OPTION_CONCURRENCY, DEFAULT_CONCURRENCY);
    if (run->concurrency < 1 || run->concurrency > CM_RUN_MAX_CONCURRENCY) {
        return cm_error_set(err, CM_EUSAGE,
                            "--concurrency takes a number from 1 to %u",
                            CM_RUN_MAX_CONCURRENCY);
    }
    if (cm_progress_option(options, &run->progress, err) != CM_OK) {
        return err->status;
    }
    if (cm_polite_options(&run->polite, options, err) != CM_OK) {
        return err->status;
    }
    run->metrics_path = options->text[CM_OPTION_METRICS];
    run->db_path = cm_db_path(options);
    run->version = CERTMUSTER_VERSION;
    cm_options_json(options, &setup->options_json);
    run->options_json = cm_buf_cstr(&setup->options_json);
    cm_options_deciding_json(options, &setup->deciding_json);
    run->deciding_json = cm_buf_cstr(&setup->deciding_json);
    return setup->options_json.failed || setup->deciding_json.failed
               ? cm_error_nomem(err, "the options")
               : CM_OK;
}

/* A file name that is not there is often a slip: name the nearest in its
 * folder. */
static enum cm_status check_file(const char *path, struct cm_error *err)
{
    const char *words[512];
    char *owned[512];
    size_t num = 0;
    const char *meant;
    DIR *dir;
    struct dirent *entry;

    if (strcmp(path, "-") == 0 || access(path, F_OK) == 0 ||
        strchr(path, '/') != NULL) {
        return CM_OK; /* the run says what else is wrong with it */
    }
    dir = opendir(".");
    while (dir != NULL && num < 512 && (entry = readdir(dir)) != NULL) {
        owned[num] = strdup(entry->d_name);
        if (owned[num] != NULL) {
            words[num] = owned[num];
            num++;
        }
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    meant = cm_did_you_mean(path, words, num);
    (void)cm_error_set(err, CM_EINPUT, "%s: no such file.%s%s%s", path,
                       meant != NULL ? " Did you mean " : "",
                       meant != NULL ? meant : "", meant != NULL ? "?" : "");
    while (num > 0) {
        free(owned[--num]);
    }
    return CM_EINPUT;
}

/* A run that is resumed knows its own. */
static enum cm_status input_path(const struct cm_options *options,
                                 struct setup *setup, struct cm_error *err)
{
    if (options->given[CM_OPTION_RUN] && setup->resume == NULL) {
        return cm_error_set(err, CM_EUSAGE,
                            "--run names a run to resume: add --resume");
    }
    if (options->given[CM_OPTION_SHARD] && setup->resume != NULL) {
        return cm_error_set(err, CM_EUSAGE,
                            "--resume and --shard exclude each other: the same "
                            "command scans a shard again that is not whole");
    }
    if (options->num_operands > 0) {
        setup->run.input_path = options->operands[0];
    } else if (setup->resume != NULL) {
        setup->run.input_path = cm_resume_run(setup->resume)->input_name;
    } else {
        return cm_error_set(err, CM_EUSAGE,
                            "scan needs a CSV file, or - for standard input: "
                            "certmuster scan fleet.csv");
    }
    return CM_OK;
}

/* What the scan would end with is better said before it. A shard has reports
 * only for those who ask. */
static enum cm_status check_reports(const struct cm_options *options,
                                    const struct setup *setup,
                                    struct cm_error *err)
{
    struct cm_report_options report;

    if (setup->run.shard.count > 0 && !options->given[CM_OPTION_FORMATS] &&
        !options->given[CM_OPTION_OUT]) {
        return CM_OK;
    }
    cm_report_from_options(options, &report);
    return cm_report_check(&report, setup->run.input_path, err);
}

static enum cm_status prepare(const struct cm_command *command,
                              const struct cm_options *options,
                              struct setup *setup, struct cm_error *err)
{
    enum cm_status status = cm_no_operands(command, options, 1, err);

    if (status == CM_OK) {
        status = input_path(options, setup, err);
    }
    if (status == CM_OK) {
        status = cm_input_from_options(options, &setup->run.input, err);
    }
    if (status == CM_OK) {
        status = cm_trust_options(&setup->trust, options, err);
        setup->run.trust = setup->trust.config;
        setup->run.policy = setup->trust.policy;
        setup->run.measure = setup->trust.measure;
        setup->run.at_unix = setup->trust.at_unix;
        setup->run.resume = setup->resume;
        if (setup->resume != NULL) {
            setup->run.at_unix = cm_resume_run(setup->resume)->judged_at_unix;
        }
    }
    if (status == CM_OK) {
        status = network_options(options, setup, err);
    }
    if (status == CM_OK) {
        status = cm_client_from_options(options, &setup->run, err);
    }
    if (status == CM_OK) {
        status = cm_gate_check(options, err);
    }
    if (status == CM_OK) {
        status = cm_shard_options(&setup->run.shard, options, err);
    }
    if (status == CM_OK) {
        status = run_options(options, setup, err);
    }
    if (status == CM_OK) {
        status = check_file(setup->run.input_path, err);
    }
    if (status == CM_OK) {
        status = check_reports(options, setup, err);
    }
    return status == CM_OK ? cm_lockdown_scan(&setup->run.sandbox, options,
                                              &setup->run, err)
                           : status;
}

/* Says how to go on with a run that is not complete. */
static void say_how_to_resume(const struct cm_options *options,
                              const struct setup *setup, int64_t run_id)
{
    struct cm_buf command;

    cm_buf_init(&command, 1U << 16);
    cm_resume_command(&command, run_id, cm_db_path(options),
                      setup->run.input_path);
    if (run_id != 0 && !command.failed) {
        cm_log(CM_LOG_WARN, "to scan what is missing: %s",
               cm_buf_cstr(&command));
    }
    cm_buf_cleanup(&command);
}

/* What the scan needed is free by now, but still held: without this the
 * reports would come on top of it. */
static void give_memory_back(void)
{
#ifdef __GLIBC__
    (void)malloc_trim(0);
#endif
}

static int scan(const struct cm_options *options, const struct setup *setup)
{
    struct cm_run_outcome outcome;
    struct cm_error err;
    enum cm_status status = cm_run_scan(&setup->run, &outcome, &err);
    int code;

    if (outcome.note[0] != '\0' && !options->given[CM_OPTION_QUIET]) {
        cm_log(CM_LOG_WARN, "%s", outcome.note);
    }
    if (status != CM_OK) {
        code = cm_fail(&err);
        if (code == CM_EXIT_PARTIAL ||
            (code == CM_EXIT_USAGE && setup->resume == NULL)) {
            say_how_to_resume(options, setup, outcome.run_id);
        }
        return code;
    }
    give_memory_back();
    code = cm_present(options, outcome.run_id);
    if (outcome.faulty > 0) {
        cm_log(CM_LOG_WARN, "not checked, by the scanner's own fault: %s",
               outcome.faults);
        code = code <= CM_EXIT_FINDINGS ? CM_EXIT_PARTIAL : code;
    }
    if (outcome.interrupted) {
        cm_log(CM_LOG_WARN,
               "interrupted: rows that were not scanned are reported as "
               "not_checked");
        say_how_to_resume(options, setup, outcome.run_id);
        code = code <= CM_EXIT_FINDINGS ? CM_EXIT_PARTIAL : code;
    }
    return code;
}

static enum cm_status open_run(const struct cm_command *command,
                               struct cm_options *options, struct setup *setup,
                               struct cm_error *err)
{
    enum cm_status status =
        cm_resume_open(&setup->resume, cm_db_path(options),
                       options->count[CM_OPTION_RUN], CERTMUSTER_VERSION, err);

    return status == CM_OK ? cm_resume_options(&setup->resumed, options,
                                               command, setup->resume, err)
                           : status;
}

/* There is nothing to scan: the reports once more, in case that they are what
 * the run could not end with. */
static int present_complete(const struct cm_options *options,
                            struct setup *setup)
{
    int64_t run_id = cm_resume_run(setup->resume)->id;

    cm_resume_close(setup->resume);
    setup->resume = NULL;
    if (!options->given[CM_OPTION_QUIET]) {
        cm_log(CM_LOG_INFO,
               "run %lld is complete: there is nothing to resume; its reports "
               "are written again",
               (long long)run_id);
    }
    return cm_present(options, run_id);
}

static enum cm_status perform(const struct cm_command *command,
                              struct cm_options *options, struct setup *setup,
                              int *code, struct cm_error *err)
{
    bool resuming = options->given[CM_OPTION_RESUME];
    enum cm_status status =
        resuming ? open_run(command, options, setup, err) : CM_OK;

    if (status == CM_OK && resuming && cm_resume_run(setup->resume)->complete) {
        *code = present_complete(options, setup);
        return CM_OK;
    }
    if (status == CM_OK) {
        status = prepare(command, options, setup, err);
    }
    if (status == CM_OK && resuming && !options->given[CM_OPTION_QUIET]) {
        cm_log(CM_LOG_INFO, "resuming run %lld",
               (long long)cm_resume_run(setup->resume)->id);
    }
    if (status == CM_OK) {
        *code = setup->run.shard.count > 0 ? cm_scan_shard(options, &setup->run)
                                           : scan(options, setup);
    }
    return status;
}

int cm_cmd_scan(const struct cm_command *command, int argc, char **argv)
{
    struct cm_options options;
    struct setup setup;
    struct cm_error err;
    int code = CM_EXIT_OK;
    enum cm_status status =
        cm_options_parse(&options, command, argc, argv, &err);

    memset(&setup, 0, sizeof(setup));
    cm_buf_init(&setup.options_json, 1U << 20);
    cm_buf_init(&setup.deciding_json, 1U << 20);
    if (status == CM_OK && options.help) {
        cm_help_print(command);
    } else if (status == CM_OK) {
        status = perform(command, &options, &setup, &code, &err);
    }
    cm_sandbox_free(setup.run.sandbox);
    cm_resume_close(setup.resume);
    cm_resume_options_cleanup(&setup.resumed);
    cm_trust_options_cleanup(&setup.trust);
    cm_buf_cleanup(&setup.options_json);
    cm_buf_cleanup(&setup.deciding_json);
    cm_options_cleanup(&options);
    return status == CM_OK ? code : cm_fail(&err);
}
