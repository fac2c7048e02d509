/* The lists that hellos offer hold all that the tables know, each once.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "certmuster/evidence.h"
#include "certmuster/inventory.h"
#include "tls/hello.h"

static size_t times(struct cm_numbers list, uint16_t number)
{
    size_t found = 0;

    for (size_t i = 0; i < list.num; i++) {
        found += list.numbers[i] == number;
    }
    return found;
}

static bool has_certificate(const struct cm_suite *suite)
{
    return !suite->anonymous && strstr(suite->kx, "PSK") == NULL &&
           strcmp(suite->kx, "SRP") != 0 && strcmp(suite->kx, "KRB5") != 0 &&
           strcmp(suite->kx, "ECCPWD") != 0;
}

/* The one list that a suite belongs to; none for signals, SSLv2 and what
 * encrypts before there are keys. */
static void every_suite_is_in_its_list_once(void **state)
{
    struct cm_numbers tls13 = cm_hello_suites(0x0304);
    struct cm_numbers tls12 = cm_hello_suites(0x0303);
    struct cm_numbers tls11 = cm_hello_suites(0x0302);
    struct cm_numbers anonymous = cm_hello_anonymous_suites();

    (void)state;
    for (size_t i = 0; i < cm_suite_count(); i++) {
        const struct cm_suite *s = cm_suite_at(i);
        bool real = s->number != 0 && s->min_version >= 0x0300;
        bool is13 = s->min_version == 0x0304;
        bool cert = real && !is13 && has_certificate(s);

        if (times(tls13, s->number) != is13 ||
            times(tls12, s->number) != cert ||
            times(tls11, s->number) != (cert && s->min_version < 0x0303) ||
            times(anonymous, s->number) != (real && !is13 && !cert)) {
            fail_msg("%s is not where it belongs", s->name);
        }
    }
    for (size_t i = 0; i < tls12.num; i++) {
        assert_non_null(cm_suite_find(tls12.numbers[i]));
    }
    assert_int_equal(cm_hello_suites(0x0300).num, tls11.num);
    assert_int_equal(cm_hello_suites(0x0301).num, tls11.num);
}

static void the_strong_come_before_the_weak(void **state)
{
    static const uint16_t versions[] = {0x0304, 0x0303, 0x0301};

    (void)state;
    for (size_t v = 0; v < 3; v++) {
        struct cm_numbers list = cm_hello_suites(versions[v]);
        bool weak = false;

        assert_true(cm_suite_find(list.numbers[0])->forward_secrecy);
        for (size_t i = 0; i < list.num; i++) {
            const struct cm_suite *s = cm_suite_find(list.numbers[i]);

            if (weak && !s->weak) {
                fail_msg("%s comes after a weak one", s->name);
            }
            weak = s->weak;
        }
        assert_true(weak); /* there are some, at the end */
    }
}

/* GREASE numbers have no name, nor what nobody registered. */
static void groups_and_schemes_are_all_that_have_a_name(void **state)
{
    struct cm_numbers groups = cm_hello_all_groups();
    struct cm_numbers schemes = cm_hello_all_schemes();

    (void)state;
    for (unsigned n = 0; n <= 0xffff; n++) {
        uint16_t number = (uint16_t)n;

        assert_int_equal(times(groups, number),
                         cm_tls_group_name(number) != NULL);
        assert_int_equal(times(schemes, number),
                         cm_tls_scheme_name(number) != NULL);
    }
    assert_true(groups.num <= CM_MAX_GROUPS);
    assert_true(schemes.num <= CM_MAX_SCHEMES);
    assert_true(cm_hello_suites(0x0303).num <= CM_MAX_SUITES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_suite_is_in_its_list_once),
        cmocka_unit_test(the_strong_come_before_the_weak),
        cmocka_unit_test(groups_and_schemes_are_all_that_have_a_name),
    };

    return cmocka_run_group_tests_name("tls/lists", tests, NULL, NULL);
}
