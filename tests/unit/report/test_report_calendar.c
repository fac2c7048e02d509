/* What breaks next: which date, which certificate, whose rows, in every output.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/judge.h"
#include "calendar_fleet.h"

/* --- calendar.csv --- */

struct want {
    int days; /* from the day judged */
    const char *effect;
    const char *cause;
    const char *endpoints;
    int cert;
    const char *resolution;
    const char *action; /* NULL: that of renewing this certificate, or ours */
    const char *owners;
    const char *num_owners;
    const char *next;
};
static const struct want wanted[] = {
    {10, "breaks", "leaf_expired", "1", LEAF_SOON, "renew_certificate", NULL,
     "crm", "1", ""},
    {20, "breaks", "client_cert_expired", "1", OURS,
     "provide_client_certificate", NULL, "", "1", ""},
    {50, "some_clients", "chain_expired_cross", "1", CROSS, "tidy_chain", "",
     "erp", "1", ""},
    {60, "breaks", "leaf_expired", "3", LEAF_SHARED, "renew_certificate", NULL,
     "crm; =web", "2", ""},
    {90, "breaks", "leaf_expired", "1", LEAF_DISTRUST, "renew_certificate",
     NULL, "", "1", ""},
    {90, "renewal", "ca_distrust_after", "1", LEAF_DISTRUST, "change_ca",
     KEY_DISTRUST, "", "1", ""},
    {100, "breaks", "ca_cert_expired", "1", INT_SHORT, "install_chain",
     KEY_CHAIN, "erp", "1", ""},
    {145, "some_clients", "root_term_limit", "1", ROOT_OLD, "change_ca",
     KEY_TERM, "", "1", ""},
    {150, "breaks", "leaf_expired", "1", LEAF_PUBLIC, "renew_certificate", NULL,
     "erp", "1", ""},
    {150, "renewal", "renewal_not_automated", "1", LEAF_PUBLIC,
     "automate_renewal", KEY_HAND, "erp", "1", "100"},
    {200, "breaks", "root_expired", "1", ROOT_SHORT, "change_ca", KEY_ROOT,
     "erp", "1", ""},
    {300, "breaks", "leaf_expired", "1", LEAF_YEAR, "renew_certificate", NULL,
     "", "1", ""},
};
#define WANTED (sizeof(wanted) / sizeof(wanted[0]))

static const char *key_of(const struct want *w, char out[CM_ACTION_KEY_SIZE])
{
    char sha[65];
    enum cm_resolution resolution;

    assert_true(cm_resolution_from_id(w->resolution, &resolution));
    return w->action != NULL
               ? w->action
               : cm_action_key(resolution, calendar_sha(w->cert, sha), out);
}

static void each_date_has_its_line(void **state)
{
    struct table t;

    calendar_read(*state, &t);
    assert_int_equal(t.rows, WANTED + 1);
    for (size_t i = 0; i < WANTED; i++) {
        const struct want *w = &wanted[i];
        char sha[65];
        char days[16];
        char key[CM_ACTION_KEY_SIZE];

        (void)snprintf(days, sizeof(days), "%d", w->days);
        assert_string_equal(table_at(&t, i + 1, "days_left"), days);
        assert_string_equal(table_at(&t, i + 1, "effect"), w->effect);
        assert_string_equal(table_at(&t, i + 1, "cause"), w->cause);
        assert_string_equal(table_at(&t, i + 1, "endpoints"), w->endpoints);
        assert_string_equal(table_at(&t, i + 1, "fingerprint_sha256"),
                            calendar_sha(w->cert, sha));
        assert_string_equal(table_at(&t, i + 1, "resolution"), w->resolution);
        assert_string_equal(table_at(&t, i + 1, "action"), key_of(w, key));
        assert_string_equal(table_at(&t, i + 1, "owners"), w->owners);
        assert_string_equal(table_at(&t, i + 1, "num_owners"), w->num_owners);
        assert_string_equal(table_at(&t, i + 1, "next_max_days"), w->next);
    }
    assert_string_equal(table_at(&t, 1, "date"), "2026-12-01");
    assert_string_equal(table_at(&t, 1, "at"), "2026-12-01T07:48:56Z");
    assert_string_equal(table_at(&t, 1, "subject"), "CN=soon");
    assert_string_equal(table_at(&t, 8, "date"), "2027-04-15");
    table_free(&t);
}

static void an_owner_is_no_formula(void **state)
{
    struct fixture *f = *state;
    struct table t;

    calendar_sql(f, "UPDATE row SET owner = '=cmd()' WHERE id = 1");
    fixture_write(f);
    calendar_read(f, &t);
    assert_string_equal(table_at(&t, 1, "owners"), "'=cmd()");
    table_free(&t);
}

