/* Evidence to store, and whether it came back.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_EVIDENCE_CASES_H
#define CERTMUSTER_TESTS_EVIDENCE_CASES_H

#include <stdint.h>

#include "certmuster/evidence.h"

struct cm_evidence *cases_full(void); /* each field has a value of its own */
struct cm_evidence *cases_bare(void); /* one probe of which nothing is known */
struct cm_evidence *cases_no_probe(void);

void cases_address(struct cm_address *out, const char *text, uint16_t port);
/* Fails the test at the first field that differs. */
void cases_assert_same(const struct cm_evidence *a,
                       const struct cm_evidence *b);
void cases_assert_same_address(const struct cm_address *a,
                               const struct cm_address *b);
void cases_assert_same_inventory(const struct cm_inventory *a,
                                 const struct cm_inventory *b);

#endif
