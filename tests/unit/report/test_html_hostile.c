/* Whatever stands in the inventory, a certificate or a banner is text in the
 * HTML report, and comes out of its columns as it went in.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/text.h"
#include "html_check.h"
#include "html_parts.h"
#include "support/jsoncheck.h"

static const char *const poisons[] = {
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title></style></svg></td></table><h1>x",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "\" onfocus=\"alert(1)\" autofocus=\"",
    "<!-- <script>",
    "-->]]><![CDATA[x]]>",
    "javascript:alert(1)",
    "{{7*7}} ${alert(1)} {host} {port}",
    "&lt;script&gt; &amp &#60;",
    "\x1b[2J\x01\x7f\x0c",
    "a\r\nb\tc\n",
    "\\n\\",
    "\xff\xfe broken \xc3",
    "\xed\xa0\x80 \xf4\x90\x80\x80 \xc0\xbc",
    "\xe2\x80\xaeright to left",
    "\xe2\x80\xa8 line separator",
    "\x1f one \x1f two",
    "%s%n%x",
    "`id` $(id) ; id",
};
#define POISONS (sizeof(poisons) / sizeof(poisons[0]))

/* Every text column that a report can show gets the poison; %s is the same as
 * an array of one text. */
static const char poison_sql[] =
    "UPDATE run SET input_name = %Q, input_sha256 = %Q, version = %Q,"
    " tls_library = %Q, trust = %Q, resolvers = %Q, state = %Q;"
    "UPDATE row SET owner = %Q;"
    "UPDATE endpoint SET host = %Q, protocol = %Q, sni = %Q, reason = %Q;"
    "UPDATE probe SET address = %Q, alpn = %Q, client_auth = %Q,"
    " reached = %Q, ended = %Q, error = %Q;"
    "UPDATE certificate SET sha256 = %Q || id, subject = %Q, subject_cn = %Q,"
    " issuer = %Q, issuer_cn = %Q, serial = %Q, key_alg = %Q, sig_alg = %Q;";
static const char poison_more_sql[] =
    "UPDATE finding SET proof = %Q, rule = %Q, subject = %Q,"
    " subject_key = %Q, confidence = %Q;"
    "UPDATE action SET subject = %Q, subject_key = %Q;"
    "UPDATE run SET columns = %Q, options = %Q,"
    " faults = json_array(json_object('fault', json_extract(%Q, '$[0]'),"
    " 'detail', json_extract(%Q, '$[0]'), 'from', 1e300, 'until', 'x',"
    " 'endpoints', 9223372036854775807), 5);"
    "UPDATE row SET fields = %Q;"
    "UPDATE certificate SET names = %Q;"
    "UPDATE action SET owners = %Q;";
/* Ids that the judge writes: in a store that somebody else made, anything. (An
 * unknown verdict is refused.) */
static const char poison_ids_sql[] =
    "UPDATE result SET primary_cause = %Q, severity = %Q, causes = %Q;"
    "UPDATE finding SET cause = %Q, severity = %Q, resolution = %Q,"
    " action = action || %Q;"
    "UPDATE action SET resolution = %Q, severity = %Q, causes = %Q,"
    " key = key || %Q;";

static void run_sql(const struct fixture *f, char *sql)
{
    assert_non_null(sql);
    fixture_sql(f, sql);
    sqlite3_free(sql);
}

static void poison_store(const struct fixture *f, const char *p, bool ids)
{
    struct cm_buf json;
    const char *j;

    cm_buf_init(&json, 65536);
    cm_buf_putc(&json, '[');
    cm_text_json(&json, p, strlen(p));
    cm_buf_putc(&json, ']');
    j = cm_buf_cstr(&json);
    run_sql(f, sqlite3_mprintf(poison_sql, p, p, p, p, p, p, p, p, p, p, p, p,
                               p, p, p, p, p, p, p, p, p, p, p, p, p, p));
    run_sql(f, sqlite3_mprintf(poison_more_sql, p, p, p, p, p, p, p, j, j, j, j,
                               j, j, j));
    if (ids) {
        run_sql(f, sqlite3_mprintf(poison_ids_sql, p, p, j, p, p, p, p, p, p, j,
                                   p));
    }
    cm_buf_cleanup(&json);
}

/* In a column: valid UTF-8, and otherwise the same; what marks parts goes. */
static void check_column(const char *html, const char *name, const char *poison,
                         bool parts)
{
    struct html_column column;
    struct cm_buf want;

    cm_buf_init(&want, 1024);
    for (const char *c = poison; *c != '\0'; c++) {
        if (parts && *c >= '\x1c' && *c <= '\x1f') {
            cm_buf_puts(&want, "\xef\xbf\xbd");
        } else {
            cm_buf_putc(&want, *c);
        }
    }
    html_column_read(&column, html, name);
    assert_int_equal(column.num, FLEET_ROWS);
    for (size_t i = 0; i < column.num; i++) {
        struct cm_buf utf8;

        cm_buf_init(&utf8, 1024);
        cm_text_to_utf8(&utf8, cm_buf_cstr(&want), want.len);
        assert_true(cm_text_is_utf8(column.texts[i], strlen(column.texts[i])));
        assert_string_equal(column.texts[i], cm_buf_cstr(&utf8));
        cm_buf_cleanup(&utf8);
    }
    html_column_free(&column);
    cm_buf_cleanup(&want);
}

