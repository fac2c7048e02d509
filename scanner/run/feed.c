/* The reader: bytes of the input to rows in the store and endpoints in the
 * workers' queues. All endpoints of a host go to one worker, so each name is
 * resolved once.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certmuster/map.h"
#include "run/labels.h"
#include "run/parts.h"
#include "run/resume.h"

#define CHUNK 65536U

struct cm_feed {
    const struct cm_feed_share *share;
    struct cm_input *input;
    const char *views[CM_MAX_VIEWS]; /* their names, for the input */
    struct cm_input_options options;
    struct cm_dedupe *dedupe;
    struct cm_digest *digest;
    uint64_t rows; /* that are this run's */
    int fd;
    int wake_fd;
    bool is_file; /* it has an end: read on even after a stop */
    int64_t size;
    pthread_t thread;
    bool started;
    bool interrupted; /* it was not read to its end */
    enum cm_status status;
    struct cm_error error;
};

static enum cm_status store_failed(struct cm_feed *feed)
{
    if (!cm_store_failed(feed->share->store, &feed->error)) {
        (void)cm_error_nomem(&feed->error, "a row");
    }
    return feed->error.status;
}

static enum cm_status on_columns(void *arg, const char *const *names,
                                 size_t num_names, int owner, bool has_header)
{
    struct cm_feed *feed = arg;
    struct cm_columns columns = {names, num_names, owner, has_header};
    struct cm_resume *resume = feed->share->resume;

    if (resume != NULL &&
        cm_resume_columns(resume, names, num_names, &feed->error) != CM_OK) {
        return feed->error.status;
    }
    if (!cm_labels_columns(feed->share->labels, names, num_names)) {
        return cm_error_nomem(&feed->error, "the input's columns");
    }
    if (cm_store_put_columns(feed->share->store, &columns) != CM_OK) {
        return store_failed(feed);
    }
    return CM_OK;
}

/* The judgement of a row that names no endpoint; NULL: no memory. */
static struct cm_result *judge_invalid(const struct cm_row *row)
{
    struct cm_result *result = cm_result_new();

    if (result == NULL ||
        cm_judge_row(&result->judgement, row, row->cause) != CM_OK) {
        cm_result_free(result);
        return NULL;
    }
    result->endpoint_id = row->endpoint_id;
    return result;
}

static enum cm_status put_invalid(struct cm_feed *feed,
                                  struct cm_result *result)
{
    struct cm_counters *counters = feed->share->counters;

    atomic_fetch_add(&counters->verdicts[result->judgement.verdict], 1);
    atomic_fetch_add(&counters->settled, 1);
    if (cm_store_put_result(feed->share->store, result) != CM_OK) {
        return store_failed(feed);
    }
    return CM_OK;
}

static void queue_endpoint(struct cm_feed *feed, const struct cm_job *job)
{
    uint64_t hash =
        cm_hash64(NULL, job->endpoint.host, strlen(job->endpoint.host));
    struct cm_worker *worker =
        feed->share->workers[hash % feed->share->num_workers];

    atomic_fetch_add(&feed->share->counters->endpoints, 1);
    (void)cm_jobqueue_push(cm_worker_queue(worker), job);
}

static enum cm_status settle_client(struct cm_feed *feed, struct cm_row *row)
{
    const struct cm_run_config *config = feed->share->config;
    const struct cm_client_choice choice = {
        .cert = config->client_cert,
        .key = config->client_key,
        .http_check = config->scan.http_check,
    };

    return cm_clients_settle(feed->share->clients, &choice, row, &feed->error);
}

/* A row that the run knows already is not put once more. */
static enum cm_status put_row(struct cm_feed *feed, struct cm_row *row,
                              bool recorded)
{
    if (recorded) {
        cm_row_free(row);
        return CM_OK;
    }
    return cm_store_put_row(feed->share->store, row) == CM_OK
               ? CM_OK
               : store_failed(feed);
}

/* What has to be known of each row, whatever becomes of it. */
static enum cm_status note_row(struct cm_feed *feed, struct cm_row *row,
                               bool *recorded)
{
    struct cm_resume *resume = feed->share->resume;

    feed->rows++;
    *recorded = false;
    if (resume != NULL &&
        cm_resume_row(resume, row, recorded, &feed->error) != CM_OK) {
        return feed->error.status;
    }
    if (!cm_dedupe_note(feed->dedupe, row)) {
        return cm_error_nomem(&feed->error, "the list of endpoints");
    }
    return row->endpoint_id != row->id ||
                   cm_labels_row(feed->share->labels, row->endpoint_id,
                                 row->fields, row->num_fields)
               ? CM_OK
               : cm_error_nomem(&feed->error, "the input's columns");
}

