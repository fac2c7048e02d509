/* The text format of
 * https://prometheus.io/docs/instrumenting/exposition_formats
 * -- for each name its HELP and TYPE, then its samples. Base units (seconds),
 * counters end in _total.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "certmuster/file.h"
#include "certmuster/log.h"

#define EVERY_S 5
#define MAX_TEXT (1U << 20)
#define NUM_STATES (sizeof(states) / sizeof(*states))

static const char *const states[] = {"running", "complete", "partial",
                                     "failed"};

struct cm_metrics {
    char *folder; /* owned */
    char *name;   /* owned */
    const char *version;
    int64_t began_unix;
    int64_t last_success;
    int64_t written_s;              /* by the clock that never jumps */
    struct cm_progress_facts facts; /* the latest */
    bool has_failed;
};

static int64_t now_s(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static void head(struct cm_buf *out, const char *name, const char *type,
                 const char *help)
{
    cm_buf_printf(out, "# HELP certmuster_%s %s\n# TYPE certmuster_%s %s\n",
                  name, help, name, type);
}

static void one(struct cm_buf *out, const char *name, const char *type,
                const char *help, int64_t value)
{
    head(out, name, type, help);
    cm_buf_printf(out, "certmuster_%s %lld\n", name, (long long)value);
}

static void put_run(struct cm_buf *out, const struct cm_metrics *metrics,
                    const char *state)
{
    head(out, "build_info", "gauge", "Always 1; the version as a label.");
    cm_buf_printf(out, "certmuster_build_info{version=\"%s\"} 1\n",
                  metrics->version);
    one(out, "run_number", "gauge", "Number of the run in its store.",
        metrics->facts.run_id);
    head(out, "run_state", "gauge", "1 for the state that the run is in.");
    for (size_t i = 0; i < NUM_STATES; i++) {
        cm_buf_printf(out, "certmuster_run_state{state=\"%s\"} %d\n", states[i],
                      strcmp(states[i], state) == 0 ? 1 : 0);
    }
    one(out, "run_start_timestamp_seconds", "gauge",
        "When this process began with the run.", metrics->began_unix);
    head(out, "run_duration_seconds", "gauge",
         "How long this process has worked on the run.");
    cm_buf_printf(out, "certmuster_run_duration_seconds %.1f\n",
                  metrics->facts.seconds);
    if (metrics->last_success != 0) {
        one(out, "last_success_timestamp_seconds", "gauge",
            "When the last complete scan of the store ended.",
            metrics->last_success);
    }
}

static void put_progress(struct cm_buf *out,
                         const struct cm_progress_facts *facts)
{
    one(out, "rows", "gauge",
        "Rows of the input; an estimate until it is read to its end.",
        (int64_t)facts->total);
    one(out, "rows_done_total", "counter", "Rows with a result.",
        (int64_t)facts->done);
    one(out, "rows_resumed_total", "counter",
        "Rows that had their result before the run was resumed.",
        (int64_t)facts->resumed);
    one(out, "endpoints_in_flight", "gauge", "Endpoints under way.",
        (int64_t)facts->in_flight);
    one(out, "endpoints_waiting", "gauge",
        "Endpoints that wait for a place at their address or network.",
        (int64_t)facts->waiting);
    one(out, "endpoints_set_aside", "gauge",
        "Endpoints asked anew later, when their network has had a rest.",
        (int64_t)facts->set_aside);
    one(out, "endpoints_throttled_total", "counter",
        "Endpoints that are done and were asked anew after such a rest.",
        (int64_t)facts->throttled);
    one(out, "start_rate_limit", "gauge",
        "Endpoints that may be started in a second; 0: no limit.",
        (int64_t)facts->rate_limit);
    one(out, "retries_total", "counter",
        "Further tries after time-outs and resets.", (int64_t)facts->retries);
    one(out, "judged_again_total", "counter",
        "Endpoints judged again in the present step of the second pass.",
        (int64_t)facts->judged_again);
    one(out, "downloads", "gauge",
        "Issuers, revocation lists and OCSP responses to fetch in this round.",
        (int64_t)facts->downloads);
    one(out, "downloads_done_total", "counter", "Of them, those that are done.",
        (int64_t)facts->downloads_done);
}

static void put_verdicts(struct cm_buf *out,
                         const uint64_t verdicts[CM_VERDICT_COUNT])
{
    head(out, "endpoints", "gauge", "Endpoints by verdict.");
    for (int i = CM_VERDICT_NONE + 1; i < CM_VERDICT_COUNT; i++) {
        cm_buf_printf(out, "certmuster_endpoints{verdict=\"%s\"} %llu\n",
                      cm_verdict_id((enum cm_verdict)i),
                      (unsigned long long)verdicts[i]);
    }
}

/* What only the end of a run knows. */
static void put_totals(struct cm_buf *out, const struct cm_store_totals *totals)
{
    head(out, "endpoints_by_cause", "gauge", "Endpoints by primary cause.");
    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        if (totals->causes[i] > 0) {
            cm_buf_printf(out,
                          "certmuster_endpoints_by_cause{cause=\"%s\"} %llu\n",
                          cm_cause_info((enum cm_cause)i)->id,
                          (unsigned long long)totals->causes[i]);
        }
    }
    one(out, "actions", "gauge", "Things to do, as in actions.csv.",
        (int64_t)totals->actions);
    if (totals->earliest_expiry != 0) {
        one(out, "earliest_expiry_timestamp_seconds", "gauge",
            "When the first of the certificates ends that are valid now.",
            totals->earliest_expiry);
    }
}

