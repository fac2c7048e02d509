/* What changed since the baseline: which endpoints are the same, what became of
 * each, and which run is compared with.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "changes_parts.h"
#include "history.h"

#define FORGET_RUNS                                                            \
    "PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON; DELETE FROM run"

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    history_make(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_remove(*state);
    free(*state);
    return 0;
}

/* The comparison of a run; close *run. */
static const struct cm_report_changes *compare(const struct fixture *f,
                                               int64_t run_id, int64_t baseline,
                                               struct cm_report_run **run)
{
    struct cm_report_options options = f->options;
    const struct cm_report_changes *changes = NULL;

    options.run_id = run_id;
    options.baseline = baseline;
    assert_int_equal(cm_report_open(&options, NULL), CM_OK);
    *run = options.run;
    assert_int_equal(cm_report_run_changes(*run, &changes, NULL), CM_OK);
    return changes;
}

static enum cm_change change_of(struct cm_report_run *run, int64_t endpoint)
{
    const struct cm_change_of *change = cm_report_change_of(run, endpoint);

    assert_non_null(change);
    return (enum cm_change)change->change;
}

/* --- one endpoint --- */

static const struct one_case {
    const char *name;
    struct history_row before;
    struct history_row now;
    enum cm_change change;
    enum cm_renewal renewal;
} one_cases[] = {
    {"nothing happened",
     {1, "a.example", "trusted", NULL, "1", NULL, 0},
     {1, "a.example", "trusted", NULL, "1", NULL, 0},
     CM_CHANGE_UNCHANGED,
     CM_RENEWAL_NONE},
    {"renewed, the key was kept",
     {1, "a.example", "trusted", NULL, "1", NULL, 0},
     {1, "a.example", "trusted", NULL, "2", NULL, 0},
     CM_CHANGE_RENEWED_SAME_KEY,
     CM_RENEWAL_SAME_KEY},
    {"renewed, the key is new",
     {1, "a.example", "trusted", NULL, "1", NULL, 0},
     {1, "a.example", "trusted", NULL, "3", NULL, 0},
     CM_CHANGE_RENEWED_NEW_KEY,
     CM_RENEWAL_NEW_KEY},
    {"renewed at one of two addresses",
     {1, "a.example", "trusted", NULL, "1 1", NULL, 0},
     {1, "a.example", "trusted", NULL, "3 1", NULL, 0},
     CM_CHANGE_RENEWED_PARTLY,
     CM_RENEWAL_PARTLY},
    {"an address with the old certificate comes first",
     {1, "a.example", "trusted", NULL, "1 1", NULL, 0},
     {1, "a.example", "trusted", NULL, "1 3", NULL, 0},
     CM_CHANGE_RENEWED_PARTLY,
     CM_RENEWAL_PARTLY},
    {"two addresses serve two certificates, as before",
     {1, "a.example", "trusted", NULL, "1 3", NULL, 0},
     {1, "a.example", "trusted", NULL, "3 1", NULL, 0},
     CM_CHANGE_UNCHANGED,
     CM_RENEWAL_NONE},
    {"one of two addresses is gone",
     {1, "a.example", "trusted", NULL, "1 3", NULL, 0},
     {1, "a.example", "trusted", NULL, "3", NULL, 0},
     CM_CHANGE_UNCHANGED,
     CM_RENEWAL_NONE},
    {"both addresses were renewed",
     {1, "a.example", "trusted", NULL, "1 3", NULL, 0},
     {1, "a.example", "trusted", NULL, "5 6", NULL, 0},
     CM_CHANGE_RENEWED_NEW_KEY,
     CM_RENEWAL_NEW_KEY},
    {"expired since then",
     {1, "a.example", "trusted", NULL, "1", NULL, 0},
     {1, "a.example", "untrusted", "leaf_expired", "1", NULL, 0},
     CM_CHANGE_NEW_FAILURE,
     CM_RENEWAL_NONE},
    {"no longer reached",
     {1, "a.example", "trusted", NULL, "1", NULL, 0},
     {1, "a.example", "unreachable", "dns_nxdomain", NULL, NULL, 0},
     CM_CHANGE_NEW_FAILURE,
     CM_RENEWAL_NONE},
    {"fixed by a renewal",
     {1, "a.example", "untrusted", "leaf_expired", "1", NULL, 0},
     {1, "a.example", "trusted", NULL, "2", NULL, 0},
     CM_CHANGE_FIXED,
     CM_RENEWAL_SAME_KEY},
    {"still expired",
     {1, "a.example", "untrusted", "leaf_expired", "1", NULL, 0},
     {1, "a.example", "untrusted", "leaf_expired", "1", NULL, 0},
     CM_CHANGE_STILL_FAILING,
     CM_RENEWAL_NONE},
    {"renewed, and the name is wrong now",
     {1, "a.example", "untrusted", "leaf_expired", "1", NULL, 0},
     {1, "a.example", "untrusted", "name_mismatch", "3", NULL, 0},
     CM_CHANGE_OTHER_CAUSE,
     CM_RENEWAL_NEW_KEY},
    {"another verdict for the same cause",
     {1, "a.example", "unreachable", "dns_nxdomain", NULL, NULL, 0},
     {1, "a.example", "not_tls", "dns_nxdomain", NULL, NULL, 0},
     CM_CHANGE_STILL_FAILING,
     CM_RENEWAL_NONE},
    {"not checked now",
     {1, "a.example", "untrusted", "leaf_expired", "1", NULL, 0},
     {1, "a.example", "not_checked", NULL, NULL, NULL, 0},
     CM_CHANGE_NOT_COMPARED,
     CM_RENEWAL_NONE},
    {"not checked then",
     {1, "a.example", NULL, NULL, NULL, NULL, 0},
     {1, "a.example", "untrusted", "leaf_expired", "1", NULL, 0},
     CM_CHANGE_NOT_COMPARED,
     CM_RENEWAL_NONE},
    {"another line of the file",
     {7, "a.example", "untrusted", "leaf_expired", "1", NULL, 0},
     {1, "a.example", "untrusted", "leaf_expired", "1", NULL, 0},
     CM_CHANGE_STILL_FAILING,
     CM_RENEWAL_NONE},
    {"another name at the same line",
     {1, "b.example", "untrusted", "leaf_expired", "1", NULL, 0},
     {1, "a.example", "untrusted", "leaf_expired", "1", NULL, 0},
     CM_CHANGE_NEW_ENDPOINT,
     CM_RENEWAL_NONE},
};
#define ONE_CASES (sizeof(one_cases) / sizeof(one_cases[0]))

