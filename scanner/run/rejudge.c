/* A stored run judged again. Everything that was known when it ended is used:
 * its evidence, what it downloaded, the certificates of the store.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/rejudge.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "run/again.h"
#include "run/labels.h"
#include "run/parts.h"
#include "sandbox/sandbox.h"

struct cm_rejudge {
    struct cm_store *store;
    struct cm_stored_run source;
    const struct cm_rejudge_config *config;
    struct cm_trust_files files;
    struct cm_measures *measures;
    struct cm_labels *labels;
    struct cm_judging judging;
    struct cm_counters counters;
    struct cm_signals *signals;
    int64_t run_id; /* of the new run, 0: none yet */
};

enum cm_status cm_rejudge_open(struct cm_rejudge **out, const char *db_path,
                               int64_t run_id, struct cm_error *err)
{
    struct cm_rejudge *rejudge;
    enum cm_status status;

    *out = NULL;
    if (access(db_path, F_OK) != 0) { /* else it would be made */
        return cm_error_set(err, CM_EINPUT,
                            "there is no store %s; \"certmuster scan\" makes "
                            "one, and --db names another",
                            db_path);
    }
    rejudge = calloc(1, sizeof(*rejudge));
    if (rejudge == NULL) {
        return cm_error_nomem(err, "a run");
    }
    status = cm_store_open(&rejudge->store, db_path, err);
    if (status == CM_OK) {
        status =
            cm_store_find_run(rejudge->store, run_id, &rejudge->source, err);
    }
    if (status != CM_OK) {
        cm_rejudge_close(rejudge);
        return status;
    }
    *out = rejudge;
    return CM_OK;
}

void cm_rejudge_close(struct cm_rejudge *rejudge)
{
    if (rejudge != NULL) {
        cm_store_close(rejudge->store);
        cm_signals_close(rejudge->signals);
        cm_labels_free(rejudge->labels);
        cm_measures_free(rejudge->measures);
        cm_trust_unload(&rejudge->files);
        free(rejudge);
    }
}

enum cm_status cm_rejudge_each_option(struct cm_rejudge *rejudge,
                                      cm_store_text_fn *fn, void *arg,
                                      struct cm_error *err)
{
    return cm_store_each_option(rejudge->store, rejudge->source.id, fn, arg,
                                err);
}

/* A row must get the verdict of the view that it names, or none. */
static enum cm_status check_view(void *arg, const char *name, const char *value,
                                 struct cm_error *err)
{
    struct cm_rejudge *rejudge = arg;

    (void)value;
    if (cm_trust_view(&rejudge->files, name) >= 0) {
        return CM_OK;
    }
    return cm_error_set(err, CM_EUSAGE,
                        "rows of run %lld ask about the trust view \"%s\", "
                        "which is not given; add --trust %s=FILE",
                        (long long)rejudge->source.id, name, name);
}

static enum cm_status begin(struct cm_rejudge *rejudge, struct cm_error *err)
{
    const struct cm_rejudge_config *config = rejudge->config;
    struct cm_run_info info = {
        .options = cm_sandbox_json(config->sandbox, config->options_json),
        .version = config->version,
        .trust = rejudge->files.text,
        .views = rejudge->files.json,
        .started_unix = (int64_t)time(NULL),
        .judged_at_unix = rejudge->judging.at_unix,
        .source_run = rejudge->source.id,
    };

    info.measures = cm_measures_facts(rejudge->measures, &info.num_measures);
    return info.options == NULL ? cm_error_nomem(err, "the options")
                                : cm_store_begin_rejudge(rejudge->store, &info,
                                                         &rejudge->run_id, err);
}

static enum cm_status judge_all(struct cm_rejudge *rejudge,
                                struct cm_error *err)
{
    struct cm_again again;
    enum cm_status status = cm_again_open(
        &again, rejudge->store, &rejudge->files, &rejudge->judging, err);

