/* The writer thread and what other threads may call: records go through the
 * queue into transactions of bounded size and age. After the first failure all
 * that comes is thrown away, so that no producer waits for ever.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/parts.h"

#include <stdlib.h>
#include <string.h>

#include "certmuster/text.h"
#include "store/bulk.h"

#define POP_MAX 1024U
#define NS_PER_MS 1000000L
#define NS_PER_S 1000000000L

/* --- the thread --- */

struct batch {
    size_t records;        /* in the open transaction; 0: there is none */
    struct timespec until; /* it may stay open */
};

static void put_item(struct cm_store *store, const struct cm_item *item)
{
    switch (item->kind) {
    case CM_ITEM_COLUMNS:
        (void)cm_put_columns(store, &item->is.columns);
        break;
    case CM_ITEM_ROW:
        (void)cm_put_row(store, item->is.row);
        break;
    case CM_ITEM_RESULT:
        (void)cm_put_result(store, item->is.result);
        break;
    }
}

static bool is_later(struct timespec time, struct timespec other)
{
    return time.tv_sec > other.tv_sec ||
           (time.tv_sec == other.tv_sec && time.tv_nsec >= other.tv_nsec);
}

static bool is_over(const struct batch *batch)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return batch->records >= CM_BATCH_RECORDS || is_later(now, batch->until);
}

/* The database's error becomes the store's, for all threads. */
static void give_up(struct cm_store *store)
{
    cm_db_rollback(&store->db);
    cm_cert_ids_forget(store);
    pthread_mutex_lock(&store->mutex);
    store->failed = true;
    store->error = store->db.error;
    pthread_mutex_unlock(&store->mutex);
    cm_queue_close(store->queue);
}

static void write_items(struct cm_store *store, struct batch *batch,
                        struct cm_item *items, size_t num)
{
    if (batch->records == 0 && num > 0) {
        (void)cm_db_exec(&store->db, "BEGIN IMMEDIATE");
    }
    for (size_t i = 0; i < num; i++) {
        put_item(store, &items[i]);
        batch->records++;
        cm_item_free(&items[i]);
        if (cm_bulk_is_full(&store->db)) {
            (void)cm_bulk_flush(&store->db);
        }
    }
}

static struct timespec soon(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_nsec += CM_QUEUE_WAIT_MS * NS_PER_MS;
    if (time.tv_nsec >= NS_PER_S) {
        time.tv_nsec -= NS_PER_S;
        time.tv_sec++;
    }
    return time;
}

/* Sleeps while there is little to do: until there is something at all, and then
 * until it is worth the while. But not for long: while the workers wait for the
 * network is the time to write, not when they are done. */
static void wait_for_items(struct cm_store *store, struct batch *batch)
{
    struct timespec until;

    if (batch->records == 0) {
        cm_queue_wait(store->queue, 1, NULL);
        (void)clock_gettime(CLOCK_MONOTONIC, &batch->until);
        batch->until.tv_sec += CM_BATCH_SECONDS;
    }
    until = soon();
    cm_queue_wait(store->queue, CM_QUEUE_WAKE,
                  is_later(until, batch->until) ? &batch->until : &until);
}

void *cm_store_write_all(void *arg)
{
    struct cm_store *store = arg;
    struct batch batch = {.records = 0};
    struct cm_item items[POP_MAX];
    bool more = true;
    size_t num;

    (void)pthread_setname_np(pthread_self(), "cm-writer");
    while (more) {
        wait_for_items(store, &batch);
        more = cm_queue_pop(store->queue, items, POP_MAX, &num);
        write_items(store, &batch, items, num);
        if (batch.records > 0 && (!more || is_over(&batch))) {
            (void)cm_bulk_flush(&store->db);
            (void)cm_db_exec(&store->db, "COMMIT");
            cm_store_check_place(store);
            batch.records = 0;
        }
        if (store->db.error.status != CM_OK && !store->failed) {
            give_up(store);
            batch.records = 0;
        }
    }
    return NULL;
}

/* --- before and after --- */

static const char insert_run_sql[] =
    "INSERT INTO run (state, started, judged_at, input_name, options, version,"
    " tls_library, trust, resolvers, config_sha256, seed, input_bytes, shard,"
    " shards)"
    " VALUES ('running', ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, 0),"
    " nullif(?, 0), ?, ?)";

static const char insert_views_sql[] =
    "INSERT INTO trust_view (run, ord, name, path, sha256, anchors, distrusted)"
    " SELECT ?, v.key, v.value ->> 'name', v.value ->> 'path',"
    " v.value ->> 'sha256', v.value ->> 'anchors', v.value ->> 'distrusted'"
    " FROM json_each(?) AS v";

void cm_put_trust_views(struct cm_db *db, int64_t run_id, const char *views)
{
    struct cm_query q = cm_query_begin(db, insert_views_sql);

    cm_query_int(&q, run_id);
    cm_query_text(&q, views == NULL ? "[]" : views);
    (void)cm_query_run(&q);
}

