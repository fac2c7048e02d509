/* See same_answer.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "same_answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void same_answer(const struct cm_answer *got, const struct cm_answer *want)
{
    assert_string_equal(cm_answer_end_id(got->end),
                        cm_answer_end_id(want->end));
    assert_int_equal(got->version, want->version);
    assert_int_equal(got->cipher, want->cipher);
    assert_int_equal(got->group, want->group);
    assert_int_equal(got->signature, want->signature);
    assert_int_equal(got->dh_bits, want->dh_bits);
    assert_int_equal(got->compression, want->compression);
    assert_int_equal(got->alert_level, want->alert_level);
    assert_int_equal(got->alert, want->alert);
    assert_int_equal(got->secure_renegotiation, want->secure_renegotiation);
    assert_int_equal(got->extended_master_secret, want->extended_master_secret);
    assert_int_equal(got->downgrade_sentinel, want->downgrade_sentinel);
    assert_int_equal(got->asks_for_cert, want->asks_for_cert);
    assert_int_equal(got->unusual_group, want->unusual_group);
}
