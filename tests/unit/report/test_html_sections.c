/* The HTML report's parts about causes, post-quantum readiness, clients by
 * causes, and trust views.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "html_cells.h"
#include "html_check.h"

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    fixture_make_fleet(f);
    f->options.formats = "html";
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_remove(*state);
    free(*state);
    return 0;
}

static char *section_of(struct fixture *f, const char *id)
{
    char begin[64];
    char *html = html_of(f);
    char *section;

    html_check(html);
    (void)snprintf(begin, sizeof(begin), "<section id=\"%s\"", id);
    section = html_between(html, begin, "</section>");
    free(html);
    return section;
}

#define PICK(pick, rows)                                                       \
    "<td class=\"num\"><button class=\"pick\" data-pick=\"" pick               \
    "\" title=\"Show them in the table\">" rows "</button></td>"

static void clients_stand_beside_causes(void **state)
{
    char *text;

    fixture_add_measures(*state);
    text = section_of(*state, "clients");
    html_has(text, "class=\"matrix\"><caption>What if: ");
    html_has(text, "<th scope=\"col\" class=\"num\">java8</th><th "
                   "scope=\"col\" class=\"num\">curl</th>");
    html_has(text, "<th scope=\"row\">works</th>" PICK("client:0w", "1")
                       PICK("client:1w", "1"));
    html_has(text,
             "<th scope=\"row\">fails</th>" PICK("client:0f", "3") "<td class="
                                                                   "\"num\">0");
    html_has(text, "<th scope=\"row\">tls_version_too_old</th><td class=\"num"
                   "\">2</td><td class=\"num\"><span class=\"mute\">0</span>");
    html_has(text, "<th scope=\"row\">chain_incomplete</th><td class=\"num\">1"
                   "</td>");
    html_lacks(text, "alike</small>");
    free(text);
}

static void clients_that_are_alike_are_one_column(void **state)
{
    struct fixture *f = *state;
    char *text;

    fixture_add_measures(f);
    fixture_sql(f, "INSERT INTO measure VALUES (1,'profile',2,'java9<b>',"
                   "'Java 9','','low','java','',''),"
                   "(1,'profile',3,'java10','Java 10','','low','java','','');"
                   "UPDATE measured SET clients = substr(clients || '--', 1, 2)"
                   " || substr(clients, 1, 1) || substr(clients, 1, 1);"
                   "INSERT INTO profile_result SELECT run, endpoint, 2, cause,"
                   " why, message FROM profile_result WHERE profile = 0;"
                   "INSERT INTO profile_result SELECT run, endpoint, 3, cause,"
                   " why, message FROM profile_result WHERE profile = 0");
    text = section_of(f, "clients");
    html_has(text, "java8<br><small>and 2 alike</small></th>");
    html_has(text, "<p class=\"mute\">As <b>java8</b>: java9&lt;b&gt;, java10."
                   "</p>");
    free(text);
}

static void one_client_needs_no_matrix(void **state)
{
    struct fixture *f = *state;
    char *text;

    fixture_add_measures(f);
    fixture_sql(f, "DELETE FROM measure WHERE name = 'curl';"
                   "DELETE FROM profile_result WHERE profile = 1");
    text = section_of(f, "clients");
    html_lacks(text, "class=\"matrix\"");
    free(text);
}

static void readiness_is_of_what_was_asked(void **state)
{
    char *text;

    fixture_add_measures(*state);
    text = section_of(*state, "protocols");
    html_has(text, "take a post-quantum group</th><td>nothing</td><td class=\""
                   "num\">1</td><td class=\"num\">25 %</td>");
    html_has(text, "<th scope=\"row\">do not speak TLS 1.3</th>");
    html_has(text, "were not found out</th><td>ask again, by --inventory</td>"
                   "<td class=\"num\">1</td>");
    free(text);
}

static void readiness_is_of_what_was_chosen(void **state)
{
    struct fixture *f = *state;
    char *text;

    fixture_sql(f, "UPDATE probe SET kex_group = 4588 WHERE endpoint = 7;"
                   "UPDATE result SET causes = '[\"tls_hello_intolerant\"]'"
                   " WHERE endpoint = 5");
    text = section_of(f, "protocols");
    html_has(text, "1 connection of 5 chose a post-quantum key exchange.");
    html_has(text, "take a post-quantum group</th><td>nothing</td><td class=\""
                   "num\">1</td><td class=\"num\">20 %</td>");
    html_has(text, "speak TLS 1.3 without one</th><td>switch X25519MLKEM768 "
                   "on, or upgrade the TLS library</td><td class=\"num\">1");
    html_has(text, "do not speak TLS 1.3</th><td>bring TLS 1.3 first</td><td "
                   "class=\"num\">3</td><td class=\"num\">60 %</td>");
    html_has(text, PICK("cause:tls_hello_intolerant", "1"));
    html_lacks(text, "were not found out");
    html_has(text, "forward secrecy and AEAD</th><td class=\"num\">3</td>");
    free(text);
}

static void views_pick_their_rows(void **state)
{
    char *text;

    fixture_add_view(*state);
    text = section_of(*state, "views");
    html_has(text, PICK("view:system=trusted", "2"));
    html_has(text, PICK("view:corp=untrusted", "3"));
    free(text);
}

static int64_t sql_number(const struct fixture *f, const char *sql,
                          const char *text)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    int64_t number;

    assert_int_equal(sqlite3_open(f->db, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_bind_text(stmt, 1, text, -1, SQLITE_STATIC),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    number = sqlite3_column_int64(stmt, 0);
    (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
    return number;
}

/* Each figure of a pick is what SQL over the views says. */
static void causes_count_what_sql_counts(void **state)
{
    static const char *const any =
        "SELECT count(*) FROM v_endpoint v WHERE EXISTS (SELECT 1 FROM"
        " json_each(v.causes) WHERE value = ?1) OR (?1 = 'input_duplicate'"
        " AND duplicate_of_line IS NOT NULL)";
    static const char *const first =
        "SELECT count(*) FROM v_endpoint WHERE primary_cause = ?1";
    char *text = section_of(*state, "causes");
    size_t picks = 0;

    for (char *at = strstr(text, "data-pick=\""); at != NULL;
         at = strstr(at, "data-pick=\"")) {
        bool is_first;
        char cause[64];
        char number[32];

        at += strlen("data-pick=\"");
        is_first = strncmp(at, "first:", 6) == 0;
        assert_int_equal(
            sscanf(at, is_first ? "first:%63[a-z0-9_]" : "cause:%63[a-z0-9_]",
                   cause),
            1);
        assert_int_equal(sscanf(strchr(at, '>'), ">%31[0-9]", number), 1);
        assert_int_equal(strtoll(number, NULL, 10),
                         sql_number(*state, is_first ? first : any, cause));
        picks++;
    }
    assert_true(picks > 8);
    free(text);
}

