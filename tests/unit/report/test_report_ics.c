/* The lines of an iCalendar file: what RFC 5545 section 3.1 and 3.3.11 ask.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/text.h"
#include "fixture.h"
#include "ics.h"

#define MAX_OUT ((size_t)1 << 20)

static char *made(const char *text)
{
    struct cm_buf out;
    struct cm_ics ics;
    char *taken;

    cm_buf_init(&out, MAX_OUT);
    cm_ics_init(&ics, &out);
    cm_ics_text(&ics, "SUMMARY", text);
    cm_ics_cleanup(&ics);
    taken = cm_buf_take(&out);
    assert_non_null(taken);
    return taken;
}

/* Each line ends with CR LF, has at most 75 octets, is UTF-8, and but for the
 * first begins with a space; without folds it is one line. */
static char *unfolded(const char *text)
{
    char *copy = malloc(strlen(text) + 1);
    size_t len = 0;
    int lines = 0;

    assert_non_null(copy);
    while (*text != '\0') {
        const char *end = strstr(text, "\r\n");

        assert_non_null(end);
        assert_true(end - text <= CM_ICS_LINE);
        assert_true(cm_text_is_utf8(text, (size_t)(end - text)));
        assert_null(memchr(text, '\n', (size_t)(end - text)));
        if (lines++ > 0) {
            assert_int_equal(*text, ' ');
            text++;
        }
        memcpy(copy + len, text, (size_t)(end - text));
        len += (size_t)(end - text);
        text = end + 2;
    }
    copy[len] = '\0';
    return copy;
}

static void expect(const char *text, const char *want)
{
    char *folded = made(text);
    char *line = unfolded(folded);

    assert_string_equal(line, want);
    free(line);
    free(folded);
}

static void what_means_something_is_escaped(void **state)
{
    (void)state;
    expect("", "SUMMARY:");
    expect("a, b; c\\d\ne:f\"g", "SUMMARY:a\\, b\\; c\\\\d\\ne:f\"g");
}

/* "SUMMARY:" has 8 octets. */
static void lines_are_folded_at_75_octets(void **state)
{
    static const size_t lengths[] = {66, 67, 68, 140, 141, 142, 215, 216, 5000};
    char text[5001];
    char want[5009];

    (void)state;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        char *folded;

        memset(text, 'x', lengths[i]);
        text[lengths[i]] = '\0';
        (void)snprintf(want, sizeof(want), "SUMMARY:%s", text);
        expect(text, want);
        folded = made(text);
        assert_int_equal(
            times_in(folded, "\r\n"),
            1 + (lengths[i] <= 67 ? 0 : (lengths[i] - 67 + 73) / 74));
        free(folded);
    }
}

static void no_character_is_cut_in_two(void **state)
{
    static const char *const units[] = {"\xc3\xbc", "\xe2\x82\xac",
                                        "\xf0\x9f\x94\x92"};

    (void)state;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        for (size_t before = 0; before < 8; before++) {
            char text[1024];
            char want[1040];
            size_t len = before;

            memset(text, 'x', before);
            for (size_t n = 0; n < 60; n++) {
                memcpy(text + len, units[i], strlen(units[i]));
                len += strlen(units[i]);
            }
            text[len] = '\0';
            (void)snprintf(want, sizeof(want), "SUMMARY:%s", text);
            expect(text, want);
        }
    }
}

static void times_are_written_as_the_rfc_has_them(void **state)
{
    struct cm_buf out;
    struct cm_ics ics;

    (void)state;
    cm_buf_init(&out, MAX_OUT);
    cm_ics_init(&ics, &out);
    cm_ics_date(&ics, "DTSTART", FLEET_NOW);
    cm_ics_time(&ics, "DTSTAMP", FLEET_NOW);
    cm_ics_number(&ics, "SEQUENCE", 7);
    cm_ics_line(&ics, "END", "VEVENT");
    assert_string_equal(cm_buf_cstr(&out),
                        "DTSTART;VALUE=DATE:20261121\r\n"
                        "DTSTAMP:20261121T074856Z\r\nSEQUENCE:7\r\n"
                        "END:VEVENT\r\n");
    cm_ics_cleanup(&ics);
    cm_buf_cleanup(&out);
}

/* What a certificate says can end no line and begin no property. */
static void hostile_texts_stay_texts(void **state)
{
    struct fixture f;
    char *text;
    char *line;

    (void)state;
    fixture_make_fleet(&f);
    f.options.formats = "ics";
    fixture_sql(&f, "UPDATE certificate SET subject = 'CN=x' || char(13, 10) ||"
                    " 'BEGIN:VALARM' || char(10, 0x202e) || ';,\\'"
                    " WHERE id = 5; UPDATE row SET owner = 'o' || char(13, 10)"
                    " || 'END:VCALENDAR' WHERE id = 7");
    fixture_write(&f);
    text = fixture_text(&f, "calendar.ics");
    assert_int_equal(times_in(text, "\nBEGIN:VALARM"), 0);
    assert_int_equal(times_in(text, "\nEND:VCALENDAR"), 1);
    for (const char *at = text; *at != '\0'; at = strstr(at, "\r\n") + 2) {
        assert_true(strcspn(at, "\r\n") <= CM_ICS_LINE);
        assert_non_null(strstr(at, "\r\n"));
    }
    assert_int_equal(times_in(text, "\n"), times_in(text, "\r\n"));
    assert_true(cm_text_is_utf8(text, strlen(text)));
    line = strstr(text, "CN=x");
    assert_non_null(line);
    free(text);
    fixture_remove(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_means_something_is_escaped),
        cmocka_unit_test(lines_are_folded_at_75_octets),
        cmocka_unit_test(no_character_is_cut_in_two),
        cmocka_unit_test(times_are_written_as_the_rfc_has_them),
        cmocka_unit_test(hostile_texts_stay_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
