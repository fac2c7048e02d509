/* Profiles and policies by name and from files of one's own.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/run/folder.h"

#include <stdio.h>
#include <string.h>

#include "run/measure.h"

/* "profile:java17 policy:..." of what was loaded, or the message. */
static const char *load(const char *profile, const char *policy, char *out,
                        size_t size)
{
    const char *const profiles[] = {profile, NULL};
    const char *const policies[] = {policy, NULL};
    const struct cm_measure_config config = {profiles, policies};
    struct cm_measures *measures = NULL;
    const struct cm_measure_facts *facts;
    struct cm_error err = {.text = ""};
    enum cm_status status = cm_measures_load(&measures, &config, &err);
    size_t num = 0;
    size_t used = 0;

    out[0] = '\0';
    if (status != CM_OK) {
        assert_null(measures);
        (void)snprintf(out, size, "%s", err.text);
        return out;
    }
    facts = cm_measures_facts(measures, &num);
    for (size_t i = 0; i < num && used < size; i++) {
        used += (size_t)snprintf(out + used, size - used, "%s%s:%s",
                                 used == 0 ? "" : " ", facts[i].kind,
                                 facts[i].name);
        assert_int_equal(strlen(facts[i].sha256), 64);
        assert_true(facts[i].title[0] != '\0' && facts[i].source[0] != '\0');
        assert_true(facts[i].confidence[0] != '\0');
        assert_true(i == 0 || facts[i].ord == facts[i - 1].ord + 1 ||
                    facts[i].ord == 0);
    }
    cm_measures_free(measures);
    return out;
}

static void by_name(void **state)
{
    char got[8192];

    (void)state;
    assert_string_equal(load(NULL, NULL, got, sizeof(got)), "");
    assert_string_equal(load("java17", NULL, got, sizeof(got)),
                        "profile:java17");
    assert_string_equal(load("Java17,go119,java17", NULL, got, sizeof(got)),
                        "profile:java17 profile:go119");
    assert_string_equal(load(NULL, "mozilla-intermediate", got, sizeof(got)),
                        "policy:mozilla-intermediate");
    assert_string_equal(load("curl", "Mozilla-Modern", got, sizeof(got)),
                        "profile:curl policy:mozilla-modern");
    (void)load("all", "all", got, sizeof(got));
    assert_non_null(strstr(got, "profile:xp_ie8"));
    assert_non_null(strstr(got, "policy:pci-dss"));
}

static void slips_are_recognised(void **state)
{
    char got[1024];

    (void)state;
    assert_non_null(strstr(load("jawa17", NULL, got, sizeof(got)),
                           "did you mean \"java17\"?"));
    assert_non_null(strstr(load("nothing-like-it", NULL, got, sizeof(got)),
                           "there is no profile \"nothing-like-it\" (--profile "
                           "all takes all"));
    assert_non_null(strstr(load(NULL, "mozilla-moderm", got, sizeof(got)),
                           "did you mean \"mozilla-modern\"?"));
    assert_non_null(
        strstr(load("/no/such/file", NULL, got, sizeof(got)), "/no/such/file"));
    assert_non_null(
        strstr(load(NULL, "./nothing.ini", got, sizeof(got)), "./nothing.ini"));
}

static void files_of_ones_own(void **state)
{
    struct folder *f = *state;
    const char *mine = folder_text(f, "mine.ini",
                                   "[profile box]\nbased_on = java17\n"
                                   "title = Our box\nsuites = @java17 -1302\n"
                                   "[profile box2]\nbased_on = box\n");
    const char *bad = folder_text(f, "bad.ini", "[profile x]\ntitlle = X\n");
    const char *none = folder_text(f, "none.ini", "[suites]\na = 1301\n");
    const char *taken =
        folder_text(f, "taken.ini", "[profile java17]\nbased_on = java17\n");
    char got[1024];

    assert_string_equal(load(mine, NULL, got, sizeof(got)),
                        "profile:box profile:box2");
    assert_non_null(strstr(load(bad, NULL, got, sizeof(got)),
                           "line 2: a profile has no \"titlle\"; did you mean "
                           "\"title\"?"));
    assert_non_null(strstr(load(none, NULL, got, sizeof(got)),
                           "holds no profile: a section [profile NAME]"));
    assert_non_null(strstr(load(taken, NULL, got, sizeof(got)),
                           "a profile \"java17\" already"));
    assert_non_null(strstr(load(NULL, bad, got, sizeof(got)), "bad.ini"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_name),
        cmocka_unit_test(slips_are_recognised),
        cmocka_unit_test_setup_teardown(files_of_ones_own, folder_setup,
                                        folder_teardown),
    };

    return cmocka_run_group_tests_name("run_measures", tests, NULL, NULL);
}
