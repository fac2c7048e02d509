/* Profiles and policies of a run, as they were when it was held against them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_measures.h"

#include <stdlib.h>
#include <string.h>

#include "certmuster/measure.h"
#include "reader_sql.h"

#define MAX_RULES 500 /* of a policy; the store may come from elsewhere */

static const char any_sql[] =
    "SELECT EXISTS (SELECT 1 FROM v_inventory WHERE run = ?1),"
    " EXISTS (SELECT 1 FROM v_measure WHERE run = ?1),"
    " EXISTS (SELECT 1 FROM v_answer WHERE run = ?1),"
    " EXISTS (SELECT 1 FROM v_client WHERE run = ?1)";

static const char measures_sql[] =
    "SELECT kind, name, title, source, confidence, family, sha256"
    " FROM v_measure WHERE run = ?1 ORDER BY kind, ord";

static const char rules_sql[] =
    "SELECT m.name, r.value ->> 'id', r.value ->> 'text',"
    " r.value ->> 'source' FROM v_measure AS m,"
    " json_each(CASE WHEN json_valid(m.rules) THEN m.rules ELSE '[]' END) AS r"
    " WHERE m.run = ?1 AND m.kind = 'policy' AND r.type = 'object'"
    " ORDER BY m.ord, r.key";

char cm_report_letter(const char *letters, size_t at)
{
    char letter;

    if (letters == NULL || strnlen(letters, at + 1) <= at) {
        return '\0';
    }
    letter = letters[at];
    if (letter == '-') {
        return '\0';
    }
    return letter;
}

static enum cm_outcome outcome_of(char letter)
{
    return letter == 'f'                    ? CM_OUTCOME_FAIL
           : letter == 'w' || letter == 'p' ? CM_OUTCOME_PASS
                                            : CM_OUTCOME_UNKNOWN;
}

const char *cm_report_client_outcome(const char *letters, size_t at)
{
    char letter = cm_report_letter(letters, at);

    return letter == '\0' ? NULL : cm_outcome_client_id(outcome_of(letter));
}

const char *cm_report_policy_outcome(const char *letters, size_t at)
{
    char letter = cm_report_letter(letters, at);

    return letter == '\0' ? NULL : cm_outcome_id(outcome_of(letter));
}

size_t cm_report_measure_at(const struct cm_report_measure *all, size_t num,
                            const char *name)
{
    size_t i = 0;

    while (i < num && strcmp(all[i].name, name) != 0) {
        i++;
    }
    return i;
}

const struct cm_report_rule *
cm_report_rule_of(const struct cm_report_measure *policy, const char *id)
{
    for (size_t i = 0; i < policy->num_rules; i++) {
        if (strcmp(policy->rules[i].id, id) == 0) {
            return &policy->rules[i];
        }
    }
    return NULL;
}