static void check_document(struct fixture *f, const char *poison)
{
    char *html = html_of(f);
    char *words = html_between(
        html, "<script type=\"application/json\" id=\"words\">", "</script>");
    size_t bad;

    html_check(html);
    assert_int_equal(times_in(html, "<script"),
                     times_in(html, " data-column-data ") + 2);
    assert_int_equal(times_in(html, "</script"),
                     times_in(html, " data-column-data ") + 2);
    assert_int_equal(times_in(html, "<style"), 1);
    html_lacks(html, "<img");
    html_lacks(html, "<!--");
    html_lacks(html, "]]>");
    html_lacks(html, "\xe2\x80\xae");
    assert_true(json_is_valid(words, strlen(words), &bad));
    check_column(html, "host", poison, false);
    check_column(html, "owner", poison, false);
    free(words);
    free(html);
}

static void poison_is_text(void **state)
{
    struct fixture f;

    (void)state;
    for (size_t i = 0; i < POISONS; i++) {
        char *html;

        fixture_make_fleet(&f);
        poison_store(&f, poisons[i], false);
        check_document(&f, poisons[i]);
        html = html_of(&f);
        /* Fields went through JSON in the store: U+FFFD for what is broken. */
        if (cm_text_is_utf8(poisons[i], strlen(poisons[i]))) {
            check_column(html, "labels", poisons[i], true);
        }
        free(html);
        fixture_remove(&f);
    }
}

static void poison_instead_of_ids_is_text(void **state)
{
    struct fixture f;

    (void)state;
    for (size_t i = 0; i < POISONS; i++) {
        fixture_make_fleet(&f);
        poison_store(&f, poisons[i], true);
        check_document(&f, poisons[i]);
        fixture_remove(&f);
    }
}

/* Commands are pasted into shells: nothing but names goes into them. */
static void commands_hold_no_foreign_shell_text(void **state)
{
    static const char *const hosts[] = {"a;id", "$(id)", "`id`", "x y",
                                        "-oProxyCommand=id"};
    struct fixture f;

    (void)state;
    for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
        char *sql = sqlite3_mprintf("UPDATE endpoint SET host = %Q, sni = %Q",
                                    hosts[i], hosts[i]);
        char *html;

        fixture_make_fleet(&f);
        run_sql(&f, sql);
        html = html_of(&f);
        assert_true(times_in(html, "<pre>") > 5);
        for (const char *at = strstr(html, "<pre>"); at != NULL;
             at = strstr(at, "<pre>")) {
            char *command = html_between(at, "<pre>", "</pre>");

            html_lacks(command, hosts[i]);
            free(command);
            at += strlen("<pre>");
        }
        html_has(html, "-connect {host}:443 ");
        free(html);
        fixture_remove(&f);
    }
}

static void commands_bracket_addresses(void **state)
{
    struct fixture f;
    char *html;

    (void)state;
    fixture_make_fleet(&f);
    fixture_sql(&f, "UPDATE endpoint SET host = '2001:db8::7', sni = ''");
    html = html_of(&f);
    html_has(html, "-connect [2001:db8::7]:443 ");
    free(html);
    fixture_remove(&f);
}

/* The longest fields that the scanner lets through. */
static void long_texts_are_whole(void **state)
{
    struct fixture f;
    struct html_column column;
    char *html;

    (void)state;
    fixture_make_fleet(&f);
    fixture_sql(&f, "CREATE TEMP TABLE t AS SELECT replace(hex(zeroblob(32768))"
                    ", '0', '<') AS x;"
                    "UPDATE row SET owner = (SELECT x FROM t),"
                    " fields = (SELECT json_array(x, x, x, x, '9') FROM t);"
                    "UPDATE finding SET proof = (SELECT x FROM t);"
                    "UPDATE action SET subject = (SELECT x FROM t),"
                    " owners = (SELECT json_array(x, x, x) FROM t)");
    html = html_of(&f);
    html_check(html);
    html_column_read(&column, html, "labels");
    assert_int_equal(strlen(column.texts[7]), 4 * 65536 + 5);
    html_column_free(&column);
    html_column_read(&column, html, "owner");
    assert_int_equal(strlen(column.texts[0]), 65536);
    html_column_free(&column);
    free(html);
    fixture_remove(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(poison_is_text),
        cmocka_unit_test(poison_instead_of_ids_is_text),
        cmocka_unit_test(commands_hold_no_foreign_shell_text),
        cmocka_unit_test(commands_bracket_addresses),
        cmocka_unit_test(long_texts_are_whole),
    };

    return cmocka_run_group_tests_name("html hostile", tests, NULL, NULL);
}
