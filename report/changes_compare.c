/* One pass over the baseline, one over the run.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "changes_parts.h"

/* Certificates of each run whose keys are compared, for one endpoint. */
#define MAX_KEYS 4U

static const char trust_sql[] =
    "SELECT EXISTS (SELECT 1 FROM trust_view a JOIN trust_view b"
    " ON b.run = ?2 AND b.ord = a.ord WHERE a.run = ?1 AND a.ord = 0"
    " AND a.sha256 <> b.sha256)";

static const char same_key_sql[] =
    "SELECT EXISTS (SELECT 1 FROM certificate a JOIN certificate b"
    " ON b.id = ?2 AND b.spki_sha256 = a.spki_sha256 WHERE a.id = ?1)";

struct comparison {
    struct cm_changes *changes;
    struct cm_report_changes *all;
    struct cm_report_run *run;
    struct cm_base_index index;
    struct cm_change_candidates candidates;
    sqlite3_stmt *same_key;
    struct cm_side_keys keys;
};

static enum cm_status no_memory(struct cm_error *err)
{
    return cm_error_nomem(err, "the comparison");
}

/* --- the baseline --- */

static enum cm_status read_baseline(struct comparison *c, struct cm_error *err)
{
    struct cm_side side;
    bool got = false;
    enum cm_status status =
        cm_side_open(&side, c->changes->base, CM_SIDE_CERTS | CM_SIDE_FINDINGS,
                     &c->keys, err);

    while (status == CM_OK) {
        status = cm_side_next(&side, &got, err);
        if (status != CM_OK || !got) {
            break;
        }
        if (!side.first) {
            cm_base_index_repeat(&c->index, side.endpoint);
        } else if (!cm_base_index_add(&c->index, &side)) {
            status = no_memory(err);
        }
    }
    cm_side_close(&side);
    if (status == CM_OK && !cm_base_index_end(&c->index)) {
        status = no_memory(err);
    }
    return status;
}

/* --- certificates --- */

static enum cm_status ask(struct cm_report_run *run, sqlite3_stmt *stmt,
                          int64_t a, int64_t b, bool *yes, struct cm_error *err)
{
    bool got = false;
    enum cm_status status = CM_OK;

    (void)sqlite3_reset(stmt);
    if (sqlite3_bind_int64(stmt, 1, a) != SQLITE_OK ||
        sqlite3_bind_int64(stmt, 2, b) != SQLITE_OK) {
        return cm_sql_failed(run->db, err);
    }
    status = cm_sql_step(stmt, &got, err);
    *yes = status == CM_OK && got && sqlite3_column_int64(stmt, 0) != 0;
    return status;
}

static bool was_served(const uint64_t *leaves, size_t num, int64_t leaf)
{
    for (size_t i = 0; i < num; i++) {
        if ((int64_t)leaves[i] == leaf) {
            return true;
        }
    }
    return false;
}

/* Whether a certificate that is new has a key of one of before. */
static enum cm_status find_key(struct comparison *c, const struct cm_side *side,
                               const uint64_t *before, size_t num_before,
                               bool *same, struct cm_error *err)
{
    enum cm_status status = CM_OK;

    *same = false;
    for (size_t i = 0; i < side->num_leaves && i < MAX_KEYS; i++) {
        for (size_t j = 0; j < num_before && j < MAX_KEYS; j++) {
            if (status == CM_OK && !*same) {
                status = ask(c->run, c->same_key, side->leaves[i],
                             (int64_t)before[j], same, err);
            }
        }
    }
    return status;
}

static enum cm_status renewal_of(struct comparison *c,
                                 const struct cm_side *side,
                                 const struct cm_base_entry *entry,
                                 enum cm_renewal *out, struct cm_error *err)
{
    const uint64_t *before = cm_base_index_leaves(&c->index, entry);
    bool fresh = false;
    bool kept = false;
    bool same = false;
    enum cm_status status;

    *out = CM_RENEWAL_NONE;
    for (size_t i = 0; i < side->num_leaves; i++) {
        bool served = was_served(before, entry->num_leaves, side->leaves[i]);

        fresh = fresh || !served;
        kept = kept || served;
    }
    if (!fresh || entry->num_leaves == 0) {
        return CM_OK;
    }
    if (kept) {
        *out = CM_RENEWAL_PARTLY;
        return CM_OK;
    }
    status = find_key(c, side, before, entry->num_leaves, &same, err);
    *out = same ? CM_RENEWAL_SAME_KEY : CM_RENEWAL_NEW_KEY;
    return status;
}

/* --- findings --- */

static bool holds(const cm_side_finding *list, size_t num,
                  cm_side_finding finding)
{
    for (size_t i = 0; i < num; i++) {
        if (list[i] == finding) {
            return true;
        }
    }
    return false;
}

static bool holds_cause(const cm_side_finding *list, size_t num, unsigned cause)
{
    for (size_t i = 0; i < num; i++) {
        if (cm_side_cause(list[i]) == cause) {
            return true;
        }
    }
    return false;
}

