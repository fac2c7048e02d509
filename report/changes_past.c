/* The runs before the baseline: what failed in one of them and was fixed since
 * has regressed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "changes_parts.h"

#define MAX_RUNS 30U
#define MAX_ROWS INT64_C(5000000) /* of all these runs together */

static const char rows_sql[] =
    "SELECT coalesce(rows_recorded, 0) FROM run WHERE id = ?1";

enum state { STATE_UNKNOWN, STATE_TRUSTED, STATE_FAILING };

struct past {
    struct cm_changes *changes;
    const struct cm_change_candidates *wanted;
    uint32_t *slots; /* owned: a candidate's place + 1; 0: empty */
    size_t mask;
    uint8_t *states; /* owned: enum state, of each candidate the last known */
};

static enum cm_status no_memory(struct cm_error *err)
{
    return cm_error_nomem(err, "the comparison");
}

static bool is_same(const struct cm_side_match *a,
                    const struct cm_side_match *b)
{
    return a->a == b->a && a->b == b->b;
}

static uint32_t *slot_of(const struct past *past,
                         const struct cm_side_match *match)
{
    size_t i = (size_t)match->a & past->mask;

    while (past->slots[i] != 0 &&
           !is_same(&past->wanted->list[past->slots[i] - 1].match, match)) {
        i = (i + 1) & past->mask;
    }
    return &past->slots[i];
}

/* In the baseline each was the opposite of what it is now. */
static bool make_table(struct past *past)
{
    const struct cm_change_candidates *wanted = past->wanted;
    size_t slots = 256;

    while (slots < wanted->num * 2) {
        slots *= 2;
    }
    past->slots = calloc(slots, sizeof(*past->slots));
    past->states = calloc(wanted->num, sizeof(*past->states));
    past->mask = slots - 1;
    if (past->slots == NULL || past->states == NULL) {
        return false;
    }
    for (size_t i = 0; i < wanted->num; i++) {
        struct cm_change_of *change = &past->changes->list[wanted->list[i].at];

        *slot_of(past, &wanted->list[i].match) = (uint32_t)i + 1;
        past->states[i] = change->fails ? STATE_TRUSTED : STATE_FAILING;
        change->flips = 1;
    }
    return true;
}

static void note(struct past *past, const struct cm_side *side, int64_t run_id)
{
    uint32_t slot = *slot_of(past, &side->match);
    struct cm_change_of *change;
    enum state state;

    if (slot == 0 || side->verdict == CM_VERDICT_NOT_CHECKED) {
        return;
    }
    change = &past->changes->list[past->wanted->list[slot - 1].at];
    state = cm_side_fails(side->verdict) ? STATE_FAILING : STATE_TRUSTED;
    if (past->states[slot - 1] != state) {
        past->states[slot - 1] = (uint8_t)state;
        change->flips =
            (uint8_t)(change->flips + (change->flips < UINT8_MAX ? 1 : 0));
    }
    if (state == STATE_FAILING && change->change == CM_CHANGE_NEW_FAILURE) {
        change->change = CM_CHANGE_REGRESSED;
        change->failed_run = run_id;
    }
}

static enum cm_status look_at(struct past *past, struct cm_report_run *run,
                              const struct cm_side_keys *keys,
                              struct cm_error *err)
{
    struct cm_side side;
    bool got = false;
    enum cm_status status = cm_side_open(&side, run, 0, keys, err);

    while (status == CM_OK) {
        status = cm_side_next(&side, &got, err);
        if (status != CM_OK || !got) {
            break;
        }
        if (side.first) {
            note(past, &side, run->facts.run);
        }
    }
    cm_side_close(&side);
    return status;
}

static enum cm_status count_rows(struct cm_report_run *run, int64_t run_id,
                                 int64_t *out, struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = false;
    enum cm_status status = cm_sql_prepare(run->db, &stmt, rows_sql, err);

    if (status == CM_OK && sqlite3_bind_int64(stmt, 1, run_id) != SQLITE_OK) {
        status = cm_sql_failed(run->db, err);
    }
    if (status == CM_OK) {
        status = cm_sql_step(stmt, &got, err);
    }
    *out = got ? sqlite3_column_int64(stmt, 0) : 0;
    (void)sqlite3_finalize(stmt);
    return status;
}

static enum cm_status look_at_all(struct past *past, struct cm_report_run *run,
                                  const struct cm_side_keys *keys,
                                  struct cm_error *err)
{
    int64_t ids[MAX_RUNS];
    int64_t left = MAX_ROWS;
    size_t num = 0;
    enum cm_status status = cm_changes_past(
        run, past->changes->all.baseline->run, ids, MAX_RUNS, &num, err);

    for (size_t i = 0; i < num && status == CM_OK; i++) {
        struct cm_report_run *earlier = NULL;
        int64_t rows = 0;

        status = count_rows(run, ids[i], &rows, err);
        if (status != CM_OK || rows < 0 || rows > left) {
            break;
        }
        left -= rows;
        status = cm_report_run_sibling(&earlier, run, ids[i], err);
        if (status == CM_OK) {
            status = look_at(past, earlier, keys, err);
            past->changes->all.runs_looked_at++;
        }
        cm_report_run_close(earlier);
    }
    return status;
}

enum cm_status cm_changes_look_back(struct cm_changes *changes,
                                    struct cm_report_run *run,
                                    const struct cm_change_candidates *wanted,
                                    const struct cm_side_keys *keys,
                                    struct cm_error *err)
{
    struct past past = {.changes = changes, .wanted = wanted};
    enum cm_status status = CM_OK;

    /* A run that was judged again differs by its judgement, not by time. */
    if (wanted->num == 0 || run->facts.source_run != CM_UNKNOWN) {
        return CM_OK;
    }
    status =
        make_table(&past) ? look_at_all(&past, run, keys, err) : no_memory(err);
    free(past.slots);
    free(past.states);
    return status;
}
