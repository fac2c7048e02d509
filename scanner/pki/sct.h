/* Signed certificate timestamps (RFC 6962 section 3.3): how many, from whom and
 * when. Their signatures are not checked: that needs the logs' keys.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_SCT_H
#define CERTMUSTER_SCT_H

#include "certmuster/buf.h"

#define CM_MAX_SCTS 32

struct cm_sct {
    uint8_t log_id[32];
    int64_t unix_time; /* seconds */
};
/* cm_sct_list reads a TLS-encoded SignedCertificateTimestampList (a
 * certificate's sct_list, a TLS extension's content) into `out`; the number of
 * well-formed version 1 SCTs, at most CM_MAX_SCTS. *bad: something in it was
 * not well-formed. */
size_t cm_sct_list(struct cm_span list, struct cm_sct out[CM_MAX_SCTS],
                   bool *bad);

#endif