static void tells_what_became_of_an_endpoint(void **state)
{
    for (size_t i = 0; i < ONE_CASES; i++) {
        const struct one_case *one = &one_cases[i];
        struct cm_report_run *run;
        struct fixture *f = *state;
        const struct cm_change_of *got;

        fixture_sql(f, FORGET_RUNS);
        history_run(f, 1, &one->before, 1);
        history_run(f, 2, &one->now, 1);
        assert_non_null(compare(f, 2, 0, &run));
        got = cm_report_change_of(run, one->now.row);
        assert_non_null(got);
        if (got->change != one->change || got->renewal != one->renewal) {
            fail_msg("%s: it is %s", one->name,
                     cm_change_id((enum cm_change)got->change));
        }
        cm_report_run_close(run);
    }
}

/* --- counts --- */

static void counts_every_row_once(void **state)
{
    static const struct history_row before[] = {
        {1, "a.example", "trusted", NULL, "1", NULL, 0},
        {2, "b.example", "untrusted", "leaf_expired", "3", NULL, 0},
        {3, "c.example", "untrusted", "leaf_expired", "4", NULL, 0},
        {4, "left.example", "trusted", NULL, "5", "tls_weak_dh", 0},
        {5, "left.example", NULL, NULL, NULL, NULL, 4},
        {6, "", "invalid_row", "input_unparsable", NULL, NULL, 0},
        {7, "", "invalid_row", "input_unparsable", NULL, NULL, 0},
    };
    static const struct history_row now[] = {
        {1, "new.example", "untrusted", "name_mismatch", "6", NULL, 0},
        {2, "a.example", "untrusted", "leaf_expired", "1", NULL, 0},
        {3, "b.example", "trusted", NULL, "5", NULL, 0},
        {4, "c.example", "untrusted", "leaf_expired", "4", NULL, 0},
        {5, "a.example", NULL, NULL, NULL, NULL, 2},
        {6, "", "invalid_row", "input_unparsable", NULL, NULL, 0},
        {7, "fine.example", "trusted", NULL, "7", NULL, 0},
    };
    struct fixture *f = *state;
    struct cm_report_run *run;
    const struct cm_report_changes *all;
    int64_t sum = 0;

    HISTORY_RUN(f, 1, before);
    HISTORY_RUN(f, 2, now);
    all = compare(f, 2, 0, &run);
    assert_non_null(all);
    assert_int_equal(all->baseline->run, 1);
    assert_int_equal(all->rows[CM_CHANGE_NEW_FAILURE], 2); /* two rows of a */
    assert_int_equal(all->rows[CM_CHANGE_FIXED], 1);
    assert_int_equal(all->rows[CM_CHANGE_STILL_FAILING], 2); /* c, invalid */
    assert_int_equal(all->rows[CM_CHANGE_NEW_ENDPOINT], 2);
    assert_int_equal(all->new_endpoints_failing, 1);
    assert_int_equal(all->rows[CM_CHANGE_GONE], 2);
    assert_true(all->gone_known);
    assert_int_equal(all->new_failures, 3);
    assert_int_equal(all->still_failing, 2);
    assert_int_equal(all->fixed, 1);
    for (int i = 0; i < CM_CHANGE_COUNT; i++) {
        sum += i == CM_CHANGE_GONE ? 0 : all->rows[i];
    }
    assert_int_equal(sum, 7);
    cm_report_run_close(run);
}

