/* Whatever stands in the inventory, a certificate or a banner is harmless in
 * every output.
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
#include "fixture.h"
#include "support/jsoncheck.h"

static const char *const poisons[] = {
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "a\",\"b\r\nnew,row",
    "\x1b[2J\x1b]0;title\x07",
    "\xff\xfe broken \xc3",
    "\xe2\x80\xaeright to left",
    "\xe2\x80\xa8 line separator",
    "`id` $(id) ; id",
    "%s%n%x",
};
#define POISONS (sizeof(poisons) / sizeof(poisons[0]))

/* Every text column that a report can show gets the poison; `json` is the same
 * as an array of one text. */
static const char poison_sql[] =
    "UPDATE run SET input_name = %Q, version = %Q, tls_library = %Q,"
    " trust = %Q, resolvers = %Q, columns = %Q, state = %Q,"
    " faults = json_array(json_object('fault', json_extract(%Q, '$[0]'),"
    " 'detail', json_extract(%Q, '$[0]'), 'from', 1e300, 'until', 'x',"
    " 'endpoints', 9223372036854775807), 5);"
    "UPDATE row SET owner = %Q, fields = %Q;"
    "UPDATE endpoint SET host = %Q, protocol = %Q, sni = %Q, reason = %Q;"
    "UPDATE probe SET address = %Q, alpn = %Q, client_auth = %Q,"
    " reached = %Q, ended = %Q, error = %Q;"
    "UPDATE certificate SET subject = %Q, subject_cn = %Q, issuer = %Q,"
    " issuer_cn = %Q, serial = %Q, key_alg = %Q, sig_alg = %Q, names = %Q;"
    "UPDATE finding SET proof = %Q, rule = %Q, subject = %Q,"
    " subject_key = %Q, confidence = %Q;"
    "UPDATE action SET subject = %Q, owners = %Q, subject_key = %Q;";

static void poison_store(const struct fixture *f, const char *p)
{
    struct cm_buf json;
    const char *j;
    char *sql;

    cm_buf_init(&json, 65536);
    cm_buf_putc(&json, '[');
    cm_text_json(&json, p, strlen(p));
    cm_buf_putc(&json, ']');
    j = cm_buf_cstr(&json);
    sql = sqlite3_mprintf(poison_sql, p, p, p, p, p, j, p, j, j, p, j, p, p, p,
                          p, p, p, p, p, p, p, p, p, p, p, p, p, p, j, p, p, p,
                          p, p, p, j, p);
    assert_non_null(sql);
    fixture_sql(f, sql);
    sqlite3_free(sql);
    cm_buf_cleanup(&json);
}

static bool runs_as_formula(const char *field)
{
    field += strspn(field, " \t\r\n");
    return field[0] != '\0' && strchr("=+-@", field[0]) != NULL &&
           field[strspn(field, "+-.0123456789")] != '\0';
}

static void check_csv(const struct fixture *f, const char *name, size_t rows)
{
    size_t len;
    char *text = fixture_read(f, name, &len);
    struct table t;

    assert_non_null(text);
    assert_int_equal(strlen(text), len);
    assert_true(cm_text_is_utf8(text, len));
    assert_null(strchr(text, '\x1b'));
    table_parse(&t, text, len);
    assert_int_equal(t.rows, rows);
    for (size_t i = 0; i < t.num_fields; i++) {
        if (runs_as_formula(t.fields[i])) {
            fail_msg("%s: a spreadsheet would run %s", name, t.fields[i]);
        }
    }
    table_free(&t);
    free(text);
}

static void check_json(const struct fixture *f, const char *name, size_t lines)
{
    size_t len;
    size_t bad;
    char *text = fixture_read(f, name, &len);
    char *rest = text;

    assert_non_null(text);
    assert_null(strchr(text, '<'));
    assert_null(strstr(text, "\xe2\x80\xa8"));
    if (lines == 0) {
        assert_true(json_is_valid(text, len, &bad));
    }
    for (size_t i = 0; i < lines; i++) {
        char *line = strsep(&rest, "\n");

        assert_non_null(line);
        assert_true(json_is_valid(line, strlen(line), &bad));
    }
    if (lines > 0) {
        assert_string_equal(rest, "");
    }
    free(text);
}

static void check_terminal(const struct fixture *f)
{
    FILE *out = tmpfile();
    struct cm_error err;
    char *text;

    assert_non_null(out);
    assert_int_equal(cm_report_summary(&f->options, 10, 120, out, &err), CM_OK);
    assert_int_equal(cm_report_runs(f->db, out, &err), CM_OK);
    text = fixture_drain(out);
    for (const char *c = text; *c != '\0'; c++) {
        assert_true((uint8_t)*c >= 0x20 || *c == '\n');
    }
    assert_true(cm_text_is_utf8(text, strlen(text)));
    assert_null(strstr(text, "\xe2\x80\xae"));
    free(text);
}

