/* Answers compared field by field, so that a failure names the field.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_TLS_SAME_ANSWER_H
#define CERTMUSTER_TESTS_TLS_SAME_ANSWER_H

#include "certmuster/answer.h"

/* In all that a flight decides; how a connection ended and the first bytes
 * apart. */
void same_answer(const struct cm_answer *got, const struct cm_answer *want);

#endif
