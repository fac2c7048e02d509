/* What looks as if a server minded something in a hello, and is not: it hangs
 * up at times whatever it is asked, or its key is too short.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>

#include "tls/asking.h"
#include "tls/diagnose.h"

#define BUDGET 8

static struct cm_probe *first_hello(struct cm_evidence *ev)
{
    struct cm_probe *p = cm_evidence_add_probe(ev);

    assert_non_null(p);
    p->reached = CM_PHASE_HANDSHAKING;
    p->end = CM_END_RESET;
    return p;
}

/* It answers some hellos and not others, whatever is in them; so the diagnosis
 * asks again, in an order that has no period. */
static bool chance_is_found(unsigned answers, unsigned period)
{
    struct cm_evidence *ev = cm_evidence_new();
    struct cm_asking *asking;
    struct cm_hello hello = {0};
    bool found;

    assert_non_null(ev);
    (void)first_hello(ev);
    asking = cm_diagnosis_new(ev, "www.a.example", BUDGET);
    assert_non_null(asking);
    for (unsigned num = 0; asking->next(asking, &hello); num++) {
        struct cm_answer a = {.end = CM_ANSWER_RESET};

        if ((answers >> num % period & 1) != 0) {
            a = (struct cm_answer){.end = CM_ANSWER_FLIGHT,
                                   .version = 0x0303,
                                   .cipher = 0xc02f,
                                   .group = 0x001d};
        }
        asking->heard(asking, &a, NULL);
        hello = (struct cm_hello){0};
    }
    found = cm_evidence_by_chance(ev);
    asking->free(asking);
    cm_evidence_free(ev);
    return found;
}

static void who_answers_at_times_is_found_out(void **state)
{
    (void)state;
    for (unsigned period = 2; period <= 4; period++) {
        for (unsigned answers = 1; answers < (1U << period) - 1; answers++) {
            assert_true(chance_is_found(answers, period));
        }
    }
}

/* RSASSA-PSS does not fit into such a key: TLS 1.3 fails for it alone. */
static void a_key_that_is_too_short_is_no_intolerance(void **state)
{
    struct cm_evidence *ev = cm_evidence_new();
    struct cm_asking *asking = cm_diagnosis_new(ev, "a.example", BUDGET);
    struct cm_cert *leaf = calloc(1, sizeof(*leaf));
    struct cm_answer a = {
        .end = CM_ANSWER_FLIGHT, .version = 0x0303, .cipher = 0xc02f};
    struct cm_hello hello = {0};
    struct cm_probe *p;

    (void)state;
    assert_non_null(asking);
    assert_non_null(leaf);
    p = first_hello(ev);
    p->end = CM_END_ALERT_RECEIVED;
    p->alert_received = (struct cm_alert){true, 2, 40};
    leaf->refs = 1;
    leaf->key_alg = CM_KEY_RSA;
    leaf->key_bits = 512;
    a.chain = &leaf;
    a.num_chain = 1;
    for (int i = 0; i < 2; i++) { /* tls1_2, small */
        assert_true(asking->next(asking, &hello));
        asking->heard(asking, &a, NULL);
    }
    assert_int_equal(ev->answers[1].ask, CM_ASK_SMALL);
    assert_ptr_equal(ev->answers[1].chain[0], leaf);
    assert_false(asking->next(asking, &hello));
    leaf->key_bits = 1024;
    assert_true(asking->next(asking, &hello));
    asking->free(asking);
    cm_evidence_free(ev);
    cm_cert_unref(leaf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_answers_at_times_is_found_out),
        cmocka_unit_test(a_key_that_is_too_short_is_no_intolerance),
    };

    return cmocka_run_group_tests_name("tls: doubts", tests, NULL, NULL);
}
