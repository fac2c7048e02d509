/* One run from beginning to end. The order matters: rows are in the store
 * before their results, the second pass comes after the last result, and the
 * accounting is checked last.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/run.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "run/again.h"
#include "run/canary.h"
#include "run/digest.h"
#include "run/dnsline.h"
#include "run/labels.h"
#include "run/metrics.h"
#include "run/parts.h"
#include "run/peek.h"
#include "run/resume.h"
#include "run/shard_file.h"
#include "sandbox/sandbox.h"

#define MAX_SEEN_ISSUERS 100000U

struct run {
    const struct cm_run_config *config;
    struct cm_run_config with_clients; /* what `config` points to */
    struct cm_clients *clients;
    struct cm_run_outcome *outcome;
    struct cm_trust_files files;
    struct cm_measures *measures;
    struct cm_labels *labels;
    struct cm_counters counters;
    struct cm_certcache *certs;
    struct cm_certset *seen;
    struct cm_pending *pending; /* NULL: nothing is fetched */
    struct cm_store *store;
    struct cm_signals *signals;
    struct cm_progress *progress;
    struct cm_metrics *metrics; /* NULL: none are wanted */
    struct cm_worker *workers[CM_RUN_MAX_JOBS];
    unsigned num_workers;
    struct cm_worker_share worker_share;
    struct cm_pace *pace;
    struct cm_faults faults;
    struct cm_gate *gate;           /* NULL: no limit */
    struct cm_canary_watch *canary; /* NULL: there are none */
    struct cm_dnsline *dns;
    struct cm_feed_share feed_share;
    struct cm_feed *feed;
    int64_t at_unix;
    char config_sha256[CM_CONFIG_DIGEST_SIZE];
};

static enum cm_status make_workers(struct run *run, struct cm_error *err)
{
    const struct cm_run_config *config = run->config;
    unsigned jobs = cm_limits_jobs(config->jobs, config->concurrency);
    unsigned concurrency;
    enum cm_status status = CM_OK;

    concurrency =
        cm_limits_concurrency(config->concurrency, jobs, run->outcome->note);
    run->outcome->concurrency = concurrency;
    run->worker_share = (struct cm_worker_share){
        .config = config,
        .judging = {.views = run->files.views,
                    .num_views = run->files.num_views,
                    .policy = &config->policy,
                    .at_unix = run->at_unix,
                    .measures = run->measures,
                    .labels = run->labels},
        .certs = run->certs,
        .seen = run->seen,
        .pending = run->pending,
        .store = run->store,
        .counters = &run->counters,
        .pace = run->pace,
        .faults = &run->faults,
        .signals = run->signals,
        .gate = run->gate,
        .canary = run->canary,
        .dns = run->dns,
        .slots = (concurrency + jobs - 1) / jobs,
        .num_workers = jobs,
        .is_stream = cm_feed_size(run->feed) < 0,
    };
    while (status == CM_OK && run->num_workers < jobs) {
        status = cm_worker_new(&run->workers[run->num_workers],
                               &run->worker_share, run->num_workers, err);
        if (status == CM_OK) {
            run->num_workers++;
        }
    }
    return status;
}

static enum cm_status begin_again(struct run *run, struct cm_error *err)
{
    struct cm_resume *resume = run->config->resume;
    enum cm_status status =
        cm_resume_check(resume, run->config, run->config_sha256,
                        cm_feed_options(run->feed), err);

    if (status == CM_OK) {
        status = cm_resume_begin(resume, run->store,
                                 cm_sandbox_words(run->config->sandbox),
                                 &run->counters, err);
    }
    if (status == CM_OK) {
        run->outcome->run_id = cm_resume_run(resume)->id;
    }
    return status;
}

static enum cm_status begin(struct run *run, struct cm_error *err)
{
    const struct cm_run_config *config = run->config;
    struct cm_buf servers;
    struct cm_run_info info = {
        .input_name = config->input_path,
        .options = cm_sandbox_json(config->sandbox, config->options_json),
        .version = config->version,
        .tls_library = cm_tls_library(),
        .trust = run->files.text,
        .views = run->files.json,
        .seed = run->config->polite.seed,
        .started_unix = (int64_t)time(NULL),
        .judged_at_unix = run->at_unix,
        .config_sha256 = run->config_sha256,
        .shard = config->shard.index,
        .shards = config->shard.count,
    };
    enum cm_status status;

