/* What causes mean: the handshake.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_PLAINTEXT_HTTP) = {
    "The answer to the TLS hello began like HTTP: the port serves plain web "
    "pages.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, "The handshake failed due to an "
                                     "unexpected packet format."},
               {CM_DOTNET, "Cannot determine the frame size or a corrupted "
                           "frame was received."},
               {CM_SCHANNEL, "SEC_E_INVALID_TOKEN (0x80090308)"},
               {CM_CURL, "(35) wrong version number"},
               {CM_JAVA, "Unsupported or unrecognized SSL message"},
               {CM_GO, "http: server gave HTTP response to HTTPS client"},
               {CM_PYTHON, "[SSL: WRONG_VERSION_NUMBER] wrong version number"},
               {CM_NODE, "EPROTO ... wrong version number"},
               {CM_CHROME, "net::ERR_SSL_PROTOCOL_ERROR"},
               {CM_FIREFOX, "SSL_ERROR_RX_RECORD_TOO_LONG"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_PLAINTEXT_OTHER) = {
    "The answer to the TLS hello was neither TLS nor HTTP: another service, "
    "such as SSH, or one that wants STARTTLS first. The first bytes are in the "
    "proof.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, "The handshake failed due to an "
                                     "unexpected packet format."},
               {CM_SCHANNEL, "SEC_E_INVALID_TOKEN (0x80090308)"},
               {CM_CURL, "(35) wrong version number"},
               {CM_JAVA, "Unsupported or unrecognized SSL message"},
               {CM_GO, "tls: first record does not look like a TLS handshake"},
               {CM_PYTHON, "[SSL: WRONG_VERSION_NUMBER] wrong version number"},
               {CM_CHROME, "net::ERR_SSL_PROTOCOL_ERROR"},
               {CM_FIREFOX, "PR_END_OF_FILE_ERROR"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_SNI_UNRECOGNIZED) = {
    "The server refused the host name that was sent as SNI, while it has "
    "certificates for other names.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_CHANNEL},
               {CM_DOTNET,
                "Authentication failed because the remote party sent "
                "a TLS alert: 'UnrecognizedName'."},
               {CM_SCHANNEL, "SEC_E_ILLEGAL_MESSAGE (0x80090326); event 36887, "
                             "code 112"},
               {CM_CURL, "(35) tlsv1 unrecognized name, alert 112"},
               {CM_JAVA, "Received fatal alert: unrecognized_name"},
               {CM_GO, "remote error: tls: unrecognized name"},
               {CM_PYTHON, "[SSL: TLSV1_UNRECOGNIZED_NAME]"},
               {CM_CHROME, "net::ERR_SSL_UNRECOGNIZED_NAME_ALERT"},
               {CM_FIREFOX, "SSL_ERROR_UNRECOGNIZED_NAME_ALERT"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_CLOSED_ON_HELLO) = {
    "The server took the hello and closed the connection without an alert. "
    "Allow-lists of sources and boxes on the path do this.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_SEND},
               {CM_DOTNET, "Received an unexpected EOF or 0 bytes from the "
                           "transport stream."},
               {CM_CURL, "(35) unexpected eof while reading, or "
                         "SSL_ERROR_SYSCALL"},
               {CM_JAVA, "Remote host terminated the handshake"},
               {CM_GO, "EOF"},
               {CM_PYTHON, "[SSL: UNEXPECTED_EOF_WHILE_READING]"},
               {CM_NODE, "Client network socket disconnected before secure TLS "
                         "connection was established"},
               {CM_CHROME, "net::ERR_CONNECTION_CLOSED"},
               {CM_FIREFOX, "PR_END_OF_FILE_ERROR"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_RESET_ON_HELLO) = {
    "The connection was reset when the hello arrived. Windows does so when no "
    "certificate is bound to the port or the name; firewalls do it too.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK,
                CM_NETFX_SEND " An existing connection was forcibly closed by "
                              "the remote host."},
               {CM_DOTNET, "Unable to read data from the transport connection "
                           "(socket error 10054)"},
               {CM_CURL, "(35) Recv failure: Connection reset by peer"},
               {CM_JAVA, "java.net.SocketException: Connection reset"},
               {CM_GO, "read: connection reset by peer"},
               {CM_PYTHON, "ConnectionResetError: [Errno 104]"},
               {CM_NODE, "read ECONNRESET"},
               {CM_CHROME, "net::ERR_CONNECTION_RESET"},
               {CM_FIREFOX, "PR_CONNECT_RESET_ERROR"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_HANDSHAKE_TIMEOUT) = {
    "The connection stood and then nothing came back in time. The service "
    "hangs, waits for something else than TLS, or the path loses large "
    "packets.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, "The operation has timed out"},
               {CM_DOTNET, "The request was canceled due to the configured "
                           "HttpClient.Timeout of 100 seconds elapsing."},
               {CM_CURL, "(28) SSL connection timeout"},
               {CM_JAVA, "java.net.SocketTimeoutException: Read timed out"},
               {CM_GO, "net/http: TLS handshake timeout"},
               {CM_PYTHON, "TimeoutError: The handshake operation timed out"},
               {CM_CHROME, "net::ERR_TIMED_OUT"},
               {CM_FIREFOX, "NS_ERROR_NET_TIMEOUT"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_VERSION_TOO_OLD) = {
    "The newest version that the server accepts is TLS 1.1 or older, tried "
    "with hand-made hellos. Current clients have switched those off.",
    CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK,
         "works where the system still allows it, else: " CM_NETFX_CHANNEL},
        {CM_DOTNET, "Authentication failed because the remote party sent "
                    "a TLS alert: 'ProtocolVersion'."},
        {CM_SCHANNEL, "SEC_E_ILLEGAL_MESSAGE or SEC_E_UNSUPPORTED_"
                      "FUNCTION; event 36871"},
        {CM_CURL, "(35) unsupported protocol"},
        {CM_JAVA, "The server selected protocol version TLS10 is not "
                  "accepted by client preferences"},
        {CM_GO, "tls: protocol version not supported"},
        {CM_PYTHON, "[SSL: UNSUPPORTED_PROTOCOL]"},
        {CM_NODE, "EPROTO ... alert number 70"},
        {CM_CHROME, "net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH"},
        {CM_FIREFOX, "SSL_ERROR_UNSUPPORTED_VERSION"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_NO_COMMON_CIPHER) = {
    "Client and server share a version and no cipher suite, group or signature "
    "algorithm. A client with another list may well succeed.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_CHANNEL},
               {CM_DOTNET,
                "Authentication failed because the remote party sent "
                "a TLS alert: 'HandshakeFailure'."},
               {CM_SCHANNEL,
                "SEC_E_ALGORITHM_MISMATCH (0x80090331): the client "
                "and server cannot communicate, because they do "
                "not possess a common algorithm; event 36887, "
                "code 40"},
               {CM_CURL, "(35) sslv3 alert handshake failure, alert 40"},
               {CM_JAVA, "Received fatal alert: handshake_failure"},
               {CM_GO, "remote error: tls: handshake failure"},
               {CM_PYTHON, "[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE]"},
               {CM_NODE, "EPROTO ... alert number 40"},
               {CM_CHROME, "net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH"},
               {CM_FIREFOX, "SSL_ERROR_NO_CYPHER_OVERLAP"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_ALPN_FAILURE) = {
    "The server insists on an application protocol that the client did not "
    "offer, and ended the handshake with alert 120.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_CHANNEL},
               {CM_SCHANNEL, "SEC_E_APPLICATION_PROTOCOL_MISMATCH "
                             "(0x80090367)"},
               {CM_CURL, "(35) tlsv1 alert no application protocol"},
               {CM_JAVA, "Received fatal alert: no_application_protocol"},
               {CM_GO, "remote error: tls: no application protocol"},
               {CM_CHROME, "net::ERR_ALPN_NEGOTIATION_FAILED"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_CLIENT_CERT_REQUIRED) = {
    "The server asked for a certificate of the client and ended the connection "
    "when it got none. With TLS 1.3 the refusal comes after the handshake, on "
    "the first read. Clients that have an accepted certificate work.",
    CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, CM_NETFX_CHANNEL " With IIS also: HTTP 403.7"},
        {CM_DOTNET, "Authentication failed because the remote party sent "
                    "a TLS alert: 'CertificateRequired' or "
                    "'BadCertificate'"},
        {CM_SCHANNEL, "SEC_I_INCOMPLETE_CREDENTIALS (0x00090320); events "
                      "36875, and 36887 with code 40, 42 or 116"},
        {CM_CURL, "(56) tlsv13 alert certificate required; (35) with "
                  "TLS 1.2"},
        {CM_JAVA, "Received fatal alert: bad_certificate or "
                  "certificate_required, or Broken pipe"},
        {CM_GO, "remote error: tls: certificate required"},
        {CM_PYTHON, "[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED]"},
        {CM_NODE, "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"},
        {CM_CHROME, "net::ERR_BAD_SSL_CLIENT_AUTH_CERT"},
        {CM_FIREFOX, "SSL_ERROR_RX_CERTIFICATE_REQUIRED_ALERT"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_CLIENT_CERT_OPTIONAL) = {
    "The server asks for a certificate of the client and also goes on without. "
    "Some paths behind it may still demand one.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, "works"},
               {CM_CHROME, "works; may ask which certificate to use"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_INTERNAL_ERROR) = {
    "The server ended the handshake with alert 80, an error of its own. Some "
    "content networks say so when they have no certificate for the name.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_CHANNEL},
               {CM_DOTNET,
                "Authentication failed because the remote party sent "
                "a TLS alert: 'InternalError'."},
               {CM_SCHANNEL, "SEC_E_INTERNAL_ERROR (0x80090304): the Local "
                             "Security Authority cannot be contacted"},
               {CM_CURL, "(35) tlsv1 alert internal error"},
               {CM_JAVA, "Received fatal alert: internal_error"},
               {CM_GO, "remote error: tls: internal error"},
               {CM_PYTHON, "[SSL: TLSV1_ALERT_INTERNAL_ERROR]"},
               {CM_CHROME, "net::ERR_SSL_PROTOCOL_ERROR"},
               {CM_FIREFOX, "SSL_ERROR_INTERNAL_ERROR_ALERT"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_KEY_MISMATCH) = {
    "The signature in the handshake does not verify under the key in the "
    "server's certificate: key and certificate are not a pair.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_CHANNEL},
               {CM_SCHANNEL, "SEC_E_MESSAGE_ALTERED (0x8009030F)"},
               {CM_CURL, "(35) bad signature"},
               {CM_JAVA, "Invalid CertificateVerify signature"},
               {CM_GO, "tls: invalid signature by the server certificate"},
               {CM_CHROME, "net::ERR_SSL_PROTOCOL_ERROR"},
               {CM_FIREFOX, "SEC_ERROR_BAD_SIGNATURE"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_CERT_UNPARSABLE) = {
    "The bytes that the server sends as its certificate are not a certificate "
    "as RFC 5280 writes them. The proof names the place. Some clients are more "
    "tolerant than others.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_TRUST},
               {CM_CURL, "(35) asn1 encoding routines: wrong tag"},
               {CM_JAVA, "java.security.cert.CertificateParsingException"},
               {CM_GO, "tls: failed to parse certificate from server: x509: "
                       "..."},
               {CM_CHROME, "net::ERR_SSL_SERVER_CERT_BAD_FORMAT"},
               {CM_FIREFOX, "SEC_ERROR_BAD_DER"}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_ALERT_OTHER) = {
    "The server ended the handshake with an alert that fits none of the other "
    "causes. The proof names it.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_CHANNEL},
               {CM_DOTNET,
                "Authentication failed because the remote party sent "
                "a TLS alert: '...'."},
               {CM_SCHANNEL, "event 36887 with the number of the alert"},
               {CM_CURL, "(35) tlsv1 alert ..."},
               {CM_JAVA, "Received fatal alert: ..."}),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(TLS_HANDSHAKE_UNEXPLAINED) = {
    "The handshake failed, and what was seen fits none of the known causes. "
    "The proof holds what the TLS library and the server said.",
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, CM_NETFX_CHANNEL},
               {CM_CURL, "(35) with the words of its TLS library"},
               {CM_CHROME, "net::ERR_SSL_PROTOCOL_ERROR"}),
};
