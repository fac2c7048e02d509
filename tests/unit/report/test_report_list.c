/* JSON arrays of the store as lists, JSON as it is written, and commands filled
 * in.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "json.h"
#include "list.h"
#include "reader.h"
#include "resolve.h"
#include "support/jsoncheck.h"

static const struct list_case {
    const char *json;
    const char *joined; /* with '|' after each; NULL: refused */
} cases[] = {
    {NULL, ""},
    {"[]", ""},
    {" [ ] ", ""},
    {"[\"\"]", "|"},
    {"[\"a\",\"b c\"]", "a|b c|"},
    {" [ \"a\" , 12 ] ", "a|12|"},
    {"[1,2,3]", "1|2|3|"},
    {"[null,true,-1.5E3]", "null|true|-1.5E3|"},
    {"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "\"\\/\b\f\n\r\t|"},
    {"[\"\\u00e4\\u20AC\\u0041\"]", "\xc3\xa4\xe2\x82\xac"
                                    "A|"},
    {"[\"\\ud83d\\ude00\"]", "\xf0\x9f\x98\x80|"},
    {"[\"\\ud83dx\"]", "\xef\xbf\xbdx|"},
    {"[\"\\ud83d\\n\"]", "\xef\xbf\xbd\n|"},
    {"[\"\\ude00\"]", "\xef\xbf\xbd|"},
    {"[\"a\\u0000b\"]", "a\xef\xbf\xbd"
                        "b|"},
    {"", NULL},
    {"{}", NULL},
    {"\"a\"", NULL},
    {"[", NULL},
    {"[\"a\"", NULL},
    {"[\"a\",", NULL},
    {"[\"a\",]", NULL},
    {"[\"a", NULL},
    {"[\"a\\", NULL},
    {"[\"\\x\"]", NULL},
    {"[\"\\u12\"]", NULL},
    {"[\"\\u12g4\"]", NULL},
    {"[12", NULL},
    {"[1 2]", NULL},
    {"[[]]", NULL},
    {"[] x", NULL},
    {"[\"a\"] x", NULL},
};

static void reads_arrays_and_refuses_the_rest(void **state)
{
    struct cm_report_list list = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char joined[128] = "";
        enum cm_status status = cm_report_list_parse(&list, cases[i].json);

        if (cases[i].joined == NULL) {
            if (status != CM_ESTORE) {
                fail_msg("%s was accepted", cases[i].json);
            }
            assert_int_equal(list.num, 0);
            continue;
        }
        assert_int_equal(status, CM_OK);
        for (size_t j = 0; j < list.num; j++) {
            size_t used = strlen(joined);

            (void)snprintf(joined + used, sizeof(joined) - used, "%s|",
                           list.items[j]);
        }
        assert_string_equal(joined, cases[i].joined);
    }
    cm_report_list_cleanup(&list);
}

static void grows_and_adds_a_text_once(void **state)
{
    struct cm_report_list list = {0};

    (void)state;
    assert_int_equal(
        cm_report_list_parse(&list, "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,"
                                    "17,18,19,20,21,22,23,24,25,26,27,28,29,"
                                    "30,31,32,33]"),
        CM_OK);
    assert_int_equal(list.num, 33);
    assert_int_equal(cm_report_list_add(&list, "x"), CM_OK);
    assert_int_equal(cm_report_list_add(&list, "x"), CM_OK);
    assert_int_equal(cm_report_list_add(&list, "7"), CM_OK);
    assert_int_equal(list.num, 34);
    assert_string_equal(list.items[33], "x");
    cm_report_list_cleanup(&list);
}

static void writes_json_with_its_commas(void **state)
{
    struct cm_report_list list = {0};
    struct cm_json json;
    struct cm_buf out;
    size_t bad;

    (void)state;
    cm_buf_init(&out, 4096);
    cm_json_init(&json, &out);
    assert_int_equal(cm_report_list_parse(&list, "[\"p\",\"q\"]"), CM_OK);
    cm_json_open(&json, '{');
    cm_json_put_text(&json, "a", "<b>");
    cm_json_put_text(&json, "none", NULL);
    cm_json_line(&json);
    cm_json_put_number(&json, "n", -7);
    cm_json_put_number(&json, "unknown", CM_UNKNOWN);
    cm_json_put_time(&json, "t", 0);
    cm_json_put_time(&json, "never", CM_UNKNOWN);
    cm_json_put_list(&json, "list", &list);
    cm_json_key(&json, "raw");
    cm_json_value(&json, "{\"x\":\"</script>\"}");
    cm_json_key(&json, "bad");
    cm_json_value(&json, "\"\xff\"");
    cm_json_key(&json, "yes");
    cm_json_bool(&json, true);
    cm_json_key(&json, "empty");
    cm_json_open(&json, '[');
    cm_json_close(&json, ']');
    cm_json_close(&json, '}');
    assert_string_equal(
        cm_buf_cstr(&out),
        "{\"a\":\"\\u003cb\\u003e\",\"none\":null,\n\"n\":-7,\"unknown\":null,"
        "\"t\":\"1970-01-01T00:00:00Z\",\"never\":null,\"list\":[\"p\",\"q\"],"
        "\"raw\":{\"x\":\"\\u003c/script\\u003e\"},\"bad\":null,\"yes\":true,"
        "\"empty\":[]}");
    assert_true(json_is_valid(cm_buf_cstr(&out), out.len, &bad));
    cm_report_list_cleanup(&list);
    cm_buf_cleanup(&out);
}

