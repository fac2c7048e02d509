/* A run, and what is counted over all of it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_book.h"
#include "reader_sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char run_sql[] =
    "SELECT " CM_RUN_COLUMNS " FROM v_run"
    " WHERE ?1 = 0 OR run = ?1 ORDER BY run DESC LIMIT 1";

/* Of all columns of v_endpoint this is the cheapest one: not by the view. */
static const char fields_sql[] = "SELECT fields FROM row WHERE run = ?1";

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

/* `db` NULL: to be opened. */
static enum cm_status open_run(struct cm_report_run **out, sqlite3 *db,
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
    run->db = db;
    run->db_lent = db != NULL;
    status = db != NULL ? CM_OK : cm_sql_open(&run->db, db_path, err);
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

enum cm_status cm_report_run_open(struct cm_report_run **out,
                                  const char *db_path, int64_t run_id,
                                  struct cm_error *err)
{
    return open_run(out, NULL, db_path, run_id, err);
}

enum cm_status cm_report_run_sibling(struct cm_report_run **out,
                                     struct cm_report_run *run, int64_t run_id,
                                     struct cm_error *err)
{
    return open_run(out, run->db, run->db_path, run_id, err);
}

static enum cm_status open_for(struct cm_report_run **out,
                               const struct cm_report_options *options,
                               struct cm_error *err)
{
    enum cm_status status =
        cm_report_run_open(out, options->db_path, options->run_id, err);

    if (status == CM_OK && *out != NULL) {
        (*out)->baseline = options->baseline;
    }
    return status;
}

enum cm_status cm_report_open(struct cm_report_options *options,
                              struct cm_error *err)
{
    return open_for(&options->run, options, err);
}

void cm_report_close(struct cm_report_options *options)
{
    cm_report_run_close(options->run);
    options->run = NULL;
}

enum cm_status cm_report_run_borrow(struct cm_report_run **out,
                                    const struct cm_report_options *options,
                                    struct cm_error *err)
{
    *out = options->run;
    return *out != NULL ? CM_OK : open_for(out, options, err);
}

void cm_report_run_return(struct cm_report_run *run,
                          const struct cm_report_options *options)
{
    if (run != options->run) {
        cm_report_run_close(run);
    }
}

/* All that was read or counted of the rows, and of the run's line. */
static void forget(struct cm_report_run *run)
{
    cm_changes_free(run->changes);
    run->changes = NULL;
    run->changes_known = false;
    (void)sqlite3_finalize(run->facts_stmt);
    run->facts_stmt = NULL;
    cm_report_views_cleanup(&run->views);
    run->views_known = false;
    cm_report_measures_cleanup(&run->measures);
    run->measures_known = false;
    cm_report_fleet_cleanup(&run->fleet);
    run->fleet_known = false;
    cm_report_uses_free(run->uses);
    run->uses = NULL;
    cm_report_book_close(run->book);
    run->book = NULL;
    cm_calendar_free(run->calendar);
    run->calendar = NULL;
    cm_breaks_free(run->breaks);
    run->breaks = NULL;
    run->counted = false;
    memset(&run->totals, 0, sizeof(run->totals));
    run->width = 0;
}

enum cm_status cm_sql_run_again(struct cm_report_run *run, struct cm_error *err)
{
    forget(run);
    return find_run(run, run->facts.run, err);
}

void cm_report_run_close(struct cm_report_run *run)
{
    if (run == NULL) {
        return;
    }
    forget(run);
    (void)sqlite3_finalize(run->cert_stmt);
    (void)sqlite3_finalize(run->fingerprint_stmt);
    if (!run->db_lent) {
        (void)sqlite3_close(run->db);
    }
    cm_report_list_cleanup(&run->facts.columns);
    cm_report_list_cleanup(&run->facts.faults);
    cm_report_list_cleanup(&run->cert.names);
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

void cm_report_run_set_part(struct cm_report_run *run, const char *column,
                            const char *value)
{
    run->facts.part_column = column;
    run->facts.part_value = value;
}

const struct cm_fixes *cm_report_run_fixes(const struct cm_report_run *run)
{
    return run->fixes;
}

/* How many values a JSON array of texts has; what is wrong with one is found
 * out when it is read. */
static size_t count_fields(const char *json)
{
    bool quoted = false;
    size_t num = 0;

    for (; *json != '\0'; json++) {
        if (*json == '"') {
            num += quoted ? 0 : 1;
            quoted = !quoted;
        } else if (*json == '\\' && json[1] != '\0') {
            json++;
        }
    }
    return num;
}

enum cm_status cm_report_run_width(struct cm_report_run *run, size_t *out,
                                   struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = run->width == 0;
    enum cm_status status = CM_OK;

    if (got) {
        run->width = run->facts.columns.num;
        status = cm_sql_for_run(run, &stmt, fields_sql, err);
    }
    while (got && status == CM_OK) {
        struct cm_sql_line line = cm_sql_line(stmt);

        status = cm_sql_step(stmt, &got, err);
        if (status == CM_OK && got) {
            size_t num = count_fields(cm_sql_word(&line));

            run->width = num > run->width ? num : run->width;
        }
    }
    (void)sqlite3_finalize(stmt);
    *out = run->width;
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
