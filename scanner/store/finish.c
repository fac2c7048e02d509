/* The end of a run: its actions, and the proof that no row was lost.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/tally.h"

#include <stdlib.h>
#include <string.h>

#include "certmuster/text.h"

#define MAX_OWNERS 50 /* named with an action; all are counted */

/* Parts of actions, gone with the connection. `example` prefers a row that the
 * action fixes: the others come after all row numbers. */
static const char parts_sql[] =
    "CREATE TEMP TABLE IF NOT EXISTS owner_sum ("
    " action TEXT, owner TEXT, touches INTEGER, fixes INTEGER,"
    " example INTEGER);"
    "CREATE TEMP TABLE IF NOT EXISTS cause_sum ("
    " action TEXT, cause TEXT, touches INTEGER, severity INTEGER,"
    " certificate INTEGER);"
    "CREATE TEMP TABLE IF NOT EXISTS owner_part ("
    " action TEXT, owner TEXT, touches INTEGER, fixes INTEGER,"
    " example INTEGER, PRIMARY KEY (action, owner)) WITHOUT ROWID;"
    "CREATE TEMP TABLE IF NOT EXISTS cause_part ("
    " action TEXT, cause TEXT, touches INTEGER, severity INTEGER,"
    " certificate INTEGER, PRIMARY KEY (action, cause)) WITHOUT ROWID;"
    "CREATE TEMP TABLE IF NOT EXISTS action_part ("
    " action TEXT PRIMARY KEY, touches INTEGER, fixes INTEGER,"
    " example INTEGER, severity INTEGER, certificate INTEGER, rank INTEGER)"
    " WITHOUT ROWID;"
    "DELETE FROM owner_sum;"
    "DELETE FROM cause_sum;"
    "DELETE FROM owner_part;"
    "DELETE FROM cause_part;"
    "DELETE FROM action_part;";

/* Sorted first, so that they are written from one end to the other. */
static const char add_up_sql[] =
    "INSERT INTO owner_part (action, owner, touches, fixes, example)"
    " SELECT action, owner, sum(touches), sum(fixes), min(example)"
    " FROM owner_sum GROUP BY action, owner;"
    "INSERT INTO cause_part (action, cause, touches, severity, certificate)"
    " SELECT action, cause, sum(touches), min(severity), max(certificate)"
    " FROM cause_sum GROUP BY action, cause;";

static const char action_part_sql[] =
    "INSERT INTO action_part (action, touches, fixes, example, severity,"
    " certificate, rank)"
    " SELECT o.action, o.touches, o.fixes, o.example & ((1 << 62) - 1),"
    " c.severity, c.certificate,"
    " row_number() OVER (ORDER BY o.fixes DESC, o.touches DESC, c.severity,"
    " o.action)"
    " FROM (SELECT action, sum(touches) AS touches, sum(fixes) AS fixes,"
    " min(example) AS example FROM owner_part GROUP BY action) AS o"
    " JOIN (SELECT action, min(severity) AS severity,"
    " max(certificate) AS certificate FROM cause_part GROUP BY action) AS c"
    " ON c.action = o.action";

/* The three are read side by side, all in the order of the action's key. */
static const char actions_sql[] =
    "SELECT p.action, f.resolution, f.subject_key, f.subject, p.severity,"
    " p.fixes, p.touches, coalesce(f.certificate, p.certificate), p.example,"
    " p.rank"
    " FROM action_part AS p"
    " CROSS JOIN row AS r ON r.run = ?1 AND r.id = p.example"
    " CROSS JOIN finding AS f ON f.run = ?1 AND f.endpoint = r.endpoint"
    " AND f.ord = (SELECT min(g.ord) FROM finding AS g WHERE g.run = ?1"
    " AND g.endpoint = r.endpoint AND g.action = p.action)"
    " ORDER BY p.action";

static const char causes_sql[] = "SELECT action, cause FROM cause_part"
                                 " ORDER BY action, touches DESC, cause";

static const char owners_sql[] = "SELECT action, owner FROM owner_part"
                                 " WHERE owner <> ''"
                                 " ORDER BY action, touches DESC, owner";

