/* What causes mean: what the CAs of a path may and may not do.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_CA_FLAG_MISSING) = {
    .meaning = "A certificate in the chain has issued another one, though it "
               "is not marked as a CA or its key usage does not allow it. "
               "Often a server's own certificate was used to sign another.",
    .rule = "RFC 5280 sections 4.2.1.9, 4.2.1.3 and 6.1.4 (k), (n)",
    .detected = "A certificate of the path that has issued the one below it "
                "lacks basic constraints with CA true, or has a key usage "
                "without certificate signing. A root of version 1 is allowed, "
                "since the trust in it does not come from its extensions.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN "InvalidBasicConstraints"},
        {CM_SCHANNEL, "TRUST_E_BASIC_CONSTRAINTS (0x80096019)"},
        {CM_CURL,
         CM_CURL_VERIFY(
             "79",
             "invalid CA certificate") "; 32 when only the key usage is wrong"},
        {CM_JAVA, CM_JAVA_VALIDATION
         "CA key usage check failed: keyCertSign bit is not set"},
        {CM_GO, CM_GO_UNKNOWN
         " (possibly because of \"x509: invalid signature: parent certificate "
         "cannot sign this kind of certificate\" while trying to verify "
         "candidate authority certificate)"},
        {CM_PYTHON, CM_PYTHON_VERIFY "invalid CA certificate"},
        {CM_NODE,
         "INVALID_CA, or UNSPECIFIED with the text \"invalid CA certificate\""},
        {CM_CHROME, "net::ERR_CERT_INVALID"},
        {CM_FIREFOX,
         "SEC_ERROR_CA_CERT_INVALID, or SEC_ERROR_INADEQUATE_KEY_USAGE"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_PATHLEN) = {
    .meaning = "A CA in the chain limits how many CAs may stand below it, and "
               "there are more.",
    .rule = "RFC 5280 sections 4.2.1.9 and 6.1.4 (l), (m)",
    .detected = "Counted along the path: below a CA with a path length there "
                "are more CA certificates than it says. Certificates with "
                "equal subject and issuer do not count.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN "InvalidBasicConstraints"},
        {CM_SCHANNEL, "CERT_E_PATHLENCONST (0x800B0104)"},
        {CM_CURL, CM_CURL_VERIFY("25", "path length constraint exceeded")},
        {CM_JAVA, CM_JAVA_VALIDATION
         "basic constraints check failed: pathLenConstraint violated - this "
         "cert must be the last cert in the certification path"},
        {CM_GO,
         CM_GO_VERIFY "too many intermediates for path length constraint"},
        {CM_PYTHON, CM_PYTHON_VERIFY "path length constraint exceeded"},
        {CM_NODE, "PATH_LENGTH_EXCEEDED"}, {CM_CHROME, "net::ERR_CERT_INVALID"},
        {CM_FIREFOX, "SEC_ERROR_PATH_LEN_CONSTRAINT_INVALID"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_TOO_DEEP) = {
    .meaning =
        "A path to a root exists, and it has more intermediates than was "
        "allowed. Clients have limits of their own; a chain that needs more "
        "than three intermediates is nearly always an accident.",
    .rule = "no RFC: RFC 5280 section 6.1 sets no limit; the limit is the one "
            "given with --max-depth, or certmuster's own",
    .detected =
        "The intermediates of the best path, without the server's certificate "
        "and the root, are more than the limit, and there is no shorter path.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK,
         "works within the limit of Windows, else: " CM_NETFX_TRUST},
        {CM_DOTNET,
         "works; on Linux with more than OpenSSL's limit: " CM_DOTNET_CHAIN
         "PartialChain"},
        {CM_SCHANNEL, "CERT_E_CHAINING (0x800B010A)"},
        {CM_CURL,
         "works up to 100 intermediates; with fewer allowed: " CM_CURL_VERIFY(
             "22", "certificate chain too long")},
        {CM_JAVA, "The certificate chain length (11) exceeds the maximum "
                  "allowed length (10)"},
        {CM_GO, CM_GO_VERIFY "signature check attempts limit reached while "
                             "verifying certificate chain"},
        {CM_PYTHON, "works up to 100 intermediates; more: " CM_PYTHON_VERIFY
                    "certificate chain too long"},
        {CM_NODE, "works up to 100 intermediates; more: CERT_CHAIN_TOO_LONG"},
        {CM_CHROME, "net::ERR_CERT_AUTHORITY_INVALID"},
        {CM_FIREFOX,
         "SEC_ERROR_UNKNOWN_ISSUER with more than six intermediates"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_NAME_CONSTRAINTS) = {
    .meaning = "A CA in the chain may issue for certain names only, and a name "
               "in the certificate is not one of them. One such name spoils "
               "the whole certificate, also for the names that are allowed.",
    .rule = "RFC 5280 sections 4.2.1.10 and 6.1.3 (b), (c)",
    .detected = "A name of a certificate below lies outside the permitted "
                "subtrees of a CA above it, or inside an excluded one. A "
                "domain also permits what is below it; names are compared by "
                "their kind, and a common name that looks like a host counts "
                "where there is no subjectAltName, as OpenSSL does it.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET,
         CM_DOTNET_CHAIN "HasNotPermittedNameConstraint, "
                         "HasExcludedNameConstraint or InvalidNameConstraints"},
        {CM_SCHANNEL, "CERT_E_INVALID_NAME (0x800B0114)"},
        {CM_CURL,
         CM_CURL_VERIFY("47",
                        "permitted subtree violation") "; or 48, excluded "
                                                       "subtree violation"},
        {CM_JAVA, CM_JAVA_VALIDATION "name constraints check failed"},
        {CM_GO, CM_GO_VERIFY "a root or intermediate certificate is not "
                             "authorized to sign for this name: ..."},
        {CM_PYTHON, CM_PYTHON_VERIFY "permitted subtree violation"},
        {CM_NODE, "UNSPECIFIED with the text \"permitted subtree violation\""},
        {CM_CHROME,
         "net::ERR_CERT_INVALID; net::ERR_CERT_NAME_CONSTRAINT_VIOLATION for "
         "limits that are built in"},
        {CM_FIREFOX, "SEC_ERROR_CERT_NOT_IN_NAME_SPACE"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_POLICY) = {
    .meaning = "A CA in the chain demands that the certificates below it name "
               "a certificate policy that it knows, and none does. Company and "
               "government CAs use this; public ones do not.",
    .rule =
        "RFC 5280 sections 4.2.1.4, 4.2.1.5, 4.2.1.11, 4.2.1.14 and 6.1.5 (g)",
    .detected = "The policies of the path were worked out as the RFC says, "
                "with mappings and with the limits on any-policy. An explicit "
                "policy is required and the set of valid policies is empty.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN
         "InvalidPolicyConstraints or NoIssuanceChainPolicy; works on Linux"},
        {CM_SCHANNEL, "CERT_E_INVALID_POLICY (0x800B0113)"},
        {CM_CURL, "works; openssl with -policy_check: verify error:num=43:no "
                  "explicit policy"},
        {CM_JAVA, CM_JAVA_VALIDATION
         "non-null policy tree required and policy tree is null"},
        {CM_GO,
         "works; 1.24 and newer: " CM_GO_VERIFY
         "no valid chains built: all candidate chains have invalid policies"},
        {CM_PYTHON, "works"}, {CM_NODE, "works"},
        {CM_CHROME, "net::ERR_CERT_INVALID"}, {CM_FIREFOX, "works"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_EKU_CA) = {
    .meaning =
        "A CA in the chain lists purposes, and TLS servers are not among them. "
        "It may issue for mail or clients, but not for this server.",
    .rule = "RFC 5280 section 4.2.1.12 and CA/Browser Forum Baseline "
            "Requirements section 7.1.2.10.6",
    .detected = "A CA certificate of the path, the root excepted, has an "
                "extended key usage with neither server authentication nor any "
                "purpose. The RFC leaves open what that means for a CA; all "
                "the same most clients read it as a limit on everything below.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN "NotValidForUsage"},
        {CM_SCHANNEL, "SEC_E_CERT_WRONG_USAGE (0x80090349) or "
                      "CERT_E_WRONG_USAGE (0x800B0110)"},
        {CM_CURL, CM_CURL_VERIFY("26", "unsuitable certificate purpose")},
        {CM_JAVA, "works"},
        {CM_GO, CM_GO_VERIFY "certificate specifies an incompatible key usage"},
        {CM_PYTHON, CM_PYTHON_VERIFY "unsuitable certificate purpose"},
        {CM_NODE, "INVALID_PURPOSE"}, {CM_CHROME, "net::ERR_CERT_INVALID"},
        {CM_FIREFOX, "SEC_ERROR_INADEQUATE_CERT_TYPE"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(LEAF_UNKNOWN_CRITICAL) = {
    .meaning = "A certificate has an extension marked critical that clients do "
               "not know. They must refuse what they cannot understand.",
    .rule = "RFC 5280 sections 4.2 and 6.1.5 (f)",
    .detected =
        "A certificate of the path has a critical extension whose object "
        "identifier is none of those that clients process. The proof names it.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN "HasNotSupportedCriticalExtension"},
        {CM_SCHANNEL, "CERT_E_CRITICAL (0x800B0105)"},
        {CM_CURL, CM_CURL_VERIFY("34", "unhandled critical extension")},
        {CM_JAVA, CM_JAVA_VALIDATION "unrecognized critical extension(s)"},
        {CM_GO, CM_GO_VERIFY "unhandled critical extension"},
        {CM_PYTHON, CM_PYTHON_VERIFY "unhandled critical extension"},
        {CM_NODE, "UNSPECIFIED with the text \"unhandled critical extension\""},
        {CM_CHROME, "net::ERR_CERT_INVALID"},
        {CM_FIREFOX, "SEC_ERROR_UNKNOWN_CRITICAL_EXTENSION"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(X509_INVALID_EXTENSION) = {
    .meaning =
        "An extension of a certificate holds something else than its kind "
        "demands, or stands there twice. Clients cannot tell what was meant "
        "and most refuse; they differ in how closely they look.",
    .rule = "RFC 5280 section 4.2 and the section of the extension",
    .detected =
        "An extension that decides about trust (names, usages, constraints, "
        "key identifiers) does not decode as its ASN.1 type, or its object "
        "identifier occurs more than once. The proof names the extension.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN "InvalidExtension"},
        {CM_SCHANNEL, "SEC_E_CERT_UNKNOWN (0x80090327)"},
        {CM_CURL, "(35) error:1100009E:X509 V3 routines::invalid certificate"},
        {CM_JAVA,
         "java.security.cert.CertificateParsingException: Invalid encoding for "
         "...Extension, or Duplicate extensions not allowed"},
        {CM_GO,
         "tls: failed to parse certificate from server: x509: invalid ... "
         "extension, or x509: certificate contains duplicate extensions"},
        {CM_PYTHON, CM_PYTHON_VERIFY "unable to get local issuer certificate"},
        {CM_NODE, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"},
        {CM_CHROME, "net::ERR_CERT_INVALID"},
        {CM_FIREFOX, "SEC_ERROR_EXTENSION_VALUE_INVALID or SEC_ERROR_BAD_DER"}),
};
