/* Counts over rows that somebody walks over, and one walk each for what clients
 * and policies have against them. SPDX-License-Identifier: Apache-2.0 */
#include "reader_fleet.h"

#include <stdlib.h>
#include <string.h>

#include "reader_count.h"
#include "reader_sql.h"

/* CROSS JOIN keeps the order of the loops: rows first. */
#define ROWS "FROM v_endpoint r CROSS JOIN "

static const char reasons_sql[] =
    "SELECT r.host, r.port, p.profile_ord, coalesce(p.cause, ''), p.outcome, 0,"
    " p.why, p.message " ROWS "v_profile_reason p"
    " ON p.run = r.run AND p.endpoint = r.endpoint WHERE r.run = ?1"
    " ORDER BY r.row";

static const char breaches_sql[] =
    "SELECT r.host, r.port, p.policy_ord, p.rule, p.outcome, p.warning, p.why,"
    " NULL " ROWS "v_rule p"
    " ON p.run = r.run AND p.endpoint = r.endpoint WHERE r.run = ?1"
    " ORDER BY r.row";

static void count_letters(struct cm_report_tally *tallies, size_t num,
                          const char *letters)
{
    for (size_t i = 0; i < num; i++) {
        char letter = cm_report_letter(letters, i);

        tallies[i].passed += letter == 'w' || letter == 'p' ? 1 : 0;
        tallies[i].failed += letter == 'f' ? 1 : 0;
        tallies[i].unknown += letter == 'u' ? 1 : 0;
    }
}

void cm_report_fleet_row(struct cm_report_fleet *fleet,
                         const struct cm_report_measures *measures,
                         const struct cm_report_row *row)
{
    const struct cm_report_extras *extras = &row->extras;

    cm_report_protocols_chosen(&fleet->protocols, row);
    if (!measures->extras) {
        return;
    }
    count_letters(fleet->profiles, measures->num_profiles, extras->clients);
    count_letters(fleet->policies, measures->num_policies, extras->policies);
    if (extras->inventory != NULL) {
        cm_report_protocols_served(&fleet->protocols, extras->inventory);
        fleet->protocols.grades[cm_letter_from_text(
            extras->grade == NULL ? "" : extras->grade)]++;
    }
}

/* --- why --- */

/* A line of reasons_sql or breaches_sql. */
struct why {
    const char *host;
    int64_t port;
    const char *id;
    bool failed;
    bool warning;
    const char *why;
    const char *message;
};

static char *copy(const char *text)
{
    return text == NULL ? NULL : strdup(text);
}

/* The first row of a kind is its example. NULL: no memory. */
static struct cm_report_kind *add_kind(struct cm_report_tally *tally,
                                       const struct why *why)
{
    struct cm_report_kind *more =
        realloc(tally->kinds, (tally->num_kinds + 1) * sizeof(*more));
    struct cm_report_kind *kind;

    if (more == NULL) {
        return NULL;
    }
    tally->kinds = more;
    kind = &more[tally->num_kinds++];
    *kind = (struct cm_report_kind){
        .id = copy(why->id),
        .why = copy(why->why),
        .message = copy(why->message),
        .host = copy(why->host),
        .port = why->port,
    };
    return kind->id == NULL || kind->why == NULL || kind->host == NULL ||
                   (why->message != NULL && kind->message == NULL)
               ? NULL
               : kind;
}

static enum cm_status count_why(struct cm_report_tally *tally,
                                const struct why *why, struct cm_error *err)
{
    struct cm_report_kind *kind = NULL;

    for (size_t i = 0; i < tally->num_kinds && kind == NULL; i++) {
        if (strcmp(tally->kinds[i].id, why->id) == 0) {
            kind = &tally->kinds[i];
        }
    }
    if (kind == NULL && tally->num_kinds < CM_MAX_KINDS) {
        kind = add_kind(tally, why);
        if (kind == NULL) {
            return cm_error_nomem(err, "what clients and policies find");
        }
    }
    if (kind != NULL) {
        kind->failed += why->failed && !why->warning ? 1 : 0;
        kind->warned += why->failed && why->warning ? 1 : 0;
        kind->unknown += why->failed ? 0 : 1;
    }
    return CM_OK;
}