static const char forget_sql[] = "DELETE FROM action WHERE run = ?";

static const char insert_sql[] =
    "INSERT INTO action (run, key, resolution, subject_key, subject, severity,"
    " fixes_rows, touches_rows, certificate, example_row, rank, causes, owners,"
    " num_owners)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static const char end_sql[] =
    "UPDATE run SET state = ?, input_sha256 = ?, rows_read = ?,"
    " rows_recorded = ?, finished = ?, input_rows = ? WHERE id = ?";

static const char forget_counts_sql[] = "DELETE FROM run_verdict WHERE run = ?";

static const char count_sql[] =
    "INSERT INTO run_verdict (run, verdict, rows) VALUES (?, ?, ?)";

static const char drop_sql[] =
    "DELETE FROM run WHERE id = ?1"
    " AND NOT EXISTS (SELECT 1 FROM row WHERE run = ?1)";

static void run_with_id(struct cm_db *db, const char *sql, int64_t run_id)
{
    struct cm_query q = cm_query_begin(db, sql);

    cm_query_int(&q, run_id);
    (void)cm_query_run(&q);
}

static void build_parts(struct cm_db *db, int64_t run_id,
                        struct cm_tally *tally)
{
    (void)cm_db_exec(db, parts_sql);
    (void)cm_store_tally(db, run_id, tally);
    (void)cm_db_exec(db, add_up_sql);
    (void)cm_db_exec(db, action_part_sql);
}

/* A list of (action, text) that is read beside the actions. */
struct list {
    struct cm_query q;
    bool more;
};

static void list_open(struct list *list, struct cm_db *db, const char *sql)
{
    list->q = cm_query_begin(db, sql);
    list->more = cm_query_row(&list->q);
}

/* The texts of `action` as a JSON array of at most `max`; how many there are
 * goes to *num. */
static void list_json(struct list *list, const char *action, int max,
                      struct cm_buf *out, int *num)
{
    *num = 0;
    cm_buf_putc(out, '[');
    while (list->more && strcmp(cm_column_text(&list->q, 0), action) == 0) {
        const char *text = cm_column_text(&list->q, 1);

        if (*num < max) {
            cm_buf_puts(out, *num == 0 ? "" : ",");
            cm_text_json(out, text, strlen(text));
        }
        ++*num;
        list->more = cm_query_row(&list->q);
    }
    cm_buf_putc(out, ']');
}

/* Columns of actions_sql go to insert_sql in the same order. */
static void put_action(struct cm_db *db, int64_t run_id,
                       const struct cm_query *from, struct list *causes,
                       struct list *owners)
{
    const char *action = cm_column_text(from, 0);
    struct cm_query q = cm_query_begin(db, insert_sql);
    struct cm_buf json;
    int num;

    cm_buf_init(&json, CM_DB_MAX_TEXT);
    cm_query_int(&q, run_id);
    for (int i = 0; i < 4; i++) {
        cm_query_text(&q, cm_column_text(from, i));
    }
    cm_query_text(&q, cm_severity_id((enum cm_severity)cm_column_int(from, 4)));
    cm_query_int(&q, cm_column_int(from, 5));
    cm_query_int(&q, cm_column_int(from, 6));
    if (cm_column_is_null(from, 7)) {
        cm_query_null(&q);
    } else {
        cm_query_int(&q, cm_column_int(from, 7));
    }
    cm_query_int(&q, cm_column_int(from, 8));
    cm_query_int(&q, cm_column_int(from, 9));
    list_json(causes, action, CM_CAUSE_COUNT, &json, &num);
    cm_query_buf(&q, &json);
    list_json(owners, action, MAX_OWNERS, &json, &num);
    cm_query_buf(&q, &json);
    cm_query_int(&q, num);
    (void)cm_query_run(&q);
    cm_buf_cleanup(&json);
}

static void build_actions(struct cm_db *db, int64_t run_id,
                          struct cm_tally *tally)
{
    struct list causes;
    struct list owners;
    struct cm_query q;

