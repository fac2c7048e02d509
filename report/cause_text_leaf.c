/* What causes mean: the server's certificate, its names and its dates.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_cause_text CM_CAUSE_TEXT_OF(LEAF_EKU_WRONG) = {
    "The certificate lists what it may be used for, and a TLS server is not on "
    "the list.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
               {CM_DOTNET, CM_DOTNET_CHAIN "NotValidForUsage"},
               {CM_SCHANNEL, "SEC_E_CERT_WRONG_USAGE (0x80090349)"},
               {CM_CURL, "(60) unsuitable certificate purpose"},
               {CM_JAVA, "Extended key usage does not permit use for TLS "
                         "server authentication"},
               {CM_GO, "x509: certificate specifies an incompatible key usage"},
               {CM_PYTHON, CM_PYTHON_VERIFY "unsuitable certificate purpose"},
               {CM_NODE, "INVALID_PURPOSE"},
               {CM_CHROME, "net::ERR_CERT_INVALID"},
               {CM_FIREFOX, "SEC_ERROR_INADEQUATE_CERT_TYPE"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(LEAF_KEY_USAGE) = {
    "The key usage of the certificate does not allow what this handshake does "
    "with the key: signing, or decrypting with plain RSA key exchange. Only "
    "some clients look.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, "works"}, {CM_CURL, "works"},
               {CM_JAVA, "KeyUsage does not allow digital signatures"},
               {CM_GO, "works"},
               {CM_CHROME, "net::ERR_SSL_KEY_USAGE_INCOMPATIBLE"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(SIG_WEAK) = {
    "A certificate below the root is signed with MD5 or SHA-1, which can be "
    "forged. The signature on the root itself does not matter.",
    CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK,
         CM_NETFX_TRUST " Depends on the system's policy."},
        {CM_DOTNET, CM_DOTNET_CHAIN "HasWeakSignature"},
        {CM_CURL, "(60) CA signature digest algorithm too weak"},
        {CM_JAVA, "Algorithm constraints check failed on signature algorithm: "
                  "SHA1withRSA; works below a private root"},
        {CM_GO, "x509: cannot verify signature: insecure algorithm SHA1-RSA"},
        {CM_PYTHON, CM_PYTHON_VERIFY "CA signature digest algorithm too weak"},
        {CM_CHROME, "net::ERR_CERT_WEAK_SIGNATURE_ALGORITHM"},
        {CM_FIREFOX, "SEC_ERROR_CERT_SIGNATURE_ALGORITHM_DISABLED"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(KEY_TOO_SMALL) = {
    "A key in the chain is smaller than is safe: RSA below 2048 bits, or an "
    "elliptic curve below 224.",
    CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "works; below 1024 bits: " CM_NETFX_TRUST},
        {CM_DOTNET, "works; below 1024 bits: HasWeakSignature"},
        {CM_CURL, "(60) EE certificate key too weak"},
        {CM_JAVA, "works; below 1024 bits: Algorithm constraints check failed "
                  "on keysize limits"},
        {CM_PYTHON, CM_PYTHON_VERIFY "EE certificate key too weak"},
        {CM_NODE, "works"},
        {CM_CHROME, "net::ERR_CERT_WEAK_KEY, or works below a private root"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(NAME_DEFAULT_CERT) = {
    "The certificate has nothing to do with the host: it is what the server "
    "shows when it knows no better. Its dates and issuer say nothing about the "
    "site that was asked for.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
               {CM_DOTNET, "The remote certificate is invalid according to the "
                           "validation procedure: "
                           "RemoteCertificateNameMismatch"},
               {CM_CURL, "(60) no alternative certificate subject name matches "
                         "target host name"},
               {CM_JAVA,
                "No subject alternative DNS name matching host found."},
               {CM_CHROME, "net::ERR_CERT_COMMON_NAME_INVALID"},
               {CM_FIREFOX, "SSL_ERROR_BAD_CERT_DOMAIN"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(NAME_MISMATCH) = {
    "None of the names in the certificate's subjectAltName is the host that "
    "was asked for. When there are such names, the common name does not count.",
    CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, "The remote certificate is invalid according to the "
                    "validation procedure: RemoteCertificateNameMismatch"},
        {CM_SCHANNEL, "SEC_E_WRONG_PRINCIPAL (0x80090322) or "
                      "CERT_E_CN_NO_MATCH (0x800B010F); event 36884"},
        {CM_CURL, "(60) no alternative certificate subject name matches target "
                  "host name; openssl: hostname mismatch"},
        {CM_JAVA, "No subject alternative DNS name matching host found."},
        {CM_GO, "x509: certificate is valid for other.example, not host"},
        {CM_PYTHON, CM_PYTHON_VERIFY "Hostname mismatch, certificate is not "
                                     "valid for 'host'."},
        {CM_NODE, "ERR_TLS_CERT_ALTNAME_INVALID"},
        {CM_CHROME, "net::ERR_CERT_COMMON_NAME_INVALID"},
        {CM_FIREFOX, "SSL_ERROR_BAD_CERT_DOMAIN"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(NAME_IP_NOT_IN_SAN) = {
    "The endpoint is an address, and the certificate does not hold this "
    "address as an address. Written as if it were a DNS name it does not "
    "count.",
    CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, "The remote certificate is invalid according to the "
                    "validation procedure: RemoteCertificateNameMismatch"},
        {CM_SCHANNEL, "SEC_E_WRONG_PRINCIPAL (0x80090322)"},
        {CM_CURL, "(60) IP address mismatch"},
        {CM_JAVA, "No subject alternative names matching IP address found"},
        {CM_GO, "x509: cannot validate certificate for 192.0.2.1 because it "
                "doesn't contain any IP SANs"},
        {CM_PYTHON, CM_PYTHON_VERIFY "IP address mismatch, certificate is not "
                                     "valid for '192.0.2.1'."},
        {CM_NODE, "ERR_TLS_CERT_ALTNAME_INVALID"},
        {CM_CHROME, "net::ERR_CERT_COMMON_NAME_INVALID"},
        {CM_FIREFOX, "SSL_ERROR_BAD_CERT_DOMAIN"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(NAME_WILDCARD_SCOPE) = {
    "A wildcard in the certificate looks as if it fitted and does not: it "
    "stands for exactly one label, never for the bare domain, for two labels, "
    "or for part of one.",
    CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_SCHANNEL, "SEC_E_WRONG_PRINCIPAL (0x80090322)"},
        {CM_CURL, "(60) no alternative certificate subject name matches "
                  "target host name"},
        {CM_JAVA, "No subject alternative DNS name matching host found."},
        {CM_GO, "x509: certificate is valid for *.example.com, not host"},
        {CM_PYTHON, CM_PYTHON_VERIFY "Hostname mismatch, certificate is "
                                     "not valid for 'host'."},
        {CM_NODE, "ERR_TLS_CERT_ALTNAME_INVALID"},
        {CM_CHROME, "net::ERR_CERT_COMMON_NAME_INVALID"},
        {CM_FIREFOX, "SSL_ERROR_BAD_CERT_DOMAIN"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(NAME_CN_ONLY) = {
    "The host stands in the common name and there is no subjectAltName. Go and "
    "the browsers refuse that; the others still fall back.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, "works"}, {CM_CURL, "works"},
               {CM_JAVA, "works"},
               {CM_GO, "x509: certificate relies on legacy Common Name field, "
                       "use SANs instead"},
               {CM_PYTHON, "works"},
               {CM_CHROME, "net::ERR_CERT_COMMON_NAME_INVALID"},
               {CM_FIREFOX, "SSL_ERROR_BAD_CERT_DOMAIN"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(NAME_SAN_MALFORMED) = {
    "An entry of subjectAltName is not a name as DNS knows it: with a scheme, "
    "a port, a space, a trailing dot, or letters outside ASCII. Clients "
    "disagree about such entries.",
    CM_CLIENTS({CM_CHROME, "accepts a trailing dot, ignores other entries"},
               {CM_NODE, "accepts a trailing dot"},
               {CM_CURL, "ignores the entry"},
               {CM_GO, "x509: SAN dNSName is malformed"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(NAME_REFERENCE_TRAILING_DOT) = {
    "The inventory writes the name with a dot at its end. DNS understands "
    "that; certificates never hold it. It was taken off for this scan, as "
    "curl does.",
    CM_CLIENTS({CM_CURL, "works"}, {CM_JAVA, "may fail: Illegal server name"},
               {CM_CHROME, "works"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(NAME_INTERNAL) = {
    "The name is a single word, or ends in a domain that nobody can own, such "
    "as .local, .lan or .internal. No public CA may issue for it, so clients "
    "in a cloud can never trust it under this name.",
    CM_NO_CLIENTS,
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(LEAF_EXPIRED) = {
    "The last day of the certificate is over. Every client refuses it from the "
    "next second on.",
    CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN "NotTimeValid"},
        {CM_SCHANNEL, "SEC_E_CERT_EXPIRED (0x80090328) or CERT_E_EXPIRED "
                      "(0x800B0101); event 36881"},
        {CM_CURL, "(60) certificate has expired"},
        {CM_JAVA, CM_JAVA_VALIDATION "validity check failed "
                                     "(CertificateExpiredException: NotAfter)"},
        {CM_GO, "x509: certificate has expired or is not yet valid: current "
                "time is after ..."},
        {CM_PYTHON, CM_PYTHON_VERIFY "certificate has expired"},
        {CM_NODE, "CERT_HAS_EXPIRED"},
        {CM_CHROME, "net::ERR_CERT_DATE_INVALID"},
        {CM_FIREFOX, "SEC_ERROR_EXPIRED_CERTIFICATE"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(LEAF_NOT_YET_VALID) = {
    "The certificate becomes valid only later. Either it was installed too "
    "early, or a clock is wrong: the CA's, the client's or the scanner's.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
               {CM_DOTNET, CM_DOTNET_CHAIN "NotTimeValid"},
               {CM_SCHANNEL, "SEC_E_CERT_EXPIRED (0x80090328); event 36881"},
               {CM_CURL, "(60) certificate is not yet valid"},
               {CM_JAVA,
                CM_JAVA_VALIDATION "validity check failed "
                                   "(CertificateNotYetValidException)"},
               {CM_GO,
                "x509: certificate has expired or is not yet valid: current "
                "time is before ..."},
               {CM_PYTHON, CM_PYTHON_VERIFY "certificate is not yet valid"},
               {CM_NODE, "CERT_NOT_YET_VALID"},
               {CM_CHROME, "net::ERR_CERT_DATE_INVALID"},
               {CM_FIREFOX, "MOZILLA_PKIX_ERROR_NOT_YET_VALID_CERTIFICATE"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(LEAF_EXPIRES_SOON) = {
    "The certificate works today and ends soon, measured by its own lifetime "
    "unless the scan was told a number of days.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, "works until that date"},
               {CM_CURL, "works until that date"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(LEAF_UNKNOWN_CRITICAL) = {
    "A certificate has an extension marked critical that clients do not know. "
    "They must refuse what they cannot understand.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
               {CM_DOTNET, CM_DOTNET_CHAIN "HasNotSupportedCriticalExtension"},
               {CM_SCHANNEL, "CERT_E_CRITICAL (0x800B0105)"},
               {CM_CURL, "(60) unhandled critical extension"},
               {CM_JAVA, "unrecognized critical extension(s)"},
               {CM_GO, "x509: unhandled critical extension"},
               {CM_PYTHON, CM_PYTHON_VERIFY "unhandled critical extension"},
               {CM_CHROME, "net::ERR_CERT_INVALID"},
               {CM_FIREFOX, "SEC_ERROR_UNKNOWN_CRITICAL_EXTENSION"}),
};
