/* Answers to hand-built hellos, and what is on offer without them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "certmuster/evidence.h"
#include "certmuster/offer.h"

static struct cm_answer *add(struct cm_evidence *ev, enum cm_ask ask,
                             enum cm_answer_end end, uint16_t version)
{
    struct cm_answer *answer = cm_evidence_add_answer(ev);

    assert_non_null(answer);
    answer->ask = ask;
    answer->end = end;
    answer->version = version;
    return answer;
}

static void give_chain(struct cm_answer *answer)
{
    struct cm_cert *cert = calloc(1, sizeof(*cert));

    assert_non_null(cert);
    cert->refs = 1;
    answer->chain = calloc(1, sizeof(struct cm_cert *));
    assert_non_null(answer->chain);
    answer->chain[0] = cert;
    answer->num_chain = 1;
}

static void each_question_and_end_has_a_word(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CM_ASK_COUNT; i++) {
        for (unsigned j = 0; j < i; j++) {
            assert_string_not_equal(cm_ask_id((enum cm_ask)i),
                                    cm_ask_id((enum cm_ask)j));
        }
    }
    for (unsigned i = 0; i < CM_ANSWER_END_COUNT; i++) {
        for (unsigned j = 0; j < i; j++) {
            assert_string_not_equal(cm_answer_end_id((enum cm_answer_end)i),
                                    cm_answer_end_id((enum cm_answer_end)j));
        }
    }
}

static void a_choice_is_what_works(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CM_ANSWER_END_COUNT; i++) {
        struct cm_answer answer = {.end = (enum cm_answer_end)i};
        bool chose = i == CM_ANSWER_SERVER_HELLO || i == CM_ANSWER_RETRY ||
                     i == CM_ANSWER_FLIGHT;

        assert_int_equal(cm_answer_worked(&answer), chose);
        assert_int_equal(cm_answer_failed(&answer),
                         !chose && i != CM_ANSWER_NONE);
    }
}

static void answers_are_found_by_their_question(void **state)
{
    struct cm_evidence *ev = cm_evidence_new();

    (void)state;
    assert_non_null(ev);
    add(ev, CM_ASK_SMALL, CM_ANSWER_RESET, 0);
    add(ev, CM_ASK_TLS1_2, CM_ANSWER_FLIGHT, 0x0303);
    add(ev, CM_ASK_SMALL, CM_ANSWER_NONE, 0);
    add(ev, CM_ASK_SMALL, CM_ANSWER_FLIGHT, 0x0302);
    add(ev, CM_ASK_SMALL, CM_ANSWER_SILENT, 0);
    assert_ptr_equal(cm_evidence_answer(ev, CM_ASK_SMALL), &ev->answers[0]);
    assert_ptr_equal(cm_evidence_worked(ev, CM_ASK_SMALL), &ev->answers[3]);
    assert_null(cm_evidence_worked(ev, CM_ASK_LARGE));
    assert_int_equal(cm_evidence_count_failed(ev, CM_ASK_SMALL), 2);
    assert_int_equal(cm_evidence_count_failed(ev, CM_ASK_TLS1_2), 0);
    cm_evidence_free(ev);
}

static void certificates_of_the_newest_version_count(void **state)
{
    struct cm_evidence *ev = cm_evidence_new();

    (void)state;
    assert_non_null(ev);
    add(ev, CM_ASK_TLS1_3, CM_ANSWER_RETRY, 0x0304);
    assert_null(cm_evidence_certificates(ev));
    give_chain(add(ev, CM_ASK_OTHER_SNI, CM_ANSWER_FLIGHT, 0x0303));
    give_chain(add(ev, CM_ASK_NO_SNI, CM_ANSWER_FLIGHT, 0x0303));
    assert_null(cm_evidence_certificates(ev)); /* other names' */
    give_chain(add(ev, CM_ASK_SSL2, CM_ANSWER_FLIGHT, 0x0002));
    assert_int_equal(cm_evidence_certificates(ev)->version, 0x0002);
    give_chain(add(ev, CM_ASK_SSL3, CM_ANSWER_FLIGHT, 0x0300));
    give_chain(add(ev, CM_ASK_SUITES, CM_ANSWER_FLIGHT, 0x0301));
    give_chain(add(ev, CM_ASK_GROUPS, CM_ANSWER_FLIGHT, 0x0301));
    assert_int_equal(cm_evidence_certificates(ev)->ask, CM_ASK_SUITES);
    cm_evidence_free(ev);
}

static void as_many_answers_as_there_is_room_for(void **state)
{
    struct cm_evidence *ev = cm_evidence_new();

    (void)state;
    assert_non_null(ev);
    for (int i = 0; i < CM_MAX_ANSWERS; i++) {
        add(ev, CM_ASK_SMALL, CM_ANSWER_ALERT, 0);
    }
    assert_null(cm_evidence_add_answer(ev));
    cm_evidence_free(ev);
}

/* RFC 8446 appendix B.4: the suites of TLS 1.3 are 0x13nn. */
static void the_offer_of_a_version_is_a_part_of_the_whole(void **state)
{
    struct cm_offer_list all = cm_offer_suites();
    struct cm_offer_list old = cm_offer_suites_tls12();
    struct cm_offer_list new = cm_offer_suites_tls13();

    (void)state;
    assert_int_equal(old.num + new.num, all.num);
    for (size_t i = 0; i < all.num; i++) {
        bool is_new = all.numbers[i] >> 8 == 0x13;

        assert_int_equal(cm_offer_has(new, all.numbers[i]), is_new);
        assert_int_equal(cm_offer_has(old, all.numbers[i]), !is_new);
    }
    assert_false(cm_offer_has(all, 0x0033)); /* DHE is for hand-built hellos */
    assert_false(cm_offer_has(cm_offer_groups(), 0x0100));
    assert_true(cm_offer_has(cm_offer_schemes(), 0x0403));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_question_and_end_has_a_word),
        cmocka_unit_test(a_choice_is_what_works),
        cmocka_unit_test(answers_are_found_by_their_question),
        cmocka_unit_test(certificates_of_the_newest_version_count),
        cmocka_unit_test(as_many_answers_as_there_is_room_for),
        cmocka_unit_test(the_offer_of_a_version_is_a_part_of_the_whole),
    };

    return cmocka_run_group_tests_name("base: answers", tests, NULL, NULL);
}
