/* What older versions of clients said otherwise: OpenSSL before 3.0 (and Python
 * over it), Go before 1.20.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/phrases.h"
#include "measure/said.h"

static const struct {
    enum cm_occasion occasion;
    enum cm_family family;
    const char *words;
} old[] = {
    {CM_SAID_SELF_SIGNED, CM_FAMILY_OPENSSL,
     "verify error:num=18:self signed certificate"},
    {CM_SAID_SELF_SIGNED, CM_FAMILY_PYTHON,
     CM_PYTHON_VERIFY "self signed certificate"},
    {CM_SAID_ROOT_SENT, CM_FAMILY_OPENSSL,
     "verify error:num=19:self signed certificate in certificate chain"},
    {CM_SAID_ROOT_SENT, CM_FAMILY_PYTHON,
     CM_PYTHON_VERIFY "self signed certificate in certificate chain"},
    {CM_SAID_EKU, CM_FAMILY_OPENSSL,
     "verify error:num=26:unsupported certificate purpose"},
    {CM_SAID_EKU, CM_FAMILY_PYTHON,
     CM_PYTHON_VERIFY "unsupported certificate purpose"},
    {CM_SAID_ISSUER_MISSING, CM_FAMILY_GO,
     "x509: "
     "certificate signed by unknown authority"},
    {CM_SAID_ISSUER_MISSING_ALONE, CM_FAMILY_GO,
     "x509: "
     "certificate signed by unknown authority"},
    {CM_SAID_ROOT_SENT, CM_FAMILY_GO,
     "x509: "
     "certificate signed by unknown authority"},
    {CM_SAID_SELF_SIGNED, CM_FAMILY_GO,
     "x509: "
     "certificate signed by unknown authority"},
    {CM_SAID_EXPIRED, CM_FAMILY_GO,
     "x509: "
     "certificate has expired or is not yet valid: current time {now} is after "
     "{not_after}"},
    {CM_SAID_NOT_YET_VALID, CM_FAMILY_GO,
     "x509: "
     "certificate has expired or is not yet valid: current time {now} is "
     "before {not_before}"},
    {CM_SAID_CA_EXPIRED, CM_FAMILY_GO,
     "x509: "
     "certificate has expired or is not yet valid"},
    {CM_SAID_NAME, CM_FAMILY_GO,
     "x509: "
     "certificate is valid for {names}, not {host}"},
    {CM_SAID_NAME_NO_SAN, CM_FAMILY_GO,
     "x509: "
     "certificate relies on legacy Common Name field, use SANs instead"},
    {CM_SAID_NAME_IP, CM_FAMILY_GO,
     "x509: "
     "cannot validate certificate for {host} because it doesn't contain any IP "
     "SANs"},
    {CM_SAID_EKU, CM_FAMILY_GO,
     "x509: "
     "certificate specifies an incompatible key usage"},
    {CM_SAID_NAME_CONSTRAINTS, CM_FAMILY_GO,
     "x509: "
     "a root or intermediate certificate is not authorized to sign for this "
     "name"},
    {CM_SAID_CA_FLAG, CM_FAMILY_GO,
     "x509: "
     "certificate signed by unknown authority"},
    {CM_SAID_PATHLEN, CM_FAMILY_GO,
     "x509: "
     "too many intermediates for path length constraint"},
    {CM_SAID_CRITICAL, CM_FAMILY_GO,
     "x509: "
     "unhandled critical extension"},
    {CM_SAID_BAD_SIGNATURE, CM_FAMILY_GO,
     "x509: "
     "certificate signed by unknown authority"},
};

const char *cm_words_old(enum cm_occasion occasion, enum cm_family family)
{
    for (size_t i = 0; i < sizeof(old) / sizeof(*old); i++) {
        if (old[i].occasion == occasion && old[i].family == family) {
            return old[i].words;
        }
    }
    return NULL;
}
