/* Error texts, and the assertion that stays.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base_test.h"

#include "certmuster/status.h"
#include "certmuster/text.h"

static void set_writes_the_text_and_returns_the_status(void **state)
{
    struct cm_error err;

    (void)state;
    assert_int_equal(cm_error_set(&err, CM_EIO, "disk %d: %s", 3, "full"),
                     CM_EIO);
    assert_int_equal(err.status, CM_EIO);
    assert_string_equal(err.text, "disk 3: full");
}

static void set_without_an_error_only_returns(void **state)
{
    (void)state;
    assert_int_equal(cm_error_set(NULL, CM_ESTORE, "%s", "x"), CM_ESTORE);
    assert_int_equal(cm_error_nomem(NULL, "x"), CM_ENOMEM);
}

static void set_may_quote_the_error_it_replaces(void **state)
{
    struct cm_error err;

    (void)state;
    (void)cm_error_set(&err, CM_EIO, "inner");
    (void)cm_error_set(&err, CM_EINPUT, "outer: %s", err.text);
    assert_string_equal(err.text, "outer: inner");
}

static void nomem_names_the_thing(void **state)
{
    struct cm_error err;

    (void)state;
    assert_int_equal(cm_error_nomem(&err, "the queue"), CM_ENOMEM);
    assert_int_equal(err.status, CM_ENOMEM);
    assert_non_null(strstr(err.text, "the queue"));
}

static void a_long_text_is_cut_between_characters(void **state)
{
    static const char *const characters[] = {"a", "\xC3\xA9", "\xE2\x82\xAC",
                                             "\xF0\x9F\x94\x92"};
    struct cm_error err;

    (void)state;
    for (size_t i = 0; i < COUNT(characters); i++) {
        size_t width = strlen(characters[i]);

        for (size_t shift = 0; shift < width; shift++) {
            char text[1024] = "";
            size_t len = shift;

            memset(text, 'x', shift);
            while (len + width < sizeof(text)) {
                memcpy(text + len, characters[i], width);
                len += width;
            }
            text[len] = '\0';
            (void)cm_error_set(&err, CM_EIO, "%s", text);
            assert_true(strlen(err.text) > sizeof(err.text) - 1 - width);
            assert_memory_equal(err.text, text, strlen(err.text));
            assert_true(cm_text_is_utf8(err.text, strlen(err.text)));
        }
    }
}

static void a_cut_text_of_stray_bytes_stays_a_string(void **state)
{
    char text[1024];
    struct cm_error err;

    (void)state;
    memset(text, 0x80, sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    (void)cm_error_set(&err, CM_EIO, "%s", text);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

static void break_a_rule(void)
{
    int pigs_fly = 0;

    cm_assert(pigs_fly == 1);
}

static void keep_a_rule(void)
{
    cm_assert(1 + 1 == 2);
}

static void a_broken_rule_stops_the_program_and_is_named(void **state)
{
    char said[512];

    (void)state;
    assert_int_equal(signal_of(break_a_rule, said, sizeof(said)), SIGABRT);
    assert_non_null(strstr(said, "pigs_fly == 1"));
    assert_non_null(strstr(said, "test_base_status.c"));
    assert_int_equal(signal_of(keep_a_rule, said, sizeof(said)), 0);
    assert_string_equal(said, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_writes_the_text_and_returns_the_status),
        cmocka_unit_test(set_without_an_error_only_returns),
        cmocka_unit_test(set_may_quote_the_error_it_replaces),
        cmocka_unit_test(nomem_names_the_thing),
        cmocka_unit_test(a_long_text_is_cut_between_characters),
        cmocka_unit_test(a_cut_text_of_stray_bytes_stays_a_string),
        cmocka_unit_test(a_broken_rule_stops_the_program_and_is_named),
    };

    return cmocka_run_group_tests_name("base/status", tests, NULL, NULL);
}
