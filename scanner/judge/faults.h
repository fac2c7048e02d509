/* One fault of one certificate on the path, to be put into words.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_FAULTS_H
#define CERTMUSTER_FAULTS_H

#include "judge/finding.h"

struct cm_blame {
    struct cm_cert *cert;
    size_t step;                 /* on the path; 0: the leaf */
    const struct cm_cert *child; /* what it issued; NULL: it is the leaf */
    struct cm_cert *twin;        /* good, same name and key; or NULL */
    bool root;                   /* an anchor, or self-signed */
    unsigned fault;              /* one of enum cm_fault */
};

/* fault_words.c -- what is wrong, as the predicate of a sentence. */
void cm_fault_words(struct cm_case *c, const struct cm_blame *b,
                    struct cm_buf *out);

#endif
