/* What causes mean: the form of certificates, and what root programs and
 * browsers ask beyond the RFC.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_cause_text CM_CAUSE_TEXT_OF(KEY_ALG_UNSUPPORTED) = {
    .meaning = "The key is of a kind that works with some TLS libraries only: "
               "Ed25519, Ed448, RSASSA-PSS, a curve besides P-256 and P-384, "
               "written-out curve parameters, or a post-quantum signature. A "
               "client that does not offer it cannot even begin.",
    .rule = "RFC 8446 section 4.2.3, RFC 5480 section 2.1.1 and CA/Browser "
            "Forum Baseline Requirements section 6.1.5",
    .detected = "The algorithm of the server's public key, or the curve of an "
                "EC key, is none of RSA, P-256 and P-384.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_CHANNEL},
        {CM_DOTNET, CM_DOTNET_ALERT "'HandshakeFailure'. Works on Linux with "
                                    "Ed25519, RSASSA-PSS and P-521"},
        {CM_SCHANNEL,
         "SEC_E_ILLEGAL_MESSAGE (0x80090326) or SEC_E_ALGORITHM_MISMATCH "
         "(0x80090331); event 36887, code 40"},
        {CM_CURL, "works with Ed25519, Ed448, RSASSA-PSS and P-521, else: (35) "
                  "sslv3 alert handshake failure, alert 40"},
        {CM_JAVA, "works with Ed25519 (15 and newer), RSASSA-PSS and P-521, "
                  "else: Received fatal alert: handshake_failure"},
        {CM_GO, "works with Ed25519 and P-521, else: remote error: tls: "
                "handshake failure"},
        {CM_PYTHON, "works with Ed25519, RSASSA-PSS and P-521, else: [SSL: "
                    "SSLV3_ALERT_HANDSHAKE_FAILURE]"},
        {CM_NODE, "works with Ed25519, RSASSA-PSS and P-521, else: EPROTO ... "
                  "alert number 40"},
        {CM_CHROME, "net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH"},
        {CM_FIREFOX, "works with P-521, else: SSL_ERROR_NO_CYPHER_OVERLAP"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(X509_NOT_STRICT) = {
    .meaning = "A certificate breaks a rule of RFC 5280 that most clients let "
               "pass: no authority key identifier, basic constraints of a CA "
               "not marked critical, a CA without key usage, a serial number "
               "of zero. Clients that check strictly refuse it; Python does "
               "since version 3.13. Certificates of inspection proxies and of "
               "home-made CAs are often like this.",
    .rule = "RFC 5280 sections 4.1 and 4.2; the finding names the very section",
    .detected = "The certificates of the path were held against the rules of "
                "the profile one by one. Each that is broken is a finding with "
                "the certificate, what was seen, and what the RFC asks for. "
                "With --strict it makes the verdict.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "works"}, {CM_DOTNET, "works"},
        {CM_SCHANNEL, "works"},
        {CM_CURL,
         "works; openssl with -x509_strict: verify error:num=85:Missing "
         "Authority Key Identifier, 86, 89 or 92"},
        {CM_JAVA, "works"}, {CM_GO, "works"},
        {CM_PYTHON,
         "works before 3.13, then: " CM_PYTHON_VERIFY
         "Missing Authority Key Identifier, Basic Constraints of CA cert not "
         "marked critical, or CA cert does not include key usage extension"},
        {CM_NODE, "works"}, {CM_CHROME, "works"}, {CM_FIREFOX, "works"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(PUBLIC_PROFILE) = {
    .meaning = "The certificate comes from a public CA and is not what public "
               "CAs have agreed to issue. Clients accept it today; the CA has "
               "to revoke it within days once somebody reports it, and then "
               "the server stands without one.",
    .rule = "CA/Browser Forum Baseline Requirements section 7.1.2; the finding "
            "names the very section. No RFC: RFC 5280 allows these",
    .detected =
        "Certificates whose path ends in a public root, or that say so by a "
        "CA/Browser Forum policy, were held against the certificate profile: "
        "serial number, subjectAltName, key usage, extended key usage, key "
        "identifiers, algorithms, dates. With --strict it makes the verdict.",
    .clients = CM_EVERY_CLIENT("works"),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(SCT_MISSING) = {
    .meaning = "Public CAs publish what they issue in open logs, and the "
               "certificate carries the receipts (signed certificate "
               "timestamps). This one has too few, and browsers refuse public "
               "certificates without them. Other programs do not ask.",
    .rule = "RFC 9162 section 8 and RFC 6962 section 3; how many are needed is "
            "the policy of Chrome and of Apple: two, and three above 180 days",
    .detected =
        "The path ends in a public root, and the timestamps in the "
        "certificate, in the handshake and in the stapled OCSP response "
        "together are fewer than the policies ask for. Private CAs are exempt.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "works"}, {CM_DOTNET, "works"},
        {CM_SCHANNEL, "works"}, {CM_CURL, "works"}, {CM_JAVA, "works"},
        {CM_GO, "works"}, {CM_PYTHON, "works"}, {CM_NODE, "works"},
        {CM_CHROME, "net::ERR_CERTIFICATE_TRANSPARENCY_REQUIRED"},
        {CM_FIREFOX, "MOZILLA_PKIX_ERROR_INSUFFICIENT_CERTIFICATE_TRANSPARENCY "
                     "(on the desktop, 135 and newer)"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(ISSUER_SERIAL_REUSED) = {
    .meaning = "Two different certificates have the same issuer and the same "
               "serial number. Together the two identify a certificate, so a "
               "list that revokes one revokes both. Appliances that give every "
               "device the serial number 0 or 1 do this.",
    .rule = "RFC 5280 section 4.1.2.2",
    .detected = "Over the whole run, two certificates with different bytes "
                "share the issuer's name and the serial number. Copies and "
                "pre-certificates do not count.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "works"}, {CM_DOTNET, "works"},
        {CM_SCHANNEL, "works"}, {CM_CURL, "works"}, {CM_JAVA, "works"},
        {CM_GO, "works"}, {CM_PYTHON, "works"}, {CM_NODE, "works"},
        {CM_CHROME, "works"},
        {CM_FIREFOX,
         "SEC_ERROR_REUSED_ISSUER_AND_SERIAL, once it has seen the other one"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(KEY_SHARED) = {
    .meaning = "Two certificates for different names hold the same public key, "
               "so two servers share a private key: a vendor's default key, a "
               "copied machine image, or one request that was used again. Who "
               "takes the key from one server can pose as the other.",
    .rule = "no RFC: NIST SP 800-57 part 1, section 5.2: a key has one purpose "
            "and one owner",
    .detected = "Over the whole run, two certificates with the same "
                "SubjectPublicKeyInfo have neither a name nor the common name "
                "in common. A renewal with the same key, and one certificate "
                "on many servers, do not count.",
    .clients = CM_EVERY_CLIENT("works"),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(LEAF_EKU_WRONG) = {
    .meaning = "The certificate lists what it may be used for, and a TLS "
               "server is not on the list.",
    .rule = "RFC 5280 section 4.2.1.12",
    .detected = "The server's certificate has an extended key usage with "
                "neither server authentication nor any purpose. One without "
                "the extension is accepted by all of these clients.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
        {CM_DOTNET, CM_DOTNET_CHAIN "NotValidForUsage"},
        {CM_SCHANNEL, "SEC_E_CERT_WRONG_USAGE (0x80090349) or "
                      "CERT_E_WRONG_USAGE (0x800B0110)"},
        {CM_CURL, CM_CURL_VERIFY("26", "unsuitable certificate purpose")},
        {CM_JAVA, "Extended key usage does not permit use for TLS server "
                  "authentication"},
        {CM_GO, CM_GO_VERIFY "certificate specifies an incompatible key usage"},
        {CM_PYTHON, CM_PYTHON_VERIFY "unsuitable certificate purpose"},
        {CM_NODE, "INVALID_PURPOSE"}, {CM_CHROME, "net::ERR_CERT_INVALID"},
        {CM_FIREFOX, "SEC_ERROR_INADEQUATE_CERT_TYPE"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(LEAF_KEY_USAGE) = {
    .meaning = "The key usage of the certificate does not allow what this "
               "handshake does with the key: signing, or decrypting with plain "
               "RSA key exchange. Only some clients look.",
    .rule = "RFC 5280 section 4.2.1.3 and RFC 8446 section 4.4.2.2",
    .detected = "The key usage lacks digital signature while the handshake "
                "signs (TLS 1.3, ECDHE, DHE), or lacks key encipherment while "
                "it uses plain RSA key exchange.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "works"}, {CM_DOTNET, "works"},
        {CM_SCHANNEL, "works"}, {CM_CURL, "works"},
        {CM_JAVA, "KeyUsage does not allow digital signatures"},
        {CM_GO, "works"}, {CM_PYTHON, "works"}, {CM_NODE, "works"},
        {CM_CHROME, "net::ERR_SSL_KEY_USAGE_INCOMPATIBLE"},
        {CM_FIREFOX, "works"},
        {"GnuTLS", "Key usage violation in certificate has been detected."}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(SIG_WEAK) = {
    .meaning =
        "A certificate below the root is signed with MD5 or SHA-1, which can "
        "be forged. The signature on the root itself does not matter.",
    .rule = "RFC 9155 section 2, RFC 6151 section 2 and CA/Browser Forum "
            "Baseline Requirements section 7.1.3.2",
    .detected = "The signature algorithm of a certificate of the path, the "
                "anchor excepted, uses MD2, MD5 or SHA-1.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK,
         CM_NETFX_TRUST " It depends on the system's policy."},
        {CM_DOTNET, CM_DOTNET_CHAIN "HasWeakSignature"},
        {CM_SCHANNEL, "SEC_E_UNTRUSTED_ROOT (0x80090325) or CERT_E_UNTRUSTEDCA "
                      "(0x800B0112), by the system's policy"},
        {CM_CURL,
         CM_CURL_VERIFY("68", "CA signature digest algorithm too weak")},
        {CM_JAVA, "works below a private root, else: Algorithm constraints "
                  "check failed on signature algorithm: SHA1withRSA"},
        {CM_GO,
         CM_GO_VERIFY "cannot verify signature: insecure algorithm SHA1-RSA"},
        {CM_PYTHON, CM_PYTHON_VERIFY "CA signature digest algorithm too weak"},
        {CM_NODE, "UNSPECIFIED with the text \"CA signature digest algorithm "
                  "too weak\""},
        {CM_CHROME,
         "net::ERR_CERT_INVALID or net::ERR_CERT_WEAK_SIGNATURE_ALGORITHM"},
        {CM_FIREFOX, "SEC_ERROR_CERT_SIGNATURE_ALGORITHM_DISABLED"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(KEY_TOO_SMALL) = {
    .meaning = "A key in the chain is smaller than is safe: RSA below 2048 "
               "bits, an elliptic curve below 224, or DSA.",
    .rule = "RFC 9325 section 4.5 and CA/Browser Forum Baseline Requirements "
            "section 6.1.5",
    .detected = "The public key of the server's certificate or of an issuer on "
                "the path has fewer bits than the limit.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "works; below 1024 bits: " CM_NETFX_TRUST},
        {CM_DOTNET,
         "works; below 1024 bits: " CM_DOTNET_CHAIN "HasWeakSignature"},
        {CM_SCHANNEL,
         "works; below 1024 bits it refuses the certificate as not trusted"},
        {CM_CURL,
         CM_CURL_VERIFY("66",
                        "EE certificate key too weak") "; works where the "
                                                       "security level is 1"},
        {CM_JAVA, "works; below 1024 bits: Algorithm constraints check failed "
                  "on keysize limits"},
        {CM_GO, "works; 1.24 and newer refuse less than 1024 bits"},
        {CM_PYTHON, CM_PYTHON_VERIFY "EE certificate key too weak"},
        {CM_NODE, "works"},
        {CM_CHROME, "works below a private root, else: net::ERR_CERT_WEAK_KEY"},
        {CM_FIREFOX, "works with 1024 bits below a private root, else: "
                     "MOZILLA_PKIX_ERROR_INADEQUATE_KEY_SIZE"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(POLICY_VIOLATION) = {
    .meaning = "The endpoint breaks a rule of a policy that the run was held "
               "against (--policy). Clients may connect all the same: a policy "
               "says what is allowed, not what works. The rule's own text says "
               "what it asks for, and \"certmuster explain POLICY\" lists all "
               "rules with their sources.",
    .rule = "no RFC: the finding names the policy and its rule, and "
            "\"certmuster explain POLICY\" the rule's source",
    .detected = "The rule's predicate was held against what was measured. A "
                "rule about something that was not measured neither passes nor "
                "fails. Rules that only warn are no findings.",
    .clients = CM_EVERY_CLIENT("works, or fails for a cause that is a finding "
                               "of its own"),
};
