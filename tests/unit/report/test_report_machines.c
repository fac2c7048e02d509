/* What programs read stays bounded, whatever the fleet is like: certificates
 * and owners in Prometheus' text, results in SARIF, names of folders.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "nearest.h"
#include "prometheus_parts.h"
#include "seen.h"
#include "split_parts.h"
#include "support/jsoncheck.h"

#define DAY 86400

static struct cm_report_row row_with(char fingerprint[65], int64_t number,
                                     int64_t not_after)
{
    struct cm_report_row row;

    memset(&row, 0, sizeof(row));
    (void)snprintf(fingerprint, 65, "%064llx", (unsigned long long)number);
    row.fingerprint_sha256 = fingerprint;
    row.not_after = not_after;
    row.host = "h.example";
    row.owner = "";
    row.verdict = "trusted";
    row.duplicate_of_line = CM_UNKNOWN;
    return row;
}

/* 3,000 certificates in a mixed order, before and after the time judged; each
 * is shown by three rows. */
static void the_nearest_certificates_are_kept_with_all_their_rows(void **state)
{
    struct cm_nearest *nearest = cm_nearest_new(FLEET_NOW);
    const struct cm_near *const *list;
    size_t num;

    (void)state;
    assert_non_null(nearest);
    for (int round = 0; round < 3; round++) {
        for (int64_t i = 0; i < 3000; i++) {
            int64_t n = i * 1789 % 3000;
            int64_t distance = n * DAY;
            char fingerprint[65];
            struct cm_report_row row =
                row_with(fingerprint, n,
                         FLEET_NOW + (n % 2 == 0 ? distance : -distance));

            assert_true(cm_nearest_row(nearest, &row));
        }
    }
    list = cm_nearest_list(nearest, &num);
    assert_int_equal(num, CM_MAX_NEAREST);
    assert_true(cm_nearest_is_cut(nearest));
    for (size_t i = 0; i < num; i++) {
        assert_int_equal(list[i]->distance, (int64_t)i * DAY);
        assert_int_equal(list[i]->rows, 3);
    }
    cm_nearest_free(nearest);
}

static void rows_without_a_certificate_are_left_out(void **state)
{
    struct cm_nearest *nearest = cm_nearest_new(FLEET_NOW);
    char fingerprint[65];
    struct cm_report_row row = row_with(fingerprint, 1, CM_UNKNOWN);
    size_t num;

    (void)state;
    assert_non_null(nearest);
    assert_true(cm_nearest_row(nearest, &row));
    row.fingerprint_sha256 = NULL;
    row.not_after = 1;
    assert_true(cm_nearest_row(nearest, &row));
    (void)cm_nearest_list(nearest, &num);
    assert_int_equal(num, 0);
    assert_false(cm_nearest_is_cut(nearest));
    cm_nearest_free(nearest);
}

/* Owner n has n rows; of 400 owners the 200 largest are named. */
static void small_owners_are_summed(void **state)
{
    struct cm_owners *owners = cm_owners_new();
    struct cm_buf out;

    (void)state;
    assert_non_null(owners);
    cm_buf_init(&out, 1 << 20);
    for (int n = 1; n <= 400; n++) {
        char fingerprint[65];
        char name[32];
        struct cm_report_row row = row_with(fingerprint, n, 1);

        (void)snprintf(name, sizeof(name), "owner %d", n);
        row.owner = name;
        for (int i = 0; i < n; i++) {
            assert_true(cm_owners_row(owners, &row));
        }
    }
    assert_true(cm_owners_put(owners, &out));
    assert_int_equal(times_in(cm_buf_cstr(&out), "verdict=\"trusted\""), 200);
    text_has(cm_buf_cstr(&out),
             "owner=\"owner 201\",verdict=\"trusted\"} 201\n");
    text_lacks(cm_buf_cstr(&out), "owner=\"owner 200\"");
    text_has(cm_buf_cstr(&out), "certmuster_rows_of_other_owners 20100\n");
    cm_buf_cleanup(&out);
    cm_owners_free(owners);
}

/* A series that is there twice makes Prometheus refuse the whole file. */
static void owners_that_look_the_same_are_one(void **state)
{
    static const char *const names[] = {"a\x1b", "a\\x1b", "a\xff", "a\xfe",
                                        "a\xef\xbf\xbd"};
    struct cm_owners *owners = cm_owners_new();
    char fingerprint[65];
    struct cm_report_row row = row_with(fingerprint, 1, FLEET_NOW);
    struct cm_buf out;

    (void)state;
    cm_buf_init(&out, 1 << 20);
    assert_non_null(owners);
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        row.owner = names[i];
        assert_true(cm_owners_row(owners, &row));
    }
    assert_true(cm_owners_put(owners, &out));
    text_has(cm_buf_cstr(&out), "owner=\"a\\\\x1b\",verdict=\"trusted\"} 2\n");
    text_has(cm_buf_cstr(&out),
             "owner=\"a\xef\xbf\xbd\",verdict=\"trusted\"} 3\n");
    cm_buf_cleanup(&out);
    cm_owners_free(owners);
}