    run_with_id(db, forget_sql, run_id);
    build_parts(db, run_id, tally);
    q = cm_query_begin(db, actions_sql);
    cm_query_int(&q, run_id);
    list_open(&causes, db, causes_sql);
    list_open(&owners, db, owners_sql);
    while (cm_query_row(&q)) {
        put_action(db, run_id, &q, &causes, &owners);
    }
    (void)cm_query_end(&owners.q);
    (void)cm_query_end(&causes.q);
    (void)cm_query_end(&q);
}

struct account {
    uint64_t read;
    struct cm_tally found;
};

static bool adds_up(const struct account *account)
{
    return account->read == account->found.rows &&
           account->found.rows == account->found.judged;
}

static void put_end(struct cm_db *db, int64_t run_id,
                    const struct cm_run_end *end, const struct account *account)
{
    struct cm_query q = cm_query_begin(db, end_sql);

    cm_query_text(&q, adds_up(account) ? end->state : "inconsistent");
    cm_query_text(&q, end->input_sha256);
    cm_query_int(&q, (int64_t)account->read);
    cm_query_int(&q, (int64_t)account->found.rows);
    cm_query_int(&q, end->finished_unix);
    cm_query_known(&q, (int64_t)end->input_rows, end->input_rows != 0);
    cm_query_int(&q, run_id);
    (void)cm_query_run(&q);
}

static void put_counts(struct cm_db *db, int64_t run_id,
                       const struct cm_tally *tally)
{
    run_with_id(db, forget_counts_sql, run_id);
    for (int i = CM_VERDICT_NONE + 1; i < CM_VERDICT_COUNT; i++) {
        struct cm_query q;

        if (tally->verdicts[i] > 0) {
            q = cm_query_begin(db, count_sql);
            cm_query_int(&q, run_id);
            cm_query_text(&q, cm_verdict_id((enum cm_verdict)i));
            cm_query_int(&q, (int64_t)tally->verdicts[i]);
            (void)cm_query_run(&q);
        }
    }
}

/* From here on the run outlives a power cut. A reader may hold up the
 * checkpoint: then the log is synced and stays. */
static void settle(struct cm_db *db)
{
    (void)sqlite3_wal_checkpoint_v2(db->handle, NULL,
                                    SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    (void)cm_db_exec(db, "PRAGMA synchronous = NORMAL");
}

enum cm_status cm_store_finish_run(struct cm_store *store, int64_t run_id,
                                   const struct cm_run_end *end,
                                   struct cm_error *err)
{
    struct cm_db *db = &store->db;
    struct account account = {.read = end->rows_read};
    enum cm_status status;

    (void)cm_db_exec(db, "PRAGMA synchronous = FULL");
    (void)cm_db_exec(db, "BEGIN IMMEDIATE");
    build_actions(db, run_id, &account.found);
    put_counts(db, run_id, &account.found);
    put_end(db, run_id, end, &account);
    if (cm_db_exec(db, "COMMIT") != CM_OK) {
        cm_db_rollback(db);
    } else {
        settle(db);
        cm_store_check_place(store);
    }
    status = cm_db_take_error(db, err);
    if (status == CM_OK && !adds_up(&account)) {
        return cm_error_set(
            err, CM_EINTERNAL,
            "the run does not add up: %llu rows read, %llu recorded, %llu with "
            "a verdict; it is marked inconsistent, please report this",
            (unsigned long long)account.read,
            (unsigned long long)account.found.rows,
            (unsigned long long)account.found.judged);
    }
    return status;
}

void cm_store_leave_run(struct cm_store *store, enum cm_status status,
                        int64_t *run_id)
{
    struct cm_db *db = &store->db;
    bool drained = cm_store_drain(store, NULL) == CM_OK;

    if (drained && status == CM_EINPUT && !store->continued) {
        run_with_id(db, drop_sql, *run_id);
        if (db->error.status == CM_OK && sqlite3_changes(db->handle) > 0) {
            *run_id = 0;
        }
        (void)cm_db_take_error(db, NULL);
    }
    if (store->moved) {
        *run_id = 0;
    }
}
