/* One run out of the stores of shards. Each table is read in the order of its
 * key and written in the same order, so that the cost is that of the bytes;
 * only the ids of certificates change on the way. The shard is read through a
 * connection of its own: nothing in it can act on the store that is written.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/merge.h"

#include <stdlib.h>
#include <string.h>

#include "pki/pki.h"

/* All that is lost when the program dies is a temporary file. */
static const char fast_sql[] = "PRAGMA foreign_keys = OFF;"
                               "PRAGMA locking_mode = EXCLUSIVE;"
                               "PRAGMA journal_mode = OFF;"
                               "PRAGMA synchronous = OFF;"
                               "CREATE TEMP TABLE merged_url (kind TEXT,"
                               " url TEXT, certificate TEXT, ord INTEGER,"
                               " PRIMARY KEY (kind, url, certificate))"
                               " WITHOUT ROWID;";

static const char source_sql[] =
    "SELECT input_name, columns, owner_column, has_header,"
    " json_remove(options, '$.shard', '$.\"shard-dir\"', '$.\"shard-count\"',"
    " '$.scratch'), tls_library, resolvers, config_sha256, seed,"
    " input_sha256 FROM run WHERE id = ?";

static const char run_sql[] =
    "INSERT INTO run (state, kind, started, judged_at, version, trust, shards,"
    " options, input_name, columns, owner_column, has_header, tls_library,"
    " resolvers, config_sha256, seed, input_sha256)"
    " VALUES ('running', 'merge', ?, ?, ?, ?, ?, json_patch(?, ?), ?, ?, ?, ?,"
    " ?, ?, ?, ?, ?)";

/* What the run was judged by, in a form that can be compared. */
static const char views_sql[] =
    "SELECT printf('%s %s', name, coalesce(sha256, '')) FROM trust_view"
    " WHERE run = ? ORDER BY ord";
static const char measures_sql[] =
    "SELECT printf('%s %s %s', kind, name, sha256) FROM measure"
    " WHERE run = ? ORDER BY kind, ord";

static const char extent_sql[] =
    "SELECT count(*), coalesce(max(id), 0) FROM row WHERE run = ?";

static const char trouble_sql[] = "SELECT resumed, faults FROM run"
                                  " WHERE id = ?";
static const char add_trouble_sql[] =
    "UPDATE run SET resumed = resumed + ?, faults ="
    " (SELECT json_group_array(json(value)) FROM (SELECT value FROM"
    " json_each(faults) UNION ALL SELECT value FROM json_each(?)))"
    " WHERE id = ?";

/* Words of ours in what a shard says, all known? */
static const char words_sql[] =
    "SELECT EXISTS (SELECT 1 FROM result WHERE run = ?1 AND"
    " (verdict NOT IN (SELECT value FROM json_each(?2)) OR primary_cause NOT IN"
    " (SELECT value FROM json_each(?3)))) OR EXISTS (SELECT 1 FROM finding"
    " WHERE run = ?1 AND (cause NOT IN (SELECT value FROM json_each(?3)) OR"
    " severity NOT IN (SELECT value FROM json_each(?4)) OR resolution NOT IN"
    " (SELECT value FROM json_each(?5))))";

static const char helped_sql[] =
    "SELECT s.endpoint FROM result AS s LEFT JOIN probe AS p ON p.run = s.run"
    " AND p.endpoint = s.endpoint AND p.ord = s.main_probe WHERE s.run = ?1"
    " AND s.seen IS NOT NULL AND (s.redo <> 0"
    " OR s.revocation IN ('unknown', 'unreachable')"
    " OR (json_array_length(s.path) > 2 AND EXISTS (SELECT 1 FROM"
    " json_each(s.path) AS c WHERE c.key > 0"
    " AND c.key < json_array_length(s.path) - 1 AND NOT EXISTS"
    " (SELECT 1 FROM json_each(p.chain) AS d WHERE d.value = c.value))))";

enum cm_status cm_merge_refuse(struct cm_db *db, const struct cm_db *part,
                               const char *why)
{
    return db->error.status != CM_OK
               ? db->error.status
               : cm_error_set(&db->error, CM_EINPUT,
                              "%s cannot be merged: %s; scan this shard again",
                              part->path, why);
}

/* --- the run --- */

static void collect(struct cm_db *db, const char *sql, int64_t run_id,
                    struct cm_buf *out)
{
    struct cm_query q = cm_query_begin(db, sql);

    cm_query_int(&q, run_id);
    while (cm_query_row(&q)) {
        (void)cm_buf_puts(out, cm_column_text(&q, 0));
        (void)cm_buf_putc(out, '\n');
    }
    (void)cm_query_end(&q);
}