/* Its result is there: it was found before, or another row's will do. */
static void skip_row(const struct cm_feed *feed, bool first, bool recorded)
{
    atomic_fetch_add(&feed->share->counters->resumed, recorded ? 1 : 0);
    atomic_fetch_add(&feed->share->counters->settled, 1);
    atomic_fetch_add(&feed->share->counters->endpoints, first ? 1 : 0);
}

static enum cm_status on_row(void *arg, struct cm_row *row)
{
    struct cm_feed *feed = arg;
    struct cm_counters *counters = feed->share->counters;
    struct cm_result *invalid = NULL;
    bool recorded;
    bool first;
    bool done;
    struct cm_job job;

    if (settle_client(feed, row) != CM_OK) {
        cm_row_free(row);
        return feed->error.status;
    }
    if (!cm_shard_keeps(&feed->share->config->shard, row)) {
        cm_row_free(row);
        return CM_OK;
    }
    if (note_row(feed, row, &recorded) != CM_OK) {
        cm_row_free(row);
        return feed->error.status;
    }
    first = row->endpoint_id == row->id;
    done = recorded && cm_resume_is_done(feed->share->resume, row->endpoint_id);
    if (!row->valid && !done) {
        invalid = judge_invalid(row);
        if (invalid == NULL) {
            cm_row_free(row);
            return cm_error_nomem(&feed->error, "an invalid row");
        }
    }
    job.endpoint_id = row->endpoint_id;
    job.repeated = false;
    job.endpoint = row->endpoint;
    atomic_fetch_add(&counters->rows, 1);
    if (put_row(feed, row, recorded) != CM_OK) {
        cm_result_free(invalid);
        return feed->error.status;
    }
    if (invalid != NULL) {
        return put_invalid(feed, invalid);
    }
    if (!first || done) {
        skip_row(feed, first, recorded);
    } else if (!atomic_load(&counters->stop)) {
        queue_endpoint(feed, &job);
    }
    return CM_OK;
}

static const char *name_of(const struct cm_feed *feed)
{
    const char *path = feed->share->config->input_path;

    return strcmp(path, "-") == 0 ? "standard input" : path;
}

/* Waits for bytes or for cm_feed_interrupt; false: give up. */
static bool wait_for_bytes(const struct cm_feed *feed)
{
    struct pollfd fds[2] = {{.fd = feed->fd, .events = POLLIN},
                            {.fd = feed->wake_fd, .events = POLLIN}};

    if (feed->is_file) {
        return true;
    }
    while (poll(fds, 2, -1) < 0) {
        if (errno != EINTR) {
            return true; /* let read() say what is wrong */
        }
    }
    return fds[1].revents == 0;
}

static enum cm_status finish_input(struct cm_feed *feed)
{
    struct cm_resume *resume = feed->share->resume;
    enum cm_status status = cm_input_finish(feed->input);

    return status == CM_OK && resume != NULL && !feed->interrupted
               ? cm_resume_end(resume, &feed->error)
               : status;
}

static enum cm_status read_all(struct cm_feed *feed, char *chunk)
{
    while (!(feed->interrupted = !wait_for_bytes(feed))) {
        ssize_t got = read(feed->fd, chunk, CHUNK);
        enum cm_status status;

        if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (got < 0) {
            return cm_error_set(&feed->error, CM_EINPUT,
                                "%s cannot be read after byte %llu: %s",
                                name_of(feed),
                                (unsigned long long)atomic_load(
                                    &feed->share->counters->bytes_read),
                                strerrordesc_np(errno));
        }
        if (got == 0) {
            break;
        }
        cm_digest_add(feed->digest, chunk, (size_t)got);
        atomic_fetch_add(&feed->share->counters->bytes_read, (uint64_t)got);
        status = cm_input_feed(feed->input, chunk, (size_t)got);
        if (status != CM_OK) {
            return status;
        }
    }
    return finish_input(feed);
}

static void *feed_thread(void *arg)
{
    struct cm_feed *feed = arg;
    char *chunk = malloc(CHUNK);

    (void)pthread_setname_np(pthread_self(), "cm-reader");
    feed->status = chunk == NULL ? cm_error_nomem(&feed->error, "the input")
                                 : read_all(feed, chunk);
    free(chunk);
    if (feed->status != CM_OK && feed->error.status == CM_OK) {
        (void)cm_error_set(&feed->error, feed->status, "%s: %s", name_of(feed),
                           cm_input_error(feed->input)->text);
    }
    if (feed->status != CM_OK) {
        atomic_store(&feed->share->counters->stop, true);
    }
    atomic_store(&feed->share->counters->input_done, true);
    for (unsigned i = 0; i < feed->share->num_workers; i++) {
        cm_jobqueue_close(cm_worker_queue(feed->share->workers[i]));
    }
    return NULL;
}

/* Without it a descriptor that is closed would be no input at all. */
static bool is_for_reading(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    return flags >= 0 && (flags & O_ACCMODE) != O_WRONLY;
}

