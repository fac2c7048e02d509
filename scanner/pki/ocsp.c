/* OCSP responses.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/ocsp.h"

const char *cm_ocsp_state_id(enum cm_ocsp_state state)
{
    (void)state;
    return "";
}

struct cm_ocsp_answer cm_ocsp_read(struct cm_sigmemo *memo, struct cm_span der,
                                   const struct cm_cert *cert,
                                   const struct cm_cert *issuer,
                                   int64_t at_unix)
{
    (void)memo;
    (void)der;
    (void)cert;
    (void)issuer;
    (void)at_unix;
    return (struct cm_ocsp_answer){.state = CM_OCSP_MALFORMED, .detail = ""};
}

bool cm_ocsp_request(struct cm_buf *out, const struct cm_cert *cert,
                     const struct cm_cert *issuer)
{
    (void)out;
    (void)cert;
    (void)issuer;
    return true;
}
