/* Certificate revocation lists.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/crl.h"

struct cm_crl *cm_crl_parse(struct cm_span bytes, struct cm_error *err)
{
    (void)bytes;
    (void)cm_error_set(err, CM_EINPUT, "it is no CRL");
    return NULL;
}

struct cm_crl *cm_crl_ref(struct cm_crl *crl)
{
    return crl;
}

void cm_crl_unref(struct cm_crl *crl)
{
    (void)crl;
}

enum cm_sig cm_crl_verify(struct cm_sigmemo *memo, const struct cm_crl *crl,
                          const struct cm_cert *issuer)
{
    (void)memo;
    (void)crl;
    (void)issuer;
    return CM_SIG_UNSUPPORTED;
}

bool cm_crl_find(const struct cm_crl *crl, struct cm_span serial,
                 struct cm_crl_entry *out)
{
    (void)crl;
    (void)serial;
    (void)out;
    return false;
}

bool cm_crl_covers_point(const struct cm_crl *crl, const struct cm_cert *cert)
{
    (void)crl;
    (void)cert;
    return true;
}

const char *cm_crl_reason_text(int reason)
{
    (void)reason;
    return "";
}