static enum cm_status open_input(struct cm_feed *feed, struct cm_error *err)
{
    const char *path = feed->share->config->input_path;
    struct stat info;

    feed->fd = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                      : open(path, O_RDONLY | O_CLOEXEC);
    if (feed->fd < 0 || fstat(feed->fd, &info) != 0) {
        return cm_error_set(err, CM_EINPUT, "%s: %s", path,
                            strerrordesc_np(errno));
    }
    if (!is_for_reading(feed->fd)) {
        return cm_error_set(err, CM_EINPUT,
                            "standard input is closed, or cannot be read; "
                            "give a file, or a pipe that writes the rows");
    }
    if (S_ISDIR(info.st_mode)) {
        return cm_error_set(err, CM_EINPUT,
                            "%s is a folder; give one CSV file, or \"-\" to "
                            "read standard input",
                            path);
    }
    if (S_ISBLK(info.st_mode) ||
        (S_ISCHR(info.st_mode) && strcmp(path, "-") != 0 &&
         isatty(feed->fd) != 1)) {
        return cm_error_set(err, CM_EINPUT,
                            "%s is a device, which may have no end; give a CSV "
                            "file",
                            path);
    }
    feed->is_file = S_ISREG(info.st_mode);
    feed->size = feed->is_file ? info.st_size : -1;
    feed->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (feed->wake_fd < 0) {
        return cm_error_set(err, CM_EIO, "eventfd: %s", strerrordesc_np(errno));
    }
    return CM_OK;
}

enum cm_status cm_feed_open(struct cm_feed **out,
                            const struct cm_feed_share *share,
                            struct cm_error *err)
{
    struct cm_feed *feed = calloc(1, sizeof(*feed));
    struct cm_input_sink sink = {on_columns, on_row, feed};
    enum cm_status status;

    *out = NULL;
    if (feed == NULL) {
        return cm_error_nomem(err, "the reader");
    }
    feed->share = share;
    feed->fd = -1;
    feed->wake_fd = -1;
    status = open_input(feed, err);
    if (status == CM_OK) {
        for (size_t i = 0; i < share->files->num_views; i++) {
            feed->views[i] = share->files->names[i];
        }
        feed->options = share->config->input;
        feed->options.views = feed->views;
        feed->options.num_views = share->files->num_views;
        status = cm_input_new(&feed->input, &feed->options, &sink, err);
    }
    feed->dedupe = cm_dedupe_new();
    feed->digest = cm_digest_new();
    if (status == CM_OK && (feed->dedupe == NULL || feed->digest == NULL)) {
        status = cm_error_nomem(err, "the reader");
    }
    if (status != CM_OK) {
        cm_feed_free(feed);
        return status;
    }
    *out = feed;
    return CM_OK;
}

enum cm_status cm_feed_start(struct cm_feed *feed, struct cm_error *err)
{
    int failed = pthread_create(&feed->thread, NULL, feed_thread, feed);

    if (failed != 0) {
        return cm_error_set(err, CM_EIO, "cannot start a thread: %s",
                            strerrordesc_np(failed));
    }
    feed->started = true;
    return CM_OK;
}

enum cm_status cm_feed_join(struct cm_feed *feed, struct cm_error *err)
{
    if (feed->started) {
        (void)pthread_join(feed->thread, NULL);
        feed->started = false;
    }
    if (feed->status != CM_OK && err != NULL) {
        *err = feed->error;
    }
    return feed->status;
}

uint64_t cm_feed_rows(const struct cm_feed *feed)
{
    return feed->rows;
}

uint64_t cm_feed_input_rows(const struct cm_feed *feed)
{
    return cm_input_rows(feed->input);
}

int64_t cm_feed_size(const struct cm_feed *feed)
{
    return feed->size;
}

const struct cm_input_options *cm_feed_options(const struct cm_feed *feed)
{
    return &feed->options;
}

void cm_feed_digest(struct cm_feed *feed, char hex[2 * CM_SHA256_LEN + 1])
{
    cm_digest_hex_free(feed->digest, hex);
    feed->digest = NULL;
}

void cm_feed_interrupt(struct cm_feed *feed)
{
    uint64_t one = 1;

    if (write(feed->wake_fd, &one, sizeof(one)) < 0) {
        return; /* it was interrupted already */
    }
}

void cm_feed_free(struct cm_feed *feed)
{
    char unused[2 * CM_SHA256_LEN + 1];

    if (feed == NULL) {
        return;
    }
    (void)cm_feed_join(feed, NULL);
    cm_input_free(feed->input);
    cm_dedupe_free(feed->dedupe);
    if (feed->digest != NULL) {
        cm_digest_hex_free(feed->digest, unused);
    }
    if (feed->fd >= 0) {
        (void)close(feed->fd);
    }
    if (feed->wake_fd >= 0) {
        (void)close(feed->wake_fd);
    }
    free(feed);
}
