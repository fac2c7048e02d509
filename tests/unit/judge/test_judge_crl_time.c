/* Revocation lists in time: fresh, stale, one after the other.
 * SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#define T CM_VERDICT_TRUSTED
#define U CM_VERDICT_UNTRUSTED
#define DAYS(n) (FORGE_NOW + (n)*FORGE_DAY)

static void out_of_date(void **state)
{
    const struct forge_crl_spec old = {.this_update = DAYS(-9),
                                       .next_update = DAYS(-2)};
    const struct cm_finding *f;
    struct bench b;

    (void)state;
    bench_open(&b);
    bench_add(&b, &old);
    bench_expect(&b, T, "crl_expired", CM_REVOCATION_NOT_CHECKED);
    f = scene_finding(&b.s, CM_CAUSE_CRL_EXPIRED);
    assert_contains(f->proof, "of 6 Jan 2027, was to be replaced by 13 Jan "
                              "2027, 2 days before");
    assert_int_equal(f->severity, CM_SEVERITY_SOME_CLIENTS);
    b.s.policy.crl_demanded = true;
    bench_expect(&b, U, "crl_expired", CM_REVOCATION_NOT_CHECKED);
    b.s.policy.crl_demanded = false;
    b.s.policy.strict = true;
    scene_judge(&b.s);
    assert_true(scene_finding(&b.s, CM_CAUSE_CRL_EXPIRED)->blocks);
    b.s.policy.strict = false;
    /* What it calls revoked stays revoked. */
    bench_revoke(&b, &old, 1);
    bench_expect(&b, U, "revoked crl_expired", CM_REVOCATION_REVOKED);
    assert_contains(scene_finding(&b.s, CM_CAUSE_REVOKED)->proof,
                    "which is itself out of date");
    bench_close(&b);
    bench_open(&b);
    bench_add(&b, &old);
    bench_add(&b, &(struct forge_crl_spec){.next_update = FORGE_NOW});
    bench_expect(&b, T, "", CM_REVOCATION_GOOD);
    assert_int_equal(b.s.got.revocation.next_update, FORGE_NOW);
    b.s.at_unix = FORGE_NOW + 1;
    bench_expect(&b, T, "crl_expired", CM_REVOCATION_NOT_CHECKED);
    assert_contains(scene_finding(&b.s, CM_CAUSE_CRL_EXPIRED)->proof,
                    "14 Jan 2027"); /* the newest */
    bench_close(&b);
    bench_open(&b);
    bench_add(&b, &(struct forge_crl_spec){.next_update = -1,
                                           .this_update = DAYS(-900)});
    bench_expect(&b, T, "", CM_REVOCATION_GOOD); /* nobody said when */
    bench_close(&b);
}

/* What was fetched is as fresh as it was then, whatever date is judged for. */
static void fetched_then(void **state)
{
    struct bench b;

    (void)state;
    bench_open(&b);
    bench_fetch(&b, &(struct forge_crl_spec){.this_update = DAYS(3)}, NULL,
                DAYS(3));
    bench_expect(&b, T, "", CM_REVOCATION_GOOD);
    b.s.at_unix = DAYS(90);
    bench_expect(&b, T, "", CM_REVOCATION_GOOD);
    bench_close(&b);
    bench_open(&b);
    bench_fetch(&b, &(struct forge_crl_spec){.next_update = DAYS(2)}, NULL,
                DAYS(3));
    bench_expect(&b, T, "crl_expired", CM_REVOCATION_NOT_CHECKED);
    assert_contains(scene_finding(&b.s, CM_CAUSE_CRL_EXPIRED)->proof,
                    "1 day before");
    bench_close(&b);
}

/* RFC 5280 section 5.3.1: a hold may end; nothing else does. */
static void on_hold(void **state)
{
    const struct forge_crl_spec old = {.this_update = DAYS(-5)};
    const struct forge_crl_spec young = {.this_update = DAYS(-2)};
    const struct forge_revoked removed = {.cert = zoo_get("leaf"),
                                          .reason = 8 + 1};
    struct bench b;

    (void)state;
    bench_open(&b);
    bench_revoke(&b, &old, 6);
    bench_expect(&b, U, "revoked", CM_REVOCATION_REVOKED);
    assert_contains(scene_finding(&b.s, CM_CAUSE_REVOKED)->proof,
                    "certificateHold");
    bench_add(&b, &young);
    bench_expect(&b, T, "", CM_REVOCATION_GOOD);
    bench_close(&b);
    bench_open(&b);
    bench_add(&b, &old);
    bench_revoke(&b, &young, 6);
    bench_expect(&b, U, "revoked", CM_REVOCATION_REVOKED);
    /* A delta list takes it off. */
    bench_add(&b, &(struct forge_crl_spec){.this_update = DAYS(-1),
                                           .base = 7,
                                           .revoked = &removed,
                                           .num_revoked = 1});
    bench_expect(&b, T, "", CM_REVOCATION_GOOD);
    bench_close(&b);
    bench_open(&b);
    bench_revoke(&b, &old, 1);
    bench_add(&b, &young);
    bench_expect(&b, U, "revoked", CM_REVOCATION_REVOKED);
    bench_close(&b);
}

/* A hold that a delta list ended, on the only full list there is. */
static void off_hold(void **state)
{
    const struct forge_revoked removed = {.cert = zoo_get("leaf"),
                                          .reason = 8 + 1};
    struct bench b;

    (void)state;
    bench_open(&b);
    bench_revoke(&b, &(struct forge_crl_spec){.this_update = DAYS(-3)}, 6);
    bench_add(&b, &(struct forge_crl_spec){.this_update = DAYS(-2),
                                           .base = 7,
                                           .revoked = &removed,
                                           .num_revoked = 1});
    bench_expect(&b, T, "", CM_REVOCATION_GOOD);
    assert_int_equal(b.s.got.revocation.this_update, DAYS(-3));
    bench_close(&b);
}

static int leave(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(out_of_date),
        cmocka_unit_test(fetched_then),
        cmocka_unit_test(on_hold),
        cmocka_unit_test(off_hold),
    };

    return cmocka_run_group_tests_name("judge: lists in time", tests, NULL,
                                       leave);
}
