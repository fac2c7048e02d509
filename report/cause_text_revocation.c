/* What causes mean: revocation.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_cause_text CM_CAUSE_TEXT_OF(REVOKED) = {
    .meaning = "The CA has withdrawn a certificate of the path before its end: "
               "its key was lost or stolen, the order was cancelled, or the CA "
               "had to. The certificate will never be good again. Many clients "
               "do not ask and still connect, which is no reason to wait.",
    .rule = "RFC 5280 section 6.3.3 and RFC 6960 section 2.2",
    .detected =
        "An OCSP response (stapled or fetched) says \"revoked\", or the "
        "certificate's serial number stands on a certificate revocation list. "
        "The response or list must be signed by the issuer or its delegate and "
        "in time; anything else proves nothing and is not believed.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK,
         "works; with ServicePointManager.CheckCertificateRevocationList = "
         "true: " CM_NETFX_TRUST},
        {CM_DOTNET,
         "works; with revocation checking on: " CM_DOTNET_CHAIN "Revoked"},
        {CM_SCHANNEL, "CRYPT_E_REVOKED (0x80092010); event 36883"},
        {CM_CURL, "works; with --crlfile: " CM_CURL_VERIFY(
                      "23", "certificate revoked") " (with -crl_check)"},
        {CM_JAVA,
         "works; with com.sun.net.ssl.checkRevocation=true: " CM_JAVA_VALIDATION
         "Certificate has been revoked, reason: ..."},
        {CM_GO, "works: it does not check revocation"},
        {CM_PYTHON, "works; with VERIFY_CRL_CHECK_LEAF: " CM_PYTHON_VERIFY
                    "certificate revoked"},
        {CM_NODE, "works; with the option crl: CERT_REVOKED"},
        {CM_CHROME, "net::ERR_CERT_REVOKED where its list (CRLSet) has the "
                    "certificate, else works"},
        {CM_FIREFOX, "SEC_ERROR_REVOKED_CERTIFICATE"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(MUST_STAPLE_MISSING) = {
    .meaning = "The certificate demands of its server to send an OCSP response "
               "along with it (\"must staple\"), and the server sends none. "
               "Clients that read the demand refuse the connection at once.",
    .rule = "RFC 7633 section 4",
    .detected = "The certificate has the TLS feature extension with "
                "status_request, the scan asked for a staple, and the "
                "handshake brought none. Some servers have none for the first "
                "handshakes after a restart, so it is worth a second look.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "works"}, {CM_DOTNET, "works"},
        {CM_SCHANNEL, "works"},
        {CM_CURL, "works; with --cert-status: (91) No OCSP response received"},
        {CM_JAVA, "works"}, {CM_GO, "works"}, {CM_PYTHON, "works"},
        {CM_NODE, "works"}, {CM_CHROME, "works"},
        {CM_FIREFOX, "MOZILLA_PKIX_ERROR_REQUIRED_TLS_FEATURE_MISSING"},
        {"GnuTLS", "The certificate requires the server to include an OCSP "
                   "status in its response, but the OCSP status is missing."}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(STAPLE_BAD) = {
    .meaning = "The server staples an OCSP response that no client can use: it "
               "is out of date, about another certificate, not signed by the "
               "issuer, or it says \"unknown\". Sending none would be better.",
    .rule = "RFC 6960 sections 3.2 and 4.2.2",
    .detected = "The stapled response was read and fails one of the checks "
                "that a client must make: response status, certificate id, "
                "signature of the issuer or of a delegate with "
                "id-kp-OCSPSigning, thisUpdate and nextUpdate.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK,
         "works; with revocation checking on it asks the OCSP server itself"},
        {CM_DOTNET,
         "works; with revocation checking on it asks the OCSP server itself"},
        {CM_SCHANNEL,
         "works; with revocation checking on it asks the OCSP server itself"},
        {CM_CURL, "works; with --cert-status: (91) OCSP response has expired, "
                  "or Invalid OCSP response"},
        {CM_JAVA,
         "works; with com.sun.net.ssl.checkRevocation=true: " CM_JAVA_VALIDATION
         "Unable to determine revocation status due to network error"},
        {CM_GO, "works: it does not read staples"},
        {CM_PYTHON, "works: it does not read staples"},
        {CM_NODE, "works: it does not read staples"}, {CM_CHROME, "works"},
        {CM_FIREFOX,
         "SEC_ERROR_OCSP_UNKNOWN_CERT, SEC_ERROR_OCSP_INVALID_SIGNING_CERT or "
         "another SEC_ERROR_OCSP_ code; it fetches a response itself when the "
         "staple is only old"},
        {"GnuTLS", "The received OCSP status response is invalid."}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CRL_EXPIRED) = {
    .meaning = "The certificate revocation list that the CA publishes should "
               "have been replaced by a newer one, and was not. Clients that "
               "insist on revocation checks refuse every certificate of this "
               "CA, all at the same minute. Mostly it is the yearly list of an "
               "offline root that nobody renewed.",
    .rule = "RFC 5280 sections 5.1.2.5 and 6.3.3",
    .detected =
        "A list of the certificate's issuer was fetched or given with --crl, "
        "its signature verifies, and its nextUpdate lies before the time of "
        "judgement. What it calls revoked stays revoked.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK,
         "works; with ServicePointManager.CheckCertificateRevocationList = "
         "true: " CM_NETFX_TRUST},
        {CM_DOTNET, "works; with revocation checking on: " CM_DOTNET_CHAIN
                    "RevocationStatusUnknown, OfflineRevocation"},
        {CM_SCHANNEL, "CRYPT_E_REVOCATION_OFFLINE (0x80092013) where "
                      "revocation is checked; curl with Schannel: (35)"},
        {CM_CURL, "works; with --crlfile: " CM_CURL_VERIFY(
                      "12", "CRL has expired") " (with -crl_check)"},
        {CM_JAVA,
         "works; with com.sun.net.ssl.checkRevocation=true: " CM_JAVA_VALIDATION
         "Could not determine revocation status"},
        {CM_GO, "works"},
        {CM_PYTHON, "works; with VERIFY_CRL_CHECK_LEAF: " CM_PYTHON_VERIFY
                    "CRL has expired"},
        {CM_NODE, "works; with the option crl: CRL_HAS_EXPIRED"},
        {CM_CHROME, "works"}, {CM_FIREFOX, "works"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(CRL_BAD) = {
    .meaning =
        "A certificate revocation list of the issuer is at hand, but nothing "
        "may be concluded from it: its signature does not verify, the issuer "
        "may not sign lists, or it holds a critical extension that nobody "
        "knows. Clients that check lists treat this like no list at all.",
    .rule = "RFC 5280 sections 5.2 and 6.3.3 (f), (g)",
    .detected =
        "The list names the issuer of the certificate, and fails one of the "
        "checks that come before its entries count: form, scope, key usage of "
        "the issuer, signature. The proof says which.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK,
         "works; with ServicePointManager.CheckCertificateRevocationList = "
         "true: " CM_NETFX_TRUST},
        {CM_DOTNET, "works; with revocation checking on: " CM_DOTNET_CHAIN
                    "RevocationStatusUnknown, OfflineRevocation"},
        {CM_SCHANNEL,
         "CRYPT_E_REVOCATION_OFFLINE (0x80092013) where revocation is checked"},
        {CM_CURL,
         "works; with --crlfile: " CM_CURL_VERIFY(
             "8",
             "CRL signature failure") " (with -crl_check); or 35, key usage "
                                      "does not include CRL signing, or 36, "
                                      "unhandled critical CRL extension"},
        {CM_JAVA,
         "works; with com.sun.net.ssl.checkRevocation=true: " CM_JAVA_VALIDATION
         "Could not determine revocation status"},
        {CM_GO, "works"},
        {CM_PYTHON, "works; with VERIFY_CRL_CHECK_LEAF: " CM_PYTHON_VERIFY
                    "CRL signature failure"},
        {CM_NODE, "works; with the option crl: CRL_SIGNATURE_FAILURE"},
        {CM_CHROME, "works"}, {CM_FIREFOX, "works"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(REVOCATION_UNREACHABLE) = {
    .meaning = "The certificate names places that tell whether it is revoked, "
               "and none of them answered. Most clients then carry on; those "
               "that were told to be strict do not. An address that starts "
               "with ldap:/// works inside one Windows domain only.",
    .rule = "RFC 5280 sections 4.2.1.13 and 4.2.2.1",
    .detected = "The scan was asked to check revocation, tried every CRL and "
                "OCSP address of the certificate that it may use, and got no "
                "usable answer. The proof says what each of them did.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK,
         "works; with ServicePointManager.CheckCertificateRevocationList = "
         "true: " CM_NETFX_TRUST},
        {CM_DOTNET, "works; with revocation checking on: " CM_DOTNET_CHAIN
                    "RevocationStatusUnknown, OfflineRevocation"},
        {CM_SCHANNEL, "CRYPT_E_REVOCATION_OFFLINE (0x80092013) or "
                      "CRYPT_E_NO_REVOCATION_CHECK (0x80092012) where "
                      "revocation is checked; curl with Schannel: (35)"},
        {CM_CURL, "works; openssl with -crl_check: verify error:num=3:unable "
                  "to get certificate CRL"},
        {CM_JAVA,
         "works; with com.sun.net.ssl.checkRevocation=true: " CM_JAVA_VALIDATION
         "Unable to determine revocation status due to network error"},
        {CM_GO, "works"},
        {CM_PYTHON, "works; with VERIFY_CRL_CHECK_LEAF: " CM_PYTHON_VERIFY
                    "unable to get certificate CRL"},
        {CM_NODE, "works; with the option crl: UNABLE_TO_GET_CRL"},
        {CM_CHROME, "works"}, {CM_FIREFOX, "works"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(REVOCATION_NO_INFO) = {
    .meaning = "The certificate names neither a revocation list nor an OCSP "
               "server, so nobody can find out whether it was revoked. That is "
               "allowed for certificates that live for a week; for others it "
               "means that a stolen key stays good until the end.",
    .rule = "RFC 5280 section 4.2.1.13 and CA/Browser Forum Baseline "
            "Requirements section 7.1.2.11.2",
    .detected =
        "The certificate has no CRL distribution points and no OCSP address in "
        "its authority information access, and lives longer than seven days.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK,
         "works; with ServicePointManager.CheckCertificateRevocationList = "
         "true: " CM_NETFX_TRUST},
        {CM_DOTNET, "works; with revocation checking on: " CM_DOTNET_CHAIN
                    "RevocationStatusUnknown"},
        {CM_SCHANNEL, "CRYPT_E_NO_REVOCATION_CHECK (0x80092012) where "
                      "revocation is checked"},
        {CM_CURL, "works; with Schannel: (35) CRYPT_E_NO_REVOCATION_CHECK"},
        {CM_JAVA,
         "works; with com.sun.net.ssl.checkRevocation=true: " CM_JAVA_VALIDATION
         "Certificate does not specify OCSP responder"},
        {CM_GO, "works"}, {CM_PYTHON, "works"}, {CM_NODE, "works"},
        {CM_CHROME, "works"}, {CM_FIREFOX, "works"}),
};