/* The merge judges again: by other files it would mix two judgements. */
static void compare(struct cm_store *store, struct cm_db *part, int64_t part_id,
                    const char *sql, const char *what)
{
    struct cm_buf ours;
    struct cm_buf theirs;

    cm_buf_init(&ours, CM_DB_MAX_TEXT);
    cm_buf_init(&theirs, CM_DB_MAX_TEXT);
    collect(&store->db, sql, store->run_id, &ours);
    collect(part, sql, part_id, &theirs);
    if (ours.failed || theirs.failed) {
        (void)cm_error_nomem(&store->db.error, "the shards' files");
    } else if (part->error.status != CM_OK) {
        (void)cm_merge_refuse(&store->db, part, part->error.text);
    } else if (store->db.error.status == CM_OK &&
               strcmp(cm_buf_cstr(&ours), cm_buf_cstr(&theirs)) != 0) {
        (void)cm_error_set(&store->db.error, CM_EINPUT,
                           "%s here are not those that %s was judged by; "
                           "name the same files",
                           what, part->path);
    }
    cm_buf_cleanup(&ours);
    cm_buf_cleanup(&theirs);
}

static void copy_columns(struct cm_query *to, const struct cm_query *from,
                         int first, int num)
{
    for (int i = first; i < first + num; i++) {
        cm_merge_value(to, sqlite3_column_value(from->stmt, i));
    }
}

static void put_run(struct cm_store *store, struct cm_db *part, int64_t part_id,
                    const struct cm_run_info *info)
{
    struct cm_query from = cm_query_begin(part, source_sql);
    struct cm_query q;

    cm_query_int(&from, part_id);
    if (!cm_query_row(&from)) {
        (void)cm_merge_refuse(&store->db, part, "its run cannot be read");
        (void)cm_query_end(&from);
        return;
    }
    q = cm_query_begin(&store->db, run_sql);
    cm_query_int(&q, info->started_unix);
    cm_query_int(&q, info->judged_at_unix);
    cm_query_text(&q, info->version);
    cm_query_text(&q, info->trust);
    cm_query_int(&q, info->shards);
    copy_columns(&q, &from, 4, 1);
    cm_query_text(&q, info->options);
    copy_columns(&q, &from, 0, 4);
    copy_columns(&q, &from, 5, 5);
    store->owner_column = (int)cm_column_int(&from, 2);
    if (cm_query_run(&q) == CM_OK) {
        store->run_id = sqlite3_last_insert_rowid(store->db.handle);
    }
    (void)cm_query_end(&from);
}

enum cm_status cm_store_merge_run(struct cm_store *store, const char *path,
                                  const struct cm_run_info *info,
                                  int64_t *run_id, struct cm_error *err)
{
    struct cm_db *db = &store->db;
    struct cm_shard_facts facts = {0};
    struct cm_db part;

    if (cm_shard_open(&part, path) == CM_OK &&
        cm_shard_take(&part, &facts) == CM_OK) {
        (void)cm_db_exec(db, fast_sql);
        (void)cm_db_exec(db, "BEGIN IMMEDIATE");
        put_run(store, &part, facts.run_id, info);
        cm_put_trust_views(db, store->run_id, info->views);
        cm_put_measures(db, store->run_id, info);
        compare(store, &part, facts.run_id, views_sql, "the trust views");
        compare(store, &part, facts.run_id, measures_sql,
                "the profiles and policies");
        (void)cm_db_exec(db, "COMMIT");
    }
    if (part.error.status != CM_OK && db->error.status == CM_OK) {
        db->error = part.error;
    }
    cm_db_close(&part);
    *run_id = store->run_id;
    return cm_db_take_error(db, err);
}

/* --- a shard --- */

static void add_trouble(struct cm_store *store, struct cm_merge_part *part)
{
    struct cm_query from = cm_query_begin(&part->db, trouble_sql);
    struct cm_query q;

    cm_query_int(&from, part->run_id);
    if (cm_query_row(&from)) {
        q = cm_query_begin(&store->db, add_trouble_sql);
        copy_columns(&q, &from, 0, 2);
        cm_query_int(&q, store->run_id);
        (void)cm_query_run(&q);
    }
    (void)cm_query_end(&from);
}

static bool is_as_before(const struct cm_shard_facts *a,
                         const struct cm_shard_facts *b)
{
    return a->shard == b->shard && a->shards == b->shards &&
           a->complete == b->complete && a->rows == b->rows &&
           a->input_rows == b->input_rows &&
           strcmp(a->input_sha256, b->input_sha256) == 0 &&
           strcmp(a->config_sha256, b->config_sha256) == 0 &&
           strcmp(a->version, b->version) == 0;
}

static void add_all(struct cm_store *store, struct cm_merge_part *part,
                    const struct cm_shard_facts *facts)
{
    struct cm_shard_facts now;

    if (cm_shard_take(&part->db, &now) != CM_OK) {
        return;
    }
    if (!is_as_before(facts, &now)) {
        (void)cm_merge_refuse(&store->db, &part->db,
                              "it was replaced while it was read");
        return;
    }
    part->run_id = now.run_id;
    cm_merge_certs(store, part);
    cm_merge_downloads(store, part);
    cm_merge_tables(store, part, now.rows);
    add_trouble(store, part);
}

