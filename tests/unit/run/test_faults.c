/* When silence is the DNS servers', and when it is a name's.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>

#include "run/faults.h"

#define PATIENCE_MS 5000U

static void tell(struct cm_faults *faults, enum cm_dns_result result,
                 uint64_t asked_ms, uint64_t now_ms)
{
    struct cm_dns_evidence answer = {.result = result,
                                     .ms = (uint32_t)(now_ms - asked_ms)};

    cm_faults_resolved(faults, now_ms, &answer);
}

static enum cm_scanner_fault settled(struct cm_faults *faults)
{
    struct cm_evidence ev = {.dns = {.result = CM_DNS_TIMEOUT}};

    cm_faults_settle(faults, &ev);
    return ev.fault;
}

static void servers_that_never_answered_are_down(void **state)
{
    struct cm_faults faults = {0};

    (void)state;
    for (unsigned i = 1; i <= CM_FAULTS_UNANSWERED; i++) {
        assert_int_equal(settled(&faults), CM_FAULT_NONE);
        tell(&faults, CM_DNS_TIMEOUT, 100, 100 + PATIENCE_MS);
    }
    assert_int_equal(settled(&faults), CM_FAULT_RESOLVER_DOWN);
}

static void servers_that_answered_others_since_are_not_down(void **state)
{
    struct cm_faults faults = {0};

    (void)state;
    tell(&faults, CM_DNS_OK, 100, 140);
    for (unsigned i = 0; i < 2 * CM_FAULTS_UNANSWERED; i++) {
        tell(&faults, CM_DNS_TIMEOUT, 100, 100 + PATIENCE_MS);
        tell(&faults, CM_DNS_TIMEOUT, 140, 140 + PATIENCE_MS);
    }
    assert_int_equal(settled(&faults), CM_FAULT_NONE);
}

static void servers_that_stop_are_down_until_they_answer(void **state)
{
    struct cm_faults faults = {0};

    (void)state;
    tell(&faults, CM_DNS_NXDOMAIN, 100, 140);
    for (unsigned i = 0; i < CM_FAULTS_UNANSWERED; i++) {
        tell(&faults, CM_DNS_TIMEOUT, 141 + i, 141 + i + PATIENCE_MS);
    }
    assert_int_equal(settled(&faults), CM_FAULT_RESOLVER_DOWN);
    tell(&faults, CM_DNS_REFUSED, 9000, 9040);
    assert_int_equal(settled(&faults), CM_FAULT_NONE);
}

static void a_fault_that_was_overcome_is_told_once(void **state)
{
    struct cm_faults faults = {0};

    (void)state;
    assert_true(cm_faults_overcome(&faults, CM_FAULT_NO_DESCRIPTORS, 1000, 40));
    assert_false(
        cm_faults_overcome(&faults, CM_FAULT_NO_DESCRIPTORS, 1010, 30));
    assert_false(
        cm_faults_overcome(&faults, CM_FAULT_NO_DESCRIPTORS, 1020, 35));
    assert_int_equal(faults.of[CM_FAULT_NO_DESCRIPTORS].from, 1000);
    assert_int_equal(faults.of[CM_FAULT_NO_DESCRIPTORS].until, 1020);
    assert_int_equal(faults.of[CM_FAULT_NO_DESCRIPTORS].at_once, 30);
    assert_int_equal(cm_faults_endpoints(&faults), 0);
}

static void a_crowd_is_what_fewer_connections_help(void **state)
{
    /* No machine of a test has a route for the family, or all have. */
    struct cm_faults none = {.routes_known = 3};
    struct cm_faults all = {.routes_known = 3, .routes = 3};

    (void)state;
    assert_true(cm_faults_is_crowd(&none, EMFILE, 4));
    assert_true(cm_faults_is_crowd(&none, ENOBUFS, 6));
    assert_false(cm_faults_is_crowd(&none, EADDRNOTAVAIL, 6));
    assert_true(cm_faults_is_crowd(&all, EADDRNOTAVAIL, 6));
    assert_false(cm_faults_is_crowd(&all, ECONNREFUSED, 4));
    assert_false(cm_faults_is_crowd(&all, ENETUNREACH, 4));
}

static void names_that_stand_tell_that_dns_is_there(void **state)
{
    struct cm_faults faults = {0};

    (void)state;
    for (unsigned i = 0; i < CM_FAULTS_UNANSWERED; i++) {
        tell(&faults, CM_DNS_TIMEOUT, 100 + i, 100 + i + PATIENCE_MS);
    }
    cm_faults_dns_is_there(&faults);
    assert_int_equal(settled(&faults), CM_FAULT_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers_that_never_answered_are_down),
        cmocka_unit_test(servers_that_answered_others_since_are_not_down),
        cmocka_unit_test(servers_that_stop_are_down_until_they_answer),
        cmocka_unit_test(a_fault_that_was_overcome_is_told_once),
        cmocka_unit_test(a_crowd_is_what_fewer_connections_help),
        cmocka_unit_test(names_that_stand_tell_that_dns_is_there),
    };

    return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