static enum cm_status write_file(const struct cm_metrics *metrics,
                                 struct cm_buf *text, struct cm_error *err)
{
    struct cm_outfile file;
    enum cm_status status =
        cm_outfile_open(&file, metrics->folder, metrics->name, 0, err);

    if (status != CM_OK) {
        return status;
    }
    file.unsynced = true; /* a power cut ends the run as well */
    status = cm_outfile_put(&file, text, err);
    if (status != CM_OK) {
        cm_outfile_abort(&file);
        return status;
    }
    return cm_outfile_commit(&file, err);
}

static enum cm_status put_all(struct cm_metrics *metrics, const char *state,
                              const struct cm_store_totals *totals,
                              struct cm_error *err)
{
    struct cm_buf text;
    enum cm_status status;

    cm_buf_init(&text, MAX_TEXT);
    put_run(&text, metrics, state);
    put_progress(&text, &metrics->facts);
    put_verdicts(&text,
                 totals != NULL ? totals->verdicts : metrics->facts.verdicts);
    if (totals != NULL) {
        put_totals(&text, totals);
    }
    status = write_file(metrics, &text, err);
    cm_buf_cleanup(&text);
    metrics->written_s = now_s();
    return status;
}

static enum cm_status split_path(struct cm_metrics *metrics, const char *path,
                                 struct cm_error *err)
{
    const char *slash = strrchr(path, '/');

    metrics->name = strdup(slash == NULL ? path : slash + 1);
    metrics->folder = slash == NULL   ? strdup(".")
                      : slash == path ? strdup("/")
                                      : strndup(path, (size_t)(slash - path));
    return metrics->name != NULL && metrics->folder != NULL
               ? CM_OK
               : cm_error_nomem(err, "metrics");
}

/* What is there is replaced: it has to be a file, and metrics of ours. A slip
 * must not cost the input, the store or /dev/null. */
static enum cm_status check_place(const char *path, struct cm_error *err)
{
    static const char ours[] = "# HELP certmuster_";
    char start[sizeof(ours) - 1];
    struct stat st;
    ssize_t got;
    int fd;

    if (lstat(path, &st) != 0) {
        return CM_OK; /* or it is said when it is written */
    }
    if (!S_ISREG(st.st_mode)) {
        return cm_error_set(err, CM_EUSAGE,
                            "metrics: %s is not a regular file; name another",
                            path);
    }
    if (st.st_size == 0) {
        return CM_OK;
    }
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    got = fd < 0 ? -1 : read(fd, start, sizeof(start));
    if (fd >= 0) {
        (void)close(fd);
    }
    if (got == (ssize_t)sizeof(start) &&
        memcmp(start, ours, sizeof(start)) == 0) {
        return CM_OK;
    }
    return cm_error_set(err, CM_EUSAGE,
                        "metrics: %s holds something else and was left alone; "
                        "name another file",
                        path);
}

enum cm_status cm_metrics_new(struct cm_metrics **out, const char *path,
                              const char *version, int64_t last_success,
                              struct cm_error *err)
{
    struct cm_metrics *metrics;
    enum cm_status status = check_place(path, err);

    *out = NULL;
    if (status != CM_OK) {
        return status;
    }
    metrics = calloc(1, sizeof(*metrics));
    if (metrics == NULL) {
        return cm_error_nomem(err, "metrics");
    }
    metrics->version = version;
    metrics->began_unix = (int64_t)time(NULL);
    metrics->last_success = last_success;
    status = split_path(metrics, path, err);
    if (status == CM_OK) {
        status = put_all(metrics, "running", NULL, err);
        metrics->written_s -= EVERY_S; /* soon again: with the run's number */
    }
    if (status != CM_OK) {
        cm_metrics_free(metrics);
        return status;
    }
    *out = metrics;
    return CM_OK;
}

enum cm_status cm_metrics_open(struct cm_metrics **out, const char *path,
                               const char *version, struct cm_store *store,
                               struct cm_error *err)
{
    int64_t last_success = 0;
    enum cm_status status = CM_OK;

    *out = NULL;
    if (path != NULL) {
        status = cm_store_last_success(store, &last_success, err);
    }
    return path != NULL && status == CM_OK
               ? cm_metrics_new(out, path, version, last_success, err)
               : status;
}

void cm_metrics_free(struct cm_metrics *metrics)
{
    if (metrics != NULL) {
        free(metrics->folder);
        free(metrics->name);
        free(metrics);
    }
}

static void write_again(struct cm_metrics *metrics, const char *state,
                        const struct cm_store_totals *totals)
{
    struct cm_error err;

    if (put_all(metrics, state, totals, &err) != CM_OK &&
        !metrics->has_failed) {
        metrics->has_failed = true;
        cm_log(CM_LOG_WARN, "metrics: %s", err.text);
    }
}

void cm_metrics_show(struct cm_metrics *metrics,
                     const struct cm_progress_facts *facts)
{
    metrics->facts = *facts;
    if (now_s() - metrics->written_s >= EVERY_S) {
        write_again(metrics, "running", NULL);
    }
}

void cm_metrics_end(struct cm_metrics *metrics, const char *state,
                    const struct cm_store_totals *totals)
{
    if (metrics != NULL) {
        if (strcmp(state, "complete") == 0) {
            metrics->last_success = (int64_t)time(NULL);
        }
        write_again(metrics, state, totals);
    }
}
