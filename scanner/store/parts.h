/* The parts of the store. Private to store/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_STORE_PARTS_H
#define CERTMUSTER_STORE_PARTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "certmuster/map.h"
#include "certmuster/store.h"
#include "certmuster/stored.h"
#include "store/db.h"

/* Rows wait beyond the first number; nothing new is scanned beyond the second;
 * results wait only beyond the third, which leaves room for more of them than
 * there can be endpoints in flight. */
#define CM_QUEUE_ROWS 1024U
#define CM_QUEUE_SOFT 2048U
#define CM_QUEUE_HARD (CM_QUEUE_SOFT + 131072U)
#define CM_QUEUE_WAKE 512U      /* are worth waking the writer for */
#define CM_QUEUE_WAIT_MS 50     /* that fewer of them wait */
#define CM_BATCH_RECORDS 16384U /* of one transaction, at the most */
#define CM_BATCH_SECONDS 1      /* that a transaction may stay open */
#define CM_KNOWN_CERTS 16384U   /* whose ids are kept in memory */

/* schema.sql, made a C array by embed.cmake. */
extern const char cm_store_schema_sql[];

/* queue.c -- what is on its way to the writer thread. */
enum cm_item_kind { CM_ITEM_COLUMNS, CM_ITEM_ROW, CM_ITEM_RESULT };
struct cm_column_names {
    char *json; /* owned */
    int owner;
    bool has_header;
};
struct cm_item {
    enum cm_item_kind kind;
    union { /* owned */
        struct cm_column_names columns;
        struct cm_row *row;
        struct cm_result *result;
    } is;
};
void cm_item_free(struct cm_item *item);

struct cm_queue;
/* NULL: no memory. */
struct cm_queue *cm_queue_new(size_t rows, size_t soft, size_t hard);
void cm_queue_free(struct cm_queue *queue); /* frees what is in it too */
/* Blocks while there is no room; false once the queue is closed, and then the
 * item stays the caller's. */
bool cm_queue_push(struct cm_queue *queue, const struct cm_item *item);
/* No more can be put; what is in it can still be taken. */
void cm_queue_close(struct cm_queue *queue);
bool cm_queue_congested(struct cm_queue *queue);
/* Sleeps until there are `enough` items, or as many as rows may wait for, or
 * the queue is closed, or until `deadline` (CLOCK_MONOTONIC) unless that is
 * NULL. A sleeper is woken once for all of them, not for each. */
void cm_queue_wait(struct cm_queue *queue, size_t enough,
                   const struct timespec *deadline);
/* Takes up to `max` items of those that are there. False: closed, and nothing
 * is left. */
bool cm_queue_pop(struct cm_queue *queue, struct cm_item *items, size_t max,
                  size_t *num);

/* A certificate that was used lately. */
struct cm_known_cert {
    uint8_t sha256[CM_SHA256_LEN];
    int64_t id; /* in the store; 0: the slot is free */
};

struct cm_store {
    struct cm_db db;
    int64_t run_id;
    bool moved;       /* its file is not where it was, see rescue.c */
    bool continued;   /* the run under way was: results may have to make room */
    int lock_fd;      /* see lock.c; -1: no run is ours */
    int owner_column; /* of the run under way, -1: none */
    struct cm_known_cert *known; /* owned, CM_KNOWN_CERTS; see certs.c */

    struct cm_queue *queue; /* NULL before the first run */
    pthread_t writer;
    bool writing;          /* the thread is to be joined */
    pthread_mutex_t mutex; /* guards the two below */
    bool failed;
    struct cm_error error;
};

/* migrate.c -- brings the schema up to date, in one transaction. */
enum cm_status cm_store_migrate(struct cm_db *db);
/* Refuses what a newer program has written. */
enum cm_status cm_store_check_version(struct cm_db *db, int64_t version);

/* certs.c -- the id of a certificate, which is written if it is new. 0: the
 * database has failed. */
int64_t cm_cert_id(struct cm_store *store, const struct cm_cert *cert);
void cm_cert_ids_forget(struct cm_store *store);
/* Binds "[3,1]". */
void cm_query_certs(struct cm_store *store, struct cm_query *q,
                    struct cm_cert *const *certs, size_t num);

/* As stored in endpoint.flags. */
#define CM_ENDPOINT_DOT 1
#define CM_ENDPOINT_NOT_TLS 2
#define CM_ENDPOINT_PATH_COUNTS 4

