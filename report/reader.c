/* A run, and what is counted over all of it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char run_sql[] =
    "SELECT " CM_RUN_COLUMNS " FROM v_run"
    " WHERE ?1 = 0 OR run = ?1 ORDER BY run DESC LIMIT 1";

static const char width_sql[] =
    "SELECT max(json_array_length(fields)) FROM v_endpoint WHERE run = ?1";

static const char verdicts_sql[] =
    "SELECT verdict, primary_cause, causes, duplicate_of_line FROM v_endpoint"
    " WHERE run = ?1";

static const char breaking_sql[] =
    "SELECT count(*), coalesce(sum(r.not_after <= ?2), 0) FROM v_endpoint r"
    " WHERE r.run = ?1 AND r.verdict = 'trusted' AND EXISTS (SELECT 1 FROM"
    " v_finding f WHERE f.run = r.run AND f.endpoint = r.endpoint"
    " AND f.severity = 'breaks_by_date')";

static const char actions_sql[] =
    "SELECT coalesce(sum(fixes_rows > 0), 0), count(*) FROM v_action"
    " WHERE run = ?1";

/* A row without a result was not scanned, which is as bad as can be. */
static const char severe_sql[] =
    "SELECT count(*) FROM v_endpoint WHERE run = ?1 AND (severity IN (SELECT"
    " value FROM json_each(?2)) OR (verdict = 'not_checked' AND severity IS"
    " NULL) OR (?3 AND duplicate_of_line IS NOT NULL))";

static enum cm_status find_run(struct cm_report_run *run, int64_t run_id,
                               struct cm_error *err)
{
    bool got = false;
    enum cm_status status =
        cm_sql_prepare(run->db, &run->facts_stmt, run_sql, err);

    if (status == CM_OK &&
        sqlite3_bind_int64(run->facts_stmt, 1, run_id) != SQLITE_OK) {
        status = cm_sql_failed(run->db, err);
    }
    if (status == CM_OK) {
        status = cm_sql_step(run->facts_stmt, &got, err);
    }
    if (status != CM_OK) {
        return status;
    }
    if (!got && run_id == 0) {
        return cm_error_set(err, CM_EINPUT, "the store %s holds no run yet",
                            run->db_path);
    }
    if (!got) {
        return cm_error_set(err, CM_EINPUT,
                            "the store %s holds no run %lld. `certmuster runs` "
                            "lists those it holds",
                            run->db_path, (long long)run_id);
    }
    return cm_sql_run_facts(run->facts_stmt, &run->facts, err);
}

enum cm_status cm_report_run_open(struct cm_report_run **out,
                                  const char *db_path, int64_t run_id,
                                  struct cm_error *err)
{
    struct cm_report_run *run = calloc(1, sizeof(*run));
    enum cm_status status;

    *out = NULL;
    if (run == NULL) {
        return cm_error_nomem(err, "the report");
    }
    run->db_path = strdup(db_path);
    run->remembered = calloc(CM_REMEMBERED, sizeof(*run->remembered));
    if (run->db_path == NULL || run->remembered == NULL) {
        status = cm_error_nomem(err, "the report");
        goto out;
    }
    status = cm_sql_open(&run->db, db_path, err);
    if (status == CM_OK) {
        status = find_run(run, run_id, err);
    }
    if (status == CM_OK) {
        *out = run;
        run = NULL;
    }
out:
    cm_report_run_close(run);
    return status;
}

void cm_report_run_close(struct cm_report_run *run)
{
    if (run == NULL) {
        return;
    }
    (void)sqlite3_finalize(run->facts_stmt);
    (void)sqlite3_finalize(run->cert_stmt);
    (void)sqlite3_finalize(run->fingerprint_stmt);
    (void)sqlite3_close(run->db);
    cm_report_list_cleanup(&run->facts.columns);
    cm_report_list_cleanup(&run->cert.names);
    cm_report_views_cleanup(&run->views);
    cm_report_measures_cleanup(&run->measures);
    cm_report_fleet_cleanup(&run->fleet);
    cm_map_free(run->after, cm_report_after_free);
    for (size_t i = 0; run->remembered != NULL && i < CM_REMEMBERED; i++) {
        free(run->remembered[i].sha256);
        free(run->remembered[i].subject);
    }
    free(run->remembered);
    free(run->db_path);
    free(run);
}

const struct cm_run_facts *cm_report_run_facts(const struct cm_report_run *run)
{
    return &run->facts;
}

void cm_report_run_set_fixes(struct cm_report_run *run,
                             const struct cm_fixes *fixes)
{
    run->fixes = fixes;
}

const struct cm_fixes *cm_report_run_fixes(const struct cm_report_run *run)
{
    return run->fixes;
}

/* The one line of a counting statement; NULL `stmt` is fine afterwards. */
static enum cm_status one_line(struct cm_report_run *run, const char *sql,
                               int64_t second, sqlite3_stmt **stmt,
                               struct cm_error *err)
{
    bool got;
    enum cm_status status = cm_sql_for_run(run, stmt, sql, err);

    if (status == CM_OK && sqlite3_bind_parameter_count(*stmt) > 1 &&
        sqlite3_bind_int64(*stmt, 2, second) != SQLITE_OK) {
        status = cm_sql_failed(run->db, err);
    }
    return status == CM_OK ? cm_sql_step(*stmt, &got, err) : status;
}

