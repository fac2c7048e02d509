/* Limits for addresses and prefixes, and backing off, with the time injected.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "net/gate.h"

static struct cm_address v4(unsigned net, unsigned host)
{
    return (struct cm_address){.family = 4,
                               .bytes = {192, 0, (uint8_t)net, (uint8_t)host}};
}

static void count_wake(void *arg)
{
    ++*(unsigned *)arg;
}

struct scene {
    struct cm_gate *gate;
    struct cm_gate_lane lane;
    unsigned wakes;
};

static void open_scene(struct scene *s, struct cm_gate_config config)
{
    *s = (struct scene){.gate = cm_gate_new(&config)};
    s->lane.wake = count_wake;
    s->lane.wake_arg = &s->wakes;
    assert_non_null(s->gate);
}

static enum cm_gate_answer enter(struct scene *s, struct cm_gate_pass *pass,
                                 struct cm_address address, uint64_t now_ms)
{
    pass->lane = &s->lane;
    return cm_gate_enter(s->gate, pass, &address, 1, now_ms);
}

static void an_address_takes_so_many_and_no_more(void **state)
{
    struct scene s;
    struct cm_gate_pass p[5] = {{.num_spots = 0}};

    (void)state;
    open_scene(&s, (struct cm_gate_config){.per_address = 2});
    assert_int_equal(enter(&s, &p[0], v4(2, 1), 0), CM_GATE_OPEN);
    assert_int_equal(enter(&s, &p[1], v4(2, 1), 0), CM_GATE_OPEN);
    assert_int_equal(enter(&s, &p[2], v4(2, 1), 0), CM_GATE_WAIT);
    assert_int_equal(enter(&s, &p[3], v4(2, 1), 0), CM_GATE_WAIT);
    assert_int_equal(enter(&s, &p[4], v4(2, 2), 0), CM_GATE_OPEN);
    assert_null(cm_gate_collect(s.gate, &s.lane));

    /* Whoever has a place there has it for all of its connections. */
    assert_int_equal(enter(&s, &p[0], v4(2, 1), 0), CM_GATE_OPEN);

    cm_gate_leave(s.gate, &p[0], 1);
    assert_int_equal(s.wakes, 1);
    assert_ptr_equal(cm_gate_collect(s.gate, &s.lane), &p[2]);
    assert_null(cm_gate_collect(s.gate, &s.lane));
    cm_gate_leave(s.gate, &p[3], 1); /* waits no longer */
    cm_gate_leave(s.gate, &p[1], 1);
    cm_gate_leave(s.gate, &p[2], 1);
    assert_int_equal(s.wakes, 1);
    assert_int_equal(enter(&s, &p[0], v4(2, 1), 2), CM_GATE_OPEN);
    cm_gate_leave(s.gate, &p[0], 3);
    cm_gate_leave(s.gate, &p[0], 3);
    cm_gate_leave(s.gate, &p[4], 3);
    cm_gate_free(s.gate);
}

static void a_prefix_is_a_slash_24_or_48(void **state)
{
    struct cm_address six[3] = {
        {.family = 6, .bytes = {0x20, 1, 0xd, 0xb8, 0, 1, 0, 1}},
        {.family = 6, .bytes = {0x20, 1, 0xd, 0xb8, 0, 1, 0, 2}},
        {.family = 6, .bytes = {0x20, 1, 0xd, 0xb8, 0, 2, 0, 1}},
    };
    struct scene s;
    struct cm_gate_pass p[6] = {{.num_spots = 0}};

    (void)state;
    open_scene(&s, (struct cm_gate_config){.per_prefix = 1});
    assert_int_equal(enter(&s, &p[0], v4(2, 1), 0), CM_GATE_OPEN);
    assert_int_equal(enter(&s, &p[1], v4(2, 200), 0), CM_GATE_WAIT);
    assert_int_equal(enter(&s, &p[2], v4(3, 1), 0), CM_GATE_OPEN);
    assert_int_equal(enter(&s, &p[3], six[0], 0), CM_GATE_OPEN);
    assert_int_equal(enter(&s, &p[4], six[1], 0), CM_GATE_WAIT);
    assert_int_equal(enter(&s, &p[5], six[2], 0), CM_GATE_OPEN);
    for (size_t i = 0; i < 6; i++) {
        cm_gate_leave(s.gate, &p[i], 1);
    }
    cm_gate_free(s.gate);
}

