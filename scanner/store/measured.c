/* What a run is held against, and what comes of it for each endpoint: a letter
 * for each profile and policy, and lines only for what does not pass.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/parts.h"

#include <string.h>

static const char measure_sql[] =
    "INSERT INTO measure (run, kind, ord, name, title, source, confidence,"
    " family, sha256, rules) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static const char measured_sql[] =
    "INSERT INTO measured (run, endpoint, clients, policies, grade,"
    " grade_without_trust, grade_at_best, grade_score, grade_parts,"
    " grade_rules) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static const char profile_sql[] =
    "INSERT INTO profile_result (run, endpoint, profile, cause, why, message)"
    " VALUES (?, ?, ?, ?, ?, ?)";

static const char policy_sql[] =
    "INSERT INTO policy_result (run, endpoint, policy, ord, rule, outcome,"
    " warning, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

static const char forget_measured_sql[] =
    "DELETE FROM measured WHERE run = ? AND endpoint = ?";

static const char forget_profiles_sql[] =
    "DELETE FROM profile_result WHERE run = ? AND endpoint = ?";

static const char forget_policies_sql[] =
    "DELETE FROM policy_result WHERE run = ? AND endpoint = ?";

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

void cm_put_measures(struct cm_db *db, int64_t run_id,
                     const struct cm_run_info *info)
{
    for (size_t i = 0; i < info->num_measures; i++) {
        const struct cm_measure_facts *facts = &info->measures[i];
        const char *const texts[] = {
            facts->name,   facts->title,  facts->source, facts->confidence,
            facts->family, facts->sha256, facts->rules,
        };
        struct cm_query q = cm_query_begin(db, measure_sql);

        cm_query_int(&q, run_id);
        cm_query_text(&q, facts->kind);
        cm_query_int(&q, facts->ord);
        for (size_t j = 0; j < sizeof(texts) / sizeof(texts[0]); j++) {
            cm_query_text(&q, or_empty(texts[j]));
        }
        (void)cm_query_run(&q);
    }
}

static char letter_of(enum cm_outcome outcome, char pass)
{
    if (outcome == CM_OUTCOME_PASS) {
        return pass;
    }
    return outcome == CM_OUTCOME_FAIL ? 'f' : 'u';
}

static void set_letter(char *letters, size_t max, size_t at, char letter)
{
    size_t len = strlen(letters);

    cm_assert(at < max);
    if (at >= len) { /* what was left out has no result */
        memset(letters + len, '-', at - len);
        letters[at + 1] = '\0';
    }
    letters[at] = letter;
}

static void bind_grade(struct cm_query *q, const struct cm_grade *grade)
{
    struct cm_buf json;
    const char *comma = "";

    cm_buf_init(&json, CM_DB_MAX_TEXT);
    cm_query_text(q, cm_letter_text(grade->letter));
    cm_query_text(q, cm_letter_text(grade->without_trust));
    cm_query_int(q, grade->at_best ? 1 : 0);
    cm_query_int(q, grade->score);
    cm_buf_printf(&json, "[%u,%u,%u]", grade->protocol, grade->key_exchange,
                  grade->cipher);
    cm_query_buf(q, &json);
    cm_buf_putc(&json, '[');
    for (int i = 0; i < CM_GRADE_RULE_COUNT; i++) {
        if ((grade->rules & (1U << i)) != 0) {
            cm_buf_printf(&json, "%s\"%s\"", comma,
                          cm_grade_rule_id((enum cm_grade_rule)i));
            comma = ",";
        }
    }
    cm_buf_putc(&json, ']');
    cm_query_buf(q, &json);
    cm_buf_cleanup(&json);
}

