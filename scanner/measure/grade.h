/* The grade of an endpoint (see include/certmuster/grade.h for the guide and
 * its version). Pure: from evidence and judgement alone.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_MEASURE_GRADE_H
#define CERTMUSTER_MEASURE_GRADE_H

#include "certmuster/evidence.h"
#include "certmuster/grade.h"
#include "certmuster/judge.h"

/* Without an inventory that found a version, the grade is none. `judgement`:
 * of the same evidence; NULL: nothing is said of the certificate. */
void cm_grade_endpoint(struct cm_grade *out, const struct cm_evidence *ev,
                       const struct cm_judgement *judgement);
/* Strength as the length of an RSA key (NIST SP 800-57 part 1, table 2); 0:
 * unknown. */
unsigned cm_grade_cert_bits(const struct cm_cert *cert);
unsigned cm_grade_group_bits(uint16_t group);

#endif