static void this_machine_is_limited_when_that_is_asked_for(void **state)
{
    struct cm_address local = {.family = 4, .bytes = {127, 0, 0, 1}};
    struct cm_gate_pass p[2] = {{.num_spots = 0}};
    struct scene s;

    (void)state;
    for (int limited = 0; limited < 2; limited++) {
        open_scene(&s, (struct cm_gate_config){.per_address = 1,
                                               .limit_loopback = limited == 1});
        assert_int_equal(enter(&s, &p[0], local, 0), CM_GATE_OPEN);
        assert_int_equal(enter(&s, &p[1], local, 0),
                         limited == 1 ? CM_GATE_WAIT : CM_GATE_OPEN);
        cm_gate_leave(s.gate, &p[0], 1);
        cm_gate_leave(s.gate, &p[1], 1);
        cm_gate_free(s.gate);
    }
}

/* Addresses race: the endpoint holds a place at each until one has won. */
static void all_addresses_or_none(void **state)
{
    struct cm_address both[2] = {v4(2, 1), v4(3, 1)};
    struct cm_gate_pass p[3] = {{.num_spots = 0}};
    struct scene s;

    (void)state;
    open_scene(&s, (struct cm_gate_config){.per_address = 1});
    p[0].lane = &s.lane;
    p[2].lane = &s.lane;
    assert_int_equal(cm_gate_enter(s.gate, &p[0], both, 2, 0), CM_GATE_OPEN);
    assert_int_equal(enter(&s, &p[1], v4(3, 1), 0), CM_GATE_WAIT);
    cm_gate_keep(s.gate, &p[0], &both[0], 1);
    assert_ptr_equal(cm_gate_collect(s.gate, &s.lane), &p[1]);
    assert_int_equal(cm_gate_enter(s.gate, &p[2], both, 2, 1), CM_GATE_WAIT);
    cm_gate_leave(s.gate, &p[0], 2); /* now it waits for the other */
    assert_null(cm_gate_collect(s.gate, &s.lane));
    cm_gate_leave(s.gate, &p[1], 2);
    assert_ptr_equal(cm_gate_collect(s.gate, &s.lane), &p[2]);
    cm_gate_leave(s.gate, &p[2], 2);
    cm_gate_free(s.gate);
}

/* More addresses in one prefix than it may take: one after the other. */
static void a_small_limit_makes_the_race_a_queue(void **state)
{
    struct cm_address four[4] = {v4(2, 1), v4(2, 2), v4(2, 3), v4(2, 3)};
    struct cm_gate_pass p[2] = {{.num_spots = 0}};
    struct scene s;

    (void)state;
    open_scene(&s, (struct cm_gate_config){.per_prefix = 2});
    p[0].lane = &s.lane;
    assert_int_equal(cm_gate_enter(s.gate, &p[0], four, 4, 0), CM_GATE_OPEN);
    assert_int_equal(p[0].max_open, 2);
    assert_int_equal(enter(&s, &p[1], v4(2, 9), 0), CM_GATE_WAIT);
    cm_gate_keep(s.gate, &p[0], &four[2], 0);
    assert_ptr_equal(cm_gate_collect(s.gate, &s.lane), &p[1]);
    cm_gate_leave(s.gate, &p[1], 1);
    cm_gate_leave(s.gate, &p[0], 1);
    cm_gate_free(s.gate);
}

/* Threads enter and leave one address as fast as they can. */
struct crowd {
    struct cm_gate *gate;
    atomic_uint inside;
    atomic_uint most;
    atomic_uint served;
};

#define CROWD_LIMIT 3U
#define CROWD_ROUNDS 2000U

static void enough(struct crowd *crowd)
{
    unsigned now = atomic_fetch_add(&crowd->inside, 1) + 1;
    unsigned most = atomic_load(&crowd->most);

    while (now > most &&
           !atomic_compare_exchange_weak(&crowd->most, &most, now)) {
    }
    atomic_fetch_add(&crowd->served, 1);
}

struct bell {
    pthread_mutex_t lock;
    pthread_cond_t rung;
    bool is_rung;
};

static void ring(void *arg)
{
    struct bell *bell = arg;

    (void)pthread_mutex_lock(&bell->lock);
    bell->is_rung = true;
    (void)pthread_cond_signal(&bell->rung);
    (void)pthread_mutex_unlock(&bell->lock);
}

