/* One run from beginning to end. The order matters: rows are in the store
 * before their results, the second pass comes after the last result, and the
 * accounting is checked last.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "run/parts.h"

#define MAX_SEEN_ISSUERS 100000U
#define TICK_MS 200

struct run {
    const struct cm_run_config *config;
    struct cm_run_outcome *outcome;
    struct cm_trust_files files;
    struct cm_counters counters;
    struct cm_certset *seen;
    struct cm_store *store;
    struct cm_signals *signals;
    struct cm_worker *workers[CM_RUN_MAX_JOBS];
    unsigned num_workers;
    struct cm_worker_share worker_share;
    struct cm_feed_share feed_share;
    struct cm_feed *feed;
    int64_t at_unix;
};

static unsigned processors(void)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);

    return online < 1                       ? 1
           : online > (long)CM_RUN_MAX_JOBS ? CM_RUN_MAX_JOBS
                                            : (unsigned)online;
}

static enum cm_status make_workers(struct run *run, struct cm_error *err)
{
    const struct cm_run_config *config = run->config;
    unsigned jobs = config->jobs == 0 ? processors() : config->jobs;
    unsigned concurrency;
    enum cm_status status = CM_OK;

    if (jobs > CM_RUN_MAX_JOBS) {
        jobs = CM_RUN_MAX_JOBS;
    }
    if (jobs > config->concurrency) {
        jobs = config->concurrency;
    }
    if (jobs == 0) {
        jobs = 1;
    }
    concurrency =
        cm_limits_concurrency(config->concurrency, jobs, run->outcome->note);
    run->outcome->concurrency = concurrency;
    run->worker_share = (struct cm_worker_share){
        .config = config,
        .judging = {.views = run->files.views,
                    .num_views = run->files.num_views,
                    .policy = &config->policy,
                    .at_unix = run->at_unix},
        .seen = run->seen,
        .store = run->store,
        .counters = &run->counters,
        .slots = (concurrency + jobs - 1) / jobs,
    };
    while (status == CM_OK && run->num_workers < jobs) {
        status = cm_worker_new(&run->workers[run->num_workers],
                               &run->worker_share, err);
        if (status == CM_OK) {
            run->num_workers++;
        }
    }
    return status;
}

static enum cm_status begin(struct run *run, struct cm_error *err)
{
    const struct cm_run_config *config = run->config;
    struct cm_buf servers;
    struct cm_run_info info = {
        .input_name = config->input_path,
        .options = config->options_json,
        .version = config->version,
        .tls_library = cm_tls_library(),
        .trust = run->files.text,
        .views = run->files.json,
        .started_unix = (int64_t)time(NULL),
        .judged_at_unix = run->at_unix,
    };
    enum cm_status status;

    cm_buf_init(&servers, 4096);
    cm_worker_servers(run->workers[0], &servers);
    info.resolvers = cm_buf_cstr(&servers);
    status = cm_store_begin_run(run->store, &info, &run->outcome->run_id, err);
    cm_buf_cleanup(&servers);
    return status;
}

static bool busy(const struct run *run)
{
    return !atomic_load(&run->counters.input_done) ||
           atomic_load(&run->counters.settled) <
               atomic_load(&run->counters.rows);
}

static void stop(struct run *run)
{
    run->outcome->interrupted = true;
    atomic_store(&run->counters.stop, true);
    cm_feed_interrupt(run->feed);
    for (unsigned i = 0; i < run->num_workers; i++) {
        cm_worker_wake(run->workers[i]);
    }
}

/* Shows progress and listens for signals until all is settled or stopped. */
static void attend(struct run *run)
{
    struct cm_progress *progress = cm_progress_new(
        run->config->progress, &run->counters, cm_feed_size(run->feed));

    while (busy(run) && !atomic_load(&run->counters.stop)) {
        if (cm_signals_wait(run->signals, TICK_MS) != 0) {
            stop(run);
        }
        if (progress != NULL) {
            cm_progress_show(progress);
        }
    }
    cm_progress_end(progress);
}

