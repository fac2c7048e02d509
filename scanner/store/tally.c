/* The account of a run and the parts of its actions: one walk over rows,
 * endpoints, results and findings side by side, all in the order of their keys.
 * Asking for each row's findings by key would cost ten times as much.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/tally.h"

#include <stdlib.h>
#include <string.h>

#include "certmuster/map.h"

/* Parts in memory; more of them go to the tables in between. */
#define MAX_PARTS 16384U

static const char rows_sql[] =
    "SELECT id, endpoint, owner FROM row WHERE run = ? ORDER BY id";

static const char endpoints_sql[] =
    "SELECT id FROM endpoint WHERE run = ? ORDER BY id";

static const char results_sql[] =
    "SELECT endpoint, verdict FROM result WHERE run = ? ORDER BY endpoint";

#define FINDING_COLUMNS                                                        \
    " endpoint, ord, action, cause, severity, blocks,"                         \
    " certificate "
static const char findings_sql[] =
    "SELECT" FINDING_COLUMNS "FROM finding WHERE run = ?"
    " ORDER BY endpoint, ord";

/* For a row that repeats an earlier one. */
static const char judged_sql[] =
    "SELECT EXISTS (SELECT 1 FROM endpoint WHERE run = ?1 AND id = ?2), verdict"
    " FROM result WHERE run = ?1 AND endpoint = ?2";

static const char findings_of_sql[] =
    "SELECT" FINDING_COLUMNS "FROM finding WHERE run = ?"
    " AND endpoint = ? ORDER BY ord";

static const char put_owner_sql[] =
    "INSERT INTO owner_sum (action, owner, touches, fixes, example)"
    " VALUES (?, ?, ?, ?, ?)";

static const char put_cause_sql[] =
    "INSERT INTO cause_sum (action, cause, touches, severity, certificate)"
    " VALUES (?, ?, ?, ?, ?)";

/* What the rows of one owner, or one cause, have to do with an action. */
struct part {
    int64_t row; /* that counted last: each counts once */
    int64_t touches;
    int64_t fixes;
    int64_t example;
    int64_t severity;    /* CM_SEVERITY_COUNT: none is known */
    int64_t certificate; /* 0: none */
    size_t action_len;
    char text[]; /* the action and, after its NUL, the owner or cause */
};

/* A query whose rows come in the order of their first column. */
struct stream {
    struct cm_query q;
    bool more;
    int64_t key; /* of the present row, when there is one */
};

struct pass {
    struct cm_db *db;
    int64_t run_id;
    struct stream endpoints;
    struct stream results;
    struct stream findings;
    struct cm_map *owners;
    struct cm_map *causes;
    struct cm_buf key;
};

/* --- streams --- */

static void stream_next(struct stream *stream)
{
    stream->more = cm_query_row(&stream->q);
    if (stream->more) {
        stream->key = cm_column_int(&stream->q, 0);
    }
}

static void stream_open(struct stream *stream, struct cm_db *db,
                        const char *sql, int64_t run_id)
{
    stream->q = cm_query_begin(db, sql);
    cm_query_int(&stream->q, run_id);
    stream_next(stream);
}

/* Whether there is a row with this key; later calls ask for larger ones. */
static bool stream_reaches(struct stream *stream, int64_t key)
{
    while (stream->more && stream->key < key) {
        stream_next(stream);
    }
    return stream->more && stream->key == key;
}

/* --- parts --- */

static bool no_memory(struct pass *pass)
{
    if (pass->db->error.status == CM_OK) {
        (void)cm_error_nomem(&pass->db->error, "the run's actions");
    }
    return false;
}

static struct part *part_new(const struct cm_buf *key, size_t action_len)
{
    struct part *part = malloc(sizeof(*part) + key->len);

    if (part != NULL) {
        *part = (struct part){.example = INT64_MAX,
                              .severity = CM_SEVERITY_COUNT,
                              .action_len = action_len};
        memcpy(part->text, key->data, key->len);
    }
    return part;
}

