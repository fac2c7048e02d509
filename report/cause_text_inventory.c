/* What causes mean: what a server could do better, found by the inventory.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_NO_FORWARD_SECRECY) = {
    .meaning = "The server only takes suites in which the client encrypts the "
               "session's secret with the server's key. Who gets that key "
               "later can read everything that was recorded before, and "
               "newer clients no longer offer these suites.",
    .rule = "RFC 9325 section 4.1",
    .detected = "TLS 1.3 was refused, all suites of the older versions are "
                "known, and none of them uses ECDHE or DHE.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "works; Dataverse: " CM_NETFX_CHANNEL},
        {CM_DOTNET, "Windows: works. Linux: works, or " CM_DOTNET_ALERT
                    "'HandshakeFailure'."},
        {CM_SCHANNEL, "works"}, {CM_CURL, "works"},
        {CM_JAVA, "24 and newer: Received fatal alert: handshake_failure"},
        {CM_GO, "1.22 and newer: remote error: tls: handshake failure"},
        {CM_PYTHON, "3.10 and newer: [SSL: SSLV3_ALERT_HANDSHAKE_FAILURE]"},
        {CM_NODE, "works"}, {CM_CHROME, "works"}, {CM_FIREFOX, "works"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_WEAK_DH) = {
    .meaning = "The prime of the server's Diffie-Hellman key exchange is "
               "shorter than 2048 bits. Up to 1024 bits it can be broken by "
               "those who can afford it; current clients refuse it.",
    .rule = "RFC 9325 section 4.5",
    .detected = "The length of the prime in the ServerKeyExchange of the "
                "suites with DHE; the shortest one counts.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "under 1024 bits: " CM_NETFX_CHANNEL},
        {CM_DOTNET, "Windows: as .NET Framework. Linux: error:0A00018A:SSL "
                    "routines::dh key too small"},
        {CM_SCHANNEL, "under 1024 bits: SEC_E_ALGORITHM_MISMATCH "
                      "(0x80090331) or SEC_E_ILLEGAL_MESSAGE (0x80090326)"},
        {CM_CURL, "(35) error:0A00018A:SSL routines::dh key too small"},
        {CM_JAVA, "DH ServerKeyExchange does not comply to algorithm "
                  "constraints"},
        {CM_GO, "has no DHE: remote error: tls: handshake failure, if the "
                "server has nothing else"},
        {CM_PYTHON, "[SSL: DH_KEY_TOO_SMALL] dh key too small"},
        {CM_NODE, "ERR_SSL_DH_KEY_TOO_SMALL"},
        {CM_CHROME, "has no DHE: net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH, if "
                    "the server has nothing else"},
        {CM_FIREFOX, "has no DHE: SSL_ERROR_NO_CYPHER_OVERLAP, if the server "
                     "has nothing else"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_NO_SECURE_RENEGO) = {
    .meaning = "The server does not know the extension that protects "
               "renegotiation. Somebody on the path could put requests of his "
               "own before the client's. OpenSSL 3 refuses such servers.",
    .rule = "RFC 5746 section 3.6",
    .detected = "The ServerHello, up to TLS 1.2, lacks renegotiation_info "
                "although the hello asked for it. TLS 1.3 has no "
                "renegotiation.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "works"},
        {CM_DOTNET, "Windows: works. Linux: error:0A000152:SSL "
                    "routines::unsafe legacy renegotiation disabled"},
        {CM_SCHANNEL, "works"},
        {CM_CURL, "(35) error:0A000152:SSL routines::unsafe legacy "
                  "renegotiation disabled"},
        {CM_JAVA, "works"}, {CM_GO, "works"},
        {CM_PYTHON, "[SSL: UNSAFE_LEGACY_RENEGOTIATION_DISABLED]"},
        {CM_NODE, "ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED"},
        {CM_CHROME, "works"}, {CM_FIREFOX, "works"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_SSL23_ON) = {
    .meaning =
        "The server still speaks SSLv2 or SSLv3. Both are broken (DROWN, "
        "POODLE), SSLv2 also for other servers that have the same key.",
    .rule = "RFC 6176 section 3, RFC 7568 section 3",
    .detected = "A hello of SSLv2 was answered with a SERVER-HELLO, or one of "
                "SSLv3 with a ServerHello and a certificate.",
    .clients = CM_EVERY_CLIENT("works, with a newer version"),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_LEGACY_VERSION_ON) = {
    .meaning = "The server also takes TLS 1.0 or 1.1, which are deprecated. "
               "Browsers and audit rules (PCI DSS, NIST) want them off.",
    .rule = "RFC 8996 sections 4 and 5",
    .detected = "A hello for that version alone was answered with a "
                "ServerHello and a certificate, and one for TLS 1.2 or 1.3 "
                "was too.",
    .clients = CM_EVERY_CLIENT("works, with a newer version"),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_WEAK_CIPHER_ON) = {
    .meaning = "The server takes suites without encryption or authentication, "
               "or with ciphers that can be broken: NULL, anonymous, export, "
               "RC4, DES and 3DES, IDEA, MD5. Clients with better ones do not "
               "meet them; an attacker looks for those that do.",
    .rule = "RFC 9325 section 4.1",
    .detected = "The suites were offered and the server chose them. The proof "
                "names them.",
    .clients = CM_EVERY_CLIENT("works, with a better suite"),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_CBC_ONLY) = {
    .meaning = "The server has no suite with authenticated encryption (GCM, "
               "CCM, ChaCha20-Poly1305). What is left has a history of "
               "attacks, and some platforms refuse it.",
    .rule = "RFC 9325 section 4.2",
    .detected = "TLS 1.3 was refused, all suites of the older versions are "
                "known, and none of them is AEAD.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "works; Dataverse refuses CBC with SHA-1"},
        {CM_DOTNET, "works"}, {CM_SCHANNEL, "works"}, {CM_CURL, "works"},
        {CM_JAVA, "works"}, {CM_GO, "works"}, {CM_PYTHON, "works"},
        {CM_NODE, "works"}, {CM_CHROME, "works"}, {CM_FIREFOX, "works"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_NO_EMS) = {
    .meaning = "The keys of a TLS 1.2 connection are not bound to its whole "
               "handshake. Clients in FIPS mode refuse that.",
    .rule = "RFC 7627 section 5.2",
    .detected = "The TLS 1.2 ServerHello lacks extended_master_secret although "
                "the hello offered it.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "works"},
        {CM_DOTNET, "works; on Linux in FIPS mode as OpenSSL"},
        {CM_SCHANNEL, "works"},
        {CM_CURL, "works; OpenSSL in FIPS mode (Red Hat 9 and newer): ems not "
                  "enabled"},
        {CM_JAVA, "works"},
        {CM_GO, "works; 1.24 in FIPS mode: tls: FIPS 140-3 "
                "requires the use of Extended Master Secret"},
        {CM_PYTHON, "works; as OpenSSL in FIPS mode"}, {CM_NODE, "works"},
        {CM_CHROME, "works"}, {CM_FIREFOX, "works"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS13_MISSING) = {
    .meaning = "The newest version that the server has is TLS 1.2. Nothing "
               "fails yet, but only TLS 1.3 hides the certificate on the way, "
               "is faster, and can have post-quantum key exchange.",
    .rule = "RFC 9325 section 3.1.1",
    .detected = "A hello that offers TLS 1.3 alone, with every suite and "
                "group, was refused, and one for TLS 1.2 was not.",
    .clients = CM_EVERY_CLIENT("works"),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(PQ_KEX_MISSING) = {
    .meaning = "The server takes no key exchange that also holds against a "
               "quantum computer. Traffic recorded today could be read once "
               "there is one. It needs TLS 1.3.",
    .rule = "RFC 8446 section 4.2.7, the registry of groups: X25519MLKEM768",
    .detected = "Every group of the registry was offered with an empty key "
                "share; the server asked for others until the ones with "
                "ML-KEM were left, and refused those.",
    .clients = CM_EVERY_CLIENT("works"),
};