static void count_one(struct cm_finding_changes *counts, bool before, bool now)
{
    counts->fresh += now && !before ? 1 : 0;
    counts->persisting += now && before ? 1 : 0;
    counts->gone += before && !now ? 1 : 0;
}

/* In all, and by cause where this program knows it. */
static void count_finding(struct comparison *c, cm_side_finding finding,
                          bool before, bool now)
{
    unsigned cause = cm_side_cause(finding);

    count_one(&c->all->findings, before, now);
    if (cause < CM_CAUSE_COUNT) {
        count_one(&c->all->causes[cause], before, now);
    }
}

/* Which findings are new, and how bad the worst new cause is. */
static uint64_t compare_findings(struct comparison *c,
                                 const struct cm_side *side,
                                 const cm_side_finding *before,
                                 size_t num_before, unsigned *worst)
{
    uint64_t mask = 0;

    for (size_t i = 0; i < side->num_found; i++) {
        bool known = holds(before, num_before, side->found[i]);

        if (!known) {
            mask |= UINT64_C(1) << i;
        }
        if (!holds(side->found, i, side->found[i])) {
            count_finding(c, side->found[i], known, true);
        }
        if (!holds_cause(before, num_before, cm_side_cause(side->found[i])) &&
            side->severities[i] < *worst) {
            *worst = side->severities[i];
        }
    }
    for (size_t i = 0; i < num_before; i++) {
        if (!holds(side->found, side->num_found, before[i]) &&
            !holds(before, i, before[i])) {
            count_finding(c, before[i], true, false);
        }
    }
    return mask;
}

/* --- the run --- */

static struct cm_change_of *add_change(struct cm_changes *changes)
{
    size_t cap = changes->cap == 0 ? 1024 : changes->cap + changes->cap / 2;
    struct cm_change_of *more;

    if (changes->num == changes->cap) {
        more = realloc(changes->list, cap * sizeof(*more));
        if (more == NULL) {
            return NULL;
        }
        changes->list = more;
        changes->cap = cap;
    }
    return &changes->list[changes->num++];
}

/* One whose history is of interest. */
static bool add_candidate(struct cm_change_candidates *all,
                          const struct cm_side *side, size_t at)
{
    size_t cap = all->cap == 0 ? 256 : all->cap + all->cap / 2;
    struct cm_change_candidate *more;

    if (all->num == all->cap) {
        more = realloc(all->list, cap * sizeof(*more));
        if (more == NULL) {
            return false;
        }
        all->list = more;
        all->cap = cap;
    }
    all->list[all->num++] = (struct cm_change_candidate){side->match, at};
    return true;
}

/* What is wrong with a row that was not checked, nobody knows: that is as bad
 * as can be, as for --fail-on without "new-". */
static unsigned worst_of(const struct cm_side *side,
                         const struct cm_base_entry *entry, unsigned worst)
{
    bool fresh = side->verdict == CM_VERDICT_NOT_CHECKED &&
                 side->num_found == 0 &&
                 (entry == NULL || entry->verdict != CM_VERDICT_NOT_CHECKED);

    return fresh ? CM_SEVERITY_NOW : worst;
}

static enum cm_status compare_endpoint(struct comparison *c,
                                       const struct cm_side *side,
                                       struct cm_error *err)
{
    struct cm_base_entry *entry = cm_base_index_find(&c->index, &side->match);
    struct cm_change_of *change = add_change(c->changes);
    enum cm_renewal renewal = CM_RENEWAL_NONE;
    unsigned worst = CM_SEVERITY_COUNT;
    enum cm_status status = CM_OK;

    if (change == NULL) {
        return no_memory(err);
    }
    *change = (struct cm_change_of){.endpoint = side->endpoint,
                                    .leaf_before = CM_UNKNOWN,
                                    .failed_run = CM_UNKNOWN,
                                    .cause_before = CM_NO_CAUSE,
                                    .rows = 1,
                                    .fails = cm_side_fails(side->verdict)};
    if (entry != NULL) {
        entry->matched = true;
        change->verdict_before = entry->verdict;
        change->cause_before = entry->primary;
        if (entry->num_leaves > 0) {
            change->leaf_before =
                (int64_t)*cm_base_index_leaves(&c->index, entry);
        }
        status = renewal_of(c, side, entry, &renewal, err);
    }
    change->new_findings = compare_findings(
        c, side, entry == NULL ? NULL : cm_base_index_found(&c->index, entry),
        entry == NULL ? 0 : entry->num_found, &worst);
    change->renewal = (uint8_t)renewal;
    change->worst = (uint8_t)worst_of(side, entry, worst);
    change->change = (uint8_t)cm_change_between(
        (enum cm_verdict)change->verdict_before, change->cause_before,
        side->verdict, side->primary, renewal);
    if (status == CM_OK &&
        (change->change == CM_CHANGE_NEW_FAILURE ||
         change->change == CM_CHANGE_FIXED) &&
        !add_candidate(&c->candidates, side, c->changes->num - 1)) {
        status = no_memory(err);
    }
    return status;
}

