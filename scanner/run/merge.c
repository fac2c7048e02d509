/* See merge.h. The run is made in a file beside the store's name, which it gets
 * at the very end: whatever goes wrong before, the store is as it was.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/merge.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "run/again.h"
#include "run/labels.h"
#include "run/merge_parts.h"
#include "run/peek.h"
#include "run/rejudge.h"
#include "sandbox/sandbox.h"

#define HOST_SIZE 65

struct cm_merge {
    struct cm_merge_list list;
    const struct cm_merge_config *config;
    struct cm_merge_outcome *outcome;
    char *temp; /* owned: the store under way */
    struct cm_store *store;
    struct cm_trust_files files;
    struct cm_measures *measures;
    struct cm_labels *labels;
    struct cm_judging judging;
    struct cm_counters counters;
    struct cm_signals *signals;
    int64_t at_unix; /* when the last shard was judged */
    uint64_t rows;
};

enum cm_status cm_merge_open(struct cm_merge **out,
                             const struct cm_merge_inputs *inputs,
                             struct cm_error *err)
{
    struct cm_merge *merge = calloc(1, sizeof(*merge));
    enum cm_status status;

    *out = NULL;
    if (merge == NULL) {
        return cm_error_nomem(err, "a run");
    }
    status = cm_merge_list_open(&merge->list, inputs, err);
    if (status != CM_OK) {
        cm_merge_close(merge);
        return status;
    }
    *out = merge;
    return CM_OK;
}

/* Needs no memory: that may be what is missing. */
static void remove_temp(const char *temp)
{
    static const char *const beside[] = {"", "-wal", "-shm", "-journal"};
    char path[PATH_MAX];

    for (size_t i = 0; i < sizeof(beside) / sizeof(*beside); i++) {
        int len = snprintf(path, sizeof(path), "%s%s", temp, beside[i]);

        if (len > 0 && (size_t)len < sizeof(path)) {
            (void)unlink(path);
        }
    }
}

void cm_merge_close(struct cm_merge *merge)
{
    if (merge == NULL) {
        return;
    }
    cm_store_close(merge->store);
    if (merge->temp != NULL) {
        remove_temp(merge->temp);
        free(merge->temp);
    }
    cm_signals_close(merge->signals);
    cm_labels_free(merge->labels);
    cm_measures_free(merge->measures);
    cm_trust_unload(&merge->files);
    cm_merge_list_cleanup(&merge->list);
    free(merge);
}

enum cm_status cm_merge_each_option(struct cm_merge *merge,
                                    cm_store_text_fn *fn, void *arg,
                                    struct cm_error *err)
{
    return cm_shard_each_option(merge->list.shards[0].path, fn, arg, err);
}

/* --- the store under way --- */

/* "DIR/.NAME.HOST.PID.tmp" */
static enum cm_status name_temp(struct cm_merge *merge, struct cm_error *err)
{
    const char *path = merge->config->out_path;
    const char *slash = strrchr(path, '/');
    int folder = slash == NULL ? 0 : (int)(slash + 1 - path);
    char host[HOST_SIZE] = "";

    (void)gethostname(host, sizeof(host) - 1);
    if (asprintf(&merge->temp, "%.*s.%s.%s.%ld.tmp", folder, path,
                 path + folder, host, (long)getpid()) < 0) {
        merge->temp = NULL;
        return cm_error_nomem(err, "a file name");
    }
    remove_temp(merge->temp);
    return CM_OK;
}

static enum cm_status open_store(struct cm_merge *merge, struct cm_error *err)
{
    const char *path = merge->config->out_path;
    enum cm_status status = name_temp(merge, err);

    if (status == CM_OK && access(path, F_OK) == 0) {
        status = cm_store_copy(path, merge->temp, err);
    }
    return status == CM_OK ? cm_store_open(&merge->store, merge->temp, err)
                           : status;
}

static enum cm_status publish(struct cm_merge *merge, struct cm_error *err)
{
    const char *path = merge->config->out_path;
    enum cm_status status;

    cm_store_close(merge->store);
    merge->store = NULL;
    status = cm_store_seal(merge->temp, err);
    if (status == CM_OK && rename(merge->temp, path) != 0) {
        status = cm_error_set(err, CM_EIO, "cannot write %s: %s", path,
                              strerrordesc_np(errno));
    }
    return status;
}

