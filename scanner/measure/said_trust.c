/* What clients say about certificates, captured from them in November 2026
 * where they run on Linux (OpenSSL 3.0, curl 7.88, OpenJDK 17, Go 1.19,
 * Python 3.11, Node.js 20, Chromium 156, Firefox 153), else from their
 * documentation. SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/phrases.h"
#include "measure/said.h"

#define ANDROID_PATH                                                           \
    "java.security.cert.CertPathValidatorException: Trust anchor for "         \
    "certification path not found."
#define APPLE_INVALID                                                          \
    "The certificate for this server is invalid. You might be connecting to "  \
    "a server that is pretending to be \"{host}\" which could put your "       \
    "confidential information at risk."

static const char *const words[CM_SAID_COUNT][CM_FAMILY_COUNT] = {
    [CM_SAID_ISSUER_MISSING] =
        {
            [CM_FAMILY_DOTNET] = (CM_DOTNET_CHAIN "PartialChain"),
            [CM_FAMILY_SCHANNEL] = "CERT_E_CHAINING (0x800B010A)",
            [CM_FAMILY_OPENSSL] =
                "verify error:num=20:unable to get local issuer certificate",
            [CM_FAMILY_CURL] = ("curl: (60) SSL certificate problem: unable to "
                                "get local issuer certificate"),
            [CM_FAMILY_JAVA] = (CM_JAVA_BUILDING),
            [CM_FAMILY_GO] =
                (CM_GO_VERIFY "certificate signed by unknown authority"),
            [CM_FAMILY_PYTHON] =
                (CM_PYTHON_VERIFY "unable to get local issuer certificate"),
            [CM_FAMILY_NODE] = "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
            [CM_FAMILY_CHROME] = "net::ERR_CERT_AUTHORITY_INVALID",
            [CM_FAMILY_FIREFOX] = "SEC_ERROR_UNKNOWN_ISSUER",
        },
    [CM_SAID_ISSUER_MISSING_ALONE] =
        {
            [CM_FAMILY_DOTNET] = (CM_DOTNET_CHAIN "PartialChain"),
            [CM_FAMILY_SCHANNEL] = "CERT_E_CHAINING (0x800B010A)",
            [CM_FAMILY_OPENSSL] =
                "verify error:num=20:unable to get local issuer certificate",
            [CM_FAMILY_CURL] = ("curl: (60) SSL certificate problem: unable to "
                                "get local issuer certificate"),
            [CM_FAMILY_JAVA] = (CM_JAVA_BUILDING),
            [CM_FAMILY_GO] =
                (CM_GO_VERIFY "certificate signed by unknown authority"),
            [CM_FAMILY_PYTHON] =
                (CM_PYTHON_VERIFY "unable to get local issuer certificate"),
            [CM_FAMILY_NODE] = "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
            [CM_FAMILY_CHROME] = "net::ERR_CERT_AUTHORITY_INVALID",
            [CM_FAMILY_FIREFOX] = "SEC_ERROR_UNKNOWN_ISSUER",
        },
    [CM_SAID_ROOT_SENT] =
        {
            [CM_FAMILY_DOTNET] = (CM_DOTNET_CHAIN "UntrustedRoot"),
            [CM_FAMILY_SCHANNEL] = "SEC_E_UNTRUSTED_ROOT (0x80090325)",
            [CM_FAMILY_OPENSSL] =
                ("verify error:num=19:self-signed certificate "
                 "in certificate chain"),
            [CM_FAMILY_CURL] = ("curl: (60) SSL certificate problem: "
                                "self-signed certificate in certificate chain"),
            [CM_FAMILY_JAVA] = (CM_JAVA_BUILDING),
            [CM_FAMILY_GO] =
                (CM_GO_VERIFY "certificate signed by unknown authority"),
            [CM_FAMILY_PYTHON] =
                (CM_PYTHON_VERIFY
                 "self-signed certificate in certificate chain"),
            [CM_FAMILY_NODE] = "SELF_SIGNED_CERT_IN_CHAIN",
            [CM_FAMILY_CHROME] = "net::ERR_CERT_AUTHORITY_INVALID",
            [CM_FAMILY_FIREFOX] = "SEC_ERROR_UNKNOWN_ISSUER",
        },
    [CM_SAID_SELF_SIGNED] =
        {
            [CM_FAMILY_DOTNET] = (CM_DOTNET_CHAIN "UntrustedRoot"),
            [CM_FAMILY_SCHANNEL] = "SEC_E_UNTRUSTED_ROOT (0x80090325)",
            [CM_FAMILY_OPENSSL] = "verify error:num=18:self-signed certificate",
            [CM_FAMILY_CURL] =
                "curl: (60) SSL certificate problem: self-signed certificate",
            [CM_FAMILY_JAVA] = (CM_JAVA_BUILDING),
            [CM_FAMILY_GO] =
                (CM_GO_VERIFY "certificate signed by unknown authority"),
            [CM_FAMILY_PYTHON] = (CM_PYTHON_VERIFY "self-signed certificate"),
            [CM_FAMILY_NODE] = "DEPTH_ZERO_SELF_SIGNED_CERT",
            [CM_FAMILY_CHROME] = "net::ERR_CERT_AUTHORITY_INVALID",
            [CM_FAMILY_FIREFOX] = "MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT",
        },
    [CM_SAID_EXPIRED] =
        {
            [CM_FAMILY_DOTNET] = (CM_DOTNET_CHAIN "NotTimeValid"),
            [CM_FAMILY_SCHANNEL] = "SEC_E_CERT_EXPIRED (0x80090328)",
            [CM_FAMILY_OPENSSL] = "verify error:num=10:certificate has expired",
            [CM_FAMILY_CURL] =
                "curl: (60) SSL certificate problem: certificate has expired",
            [CM_FAMILY_JAVA] = (CM_JAVA_VALIDATION "validity check failed"),
            [CM_FAMILY_GO] =
                (CM_GO_VERIFY "certificate has expired or is not yet valid: "
                              "current time {now} is after {not_after}"),
            [CM_FAMILY_PYTHON] = (CM_PYTHON_VERIFY "certificate has expired"),
            [CM_FAMILY_NODE] = "CERT_HAS_EXPIRED",
            [CM_FAMILY_CHROME] = "net::ERR_CERT_DATE_INVALID",
            [CM_FAMILY_FIREFOX] = "SEC_ERROR_EXPIRED_CERTIFICATE",
            [CM_FAMILY_ANDROID] =
                ("java.security.cert.CertPathValidatorException: timestamp "
                 "check failed"),
        },
    [CM_SAID_NOT_YET_VALID] =
        {
            [CM_FAMILY_DOTNET] = (CM_DOTNET_CHAIN "NotTimeValid"),
            [CM_FAMILY_SCHANNEL] = "SEC_E_CERT_EXPIRED (0x80090328)",
            [CM_FAMILY_OPENSSL] =
                "verify error:num=9:certificate is not yet valid",
            [CM_FAMILY_CURL] = ("curl: (60) SSL certificate problem: "
                                "certificate is not yet valid"),
            [CM_FAMILY_JAVA] = (CM_JAVA_VALIDATION "validity check failed"),
            [CM_FAMILY_GO] =
                (CM_GO_VERIFY "certificate has expired or is not yet valid: "
                              "current time {now} is before {not_before}"),
            [CM_FAMILY_PYTHON] =
                (CM_PYTHON_VERIFY "certificate is not yet valid"),
            [CM_FAMILY_NODE] = "CERT_NOT_YET_VALID",
            [CM_FAMILY_CHROME] = "net::ERR_CERT_DATE_INVALID",
            [CM_FAMILY_FIREFOX] =
                "MOZILLA_PKIX_ERROR_NOT_YET_VALID_CERTIFICATE",
            [CM_FAMILY_ANDROID] =
                ("java.security.cert.CertPathValidatorException: timestamp "
                 "check failed"),
        },
    [CM_SAID_CA_EXPIRED] =
        {
            [CM_FAMILY_DOTNET] = (CM_DOTNET_CHAIN "NotTimeValid"),
            [CM_FAMILY_SCHANNEL] = "SEC_E_CERT_EXPIRED (0x80090328)",
            [CM_FAMILY_OPENSSL] = "verify error:num=10:certificate has expired",
            [CM_FAMILY_CURL] =
                "curl: (60) SSL certificate problem: certificate has expired",
            [CM_FAMILY_JAVA] = (CM_JAVA_VALIDATION "validity check failed"),
            [CM_FAMILY_GO] =
                (CM_GO_VERIFY "certificate has expired or is not yet valid"),
            [CM_FAMILY_PYTHON] = (CM_PYTHON_VERIFY "certificate has expired"),
            [CM_FAMILY_NODE] = "CERT_HAS_EXPIRED",
            [CM_FAMILY_CHROME] = "net::ERR_CERT_DATE_INVALID",
            [CM_FAMILY_FIREFOX] = "SEC_ERROR_EXPIRED_ISSUER_CERTIFICATE",
            [CM_FAMILY_ANDROID] =
                ("java.security.cert.CertPathValidatorException: timestamp "
                 "check failed"),
        },
    [CM_SAID_NAME] =
        {
            [CM_FAMILY_DOTNET] =
                (CM_DOTNET_PROCEDURE "RemoteCertificateNameMismatch"),
            [CM_FAMILY_SCHANNEL] = "SEC_E_WRONG_PRINCIPAL (0x80090322)",
            [CM_FAMILY_OPENSSL] = "verify error:num=62:hostname mismatch",
            [CM_FAMILY_CURL] =
                ("curl: (60) SSL: no alternative certificate "
                 "subject name matches target host name '{host}'"),
            [CM_FAMILY_JAVA] =
                "No subject alternative DNS name matching {host} found",
            [CM_FAMILY_GO] =
                (CM_GO_VERIFY "certificate is valid for {names}, not {host}"),
            [CM_FAMILY_PYTHON] =
                (CM_PYTHON_VERIFY
                 "Hostname mismatch, certificate is not valid for '{host}'."),
            [CM_FAMILY_NODE] = "ERR_TLS_CERT_ALTNAME_INVALID",
            [CM_FAMILY_CHROME] = "net::ERR_CERT_COMMON_NAME_INVALID",
            [CM_FAMILY_FIREFOX] = "SSL_ERROR_BAD_CERT_DOMAIN",
            [CM_FAMILY_ANDROID] = "Hostname {host} not verified",
        },
    [CM_SAID_NAME_NO_SAN] =
        {
            [CM_FAMILY_DOTNET] =
                (CM_DOTNET_PROCEDURE "RemoteCertificateNameMismatch"),
            [CM_FAMILY_SCHANNEL] = "SEC_E_WRONG_PRINCIPAL (0x80090322)",
            [CM_FAMILY_OPENSSL] = "verify error:num=62:hostname mismatch",
            [CM_FAMILY_CURL] =
                ("curl: (60) SSL: certificate subject name '{cn}' does not "
                 "match target host name '{host}'"),
            [CM_FAMILY_JAVA] = "No name matching {host} found",
            [CM_FAMILY_GO] =
                (CM_GO_VERIFY "certificate relies on legacy Common Name field, "
                              "use SANs instead"),
            [CM_FAMILY_PYTHON] =
                (CM_PYTHON_VERIFY
                 "Hostname mismatch, certificate is not valid for '{host}'."),
            [CM_FAMILY_NODE] = "ERR_TLS_CERT_ALTNAME_INVALID",
            [CM_FAMILY_CHROME] = "net::ERR_CERT_COMMON_NAME_INVALID",
            [CM_FAMILY_FIREFOX] = "SSL_ERROR_BAD_CERT_DOMAIN",
            [CM_FAMILY_ANDROID] = "Hostname {host} not verified",
        },
    [CM_SAID_NAME_IP] =
        {
            [CM_FAMILY_DOTNET] =
                (CM_DOTNET_PROCEDURE "RemoteCertificateNameMismatch"),
            [CM_FAMILY_SCHANNEL] = "SEC_E_WRONG_PRINCIPAL (0x80090322)",
            [CM_FAMILY_OPENSSL] = "verify error:num=64:IP address mismatch",
            [CM_FAMILY_CURL] =
                ("curl: (60) SSL: no alternative certificate "
                 "subject name matches target host name '{host}'"),
            [CM_FAMILY_JAVA] =
                "No subject alternative names matching IP address {host} found",
            [CM_FAMILY_GO] =
                (CM_GO_VERIFY "cannot validate certificate for {host} because "
                              "it doesn't contain any IP SANs"),
            [CM_FAMILY_PYTHON] =
                (CM_PYTHON_VERIFY
                 "IP address mismatch, certificate is not valid for '{host}'."),
            [CM_FAMILY_NODE] = "ERR_TLS_CERT_ALTNAME_INVALID",
            [CM_FAMILY_CHROME] = "net::ERR_CERT_COMMON_NAME_INVALID",
            [CM_FAMILY_FIREFOX] = "SSL_ERROR_BAD_CERT_DOMAIN",
            [CM_FAMILY_ANDROID] = "Hostname {host} not verified",
        },
    [CM_SAID_EKU] =
        {
            [CM_FAMILY_DOTNET] = (CM_DOTNET_CHAIN "NotValidForUsage"),
            [CM_FAMILY_SCHANNEL] = "SEC_E_CERT_WRONG_USAGE (0x80090349)",
            [CM_FAMILY_OPENSSL] =
                "verify error:num=26:unsuitable certificate purpose",
            [CM_FAMILY_CURL] =
                ("curl: (60) SSL certificate problem: unsuitable "
                 "certificate purpose"),
            [CM_FAMILY_JAVA] =
                ("Extended key usage does not permit use for TLS "
                 "server authentication"),
            [CM_FAMILY_GO] =
                (CM_GO_VERIFY
                 "certificate specifies an incompatible key usage"),
            [CM_FAMILY_PYTHON] =
                (CM_PYTHON_VERIFY "unsuitable certificate purpose"),
            [CM_FAMILY_NODE] = "INVALID_PURPOSE",
            [CM_FAMILY_CHROME] = "net::ERR_CERT_INVALID",
            [CM_FAMILY_FIREFOX] = "SEC_ERROR_INADEQUATE_CERT_TYPE",
        },
    [CM_SAID_KEY_USAGE] =
        {
            [CM_FAMILY_JAVA] = "KeyUsage does not allow digital signatures",
            [CM_FAMILY_CHROME] = "net::ERR_SSL_KEY_USAGE_INCOMPATIBLE",
        },
    [CM_SAID_NAME_CONSTRAINTS] =
        {
            [CM_FAMILY_DOTNET] =
                (CM_DOTNET_CHAIN "HasNotPermittedNameConstraint"),
            [CM_FAMILY_SCHANNEL] = "CERT_E_INVALID_NAME (0x800B0114)",
            [CM_FAMILY_OPENSSL] =
                "verify error:num=47:permitted subtree violation",
            [CM_FAMILY_CURL] = ("curl: (60) SSL certificate problem: permitted "
                                "subtree violation"),
            [CM_FAMILY_JAVA] =
                (CM_JAVA_VALIDATION "name constraints check failed"),
            [CM_FAMILY_GO] =
                (CM_GO_VERIFY "a root or intermediate certificate is not "
                              "authorized to sign for this name"),
            [CM_FAMILY_PYTHON] =
                (CM_PYTHON_VERIFY "permitted subtree violation"),
            [CM_FAMILY_NODE] = "UNSPECIFIED",
            [CM_FAMILY_CHROME] = "net::ERR_CERT_INVALID",
            [CM_FAMILY_FIREFOX] = "SEC_ERROR_CERT_NOT_IN_NAME_SPACE",
        },
    [CM_SAID_CA_FLAG] =
        {
            [CM_FAMILY_DOTNET] = (CM_DOTNET_CHAIN "InvalidBasicConstraints"),
            [CM_FAMILY_SCHANNEL] = "TRUST_E_BASIC_CONSTRAINTS (0x80096019)",
            [CM_FAMILY_OPENSSL] = "verify error:num=79:invalid CA certificate",
            [CM_FAMILY_CURL] =
                "curl: (60) SSL certificate problem: invalid CA certificate",
            [CM_FAMILY_JAVA] =
                (CM_JAVA_VALIDATION
                 "CA key usage check failed: keyCertSign bit is not set"
                 "; or: " CM_JAVA_BUILDING),
            [CM_FAMILY_GO] =
                (CM_GO_VERIFY "certificate signed by unknown authority"),
            [CM_FAMILY_PYTHON] = (CM_PYTHON_VERIFY "invalid CA certificate"),
            [CM_FAMILY_NODE] = "INVALID_CA; or: UNSPECIFIED",
            [CM_FAMILY_CHROME] = "net::ERR_CERT_INVALID",
            [CM_FAMILY_FIREFOX] =
                "SEC_ERROR_CA_CERT_INVALID; or: SEC_ERROR_INADEQUATE_KEY_USAGE",
        },
    [CM_SAID_PATHLEN] =
        {
            [CM_FAMILY_DOTNET] = (CM_DOTNET_CHAIN "InvalidBasicConstraints"),
            [CM_FAMILY_SCHANNEL] = "CERT_E_PATHLENCONST (0x800B0104)",
            [CM_FAMILY_OPENSSL] =
                "verify error:num=25:path length constraint exceeded",
            [CM_FAMILY_CURL] = ("curl: (60) SSL certificate problem: path "
                                "length constraint exceeded"),
            [CM_FAMILY_JAVA] =
                (CM_JAVA_VALIDATION
                 "basic constraints check failed: pathLenConstraint violated"),
            [CM_FAMILY_GO] =
                (CM_GO_VERIFY
                 "too many intermediates for path length constraint"),
            [CM_FAMILY_PYTHON] =
                (CM_PYTHON_VERIFY "path length constraint exceeded"),
            [CM_FAMILY_NODE] = "PATH_LENGTH_EXCEEDED",
            [CM_FAMILY_CHROME] = "net::ERR_CERT_INVALID",
            [CM_FAMILY_FIREFOX] = "SEC_ERROR_PATH_LEN_CONSTRAINT_INVALID",
        },
    [CM_SAID_CRITICAL] =
        {
            [CM_FAMILY_DOTNET] =
                (CM_DOTNET_CHAIN "HasNotSupportedCriticalExtension"),
            [CM_FAMILY_SCHANNEL] = "CERT_E_CRITICAL (0x800B0105)",
            [CM_FAMILY_OPENSSL] =
                "verify error:num=34:unhandled critical extension",
            [CM_FAMILY_CURL] = ("curl: (60) SSL certificate problem: unhandled "
                                "critical extension"),
            [CM_FAMILY_JAVA] =
                (CM_JAVA_VALIDATION "unrecognized critical extension(s)"),
            [CM_FAMILY_GO] = (CM_GO_VERIFY "unhandled critical extension"),
            [CM_FAMILY_PYTHON] =
                (CM_PYTHON_VERIFY "unhandled critical extension"),
            [CM_FAMILY_NODE] = "UNSPECIFIED",
            [CM_FAMILY_CHROME] = "net::ERR_CERT_INVALID",
            [CM_FAMILY_FIREFOX] = "SEC_ERROR_UNKNOWN_CRITICAL_EXTENSION",
        },
    [CM_SAID_BAD_SIGNATURE] =
        {
            [CM_FAMILY_DOTNET] = (CM_DOTNET_CHAIN "NotSignatureValid"),
            [CM_FAMILY_SCHANNEL] = "TRUST_E_CERT_SIGNATURE (0x80096004)",
            [CM_FAMILY_OPENSSL] =
                "verify error:num=7:certificate signature failure",
            [CM_FAMILY_CURL] = ("curl: (60) SSL certificate problem: "
                                "certificate signature failure"),
            [CM_FAMILY_JAVA] = (CM_JAVA_VALIDATION "signature check failed"
                                                   "; or: " CM_JAVA_BUILDING),
            [CM_FAMILY_GO] =
                (CM_GO_VERIFY "certificate signed by unknown authority"),
            [CM_FAMILY_PYTHON] =
                (CM_PYTHON_VERIFY "certificate signature failure"),
            [CM_FAMILY_NODE] = "CERT_SIGNATURE_FAILURE",
            [CM_FAMILY_CHROME] = "net::ERR_CERT_AUTHORITY_INVALID",
            [CM_FAMILY_FIREFOX] = "SEC_ERROR_BAD_SIGNATURE",
        },
    [CM_SAID_SHA1] =
        {
            [CM_FAMILY_DOTNET] = (CM_DOTNET_CHAIN "HasWeakSignature"),
            [CM_FAMILY_SCHANNEL] = "CERT_E_UNTRUSTEDCA (0x800B0112)",
            [CM_FAMILY_OPENSSL] =
                "verify error:num=68:CA signature digest algorithm too weak",
            [CM_FAMILY_CURL] = ("curl: (60) SSL certificate problem: CA "
                                "signature digest algorithm too weak"),
            [CM_FAMILY_JAVA] = ("Algorithm constraints check failed on "
                                "signature algorithm: SHA1withRSA"),
            [CM_FAMILY_GO] = ("x509: certificate signed by unknown authority "
                              "(possibly because of \"x509: cannot verify "
                              "signature: insecure algorithm "),
            [CM_FAMILY_PYTHON] =
                (CM_PYTHON_VERIFY "CA signature digest algorithm too weak"),
            [CM_FAMILY_NODE] = "UNSPECIFIED",
            [CM_FAMILY_CHROME] = ("net::ERR_CERT_WEAK_SIGNATURE_ALGORITHM; or: "
                                  "net::ERR_CERT_INVALID"),
            [CM_FAMILY_FIREFOX] = "SEC_ERROR_CERT_SIGNATURE_ALGORITHM_DISABLED",
        },
    [CM_SAID_SMALL_KEY] =
        {
            [CM_FAMILY_DOTNET] = (CM_DOTNET_CHAIN "HasWeakSignature"),
            [CM_FAMILY_SCHANNEL] = "CERT_E_UNTRUSTEDCA (0x800B0112)",
            [CM_FAMILY_OPENSSL] =
                "verify error:num=66:EE certificate key too weak",
            [CM_FAMILY_CURL] = ("curl: (60) SSL certificate problem: EE "
                                "certificate key too weak"),
            [CM_FAMILY_JAVA] =
                "Algorithm constraints check failed on keysize limits",
            [CM_FAMILY_GO] = "tls: failed to verify certificate: crypto/rsa: ",
            [CM_FAMILY_PYTHON] =
                (CM_PYTHON_VERIFY "EE certificate key too weak"),
            [CM_FAMILY_NODE] = "UNSPECIFIED",
            [CM_FAMILY_CHROME] = "net::ERR_CERT_WEAK_KEY",
            [CM_FAMILY_FIREFOX] = "MOZILLA_PKIX_ERROR_INADEQUATE_KEY_SIZE",
        },
    [CM_SAID_NO_AKI] =
        {
            [CM_FAMILY_OPENSSL] =
                "verify error:num=85:Missing Authority Key Identifier",
            [CM_FAMILY_CURL] = ("curl: (60) SSL certificate problem: Missing "
                                "Authority Key Identifier"),
            [CM_FAMILY_PYTHON] =
                (CM_PYTHON_VERIFY "Missing Authority Key Identifier"),
        },
    [CM_SAID_NO_SKI] =
        {
            [CM_FAMILY_OPENSSL] =
                "verify error:num=86:Missing Subject Key Identifier",
            [CM_FAMILY_CURL] = ("curl: (60) SSL certificate problem: Missing "
                                "Subject Key Identifier"),
            [CM_FAMILY_PYTHON] =
                (CM_PYTHON_VERIFY "Missing Subject Key Identifier"),
        },
    [CM_SAID_CONSTRAINTS_FORM] =
        {
            [CM_FAMILY_OPENSSL] =
                ("verify error:num=89:Basic Constraints of CA "
                 "cert not marked critical"),
            [CM_FAMILY_CURL] = ("curl: (60) SSL certificate problem: Basic "
                                "Constraints of CA cert not marked critical"),
            [CM_FAMILY_PYTHON] =
                (CM_PYTHON_VERIFY
                 "Basic Constraints of CA cert not marked critical"),
        },
    [CM_SAID_NO_KEY_USAGE] =
        {
            [CM_FAMILY_OPENSSL] = ("verify error:num=92:CA cert does not "
                                   "include key usage extension"),
            [CM_FAMILY_CURL] = ("curl: (60) SSL certificate problem: CA cert "
                                "does not include key usage extension"),
            [CM_FAMILY_PYTHON] =
                (CM_PYTHON_VERIFY
                 "CA cert does not include key usage extension"),
        },
    [CM_SAID_REVOKED] =
        {
            [CM_FAMILY_DOTNET] = (CM_DOTNET_CHAIN "Revoked"),
            [CM_FAMILY_SCHANNEL] = "CRYPT_E_REVOKED (0x80092010)",
            [CM_FAMILY_OPENSSL] = "verify error:num=23:certificate revoked",
            [CM_FAMILY_CURL] =
                "curl: (60) SSL certificate problem: certificate revoked",
            [CM_FAMILY_JAVA] =
                (CM_JAVA_VALIDATION "Certificate has been revoked"),
            [CM_FAMILY_PYTHON] = (CM_PYTHON_VERIFY "certificate revoked"),
            [CM_FAMILY_NODE] = "CERT_REVOKED",
            [CM_FAMILY_CHROME] = "net::ERR_CERT_REVOKED",
            [CM_FAMILY_FIREFOX] = "SEC_ERROR_REVOKED_CERTIFICATE",
        },
    [CM_SAID_NO_TIMESTAMPS] =
        {
            [CM_FAMILY_CHROME] = "net::ERR_CERTIFICATE_TRANSPARENCY_REQUIRED",
            [CM_FAMILY_FIREFOX] =
                "MOZILLA_PKIX_ERROR_INSUFFICIENT_CERTIFICATE_TRANSPARENCY",
        },
    [CM_SAID_NO_STAPLE] =
        {
            [CM_FAMILY_FIREFOX] =
                "MOZILLA_PKIX_ERROR_REQUIRED_TLS_FEATURE_MISSING",
        },
    [CM_SAID_TOO_LONG] =
        {
            [CM_FAMILY_CHROME] = "net::ERR_CERT_VALIDITY_TOO_LONG",
        },
};

/* Three families have one text for whatever else is wrong. */
const char *cm_words_trust(enum cm_occasion occasion, enum cm_family family)
{
    const char *own = words[occasion][family];

    if (own != NULL) {
        return own;
    }
    return family == CM_FAMILY_DOTNET_FRAMEWORK ? CM_NETFX_TRUST
           : family == CM_FAMILY_ANDROID        ? ANDROID_PATH
           : family == CM_FAMILY_APPLE          ? APPLE_INVALID
                                                : NULL;
}
