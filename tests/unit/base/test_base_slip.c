/* The word that was meant.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "certmuster/text.h"

static void a_slip_is_near_and_nonsense_is_not(void **state)
{
    static const char *const words[] = {"scan", "report", "runs", "explain"};

    (void)state;
    assert_string_equal(cm_did_you_mean("scna", words, 4), "scan");
    assert_string_equal(cm_did_you_mean("explian", words, 4), "explain");
    assert_string_equal(cm_did_you_mean("runs", words, 4), "runs");
    assert_null(cm_did_you_mean("destroy-everything", words, 4));
    assert_null(cm_did_you_mean("", words, 4));
    assert_null(cm_did_you_mean("scan", words, 0));
}

static void long_words_are_near_to_none(void **state)
{
    char word[70];
    const char *words[] = {word};

    (void)state;
    memset(word, 'a', sizeof(word));
    word[64] = '\0';
    assert_null(cm_did_you_mean(word, words, 1));
    word[63] = '\0';
    assert_ptr_equal(cm_did_you_mean(word, words, 1), word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slip_is_near_and_nonsense_is_not),
        cmocka_unit_test(long_words_are_near_to_none),
    };

    return cmocka_run_group_tests_name("base slip", tests, NULL, NULL);
}
