/* What tells of revocation.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/revocation.h"

#include <stdlib.h>

struct cm_revocation {
    int unused;
};

struct cm_revocation *cm_revocation_new(void)
{
    return calloc(1, sizeof(struct cm_revocation));
}

void cm_revocation_free(struct cm_revocation *set)
{
    free(set);
}

bool cm_revocation_add_crl(struct cm_revocation *set, struct cm_crl *crl,
                           const char *url)
{
    (void)set;
    (void)crl;
    (void)url;
    return true;
}

bool cm_revocation_add_ocsp(struct cm_revocation *set,
                            const struct cm_cert *cert, const char *url,
                            struct cm_span response)
{
    (void)set;
    (void)cert;
    (void)url;
    (void)response;
    return true;
}

bool cm_revocation_add_failure(struct cm_revocation *set,
                               const struct cm_cert *cert, const char *url,
                               const char *why)
{
    (void)set;
    (void)cert;
    (void)url;
    (void)why;
    return true;
}

enum cm_status cm_revocation_load(struct cm_revocation *set,
                                  struct cm_span bytes, size_t *added,
                                  struct cm_error *err)
{
    (void)set;
    (void)bytes;
    (void)added;
    return cm_error_set(err, CM_EINPUT, "it is no CRL");
}

size_t cm_revocation_crls(const struct cm_revocation *set,
                          struct cm_span issuer_norm,
                          struct cm_crl *const **out)
{
    (void)set;
    (void)issuer_norm;
    (void)out;
    return 0;
}

enum cm_sig cm_revocation_crl_signature(const struct cm_revocation *set,
                                        const struct cm_crl *crl,
                                        const struct cm_cert *issuer)
{
    (void)set;
    return cm_crl_verify(NULL, crl, issuer);
}

bool cm_revocation_ocsp(const struct cm_revocation *set,
                        const struct cm_cert *cert, size_t index,
                        struct cm_span *response, const char **url)
{
    (void)set;
    (void)cert;
    (void)index;
    (void)response;
    (void)url;
    return false;
}

bool cm_revocation_spoilt(const struct cm_revocation *set)
{
    (void)set;
    return false;
}

bool cm_revocation_tried(const struct cm_revocation *set,
                         const struct cm_cert *cert, struct cm_span url,
                         const char **why)
{
    (void)set;
    (void)cert;
    (void)url;
    (void)why;
    return false;
}