/* --- rows in --- */

static bool is_stopped(const struct cm_merge *merge)
{
    return atomic_load(&merge->counters.stop_again);
}

static enum cm_status begin(struct cm_merge *merge, struct cm_error *err)
{
    const struct cm_merge_config *config = merge->config;
    struct cm_run_info info = {
        .options = cm_sandbox_json(config->sandbox, config->options_json),
        .version = config->version,
        .trust = merge->files.text,
        .views = merge->files.json,
        .shards = merge->list.count,
        .started_unix = (int64_t)time(NULL),
        .judged_at_unix = merge->at_unix,
    };

    info.measures = cm_measures_facts(merge->measures, &info.num_measures);
    return info.options == NULL
               ? cm_error_nomem(err, "the options")
               : cm_store_merge_run(merge->store, merge->list.shards[0].path,
                                    &info, &merge->outcome->run_id, err);
}

static enum cm_status add_shards(struct cm_merge *merge, struct cm_error *err)
{
    enum cm_status status = CM_OK;

    for (size_t i = 0; i < merge->list.num && status == CM_OK; i++) {
        const struct cm_merge_shard *shard = &merge->list.shards[i];

        if (is_stopped(merge)) {
            break;
        }
        status = cm_store_merge_shard(merge->store, merge->outcome->run_id,
                                      shard->path, &shard->facts, err);
        atomic_fetch_add(&merge->counters.rows, shard->facts.rows);
    }
    return status;
}

static enum cm_status add_missing_rows(struct cm_merge *merge,
                                       struct cm_error *err)
{
    const char *views[CM_MAX_VIEWS];
    struct cm_merge_rows rows = {
        .path = merge->config->input_path,
        .list = &merge->list,
        .input = merge->config->input,
        .client = &merge->config->client,
        .store = merge->store,
        .run_id = merge->outcome->run_id,
        .at_unix = merge->at_unix,
    };

    if (rows.path == NULL || merge->list.num_missing == 0) {
        return CM_OK;
    }
    for (size_t i = 0; i < merge->files.num_views; i++) {
        views[i] = merge->files.names[i];
    }
    rows.input.views = views;
    rows.input.num_views = merge->files.num_views;
    return cm_merge_rows_add(&rows, err);
}

/* All rows, each once: ids are 1 ... and no two rows have the same. */
static enum cm_status check_rows(struct cm_merge *merge, struct cm_error *err)
{
    uint64_t wanted = merge->list.shards[0].facts.input_rows;
    bool may_lack =
        merge->list.num_missing > 0 && merge->config->input_path == NULL;
    uint64_t last = 0;
    enum cm_status status = cm_store_merge_end(
        merge->store, merge->outcome->run_id, &merge->rows, &last, err);

    if (status == CM_OK &&
        (last > wanted || (!may_lack && merge->rows != wanted))) {
        status =
            cm_error_set(err, CM_EINPUT,
                         "the shards hold %llu rows (the last is number "
                         "%llu) of the %llu that the input has: they "
                         "were split in different ways",
                         (unsigned long long)merge->rows,
                         (unsigned long long)last, (unsigned long long)wanted);
    }
    merge->outcome->rows = merge->rows;
    merge->outcome->rows_left_out = wanted - merge->rows;
    return status;
}

static enum cm_status bring_in(struct cm_merge *merge, struct cm_error *err)
{
    enum cm_status status = begin(merge, err);

    if (status == CM_OK) {
        status = add_shards(merge, err);
    }
    if (status == CM_OK && !is_stopped(merge)) {
        status = add_missing_rows(merge, err);
    }
    return status == CM_OK && !is_stopped(merge) ? check_rows(merge, err)
                                                 : status;
}

/* --- the fleet as a whole --- */

static enum cm_status note_helped(void *arg, uint64_t endpoint)
{
    struct cm_again *again = arg;

    return cm_idset_put(&again->more, endpoint, true) ? CM_OK : CM_ENOMEM;
}

/* A shard judged with the certificates and downloads that it had itself. */
static enum cm_status judge_fleet(struct cm_merge *merge, struct cm_error *err)
{
    int64_t run_id = merge->outcome->run_id;
    struct cm_again again;
    enum cm_status status = cm_again_open(&again, merge->store, &merge->files,
                                          &merge->judging, err);

