/* Limits by date.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base_test.h"

#include "certmuster/limits.h"
#include "certmuster/text.h"

#define DAY INT64_C(86400)

static int64_t at(const char *text)
{
    int64_t unix_s;

    assert_true(cm_time_parse(text, &unix_s));
    return unix_s;
}

static void each_limit_holds_from_its_day_on(void **state)
{
    static const struct {
        const char *issued;
        int days;
    } cases[] = {
        {"2018-02-28T23:59:59Z", 0},
        {"2018-03-01", 825},
        {"2020-08-31T23:59:59Z", 825},
        {"2020-09-01", 398},
        {"2026-03-14T23:59:59Z", 398},
        {"2026-03-15", 200},
        {"2027-03-14T23:59:59Z", 200},
        {"2027-03-15", 100},
        {"2029-03-14T23:59:59Z", 100},
        {"2029-03-15", 47},
        {"9999-12-31", 47},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(cm_validity_limit_days(at(cases[i].issued)),
                         cases[i].days);
    }
}

static void the_newest_limit_comes_first(void **state)
{
    size_t num;
    const struct cm_validity_limit *limits = cm_validity_limits(&num);

    (void)state;
    assert_int_equal(num, 5);
    for (size_t i = 1; i < num; i++) {
        assert_true(limits[i].since_unix < limits[i - 1].since_unix);
        assert_true(limits[i].days > limits[i - 1].days);
    }
}

static void a_part_of_a_renewal_is_one(void **state)
{
    (void)state;
    assert_int_equal(cm_renewals_a_year(365 * DAY), 1);
    assert_int_equal(cm_renewals_a_year(364 * DAY), 2);
    assert_int_equal(cm_renewals_a_year(100 * DAY), 4);
    assert_int_equal(cm_renewals_a_year(47 * DAY), 8);
    assert_int_equal(cm_renewals_a_year(3650 * DAY), 1);
    assert_true(cm_renewals_a_year(0) > 0);
    assert_true(cm_renewals_a_year(-1) > 0);
}

static void a_roots_term_is_by_the_day_of_its_key(void **state)
{
    (void)state;
    assert_int_equal(cm_root_term_end(at("2004-01-01")), at("2025-04-15"));
    assert_int_equal(cm_root_term_end(at("2007-11-01")), at("2026-04-15"));
    assert_int_equal(cm_root_term_end(at("2009-12-31")), at("2027-04-15"));
    assert_int_equal(cm_root_term_end(at("2010-01-01")), at("2028-04-15"));
    assert_int_equal(cm_root_term_end(at("2014-04-14")), at("2029-04-15"));
    /* Fifteen years, give or take a leap day. */
    assert_true(cm_root_term_end(at("2015-06-04")) >= at("2030-06-03"));
    assert_true(cm_root_term_end(at("2015-06-04")) <= at("2030-06-05"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_limit_holds_from_its_day_on),
        cmocka_unit_test(the_newest_limit_comes_first),
        cmocka_unit_test(a_part_of_a_renewal_is_one),
        cmocka_unit_test(a_roots_term_is_by_the_day_of_its_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
