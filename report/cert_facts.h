/* What rows show of their certificate. Many rows share one: it is read from the
 * store, and put into the words of each format, once. The rules of reader.h
 * hold here too.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_CERT_FACTS_H
#define CERTMUSTER_REPORT_CERT_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "certmuster/buf.h"
#include "list.h"

/* Parts of an output that a format keeps with the certificate. */
enum cm_made_part {
    CM_MADE_JSON_NAMES, /* endpoints.jsonl: who it is and who issued it */
    CM_MADE_JSON_FACTS,
    CM_MADE_CSV_FACTS,
    CM_MADE_COUNT
};

struct cm_cert_facts {
    int64_t id; /* 0: no certificate; then all is NULL or CM_UNKNOWN */
    const char *fingerprint_sha256;
    const char *subject;
    const char *subject_cn;
    const char *issuer;
    const char *issuer_cn;
    const char *serial;
    int64_t not_before;
    int64_t not_after;
    const char *key_alg;
    int64_t key_bits;
    const char *sig_alg;
    const char *spki_sha256;
    struct cm_report_list names;        /* owned */
    char *texts;                        /* owned: where all these lie */
    struct cm_span made[CM_MADE_COUNT]; /* owned; data NULL: not made yet */
    size_t bytes;                       /* that all of it takes */
    size_t *kept;                       /* ... and all facts together */
};

/* Keeps a part of an output with the certificate. False: no memory. */
bool cm_cert_facts_keep(struct cm_cert_facts *facts, enum cm_made_part part,
                        const struct cm_buf *made);

#endif