/* What SQLite finds wrong with what a shard holds is wrong with the shard; a
 * full disk is not. */
static void blame(struct cm_store *store, struct cm_merge_part *part)
{
    struct cm_error *error = &store->db.error;

    if (part->db.error.status != CM_OK && error->status == CM_OK) {
        *error = part->db.error;
    }
    if (part->foreign && error->status == CM_ESTORE) {
        (void)cm_error_set(error, CM_EINPUT,
                           "%s cannot be merged, it is damaged or was made by "
                           "something else (%s); scan this shard again",
                           part->db.path, error->text);
    }
}

enum cm_status cm_store_merge_shard(struct cm_store *store, int64_t run_id,
                                    const char *path,
                                    const struct cm_shard_facts *facts,
                                    struct cm_error *err)
{
    struct cm_db *db = &store->db;
    struct cm_merge_part part = {.run_id = 0};

    store->run_id = run_id;
    if (cm_shard_open(&part.db, path) == CM_OK) {
        (void)cm_db_exec(db, "BEGIN IMMEDIATE");
        add_all(store, &part, facts);
        blame(store, &part);
        (void)cm_db_exec(db, "COMMIT");
    } else {
        blame(store, &part);
    }
    free(part.cert_ids);
    cm_db_close(&part.db);
    return cm_db_take_error(db, err);
}

enum cm_status cm_store_merge_row(struct cm_store *store, int64_t run_id,
                                  const struct cm_row *row,
                                  const struct cm_result *result,
                                  struct cm_error *err)
{
    store->run_id = run_id;
    if (cm_put_row(store, row) == CM_OK && result != NULL) {
        (void)cm_put_result(store, result);
    }
    return cm_db_take_error(&store->db, err);
}

/* --- the end --- */

static void bind_words(struct cm_query *q, int count,
                       const char *(*word)(int value))
{
    struct cm_buf json;

    cm_buf_init(&json, CM_DB_MAX_TEXT);
    (void)cm_buf_putc(&json, '[');
    for (int i = 0; i < count; i++) {
        (void)cm_buf_printf(&json, "%s\"%s\"", i == 0 ? "" : ",", word(i));
    }
    (void)cm_buf_putc(&json, ']');
    cm_query_buf(q, &json);
    cm_buf_cleanup(&json);
}

static const char *verdict_word(int value)
{
    return cm_verdict_id((enum cm_verdict)value);
}

static const char *cause_word(int value)
{
    return cm_cause_info((enum cm_cause)value)->id;
}

static const char *severity_word(int value)
{
    return cm_severity_id((enum cm_severity)value);
}

static const char *resolution_word(int value)
{
    return cm_resolution_info((enum cm_resolution)value)->id;
}

static void check_words(struct cm_db *db, int64_t run_id)
{
    struct cm_query q = cm_query_begin(db, words_sql);
    bool unknown = false;

    cm_query_int(&q, run_id);
    bind_words(&q, CM_VERDICT_COUNT, verdict_word);
    bind_words(&q, CM_CAUSE_COUNT, cause_word);
    bind_words(&q, CM_SEVERITY_COUNT, severity_word);
    bind_words(&q, CM_RESOLUTION_COUNT, resolution_word);
    if (cm_query_row(&q)) {
        unknown = cm_column_int(&q, 0) != 0;
    }
    (void)cm_query_end(&q);
    if (unknown && db->error.status == CM_OK) {
        (void)cm_error_set(&db->error, CM_EINPUT,
                           "a shard holds verdicts or causes that certmuster "
                           "does not know: it was made by something else");
    }
}

enum cm_status cm_store_merge_end(struct cm_store *store, int64_t run_id,
                                  uint64_t *rows, uint64_t *last,
                                  struct cm_error *err)
{
    struct cm_query q = cm_query_begin(&store->db, extent_sql);

    *rows = 0;
    *last = 0;
    cm_query_int(&q, run_id);
    if (cm_query_row(&q)) {
        *rows = (uint64_t)cm_column_int(&q, 0);
        *last = (uint64_t)cm_column_int(&q, 1);
    }
    (void)cm_query_end(&q);
    check_words(&store->db, run_id);
    return cm_db_take_error(&store->db, err);
}

enum cm_status cm_store_each_helped(struct cm_store *store, int64_t run_id,
                                    cm_store_endpoint_fn *fn, void *arg,
                                    struct cm_error *err)
{
    struct cm_query q = cm_query_begin(&store->db, helped_sql);
    enum cm_status status = CM_OK;

    cm_query_int(&q, run_id);
    while (status == CM_OK && cm_query_row(&q)) {
        status = fn(arg, (uint64_t)cm_column_int(&q, 0));
    }
    if (cm_query_end(&q) != CM_OK) {
        return cm_db_take_error(&store->db, err);
    }
    return status == CM_OK ? CM_OK : cm_error_nomem(err, "the merge");
}
