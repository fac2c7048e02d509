/* The parts of a run. Private to run/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_PARTS_H
#define CERTMUSTER_RUN_PARTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "certmuster/store.h"
#include "pki/pki.h"
#include "run/clients.h"
#include "run/faults.h"
#include "run/fetch.h"
#include "run/measure.h"
#include "run/run.h"

enum cm_run_stage {
    CM_RUN_SCANNING,
    CM_RUN_COMPLETING, /* judging again, with more certificates */
    CM_RUN_FETCHING,
    CM_RUN_JUDGING, /* a stored run */
};

/* What the threads tell each other and the progress line. */
struct cm_counters {
    atomic_uint_fast64_t rows;      /* read */
    atomic_uint_fast64_t endpoints; /* different ones among them */
    atomic_uint_fast64_t settled;   /* endpoints done, invalid rows included */
    atomic_uint_fast64_t resumed;   /* of `settled`: before this process */
    atomic_uint_fast64_t in_flight;
    atomic_uint_fast64_t waiting;   /* for a place at their address */
    atomic_uint_fast64_t set_aside; /* until their network has had a rest */
    atomic_uint_fast64_t throttled; /* done, and asked anew for that */
    atomic_uint_fast64_t retries;
    atomic_uint_fast64_t verdicts[CM_VERDICT_COUNT];
    atomic_uint_fast64_t bytes_read;
    atomic_int_fast64_t run_id; /* 0: none yet */
    atomic_bool input_done;
    atomic_bool stop;               /* start nothing new */
    atomic_bool abandon;            /* wait for nothing that is under way */
    atomic_uint working;            /* workers that have not ended */
    atomic_int stage;               /* enum cm_run_stage */
    atomic_uint_fast64_t again;     /* endpoints judged in this stage */
    struct cm_fetch_progress fetch; /* of the round */
    atomic_bool stop_again;         /* judge and fetch no more */
};

/* jobqueue.c -- endpoints on their way from the reader to one worker. */
struct cm_job {
    uint64_t endpoint_id;
    bool repeated; /* for want of DNS the first time */
    struct cm_endpoint endpoint;
};
struct cm_jobqueue;
struct cm_jobqueue *cm_jobqueue_new(size_t max, void (*wake)(void *arg),
                                    void *wake_arg);
void cm_jobqueue_free(struct cm_jobqueue *queue);
/* Blocks while the queue is full; false once it is closed. */
bool cm_jobqueue_push(struct cm_jobqueue *queue, const struct cm_job *job);
/* No more will come; pushers waiting are let go. */
void cm_jobqueue_close(struct cm_jobqueue *queue);
enum cm_pop { CM_POP_JOB, CM_POP_EMPTY, CM_POP_CLOSED };
enum cm_pop cm_jobqueue_pop(struct cm_jobqueue *queue, struct cm_job *out);

/* judging.c -- one endpoint in all trust views of the run. */
struct cm_judging { /* borrowed; unchanged while anybody judges */
    const struct cm_trust *views;
    size_t num_views;
    const struct cm_policy *policy;
    int64_t at_unix;
    const struct cm_measures *measures; /* profiles, policies; NULL: none */
    struct cm_labels *labels;           /* of rows, for policies; NULL: none */
};
size_t cm_judging_headline(const struct cm_judging *judging,
                           const struct cm_endpoint *ep); /* index of a view */
enum cm_status cm_judging_judge(const struct cm_judging *judging,
                                struct cm_judgement *out,
                                const struct cm_endpoint *ep,
                                const struct cm_evidence *ev);

/* worker.c -- one thread with its loop, resolver and slots. */
struct cm_worker_share { /* the same for all workers; borrowed */
    const struct cm_run_config *config;
    struct cm_judging judging;
    struct cm_certcache *certs;
    struct cm_certset *seen;    /* CA certificates seen in the fleet */
    struct cm_pending *pending; /* what judgements ask for; NULL: never mind */
    struct cm_store *store;
    struct cm_counters *counters;
    struct cm_pace *pace;
    struct cm_faults *faults;
    struct cm_signals *signals;     /* woken when a worker has ended */
    struct cm_gate *gate;           /* NULL: no limit */
    struct cm_canary_watch *canary; /* NULL: there are no canaries */
    struct cm_dnsline *dns;
    unsigned slots; /* of each worker */
    unsigned num_workers;
    bool is_stream; /* the input may come slowly, and is used as it comes */
};
struct cm_worker;
enum cm_status cm_worker_new(struct cm_worker **out,
                             const struct cm_worker_share *share,
                             unsigned index, struct cm_error *err);