static enum cm_status read_run(struct comparison *c, struct cm_error *err)
{
    struct cm_side side;
    bool got = false;
    enum cm_status status = cm_side_open(
        &side, c->run, CM_SIDE_CERTS | CM_SIDE_FINDINGS, &c->keys, err);

    while (status == CM_OK) {
        status = cm_side_next(&side, &got, err);
        if (status != CM_OK || !got) {
            break;
        }
        if (side.first) {
            status = compare_endpoint(c, &side, err);
        } else {
            struct cm_change_of *change =
                cm_changes_find(c->changes, side.endpoint);

            if (change != NULL) {
                change->rows++;
            }
        }
    }
    cm_side_close(&side);
    return status;
}

/* --- what the run no longer has --- */

static void count_gone(struct comparison *c, const struct cm_base_entry *entry)
{
    const cm_side_finding *found = cm_base_index_found(&c->index, entry);

    c->all->rows[CM_CHANGE_GONE] += entry->rows;
    for (size_t i = 0; i < entry->num_found; i++) {
        if (!holds(found, i, found[i])) {
            count_finding(c, found[i], true, false);
        }
    }
}

static enum cm_status note_gone(struct comparison *c, struct cm_error *err)
{
    struct cm_changes *changes = c->changes;
    size_t num = 0;

    c->all->gone_known = strcmp(c->run->facts.state, "complete") == 0;
    for (size_t i = 0; i < c->index.num; i++) {
        num += c->index.entries[i].matched ? 0 : 1;
    }
    if (!c->all->gone_known || num == 0) {
        return CM_OK;
    }
    changes->gone = calloc(num, sizeof(*changes->gone));
    if (changes->gone == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < c->index.num; i++) {
        const struct cm_base_entry *entry = &c->index.entries[i];

        if (cm_base_index_find(&c->index, &entry->match)->matched) {
            continue;
        }
        changes->gone[changes->num_gone++] = entry->endpoint;
        if (!entry->twin) {
            count_gone(c, entry);
        }
    }
    return CM_OK;
}

/* --- the counts --- */

static void count_rows(struct comparison *c)
{
    struct cm_report_changes *all = c->all;

    for (size_t i = 0; i < c->changes->num; i++) {
        const struct cm_change_of *change = &c->changes->list[i];

        all->rows[change->change] += change->rows;
        all->renewals[change->renewal] += change->rows;
        all->flapping += change->flips >= CM_FLAPPING ? change->rows : 0;
        if (change->change == CM_CHANGE_NEW_ENDPOINT && change->fails) {
            all->new_endpoints_failing += change->rows;
        }
        if (change->worst < CM_SEVERITY_COUNT) {
            all->new_by_severity[change->worst] += change->rows;
        }
    }
    all->new_failures = all->rows[CM_CHANGE_NEW_FAILURE] +
                        all->rows[CM_CHANGE_REGRESSED] +
                        all->new_endpoints_failing;
    all->still_failing =
        all->rows[CM_CHANGE_STILL_FAILING] + all->rows[CM_CHANGE_OTHER_CAUSE];
    all->fixed = all->rows[CM_CHANGE_FIXED];
}

static enum cm_status compare_trust(struct comparison *c, struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    enum cm_status status = cm_sql_prepare(c->run->db, &stmt, trust_sql, err);

    if (status == CM_OK) {
        status = ask(c->run, stmt, c->run->facts.run,
                     c->changes->base->facts.run, &c->all->trust_differs, err);
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

static enum cm_status compare_all(struct comparison *c, struct cm_error *err)
{
    enum cm_status status;

    if (getrandom(&c->keys, sizeof(c->keys), 0) != (ssize_t)sizeof(c->keys)) {
        return cm_error_set(err, CM_EIO, "no random numbers");
    }
    status = cm_sql_prepare(c->run->db, &c->same_key, same_key_sql, err);
    if (status == CM_OK) {
        status = read_baseline(c, err);
    }
    if (status == CM_OK) {
        status = read_run(c, err);
    }
    if (status == CM_OK) {
        status = note_gone(c, err);
    }
    if (status == CM_OK) {
        cm_base_index_cleanup(&c->index); /* makes room */
        status = cm_changes_look_back(c->changes, c->run, &c->candidates,
                                      &c->keys, err);
    }
    if (status == CM_OK) {
        status = compare_trust(c, err);
    }
    if (status == CM_OK) {
        count_rows(c);
    }
    return status;
}

enum cm_status cm_changes_compare(struct cm_changes *changes,
                                  struct cm_report_run *run,
                                  struct cm_error *err)
{
    struct comparison c = {
        .changes = changes, .all = &changes->all, .run = run};
    enum cm_status status = compare_all(&c, err);

    (void)sqlite3_finalize(c.same_key);
    cm_base_index_cleanup(&c.index);
    free(c.candidates.list);
    return status;
}
