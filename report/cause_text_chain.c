/* What causes mean: the chain, up to who issued it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_BAD_SIGNATURE) = {
    "A certificate in the chain names its issuer and key, and the issuer's "
    "signature on it does not verify: it was changed or damaged.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
               {CM_DOTNET, CM_DOTNET_CHAIN "NotSignatureValid"},
               {CM_SCHANNEL, "TRUST_E_CERT_SIGNATURE (0x80096004)"},
               {CM_CURL, "(60) certificate signature failure"},
               {CM_JAVA, CM_JAVA_VALIDATION "signature check failed"},
               {CM_GO, CM_GO_UNKNOWN " (possibly because of \"crypto/rsa: "
                                     "verification error\")"},
               {CM_PYTHON, CM_PYTHON_VERIFY "certificate signature failure"},
               {CM_NODE, "CERT_SIGNATURE_FAILURE"},
               {CM_CHROME, "net::ERR_CERT_AUTHORITY_INVALID"},
               {CM_FIREFOX, "SEC_ERROR_BAD_SIGNATURE"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(SELF_SIGNED_LEAF) = {
    "The server's certificate is signed with its own key, so nobody else "
    "vouches for it. That a subject and issuer are equal is not enough: the "
    "signature was checked.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
               {CM_DOTNET, CM_DOTNET_CHAIN "UntrustedRoot"},
               {CM_SCHANNEL, "SEC_E_UNTRUSTED_ROOT (0x80090325)"},
               {CM_CURL, "(60) self-signed certificate"},
               {CM_JAVA, CM_JAVA_BUILDING}, {CM_GO, CM_GO_UNKNOWN},
               {CM_PYTHON, CM_PYTHON_VERIFY "self-signed certificate"},
               {CM_NODE, "DEPTH_ZERO_SELF_SIGNED_CERT"},
               {CM_CHROME, "net::ERR_CERT_AUTHORITY_INVALID"},
               {CM_FIREFOX, "MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(SELF_SIGNED_PINNED) = {
    "The server's certificate itself stands among the trusted ones. That "
    "works, until it is renewed: then every client must get the new one.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, "works"}, {CM_CURL, "works"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_INCOMPLETE) = {
    "The server leaves out an intermediate certificate. With it, taken from "
    "elsewhere, the chain verifies. Chrome, Windows and macOS may fetch or "
    "remember it, so it works in a browser and fails in programs.",
    CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN "PartialChain"},
        {CM_SCHANNEL, "SEC_E_UNTRUSTED_ROOT (0x80090325) or CERT_E_CHAINING "
                      "(0x800B010A); event 36882"},
        {CM_CURL, "(60) unable to get local issuer certificate; openssl: "
                  "unable to verify the first certificate"},
        {CM_JAVA, CM_JAVA_BUILDING}, {CM_GO, CM_GO_UNKNOWN},
        {CM_PYTHON, CM_PYTHON_VERIFY "unable to get local issuer certificate"},
        {CM_NODE, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"},
        {CM_CHROME, "works where it can fetch the intermediate, else "
                    "net::ERR_CERT_AUTHORITY_INVALID"},
        {CM_FIREFOX, "works where it knows the intermediate, else "
                     "SEC_ERROR_UNKNOWN_ISSUER"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_WRONG_INTERMEDIATE) = {
    "The server sends an intermediate with the right name and another key, "
    "mostly the former one of a CA that has changed its keys.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
               {CM_DOTNET, CM_DOTNET_CHAIN "PartialChain or NotSignatureValid"},
               {CM_SCHANNEL, "TRUST_E_CERT_SIGNATURE (0x80096004)"},
               {CM_CURL, "(60) unable to get local issuer certificate, or "
                         "certificate signature failure"},
               {CM_JAVA, CM_JAVA_VALIDATION "signature check failed"},
               {CM_GO, CM_GO_UNKNOWN},
               {CM_PYTHON,
                CM_PYTHON_VERIFY "unable to get local issuer certificate"},
               {CM_NODE, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"},
               {CM_CHROME, "net::ERR_CERT_AUTHORITY_INVALID"},
               {CM_FIREFOX, "SEC_ERROR_UNKNOWN_ISSUER"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(ISSUER_UNKNOWN) = {
    "The chain ends at a certificate whose issuer was found nowhere, and "
    "nothing tells whether that issuer is public or private.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
               {CM_DOTNET, CM_DOTNET_CHAIN "PartialChain"},
               {CM_SCHANNEL, "CERT_E_CHAINING (0x800B010A)"},
               {CM_CURL, "(60) unable to get local issuer certificate"},
               {CM_JAVA, CM_JAVA_BUILDING}, {CM_GO, CM_GO_UNKNOWN},
               {CM_PYTHON,
                CM_PYTHON_VERIFY "unable to get local issuer certificate"},
               {CM_NODE, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"},
               {CM_CHROME, "net::ERR_CERT_AUTHORITY_INVALID"},
               {CM_FIREFOX, "SEC_ERROR_UNKNOWN_ISSUER"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(UNTRUSTED_PRIVATE_ROOT) = {
    "The chain leads to a root that is not among the trusted ones: a "
    "company's own CA, or a box that intercepts TLS. Clients that have the "
    "root work.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
               {CM_DOTNET,
                CM_DOTNET_CHAIN "UntrustedRoot, or PartialChain when the "
                                "root is not sent"},
               {CM_SCHANNEL, "CERT_E_UNTRUSTEDROOT (0x800B0109); event 36882"},
               {CM_CURL,
                "(60) self-signed certificate in certificate chain, or "
                "unable to get local issuer certificate"},
               {CM_JAVA, CM_JAVA_BUILDING}, {CM_GO, CM_GO_UNKNOWN},
               {CM_PYTHON, CM_PYTHON_VERIFY
                "self-signed certificate in certificate chain"},
               {CM_NODE, "SELF_SIGNED_CERT_IN_CHAIN, or "
                         "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"},
               {CM_CHROME, "net::ERR_CERT_AUTHORITY_INVALID"},
               {CM_FIREFOX, "SEC_ERROR_UNKNOWN_ISSUER"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_CA_FLAG_MISSING) = {
    "A certificate in the chain has issued another one, though it is not "
    "marked as a CA or its key usage does not allow it.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
               {CM_DOTNET, CM_DOTNET_CHAIN "InvalidBasicConstraints"},
               {CM_SCHANNEL, "TRUST_E_BASIC_CONSTRAINTS (0x80096019)"},
               {CM_CURL, "(60) invalid CA certificate"},
               {CM_JAVA,
                CM_JAVA_VALIDATION "CA key usage check failed: keyCertSign "
                                   "bit is not set"},
               {CM_GO,
                CM_GO_UNKNOWN " (possibly because of \"x509: invalid "
                              "signature: parent certificate cannot sign this "
                              "kind of certificate\")"},
               {CM_PYTHON, CM_PYTHON_VERIFY "invalid CA certificate"},
               {CM_NODE, "INVALID_CA"}, {CM_CHROME, "net::ERR_CERT_INVALID"},
               {CM_FIREFOX, "SEC_ERROR_CA_CERT_INVALID"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_PATHLEN) = {
    "A CA in the chain limits how many CAs may stand below it, and there are "
    "more.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
               {CM_DOTNET, CM_DOTNET_CHAIN "InvalidBasicConstraints"},
               {CM_SCHANNEL, "CERT_E_PATHLENCONST (0x800B0104)"},
               {CM_CURL, "(60) path length constraint exceeded"},
               {CM_JAVA, CM_JAVA_VALIDATION "basic constraints check failed: "
                                            "pathLenConstraint violated"},
               {CM_GO,
                "x509: too many intermediates for path length constraint"},
               {CM_PYTHON, CM_PYTHON_VERIFY "path length constraint exceeded"},
               {CM_NODE, "PATH_LENGTH_EXCEEDED"},
               {CM_CHROME, "net::ERR_CERT_INVALID"},
               {CM_FIREFOX, "SEC_ERROR_PATH_LEN_CONSTRAINT_INVALID"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_OVERSIZE) = {
    "The chain has more certificates or bytes than some clients take: Java "
    "stops at ten certificates, others at 16 KiB.",
    CM_CLIENTS({CM_JAVA, "The certificate chain length (11) exceeds the "
                         "maximum allowed length (10)"},
               {CM_CURL, "works; older versions: excessive message size"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CA_CERT_EXPIRED) = {
    "A certificate above the server's has expired, and there is no other path. "
    "The CA usually has a newer one of the same key.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
               {CM_DOTNET, CM_DOTNET_CHAIN "NotTimeValid"},
               {CM_SCHANNEL, "SEC_E_CERT_EXPIRED (0x80090328)"},
               {CM_CURL, "(60) certificate has expired, at depth 1 or more"},
               {CM_JAVA, CM_JAVA_VALIDATION "validity check failed"},
               {CM_GO, "x509: certificate has expired or is not yet valid"},
               {CM_PYTHON, CM_PYTHON_VERIFY "certificate has expired"},
               {CM_NODE, "CERT_HAS_EXPIRED"},
               {CM_CHROME, "net::ERR_CERT_DATE_INVALID"},
               {CM_FIREFOX, "SEC_ERROR_EXPIRED_ISSUER_CERTIFICATE"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_EXPIRES_BEFORE_LEAF) = {
    "Every path of this certificate holds one that ends before it does. On "
    "that day the server breaks, though its own certificate is still good.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, "works until that date"},
               {CM_CURL, "works until that date"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_WRONG_ORDER) = {
    "The certificates are sent in another order than each followed by its "
    "issuer, as TLS 1.2 demands. Current clients sort them; strict and old "
    "ones do not.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, "works"}, {CM_CURL, "works"},
               {"Embedded and old clients", "unable to verify the chain"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_DUPLICATE) = {
    "The same certificate is sent twice. It costs bytes in every handshake.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, "works"}, {CM_CURL, "works"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_UNRELATED_CERT) = {
    "A certificate is sent that lies on no path from the server's certificate "
    "to a root: the rest of another chain.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, "works"}, {CM_CURL, "works"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_UNNEEDED_ROOT) = {
    "The root is sent along. Clients have it or do not trust it; sending it "
    "changes neither.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, "works"}, {CM_CURL, "works"}),
};