static void *come_and_go(void *arg)
{
    struct crowd *crowd = arg;
    struct bell bell = {.lock = PTHREAD_MUTEX_INITIALIZER,
                        .rung = PTHREAD_COND_INITIALIZER};
    struct cm_gate_lane lane = {.wake = ring, .wake_arg = &bell};
    struct cm_gate_pass pass[4] = {{.num_spots = 0}};
    struct cm_address address = v4(2, 1);

    for (unsigned round = 0; round < CROWD_ROUNDS; round++) {
        unsigned waiting = 0;

        for (size_t i = 0; i < 4; i++) {
            pass[i].lane = &lane;
            if (cm_gate_enter(crowd->gate, &pass[i], &address, 1, round) ==
                CM_GATE_OPEN) {
                enough(crowd);
                atomic_fetch_sub(&crowd->inside, 1);
                cm_gate_leave(crowd->gate, &pass[i], round);
            } else {
                waiting++;
            }
        }
        while (waiting > 0) {
            struct cm_gate_pass *called = cm_gate_collect(crowd->gate, &lane);

            if (called != NULL) {
                enough(crowd);
                atomic_fetch_sub(&crowd->inside, 1);
                cm_gate_leave(crowd->gate, called, round);
                waiting--;
                continue;
            }
            (void)pthread_mutex_lock(&bell.lock);
            while (!bell.is_rung) {
                (void)pthread_cond_wait(&bell.rung, &bell.lock);
            }
            bell.is_rung = false;
            (void)pthread_mutex_unlock(&bell.lock);
        }
    }
    return NULL;
}

static void no_thread_waits_for_ever_and_the_limit_holds(void **state)
{
    struct cm_gate_config config = {.per_address = CROWD_LIMIT};
    struct crowd crowd = {.gate = cm_gate_new(&config)};
    pthread_t threads[4];

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, &crowd),
                         0);
    }
    for (size_t i = 0; i < 4; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    assert_int_equal(atomic_load(&crowd.served), 4 * 4 * CROWD_ROUNDS);
    assert_true(atomic_load(&crowd.most) <= CROWD_LIMIT);
    cm_gate_free(crowd.gate);
}

/* --- backing off --- */

static bool end_with(struct cm_backoff *b, uint32_t number, bool worked)
{
    struct cm_backoff_outcome outcome = {
        .number = number, .worked = worked, .first = true};

    return cm_backoff_ended(b, &outcome, 64);
}

static void starts(struct cm_backoff *b, unsigned num)
{
    for (unsigned i = 0; i < num; i++) {
        (void)cm_backoff_started(b);
    }
}

static void a_network_that_stops_to_answer_is_asked_less(void **state)
{
    struct cm_backoff b = {.started = 0};

    (void)state;
    starts(&b, 32);
    for (uint32_t i = 1; i <= 16; i++) {
        assert_false(end_with(&b, i, true));
    }
    for (uint32_t i = 17; i < 24; i++) {
        assert_false(end_with(&b, i, false));
    }
    assert_int_equal(cm_backoff_limit(&b, 128), 128);
    assert_true(end_with(&b, 24, false));
    assert_true(cm_backoff_is_slow(&b));
    assert_int_equal(cm_backoff_limit(&b, 128), 32);
    assert_true(cm_backoff_gap_ms(&b) > 0);
    assert_int_equal(b.proof_failed, 8);
    assert_int_equal(b.proof_of, 8);
    /* What started before says nothing about the new level. */
    assert_false(end_with(&b, 25, false));
    assert_int_equal(cm_backoff_limit(&b, 128), 32);
    /* Answers at the lower level bring it back. */
    for (uint32_t i = 33; i < 80; i++) {
        if ((i - 1) % 16 == 0) {
            starts(&b, 16);
        }
        assert_false(end_with(&b, i, true));
    }
    assert_true(end_with(&b, 80, true));
    assert_false(cm_backoff_is_slow(&b));
    assert_int_equal(cm_backoff_limit(&b, 128), 128);
}

static void silent_servers_among_others_are_no_throttling(void **state)
{
    struct cm_backoff b = {.started = 0};

    (void)state;
    starts(&b, 1000);
    for (uint32_t i = 1; i <= 1000; i++) {
        if (i % 4 != 0) {
            assert_false(end_with(&b, i, true));
        }
    }
    for (uint32_t i = 4; i <= 1000; i += 4) { /* all late, all together */
        assert_false(end_with(&b, i, false));
    }
    assert_false(cm_backoff_is_slow(&b));
}

static void what_never_answered_is_no_throttling(void **state)
{
    struct cm_backoff b = {.started = 0};

    (void)state;
    starts(&b, 200);
    for (uint32_t i = 1; i <= 200; i++) {
        assert_false(end_with(&b, i, false));
    }
}

static void begin_to_fail(struct cm_backoff *b)
{
    starts(b, 32);
    (void)end_with(b, 1, true);
    for (uint32_t i = 17; i <= 24; i++) {
        (void)end_with(b, i, false);
    }
    assert_true(cm_backoff_is_slow(b));
}