/* The first failure counts; all threads end in any case. */
static enum cm_status join(struct run *run, struct cm_error *err)
{
    enum cm_status status = cm_feed_join(run->feed, err);

    for (unsigned i = 0; i < run->num_workers; i++) {
        enum cm_status ended =
            cm_worker_join(run->workers[i], status == CM_OK ? err : NULL);

        if (status == CM_OK) {
            status = ended;
        }
    }
    return status;
}

static enum cm_status scan(struct run *run, struct cm_error *err)
{
    enum cm_status status = CM_OK;
    enum cm_status joined;
    struct cm_error join_err;

    for (unsigned i = 0; status == CM_OK && i < run->num_workers; i++) {
        status = cm_worker_start(run->workers[i], err);
    }
    if (status == CM_OK) {
        status = cm_feed_start(run->feed, err);
    }
    if (status == CM_OK) {
        attend(run);
    }
    joined = join(run, &join_err);
    if (status == CM_OK && joined != CM_OK) {
        *err = join_err;
        status = joined;
    }
    return status;
}

/* Everything the fleet and the user showed, for the second pass. */
static enum cm_status judge_again(struct run *run, struct cm_error *err)
{
    struct cm_trust views[CM_MAX_VIEWS];
    struct cm_judging judging = run->worker_share.judging;

    for (size_t i = 0; i < cm_certset_count(run->files.pool); i++) {
        if (!cm_certset_add(run->seen, cm_certset_at(run->files.pool, i))) {
            return cm_error_nomem(err, "the second pass");
        }
    }
    for (size_t i = 0; i < judging.num_views; i++) {
        views[i] = judging.views[i];
        views[i].pool = run->seen;
        views[i].views = views;
    }
    judging.views = views;
    return cm_second_pass(run->store, run->outcome->run_id, &judging, err);
}

static enum cm_status finish(struct run *run, struct cm_error *err)
{
    char digest[2 * CM_SHA256_LEN + 1];
    struct cm_run_end end = {
        .state = run->outcome->interrupted ? "partial" : "complete",
        .input_sha256 = digest,
        .rows_read = cm_feed_rows(run->feed),
    };
    enum cm_status status = cm_store_drain(run->store, err);

    cm_feed_digest(run->feed, digest);
    run->outcome->rows = end.rows_read;
    if (status == CM_OK) {
        status = judge_again(run, err);
    }
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

static enum cm_status open_all(struct run *run, struct cm_error *err)
{
    enum cm_status status =
        cm_trust_load(&run->files, &run->config->trust, err);

    if (status == CM_OK) {
        run->seen = cm_certset_new(MAX_SEEN_ISSUERS);
        status = run->seen == NULL ? cm_error_nomem(err, "issuers") : CM_OK;
    }
    if (status == CM_OK) {
        status = cm_signals_open(&run->signals, err);
    }
    run->feed_share = (struct cm_feed_share){
        .config = run->config,
        .files = &run->files,
        .counters = &run->counters,
        .workers = run->workers,
    };
    /* The input is opened before the store is touched: a wrong file name
     * leaves nothing behind. */
    if (status == CM_OK) {
        status = cm_feed_open(&run->feed, &run->feed_share, err);
    }
    if (status == CM_OK) {
        status = cm_store_open(&run->store, run->config->db_path, err);
    }
    if (status == CM_OK) {
        status = make_workers(run, err);
    }
    run->feed_share.store = run->store;
    run->feed_share.num_workers = run->num_workers;
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
    run->config = config;
    run->outcome = outcome;
    run->at_unix = config->at_unix != 0 ? config->at_unix : (int64_t)time(NULL);
    status = open_all(run, err);
    if (status == CM_OK) {
        status = begin(run, err);
    }
    if (status == CM_OK) {
        status = scan(run, err);
    }
    if (status == CM_OK) {
        status = finish(run, err);
    }
    cm_feed_free(run->feed);
    for (unsigned i = 0; i < run->num_workers; i++) {
        cm_worker_free(run->workers[i]);
    }
    cm_store_close(run->store);
    cm_signals_close(run->signals);
    cm_certset_free(run->seen);
    cm_trust_unload(&run->files);
    free(run);
    return status;
}