/* NULL: no memory, which is noted. */
static struct part *part_of(struct pass *pass, struct cm_map *map,
                            struct cm_span action, struct cm_span other)
{
    struct cm_buf *key = &pass->key;
    struct part *part;

    cm_buf_clear(key);
    (void)cm_buf_append(key, action.data, action.len);
    (void)cm_buf_putc(key, '\0');
    (void)cm_buf_append(key, other.data, other.len);
    (void)cm_buf_putc(key, '\0');
    if (key->failed) {
        (void)no_memory(pass);
        return NULL;
    }
    part = cm_map_get(map, key->data, key->len);
    if (part == NULL) {
        part = part_new(key, action.len);
        if (part == NULL || !cm_map_put(map, key->data, key->len, part)) {
            free(part);
            (void)no_memory(pass);
            return NULL;
        }
    }
    return part;
}

static void put_part(struct pass *pass, const struct part *part, bool is_owner)
{
    struct cm_query q =
        cm_query_begin(pass->db, is_owner ? put_owner_sql : put_cause_sql);

    cm_query_text(&q, part->text);
    cm_query_text(&q, part->text + part->action_len + 1);
    cm_query_int(&q, part->touches);
    if (is_owner) {
        cm_query_int(&q, part->fixes);
        cm_query_int(&q, part->example);
    } else {
        cm_query_known(&q, part->severity, part->severity < CM_SEVERITY_COUNT);
        cm_query_known(&q, part->certificate, part->certificate != 0);
    }
    (void)cm_query_run(&q);
}

static void put_parts(struct pass *pass, struct cm_map **map, bool is_owner)
{
    size_t cursor = 0;
    void *value;

    while (cm_map_next(*map, &cursor, &value)) {
        put_part(pass, value, is_owner);
    }
    cm_map_free(*map, free);
    *map = cm_map_new();
    if (*map == NULL) {
        (void)no_memory(pass);
    }
}

/* Between two rows: what counted for a row must be known until its end. */
static void make_room(struct pass *pass)
{
    if (cm_map_count(pass->owners) > MAX_PARTS) {
        put_parts(pass, &pass->owners, true);
    }
    if (pass->db->error.status == CM_OK &&
        cm_map_count(pass->causes) > MAX_PARTS) {
        put_parts(pass, &pass->causes, false);
    }
}

/* --- findings: texts are read as bytes, which SQLite need not copy --- */