static enum cm_status read_any(struct cm_report_run *run,
                               struct cm_report_measures *measures,
                               struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = false;
    enum cm_status status = cm_sql_for_run(run, &stmt, any_sql, err);

    if (status == CM_OK) {
        status = cm_sql_step(stmt, &got, err);
    }
    if (status == CM_OK && got) {
        measures->inventories = sqlite3_column_int(stmt, 0) == 1;
        measures->answers = sqlite3_column_int(stmt, 2) == 1;
        measures->extras = measures->inventories ||
                           sqlite3_column_int(stmt, 1) == 1 ||
                           sqlite3_column_int(stmt, 3) == 1;
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

static enum cm_status add_measure(struct cm_report_measure **all, size_t *num,
                                  size_t max, struct cm_sql_line *line,
                                  struct cm_error *err)
{
    struct cm_report_measure *more;
    struct cm_report_measure *one;

    if (*num == max) {
        return cm_error_set(err, CM_ESTORE,
                            "the store holds more than %zu profiles or "
                            "policies of one run",
                            max);
    }
    more = realloc(*all, (*num + 1) * sizeof(*more));
    if (more == NULL) {
        return cm_error_nomem(err, "profiles and policies");
    }
    *all = more;
    one = &more[(*num)++];
    memset(one, 0, sizeof(*one));
    one->name = strdup(cm_sql_word(line));
    one->title = strdup(cm_sql_word(line));
    one->source = strdup(cm_sql_word(line));
    one->confidence = strdup(cm_sql_word(line));
    one->family = strdup(cm_sql_word(line));
    one->sha256 = strdup(cm_sql_word(line));
    return one->name == NULL || one->title == NULL || one->source == NULL ||
                   one->confidence == NULL || one->family == NULL ||
                   one->sha256 == NULL
               ? cm_error_nomem(err, "profiles and policies")
               : CM_OK;
}

static enum cm_status read_measures(struct cm_report_run *run,
                                    struct cm_report_measures *measures,
                                    struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = true;
    enum cm_status status = cm_sql_for_run(run, &stmt, measures_sql, err);

    while (status == CM_OK) {
        struct cm_sql_line line;

        status = cm_sql_step(stmt, &got, err);
        if (status != CM_OK || !got) {
            break;
        }
        line = cm_sql_line(stmt);
        if (strcmp(cm_sql_word(&line), "profile") == 0) {
            status = add_measure(&measures->profiles, &measures->num_profiles,
                                 CM_MAX_PROFILES, &line, err);
        } else {
            status = add_measure(&measures->policies, &measures->num_policies,
                                 CM_MAX_PACKS, &line, err);
        }
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

static enum cm_status add_rule(struct cm_report_measures *measures,
                               sqlite3_stmt *stmt, struct cm_error *err)
{
    struct cm_sql_line line = cm_sql_line(stmt);
    size_t at = cm_report_measure_at(measures->policies, measures->num_policies,
                                     cm_sql_word(&line));
    struct cm_report_measure *policy = &measures->policies[at];
    struct cm_report_rule *rule;

    if (at == measures->num_policies || policy->num_rules == MAX_RULES) {
        return CM_OK;
    }
    rule = realloc(policy->rules, (policy->num_rules + 1) * sizeof(*rule));
    if (rule == NULL) {
        return cm_error_nomem(err, "policies");
    }
    policy->rules = rule;
    rule += policy->num_rules++;
    rule->id = strdup(cm_sql_word(&line));
    rule->text = strdup(cm_sql_word(&line));
    rule->source = strdup(cm_sql_word(&line));
    return rule->id == NULL || rule->text == NULL || rule->source == NULL
               ? cm_error_nomem(err, "policies")
               : CM_OK;
}

static enum cm_status read_rules(struct cm_report_run *run,
                                 struct cm_report_measures *measures,
                                 struct cm_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool got = true;
    enum cm_status status = cm_sql_for_run(run, &stmt, rules_sql, err);

    while (status == CM_OK) {
        status = cm_sql_step(stmt, &got, err);
        if (status != CM_OK || !got) {
            break;
        }
        status = add_rule(measures, stmt, err);
    }
    (void)sqlite3_finalize(stmt);
    return status;
}

enum cm_status cm_report_run_measures(struct cm_report_run *run,
                                      const struct cm_report_measures **out,
                                      struct cm_error *err)
{
    enum cm_status status = CM_OK;

    *out = &run->measures;
    if (run->measures_known) {
        return CM_OK;
    }
    cm_report_measures_cleanup(&run->measures);
    status = read_any(run, &run->measures, err);
    if (status == CM_OK && run->measures.extras) {
        status = read_measures(run, &run->measures, err);
    }
    if (status == CM_OK && run->measures.num_policies > 0) {
        status = read_rules(run, &run->measures, err);
    }
    run->measures_known = status == CM_OK;
    return status;
}

static void free_all(struct cm_report_measure *all, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        free(all[i].name);
        free(all[i].title);
        free(all[i].source);
        free(all[i].confidence);
        free(all[i].family);
        free(all[i].sha256);
        for (size_t j = 0; j < all[i].num_rules; j++) {
            free(all[i].rules[j].id);
            free(all[i].rules[j].text);
            free(all[i].rules[j].source);
        }
        free(all[i].rules);
    }
    free(all);
}

void cm_report_measures_cleanup(struct cm_report_measures *measures)
{
    free_all(measures->profiles, measures->num_profiles);
    free_all(measures->policies, measures->num_policies);
    memset(measures, 0, sizeof(*measures));
}