/* The run is this process's before anybody else can see it. */
static void put_run(struct cm_store *store, const struct cm_run_info *info)
{
    bool got;
    struct cm_query q = cm_query_begin(&store->db, insert_run_sql);
    const char *const texts[] = {
        info->input_name,  info->options, info->version,
        info->tls_library, info->trust,   info->resolvers,
    };

    cm_query_int(&q, info->started_unix);
    cm_query_int(&q, info->judged_at_unix);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cm_query_text(&q, texts[i] == NULL ? "" : texts[i]);
    }
    cm_query_text(&q, info->config_sha256);
    cm_query_int(&q, info->seed);
    cm_query_int(&q, info->input_bytes);
    cm_query_known(&q, info->shard, info->shards != 0);
    cm_query_known(&q, info->shards, info->shards != 0);
    if (cm_query_run(&q) == CM_OK) {
        store->run_id = sqlite3_last_insert_rowid(store->db.handle);
        (void)cm_store_lock_run(store, store->run_id, &got);
    }
    cm_put_trust_views(&store->db, store->run_id, info->views);
    cm_put_measures(&store->db, store->run_id, info);
}

enum cm_status cm_store_begin_run(struct cm_store *store,
                                  const struct cm_run_info *info,
                                  int64_t *run_id, struct cm_error *err)
{
    if (store->writing) {
        return cm_error_set(err, CM_EINTERNAL, "a run is under way already");
    }
    (void)cm_db_exec(&store->db, "BEGIN IMMEDIATE");
    put_run(store, info);
    if (cm_db_exec(&store->db, "COMMIT") != CM_OK) {
        cm_db_rollback(&store->db);
        return cm_db_take_error(&store->db, err);
    }
    store->continued = false;
    *run_id = store->run_id;
    return cm_store_start_writer(store, err);
}

/* What the writer inserts refers to the run that has just been committed and to
 * certificates that it writes itself before; nothing ever deletes either. So
 * SQLite need not look for them once for each row. */
static bool begin_bulk(struct cm_db *db)
{
    return cm_db_exec(db, "PRAGMA foreign_keys = OFF") == CM_OK &&
           cm_bulk_open(db);
}

static void end_bulk(struct cm_db *db)
{
    struct cm_error before = db->error;

    cm_bulk_close(db);
    (void)cm_db_take_error(db, NULL);
    (void)cm_db_exec(db, "PRAGMA foreign_keys = ON");
    if (before.status != CM_OK) {
        db->error = before;
    }
}

enum cm_status cm_store_start_writer(struct cm_store *store,
                                     struct cm_error *err)
{
    cm_queue_free(store->queue);
    store->queue = cm_queue_new(CM_QUEUE_ROWS, CM_QUEUE_SOFT, CM_QUEUE_HARD);
    if (store->queue == NULL) {
        return cm_error_nomem(err, "the store's queue");
    }
    if (!begin_bulk(&store->db)) {
        end_bulk(&store->db);
        return cm_db_take_error(&store->db, err);
    }
    store->failed = false;
    store->owner_column = -1;
    if (pthread_create(&store->writer, NULL, cm_store_write_all, store) != 0) {
        end_bulk(&store->db);
        return cm_error_set(err, CM_EIO,
                            "the store's thread cannot be started");
    }
    store->writing = true;
    return CM_OK;
}

enum cm_status cm_store_drain(struct cm_store *store, struct cm_error *err)
{
    if (store->writing) {
        cm_queue_close(store->queue);
        pthread_join(store->writer, NULL);
        store->writing = false;
        (void)cm_db_take_error(&store->db, NULL); /* it is in store->error */
        end_bulk(&store->db);
    }
    return cm_store_failed(store, err) ? store->error.status : CM_OK;
}

/* --- from any thread --- */

bool cm_store_failed(struct cm_store *store, struct cm_error *err)
{
    bool failed;

    pthread_mutex_lock(&store->mutex);
    failed = store->failed;
    if (failed && err != NULL) {
        *err = store->error;
    }
    pthread_mutex_unlock(&store->mutex);
    return failed;
}

bool cm_store_congested(struct cm_store *store)
{
    return store->queue != NULL && cm_queue_congested(store->queue);
}

static enum cm_status put(struct cm_store *store, struct cm_item item)
{
    struct cm_error error;

    if (store->queue != NULL && cm_queue_push(store->queue, &item)) {
        return CM_OK;
    }
    cm_item_free(&item);
    return cm_store_failed(store, &error) ? error.status : CM_EINTERNAL;
}

enum cm_status cm_store_put_row(struct cm_store *store, struct cm_row *row)
{
    return put(store, (struct cm_item){.kind = CM_ITEM_ROW, .is.row = row});
}

enum cm_status cm_store_put_result(struct cm_store *store,
                                   struct cm_result *result)
{
    return put(store,
               (struct cm_item){.kind = CM_ITEM_RESULT, .is.result = result});
}

enum cm_status cm_store_put_columns(struct cm_store *store,
                                    const struct cm_columns *columns)
{
    struct cm_item item = {.kind = CM_ITEM_COLUMNS};
    struct cm_buf json;

    cm_buf_init(&json, CM_DB_MAX_TEXT);
    cm_buf_putc(&json, '[');
    for (size_t i = 0; i < columns->num_names; i++) {
        cm_buf_puts(&json, i == 0 ? "" : ",");
        cm_text_json(&json, columns->names[i], strlen(columns->names[i]));
    }
    cm_buf_putc(&json, ']');
    item.is.columns.json = cm_buf_take(&json);
    item.is.columns.owner = columns->owner;
    item.is.columns.has_header = columns->has_header;
    cm_buf_cleanup(&json);
    if (item.is.columns.json == NULL) {
        return CM_ENOMEM;
    }
    return put(store, item);
}