static void poison_is_harmless_in_every_output(void **state)
{
    struct fixture f;
    struct cm_error err;

    (void)state;
    for (size_t i = 0; i < POISONS; i++) {
        fixture_make_fleet(&f);
        poison_store(&f, poisons[i]);
        if (cm_report_write(&f.options, &err) != CM_OK) {
            fail_msg("%s: %s", poisons[i], err.text);
        }
        check_csv(&f, "endpoints.csv", FLEET_ROWS + 1);
        check_csv(&f, "actions.csv", 8);
        check_json(&f, "endpoints.jsonl", FLEET_ROWS);
        check_json(&f, "report.json", 0);
        check_terminal(&f);
        fixture_remove(&f);
    }
}

/* A certificate may be 64 KiB long, and all of it one name: no report fails. */
static void a_name_may_be_as_long_as_a_certificate(void **state)
{
    static const char *const characters[] = {"A", "[", "\x1b", "\xc2\x9b", ";"};
    struct fixture f;
    struct cm_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(characters) / sizeof(*characters); i++) {
        char *sql = sqlite3_mprintf(
            "CREATE TEMP TABLE t AS SELECT replace(hex(zeroblob(30000)), '0',"
            " %Q) AS x; UPDATE certificate SET subject = (SELECT x FROM t),"
            " subject_cn = (SELECT x FROM t), issuer = (SELECT x FROM t);"
            "UPDATE finding SET proof = (SELECT x FROM t);"
            "UPDATE action SET subject = (SELECT x FROM t)",
            characters[i]);

        assert_non_null(sql);
        fixture_make_fleet(&f);
        fixture_sql(&f, sql);
        f.options.formats = "html,json,actions,endpoints,jsonl,certificates,"
                            "calendar,ics,fixes,manifest,sarif,prometheus";
        if (cm_report_write(&f.options, &err) != CM_OK) {
            fail_msg("%s: %s", characters[i], err.text);
        }
        sqlite3_free(sql);
        fixture_remove(&f);
    }
}

/* Nothing of a poisoned host reaches a command that people paste. */
static void commands_hold_no_foreign_shell_text(void **state)
{
    struct fixture f;
    struct cm_error err;
    struct table t;
    size_t len;
    char *text;

    (void)state;
    fixture_make_fleet(&f);
    fixture_sql(&f, "UPDATE endpoint SET host = 'a;id', sni = '$(id)'");
    assert_int_equal(cm_report_write(&f.options, &err), CM_OK);
    text = fixture_read(&f, "actions.csv", &len);
    table_parse(&t, text, len);
    for (size_t i = 1; i < t.rows; i++) {
        assert_null(strstr(table_at(&t, i, "verify"), "a;id"));
        assert_null(strstr(table_at(&t, i, "verify"), "$(id)"));
    }
    table_free(&t);
    free(text);
    fixture_remove(&f);
}

static void the_users_fields_come_back_as_they_were(void **state)
{
    struct fixture f;
    struct cm_error err;
    struct table t;
    size_t len;
    char *text;
    char *field;

    (void)state;
    fixture_make_fleet(&f);
    poison_store(&f, "a\",\"b\r\nnew,row");
    assert_int_equal(cm_report_write(&f.options, &err), CM_OK);
    text = fixture_read(&f, "endpoints.jsonl", &len);
    text[strcspn(text, "\n")] = '\0';
    field = json_at(text, "owner");
    assert_string_equal(field, "a\",\"b\r\nnew,row");
    free(field);
    free(text);
    fixture_remove(&f);

    fixture_make_fleet(&f);
    fixture_sql(&f, "UPDATE row SET fields = '[\"a, \\\"b\\\"\\nc\",\"-5\","
                    "\" x \",\"\",\"\xc3\xa4\"]'");
    assert_int_equal(cm_report_write(&f.options, &err), CM_OK);
    text = fixture_read(&f, "endpoints.csv", &len);
    table_parse(&t, text, len);
    assert_string_equal(t.fields[t.width], "a, \"b\"\nc");
    assert_string_equal(t.fields[t.width + 1], "-5");
    assert_string_equal(t.fields[t.width + 2], " x ");
    assert_string_equal(t.fields[t.width + 3], "");
    assert_string_equal(t.fields[t.width + 4], "\xc3\xa4");
    table_free(&t);
    free(text);
    fixture_remove(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(poison_is_harmless_in_every_output),
        cmocka_unit_test(a_name_may_be_as_long_as_a_certificate),
        cmocka_unit_test(commands_hold_no_foreign_shell_text),
        cmocka_unit_test(the_users_fields_come_back_as_they_were),
    };

    return cmocka_run_group_tests_name("report hostile", tests, NULL, NULL);
}
