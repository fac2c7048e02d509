/* What clients say so often that it is written down once: for the catalogue's
 * texts (report/) and for the messages of simulated clients (measure/).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_PHRASES_H
#define CERTMUSTER_PHRASES_H

/* The three texts with which .NET Framework answers nearly everything. */
#define CM_NETFX_TRUST                                                         \
    "The underlying connection was closed: Could not establish trust "         \
    "relationship for the SSL/TLS secure channel."
#define CM_NETFX_CHANNEL                                                       \
    "The request was aborted: Could not create SSL/TLS secure channel."
#define CM_NETFX_SEND                                                          \
    "The underlying connection was closed: An unexpected error occurred on a " \
    "send."
#define CM_DOTNET_CHAIN                                                        \
    "The remote certificate is invalid because of errors in the certificate "  \
    "chain: "
#define CM_DOTNET_PROCEDURE                                                    \
    "The remote certificate is invalid according to the validation "           \
    "procedure: "
#define CM_DOTNET_ALERT                                                        \
    "Authentication failed because the remote party sent a TLS alert: "
/* curl with the number of its exit, and `openssl s_client`. */
#define CM_CURL_VERIFY(number, text)                                           \
    "(60) SSL certificate problem: " text                                      \
    "; openssl: verify error:num=" number ":" text
#define CM_PYTHON_VERIFY                                                       \
    "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
#define CM_JAVA_BUILDING                                                       \
    "PKIX path building failed: sun.security.provider.certpath."               \
    "SunCertPathBuilderException: unable to find valid certification path to " \
    "requested target"
#define CM_JAVA_VALIDATION                                                     \
    "PKIX path validation failed: java.security.cert."                         \
    "CertPathValidatorException: "
#define CM_GO_VERIFY "tls: failed to verify certificate: x509: "
#define CM_GO_UNKNOWN CM_GO_VERIFY "certificate signed by unknown authority"

#endif