    if (config->resume != NULL) {
        return begin_again(run, err);
    }
    info.input_bytes =
        cm_feed_size(run->feed) > 0 ? cm_feed_size(run->feed) : 0;
    info.measures = cm_measures_facts(run->measures, &info.num_measures);
    cm_buf_init(&servers, 4096);
    cm_worker_servers(run->workers[0], &servers);
    info.resolvers = cm_buf_cstr(&servers);
    status =
        info.options == NULL
            ? cm_error_nomem(err, "the options")
            : cm_store_begin_run(run->store, &info, &run->outcome->run_id, err);
    cm_buf_cleanup(&servers);
    return status;
}

static void attend(struct run *run)
{
    const struct cm_attendance attendance = {
        .counters = &run->counters,
        .signals = run->signals,
        .progress = run->progress,
        .feed = run->feed,
        .workers = run->workers,
        .num_workers = run->num_workers,
    };

    run->outcome->interrupted =
        cm_attend(&attendance) || run->outcome->interrupted;
}

static enum cm_status scan(struct run *run, struct cm_error *err)
{
    enum cm_status status;
    enum cm_status joined;
    struct cm_error join_err;

    run->progress = cm_progress_new(run->config->progress, &run->counters,
                                    cm_feed_size(run->feed));
    cm_progress_scan(run->progress, run->metrics, run->config->polite.rate);
    status = cm_lifelines_start(run->dns, run->canary, err);
    for (unsigned i = 0; status == CM_OK && i < run->num_workers; i++) {
        status = cm_worker_start(run->workers[i], err);
    }
    if (status == CM_OK) {
        status = cm_feed_start(run->feed, err);
    }
    if (status == CM_OK) {
        attend(run);
    }
    joined =
        cm_attend_end(run->feed, run->workers, run->num_workers, &join_err);
    cm_canary_stop(run->canary);
    cm_dnsline_stop(run->dns);
    if (status == CM_OK && joined != CM_OK) {
        *err = join_err;
        status = joined;
    }
    return status;
}

/* The second pass, in a thread of its own. */
static enum cm_status judge_again(void *arg, struct cm_error *err)
{
    struct run *run = arg;
    struct cm_fetch_config fetch = run->config->fetch;
    bool may_fetch = run->pending != NULL && !run->outcome->interrupted;
    struct cm_again again;
    enum cm_status status = cm_again_open(&again, run->store, &run->files,
                                          &run->worker_share.judging, err);

    again.run_id = run->outcome->run_id;
    again.pending = run->pending;
    again.counters = &run->counters;
    again.stop = &run->counters.stop_again;
    fetch.resolver = run->config->resolver;
    if (status == CM_OK && run->config->resume != NULL) {
        status = cm_resume_remember(run->config->resume, run->store, run->seen,
                                    &again.more, err);
    }
    if (status == CM_OK) {
        status = cm_again_fill(&again, run->seen, 0, err);
    }
    if (status == CM_OK) {
        status = cm_second_pass(&again, may_fetch ? &fetch : NULL, err);
    }
    cm_again_close(&again);
    return status;
}

static enum cm_status second_pass(struct run *run, struct cm_error *err)
{
    const struct cm_task task = {
        .work = judge_again,
        .arg = run,
        .signals = run->signals,
        .progress = run->progress,
        .stop = &run->counters.stop_again,
    };
    enum cm_status status = cm_task_run(&task, err);

    if (atomic_load(&run->counters.stop_again)) {
        run->outcome->interrupted = true;
    }
    return status;
}

/* Half a shard is of no use to anybody: it will be scanned again. */
static bool is_given_up(const struct run *run)
{
    return run->outcome->interrupted && run->config->shard.count > 0;
}

