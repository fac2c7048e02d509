/* What a run is held against, and what comes of it: stored, replaced, shown by
 * the views.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/store/evidence_cases.h"
#include "unit/store/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/stored.h"

static const struct cm_measure_facts measures[] = {
    {.kind = "profile",
     .ord = 0,
     .name = "java8",
     .title = "Java 8",
     .source = "java.security of 8u402",
     .confidence = "high",
     .family = "java",
     .sha256 = "aa"},
    {.kind = "profile", .ord = 1, .name = "curl", .title = "curl"},
    {.kind = "profile", .ord = 2, .name = "go", .title = "Go"},
    {.kind = "policy",
     .ord = 0,
     .name = "modern",
     .title = "Modern \"only\"",
     .sha256 = "bb",
     .rules = "[{\"id\":\"M1\"}]"},
    {.kind = "policy", .ord = 1, .name = "pci"},
};

static const struct cm_run_info info = {
    .input_name = "fleet.csv",
    .options = "{}",
    .measures = measures,
    .num_measures = sizeof(measures) / sizeof(measures[0]),
};

/* Each is asked for in a message of its own. */
static char *text(const char *words)
{
    char *copy = words == NULL ? NULL : strdup(words);

    assert_true(words == NULL || copy != NULL);
    return copy;
}

static void add_profile(struct cm_measured *measured, uint16_t profile,
                        enum cm_outcome outcome, int cause, const char *why,
                        const char *message)
{
    size_t num = measured->num_profiles;
    struct cm_profile_result *more =
        realloc(measured->profiles, (num + 1) * sizeof(*more));

    assert_non_null(more);
    measured->profiles = more;
    more[num] = (struct cm_profile_result){profile, outcome, cause, text(why),
                                           text(message)};
    measured->num_profiles++;
}

static struct cm_pack_result *add_pack(struct cm_measured *measured,
                                       uint16_t pack, enum cm_outcome outcome)
{
    size_t num = measured->num_packs;
    struct cm_pack_result *more =
        realloc(measured->packs, (num + 1) * sizeof(*more));

    assert_non_null(more);
    measured->packs = more;
    more[num] = (struct cm_pack_result){.pack = pack, .outcome = outcome};
    measured->num_packs++;
    return &more[num];
}

static void add_rule(struct cm_pack_result *pack, const char *rule,
                     enum cm_outcome outcome, bool warning, const char *why)
{
    struct cm_rule_result *more =
        realloc(pack->rules, (pack->num_rules + 1) * sizeof(*more));

    assert_non_null(more);
    pack->rules = more;
    more[pack->num_rules++] =
        (struct cm_rule_result){rule, outcome, warning, text(why)};
}

/* The second client has no result. */
static void fill(struct cm_measured *measured)
{
    struct cm_pack_result *pack;

    add_profile(measured, 0, CM_OUTCOME_FAIL, CM_CAUSE_TLS_VERSION_TOO_OLD,
                "TLS 1.0 only", "SSLHandshakeException: <x>");
    add_profile(measured, 2, CM_OUTCOME_PASS, -1, "", NULL);
    pack = add_pack(measured, 0, CM_OUTCOME_FAIL);
    add_rule(pack, "M1", CM_OUTCOME_FAIL, false, "TLS 1.0 is served");
    add_rule(pack, "M2", CM_OUTCOME_FAIL, true, "no staple");
    add_rule(pack, "M3", CM_OUTCOME_UNKNOWN, false, "no inventory");
    (void)add_pack(measured, 1, CM_OUTCOME_PASS);
    measured->grade = (struct cm_grade){
        .letter = CM_LETTER_T,
        .without_trust = CM_LETTER_A_MINUS,
        .at_best = true,
        .protocol = 100,
        .key_exchange = 90,
        .cipher = 80,
        .score = 89,
        .rules = 1U << CM_GRADE_NOT_TRUSTED | 1U << CM_GRADE_NO_TLS1_3,
    };
}

static void begin(struct fixture *f)
{
    assert_int_equal(cm_store_begin_run(f->store, &info, &f->run_id, NULL),
                     CM_OK);
}

static struct cm_result *measured_result(uint64_t id)
{
    struct cm_result *result = fixture_result(id, CM_VERDICT_UNTRUSTED);

    (void)fixture_find(&result->judgement, CM_CAUSE_ISSUER_UNKNOWN, "k");
    result->evidence = cases_bare();
    fill(&result->measured);
    return result;
}