static void labels_hold_any_text(void **state)
{
    struct cm_buf out;

    (void)state;
    cm_buf_init(&out, 1024);
    cm_prometheus_label(&out, true, "owner", "a \"b\"\\c\nd\x1b[0m\xff");
    assert_string_equal(
        cm_buf_cstr(&out),
        ",owner=\"a \\\"b\\\"\\\\c\\\\x0ad\\\\x1b[0m\xef\xbf\xbd\"");
    cm_buf_cleanup(&out);
}

static void an_endpoint_is_met_once(void **state)
{
    struct cm_seen *seen = cm_seen_new();
    char fingerprint[65];
    struct cm_report_row row = row_with(fingerprint, 1, 1);
    static const int64_t numbers[] = {1, 9, 70000, 0};
    bool first;

    (void)state;
    assert_non_null(seen);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
            row.endpoint = numbers[i];
            assert_true(cm_seen_first(seen, &row, &first));
            assert_int_equal(first, round == 0);
        }
    }
    /* Beyond all that we number, the row itself is asked. */
    row.endpoint = INT64_MAX;
    assert_true(cm_seen_first(seen, &row, &first));
    assert_true(first);
    row.duplicate_of_line = 7;
    assert_true(cm_seen_first(seen, &row, &first));
    assert_false(first);
    cm_seen_free(seen);
}

static void any_value_has_a_folder_of_its_own(void **state)
{
    static const char *const values[] = {
        "",           "Ops", "ops",      "OPS", "../../etc/passwd",
        ".",          "..",  "/",        "a/b", "a b",
        "a-b",        "CON", "\xff\xfe", "\n",  "=1+1",
        "Zo\xc3\xab", "-",   "--"};
    struct cm_map *taken = cm_map_new();
    char folder[CM_PART_NAME_SIZE];
    char again[CM_PART_NAME_SIZE];
    struct cm_error err;
    size_t num = sizeof(values) / sizeof(*values);

    (void)state;
    assert_non_null(taken);
    for (size_t i = 0; i < num; i++) {
        assert_int_equal(cm_part_name(taken, values[i], folder, &err), CM_OK);
        assert_int_equal(
            strspn(folder, "abcdefghijklmnopqrstuvwxyz0123456789-"),
            strlen(folder));
        assert_true(folder[0] != '-' && strlen(folder) < 60);
    }
    assert_int_equal(cm_map_count(taken), num);
    /* Where two values gave the same name, the second gets a longer one. */
    assert_int_equal(cm_part_name(taken, values[1], again, &err), CM_OK);
    assert_int_equal(strlen(again), strlen("ops-") + 64);
    cm_map_free(taken, NULL);
}

/* 26,000 findings of two severities: the lesser ones are cut, and it is said
 * how many. */
static void sarif_holds_the_worst_results(void **state)
{
    struct fixture f;
    size_t bad_at;
    char *text;

    (void)state;
    fixture_make_fleet(&f);
    fixture_sql(
        &f,
        "DELETE FROM finding; DELETE FROM action;"
        "INSERT INTO finding SELECT 1, 1, n, CASE WHEN n % 2 THEN"
        " 'leaf_expired' ELSE 'chain_wrong_order' END, CASE WHEN n % 2 THEN"
        " 'breaks_now' ELSE 'hygiene' END, 'certain', n = 0, 'p' || n, '',"
        " NULL, NULL, 'nothing_to_do', printf('%016x', 1), 'k' || n, 's'"
        " FROM (WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c"
        " WHERE n < 25999) SELECT n FROM c)");
    f.options.formats = "sarif";
    fixture_write(&f);
    text = fixture_text(&f, "results.sarif");
    assert_int_equal(times_in(text, "\n{\"ruleId\":"), 25000);
    assert_int_equal(times_in(text, "\n{\"ruleId\":\"leaf_expired\""), 13000);
    text_has(text, " findings are left out, those that matter least");
    assert_true(json_is_valid(text, strlen(text), &bad_at));
    free(text);
    fixture_remove(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_certificates_are_kept_with_all_their_rows),
        cmocka_unit_test(rows_without_a_certificate_are_left_out),
        cmocka_unit_test(small_owners_are_summed),
        cmocka_unit_test(owners_that_look_the_same_are_one),
        cmocka_unit_test(labels_hold_any_text),
        cmocka_unit_test(an_endpoint_is_met_once),
        cmocka_unit_test(any_value_has_a_folder_of_its_own),
        cmocka_unit_test(sarif_holds_the_worst_results),
    };

    return cmocka_run_group_tests_name("report machines", tests, NULL, NULL);
}