enum cm_status cm_worker_start(struct cm_worker *worker, struct cm_error *err);
struct cm_jobqueue *cm_worker_queue(struct cm_worker *worker);
void cm_worker_wake(struct cm_worker *worker);
/* Waits for its thread; what failed there, if anything. */
enum cm_status cm_worker_join(struct cm_worker *worker, struct cm_error *err);
void cm_worker_servers(const struct cm_worker *worker, struct cm_buf *out);
void cm_worker_free(struct cm_worker *worker);

/* feed.c -- the reader thread: file to rows to queues. */
struct cm_feed_share {
    const struct cm_run_config *config;
    struct cm_labels *labels;           /* NULL: none is wanted */
    struct cm_resume *resume;           /* NULL: a new run */
    const struct cm_trust_files *files; /* rows name their views */
    struct cm_clients *clients;
    struct cm_store *store;
    struct cm_counters *counters;
    struct cm_worker **workers;
    unsigned num_workers;
};
struct cm_feed;
enum cm_status cm_feed_open(struct cm_feed **out,
                            const struct cm_feed_share *share,
                            struct cm_error *err);
enum cm_status cm_feed_start(struct cm_feed *feed, struct cm_error *err);
enum cm_status cm_feed_join(struct cm_feed *feed, struct cm_error *err);
uint64_t cm_feed_rows(const struct cm_feed *feed);       /* of the run */
uint64_t cm_feed_input_rows(const struct cm_feed *feed); /* of all shards */
int64_t cm_feed_size(const struct cm_feed *feed); /* bytes; -1: unknown */
/* How the input is read. */
const struct cm_input_options *cm_feed_options(const struct cm_feed *feed);
/* The digest of all bytes read; once, after the join. */
void cm_feed_digest(struct cm_feed *feed, char hex[2 * CM_SHA256_LEN + 1]);
/* Makes a reader that waits for standard input give up. */
void cm_feed_interrupt(struct cm_feed *feed);
void cm_feed_free(struct cm_feed *feed);

/* progress.c */
void cm_counters_stage(struct cm_counters *counters, enum cm_run_stage stage);
struct cm_progress;
struct cm_metrics;
struct cm_progress *cm_progress_new(enum cm_progress_kind kind,
                                    struct cm_counters *counters,
                                    int64_t input_size);
/* Of a scan: its metrics, if there are any, and how many endpoints may be
 * started in a second (0: any number). This and the next one accept a progress
 * that is NULL; texts and metrics stay the caller's. */
void cm_progress_scan(struct cm_progress *progress, struct cm_metrics *metrics,
                      unsigned rate_limit);
void cm_progress_state(struct cm_progress *progress, const char *state);
void cm_progress_show(struct cm_progress *progress);
/* Says the last words and frees. */
void cm_progress_end(struct cm_progress *progress);

/* signals.c -- SIGINT and SIGTERM as a descriptor; SIGPIPE and SIGXFSZ ignored.
 * Must be opened before the first thread starts. */
struct cm_signals;
enum cm_status cm_signals_open(struct cm_signals **out, struct cm_error *err);
/* Waits up to `ms`; the number of stop signals since the last call. */
unsigned cm_signals_wait(struct cm_signals *signals, int ms);
/* From any thread: whoever waits looks at once. */
void cm_signals_wake(struct cm_signals *signals);
void cm_signals_close(struct cm_signals *signals); /* restores; NULL is fine */

/* attend.c -- what the main thread does while the others scan: it shows the
 * progress and listens for signals, until the workers have ended. The first
 * signal stops the scan, another one waits for nothing any more. True: there
 * was one. */
struct cm_attendance { /* borrowed */
    struct cm_counters *counters;
    struct cm_signals *signals;
    struct cm_progress *progress; /* NULL: no memory */
    struct cm_feed *feed;
    struct cm_worker *const *workers;
    unsigned num_workers;
};
bool cm_attend(const struct cm_attendance *attendance);
/* All threads end in any case; the first failure counts. */
enum cm_status cm_attend_end(struct cm_feed *feed,
                             struct cm_worker *const *workers,
                             unsigned num_workers, struct cm_error *err);

/* limits.c -- how many workers there are, and connections this process may
 * hold. */
unsigned cm_limits_jobs(unsigned wanted, unsigned concurrency);
unsigned cm_limits_concurrency(unsigned wanted, unsigned jobs, char note[256]);
/* How many connections the descriptors of this moment are enough for; UINT_MAX:
 * any number. */
unsigned cm_limits_room(unsigned jobs);

#endif