static void counts_findings_by_what_they_are_about(void **state)
{
    static const struct history_row before[] = {
        {1, "a.example", "untrusted", "leaf_expired", "1", "tls_weak_dh", 0},
        {2, "b.example", "trusted", NULL, "2", "tls_weak_dh", 0},
        {3, "left.example", "trusted", NULL, "2", "tls_weak_dh", 0},
    };
    static const struct history_row now[] = {
        {1, "a.example", "untrusted", "leaf_expired", "3", NULL, 0},
        {2, "b.example", "trusted", "leaf_expires_soon", "2", "tls_weak_dh", 0},
    };
    struct fixture *f = *state;
    struct cm_report_run *run;
    const struct cm_report_changes *all;
    const struct cm_change_of *change;

    HISTORY_RUN(f, 1, before);
    HISTORY_RUN(f, 2, now);
    all = compare(f, 2, 0, &run);
    assert_int_equal(all->findings.fresh, 2); /* expired again, soon */
    assert_int_equal(all->findings.persisting, 1);
    assert_int_equal(all->findings.gone, 3);
    assert_int_equal(all->causes[CM_CAUSE_LEAF_EXPIRED].fresh, 1);
    assert_int_equal(all->causes[CM_CAUSE_LEAF_EXPIRED].gone, 1);
    assert_int_equal(all->causes[CM_CAUSE_TLS_WEAK_DH].gone, 2);
    change = cm_report_change_of(run, 2);
    assert_string_equal(cm_report_finding_change(change, 0), "new");
    assert_string_equal(cm_report_finding_change(change, 1), "persisting");
    assert_null(cm_report_finding_change(NULL, 0));
    /* A cause that stays is not new to a gate, whatever certificate has it. */
    assert_int_equal(all->new_by_severity[CM_SEVERITY_NOW], 0);
    assert_int_equal(all->new_by_severity[CM_SEVERITY_BY_DATE], 1);
    cm_report_run_close(run);
}

/* --- history --- */

static void knows_what_failed_before(void **state)
{
    static const struct history_row good[] = {
        {1, "a.example", "trusted", NULL, "1", NULL, 0},
        {2, "b.example", "trusted", NULL, "3", NULL, 0}};
    static const struct history_row bad[] = {
        {1, "b.example", "trusted", NULL, "3", NULL, 0},
        {2, "a.example", "untrusted", "leaf_expired", "1", NULL, 0}};
    static const struct history_row all_bad[] = {
        {1, "a.example", "untrusted", "name_mismatch", "1", NULL, 0},
        {2, "b.example", "untrusted", "leaf_expired", "3", NULL, 0}};
    struct fixture *f = *state;
    struct cm_report_run *run;
    const struct cm_report_changes *all;

    HISTORY_RUN(f, 1, good);
    HISTORY_RUN(f, 2, bad);
    HISTORY_RUN(f, 3, good);
    HISTORY_RUN(f, 4, all_bad);
    all = compare(f, 4, 0, &run);
    assert_int_equal(all->runs_looked_at, 2);
    assert_int_equal(change_of(run, 1), CM_CHANGE_REGRESSED);
    assert_int_equal(cm_report_change_of(run, 1)->failed_run, 2);
    assert_int_equal(cm_report_change_of(run, 1)->flips, 3);
    assert_int_equal(change_of(run, 2), CM_CHANGE_NEW_FAILURE);
    assert_int_equal(all->new_failures, 2);
    assert_int_equal(all->flapping, 0);
    cm_report_run_close(run);
    HISTORY_RUN(f, 5, good);
    all = compare(f, 5, 0, &run);
    assert_int_equal(change_of(run, 1), CM_CHANGE_FIXED);
    assert_int_equal(all->flapping, 1);
    assert_int_equal(all->fixed, 2);
    cm_report_run_close(run);
}