static void nothing_foreign_runs(void **state)
{
    struct fixture *f = *state;
    char *html;

    fixture_add_measures(f);
    fixture_add_view(f);
    fixture_sql(f, "UPDATE measure SET name = '<img src=x>' || ord, sha256 = "
                   "'</table>', title = '<script>';"
                   "UPDATE trust_view SET name = '<b>' || ord, path = '<i>',"
                   " sha256 = '<u>';"
                   "UPDATE run SET kind = '<p>', options = '{}', version = '<a"
                   " href=x>', tls_library = '<a>'");
    html = html_of(f);
    html_check(html);
    html_lacks(html, "<img");
    html_lacks(html, "<u>");
    html_has(html, "&lt;img src=x&gt;0");
    free(html);
}

static void an_empty_run_has_no_such_parts(void **state)
{
    struct fixture *f = *state;
    char *html;

    fixture_sql(f, "DELETE FROM row; DELETE FROM endpoint; DELETE FROM result;"
                   " UPDATE run SET rows_read = 0");
    html = html_of(f);
    html_check(html);
    html_lacks(html, "id=\"causes\"");
    html_lacks(html, "id=\"protocols\"");
    html_lacks(html, "id=\"certificates\"");
    html_has(html, "row accounting</th><td>0 rows read");
    free(html);
}

static void shares_are_never_rounded_to_all_or_none(void **state)
{
    struct cm_buf out;

    (void)state;
    cm_buf_init(&out, 1024);
    cm_html_percent(&out, 0, 0);
    cm_html_percent(&out, 0, 10);
    cm_html_percent(&out, 1, 1000);
    cm_html_percent(&out, 999, 1000);
    cm_html_percent(&out, 1000, 1000);
    cm_html_percent(&out, 40, 44);
    assert_string_equal(cm_buf_cstr(&out), "0 %0 %under 1 %99 %100 %91 %");
    cm_buf_cleanup(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define FLEET(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
        FLEET(clients_stand_beside_causes),
        FLEET(clients_that_are_alike_are_one_column),
        FLEET(one_client_needs_no_matrix),
        FLEET(readiness_is_of_what_was_asked),
        FLEET(readiness_is_of_what_was_chosen),
        FLEET(views_pick_their_rows),
        FLEET(causes_count_what_sql_counts),
        FLEET(nothing_foreign_runs),
        FLEET(an_empty_run_has_no_such_parts),
        cmocka_unit_test(shares_are_never_rounded_to_all_or_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
