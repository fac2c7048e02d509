/* What causes mean: the chain as the server sends it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_INCOMPLETE) = {
    .meaning =
        "The server leaves out an intermediate certificate. With it, taken "
        "from elsewhere, the chain verifies. Chrome, Windows and macOS may "
        "fetch or remember it, so it works in a browser and fails in programs.",
    .rule = "RFC 8446 section 4.4.2 and RFC 5246 section 7.4.2",
    .detected =
        "No path leads from the certificates sent to an anchor. With a "
        "certificate seen elsewhere in the fleet, given with --intermediates "
        "or fetched from the address in the certificate, a path does, and it "
        "verifies: then it is certain. Where the intermediate was not found "
        "and the certificate bears the signs of a public CA, it is "
        "\"probable\".",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK,
         "works where Windows can fetch the intermediate, else: " CM_NETFX_TRUST
         " Dataverse plug-ins do not fetch it."},
        {CM_DOTNET, CM_DOTNET_CHAIN
         "PartialChain. Works where it can fetch the intermediate"},
        {CM_SCHANNEL, "SEC_E_UNTRUSTED_ROOT (0x80090325) or CERT_E_CHAINING "
                      "(0x800B010A); event 36882"},
        {CM_CURL,
         CM_CURL_VERIFY(
             "20",
             "unable to get local issuer certificate") ", then 21, unable to "
                                                       "verify the first "
                                                       "certificate"},
        {CM_JAVA, CM_JAVA_BUILDING}, {CM_GO, CM_GO_UNKNOWN},
        {CM_PYTHON, CM_PYTHON_VERIFY "unable to get local issuer certificate"},
        {CM_NODE, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"},
        {CM_CHROME, "works where it can fetch the intermediate, else: "
                    "net::ERR_CERT_AUTHORITY_INVALID"},
        {CM_FIREFOX, "works where it knows the intermediate, else: "
                     "SEC_ERROR_UNKNOWN_ISSUER"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_WRONG_INTERMEDIATE) = {
    .meaning =
        "The server sends an intermediate with the right name and another key, "
        "mostly the former one of a CA that has changed its keys.",
    .rule = "RFC 5280 sections 4.2.1.1 and 6.1.3 (a)(1)",
    .detected =
        "A certificate in the chain has the issuer's name, but its key did not "
        "sign the one below; the key identifiers, where there are any, differ.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN "PartialChain or NotSignatureValid"},
        {CM_SCHANNEL, "TRUST_E_CERT_SIGNATURE (0x80096004)"},
        {CM_CURL,
         CM_CURL_VERIFY(
             "20",
             "unable to get local issuer certificate") " when the key "
                                                       "identifiers differ, "
                                                       "else 7, certificate "
                                                       "signature failure"},
        {CM_JAVA, CM_JAVA_VALIDATION "signature check failed"},
        {CM_GO, CM_GO_UNKNOWN
         " (possibly because of \"crypto/rsa: verification error\" while "
         "trying to verify candidate authority certificate)"},
        {CM_PYTHON, CM_PYTHON_VERIFY "unable to get local issuer certificate, "
                                     "or certificate signature failure"},
        {CM_NODE, "UNABLE_TO_VERIFY_LEAF_SIGNATURE, or CERT_SIGNATURE_FAILURE"},
        {CM_CHROME, "net::ERR_CERT_AUTHORITY_INVALID"},
        {CM_FIREFOX, "SEC_ERROR_UNKNOWN_ISSUER, or SEC_ERROR_BAD_SIGNATURE"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_BAD_SIGNATURE) = {
    .meaning =
        "A certificate in the chain names its issuer and key, and the issuer's "
        "signature on it does not verify: it was changed or damaged.",
    .rule = "RFC 5280 section 6.1.3 (a)(1)",
    .detected = "Name and key identifier fit the issuer, and the signature "
                "does not verify under its key. When a key identifier points "
                "to another key, it is a wrong intermediate instead.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN "NotSignatureValid"},
        {CM_SCHANNEL, "TRUST_E_CERT_SIGNATURE (0x80096004)"},
        {CM_CURL,
         CM_CURL_VERIFY("7", "certificate signature failure") "; or (35)"},
        {CM_JAVA, CM_JAVA_VALIDATION "signature check failed"},
        {CM_GO, CM_GO_UNKNOWN
         " (possibly because of \"crypto/rsa: verification error\" while "
         "trying to verify candidate authority certificate)"},
        {CM_PYTHON, CM_PYTHON_VERIFY "certificate signature failure"},
        {CM_NODE, "CERT_SIGNATURE_FAILURE"},
        {CM_CHROME, "net::ERR_CERT_AUTHORITY_INVALID"},
        {CM_FIREFOX, "SEC_ERROR_BAD_SIGNATURE"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_EXPIRED_CROSS) = {
    .meaning = "The server still sends a certificate that has expired and is "
               "not needed: without it, another path verifies. Current clients "
               "find that path. Old ones follow the expired one and fail, as "
               "on the days when AddTrust and DST Root CA X3 ended.",
    .rule = "RFC 4158 section 2.4: several paths may exist; RFC 5280 section "
            "6.1 judges one path at a time",
    .detected = "A certificate in the chain is past its notAfter, it issued "
                "one of the chain, and a valid path exists that avoids it.",
    .clients =
        CM_CLIENTS({CM_DOTNET_FRAMEWORK, "works"}, {CM_DOTNET, "works"},
                   {CM_SCHANNEL, "works"},
                   {CM_CURL, "works; OpenSSL 1.0.2 and older: " CM_CURL_VERIFY(
                                 "10", "certificate has expired")},
                   {CM_JAVA, "works"}, {CM_GO, "works"},
                   {CM_PYTHON, "works; with OpenSSL 1.0.2: " CM_PYTHON_VERIFY
                               "certificate has expired"},
                   {CM_NODE, "works; version 8 and older: CERT_HAS_EXPIRED"},
                   {CM_CHROME, "works"}, {CM_FIREFOX, "works"},
                   {"GnuTLS before 3.6.14",
                    "The certificate is NOT trusted. The certificate chain "
                    "uses expired certificate."}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_OVERSIZE) = {
    .meaning = "The chain has more certificates or bytes than some clients "
               "take: Java stops at ten certificates, others at 16 KiB.",
    .rule = "no RFC: RFC 8446 section 4.4.2 allows 16 MiB; the limits are "
            "those of clients",
    .detected = "The server sends more than ten certificates, or more than 16 "
                "KiB of them.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "works"}, {CM_DOTNET, "works"},
        {CM_SCHANNEL, "works"},
        {CM_CURL, "works; above 100 KiB: (35) excessive message size"},
        {CM_JAVA, "The certificate chain length (11) exceeds the maximum "
                  "allowed length (10)"},
        {CM_GO, "works; above 64 KiB: tls: handshake message of length ... "
                "bytes exceeds maximum of 65536 bytes"},
        {CM_PYTHON, "works; above 100 KiB: [SSL: EXCESSIVE_MESSAGE_SIZE]"},
        {CM_NODE, "works; above 100 KiB: EPROTO ... excessive message size"},
        {CM_CHROME, "works"}, {CM_FIREFOX, "works"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_WRONG_ORDER) = {
    .meaning = "The certificates are sent in another order than each followed "
               "by its issuer, as TLS 1.2 demands. Current clients sort them; "
               "strict and old ones do not.",
    .rule = "RFC 5246 section 7.4.2; RFC 8446 section 4.4.2 asks clients to be "
            "tolerant",
    .detected = "A valid path uses the certificates sent, and visits them in "
                "another order than they were sent in.",
    .clients = CM_CLIENTS({CM_DOTNET_FRAMEWORK, "works"}, {CM_DOTNET, "works"},
                          {CM_SCHANNEL, "works"}, {CM_CURL, "works"},
                          {CM_JAVA, "works"}, {CM_GO, "works"},
                          {CM_PYTHON, "works"}, {CM_NODE, "works"},
                          {CM_CHROME, "works"}, {CM_FIREFOX, "works"},
                          {"Embedded and old clients",
                           "unable to verify the chain"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_DUPLICATE) = {
    .meaning = "The same certificate is sent twice. It costs bytes in every "
               "handshake.",
    .rule = "RFC 5246 section 7.4.2 and RFC 8446 section 4.4.2",
    .detected = "Two certificates of the chain have the same SHA-256.",
    .clients = CM_EVERY_CLIENT("works"),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_UNRELATED_CERT) = {
    .meaning = "A certificate is sent that lies on no path from the server's "
               "certificate to a root: the rest of another chain.",
    .rule = "RFC 5246 section 7.4.2 and RFC 8446 section 4.4.2",
    .detected = "A certificate of the chain has issued none of the others on "
                "the way up, directly or through others. Alternative "
                "certificates of the same CA key are no mistake.",
    .clients = CM_EVERY_CLIENT("works"),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CHAIN_UNNEEDED_ROOT) = {
    .meaning = "The root is sent along. Clients have it or do not trust it; "
               "sending it changes neither.",
    .rule = "RFC 8446 section 4.4.2: the trust anchor may be omitted",
    .detected =
        "A self-signed certificate above the server's stands in the chain.",
    .clients = CM_EVERY_CLIENT("works"),
};
