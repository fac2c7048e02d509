/* What the calendar says of public certificates that do for TLS clients, too:
 * their successors will not.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar_fleet.h"

#define KEY_BOTH "00000000000000a6"
#define KEY_OURS "00000000000000a7"

static void add_both(const struct fixture *f, int row, int ord, int cert,
                     const char *severity, const char *resolution,
                     const char *action)
{
    calendar_sql(
        f,
        "INSERT INTO finding VALUES (1, %d, %d, 'public_client_auth_eku', '%s',"
        " 'certain', 0, 'p', '', %d, 0, '%s', '%s', 'k', 's')",
        row, ord, severity, cert, resolution, action);
}

/* That of two servers, one of them not trusted, and ours, which a third one
 * was sent. */
static void expect_both(const struct table *t)
{
    size_t lines = 0;

    for (size_t i = 1; i < t->rows; i++) {
        bool ours = strcmp(table_at(t, i, "subject"), "CN=us") == 0;

        if (strcmp(table_at(t, i, "cause"), "public_client_auth_eku") != 0) {
            continue;
        }
        lines++;
        assert_string_equal(table_at(t, i, "effect"), "renewal");
        assert_string_equal(table_at(t, i, "days_left"), ours ? "20" : "150");
        assert_string_equal(table_at(t, i, "endpoints"), ours ? "1" : "2");
        assert_string_equal(table_at(t, i, "resolution"),
                            ours ? "provide_client_certificate"
                                 : "separate_client_certificate");
        assert_string_equal(table_at(t, i, "action"),
                            ours ? KEY_OURS : KEY_BOTH);
        assert_string_equal(table_at(t, i, "owners"), ours ? "" : "crm; erp");
        assert_string_equal(table_at(t, i, "next_max_days"), "");
    }
    assert_int_equal(lines, 2);
}

static void the_end_of_client_authentication(void **state)
{
    struct fixture *f = *state;
    struct table t;
    char *text = fixture_text(f, "report.json");

    json_expect(text, "calendar/client_auth_end/date", "2027-03-15");
    json_expect(text, "calendar/client_auth_end/certificates", "0");
    json_expect(text, "calendar/client_auth_end/endpoints", "0");
    free(text);
    text = fixture_text(f, "report.html");
    text_lacks(text, "public CAs issue for TLS servers only");
    free(text);
    add_both(f, 7, 1, LEAF_PUBLIC, "hygiene", "separate_client_certificate",
             KEY_BOTH);
    calendar_sql(
        f, "UPDATE probe SET leaf = 112, chain = '[112]' WHERE endpoint = 11");
    add_both(f, 11, 1, LEAF_PUBLIC, "hygiene", "separate_client_certificate",
             KEY_BOTH);
    add_both(f, 10, 1, OURS, "breaks_by_date", "provide_client_certificate",
             KEY_OURS);
    fixture_write(f);
    calendar_read(f, &t);
    expect_both(&t);
    table_free(&t);
    text = fixture_text(f, "report.json");
    json_expect(text, "calendar/client_auth_end/certificates", "2");
    json_expect(text, "calendar/client_auth_end/endpoints", "3");
    json_expect(text, "calendar/endpoints", "10");
    free(text);
    text = fixture_text(f, "calendar.ics");
    assert_int_equal(times_in(text, "BEGIN:VEVENT\r\n"), 14);
    text_has(text, "UID:limit-client_auth-20270315@certmuster\r\n");
    text_has(text, "DTSTART;VALUE=DATE:20270315\r\n");
    free(text);
    text = fixture_text(f, "report.html");
    text_has(text, "<b>From 15 Mar 2027 on public CAs issue for TLS servers "
                   "only</b>");
    text_has(text, "2 certificates here do for TLS clients, too, on 3 "
                   "endpoints.");
    free(text);
}

/* Afterwards it is no date to come, but still so. */
static void client_authentication_has_ended(void **state)
{
    struct fixture *f = *state;
    char *text;

    add_both(f, 7, 1, LEAF_PUBLIC, "hygiene", "separate_client_certificate",
             KEY_BOTH);
    calendar_sql(f, "UPDATE run SET judged_at = 1805068800 - 1");
    fixture_write(f);
    text = fixture_text(f, "calendar.ics");
    text_has(text, "UID:limit-client_auth-20270315");
    free(text);
    calendar_sql(f, "UPDATE run SET judged_at = 1805068800");
    fixture_write(f);
    text = fixture_text(f, "calendar.ics");
    text_lacks(text, "UID:limit-client_auth-20270315");
    free(text);
    text = fixture_text(f, "report.json");
    json_expect(text, "calendar/client_auth_end/certificates", "1");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_end_of_client_authentication,
                                        calendar_with_dates, calendar_without),
        cmocka_unit_test_setup_teardown(client_authentication_has_ended,
                                        calendar_with_dates, calendar_without),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