/* A row is in one line that breaks, and no other. */
static void each_trusted_row_breaks_once(void **state)
{
    struct table t;
    long sum = 0;

    calendar_read(*state, &t);
    for (size_t i = 1; i < t.rows; i++) {
        if (strcmp(table_at(&t, i, "effect"), "breaks") == 0) {
            sum += strtol(table_at(&t, i, "endpoints"), NULL, 10);
        }
    }
    assert_int_equal(sum, 10);
    table_free(&t);
}

/* --- report.json --- */

static void json_has_the_same(void **state)
{
    char *text = fixture_text(*state, "report.json");

    json_expect(text, "calendar/endpoints", "10");
    json_expect(text, "calendar/endpoints_without_date", "0");
    json_expect(text, "calendar/within_30_days", "2");
    json_expect(text, "calendar/within_90_days", "6");
    json_expect(text, "calendar/within_365_days", "10");
    json_expect(text, "calendar/first_at", "2026-12-01T07:48:56Z");
    json_expect(text, "calendar/entries/0/date", "2026-12-01");
    json_expect(text, "calendar/entries/0/owners/0", "crm");
    json_expect(text, "calendar/entries/2/action", "null");
    json_expect(text, "calendar/entries/6/action", KEY_CHAIN);
    json_expect(text, "calendar/entries/9/next_max_days", "100");
    json_expect(text, "calendar/validity_limits/0/date", "2027-03-15");
    json_expect(text, "calendar/validity_limits/0/max_days", "100");
    json_expect(text, "calendar/validity_limits/0/certificates", "1");
    json_expect(text, "calendar/validity_limits/0/endpoints", "1");
    json_expect(text, "calendar/validity_limits/0/renewals_a_year_now", "1");
    json_expect(text, "calendar/validity_limits/0/renewals_a_year_then", "4");
    json_expect(text, "calendar/validity_limits/1/date", "2029-03-15");
    json_expect(text, "calendar/validity_limits/1/renewals_a_year_then", "8");
    json_expect(text, "breaks_next/within_30_days", "2");
    json_expect(text, "breaks_at", "null");
    free(text);
}

/* --- calendar.ics --- */

static void ics_has_an_event_for_each_day_and_action(void **state)
{
    char *text = fixture_text(*state, "calendar.ics");

    /* Eleven dates, without that of the limit, and two limits. */
    assert_int_equal(times_in(text, "BEGIN:VEVENT\r\n"), 13);
    assert_int_equal(times_in(text, "END:VEVENT\r\n"), 13);
    text_has(text, "UID:" KEY_CHAIN "-ca_cert_expired-20270301@certmuster\r\n");
    text_has(text, "DTSTART;VALUE=DATE:20270301\r\n");
    text_has(text, "DTSTAMP:20261121T074850Z\r\n");
    text_has(text, "SUMMARY:3 endpoints break: the certificate expires (CN="
                   "shared)\r\n");
    text_has(text, "UID:limit-validity-20270315@certmuster\r\n");
    text_has(text, "UID:0000000000000000-chain_expired_cross-20270110@certm");
    text_has(text, "SUMMARY:1 endpoint breaks for some clients: ");
    free(text);
}

/* A newer run over the same certificates moves no UID. */
static void a_newer_run_has_the_same_uids(void **state)
{
    struct fixture *f = *state;
    char *before = fixture_text(f, "calendar.ics");
    char *after;
    char *at = before;
    int num = 0;

    calendar_sql(
        f, "UPDATE run SET started = started + 604800, judged_at = judged_at +"
           " 604800");
    fixture_write(f);
    after = fixture_text(f, "calendar.ics");
    while ((at = strstr(at, "UID:")) != NULL) {
        char *end = strstr(at, "\r\n");

        assert_non_null(end);
        *end = '\0';
        text_has(after, at);
        at = end + 1;
        num++;
    }
    assert_int_equal(num, 13);
    text_has(after, "SEQUENCE:3633588\r\n");
    free(before);
    free(after);
}

/* --- report.html --- */

static void html_says_how_many_break(void **state)
{
    char *text = fixture_text(*state, "report.html");

    text_has(text, "<b>2 of the 10 endpoints that are trusted today break "
                   "within 30 days</b> if nothing is done; 6 within 90 days, "
                   "10 within a year. The first date is 1 Dec 2026.");
    text_has(text, "from 15 Mar 2027: new public certificates live for at most "
                   "100 days</text>");
    text_lacks(text, "from 15 Mar 2029: new"); /* beyond the chart */
    text_has(text, "<th scope=\"row\">crm</th>");
    text_has(text, "<th scope=\"row\">no owner is named</th>");
    text_has(text, "15 Mar 2029</th><td class=\"num\">47 days</td>");
    text_has(text, "an issuing certificate expires</td>");
    free(text);
}

