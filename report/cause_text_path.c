/* What causes mean: paths, trust views and revocation.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_cause_text CM_CAUSE_TEXT_OF(X509_INVALID_EXTENSION) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(REVOKED) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_INTERCEPTION) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(ROOT_DISTRUSTED_OR_REMOVED) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CA_DISTRUST_AFTER) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(ROOT_NOT_IN_CLIENT_STORE) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_TOO_DEEP) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_NAME_CONSTRAINTS) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_POLICY) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_EKU_CA) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(KEY_ALG_UNSUPPORTED) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_EXPIRED_CROSS) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CERT_DIFFERS_PER_IP) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(X509_NOT_STRICT) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(PUBLIC_PROFILE) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(SCT_MISSING) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(ISSUER_SERIAL_REUSED) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(ROOT_EXPIRED) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(VALIDITY_TOO_LONG) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(ROOT_TERM_LIMIT) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(RENEWAL_NOT_AUTOMATED) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(MUST_STAPLE_MISSING) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(STAPLE_BAD) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CRL_EXPIRED) = {
    "The newest revocation list of the issuer that is at hand says that a "
    "later one should be out by now (nextUpdate is past). Clients that check "
    "lists no longer trust it; what it calls revoked stays revoked.",
    CM_CLIENTS({CM_DOTNET, CM_DOTNET_CHAIN
                "OfflineRevocation (when revocation is checked)"},
               {CM_SCHANNEL, "CRYPT_E_REVOCATION_OFFLINE (80092013)"},
               {CM_CURL, "SSL certificate problem: CRL has expired (with "
                         "--crlfile)"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CRL_BAD) = {
    "A certificate revocation list of the issuer is at hand, but nothing may "
    "be concluded from it: its signature does not verify, the issuer may not "
    "sign lists, or it holds a critical extension that nobody knows. Clients "
    "that check lists treat this like no list at all, or refuse.",
    CM_CLIENTS({CM_DOTNET, CM_DOTNET_CHAIN
                "RevocationStatusUnknown, OfflineRevocation (when revocation "
                "is checked)"},
               {CM_SCHANNEL, "CRYPT_E_REVOCATION_OFFLINE (80092013)"},
               {CM_CURL, "SSL certificate problem: unable to get certificate "
                         "CRL, CRL signature failure (with --crlfile)"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(REVOCATION_UNREACHABLE) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(REVOCATION_NO_INFO) = {
    "The catalogue has this cause; its full explanation is being written.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST}),
};