enum cm_status cm_report_run_width(struct cm_report_run *run, size_t *out,
                                   struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    enum cm_status status = CM_OK;

    if (run->width == 0) {
        run->width = run->facts.columns.num;
        status = one_line(run, width_sql, 0, &stmt, err);
        if (status == CM_OK &&
            sqlite3_column_int64(stmt, 0) > (int64_t)run->width) {
            run->width = (size_t)sqlite3_column_int64(stmt, 0);
        }
        (void)sqlite3_finalize(stmt);
    }
    *out = run->width;
    return status;
}

static void count_row(struct cm_report_totals *totals, const char *primary,
                      const struct cm_report_list *causes)
{
    enum cm_cause cause;

    totals->rows++;
    if (primary != NULL && cm_cause_from_id(primary, &cause)) {
        totals->primaries[cause]++;
    }
    for (size_t i = 0; i < causes->num; i++) {
        if (cm_cause_from_id(causes->items[i], &cause)) {
            totals->causes[cause]++;
        }
    }
}

static enum cm_status count_line(struct cm_report_totals *totals,
                                 sqlite3_stmt *stmt,
                                 struct cm_report_list *causes,
                                 struct cm_error *err)
{
    struct cm_sql_line line = cm_sql_line(stmt);
    const char *verdict_id = cm_sql_word(&line);
    const char *primary = cm_sql_text(&line);
    enum cm_verdict verdict;

    if (!cm_verdict_from_id(verdict_id, &verdict)) {
        return cm_error_set(err, CM_ESTORE,
                            "the store holds a verdict \"%s\" "
                            "that this program does not know",
                            verdict_id);
    }
    totals->verdicts[verdict]++;
    cm_sql_list(&line, causes);
    if (line.status == CM_OK && cm_sql_number(&line) != CM_UNKNOWN) {
        line.status = cm_report_list_add(
            causes, cm_cause_info(CM_CAUSE_INPUT_DUPLICATE)->id);
    }
    count_row(totals, primary, causes);
    return cm_sql_line_end(&line, err);
}

static enum cm_status count_rows(struct cm_report_run *run,
                                 struct cm_report_totals *totals,
                                 struct cm_error *err)
{
    struct cm_report_list causes = {0};
    sqlite3_stmt *stmt = NULL;
    bool got = true;
    enum cm_status status = cm_sql_for_run(run, &stmt, verdicts_sql, err);

    while (status == CM_OK) {
        status = cm_sql_step(stmt, &got, err);
        if (status != CM_OK || !got) {
            break;
        }
        status = count_line(totals, stmt, &causes, err);
    }
    cm_report_list_cleanup(&causes);
    (void)sqlite3_finalize(stmt);
    return status;
}

static enum cm_status two_counts(struct cm_report_run *run, const char *sql,
                                 int64_t *first, int64_t *second,
                                 struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    enum cm_status status = one_line(
        run, sql, run->facts.judged_at + INT64_C(30) * 86400, &stmt, err);

    if (status == CM_OK) {
        *first = sqlite3_column_int64(stmt, 0);
        *second = sqlite3_column_int64(stmt, 1);
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

enum cm_status cm_report_run_totals(struct cm_report_run *run,
                                    const struct cm_report_totals **out,
                                    struct cm_error *err)
{
    struct cm_report_totals *totals = &run->totals;
    enum cm_status status = CM_OK;

    *out = totals;
    if (run->totals_known) {
        return CM_OK;
    }
    memset(totals, 0, sizeof(*totals));
    status = count_rows(run, totals, err);
    if (status == CM_OK) {
        status = two_counts(run, breaking_sql, &totals->will_break,
                            &totals->will_break_30_days, err);
    }
    if (status == CM_OK) {
        status = two_counts(run, actions_sql, &totals->actions,
                            &totals->actions_all, err);
    }
    run->totals_known = status == CM_OK;
    return status;
}

/* The ids that are at least as severe, as a JSON array. */
static void severities_json(enum cm_severity at_least, char out[256])
{
    size_t len = 0;

    for (int i = 0; i <= (int)at_least; i++) {
        int n = snprintf(out + len, 256 - len, "%s\"%s\"", i == 0 ? "[" : ",",
                         cm_severity_id((enum cm_severity)i));

        len += n > 0 ? (size_t)n : 0;
        cm_assert(len + 2 < 256);
    }
    out[len] = ']';
    out[len + 1] = '\0';
}

enum cm_status cm_report_run_count_severe(struct cm_report_run *run,
                                          enum cm_severity at_least,
                                          int64_t *rows, struct cm_error *err)
{
    char json[256];
    sqlite3_stmt *stmt = NULL;
    bool got;
    enum cm_status status = cm_sql_for_run(run, &stmt, severe_sql, err);

    *rows = 0;
    if (status == CM_OK) {
        severities_json(at_least, json);
        if (sqlite3_bind_text(stmt, 2, json, -1, SQLITE_STATIC) != SQLITE_OK ||
            sqlite3_bind_int(stmt, 3, at_least == CM_SEVERITY_HYGIENE) !=
                SQLITE_OK) {
            status = cm_sql_failed(run->db, err);
        }
    }
    if (status == CM_OK) {
        status = cm_sql_step(stmt, &got, err);
    }
    if (status == CM_OK) {
        *rows = sqlite3_column_int64(stmt, 0);
    }
    (void)sqlite3_finalize(stmt);
    return status;
}
