/* What a sandbox says of itself.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/sandbox.h"

static void says_why_it_is_off(void **state)
{
    struct cm_sandbox *sandbox = NULL;
    struct cm_error err;

    (void)state;
    assert_int_equal(cm_sandbox_new(&sandbox, &err), CM_OK);
    assert_string_equal(cm_sandbox_words(sandbox), "");
    assert_string_equal(cm_sandbox_json(sandbox, "{}"), "{}");
    cm_sandbox_off(sandbox, "--no-sandbox");
    assert_int_equal(cm_sandbox_enter(sandbox, &err), CM_OK);
    assert_string_equal(cm_sandbox_words(sandbox), "off (--no-sandbox)");
    assert_string_equal(cm_sandbox_json(sandbox, "{}"),
                        "{\"sandbox\":\"off (--no-sandbox)\"}");
    assert_string_equal(
        cm_sandbox_json(sandbox, "{\"no-sandbox\":true}"),
        "{\"no-sandbox\":true,\"sandbox\":\"off (--no-sandbox)\"}");
    cm_sandbox_free(sandbox);
}

static void none_is_nothing(void **state)
{
    struct cm_error err;

    (void)state;
    assert_int_equal(cm_sandbox_enter(NULL, &err), CM_OK);
    assert_string_equal(cm_sandbox_words(NULL), "");
    cm_sandbox_free(NULL);
}

/* A scan that could not write its reports says so at once. */
static void a_folder_that_cannot_be_made_is_an_error(void **state)
{
    struct cm_sandbox *sandbox = NULL;
    struct cm_error err;

    (void)state;
    assert_int_equal(cm_sandbox_new(&sandbox, &err), CM_OK);
    cm_sandbox_off(sandbox, "a test");
    assert_int_equal(cm_sandbox_write(sandbox, "/dev/null/folder", &err),
                     CM_OK);
    assert_int_equal(cm_sandbox_enter(sandbox, &err), CM_EIO);
    cm_sandbox_free(sandbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_why_it_is_off),
        cmocka_unit_test(none_is_nothing),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