static void being_slower_in_vain_is_given_up(void **state)
{
    struct cm_backoff b = {.started = 0};
    unsigned batches = 0;

    (void)state;
    begin_to_fail(&b);
    while (cm_backoff_is_slow(&b) && batches < 20) {
        uint32_t from = b.started + 1;

        batches++;
        starts(&b, 16);
        for (uint32_t i = from; i < from + 16; i++) {
            (void)end_with(&b, i, i % 2 == 0);
        }
    }
    assert_int_equal(batches, 3);
    assert_true(b.given_up);
    assert_int_equal(cm_backoff_limit(&b, 128), 128);
    starts(&b, 64);
    for (uint32_t i = b.started - 40; i <= b.started; i++) {
        assert_false(end_with(&b, i, false));
    }
    assert_false(cm_backoff_is_slow(&b));
}

static void endpoints_that_fail_again_prove_that_they_are_gone(void **state)
{
    struct cm_backoff b = {.started = 0};
    struct cm_backoff_outcome outcome = {.again = true, .silent = true};

    (void)state;
    begin_to_fail(&b);
    for (unsigned i = 0; i < 7; i++) {
        outcome.number = cm_backoff_started(&b);
        assert_false(cm_backoff_ended(&b, &outcome, 4));
    }
    outcome.number = cm_backoff_started(&b);
    assert_true(cm_backoff_ended(&b, &outcome, 4));
    assert_true(b.given_up);
}

/* The gate holds a slow prefix back, and lets it go when its time comes. */
static void a_slow_prefix_opens_as_time_goes_by(void **state)
{
    struct cm_gate_pass p[40] = {{.num_spots = 0}};
    struct cm_backoff_outcome good = {.worked = true, .first = true};
    struct cm_backoff_outcome bad = {.first = true};
    struct cm_gate_network net;
    struct cm_address one = v4(2, 1);
    struct scene s;

    (void)state;
    open_scene(&s, (struct cm_gate_config){.back_off = true});
    for (size_t i = 0; i < 32; i++) {
        assert_int_equal(enter(&s, &p[i], one, 0), CM_GATE_OPEN);
    }
    cm_gate_report(s.gate, &p[0], &one, good, 1);
    for (size_t i = 16; i < 24; i++) {
        cm_gate_report(s.gate, &p[i], &one, bad, 1);
    }
    cm_gate_network(s.gate, &one, &net);
    assert_true(net.slow);
    assert_int_equal(net.failed, 8);
    for (size_t i = 0; i < 32; i++) {
        cm_gate_leave(s.gate, &p[i], 1);
    }
    assert_int_equal(cm_gate_due_ms(s.gate), UINT64_MAX);
    assert_int_equal(enter(&s, &p[0], one, 2), CM_GATE_OPEN);
    assert_int_equal(enter(&s, &p[1], one, 3), CM_GATE_WAIT);
    assert_int_equal(enter(&s, &p[2], v4(9, 1), 3), CM_GATE_OPEN);
    assert_int_equal(cm_gate_due_ms(s.gate), 27);
    cm_gate_tick(s.gate, 26);
    assert_null(cm_gate_collect(s.gate, &s.lane));
    cm_gate_tick(s.gate, 27);
    assert_ptr_equal(cm_gate_collect(s.gate, &s.lane), &p[1]);
    assert_int_equal(cm_gate_due_ms(s.gate), UINT64_MAX);
    for (size_t i = 0; i < 3; i++) {
        cm_gate_leave(s.gate, &p[i], 30);
    }
    cm_gate_free(s.gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_takes_so_many_and_no_more),
        cmocka_unit_test(a_prefix_is_a_slash_24_or_48),
        cmocka_unit_test(this_machine_is_limited_when_that_is_asked_for),
        cmocka_unit_test(all_addresses_or_none),
        cmocka_unit_test(a_small_limit_makes_the_race_a_queue),
        cmocka_unit_test(no_thread_waits_for_ever_and_the_limit_holds),
        cmocka_unit_test(a_network_that_stops_to_answer_is_asked_less),
        cmocka_unit_test(silent_servers_among_others_are_no_throttling),
        cmocka_unit_test(what_never_answered_is_no_throttling),
        cmocka_unit_test(being_slower_in_vain_is_given_up),
        cmocka_unit_test(endpoints_that_fail_again_prove_that_they_are_gone),
        cmocka_unit_test(a_slow_prefix_opens_as_time_goes_by),
    };

    return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
