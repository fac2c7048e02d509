/* What a judgement says beyond its findings: trust views, what remains, what is
 * known of revocation.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/store/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void keeps_the_trust_views_of_a_run(void **state)
{
    struct fixture *f = *state;

    fixture_begin(f);
    assert_int_equal(fixture_finish(f, 0), CM_OK);
    assert_answer(f, "SELECT * FROM v_view",
                  "1|0|system|/etc/ca.pem|00aa|150|2");
    assert_answer(f, "SELECT kind, source_run FROM v_run", "scan|-");
}

/* Two rows, the second with a view of its own, in a run of three views. */
static void begin_with_views(struct fixture *f)
{
    const struct cm_run_info info = {
        .input_name = "fleet.csv",
        .options = "{}",
        .views = "[{\"name\":\"public\"},{\"name\":\"corp\"},"
                 "{\"name\":\"java\"}]",
    };
    struct cm_row *row = fixture_row(2, 2, "b");

    assert_int_equal(cm_store_begin_run(f->store, &info, &f->run_id, NULL),
                     CM_OK);
    (void)snprintf(row->endpoint.trust, sizeof(row->endpoint.trust), "corp");
    fixture_put_row(f, fixture_row(1, 1, "a"));
    fixture_put_row(f, row);
    fixture_put_row(f, fixture_row(3, 3, "c"));
}

static void add_views(struct cm_judgement *judgement,
                      const struct cm_view_verdict *views, size_t num)
{
    judgement->views = calloc(num, sizeof(*views));
    assert_non_null(judgement->views);
    memcpy(judgement->views, views, num * sizeof(*views));
    judgement->num_views = num;
}

static void keeps_the_verdicts_of_all_views(void **state)
{
    static const struct cm_view_verdict differ[] = {
        {"public", CM_VERDICT_UNTRUSTED, CM_CAUSE_UNTRUSTED_PRIVATE_ROOT},
        {"corp", CM_VERDICT_TRUSTED, -1},
        {"java", CM_VERDICT_UNTRUSTED, CM_CAUSE_LEAF_EXPIRED},
    };
    static const struct cm_view_verdict same[] = {
        {"public", CM_VERDICT_TRUSTED, -1},
        {"corp", CM_VERDICT_TRUSTED, -1},
        {"java", CM_VERDICT_TRUSTED, -1},
    };
    struct fixture *f = *state;
    struct cm_result *result = fixture_result(1, CM_VERDICT_UNTRUSTED);

    (void)fixture_find(&result->judgement, CM_CAUSE_UNTRUSTED_PRIVATE_ROOT,
                       "k");
    add_views(&result->judgement, differ, 3);
    begin_with_views(f);
    fixture_put_result(f, result);
    result = fixture_result(2, CM_VERDICT_TRUSTED);
    result->judgement.primary = -1;
    add_views(&result->judgement, same, 3);
    fixture_put_result(f, result);
    assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
    assert_answer(f, "SELECT row, verdict, view, views FROM v_endpoint",
                  "1|untrusted|public|{\"public\":\"untrusted\","
                  "\"corp\":\"trusted\",\"java\":\"untrusted\"}\n"
                  "2|trusted|corp|{\"public\":\"trusted\","
                  "\"corp\":\"trusted\",\"java\":\"trusted\"}\n"
                  "3|not_checked|public|{\"public\":\"not_checked\","
                  "\"corp\":\"not_checked\",\"java\":\"not_checked\"}");
    assert_answer(f, "SELECT * FROM v_verdict ORDER BY endpoint, view",
                  "1|1|corp|trusted|-\n"
                  "1|1|java|untrusted|leaf_expired\n"
                  "1|1|public|untrusted|untrusted_private_root\n"
                  "1|2|corp|trusted|-\n1|2|java|trusted|-\n"
                  "1|2|public|trusted|-");
    /* Nothing is written where nothing differs. */
    assert_answer(f, "SELECT endpoint, view FROM view_verdict",
                  "1|corp\n1|java");
}

static void keeps_what_remains_and_what_was_revoked(void **state)
{
    static const enum cm_cause remaining[] = {CM_CAUSE_LEAF_EXPIRED,
                                              CM_CAUSE_NAME_MISMATCH};
    struct fixture *f = *state;
    struct cm_result *result = fixture_result(1, CM_VERDICT_UNTRUSTED);
    struct cm_judgement *judgement = &result->judgement;

    judgement->primary = -1;
    judgement->remaining = malloc(sizeof(remaining));
    assert_non_null(judgement->remaining);
    memcpy(judgement->remaining, remaining, sizeof(remaining));
    judgement->num_remaining = 2;
    judgement->path = calloc(1, sizeof(struct cm_cert *));
    assert_non_null(judgement->path);
    judgement->path[0] = fixture_cert("leaf");
    judgement->num_path = 1;
    judgement->path_valid = true;
    judgement->revocation = (struct cm_revocation_status){
        .result = CM_REVOCATION_REVOKED,
        .source = "crl",
        .this_update = 1800000000,
        .next_update = 1800600000,
        .revoked_unix = 1790000000,
        .reason = 1,
    };
    fixture_begin(f);
    fixture_put_row(f, fixture_row(1, 1, "a"));
    fixture_put_result(f, result);
    fixture_put_row(f, fixture_row(2, 2, "a"));
    result = fixture_result(2, CM_VERDICT_TRUSTED);
    result->judgement.revocation = (struct cm_revocation_status){
        .result = CM_REVOCATION_GOOD, .source = "staple", .reason = -1};
    fixture_put_result(f, result);
    assert_int_equal(fixture_finish(f, 2), CM_OK);
    assert_answer(f,
                  "SELECT remaining, path_valid, revocation,"
                  " revocation_source, revocation_this_update,"
                  " revocation_next_update, revoked_at, revocation_reason"
                  " FROM v_endpoint ORDER BY row",
                  "[\"leaf_expired\",\"name_mismatch\"]|1|revoked|crl|"
                  "1800000000|1800600000|1790000000|1\n"
                  "[]|-|good|staple|-|-|-|-");
}

#define STORE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(keeps_the_trust_views_of_a_run),
        STORE_TEST(keeps_the_verdicts_of_all_views),
        STORE_TEST(keeps_what_remains_and_what_was_revoked),
    };

    return cmocka_run_group_tests_name("judgements", tests, NULL, NULL);
}