static void is_in_the_views(void **state)
{
    struct fixture *f = *state;

    begin(f);
    fixture_put_row(f, fixture_row(1, 1, "a"));
    fixture_put_row(f, fixture_row(2, 2, "a"));
    fixture_put_result(f, measured_result(1));
    fixture_put_result(f, fixture_result(2, CM_VERDICT_TRUSTED));
    assert_int_equal(fixture_finish(f, 2), CM_OK);
    assert_answer(f,
                  "SELECT kind, ord, name, title, source, confidence, family,"
                  " sha256, rules FROM v_measure ORDER BY kind, ord",
                  "policy|0|modern|Modern \"only\"||||bb|[{\"id\":\"M1\"}]\n"
                  "policy|1|pci||||||\n"
                  "profile|0|java8|Java 8|java.security of 8u402|high|java|aa|"
                  "\nprofile|1|curl|curl|||||\nprofile|2|go|Go|||||");
    assert_answer(f,
                  "SELECT row, clients, policies, grade, grade_without_trust,"
                  " grade_at_best, grade_score, grade_parts, grade_rules"
                  " FROM v_endpoint ORDER BY row",
                  "1|f-w|fp|T|A-|1|89|[100,90,80]|"
                  "[\"no_tls1_3\",\"not_trusted\"]\n"
                  "2|-|-|-|-|-|-|-|-");
    assert_answer(f,
                  "SELECT endpoint, profile, outcome, cause, why, message"
                  " FROM v_profile ORDER BY profile",
                  "1|go|works|-||-\n1|java8|fails|tls_version_too_old|"
                  "TLS 1.0 only|SSLHandshakeException: <x>");
    assert_answer(f,
                  "SELECT endpoint, policy, outcome, failed, warnings, unknown"
                  " FROM v_policy ORDER BY policy",
                  "1|modern|fail|[\"M1\"]|[\"M2\"]|[\"M3\"]\n"
                  "1|pci|pass|[]|[]|[]");
    assert_answer(f,
                  "SELECT endpoint, policy, ord, rule, outcome, warning, why"
                  " FROM v_rule ORDER BY ord",
                  "1|modern|0|M1|fail|0|TLS 1.0 is served\n"
                  "1|modern|1|M2|fail|1|no staple\n"
                  "1|modern|2|M3|unknown|0|no inventory");
}

/* Who asks for nothing pays nothing. */
static void has_no_lines_where_nothing_was_measured(void **state)
{
    struct fixture *f = *state;

    fixture_begin(f);
    fixture_put_row(f, fixture_row(1, 1, "a"));
    fixture_put_result(f, fixture_result(1, CM_VERDICT_TRUSTED));
    assert_int_equal(fixture_finish(f, 1), CM_OK);
    assert_answer(f,
                  "SELECT (SELECT count(*) FROM answer),"
                  " (SELECT count(*) FROM inventory),"
                  " (SELECT count(*) FROM client),"
                  " (SELECT count(*) FROM measure),"
                  " (SELECT count(*) FROM measured)",
                  "0|0|0|0|0");
}

/* --- judged again --- */

static enum cm_status visit(void *arg, uint64_t endpoint,
                            const struct cm_endpoint *ep,
                            const struct cm_evidence *evidence,
                            struct cm_revised *out)
{
    const bool *fills = arg;

    (void)endpoint;
    (void)ep;
    (void)evidence;
    out->judgement.verdict = CM_VERDICT_TRUSTED;
    if (*fills) {
        add_profile(&out->measured, 1, CM_OUTCOME_UNKNOWN, -1, "not reached",
                    NULL);
    }
    out->replace = true;
    return CM_OK;
}

static void judge_unsettled(struct fixture *f, bool fills)
{
    static const enum cm_cause causes[] = {CM_CAUSE_ISSUER_UNKNOWN};
    const struct cm_store_pass pass = {
        .visit = visit, .arg = &fills, .causes = causes, .num_causes = 1};

    begin(f);
    fixture_put_row(f, fixture_row(1, 1, "a"));
    fixture_put_result(f, measured_result(1));
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_int_equal(cm_store_each_unsettled(f->store, f->run_id, &pass, NULL),
                     CM_OK);
}

static void is_replaced(void **state)
{
    struct fixture *f = *state;

    judge_unsettled(f, true);
    assert_answer(f, "SELECT clients, policies, grade FROM v_endpoint",
                  "-u||-");
    assert_answer(f, "SELECT profile, outcome, cause, why FROM v_profile",
                  "curl|unknown|-|not reached");
    assert_answer(f, "SELECT count(*) FROM v_rule", "0");
}

static void stays_when_nothing_takes_its_place(void **state)
{
    struct fixture *f = *state;

    judge_unsettled(f, false);
    assert_answer(f, "SELECT verdict, clients, policies, grade FROM v_endpoint",
                  "trusted|f-w|fp|T");
    assert_answer(f, "SELECT count(*) FROM v_rule", "3");
}

/* A run judged anew is held against what it names itself. */
static void is_measured_anew(void **state)
{
    struct fixture *f = *state;
    bool fills = true;
    const struct cm_store_pass pass = {.visit = visit, .arg = &fills};
    struct cm_run_info again = {
        .options = "{}",
        .version = "2",
        .trust = "",
        .measures = measures,
        .num_measures = 2,
    };
    int64_t run_id = 0;

    begin(f);
    fixture_put_row(f, fixture_row(1, 1, "a"));
    fixture_put_result(f, measured_result(1));
    assert_int_equal(fixture_finish(f, 1), CM_OK);
    again.source_run = f->run_id;
    assert_int_equal(cm_store_begin_rejudge(f->store, &again, &run_id, NULL),
                     CM_OK);
    assert_int_equal(cm_store_rejudge(f->store, run_id, &pass, NULL), CM_OK);
    assert_answer(f,
                  "SELECT run, group_concat(name) FROM v_measure GROUP BY run",
                  "1|modern,pci,java8,curl,go\n2|java8,curl");
    assert_answer(f, "SELECT run, clients, grade FROM v_endpoint",
                  "1|f-w|T\n2|-u|-");
}

#define STORE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(is_in_the_views),
        STORE_TEST(has_no_lines_where_nothing_was_measured),
        STORE_TEST(is_replaced),
        STORE_TEST(stays_when_nothing_takes_its_place),
        STORE_TEST(is_measured_anew),
    };

    return cmocka_run_group_tests_name("store measured", tests, NULL, NULL);
}