/* put.c -- one record to SQL. The database notes what fails. */
enum cm_status cm_put_columns(struct cm_store *store,
                              const struct cm_column_names *columns);
enum cm_status cm_put_row(struct cm_store *store, const struct cm_row *row);
enum cm_status cm_put_result(struct cm_store *store,
                             const struct cm_result *result);
/* Another judgement in the place of the one that is stored. */
enum cm_status cm_put_judgement_again(struct cm_store *store, int64_t run_id,
                                      int64_t endpoint,
                                      const struct cm_judgement *judgement);

/* A first judgement in run `to`, beside the evidence that it was made from,
 * which is copied from run `from`. */
enum cm_status cm_put_judgement_of(struct cm_store *store, int64_t to,
                                   int64_t from, int64_t endpoint,
                                   const struct cm_judgement *judgement);

/* evidence_put.c */
void cm_put_dns(struct cm_query *q, const struct cm_evidence *ev);
enum cm_status cm_put_probes(struct cm_store *store, uint64_t endpoint,
                             const struct cm_evidence *ev);
/* As stored in probe.flags. */
#define CM_PROBE_BAD_KEY_PROOF 1
#define CM_PROBE_EXTENDED_MASTER_SECRET 2
#define CM_PROBE_CERTIFICATE_MESSAGE 4
#define CM_PROBE_CLIENT_CERT_SENT 8
#define CM_PROBE_CERT_REQUEST_LATE 16

/* asked.c -- answers to hand-built hellos, the inventory, and our own
 * certificate: what most endpoints have nothing of. */
enum cm_status cm_put_asked(struct cm_store *store, int64_t endpoint,
                            const struct cm_evidence *ev);

/* measured.c -- what a run is held against, and what comes of it. */
void cm_put_measures(struct cm_db *db, int64_t run_id,
                     const struct cm_run_info *info);
enum cm_status cm_put_measured(struct cm_store *store, int64_t run_id,
                               int64_t endpoint,
                               const struct cm_measured *measured);
/* In the place of what is stored; an empty one leaves that. */
enum cm_status cm_put_measured_again(struct cm_store *store, int64_t run_id,
                                     int64_t endpoint,
                                     const struct cm_measured *measured);

/* evidence_get.c -- the way back. */
struct cm_evidence_reader {
    struct cm_store *store;
    int64_t run_id;
    struct cm_map *certs; /* id -> certificate, lately used ones */
};
enum cm_status cm_evidence_reader_open(struct cm_evidence_reader *reader,
                                       struct cm_store *store, int64_t run_id);
void cm_evidence_reader_close(struct cm_evidence_reader *reader);
/* *out is NULL when the endpoint was never probed. The database notes what
 * fails. */
enum cm_status cm_evidence_get(struct cm_evidence_reader *reader,
                               int64_t endpoint, struct cm_evidence **out);
/* asked.c */
void cm_get_asked(struct cm_evidence_reader *reader, int64_t endpoint,
                  struct cm_evidence *ev);
enum cm_status cm_endpoint_get(struct cm_store *store, int64_t run_id,
                               int64_t endpoint, struct cm_endpoint *out);

/* stored.c -- says that there is no run of that number; 0: none of the kind. */
enum cm_status cm_store_no_run(const struct cm_store *store, int64_t run_id,
                               const char *kind, struct cm_error *err);

/* rescue.c -- after a commit: a file that was taken away fails, saved. */
void cm_store_check_place(struct cm_store *store);

/* second.c */
bool cm_pass_stopped(const struct cm_store_pass *pass);

/* lock.c -- makes the run ours for as long as the store is open; *got false:
 * another process has it. */
enum cm_status cm_store_lock_run(struct cm_store *store, int64_t run_id,
                                 bool *got);

/* resume.c -- a result that is to be replaced, and all that belongs to it. */
void cm_forget_result(struct cm_store *store, int64_t endpoint);

/* writer.c */
/* For store->run_id. */
enum cm_status cm_store_start_writer(struct cm_store *store,
                                     struct cm_error *err);
/* `views`: see cm_run_info; NULL: none. */
void cm_put_trust_views(struct cm_db *db, int64_t run_id, const char *views);
/* The thread's body; `arg` is the store. */
void *cm_store_write_all(void *arg);

#endif
