/* Times: every day of ten thousand years, and texts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base_test.h"

#include <stdio.h>

#include "certmuster/text.h"

#define DAY_S 86400

/* Counts days one by one, which needs no formula. */
static void every_day_to_the_year_9999_follows_the_one_before(void **state)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30,
                                  31, 31, 30, 31, 30, 31};
    int64_t want = INT64_C(-62167219200); /* 0000-01-01 */
    int64_t got;

    (void)state;
    for (int year = 0; year <= 9999; year++) {
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

        for (int month = 1; month <= 12; month++) {
            int length = lengths[month - 1] + (month == 2 && leap ? 1 : 0);

            for (int day = 1; day <= length; day++) {
                if (!cm_time_from_civil(year, month, day, 0, &got) ||
                    got != want) {
                    fail_msg("%04d-%02d-%02d", year, month, day);
                }
                want += DAY_S;
            }
            assert_false(cm_time_from_civil(year, month, length + 1, 0, &got));
        }
    }
    assert_true(want == INT64_C(253402300800));
}

static void a_day(int64_t unix_s, int year, int month, int day)
{
    char want[CM_TIME_TEXT_SIZE * 2];
    char text[CM_TIME_TEXT_SIZE];
    int64_t back;

    (void)snprintf(want, sizeof(want), "%04d-%02d-%02dT23:59:59Z", year, month,
                   day);
    assert_string_equal(cm_time_rfc3339(unix_s + DAY_S - 1, text), want);
    assert_true(cm_time_parse(text, &back));
    assert_true(back == unix_s + DAY_S - 1);
    (void)snprintf(want, sizeof(want), "%04d-%02d-%02dT00:00:00Z", year, month,
                   day);
    assert_string_equal(cm_time_rfc3339(unix_s, text), want);
    want[10] = '\0';
    assert_true(cm_time_parse(want, &back));
    assert_true(back == unix_s);
}

static void texts_survive_the_round_trip(void **state)
{
    int64_t unix_s;

    (void)state;
    for (int year = 0; year <= 9999; year++) {
        for (int month = 1; month <= 12; month++) {
            assert_true(cm_time_from_civil(year, month, 1, 0, &unix_s));
            a_day(unix_s, year, month, 1);
        }
        if (cm_time_from_civil(year, 2, 29, 0, &unix_s)) {
            a_day(unix_s, year, 2, 29);
        }
        assert_true(cm_time_from_civil(year, 12, 31, 0, &unix_s));
        a_day(unix_s, year, 12, 31);
    }
}

static void each_second_of_a_day_is_shown(void **state)
{
    char want[CM_TIME_TEXT_SIZE * 2];
    char text[CM_TIME_TEXT_SIZE];

    (void)state;
    for (int s = 0; s < DAY_S; s += 7) {
        (void)snprintf(want, sizeof(want), "1969-12-31T%02d:%02d:%02dZ",
                       s / 3600, s / 60 % 60, s % 60);
        assert_string_equal(cm_time_rfc3339(s - DAY_S, text), want);
    }
}

static void fields_out_of_range_are_refused(void **state)
{
    static const struct {
        int year, month, day, second;
    } wrong[] = {
        {-1, 1, 1, 0},    {10000, 1, 1, 0},    {2026, 0, 1, 0},
        {2026, 13, 1, 0}, {2026, 1, 0, 0},     {2026, 1, 32, 0},
        {2026, 2, 29, 0}, {1900, 2, 29, 0},    {2000, 2, 30, 0},
        {2026, 1, 1, -1}, {2026, 1, 1, DAY_S}, {2026, -1, 1, 0},
    };
    int64_t out = 42;

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_false(cm_time_from_civil(wrong[i].year, wrong[i].month,
                                        wrong[i].day, wrong[i].second, &out));
    }
    assert_int_equal(out, 42);
}

static void days_are_shown_for_people(void **state)
{
    char text[CM_TIME_TEXT_SIZE];

    (void)state;
    assert_string_equal(cm_time_day(0, text), "1 Jan 1970");
    assert_string_equal(cm_time_day(-1, text), "31 Dec 1969");
    assert_string_equal(cm_time_day(INT64_C(1795247336), text), "21 Nov 2026");
    assert_string_equal(cm_time_day(INT64_C(253402300799), text),
                        "31 Dec 9999");
    assert_string_equal(cm_time_day(INT64_C(-62135596800), text), "1 Jan 1");
}

