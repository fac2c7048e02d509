/* The certificates of the store, each once. The rules of reader.h hold here
 * too.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_CERTS_H
#define CERTMUSTER_REPORT_READER_CERTS_H

#include "reader.h"

struct cm_report_certificate {
    int64_t id;
    const char *fingerprint_sha256;
    const char *parse_error;
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
    bool is_ca;
    bool self_issued;
    struct cm_report_list names;
    int64_t names_total;
    struct cm_span der;
};

/* cm_report_certificate finds one by its id, as in chain and path, or by its
 * fingerprint. *out is NULL when there is none; lent until the next call. */
enum cm_status cm_report_certificate(struct cm_report_run *run, const char *id,
                                     const struct cm_report_certificate **out,
                                     struct cm_error *err);
/* The next two are quick: fleets share their chains, so the last certificates
 * are remembered. Lent until the next call. An unknown id has the fingerprint
 * "" and the subject NULL. */
enum cm_status cm_report_fingerprint(struct cm_report_run *run, const char *id,
                                     const char **out, struct cm_error *err);
enum cm_status cm_report_subject(struct cm_report_run *run, const char *id,
                                 const char **out, struct cm_error *err);

#endif