static void the_checker_refuses_what_is_no_json(void **state)
{
    static const char *const good[] = {"{}", "[1,-2.5,\"x\\u00e4\"]", "null",
                                       " {\"a\":{\"b\":[]}} "};
    static const char *const bad[] = {
        "",       "{",           "[1,]",         "{\"a\"}",       "[01]",
        "\"\n\"", "\"\\x\"",     "\"\xff\"",     "[1] 2",         "{a:1}",
        "\"a",    "\"\\u00g0\"", "\"\xc3\x28\"", "[\"a\" \"b\"]", "nul"};
    size_t at;

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(json_is_valid(good[i], strlen(good[i]), &at));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(json_is_valid(bad[i], strlen(bad[i]), &at));
    }
}

static const struct fill_case {
    const char *commands;
    struct cm_example example;
    const char *want;
} fills[] = {
    {"curl https://{host}:{port}/ {sni} {cert} {names}",
     {"a.example", 443, "b.example", "00ff", "a.example,b.example"},
     "curl https://a.example:443/ b.example 00ff a.example,b.example"},
    {"-connect {host}:{port} -p {port} {host}",
     {"2001:db8::1", 8443, "", NULL, NULL},
     "-connect [2001:db8::1]:8443 -p 8443 2001:db8::1"},
    {"x {host} {port} {sni} {cert} {names} {else} {",
     {"", CM_UNKNOWN, NULL, NULL, NULL},
     "x {host} {port} {sni} {cert} {names} {else} {"},
    {"dig {host}", {"$(reboot)", 1, NULL, NULL, NULL}, "dig {host}"},
    {"dig {host}", {"-froot", 1, NULL, NULL, NULL}, "dig {host}"},
    {"dig {sni}{names}{cert}",
     {NULL, 1, "a;b", "`x`", "a b"},
     "dig {sni}{names}{cert}"},
};

static void fills_commands_with_harmless_values_only(void **state)
{
    struct cm_buf out;

    (void)state;
    cm_buf_init(&out, 4096);
    for (size_t i = 0; i < sizeof(fills) / sizeof(fills[0]); i++) {
        cm_buf_clear(&out);
        cm_fill(&out, fills[i].commands, &fills[i].example);
        assert_string_equal(cm_buf_cstr(&out), fills[i].want);
    }
    cm_buf_cleanup(&out);
}

static void an_action_without_sni_is_shown_by_its_host(void **state)
{
    struct cm_report_action action = {
        .host = "192.0.2.1", .port = 443, .sni = ""};

    (void)state;
    assert_string_equal(cm_example_of(&action).sni, "192.0.2.1");
    action.sni = "b.example";
    assert_string_equal(cm_example_of(&action).sni, "b.example");
}

static void an_unknown_resolution_is_nothing_to_do(void **state)
{
    (void)state;
    assert_string_equal(cm_report_resolve("from_the_future").info->id,
                        "nothing_to_do");
    assert_ptr_equal(cm_report_resolve("fix_dns").remedy,
                     cm_remedy(CM_RESOLUTION_FIX_DNS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_arrays_and_refuses_the_rest),
        cmocka_unit_test(grows_and_adds_a_text_once),
        cmocka_unit_test(writes_json_with_its_commas),
        cmocka_unit_test(the_checker_refuses_what_is_no_json),
        cmocka_unit_test(fills_commands_with_harmless_values_only),
        cmocka_unit_test(an_action_without_sni_is_shown_by_its_host),
        cmocka_unit_test(an_unknown_resolution_is_nothing_to_do),
    };

    return cmocka_run_group_tests_name("report list", tests, NULL, NULL);
}
