/* Words for proofs about handshakes. Each writes into `out` and returns it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_JUDGE_TLS_WORDS_H
#define CERTMUSTER_JUDGE_TLS_WORDS_H

#include "judge/finding.h"

/* "the alert handshake_failure (40)", "a reset", "silence". */
const char *cm_tls_end_words(const struct cm_probe *probe,
                             char out[CM_LABEL_SIZE]);
const char *cm_tls_answer_words(const struct cm_answer *answer,
                                char out[CM_LABEL_SIZE]);
/* "TLSv1.2 and TLS_RSA_WITH_RC4_128_SHA", of an answer that worked. */
const char *cm_tls_choice_words(const struct cm_answer *answer,
                                char out[CM_LABEL_SIZE]);
/* IANA's name, else the number. */
const char *cm_tls_suite_words(uint16_t suite, char out[CM_LABEL_SIZE]);
const char *cm_tls_group_words(uint16_t group, char out[CM_LABEL_SIZE]);
const char *cm_tls_scheme_words(uint16_t scheme, char out[CM_LABEL_SIZE]);
/* What a hello of this question offers: "TLS 1.2 at most". Static. */
const char *cm_tls_ask_words(enum cm_ask ask);

#endif
