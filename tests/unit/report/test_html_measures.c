/* The HTML report's parts about protocols, clients and policies.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

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

static int setup_measured(void **state)
{
    (void)setup(state);
    fixture_add_measures(*state);
    return 0;
}

static int teardown(void **state)
{
    fixture_remove(*state);
    free(*state);
    return 0;
}

static char *checked_html(struct fixture *f)
{
    char *html = html_of(f);

    html_check(html);
    return html;
}

static void clients_are_counted_with_their_words(void **state)
{
    char *html = checked_html(*state);
    char *clients = html_between(html, "id=\"clients\"", "</section>");

    html_has(clients, "<th scope=\"row\">java8</th><td>Java 8</td>"
                      "<td class=\"num\"><button class=\"pick\" data-pick=\""
                      "client:0w\" title=\"Show them in the table\">1</button>"
                      "</td><td class=\"num\"><button class=\"pick\" "
                      "data-pick=\"client:0f\" title=\"Show them in the table\""
                      ">3</button></td><td class=\"num\">0</td>");
    html_has(clients, "<td>SSLHandshakeException: No appropriate protocol</td>"
                      "</tr>");
    html_has(clients, "curl 8 with &lt;OpenSSL&gt; 3");
    html_has(clients, "<th scope=\"row\">tls_version_too_old</th><td class=\""
                      "num\">2</td><td class=\"num\">0</td>");
    html_has(clients, "<td>TLS 1.1 is the newest</td><td>exp.example:443</td>");
    html_has(clients, "Java 8, by java.security of 8u402; confidence: high.");
    free(clients);
    free(html);
}

static void policies_name_broken_rules(void **state)
{
    char *html = checked_html(*state);
    char *policies = html_between(html, "id=\"policies\"", "</section>");
    const char *first = strstr(policies, "data-pick=\"rule:0/M1\"");
    const char *second = strstr(policies, "data-pick=\"rule:0/M2\"");

    html_has(policies, "Mozilla &quot;intermediate&quot;</td>");
    html_has(policies, "data-pick=\"policy:0p\" title=\"Show them in the table"
                       "\">2</button>");
    html_has(policies, "data-pick=\"policy:0f\" title=\"Show them in the table"
                       "\">2</button>");
    html_has(policies, "<th scope=\"row\">M1</th><td>No TLS 1.1.<br><small>5.7"
                       "</small></td>");
    html_has(policies, "<td>TLS 1.1 is served<br><small>exp.example:443</small>"
                       "</td>");
    html_has(policies, "&lt;b&gt;staples&lt;/b&gt;");
    html_has(policies, ">3</button> <small>warning</small></td>");
    html_lacks(policies, "M9"); /* it holds everywhere */
    assert_true(first != NULL && second != NULL && first < second);
    free(policies);
    free(html);
}

static void protocols_are_what_is_served(void **state)
{
    char *html = checked_html(*state);
    char *protocols = html_between(html, "id=\"protocols\"", "</section>");

    html_has(protocols, "<th scope=\"row\">TLSv1.3</th><td class=\"num\">"
                        "<button class=\"pick\" data-pick=\"tls:TLSv1.3\" "
                        "title=\"Show them in the table\">2</button></td>"
                        "<td class=\"num\">1</td><td class=\"num\">2</td>"
                        "<td class=\"num\">1</td>");
    html_has(protocols, "<th scope=\"row\">X25519MLKEM768</th><td>yes</td>"
                        "<td class=\"num\">1</td><td class=\"num\">0</td>");
    html_has(protocols, "<th scope=\"row\">secp256r1</th><td>no</td>");
    html_has(protocols, "1 endpoint takes a post-quantum key exchange, 2 "
                        "surely none, of 4 that were asked.");
    html_has(protocols, "<th scope=\"row\">no forward secrecy</th><td class=\""
                        "num\">2</td>");
    html_has(protocols, "<th scope=\"row\">TLS_RSA_WITH_RC4_128_SHA</th>");
    html_has(protocols, "<th scope=\"row\">0xFAFA</th><td></td>");
    html_has(protocols, "<caption>Grades by the SSL Labs rating guide");
    html_has(protocols, "<th scope=\"row\">T</th><td class=\"num\">2</td>");
    free(protocols);
    free(html);
}

