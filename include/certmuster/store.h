/* The result store: one SQLite file, many runs. Rows and results are handed to
 * a writer thread through a bounded queue, so a slow disk slows the scan down
 * instead of filling memory. scanner/store/schema.sql is the documented schema.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_STORE_H
#define CERTMUSTER_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/endpoint.h"
#include "certmuster/evidence.h"
#include "certmuster/judge.h"
#include "certmuster/measure.h"
#include "certmuster/status.h"

#define CM_STORE_APPLICATION_ID 0x434D5354 /* "CMST", in the header */
#define CM_STORE_SCHEMA_VERSION 5

struct cm_store; /* opaque */

/* Facts about a run, borrowed. */
struct cm_run_info {
    const char *input_name;  /* as given; "-" for standard input */
    const char *options;     /* the command line's options as JSON object */
    const char *version;     /* of certmuster */
    const char *tls_library; /* "BoringSSL, API version 17" */
    const char *trust;       /* "system: /etc/ssl/...: 150 anchors" */
    const char *views;       /* JSON array, the default one first: {name, path,
                                sha256, anchors, distrusted}; NULL: none */
    const char *resolvers;
    const struct cm_measure_facts *measures; /* what it is held against */
    size_t num_measures;
    const char *config_sha256; /* hex, of all that decides results but the
                                  input; NULL: not known */
    int64_t input_bytes;       /* the input's size; 0: not known */
    int64_t source_run; /* of a rejudge: the run that is judged again; 0: a
                           scan */
    int64_t seed;       /* of the order of scanning; 0: there is none */
    int64_t started_unix;
    int64_t judged_at_unix;
    unsigned shard;  /* this part, from 0 ... */
    unsigned shards; /* ... of so many; 0: all of the input */
};

/* The input's columns, known once its first record was read. Borrowed. */
struct cm_columns {
    const char *const *names; /* UTF-8; made up ("host", "column_4") if the
                                 file has no header */
    size_t num_names;
    int owner; /* index of the column that says who owns the row, or -1 */
    bool has_header;
};

/* What is known about one endpoint when it is done. */
struct cm_result {
    uint64_t endpoint_id;
    struct cm_evidence *evidence;  /* owned; NULL for an invalid row */
    struct cm_judgement judgement; /* owned */
    struct cm_measured measured;   /* owned; by profiles and policies */
};
struct cm_result *cm_result_new(void);
void cm_result_free(struct cm_result *result); /* accepts NULL */

/* cm_store_open opens or creates the store and brings its schema up to date.
 * A file that is no store of ours, or is newer, is refused untouched. */
enum cm_status cm_store_open(struct cm_store **out, const char *path,
                             struct cm_error *err);
/* cm_store_update brings an older store up to date for those who only read, and
 * refuses one whose schema was tampered with; any other file is left alone. */
enum cm_status cm_store_update(const char *path, struct cm_error *err);
/* cm_store_close stops the writer, commits, and frees. Accepts NULL. */
void cm_store_close(struct cm_store *store);

/* Between begin_run and drain the store belongs to the writer thread; the put
 * calls may come from any thread, block while the queue is full, take
 * ownership of their argument whatever happens, and fail once the writer has
 * failed (disk full ...); cm_store_failed then tells why. A run's columns come
 * before its rows. */
enum cm_status cm_store_begin_run(struct cm_store *store,
                                  const struct cm_run_info *info,
                                  int64_t *run_id, struct cm_error *err);
enum cm_status cm_store_put_columns(struct cm_store *store,
                                    const struct cm_columns *columns);
enum cm_status cm_store_put_row(struct cm_store *store, struct cm_row *row);
enum cm_status cm_store_put_result(struct cm_store *store,
                                   struct cm_result *result);
bool cm_store_failed(struct cm_store *store, struct cm_error *err);
/* The queue is filling: start nothing new. Rows wait from here on; beyond it
 * there is room for more results than can be in flight, so that putting a
 * result from a loop never waits. */
bool cm_store_congested(struct cm_store *store);
/* cm_store_drain waits until all that was put is committed, and ends the
 * writer thread. The calls below are for afterwards, one thread. */
enum cm_status cm_store_drain(struct cm_store *store, struct cm_error *err);

/* cm_store_add_missing records `not_scanned` for every endpoint of the run
 * that has no result (the run was interrupted). */
enum cm_status cm_store_add_missing(struct cm_store *store, int64_t run_id,
                                    struct cm_error *err);

/* The faults of the scanner's own side, as JSON (schema.sql, run.faults). */
enum cm_status cm_store_put_faults(struct cm_store *store, int64_t run_id,
                                   const char *json, struct cm_error *err);

struct cm_run_end {
    const char *state;        /* "complete" or "partial" */
    const char *input_sha256; /* hex of all bytes read */
    uint64_t rows_read;       /* what the input reader counted */
    int64_t finished_unix;
    uint64_t input_rows; /* of a shard: rows of the whole input; 0: no shard */
};
/* cm_store_leave_run comes at the end of a run that was scanned. Where it
 * failed and there is nothing to resume, *run_id becomes 0: the file was taken
 * away (the error names the copy), or the input was none (CM_EINPUT) and the
 * run, which has no row, is no longer there. */
void cm_store_leave_run(struct cm_store *store, enum cm_status status,
                        int64_t *run_id);
/* cm_store_finish_run builds the actions and checks that rows read = rows
 * recorded = sum over verdicts; CM_EINTERNAL when they differ (the run is then
 * marked "inconsistent"). */
enum cm_status cm_store_finish_run(struct cm_store *store, int64_t run_id,
                                   const struct cm_run_end *end,
                                   struct cm_error *err);

#endif