    again.run_id = run_id;
    again.counters = &merge->counters;
    again.stop = &merge->counters.stop_again;
    if (status == CM_OK) {
        status = cm_replay(merge->store, run_id, again.pool,
                           merge->files.revocation, err);
    }
    if (status == CM_OK) {
        status = cm_again_fill(&again, NULL, run_id, err);
    }
    if (status == CM_OK) {
        status = cm_store_each_helped(merge->store, run_id, note_helped, &again,
                                      err);
    }
    if (status == CM_OK) {
        status = cm_second_pass(&again, NULL, err);
    }
    cm_again_close(&again);
    return status;
}

static enum cm_status finish(struct cm_merge *merge, struct cm_error *err)
{
    const struct cm_merge_list *list = &merge->list;
    bool complete = list->num_missing == 0 && list->num_partial == 0;
    const struct cm_run_end end = {
        .state = complete ? "complete" : "partial",
        .input_sha256 = list->shards[0].facts.input_sha256,
        .rows_read = merge->rows,
        .input_rows = list->shards[0].facts.input_rows,
        .finished_unix = (int64_t)time(NULL),
    };
    enum cm_status status = CM_OK;

    if (!complete) {
        status =
            cm_store_add_missing(merge->store, merge->outcome->run_id, err);
    }
    return status == CM_OK
               ? cm_store_finish_run(merge->store, merge->outcome->run_id, &end,
                                     err)
               : status;
}

static enum cm_status work(void *arg, struct cm_error *err)
{
    struct cm_merge *merge = arg;
    enum cm_status status;

    cm_counters_stage(&merge->counters, CM_RUN_JUDGING);
    status = open_store(merge, err);
    if (status == CM_OK) {
        status = bring_in(merge, err);
    }
    if (status == CM_OK && !is_stopped(merge)) {
        status = cm_labels_of_run(&merge->labels, merge->measures, merge->store,
                                  merge->outcome->run_id, err);
        merge->judging.labels = merge->labels;
    }
    if (status == CM_OK && !is_stopped(merge)) {
        status = judge_fleet(merge, err);
    }
    if (status == CM_OK && !is_stopped(merge)) {
        status = finish(merge, err);
    }
    return status == CM_OK && !is_stopped(merge) ? publish(merge, err) : status;
}

static enum cm_status load(struct cm_merge *merge, struct cm_error *err)
{
    const struct cm_merge_config *config = merge->config;
    enum cm_status status = cm_trust_load(&merge->files, &config->trust, err);

    if (status == CM_OK) {
        status = cm_measures_load(&merge->measures, &config->measure, err);
    }
    for (size_t i = 0; i < merge->list.num; i++) {
        int64_t at = merge->list.shards[i].facts.judged_at_unix;

        merge->at_unix = i == 0 || at > merge->at_unix ? at : merge->at_unix;
    }
    merge->judging = (struct cm_judging){
        .views = merge->files.views,
        .num_views = merge->files.num_views,
        .policy = &config->policy,
        .at_unix = merge->at_unix,
        .measures = merge->measures,
    };
    if (status == CM_OK) {
        status = cm_signals_open(&merge->signals, err);
    }
    return status == CM_OK ? cm_lock_in(config->sandbox, config->input_path,
                                        &config->input, err)
                           : status;
}

enum cm_status cm_merge_run(struct cm_merge *merge,
                            const struct cm_merge_config *config,
                            struct cm_merge_outcome *outcome,
                            struct cm_error *err)
{
    struct cm_task task = {
        .work = work, .arg = merge, .stop = &merge->counters.stop_again};
    enum cm_status status;

    memset(outcome, 0, sizeof(*outcome));
    merge->config = config;
    merge->outcome = outcome;
    outcome->shards = merge->list.count;
    outcome->shards_missing = merge->list.num_missing + merge->list.num_partial;
    status = load(merge, err);
    if (status == CM_OK) {
        task.signals = merge->signals;
        task.progress = cm_progress_new(config->progress, &merge->counters, -1);
        status = cm_task_run(&task, err);
        cm_progress_end(task.progress);
    }
    outcome->interrupted = is_stopped(merge);
    return status;
}