static void compares_with_the_right_run(void **state)
{
    static const struct history_row rows[] = {
        {1, "a.example", "trusted", NULL, "1", NULL, 0}};
    static const struct {
        const char *sql; /* changes run 2 of 1, 2, 3 */
        int64_t want;
    } cases[] = {
        {"SELECT 1", 2},
        {"UPDATE run SET input_name = '/srv/fleet.csv' WHERE id = 2", 2},
        {"UPDATE run SET input_name = 'other.csv' WHERE id = 2", 1},
        {"UPDATE run SET state = 'partial' WHERE id = 2", 1},
        {"UPDATE run SET kind = 'rejudge', source_run = 1 WHERE id = 2", 1},
        {"UPDATE run SET shard = 0, shards = 4 WHERE id = 2", 1},
        {"UPDATE run SET kind = 'merge', shards = 4 WHERE id = 2", 2},
        {"UPDATE trust_view SET name = 'corp' WHERE run = 2", 1},
        {"UPDATE run SET kind = 'rejudge', source_run = 1 WHERE id = 3", 1},
        {"UPDATE run SET kind = 'rejudge', source_run = 9 WHERE id = 3", 0},
        {"UPDATE run SET shard = 1, shards = 4 WHERE id = 3", 0},
        {"DELETE FROM run WHERE id < 3", 0},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct cm_report_changes *all;
        struct cm_report_run *run;

        fixture_sql(f, FORGET_RUNS);
        for (int64_t id = 1; id <= 3; id++) {
            HISTORY_RUN(f, id, rows);
        }
        fixture_sql(f, cases[i].sql);
        all = compare(f, 3, 0, &run);
        if ((all == NULL ? 0 : all->baseline->run) != cases[i].want) {
            fail_msg("%s: compared with %d", cases[i].sql,
                     all == NULL ? 0 : (int)all->baseline->run);
        }
        cm_report_run_close(run);
    }
}

static void takes_the_baseline_that_was_asked_for(void **state)
{
    static const struct history_row rows[] = {
        {1, "a.example", "trusted", NULL, "1", NULL, 0}};
    struct fixture *f = *state;
    struct cm_report_options options = f->options;
    const struct cm_report_changes *all;
    struct cm_report_run *run;
    struct cm_error err;

    for (int64_t id = 1; id <= 3; id++) {
        HISTORY_RUN(f, id, rows);
    }
    fixture_sql(f, "UPDATE run SET state = 'partial' WHERE id = 3;"
                   "UPDATE trust_view SET sha256 = 'bb' WHERE run = 1");
    all = compare(f, 3, 1, &run);
    assert_int_equal(all->baseline->run, 1);
    assert_true(all->trust_differs);
    assert_false(all->gone_known);
    cm_report_run_close(run);
    all = compare(f, 3, 2, &run);
    assert_false(all->trust_differs);
    cm_report_run_close(run);
    assert_null(compare(f, 3, CM_BASELINE_NONE, &run));
    assert_null(cm_report_change_of(run, 1));
    cm_report_run_close(run);
    options.run_id = 3;
    options.baseline = 3;
    assert_int_equal(cm_report_open(&options, &err), CM_OK);
    assert_int_equal(cm_report_run_changes(options.run, &all, &err), CM_EUSAGE);
    cm_report_close(&options);
    options.baseline = 8;
    assert_int_equal(cm_report_open(&options, &err), CM_OK);
    assert_int_equal(cm_report_run_changes(options.run, &all, &err), CM_EINPUT);
    assert_non_null(strstr(err.text, "no run 8"));
    cm_report_close(&options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tells_what_became_of_an_endpoint, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(counts_every_row_once, setup, teardown),
        cmocka_unit_test_setup_teardown(counts_findings_by_what_they_are_about,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(knows_what_failed_before, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(compares_with_the_right_run, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(takes_the_baseline_that_was_asked_for,
                                        setup, teardown),
    };

    return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
