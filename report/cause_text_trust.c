/* What causes mean: who vouches for the certificate, and for whom.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_cause_text CM_CAUSE_TEXT_OF(SELF_SIGNED_LEAF) = {
    .meaning = "The server's certificate is signed with its own key, so nobody "
               "else vouches for it. That subject and issuer are equal is not "
               "enough: the signature was checked.",
    .rule = "RFC 5280 sections 3.2 and 6.1",
    .detected = "Subject and issuer of the server's certificate are the same "
                "name, its signature verifies under its own key, and it is not "
                "itself among the trusted ones.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN "UntrustedRoot"},
        {CM_SCHANNEL, "SEC_E_UNTRUSTED_ROOT (0x80090325)"},
        {CM_CURL,
         CM_CURL_VERIFY("18",
                        "self-signed certificate") "; before OpenSSL 3: self "
                                                   "signed certificate"},
        {CM_JAVA, CM_JAVA_BUILDING}, {CM_GO, CM_GO_UNKNOWN},
        {CM_PYTHON, CM_PYTHON_VERIFY "self-signed certificate"},
        {CM_NODE, "DEPTH_ZERO_SELF_SIGNED_CERT; INVALID_PURPOSE when it is a "
                  "CA without digital signature"},
        {CM_CHROME,
         "net::ERR_CERT_AUTHORITY_INVALID; net::ERR_SSL_KEY_USAGE_INCOMPATIBLE "
         "when its key usage lacks digital signature"},
        {CM_FIREFOX, "MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(SELF_SIGNED_PINNED) = {
    .meaning =
        "The server's certificate itself stands among the trusted ones. That "
        "works, until it is renewed: then every client must get the new one.",
    .rule = "RFC 5280 section 6.1.1 (d)",
    .detected = "The certificate that the server sends is one of the anchors "
                "of the trust view.",
    .clients = CM_EVERY_CLIENT("works"),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(ISSUER_UNKNOWN) = {
    .meaning =
        "The chain ends at a certificate whose issuer was found nowhere, and "
        "nothing tells whether that issuer is public or private.",
    .rule = "RFC 5280 section 6.1",
    .detected =
        "No certificate sent, seen elsewhere in the run, given with "
        "--intermediates or fetched from the address in the certificate has "
        "issued the last one of the chain, and there is no sign of a public CA "
        "(timestamps, policy, issuer known elsewhere) nor of a private one.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN "PartialChain"},
        {CM_SCHANNEL, "CERT_E_CHAINING (0x800B010A)"},
        {CM_CURL,
         CM_CURL_VERIFY("20", "unable to get local issuer certificate")},
        {CM_JAVA, CM_JAVA_BUILDING}, {CM_GO, CM_GO_UNKNOWN},
        {CM_PYTHON, CM_PYTHON_VERIFY "unable to get local issuer certificate"},
        {CM_NODE,
         "UNABLE_TO_GET_ISSUER_CERT_LOCALLY; UNABLE_TO_VERIFY_LEAF_SIGNATURE "
         "when the server sends its certificate alone"},
        {CM_CHROME, "net::ERR_CERT_AUTHORITY_INVALID"},
        {CM_FIREFOX, "SEC_ERROR_UNKNOWN_ISSUER"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(UNTRUSTED_PRIVATE_ROOT) = {
    .meaning = "The chain leads to a root that is not among the trusted ones: "
               "a company's own CA, or a box that intercepts TLS. Clients that "
               "have the root work.",
    .rule = "RFC 5280 section 6.1.1 (d)",
    .detected =
        "The last certificate that can be reached, over what the server sends "
        "and what is known, is self-signed and in no trust view of the run. "
        "Where it is not sent, signs of a private CA (an AD CS template, an "
        "ldap address, no public timestamps) make it \"probable\".",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN
         "UntrustedRoot; PartialChain when the root is not sent"},
        {CM_SCHANNEL, "SEC_E_UNTRUSTED_ROOT (0x80090325) or "
                      "CERT_E_UNTRUSTEDROOT (0x800B0109); event 36882. "
                      "CERT_E_CHAINING (0x800B010A) when the root is not sent"},
        {CM_CURL, CM_CURL_VERIFY("19", "self-signed certificate in certificate "
                                       "chain") "; 20, unable to get local "
                                                "issuer certificate, when the "
                                                "root is not sent"},
        {CM_JAVA, CM_JAVA_BUILDING}, {CM_GO, CM_GO_UNKNOWN},
        {CM_PYTHON, CM_PYTHON_VERIFY
         "self-signed certificate in certificate chain; unable to get local "
         "issuer certificate when the root is not sent"},
        {CM_NODE,
         "SELF_SIGNED_CERT_IN_CHAIN; UNABLE_TO_GET_ISSUER_CERT_LOCALLY when "
         "the root is not sent"},
        {CM_CHROME, "net::ERR_CERT_AUTHORITY_INVALID"},
        {CM_FIREFOX, "SEC_ERROR_UNKNOWN_ISSUER"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(ROOT_NOT_IN_CLIENT_STORE) = {
    .meaning = "The chain ends in a root that one of the trust views has and "
               "this one has not. So one kind of client works and another does "
               "not, with the same server: an old Java, a phone, a container "
               "that was built years ago, or a root that is still too young.",
    .rule = "RFC 5280 section 6.1.1 (d)",
    .detected =
        "The run judged in several trust views (--trust NAME=FILE). In another "
        "view a valid path to an anchor exists, in this one no path does, and "
        "the root is not on this view's list of distrusted ones. A "
        "cross-signed certificate in the chain may help.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN "UntrustedRoot or PartialChain"},
        {CM_SCHANNEL, "SEC_E_UNTRUSTED_ROOT (0x80090325) or CERT_E_CHAINING "
                      "(0x800B010A); event 36882. Windows fetches new roots by "
                      "itself where it may reach ctldl.windowsupdate.com"},
        {CM_CURL,
         CM_CURL_VERIFY("20", "unable to get local issuer certificate")},
        {CM_JAVA, CM_JAVA_BUILDING}, {CM_GO, CM_GO_UNKNOWN},
        {CM_PYTHON, CM_PYTHON_VERIFY "unable to get local issuer certificate"},
        {CM_NODE, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"},
        {CM_CHROME, "net::ERR_CERT_AUTHORITY_INVALID"},
        {CM_FIREFOX, "SEC_ERROR_UNKNOWN_ISSUER"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(ROOT_DISTRUSTED_OR_REMOVED) = {
    .meaning = "The root program behind this trust view has thrown the root "
               "out. No certificate below it works any more for clients that "
               "follow the program, whatever its own date. Only a certificate "
               "of another CA helps.",
    .rule = "no RFC: the decision of a root program, from the list given with "
            "the trust view (--trust NAME=FILE,distrust.csv); RFC 5280 section "
            "6.1.1 (d) leaves the choice of anchors to the client",
    .detected = "Every path of the certificate ends in a root that the view's "
                "distrust list names as removed, by the SHA-256 of the root or "
                "of its key. A path to another root would have counted.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN "ExplicitDistrust or UntrustedRoot"},
        {CM_SCHANNEL, "TRUST_E_EXPLICIT_DISTRUST (0x800B0111)"},
        {CM_CURL,
         CM_CURL_VERIFY(
             "20",
             "unable to get local issuer certificate") "; 28, certificate "
                                                       "rejected, where the "
                                                       "bundle marks it as "
                                                       "distrusted"},
        {CM_JAVA, CM_JAVA_BUILDING}, {CM_GO, CM_GO_UNKNOWN},
        {CM_PYTHON, CM_PYTHON_VERIFY "unable to get local issuer certificate"},
        {CM_NODE,
         "UNABLE_TO_GET_ISSUER_CERT_LOCALLY, or SELF_SIGNED_CERT_IN_CHAIN"},
        {CM_CHROME, "net::ERR_CERT_AUTHORITY_INVALID, or "
                    "net::ERR_CERT_SYMANTEC_LEGACY for that family"},
        {CM_FIREFOX, "SEC_ERROR_UNKNOWN_ISSUER, or "
                     "MOZILLA_PKIX_ERROR_ADDITIONAL_POLICY_CONSTRAINT_FAILED"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CA_DISTRUST_AFTER) = {
    .meaning = "The root program behind this trust view trusts the root for "
               "older certificates only, and this one was issued after the "
               "date. Certificates from before it stay good until they end; "
               "the next renewal would fail.",
    .rule = "no RFC: the decision of a root program, from the list given with "
            "the trust view (--trust NAME=FILE,distrust.csv); RFC 5280 section "
            "6.1.1 (d) leaves the choice of anchors to the client",
    .detected = "Every path ends in a root with a distrust-after date, and the "
                "certificate is newer: by its notBefore, or by its earliest "
                "certificate timestamp where the list says so. Today's date "
                "does not matter.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN "ExplicitDistrust or UntrustedRoot; works "
                                    "on Linux until the bundle drops the root"},
        {CM_SCHANNEL, "TRUST_E_EXPLICIT_DISTRUST (0x800B0111)"},
        {CM_CURL,
         "works until the bundle drops the root, then: " CM_CURL_VERIFY(
             "20", "unable to get local issuer certificate")},
        {CM_JAVA, "TLS Server certificate issued after <date> and anchored by "
                  "a distrusted legacy <CA> root CA: ..."},
        {CM_GO, "works until the bundle drops the root, then: " CM_GO_UNKNOWN},
        {CM_PYTHON,
         "works until the bundle drops the root, then: " CM_PYTHON_VERIFY
         "unable to get local issuer certificate"},
        {CM_NODE, "works until the bundle drops the root, then: "
                  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"},
        {CM_CHROME, "net::ERR_CERT_AUTHORITY_INVALID"},
        {CM_FIREFOX, "MOZILLA_PKIX_ERROR_ISSUER_NO_LONGER_TRUSTED; older "
                     "versions: SEC_ERROR_UNKNOWN_ISSUER"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(ROOT_EXPIRED) = {
    .meaning = "The path is right, and the root at its end is past its date. "
               "Nothing on the server expired, so nobody expected it; clients "
               "that look at the root's date refuse, others go on.",
    .rule = "RFC 5280 sections 4.1.2.5 and 6.1.1 (d)",
    .detected = "Every anchor that a path reaches has a notAfter before the "
                "time of judgement. The RFC leaves the date of an anchor to "
                "the client, which is why they differ.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN "NotTimeValid"},
        {CM_SCHANNEL, "SEC_E_CERT_EXPIRED (0x80090328) or CERT_E_EXPIRED "
                      "(0x800B0101); event 36881"},
        {CM_CURL, CM_CURL_VERIFY("10", "certificate has expired")},
        {CM_JAVA, "works: it does not look at the dates of its roots"},
        {CM_GO, CM_GO_VERIFY "certificate has expired or is not yet valid: "
                             "current time ... is after ..."},
        {CM_PYTHON, CM_PYTHON_VERIFY "certificate has expired"},
        {CM_NODE, "CERT_HAS_EXPIRED"},
        {CM_CHROME, "net::ERR_CERT_DATE_INVALID"},
        {CM_FIREFOX, "SEC_ERROR_EXPIRED_ISSUER_CERTIFICATE"},
        {"Android", "works: it does not look at the dates of its roots"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_INTERCEPTION) = {
    .meaning =
        "Between the scanner and the servers stands a proxy that opens TLS and "
        "answers with certificates of its own. What was seen is the proxy's, "
        "so the rest of what this scan says about these servers is about the "
        "proxy too. Clients outside of it meet the real servers.",
    .rule = "no RFC: what such a proxy does is outside of RFC 5280 and RFC "
            "8446; RFC 8446 section 9.3 says what it must keep to",
    .detected = "At least two signs over the whole run: unrelated names share "
                "one private issuer; the issuer bears the name of an "
                "inspection product; all these certificates began within the "
                "last days; their keys are all alike.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN "UntrustedRoot"},
        {CM_SCHANNEL, "SEC_E_UNTRUSTED_ROOT (0x80090325); event 36882"},
        {CM_CURL, CM_CURL_VERIFY("19", "self-signed certificate in certificate "
                                       "chain") "; or 20, unable to get local "
                                                "issuer certificate"},
        {CM_JAVA, CM_JAVA_BUILDING}, {CM_GO, CM_GO_UNKNOWN},
        {CM_PYTHON,
         CM_PYTHON_VERIFY "self-signed certificate in certificate chain, or "
                          "unable to get local issuer certificate"},
        {CM_NODE, "SELF_SIGNED_CERT_IN_CHAIN"},
        {CM_CHROME, "net::ERR_CERT_AUTHORITY_INVALID, or "
                    "net::ERR_CERT_KNOWN_INTERCEPTION_BLOCKED"},
        {CM_FIREFOX,
         "MOZILLA_PKIX_ERROR_MITM_DETECTED, or SEC_ERROR_UNKNOWN_ISSUER"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CERT_DIFFERS_PER_IP) = {
    .meaning = "The name has several addresses, and they do not show the same "
               "certificate: some are trusted and some are not. Each client "
               "has luck or not, depending on the address it takes. Mostly a "
               "renewal reached some of the nodes only.",
    .rule = "no RFC: a server must prove its name at each of its addresses; "
            "RFC 9525 section 6 checks one connection",
    .detected =
        "With --all-addresses every address of the name was probed. The "
        "certificates differ, and at least one address is worse than another "
        "in trust, names or dates. Renewals under way and pairs of an RSA and "
        "an ECDSA certificate are fine as long as all are good.",
    .clients = CM_EVERY_CLIENT(
        "works or fails, by the address it takes; then with the message of "
        "what is wrong there, which the proof names"),
};