static void any_number_of_seconds_has_a_text(void **state)
{
    char text[CM_TIME_TEXT_SIZE];

    (void)state;
    assert_string_equal(cm_time_rfc3339(INT64_MAX, text),
                        "292277026596-12-04T15:30:07Z");
    assert_string_equal(cm_time_rfc3339(INT64_MIN, text),
                        "-292277022657-01-27T08:29:52Z");
    assert_string_equal(cm_time_rfc3339(INT64_C(253402300800), text),
                        "10000-01-01T00:00:00Z");
    assert_string_equal(cm_time_rfc3339(INT64_C(-62167219201), text),
                        "-0001-12-31T23:59:59Z");
    assert_string_equal(cm_time_day(INT64_MIN, text), "27 Jan -292277022657");
}

static struct parse_case {
    const char *text;
    bool good;
    int64_t want;
} parses[] = {
    {"1970-01-01T00:00:00Z", true, 0},
    {"2026-11-21T07:48:56Z", true, 1795247336},
    {"2026-11-21t07:48:56z", true, 1795247336},
    {"2026-11-21 07:48:56Z", true, 1795247336},
    {"2026-11-21T08:48:56+01:00", true, 1795247336},
    {"2026-11-21T02:18:56-05:30", true, 1795247336},
    {"2026-11-21T07:48:56-00:00", true, 1795247336},
    {"2026-11-21T07:48:56.999Z", true, 1795247336},
    {"2026-11-21T07:48:56.123456789123+00:00", true, 1795247336},
    {"2026-11-21", true, 1795219200},
    {"2000-02-29", true, 951782400},
    {"0001-01-01", true, -62135596800},
    {"9999-12-31T23:59:59Z", true, 253402300799},
    {"9999-12-31T23:59:59-23:59", true, 253402300799 + 86340},
    {"", false, 0},
    {"2026", false, 0},
    {"2026-11", false, 0},
    {"2026-11-2", false, 0},
    {"2026-11-211", false, 0},
    {"26-11-21", false, 0},
    {"2026/11/21", false, 0},
    {"+2026-11-21", false, 0},
    {"2026-02-29", false, 0},
    {"2026-00-10", false, 0},
    {"2026-11-21T", false, 0},
    {"2026-11-21T07:48Z", false, 0},
    {"2026-11-21T07:48:56", false, 0},
    {"2026-11-21T07:48:60Z", false, 0},
    {"2026-11-21T24:00:00Z", false, 0},
    {"2026-11-21T07:60:00Z", false, 0},
    {"2026-11-21T07:48:56.Z", false, 0},
    {"2026-11-21T07:48:56+0100", false, 0},
    {"2026-11-21T07:48:56+24:00", false, 0},
    {"2026-11-21T07:48:56+01:60", false, 0},
    {"2026-11-21T07:48:56ZZ", false, 0},
    {"2026-11-21T07:48:56Z ", false, 0},
    {" 2026-11-21", false, 0},
    {"2026-11-21X07:48:56Z", false, 0},
    {"2026-11-21T 7:48:56Z", false, 0},
    {"2026-11-21T07-48-56Z", false, 0},
};

static void parses_or_leaves_alone(void **state)
{
    const struct parse_case *c = *state;
    int64_t got = 77;

    assert_int_equal(cm_time_parse(c->text, &got), c->good);
    assert_true(got == (c->good ? c->want : 77));
}

#define PARSES COUNT(parses)
#define OTHERS 6

int main(void)
{
    struct CMUnitTest tests[PARSES + OTHERS] = {
        cmocka_unit_test(every_day_to_the_year_9999_follows_the_one_before),
        cmocka_unit_test(texts_survive_the_round_trip),
        cmocka_unit_test(each_second_of_a_day_is_shown),
        cmocka_unit_test(fields_out_of_range_are_refused),
        cmocka_unit_test(days_are_shown_for_people),
        cmocka_unit_test(any_number_of_seconds_has_a_text),
    };

    for (size_t i = 0; i < PARSES; i++) {
        tests[i + OTHERS] =
            (struct CMUnitTest){.name = parses[i].text,
                                .test_func = parses_or_leaves_alone,
                                .initial_state = &parses[i]};
    }
    return cmocka_run_group_tests_name("base/time", tests, NULL, NULL);
}