static enum cm_status read_whys(struct cm_report_run *run, const char *sql,
                                size_t num, struct cm_report_tally *tallies,
                                struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = true;
    enum cm_status status = cm_sql_for_run(run, &stmt, sql, err);

    while (status == CM_OK) {
        struct cm_sql_line line;
        struct why why;
        int64_t at;

        status = cm_sql_step(stmt, &got, err);
        if (status != CM_OK || !got) {
            break;
        }
        line = cm_sql_line(stmt);
        why.host = cm_sql_word(&line);
        why.port = cm_sql_number(&line);
        at = cm_sql_number(&line);
        why.id = cm_sql_word(&line);
        why.failed = strcmp(cm_sql_word(&line), "unknown") != 0;
        why.warning = cm_sql_number(&line) == 1;
        why.why = cm_sql_word(&line);
        why.message = cm_sql_text(&line);
        if (at >= 0 && at < (int64_t)num) {
            status = count_why(&tallies[at], &why, err);
        }
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

/* Most failed rows first; then most warned, most unknown, as they came. */
static bool goes_before(const struct cm_report_kind *a,
                        const struct cm_report_kind *b)
{
    if (a->failed != b->failed) {
        return a->failed > b->failed;
    }
    return a->warned != b->warned ? a->warned > b->warned
                                  : a->unknown > b->unknown;
}

static void sort_kinds(struct cm_report_tally *tallies, size_t num)
{
    for (size_t t = 0; t < num; t++) {
        struct cm_report_kind *kinds = tallies[t].kinds;

        for (size_t i = 1; i < tallies[t].num_kinds; i++) {
            for (size_t j = i; j > 0 && goes_before(&kinds[j], &kinds[j - 1]);
                 j--) {
                struct cm_report_kind other = kinds[j];

                kinds[j] = kinds[j - 1];
                kinds[j - 1] = other;
            }
        }
    }
}

enum cm_status cm_report_run_fleet(struct cm_report_run *run,
                                   const struct cm_report_fleet **out,
                                   struct cm_error *err)
{
    const struct cm_report_measures *measures;
    struct cm_report_fleet *fleet = &run->fleet;
    enum cm_status status = CM_OK;

    *out = fleet;
    if (run->fleet_known) {
        return CM_OK;
    }
    status = cm_report_run_measures(run, &measures, err);
    if (status == CM_OK) {
        status = cm_report_count_run(run, false, err);
    }
    if (status == CM_OK && measures->num_profiles > 0) {
        status = read_whys(run, reasons_sql, measures->num_profiles,
                           fleet->profiles, err);
    }
    if (status == CM_OK && measures->num_policies > 0) {
        status = read_whys(run, breaches_sql, measures->num_policies,
                           fleet->policies, err);
    }
    sort_kinds(fleet->profiles, CM_MAX_PROFILES);
    sort_kinds(fleet->policies, CM_MAX_PACKS);
    run->fleet_known = status == CM_OK;
    return status;
}

static void free_tallies(struct cm_report_tally *tallies, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        for (size_t j = 0; j < tallies[i].num_kinds; j++) {
            free(tallies[i].kinds[j].id);
            free(tallies[i].kinds[j].why);
            free(tallies[i].kinds[j].message);
            free(tallies[i].kinds[j].host);
        }
        free(tallies[i].kinds);
    }
}

void cm_report_fleet_cleanup(struct cm_report_fleet *fleet)
{
    free_tallies(fleet->profiles, CM_MAX_PROFILES);
    free_tallies(fleet->policies, CM_MAX_PACKS);
    free(fleet->protocols.chosen_groups);
    free(fleet->protocols.suites);
    free(fleet->protocols.groups);
    memset(fleet, 0, sizeof(*fleet));
}