static enum cm_status finish(struct run *run, struct cm_error *err)
{
    char digest[2 * CM_SHA256_LEN + 1];
    struct cm_run_end end = {
        .input_sha256 = digest,
        .rows_read = cm_feed_rows(run->feed),
        .input_rows =
            run->config->shard.count > 0 ? cm_feed_input_rows(run->feed) : 0,
    };
    enum cm_status status = cm_store_drain(run->store, err);

    cm_feed_digest(run->feed, digest);
    if (run->config->resume != NULL &&
        cm_resume_run(run->config->resume)->rows > end.rows_read) {
        /* Interrupted before all that it knew came again. */
        end.rows_read = cm_resume_run(run->config->resume)->rows;
    }
    run->outcome->rows = end.rows_read;
    if (status == CM_OK) {
        status = second_pass(run, err);
    }
    if (is_given_up(run)) {
        return status;
    }
    if (status == CM_OK) {
        run->outcome->faulty = cm_faults_endpoints(&run->faults);
        status = cm_faults_put(&run->faults, run->store, run->outcome->run_id,
                               run->outcome->faults, err);
    }
    end.state = run->outcome->interrupted ? "partial" : "complete";
    if (status == CM_OK && run->outcome->interrupted) {
        status = cm_store_add_missing(run->store, run->outcome->run_id, err);
    }
    if (status == CM_OK) {
        end.finished_unix = (int64_t)time(NULL);
        status =
            cm_store_finish_run(run->store, run->outcome->run_id, &end, err);
    }
    return status;
}

static enum cm_status open_clients(struct run *run, struct cm_error *err)
{
    struct cm_run_config *config = &run->with_clients;

    run->clients = cm_clients_new(run->at_unix);
    if (run->clients == NULL) {
        return cm_error_nomem(err, "client certificates");
    }
    config->scan.clients = cm_clients_table(run->clients);
    return cm_clients_of_all(run->clients, config->client_cert,
                             config->client_key, run->outcome->note,
                             sizeof(run->outcome->note), err);
}

static enum cm_status make_store(struct run *run, struct cm_error *err)
{
    struct cm_resume *resume = run->config->resume;

    if (resume != NULL) {
        run->store = cm_resume_take_store(resume);
        return CM_OK;
    }
    return cm_store_open(&run->store, run->config->db_path, err);
}

/* From the canaries' thread. */
static void wake_workers(void *arg)
{
    const struct run *run = arg;

    for (unsigned i = 0; i < run->num_workers; i++) {
        cm_worker_wake(run->workers[i]);
    }
}

static enum cm_status open_lifelines(struct run *run, struct cm_error *err)
{
    const struct cm_told told = {&run->faults, wake_workers, run};

    return cm_lifelines_open(run->config, &told, &run->dns, &run->canary, err);
}

static enum cm_status open_store(struct run *run, struct cm_error *err)
{
    const struct cm_run_config *config = run->config;
    enum cm_status status = CM_OK;

    if (config->shard_store != NULL) {
        status = cm_shard_is_done(&run->outcome->already, config->shard_store,
                                  &config->shard, config->input_path,
                                  run->config_sha256, err);
    }
    if (status != CM_OK || run->outcome->already) {
        return status;
    }
    status = make_store(run, err);
    if (status == CM_OK) {
        status = cm_metrics_open(&run->metrics, config->metrics_path,
                                 config->version, run->store, err);
    }
    if (status == CM_OK) {
        status = cm_polite_gate(
            &config->polite, config->scan.proxy_host != NULL, &run->gate, err);
    }
    if (status == CM_OK) {
        status = open_lifelines(run, err);
    }
    if (status == CM_OK) {
        run->pace = cm_pace_new(config->polite.rate);
        status = run->pace == NULL ? cm_error_nomem(err, "the pace")
                                   : make_workers(run, err);
    }
    run->feed_share.store = run->store;
    run->feed_share.num_workers = run->num_workers;
    return status;
}

static enum cm_status open_all(struct run *run, struct cm_error *err)
{
    enum cm_status status =
        cm_trust_load(&run->files, &run->config->trust, err);