/* --- a run judged again for a later date --- */

static void judge_again(const struct fixture *f)
{
    calendar_sql(
        f,
        "INSERT INTO run SELECT 2, state, started, finished, judged_at +"
        " 8640000, input_name, input_sha256, rows_read, rows_recorded, columns,"
        " owner_column, has_header, options, version, tls_library, trust,"
        " resolvers, 'rejudge', 1, shard, shards, input_rows, config_sha256,"
        " seed, resumed, input_bytes, faults FROM run WHERE id = 1;"
        "INSERT INTO row SELECT 2, id, line, fields, owner, endpoint,"
        " first_line FROM row WHERE run = 1;"
        "INSERT INTO endpoint (run, id, host, port, protocol, sni, is_ip,"
        " flags) SELECT 2, id, host, port, protocol, sni, is_ip, flags FROM"
        " endpoint WHERE run = 1;"
        "INSERT INTO result (run, endpoint, verdict, primary_cause, causes,"
        " path) SELECT 2, endpoint, CASE WHEN endpoint <= 5 THEN 'untrusted'"
        " ELSE verdict END, CASE WHEN endpoint < 5 THEN 'leaf_expired' WHEN"
        " endpoint = 5 THEN 'ca_cert_expired' END, '[]', path FROM result"
        " WHERE run = 1;"
        "INSERT INTO finding SELECT 2, endpoint, 0, primary_cause,"
        " 'breaks_now', 'certain', 1, 'p', '', NULL, 0, 'renew_certificate',"
        " CASE WHEN endpoint = 1 THEN '" KEY_ROOT "' ELSE '" KEY_CHAIN
        "' END, 'k', 's' FROM result WHERE run = 2 AND endpoint <= 5");
}

static void a_later_date_says_what_breaks_by_then(void **state)
{
    struct fixture *f = *state;
    struct cm_error err;
    FILE *out = tmpfile();
    char *text;

    judge_again(f);
    f->options.run_id = 2;
    fixture_write(f);
    text = fixture_text(f, "report.json");
    json_expect(text, "breaks_at/date", "2027-03-01");
    json_expect(text, "breaks_at/source_run", "1");
    json_expect(text, "breaks_at/trusted_before", "10");
    json_expect(text, "breaks_at/not_trusted", "5");
    json_expect(text, "breaks_at/actions/0/endpoints", "3");
    json_expect(text, "breaks_at/actions/0/action", KEY_CHAIN);
    json_expect(text, "breaks_at/actions/0/cause", "leaf_expired");
    free(text);
    text = fixture_text(f, "report.html");
    text_has(text, "<b>On 1 Mar 2027, 5 of 10 endpoints</b> that run 1 found "
                   "trusted on 21 Nov 2026 <b>are not trusted.</b>");
    text_has(text, "endpoints that are trusted on 1 Mar 2027 break");
    free(text);
    assert_int_equal(cm_report_summary(&f->options, 3, 100, out, &err), CM_OK);
    text = fixture_drain(out);
    text_has(text, " On 1 Mar 2027, 5 of 10 endpoints that run 1 found trusted "
                   "on 21 Nov 2026 are not trusted:\n");
    text_has(text, "            4  the certificate has expired\n");
    free(text);
}

static void the_terminal_shows_the_nearest_dates(void **state)
{
    struct fixture *f = *state;
    struct cm_error err;
    FILE *out = tmpfile();
    char *text;

    assert_int_equal(cm_report_summary(&f->options, 3, 100, out, &err), CM_OK);
    text = fixture_drain(out);
    text_has(text, "            1  1 Dec 2026   the certificate expires: "
                   "CN=soon\n            1  11 Dec 2026  our client "
                   "certificate expires: CN=us\n            3  20 Jan 2027  ");
    text_lacks(text, "CN=distrust");
    free(text);
}

int main(void)
{
#define CALENDAR_TEST(name)                                                    \
    cmocka_unit_test_setup_teardown(name, calendar_with_dates, calendar_without)
    const struct CMUnitTest tests[] = {
        CALENDAR_TEST(each_date_has_its_line),
        CALENDAR_TEST(an_owner_is_no_formula),
        CALENDAR_TEST(each_trusted_row_breaks_once),
        CALENDAR_TEST(json_has_the_same),
        CALENDAR_TEST(ics_has_an_event_for_each_day_and_action),
        CALENDAR_TEST(a_newer_run_has_the_same_uids),
        CALENDAR_TEST(html_says_how_many_break),
        CALENDAR_TEST(a_later_date_says_what_breaks_by_then),
        CALENDAR_TEST(the_terminal_shows_the_nearest_dates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