static void put_letters(struct cm_store *store, int64_t run_id,
                        int64_t endpoint, const struct cm_measured *measured)
{
    char clients[CM_MAX_PROFILES + 1] = "";
    char policies[CM_MAX_PACKS + 1] = "";
    struct cm_query q = cm_query_insert(&store->db, measured_sql);

    for (size_t i = 0; i < measured->num_profiles; i++) {
        const struct cm_profile_result *result = &measured->profiles[i];

        set_letter(clients, CM_MAX_PROFILES, result->profile,
                   letter_of(result->outcome, 'w'));
    }
    for (size_t i = 0; i < measured->num_packs; i++) {
        const struct cm_pack_result *result = &measured->packs[i];

        set_letter(policies, CM_MAX_PACKS, result->pack,
                   letter_of(result->outcome, 'p'));
    }
    cm_query_int(&q, run_id);
    cm_query_int(&q, endpoint);
    cm_query_text(&q, clients);
    cm_query_text(&q, policies);
    if (measured->grade.letter != CM_LETTER_NONE) {
        bind_grade(&q, &measured->grade);
    }
    (void)cm_query_run(&q);
}

static void put_profile(struct cm_store *store, int64_t run_id,
                        int64_t endpoint,
                        const struct cm_profile_result *result)
{
    struct cm_query q;

    if (result->outcome == CM_OUTCOME_PASS) {
        return;
    }
    q = cm_query_insert(&store->db, profile_sql);
    cm_query_int(&q, run_id);
    cm_query_int(&q, endpoint);
    cm_query_int(&q, result->profile);
    cm_query_id(&q, result->cause < 0
                        ? NULL
                        : cm_cause_info((enum cm_cause)result->cause)->id);
    cm_query_text(&q, or_empty(result->why));
    cm_query_text(&q, result->message);
    (void)cm_query_run(&q);
}

static void put_rules(struct cm_store *store, int64_t run_id, int64_t endpoint,
                      const struct cm_pack_result *pack)
{
    for (size_t i = 0; i < pack->num_rules; i++) {
        const struct cm_rule_result *rule = &pack->rules[i];
        struct cm_query q = cm_query_insert(&store->db, policy_sql);

        cm_query_int(&q, run_id);
        cm_query_int(&q, endpoint);
        cm_query_int(&q, pack->pack);
        cm_query_int(&q, (int64_t)i);
        cm_query_text(&q, or_empty(rule->rule));
        cm_query_id(&q, cm_outcome_id(rule->outcome));
        cm_query_int(&q, rule->warning ? 1 : 0);
        cm_query_text(&q, or_empty(rule->why));
        (void)cm_query_run(&q);
    }
}

static bool is_empty(const struct cm_measured *measured)
{
    return measured->num_profiles == 0 && measured->num_packs == 0 &&
           measured->grade.letter == CM_LETTER_NONE;
}

enum cm_status cm_put_measured(struct cm_store *store, int64_t run_id,
                               int64_t endpoint,
                               const struct cm_measured *measured)
{
    if (is_empty(measured)) {
        return store->db.error.status;
    }
    put_letters(store, run_id, endpoint, measured);
    for (size_t i = 0; i < measured->num_profiles; i++) {
        put_profile(store, run_id, endpoint, &measured->profiles[i]);
    }
    for (size_t i = 0; i < measured->num_packs; i++) {
        put_rules(store, run_id, endpoint, &measured->packs[i]);
    }
    return store->db.error.status;
}

static void forget(struct cm_db *db, const char *sql, int64_t run_id,
                   int64_t endpoint)
{
    struct cm_query q = cm_query_begin(db, sql);

    cm_query_int(&q, run_id);
    cm_query_int(&q, endpoint);
    (void)cm_query_run(&q);
}

enum cm_status cm_put_measured_again(struct cm_store *store, int64_t run_id,
                                     int64_t endpoint,
                                     const struct cm_measured *measured)
{
    if (is_empty(measured)) {
        return store->db.error.status;
    }
    forget(&store->db, forget_measured_sql, run_id, endpoint);
    forget(&store->db, forget_profiles_sql, run_id, endpoint);
    forget(&store->db, forget_policies_sql, run_id, endpoint);
    return cm_put_measured(store, run_id, endpoint, measured);
}