    if (status == CM_OK) {
        status = cm_measures_load(&run->measures, &run->config->measure, err);
    }
    if (status == CM_OK) {
        status = cm_run_config_digest(run->config, &run->files, run->measures,
                                      run->config_sha256, err);
    }
    if (status == CM_OK) {
        status = cm_labels_new(&run->labels, run->measures, err);
    }
    if (status == CM_OK) {
        run->seen = cm_certset_new(MAX_SEEN_ISSUERS);
        run->certs = cm_certcache_new();
        status = run->seen == NULL || run->certs == NULL
                     ? cm_error_nomem(err, "certificates")
                     : CM_OK;
    }
    if (status == CM_OK &&
        (run->config->fetch.issuers || run->config->fetch.revocation != 0)) {
        run->pending = cm_pending_new();
        status = run->pending == NULL ? cm_error_nomem(err, "wants") : CM_OK;
    }
    if (status == CM_OK) {
        status = cm_signals_open(&run->signals, err);
    }
    run->feed_share = (struct cm_feed_share){
        .config = run->config,
        .labels = run->labels,
        .resume = run->config->resume,
        .files = &run->files,
        .clients = run->clients,
        .counters = &run->counters,
        .workers = run->workers,
    };
    /* The input is opened before the store is touched: a wrong file name
     * leaves nothing behind. */
    if (status == CM_OK) {
        status = cm_feed_open(&run->feed, &run->feed_share, err);
    }
    return status == CM_OK ? open_store(run, err) : status;
}

/* The last words of the run, whatever became of it. */
static void tell_end(struct run *run, enum cm_status status)
{
    struct cm_store_totals totals;
    const char *state = status != CM_OK ? "failed"
                        : run->outcome->interrupted || is_given_up(run)
                            ? "partial"
                            : "complete";
    bool known = status == CM_OK && run->metrics != NULL &&
                 cm_store_totals(run->store, run->outcome->run_id, &totals,
                                 NULL) == CM_OK;

    cm_progress_state(run->progress, state);
    cm_metrics_end(run->metrics, state, known ? &totals : NULL);
}

static enum cm_status conduct(struct run *run, struct cm_error *err)
{
    enum cm_status status =
        cm_lock_in(run->config->sandbox, run->config->input_path,
                   cm_feed_options(run->feed), err);

    if (status == CM_OK) {
        status = begin(run, err);
    }
    atomic_store(&run->counters.run_id, run->outcome->run_id);
    status = status == CM_OK ? scan(run, err) : status;
    if (status == CM_OK && !is_given_up(run)) {
        status = finish(run, err);
    }
    cm_store_leave_run(run->store, status, &run->outcome->run_id);
    return status;
}

enum cm_status cm_run_scan(const struct cm_run_config *config,
                           struct cm_run_outcome *outcome, struct cm_error *err)
{
    struct run *run = calloc(1, sizeof(*run));
    enum cm_status status;

    memset(outcome, 0, sizeof(*outcome));
    if (run == NULL) {
        return cm_error_nomem(err, "a run");
    }
    run->outcome = outcome;
    run->at_unix = config->at_unix != 0 ? config->at_unix : (int64_t)time(NULL);
    run->with_clients = *config;
    run->config = &run->with_clients;
    cm_polite_settle(&run->with_clients.polite);
    status = open_clients(run, err);
    if (status == CM_OK) {
        status = open_all(run, err);
    }
    if (status == CM_OK && !outcome->already) {
        status = conduct(run, err);
        tell_end(run, status);
    }
    cm_feed_free(run->feed);
    for (unsigned i = 0; i < run->num_workers; i++) {
        cm_worker_free(run->workers[i]);
    }
    cm_canary_free(run->canary);
    cm_dnsline_free(run->dns);
    cm_pace_free(run->pace);
    cm_gate_free(run->gate);
    cm_progress_end(run->progress);
    cm_metrics_free(run->metrics);
    cm_store_close(run->store);
    cm_signals_close(run->signals);
    cm_pending_free(run->pending);
    cm_certset_free(run->seen);
    cm_certcache_free(run->certs);
    cm_labels_free(run->labels);
    cm_measures_free(run->measures);
    cm_trust_unload(&run->files);
    cm_clients_free(run->clients);
    free(run);
    return status;
}
