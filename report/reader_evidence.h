/* What a run says of its own making beyond run_facts.h. The rules of reader.h
 * hold here too.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_EVIDENCE_H
#define CERTMUSTER_REPORT_READER_EVIDENCE_H

#include "reader.h"

struct cm_report_evidence {
    char config_sha256[65]; /* "": not known */
    int64_t input_bytes;    /* CM_UNKNOWN: no file, as are the others */
    int64_t input_rows;
    int64_t downloads;
    /* Endpoints with a revocation answer, which somebody else's clock has
     * signed; and by how much, at most, such a time lies after the one at which
     * this machine saw the endpoint. */
    int64_t signed_times;
    int64_t signed_lead_s;
    const char *sqlite; /* the version that reads the store; static */
};
enum cm_status cm_report_run_evidence(struct cm_report_run *run,
                                      struct cm_report_evidence *out,
                                      struct cm_error *err);

#endif
