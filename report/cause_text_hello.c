/* What causes mean: what a server minds in a hello.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

/* How clients show that the server refused the hello with alert 40. */
#define REFUSED                                                                \
    {CM_DOTNET_FRAMEWORK, CM_NETFX_CHANNEL},                                   \
        {CM_DOTNET, CM_DOTNET_ALERT "'HandshakeFailure'."},                    \
        {CM_SCHANNEL,                                                          \
         "SEC_E_ILLEGAL_MESSAGE (0x80090326); event 36887, code 40"},          \
        {CM_CURL, "(35) sslv3 alert handshake failure, alert 40; OpenSSL 3.2 " \
                  "and newer: ssl/tls alert handshake failure"},               \
        {CM_JAVA, "Received fatal alert: handshake_failure"},                  \
        {CM_GO, "remote error: tls: handshake failure"},                       \
        {CM_PYTHON, "[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE]"},                   \
        {CM_NODE, "EPROTO ... alert number 40"},                               \
        {CM_CHROME, "net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH"},                \
    {                                                                          \
        CM_FIREFOX, "SSL_ERROR_NO_CYPHER_OVERLAP"                              \
    }

const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_HELLO_INTOLERANT) = {
    .meaning = "The server, or a box before it, answers a plain hello and "
               "fails on one that has more: TLS 1.3 on offer, extensions it "
               "does not know, more bytes than fit in one packet, or two "
               "records. TLS lets none of that be a reason. Clients differ in "
               "their hellos, so some work and others do not; those with "
               "post-quantum key shares have large ones (Chrome 131, Firefox "
               "132, Go 1.24, OpenSSL 3.5, iOS 26 and newer).",
    .rule = "RFC 8446 section 4.1.2 and RFC 8701: what is unknown is ignored",
    .detected = "Two hellos that differ in that one respect, the plain one "
                "answered twice and the other one refused, dropped or left "
                "unanswered three times. The proof says in which respect.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK,
         CM_NETFX_SEND " Or, after an alert: " CM_NETFX_CHANNEL},
        {CM_DOTNET,
         "Received an unexpected EOF or 0 bytes from the transport stream."},
        {CM_SCHANNEL, "socket error 10054, SEC_E_INCOMPLETE_MESSAGE "
                      "(0x80090318), or a time-out"},
        {CM_CURL, "(35) Recv failure: Connection reset by peer, or (28) SSL "
                  "connection timeout"},
        {CM_JAVA, "java.net.SocketException: Connection reset, or Remote host "
                  "terminated the handshake"},
        {CM_GO,
         "read: connection reset by peer, or net/http: TLS handshake timeout"},
        {CM_PYTHON, "ConnectionResetError, or [SSL: "
                    "UNEXPECTED_EOF_WHILE_READING]"},
        {CM_NODE, "read ECONNRESET"},
        {CM_CHROME, "net::ERR_CONNECTION_RESET, net::ERR_TIMED_OUT or "
                    "net::ERR_SSL_PROTOCOL_ERROR"},
        {CM_FIREFOX, "PR_CONNECT_RESET_ERROR or PR_END_OF_FILE_ERROR"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_NO_CERTIFICATE) = {
    .meaning = "The server has TLS without a certificate: it takes anonymous "
               "key exchange or pre-shared keys, and nothing else. No client "
               "can know by that whom it talks to. A certificate is missing, "
               "or the service cannot read it.",
    .rule = "RFC 5246 section 7.4.2; RFC 9325 section 4.1 forbids suites "
            "without authentication",
    .detected = "Each hello with suites that need a certificate was refused, "
                "and one with anonymous and PSK suites was answered with a "
                "ServerHello.",
    .clients = CM_CLIENTS(REFUSED),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_NO_COMMON_GROUP) = {
    .meaning = "Client and server share a version and cipher suites, but no "
               "group for the key exchange; or the server's certificate has "
               "its key on a curve that the client does not offer.",
    .rule = "RFC 8446 section 4.2.7; RFC 8422 section 5.1",
    .detected = "The server refused the groups that common clients offer "
                "(X25519, P-256, P-384, P-521), and answered the same hello "
                "when it offered every group there is. The proof names what it "
                "took.",
    .clients = CM_CLIENTS(REFUSED),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_NO_COMMON_SIGALG) = {
    .meaning = "The server has no signature that the client accepts for the "
               "key of its certificate: an odd algorithm, or a key that is too "
               "short for the signatures of TLS 1.3.",
    .rule = "RFC 8446 section 4.2.3; RFC 5246 section 7.4.1.4.1",
    .detected = "The server refused the usual signature schemes and answered "
                "the same hello with every scheme there is; or it works up to "
                "TLS 1.2, and its RSA key has fewer than 528 bits.",
    .clients = CM_CLIENTS(REFUSED),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_SNI_REQUIRED) = {
    .meaning = "The server answers only clients that name the host in the "
               "hello (SNI). That is usual where many sites share an address. "
               "Java 6, Windows XP, old appliances, and whoever calls the bare "
               "IP address send no name.",
    .rule = "RFC 6066 section 3: a server need not insist",
    .detected = "The same hello was answered with a name and refused without "
                "one; or the certificate without a name is another one.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "works by name; by address: " CM_NETFX_CHANNEL},
        {CM_DOTNET,
         "works by name; by address: " CM_DOTNET_ALERT "'HandshakeFailure'."},
        {CM_SCHANNEL, "works by name; by address: SEC_E_ILLEGAL_MESSAGE "
                      "(0x80090326)"},
        {CM_CURL, "works by name; by address: (35) alert 40, 80 or 112"},
        {CM_JAVA, "works by name (Java 7 and newer); by address: Received "
                  "fatal alert: handshake_failure"},
        {CM_GO, "works by name; by address: remote error: tls: handshake "
                "failure"},
        {CM_PYTHON, "works by name; by address: "
                    "[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE]"},
        {CM_NODE, "works by name; by address: EPROTO ... alert number 40"},
        {CM_CHROME, "works by name; by address: "
                    "net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH"},
        {CM_FIREFOX, "works by name; by address: "
                     "SSL_ERROR_HANDSHAKE_FAILURE_ALERT"}),
};
