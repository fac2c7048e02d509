/* The catalogue holds together.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base_test.h"

#include <stdio.h>

#include "certmuster/cause.h"

static void assert_id(const char *id)
{
    assert_non_null(id);
    assert_true(strlen(id) > 1);
    assert_int_equal(strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_"),
                     strlen(id));
}

static void cause_ids_are_unique_and_lead_back(void **state)
{
    (void)state;
    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        const char *id = cm_cause_info((enum cm_cause)i)->id;
        enum cm_cause back = CM_CAUSE_COUNT;

        assert_id(id);
        assert_true(cm_cause_from_id(id, &back)); /* finds the first */
        assert_int_equal(back, i);
    }
}

static void resolution_ids_are_unique_and_lead_back(void **state)
{
    (void)state;
    for (int i = 0; i < CM_RESOLUTION_COUNT; i++) {
        const char *id = cm_resolution_info((enum cm_resolution)i)->id;
        enum cm_resolution back = CM_RESOLUTION_COUNT;

        assert_id(id);
        assert_true(cm_resolution_from_id(id, &back));
        assert_int_equal(back, i);
    }
}

static void verdict_and_severity_ids_lead_back(void **state)
{
    (void)state;
    for (int i = 0; i < CM_VERDICT_COUNT; i++) {
        enum cm_verdict back = CM_VERDICT_COUNT;

        assert_id(cm_verdict_id((enum cm_verdict)i));
        assert_true(
            cm_verdict_from_id(cm_verdict_id((enum cm_verdict)i), &back));
        assert_int_equal(back, i);
    }
    for (int i = 0; i < CM_SEVERITY_COUNT; i++) {
        enum cm_severity back = CM_SEVERITY_COUNT;

        assert_id(cm_severity_id((enum cm_severity)i));
        assert_true(
            cm_severity_from_id(cm_severity_id((enum cm_severity)i), &back));
        assert_int_equal(back, i);
    }
    for (int i = 0; i < CM_STAGE_COUNT; i++) {
        assert_id(cm_stage_id((enum cm_stage)i));
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(cm_stage_id((enum cm_stage)i),
                                    cm_stage_id((enum cm_stage)j));
        }
    }
}

static void unknown_ids_are_refused(void **state)
{
    static const char *const wrong[] = {"", "x", "Leaf_Expired",
                                        "leaf_expired ", "leaf_expire"};
    enum cm_cause cause = CM_CAUSE_LEAF_EXPIRED;
    enum cm_resolution resolution = CM_RESOLUTION_RESCAN;
    enum cm_verdict verdict = CM_VERDICT_NOT_TLS;
    enum cm_severity severity = CM_SEVERITY_BY_DATE;

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_false(cm_cause_from_id(wrong[i], &cause));
        assert_false(cm_resolution_from_id(wrong[i], &resolution));
        assert_false(cm_verdict_from_id(wrong[i], &verdict));
        assert_false(cm_severity_from_id(wrong[i], &severity));
    }
    assert_int_equal(cause, CM_CAUSE_LEAF_EXPIRED);
    assert_int_equal(resolution, CM_RESOLUTION_RESCAN);
    assert_int_equal(verdict, CM_VERDICT_NOT_TLS);
    assert_int_equal(severity, CM_SEVERITY_BY_DATE);
}

static void known_ids_never_change(void **state)
{
    (void)state;
    assert_string_equal(cm_cause_info(CM_CAUSE_LEAF_EXPIRED)->id,
                        "leaf_expired");
    assert_string_equal(cm_verdict_id(CM_VERDICT_UNTRUSTED), "untrusted");
    assert_string_equal(cm_verdict_id(CM_VERDICT_NOT_CHECKED), "not_checked");
    assert_string_equal(cm_severity_id(CM_SEVERITY_NOW), "breaks_now");
    assert_string_equal(cm_stage_id(CM_STAGE_TLS), "tls");
    assert_string_equal(cm_resolution_info(CM_RESOLUTION_RENEW_CERTIFICATE)->id,
                        "renew_certificate");
}

static void every_resolution_is_used(void **state)
{
    bool used[CM_RESOLUTION_COUNT] = {false};

    (void)state;
    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        used[cm_cause_info((enum cm_cause)i)->resolution] = true;
    }
    for (int i = 0; i < CM_RESOLUTION_COUNT; i++) {
        if (!used[i]) {
            fail_msg("no cause leads to %s",
                     cm_resolution_info((enum cm_resolution)i)->id);
        }
    }
}

static void rows_are_complete(void **state)
{
    (void)state;
    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        const struct cm_cause_info *info = cm_cause_info((enum cm_cause)i);

        assert_true(strlen(info->title) > 5);
        assert_int_not_equal(info->title[strlen(info->title) - 1], '.');
        assert_true(info->rank >= 0 && info->rank < 100);
        assert_true(info->verdict != CM_VERDICT_TRUSTED);
    }
    for (int i = 0; i < CM_RESOLUTION_COUNT; i++) {
        const struct cm_resolution_info *info =
            cm_resolution_info((enum cm_resolution)i);

        assert_true(strlen(info->who) > 3);
        assert_true(strlen(info->title) > 5);
    }
}

static void what_works_today_never_blocks(void **state)
{
    (void)state;
    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        const struct cm_cause_info *info = cm_cause_info((enum cm_cause)i);

        if (info->severity == CM_SEVERITY_HYGIENE ||
            info->severity == CM_SEVERITY_BY_DATE) {
            assert_int_equal(info->verdict, CM_VERDICT_NONE);
        } else if (info->severity == CM_SEVERITY_NOW) {
            assert_int_not_equal(info->verdict, CM_VERDICT_NONE);
        }
    }
}

static void ask_beyond_causes(void)
{
    (void)cm_cause_info(CM_CAUSE_COUNT);
}
static void ask_beyond_resolutions(void)
{
    (void)cm_resolution_info(CM_RESOLUTION_COUNT);
}
static void ask_beyond_verdicts(void)
{
    (void)cm_verdict_id(CM_VERDICT_COUNT);
}
static void ask_beyond_severities(void)
{
    (void)cm_severity_id(CM_SEVERITY_COUNT);
}
static void ask_beyond_stages(void)
{
    (void)cm_stage_id(CM_STAGE_COUNT);
}

static void a_number_beyond_the_catalogue_breaks_a_rule(void **state)
{
    static void (*const acts[])(void) = {
        ask_beyond_causes, ask_beyond_resolutions, ask_beyond_verdicts,
        ask_beyond_severities, ask_beyond_stages};
    char said[256];

    (void)state;
    for (size_t i = 0; i < COUNT(acts); i++) {
        assert_int_equal(signal_of(acts[i], said, sizeof(said)), SIGABRT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cause_ids_are_unique_and_lead_back),
        cmocka_unit_test(resolution_ids_are_unique_and_lead_back),
        cmocka_unit_test(verdict_and_severity_ids_lead_back),
        cmocka_unit_test(unknown_ids_are_refused),
        cmocka_unit_test(known_ids_never_change),
        cmocka_unit_test(every_resolution_is_used),
        cmocka_unit_test(rows_are_complete),
        cmocka_unit_test(what_works_today_never_blocks),
        cmocka_unit_test(a_number_beyond_the_catalogue_breaks_a_rule),
    };

    return cmocka_run_group_tests_name("base/cause", tests, NULL, NULL);
}