    again.run_id = rejudge->run_id;
    again.counters = &rejudge->counters;
    again.stop = &rejudge->counters.stop_again;
    if (status == CM_OK) {
        status = cm_replay(rejudge->store, rejudge->source.id, again.pool,
                           rejudge->files.revocation, err);
    }
    if (status == CM_OK) {
        status = cm_again_fill(&again, NULL, rejudge->source.id, err);
    }
    if (status == CM_OK) {
        status = cm_again_all(&again, err);
    }
    if (status == CM_OK && !atomic_load(again.stop)) {
        status = cm_again_fleet(&again, err);
    }
    cm_again_close(&again);
    return status;
}

static enum cm_status work(void *arg, struct cm_error *err)
{
    struct cm_rejudge *rejudge = arg;
    enum cm_status status;

    cm_counters_stage(&rejudge->counters, CM_RUN_JUDGING);
    status = begin(rejudge, err);
    return status == CM_OK ? judge_all(rejudge, err) : status;
}

static enum cm_status attended(struct cm_rejudge *rejudge, struct cm_error *err)
{
    struct cm_task task = {
        .work = work,
        .arg = rejudge,
        .signals = rejudge->signals,
        .progress =
            cm_progress_new(rejudge->config->progress, &rejudge->counters, -1),
        .stop = &rejudge->counters.stop_again,
    };
    enum cm_status status = cm_task_run(&task, err);

    cm_progress_end(task.progress);
    return status;
}

static enum cm_status finish(struct cm_rejudge *rejudge,
                             struct cm_run_outcome *outcome,
                             struct cm_error *err)
{
    const struct cm_run_end end = {
        .state = rejudge->source.complete && !outcome->interrupted ? "complete"
                                                                   : "partial",
        .input_sha256 = rejudge->source.input_sha256,
        .rows_read = rejudge->source.rows_read,
        .finished_unix = (int64_t)time(NULL),
    };
    enum cm_status status = CM_OK;

    if (outcome->interrupted) {
        status = cm_store_add_missing(rejudge->store, rejudge->run_id, err);
    }
    return status == CM_OK
               ? cm_store_finish_run(rejudge->store, rejudge->run_id, &end, err)
               : status;
}

enum cm_status cm_rejudge_run(struct cm_rejudge *rejudge,
                              const struct cm_rejudge_config *config,
                              struct cm_run_outcome *outcome,
                              struct cm_error *err)
{
    enum cm_status status;

    memset(outcome, 0, sizeof(*outcome));
    rejudge->config = config;
    status = cm_trust_load(&rejudge->files, &config->trust, err);
    if (status == CM_OK) {
        status = cm_measures_load(&rejudge->measures, &config->measure, err);
    }
    if (status == CM_OK) {
        status = cm_labels_of_run(&rejudge->labels, rejudge->measures,
                                  rejudge->store, rejudge->source.id, err);
    }
    rejudge->judging = (struct cm_judging){
        .views = rejudge->files.views,
        .num_views = rejudge->files.num_views,
        .policy = &config->policy,
        .at_unix = config->at_unix != 0 ? config->at_unix : (int64_t)time(NULL),
        .measures = rejudge->measures,
        .labels = rejudge->labels,
    };
    if (status == CM_OK) {
        status = cm_store_each_view(rejudge->store, rejudge->source.id,
                                    check_view, rejudge, err);
    }
    if (status == CM_OK) {
        status = cm_signals_open(&rejudge->signals, err);
    }
    if (status == CM_OK) {
        status = cm_sandbox_enter(config->sandbox, err);
    }
    if (status == CM_OK) {
        status = attended(rejudge, err);
    }
    outcome->run_id = rejudge->run_id;
    outcome->rows = rejudge->source.rows_read;
    outcome->interrupted = atomic_load(&rejudge->counters.stop_again);
    return status == CM_OK ? finish(rejudge, outcome, err) : status;
}