static void a_plain_scan_has_what_was_chosen(void **state)
{
    char *html = checked_html(*state);
    char *protocols = html_between(html, "id=\"protocols\"", "</section>");

    html_lacks(html, "#clients");
    html_lacks(html, "#policies");
    html_has(protocols, "<th scope=\"row\">TLSv1.3</th><td class=\"num\">"
                        "<button class=\"pick\" data-pick=\"tls:TLSv1.3\" "
                        "title=\"Show them in the table\">2</button></td>"
                        "<td class=\"part\">");
    html_has(protocols, "<caption>Key exchange groups that were chosen");
    html_has(protocols, "0 connections of 5 chose a post-quantum");
    html_lacks(protocols, "Grades");
    html_lacks(protocols, "Cipher suites");
    html_has(protocols, "speak TLS 1.3 without one</th>");
    free(protocols);
    free(html);
}

static void expect_column(const char *html, const char *name,
                          const char *const want[FLEET_ROWS])
{
    struct html_column column;

    html_column_read(&column, html, name);
    assert_int_equal(column.num, FLEET_ROWS);
    for (size_t i = 0; i < FLEET_ROWS; i++) {
        assert_string_equal(column.texts[i], want[i]);
    }
    html_column_free(&column);
}

static void the_table_knows_them_too(void **state)
{
    static const char *const clients[] = {"ww", "fu", "f", "fu",
                                          "",   "",   "",  ""};
    static const char *const policies[] = {"pp", "fu", "p", "fu",
                                           "",   "",   "",  ""};
    static const char *const rules[] = {"",
                                        "0/M1\x1f"
                                        "0/M2",
                                        "0/M2",
                                        "0/M1\x1f"
                                        "0/M2",
                                        "",
                                        "",
                                        "",
                                        ""};
    static const char *const grades[] = {"A", "T", "", "T", "", "", "", ""};
    char *html = checked_html(*state);

    expect_column(html, "clients", clients);
    expect_column(html, "policies", policies);
    expect_column(html, "rules", rules);
    expect_column(html, "grade", grades);
    html_has(html, "\"clients\":[\"java8\",\"curl\"],\n\"policies\":[\"mozilla"
                   "\",\"pci\"]");
    free(html);
}

/* Whatever a server, a profile or a policy says. */
static void nothing_of_it_runs(void **state)
{
    static const char poison[] = "\"></details><script>alert(1)</script>\x1f&";
    struct fixture *f = *state;
    char sql[4096];
    char *html;

    (void)snprintf(sql, sizeof(sql),
                   "UPDATE profile_result SET why = '%s', message = '%s',"
                   " cause = '%s';"
                   "UPDATE policy_result SET why = '%s', rule = '%s';"
                   "UPDATE measure SET name = kind || ord || '%s', title = '%s'"
                   ", source = '%s', confidence = '%s',"
                   " rules = json_array(json_object('id', '%s', 'text', '%s',"
                   " 'source', '%s'));"
                   "UPDATE measured SET grade = '%s'",
                   poison, poison, poison, poison, poison, poison, poison,
                   poison, poison, poison, poison, poison, poison);
    fixture_sql(f, sql);
    html = checked_html(f);
    html_lacks(html, "<script>alert");
    html_has(html, "&lt;/details&gt;&lt;script&gt;alert(1)");
    free(html);
}

#define PLAIN(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define MEASURED(name)                                                         \
    cmocka_unit_test_setup_teardown(name, setup_measured, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MEASURED(clients_are_counted_with_their_words),
        MEASURED(policies_name_broken_rules),
        MEASURED(protocols_are_what_is_served),
        PLAIN(a_plain_scan_has_what_was_chosen),
        MEASURED(the_table_knows_them_too),
        MEASURED(nothing_of_it_runs),
    };

    return cmocka_run_group_tests_name("html measures", tests, NULL, NULL);
}