static int64_t rank_of(struct cm_span severity)
{
    int64_t rank = 0;

    while (rank < CM_SEVERITY_COUNT) {
        const char *id = cm_severity_id((enum cm_severity)rank);

        if (strlen(id) == severity.len &&
            memcmp(id, severity.data, severity.len) == 0) {
            break;
        }
        rank++;
    }
    return rank;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* A row counts once for an action, though two findings lead to it: the first
 * one, in the order of the store, decides. */
static void note_finding(struct pass *pass, const struct cm_query *q,
                         int64_t row, struct cm_span owner)
{
    bool fixes = cm_column_int(q, 1) == 0 && cm_column_int(q, 5) == 1;
    struct cm_span action = cm_column_blob(q, 2);
    int64_t certificate = cm_column_int(q, 6);
    struct part *part = part_of(pass, pass->owners, action, owner);

    if (part != NULL && part->row != row) {
        part->row = row;
        part->touches++;
        part->fixes += fixes ? 1 : 0;
        part->example =
            least(part->example, row + (fixes ? 0 : CM_TALLY_OTHERS));
    }
    part = part_of(pass, pass->causes, action, cm_column_blob(q, 3));
    if (part != NULL) {
        part->touches += part->row != row ? 1 : 0;
        part->row = row;
        part->severity = least(part->severity, rank_of(cm_column_blob(q, 4)));
        if (certificate > part->certificate) {
            part->certificate = certificate;
        }
    }
}

/* --- rows --- */

static enum cm_verdict verdict_of(struct cm_span text)
{
    for (int i = CM_VERDICT_NONE + 1; i < CM_VERDICT_COUNT; i++) {
        const char *id = cm_verdict_id((enum cm_verdict)i);

        if (strlen(id) == text.len && memcmp(id, text.data, text.len) == 0) {
            return (enum cm_verdict)i;
        }
    }
    return CM_VERDICT_NONE;
}

/* The first row of its endpoint. Returns whether it has a verdict; which one,
 * is counted. */
static bool note_row(struct pass *pass, int64_t row, struct cm_span owner,
                     struct cm_tally *out)
{
    bool judged = stream_reaches(&pass->endpoints, row);

    judged = stream_reaches(&pass->results, row) && judged;
    if (judged) {
        out->verdicts[verdict_of(cm_column_blob(&pass->results.q, 1))]++;
    }
    if (stream_reaches(&pass->findings, row)) {
        while (pass->findings.more && pass->findings.key == row &&
               pass->db->error.status == CM_OK) {
            note_finding(pass, &pass->findings.q, row, owner);
            stream_next(&pass->findings);
        }
    }
    return judged;
}

static bool note_repetition(struct pass *pass, int64_t row, int64_t endpoint,
                            struct cm_span owner, struct cm_tally *out)
{
    struct cm_query q = cm_query_begin(pass->db, judged_sql);
    bool judged;

    cm_query_int(&q, pass->run_id);
    cm_query_int(&q, endpoint);
    judged = cm_query_row(&q) && cm_column_int(&q, 0) != 0;
    if (judged) {
        out->verdicts[verdict_of(cm_column_blob(&q, 1))]++;
    }
    (void)cm_query_end(&q);
    q = cm_query_begin(pass->db, findings_of_sql);
    cm_query_int(&q, pass->run_id);
    cm_query_int(&q, endpoint);
    while (pass->db->error.status == CM_OK && cm_query_row(&q)) {
        note_finding(pass, &q, row, owner);
    }
    (void)cm_query_end(&q);
    return judged;
}

static void walk(struct pass *pass, struct cm_tally *out)
{
    struct cm_db *db = pass->db;
    struct cm_query q = cm_query_begin(db, rows_sql);

    cm_query_int(&q, pass->run_id);
    while (db->error.status == CM_OK && cm_query_row(&q)) {
        int64_t row = cm_column_int(&q, 0);
        int64_t endpoint = cm_column_int(&q, 1);
        struct cm_span owner = cm_column_blob(&q, 2);
        bool judged = row == endpoint
                          ? note_row(pass, row, owner, out)
                          : note_repetition(pass, row, endpoint, owner, out);

        out->rows++;
        out->judged += judged ? 1 : 0;
        make_room(pass);
    }
    (void)cm_query_end(&q);
}

enum cm_status cm_store_tally(struct cm_db *db, int64_t run_id,
                              struct cm_tally *out)
{
    struct pass pass = {.db = db,
                        .run_id = run_id,
                        .owners = cm_map_new(),
                        .causes = cm_map_new()};

    memset(out, 0, sizeof(*out));
    cm_buf_init(&pass.key, CM_DB_MAX_TEXT);
    stream_open(&pass.endpoints, db, endpoints_sql, run_id);
    stream_open(&pass.results, db, results_sql, run_id);
    stream_open(&pass.findings, db, findings_sql, run_id);
    if (pass.owners == NULL || pass.causes == NULL) {
        (void)no_memory(&pass);
    }
    walk(&pass, out);
    (void)cm_query_end(&pass.findings.q);
    (void)cm_query_end(&pass.results.q);
    (void)cm_query_end(&pass.endpoints.q);
    if (db->error.status == CM_OK) {
        put_parts(&pass, &pass.owners, true);
        put_parts(&pass, &pass.causes, false);
    }
    cm_map_free(pass.owners, free);
    cm_map_free(pass.causes, free);
    cm_buf_cleanup(&pass.key);
    return db->error.status;
}
